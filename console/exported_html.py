"""How does a session read as a page of HTML that stands alone?

Nothing is fetched and nothing runs: no script, no font, no picture from elsewhere, and a policy that says so to the
browser. Every text is made harmless in the one place where it enters the page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from itertools import pairwise

from console.exported_blocks import Aside, Block, Chart, Grid, Heading, Item, Reading, Said, Told, capitalised
from console.exported_report import report
from core.analytics.flips import Formats, all_seen
from core.domain.events import Recorded
from core.domain.facts import FactSpec
from core.domain.summary import SessionSummary
from core.exporting.readable import in_html, page_closing, page_opening

TITLE_CHARACTERS_MAX = 120

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 16, 32
"""The room around the drawing, in its own units."""

LETTER_WIDTH, LETTER_HEIGHT = 7, 14
"""Of a label, at most: who draws the page chooses the letters."""

DOT_RADIUS = 4
LEVEL_GAP = 4

PPM_ONE = 1_000_000
GRID_PERCENT = (0, 25, 50, 75, 100)
DOTS_MAX = 80
"""More dots than this would run into one another; the line alone is drawn then."""


async def html_lines(
    events: AsyncIterator[Recorded],
    formats: Formats = all_seen,
    facts: Mapping[str, FactSpec] | None = None,
    row: SessionSummary | None = None,
) -> AsyncIterator[str]:
    """The page's lines."""
    is_open, is_listing = False, False
    async for block in report(events, formats, facts, row):
        if not is_open:
            for line in page_opening(_title(block)):
                yield line
            is_open = True
        if isinstance(block, Item) is not is_listing:
            is_listing = not is_listing
            yield "<ul>" if is_listing else "</ul>"
        for line in html_of(block):
            yield line
    if not is_open:
        for line in page_opening("moot"):
            yield line
    if is_listing:
        yield "</ul>"
    for line in page_closing():
        yield line


def html_of(block: Block) -> Iterator[str]:
    """The lines of one piece."""
    match block:
        case Heading(level=level, text=text):
            yield f"<h{level}>{in_html(text)}</h{level}>"
        case Said(text=text):
            yield f"<blockquote>{in_html(text)}</blockquote>"
        case Aside(text=text):
            yield f'<p class="aside">{in_html(capitalised(text))}</p>'
        case Told(text=text):
            yield f"<p>{in_html(text)}</p>"
        case Item(text=text):
            yield f"<li>{in_html(text)}</li>"
        case Grid(head=head, rows=rows, has_numbers=has_numbers):
            number = ' class="number"' if has_numbers else ""
            heads = "".join(f"<th{number}>{in_html(each)}</th>" for each in head[1:])
            yield f"<table><thead><tr><th>{in_html(head[0])}</th>{heads}</tr></thead><tbody>"
            for first, *others in rows:
                cells = "".join(f"<td{number}>{in_html(each)}</td>" for each in others)
                yield f"<tr><td>{in_html(first)}</td>{cells}</tr>"
            yield "</tbody></table>"
        case Chart():
            yield from _figure(block)


def _figure(chart: Chart) -> Iterator[str]:
    """A line over the readings, and the same in words for who doesn't see it."""
    first, last = chart.readings[0], chart.readings[-1]
    asked = f" Asked for: {chart.level_shown}." if chart.level_shown else ""
    words = f"{chart.title}: {first.shown} at {first.label}, {last.shown} at {last.label}.{asked}"
    yield "<figure>"
    yield f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{in_html(words)}" width="100%">'
    for percent in GRID_PERCENT:
        y = _y(percent * PPM_ONE // 100)
        yield f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="var(--line)"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end" {_FONT}>{_scale(percent, chart)}</text>'
    places = [(_x(at, len(chart.readings)), _y(each.ppm)) for at, each in enumerate(chart.readings)]
    points = " ".join(f"{x},{y}" for x, y in places)
    if chart.level_ppm:
        yield from _level(chart, places)
    yield f'<polyline points="{points}" fill="none" stroke="var(--accent)" stroke-width="2"/>'
    if len(places) <= DOTS_MAX:
        for (x, y), each in zip(places, chart.readings, strict=True):
            dot = f'<circle cx="{x}" cy="{y}" r="{DOT_RADIUS}" fill="var(--accent)">'
            yield f"{dot}<title>{_dot(each)}</title></circle>"
    for x, anchor, each in ((places[0][0], "start", first), (places[-1][0], "end", last))[: len(places)]:
        yield f'<text x="{x}" y="{HEIGHT - 8}" text-anchor="{anchor}" {_FONT}>{in_html(each.label)}</text>'
    yield f"</svg><figcaption>{in_html(words)}</figcaption></figure>"


def _level(chart: Chart, places: Sequence[tuple[int, int]]) -> Iterator[str]:
    """What was asked for as a line, and its name where the readings don't run through it."""
    y, words = _y(chart.level_ppm), f"asked for: {chart.level_shown}"
    wide = LETTER_WIDTH * len(words)
    corners = (
        (begins, top)
        for top in (y - LEVEL_GAP - LETTER_HEIGHT, y + LEVEL_GAP)
        for begins in (WIDTH - RIGHT - wide, LEFT + LEVEL_GAP, (LEFT + WIDTH - RIGHT - wide) // 2)
        if top >= TOP and top + LETTER_HEIGHT <= HEIGHT - BOTTOM
    )
    free = ((begins, top) for begins, top in corners if not _is_crossed(places, begins, begins + wide, top))
    begins, top = next(free, (WIDTH - RIGHT - wide, y - LEVEL_GAP - LETTER_HEIGHT))
    yield (
        f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="var(--ink)" stroke-dasharray="6 4"/>'
        f'<text x="{begins}" y="{top + LETTER_HEIGHT - 2}" {_FONT} stroke="var(--ground)" stroke-width="4" '
        f'paint-order="stroke">{in_html(words)}</text>'
    )


def _is_crossed(places: Sequence[tuple[int, int]], left: int, right: int, top: int) -> bool:
    """Do the lines between these places, or their dots, run through a box of a label's height?"""
    low, high = top - DOT_RADIUS, top + LETTER_HEIGHT + DOT_RADIUS
    left, right = left - DOT_RADIUS, right + DOT_RADIUS
    for (x1, y1), (x2, y2) in pairwise(places) if len(places) > 1 else ((places[0], places[0]),):
        if x2 < left or x1 > right:
            continue
        begins, ends = max(x1, left), min(x2, right)
        heights = [y1 + (y2 - y1) * (x - x1) // max(1, x2 - x1) for x in (begins, ends)]
        if min(heights) <= high and max(heights) >= low:
            return True
    return False


_FONT = 'font-size="12" fill="var(--soft)"'


def _scale(percent: int, chart: Chart) -> str:
    return f"{percent // 100}.{percent % 100:02d}" if chart.is_score else f"{percent} %"


def _dot(reading: Reading) -> str:
    return f"{in_html(reading.label)}: {in_html(reading.shown)}"


def _x(at: int, count: int) -> int:
    return LEFT + (WIDTH - LEFT - RIGHT) * at // max(1, count - 1)


def _y(ppm: int) -> int:
    height = HEIGHT - TOP - BOTTOM
    return TOP + height - height * max(0, min(PPM_ONE, ppm)) // PPM_ONE


def _title(block: Block) -> str:
    text = " ".join(block.text.split()) if isinstance(block, Heading) else "moot"
    return text if len(text) <= TITLE_CHARACTERS_MAX else text[: TITLE_CHARACTERS_MAX - 1] + "…"
