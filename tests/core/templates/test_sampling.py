"""Is a format that counts answers asked exactly so often, and any other left as it is?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.templates.bounds import SEATS_MAX, STEPS_MAX
from core.templates.formats import SELF_CONSISTENCY, SHIPPED_TEMPLATES, VOTE_ONLY
from core.templates.sampling import asked_times
from core.templates.template import Template


def calls_of(template: Template) -> int:
    rounds = range(1, template.rounds + 1)
    return sum(len(template.steps_of_round(number, rounds_limit=template.rounds)) for number in rounds)


@given(st.integers(1, STEPS_MAX))
def test_so_many_samples_are_drawn_as_are_asked_for(calls: int) -> None:
    template = asked_times(SELF_CONSISTENCY, calls)

    assert calls_of(template) == calls
    assert len({step.name for step in template.steps}) == len(template.steps)


@given(st.integers(1, 20 * STEPS_MAX))
def test_more_than_one_round_holds_are_spread_over_several(calls: int) -> None:
    template = asked_times(SELF_CONSISTENCY, calls)

    assert len(template.steps) <= STEPS_MAX
    assert calls <= calls_of(template) < calls + template.rounds


@given(st.integers(1, 3 * SEATS_MAX))
def test_of_a_vote_so_many_seats_are_asked_once_each_as_far_as_there_can_be(calls: int) -> None:
    template = asked_times(VOTE_ONLY, calls)
    asked = [step.seat for step in template.steps]

    assert calls_of(template) == min(calls, SEATS_MAX) == len(set(asked))
    assert set(asked) <= {seat.id for seat in template.seats}
    assert len({seat.id for seat in template.seats}) == len(template.seats) <= SEATS_MAX
    assert len({step.name for step in template.steps}) == len(template.steps)


@pytest.mark.parametrize("template", SHIPPED_TEMPLATES, ids=lambda each: each.id)
def test_a_format_whose_answers_hang_together_stays_as_it_is(template: Template) -> None:
    if template not in (VOTE_ONLY, SELF_CONSISTENCY):
        assert asked_times(template, 3) == template


def test_as_many_as_the_format_has_are_the_format_itself() -> None:
    assert asked_times(SELF_CONSISTENCY, 7) == SELF_CONSISTENCY
    assert asked_times(VOTE_ONLY, 5) == VOTE_ONLY
