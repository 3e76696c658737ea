"""Is a quoted passage found where it stands, and only there?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.judging.passages import PASSAGE_CHARACTERS_MAX, Passages

TEXT = "The cat  sat on\nthe “mat” – it’s warm.\n\nThe end."


@pytest.mark.parametrize(
    ("quoted", "passage"),
    [
        ("The end.", "The end."),
        ("cat sat on the", "cat  sat on\nthe"),
        ('the "mat" - it\'s warm', "the “mat” – it’s warm"),
        ('"The cat sat"', "The cat  sat"),
        ("warm. The", "warm.\n\nThe"),
        ("the dog", ""),
        ("THE END", ""),
        ("", ""),
        ('"', ""),
        ("  \n ", ""),
        ("x" * (PASSAGE_CHARACTERS_MAX + 1), ""),
    ],
)
def test_a_passage_is_the_texts_own_wherever_quotes_and_blanks_differ(quoted: str, passage: str) -> None:
    assert Passages(TEXT).find(quoted) == passage


@given(st.text(alphabet="ab \n\t\"'“’–", max_size=200), st.data())
def test_every_part_of_a_text_is_found_in_it_whatever_its_blanks(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text)))
    part = text[begin : data.draw(st.integers(begin, len(text)))]

    found = Passages(text).find(" ".join(part.split()))

    assert found in text
    assert found or not set("ab–") & set(part)
