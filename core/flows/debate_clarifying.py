"""What happens when a seat asks for what it needs to know, instead of taking its turn?

Its question is on record, and its turn is asked for again once there is an answer: the operator's, for whom the debate
waits, or that of the seat that the format names. Who may ask, and how often, says the format.
"""

from __future__ import annotations

from core.domain.commands import RUNTIME, RecordAnswer
from core.domain.events import ClarificationAnswered, ClarificationAsked, ClarificationForgone, Event
from core.domain.ids import SeatId, StepId
from core.domain.session import SessionState, Status
from core.domain.steps import Step, StepKind
from core.domain.text import clean_text
from core.flows.debate_state import DebateState, round_of, seat_of, step_id, step_name
from core.judging.questions import question_in
from core.templates.template import StepSpec

NOT_NOW = "not_now"
ANSWER_CHARACTERS_MAX = 5_000
"""Of what a seat answers to another's question, each prompt from then on holds this much at most."""

_CLARIFYING = "clarify_"


def asked_instead(state: SessionState, command: RecordAnswer) -> tuple[Event, ...]:
    """What the seat asks instead of taking its turn; nothing where it doesn't, or may not any more."""
    debate: DebateState = state.flow
    seat = seat_of(command.step)
    most = debate.template.may_ask(seat)
    if not most:
        return ()
    question, number = question_in(command.text), debate.asides.asked.get(seat, 0) + 1
    is_of_now = debate.is_round_open and round_of(command.step) == debate.round and state.life.completing is None
    if not question or number > most or not is_of_now:
        return ()
    asked = ClarificationAsked(
        step=command.step,
        attempt=command.attempt,
        seat=seat,
        round=debate.round,
        question=question,
        number=number,
        number_max=most,
        asked_of=debate.template.clarified_by,
    )
    if asked.asked_of or _can_wait(state):
        return (asked,)
    forgone = ClarificationForgone(
        step=asked.step,
        seat=seat,
        round=asked.round,
        question=question,
        reason=NOT_NOW,
        by=RUNTIME,
        still_waits=True,
    )
    return asked, forgone


def _can_wait(state: SessionState) -> bool:
    """One that stands still for another reason is gone on with by whoever sees to that: no question waits on."""
    life = state.life
    return life.status is Status.RUNNING or (life.status is Status.ESCALATED and life.escalation is None)


def clarifying_steps(debate: DebateState) -> tuple[Step, ...]:
    """The answers that a seat is to give to others before they take their turns."""
    return tuple(
        Step(
            id=_clarifying_step(asked),
            kind=StepKind.TURN,
            seat=asked.asked_of,
            task="clarify",
            round=asked.round,
        )
        for asked in debate.asides.pending
        if asked.round == debate.round  # what was asked in a round that was cut short nobody waits for any more
    )


def is_clarifying(step: StepId) -> bool:
    """True for the step of a seat that answers another's question."""
    return step_name(step).startswith(_CLARIFYING)


def question_of(debate: DebateState, step: StepId) -> ClarificationAsked | None:
    """What a step answers; None where nobody asks it any more."""
    return next((asked for asked in debate.asides.pending if _clarifying_step(asked) == step), None)


def clarifying_spec(debate: DebateState, step: StepId) -> StepSpec | None:
    """What the seat is told that answers."""
    asked = question_of(debate, step)
    if asked is None:
        return None
    return StepSpec(
        name=step_name(step),
        seat=asked.asked_of,
        task="clarify",
        instruction=(
            f'Before its turn {asked.seat} wants to know: "{asked.question}" Answer that alone, in a few sentences. '
            "Take no side, and add no argument of your own. Where nobody can know it, say so."
        ),
    )


def clarified(state: SessionState, command: RecordAnswer) -> tuple[Event, ...]:
    """What a seat answers to another; nothing where it is no longer asked."""
    debate: DebateState = state.flow
    asked = question_of(debate, command.step)
    if asked is None:
        return ()
    return (
        ClarificationAnswered(
            step=asked.step,
            seat=asked.seat,
            round=asked.round,
            question=asked.question,
            text=clean_text(command.text).strip()[:ANSWER_CHARACTERS_MAX] or "Nothing is known of that.",
            by=f"seat:{asked.asked_of}",
            answer_step=command.step,
        ),
    )


def asking_line(debate: DebateState, seat: SeatId) -> str:
    """How a seat is told that it may ask, or that it may not any more; "" for one that may never."""
    most = debate.template.may_ask(seat)
    left = most - debate.asides.asked.get(seat, 0)
    if most and left <= 0:
        return "You have asked as often as you may: go on with what you know, and ask nothing more."
    if not most:
        return ""
    often = "once more" if left == 1 else f"{left} times more"
    return (
        "If you can't take your turn without knowing something that nobody here has said, you may ask for it instead, "
        f"{often} in this debate: then end with one last line 'CLARIFY: ' and your question, and with no other line "
        "that was asked for. You are told the answer and asked again."
    )


def _clarifying_step(asked: ClarificationAsked) -> StepId:
    return step_id(asked.round, f"{_CLARIFYING}{asked.seat}_{asked.number}", asked.asked_of)
