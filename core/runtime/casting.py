"""Who takes which seat?

A seat is cast with a word: a participant by id, or a model by name, which then speaks as whoever sits there otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from core.domain.errors import WrongUse, nearest
from core.domain.ids import ParticipantId
from core.domain.participants import DEBATING, Participant, Role, Seat
from core.domain.people import PERSON, WAIT_MS_DEFAULT, is_person, wait_ms_of
from core.ports.model_offers import ModelOffers
from core.runtime.requests import DebateRequest
from core.templates.participants import MODEL_DEFAULT
from core.templates.template import SeatSpec, Template

PARTICIPANT_MARK = "participant:"
"""Before an id it says that a participant is meant, whatever models are called."""

WORD_SHOWN_CHARACTERS_MAX = 80
PARTICIPANTS_SHARED_MAX = 1_024


class Casting:
    """What the words of a request stand for, given the participants and models that there are."""

    def __init__(self, participants: Collection[Participant], offers: ModelOffers) -> None:
        self._participants: Mapping[ParticipantId, Participant] = {each.id: each for each in participants}
        self._offers = offers

    def seats(self, request: DebateRequest, template: Template) -> tuple[Seat, ...]:
        """Everybody whom the format has a seat for. Raises WrongUse for a seat or a name that nobody knows."""
        return self.taken(template.seats, request.casting, of=template.id, where=f"template {template.id}")

    def taken(self, specs: Sequence[SeatSpec], casting: Mapping[str, str], *, of: str, where: str) -> tuple[Seat, ...]:
        """Everybody whom `specs` have a seat for; `of` and `where` name what has these. Raises as `seats` does."""
        known = {spec.id for spec in specs} | {spec.role.value for spec in specs} | {""}
        for name in casting:
            if name not in known:
                raise WrongUse(
                    f"{of} has no seat or role {name!r}.",
                    now=nearest(name, known - {""}) or f"It has {', '.join(sorted(known - {''}))}.",
                )
        seats: list[Seat] = []
        for spec in specs:
            participant = self._participants.get(spec.participant)
            if participant is None:
                raise WrongUse(
                    f"its seat {spec.id} is for a participant {spec.participant!r} whom nobody knows.",
                    where=where,
                    now=nearest(spec.participant, self._participants),
                )
            cast = self._cast(participant, casting, spec.id, spec.role)
            seats.append(Seat(id=spec.id, role=spec.role, participant=cast))
        return tuple(seats)

    def later(self, request: DebateRequest, template: Template) -> Mapping[str, Participant]:
        """Who sits down where only a later template has a seat: whoever bears the role's own name."""
        seated = {spec.role for spec in template.seats}
        cast: dict[str, Participant] = {}
        for role in DEBATING:
            participant = self._participants.get(ParticipantId(role.value))
            if participant is not None and (role not in seated or role in (Role.PROPOSER, Role.OPPONENT)):
                cast[role.value] = self._cast(participant, request.casting, role.value, role)
        return cast

    def instead(self, seats: Sequence[Seat], casting: Mapping[str, str]) -> tuple[Seat, ...]:
        """Those of `seats` in which somebody else is to sit. Raises WrongUse as `seats` does."""
        known = {name for seat in seats for name in (seat.id, seat.role.value)}
        for name in casting:
            if name and name not in known:
                raise WrongUse(
                    f"nobody sits as {name!r}.",
                    where="seat",
                    now=nearest(name, known) or f"There are {', '.join(sorted(known))}.",
                )
        cast = (replace(seat, participant=self._cast(seat.participant, casting, seat.id, seat.role)) for seat in seats)
        return tuple(new for new, seat in zip(cast, seats, strict=True) if new != seat)

    def _cast(self, usual: Participant, casting: Mapping[str, str], seat: str, role: Role) -> Participant:
        return _one_copy(self._chosen(usual, casting, seat, role))

    def _chosen(self, usual: Participant, casting: Mapping[str, str], seat: str, role: Role) -> Participant:
        asked = next((word for word in (casting.get(seat), casting.get(role.value), casting.get("")) if word), "")
        if is_person(asked.strip()):
            models = {key: word for key, word in casting.items() if not is_person(word.strip())}
            return taken_by_a_person(self._chosen(usual, models, seat, role), asked.strip())
        word = (casting.get(seat) or casting.get(role.value) or casting.get("") or "").strip()
        if not word:
            return usual if usual.model else replace(usual, model=MODEL_DEFAULT)
        named = self._named(word, seat)
        if named is not None:
            return named if named.system_prompt else replace(named, system_prompt=usual.system_prompt)
        model = self._model(word, seat)
        # Whoever names a model means that one: fallbacks written for another would ask, and pay, somebody unnamed.
        return usual if model == usual.model else replace(usual, model=model, fallbacks=())

    def _named(self, word: str, seat: str) -> Participant | None:
        is_marked = word.startswith(PARTICIPANT_MARK)
        id = ParticipantId(word.removeprefix(PARTICIPANT_MARK))
        if is_marked and id not in self._participants:
            raise WrongUse(
                f"no participant is called {_shown(id)}.",
                where=f"seat {seat}",
                now=nearest(id, self._participants) or "'moot participants list' names those that there are.",
            )
        return self._participants.get(id)

    def _model(self, word: str, seat: str) -> str:
        model = self._offers.full_name(word)
        prefixes = self._offers.prefixes()
        if not prefixes or model.partition(":")[0] in prefixes:
            return model
        raise WrongUse(
            f"no participant and no model is called {_shown(word)}.",
            where=f"seat {seat}",
            now=self._meant(word) or "A model is named PROVIDER:MODEL; 'moot models' lists them.",
        )

    def _meant(self, word: str) -> str:
        """The nearest name over participants and models, also where only the provider was left out."""
        by_tail = {name.partition(":")[2]: name for name in self._offers.names()}
        if word in by_tail:
            return f"Did you mean {by_tail[word]!r}?"
        return nearest(word, (*self._participants, *self._offers.prefixes(), *self._offers.names(), *by_tail))


def taken_by_a_person(stand_in: Participant, route: str = PERSON) -> Participant:
    """The seat of `stand_in` as a person takes it, who is waited for as long as `route` says: then its models speak.
    Raises WrongUse for a time that can't be read."""
    route = route if ":" in route else f"{PERSON}:{WAIT_MS_DEFAULT // 60_000}m"
    wait_ms_of(route)
    routes = tuple(each for each in stand_in.routes if not is_person(each))
    return replace(stand_in, model=route, fallbacks=routes)


@lru_cache(maxsize=PARTICIPANTS_SHARED_MAX)
def _one_copy(participant: Participant) -> Participant:
    """The first of all that are equal to this one: a thousand sessions seat the same few."""
    return participant


def _shown(word: str) -> str:
    return f"{word!r:.{WORD_SHOWN_CHARACTERS_MAX}}"


def casting_notes(seats: Collection[Seat]) -> tuple[str, ...]:
    """What whoever starts the debate may not have meant."""
    return tuple(
        f"{seat.participant.name} is written for {seat.participant.role} and sits as {seat.role}."
        for seat in seats
        if seat.participant.role is not None and seat.participant.role is not seat.role
    )
