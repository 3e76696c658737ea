"""How is what was said so far told to a seat that knows everybody by name, at a flat cost for each turn?

A turn is told in the same words in every prompt that holds it, so that they are put together once, when it is new. What
is told of a debate is noted on its turns, which the next prompt finds there: it adds the turns that have come since and
leaves out the oldest ones. Without a note, the same words come out of the turns themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.changing import maker
from core.domain.growing import Growing
from core.domain.ids import SeatId
from core.domain.participants import Role, Seat
from core.domain.transcript import Turn, TurnKind
from core.prompts.window import (
    TRANSCRIPT_CHARACTERS_MAX,
    TURN_CHARACTERS_MAX,
    TURNS_IN_WINDOW_MAX,
    newest_turns,
    shortened,
)

READER = "said so far"

Roles = Mapping[SeatId, Role | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidSoFar:
    """What is told of the first `turns_count` turns of a debate whose `seats` are these.

    `pieces` are a heading and a text for each turn in the window, whose bound goes by the `characters` of the texts.
    What is stated goes by the role that whoever stated it had last: those are `stated_as`.
    """

    seats: Mapping[SeatId, Seat]
    turns_count: int
    characters: int
    stated_as: Roles
    pieces: tuple[str, ...]

    @property
    def before(self) -> int:
        """How many turns were left out: those that came before the window."""
        return self.turns_count - len(self.pieces) // 2


_made = maker(SaidSoFar)


def said_so_far(turns: Sequence[Turn], seats: Mapping[SeatId, Seat]) -> SaidSoFar:
    """The newest of `turns` that fit, each under the name of who spoke."""
    if not isinstance(turns, Growing):
        return _told_anew(turns, seats)
    noted: SaidSoFar | None = turns.noted(READER)
    said = _continued(noted, turns, seats) if noted is not None else None
    if said is None:
        said = _told_anew(turns, seats)
    if said is not noted:
        turns.note(READER, said)
    return said


def speaker_of(turn: Turn, seats: Mapping[SeatId, Seat]) -> str:
    """What somebody goes by who isn't hidden."""
    if turn.kind is TurnKind.STATEMENT:
        return _stating(turn.role)
    role = seats[turn.seat].role.value if turn.seat in seats else turn.seat
    return f"{turn.seat} ({role})" if turn.seat != role else str(turn.seat)


def _stating(role: Role | None) -> str:
    return f"The {role}" if role is not None else "The operator"


def _told_anew(turns: Sequence[Turn], seats: Mapping[SeatId, Seat]) -> SaidSoFar:
    window, _ = newest_turns(turns)
    stated_as = {turn.seat: turn.role for turn in window if turn.kind is TurnKind.STATEMENT}
    pieces = _pieces(window, seats, stated_as)
    return _made(
        seats=seats,
        turns_count=len(turns),
        characters=sum(map(_counted, pieces[1::2])),
        stated_as=stated_as,
        pieces=tuple(pieces),
    )


def _continued(said: SaidSoFar, turns: Sequence[Turn], seats: Mapping[SeatId, Seat]) -> SaidSoFar | None:
    """`said` with the turns that have come since, less the oldest where all are more than fit; None where somebody goes
    by another name now, or where nothing of it would stay."""
    missing = len(turns) - said.turns_count
    if said.seats is not seats or missing >= TURNS_IN_WINDOW_MAX:
        return None
    if not missing:
        return said
    newest = turns[-missing:]
    for turn in newest:
        if turn.kind is TurnKind.STATEMENT and said.stated_as.get(turn.seat, "") != turn.role:
            return None
    more = _pieces(newest, seats, said.stated_as)
    pieces, characters, first = [*said.pieces, *more], said.characters + sum(map(_counted, more[1::2])), 0
    while len(pieces) - first > 2 * TURNS_IN_WINDOW_MAX or (
        characters > TRANSCRIPT_CHARACTERS_MAX and len(pieces) - first > 2  # the newest stays, however long it is
    ):
        characters -= _counted(pieces[first + 1])
        first += 2
    return _made(
        seats=seats,
        turns_count=len(turns),
        characters=characters,
        stated_as=said.stated_as,
        pieces=tuple(pieces[first:]),
    )


def _pieces(turns: Sequence[Turn], seats: Mapping[SeatId, Seat], stated_as: Roles) -> list[str]:
    speakers = {(turn.seat, turn.kind): turn for turn in turns}
    names = {
        speaker: _stating(stated_as[turn.seat]) if turn.kind is TurnKind.STATEMENT else speaker_of(turn, seats)
        for speaker, turn in speakers.items()
    }
    pieces: list[str] = []
    for turn in turns:
        pieces += (
            f"\n\n{names[turn.seat, turn.kind]}, round {turn.round}:\n",
            # Asked here and not only by `shortened`: calling it for each of sixty turns takes as long as all the rest.
            turn.text if len(turn.text) <= TURN_CHARACTERS_MAX else shortened(turn.text, TURN_CHARACTERS_MAX),
        )
    return pieces


def _counted(text: str) -> int:
    """Of a text that was shortened, what is said of the rest doesn't count."""
    return len(text) if len(text) < TURN_CHARACTERS_MAX else TURN_CHARACTERS_MAX
