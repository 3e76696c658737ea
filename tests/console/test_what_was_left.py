"""Does a console that opens after moot was killed say what is in doubt, and lead to what can be done about it?"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from console.bootstrap import open_orchestrator
from core.domain.session import Status
from core.orchestrator import DebateRequest
from core.runtime.doubts import DoubtStands
from tests.console.hall import LOOK_SECONDS, TRIES_MAX, entered, screen_text, until, until_status

if TYPE_CHECKING:
    from pathlib import Path

    from console.settings import Settings

WIDE = (140, 40)
CASTING = {"": "scripted:judge", "proposer": "scripted:claude", "opponent": "scripted:dear"}


async def killed(settings: Settings, folder: Path) -> Settings:
    """The database as a process leaves it that is killed while a seat speaks for money."""
    core = await asyncio.to_thread(open_orchestrator, settings)
    await core.start()
    session = await core.start_debate(request=DebateRequest(question="Split billing?", casting=CASTING))
    for _ in range(TRIES_MAX):
        if any(each.seat == "opponent" for each in core.speaking(session)):
            break
        await asyncio.sleep(LOOK_SECONDS)
    left = folder / "left.db"
    with closing(sqlite3.connect(settings.database)) as database, closing(sqlite3.connect(left)) as copy:
        database.backup(copy)
    await core.stop(drain=False)
    return replace(settings, database=left)


@pytest.mark.parametrize(
    ("policy", "becomes", "stands"),
    [
        ("ask", "1 session waits for you", DoubtStands.WAITS),
        ("retry", "1 session goes on by itself", DoubtStands.CHARGED),
        ("fail", "1 session waits for you", DoubtStands.WAITS),
    ],
)
async def test_a_console_that_opens_says_what_is_in_doubt_and_what_becomes_of_it(
    settings: Settings, tmp_path: Path, policy: str, becomes: str, stands: DoubtStands
) -> None:
    left = replace(await killed(settings, tmp_path), in_doubt_policy=policy)

    async with entered(left, size=WIDE) as (hall, pilot, core):
        await until(pilot, lambda: "moot ended in the midst of a turn." in screen_text(hall))
        said = " ".join(screen_text(hall).split())
        (doubt,) = await core.doubts()

        assert "1 call is in doubt" in said
        assert becomes.split()[-1] in said
        assert doubt.stands is stands
        await pilot.press("4")
        await until(pilot, lambda: "It may have been answered and paid for" in screen_text(hall))
        assert "in doubt" in screen_text(hall)


async def test_a_console_that_was_left_in_order_has_nothing_in_doubt_to_tell_of(settings: Settings) -> None:
    async with entered(settings, size=WIDE) as (_, _, core):
        session = await core.start_debate(
            request=DebateRequest(question="Tabs or spaces?", casting={"": "scripted:judge"})
        )
        await until_status(core, session, Status.COMPLETED)

    async with entered(settings, size=WIDE) as (hall, _, core):
        assert core.recovered == ()
        assert "in doubt" not in screen_text(hall)
