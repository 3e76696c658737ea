"""Does a moved rule come where it is wanted, with as few others renumbered as will do?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import WrongUse
from core.rules.moving import moved
from core.rules.rule import PRIORITY_MAX

IDS = st.text("abcde", min_size=1, max_size=2)
CROWDED = st.integers(0, 2) | st.integers(498, 502) | st.integers(PRIORITY_MAX - 2, PRIORITY_MAX)


def in_order(priorities: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(priorities.items(), key=lambda each: (-each[1], each[0]))


def can_be_had(wanted: Sequence[str], priorities: dict[str, int], changing: Collection[str]) -> bool:
    """Whether the order can be had by giving new priorities to `changing` alone: each takes the least that it can."""
    least = 0
    for at in reversed(range(len(wanted))):
        if at + 1 < len(wanted):
            least += wanted[at] > wanted[at + 1]
        if wanted[at] not in changing:
            if priorities[wanted[at]] < least:
                return False
            least = priorities[wanted[at]]
    return least <= PRIORITY_MAX


@given(st.dictionaries(IDS, CROWDED | st.integers(0, PRIORITY_MAX), min_size=1, max_size=7), st.data())
def test_a_rule_is_heard_where_it_was_moved_to_and_the_fewest_others_change(
    priorities: dict[str, int], data: st.DataObject
) -> None:
    heard = in_order(priorities)
    id = data.draw(st.sampled_from([each for each, _ in heard]))
    to = data.draw(st.integers(0, len(heard) - 1))

    changed = moved(heard, id, to=to)

    others = [each for each, _ in heard if each != id]
    wanted = [*others[:to], id, *others[to:]]
    assert [each for each, _ in in_order({**priorities, **changed})] == wanted
    assert all(0 <= priority <= PRIORITY_MAX and priority != priorities[each] for each, priority in changed.items())
    giving_way = changed.keys() - {id}
    for fewer in range(len(giving_way)):
        assert not any(can_be_had(wanted, priorities, {id, *chosen}) for chosen in combinations(others, fewer))


def test_a_rule_comes_into_the_middle_between_two() -> None:
    assert moved([("a", 90), ("b", 80), ("c", 70)], "c", to=1) == {"c": 85}


def test_equal_priorities_are_told_apart_by_id_before_anything_is_renumbered() -> None:
    assert moved([("a", 90), ("c", 89), ("b", 70)], "b", to=1) == {"b": 89}


def test_a_rule_that_has_no_room_makes_its_neighbours_give_way() -> None:
    changed = moved([("c", 50), ("b", 50 - 1), ("a", 48)], "a", to=1)

    assert changed == {"a": 49}
    assert len(moved([("b", 2), ("d", 1), ("c", 1 - 1)], "c", to=0)) == 1
    assert moved([("a", PRIORITY_MAX), ("b", PRIORITY_MAX - 1)], "b", to=0).keys() == {"a", "b"}


def test_moving_to_either_end_leaves_room_beyond() -> None:
    assert moved([("a", 90), ("b", 80)], "b", to=0) == {"b": 95}
    assert moved([("a", 90), ("b", 80)], "a", to=1) == {"a": 74}


def test_moving_a_rule_to_where_it_stands_changes_nothing() -> None:
    assert moved([("a", 90), ("b", 80)], "b", to=1) == {}


def test_an_order_that_priorities_can_not_tell_is_refused() -> None:
    ids = [f"a{number:04}" for number in range(PRIORITY_MAX + 1)]
    heard = in_order({id: priority for priority, id in enumerate(ids)} | {"b": PRIORITY_MAX})
    assert heard[1] == ("b", PRIORITY_MAX)

    with pytest.raises(WrongUse, match="leave no room there"):
        moved(heard, "b", to=0)
