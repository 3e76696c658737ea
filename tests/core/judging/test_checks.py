"""Is a check of a text deterministic, bounded, and clear about what it found?"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.judging.checks import CheckResult, check_draft
from core.judging.criteria import Check, CheckKind
from core.judging.schemas import DEPTH_MAX, LOOKS_MAX, fault_of_document, fault_of_schema


def passes(kind: CheckKind, value: str, text: str) -> bool:
    return check_draft(Check(id="it", kind=kind, value=value), text).has_passed


@pytest.mark.parametrize(
    ("least", "most", "text", "has_passed", "detail"),
    [
        (2, 3, "one two", True, "it has 2 words"),
        (3, None, "one two", False, "it has 2 words, and at least 3 are wanted"),
        (None, 1, "one\ntwo", False, "it has 2 words, and at most 1 are wanted"),
        (None, 0, " \n ", True, "it has 0 words"),
    ],
)
def test_a_length_is_counted_in_words(
    least: int | None, most: int | None, text: str, has_passed: bool, detail: str
) -> None:
    check = Check(id="short", kind=CheckKind.LENGTH, least=least, most=most)

    assert check_draft(check, text) == CheckResult(has_passed=has_passed, detail=detail)


def test_words_are_found_whatever_their_case_and_however_lines_are_broken() -> None:
    assert passes(CheckKind.CONTAINS, "the price", "Mind THE\n price!")
    assert not passes(CheckKind.LACKS, "the price", "Mind THE\n price!")
    assert not passes(CheckKind.CONTAINS, "the price", "the  prize")


@given(st.text(), st.text(min_size=1).filter(str.strip))
def test_what_a_text_contains_it_does_not_lack(text: str, words: str) -> None:
    assert passes(CheckKind.CONTAINS, words, text) is not passes(CheckKind.LACKS, words, text)


def test_a_pattern_on_which_another_engine_would_never_end_is_answered() -> None:
    assert not passes(CheckKind.PATTERN, "(a+)+$", "a" * 100_000 + "b")
    assert passes(CheckKind.PATTERN, r"\d{4}-\d{2}", "since 2026-11")
    assert passes(CheckKind.PATTERN, "über", "Darüber")


def test_a_check_by_a_command_is_not_answered_here() -> None:
    with pytest.raises(ValueError, match="is checked by a command"):
        passes(CheckKind.COMMAND, "compiles", "text")


SCHEMA = json.dumps(
    {
        "type": "object",
        "required": ["name", "count"],
        "properties": {
            "name": {"type": "string", "pattern": "^(a+)+$"},
            "count": {"type": "integer", "minimum": 1},
            "tags": {"type": "array", "uniqueItems": True},
        },
        "patternProperties": {"^x_": {"type": "boolean"}},
        "additionalProperties": False,
    }
)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"name": "aaa", "count": 1.0}', ""),
        ('{"name": "aaa", "count": 2, "x_ray": true}', ""),
        ('{"name": "aaa", "count": true}', 'at $.count the schema wants type: "integer"'),
        ('{"name": "aaa", "count": 1, "x_ray": 1}', 'at $.x_ray the schema wants type: "boolean"'),
        ('{"name": "aaa", "count": 1, "z": 1}', "at $.z the schema wants additionalProperties: false"),
        ('{"name": "aaa", "count": 1, "tags": [1, true, "1"]}', ""),
        ('{"name": "aaa", "count": 1, "tags": [1, 1.0]}', "at $.tags the schema wants uniqueItems: true"),
        ('{"name": "aaa"}', 'at $ the schema wants required: ["name", "count"]'),
        ("[]", 'at $ the schema wants type: "object"'),
        ("{}\n{", "it is no JSON: it can't be read from line 2 on"),
        ("", "it is no JSON: it can't be read from line 1 on"),
        ("NaN", "it is no JSON: NaN is no number"),
        ('{"name": "a", "name": "b"}', "it is no JSON: an object has the same key twice"),
        ("1" * 5_000, "it is no JSON: a number in it has more than 400 digits"),
        ("[" * 100_000, f"it is no JSON: it nests more than {DEPTH_MAX} deep"),
    ],
)
def test_a_document_is_held_against_its_schema(text: str, fault: str) -> None:
    assert fault_of_schema(SCHEMA) == ""
    assert fault_of_document(text, SCHEMA) == fault


def test_a_pattern_of_a_schema_takes_linear_time_too() -> None:
    text = json.dumps({"name": "a" * 100_000 + "b", "count": 1})

    assert fault_of_document(text, SCHEMA) == 'at $.name the schema wants pattern: "^(a+)+$"'


def test_many_items_are_told_apart_without_comparing_each_with_each() -> None:
    text = json.dumps([{"number": number} for number in range(10_000)])

    assert fault_of_document(text, '{"uniqueItems": true}') == ""


def test_a_schema_that_asks_for_more_than_anybody_waits_is_not_met() -> None:
    parts: dict[str, object] = {f"p{n}": {"allOf": [{"$ref": f"#/$defs/p{n + 1}"}] * 3} for n in range(20)}
    schema = json.dumps({"$defs": {**parts, "p20": {}}, "$ref": "#/$defs/p0"})
    spent = f"whether it is as the schema wants it can't be told within {LOOKS_MAX} looks"

    assert fault_of_document("1", schema) == spent
    assert fault_of_document("1", '{"$ref": "#"}') == spent


def test_a_long_text_is_not_looked_through_as_often_as_a_short_one() -> None:
    schema = json.dumps({"allOf": [{"pattern": "a"}] * 500})

    assert "can't be told within" in fault_of_document(json.dumps("a" * 190_000), schema)
    assert fault_of_document(json.dumps("a" * 100), schema) == ""


def test_a_number_too_large_to_be_divided_fails_and_does_not_end_anything() -> None:
    assert fault_of_document("1e400", '{"multipleOf": 0.1}') == (
        "a number in it is too large or too small to be checked"
    )
    assert fault_of_document("0.3", '{"multipleOf": 0.1}') == ""


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        (
            '{"$ref": "https://example.org/s"}',
            "it refers to 'https://example.org/s', and nothing is taken from elsewhere",
        ),
        ('{"$ref": "#/$defs/none"}', "it refers to '#/$defs/none', and nothing stands there"),
        ('{"type": "strin"}', "at $.type it is no schema: 'strin' is not valid under any of the given schemas"),
        ('{"pattern": "(?=a)"}', "the pattern '(?=a)' is refused: invalid perl operator: (?="),
        ('{"patternProperties": {"[": {}}}', "the pattern '[' is refused: missing ]: ["),
        ('{"unevaluatedProperties": false}', "'unevaluatedProperties' isn't taken here"),
        ("[]", "it is no object"),
        ("{", "it is no JSON: it can't be read from line 1 on"),
        ('{"x": "' + "y" * 20_000 + '"}', "it has 20009 characters; at most 20000 are taken"),
    ],
)
def test_a_schema_that_cant_be_held_to_bounds_is_refused(schema: str, fault: str) -> None:
    assert fault_of_schema(schema) == fault


def test_a_schema_of_another_draft_is_refused() -> None:
    assert "it is written for 'http://json-schema.org/draft-07/schema#'" in fault_of_schema(
        '{"$schema": "http://json-schema.org/draft-07/schema#"}'
    )


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=4)))
def test_whatever_json_holds_is_met_by_a_schema_that_wants_exactly_that(value: object) -> None:
    written = json.dumps(value)

    assert fault_of_document(written, f'{{"const": {written}}}') == ""
