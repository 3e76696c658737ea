"""What have the seats answered, declared and voted for, and who is ahead by the format's way of counting?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.domain.answers import OUTCOMES, AnswerForm, AnswerKind
from core.domain.changing import changed
from core.domain.ids import SeatId, StepId
from core.flows.debate_events import AnswerGiven, StanceDeclared, VoteCast
from core.judging.answers import Tally, tallied
from core.judging.ballots import OPTIONS_MAX
from core.judging.measure import PPM
from core.judging.stances import weighed
from core.judging.votes import Count, borda, by_confidence, condorcet, instant_runoff
from core.templates.template import BY_BALLOTS, DecidedBy, Template

_NO_TALLY = tallied(())
_WAYS = {
    DecidedBy.RANKED: instant_runoff,
    DecidedBy.BORDA: borda,
    DecidedBy.CONDORCET: condorcet,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What seats have answered: the latest of each, every one in order, how they are spread by the format's way of
    counting, how seats ranked one another in which steps, and what a judge last said who was asked whether to end.

    `confidences` are how sure seats are of their latest answers, None where they didn't say; `votes` their latest
    ballots that could be read. In the tally `leading` is who wins as things stand.
    """

    latest: Mapping[SeatId, str] = field(default_factory=dict)
    samples: tuple[str, ...] = ()
    tally: Tally = _NO_TALLY
    rankings: Mapping[StepId, tuple[SeatId, ...]] = field(default_factory=dict)
    judge_outcome: str = ""
    confidences: Mapping[SeatId, int | None] = field(default_factory=dict)
    votes: Mapping[SeatId, VoteCast] = field(default_factory=dict)


def with_answer(template: Template, answers: Answers, event: AnswerGiven | StanceDeclared) -> Answers:
    """The answers after one more, or after one that could not be read: a seat's newest word counts, also where it
    comes to nothing."""
    answer, confidence = (
        (event.stance, event.confidence_ppm) if isinstance(event, StanceDeclared) else (event.answer, None)
    )
    after = changed(
        answers,
        latest={**answers.latest, event.seat: answer},
        samples=(*answers.samples, answer),
        confidences={**answers.confidences, event.seat: confidence},
    )
    return counted_again(template, after)


def with_vote(template: Template, answers: Answers, event: VoteCast) -> Answers:
    """The answers after one more ballot. Where ballots aren't counted the option put first is the seat's answer."""
    if not event.ranking:
        votes = {seat: vote for seat, vote in answers.votes.items() if seat != event.seat}
        return counted_again(template, changed(answers, votes=votes))
    latest = answers.latest if template.decided_by in BY_BALLOTS else {**answers.latest, event.seat: event.ranking[0]}
    return counted_again(template, changed(answers, latest=latest, votes={**answers.votes, event.seat: event}))


def counted_again(template: Template, answers: Answers) -> Answers:
    """The same answers, counted by the way of `template`. Seats that it doesn't have vote no more."""
    return changed(answers, tally=_tally(template, answers))


def count_of(template: Template, answers: Answers) -> Count | None:
    """The count in words, where the format counts ballots or confidence; None for plain majorities."""
    seated = {spec.id for spec in template.seats}
    if template.decided_by is DecidedBy.CONFIDENCE:
        stances = ((answer, answers.confidences.get(seat)) for seat, answer in answers.latest.items() if seat in seated)
        return by_confidence(stances)
    way = _WAYS.get(template.decided_by)
    if way is None:
        return None
    votes = [vote for seat, vote in answers.votes.items() if seat in seated]
    if votes:
        options = sorted({option for vote in votes for option in vote.options})
        return way([vote.ranking for vote in votes], options)
    tally = _majority(answers, seated)
    spread = ", ".join(f"{answer}: {count}" for answer, count in tally.counts) or "nobody answered"
    reason = f"no ballot was cast, and most answers are {tally.leading}" if tally.leading else "no ballot was cast"
    return Count(winner=tally.leading, told=f"Answers: {spread}.", reason=reason)


def options_of(answers: Answers, form: AnswerForm) -> tuple[str, ...]:
    """What can be voted on: the outcomes of a motion, the choices, or the answers as the seats give them now, the most
    frequent ones where there are too many."""
    match form.kind:
        case AnswerKind.MOTION:
            return OUTCOMES
        case AnswerKind.CHOICE:
            return form.choices
        case AnswerKind.NUMBER | AnswerKind.TEXT:
            given = tallied(answers.latest.values()).counts
            return tuple(sorted(answer for answer, _ in given[:OPTIONS_MAX]))


def _tally(template: Template, answers: Answers) -> Tally:
    if template.decided_by is DecidedBy.SAMPLES:
        return tallied(answers.samples)
    seated = {spec.id for spec in template.seats}
    plain = _majority(answers, seated)
    count = count_of(template, answers)
    if count is None:
        return plain
    if template.decided_by is DecidedBy.CONFIDENCE:
        stances = [
            (answer, answers.confidences.get(seat))
            for seat, answer in answers.latest.items()
            if answer and seat in seated
        ]
        weights = weighed(stances)
        share_ppm = max(weights.values(), default=0) * PPM // max(1, sum(weights.values()))
        return changed(plain, leading=count.winner, share_ppm=share_ppm)
    votes = [vote.ranking for seat, vote in answers.votes.items() if seat in seated]
    if not votes:
        return plain
    return changed(_firsts(votes), leading=count.winner)


def _majority(answers: Answers, seated: set[SeatId]) -> Tally:
    return tallied(answer for seat, answer in answers.latest.items() if seat in seated)


def _firsts(votes: Sequence[tuple[str, ...]]) -> Tally:
    return tallied(ranking[0] for ranking in votes)
