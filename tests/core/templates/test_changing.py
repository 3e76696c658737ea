"""Is what another format would change said before it does?"""

from __future__ import annotations

from console.presenters.format_changes import change_rows
from core.templates.changing import change_of_format
from core.templates.standard import COMPLEX_DEBATE, SIMPLE_DEBATE, STANDARD_DEBATE


def test_who_sits_down_and_what_is_played_is_named() -> None:
    change = change_of_format(SIMPLE_DEBATE, COMPLEX_DEBATE, round_number=1, rounds_limit=2)

    assert [seat.id for seat in change.joining] == ["second_proposer", "second_opponent", "reviewer"]
    assert change.leaving == ()
    assert (change.from_round, change.rounds_before, change.rounds_after) == (2, 2, 5)
    assert {step.task for step in change.steps_before} == {"rebuttal"}
    assert {step.task for step in change.steps_after} == {"rebuttal", "cross_examination", "review"}


def test_who_falls_silent_is_named_too() -> None:
    change = change_of_format(COMPLEX_DEBATE, STANDARD_DEBATE, round_number=2, rounds_limit=5)

    assert [seat.id for seat in change.leaving] == ["second_proposer", "second_opponent", "reviewer"]
    assert (change.rounds_before, change.rounds_after) == (5, 3)


def test_a_format_whose_rounds_are_over_leads_to_the_verdict() -> None:
    change = change_of_format(COMPLEX_DEBATE, SIMPLE_DEBATE, round_number=4, rounds_limit=5)

    assert (change.rounds_after, change.steps_after) == (4, ())
    assert dict(change_rows(change))["then"] == "no round of it is left: the verdict comes next"
    assert dict(change_rows(change))["round 5"].endswith("→ nothing")


def test_before_the_first_round_all_of_it_changes() -> None:
    change = change_of_format(SIMPLE_DEBATE, STANDARD_DEBATE, round_number=0, rounds_limit=2)

    assert change_rows(change) == [
        ("format", "simple_debate → standard_debate, from round 1 on"),
        ("rounds", "2 → 3"),
        ("round 1", "opening → opening"),
    ]
