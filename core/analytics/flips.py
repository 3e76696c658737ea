"""Who changed their mind in a debate, after whose turn, and was it for the better?

A mind is what a seat has last answered, declared or put first on a ballot, in its common form. It is changed where the
seat, having heard itself, says something else. Everything follows from recorded events, which are known by the stable
names of their kinds (see core.analytics.life). What a seat heard last is told by the log too: turns that were asked for
before any of them was taken are one another's contemporaries, and none of them has heard another. Which of the others a
format shows to a seat the log does not say; whoever knows the formats hands that in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from core.analytics.tallies import added, merged
from core.domain.answers import OUTCOMES, UNDECIDED
from core.domain.changing import changed, changer, maker
from core.domain.events import AttemptStarted, Event, SessionForked, SessionOpened
from core.domain.ids import NO_STEP, Digest, SeatId, StepId

FLIPS_MAX = 5_000
"""A ledger remembers this many of the newest changes of mind: those of a hundred rounds of fifty seats."""

OPERATOR_SEAT = SeatId("operator")
"""Stands among those who were heard for a statement of the operator's."""

BY_SEAT = "seat:"
"""How a verdict says that a seat gave it."""

Sights = Mapping[str, Collection[SeatId]]
"""By the name of a step, the seats whose turns it may be shown; a step that isn't named is shown everybody's."""

Formats = Callable[[Digest], Sights]
"""What a format shows to whom, by the digest that a log names it with."""


def all_seen(digest: Digest) -> Sights:
    """What is to be assumed of a format that isn't known."""
    return {}


class Bearing(StrEnum):
    """Which way a change of mind led, as seen from the verdict. `open` where there is no verdict that says anything."""

    TOWARDS = "towards"
    AWAY = "away"
    NEITHER = "neither"
    OPEN = "open"


