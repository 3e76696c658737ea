"""Where does it ring, and who keeps it from ringing for somebody who looks at the console anyway?

A console writes by way of Textual's driver, behind what it paints: two writers on one terminal would cut each other's
sequences. `moot drive` writes its line on standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

from console.settings import Settings
from console.terminal_notices import BELL, BRING_TITLE_BACK, KEEP_TITLE, notice, one_line, title, understands
from core.ports.terminal_target import LOOKED_AT, NOBODY_SITS

SWITCHED_OFF = "[terminal] switches it off"
HANDS_ON_MS = 30_000
"""Where a terminal doesn't tell whether it is looked at, somebody who pressed a key this recently looks at it."""


class Ways(NamedTuple):
    """Which of them the operator wants."""

    has_bell: bool = True
    has_notices: bool = True
    has_title: bool = True


NO_WAY = Ways(has_bell=False, has_notices=False, has_title=False)


def ways_of(settings: Settings) -> Ways:
    """None where nobody is told anything."""
    if not settings.enable_notifications:
        return NO_WAY
    return Ways(has_bell=settings.terminal_bell, has_notices=settings.terminal_osc, has_title=settings.terminal_title)


class ConsoleTerminal:
    """Implements `TerminalTarget` for a console: `attach` it once that paints, `detach` it before it is gone."""

    def __init__(self, ways: Ways, *, now_ms: Callable[[], int], environ: Mapping[str, str] = os.environ) -> None:
        self._ways = ways
        self._now_ms = now_ms
        self._environ = environ
        self._write: Callable[[str], None] | None = None
        self._is_in_front: bool | None = None
        self._hands_on_ms: int | None = None
        self._needs_you: int | None = None

    def attach(self, write: Callable[[str], None]) -> None:
        self._write = write
        if self._names_the_window:
            write(KEEP_TITLE)

    def detach(self) -> None:
        """Leave the title as it was found."""
        if self._write is not None and self._names_the_window:
            self._write(BRING_TITLE_BACK)
        self._write = None

    def looked_at(self, is_in_front: bool) -> None:
        """The terminal says that its window came to the front, or went behind another."""
        self._is_in_front = is_in_front

    def touched(self) -> None:
        """A key was pressed."""
        self._hands_on_ms = self._now_ms()

    @property
    def is_in_front(self) -> bool:
        if self._is_in_front is not None:
            return self._is_in_front
        return self._hands_on_ms is not None and 0 <= self._now_ms() - self._hands_on_ms < HANDS_ON_MS

    def tell(self, line: str) -> str:
        if self._write is None:
            return NOBODY_SITS
        if self.is_in_front:
            return LOOKED_AT
        told = notice(line, self._environ) if self._ways.has_notices else ""
        if self._ways.has_bell:
            told += BELL
        if not told:
            return SWITCHED_OFF
        self._write(told)
        return ""

    def count(self, needs_you: int) -> None:
        """Have the window's title say how much waits for the operator."""
        if self._write is None or not self._names_the_window or needs_you == self._needs_you:
            return
        self._needs_you = needs_you
        self._write(title(needs_you))

    @property
    def _names_the_window(self) -> bool:
        return self._ways.has_title and understands(self._environ)


class StderrTerminal:
    """Implements `TerminalTarget` for a process without a screen: a line on standard error where that is a terminal."""

    def __init__(self, ways: Ways, *, environ: Mapping[str, str] = os.environ) -> None:
        self._ways = ways
        self._environ = environ

    def tell(self, line: str) -> str:
        if not sys.stderr.isatty():
            return NOBODY_SITS
        if self._ways == NO_WAY:
            return SWITCHED_OFF
        told = notice(line, self._environ) if self._ways.has_notices else ""
        sys.stderr.write(f"{told}{BELL if self._ways.has_bell else ''}{one_line(line)}\n")
        sys.stderr.flush()
        return ""
