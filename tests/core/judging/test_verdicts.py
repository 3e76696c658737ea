"""Is a ballot read as its judge meant it, and what do ballots come to?"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.answers import MOTION_FORM, OUTCOMES, UNDECIDED, AnswerForm, AnswerKind
from core.domain.ids import SeatId
from core.judging.verdicts import Ballot, Rule, Standing, Vote, ballot_in, ruling_of, vote_of

JUDGE = SeatId("judge")
JUDGES = tuple(SeatId(f"judge_{number}") for number in range(1, 8))
NUMBER = AnswerForm(kind=AnswerKind.NUMBER)
CHOICE = AnswerForm(kind=AnswerKind.CHOICE, choices=("PostgreSQL", "SQLite"))
TEXT = AnswerForm(kind=AnswerKind.TEXT)
ESSAY = "Both speakers have made many points, and none of them was idle. " * 40


@pytest.mark.parametrize(
    ("form", "text", "outcome"),
    [
        (MOTION_FORM, "Both were heard.\nVERDICT: for", "for"),
        (MOTION_FORM, "**Verdict:** against.", "against"),
        (MOTION_FORM, "Verdict: for the motion, by a hair.", "for"),
        (MOTION_FORM, "Final verdict: undecided", "undecided"),
        (MOTION_FORM, "Verdict: for — the case against is thin.", "for"),
        (MOTION_FORM, "VERDICT: for\nVERDICT: for", "for"),
        (NUMBER, "ANSWER: 41\nVERDICT: $1,200", "1200"),
        (CHOICE, "VERDICT: sqlite", "SQLite"),
        (TEXT, "VERDICT: The blue one.", "the blue one"),
        (NUMBER, "ANSWER: 42", "42"),
        (NUMBER, "VERDICT: 42. VERDICT: 42", "42"),
        (MOTION_FORM, "VERDICT\uff1a for", "for"),
        (MOTION_FORM, "VERDICT: for, not against", "for"),
        (MOTION_FORM, "VERDICT: for, since nothing was said against", "for"),
    ],
)
def test_the_line_that_names_one_outcome_counts(form: AnswerForm, text: str, outcome: str) -> None:
    assert ballot_in(text, form).value == outcome


@pytest.mark.parametrize(
    ("form", "text", "why"),
    [
        (MOTION_FORM, "", "it says nothing"),
        (MOTION_FORM, "Speaker A was better.", "no line of its words names a verdict"),
        (MOTION_FORM, ESSAY, "no line of an essay of 480 words names a verdict"),
        (MOTION_FORM, "VERDICT: Speaker A", "'Speaker A' is none of for, against, undecided"),
        (MOTION_FORM, "URTEIL: dagegen", "no line of its words names a verdict"),
        (MOTION_FORM, "VERDICT: dagegen", "'dagegen' is none of for, against, undecided"),
        (MOTION_FORM, "VERDICT: Dear Speaker A, well argued!", "'Dear Speaker A, well argued!' is none of"),
        (MOTION_FORM, "VERDICT: for\nOn reflection:\nVERDICT: against", "more than one outcome: for, against"),
        (MOTION_FORM, "VERDICT: for and against", "more than one outcome: 'for and against'"),
        (MOTION_FORM, "VERDICT: for, against", "more than one outcome"),
        (MOTION_FORM, "VERDICT: for; VERDICT: against", "more than one outcome: for, against"),
        (MOTION_FORM, "**VERDICT: for** — Final verdict: against", "more than one outcome: for, against"),
        (MOTION_FORM, "VERDICT: for. No, wait: against.", "more than one outcome"),
        (MOTION_FORM, "VERDICT: against, perhaps for", "more than one outcome"),
        (NUMBER, "ANSWER: 4\nANSWER: 5", "more than one outcome: 4, 5"),
        (TEXT, "VERDICT: the blue one; VERDICT: the red one", "more than one outcome: the blue one, the red one"),
        (NUMBER, "VERDICT: NaN", "'NaN' is no number"),
        (NUMBER, "VERDICT: inf", "'inf' is no number"),
        (NUMBER, "VERDICT: 4\nVERDICT: 5", "more than one outcome: 4, 5"),
        (CHOICE, "VERDICT: MySQL", "'MySQL' is none of PostgreSQL, SQLite"),
    ],
)
def test_a_ballot_that_names_nobody_or_two_is_not_guessed_at(form: AnswerForm, text: str, why: str) -> None:
    read = ballot_in(text, form)

    assert read.value == ""
    assert why in read.reason


@pytest.mark.parametrize("text", ["\n" * 300_000, "verdict" + ":" * 300_000, "verdict: for" * 30_000, "*" * 300_000])
def test_a_hostile_ballot_is_read_in_time_linear_in_its_length(text: str) -> None:
    assert ballot_in(text, MOTION_FORM).value in ("", "for")


@given(st.text(), st.sampled_from(OUTCOMES))
def test_nothing_a_judge_writes_before_its_one_verdict_changes_it(before: str, outcome: str) -> None:
    harmless = before.casefold().replace("verdict", "word")

    assert ballot_in(f"{harmless}\nVERDICT: {outcome}", MOTION_FORM).value == outcome


def ballots(*outcomes: str) -> list[Ballot]:
    return [
        Ballot(judge=JUDGE, number=number, outcome=outcome, why="" if outcome else "it says nothing")
        for number, outcome in enumerate(outcomes, start=1)
    ]


@pytest.mark.parametrize(
    ("said", "passes", "outcome", "standing"),
    [
        (("for", "for"), 2, "for", Standing.STEADY),
        (("for", "against"), 2, UNDECIDED, Standing.FLIPPED),
        (("for", UNDECIDED), 2, UNDECIDED, Standing.FLIPPED),
        (("", "against"), 2, "against", Standing.ONE_OF_TWO),
        (("against",), 2, "against", Standing.ONE_OF_TWO),
        (("", ""), 2, "", Standing.LOST),
        ((), 2, "", Standing.LOST),
        (("for",), 1, "for", Standing.ASKED_ONCE),
    ],
)
def test_a_judge_that_flips_counts_as_undecided_and_one_that_can_be_read_once_counts_once(
    said: tuple[str, ...], passes: int, outcome: str, standing: Standing
) -> None:
    vote = vote_of(JUDGE, ballots(*said), passes=passes)

    assert (vote.outcome, vote.standing) == (outcome, standing)


def test_what_became_of_the_other_order_is_told() -> None:
    assert "of the other: it says nothing" in vote_of(JUDGE, ballots("", "for"), passes=2).reason
    assert "of the other: it was not answered" in vote_of(JUDGE, ballots("for"), passes=2).reason
    assert (
        "says for in one order and against in the other" in vote_of(JUDGE, ballots("for", "against"), passes=2).reason
    )


def votes(*outcomes: str) -> list[Vote]:
    return [
        Vote(
            judge=judge,
            outcome=outcome,
            standing=Standing.STEADY if outcome else Standing.LOST,
            reason=f"{judge} says {outcome}",
        )
        for judge, outcome in zip(JUDGES, outcomes, strict=False)
    ]


@pytest.mark.parametrize(
    ("cast", "outcome", "rule"),
    [
        (("for",), "for", Rule.SOLE_JUDGE),
        (("",), UNDECIDED, Rule.SOLE_JUDGE),
        (("for", "for", "against"), "for", Rule.MAJORITY),
        (("for", "against", UNDECIDED), UNDECIDED, Rule.NO_MAJORITY),
        (("for", UNDECIDED, UNDECIDED), UNDECIDED, Rule.MAJORITY),
        (("for", "against"), UNDECIDED, Rule.NO_MAJORITY),
        (("for", "for", "against", "against"), UNDECIDED, Rule.NO_MAJORITY),
        (("for", "for", ""), "for", Rule.QUORUM),
        (("for", ""), "for", Rule.QUORUM),
        (("for", "against", ""), UNDECIDED, Rule.NO_MAJORITY),
        (("for", "", ""), UNDECIDED, Rule.NO_QUORUM),
        (("", "", ""), UNDECIDED, Rule.NO_QUORUM),
        (("41", "42", "42"), "42", Rule.MAJORITY),
    ],
)
def test_more_than_half_of_the_votes_decide_and_half_of_the_judges_are_a_quorum(
    cast: tuple[str, ...], outcome: str, rule: Rule
) -> None:
    ruling = ruling_of(votes(*cast))

    assert (ruling.outcome, ruling.rule) == (outcome, rule)


def test_ties_all_the_way_are_undecided_with_the_count() -> None:
    assert ruling_of(votes("for", "against", UNDECIDED)).reason == (
        "no outcome has more than half of 3 votes (against: 1, for: 1, undecided: 1)"
    )
    assert "2 of 3 judges could not be counted, more than half: no quorum" in ruling_of(votes("for", "", "")).reason


@given(st.lists(st.sampled_from((*OUTCOMES, "")), min_size=1, max_size=7), st.data())
def test_the_order_of_judges_decides_nothing(cast: list[str], data: st.DataObject) -> None:
    given_votes = votes(*cast)
    ruling = ruling_of(data.draw(st.permutations(given_votes)))

    assert (ruling.outcome, ruling.rule) == (ruling_of(given_votes).outcome, ruling_of(given_votes).rule)


@given(st.lists(st.sampled_from((*OUTCOMES, "")), min_size=2, max_size=7))
def test_whatever_wins_has_more_than_half_of_the_votes_of_at_least_half_of_the_judges(cast: list[str]) -> None:
    ruling = ruling_of(votes(*cast))
    counted = Counter(outcome for outcome in cast if outcome)

    if ruling.outcome != UNDECIDED:
        assert 2 * counted[ruling.outcome] > counted.total()
        assert 2 * counted.total() >= len(cast)
