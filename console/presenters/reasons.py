"""How are reasons, and those who gave them, called where people read them?

A log keeps both as stable words for programs; here is the one place that puts them into the operator's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from console.presenters.figures import money
from core.domain.commands import OPERATOR, RUNTIME

if TYPE_CHECKING:
    from core.domain.events import AttemptFailed
    from core.flows.debate_events import VerdictReached

REASONS: Mapping[str, str] = {
    "accepted": "a draft was accepted",
    "approved": "a draft is good enough",
    "asked": "as asked",
    "all_paused": "everything was paused at once",
    "attempt_in_doubt": "nobody knows whether a turn was answered",
    "budget_spent": "the session's budget is spent",
    "clarification": "a participant needs to know something",
    "budget_spent_day": "the budget of the day is spent",
    "budget_spent_session": "the session's budget is spent",
    "escalation_answered": "as answered",
    "nothing_left_to_say": "every turn of the round was skipped",
    "iterations_used": "all iterations are used",
    "no_gain": "no draft got better any more",
    "not_answered": "nobody answered in time",
    "not_readable_here": "its log can't be read to the end here",
    "recorded_elsewhere": "a record of another place; resume it to go on with it here",
    "rounds_played": "all rounds are played",
    "spending_stopped": "all spending is stopped",
    "stopped": "moot was stopped meanwhile",
    "time_out": "no answer came in time",
    "turn_failed": "a turn was given up",
}
"""What moot itself gives as a reason. A rule's reason is the operator's own word."""


def in_words(reason: str) -> str:
    """A reason as people say it; one that only its rule knows is read with blanks."""
    return REASONS.get(reason, reason.replace("_", " "))


def failed_in_words(event: AttemptFailed) -> str:
    """Why a call brought no turn, and what became of the words that were shown of it."""
    why = f"{in_words(event.error)}: {event.message}"
    if not event.characters:
        return why
    return f"{why} ({event.characters:,} characters that were shown are superseded: they are part of no turn.)"


def given_again(saved_microusd: int) -> str:
    """What an answer says of itself that was kept from an earlier request."""
    saved = f", which saved {money(saved_microusd)}" if saved_microusd else ""
    return f"the same was asked before and its answer was kept: nobody was asked{saved}"


def called(by: str) -> str:
    """Whoever asked for something: the operator is whoever reads this, the runtime is moot itself."""
    kind, _, name = by.partition(":")
    match kind:
        case "rule":
            return f"the rule {name}"
        case "template":
            return f"the format {name}"
        case "seat":
            return name.replace("_", " ")
        case _:
            return {OPERATOR: "you", RUNTIME: "moot"}.get(by, by)


def who_concluded(verdict: VerdictReached) -> str:
    """`Judge (MODEL)`; where no model was asked, who else it was."""
    kind, _, _ = verdict.by.partition(":")
    match kind:
        case "seat":
            title = verdict.seat.replace("_", " ").capitalize()
            return f"{title} ({verdict.model})" if verdict.model else title
        case "operator":
            return "The operator ruled"
        case "nobody":
            return "Nobody had to judge"
        case "panel":
            return "The judges, by their ballots"
        case "vote":
            return "By the answers that were given"
        case _:
            return f"Ruled by {called(verdict.by)}"


def not_heard(errors: int) -> str:
    """What a session says of a rule that it stopped hearing."""
    return f"could not be evaluated {errors} times in a row; it is not heard here until the rules change"
