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
from core.domain.participants import Seat
from core.domain.transcript import Turn, TurnKind
from core.prompts.window import TRANSCRIPT_CHARACTERS_MAX, TURN_CHARACTERS_MAX, TURNS_IN_WINDOW_MAX, shortened

READER = "said so far"

Names = dict[tuple[SeatId, TurnKind], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidSoFar:
    """What is told of the first `turns_count` turns of a debate whose `seats` are these.

    `pieces` are a heading and a text for each turn in the window, and `names` what those who spoke in it go by.
    `characters` are those of the texts, which the window bounds.
    """

    seats: Mapping[SeatId, Seat]
    turns_count: int
    characters: int
    names: Names
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
        return f"The {turn.role}" if turn.role is not None else "The operator"
    role = seats[turn.seat].role.value if turn.seat in seats else turn.seat
    return f"{turn.seat} ({role})" if turn.seat != role else str(turn.seat)


def _told_anew(turns: Sequence[Turn], seats: Mapping[SeatId, Seat]) -> SaidSoFar:
    newest = turns[-TURNS_IN_WINDOW_MAX:]
    speakers = {(turn.seat, turn.kind): turn for turn in newest}
    names = {speaker: speaker_of(turn, seats) for speaker, turn in speakers.items()}
    none_yet = _made(seats=seats, turns_count=len(turns) - len(newest), characters=0, names=names, pieces=())
    return _with(none_yet, newest)


def _continued(said: SaidSoFar, turns: Sequence[Turn], seats: Mapping[SeatId, Seat]) -> SaidSoFar | None:
    """`said` with the turns that have come since; None where others go by other names now, or nothing of it stays."""
    missing = len(turns) - said.turns_count
    if said.seats is not seats or missing >= TURNS_IN_WINDOW_MAX:
        return None
    if not missing:
        return said
    newest = turns[-missing:]
    for turn in newest:
        if said.names.get((turn.seat, turn.kind)) != speaker_of(turn, seats):
            return None
    return _with(said, newest)


def _with(said: SaidSoFar, newest: Sequence[Turn]) -> SaidSoFar:
    """`said` with `newest` behind it, less the oldest turns where all are more than fit. The newest always stays."""
    pieces, characters, names, first = list(said.pieces), said.characters, said.names, 0
    for turn in newest:
        text = turn.text if len(turn.text) <= TURN_CHARACTERS_MAX else shortened(turn.text, TURN_CHARACTERS_MAX)
        pieces += (f"\n\n{names[turn.seat, turn.kind]}, round {turn.round}:\n", text)
        characters += _counted(text)
        while len(pieces) - first > 2 * TURNS_IN_WINDOW_MAX or (
            characters > TRANSCRIPT_CHARACTERS_MAX and len(pieces) - first > 2
        ):
            characters -= _counted(pieces[first + 1])
            first += 2
    return _made(
        seats=said.seats,
        turns_count=said.turns_count + len(newest),
        characters=characters,
        names=names,
        pieces=tuple(pieces[first:]),
    )


def _counted(text: str) -> int:
    """A text that was shortened is longer than the most by the note of what is left out, which doesn't count."""
    return len(text) if len(text) < TURN_CHARACTERS_MAX else TURN_CHARACTERS_MAX
