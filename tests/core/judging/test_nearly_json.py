"""Does what a model wrote in JSON, or nearly, mean the same however it has to be read?"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.judging.nearly_json import ReadObject, read_object

VALUES = st.text(max_size=20) | st.lists(st.text(max_size=8), max_size=3)
OBJECTS = st.dictionaries(st.text(max_size=12), VALUES | st.dictionaries(st.text(max_size=8), VALUES, max_size=3))


def read(text: str) -> ReadObject:
    return read_object(text, 0)


def every_letter_escaped(value: object) -> str:
    """The same object as `json.dumps` writes it, with nothing in its texts as it stands."""
    match value:
        case dict():
            said = (f"{every_letter_escaped(key)}: {every_letter_escaped(each)}" for key, each in value.items())
            return f"{{{', '.join(said)}}}"
        case list():
            return f"[{', '.join(map(every_letter_escaped, value))}]"
        case _:
            units = str(value).encode("utf-16-be")
            return '"' + "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)) + '"'


@given(OBJECTS)
def test_texts_mean_the_same_whether_they_stand_plainly_or_need_a_closer_look(
    said: dict[str, object],
) -> None:
    plainly = read(json.dumps(said, ensure_ascii=False))

    assert plainly.entries == read(every_letter_escaped(said)).entries == said
    assert not plainly.is_mended


@given(st.text('"\\,: {}[]\n\u00a0ab1“”', max_size=40))
def test_whatever_is_read_ends_where_the_text_is_read_no_further(said: str) -> None:
    text = f'{{"a": "{said}'
    try:
        found = read(text)
    except ValueError:
        return

    assert text[found.end - 1] == "}"
    assert read(text[: found.end]) == found


@pytest.mark.parametrize("text", ['{"a\nb": "c"}', '{"a": "b\nc"}'])
def test_a_line_broken_within_a_text_or_a_key_is_mended(text: str) -> None:
    assert read(text).is_mended


@pytest.mark.parametrize(
    ("text", "why"), [('{"a', "it doesn't end"), ('{"a": "b', "it doesn't end"), ('{"a" "b"}', "there is no ':'")]
)
def test_what_does_not_go_on_as_it_must_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(text)
