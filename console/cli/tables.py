"""How does a list stand on a terminal so that its columns line up?"""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

COLUMNS_MIN = 20
"""Narrower than this, lines are left to the terminal to break: cutting further would leave nothing to read."""
COLUMNS_MAX = 100
"""Longer lines are hard to read; only tables use all that the terminal has."""
COLUMNS_UNKNOWN = 80
COLUMNS_UNBOUNDED = 1 << 30
"""A program that reads a table wants all of it: what a person would see cut, it would take for the whole name."""
GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """`is_number` aligns to the right; the one column that `is_flexible` is cut where the terminal is too narrow."""

    title: str
    is_number: bool = False
    is_flexible: bool = False


def terminal_columns() -> int:
    return max(COLUMNS_MIN, shutil.get_terminal_size((COLUMNS_UNKNOWN, 24)).columns)


def table_columns() -> int:
    """The columns that a table may take: those of the terminal, those that `COLUMNS` names, or as many as it needs."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS"):
        return terminal_columns()
    return COLUMNS_UNBOUNDED


def cells(text: str) -> int:
    """How many places a text takes on a terminal: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(character) for character in text)


def _cells_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def cut(text: str, width: int) -> str:
    """`text` on one line and in at most `width` places, ending in `…` where something was left out."""
    line = " ".join(text.split())
    if cells(line) <= width:
        return line
    kept, used = "", 0
    for character in line:
        used += _cells_of(character)
        if used > width - 1:
            break
        kept += character
    return kept.rstrip() + "…"


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, width: int) -> str:
    """The rows below their titles. Only the flexible column gives way; trailing blanks are left out."""
    titles = [column.title for column in columns]
    widths = [max(cells(row[at]) for row in (titles, *rows)) for at in range(len(columns))]
    flexible = next((at for at, column in enumerate(columns) if column.is_flexible), None)
    if flexible is not None:
        spare = width - sum(widths) - len(GAP) * (len(columns) - 1)
        widths[flexible] = max(
            cells(titles[flexible]), min(widths[flexible], widths[flexible] + spare), COLUMNS_MIN // 2
        )
    return "\n".join(_line(columns, row, widths) for row in (titles, *rows))


def _line(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int]) -> str:
    placed = []
    for column, text, width in zip(columns, row, widths, strict=True):
        shown = cut(text, width) if column.is_flexible else text
        blank = " " * max(0, width - cells(shown))
        placed.append(blank + shown if column.is_number else shown + blank)
    return GAP.join(placed).rstrip()


def pairs(rows: Sequence[tuple[str, str]], *, indent: str = "  ") -> str:
    """Names and values, one pair a line, values lined up."""
    width = max((cells(name) for name, _ in rows), default=0)
    return "\n".join(f"{indent}{name}{' ' * (width - cells(name))}{GAP}{value}".rstrip() for name, value in rows)


def wrapped(text: str, *, width: int, indent: str = "") -> Iterator[str]:
    """`text` in lines of at most `width` places with `indent` included. Its own line breaks stay."""
    room = max(COLUMNS_MIN // 2, width - cells(indent))
    for paragraph in text.split("\n"):
        line = ""
        for word in re.findall(r"\S+", paragraph):
            if line and cells(line) + 1 + cells(word) > room:
                yield indent + line
                line = ""
            line = f"{line} {word}" if line else word
        yield (indent + line).rstrip()
