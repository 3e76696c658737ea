"""How much of a text fits so many cells of a terminal, and where does it break?"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from rich.cells import cell_len

Align = Literal["left", "right"]

ELLIPSIS = "…"
WIDTH_CELLS_MIN = 2
"""A wide character takes two cells: nothing narrower can hold every text."""

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls: they could drive the terminal
    "\u200d\ufe0f"  # joiner and emoji selector: terminals disagree on how wide what they join is
    "\u2028\u2029\u202a-\u202e\u2066-\u2069"  # line separators and direction overrides: they reorder what follows
    "\ud800-\udfff]"  # halves of a character: they can't be encoded
)
_WORD = re.compile(r"\S+")
_TAB = "    "


def clean(text: str) -> str:
    """The text without whatever could move the cursor, reorder the line or upset its width. Line breaks stay."""
    return _UNSAFE.sub("", text).replace("\t", _TAB)


def one_line(text: str) -> str:
    """Clean, with line breaks turned into spaces."""
    return clean(text).replace("\n", " ")


def width_of(text: str) -> int:
    """Cells that a clean text takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """At most `width` cells of a clean text, ending in `…` where something was left out."""
    if width_of(text) <= width:
        return text
    if width <= 0:
        return ""
    return _prefix(text, width - 1) + ELLIPSIS


def fit(text: str, width: int, align: Align = "left") -> str:
    """Exactly `width` cells: cut or padded."""
    shown = cut(text, width)
    padding = " " * (width - width_of(shown))
    return padding + shown if align == "right" else shown + padding


def fit_both(text: str, tail: str, width: int) -> str:
    """Exactly `width` cells of both, one behind the other. What is too long is cut in `text` first, down to half of
    the room, and then in `tail`: as much is seen of both as there is room for."""
    room = max(width // 2, width - width_of(tail))
    shown = cut(text, room)
    return fit(shown + cut(tail, width - width_of(shown)), width)


class LineWrapper:
    """Wraps a growing text by word. Feeding it in pieces gives the same lines as feeding it at once.

    All lines but the last are final: a greedy wrap never goes back, so a piece costs its own length plus one line.
    """

    __slots__ = ("_lines", "_starts", "_tail", "_tail_start", "_width")

    def __init__(self, width: int) -> None:
        self._width = max(WIDTH_CELLS_MIN, width)
        self._lines: list[str] = []
        self._starts: list[int] = []
        self._tail = ""
        self._tail_start = 0

    def __len__(self) -> int:
        return len(self._lines) + 1

    def line(self, index: int) -> str:
        """The line at `index`, without trailing spaces; the last one may still grow."""
        return self._tail.rstrip() if index == len(self._lines) else self._lines[index]

    def start(self, index: int) -> int:
        """Where in the text the line at `index` begins."""
        return self._tail_start if index == len(self._lines) else self._starts[index]

    def feed(self, piece: str) -> None:
        """Add a clean piece of text."""
        *paragraphs, last = (self._tail + piece).split("\n")
        for paragraph in paragraphs:
            offset = self._commit_all_but_last(paragraph)
            self._commit(paragraph[offset:])
            self._tail_start += 1
        offset = self._commit_all_but_last(last)
        self._tail = last[offset:]

    def _commit_all_but_last(self, paragraph: str) -> int:
        starts = _line_starts(paragraph, self._width)
        self._tail_start += starts[0]
        for start, end in pairwise(starts):
            self._commit(paragraph[start:end])
        return starts[-1]

    def _commit(self, line: str) -> None:
        self._lines.append(line.rstrip())
        self._starts.append(self._tail_start)
        self._tail_start += len(line)


def _line_starts(paragraph: str, width: int) -> list[int]:
    """Where each line of one paragraph begins; the first start is past an indentation that leaves no room."""
    if width_of(paragraph) <= width:
        return [0]
    starts, used, placed_to = [0], 0, 0
    for word in _WORD.finditer(paragraph):
        gap, cells = word.start() - placed_to, width_of(word.group())
        if not paragraph[placed_to : word.start()].isascii():
            gap = width_of(paragraph[placed_to : word.start()])
        if used + gap + cells <= width:
            used += gap + cells
        else:
            if used:
                starts.append(word.start())
            else:
                starts[-1] = word.start()
            pieces = _broken(word.group(), width) if cells > width else [word.group()]
            for piece in pieces[:-1]:
                starts.append(starts[-1] + len(piece))
            used = width_of(pieces[-1])
        placed_to = word.end()
    return starts


def _broken(word: str, width: int) -> list[str]:
    """A word too long for a line, in pieces that fit."""
    pieces = []
    while word:
        piece = _prefix(word, width)
        pieces.append(piece)
        word = word[len(piece) :]
    return pieces


def _prefix(text: str, width: int) -> str:
    """As much of the start as fits, with the marks that combine with its last character."""
    if text.isascii():
        return text[:width]
    used = 0
    for position, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return text[:position]
    return text
