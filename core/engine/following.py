"""Which commands does one amount to besides what it brings about itself?"""

from __future__ import annotations

from core.domain.commands import (
    AnswerEscalation,
    ApplyTemplate,
    Cancel,
    ChangeRounds,
    ChangeSeats,
    Command,
    Complete,
    Fork,
    StartNewRound,
)
from core.domain.session import SessionState
from core.engine.decide import has_verdict


def follow_ups(state: SessionState, command: Command) -> tuple[Command, ...]:
    """The commands that an answered escalation or a fork amounts to, obeyed one after the other right behind it."""
    match command:
        case AnswerEscalation():
            return _following_an_answer(state, command)
        case Fork(by=by):
            seats = (ChangeSeats(seats=command.seats, by=by),) if command.seats else ()
            applied = ApplyTemplate(template=command.template, digest=command.template_digest, by=by)
            template = (applied,) if command.template else ()
            limit = command.rounds_limit
            return (*seats, *template, *(() if limit is None else (ChangeRounds(rounds_limit=limit, by=by),)))
        case _:
            return ()


def _following_an_answer(state: SessionState, command: AnswerEscalation) -> tuple[Command, ...]:
    match command.answer:
        case "new_round":
            return (StartNewRound(reason="escalation_answered", by=command.by),)
        case "complete":
            complete = Complete(
                reason="escalation_answered", verdict=command.verdict, outcome=command.outcome, by=command.by
            )
            is_due_already = state.life.completing is not None and not has_verdict(complete)
            return () if is_due_already else (complete,)
        case "cancel":
            return (Cancel(reason="escalation_answered", by=command.by),)
        case _:
            return ()
