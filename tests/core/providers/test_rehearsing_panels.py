"""Does a rehearsing seat answer, rank, ask and look up honestly, from the evidence alone?"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.answers import MOTION_FORM, AnswerForm, AnswerKind
from core.domain.errors import WrongUse
from core.domain.ids import SeatId
from core.domain.participants import Role
from core.domain.steps import ModelRequest, StepKind
from core.domain.transcript import Turn, TurnKind
from core.judging.answers import answer_in, break_in, ranking_in
from core.judging.ballots import vote_in
from core.judging.stances import stance_in
from core.providers.demo_pack import DEMO_MOTION, demo_documents
from core.providers.rehearsal import RehearsalProvider, rehearsed
from core.providers.rehearsing.corpus import read_corpus
from core.providers.rehearsing.record import read_record
from tests.core.providers.requests import document, request, turn

NUMBER = AnswerForm(kind=AnswerKind.NUMBER)
TEXT = AnswerForm(kind=AnswerKind.TEXT)
CLOCKS = document(
    "# The clock\n"
    "+ The clock struck on time on all but two days of the trial.\n"
    "+ Nine of ten shops near the clock want it kept.\n"
    "- The clock costs the town 4,200 a year.\n"
    "- Two neighbours of the clock complained about the bells at night.\n"
    "The clock is older than the town hall, and the bells are older still.\n"
)
SHOULD_STAY = "The clock should stay"


def panelist(
    motion: str = SHOULD_STAY,
    *,
    form: AnswerForm = MOTION_FORM,
    expects: str = "answer",
    turns: tuple[Turn, ...] = (),
    seat: str = "ada",
    seed: int = 1,
    letters: dict[str, str] | None = None,
    role: Role = Role.PANELIST,
    task: str = "answer",
    text_of: object = CLOCKS,
    kind: StepKind = StepKind.TURN,
) -> ModelRequest:
    asked = request(
        motion=motion,
        role=role,
        task=task,
        documents=(text_of,),  # type: ignore[arg-type]
        turns=turns,
        seat=seat,
        seed=seed,
        kind=kind,
        step=f"r1.{task}_{seat}.{seat}",
    )
    named = {SeatId(each): letter for each, letter in (letters or {}).items()}
    return replace(asked, brief=replace(asked.brief, expects=expects, answer=form, letters=named))


def said(text: str, seat: str, *, role: Role = Role.PANELIST) -> Turn:
    return turn(text, role=role, seat=seat)


def test_a_panelist_ends_with_an_answer_that_its_passages_bear_out() -> None:
    text = rehearsed(panelist())

    assert answer_in(text, MOTION_FORM).value in ("for", "against", "undecided")
    assert "clock.md" not in text
    assert len(re.findall(r"“[^”]+” \(notes\.md:\d\)", text)) >= 2


def test_a_stance_is_the_answer_with_the_share_that_speaks_for_it() -> None:
    answering, declaring = rehearsed(panelist()), rehearsed(panelist(expects="stance"))
    stance = stance_in(declaring, MOTION_FORM)

    assert stance.value == answer_in(answering, MOTION_FORM).value
    assert not stance.is_repaired
    assert stance.confidence_ppm is not None
    assert 500_000 <= stance.confidence_ppm < 1_000_000
    assert "STANCE" not in rehearsed(panelist("How many trams pass the clock?", form=NUMBER, expects="stance"))


def test_a_ballot_orders_what_was_answered_by_what_was_cited_for_it_and_leaves_out_the_rest() -> None:
    ada = said(rehearsed(panelist(seat="ada", expects="stance")), "ada")
    given = stance_in(ada.text, MOTION_FORM).value
    asked = panelist(seat="ben", expects="ballot", turns=(ada,))
    options = ("for", "against", "undecided")
    ballot = rehearsed(replace(asked, brief=replace(asked.brief, options=options)))

    assert vote_in(ballot, MOTION_FORM, options).ranking == (given,)
    assert "BALLOT" not in rehearsed(panelist(seat="ben", expects="ballot"))


def test_a_ballot_is_no_answer_and_takes_back_none() -> None:
    ada, ben = (said(rehearsed(panelist(seat=seat)), seat) for seat in ("ada", "ben"))
    voted = said("I have weighed them.\n\nBALLOT: for > against", "ada")
    chair = {"role": Role.JUDGE, "expects": "verdict", "kind": StepKind.VERDICT, "seat": "chair", "task": "verdict"}

    assert rehearsed(panelist(turns=(ada, ben, voted), **chair)) == rehearsed(panelist(turns=(ada, ben), **chair))  # type: ignore[arg-type]


def test_seats_weigh_by_seat_and_seed_and_always_alike_for_the_same() -> None:
    asked = [
        replace(
            panelist(DEMO_MOTION, seat=seat, seed=seed),
            brief=replace(panelist(DEMO_MOTION).brief, documents=demo_documents()),
        )
        for seat in ("ada", "ben", "cleo")
        for seed in range(4)
    ]
    answers = [rehearsed(each) for each in asked]

    assert answers == [rehearsed(each) for each in asked]
    assert len(set(answers)) > 6
    assert len({answer_in(each, MOTION_FORM).value for each in answers}) > 1


def test_what_another_cites_is_taken_up_by_name_and_can_change_the_answer() -> None:
    first = rehearsed(panelist(DEMO_MOTION, seat="ada", seed=3, text_of=demo_documents()[1]))
    assert "cites" not in first
    changed = 0
    for seed in range(30):
        asked = panelist(DEMO_MOTION, seat="ben", seed=seed)
        asked = replace(asked, brief=replace(asked.brief, documents=demo_documents()))
        alone = rehearsed(asked)
        other = rehearsed(replace(asked, seat=SeatId("ada")))
        seen = replace(asked, brief=replace(asked.brief, turns=(said(alone, "ben"), said(other, "ada"))))
        again = rehearsed(seen)
        before, after = answer_in(alone, MOTION_FORM).value, answer_in(again, MOTION_FORM).value
        changed += before != after
        assert ("I change" in again or "changes what I answer" in again) == (before != after), seed
    assert changed > 0


@pytest.mark.parametrize(
    ("question", "form", "value"),
    [
        ("How many neighbours of the clock complained?", NUMBER, "2"),
        ("How many of the shops near the clock want it kept?", NUMBER, "10"),
        ("What does the clock cost the town?", NUMBER, "4200"),
        ("Who complained about the clock?", AnswerForm(kind=AnswerKind.CHOICE, choices=("shops", "neighbours")), None),
        ("Is the clock older than the hall?", TEXT, None),
    ],
)
def test_a_question_is_answered_by_what_stands_there(question: str, form: AnswerForm, value: str | None) -> None:
    text = rehearsed(panelist(question, form=form))

    found = answer_in(text, form).value
    assert found
    assert value is None or found == value


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("How many trams pass the clock?", NUMBER),
        ("Which colour has the clock?", AnswerForm(kind=AnswerKind.CHOICE, choices=("red", "blue"))),
    ],
)
def test_what_does_not_stand_there_is_not_answered_and_refused_early(question: str, form: AnswerForm) -> None:
    asked = panelist(question, form=form)

    assert answer_in(rehearsed(asked), form).value == ""
    assert "I can't answer it" in rehearsed(asked)
    with pytest.raises(WrongUse, match="a rehearsal answers only what it can read"):
        RehearsalProvider(clock=None).refuse_early(asked)  # type: ignore[arg-type]


def test_the_letter_a_in_prose_names_no_choice() -> None:
    form = AnswerForm(kind=AnswerKind.CHOICE, choices=("A", "B"))
    text_of = document("# Plans\nA clock costs more than a bell.\nPlan B keeps the clock and the bell.\n")

    assert answer_in(rehearsed(panelist("Which plan keeps the clock?", form=form, text_of=text_of)), form).value == "B"


def test_others_are_ranked_by_the_evidence_that_they_cite() -> None:
    turns = (
        said("“The clock struck on time on all but two days of the trial” (notes.md:2)\nANSWER: for", "ben"),
        said("I just know it.\nANSWER: for", "cleo"),
        said("Made up (notes.md:99).\nANSWER: for", "dora"),
    )
    letters = {"ben": "B", "cleo": "A", "dora": "C"}

    text = rehearsed(panelist(expects="ranking", turns=turns, letters=letters))

    assert ranking_in(text, "ABC")[0] == "B"
    assert "Speaker A" in text
    assert "ben" not in text


def test_a_chair_decides_for_the_answer_with_most_evidence_behind_it_whoever_is_in_the_majority() -> None:
    turns = (
        said("It just is.\nANSWER: against", "ada"),
        said("I think so too.\nANSWER: against", "ben"),
        said("“Nine of ten shops near the clock want it kept” (notes.md:3)\nANSWER: for", "cleo"),
    )

    text = rehearsed(panelist(expects="verdict", turns=turns, role=Role.JUDGE, kind=StepKind.VERDICT, task="verdict"))

    assert text.splitlines()[-1] == "VERDICT: for"


def test_a_chair_who_can_not_tell_says_so() -> None:
    turns = (said("Yes.\nANSWER: for", "ada"), said("No.\nANSWER: against", "ben"))

    text = rehearsed(panelist(expects="verdict", turns=turns, role=Role.JUDGE, kind=StepKind.VERDICT, task="verdict"))

    assert text.splitlines()[-1] == "VERDICT: undecided"


FOR_POINT = "“The clock struck on time on all but two days of the trial” (notes.md:2)."
AGAINST_POINT = "“The clock costs the town 4,200 a year” (notes.md:4)."


@pytest.mark.parametrize(
    ("turns", "heard"),
    [
        ((said(FOR_POINT, "pro", role=Role.PROPOSER), said(AGAINST_POINT, "con", role=Role.OPPONENT)), "go_on"),
        (
            (
                said(AGAINST_POINT, "con", role=Role.OPPONENT),
                said(f"{AGAINST_POINT} {FOR_POINT}", "pro", role=Role.PROPOSER),
                said("“Nine of ten shops near the clock want it kept” (notes.md:3).", "pro", role=Role.PROPOSER),
            ),
            "for",
        ),
        ((said(FOR_POINT, "pro", role=Role.PROPOSER),), "go_on"),
        ((), "go_on"),
    ],
)
def test_a_debate_may_end_once_one_side_alone_has_a_point_left(turns: tuple[Turn, ...], heard: str) -> None:
    text = rehearsed(panelist(expects="break", turns=turns, role=Role.JUDGE, task="break"))

    assert break_in(text).value == heard
    assert break_in(text).reason != "the judge named no outcome"


def test_a_consultant_is_asked_about_what_nobody_has_cited_and_what_it_can_not_answer_stands_against_it() -> None:
    opened = said(FOR_POINT, "consultant", role=Role.PROPOSER)
    question = rehearsed(panelist(expects="nothing", turns=(opened,), role=Role.JUDGE, task="question"))
    assert "(notes.md:4)" in question or "(notes.md:5)" in question
    asked = turn(question, role=Role.JUDGE)

    answer = rehearsed(
        panelist(expects="nothing", turns=(opened, asked), role=Role.PROPOSER, task="clarification", seat="consultant")
    )
    record = read_record((opened, asked, said(answer, "consultant", role=Role.PROPOSER)), read_corpus((CLOCKS,)))

    assert [point.side for point in record.points if point.sentence.line in (4, 5)] == [-1]
    assert "notes.md" in answer


def test_citations_are_looked_up_and_those_that_are_wrong_are_named() -> None:
    turns = (
        said(FOR_POINT, "pro", role=Role.PROPOSER),
        said("“The clock is broken” (notes.md:3), and so says (notes.md:99).", "con", role=Role.OPPONENT),
    )

    text = rehearsed(panelist(expects="nothing", turns=turns, role=Role.REVIEWER, task="evidence_check"))

    assert "three citations" in text
    assert "notes.md:99, cited by the con: no passage begins on that line" in text
    assert "notes.md:3, cited by the con: what stands there is" in text
    assert "notes.md:2" not in text


def test_a_reviewer_of_a_panel_tells_who_answers_what_and_gives_no_answer() -> None:
    turns = (said(f"{FOR_POINT}\nANSWER: for", "ada"), said(f"{AGAINST_POINT}\nANSWER: against", "ben"))

    text = rehearsed(panelist(expects="nothing", turns=turns, role=Role.REVIEWER, task="review"))

    assert "ada" in text.lower()
    assert "“for”" in text
    assert "“against”" in text
    assert answer_in(text, MOTION_FORM).value == ""


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(max_size=200), max_size=4),
    st.sampled_from(["answer", "ranking", "break", "nothing"]),
    st.integers(0, 9),
)
def test_whatever_others_have_said_a_turn_quotes_nothing_that_is_not_in_the_evidence(
    texts: list[str], expects: str, seed: int
) -> None:
    turns = tuple(said(text, f"seat_{number}") for number, text in enumerate(texts))
    letters = {f"seat_{number}": letter for number, letter in zip(range(len(texts)), "ABCD", strict=False)}

    text = rehearsed(panelist(expects=expects, turns=turns, letters=letters, seed=seed))

    lines = CLOCKS.text.split("\n")
    for words, line in re.findall(r"“([^”]+)” \(notes\.md:(\d+)\)", text):
        assert words.removesuffix(" …") in lines[int(line) - 1]


def test_the_operators_statement_is_no_answer() -> None:
    statement = turn("ANSWER: against", role=None, seat="", kind=TurnKind.STATEMENT)

    assert rehearsed(panelist(turns=(statement,))) == rehearsed(panelist())
