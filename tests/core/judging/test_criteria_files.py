"""Is a file of criteria taken whole, or refused whole with the place of every fault?"""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.judging.checks import check_draft
from core.judging.criteria import NO_CRITERIA, Check, CheckKind, Criteria, Criterion
from core.judging.criteria_files import CRITERIA_BYTES_MAX, read_criteria
from core.judging.meetable import CHECKS_MAX
from core.written.problems import FileRefused

WHOLE = r"""
criteria:
  - id: clarity
    about: Can somebody who is new
      follow it at once?
    weight: 2
  - {id: truth, about: Is it true?, weight: 0.5}
checks:
  - id: short
    length: {least: 10, most: 400}
    required: true
  - {id: price, contains: the price}
  - {id: done, lacks: tbd, weight: 0.25}
  - {id: dated, pattern: '\d{4}'}
  - id: form
    json_schema: {type: object, required: [a], properties: {a: {minimum: 0.10, maximum: 9}}}
  - {id: compiles, command: compile}
"""


def faults(text: str, commands: tuple[str, ...] = ("compile",)) -> list[str]:
    with pytest.raises(FileRefused) as refused:
        read_criteria(text, origin="mine.yaml", commands=commands)
    return str(refused.value).splitlines()[:-1]


def test_a_file_holds_criteria_and_checks_of_every_kind() -> None:
    read = read_criteria(WHOLE, origin="mine.yaml", commands=("compile",))

    assert read == Criteria(
        criteria=(
            Criterion(id="clarity", about="Can somebody who is new follow it at once?", weight_ppm=2_000_000),
            Criterion(id="truth", about="Is it true?", weight_ppm=500_000),
        ),
        checks=(
            Check(id="short", kind=CheckKind.LENGTH, least=10, most=400, is_required=True),
            Check(id="price", kind=CheckKind.CONTAINS, value="the price"),
            Check(id="done", kind=CheckKind.LACKS, value="tbd", weight_ppm=250_000),
            Check(id="dated", kind=CheckKind.PATTERN, value=r"\d{4}"),
            Check(
                id="form",
                kind=CheckKind.JSON_SCHEMA,
                value='{"type":"object","required":["a"],"properties":{"a":{"minimum":0.10,"maximum":9}}}',
            ),
            Check(id="compiles", kind=CheckKind.COMMAND, value="compile"),
        ),
    )


def test_a_schema_may_stand_in_quotes_as_json() -> None:
    read = read_criteria("""checks: [{id: form, json_schema: '{"type": "array"}'}]""", origin="mine.yaml")

    assert check_draft(read.checks[0], "[]").has_passed
    assert not check_draft(read.checks[0], "{}").has_passed


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "checks:\n- {id: a, contains: the PRICE is}\n- {id: b, lacks: price}\n",
            "mine.yaml:3:18: a wants a draft to say what b forbids: 'price'. Take one of them out.",
        ),
        (
            "checks:\n- {id: a, length: {least: 9, most: 8}}\n",
            "mine.yaml:2:19: a wants at least 9 words, and a at most 8. No draft has both: change one of them.",
        ),
        (
            "checks:\n- {id: a, length: {least: 9}}\n- {id: b, length: {most: 8}}\n",
            "mine.yaml:2:19: a wants at least 9 words, and b at most 8. No draft has both: change one of them.",
        ),
        (
            "criteria:\n- {id: a, about: x}\nchecks:\n- {id: a, lacks: x}\n",
            "mine.yaml:4:8: 'a' stands here a second time. Give each a name of its own.",
        ),
        (
            "criteria: [{id: a, about: x, weight: 0}]",
            "mine.yaml:1:17: no criterion has a weight. Give one of them a weight above 0.",
        ),
        (
            "checks: [{id: a, lacks: x, weight: 0}]",
            "mine.yaml:1:25: no check has a weight, and none is required: nothing would follow from them. "
            "Give one a weight above 0, or make it required.",
        ),
        (
            "checks:\n- {id: a, command: compil, required: true}\n",
            "mine.yaml:2:20: no command is allowed under the name 'compil'. Did you mean 'compile'? Allowed are "
            "compile. Allow it under [refine.commands] in the settings.",
        ),
    ],
)
def test_criteria_that_no_draft_can_meet_are_refused(text: str, fault: str) -> None:
    assert faults(text) == [fault]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1:1: there is nothing in it. Write 'criteria:' or 'checks:' and a list below it."),
        ("{}", "1:1: there is nothing in it. Write 'criteria:' or 'checks:' and a list below it."),
        ("- a", "1:1: a file of criteria is a mapping, and this is a list. Its keys are criteria, checks."),
        ("cheks: []", "1:1: a file of criteria has no key 'cheks'. Did you mean 'checks'?"),
        ("checks: []", "1:9: 'checks' is a list, and this is an empty list. Begin each with '- id:'."),
        ("checks: [{id: a}]", "1:10: a check looks at one thing, and this names none."),
        ("checks: [{id: a, lacks: x, pattern: y}]", "1:37: a check looks at one thing, and this names lacks and"),
        ("checks: [{lacks: x}]", "1:10: a check needs id."),
        ("criteria: [{id: a}]", "1:12: a criterion needs about."),
        ("criteria: [{id: score, about: x}]", "1:17: 'score' can't be the id of a criterion: a review calls"),
        ("criteria: [{id: a, about: x, weight: -1}]", "1:38: '-1' can't be a weight."),
        ("criteria: [{id: a, about: x, weight: .nan}]", "1:38: '.nan' can't be a weight."),
        ("checks: [{id: a, pattern: '(?=x)'}]", "1:27: the regular expression is refused: invalid perl operator"),
        ("checks: [{id: a, json_schema: {type: x}}]", "1:31: the schema is refused: at $.type it is no schema"),
        ("checks: [{id: a, json_schema: {enum: [0x1F]}}]", "1:39: '0x1F' is no value of JSON. Put it in quotes"),
        ("checks: [{id: a, json_schema: {1: {}}}]", "1:32: a key in JSON is a text, and this is '1'. Put it in"),
        ("checks: [{id: a, length: {}}]", "1:26: a length needs a bound."),
        ("checks: [{id: a, length: {least: -1}}]", "1:34: '-1' can't be 'least'."),
        ("checks: [{id: a, lacks: x, required: maybe}]", "1:38: this is true or false, and not 'maybe'."),
        ("checks: " + "[" * 500, "1:72: this nests more than 64 deep."),
    ],
)
def test_every_other_fault_has_its_place(text: str, fault: str) -> None:
    assert any(each.startswith(f"mine.yaml:{fault}") for each in faults(text)), faults(text)


def test_all_faults_are_told_at_once() -> None:
    text = "criteria:\n- {id: A, about: x}\n- {id: b}\nchecks:\n- {id: c, weight: x, lacks: y}\n"

    assert [each.split(": ")[0] for each in faults(text)] == ["mine.yaml:2:8", "mine.yaml:3:3", "mine.yaml:5:19"]


def test_too_many_checks_and_too_large_a_file_are_refused() -> None:
    assert len(faults("checks:\n" + "".join(f"- {{id: a{n}, lacks: x}}\n" for n in range(CHECKS_MAX + 1)))) == 1
    assert "larger than" in faults("#" * (CRITERIA_BYTES_MAX + 1))[0]


@given(st.text(max_size=300))
def test_whatever_stands_in_a_file_is_read_or_refused(text: str) -> None:
    with suppress(FileRefused):
        assert read_criteria(text, origin="mine.yaml") != NO_CRITERIA
