"""Is a window of entries bounded, in order and without gaps, from whichever side they come?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.presenters.event_detail import Looked, detail
from console.presenters.event_entries import EventEntry
from console.presenters.event_rows import Standing, empty_text, entry_row, headline
from console.presenters.event_window import SLACK_ENTRIES, WINDOW_ENTRIES_MAX, Window
from console.presenters.log_lines import read_line
from core.domain.events import Event, Recorded, SessionPaused, SessionQueued, Unreadable
from core.domain.ids import SessionId

KEYS = {"event_source": "l", "list_end": "G", "list_top": "g", "go_sessions": "1", "new_debate": "c"}
AT_MS = 1_795_185_120_000


def entry(position: int, event: Event | None = None) -> EventEntry:
    return EventEntry(
        record=Recorded(
            session=SessionId("ab12cd34" * 4),
            seq=position,
            position=position,
            at_ms=AT_MS,
            event=event if event is not None else SessionQueued(),
        )
    )


def entries(first: int, last: int) -> list[EventEntry]:
    return [entry(position) for position in range(first, last + 1)]


def places(window: Window) -> list[int]:
    return [each.place[0] for each in window.entries]


def moment(at_ms: int) -> str:
    return f"{at_ms} ms"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("newer"), st.integers(0, 900), st.booleans()),
        st.tuples(st.just("older"), st.integers(0, 900), st.booleans()),
    ),
    max_size=12,
)


@given(steps=STEPS)
def test_a_window_never_has_a_gap_and_never_more_than_it_may(steps: list[tuple[str, int, bool]]) -> None:
    begin, end = 10_000, 10_100
    window = Window().with_older(entries(begin, end), before=(begin,), is_whole=False)
    for side, count, is_following in steps:
        if side == "newer":
            window = window.with_newer(entries(end + 1, end + count), is_following=is_following)
            end += count
        else:
            first = places(window)[0]
            window = window.with_older(entries(first - count, first - 1), before=(first - count,), is_whole=False)

        held = places(window)
        assert held == list(range(held[0], held[-1] + 1))
        assert len(held) <= WINDOW_ENTRIES_MAX + SLACK_ENTRIES
        assert window.before == (held[0],)
        assert window.missed == end - held[-1]
        assert window.is_at_end is (held[-1] == end)


def test_who_reads_loses_nothing_that_they_see_to_what_comes_in() -> None:
    window = Window().with_older(entries(1, WINDOW_ENTRIES_MAX), before=(1,), is_whole=True)

    after = window.with_newer(entries(WINDOW_ENTRIES_MAX + 1, WINDOW_ENTRIES_MAX + 7), is_following=False)

    assert after.entries == window.entries
    assert (after.missed, after.is_whole) == (7, True)


def test_who_follows_loses_the_oldest() -> None:
    window = Window().with_older(entries(1, WINDOW_ENTRIES_MAX), before=(1,), is_whole=True)

    after = window.with_newer(entries(WINDOW_ENTRIES_MAX + 1, WINDOW_ENTRIES_MAX + 300), is_following=True)

    assert places(after)[0] == 301
    assert not after.is_whole
    assert after.is_at_end


def test_the_next_of_those_that_match_is_found_from_anywhere() -> None:
    window = Window().with_older(entries(1, 9), before=(1,), is_whole=True)

    assert window.next_to("5", ["2", "7", "9"], 1) == "7"
    assert window.next_to("5", ["2", "7"], -1) == "2"
    assert window.next_to("2", ["2"], -1) is None
    assert window.next_to(None, ["2", "7"], -1) == "7"
    assert window.next_to(None, ["2", "7"], 1) == "2"
    assert Window().next_to("5", [], 1) is None


def told(window: Window, standing: Standing) -> str:
    line = headline(window, standing, KEYS)
    return "".join(text for text, _ in (*line.parts, *line.right))


def test_the_head_says_whether_the_list_moves_and_what_is_not_shown() -> None:
    window = Window().with_older(entries(1, 3), before=(1,), is_whole=True)

    assert told(window, Standing(source="events", is_following=True)) == "events  ● following3 entries in all"
    held = told(window.with_newer(entries(4, 4000), is_following=False), Standing(source="lines", is_following=False))
    assert held.startswith("log lines  ‖ held · 3,997 newer ones below, G shows them")
    finding = Standing(source="events", is_following=True, filter_text="kind:Rule", matches=1)
    assert told(window, finding) == "events  ● following  kind:Rule1 match in 3 entries in all"
    assert "looking further back" in told(window, Standing(source="events", is_following=True, is_looking=True))


def test_an_empty_list_says_what_would_be_there_and_which_key_brings_it() -> None:
    events, lines = Standing(source="events", is_following=True), Standing(source="lines", is_following=True)
    narrowed = Standing(source="events", is_following=True, filter_text="x")

    assert "1, then c starts a debate; l shows" in empty_text(events, KEYS, is_whole=True)
    assert "ORCHESTRATION_LOG_LEVEL" in empty_text(lines, KEYS, is_whole=True)
    assert "g looks further back" in empty_text(narrowed, KEYS, is_whole=False)
    assert "esc shows everything" in empty_text(narrowed, KEYS, is_whole=True)
    assert "disk full" in empty_text(events, KEYS, is_whole=True, trouble="disk full")


def test_a_row_says_its_level_by_a_sign_and_a_word() -> None:
    row = entry_row(entry(7, SessionPaused(reason="all_paused", by="operator")), moment=moment)

    assert [cell.text for cell in row.cells] == [
        f"{AT_MS} ms",
        "○ info",
        "ab12cd34",
        "7",
        "SessionPaused",
        "all_paused · operator",
    ]


def test_what_can_not_be_read_here_is_explained_with_what_to_do() -> None:
    unreadable = entry(3, Unreadable(kind="OfTomorrow", version=2, why="It is of a newer moot.", now="Update."))

    text = "\n".join(each.text for each in detail(unreadable, Looked(), KEYS, moment=moment))

    assert "OfTomorrow  ✗ error" in text
    assert "It can't be read here: It is of a newer moot. Update." in text


def test_a_line_is_explained_field_by_field_with_its_traceback_line_by_line() -> None:
    line = read_line('{"message":"it broke","level":"error","job":"metrics","exception":"one\\ntwo"}', place=(0, 0))

    text = [each.text for each in detail(line, Looked(), KEYS, moment=moment)]

    assert "job        metrics" in text
    assert text[-3:] == ["exception", "  one", "  two"]
