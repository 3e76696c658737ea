"""How does a debate come to its verdict?

The judge's words are read for the outcome, the operator may rule, and where nothing was argued nobody has to judge.
Whichever it is, the debate closes with the sums of its life in the same breath.
"""

from __future__ import annotations

import re

from core.domain.commands import Complete, RecordAnswer
from core.domain.errors import CommandRefused
from core.domain.events import Event, SessionCompleted
from core.domain.ids import StepId
from core.domain.session import SessionState
from core.domain.text import clean_text
from core.flows.debate_events import DebateCompleted, RoundCompleted, VerdictReached
from core.flows.debate_state import DebateState

VERDICT_STEP = StepId("verdict")
OUTCOMES = ("for", "against", "undecided")
VERDICT_LINE = re.compile(
    r"^[^\w\n]{0,16}verdict[^\w\n:]{0,8}:[^\w\n]{0,8}(for|against|undecided)"
    r"(?=[^\w\n]*$|[ \t]+the[ \t]+motion\b|[ \t]{0,8}[*_.,;:!()–—-])",
    re.IGNORECASE | re.MULTILINE,
)
"""An outcome is named by a word that stands alone: "Verdict: for these reasons, against" names none here."""


def judged(state: SessionState, command: RecordAnswer) -> tuple[Event, ...]:
    debate: DebateState = state.flow
    seat = debate.template.verdict.seat
    outcome, reason = outcome_of(command.text)
    verdict = VerdictReached(
        step=command.step,
        seat=seat,
        by=f"seat:{seat}",
        outcome=outcome,
        text=command.text,
        reason=reason,
        tokens_output=command.tokens_output,
        cost_microusd=command.cost_microusd,
        model=command.model,
    )
    return _closed(state, verdict)


def outcome_of(text: str) -> tuple[str, str]:
    """What a judge's words decide, and why we read them so. The last line that names an outcome counts."""
    named = VERDICT_LINE.findall(text)
    if not named:
        return "undecided", "the judge named no outcome"
    outcome = named[-1].lower()
    return outcome, f"the judge found {outcome} the motion" if outcome != "undecided" else "the judge left it undecided"


def ruled(state: SessionState, command: Complete) -> tuple[Event, ...]:
    outcome = command.outcome or outcome_of(command.verdict)[0]
    text = clean_text(command.verdict).strip() or "Ruled without further words."
    if outcome not in OUTCOMES:
        raise refused(state, f"{outcome!r} is no outcome.", f"Name one of {', '.join(OUTCOMES)}.")
    verdict = VerdictReached(
        step=VERDICT_STEP,
        seat=state.flow.template.verdict.seat,
        by=command.by,
        outcome=outcome,
        text=text,
        reason=f"ruled by the {command.by}",
    )
    return _closed(state, verdict)


def nothing_argued(state: SessionState) -> tuple[Event, ...]:
    debate: DebateState = state.flow
    verdict = VerdictReached(
        step=VERDICT_STEP,
        seat=debate.template.verdict.seat,
        by="nobody",
        outcome="undecided",
        text="Nothing was argued.",
        reason="nothing was argued",
    )
    return _closed(state, verdict)


def _closed(state: SessionState, verdict: VerdictReached) -> tuple[Event, ...]:
    """The verdict and the end. A round that is still open ends before it, so that only sums follow a verdict."""
    debate: DebateState = state.flow
    reason = state.life.completing or "completed"
    closing: list[Event] = [round_over(debate)] if debate.is_round_open else []
    completed = DebateCompleted(
        reason=reason,
        outcome=verdict.outcome,
        rounds=debate.rounds_completed + len(closing),
        arguments=debate.arguments,
        consensus_ppm=debate.agreement.ppm,
        cost_microusd=state.money.spent_microusd,
        tokens_input=state.money.tokens_input,
        tokens_output=state.money.tokens_output,
    )
    return (*closing, verdict, completed, SessionCompleted(reason=reason))


def round_over(debate: DebateState) -> RoundCompleted:
    """The end of the round under way: cut short where a seat was still to speak."""
    return RoundCompleted(
        round=debate.round,
        arguments=len(debate.spoken),
        consensus_ppm=debate.agreement.ppm,
        is_cut_short=debate.next_step is not None,
    )


def refused(state: SessionState, what: str, now: str = "") -> CommandRefused:
    return CommandRefused(what, where=f"session {state.session[:8]}", now=now)
