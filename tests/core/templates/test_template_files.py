"""Is a file with a format taken whole or refused whole, with a place and a remedy for every fault?"""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.ids import NO_SEAT, ParticipantId, SeatId, TemplateId
from core.domain.participants import DEBATING
from core.domain.text import clean_text
from core.domain.unanswered import ANSWER_MILLISECONDS_MAX, ANSWER_MILLISECONDS_MIN, AnswerTerms, Then
from core.rules.condition import AllOf, AnyOf, Compare, Condition, ConditionType, Not
from core.templates.bounds import MAY_ASK_MAX, TEMPLATE_BYTES_MAX
from core.templates.checking import Severity, check_template, errors_of
from core.templates.formats import SHIPPED_TEMPLATES
from core.templates.template import (
    Block,
    Complexity,
    DecidedBy,
    Dial,
    EarlyStop,
    Expects,
    Occurs,
    SeatSpec,
    Sees,
    StepSpec,
    Template,
)
from core.templates.template_files import KEYS, TemplateFileError, check_template_text, read_template
from core.templates.template_writing import write_template
from tests.core.templates.making import FACTS, HERE, PANEL

SMALL = """\
id: short_panel
seats:
  - {id: ann, role: panelist}
  - {id: bob, role: panelist}
  - {id: chair, role: judge, participant: judge}
steps:
  - use: independent_answers
  - use: vote
    seat: bob
    when: {field: concession_count, greater_than: 0}
  - name: plea
    seat: ann
    instruction: Plead.
    occurs: last
verdict:
  use: final_decision
"""


def read(text: str) -> Template:
    return read_template(text, origin="mine.yaml", surroundings=HERE)


def faults(text: str) -> list[str]:
    with pytest.raises(TemplateFileError) as refused:
        read(text)
    *lines, count = str(refused.value).split("\n")
    assert count.startswith(f"mine.yaml: {len(lines)} problem")
    return [line.removeprefix("mine.yaml:") for line in lines]


def test_steps_are_taken_from_the_library_or_written_out() -> None:
    template = read(SMALL)

    assert [step.name for step in template.steps] == ["answer_ann", "answer_bob", "vote_bob", "plea"]
    assert template.steps[0].block == "answer"
    assert template.block("answer") == Block(id="answer", is_at_once=True)
    assert template.steps[2].when == Compare(type=ConditionType.GREATER_THAN, field="concession_count", value=0)
    assert (template.steps[3].task, template.steps[3].occurs) == ("plea", Occurs.LAST)
    assert template.verdict is not None
    assert (template.verdict.seat, template.verdict.expects) == ("chair", Expects.VERDICT)
    assert (template.name, template.rounds, template.minutes_expected > 0) == ("Short panel", 3, True)


@pytest.mark.parametrize("template", SHIPPED_TEMPLATES, ids=lambda template: template.id)
def test_what_ships_can_be_written_and_read_again(template: Template) -> None:
    surroundings = replace(HERE, rule_sets=None)

    for facts in (FACTS, None):
        text = write_template(template, facts=facts)
        assert read_template(text, origin="x", surroundings=surroundings) == template


def test_every_part_of_a_format_can_be_written() -> None:
    assert len(KEYS) == len(fields(Template))
    assert {field.name for field in fields(StepSpec)} == {
        *("name", "seat", "task", "instruction", "occurs", "expects"),
        *("sees", "rounds_seen", "is_blind", "when", "block"),
    }


NAMES = st.from_regex(r"[a-z][a-z0-9]{0,6}(_[a-z0-9]{1,5})?", fullmatch=True)
TEXTS = (
    st.text(min_size=1, max_size=200).map(clean_text).filter(lambda text: bool(text.strip()) and "\ufffe" not in text)
)
COMPARES = st.one_of(
    st.integers(0, 90).map(lambda n: Compare(type=ConditionType.GREATER_THAN, field="concession_count", value=n)),
    st.integers(1, 900_000).map(lambda n: Compare(type=ConditionType.LESS_THAN, field="consensus_ppm", value=n)),
    st.sampled_from(["for", "go on"]).map(lambda w: Compare(type=ConditionType.CONTAINS, field="last_text", value=w)),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    COMPARES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: AllOf(parts=tuple(parts))),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: AnyOf(parts=tuple(parts))),
        inner.map(lambda part: Not(part=part)),
    ),
    max_leaves=4,
)


ANSWER_TERMS = st.builds(
    AnswerTerms,
    answer_within_ms=st.integers(ANSWER_MILLISECONDS_MIN, ANSWER_MILLISECONDS_MAX),
    then=st.sampled_from(Then),
)


