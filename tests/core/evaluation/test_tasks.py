"""Is a line of a file of tasks read as its writer meant it, or refused with its place?"""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.answers import AnswerForm, AnswerKind
from core.domain.errors import WrongUse
from core.evaluation.arithmetic import OPERAND_BELOW, arithmetic_tasks
from core.evaluation.tasks import QUESTION_BYTES_MAX, Task, read_task
from core.judging.answers import normalised

PLACE = "tasks.jsonl:3"
PLANETS = ["Mars", "Venus", "Earth"]


def read(**values: object) -> Task:
    return read_task(values, place=PLACE, id_given="third")


def test_a_line_of_gsm8k_is_a_question_whose_number_stands_behind_the_mark() -> None:
    task = read(question="How many eggs?", answer="She has 16 - 3 = <<16-3=13>>13 eggs.\n#### 1,013")

    assert (task.form.kind, task.known_answer) == (AnswerKind.NUMBER, "1013")
    assert task.question == "How many eggs?"
    assert task.id == "third"


@pytest.mark.parametrize(
    ("answer", "kind", "known"),
    [
        (42, AnswerKind.NUMBER, "42"),
        (3.5, AnswerKind.NUMBER, "3.5"),
        ("-7", AnswerKind.NUMBER, "-7"),
        ("$1,200.00", AnswerKind.NUMBER, "1200"),
        ("about 7 apples", AnswerKind.TEXT, "about 7 apples"),
        ("Paris.", AnswerKind.TEXT, "paris"),
        (True, AnswerKind.CHOICE, "yes"),
        (False, AnswerKind.CHOICE, "no"),
    ],
)
def test_the_form_of_an_answer_follows_from_its_key(answer: object, kind: AnswerKind, known: str) -> None:
    task = read(question="What is it?", answer=answer)

    assert (task.form.kind, task.known_answer) == (kind, known)


@pytest.mark.parametrize(
    "values",
    [
        {"choices": PLANETS, "answer": 1},
        {"choices": PLANETS, "answer": "B"},
        {"choices": PLANETS, "answer": "(b)"},
        {"choices": PLANETS, "answer": "Venus"},
        {"options": PLANETS, "answer": "B", "answer_index": 1},
        {"options": {"A": "Mars", "B": "Venus", "C": "Earth"}, "answer": "Venus", "answer_idx": "B"},
        {"choices": {"text": PLANETS, "label": ["A", "B", "C"]}, "answerKey": "B"},
        {
            "choices": [{"label": label, "text": text} for label, text in zip("ABC", PLANETS, strict=True)],
            "answerKey": "B",
        },
        {"A": "Mars", "B": "Venus", "C": "Earth", "answer": "B"},
        {"endings": PLANETS, "label": 1},
    ],
)
def test_the_usual_shapes_of_multiple_choice_come_to_the_same_task(values: dict[str, object]) -> None:
    task = read(question="Which is hottest?", **values)

    assert task.question == "Which is hottest?\n\nA) Mars\nB) Venus\nC) Earth"
    assert task.form == AnswerForm(kind=AnswerKind.CHOICE, choices=("A", "B", "C"))
    assert task.known_answer == "B"


def test_choices_within_the_question_are_read_as_arc_first_had_them() -> None:
    stem = {"stem": "Which?", "choices": [{"text": "Mars", "label": "1"}, {"text": "Venus", "label": "2"}]}
    task = read(question=stem, answerKey="2", id="Mercury_7")

    assert (task.id, task.form.choices, task.known_answer) == ("Mercury_7", ("1", "2"), "2")


def test_a_motion_is_right_for_or_against() -> None:
    assert read(motion="Close the centre.", answer="Against") == Task(
        id="third", question="Close the centre.", form=AnswerForm(), known_answer="against"
    )


