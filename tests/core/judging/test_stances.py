"""Is what a seat declares read as it was meant, mended by a closed list alone, and otherwise refused?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.answers import MOTION_FORM, AnswerForm, AnswerKind
from core.domain.ids import SeatId
from core.judging.ballots import BALLOTS, CastBallot, vote_in
from core.judging.consensus import MEASURES
from core.judging.lexical import LEXICAL
from core.judging.measure import PPM, Cues, Reading, SeatCues, SpokenTurn
from core.judging.stances import STANCES, stance_in

NUMBER = AnswerForm(kind=AnswerKind.NUMBER)
TEXT = AnswerForm(kind=AnswerKind.TEXT)
LETTERED = AnswerForm(kind=AnswerKind.CHOICE, choices=("A", "B", "C"))

ESSAY = "Much can be said for the motion, and I have said it: for, above all, the sake of those who wait. " * 20


def declared(seat: str, answer: str, confidence_ppm: int | None = None) -> SeatCues:
    cues = Cues(agreements=0, disagreements=0, concessions=0, words="", answer=answer, confidence_ppm=confidence_ppm)
    return SeatCues(seat=SeatId(seat), side=0, cues=cues)


@pytest.mark.parametrize(
    ("form", "ending", "value", "confidence_ppm"),
    [
        (MOTION_FORM, "STANCE: for (confidence 80%)", "for", 800_000),
        (MOTION_FORM, "**STANCE: against (confidence 0%)**", "against", 0),
        (MOTION_FORM, "Stance: Undecided (confidence 100%).", "undecided", PPM),
        (NUMBER, "STANCE: $1,200 (confidence 55%)", "1200", 550_000),
        (LETTERED, "STANCE: B) (confidence 5%)", "B", 50_000),
        (MOTION_FORM, "STANCE\uff1a for \uff08confidence 80\uff05\uff09", "for", 800_000),
        (TEXT, "STANCE: raise it to 80% (confidence 70%)", "raise it to 80%", 700_000),
        (MOTION_FORM, "> STANCE: against (confidence 90%)\nSTANCE: for (confidence 60%)", "for", 600_000),
    ],
)
def test_what_is_asked_for_is_read_as_it_stands(
    form: AnswerForm, ending: str, value: str, confidence_ppm: int | None
) -> None:
    stance = stance_in(f"I have my reasons.\n\n{ending}", form)

    assert (stance.value, stance.confidence_ppm, stance.is_repaired) == (value, confidence_ppm, False)


@pytest.mark.parametrize(
    "ending",
    [
        "STANCE: for (confidence 80 %)",
        "STANCE: for (confidence: 80%)",
        "STANCE: for (confidence 0.8)",
        "STANCE: for (confidence 0,8)",
        "STANCE: for (confidence 80)",
        "STANCE: for (confidence 8/10)",
        "STANCE: for (confidence 80/100)",
        "STANCE: for (confidence 80 percent)",
        "STANCE: for [confidence = 80%]",
        "STANCE: for, confidence 80%",
        "STANCE: for with a confidence of 80%",
        "STANCE: for (80%)",
        "STANCE: for 80%",
        "STANCE: for (80% confident)",
        "STANCE: for. I am 80 % sure.",
        "STANCE: for (confidence 80%), because of the costs",
        "STANCE: for\nCONFIDENCE: 80%",
        "ANSWER: for (confidence 80%)",
        "My final position: for (confidence 80%)",
    ],
)
def test_the_closed_list_of_other_forms_is_read_and_marked(ending: str) -> None:
    stance = stance_in(ending, MOTION_FORM)

    assert (stance.value, stance.confidence_ppm, stance.is_repaired) == ("for", 800_000, True)
    assert stance.reason == "its last lines are read as for (confidence 80%)"


@pytest.mark.parametrize(
    ("ending", "is_repaired"),
    [("STANCE: for", False), ("STANCE: for, fairly sure", True), ("STANCE: for (confidence high)", True)],
)
def test_whoever_names_no_share_has_a_stance_and_no_confidence(ending: str, is_repaired: bool) -> None:
    stance = stance_in(ending, MOTION_FORM)

    assert (stance.value, stance.confidence_ppm, stance.is_repaired) == ("for", None, is_repaired)


@pytest.mark.parametrize(
    ("form", "ending", "why"),
    [
        (MOTION_FORM, ESSAY, "no line declares a stance"),
        (MOTION_FORM, "Je suis pour, à 80 %.", "no line declares a stance"),
        (MOTION_FORM, "POSTURA: a favor (confianza 80%)", "no line declares a stance"),
        (MOTION_FORM, "STANCE: a favor (confidence 80%)", "'a favor' is none of for, against, undecided"),
        (MOTION_FORM, "STANCE: for or against (confidence 80%)", "'for or against' is none of"),
        (
            MOTION_FORM,
            "STANCE: for (confidence 80%)\nSTANCE: against (confidence 20%)",
            "it declares two stances: for and against",
        ),
        (TEXT, "STANCE: the red one; STANCE: the blue one (confidence 10%)", "one line declares two stances"),
        (TEXT, "STANCE: the red one (confidence 80%) (confidence 10%)", "it states two confidences"),
        (MOTION_FORM, "STANCE: for (confidence NaN)", "'NaN' is no confidence"),
        (MOTION_FORM, "STANCE: for (confidence N%)", "'N%' is no confidence"),
        (MOTION_FORM, "STANCE: for (confidence inf)", "'inf' is no confidence"),
        (MOTION_FORM, "STANCE: for (confidence 170%)", "'170%' is no confidence"),
        (MOTION_FORM, "STANCE: for (confidence -5%)", "'-5%' is no confidence"),
        (MOTION_FORM, "STANCE: for (confidence 80-90%)", "'80-90%' is no confidence"),
        (MOTION_FORM, "STANCE: for (confidence 1)", "'1' is no confidence"),
        (MOTION_FORM, "STANCE: for (confidence 80%) (confidence 90%)", "it states two confidences"),
        (MOTION_FORM, "STANCE: NaN (confidence 80%)", "'NaN' is none of"),
        (MOTION_FORM, "STANCE: (confidence 80%)", "'' is none of"),
        (NUMBER, "STANCE: 42 80%", "'42 80%' is no number"),
        (NUMBER, "STANCE: NaN (confidence 80%)", "'NaN' is no number"),
        (LETTERED, "STANCE: D (confidence 80%)", "'D' is none of A, B, C"),
    ],
)
def test_nonsense_leaves_the_seat_undeclared_with_the_reason(form: AnswerForm, ending: str, why: str) -> None:
    stance = stance_in(ending, form)

    assert (stance.value, stance.confidence_ppm) == ("", None)
    assert why in stance.reason


@given(st.text(max_size=200))
def test_whatever_is_written_is_read_or_refused_and_says_why(text: str) -> None:
    for form in (MOTION_FORM, NUMBER, LETTERED, TEXT):
        stance = stance_in(f"STANCE: {text}", form)
        assert stance.reason
        assert stance.confidence_ppm is None or 0 <= stance.confidence_ppm <= PPM


@given(st.sampled_from(("for", "against", "undecided")), st.integers(min_value=0, max_value=100))
def test_what_the_prompt_asks_for_is_always_read(value: str, percent: int) -> None:
    stance = stance_in(f"STANCE: {value} (confidence {percent}%)", MOTION_FORM)

    assert (stance.value, stance.confidence_ppm, stance.is_repaired) == (value, percent * 10_000, False)


def test_agreement_weighs_each_seat_by_how_sure_it_is() -> None:
    reading = STANCES.combine(
        [declared("ann", "for", 900_000), declared("bob", "for", 700_000), declared("cid", "against", 400_000)]
    )

    assert reading is not None
    assert reading.ppm == 800_000
    assert reading.reason == "2 of 3 seats stand at 'for', with 1.6 of 2 confidence in sum."
    assert reading.inputs["cid.confidence_ppm"] == 400_000


def test_a_stance_without_a_share_counts_half_and_one_seat_is_no_agreement() -> None:
    reading = STANCES.combine([declared("ann", "for"), declared("bob", "against", 500_000)])

    assert reading is not None
    assert reading.ppm == 500_000
    assert STANCES.combine([declared("ann", "for", PPM), declared("bob", "")]) is None
    unsure = STANCES.combine([declared("ann", "for", 0), declared("bob", "for", 0)])
    assert unsure is not None
    assert unsure.ppm == 0


@pytest.mark.parametrize(
    ("ending", "ranking", "why"),
    [
        ("BALLOT: B > A > C", ("B", "A", "C"), "its last line says so"),
        ("**Ballot:** b) > c.", ("B", "C"), "its last line orders 2 of 3"),
        ("BALLOT\uff1a C \uff1e A", ("C", "A"), "its last line orders 2 of 3"),
        ("BALLOT: C", ("C",), "its last line orders 1 of 3"),
        ("BALLOT:", (), "the ballot names nobody"),
        ("BALLOT: > >", (), "the ballot names nobody"),
        ("BALLOT: A = B > C", (), "'A = B' sets two level"),
        ("BALLOT: A, B", (), "'A, B' is not to be voted on"),
        ("BALLOT: A > D", (), "'D' is not to be voted on"),
        ("BALLOT: A > B > A", (), "the ballot names A twice"),
        ("BALLOT: A > B\nBALLOT: B > A", (), "it casts two ballots that differ"),
        ("BALLOT: NaN", (), "'NaN' is not to be voted on"),
        ("Mein Stimmzettel: A > B", (), "no line casts a ballot"),
        (ESSAY, (), "no line casts a ballot"),
    ],
)
def test_a_ballot_is_read_whole_or_not_at_all(ending: str, ranking: tuple[str, ...], why: str) -> None:
    cast = vote_in(f"I weigh them.\n\n{ending}", LETTERED, ("A", "B", "C"))

    assert cast.ranking == ranking
    assert why in cast.reason


def test_answers_that_were_given_are_voted_on_in_their_common_form() -> None:
    assert vote_in("BALLOT: $1,200 > 42.0", NUMBER, ("1200", "42")).ranking == ("1200", "42")
    assert vote_in("BALLOT: 42", NUMBER, ()) == CastBallot(ranking=(), reason="there is nothing to vote on")


def test_ballots_agree_by_their_first_places() -> None:
    reading = BALLOTS.combine([declared("ann", "B"), declared("bob", "B"), declared("cid", "A"), declared("dan", "")])

    assert reading is not None
    assert (reading.ppm, reading.reason) == (666_666, "2 of 3 ballots put 'B' first.")


def likeness(*texts: str) -> Reading | None:
    return LEXICAL.read([SpokenTurn(seat=SeatId(f"seat_{at}"), side=0, text=text) for at, text in enumerate(texts)])


def test_alike_words_are_advice_and_no_agreement() -> None:
    opposed = likeness("The night shift is necessary.", "The night shift is not necessary.")

    assert opposed is not None
    assert opposed.ppm == PPM
    assert LEXICAL.is_advice
    assert "that is no agreement" in opposed.reason
    assert likeness("The night shift is necessary.") is None


def test_every_measure_says_whether_it_decides_and_what_it_reads() -> None:
    assert {pin for pin, measure in MEASURES.items() if measure.is_advice} == {"lexical@1"}
    assert {pin for pin, measure in MEASURES.items() if measure.is_declared} == {"answers@1", "stance@1", "ballots@1"}
    assert all(pin == f"{measure.name}@{measure.version}" for pin, measure in MEASURES.items())
