"""What exactly is a seat of a debate sent?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.ids import NO_SEAT, SeatId
from core.domain.participants import Role, Seat
from core.domain.steps import Document, Message
from core.domain.transcript import Turn, TurnKind
from core.prompts.blinding import YOU, by_letter, models_of, without_ids, without_names
from core.prompts.evidence import evidence_told
from core.prompts.said_so_far import said_so_far, speaker_of
from core.prompts.told import told_part
from core.prompts.window import TURN_CHARACTERS_MAX, newest_turns, shortened

SO_FAR = "What has been said so far"
BY_LETTER = (
    "What has been said so far. Within a round, speakers stand in the order of their letters, whoever spoke first; "
    "neither the letters nor the order mean anything"
)

SIDES: Mapping[Role, int] = {Role.PROPOSER: 1, Role.OPPONENT: -1}


def side_of(role: Role) -> int:
    """+1 for the motion, -1 against it, 0 for a role that weighs."""
    return SIDES.get(role, 0)


def debate_messages(
    *,
    motion: str,
    seat: Seat,
    seats: Mapping[SeatId, Seat],
    instruction: str,
    round_number: int,
    rounds_limit: int,
    turns: Sequence[Turn],
    documents: tuple[Document, ...],
    is_question: bool = False,
    letters: Mapping[SeatId, str] | None = None,
    rankings: str = "",
    is_by_letter: bool = False,
    is_unnamed: bool = False,
    told: Sequence[str] = (),
) -> tuple[Message, ...]:
    """The system and the user message for one turn, bounded in size by the bounds of `window` and of the evidence.

    `letters` hide who said what: seats go by them, also in what was said, and their roles are left out. `rankings`
    tell how the seats have ranked one another. Where it `is_by_letter`, those who spoke in a round are shown in the
    order of their letters; where it `is_unnamed`, nothing that was said names a seat or a model either, and what the
    seat has said itself is told to be its own. `told` is what this seat alone was told, oldest first.
    """
    # Of what was said each text as it stands: all of it together is some 24,000 characters, at every turn.
    pieces = [
        f"The {'question' if is_question else 'motion'}: {motion}\n\n{_standing(seat, round_number, rounds_limit)}"
    ]
    if documents:
        pieces += ("\n\n", evidence_told(documents))
    if turns and letters is None:
        pieces += _by_name(turns, seats)
    elif turns and letters is not None:
        shown = _Shown(letters=letters, own=seat.id if is_unnamed else NO_SEAT, is_by_letter=is_by_letter)
        pieces += ("\n\n", _blindly(turns, seats, shown))
    if rankings:
        pieces += ("\n\n", rankings)
    if told:
        pieces += ("\n\n", told_part(told))
    pieces.append(f"\n\nYour task now: {instruction}")
    return (Message(author="system", text=_system(seat)), Message.joined(author="user", pieces=pieces))


def _system(seat: Seat) -> str:
    return seat.participant.system_prompt or f"You are the {seat.role} in a moderated debate."


def _standing(seat: Seat, round_number: int, rounds_limit: int) -> str:
    match side_of(seat.role):
        case 1:
            stance = "You speak for the motion."
        case -1:
            stance = "You speak against the motion."
        case _:
            stance = "You answer for yourself." if seat.role is Role.PANELIST else "You take no side."
    return f"You sit as {seat.id} ({seat.role}). {stance} This is round {round_number} of {rounds_limit}."


def _by_name(turns: Sequence[Turn], seats: Mapping[SeatId, Seat]) -> tuple[str, ...]:
    said = said_so_far(turns, seats)
    return (f"\n\n{SO_FAR}:", _left_out(said.before), *said.pieces)


def _left_out(before: int) -> str:
    return f"\n\n[{before} earlier turns are left out]" if before else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """Under which letters a transcript is shown, and in which order. `own` is the seat that reads it, where it is told
    its own words from those of others and names are hidden wherever they stand."""

    letters: Mapping[SeatId, str]
    own: SeatId
    is_by_letter: bool


def _blindly(turns: Sequence[Turn], seats: Mapping[SeatId, Seat], shown: _Shown) -> str:
    """Put together anew for each step: its letters are its own."""
    window, before = newest_turns(turns)
    if shown.is_by_letter:
        window = by_letter(window, shown.letters)
    speakers = {(turn.seat, turn.kind): turn for turn in window}
    names = {
        (seat, kind): speaker_of(turn, seats) if kind is TurnKind.STATEMENT else _blind(seat, shown)
        for (seat, kind), turn in speakers.items()
    }
    said = "".join(
        f"\n\n{names[turn.seat, turn.kind]}, round {turn.round}:\n{shortened(turn.text, TURN_CHARACTERS_MAX)}"
        for turn in window
    )
    told = f"{_left_out(before)}{said}".removeprefix("\n\n")
    return f"{BY_LETTER if shown.is_by_letter else SO_FAR}:\n\n{_hidden(told, seats, shown)}"


def _hidden(said: str, seats: Mapping[SeatId, Seat], shown: _Shown) -> str:
    if shown.own == NO_SEAT:
        return without_ids(said, shown.letters)
    others = {seat: letter for seat, letter in shown.letters.items() if seat != shown.own}
    return without_names(said, others, models_of(seats.values()))


def _blind(seat: SeatId, shown: _Shown) -> str:
    if seat == shown.own:
        return YOU
    return f"Speaker {shown.letters[seat]}" if seat in shown.letters else "Another speaker"
