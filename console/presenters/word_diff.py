"""Which words of a text are new in the next one, and which are gone?

Compared are lines first, then the sentences of lines that differ, then the words of sentences that do: a word that
moved far is gone here and new there, as a reader sees it. What is too large to be compared by word counts as written
anew; both texts always come back whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

PIECES_MAX = 2_000
"""Of a block with more lines, sentences or words on one side nothing is compared: the time grows with the product."""

LIKENESS_PPM_MIN = 250_000
"""Sentences that share fewer of their words are shown as gone and new: crumbs of words in common help nobody."""

Change = Literal["same", "gone", "new"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that is on both sides, on the older one alone or on the newer one alone."""

    text: str
    change: Change


def compared(older: str, newer: str) -> tuple[Run, ...]:
    """Both texts as one row of runs, gone before new. Without what is new it reads as the older, without what is gone
    as the newer."""
    return tuple(_joined(_by(_SPLITS, older, newer)))


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of both texts that belong beside one another; `is_same` where they read alike."""

    older: tuple[Run, ...]
    newer: tuple[Run, ...]

    @property
    def is_same(self) -> bool:
        return all(run.change == "same" for run in (*self.older, *self.newer))


def blocks(older: str, newer: str) -> tuple[Block, ...]:
    """Both texts in blocks of whole lines, in order: put together, each side gives back its text."""
    before, after = _lines(older), _lines(newer)
    if max(len(before), len(after)) > PIECES_MAX:
        return (Block(*sides(compared(older, newer))),)
    found: list[Block] = []
    for tag, start, end, from_, to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Block((Run(line, "same"),), (Run(line, "same"),)) for line in before[start:end]]
        elif end - start == to - from_:  # so many lines for as many: each beside the one that it became
            found += [_block(one, other) for one, other in zip(before[start:end], after[from_:to], strict=True)]
        else:
            found.append(_block("".join(before[start:end]), "".join(after[from_:to])))
    return tuple(found)


def _block(older: str, newer: str) -> Block:
    return Block(*sides(tuple(_joined(_by(_SPLITS[1:], older, newer)))))


def sides(runs: Sequence[Run]) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """The older and the newer text, each as its own runs."""
    older = tuple(run for run in runs if run.change != "new")
    return older, tuple(run for run in runs if run.change != "gone")


def changed_words(runs: Sequence[Run]) -> tuple[int, int]:
    """How many words are gone, and how many new."""
    counts = {"gone": 0, "new": 0, "same": 0}
    for run in runs:
        counts[run.change] += len(run.text.split())
    return counts["gone"], counts["new"]


def _pieces(pattern: str) -> Callable[[str], list[str]]:
    return re.compile(pattern, re.DOTALL).findall


_lines = _pieces(r"[^\n]*\n+|[^\n]+")
_SPLITS: tuple[Callable[[str], list[str]], ...] = (
    _lines,
    _pieces(r".+?(?:[.!?:;](?=\s)\s*|$)"),
    _pieces(r"\s+|\w+|[^\w\s]"),
)
"""Into lines, into sentences, into words: each gives back the whole text in pieces."""


def _by(splits: Sequence[Callable[[str], list[str]]], older: str, newer: str) -> Iterator[Run]:
    if not splits or not older or not newer:
        yield from _written_anew(older, newer)
        return
    split, *finer = splits
    before, after = split(older), split(newer)
    if max(len(before), len(after)) > PIECES_MAX:
        yield from _written_anew(older, newer)
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if not finer and _likeness_ppm(matcher, before, after) < LIKENESS_PPM_MIN:
        yield from _written_anew(older, newer)
        return
    for tag, start, end, from_, to in matcher.get_opcodes():
        if tag == "equal":
            yield Run("".join(before[start:end]), "same")
        else:
            yield from _by(finer, "".join(before[start:end]), "".join(after[from_:to]))


def _likeness_ppm(matcher: SequenceMatcher[str], before: Sequence[str], after: Sequence[str]) -> int:
    """The share of words that both have. Blanks are alike in all texts, and are not counted."""
    common = sum(1 for at, _, size in matcher.get_matching_blocks() for each in before[at : at + size] if each.strip())
    words = sum(1 for each in (*before, *after) if each.strip())
    return 2_000_000 * common // words if words else 1_000_000


def _written_anew(older: str, newer: str) -> Iterator[Run]:
    if older == newer and older:
        yield Run(older, "same")
        return
    if older:
        yield Run(older, "gone")
    if newer:
        yield Run(newer, "new")


def _joined(runs: Iterator[Run]) -> Iterator[Run]:
    """Runs of one kind that follow one another as one; in what changed, gone before new, across the blanks between.

    `old word` → `new text` would otherwise alternate word by word, which nobody can read."""
    gone, new, blank = "", "", ""
    for run in runs:
        if run.change == "gone":
            gone, new, blank = gone + blank + run.text, new + blank, ""
        elif run.change == "new":
            gone, new, blank = gone + blank, new + blank + run.text, ""
        elif run.text.isspace() and "\n" not in run.text and (gone or new):
            blank += run.text
        else:
            yield from _changed(gone, new)
            yield Run(blank + run.text, "same")
            gone, new, blank = "", "", ""
    yield from _changed(gone, new)
    if blank:
        yield Run(blank, "same")


def _changed(gone: str, new: str) -> Iterator[Run]:
    if gone:
        yield Run(gone, "gone")
    if new:
        yield Run(new, "new")