@st.composite
def templates(draw: st.DrawFn) -> Template:
    ids = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    seats = [SeatId(id) for id in ids]
    blocks = draw(st.lists(NAMES, max_size=2, unique=True))
    names = draw(st.lists(NAMES, min_size=2, max_size=6, unique=True))
    steps = [
        StepSpec(
            name=name,
            seat=draw(st.sampled_from(seats)),
            task=draw(NAMES),
            instruction=draw(TEXTS),
            occurs=draw(st.sampled_from(Occurs)),
            expects=draw(
                st.sampled_from((Expects.NOTHING, Expects.ANSWER, Expects.STANCE, Expects.BALLOT, Expects.BREAK))
            ),
            sees=draw(st.sampled_from(Sees)),
            rounds_seen=draw(st.integers(0, 100)),
            is_blind=draw(st.booleans()),
            when=draw(st.none() | CONDITIONS),
            block=draw(st.sampled_from(["", *blocks])),
        )
        for name in names[1:]
    ]
    return Template(
        id=TemplateId(draw(NAMES)),
        version=draw(st.integers(1, 99)),
        name=draw(TEXTS)[:100].strip() or "x",
        description=draw(st.just("") | TEXTS),
        complexity=draw(st.sampled_from(Complexity)),
        rounds=draw(st.integers(1, 100)),
        seats=tuple(
            SeatSpec(
                id=seat,
                role=draw(st.sampled_from(DEBATING)),
                participant=ParticipantId("panelist"),
                may_ask=draw(st.integers(0, MAY_ASK_MAX)),
            )
            for seat in seats
        ),
        steps=tuple(sorted(steps, key=lambda step: step.block)),
        verdict=StepSpec(
            name=names[0], seat=seats[0], task="verdict", instruction=draw(TEXTS), expects=Expects.VERDICT
        ),
        consensus_ppm=draw(st.integers(0, 1_000_000)),
        minutes_expected=draw(st.integers(0, 600)),
        cost_microusd_expected=draw(st.integers(0, 10**9)),
        rule_set=draw(st.sampled_from(["", "own"])),
        blocks=tuple(
            Block(
                id=id,
                times=draw(st.integers(2, 5)),
                until=draw(st.none() | CONDITIONS),
                is_at_once=draw(st.booleans()),
            )
            for id in blocks
        ),
        links=draw(st.dictionaries(st.sampled_from(seats), st.lists(st.sampled_from(seats), max_size=3).map(tuple))),
        dials=tuple(
            Dial(
                name=name,
                about=draw(st.just("") | TEXTS),
                words=(draw(TEXTS), draw(TEXTS)),
                value=draw(st.integers(0, 1)),
            )
            for name in draw(st.lists(NAMES, max_size=2, unique=True))
        ),
        tags=tuple(draw(st.lists(NAMES, max_size=3))),
        source=draw(st.just("") | TEXTS),
        decided_by=DecidedBy.JUDGE,
        early_stop=draw(st.sampled_from(EarlyStop)),
        escalation=draw(st.none() | ANSWER_TERMS),
        clarified_by=draw(st.sampled_from([NO_SEAT, *seats])),
    )


@given(templates(), st.booleans())
def test_whatever_is_sound_and_written_reads_back_the_same(template: Template, in_units: bool) -> None:
    if not errors_of(check_template(template, surroundings=HERE)):
        assert read(write_template(template, facts=FACTS if in_units else None)) == template


@given(st.text(max_size=300) | st.text(alphabet="id: []{}-&*!|>#'\"\n\tsetps", max_size=200))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    template, findings = check_template_text(text, origin="mine.yaml", surroundings=HERE)

    assert template is not None or findings
    assert all(str(found).startswith("mine.yaml:") and found.place.line >= 1 for found in findings)


