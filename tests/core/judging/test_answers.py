"""Is what a turn answers read as it was meant, and never guessed?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.answers import MOTION_FORM, AnswerForm, AnswerKind
from core.domain.ids import SeatId
from core.judging.answers import (
    ANSWER_CHARACTERS_MAX,
    ANSWERS,
    ENOUGH,
    GO_ON,
    SPREAD_SHOWN_MAX,
    answer_in,
    break_in,
    normalised,
    ranking_in,
    tallied,
)
from core.judging.measure import PPM, Cues, SeatCues
from core.prompts.answering import answer_line, break_line, ranking_line

NUMBER = AnswerForm(kind=AnswerKind.NUMBER)
TEXT = AnswerForm(kind=AnswerKind.TEXT)
LETTERED = AnswerForm(kind=AnswerKind.CHOICE, choices=("A", "B", "C"))
NAMED = AnswerForm(kind=AnswerKind.CHOICE, choices=("PostgreSQL", "SQLite", "no database", "C++"))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("ANSWER: 42", "42"),
        ("**Answer:** 42.", "42"),
        ("Final answer: 42 engineers", "42"),
        ("ANSWER: $1,200.00", "1200"),
        ("ANSWER: 1_200", "1200"),
        ("ANSWER: 1 200", "1200"),
        ("ANSWER: -3.50", "-3.5"),
        ("ANSWER: −3", "-3"),  # noqa: RUF001
        ("ANSWER: -$5", "-5"),
        ("ANSWER: 0.0", "0"),
        ("ANSWER: .5", "0.5"),
        ("ANSWER: 007", "7"),
        ("ANSWER: 40 %", "40"),
        ("ANSWER: 1.5e3", "1500"),
        ("ANSWER: 6 * 7 = 42", "42"),
        ("ANSWER: 42 km²", "42"),
        ("ANSWER: 0.1234567890123456789012345678901234", "0.1234567890123456789012345678901234"),
        ("ANSWER: 3 4", ""),
        ("ANSWER: 10-20", ""),
        ("ANSWER: 3 of 5", ""),
        ("ANSWER: 1.200,50", ""),
        ("ANSWER: 1/2", ""),
        ("ANSWER: 1e400", ""),
        ("ANSWER: 12E+100", ""),
        ("ANSWER: 0x1F", ""),
        ("ANSWER: forty-two", ""),
        ("42", ""),
        ("It is 42.", ""),
    ],
)
def test_a_number_is_read_where_one_is_named_and_two_are_none(line: str, value: str) -> None:
    assert answer_in(f"Reasons with 7 and 8.\n{line}", NUMBER).value == value


@pytest.mark.parametrize(
    ("form", "said", "value"),
    [
        (LETTERED, "B", "B"),
        (LETTERED, "b)", "B"),
        (LETTERED, "**B**.", "B"),
        (LETTERED, "(C)", "C"),
        (LETTERED, "B) because a better case was made", "B"),
        (LETTERED, "B, since it is quicker", "B"),
        (LETTERED, "A or B", ""),
        (LETTERED, "A, not B", ""),
        (LETTERED, "a solid case for C", ""),
        (LETTERED, "AB", ""),
        (LETTERED, "D", ""),
        (NAMED, "postgresql", "PostgreSQL"),
        (NAMED, "SQLite (for now)", "SQLite"),
        (NAMED, "no database: files do", "no database"),
        (NAMED, "C++", "C++"),
        (NAMED, "not SQLite", ""),
        (NAMED, "SQLite; PostgreSQL later", ""),
    ],
)
def test_a_choice_is_read_where_it_stands_in_front_and_alone(form: AnswerForm, said: str, value: str) -> None:
    assert answer_in(f"Reasons.\nANSWER: {said}", form).value == value


@pytest.mark.parametrize("word", ["for", "against", "undecided"])
def test_a_motion_is_answered_by_its_outcomes(word: str) -> None:
    assert answer_in(f"Reasons.\nANSWER: {word}", MOTION_FORM).value == word
    assert answer_in(f"Reasons.\n**Verdict: {word.upper()}**", MOTION_FORM).value == word
    assert answer_in(f"I am {word} it.", MOTION_FORM).value == ""


def test_words_are_made_alike_so_that_they_can_be_counted() -> None:
    one, other = (answer_in(f"ANSWER: {said}", TEXT).value for said in ("The  blue one.", "the *blue* one"))

    assert one == other == "the blue one"
    assert len(normalised("x" * 999, TEXT)) == ANSWER_CHARACTERS_MAX


def test_the_last_line_that_is_labelled_counts_and_a_quotation_far_above_does_not() -> None:
    assert answer_in("ANSWER: 1\nNo, wait.\nANSWER: 2", NUMBER).value == "2"
    assert answer_in("ANSWER: 1\n" + "And so on.\n" * 50, NUMBER).value == ""


def test_what_is_no_answer_says_why() -> None:
    assert answer_in("ANSWER: maybe", NUMBER).reason == "'maybe' is no number"
    assert answer_in("ANSWER: D", LETTERED).reason == "'D' is no one of A, B, C"
    assert answer_in("Hm.", NUMBER).reason == "no line names an answer"


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        ("VERDICT: for", "for"),
        ("**Verdict:** against.", "against"),
        ("VERDICT: go on", GO_ON),
        ("Verdict: GO_ON", GO_ON),
        ("VERDICT: enough", ENOUGH),
        ("VERDICT: enough of this, go on", GO_ON),
        ("I'd say for.", GO_ON),
        ("", GO_ON),
    ],
)
def test_a_debate_goes_on_unless_its_judge_plainly_says_otherwise(line: str, heard: str) -> None:
    assert break_in(f"Reasons.\n{line}").value == heard


@pytest.mark.parametrize(
    ("line", "ranking"),
    [
        ("RANKING: B > A > C", ("B", "A", "C")),
        ("**Ranking**: b, a, c", ("B", "A", "C")),
        ("RANKING: B > A", ()),
        ("RANKING: B > A > C > B", ()),
        ("RANKING: B > A > D", ()),
        ("B > A > C", ()),
    ],
)
def test_a_ranking_names_each_letter_once_or_is_none(line: str, ranking: tuple[str, ...]) -> None:
    assert ranking_in(f"Reasons.\n{line}", ["A", "B", "C"]) == ranking


@pytest.mark.parametrize("form", [MOTION_FORM, NUMBER, TEXT, LETTERED, NAMED])
def test_what_a_seat_is_told_to_write_is_read(form: AnswerForm) -> None:
    told = answer_line(form)
    shown = told.split("\n")[-1] if "\n" in told else "ANSWER: 42"

    assert answer_in(f"Reasons.\n{shown}", form).value
    assert ranking_in(ranking_line("AB").split("'")[3], ["A", "B"]) == ("A", "B")
    for line in break_line(form).split("\n")[1:]:
        assert break_in(line).reason != "the judge named no outcome"


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 200_000,
        "ANSWER:" * 40_000,
        "ANSWER: " + "9" * 200_000,
        "ANSWER: " + "1," * 100_000,
        "*" * 200_000 + "answer:",
    ],
)
@pytest.mark.parametrize("form", [MOTION_FORM, NUMBER, TEXT, LETTERED])
def test_a_hostile_text_is_read_in_time_linear_in_its_length(text: str, form: AnswerForm) -> None:
    answer_in(text, form)
    break_in(text)
    ranking_in(text, "AB")


@given(st.integers(-(10**30), 10**30))
def test_every_whole_number_is_read_back_with_and_without_its_thousands_set_apart(number: int) -> None:
    assert answer_in(f"ANSWER: {number}", NUMBER).value == str(number)
    assert answer_in(f"ANSWER: {number:,}", NUMBER).value == str(number)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_numbers_that_are_equal_are_alike(number: object) -> None:
    said = f"{number:f}"

    assert normalised(said, NUMBER) == normalised(f"{said}000", NUMBER) == normalised(f"about {said} in all", NUMBER)


@given(st.text(), st.sampled_from([MOTION_FORM, NUMBER, TEXT, LETTERED, NAMED]))
def test_what_was_read_once_is_read_the_same_again(text: str, form: AnswerForm) -> None:
    value = normalised(text, form)

    assert not value or normalised(value, form) == value


@given(st.lists(st.sampled_from(["a", "b", "c", ""])))
def test_a_tally_leads_only_where_one_answer_is_ahead(answers: list[str]) -> None:
    tally = tallied(answers)
    counts = {answer: answers.count(answer) for answer in answers if answer}
    ahead = [answer for answer, count in counts.items() if count == max(counts.values())]

    assert dict(tally.counts) == counts
    assert tally.answers == sum(counts.values())
    assert tally.leading == (ahead[0] if len(ahead) == 1 else "")
    assert tally.share_ppm == (max(counts.values()) * PPM // tally.answers if counts else 0)


def cues(*answers: str) -> list[SeatCues]:
    return [
        SeatCues(
            seat=SeatId(f"seat_{place}"),
            side=0,
            cues=Cues(agreements=0, disagreements=0, concessions=0, words="", answer=answer),
        )
        for place, answer in enumerate(answers)
    ]


def test_agreement_is_the_share_of_the_most_frequent_answer_once_two_have_answered() -> None:
    reading = ANSWERS.combine(cues("a", "b", "a", ""))

    assert reading is not None
    assert (reading.ppm, reading.measure, reading.reason) == (666_666, "answers@1", "2 of 3 answers are 'a'.")
    assert ANSWERS.combine(cues("a", "")) is None


def test_samples_are_read_whoever_drew_them_and_shown_as_far_as_there_is_room() -> None:
    reading = ANSWERS.of_samples([*"abcdefghijklmnopqrstuvwxyz", "a"])

    assert reading is not None
    assert reading.inputs["a"] == 2
    assert len(reading.inputs) == SPREAD_SHOWN_MAX
    assert ANSWERS.of_samples(["a"]) is None


@pytest.mark.parametrize("form", [MOTION_FORM, NUMBER, LETTERED, TEXT])
def test_what_stands_far_above_the_end_is_somebodys_quotation(form: AnswerForm) -> None:
    said = "for" if form is MOTION_FORM else "A" if form is LETTERED else "1"

    assert answer_in(f"ANSWER: {said}" + "\nMore." * 39, form).value
    assert not answer_in(f"ANSWER: {said}" + "\nMore." * 40, form).value
