"""Does a terminal ring for whoever looks elsewhere, and does nothing that was said reach into its sequences?"""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.settings import Settings
from console.terminal_bell import ConsoleTerminal, StderrTerminal, Ways, ways_of
from console.terminal_notices import BRING_TITLE_BACK, KEEP_TITLE, TEXT_CHARACTERS_MAX, notice, title

XTERM = {"TERM": "xterm-256color"}
HOSTILE = "over\a\x1b]2;owned\x07\x1b[31m\x9b2J\r\nnext\u202e;more"


class Screen:
    """What was written, and a clock."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.at_ms = 1_000_000

    def now_ms(self) -> int:
        return self.at_ms


def attached(screen: Screen, ways: Ways | None = None, environ: dict[str, str] | None = None) -> ConsoleTerminal:
    terminal = ConsoleTerminal(ways or Ways(), now_ms=screen.now_ms, environ=XTERM if environ is None else environ)
    terminal.attach(screen.written.append)
    screen.written.clear()
    return terminal


def test_a_terminal_that_is_not_looked_at_rings_and_shows_a_notice() -> None:
    screen = Screen()
    attached(screen).tell("[moot] asks you: Trains")

    assert screen.written == ["\x1b]9;[moot] asks you: Trains\x1b\\\a"]


def test_whoever_looks_at_the_console_is_not_rung_for() -> None:
    screen = Screen()
    terminal = attached(screen)
    terminal.looked_at(True)
    assert terminal.tell("in front") == "the console is looked at"
    terminal.looked_at(False)
    assert terminal.tell("behind") == ""

    assert ["behind" in each for each in screen.written] == [True]


def test_where_the_terminal_does_not_say_a_key_tells_for_a_while_that_somebody_looks() -> None:
    screen = Screen()
    terminal = attached(screen)
    terminal.touched()
    terminal.tell("at the keys")
    assert screen.written == []

    screen.at_ms += 30_000
    terminal.tell("gone for coffee")
    assert len(screen.written) == 1


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (XTERM, "\x1b]9;told\x1b\\"),
        ({"TERM": "foot"}, "\x1b]777;notify;moot;told\x1b\\"),
        ({"TERM": "rxvt-unicode-256color"}, "\x1b]777;notify;moot;told\x1b\\"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "\x1b]777;notify;moot;told\x1b\\"),
        ({"TERM": "linux"}, ""),
        ({"TERM": "dumb"}, ""),
        ({}, ""),
    ],
)
def test_each_terminal_gets_the_one_sequence_that_it_knows(environ: dict[str, str], expected: str) -> None:
    assert notice("told", environ) == expected


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        (Ways(has_bell=False), ["\x1b]9;told\x1b\\"]),
        (Ways(has_notices=False), ["\a"]),
        (Ways(has_bell=False, has_notices=False), []),
    ],
)
def test_each_way_can_be_switched_off(ways: Ways, expected: list[str]) -> None:
    screen = Screen()
    attached(screen, ways).tell("told")

    assert screen.written == expected


def test_the_title_says_how_much_waits_and_is_left_as_it_was_found() -> None:
    screen = Screen()
    terminal = ConsoleTerminal(Ways(), now_ms=screen.now_ms, environ=XTERM)
    terminal.count(1)
    terminal.attach(screen.written.append)
    for needs_you in (0, 2, 2, 0):
        terminal.count(needs_you)
    terminal.detach()
    terminal.count(3)
    terminal.tell("after the end")

    shown = ["\x1b]2;moot\x1b\\", "\x1b]2;(2) moot\x1b\\", "\x1b]2;moot\x1b\\"]
    assert screen.written == [KEEP_TITLE, *shown, BRING_TITLE_BACK]


@pytest.mark.parametrize("ways", [Ways(has_title=False), Ways()])
def test_a_title_that_is_not_wanted_or_not_understood_is_not_touched(ways: Ways) -> None:
    screen = Screen()
    environ = {"TERM": "linux"} if ways.has_title else XTERM
    terminal = ConsoleTerminal(ways, now_ms=screen.now_ms, environ=environ)
    terminal.attach(screen.written.append)
    terminal.count(2)
    terminal.detach()

    assert screen.written == []


@given(st.text() | st.just(HOSTILE) | st.text(alphabet="\x1b\x07\x9c\x9d\\];a\n"))
def test_nothing_that_was_said_ends_a_sequence_or_begins_another(text: str) -> None:
    for environ in (XTERM, {"TERM": "foot"}):
        told = notice(text, environ)
        inside = re.fullmatch(r"\x1b\](?:9;|777;notify;moot;)(.*)\x1b\\", told, re.DOTALL)
        assert inside is not None
        assert inside[1] == "" or inside[1].isprintable()
        assert len(inside[1]) <= TEXT_CHARACTERS_MAX
    assert ";" not in notice(text, {"TERM": "foot"}).removeprefix("\x1b]777;notify;moot;")


def test_a_title_is_a_number_alone() -> None:
    assert title(12) == "\x1b]2;(12) moot\x1b\\"


class Tty(io.StringIO):
    def __init__(self, *, is_tty: bool) -> None:
        super().__init__()
        self._is_tty = is_tty

    def isatty(self) -> bool:
        return self._is_tty


def test_without_a_screen_a_line_and_a_bell_go_to_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    error = Tty(is_tty=True)
    monkeypatch.setattr("sys.stderr", error)
    StderrTerminal(Ways(has_notices=False), environ=XTERM).tell(HOSTILE)

    assert error.getvalue() == "\aover next;more\n"


def test_where_nobody_is_told_anything_nothing_rings_and_no_window_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    error = Tty(is_tty=True)
    monkeypatch.setattr("sys.stderr", error)
    ways = ways_of(Settings(enable_notifications=False))

    assert StderrTerminal(ways, environ=XTERM).tell("told") == "[terminal] switches it off"
    assert error.getvalue() == ""
    assert not ways.has_title


def test_where_standard_error_is_no_terminal_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    error = Tty(is_tty=False)
    monkeypatch.setattr("sys.stderr", error)
    StderrTerminal(Ways(), environ=XTERM).tell("told")

    assert error.getvalue() == ""