def test_a_task_without_a_key_is_a_task_all_the_same() -> None:
    assert read(question="Who knows?").known_answer == ""
    assert read(question="Who knows?", answer=None, kind="number").form.kind is AnswerKind.NUMBER
    assert read(question="Which?", choices=PLANETS).known_answer == ""
    assert read(motion="It rains.").known_answer == ""


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({}, "neither a 'question' nor a 'motion'"),
        ({"question": "  "}, "has to be a text"),
        ({"question": "Q?", "motion": "M."}, "not both"),
        ({"motion": "M.", "answer": "undecided"}, "can't be the right answer"),
        ({"motion": "M.", "answer": "yes"}, "'for' or 'against'"),
        ({"question": "Q?", "answer": "#### none"}, "can't be the right answer"),
        ({"question": "Q?", "answer": "a dozen", "kind": "number"}, "Write the number alone"),
        ({"question": "Q?", "answer": ["a", "b"]}, "Give one answer"),
        ({"question": "Q?", "kind": "nummer"}, "Did you mean 'number'?"),
        ({"question": "Q?", "choices": ["one"]}, "1 choices"),
        ({"question": "Q?", "kind": "choice", "answer": "A"}, "0 choices"),
        ({"question": "Q?", "choices": PLANETS, "answer": "D"}, "Give one of A, B, C"),
        ({"question": "Q?", "choices": PLANETS, "answer": 3}, "Give one of A, B, C"),
        ({"question": "Q?", "choices": PLANETS, "answer": -1}, "Give one of A, B, C"),
        ({"question": "Q?", "choices": PLANETS, "answer": True}, "Give one of A, B, C"),
        ({"question": "Q?", "choices": ["1", "2", "3"], "answer": 2}, "could mean each of B, C"),
        ({"question": "Q?", "choices": ["x", "x", "y"], "answer": "x"}, "could mean each of A, B"),
        ({"question": "Q?", "choices": ["x", None], "answer": "A"}, "a choice is no text"),
        ({"question": "Q?", "choices": PLANETS, "options": PLANETS}, "stand in 'choices' and 'options'"),
        ({"question": "Q?", "choices": "Mars, Venus"}, "in no form that is known"),
        ({"question": "Q?", "choices": [{"label": "A"}, {"label": "B"}]}, "lacks its 'label' or its 'text'"),
        ({"question": "Q?", "answerKey": "A", "correct": "B"}, "stands in"),
        ({"question": "Q?", "id": ""}, "an id is a short text"),
        ({"question": "Q?", "id": "a" * 200}, "can't be an id"),
        ({"question": "Q?", "id": "a\nb"}, "can't be an id"),
        ({"question": "x" * (QUESTION_BYTES_MAX + 1)}, "bytes long"),
    ],
)
def test_a_line_that_could_mean_nothing_or_two_things_is_refused_with_its_place(
    values: dict[str, object], what: str
) -> None:
    with pytest.raises(WrongUse, match=what) as refused:
        read(**values)

    assert refused.value.where == PLACE


def test_a_numeral_that_names_a_choice_is_its_label_before_it_is_its_place() -> None:
    labelled = {"text": ["four", "five"], "label": ["1", "2"]}

    assert read(question="Q?", choices=labelled, answerKey="1").known_answer == "1"
    assert read(question="Q?", choices=labelled, answer_index=1).known_answer == "1"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["id", "question", "motion", "answer", "choices", "options", "kind", "answerKey", "label", "A"]
)


@given(st.dictionaries(FIELDS, JSON, max_size=5))
def test_whatever_a_line_holds_it_is_read_or_refused_and_a_key_is_always_in_its_form(values: dict[str, object]) -> None:
    with suppress(WrongUse):
        task = read_task(values, place=PLACE)
        assert task.question
        assert task.known_answer == "" or normalised(task.known_answer, task.form) == task.known_answer


def test_arithmetic_tasks_have_the_answers_that_python_gives() -> None:
    made = list(arithmetic_tasks(200, seed=0))

    for values in made:
        asked = str(values["question"]).removeprefix("What is ").removesuffix("?")
        assert eval(asked) == values["answer"]  # six numbers between signs, from the line above
        assert read_task(values, place=PLACE).known_answer == str(values["answer"])
    numbers = [int(each) for values in made for each in _operands(str(values["question"]))]
    assert (min(numbers), max(numbers)) == (0, OPERAND_BELOW - 1)
    assert len({str(values["question"]) for values in made}) == len({str(values["id"]) for values in made}) == 200


def test_the_same_seed_makes_the_same_tasks_and_more_of_them_begin_alike() -> None:
    assert list(arithmetic_tasks(5, seed=3)) == list(arithmetic_tasks(9, seed=3))[:5]
    assert list(arithmetic_tasks(5, seed=3)) != list(arithmetic_tasks(5, seed=4))


def _operands(question: str) -> list[str]:
    plain = question.removeprefix("What is ").removesuffix("?")
    for sign in "+-*":
        plain = plain.replace(sign, " ")
    return plain.split()
