"""Do the rows of the inbox stand in the order of what matters, and does nothing move under the cursor?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.presenters.asking import Asking, asking_of_turns
from console.presenters.notifications import (
    Entry,
    beside_cursor,
    channels_cell,
    empty_text,
    entries_of,
    entry_row,
    in_order,
    list_title,
    names_of,
    standing,
)
from console.widgets.cells import fit_both
from core.domain.ids import SeatId, TemplateId
from core.domain.status import Status
from core.domain.summary import SessionSummary
from core.notifying.delivering import DeliveryState
from core.notifying.muting import Mute
from core.notifying.notification import NotificationType
from core.notifying.terms import Priority
from core.ports.outbox import OutboxFigures
from tests.core.notifying.builders import AT_MS, SESSION, notification, told

MINUTE_MS = 60_000
ASKING = Asking(session=SESSION, title="Split billing?", question="Shall they go on?", asked_seq=7, asked_at_ms=AT_MS)


def texts(entry: Entry, *, now_ms: int = AT_MS) -> list[str]:
    return [cell.text + cell.tail for cell in entry_row(entry, now_ms=now_ms).cells]


def test_what_asks_stands_on_top_then_what_is_open_by_urgency_then_the_rest() -> None:
    seen = replace(told(notification(5, priority=Priority.URGENT)), acknowledged_ms=AT_MS)
    low = told(notification(4, priority=Priority.LOW))
    old = told(notification(2, priority=Priority.HIGH, at_ms=AT_MS - MINUTE_MS))
    new = told(notification(3, priority=Priority.HIGH))
    late = replace(ASKING, asked_seq=8, due_ms=AT_MS + 2 * MINUTE_MS)
    soon = replace(ASKING, asked_seq=9, due_ms=AT_MS + MINUTE_MS)

    entries = entries_of([ASKING, late, soon], [seen, low, old, new])
    ordered = in_order(entries, now_ms=AT_MS)

    assert [each.asking.asked_seq for each in ordered[:3] if each.asking] == [9, 8, 7]
    assert [each.told for each in ordered[3:]] == [new, old, low, seen]


def test_what_told_of_a_question_stands_in_its_row_as_long_as_it_waits() -> None:
    notice = told(notification(7, type=NotificationType.ESCALATION_NOTICE, priority=Priority.URGENT))
    other = told(notification(6))

    reminder = told(replace(notice.notification, id="r", type=NotificationType.REMINDER, reminds="x"))
    (asks, reminds, rest) = entries_of([ASKING], [reminder, notice, other])
    (row, after) = entries_of([], [notice, other])

    assert (asks.asking, asks.told, reminds.told, rest.told) == (ASKING, notice, reminder, other)
    assert (row.told, after.told) == (notice, other)
    assert texts(asks)[0] == "◆ asks"
    assert texts(row)[0] == "● new"


def test_a_person_s_turn_is_asked_of_each_seat_that_is_waited_for() -> None:
    summary = SessionSummary(
        session=SESSION, seq=3, position=3, flow="debate@1", title="", motion="Split billing?",
        template=TemplateId("standard_debate"), status=Status.RUNNING, awaited_step="s1", awaited_seat="proposer",
        awaited_until_ms=AT_MS + MINUTE_MS, awaited_too=(("s2", "opponent", 0),),
    )  # fmt: skip  # one row
    first, second = asking_of_turns(summary, title="Split billing?")
    notice = notification(2, type=NotificationType.ARGUMENT_REQUEST, priority=Priority.HIGH)
    spoken = told(replace(notice, seat=SeatId("opponent")))

    entries = entries_of([first, second], [spoken])

    assert [each.told for each in entries] == [None, spoken]
    assert texts(entries[0])[0] == "◆ speak"
    assert texts(entries[0])[2] == "1 min left"
    assert texts(entries[0], now_ms=AT_MS - 119 * MINUTE_MS)[2] == "2 h left"
    assert texts(entries[0], now_ms=AT_MS - 118 * MINUTE_MS)[2] == "1 h 59 min left"
    assert entries[0].key != entries[1].key
    assert "as opponent" in entries[1].text


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, "● new"),
        ({"read_ms": 1}, "○ read"),
        ({"acknowledged_ms": 1}, "✓ seen"),
        ({"answered_ms": 1}, "✓ answered"),
        ({"expired_ms": 1}, "– expired"),
        ({"snoozed_until_ms": AT_MS + 1}, "◔ snoozed"),
        ({"snoozed_until_ms": AT_MS + 1, "acknowledged_ms": 1}, "✓ seen"),
    ],
)
def test_each_state_is_a_glyph_and_a_word(change: dict[str, int], word: str) -> None:
    entry = Entry(told=replace(told(notification()), **change))  # type: ignore[arg-type]  # moments alone

    assert standing(entry, now_ms=AT_MS).text == word


def test_what_is_muted_says_so() -> None:
    mutes = (Mute(session=SESSION, until_ms=AT_MS + 1),)
    (entry,) = entries_of([], [told(notification())], mutes, now_ms=AT_MS)
    (later,) = entries_of([], [told(notification())], mutes, now_ms=AT_MS + 1)

    assert standing(entry, now_ms=AT_MS).text == "· muted"
    assert standing(later, now_ms=AT_MS + 1).text == "● new"


def test_the_worst_delivery_colours_the_channels_and_stands_first() -> None:
    each = told(notification(), "log", "mail", "ops", "team")
    states = (DeliveryState.DELIVERED, DeliveryState.PENDING, DeliveryState.DEAD, DeliveryState.HELD)
    found = replace(
        each, deliveries=tuple(replace(one, state=state) for one, state in zip(each.deliveries, states, strict=True))
    )

    cell = channels_cell(found)

    assert (cell.text, cell.style_name) == ("ops ✗ mail … team ◔ +1", "failed")
    assert channels_cell(None).text == "–"
    assert texts(Entry(told=found))[0] == "● new ✗"


def test_a_deadline_says_how_long_there_is_and_that_it_is_over() -> None:
    entry = Entry(asking=replace(ASKING, due_ms=AT_MS + 5 * MINUTE_MS))
    cells = entry_row(entry, now_ms=AT_MS).cells

    assert (cells[2].text, cells[2].style_name) == ("5 min left", "attention strong")
    assert texts(entry, now_ms=AT_MS + 5 * MINUTE_MS)[2] == "time is up"
    assert texts(Entry(asking=ASKING))[2] == "asks you"


def test_of_a_row_s_width_title_and_words_take_what_the_other_leaves() -> None:
    long = notification(text="It failed: nobody answered.", type=NotificationType.ERROR_NOTIFICATION)
    began = notification(text="It has begun.", type=NotificationType.DEBATE_STARTED)

    cell = entry_row(Entry(told=told(long)), now_ms=AT_MS).cells[3]
    both = "The release train leaves on Fridays. · It failed: nobody answered."

    assert fit_both(cell.text, cell.tail, 80).rstrip() == both
    assert fit_both(cell.text, cell.tail, 60) == "The release train leaves on F… · It failed: nobody answered."
    assert fit_both(cell.text, cell.tail, 40) == "The release train l… · It failed: nobod…"
    assert texts(Entry(told=told(began)))[3] == "The release train leaves on Fridays."


def test_the_title_counts_and_says_what_is_wrong_with_deliveries() -> None:
    entries = [Entry(told=told(notification()))]
    figures = OutboxFigures(unread=3, pending=2, dead=1)

    line = list_title(entries, figures, total=12, has_more=True, marked=1, text="over")

    said = "".join(text for text, _ in line.parts)
    assert said == "Notifications  1 of 12+  1 marked  3 unread  … 2 on the way  ✗ 1 given up"
    assert line.right[0][0] == "/over"


def test_an_empty_inbox_says_what_would_be_here_and_how_to_be_told() -> None:
    assert "in settings.toml says by which channels" in empty_text("", {"show_channels": "c"}, is_any=False)
    assert "matches rust\nesc shows all" in empty_text("rust", {"back": "esc"}, is_any=False)
    assert "state:snoozed" in empty_text("", {}, is_any=True)
    assert empty_text("", {}, is_any=False, trouble="It is off.").startswith("It is off.")


def test_one_is_named_by_what_it_is_and_several_are_counted() -> None:
    entry = Entry(told=told(notification()))

    assert names_of([entry]) == "'over' of 'The release train leaves on Fridays.'"
    assert names_of([entry] * 3) == "3 notifications"


KEYS = st.lists(st.integers(0, 30).map(str), unique=True)


@given(shown=KEYS, ordered=KEYS, at=st.integers(0, 40))
def test_nothing_that_stands_moves_and_what_is_new_comes_in_below_the_cursor(
    shown: list[str], ordered: list[str], at: int
) -> None:
    cursor = shown[at % len(shown)] if shown else None

    result = beside_cursor(shown, ordered, cursor)

    stayed = [key for key in shown if key in ordered]
    assert sorted(result) == sorted(ordered)
    assert [key for key in result if key in shown] == stayed
    if cursor in stayed:
        assert result[: stayed.index(cursor) + 1] == stayed[: stayed.index(cursor) + 1]


@given(shown=KEYS, ordered=KEYS)
def test_what_is_new_stands_in_its_order(shown: list[str], ordered: list[str]) -> None:
    result = beside_cursor(shown, ordered, None)
    arrived = [key for key in result if key not in shown]

    assert arrived == [key for key in ordered if key not in shown]
    if not set(shown) & set(ordered):
        assert result == ordered


@given(ordered=KEYS, is_shown=st.lists(st.booleans(), min_size=31, max_size=31), at=st.integers(0, 40))
def test_a_list_that_was_in_order_stays_so_below_the_cursor(ordered: list[str], is_shown: list[bool], at: int) -> None:
    shown = [key for key, here in zip(ordered, is_shown, strict=False) if here]
    cursor = shown[at % len(shown)] if shown else None

    result = beside_cursor(shown, ordered, cursor)

    below = result[result.index(cursor) + 1 :] if cursor is not None else result
    assert below == [key for key in ordered if key in below]
