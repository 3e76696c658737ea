"""Does a list that grows in place still look frozen to whoever holds one?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.growing import Growing

ITEMS = st.lists(st.integers(), max_size=8)


def grown(*items: int) -> Growing[int]:
    growing: Growing[int] = Growing()
    for item in items:
        growing = growing.plus(item)
    return growing


@given(ITEMS, ITEMS, ITEMS)
def test_no_view_sees_what_was_added_to_another(common: list[int], one: list[int], other: list[int]) -> None:
    trunk = grown(*common)
    left, right = trunk, trunk
    for item in one:
        left = left.plus(item)
    for item in other:
        right = right.plus(item)

    assert list(trunk) == common
    assert list(left) == common + one
    assert list(right) == common + other
    assert (left == right) is (one == other)


@given(ITEMS, ITEMS, st.slices(8))
def test_a_view_is_sliced_like_a_tuple_of_its_own_items(items: list[int], later: list[int], part: slice) -> None:
    view = grown(*items)
    longer = view
    for item in later:
        longer = longer.plus(item)

    assert view[part] == tuple(items)[part]
    assert longer[part] == tuple(items + later)[part]


@given(ITEMS, st.integers(-10, 10))
def test_an_item_is_found_by_its_place_or_there_is_none(items: list[int], place: int) -> None:
    view = grown(*items)
    view.plus(7)

    if -len(items) <= place < len(items):
        assert view[place] == items[place]
    else:
        with pytest.raises(IndexError):
            view[place]


@given(ITEMS, st.integers(0, 10))
def test_the_last_items_are_those_of_the_view(items: list[int], count: int) -> None:
    view = grown(*items)
    view.plus(7)

    assert view.last(count) == tuple(items[len(items) - min(count, len(items)) :])


def test_equal_views_have_equal_hashes_and_speak_of_their_items() -> None:
    assert hash(grown(1, 2)) == hash(Growing([1, 2]))
    assert len({grown(1, 2), Growing([1, 2]), grown(1)}) == 2
    assert repr(grown(1, 2)) == "Growing([1, 2])"
    assert grown(1) != [1]
    assert bool(grown()) is False


def test_adding_to_the_newest_view_copies_nothing() -> None:
    first = grown(1)
    second = first.plus(2)

    assert first._items is second._items
    assert first.plus(3)._items is not second._items


@given(ITEMS, ITEMS, ITEMS)
def test_a_note_is_found_on_longer_views_and_on_no_other(items: list[int], later: list[int], other: list[int]) -> None:
    shorter = grown(*items)
    noted = shorter.plus(7)
    beside = shorter.plus(8)
    noted.note("sums", sum(items))
    longer = noted
    for item in later:
        longer = longer.plus(item)
    for item in other:
        beside = beside.plus(item)

    assert longer.noted("sums") == sum(items)
    assert [view.noted("sums") for view in (shorter, beside)] == [None, None]
    assert longer.noted("products") is None


def test_what_is_noted_on_a_view_is_no_part_of_it() -> None:
    noted, plain = grown(1, 2), grown(1, 2)
    noted.note("sums", 3)
    noted.note("sums", 4)

    assert noted == plain
    assert hash(noted) == hash(plain)
    assert repr(noted) == repr(plain)
    assert noted.noted("sums") == 4
