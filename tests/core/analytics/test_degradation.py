"""Is what is switched off the least that has to be, and does it come back without flapping?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics.degradation import GOOD_LOOKS_MIN, STEPS, Feature, SwitchedOff, stepped, switched_off
from core.analytics.health_levels import (
    BEHIND_EVENTS_DEGRADED,
    MEMORY_BYTES_DEGRADED,
    MEMORY_FREE_PPM_FAILING,
    Health,
    Level,
    changed_levels,
    level_of_cpu,
    level_of_inbox,
    level_of_memory,
    level_of_readers,
    with_since,
)

AT_MS = 1_790_000_000_000
LEVELS = st.sampled_from(Level)


def health(name: str = "disk", state: Level = Level.OK, *, at_ms: int = AT_MS, since_ms: int = 0) -> Health:
    return Health(name=name, state=state, reason=f"it is {state}", checked_at_ms=at_ms, since_ms=since_ms)


def after(*states: Level, name: str = "disk") -> tuple[SwitchedOff, ...]:
    off: tuple[SwitchedOff, ...] = ()
    for number, state in enumerate(states):
        off = stepped(off, [health(name, state)], at_ms=AT_MS + number)
    return off


def features(off: tuple[SwitchedOff, ...]) -> set[Feature]:
    return {each.feature for each in off}


def test_where_all_is_well_nothing_is_switched_off() -> None:
    assert stepped((), [health(step.health) for step in STEPS], at_ms=AT_MS) == ()


@pytest.mark.parametrize("name", sorted({step.health for step in STEPS}))
def test_the_worse_it_is_the_more_is_switched_off(name: str) -> None:
    assert features(after(Level.DEGRADED, name=name)) <= features(after(Level.FAILING, name=name))


def test_a_disk_that_fills_up_costs_exports_first_and_new_sessions_last() -> None:
    assert features(after(Level.DEGRADED)) == {Feature.EXPORTS}
    assert features(after(Level.FAILING)) == set(Feature)


def test_a_step_says_what_still_works_and_since_when() -> None:
    off = switched_off(Feature.NEW_SESSIONS, after(Level.DEGRADED, Level.FAILING, Level.FAILING))

    assert off is not None
    assert off.since_ms == AT_MS + 1
    assert (off.health, off.reason) == ("disk", "it is failing")
    assert "go on" in off.works


def test_one_good_look_switches_nothing_on() -> None:
    assert features(after(Level.DEGRADED, Level.OK)) == {Feature.EXPORTS}
    assert after(Level.DEGRADED, *[Level.OK] * GOOD_LOOKS_MIN) == ()


@given(st.lists(LEVELS, min_size=1, max_size=30))
def test_a_disk_at_the_edge_switches_on_at_most_every_so_many_looks(states: list[Level]) -> None:
    off: tuple[SwitchedOff, ...] = ()
    bad = [number for number, state in enumerate(states) if state is not Level.OK]
    for number, state in enumerate(states):
        off = stepped(off, [health("disk", state)], at_ms=AT_MS + number)
        last_bad = max((each for each in bad if each <= number), default=None)
        is_off = last_bad is not None and number - last_bad < GOOD_LOOKS_MIN
        assert (switched_off(Feature.EXPORTS, off) is not None) == is_off


@given(st.lists(LEVELS, min_size=1, max_size=30))
def test_it_has_been_so_since_the_first_of_the_looks_that_found_it_so(states: list[Level]) -> None:
    found: tuple[Health, ...] = ()
    for number, state in enumerate(states):
        found = with_since(found, [health(state=state, at_ms=AT_MS + number)])
        first = number
        while first and states[first - 1] is state:
            first -= 1
        assert found[0].since_ms == AT_MS + first


def test_a_clock_that_was_set_back_makes_nothing_older_than_its_look() -> None:
    before = with_since((), [health(at_ms=AT_MS)])

    assert with_since(before, [health(at_ms=AT_MS - 5_000)])[0].since_ms == AT_MS - 5_000


def test_what_changed_is_what_differs_from_the_look_before() -> None:
    before = (health("disk"), health("database", Level.FAILING))
    found = (health("disk"), health("database"), health("cpu", Level.DEGRADED), health("jobs"))

    assert [each.name for each in changed_levels(before, found)] == ["database", "cpu"]


def test_figures_have_their_levels() -> None:
    assert level_of_memory(MEMORY_BYTES_DEGRADED - 1, free_ppm=500_000) is Level.OK
    assert level_of_memory(MEMORY_BYTES_DEGRADED, free_ppm=500_000) is Level.DEGRADED
    assert level_of_memory(1, free_ppm=MEMORY_FREE_PPM_FAILING - 1) is Level.FAILING
    assert [level_of_cpu(ppm) for ppm in (799_999, 800_000)] == [Level.OK, Level.DEGRADED]
    assert [level_of_readers(each) for each in (0, BEHIND_EVENTS_DEGRADED, 100_000)] == list(Level)
    assert [level_of_inbox(each) for each in (0, 100, 1_000)] == list(Level)
