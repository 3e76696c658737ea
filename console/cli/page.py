"""How do lines stand on a page: headings, notes with a mark before them, paragraphs?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from console.cli.tables import cells, wrapped

INDENT = "  "


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What an operator reads first is marked: parts by a rule across the page, rules by a diamond, and what went wrong
    by a cross."""

    width: int

    def heading(self, text: str) -> str:
        return f"── {text} " + "─" * max(0, self.width - cells(text) - 4)

    def noted(self, mark: str, text: str) -> Iterator[str]:
        lines = wrapped(text, width=self.width - len(INDENT))
        for number, line in enumerate(lines):
            yield f"{mark if number == 0 else ' '} {line}"

    def plain(self, text: str) -> Iterator[str]:
        return wrapped(text, width=self.width)

    def indented(self, text: str) -> Iterator[str]:
        return wrapped(text, width=self.width, indent=INDENT)


def titled(seat: str) -> str:
    """`Devil advocate` of `devil_advocate`."""
    return seat.replace("_", " ").capitalize()