def test_every_fault_is_told_at_once_with_its_place_and_the_remedy() -> None:
    wrong = """\
id: My Panel
rounds: 0
cost: -1
consensus: most
complexity: complx
seats:
  - {id: ann, role: jugde}
  - {id: bob, role: panelist, particpant: bob}
steps:
  - use: indepedent_answers
  - name: plea
    seat: ann
  - use: vote
    seat: dan
    when: {field: roud_count, greater_than: 1}
"""
    assert faults(wrong) == [
        "1:5: 'My Panel' can't be the id of a template."
        " Use small letters, digits and single underscores, a letter first: complete_at_max_rounds.",
        "2:9: '0' can't be 'rounds'. Name one from 1 to 100.",
        "3:7: '-1' can't be 'cost'. Name one from 0 to 1000000000000.",
        "4:12: 'most' can't be 'consensus'. Write a share such as 80 %, or whole parts per million.",
        "5:13: no complexity is called 'complx'. Did you mean 'complex'?",
        "7:21: no role is called 'jugde'. Did you mean 'judge'?",
        "8:31: a seat has no key 'particpant'. Did you mean 'participant'?",
        "10:10: no step is called 'indepedent_answers'. Did you mean 'independent_answers'?",
        "11:5: this step has no 'instruction'. Add it, or take a step of the library with 'use'.",
        "14:11: vote is for 'dan', who isn't seated. There are bob, panelist.",
        "15:19: no fact is called 'roud_count'. Did you mean 'round_count'?",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("participant: judge", "participant: jugde", "5:43: nobody fills the seat chair"),
        ("    seat: ann\n", "    seat: anne\n", "12:11: plea is taken by 'anne', and there is no such seat."),
        ("occurs: last", "occurs: lst", "14:13: no round in which a step occurs is called 'lst'."),
        ("    occurs: last\n", "    block: probe\n", "14:12: plea belongs to 'probe', and there is no such block."),
        ("verdict:\n  use: final_decision\n", "", "1:1: no step gives the verdict, and the judge decides."),
        ("greater_than: 0", "less_than: 0", "10:11: vote_bob is never taken"),
        ("name: plea", "name: answer_ann", "11:11: 'answer_ann' is the name of a step 2 times."),
        ("id: short_panel", "id: short_panel\nmeasure: keyword@1", "2:10: no measure is called 'keyword@1'."),
        (
            "id: short_panel",
            "id: short_panel\nearly_stop: calibratd",
            "2:13: no early stop is called 'calibratd'. Did you mean 'calibrated'?",
        ),
        (
            "id: short_panel",
            "id: short_panel\nescalation: {answer_within: 2h, then: contniue}",
            "2:39: no end of waiting is called 'contniue'. Did you mean 'continue'?",
        ),
        ("id: short_panel", "id: short_panel\nescalation: {then: pause}", "2:13: this has no 'answer_within'."),
        (
            "id: short_panel",
            "id: short_panel\nescalation: {answer_within: 7200, then: pause}",
            "2:29: '7200' can't be 'answer_within': it has no unit. 7200 of what? Write 7200s (2h) or 7200ms.",
        ),
        (
            "id: short_panel",
            "id: short_panel\nescalation: {answer_within: 1ms, then: pause}",
            "2:29: '1ms' can't be 'answer_within'.",
        ),
        ("id: short_panel", "id: short_panel\nescalation: never", "2:13: what happens to a question is a mapping"),
        (
            "id: short_panel",
            "id: short_panel\nclarified_by: anne",
            "2:15: 'anne' is to answer what is asked,",
        ),
        ("id: short_panel", "id: short_panel\nrules: owm", "2:8: no set of rules is called 'owm'. Did you mean 'own'?"),
        ("use: final_decision", "use: vote", "16:8: vote gives no verdict. Use final_decision."),
    ],
)
def test_what_the_check_finds_stands_where_it_is_written(old: str, new: str, said: str) -> None:
    assert old in SMALL
    assert any(fault.startswith(said) for fault in faults(SMALL.replace(old, new, 1))), faults(
        SMALL.replace(old, new, 1)
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: the file holds no format."),
        ("- id: x\n", "1:1: a format is a mapping, and this is a list."),
        ("id: x\n", "1:1: this format has no 'seats'."),
        (f"id: x\nname: {'y' * TEMPLATE_BYTES_MAX}\n", "1:1: this is larger than"),
        ("id: &a [*a]\n", "1:9: *a stands inside of what it names."),
        ("[" * 100, "1:65: this nests more than 64 deep."),
        (
            "seats: [" + ", ".join(f"{{id: s{n}, role: judge}}" for n in range(1_000)) + "]\n",
            "1:623: 1000 seats here, and at most 26 are taken.",
        ),
        ("steps: [" + "{use: vote}, " * 300 + "]\n", "1:2609: 300 steps here, and at most 200 are taken."),
    ],
)
def test_what_is_no_format_or_too_much_is_refused(text: str, said: str) -> None:
    assert any(fault.startswith(said) for fault in faults(text)), faults(text)


def test_a_few_aliases_of_aliases_are_refused_before_they_fill_the_memory() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 8)
    )

    assert "this holds more than" in faults(bomb)[0]


def test_a_warning_keeps_no_file_out() -> None:
    text = SMALL.replace("  - use: vote", "  - use: vote\n    rounds_seen: 3", 1) + "rounds: 2\nlinks: {ann: [bob]}\n"
    template, findings = check_template_text(text, origin="mine.yaml", surroundings=HERE)

    assert template == read(text)
    assert [(found.severity, found.place.line) for found in findings] == [(Severity.WARNING, 19)]


def test_a_format_that_was_never_in_a_file_is_written_too() -> None:
    assert read(write_template(PANEL)) == PANEL


def test_a_file_that_asks_for_turns_without_end_is_refused_before_they_are_gone_through() -> None:
    steps = "".join(f"  - {{name: s{number}, seat: ann, instruction: Speak., block: again}}\n" for number in range(200))
    text = (
        "id: endless\nrounds: 100\nseats: [{id: ann, role: judge}]\nblocks: [{id: again, times: 50}]\n"
        f"steps:\n{steps}verdict: {{use: final_decision}}\n"
    )

    assert faults(text) == [
        "6:3: with its repetitions a round can have 10000 turns, and at most 500 are taken. Repeat less often."
    ]
