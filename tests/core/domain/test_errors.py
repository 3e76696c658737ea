"""Does an error say where, what and what now?"""

from __future__ import annotations

import pytest

from core.domain.errors import CommandRefused, MootError, NotVerifiableHere, WrongUse, nearest


@pytest.mark.parametrize(
    ("where", "now", "said"),
    [
        ("", "", "it is full."),
        ("rules/mine.yaml:7", "", "rules/mine.yaml:7: it is full."),
        ("", "Empty it.", "it is full. Empty it."),
        ("the disk", "Empty it.", "the disk: it is full. Empty it."),
    ],
)
def test_the_three_parts_are_joined_in_order(where: str, now: str, said: str) -> None:
    assert str(MootError("it is full.", where=where, now=now)) == said


def test_every_error_for_the_operator_can_be_caught_as_one() -> None:
    assert {CommandRefused.__base__, NotVerifiableHere.__base__, WrongUse.__base__} == {MootError}


@pytest.mark.parametrize(("name", "said"), [("roud_count", "Did you mean 'round_count'?"), ("weather", ""), ("", "")])
def test_the_nearest_name_is_offered_where_one_is_near(name: str, said: str) -> None:
    assert nearest(name, ["round_count", "turn_count"]) == said
