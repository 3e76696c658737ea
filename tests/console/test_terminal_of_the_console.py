"""Does the console ring for whoever looks elsewhere, through the driver that paints it, and name its window?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import AppBlur, AppFocus

from console.bootstrap import open_orchestrator
from console.hosting import CoreHost
from console.terminal_bell import ConsoleTerminal, Ways
from console.terminal_notices import BRING_TITLE_BACK, KEEP_TITLE
from console.theme_files import load_themes
from core.domain.commands import Escalate
from tests.console.hall import NOW_MS, Hall, asking, settings, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.settings import Settings

__all__ = ["settings"]
XTERM = {"TERM": "xterm-256color"}


class Heard(ConsoleTerminal):
    """One that keeps what is written as well."""

    def __init__(self) -> None:
        super().__init__(Ways(), now_ms=lambda: NOW_MS, environ=XTERM)
        self.written: list[str] = []

    def attach(self, write: Callable[[str], None]) -> None:
        def both(text: str) -> None:
            self.written.append(text)
            write(text)

        super().attach(both)


def a_hall(settings: Settings, terminal: Heard) -> Hall:
    host = CoreHost(lambda: open_orchestrator(settings, terminal=terminal))
    return Hall(host, themes=load_themes(), now_ms=lambda: NOW_MS, terminal=terminal)


async def test_a_question_rings_behind_other_windows_and_is_counted_in_the_title(settings: Settings) -> None:
    terminal = Heard()
    hall = a_hall(settings, terminal)
    async with hall.run_test(size=(120, 40)) as pilot:
        core = await hall.core()
        await until(pilot, lambda: hall.feed is not None and hall.feed.status is not None)
        hall.post_message(AppBlur())
        await until(pilot, lambda: not hall.app_focus)
        session = await core.start_debate(request=asking("Trains?\x1b]2;owned\x07", talks=True))
        await core.command(session, Escalate(question="Go on?", reason="asked"))
        await until(pilot, lambda: any("asks you" in each for each in terminal.written))
        await until(pilot, lambda: "\x1b]2;(1) moot\x1b\\" in terminal.written)

    rung = next(each for each in terminal.written if "asks you" in each)
    assert rung.startswith("\x1b]9;[moot] asks you: Trains?")
    assert rung.endswith("\x1b\\\a")
    assert rung.count("\x1b") == 2
    assert (terminal.written[0], terminal.written[-1]) == (KEEP_TITLE, BRING_TITLE_BACK)


async def test_whoever_looks_at_it_or_has_just_pressed_a_key_is_in_front_of_it(settings: Settings) -> None:
    terminal = Heard()
    hall = a_hall(settings, terminal)
    async with hall.run_test(size=(120, 40)) as pilot:
        assert not terminal.is_in_front
        await pilot.press("f5")
        assert terminal.is_in_front
        hall.post_message(AppBlur())
        await until(pilot, lambda: not terminal.is_in_front)
        hall.post_message(AppFocus())
        await until(pilot, lambda: terminal.is_in_front)
