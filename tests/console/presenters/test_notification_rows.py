"""Is a row of the inbox written anew where it reads otherwise, and only there?"""

from __future__ import annotations

from dataclasses import replace

from console.presenters.notification_rows import RowsDrawn
from console.presenters.notifications import Entry
from tests.core.notifying.builders import AT_MS, notification, told

MINUTE_MS = 60_000


def entries() -> list[Entry]:
    return [Entry(told=told(notification(number))) for number in range(3)]


def test_a_row_of_which_nothing_changed_is_the_very_same() -> None:
    drawn = RowsDrawn()
    first = drawn.rows(entries(), now_ms=AT_MS)
    changed = [
        replace(each, told=replace(each.told, read_ms=1)) if at == 1 and each.told else each
        for at, each in enumerate(entries())
    ]
    again = drawn.rows(changed, now_ms=AT_MS + MINUTE_MS)

    assert [one is other for one, other in zip(first, again, strict=True)] == [True, False, True]
    assert again[1].cells[0].text == "○ read"


def test_one_that_has_rested_long_enough_is_written_anew() -> None:
    drawn = RowsDrawn()
    resting = [Entry(told=replace(told(notification()), snoozed_until_ms=AT_MS + 1))]

    assert drawn.rows(resting, now_ms=AT_MS)[0].cells[0].text == "◔ snoozed"
    assert drawn.rows(resting, now_ms=AT_MS + 1)[0].cells[0].text == "● new"


def test_of_the_rows_in_sight_those_are_written_anew_whose_age_reads_otherwise() -> None:
    drawn, every = RowsDrawn(), entries()
    keys = [each.key for each in every]
    drawn.rows(every, now_ms=AT_MS)
    drawn.aged(keys[:2], now_ms=AT_MS)

    assert drawn.aged(keys[:2], now_ms=AT_MS) == []
    assert [row.key for row in drawn.aged(keys[1:], now_ms=AT_MS)] == [keys[2]]
    later = drawn.aged(keys[1:], now_ms=AT_MS + MINUTE_MS)
    assert [row.cells[-1].text for row in later] == ["1 min", "1 min"]
    assert drawn.aged(["gone"], now_ms=AT_MS) == []
