"""How is a chart drawn in plain characters, so that it reads without colour too?

plotext draws it; it keeps one figure for the whole process, so that each chart is drawn under a lock, with its size
given, and leaves nothing behind. What comes out is text alone: series are told apart by letters, and the bar that is
looked at by a full block or capital letters and a pointer below it. Colours are put on by us, so that they are the
theme's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from console.presenters.shown import Line, Part

BAR, BAR_CHOSEN = "▒", "█"
POINTER, AXIS_CORNER, TICK = "▲", "└", "┬"
LETTERS = "abcdefgh"
"""So many series can be told apart; what is beyond is put together."""

SLOTS_MIN = 8
"""Fewer bars than this are drawn as if there were so many: a single one would fill the screen, and say no more."""

BAR_CELLS_MIN = 4
"""Three for a bar, and one that keeps it from the next."""

AXIS_CELLS = 12
WIDTH_MIN, HEIGHT_MIN = 24, 6
BAR_WIDTH = 0.7
LABEL_GAP = 2

PLOTTED_MAX = 16
_DRAWING = Lock()
_AXIS = re.compile(r"[│┤]")
_RUNS = re.compile(r"▒+|█+|[a-h]+|[A-H]+|[^▒█a-hA-H]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What is stacked upon the series before. `letter` tells it apart; "" where it is the only one."""

    name: str
    values: tuple[int, ...]
    letter: str = ""
    style: str = "accent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars from left to right, one for each label; `shown` writes a value of the upright axis. `top` is the end of that
    axis where it is always the same, 0 where it is the largest value."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    shown: Callable[[int], str]
    top: int = 0


def load() -> None:
    """Load what draws, away from whoever must not wait."""
    import plotext  # noqa: F401  # that it is loaded is all


def drawn(chart: Chart, *, width: int, height: int, chosen: int | None = None) -> tuple[str, ...]:
    """The chart as lines of at most `width` characters: those bars of it that fit, the `chosen` one among them.

    Empty where there is nothing to draw, or no room to draw it in.
    """
    if width < WIDTH_MIN or height < HEIGHT_MIN or not chart.labels:
        return ()
    first, last = window_of(len(chart.labels), width=width, chosen=chosen)
    plotted = _plotted(chart, first, last, width, height)
    lines = list(plotted.lines)
    if chosen is not None:
        _mark(lines, plotted.edge + plotted.cells * (chosen - first), plotted.cells)
    return tuple(line[:width].rstrip() for line in lines)


def bar_at(chart: Chart, column: int, *, width: int, height: int, chosen: int | None = None) -> int | None:
    """Which bar stands in a column of the chart drawn so; None where none does, as on its axis."""
    if width < WIDTH_MIN or height < HEIGHT_MIN or not chart.labels:
        return None
    first, last = window_of(len(chart.labels), width=width, chosen=chosen)
    plotted = _plotted(chart, first, last, width, height)
    at = first + (column - plotted.edge) // plotted.cells
    return at if column >= plotted.edge and at < last else None


@dataclass(frozen=True, slots=True)
class _Plotted:
    """Lines, how many columns the axis takes, and how many each bar."""

    lines: tuple[str, ...]
    edge: int
    cells: int


