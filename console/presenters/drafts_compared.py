"""How do two drafts read beside one another: what changed word by word, and what was said of which passage?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from console.presenters.figures import counted, score
from console.presenters.paragraphs import Paragraph
from console.presenters.refined import calibrated, noted, scored_text, scores_text, words
from console.presenters.word_diff import Block, blocks, changed_words
from core.judging.passages import passage_in

if TYPE_CHECKING:
    from console.presenters.drafts import DraftView
    from console.presenters.shown import Part
    from console.presenters.word_diff import Run
    from core.flows.refinement_events import ReviewGiven

REMARKS_MAX = 99
"""Suggestions that are shown in their place; their numbers have two digits."""

DEBATE_LINES_MAX = 12
ID_SHOWN_CHARACTERS = 8
GONE, NEW = "− ", "+ "  # noqa: RUF001 - a minus sign stands as high as the plus
_STYLES = {"same": "text", "gone": "failed struck", "new": "ok strong"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One row: what stands at the left and at the right; `is_notable` where something changed or was said of it."""

    left: tuple[Paragraph, ...] = ()
    right: tuple[Paragraph, ...] = ()
    is_notable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A suggestion in its place: where its passage begins and ends in the draft."""

    number: int
    begin: int
    end: int
    by: str
    text: str

    @property
    def mark(self) -> str:
        return f"«{self.number}»"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two drafts beside one another, and how many words are gone and new; None where there is one alone."""

    pairs: tuple[Pair, ...]
    changed: tuple[int, int] | None = None


def comparison_of(left: DraftView | None, right: DraftView | None) -> Comparison:
    """Both texts line by line with the remarks below what they speak of, then what was said of each as a whole and what
    came of it. Where there is one alone it stands at the right."""
    notes = [_remarks(view) for view in (left, right)]
    rows = []
    at = [0, 0]
    older, newer = (view.draft.text if view is not None else "" for view in (left, right))
    texts: Sequence[Block] = blocks(older, newer) if left is not None else blocks(newer, newer)
    changed = [0, 0]
    for block in texts:
        for side, count in enumerate(changed_words((*block.older, *block.newer))):
            changed[side] += count
        told = []
        for side, runs in enumerate((block.older if left is not None else (), block.newer)):
            length = sum(len(run.text) for run in runs)
            told.append(tuple(_lines(runs, at[side], notes[side])))
            at[side] += length
        is_remarked = any(each.lead.startswith("«") for each in (*told[0], *told[1]))
        rows.append(Pair(left=told[0], right=told[1], is_notable=is_remarked or not block.is_same))
    rows.append(Pair(left=_said_of(left, notes[0]), right=_said_of(right, notes[1])))
    rows.append(Pair(left=_came_of(left), right=_came_of(right)))
    pairs = tuple(pair for pair in rows if pair.left or pair.right)
    return Comparison(pairs=pairs, changed=None if left is None else (changed[0], changed[1]))


def _said_of(view: DraftView | None, remarks: Sequence[Remark]) -> tuple[Paragraph, ...]:
    """What each reviewer says of all of it."""
    if view is None:
        return ()
    if not view.reviews:
        return (Paragraph(), Paragraph((("Nobody has reviewed it yet.", "muted"),)))
    placed = {(each.by, each.text) for each in remarks}
    return (Paragraph(), *_debated(view), *(line for review in view.reviews for line in _review(review, placed)))


def _debated(view: DraftView) -> Iterator[Paragraph]:
    """What a debate about the draft came to, as far as there is room; the session of its own has all of it."""
    if view.debated is None or not view.debated.outcome:
        return
    yield Paragraph((("Debate ", "text"), (words(view.debated.outcome), "text strong")), "└ ", "accent")
    said = view.debated.text.strip().splitlines()
    for line in said[:DEBATE_LINES_MAX]:
        yield Paragraph(((line, "text"),), "  ")
    if len(said) > DEBATE_LINES_MAX:
        yield Paragraph(((f"… session {view.debated.child[:ID_SHOWN_CHARACTERS]} has the rest", "muted"),), "  ")


