"""In which forms can an answer be asked for?"""

from __future__ import annotations

import pytest

from core.domain.answers import MOTION_FORM, AnswerForm, AnswerKind, checked_form, form_in_words, read_answer_form
from core.domain.errors import WrongUse


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("motion", MOTION_FORM),
        (" Number ", AnswerForm(kind=AnswerKind.NUMBER)),
        ("text", AnswerForm(kind=AnswerKind.TEXT)),
        ("A,B", AnswerForm(kind=AnswerKind.CHOICE, choices=("A", "B"))),
        ("yes,  not   yet , no", AnswerForm(kind=AnswerKind.CHOICE, choices=("yes", "not yet", "no"))),
    ],
)
def test_a_form_is_said_in_a_word_or_in_its_choices(words: str, form: AnswerForm) -> None:
    assert read_answer_form(words) == form
    assert read_answer_form(form_in_words(form)) == form


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("numbr", "'numbr' is no form of answer. Did you mean 'number'?"),
        ("", "'' is no form of answer. Say motion, number, text, or choices with commas between them: yes, no."),
        ("choice", "'choice' is no form of answer."),
        ("A,", "'' can't be a choice."),
        ("A,a", "two choices are the same."),
        ("A,\x1b[31m", "can't be a choice."),
        (f"A,{'b' * 61}", "can't be a choice."),
        (",".join(map(str, range(27))), "27 choices can't be chosen among. Name from 2 to 26."),
    ],
)
def test_what_can_not_be_told_apart_is_refused(words: str, why: str) -> None:
    with pytest.raises(WrongUse) as refusal:
        read_answer_form(words)

    assert why in str(refusal.value)


def test_a_number_is_chosen_from_nothing() -> None:
    with pytest.raises(WrongUse, match="number leaves nothing to choose from"):
        checked_form(AnswerForm(kind=AnswerKind.NUMBER, choices=("1", "2")))
    with pytest.raises(WrongUse, match="1 choices can't be chosen among"):
        checked_form(AnswerForm(kind=AnswerKind.CHOICE, choices=("A",)))
