"""Is it told how far a long piece of work has come, with and without a terminal?"""

from __future__ import annotations

import io

import pytest

from console.progress import Bar, Lines, progress


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
