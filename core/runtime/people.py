"""Who can be seated, and who comes and goes?"""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.errors import CommandRefused, WrongUse, nearest
from core.domain.ids import ParticipantId
from core.domain.participants import Participant
from core.ports.catalogue import Catalogue
from core.templates.participants import SHIPPED_PARTICIPANTS

SHIPPED = {participant.id: participant for participant in SHIPPED_PARTICIPANTS}


class People:
    """The participants of one catalogue. Debates under way keep whom they began with."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def all(self) -> tuple[Participant, ...]:
        """Everybody who can be seated, by id."""
        return tuple(sorted(await self._catalogue.participants(), key=lambda each: each.id))

    async def one(self, id: str) -> Participant:
        """One of them. Raises WrongUse with the nearest id."""
        known = {str(each.id): each for each in await self._catalogue.participants()}
        if id not in known:
            raise WrongUse(
                f"no participant is called {id!r}.", now=nearest(id, known) or f"There are {', '.join(sorted(known))}."
            )
        return known[id]

    async def save(self, participants: Sequence[Participant]) -> None:
        """Keep these, each instead of the one with its id: all of them or, where one is refused, none."""
        await self._catalogue.save_participants(participants)

    async def remove(self, id: str) -> str:
        """Take one of the operator's own out, and say what that leaves: where it stood in for a shipped one, that one.

        Raises WrongUse with the nearest id, and CommandRefused for a shipped one and for one whom a format seats.
        """
        participant = await self.one(id)
        shipped = SHIPPED.get(participant.id)
        if shipped == participant:
            raise CommandRefused(
                f"{id} comes with moot.", now="Cast another in its place, or load one of your own under its id."
            )
        if shipped is not None:
            await self.save((shipped,))
            return f"{id} is the one that comes with moot again."
        formats = await self._formats_of(participant.id)
        if formats:
            raise CommandRefused(
                f"{id} has a seat in {' and '.join(formats)}.",
                now="Load another under its id, or give the format somebody else first.",
            )
        await self._catalogue.remove_participant(participant.id)
        return f"{id} is removed."

    async def _formats_of(self, id: ParticipantId) -> list[str]:
        templates = await self._catalogue.templates()
        return [str(template.id) for template in templates if any(seat.participant == id for seat in template.seats)]
