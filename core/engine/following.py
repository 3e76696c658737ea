"""Which commands does one amount to besides what it brings about itself?"""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.commands import (
    AnswerEscalation,
    ApplyTemplate,
    ChangeRounds,
    ChangeSeats,
    Command,
    Fork,
    ReachDeadline,
)
from core.domain.events import EscalationExpired, Event
from core.domain.session import SessionState
from core.engine.answering import amounts_to, amounts_to_expired


def follow_ups(state: SessionState, command: Command, decided: Sequence[Event] = ()) -> tuple[Command, ...]:
    """The commands that an answered escalation, one that nobody answered, or a fork amounts to besides what was
    `decided`, obeyed one after the other right behind it."""
    match command:
        case AnswerEscalation():
            return amounts_to(state, command)
        case ReachDeadline():
            expired = (event for event in decided if isinstance(event, EscalationExpired))
            return tuple(following for event in expired for following in amounts_to_expired(state, event))
        case Fork(by=by):
            seats = (ChangeSeats(seats=command.seats, by=by),) if command.seats else ()
            applied = ApplyTemplate(template=command.template, digest=command.template_digest, by=by)
            template = (applied,) if command.template else ()
            limit = command.rounds_limit
            return (*seats, *template, *(() if limit is None else (ChangeRounds(rounds_limit=limit, by=by),)))
        case _:
            return ()
