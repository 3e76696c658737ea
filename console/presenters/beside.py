"""How does a fork read beside the session that it goes on from, and where do they part?

Both are cut to what came behind the fork. Turns of one step stand in one row; what only one of them has stands alone.
They part at the first row that reads differently: another answer, another rule, another end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.figures import money
from console.presenters.kinds import DEBATE, REFINEMENT, reading_text
from console.presenters.paragraphs import Paragraph
from console.presenters.sessions import STATES
from console.presenters.shown import Line
from console.presenters.transcript import TranscriptFold, step_of, words
from core.domain.ids import StepId
from core.flows.debate_judging import is_ballot
from core.flows.refinement_asking import COMPARING, DRAFT, REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from console.presenters.shown import TurnView
    from core.domain.events import Recorded
    from core.domain.facts import FactSpec
    from core.domain.summary import SessionSummary

ID_SHOWN_CHARACTERS = 8
SAME_CHARACTERS_MAX = 120
"""Of what reads the same on both sides; what was said there is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One row: what the origin and what the fork has there; None where it has nothing."""

    origin: TurnView | None
    fork: TurnView | None

    @property
    def is_spoken(self) -> bool:
        """True while either of them is being spoken."""
        return any(view is not None and view.state == "speaking" for view in (self.origin, self.fork))

    @property
    def is_same(self) -> bool:
        one, other = self.origin, self.fork
        if one is None or other is None:
            return False
        return (one.seat, one.model, one.text, one.state) == (other.seat, other.model, other.text, other.state)


def turns_behind(records: Iterable[Recorded], facts: Mapping[str, FactSpec], *, seq: int) -> tuple[TurnView, ...]:
    """The turns and notes of a session that came behind its event `seq`."""
    fold = TranscriptFold(facts)
    before: set[str] = set()
    for record in records:
        changed = tuple(fold.take(record))
        if record.seq <= seq:
            before.update(key for key in changed if key in fold.turns and fold.turns[key].state != "speaking")
    return tuple(view for key, view in fold.turns.items() if key not in before)


def pairs_of(origin: Sequence[TurnView], fork: Sequence[TurnView]) -> tuple[Pair, ...]:
    """Both in one order: rows that both have keep it, and what stands between them stands between them."""
    places = {step_of(view.key): at for at, view in enumerate(fork) if step_of(view.key)}
    pairs: list[Pair] = []
    at = 0
    for view in origin:
        place = places.get(step_of(view.key), -1) if step_of(view.key) else _same_note(view, fork, at)
        if place < at:
            pairs.append(Pair(origin=view, fork=None))
            continue
        pairs += [Pair(origin=None, fork=each) for each in fork[at:place]]
        pairs.append(Pair(origin=view, fork=fork[place]))
        at = place + 1
    return (*pairs, *(Pair(origin=None, fork=each) for each in fork[at:]))


def _same_note(view: TurnView, fork: Sequence[TurnView], at: int) -> int:
    """Where a note has its like among what comes next in the fork, before its next turn."""
    for place in range(at, len(fork)):
        if step_of(fork[place].key):
            return -1
        if (fork[place].seat, fork[place].text) == (view.seat, view.text):
            return place
    return -1


def compared(pairs: Sequence[Pair], *, is_over: bool) -> tuple[Pair, ...]:
    """The rows that can be compared already: while one of them goes on, what only the other has may yet come, and what
    is being spoken may yet be the same."""
    rows = [pair for pair in pairs if not pair.is_spoken]
    while rows and not is_over and (rows[-1].origin is None or rows[-1].fork is None):
        rows.pop()
    return tuple(rows)


def parting(pairs: Sequence[Pair], *, is_over: bool = True) -> int | None:
    """The first row in which they differ; None where they read the same, so far as both have come."""
    rows = compared(pairs, is_over=is_over)
    first = next((pair for pair in rows if not pair.is_same), None)
    return None if first is None else next(at for at, pair in enumerate(pairs) if pair is first)


def parting_words(pairs: Sequence[Pair], *, is_over: bool = True) -> str:
    """Where they part, in a sentence."""
    at = parting(pairs, is_over=is_over)
    if at is None:
        same = f"they read the same {'from the fork on' if is_over else 'so far'}"
        return same if compared(pairs, is_over=is_over) else "nothing has been said behind the fork yet"
    pair = pairs[at]
    if pair.origin is None:
        assert pair.fork is not None  # a row holds one of them at least
        return f"they part where the fork alone has: {_called(pair.fork)}"
    if pair.fork is None:
        return f"they part where the fork lacks: {_called(pair.origin)}"
    if pair.origin.model != pair.fork.model:
        return f"they part at {_called(pair.fork)}: {pair.origin.model or '–'} there, {pair.fork.model or '–'} here"
    return f"they part at {_called(pair.fork)}: it says something else"


def _called(view: TurnView) -> str:
    step = step_of(view.key)
    if not step:
        return f"{view.seat} {view.text}"[:60]
    if "." not in step:
        return words(step)
    number, name, *_ = step.split(".")
    if is_ballot(StepId(step)):
        return f"the ballot of the {view.seat.lower()} in the {name} order"
    lap = REFINEMENT.lap if name in (DRAFT, REVIEW, *COMPARING) else DEBATE.lap
    return f"{words(name)} of {lap} {number.removeprefix('r')}"


def side_head(summary: SessionSummary | None, *, is_fork: bool, seq: int) -> Line:
    """Which of the two stands there, and how it stands."""
    what = "├ the fork" if is_fork else "its origin"
    if summary is None:
        return Line(((what, "accent strong"), ("  not on record here any more", "attention")))
    state = STATES[summary.status]
    reading = reading_text(summary) or "–"
    outcome = f" {summary.outcome}" if summary.outcome else ""
    figures = f"  {reading} · {money(summary.spent_microusd)} · {summary.session[:ID_SHOWN_CHARACTERS]}"
    return Line(
        (
            (what, "accent strong" if is_fork else "text strong"),
            (f"  {state.text}{outcome}", state.style_name),
            (figures, "muted"),
        )
    )


def turn_paragraphs(view: TurnView | None, *, is_same: bool) -> tuple[Paragraph, ...]:
    """One side of a row; words that are the same on both are quiet."""
    if view is None:
        return ()
    ink = "muted" if is_same else "text"
    if view.state == "note":
        return (Paragraph(((view.text, ink),), f"{view.seat}  ", "muted" if is_same else "attention"),)
    head = (
        (view.seat, "muted strong" if is_same else "text strong"),
        (f"  {view.model}" if view.model else "", "muted"),
        (f"  {view.heading_right}" if view.heading_right else "", "muted"),
        ("  same words" if is_same else "", "muted"),
    )
    if is_same:
        first = next(iter(view.text.splitlines()), "")
        first = first if len(first) <= SAME_CHARACTERS_MAX else f"{first[:SAME_CHARACTERS_MAX]}…"
        return (Paragraph(head), Paragraph(((first, ink),), "▌ ", "muted", is_bar=True))
    edge = "accent" if view.state == "verdict" else "attention"
    said = (Paragraph(((line, ink),), "▌ ", edge, is_bar=True) for line in view.text.splitlines() or ("…",))
    return (Paragraph(head), *said)
