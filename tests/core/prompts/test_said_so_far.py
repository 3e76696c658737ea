"""Is what was said told in the same words, whether it is put together anew or continued from the prompt before?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.growing import Growing
from core.domain.ids import NO_SEAT, NO_STEP, SeatId, StepId
from core.domain.participants import Role
from core.domain.transcript import Turn, TurnKind
from core.prompts.debating import debate_messages
from core.prompts.said_so_far import said_so_far
from core.prompts.window import TURN_CHARACTERS_MAX, TURNS_IN_WINDOW_MAX, newest_turns, shortened
from tests.builders import seat

SEATS = {each.id: each for each in (seat(Role.PROPOSER), seat(Role.OPPONENT, "critic"), seat(Role.JUDGE))}
OTHERS = {**SEATS, SeatId("critic"): seat(Role.PROPOSER, "critic")}

ARGUMENTS = st.builds(
    Turn,
    kind=st.sampled_from((TurnKind.ARGUMENT, TurnKind.VERDICT)),
    step=st.just(StepId("s")),
    seat=st.sampled_from(("proposer", "critic", "left_long_ago")).map(SeatId),
    role=st.just(Role.PROPOSER),
    round=st.integers(1, 12),
    text=st.integers(0, 12_000).map(lambda length: "xé"[length % 2] * length),
)
STATEMENTS = st.builds(
    Turn,
    kind=st.just(TurnKind.STATEMENT),
    step=st.just(NO_STEP),
    seat=st.sampled_from((NO_SEAT, SeatId("critic"))),
    role=st.sampled_from((None, Role.OPPONENT, Role.MODERATOR)),
    round=st.integers(1, 12),
    text=st.sampled_from(("Go on.", "")),
)
TURNS = st.lists(st.one_of(ARGUMENTS, STATEMENTS), max_size=90)


def plainly(turns: list[Turn], seats: dict[SeatId, object]) -> str:
    """The same without a thought for its cost. Where one speaker goes by several names, all are the newest."""
    window, before = newest_turns(turns)
    names = {}
    for turn in window:
        role = seats[turn.seat].role.value if turn.seat in seats else turn.seat  # type: ignore[attr-defined]
        name = f"{turn.seat} ({role})" if turn.seat != role else str(turn.seat)
        if turn.kind is TurnKind.STATEMENT:
            name = f"The {turn.role}" if turn.role is not None else "The operator"
        names[turn.seat, turn.kind] = name
    lines = [f"[{before} earlier turns are left out]"] if before else []
    lines += [
        f"{names[turn.seat, turn.kind]}, round {turn.round}:\n{shortened(turn.text, TURN_CHARACTERS_MAX)}"
        for turn in window
    ]
    return "\n\n".join(lines)


def told(turns: Growing[Turn] | tuple[Turn, ...], seats: dict[SeatId, object]) -> str:
    text = debate_messages(
        motion="It leaves on Fridays.",
        seat=SEATS[SeatId("judge")],
        seats=seats,  # type: ignore[arg-type]
        instruction="Judge.",
        round_number=1,
        rounds_limit=1,
        turns=turns,
        documents=(),
    )[-1].text
    begin = "This is round 1 of 1.\n\nWhat has been said so far:\n\n"
    return text.partition(begin)[2].removesuffix("\n\nYour task now: Judge.")


@given(turns=TURNS, asked_after=st.lists(st.booleans(), max_size=90), recast_at=st.integers(0, 90))
def test_what_is_continued_reads_like_what_is_put_together_anew(
    turns: list[Turn], asked_after: list[bool], recast_at: int
) -> None:
    growing: Growing[Turn] = Growing()
    for number, turn in enumerate(turns):
        growing = growing.plus(turn)
        seats: dict[SeatId, object] = dict(SEATS) if number < recast_at else dict(OTHERS)
        if number < len(asked_after) and asked_after[number]:
            assert told(growing, seats) == plainly(turns[: number + 1], seats)

    assert told(growing, dict(OTHERS)) == told(tuple(turns), dict(OTHERS)) == plainly(turns, dict(OTHERS))


@given(turns=TURNS, kept=st.lists(st.booleans(), max_size=90))
def test_what_is_continued_among_the_same_seats_reads_like_what_is_put_together_anew(
    turns: list[Turn], kept: list[bool]
) -> None:
    growing: Growing[Turn] = Growing()
    for number, turn in enumerate(turns):
        growing = growing.plus(turn)
        if number < len(kept) and kept[number]:
            assert told(growing, SEATS) == plainly(turns[: number + 1], SEATS)  # type: ignore[arg-type]

    assert told(growing, SEATS) == plainly(turns, SEATS)  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [1, TURNS_IN_WINDOW_MAX - 1, TURNS_IN_WINDOW_MAX, 10 * TURNS_IN_WINDOW_MAX])
def test_what_is_kept_of_a_debate_is_bounded_whatever_was_said(length: int) -> None:
    growing: Growing[Turn] = Growing()
    for number in range(length):
        text = "x" * (number % 100)
        said = Turn(
            kind=TurnKind.ARGUMENT,
            step=StepId("s"),
            seat=SeatId("critic"),
            role=Role.OPPONENT,
            round=number,
            text=text,
        )
        growing = growing.plus(said)
        said_so_far(growing, SEATS)

    assert len(said_so_far(growing, SEATS).pieces) == 2 * min(length, TURNS_IN_WINDOW_MAX)
    assert said_so_far(growing, SEATS) is said_so_far(growing, SEATS)
    assert said_so_far(growing, SEATS).before == max(0, length - TURNS_IN_WINDOW_MAX)
