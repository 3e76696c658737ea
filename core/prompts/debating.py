"""What exactly is a seat of a debate sent?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from core.domain.ids import SeatId
from core.domain.participants import Role, Seat
from core.domain.steps import Document, Message
from core.domain.transcript import Turn, TurnKind
from core.prompts.window import TURN_CHARACTERS_MAX, newest_turns, shortened

DOCUMENT_CHARACTERS_MAX = 12_000
"""Of all evidence together; what is longer is cut in the order in which the files were given, and marked."""

_NO_WORD = re.compile(r"[_\d]")

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
) -> tuple[Message, ...]:
    """The system and the user message for one turn, bounded in size by the bounds of `window` and of the evidence.

    `letters` hide who said what: seats go by them, also in what was said, and their roles are left out. `rankings`
    tell how the seats have ranked one another.
    """
    parts = [f"The {'question' if is_question else 'motion'}: {motion}", _standing(seat, round_number, rounds_limit)]
    if documents:
        parts.append(_evidence(documents))
    if turns:
        parts.append(_transcript(turns, seats, letters))
    if rankings:
        parts.append(rankings)
    parts.append(f"Your task now: {instruction}")
    return (Message(author="system", text=_system(seat)), Message(author="user", text="\n\n".join(parts)))


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


def _evidence(documents: tuple[Document, ...]) -> str:
    room = DOCUMENT_CHARACTERS_MAX
    shown: list[str] = []
    for document in documents:
        text = shortened(document.text, max(0, room))
        room -= len(document.text)
        shown.append(f"--- {document.name}\n{text}")
    return "Evidence that may be cited as (file:line):\n" + "\n".join(shown)


def _transcript(turns: Sequence[Turn], seats: Mapping[SeatId, Seat], letters: Mapping[SeatId, str] | None) -> str:
    window, before = newest_turns(turns)
    speakers = {turn.seat: turn for turn in window}
    names = {seat: _speaker(turn, seats) for seat, turn in speakers.items()}
    if letters is not None:
        names = {
            seat: name if turn.kind is TurnKind.STATEMENT else _blind(seat, letters)
            for (seat, name), turn in zip(names.items(), speakers.values(), strict=True)
        }
    lines = [f"[{before} earlier turns are left out]"] if before else []
    lines += [
        f"{names[turn.seat]}, round {turn.round}:\n"
        # Asked here and not only by `shortened`: calling it for each of sixty turns takes longer than all the rest.
        f"{turn.text if len(turn.text) <= TURN_CHARACTERS_MAX else shortened(turn.text, TURN_CHARACTERS_MAX)}"
        for turn in window
    ]
    said = "\n\n".join(lines)
    return f"What has been said so far:\n\n{said if letters is None else _unsigned(said, letters)}"


def _unsigned(said: str, letters: Mapping[SeatId, str]) -> str:
    """What was said, without the seats' names where one writes under its own. A name that is a word of the language,
    such as `analyst`, stays: it is also said of others."""
    names = {seat.replace("_", " "): letter for seat, letter in letters.items() if _NO_WORD.search(seat)}
    if not names:
        return said
    pattern = "|".join(re.escape(name).replace(r"\ ", "[ _-]") for name in sorted(names, key=len, reverse=True))
    return re.sub(
        rf"(?<!\w)(?:{pattern})(?!\w)",
        lambda found: f"Speaker {names[re.sub('[_-]', ' ', found[0]).casefold()]}",
        said,
        flags=re.IGNORECASE | re.ASCII,
    )


def _blind(seat: SeatId, letters: Mapping[SeatId, str]) -> str:
    return f"Speaker {letters[seat]}" if seat in letters else "Another speaker"


def _speaker(turn: Turn, seats: Mapping[SeatId, Seat]) -> str:
    if turn.kind is TurnKind.STATEMENT:
        return "The operator"
    role = seats[turn.seat].role.value if turn.seat in seats else turn.seat
    return f"{turn.seat} ({role})" if turn.seat != role else str(turn.seat)
