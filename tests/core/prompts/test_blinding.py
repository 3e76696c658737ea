"""Is whoever spoke hidden from a judge, and is ordinary language left as it is?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.ids import NO_SEAT, NO_STEP, SeatId, StepId
from core.domain.participants import Role
from core.domain.transcript import Turn, TurnKind
from core.prompts.blinding import HIDDEN_MAKER, HIDDEN_MODEL, by_letter, models_of, without_ids, without_names
from core.prompts.debating import debate_messages
from tests.builders import seat

LETTERS = {SeatId("analyst"): "A", SeatId("sceptic"): "B", SeatId("first_mind"): "C"}
MODELS = ("openai:gpt-4o-mini", "gpt-4o-mini")
SEATS = {each: seat(Role.PANELIST, each) for each in LETTERS} | {SeatId("chair"): seat(Role.JUDGE, "chair")}


def hidden(said: str) -> str:
    return without_names(said, LETTERS, MODELS)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Analyst: the figures are thin.", "Speaker A: the figures are thin."),
        ("**The analyst:** the figures are thin.", "**Speaker A:** the figures are thin."),
        ("Sceptic (panelist): it fails.", "Speaker B (panelist): it fails."),
        ("It fails.\n— Sceptic", "It fails.\n— Speaker B"),
        ("It fails.\n\nThe Sceptic\n", "It fails.\n\nSpeaker B\n"),
        ("It is thin, as the analyst said.", "It is thin, as Speaker A said."),
        ("As the sceptic rightly notes, it fails.", "As Speaker B rightly notes, it fails."),
        ("I agree with the sceptic on this.", "I agree with Speaker B on this."),
        ("Dear Analyst, no.", "Dear Speaker A, no."),
        ("@sceptic look again", "@Speaker B look again"),
        ("Speaking as the analyst, I doubt it.", "Speaking as Speaker A, I doubt it."),
        ("I am the analyst, and I doubt it.", "I am Speaker A, and I doubt it."),
        ("As the analyst, I doubt it.", "As Speaker A, I doubt it."),
        ("First mind and first_mind and FIRST-MIND say so.", "Speaker C and Speaker C and Speaker C say so."),
        ("As GPT, I doubt it.", f"As {HIDDEN_MODEL}, I doubt it."),
        ("I'm GPT-4 and I doubt it.", f"I'm {HIDDEN_MODEL} and I doubt it."),
        (
            "As a large language model developed by Google DeepMind, I doubt it.",
            f"As a large language model developed by {HIDDEN_MAKER}, I doubt it.",
        ),
        ("I'm GPT, an AI made by OpenAI.", f"I'm {HIDDEN_MODEL}, an AI made by {HIDDEN_MAKER}."),
        ("I am openai:gpt-4o-mini, not GPT-4o-mini-high.", f"I am {HIDDEN_MODEL}, not GPT-4o-mini-high."),
    ],
)
def test_a_name_that_tells_who_spoke_is_hidden(said: str, shown: str) -> None:
    assert hidden(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "An analyst of the bank said so in May.",
        "GPT is cited as an example, as is a bridge built by Romans, and such models as GPT, Claude and Gemini.",
        "The model made by OpenAI costs less, and as GPT grows, so do its costs.",
        "I am sure that OpenAI would agree, and I am mini in nothing.",
        "Every sceptic will ask about the cost.",
        "The analysts were wrong, and so were sceptics.",
        "Ask the analyst who keeps the ledger.",
        "Analyst reports are cited in (costs.md:4).",
        "A sceptic's first question: who pays?",
        "The post of an analyst: three days a week.",
    ],
)
def test_the_same_word_said_of_others_stays(said: str) -> None:
    assert hidden(said) == said


def test_a_prompt_of_a_format_that_is_judged_once_hides_what_it_hid_before() -> None:
    said = "Analyst: thin, as the analyst said. First mind agrees."

    assert without_ids(said, LETTERS) == "Analyst: thin, as the analyst said. Speaker C agrees."


@pytest.mark.parametrize("said", ["analyst " * 20_000, ("Dear " * 20_000) + "x", "(" * 100_000, "analyst(" * 20_000])
def test_a_hostile_text_is_hidden_in_time_linear_in_its_length(said: str) -> None:
    assert len(hidden(said)) >= len(said) // 2


@given(st.text(), st.text())
def test_what_names_nobody_is_left_as_it_is(before: str, behind: str) -> None:
    said = f"{before}\nIt rains.\n{behind}"
    assert without_names(said, {}, ()) == said


def test_models_are_known_by_their_routes_and_by_their_own_names_where_these_are_no_words() -> None:
    named = seat(Role.PROPOSER)
    claude = replace(named.participant, model="anthropic:claude-sonnet-4", fallbacks=("ollama:mistral",))

    assert models_of([replace(named, participant=claude)]) == (
        "anthropic:claude-sonnet-4",
        "claude-sonnet-4",
        "ollama:mistral",
    )


def said_by(by: str, text: str, *, round_number: int = 1) -> Turn:
    seated = SeatId(by)
    return Turn(
        kind=TurnKind.ARGUMENT, step=StepId("s"), seat=seated, role=Role.PANELIST, round=round_number, text=text
    )


def stated(text: str, *, round_number: int = 1) -> Turn:
    return Turn(kind=TurnKind.STATEMENT, step=NO_STEP, seat=NO_SEAT, role=None, round=round_number, text=text)


def test_those_who_spoke_in_a_round_stand_in_the_order_of_their_letters_and_rounds_in_theirs() -> None:
    turns = (
        stated("Begin."),
        said_by("sceptic", "b1"),
        stated("Go on."),
        said_by("analyst", "a1"),
        said_by("sceptic", "b2", round_number=2),
        said_by("chair", "asked", round_number=2),
        said_by("analyst", "a2", round_number=2),
    )

    shown = [turn.text for turn in by_letter(turns, LETTERS)]
    swapped = [turn.text for turn in by_letter(turns, {SeatId("sceptic"): "A", SeatId("analyst"): "B"})]
    assert shown == ["Begin.", "a1", "b1", "Go on.", "a2", "b2", "asked"]
    assert swapped == ["Begin.", "b1", "a1", "Go on.", "b2", "a2", "asked"]


SPOKEN = st.lists(st.tuples(st.sampled_from(("analyst", "sceptic", "first_mind")), st.integers(1, 4)), max_size=14)


@given(SPOKEN)
def test_every_two_who_speak_in_a_round_are_seen_in_either_order(spoken: list[tuple[str, int]]) -> None:
    turns = [said_by(by, "so", round_number=number) for by, number in sorted(spoken, key=lambda entry: entry[1])]
    ordered = sorted({turn.seat for turn in turns})
    first = dict(zip(ordered, "ABC", strict=False))
    reversed_ = dict(zip(ordered[::-1], "ABC", strict=False))

    def places(letters: dict[SeatId, str]) -> list[list[SeatId]]:
        shown = by_letter(turns, letters)
        return [list(dict.fromkeys(each.seat for each in shown if each.round == number)) for number in range(1, 5)]

    assert places(first) == [seats[::-1] for seats in places(reversed_)]


def test_a_judge_is_told_its_own_words_from_those_of_others() -> None:
    turns = (said_by("analyst", "Chair: I answer."), said_by("chair", "Which figures?"))
    messages = debate_messages(
        motion="It leaves on Fridays.",
        seat=SEATS[SeatId("chair")],
        seats=SEATS,
        instruction="Judge.",
        round_number=1,
        rounds_limit=1,
        turns=turns,
        documents=(),
        letters={SeatId("analyst"): "A"},
        is_by_letter=True,
        is_unnamed=True,
    )

    told = messages[-1].text
    assert "Speaker A, round 1:\nChair: I answer." in told
    assert "You, round 1:\nWhich figures?" in told
    assert "speakers stand in the order of their letters" in told
    assert "analyst" not in told
