"""How are the pieces of a document written in Markdown, so that each text stays text?"""

from __future__ import annotations

from collections.abc import Iterator

from console.exported_blocks import Aside, Block, Chart, Grid, Heading, Item, Reading, Said, Told, capitalised
from console.presenters.figures import bar
from core.exporting.readable import escaped

BAR_CELLS = 40
READINGS_SHOWN_MAX = 60
"""The newest: a chart of more lines would bury what stands below it."""


def markdown(block: Block, before: Block | None) -> Iterator[str]:
    """The lines of a piece, with an empty one where they must not run into those `before`."""
    if before is not None and not (isinstance(block, Item) and isinstance(before, Item)):
        yield ""
    match block:
        case Heading(level=level, text=text):
            yield f"{'#' * level} {escaped(' '.join(text.split()))}"
        case Said(text=text):
            yield from (f"> {escaped(line)}".rstrip() for line in text.splitlines())
        case Aside(text=text):
            yield f"*{escaped(' '.join(capitalised(text).split()))}*"
        case Told(text=text):
            yield escaped(text)
        case Item(text=text):
            yield f"- {escaped(' '.join(text.split()))}"
        case Grid(head=head, rows=rows, has_numbers=has_numbers):
            yield _row(head)
            yield "|---|" + ("--:|" if has_numbers else "---|") * (len(head) - 1)
            yield from (_row(row) for row in rows)
        case Chart(readings=readings, level_shown=level):
            yield "```text"
            yield from _bars(readings[-READINGS_SHOWN_MAX:])
            if level:
                yield f"asked for: {level}"
            if len(readings) > READINGS_SHOWN_MAX:
                yield f"the newest {READINGS_SHOWN_MAX} of {len(readings)}"
            yield "```"


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(escaped(" ".join(cell.split())) for cell in cells) + " |"


def _bars(readings: tuple[Reading, ...]) -> Iterator[str]:
    width = max(len(each.label) for each in readings)
    yield from (f"{each.label:<{width}}  {bar(each.ppm, width=BAR_CELLS)}  {each.shown}" for each in readings)
