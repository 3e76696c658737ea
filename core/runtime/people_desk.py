"""How do people take seats, speak, and leave them again?

Who takes a seat sits there from the next turn on, and whoever sat there stands in for them. What somebody says is
looked at before it counts: where a certain last line is expected and missing it is refused, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.domain.commands import ChangeSeats
from core.domain.errors import CommandRefused, WrongUse, nearest
from core.domain.ids import SeatId, SessionId
from core.domain.participants import Participant, Seat
from core.domain.people import PERSON, is_person
from core.domain.session import SessionState
from core.domain.text import clean_text
from core.ports.inbox import InboxAnswer
from core.ports.model_provider import ANSWER_CHARACTERS_MAX
from core.ports.people_present import PersonAsked
from core.runtime.announcements import Announcements
from core.runtime.casting import taken_by_a_person
from core.runtime.ports import Ports
from core.runtime.records import require_own
from core.runtime.requests import Asker
from core.runtime.supervisor import Supervisor

Body = Mapping[str, Any]


class PeopleDesk:
    """The verbs by which people take part. On the driver's event loop."""

    def __init__(self, ports: Ports, supervisor: Supervisor, announcements: Announcements) -> None:
        self._ports = ports
        self._announcements = announcements
        self._supervisor = supervisor
        self.verbs = {"speak": self._speak, "take_seat": self._take_seat, "leave_seat": self._leave_seat}

    async def _speak(self, body: Body, by: Asker) -> InboxAnswer:
        session = SessionId(str(body["session"]))
        asked = self._asked(session, str(body.get("step", "")))
        if body.get("passes"):
            self._ports.people.pass_on(session, asked.step)
            await self._recorded(asked)
            return InboxAnswer(is_done=True, text=f"{asked.seat} passes", body={"step": asked.step})
        text = clean_text(str(body.get("text", ""))).strip()
        self._require_sayable(await self._supervisor.load(session), asked, text)
        if not self._ports.people.say(session, asked.step, text):
            raise CommandRefused("it was too late.", where=f"session {session[:8]}", now="The stand-in speaks.")
        await self._recorded(asked)
        return InboxAnswer(is_done=True, text=f"{asked.seat} has spoken", body={"step": asked.step})

    def _asked(self, session: SessionId, step: str) -> PersonAsked:
        for asked in self._ports.people.asked():
            if asked.session == session and step in ("", asked.step):
                return asked
        raise CommandRefused(
            "nobody is waited for there now.",
            where=f"session {session[:8]}",
            now="Take a seat; you are asked when its turn comes.",
        )

    async def _recorded(self, asked: PersonAsked) -> None:
        """Wait until what was said is on record, however long the disk refuses: before that nobody has been heard."""
        position = self._announcements.position
        while _is_open(await self._supervisor.load(asked.session), asked):
            position = await self._announcements.beyond(position)

    def _require_sayable(self, state: SessionState, asked: PersonAsked, text: str) -> None:
        where = f"session {asked.session[:8]}, {asked.seat}"
        if not text:
            raise WrongUse("a turn without words.", where=where, now="Say something, or pass.")
        if len(text) > ANSWER_CHARACTERS_MAX:
            raise WrongUse(f"a turn of more than {ANSWER_CHARACTERS_MAX:,} characters.", where=where, now="Shorten it.")
        missing = self._ports.engine.flow(state).fault_in(state, asked.step, text)
        if missing:
            raise WrongUse("it does not end as it has to.", where=where, now=missing)

    async def _take_seat(self, body: Body, by: Asker) -> InboxAnswer:
        session, route = SessionId(str(body["session"])), str(body.get("route") or PERSON)
        if not is_person(route):
            raise WrongUse(f"{route!r} is no person.", now=f"Say {PERSON}, or {PERSON}:10m for ten minutes a turn.")
        seat = await self._seat(session, str(body["seat"]))
        taken = replace(seat, participant=taken_by_a_person(seat.participant, route))
        return await self._reseated(session, taken, by, f"{seat.id} is yours from its next turn on")

    async def _leave_seat(self, body: Body, by: Asker) -> InboxAnswer:
        session = SessionId(str(body["session"]))
        seat = await self._seat(session, str(body["seat"]))
        left = replace(seat, participant=_stand_in(seat.participant))
        if left == seat:
            raise CommandRefused(f"no person sits as {seat.id}.", where=f"session {session[:8]}")
        answer = await self._reseated(session, left, by, f"{seat.id} is left to {left.participant.model}")
        for asked in self._ports.people.asked():
            if asked.session == session and asked.seat == seat.id:
                self._ports.people.pass_on(session, asked.step)
        return answer

    async def _reseated(self, session: SessionId, seat: Seat, by: Asker, text: str) -> InboxAnswer:
        await require_own(self._ports.log, session)
        await self._supervisor.submit(session, ChangeSeats(seats=(seat,), by=by.actor), by=by)
        return InboxAnswer(is_done=True, text=text, body={"seat": seat.id})

    async def _seat(self, session: SessionId, id: str) -> Seat:
        state = await self._supervisor.load(session)
        seats: Mapping[SeatId, Seat] = {each.id: each for each in self._ports.engine.flow(state).seats(state)}
        seat = seats.get(SeatId(id))
        if seat is None:
            raise WrongUse(
                f"it has no seat {id!r}.",
                where=f"session {session[:8]}",
                now=nearest(id, seats) or f"It has {', '.join(seats)}.",
            )
        return seat


def _is_open(state: SessionState, asked: PersonAsked) -> bool:
    attempt = state.work.open.get(asked.step)
    return attempt is not None and is_person(attempt.route)


def _stand_in(participant: Participant) -> Participant:
    models = tuple(route for route in participant.routes if not is_person(route))
    return replace(participant, model=models[0], fallbacks=models[1:]) if models else participant
