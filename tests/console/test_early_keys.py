"""Is what the operator presses in the first moment done once there is something to do it to?"""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from textual.events import Key

from console.bootstrap import open_orchestrator
from console.early_keys import EARLY_KEYS_MAX, EarlyKeys
from console.hosting import CoreHost
from console.theme_files import load_themes
from core.domain.status import Status
from storage.first_look import first_look
from tests.console.hall import NOW_MS, Hall, entered, start, until, until_status

if TYPE_CHECKING:
    from console.settings import Settings
    from core.ports.first_look import FirstLook


def keys(*names: str) -> list[Key]:
    return [Key(name, name if len(name) == 1 else None) for name in names]


def test_keys_wait_in_their_order_and_come_back_once() -> None:
    early = EarlyKeys()

    assert [early.keeps(key) for key in keys("2", "j", "ctrl+j")] == [True] * 3
    assert [key.key for key in early.back()] == ["2", "j", "enter"], "a line feed is how enter comes before it is ours"
    assert early.back() == ()
    assert not early.keeps(Key("2", "2"))


def test_who_wants_to_leave_does_not_wait() -> None:
    assert not any(map(EarlyKeys().keeps, keys("ctrl+c", "ctrl+q")))


def test_who_leans_on_the_keyboard_fills_no_memory() -> None:
    early = EarlyKeys()
    for key in keys(*"j" * (EARLY_KEYS_MAX + 5)):
        early.keeps(key)

    assert len(early.back()) == EARLY_KEYS_MAX


async def test_keys_pressed_before_the_sessions_are_listed_reach_them(settings: Settings) -> None:
    async with entered(settings) as (_, __, core):
        for motion in ("Tabs or spaces?", "Buy or build?"):
            await until_status(core, await start(core, motion), Status.COMPLETED)
    may_look = Event()

    def look() -> FirstLook | None:
        may_look.wait()
        return first_look(settings.database)

    hall = Hall(
        CoreHost(lambda: open_orchestrator(settings)), themes=load_themes(), now_ms=lambda: NOW_MS, first_look=look
    )
    async with hall.run_test(size=(120, 40)) as pilot:
        try:
            for key in keys("j", "ctrl+j"):
                hall.post_message(key)
            await pilot.pause()
            assert hall.sessions.rows.cursor_key is None
        finally:
            may_look.set()
        await until(pilot, lambda: hall.focused is hall.sessions.transcript)
        chosen, listed = hall.sessions.rows.cursor_key, hall.sessions.rows.keys

    assert chosen == listed[1]
