"""Is a record that is made quickly, or made anew with one part changed, what its own kind would make?"""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, is_dataclass, replace
from pickle import dumps, loads
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import session
from core.domain.changing import changed, changer, maker
from core.domain.session import Life, Money, Status, Work
from core.domain.transcript import Turn, TurnKind
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


@given(st.integers(), st.none() | st.integers())
def test_what_is_changed_by_parts_named_beforehand_is_what_replace_makes(spent: int, cap: int | None) -> None:
    money = Money(cap_microusd=3, spent_microusd=4, tokens_input=5, tokens_output=6)
    spend = changer(Money, "spent_microusd", "cap_microusd")

    assert spend(money, spent_microusd=spent, cap_microusd=cap) == replace(
        money, spent_microusd=spent, cap_microusd=cap
    )
    assert money == Money(cap_microusd=3, spent_microusd=4, tokens_input=5, tokens_output=6)


def test_a_part_that_does_not_exist_can_not_be_named_beforehand() -> None:
    with pytest.raises(TypeError, match="Life has no part moood"):
        changer(Life, "status", "moood")


def test_whoever_changes_parts_named_beforehand_names_all_of_them() -> None:
    with pytest.raises(TypeError, match="tokens_input"):
        changer(Money, "spent_microusd", "tokens_input")(Money(), spent_microusd=1)


@given(st.integers(), st.none() | st.integers())
def test_a_record_that_is_made_quickly_is_what_its_kind_makes(spent: int, cap: int | None) -> None:
    made = maker(Money)(spent_microusd=spent, cap_microusd=cap)

    assert type(made) is Money
    assert made == Money(spent_microusd=spent, cap_microusd=cap)
    assert hash(made) == hash(Money(spent_microusd=spent, cap_microusd=cap))
    assert loads(dumps(made)) == made
    with pytest.raises(FrozenInstanceError):
        made.spent_microusd = 2  # type: ignore[misc]


def test_what_a_record_is_not_told_is_made_for_each() -> None:
    one, other = maker(Work)(), maker(Work)()

    assert one == Work()
    assert one.open is not other.open


def test_parts_may_have_any_name() -> None:
    said = {"kind": TurnKind.STATEMENT, "step": "", "seat": "", "role": None, "round": 1, "text": "Go on."}

    assert maker(Turn)(**said) == Turn(**said)
    assert changer(Turn, "kind")(Turn(**said), kind=TurnKind.VERDICT) == Turn(**{**said, "kind": TurnKind.VERDICT})


def test_parts_of_any_name_may_be_left_out() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        kind: str = "a"
        made: str = "b"
        make: str = "c"
        unlocked: str = "d"
        untold: tuple[str, ...] = field(default_factory=tuple)

    assert maker(Named)() == Named()


def test_a_record_that_does_more_than_to_keep_its_parts_is_not_made_quickly() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Checked:
        number: int

        def __post_init__(self) -> None:
            raise ValueError

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Derived:
        number: int = field(init=False, default=1)

    for kind in (Checked, Derived):
        with pytest.raises(TypeError, match=f"{kind.__name__} does more"):
            maker(kind)
