"""What does a judge's ballot say, and what do the ballots of all judges come to?

A ballot that names no outcome, or two, is not guessed at: it is counted as unreadable, with the reason. A judge that
says one thing in one order and another in the other has told which order it saw, and its vote is `undecided`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.answers import OUTCOMES, UNDECIDED, AnswerForm, AnswerKind
from core.domain.ids import SeatId
from core.judging.answers import VERDICT_LINE, Answer, last_lines, normalised

ESSAY_WORDS = 40
"""What is longer and names no outcome is called an essay: it was read, and answers something else."""
SAID_SHOWN_CHARACTERS = 60

_LABELLED = re.compile(r"^[^\w\n]{0,16}(?:final[ \t]+)?verdict[^\w\n:]{0,8}:[ \t*_`]{0,8}(.{0,400})", re.IGNORECASE)
_ANSWERED = re.compile(_LABELLED.pattern.replace("verdict", "answer"), re.IGNORECASE)
_LABEL_AGAIN = re.compile(r"[ \t]*[;,./|–—-]{0,3}[ \t*_`]{0,8}\b(?:final[ \t]+)?verdict[ \t*_`]{0,8}:", re.IGNORECASE)
"""A second verdict in the same line."""
_BETWEEN = frozenset(
    ("actually", "also", "and", "but", "i", "maybe", "mean", "no", "or", "perhaps", "rather", "then", "wait")
)
"""What may stand between two winners that one line names."""


class Rule(StrEnum):
    """What turned votes into a verdict: the word of the one judge there is; more than half of the votes of all judges,
    or, where some of them were lost, of those that are left if these are half of all at least; or neither."""

    SOLE_JUDGE = "sole_judge"
    MAJORITY = "majority"
    QUORUM = "quorum"
    NO_MAJORITY = "no_majority"
    NO_QUORUM = "no_quorum"


class Standing(StrEnum):
    """How a judge's vote came about: its passes agree, there was one to read of two, it was asked once, they differ, or
    there was none to read."""

    STEADY = "steady"
    ONE_OF_TWO = "one_of_two"
    ASKED_ONCE = "asked_once"
    FLIPPED = "flipped"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What `judge` said in pass `number`; `outcome` is "" where it could not be read, for the reason `why`."""

    judge: SeatId
    number: int
    outcome: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What a judge's ballots come to. `outcome` is "" where it is lost; `reason` is one sentence without a stop."""

    judge: SeatId
    outcome: str
    standing: Standing
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the votes come to, by which rule, and why in one sentence without a stop."""

    outcome: str
    rule: Rule
    reason: str


def ballot_in(text: str, form: AnswerForm) -> Answer:
    """The one outcome that the last lines of `text` name in this form; "" and the reason where it is not one."""
    lines = last_lines(text)
    labelled = [said.strip() for match in map(_LABELLED.match, lines) if match for said in _LABEL_AGAIN.split(match[1])]
    if not labelled and form.kind is not AnswerKind.MOTION:  # as a seat ends that is asked the same elsewhere
        labelled = [match[1].strip() for match in map(_ANSWERED.match, lines) if match]
    if not labelled:
        return _unlabelled(text)
    named = [_outcome_of(said, form) for said in labelled]
    several = list(dict.fromkeys(outcome for outcome in named if outcome and outcome != _TWO))
    if _TWO in named or len(several) > 1:
        said = ", ".join(several) if len(several) > 1 else _shown(labelled[-1])
        return Answer("", f"it names more than one outcome: {said}")
    if several:
        return Answer(several[0], "its last line says so")
    return Answer("", f"{_shown(labelled[-1])} is {_not_meant(form)}")


def vote_of(judge: SeatId, ballots: Iterable[Ballot], *, passes: int) -> Vote:
    """The vote of a judge that was to be asked `passes` times; what it did not answer is not among `ballots`."""
    given = sorted(ballots, key=lambda ballot: ballot.number)
    readable = [ballot for ballot in given if ballot.outcome]
    who = in_words(judge)
    if not readable:
        why = given[0].why if given else "it gave no ballot"
        return Vote(judge=judge, outcome="", standing=Standing.LOST, reason=f"{who} is not counted: {why}")
    first, last = readable[0].outcome, readable[-1].outcome
    if first != last:
        reason = f"{who} says {first} in one order and {last} in the other, and counts as undecided"
        return Vote(judge=judge, outcome=UNDECIDED, standing=Standing.FLIPPED, reason=reason)
    if len(readable) == passes:
        standing = Standing.STEADY if passes > 1 else Standing.ASKED_ONCE
        reason = f"{who} says {first}" + (" in both orders" if passes > 1 else "")
        return Vote(judge=judge, outcome=first, standing=standing, reason=reason)
    lost = next((ballot.why for ballot in given if not ballot.outcome), "it was not answered")
    reason = f"{who} says {first} in the one order that could be counted; of the other: {lost}"
    return Vote(judge=judge, outcome=first, standing=Standing.ONE_OF_TWO, reason=reason)


def ruling_of(votes: Sequence[Vote]) -> Ruling:
    """What the votes of all judges come to, those that are lost among them. There is at least one."""
    cast = [vote for vote in votes if vote.outcome]
    if len(votes) == 1:
        return Ruling(outcome=votes[0].outcome or UNDECIDED, rule=Rule.SOLE_JUDGE, reason=votes[0].reason)
    lost = len(votes) - len(cast)
    left = f"{lost} of {len(votes)} judges could not be counted" if lost else ""
    if 2 * len(cast) < len(votes) or not cast:
        return Ruling(outcome=UNDECIDED, rule=Rule.NO_QUORUM, reason=f"{left}, more than half: no quorum")
    counts = sorted(Counter(vote.outcome for vote in cast).items(), key=lambda entry: (-entry[1], entry[0]))
    spread = ", ".join(f"{outcome}: {count}" for outcome, count in counts)
    behind = "; ".join(part for part in (left, *_flips(cast)) if part)
    outcome, most = counts[0]
    if 2 * most <= len(cast):
        reason = f"no outcome has more than half of {len(cast)} votes ({spread})"
        return Ruling(outcome=UNDECIDED, rule=Rule.NO_MAJORITY, reason=_with(reason, behind))
    reason = f"{most} of {len(cast)} judges say {outcome}"
    return Ruling(outcome=outcome, rule=Rule.QUORUM if lost else Rule.MAJORITY, reason=_with(reason, behind))


def in_words(seat: SeatId) -> str:
    """A judge's seat in the midst of a sentence."""
    return f"the {seat.replace('_', ' ')}"