def _review(review: ReviewGiven, placed: set[tuple[str, str]]) -> Iterator[Paragraph]:
    by = words(review.seat)
    shown = "no score" if review.score_ppm is None else score(review.score_ppm)
    mended = "  mended" if review.is_repaired else ""
    ink = "attention strong" if review.score_ppm is None else "text strong"
    sure = (f"{calibrated(review)}{mended}", "muted")
    yield Paragraph(((f"{by.capitalize()} ", "text"), (shown, ink), sure), "◆ ", "accent")
    if review.criteria:
        yield Paragraph(((scores_text(review.criteria), "muted"),), "  ")
    for line in review.feedback.strip().splitlines():
        yield Paragraph(((line, "text"),), "  ")
    for suggestion in review.suggestions:
        if (by, suggestion.text) not in placed:
            yield Paragraph(((suggestion.text, "text"),), "  ▸ ", "attention")
    if review.reason:
        yield Paragraph(((review.reason, "muted"),), "  ")


def _remarks(view: DraftView | None) -> tuple[Remark, ...]:
    """The suggestions whose passages are found in the draft, in the order of these."""
    if view is None:
        return ()
    text, found = view.draft.text, []
    for review in view.reviews:
        for suggestion in review.suggestions:
            passage = passage_in(text, suggestion.passage) if suggestion.passage else ""
            if passage:
                begin = text.index(passage)
                found.append((begin, begin + len(passage), words(review.seat), suggestion.text))
    ordered = sorted(found, key=lambda each: (each[1], each[0]))[:REMARKS_MAX]
    return tuple(
        Remark(number=number, begin=begin, end=end, by=by, text=said)
        for number, (begin, end, by, said) in enumerate(ordered, start=1)
    )


def _lines(runs: Sequence[Run], start: int, remarks: Sequence[Remark]) -> Iterator[Paragraph]:
    """One side of a block line by line, each with the remarks on what ends in it."""
    at = start
    parts: list[Part] = []
    lead, begun = "  ", start
    for run in runs:
        for line in run.text.splitlines(keepends=True):
            said = line.rstrip("\n")
            parts += _inked(said, at, run.change, remarks)
            if said.strip() and run.change != "same":
                lead = GONE if run.change == "gone" else NEW
            at += len(line)
            if line != said:
                yield from _line(parts, lead, begun, at, remarks)
                parts, lead, begun = [], "  ", at
    if parts or at > begun:
        yield from _line(parts, lead, begun, at, remarks)


def _line(parts: list[Part], lead: str, begun: int, ended: int, remarks: Sequence[Remark]) -> Iterator[Paragraph]:
    yield Paragraph(tuple(parts), lead, "ok strong" if lead == NEW else "failed", is_bar=True)
    for remark in remarks:
        if begun < remark.end <= ended:
            said = ((f"{remark.by}: ", "muted"), (remark.text, "attention"))
            yield Paragraph(said, f"{remark.mark} ", "attention strong")


def _inked(text: str, at: int, change: str, remarks: Sequence[Remark]) -> Iterator[Part]:
    """A piece of a line, cut where a remark's passage begins or ends, with the remark's mark behind it."""
    end = at + len(text)
    places = {at, end, *(place for each in remarks for place in (each.begin, each.end) if at < place < end)}
    cuts = sorted(places)
    for begin, stop in pairwise(cuts):
        is_spoken_of = any(each.begin <= begin and stop <= each.end for each in remarks)
        style = "attention" if is_spoken_of and change == "same" else _STYLES[change]
        yield text[begin - at : stop - at], style
        for each in remarks:
            if each.end == stop:
                yield each.mark, "attention strong"


def _came_of(view: DraftView | None) -> tuple[Paragraph, ...]:
    """Checks, comparisons, the debate about it, its score and what was decided."""
    if view is None:
        return ()
    lost = view.debated if view.debated is not None and not view.debated.outcome else None
    events = (*view.checks, *view.comparisons, view.debate, lost, view.decided, view.accepted)
    lines = [Paragraph()]
    if view.scored is not None:
        lines.append(Paragraph(((scored_text(view.scored), "text"),), "◆ score  ", "accent strong"))
    for event in events:
        told = noted(event) if event is not None else None
        if told is not None:
            style = "failed" if told[0].startswith("✗") else "accent"
            lines.append(Paragraph(((told[1], "text"),), f"{told[0]}  ", style))
    return tuple(lines)


def sizes_in_words(gone: int, new: int) -> str:
    """`12 words gone, 20 new`, or that they read the same."""
    return f"{counted(gone, 'word')} gone, {new:,} new" if gone or new else "they read the same"
