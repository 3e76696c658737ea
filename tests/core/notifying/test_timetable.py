"""Does quiet last as long as the clocks on the wall say, also in a night in which they are set?"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.notifying.delivering import DeliveryState, Held
from core.notifying.terms import MINUTE_MS, Batch, Priority, Quiet
from core.notifying.timetable import (
    MINUTES_OF_DAY,
    LocalMinute,
    Timetable,
    end_of_quiet_ms,
    held_for,
    minute_of_utc,
    planned,
    retried_ms,
)
from tests.core.notifying.builders import delivery, notification

NIGHT = Quiet(from_minute=22 * 60, to_minute=7 * 60)
TABLE = Timetable(quiet=NIGHT, batches={"mail": Batch(every_ms=30 * MINUTE_MS)})
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
MINUTES = st.integers(min_value=0, max_value=MINUTES_OF_DAY - 1)


def wall(zone: str) -> LocalMinute:
    def minute(at_ms: int) -> int:
        moment = datetime.fromtimestamp(at_ms // 1_000, tz=ZoneInfo(zone))
        return moment.hour * 60 + moment.minute

    return minute


def berlin_ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()) * 1_000


def utc_ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000


@pytest.mark.parametrize(
    ("minute", "is_quiet"), [(22 * 60 - 1, False), (22 * 60, True), (0, True), (7 * 60 - 1, True), (7 * 60, False)]
)
def test_a_night_goes_past_midnight(minute: int, is_quiet: bool) -> None:
    assert NIGHT.is_at(minute) is is_quiet


def test_a_quiet_noon_does_not() -> None:
    noon = Quiet(from_minute=12 * 60, to_minute=13 * 60)

    assert [noon.is_at(hour * 60) for hour in (11, 12, 13, 0)] == [False, True, False, False]


@pytest.mark.parametrize(
    ("priority", "channel", "hour", "held"),
    [
        (Priority.HIGH, "ops", 23, Held.NOTHING),
        (Priority.NORMAL, "ops", 23, Held.QUIET),
        (Priority.NORMAL, "ops", 12, Held.NOTHING),
        (Priority.NORMAL, "mail", 23, Held.QUIET),
        (Priority.NORMAL, "mail", 12, Held.DIGEST),
        (Priority.HIGH, "mail", 12, Held.NOTHING),
        (Priority.LOW, "log", 23, Held.NOTHING),
        (Priority.LOW, "terminal", 23, Held.NOTHING),
    ],
)
def test_the_less_urgent_waits_for_the_morning_or_for_company(
    priority: Priority, channel: str, hour: int, held: Held
) -> None:
    assert held_for(TABLE, priority, channel, hour * 60) is held


def test_who_names_channels_means_these_and_no_other() -> None:
    named = Timetable(quiet=Quiet(from_minute=0, to_minute=60, channels=frozenset({"log"})))

    assert held_for(named, Priority.LOW, "log", 5) is Held.QUIET
    assert held_for(named, Priority.LOW, "ops", 5) is Held.NOTHING


def test_a_delivery_says_what_it_waits_for_and_until_when() -> None:
    at_ms = utc_ms("2026-01-15T23:10")
    quiet = planned(delivery(notification(at_ms=at_ms), "ops"), TABLE, now_ms=at_ms, local_minute=minute_of_utc)
    day_ms = utc_ms("2026-01-15T12:00")
    with_others = planned(
        delivery(notification(at_ms=day_ms), "mail"), TABLE, now_ms=day_ms, local_minute=minute_of_utc
    )
    at_once = planned(delivery(notification(at_ms=day_ms), "ops"), TABLE, now_ms=day_ms, local_minute=minute_of_utc)

    assert (quiet.state, quiet.held_for, quiet.due_ms) == (
        DeliveryState.HELD,
        Held.QUIET,
        utc_ms("2026-01-16T07:00"),
    )
    assert (with_others.held_for, with_others.due_ms) == (Held.DIGEST, day_ms + 30 * MINUTE_MS)
    assert (at_once.state, at_once.held_for, at_once.due_ms) == (DeliveryState.PENDING, Held.NOTHING, day_ms)


def test_what_failed_is_not_tried_again_in_the_night() -> None:
    def again(priority: Priority) -> int:
        due_ms = utc_ms("2026-01-15T22:03")
        return retried_ms(TABLE, priority, "ops", due_ms=due_ms, local_minute=minute_of_utc)

    assert again(Priority.NORMAL) == utc_ms("2026-01-16T07:00")
    assert again(Priority.URGENT) == utc_ms("2026-01-15T22:03")


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("2026-03-28T22:00", "2026-03-29T07:00"),  # an hour shorter
        ("2026-10-24T22:00", "2026-10-25T07:00"),  # an hour longer
        ("2026-01-15T23:59", "2026-01-16T07:00"),
        ("2026-01-16T06:59", "2026-01-16T07:00"),
    ],
)
def test_a_night_ends_by_the_clock_on_the_wall_also_where_it_was_set(begins: str, ends: str) -> None:
    found = end_of_quiet_ms(TABLE, now_ms=berlin_ms(begins), local_minute=wall("Europe/Berlin"))

    assert found == berlin_ms(ends)


def test_quiet_that_ends_at_a_time_that_a_night_does_not_have_ends_when_the_clock_has_passed_it() -> None:
    early = Timetable(quiet=Quiet(from_minute=22 * 60, to_minute=2 * 60 + 30))
    found = end_of_quiet_ms(early, now_ms=berlin_ms("2026-03-28T23:00"), local_minute=wall("Europe/Berlin"))

    assert found == utc_ms("2026-03-29T01:00"), "at two the clocks are set to three"


def test_by_day_there_is_no_end_to_wait_for() -> None:
    at_ms = utc_ms("2026-01-15T12:00")

    assert end_of_quiet_ms(TABLE, now_ms=at_ms, local_minute=minute_of_utc) == at_ms


@given(
    at_ms=st.integers(min_value=1_700_000_000_000, max_value=1_900_000_000_000),
    hours=st.tuples(MINUTES, MINUTES).filter(lambda pair: pair[0] != pair[1]),
    zone=st.sampled_from(ZONES),
)
def test_quiet_ends_at_the_first_minute_that_is_not_quiet(at_ms: int, hours: tuple[int, int], zone: str) -> None:
    table, local = Timetable(quiet=Quiet(from_minute=hours[0], to_minute=hours[1])), wall(zone)
    assert table.quiet is not None
    end_ms = end_of_quiet_ms(table, now_ms=at_ms, local_minute=local)

    if not table.quiet.is_at(local(at_ms)):
        assert end_ms == at_ms
        return
    assert not table.quiet.is_at(local(end_ms))
    assert at_ms < end_ms <= at_ms + (MINUTES_OF_DAY + 120) * MINUTE_MS
    assert table.quiet.is_at(local(end_ms - MINUTE_MS))
