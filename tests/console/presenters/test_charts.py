"""Does a chart read without colour, at any size, and leave nothing of itself behind?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import plotext
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.presenters.charts import (
    BAR,
    BAR_CHOSEN,
    HEIGHT_MIN,
    LETTERS,
    POINTER,
    WIDTH_MIN,
    Chart,
    Series,
    chart_lines,
    drawn,
    legend_text,
    window_of,
)

ROOT = Path(__file__).resolve().parents[3]


def chart(values: list[int], *, top: int = 0) -> Chart:
    labels = tuple(f"11-{at:02d}" for at in range(1, len(values) + 1))
    return Chart(
        title="sessions", labels=labels, series=(Series(name="all", values=tuple(values)),), shown=str, top=top
    )


def stacked(*series: tuple[int, ...]) -> Chart:
    return Chart(
        title="cost",
        labels=tuple(str(at) for at in range(len(series[0]))),
        series=tuple(
            Series(name=f"provider {at}", letter=LETTERS[at], style=f"seat_{at + 1}", values=values)
            for at, values in enumerate(series)
        ),
        shown=lambda value: f"${value}",
    )


def test_the_chosen_bar_is_told_by_its_block_and_a_pointer() -> None:
    lines = drawn(chart([3, 5, 1]), width=78, height=12, chosen=1)

    text = "\n".join(lines)
    assert BAR in text
    assert BAR_CHOSEN in text
    assert text.count(POINTER) == 1
    assert BAR_CHOSEN not in "\n".join(drawn(chart([3, 5, 1]), width=78, height=12))


@pytest.mark.parametrize("width", [40, 61, 78, 139])
def test_the_whole_bar_is_drawn_as_the_chosen_one_and_no_part_of_another(width: int) -> None:
    *bars, axis, _ = drawn(chart([5, 5, 5]), width=width, height=12, chosen=1)
    for line in bars:
        assert line.count(BAR_CHOSEN) * 2 == line.count(BAR) > 0
        assert abs(2 * axis.index(POINTER) - line.index(BAR_CHOSEN) - line.rindex(BAR_CHOSEN)) <= 1


def test_a_bar_of_nothing_is_pointed_at_all_the_same() -> None:
    lines = drawn(chart([3, 0, 1]), width=78, height=12, chosen=1)

    pointer = next(line for line in lines if POINTER in line)
    assert BAR_CHOSEN not in "\n".join(lines)
    assert lines[-1].find("11-02") <= pointer.index(POINTER) <= lines[-1].find("11-02") + len("11-02")


def test_series_are_told_apart_by_letters_and_a_legend() -> None:
    text = "\n".join(drawn(stacked((4, 2), (1, 3)), width=78, height=12, chosen=0))

    assert {"a", "b", "A", "B"} <= set(text)
    assert legend_text(stacked((1,), (2,))) == "a provider 0  b provider 1"
    first, *_ = chart_lines(stacked((4, 2), (1, 3)), width=78, height=12)
    assert "".join(part for part, _ in first.parts).split() == ["a", "provider", "0", "b", "provider", "1"]


def test_the_axes_say_where_they_end() -> None:
    lines = drawn(chart([500_000, 250_000], top=1_000_000), width=60, height=12)

    assert lines[0].startswith("1000000┤")
    assert any(line.strip().startswith("500000┤") for line in lines)
    assert any(line.strip().startswith("0┤") for line in lines)


def test_of_many_bars_those_around_the_chosen_one_are_drawn() -> None:
    many = chart(list(range(1, 101)))

    assert "11-100" in "\n".join(drawn(many, width=80, height=12))
    early = "\n".join(drawn(many, width=80, height=12, chosen=0))
    assert "11-100" not in early
    assert POINTER in early


def test_nothing_is_drawn_of_nothing_or_in_no_room() -> None:
    assert drawn(chart([]), width=80, height=12) == ()
    assert drawn(chart([1]), width=WIDTH_MIN - 1, height=12) == ()
    assert drawn(chart([1]), width=80, height=HEIGHT_MIN - 1) == ()
    assert chart_lines(chart([]), width=80, height=12) == ()


def test_what_was_drawn_before_leaves_nothing_behind() -> None:
    alone = drawn(chart([3, 5, 1]), width=78, height=12, chosen=1)
    drawn(stacked((4, 2, 9), (1, 3, 7)), width=40, height=20)
    plotext.title("of somebody else")
    plotext.plot([1, 2, 3])

    assert drawn(chart([3, 5, 1]), width=78, height=12, chosen=1) == alone


@settings(max_examples=30, deadline=None)
@given(
    values=st.lists(st.integers(0, 10**9), min_size=1, max_size=60),
    width=st.integers(WIDTH_MIN, 200),
    height=st.integers(HEIGHT_MIN, 40),
    data=st.data(),
)
def test_a_chart_keeps_to_its_room_and_shows_the_chosen_bar(
    values: list[int], width: int, height: int, data: st.DataObject
) -> None:
    chosen = data.draw(st.integers(0, len(values) - 1))

    lines = drawn(chart(values), width=width, height=height, chosen=chosen)

    assert lines
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    assert sum(line.count(POINTER) for line in lines) == 1
    first, last = window_of(len(values), width=width, chosen=chosen)
    assert first <= chosen < last


@pytest.mark.parametrize("width", [40, 78, 138, 198])
def test_no_label_is_cut(width: int) -> None:
    labels = drawn(chart([5] * 30), width=width, height=12)[-1].split()

    assert labels
    assert all(len(label) == len("11-01") for label in labels)


@pytest.mark.parametrize("chosen", [None, 0, 2])
def test_every_line_is_coloured_by_names_of_the_palette(chosen: int | None) -> None:
    names = {
        style
        for made in (chart([3, 5, 1]), stacked((4, 2, 1), (1, 3, 0)))
        for line in chart_lines(made, width=78, height=12, chosen=chosen)
        for _, style in line.parts
    }

    assert names <= {"muted", "accent", "text strong", *(f"seat_{n}{w}" for n in (1, 2) for w in ("", " strong"))}


SAME = """
from tests.console.presenters.test_charts import chart, stacked
from console.presenters.charts import drawn
for width in (40, 78, 138):
    print("\\n".join(drawn(chart([5, 3] * 15), width=width, height=12, chosen=4)))
    print("\\n".join(drawn(stacked((4, 2, 9), (1, 3, 7)), width=width, height=12, chosen=1)))
"""


def test_a_chart_is_the_same_in_every_process() -> None:
    """Names have another place in a set in each process; a picture must not."""
    drawn_by = {
        subprocess.run(
            [sys.executable, "-c", SAME],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(drawn_by) == 1
    assert len(drawn_by.pop()) > 1_000
