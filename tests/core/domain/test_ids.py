"""Which names may a person give?"""

from __future__ import annotations

import pytest

from core.domain.ids import NAME_CHARACTERS_MAX, is_snake_case


@pytest.mark.parametrize("name", ["a", "complete_at_max_rounds", "rule_2", "a" * NAME_CHARACTERS_MAX])
def test_snake_case_is_taken(name: str) -> None:
    assert is_snake_case(name)


@pytest.mark.parametrize(
    "name",
    ["", "A", "2nd", "_a", "a_", "a__b", "a-b", "a b", "a\n", "é", "r1.claim", "a" * (NAME_CHARACTERS_MAX + 1)],
)
def test_everything_else_is_not(name: str) -> None:
    assert not is_snake_case(name)
