"""Which rows do the words of a text strike out?

The text is taken apart at its white space, and for each piece it is remembered which of all the words and parts of
words that rules look for are in it. Language says the same words again and again: most pieces are known already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import NamedTuple

from core.rules.texts import Text

PIECES_KNOWN_MAX = 4_096
"""For one fact of one index. Then all are forgotten: what is said now is learnt again soon."""

PIECE_CHARACTERS_MAX = 40
"""Longer pieces are searched for each part: they are no words, and not kept."""

FEW_BITS = 8
"""So many are found faster one by one than all at once."""


class Demands(NamedTuple):
    """What rows need to be there and bar from being there, one bit each. The first of a row has the row's number, each
    further one `height` more than the one before, so that it is told apart which of them was met."""

    needs: int
    bars: int
    height: int

    def struck(self, met: int) -> int:
        """The rows of which something is missing or barred, where the demands of `met` are there."""
        wrong = self.needs & ~met | self.bars & met
        further = wrong >> self.height
        if not further:
            return wrong
        row = (1 << self.height) - 1
        struck = wrong & row
        while further:
            struck |= further & row
            further >>= self.height
        return struck


class TextWords:
    """The demands on one text: `parts` stand anywhere in its folded form, `words` are whole words in RE2's sense; each
    with the demands that it meets.

    A part without white space is in the text where it is in one of its pieces: folding neither makes nor takes any.
    """

    __slots__ = ("_demands", "_known", "_lengths", "_parts", "_words")

    def __init__(self, demands: Demands, *, parts: Mapping[str, int], words: Mapping[bytes, int]) -> None:
        self._demands = demands
        self._parts = parts
        self._words = words
        self._lengths = sorted({len(part) for part in parts})
        self._known: dict[str, int] = {}

    def struck_by(self, text: str) -> int:
        """The rows that a text strikes out by what is in it and what isn't."""
        if not (self._parts or self._words):
            return 0
        known = self._known
        met = 0
        for piece in text.split():
            try:
                met |= known[piece]
            except KeyError:
                met |= self._learn(piece)
        return self._demands.struck(met)

    def _learn(self, piece: str) -> int:
        text = Text(piece)
        met = 0
        for word in text.words:
            met |= self._words.get(word, 0)
        if len(piece) > PIECE_CHARACTERS_MAX:
            return reduce(or_, [mask for part, mask in self._parts.items() if part in text.folded], met)
        for part in _parts_of(text.folded, self._lengths):
            met |= self._parts.get(part, 0)
        if len(self._known) >= PIECES_KNOWN_MAX:
            self._known.clear()
        self._known[piece] = met
        return met


def _parts_of(piece: str, lengths: Iterable[int]) -> set[str]:
    return {piece[start : start + length] for length in lengths for start in range(len(piece) - length + 1)}


def mask_of(numbers: Iterable[int]) -> int:
    """An integer with these bits."""
    data = bytearray()
    for number in numbers:
        if number >> 3 >= len(data):
            data.extend(bytes((number >> 3) + 1 - len(data)))
        data[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(data, "little")


def places(mask: int) -> list[int]:
    """The numbers of the bits that are set, ascending."""
    found: list[int] = []
    if mask.bit_count() <= FEW_BITS:
        while mask:
            lowest = mask & -mask
            found.append(lowest.bit_length() - 1)
            mask ^= lowest
        return found
    zeros = f"{mask:b}"[::-1].split("1")
    zeros.pop()
    place = -1
    for run in zeros:
        place += len(run) + 1
        found.append(place)
    return found
