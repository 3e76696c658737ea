"""Is it told how far a long piece of work has come, with and without a terminal?"""

from __future__ import annotations

import io

import pytest

from console.progress import Bar, Lines, counting, progress


def test_without_a_terminal_each_part_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("refining", 2) as told:
        assert isinstance(told, Lines)
        told.told("one: approved")
        told.noted("stopping")
        told.told("two: approved")

    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["moot: 1 of 2: one: approved", "moot: stopping", "moot: 2 of 2: two: approved"]


def test_on_a_terminal_a_bar_stands_below_what_is_told_and_nothing_is_taken_for_markup(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)

    with progress("refining", 2) as told:
        assert isinstance(told, Bar)
        told.told("one: [bold]approved[/bold] :smile:")

    assert "one: [bold]approved[/bold] :smile:" in screen.getvalue()
    assert "1/2" in screen.getvalue()


def test_where_nobody_looks_on_no_bar_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    with counting("exporting", "rows") as count:
        count(1_000, 5, 10)

    assert capsys.readouterr() == ("", "")


def test_a_bar_says_how_many_are_done_and_how_many_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)

    with counting("exporting events", "rows") as count:
        count(1_000, 5, 10)

    assert "exporting events" in screen.getvalue()
    assert "1,000 rows" in screen.getvalue()
    assert "rows/s" in screen.getvalue()
    assert "50%" in screen.getvalue()
