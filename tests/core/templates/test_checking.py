"""Is what is wrong with a format found before it runs, and nothing said of what is well?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.ids import NO_SEAT, SeatId
from core.domain.participants import Role
from core.domain.session import ROUNDS_MAX
from core.domain.unanswered import AnswerTerms, Then
from core.rules.condition import AnyOf, Compare, ConditionType, Not
from core.templates.checking import Kind, Severity, check_template
from core.templates.standard import STANDARD_TEMPLATES
from core.templates.template import Block, DecidedBy, Dial, EarlyStop, Expects, Occurs, Sees, Template
from tests.core.templates.making import HERE, PANEL, at_least, seat, step, with_step


def kinds(template: Template) -> dict[Kind, Severity]:
    return {found.kind: found.severity for found in check_template(template, surroundings=HERE)}


def test_a_sound_format_has_no_findings() -> None:
    assert check_template(PANEL, surroundings=HERE) == ()


@pytest.mark.parametrize("template", STANDARD_TEMPLATES, ids=lambda template: template.id)
def test_what_ships_is_sound(template: Template) -> None:
    assert check_template(template, surroundings=HERE) == ()


NEVER = at_least("current_round", 3)
WAITS = at_least("judge_outcome", "for")

WRONG: dict[str, tuple[Template, Kind, Severity]] = {
    "no seats": (replace(PANEL, seats=()), Kind.OUT_OF_BOUNDS, Severity.ERROR),
    "no steps": (replace(PANEL, steps=()), Kind.OUT_OF_BOUNDS, Severity.ERROR),
    "no rounds": (replace(PANEL, rounds=0), Kind.OUT_OF_BOUNDS, Severity.ERROR),
    "rounds without end": (replace(PANEL, rounds=ROUNDS_MAX + 1), Kind.OUT_OF_BOUNDS, Severity.ERROR),
    "a cost below zero": (replace(PANEL, cost_microusd_expected=-1), Kind.OUT_OF_BOUNDS, Severity.ERROR),
    "minutes below zero": (replace(PANEL, minutes_expected=-1), Kind.OUT_OF_BOUNDS, Severity.ERROR),
    "more agreement than all": (replace(PANEL, consensus_ppm=1_000_001), Kind.OUT_OF_BOUNDS, Severity.ERROR),
    "a thousand seats": (
        replace(PANEL, seats=(*PANEL.seats, *(seat(f"s{number}") for number in range(1_000)))),
        Kind.OUT_OF_BOUNDS,
        Severity.ERROR,
    ),
    "a step that says nothing": (with_step("answer_ann", instruction=" "), Kind.OUT_OF_BOUNDS, Severity.ERROR),
    "a name with blanks": (with_step("answer_ann", name="answer ann"), Kind.BAD_NAME, Severity.ERROR),
    "two steps of one name": (with_step("answer_ann", name="answer_bob"), Kind.DOUBLE, Severity.ERROR),
    "two seats of one name": (replace(PANEL, seats=(*PANEL.seats, seat("ann"))), Kind.DOUBLE, Severity.ERROR),
    "a step of nobody": (with_step("answer_ann", seat=SeatId("anne")), Kind.UNKNOWN_SEAT, Severity.ERROR),
    "a step of no block": (with_step("answer_ann", block="alon"), Kind.UNKNOWN_BLOCK, Severity.ERROR),
    "a link to nobody": (
        replace(with_step("ranking_ann", sees=Sees.LINKED), links={SeatId("ann"): (SeatId("dan"),)}),
        Kind.UNKNOWN_SEAT,
        Severity.ERROR,
    ),
    "a seat that nobody fills": (
        replace(PANEL, seats=(*PANEL.seats[:-1], seat("judge", Role.JUDGE, "judy"))),
        Kind.UNKNOWN_PARTICIPANT,
        Severity.ERROR,
    ),
    "an answer by somebody who isn't there": (
        replace(PANEL, clarified_by=SeatId("anne")),
        Kind.UNKNOWN_SEAT,
        Severity.ERROR,
    ),
    "an answer by somebody who asks": (
        replace(PANEL, seats=tuple(replace(each, may_ask=1) for each in PANEL.seats), clarified_by=PANEL.seats[0].id),
        Kind.MISUSED,
        Severity.ERROR,
    ),
    "an answer to nobody": (replace(PANEL, clarified_by=PANEL.seats[0].id), Kind.MISUSED, Severity.WARNING),
    "questions without end": (
        replace(PANEL, seats=tuple(replace(each, may_ask=11) for each in PANEL.seats)),
        Kind.OUT_OF_BOUNDS,
        Severity.ERROR,
    ),
    "no time to answer": (
        replace(PANEL, escalation=AnswerTerms(answer_within_ms=0, then=Then.PAUSE)),
        Kind.OUT_OF_BOUNDS,
        Severity.ERROR,
    ),
    "rules that aren't there": (replace(PANEL, rule_set="owm"), Kind.UNKNOWN_RULE_SET, Severity.ERROR),
    "a measure that isn't there": (replace(PANEL, measure="keyword@1"), Kind.UNKNOWN_MEASURE, Severity.ERROR),
    "nobody who decides": (replace(PANEL, verdict=None), Kind.NO_JUDGE, Severity.ERROR),
    "a verdict that isn't asked for": (
        replace(PANEL, verdict=step("verdict", "judge")),
        Kind.NO_JUDGE,
        Severity.ERROR,
    ),
    "a verdict by one who argued": (
        replace(PANEL, verdict=step("verdict", "bob", expects=Expects.VERDICT)),
        Kind.NO_JUDGE,
        Severity.WARNING,
    ),
    "a break that no judge is asked for": (
        with_step("ranking_ann", expects=Expects.BREAK, is_blind=False),
        Kind.NO_JUDGE,
        Severity.WARNING,
    ),
    "a vote without answers": (
        replace(PANEL, steps=PANEL.steps[3:], decided_by=DecidedBy.SEATS, blocks=()),
        Kind.NO_ANSWERS,
        Severity.ERROR,
    ),
    "answers measured that nobody gives": (
        replace(PANEL, steps=PANEL.steps[3:], measure="answers@1", blocks=()),
        Kind.NO_ANSWERS,
        Severity.ERROR,
    ),
    "a vote by confidence without stances": (
        replace(PANEL, decided_by=DecidedBy.CONFIDENCE),
        Kind.NO_ANSWERS,
        Severity.ERROR,
    ),
    "a count of ballots that nobody casts": (
        replace(PANEL, decided_by=DecidedBy.BORDA),
        Kind.NO_ANSWERS,
        Severity.ERROR,
    ),
    "stances measured that nobody declares": (replace(PANEL, measure="stance@1"), Kind.NO_ANSWERS, Severity.ERROR),
    "ballots measured that nobody casts": (replace(PANEL, measure="ballots@1"), Kind.NO_ANSWERS, Severity.ERROR),
    "a calibrated stop by advice": (
        replace(PANEL, measure="lexical@1", early_stop=EarlyStop.CALIBRATED),
        Kind.MISUSED,
        Severity.WARNING,
    ),
    "a verdict within a round": (
        with_step("ranking_ann", expects=Expects.VERDICT, is_blind=False),
        Kind.MISUSED,
        Severity.ERROR,
    ),
    "a ranking of those who are named": (with_step("ranking_ann", is_blind=False), Kind.MISUSED, Severity.ERROR),
    "a ranking of one": (replace(PANEL, steps=PANEL.steps[2:]), Kind.TOO_FEW_OTHERS, Severity.ERROR),
    "a ranking of those it can't see": (
        with_step("ranking_ann", sees=Sees.OWN),
        Kind.TOO_FEW_OTHERS,
        Severity.ERROR,
    ),
    "a round that there isn't": (with_step("ranking_ann", occurs=Occurs.MIDDLE), Kind.NEVER_TAKEN, Severity.WARNING),
    "rounds in which nothing is said": (replace(PANEL, rounds=5), Kind.EMPTY_ROUNDS, Severity.WARNING),
    "a condition that can't hold": (with_step("answer_ann", when=NEVER), Kind.NEVER_TAKEN, Severity.ERROR),
    "a condition that waits for nobody": (with_step("ranking_ann", when=WAITS), Kind.NEVER_TAKEN, Severity.ERROR),
    "a condition that always holds": (
        with_step("answer_ann", when=at_least("rounds_limit", 1)),
        Kind.ALWAYS_TAKEN,
        Severity.WARNING,
    ),
    "a condition about nothing known": (
        with_step("answer_ann", when=at_least("roud_count", 1)),
        Kind.UNKNOWN_FACT,
        Severity.ERROR,
    ),
    "a verdict under a condition": (
        replace(PANEL, verdict=replace(PANEL.verdict, when=at_least("round_count", 1))),  # type: ignore[type-var]
        Kind.MISUSED,
        Severity.ERROR,
    ),
    "a repeat without a bound": (
        replace(PANEL, blocks=(Block(id="alone", until=at_least("answer_count", 3)),)),
        Kind.ENDLESS,
        Severity.ERROR,
    ),
    "a repeat that never ends early": (
        replace(PANEL, blocks=(Block(id="alone", times=3, until=at_least("current_round", 2)),)),
        Kind.ENDLESS,
        Severity.WARNING,
    ),
    "more turns than a round can have": (
        replace(
            PANEL,
            steps=(*PANEL.steps, *(step(f"more_{number}", "bob", block="more") for number in range(30))),
            blocks=(*PANEL.blocks, Block(id="more", times=50)),
        ),
        Kind.ENDLESS,
        Severity.ERROR,
    ),
    "a block that falls apart": (
        replace(PANEL, steps=(PANEL.steps[0], PANEL.steps[3], *PANEL.steps[1:3])),
        Kind.SPLIT_BLOCK,
        Severity.ERROR,
    ),
    "a block of nothing": (replace(PANEL, blocks=(*PANEL.blocks, Block(id="spare"))), Kind.UNUSED, Severity.WARNING),
    "a seat that never speaks": (replace(PANEL, seats=(*PANEL.seats, seat("dan"))), Kind.SILENT_SEAT, Severity.WARNING),
    "links that nobody looks along": (
        replace(PANEL, links={SeatId("ann"): (SeatId("bob"),)}),
        Kind.UNUSED,
        Severity.WARNING,
    ),
    "a look along links that there aren't": (
        with_step("answer_ann", sees=Sees.LINKED),
        Kind.UNKNOWN_SEAT,
        Severity.WARNING,
    ),
    "a dial that turns nothing": (
        replace(PANEL, dials=(Dial(name="level", about="how hard", words=("a", "b")),)),
        Kind.UNUSED,
        Severity.WARNING,
    ),
    "a dial beyond its words": (
        replace(
            with_step("answer_ann", instruction="Be {level}."),
            dials=(Dial(name="level", about="x", words=("a",), value=1),),
        ),
        Kind.OUT_OF_BOUNDS,
        Severity.ERROR,
    ),
    "a place without a dial": (with_step("answer_ann", instruction="Be {level}."), Kind.OPEN_PLACE, Severity.WARNING),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_found(case: str) -> None:
    template, kind, severity = WRONG[case]

    assert kinds(template).get(kind) is severity, check_template(template, surroundings=HERE)


def test_a_fact_that_may_lack_a_value_is_no_reason_where_another_way_is_open() -> None:
    either = AnyOf(parts=(WAITS, at_least("concession_count", 1)))

    assert kinds(with_step("ranking_ann", when=either)) == {}
    assert kinds(with_step("ranking_ann", when=Not(part=WAITS))) == {}


def test_a_condition_is_judged_by_the_rounds_in_which_its_step_is_taken() -> None:
    late = Compare(type=ConditionType.GREATER_THAN, field="round_count", value=0)

    assert kinds(with_step("answer_ann", when=late)) == {Kind.NEVER_TAKEN: Severity.ERROR}
    assert kinds(with_step("answer_ann", when=late, occurs=Occurs.LATER, block="")) == {
        Kind.ALWAYS_TAKEN: Severity.WARNING
    }


def test_an_unknown_name_comes_with_the_nearest() -> None:
    (found,) = check_template(with_step("answer_ann", seat=SeatId("anne")), surroundings=HERE)

    assert str(found) == (
        "template small_panel: error: answer_ann is taken by 'anne', and there is no such seat. Did you mean 'ann'?"
    )
    assert found.part == ("steps", "answer_ann", "seat")


def test_who_answers_what_the_others_ask_needs_no_step() -> None:
    asking = tuple(replace(each, may_ask=1) for each in PANEL.seats)
    template = replace(PANEL, seats=(*asking, seat("dan")), clarified_by=SeatId("dan"))

    assert kinds(template) == {}
    assert kinds(replace(template, clarified_by=NO_SEAT)) == {Kind.SILENT_SEAT: Severity.WARNING}


def test_what_isnt_known_here_is_not_spoken_of() -> None:
    template = replace(PANEL, rule_set="unheard_of")

    assert check_template(template, surroundings=replace(HERE, rule_sets=None, participants=None)) == ()


def test_the_largest_format_that_may_be_is_checked_in_bounded_steps() -> None:
    rankings = tuple(step(f"ranking_{number}", "ann", expects=Expects.RANKING, is_blind=True) for number in range(190))
    large = replace(PANEL, rounds=100, steps=(PANEL.steps[1], *rankings), blocks=PANEL.blocks)

    assert kinds(large)[Kind.TOO_FEW_OTHERS] is Severity.ERROR