_TWO = "\0two"
"""Stands for a line that names two outcomes; no answer holds this character."""


def _outcome_of(said: str, form: AnswerForm) -> str:
    if form.kind is not AnswerKind.MOTION:
        return normalised(said, form)
    words = [word.casefold() for word in re.findall(r"\w+", said)]
    if len(set(words) & set(OUTCOMES)) > 1 and set(words) <= {*OUTCOMES, *_BETWEEN}:
        return _TWO
    found = VERDICT_LINE.findall(f"verdict: {said}")
    return str(found[-1]).lower() if found else ""


def _unlabelled(text: str) -> Answer:
    count = len(text.split())
    if not count:
        return Answer("", "it says nothing")
    what = f"an essay of {count} words" if count > ESSAY_WORDS else "its words"
    return Answer("", f"no line of {what} names a verdict")


def _flips(votes: Iterable[Vote]) -> tuple[str, ...]:
    return tuple(vote.reason for vote in votes if vote.standing is Standing.FLIPPED)


def _with(reason: str, behind: str) -> str:
    return f"{reason}; {behind}" if behind else reason


def _not_meant(form: AnswerForm) -> str:
    named = {AnswerKind.MOTION: OUTCOMES, AnswerKind.CHOICE: form.choices}.get(form.kind)
    return f"none of {', '.join(named)}" if named else f"no {form.kind}"


def _shown(said: str) -> str:
    return f"{said[:SAID_SHOWN_CHARACTERS]!r}"