def window_of(bars: int, *, width: int, chosen: int | None) -> tuple[int, int]:
    """Which bars are drawn where not all fit: the newest, or those around the chosen one."""
    room = max(1, (width - AXIS_CELLS) // BAR_CELLS_MIN)
    if bars <= room:
        return 0, bars
    middle = bars - 1 if chosen is None else chosen
    first = max(0, min(bars - room, middle - room // 2))
    return first, first + room


def chart_lines(chart: Chart, *, width: int, height: int, chosen: int | None = None) -> tuple[Line, ...]:
    """The chart in styles, with a legend where there are several series."""
    legend = _legend(chart)
    lines = drawn(chart, width=width, height=height - len(legend), chosen=chosen)
    return (*legend, *(Line(parts=_styled(line, chart)) for line in lines)) if lines else ()


def chart_bar_at(chart: Chart, column: int, *, width: int, height: int, chosen: int | None = None) -> int | None:
    """Which bar of `chart_lines` stands in a column."""
    return bar_at(chart, column, width=width, height=height - len(_legend(chart)), chosen=chosen)


def legend_text(chart: Chart) -> str:
    """`a anthropic  b openai`; "" for a single series."""
    lettered = [each for each in chart.series if each.letter]
    return "  ".join(f"{each.letter} {each.name}" for each in lettered)


def _legend(chart: Chart) -> tuple[Line, ...]:
    parts: list[Part] = []
    for each in chart.series:
        if each.letter:
            parts += [(f"{each.letter} ", f"{each.style} strong"), (f"{each.name}  ", "muted")]
    return (Line(parts=tuple(parts)),) if parts else ()


@lru_cache(maxsize=PLOTTED_MAX)
def _plotted(chart: Chart, first: int, last: int, width: int, height: int) -> _Plotted:
    """Drawn once for as long as the cursor stays among the bars that are drawn: that takes longer than a key may."""
    import plotext  # takes longer to load than a command that draws nothing may

    places = range(first, last)
    slots = max(SLOTS_MIN, len(places))
    top = chart.top or max((sum(each.values[at] for each in chart.series) for at in places), default=0) or 1
    heights = _heights(top, chart.shown)
    edge = max(len(label) for _, label in heights) + 1
    cells = max(1, (width - edge - 1) // slots)
    with _DRAWING:
        try:
            plotext.clear_figure()
            plotext.limit_size(False, False)
            plotext.theme("clear")
            plotext.plotsize(edge + slots * cells + 1, height - 1)  # so that every bar has as many columns as the next
            plotext.frame(False)
            plotext.yaxes(True, False)
            plotext.xaxes(True, False)
            plotext.stacked_bar(
                [at - first + 1 for at in places],
                [[each.values[at] for at in places] for each in chart.series],
                marker=[each.letter or BAR for each in chart.series],
                width=BAR_WIDTH,
            )
            plotext.xlim(0.5, slots + 0.5)
            plotext.ylim(0, top)
            plotext.xticks([], [])  # it places labels that are close now here and now there
            plotext.yticks([value for value, _ in heights], [label for _, label in heights])
            text: str = plotext.uncolorize(plotext.build())
        finally:
            plotext.clear_figure()
    lines = text.rstrip("\n").split("\n")
    _label(lines, chart.labels[first:last], edge=edge, cells=cells, width=width)
    return _Plotted(lines=tuple(lines), edge=edge, cells=cells)


def _label(lines: list[str], labels: Sequence[str], *, edge: int, cells: int, width: int) -> None:
    """Write below the axis what the bars are called: each of them, or as many as stand apart, the newest among them."""
    step = max(1, -(-(max(map(len, labels)) + LABEL_GAP) // cells))
    axis, below = list(lines[-1].ljust(width)), [" "] * width
    for at, label in enumerate(labels):
        if (len(labels) - 1 - at) % step:
            continue
        middle = edge + cells * at + (cells + 1) // 2
        begins = max(0, min(middle - len(label) // 2, width - len(label)))
        axis[middle] = TICK
        below[begins : begins + len(label)] = label
    lines[-1] = "".join(axis).rstrip()
    lines.append("".join(below).rstrip())


def _mark(lines: list[str], column: int, cells: int) -> None:
    """Draw the bar in these columns as the one that is looked at, and point at it from the axis, also where it is too
    low to be seen."""
    for at, line in enumerate(lines):
        if AXIS_CORNER in line:
            pointer = column + (cells + 1) // 2
            lines[at] = line[:pointer] + POINTER + line[pointer + 1 :]
            return
        bar = line[column : column + cells].replace(BAR, BAR_CHOSEN)
        lines[at] = line[:column] + bar.upper() + line[column + cells :]


def _heights(top: int, shown: Callable[[int], str]) -> list[tuple[int, str]]:
    """The end of the axis, its middle, and nothing; each label once."""
    found: dict[str, int] = {}
    for value in (0, top // 2, top):
        found.setdefault(shown(value), value)
    return [(value, label) for label, value in found.items()]


def _styled(line: str, chart: Chart) -> tuple[Part, ...]:
    axis = _AXIS.search(line)
    if axis is None:
        before, pointer, behind = line.partition(POINTER)
        return ((before, "muted"), (pointer, "text strong"), (behind, "muted")) if pointer else ((line, "muted"),)
    styles = {each.letter: each.style for each in chart.series if each.letter}
    plain = chart.series[0].style if chart.series else "accent"
    parts: list[Part] = [(line[: axis.end()], "muted")]
    for run in _RUNS.findall(line[axis.end() :]):
        kind = run[0]
        if kind in (BAR, BAR_CHOSEN):
            parts.append((run, plain if kind == BAR else "text strong"))
        elif kind.lower() in styles:
            parts.append((run, styles[kind.lower()] + (" strong" if kind.isupper() else "")))
        else:
            parts.append((run, "muted"))
    return tuple(parts)
