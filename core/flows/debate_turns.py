"""What follows from a turn that was taken: what was said, what is read from it, and how far the seats agree?

A reading that reaches the format's level is said once. Where the format's early stop is calibrated and nothing recorded
shows that such a reading tells anything, it is also said that nothing may be ended by it.
"""

from __future__ import annotations

from core.domain.changing import maker
from core.domain.commands import RecordAnswer
from core.domain.events import Event
from core.domain.participants import Seat
from core.domain.session import SessionState
from core.flows.debate_asking import agreement_of, read_from
from core.flows.debate_early_stop import why_withheld
from core.flows.debate_events import (
    AnswerGiven,
    ArgumentPresented,
    ConsensusReached,
    ConsensusUpdated,
    EarlyStopWithheld,
    StanceDeclared,
    VoteCast,
)
from core.flows.debate_state import DebateState, heard_roles, round_of, seat_of, told_by
from core.judging.calibration import floor_of
from core.judging.measure import Reading

_made_argument = maker(ArgumentPresented)
_made_update = maker(ConsensusUpdated)


def argued(state: SessionState, command: RecordAnswer) -> tuple[Event, ...]:
    """The turn, what is read from its end, and the agreement that it leaves."""
    debate: DebateState = state.flow
    seat = debate.seats[seat_of(command.step)]
    number = round_of(command.step)
    presented = _made_argument(
        step=command.step,
        seat=seat.id,
        role=seat.role,
        round=number,
        number=debate.arguments + 1,
        text=command.text,
        tokens_output=command.tokens_output,
        cost_microusd=command.cost_microusd,
        model=command.model,
    )
    heard = read_from(state, command)
    said: tuple[Event, ...] = (presented,) if heard is None else (presented, heard)
    reading = _reading(debate, seat, command.text, heard)
    if reading is None:
        return said
    updated = _made_update(
        round=number,
        ppm=reading.ppm,
        measure=reading.measure,
        inputs=reading.inputs,
        reason=reading.reason,
        is_advice=debate.measure.is_advice,
    )
    return (*said, updated, *_reached(debate, reading.ppm, number))


def _reached(debate: DebateState, ppm: int, number: int) -> tuple[Event, ...]:
    level = debate.template.consensus_ppm
    if debate.measure.is_advice or ppm < level:
        return ()
    reached = () if debate.agreement.is_reached else (ConsensusReached(round=number, ppm=ppm, level_ppm=level),)
    why = "" if debate.agreement.withheld == (number, floor_of(ppm)) else why_withheld(debate, ppm)
    return (*reached, EarlyStopWithheld(round=number, ppm=ppm, why=why)) if why else reached


def _reading(debate: DebateState, seat: Seat, text: str, heard: Event | None) -> Reading | None:
    if debate.measure.is_declared:
        return agreement_of(debate, heard) if isinstance(heard, AnswerGiven | StanceDeclared | VoteCast) else None
    cues = dict(debate.agreement.cues)
    if seat.role in heard_roles(debate.measure):
        cues[seat.id] = told_by(seat.id, seat.role, text, debate.measure)
    return debate.measure.combine(tuple(cues.values()))
