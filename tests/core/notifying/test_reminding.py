"""Is somebody reminded in time, more and more urgently, and never more often than was said?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.notifying.notification import NotificationType
from core.notifying.reminding import REMINDER_CHARACTERS_MAX, is_due, raised, reminder
from core.notifying.terms import SENSIBLE_REMINDERS, Priority, Reminders
from tests.core.notifying.builders import AT_MS, notification

MINUTE_MS = 60_000
PRIORITIES = st.sampled_from(Priority)


def due(
    priority: Priority = Priority.URGENT, *, after_minutes: int, reminded: int = 0, snoozed_until_ms: int = 0
) -> bool:
    return is_due(
        SENSIBLE_REMINDERS,
        priority,
        reminded=reminded,
        since_ms=AT_MS,
        snoozed_until_ms=snoozed_until_ms,
        now_ms=AT_MS + after_minutes * MINUTE_MS,
    )


def test_the_urgent_are_reminded_of_after_five_minutes_what_is_high_after_thirty_and_the_rest_never() -> None:
    assert not due(after_minutes=4)
    assert due(after_minutes=5)
    assert not due(Priority.HIGH, after_minutes=29)
    assert due(Priority.HIGH, after_minutes=30)
    assert not due(Priority.NORMAL, after_minutes=100_000)
    assert not due(Priority.LOW, after_minutes=100_000)


def test_there_are_only_so_many() -> None:
    assert due(after_minutes=5, reminded=2)
    assert not due(after_minutes=100_000, reminded=3)


def test_what_was_put_off_comes_back_when_it_should_whatever_else_holds() -> None:
    until_ms = AT_MS + 60 * MINUTE_MS
    assert not due(after_minutes=59, snoozed_until_ms=until_ms)
    assert due(after_minutes=60, snoozed_until_ms=until_ms)
    assert due(Priority.LOW, after_minutes=60, reminded=9, snoozed_until_ms=until_ms)


def test_a_reminder_says_for_how_long_nobody_has_seen_to_what() -> None:
    of = notification(4, type=NotificationType.ERROR_NOTIFICATION, priority=Priority.NORMAL, text="It failed.")
    again = reminder(of, reminded=0, position=44, now_ms=AT_MS + 125 * MINUTE_MS)

    assert again.text == "Nobody has seen to this for 2 hours: It failed."
    assert (again.type, again.priority, again.reminds) == (NotificationType.REMINDER, Priority.HIGH, of.id)
    assert (again.session, again.title, again.at_ms) == (of.session, of.title, AT_MS + 125 * MINUTE_MS)
    assert reminder(of, reminded=1, position=44, now_ms=AT_MS).priority is Priority.URGENT


def test_each_reminder_of_each_has_an_id_of_its_own_whenever_it_is_made() -> None:
    ids = {
        reminder(notification(number), reminded=count, position=1, now_ms=now_ms).id
        for number in (1, 2)
        for count in (0, 1)
        for now_ms in (AT_MS, AT_MS + 1)
    }

    assert len(ids) == 4


def test_a_long_text_stays_within_bounds_in_its_reminder() -> None:
    of = notification(text="x" * 1_000)

    assert len(reminder(of, reminded=0, position=1, now_ms=AT_MS).text) <= REMINDER_CHARACTERS_MAX


@given(priority=PRIORITIES, steps=st.integers(min_value=0, max_value=30))
def test_what_is_raised_is_never_less_urgent_and_never_more_than_urgent(priority: Priority, steps: int) -> None:
    higher = raised(priority, steps=steps)

    assert higher.rank == max(0, priority.rank - steps)


@given(
    moments=st.lists(st.integers(min_value=-(10**9), max_value=10**9), max_size=60),
    after_ms=st.integers(min_value=1, max_value=10**7),
    times_max=st.integers(min_value=0, max_value=5),
)
def test_however_the_clock_goes_a_look_reminds_once_at_most_and_all_looks_no_more_than_was_said(
    moments: list[int], after_ms: int, times_max: int
) -> None:
    reminders = Reminders(after_ms={Priority.HIGH: after_ms}, times_max=times_max)
    reminded, since_ms = 0, AT_MS
    for moment in moments:
        now_ms = AT_MS + moment
        since_ms = min(since_ms, now_ms)  # as a round does where the clock was set back
        if is_due(reminders, Priority.HIGH, reminded=reminded, since_ms=since_ms, snoozed_until_ms=0, now_ms=now_ms):
            assert now_ms - since_ms >= after_ms
            reminded, since_ms = reminded + 1, now_ms

    assert reminded <= times_max
