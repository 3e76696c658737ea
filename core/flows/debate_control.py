"""Which control does a debate want, and how does one end that is a child and can't be given more money?"""

from __future__ import annotations

from core.domain.children import ChildWanted, models_of
from core.domain.events import Event
from core.domain.participants import Role, Seat
from core.domain.session import Opening, SessionState
from core.domain.steps import Document
from core.flows.debate_events import VerdictReached
from core.flows.debate_state import DebateState
from core.flows.debate_verdict import VERDICT_STEP, closed

CONTROL_ORIGIN = "control"
ARGUING = (Role.PROPOSER, Role.OPPONENT, Role.PANELIST)


def control_wanted(state: SessionState, opening: Opening, documents: tuple[Document, ...]) -> ChildWanted:
    """The same question, evidence and models by the control's format, for what the debate has spent."""
    debate: DebateState = state.flow
    seats: tuple[Seat, ...] = tuple(debate.seats.values())
    spent = state.money.spent_microusd
    return ChildWanted(
        question=debate.motion,
        template=opening.control,
        title=f"Control of {opening.title}",
        origin=CONTROL_ORIGIN,
        arguing=models_of(seat for seat in seats if seat.role in ARGUING) or models_of(seats),
        judging=models_of(seat for seat in seats if seat.role is Role.JUDGE),
        documents=documents,
        answers=opening.answer,
        known_answer=opening.known_answer,
        cap_microusd=spent or None,
        must_be_free=not spent,
        calls=state.work.turns,
    )


def ends_with_its_budget(state: SessionState) -> bool:
    """True for a child that is given no more money and has not come to an end."""
    debate: DebateState = state.flow
    return state.opening is not None and state.opening.ends_with_budget and not debate.outcome


def left_unjudged(state: SessionState) -> tuple[Event, ...]:
    """The end where the judge can't be paid any more."""
    debate: DebateState = state.flow
    verdict = VerdictReached(
        step=VERDICT_STEP,
        seat=debate.judge,
        by="nobody",
        outcome="undecided",
        text="The budget was spent before the judge could be asked.",
        reason="its budget was spent before the judge could be asked",
    )
    return closed(state, verdict)
