"""Is a seat sent what it needs, in words that no history can make too long?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.ids import NO_SEAT, NO_STEP, SeatId, StepId
from core.domain.participants import Role
from core.domain.transcript import Turn, TurnKind
from core.prompts.debating import debate_messages, side_of
from core.prompts.evidence import DOCUMENT_CHARACTERS_MAX
from core.prompts.window import (
    TRANSCRIPT_CHARACTERS_MAX,
    TURN_CHARACTERS_MAX,
    TURNS_IN_WINDOW_MAX,
    newest_turns,
    shortened,
)
from tests.builders import document, seat

SEATS = {each.id: each for each in (seat(Role.PROPOSER), seat(Role.OPPONENT, "critic"), seat(Role.JUDGE))}


def said(text: str, *, by: str = "proposer", round_number: int = 1) -> Turn:
    return Turn(
        kind=TurnKind.ARGUMENT,
        step=StepId("s"),
        seat=SeatId(by),
        role=Role.PROPOSER,
        round=round_number,
        text=text,
    )


def stated(text: str) -> Turn:
    return Turn(kind=TurnKind.STATEMENT, step=NO_STEP, seat=NO_SEAT, role=None, round=1, text=text)


def prompt(
    *turns: Turn,
    by: str = "proposer",
    documents: tuple[tuple[str, str], ...] = (),
    instruction: str = "Argue.",
    letters: dict[SeatId, str] | None = None,
) -> str:
    messages = debate_messages(
        motion="It leaves on Fridays.",
        seat=SEATS[SeatId(by)],
        seats=SEATS,
        instruction=instruction,
        round_number=2,
        rounds_limit=3,
        turns=turns,
        documents=tuple(document(name, text) for name, text in documents),
        letters=letters,
    )
    return messages[-1].text


def test_who_writes_under_the_name_of_a_seat_goes_by_its_letter_where_words_are_judged_blind() -> None:
    letters = {SeatId("first_councillor"): "B", SeatId("panelist_2"): "A", SeatId("analyst"): "C"}
    turns = [
        said("As the First Councillor I, first_councillor, say yes.", by="first_councillor"),
        said("**FIRST-COUNCILLOR** errs; the second_first_councillor and panelist_22 don't.", by="panelist_2"),
        said("An analyst would agree with panelist 2.", by="analyst"),
    ]

    blind = prompt(*turns, by="judge", letters=letters)

    assert "As the Speaker B I, Speaker B, say yes." in blind
    assert "**Speaker B** errs; the second_first_councillor and panelist_22 don't." in blind
    assert "An analyst would agree with Speaker A." in blind
    assert turns[0].text in prompt(*turns, by="judge")


def test_a_seat_is_told_the_motion_where_it_stands_and_its_task() -> None:
    assert prompt() == (
        "The motion: It leaves on Fridays.\n\n"
        "You sit as proposer (proposer). You speak for the motion. This is round 2 of 3.\n\n"
        "Your task now: Argue."
    )


@pytest.mark.parametrize(
    ("by", "stance"),
    [("proposer", "for the motion"), ("critic", "against the motion"), ("judge", "You take no side")],
)
def test_a_seat_is_told_which_side_it_takes(by: str, stance: str) -> None:
    assert stance in prompt(by=by)


@pytest.mark.parametrize(
    ("role", "side"), [(Role.PROPOSER, 1), (Role.OPPONENT, -1), (Role.JUDGE, 0), (Role.REVIEWER, 0)]
)
def test_two_roles_take_sides_and_the_others_weigh(role: Role, side: int) -> None:
    assert side_of(role) == side


def test_what_was_said_is_told_in_order_with_who_said_it() -> None:
    text = prompt(said("First."), said("Second.", by="critic"), stated("Third."), said("Fourth.", round_number=2))

    order = ["proposer, round 1:\nFirst.", "critic (opponent), round 1:\nSecond.", "The operator, round 1:\nThird."]
    places = [text.index(each) for each in (*order, "proposer, round 2:\nFourth.")]
    assert places == sorted(places)


def test_the_participants_own_words_are_the_system_message() -> None:
    messages = debate_messages(
        motion="m",
        seat=SEATS[SeatId("judge")],
        seats=SEATS,
        instruction="Judge.",
        round_number=1,
        rounds_limit=1,
        turns=(),
        documents=(),
    )

    assert [message.author for message in messages] == ["system", "user"]
    assert messages[0].text == "You are the judge in a moderated debate."


def test_evidence_is_given_under_its_names_and_cut_at_a_bound() -> None:
    text = prompt(documents=(("a.md", "x" * DOCUMENT_CHARACTERS_MAX), ("b.md", "yyyyy")))

    assert "--- a.md\nx" in text
    assert "--- b.md\n [5 characters left out]" in text


def test_a_word_of_markup_or_of_a_format_stays_as_it_was_said() -> None:
    assert "[/red] {motion} %s" in prompt(said("[/red] {motion} %s"))


def test_what_was_left_out_is_named_by_its_number() -> None:
    turns = [said(f"Turn {number}.") for number in range(TURNS_IN_WINDOW_MAX + 7)]

    text = prompt(*turns)

    assert "[7 earlier turns are left out]" in text
    assert "Turn 7." in text
    assert "Turn 6." not in text


def test_the_newest_turn_is_always_told_however_long_it_is() -> None:
    window, before = newest_turns([said("old"), said("x" * (10 * TRANSCRIPT_CHARACTERS_MAX))])

    assert len(window[-1].text) == 10 * TRANSCRIPT_CHARACTERS_MAX
    assert len(window) + before == 2
    assert len(prompt(*window)) < TRANSCRIPT_CHARACTERS_MAX


def test_nothing_said_is_no_window() -> None:
    assert newest_turns([]) == ((), 0)


@given(st.lists(st.integers(0, 12_000).map(lambda length: said("x" * length)), max_size=80))
def test_a_window_is_bounded_holds_the_newest_and_leaves_none_out_of_the_middle(turns: list[Turn]) -> None:
    window, before = newest_turns(turns)

    assert list(window) == turns[before:]
    assert len(window) <= TURNS_IN_WINDOW_MAX
    told = sum(min(len(turn.text), TURN_CHARACTERS_MAX) for turn in window)
    assert told <= TRANSCRIPT_CHARACTERS_MAX or len(window) == 1


def test_a_prompt_grows_no_longer_with_the_history() -> None:
    short = prompt(*[said("x" * 500) for _ in range(TURNS_IN_WINDOW_MAX)])
    long = prompt(*[said("x" * 500) for _ in range(10_000)])

    assert len(long) < len(short) + 100


def test_what_is_short_enough_is_left_alone() -> None:
    assert shortened("abc", 3) == "abc"
    assert shortened("abcd", 3) == "abc [1 characters left out]"
