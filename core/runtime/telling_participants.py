"""How do those who debate hear of what they are told: by an event of their own session, which their next prompts hold?

What is told is recorded like anything else that a prompt is made of. Only a session that is under way here is told: to
have it obey would else begin to drive it, which nobody asked for.
"""

from __future__ import annotations

from core.domain.commands import TellParticipant
from core.domain.errors import CommandRefused, WrongUse
from core.domain.ids import NO_SESSION, SeatId
from core.domain.people import is_person
from core.domain.session import SessionState
from core.notifying.delivering import Delivery
from core.ports.channel import NotDelivered
from core.runtime.requests import Asker
from core.runtime.supervisor import Supervisor

BY = "notification"


class ParticipantTeller:
    """Of one driver."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    async def tell(self, delivery: Delivery) -> str | None:
        """Tell the seat that it is about, or every seat that a model has. A delivery is told once, also where it is
        handed over again. Returns a note where nobody was told; raises NotDelivered for a session that nobody drives
        here."""
        told = delivery.notification
        if told.session == NO_SESSION:
            return "nobody was told: it is about no session"
        try:
            state = await self._supervisor.load(told.session)
        except WrongUse:
            return "nobody was told: the session is gone"
        if state.life.status.is_over:
            return "nobody was told: the session is over"
        if not self._supervisor.drives(told.session):
            raise NotDelivered("the session is not under way here.")
        refused = ""
        for seat in [told.seat] if told.seat else _models(state):
            command = TellParticipant(seat=seat, text=told.text, by=BY, delivery=f"{delivery.id}:{seat}")
            try:
                await self._supervisor.submit(told.session, command, by=Asker(actor=BY))
            except CommandRefused as refusal:
                refused = f"{seat} was not told: {refusal}"  # it left its seat, or all is over by now
        return refused or None


def _models(state: SessionState) -> list[SeatId]:
    """Whoever has prompts: a person reads what happens."""
    opening = state.opening
    return [seat.id for seat in opening.seats if not is_person(seat.participant.model)] if opening is not None else []
