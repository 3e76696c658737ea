"""Can each shipped format be played, in as many rounds as an operator asks for?"""

from __future__ import annotations

import pytest

from core.domain.ids import is_snake_case
from core.domain.participants import Role
from core.templates.participants import MODEL_DEFAULT, PARTICIPANTS_BY_ID, SHIPPED_PARTICIPANTS
from core.templates.standard import COMPLEX_DEBATE, STANDARD_DEBATE, STANDARD_TEMPLATES, template_of
from core.templates.template import Complexity, Expects, StepSpec, Template

every_template = pytest.mark.parametrize("template", STANDARD_TEMPLATES, ids=lambda template: template.id)
SIDES = {Role.PROPOSER, Role.OPPONENT}


def verdict_of(template: Template) -> StepSpec:
    assert template.verdict is not None
    return template.verdict


@every_template
def test_every_step_has_a_seat_and_every_seat_a_participant(template: Template) -> None:
    seats = {seat.id for seat in template.seats}

    assert {step.seat for step in (*template.steps, verdict_of(template))} == seats
    assert {seat.participant for seat in template.seats} <= set(PARTICIPANTS_BY_ID)


@every_template
def test_the_judge_gives_the_verdict_and_argues_nowhere(template: Template) -> None:
    judges = [seat.id for seat in template.seats if seat.role is Role.JUDGE]

    verdict = verdict_of(template)
    assert judges == [verdict.seat]
    assert verdict.seat not in {step.seat for step in template.steps}
    assert verdict.expects is Expects.VERDICT


@every_template
def test_ids_are_snake_case_and_step_names_unique(template: Template) -> None:
    names = [step.name for step in (*template.steps, verdict_of(template))]

    assert all(is_snake_case(name) for name in (template.id, *names, *(seat.id for seat in template.seats)))
    assert len(set(names)) == len(names)


@every_template
@pytest.mark.parametrize("rounds_limit", [1, 2, 3, 5, 7])
def test_in_every_round_both_sides_speak_equally_often(template: Template, rounds_limit: int) -> None:
    for number in range(1, rounds_limit + 1):
        roles = [template.seat(step.seat).role for step in template.steps_of_round(number, rounds_limit=rounds_limit)]

        assert roles.count(Role.PROPOSER) == roles.count(Role.OPPONENT) >= 1, (number, rounds_limit)


@every_template
def test_a_debate_opens_once(template: Template) -> None:
    opened = [
        number
        for number in range(1, template.rounds + 1)
        for step in template.steps_of_round(number, rounds_limit=template.rounds)
        if step.task == "opening"
    ]

    assert set(opened) == {1}


def test_the_proposer_has_the_last_word_where_there_are_closings() -> None:
    for template in (STANDARD_DEBATE, COMPLEX_DEBATE):
        last = template.steps_of_round(template.rounds, rounds_limit=template.rounds)

        assert [step.seat for step in last if step.task == "closing"] == ["opponent", "proposer"]


def test_the_reviewer_speaks_after_every_round_but_the_last() -> None:
    reviewed = [
        number for number in range(1, 6) if COMPLEX_DEBATE.steps_of_round(number, rounds_limit=5)[-1].seat == "reviewer"
    ]

    assert reviewed == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("complexity", "rounds", "minutes", "cost_microusd"),
    [(Complexity.SIMPLE, 2, 8, 65_000), (Complexity.STANDARD, 3, 15, 150_000), (Complexity.COMPLEX, 5, 25, 265_000)],
)
def test_a_format_is_chosen_by_complexity_and_says_what_it_takes(
    complexity: Complexity, rounds: int, minutes: int, cost_microusd: int
) -> None:
    template = template_of(complexity)

    assert (template.rounds, template.minutes_expected, template.cost_microusd_expected) == (
        rounds,
        minutes,
        cost_microusd,
    )


def test_every_role_has_a_participant_who_spends_nothing_until_a_model_is_cast() -> None:
    assert {role.value for role in Role} <= set(PARTICIPANTS_BY_ID)
    assert {participant.model for participant in SHIPPED_PARTICIPANTS} == {MODEL_DEFAULT}
    assert all(is_snake_case(participant.id) and participant.system_prompt for participant in SHIPPED_PARTICIPANTS)
    assert len(PARTICIPANTS_BY_ID) == len(SHIPPED_PARTICIPANTS)
