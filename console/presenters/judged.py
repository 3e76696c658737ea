"""How are ballots, and how they became the verdict, told to whoever reads?"""

from __future__ import annotations

from collections.abc import Mapping

from console.presenters.refined import Spoken
from core.domain.events import Event
from core.flows.debate_events import BallotGiven, BallotsCounted, JudgeKept, JudgeRecused
from core.judging.answers import LETTERS
from core.judging.verdicts import Rule
from core.templates.template import PASS_NAMES, Template

RULES: Mapping[str, str] = {
    Rule.SOLE_JUDGE: "one judge decides",
    Rule.MAJORITY: "more than half of the judges decide",
    Rule.QUORUM: "more than half of the judges that are left decide, who are a quorum",
    Rule.NO_MAJORITY: "more than half of the judges would decide",
    Rule.NO_QUORUM: "half of the judges would be a quorum",
}
"""The rule that turned ballots into a verdict, in words."""

UNREADABLE = "unreadable"
FLIPPED = "differs by order"


def judging_in_words(template: Template) -> str:
    """By how many judges and how they are asked; "" where nobody judges."""
    judges = len(template.bench)
    if not judges:
        return ""
    who = "one judge" if judges == 1 else f"{judges} judges, of whom more than half decide"
    return f"{who}, asked {'in both orders, blind' if template.passes > 1 else 'once'}"


def balloted(event: Event) -> Spoken | None:
    """The turn that a ballot is; None for any other event."""
    match event:
        case BallotGiven():
            return Spoken(
                step=event.step,
                seat=event.seat,
                title=_title(event.seat),
                right=(ballot_heading(event),),
                text=f"{speakers_key(event)}\n\n{event.text}".strip(),
                model=event.model,
                marks=() if event.outcome else (UNREADABLE,),
            )
        case _:
            return None


def ballot_heading(event: BallotGiven) -> str:
    """`first order: for`, or why it can't be counted."""
    return f"{PASS_NAMES[event.pass_number - 1]} order: {event.outcome or f'{UNREADABLE}, {event.reason}'}"


def speakers_key(event: BallotGiven) -> str:
    """Who went by which letter: the judge did not know. "" where nobody spoke whom it judges."""
    named = [f"{letter} {_words(seat)}" for letter, seat in zip(LETTERS, event.order, strict=False)]
    return f"[Speakers as this ballot names them: {', '.join(named)}]" if named else ""


def noted_of_judges(event: Event) -> tuple[str, str] | None:
    """What an event about judges that is no turn is called, and says; None for others."""
    match event:
        case JudgeRecused(reason=reason):
            return "◇ recused", f"{reason}, and others can judge"
        case JudgeKept(reason=reason):
            return "◇ partial", f"{reason}, and nobody else can judge"
        case BallotsCounted():
            return "◆ ballots", counted_in_words(event)
        case _:
            return None


def counted_in_words(event: BallotsCounted) -> str:
    """The rule, what it made of the ballots, each vote where there are several, and how far the judges agree."""
    votes = [f"{_words(seat)}: {_vote(event, seat)}" for seat in (*event.votes, *event.lost)]
    told = [
        f"{RULES.get(event.rule, _words(event.rule))}: {event.reason}",
        ", ".join(votes) if len(votes) > 1 else "",
        event.agreement,
    ]
    return ". ".join(part for part in told if part)


def _vote(event: BallotsCounted, seat: str) -> str:
    if seat in event.lost:
        return "not counted"
    vote = next(outcome for judge, outcome in event.votes.items() if judge == seat)
    return f"{vote} ({FLIPPED})" if seat in event.flipped else vote


def _title(seat: str) -> str:
    return _words(seat).capitalize()


def _words(name: str) -> str:
    return name.replace("_", " ")