class Rightness(StrEnum):
    """Which way a change of mind led, as seen from the right answer, where somebody knows it."""

    TO_RIGHT = "to_right"
    TO_WRONG = "to_wrong"
    STILL_WRONG = "still_wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A seat that had said `before` says `after` in `step`, answered by `model`.

    `heard` are the seats whose turns were the last before it was asked, one or those of a round that was taken at once;
    empty where nobody had spoken since its own. `is_carried` where it happened in the session that this one is a fork
    of.
    """

    step: StepId
    seat: SeatId
    model: str
    round: int
    before: str
    after: str
    heard: tuple[SeatId, ...] = ()
    verdict: Bearing = Bearing.OPEN
    right: Rightness = Rightness.UNKNOWN
    is_carried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipLedger:
    """Each change of mind of a debate, in order. `restated` is how often a seat that had a mind spoke it again, changed
    or not, by the model that was asked; what a fork carries is in `restated_before`. `verdict` and `known_answer` are
    "" where there is none."""

    flips: tuple[Flip, ...] = ()
    restated: Mapping[str, int] = field(default_factory=dict)
    restated_before: int = 0
    verdict: str = ""
    known_answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipCounts:
    """Changes of mind, counted. `debates` are those with a verdict in which somebody spoke their mind twice, `restated`
    the times that somebody did; of these `changed`. Those that are in none of `towards`, `away` and `neither` had no
    verdict to go by, those in none of the last three no right answer."""

    debates: int = 0
    restated: int = 0
    changed: int = 0
    towards: int = 0
    away: int = 0
    neither: int = 0
    to_right: int = 0
    to_wrong: int = 0
    still_wrong: int = 0

    def plus(self, other: FlipCounts) -> FlipCounts:
        return added(self, other)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipSums:
    """The counts of all sessions that came to a verdict: by the format that they began with, and by model. Those that
    tell nothing of models stand apart in `unasked`: rehearsed ones, and those in which somebody was simulated."""

    templates: Mapping[str, FlipCounts] = field(default_factory=dict)
    unasked: Mapping[str, FlipCounts] = field(default_factory=dict)
    models: Mapping[str, FlipCounts] = field(default_factory=dict)

    def plus(self, other: FlipSums) -> FlipSums:
        return FlipSums(
            templates=merged(self.templates, other.templates, FlipCounts.plus),
            unasked=merged(self.unasked, other.unasked, FlipCounts.plus),
            models=merged(self.models, other.models, FlipCounts.plus),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mind:
    """What a seat last said, by which model, and how many turns had been taken when it was asked for it."""

    value: str
    step: StepId
    model: str
    turn: int
    asked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A step that was asked for: how many turns had been taken, who had been heard last, by which model it is taken."""

    turns: int
    model: str
    heard: tuple[SeatId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A seat's latest turn: its number, and how many turns had been taken when it was asked for."""

    turn: int
    asked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Minds:
    """What has to be remembered of a debate to tell the next change of mind: as much as it has seats.

    `asked` are the steps that were asked for and not taken, and `taken`, the one whose words are being read. `sights`
    are those of the formats that were followed.
    """

    known_answer: str = ""
    verdict: str = ""
    turns: int = 0
    round: int = 0
    held: Mapping[SeatId, Mind] = field(default_factory=dict)
    asked: Mapping[StepId, Asked] = field(default_factory=dict)
    taken: StepId = NO_STEP
    spoken: Mapping[SeatId, Spoken] = field(default_factory=dict)
    flips: tuple[Flip, ...] = ()
    restated: Mapping[str, int] = field(default_factory=dict)
    restated_before: int = 0
    sights: Mapping[str, tuple[SeatId, ...]] = field(default_factory=dict)


NO_MINDS = Minds()

_made_asked = maker(Asked)
_made_spoken = maker(Spoken)
_with_asked = changer(Minds, "asked")
_with_turn = changer(Minds, "turns", "round", "asked", "taken", "spoken")


def ledger_of(events: Iterable[Event], formats: Formats = all_seen) -> FlipLedger:
    """The ledger of a session's events, oldest first."""
    minds = NO_MINDS
    for event in events:
        minds = fold_minds(minds, event, formats)
    return so_far(minds)


def so_far(minds: Minds) -> FlipLedger:
    """The ledger as it stands, each change held against the verdict and the right answer that are known by now."""
    return FlipLedger(
        flips=tuple([_weighed(flip, minds) for flip in minds.flips]),
        restated=minds.restated,
        restated_before=minds.restated_before,
        verdict=minds.verdict,
        known_answer=minds.known_answer,
    )


def counts_of(ledger: FlipLedger) -> FlipCounts:
    """The session's own changes of mind, counted; those that a fork carries are counted where they happened."""
    total = FlipCounts()
    for counts in counts_by_model(ledger).values():
        total = total.plus(counts)
    return replace(total, debates=1 if total.restated else 0)


def counts_by_model(ledger: FlipLedger) -> Mapping[str, FlipCounts]:
    """The same for each model, by the name under which it was asked; `debates` are those in which it did."""
    counts = {model: FlipCounts(debates=1, restated=number) for model, number in sorted(ledger.restated.items())}
    for flip in ledger.flips:
        if not flip.is_carried:
            counts[flip.model] = counts.get(flip.model, FlipCounts(debates=1)).plus(_counted(flip))
    return counts


def sums_of(ledger: FlipLedger, *, template: str, is_unasked: bool) -> FlipSums:
    """What one session adds to the sums; nothing where nobody spoke their mind twice."""
    counts = counts_of(ledger)
    if not counts.restated:
        return FlipSums()
    of_format = {template: counts}
    return FlipSums(
        templates={} if is_unasked else of_format,
        unasked=of_format if is_unasked else {},
        models=counts_by_model(ledger),
    )


def fold_minds(minds: Minds, event: Any, formats: Formats = all_seen) -> Minds:
    """The minds after `event`."""
    match event:
        case SessionOpened(opening=opening):
            opened = Minds(known_answer=opening.known_answer)
            return _shown_as(opened, formats(opening.template_digest)) if opening.template_digest else opened
        case SessionForked():
            return _carried(minds, event, formats)
        case AttemptStarted():
            return _asked(minds, event)
        case _:
            name = type(event).__name__
            if name == "TemplateApplied":
                return _shown_as(minds, formats(event.digest))
            of_flow = _FLOW_KINDS.get(name)
            return of_flow(minds, event) if of_flow is not None else minds


def _shown_as(minds: Minds, sights: Sights) -> Minds:
    """From here on a format shows this; what is under way may still be a step of the one before."""
    known = {name: tuple(sorted(seats)) for name, seats in sights.items()}
    return changed(minds, sights={**minds.sights, **known}) if known else minds


def _carried(minds: Minds, fork: SessionForked, formats: Formats) -> Minds:
    before = minds
    for each in fork.prefix.events:
        before = fold_minds(before, each.event, formats)
    return changed(
        before,
        known_answer=minds.known_answer,
        asked={},  # a call that was under way there was not taken along
        flips=tuple([replace(flip, is_carried=True) for flip in before.flips]),
        restated={},
        restated_before=sum(before.restated.values()) + before.restated_before,
    )


def _asked(minds: Minds, event: AttemptStarted) -> Minds:
    first = minds.asked.get(event.step)
    asked = (
        _made_asked(turns=minds.turns, model=event.route, heard=_heard(minds, event.seat, _shown(minds, event.step)))
        if first is None
        # Asked again it is shown what it would have been shown the first time.
        else replace(first, model=event.route)
    )
    return _with_asked(minds, asked={**minds.asked, event.step: asked})


def _shown(minds: Minds, step: StepId) -> Collection[SeatId] | None:
    """Whom a step is shown; None for everybody."""
    if not minds.sights:
        return None
    parts = step.split(".")
    return minds.sights.get((parts[1] if len(parts) > 2 else step).partition("~")[0])


def _heard(minds: Minds, seat: SeatId, shown: Collection[SeatId] | None) -> tuple[SeatId, ...]:
    """The last turn of another seat since this one was last asked, and those that were asked for together with it."""
    own = minds.spoken.get(seat)
    since = own.asked_at if own is not None else 0
    others = {
        other: spoken
        for other, spoken in minds.spoken.items()
        if other != seat and spoken.turn > since and (shown is None or other in shown or other == OPERATOR_SEAT)
    }
    if not others:
        return ()
    last = max(others.values(), key=lambda spoken: spoken.turn)
    return tuple(sorted(other for other, spoken in others.items() if spoken.asked_at == last.asked_at))


def _argued(minds: Minds, event: Any) -> Minds:
    asked = minds.asked.get(event.step) or Asked(
        turns=minds.turns, model=event.model, heard=_heard(minds, event.seat, _shown(minds, event.step))
    )
    turn = minds.turns + 1
    others = {step: each for step, each in minds.asked.items() if step != minds.taken}
    return _with_turn(
        minds,
        turns=turn,
        round=event.round,
        asked={**others, event.step: asked},
        taken=event.step,
        spoken={**minds.spoken, event.seat: _made_spoken(turn=turn, asked_at=asked.turns)},
    )


def _stated(minds: Minds, event: Any) -> Minds:
    turn = minds.turns + 1
    # Nobody asked for it: it is nobody's contemporary.
    spoken = {**minds.spoken, OPERATOR_SEAT: Spoken(turn=turn, asked_at=-turn)}
    return changed(minds, turns=turn, spoken=spoken)


def _minded(minds: Minds, event: Any, value: str) -> Minds:
    """A seat has spoken its mind. What could not be read leaves the one that it had."""
    if not value:
        return minds
    step, seat = event.step, event.seat
    asked = minds.asked.get(step) or Asked(turns=minds.turns, model="", heard=_heard(minds, seat, _shown(minds, step)))
    before = minds.held.get(seat)
    if before is not None and before.step == step:
        return minds  # the same words, read in two ways
    # A verdict that ballots came to is no step that was asked for: it is its judge's, as it was asked before.
    model = asked.model or getattr(event, "model", "") or (before.model if before is not None else "")
    mind = Mind(value=value, step=step, model=model, turn=minds.turns, asked_at=asked.turns)
    held = {**minds.held, seat: mind}
    shown = _shown(minds, step)
    if before is None or before.turn > asked.turns or (shown is not None and seat not in shown):
        return changed(minds, held=held)  # its first, or one that was drawn anew without hearing the one before
    restated = {**minds.restated, model: minds.restated.get(model, 0) + 1}
    if before.value == value:
        return changed(minds, held=held, restated=restated)
    flip = Flip(
        step=step,
        seat=seat,
        model=model,
        round=minds.round,
        before=before.value,
        after=value,
        heard=asked.heard,
    )
    return changed(minds, held=held, restated=restated, flips=(*minds.flips, flip)[-FLIPS_MAX:])


def _considered(minds: Minds, event: Any) -> Minds:
    """A judge who was asked whether to end has a mind where an outcome was named, and none where it is to go on."""
    return _minded(minds, event, event.outcome if event.outcome in OUTCOMES else "")


def _judged(minds: Minds, event: Any) -> Minds:
    """The verdict, and with it what the judge who gave it has come to think."""
    given_by_seat = event.by == f"{BY_SEAT}{event.seat}" and event.outcome != UNDECIDED
    minds = _minded(minds, event, event.outcome) if given_by_seat else minds
    return changed(minds, verdict=event.outcome)


_FLOW_KINDS: Mapping[str, Callable[[Minds, Any], Minds]] = {
    "ArgumentPresented": _argued,
    "StatementAdded": _stated,
    "AnswerGiven": lambda minds, event: _minded(minds, event, event.answer),
    "StanceDeclared": lambda minds, event: _minded(minds, event, event.stance),
    "VoteCast": lambda minds, event: _minded(minds, event, event.ranking[0] if event.ranking else ""),
    "BreakConsidered": _considered,
    "VerdictReached": _judged,
}
"""What a flow's event tells of minds, by the stable name of its kind."""


def _weighed(flip: Flip, minds: Minds) -> Flip:
    verdict, right = minds.verdict, minds.known_answer
    bearing, rightness = Bearing.OPEN, Rightness.UNKNOWN
    if verdict and verdict != UNDECIDED:
        bearing = (
            Bearing.TOWARDS if flip.after == verdict else Bearing.AWAY if flip.before == verdict else Bearing.NEITHER
        )
    if right:
        rightness = (
            Rightness.TO_RIGHT
            if flip.after == right
            else Rightness.TO_WRONG
            if flip.before == right
            else Rightness.STILL_WRONG
        )
    return replace(flip, verdict=bearing, right=rightness)


def _counted(flip: Flip) -> FlipCounts:
    found: dict[str, int] = {}
    if flip.verdict is not Bearing.OPEN:
        found[flip.verdict.value] = 1
    if flip.right is not Rightness.UNKNOWN:
        found[flip.right.value] = 1
    return FlipCounts(changed=1, **found)
