"""What does a rule's verdict lead to at one point of a session, in words?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import counted
from core.rules.explanation import Standing, Verdict

if TYPE_CHECKING:
    from core.rules.explanation import Explanation, Moment

_ROUNDS = ("round_count", "current_round")
"""The facts that count rounds, of which a debate has no more than its limit."""

_SHORT = {
    Standing.ARMED: "armed",
    Standing.SPENT: "spent",
    Standing.DISABLED: "off",
    Standing.SWITCHED_OFF: "no longer heard",
    Standing.NOT_IN_FORCE: "not in force",
    Standing.NOT_HEARD: "not heard",
}


def standing_in_short(moment: Moment) -> str:
    """In two or three words, for a column."""
    return _SHORT[moment.standing]


def standing_in_words(moment: Moment, verdict: Verdict) -> str:
    """Whether the verdict makes the rule fire, and what keeps it from firing where nothing in its condition does."""
    match moment.standing:
        case Standing.ARMED if verdict is Verdict.TRUE:
            return "armed: it fires where it is heard with these values"
        case Standing.ARMED:
            return "armed: it fires once it holds"
        case Standing.SPENT if moment.fired_seq:
            return f"fired at event {moment.fired_seq}; it fires again once it was seen to be false"
        case Standing.SPENT:
            return "it could not be evaluated; it fires once it was seen to be false"
        case Standing.DISABLED:
            return "off, so it is not looked at; this is what it would see"
        case Standing.SWITCHED_OFF:
            return "not heard here any more, because it could not be evaluated again and again"
        case Standing.NOT_IN_FORCE:
            return "not among the rules in force there; this is what it would see"
        case Standing.NOT_HEARD:
            return "no rule is heard there: the session does not run, or its end is decided"


def out_of_reach(explanation: Explanation, *, rounds_limit: int) -> str:
    """`needs 5 rounds, and this debate has 3`: why a rule that waits for rounds won't fire here; "" where it may."""
    clause = explanation.first_false
    if clause is None or clause.field not in _ROUNDS or clause.least is None or not rounds_limit:
        return ""
    if clause.least <= rounds_limit or any(each.joiner == "or" for each in explanation.clauses):
        return ""
    return f"needs {counted(clause.least, 'round')}, and this debate has {rounds_limit}"


def verdict_in_words(explanation: Explanation) -> str:
    """`holds`, `waits: consensus 62 % < 80 %`, or why it can't be told."""
    match explanation.verdict:
        case Verdict.TRUE:
            return "✓ holds"
        case Verdict.ERROR:
            return f"! can't be told: {explanation.error}"
        case _:
            return f"✗ waits: {explanation.waits_for}"
