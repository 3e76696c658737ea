"""Is a record made anew with one part changed what `dataclasses.replace` would make?"""

from __future__ import annotations

from dataclasses import FrozenInstanceError, is_dataclass, replace
from pickle import dumps, loads
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import session
from core.domain.changing import changed
from core.domain.session import Life, Money, Status
from core.flows import debate_state
from tests.builders import a_round, after, opened


@given(st.integers(), st.integers(), st.none() | st.integers())
def test_it_is_what_replace_makes(spent: int, tokens: int, cap: int | None) -> None:
    money = Money(cap_microusd=3, spent_microusd=4, tokens_input=5, tokens_output=6)
    parts: dict[str, Any] = {"spent_microusd": spent, "tokens_output": tokens, "cap_microusd": cap}

    assert changed(money, **parts) == replace(money, **parts)
    assert money == Money(cap_microusd=3, spent_microusd=4, tokens_input=5, tokens_output=6)


def test_what_was_not_changed_is_shared() -> None:
    played = after(*opened(), *a_round())
    later = changed(played.state, seq=99)

    assert later == replace(played.state, seq=99)
    assert later.flow is played.state.flow


def test_a_part_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(AttributeError, match="moood"):
        changed(Life(status=Status.RUNNING), moood="cheerful")


def test_what_it_makes_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        changed(Money(), spent_microusd=1).spent_microusd = 2  # type: ignore[misc]


def test_what_it_makes_is_of_the_same_kind_hashes_alike_and_travels() -> None:
    made = changed(Money(), spent_microusd=1)

    assert type(made) is Money
    assert hash(made) == hash(Money(spent_microusd=1))
    assert loads(dumps(made)) == made


@pytest.mark.parametrize("module", [session, debate_state])
def test_no_record_of_a_state_checks_itself_behind_its_making(module: object) -> None:
    records = [each for each in vars(module).values() if isinstance(each, type) and is_dataclass(each)]

    assert records
    assert [each.__name__ for each in records if hasattr(each, "__post_init__")] == []
