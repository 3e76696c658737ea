"""Are the words of a text the same however often they are asked for, and is only so much of it remembered?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.judging import words
from core.judging.words import REMEMBERED_CHARACTERS_MAX, content_words, words_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The budget, the ROTA.", ("the", "budget", "the", "rota")),
        ("“Quoted” — and don’t.", ("quoted", "and", "don", "t")),
        ("Déjà vu", ("déjà", "vu")),
        ("", ()),
    ],
)
def test_words_are_what_stands_between_marks_in_lower_case(text: str, expected: tuple[str, ...]) -> None:
    assert tuple(words_of(text)) == expected


@given(st.lists(st.text(max_size=50), max_size=20))
def test_a_text_has_the_same_words_whatever_was_looked_at_in_between(texts: list[str]) -> None:
    first = [tuple(words_of(text)) for text in texts]

    assert [tuple(words_of(text)) for text in reversed(texts)] == first[::-1]


def test_whoever_asks_can_not_change_what_the_next_one_is_told() -> None:
    assert isinstance(words_of("The budget and the rota."), tuple)


def test_a_long_text_is_read_and_not_remembered() -> None:
    words._remembered.cache_clear()
    longest = "word " * (REMEMBERED_CHARACTERS_MAX // 5)

    assert len(words_of(longest + "more")) == REMEMBERED_CHARACTERS_MAX // 5 + 1
    assert words._remembered.cache_info().currsize == 0
    assert words_of(longest) is words_of(longest)


def test_content_words_are_told_once_in_order_of_appearance() -> None:
    assert content_words(words_of("Rotas and budgets and rotas"), words_max=2) == ["rotas", "budgets"]
