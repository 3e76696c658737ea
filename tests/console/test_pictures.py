"""Does the console look as it did? `--snapshot-update` takes new pictures: look at them before keeping them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from console.presenters.transcript import turn_key
from tests.console.hall import Hall, a_hall, filled, screen_text, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

    from console.feed import Feed
    from console.settings import Settings
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

LOOKS_ALIKE = 6
LOOK_SECONDS = 0.12
LOOKS_MAX = 500

SIZES = [(80, 24), (120, 40), (200, 60)]


async def settled(pilot: Pilot[Any]) -> None:
    """Until what is painted has not changed for a while: longer than any reading takes to come."""
    before, alike = "", 0
    for _ in range(LOOKS_MAX):
        await asyncio.sleep(LOOK_SECONDS)
        await pilot.pause()
        hall = pilot.app
        assert isinstance(hall, Hall)
        now = screen_text(hall)
        alike = alike + 1 if now == before and await is_read(hall) else 0
        before = now
        if alike == LOOKS_ALIKE:
            return
    raise AssertionError("the screen never comes to rest")


async def rows_are_read(pilot: Pilot[Any]) -> None:
    """Until the console knows where each session stands by now: by that they are put in order."""
    hall = pilot.app
    assert isinstance(hall, Hall)
    core = await hall.core()
    for _ in range(LOOKS_MAX):
        rows = {each.session: each.seq for each in await core.summaries()}
        if hall.feed is not None and rows == {each.session: each.seq for each in hall.feed.summaries.values()}:
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError("the console never came to know where its sessions stand")


async def is_read(hall: Hall) -> bool:
    """Has the console read all there is: every row, label, today's money, and the session under its cursor?"""
    session, feed, core = hall.sessions.session, hall.feed, await hall.core()
    if feed is None or feed.status is None:
        return False
    rows = {each.session: each.seq for each in await core.summaries()}
    spent_microusd = (await core.system_status()).spent_today_microusd
    if rows != {each.session: each.seq for each in feed.summaries.values()}:
        return False
    if feed.status.spent_today_microusd != spent_microusd or feed.labels != dict(await core.labels()):
        return False
    if feed.unread != (await core.notifications.figures()).unread:
        return False
    return session is None or _is_told(feed, core, session)


def _is_told(feed: Feed, core: Orchestrator, session: SessionId) -> bool:
    summary, fold = feed.summaries[session], feed.fold_of(session)
    if fold is None or fold.seq != summary.seq:
        return False
    said = (fold.shown.get(turn_key(each.step, each.attempt)) == each.characters for each in core.speaking(session))
    return all(said) and (summary.status.is_over or bool(fold.explanations))


def shown(hall: Hall, state: str, *keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """One session in each state, the cursor on the one named, and then these keys."""

    async def work(pilot: Pilot[Any]) -> None:
        hall.animation_level = "none"
        core = await hall.core()
        await until(pilot, lambda: hall.feed is not None and hall.feed.status is not None)
        if state:
            sessions = await filled(core)
            await until(pilot, lambda: len(hall.sessions.rows.keys) == len(sessions))
            assert hall.feed is not None
            hall.feed.refresh()  # as after a tag of the operator's own: no commit tells of it
            hall.clear_notifications()  # they go by a clock of their own
            await rows_are_read(pilot)
            hall.sessions.put_in_order()
            hall.sessions.rows.move_to(sessions[state])
        await settled(pilot)
        hall.clear_notifications()  # also what was told of only now
        for key in keys:
            await pilot.press(key)
        await settled(pilot)

    return work


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", ["", "running", "asks", "done"])
def test_the_sessions(snap_compare: Any, settings: Settings, state: str, size: tuple[int, int]) -> None:
    hall = a_hall(settings)

    assert snap_compare(hall, terminal_size=size, run_before=shown(hall, state))


@pytest.mark.parametrize("state", ["asks", "failed", "paused"])
def test_a_transcript_opened_over_the_list(snap_compare: Any, settings: Settings, state: str) -> None:
    hall = a_hall(settings)

    assert snap_compare(hall, terminal_size=(80, 24), run_before=shown(hall, state, "enter"))


def test_the_seats_side_by_side(snap_compare: Any, settings: Settings) -> None:
    hall = a_hall(settings)

    assert snap_compare(hall, terminal_size=(200, 60), run_before=shown(hall, "done", "v"))


@pytest.mark.parametrize("theme", ["moot-light", "moot-contrast"])
def test_other_themes(snap_compare: Any, settings: Settings, theme: str) -> None:
    hall = a_hall(settings, theme=theme)

    assert snap_compare(hall, terminal_size=(120, 40), run_before=shown(hall, "asks"))
