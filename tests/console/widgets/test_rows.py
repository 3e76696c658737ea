"""Does the table keep its cursor on its row, fit its width and draw no more than shows?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color

from console.widgets.rows import Cell, Column, Row, Rows, fitted
from tests.console.widgets.stage import Stage, line_widths, screen_lines

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = (
    Column(key="state", title="state", width=9, priority=9, announces=True),
    Column(key="motion", title="motion", is_flex=True, priority=8),
    Column(key="cost", title="cost", width=6, align="right", priority=1),
)


def row(key: str, state: str = "running", cost: str = "0.04") -> Row:
    return Row(key, (Cell(state, "ok"), Cell(f"motion {key}"), Cell(cost, "muted")))


def rows_of(keys: str) -> tuple[Row, ...]:
    return tuple(row(key) for key in keys)


def grounds_of(rows: Rows, y: int) -> set[Color | None]:
    return {segment.style.bgcolor for segment in rows.render_line(y) if segment.style}


def table() -> Rows:
    return Rows(COLUMNS, empty_text="No sessions yet.\nc starts one.")


async def test_an_empty_table_says_what_would_be_here_and_the_key_that_brings_it() -> None:
    rows = table()
    async with Stage(rows).run_test(size=(40, 8)):
        text = screen_lines(rows)

    assert text[0].split() == ["state", "motion", "cost"]
    assert [line.strip() for line in text[1:] if line] == ["No sessions yet.", "c starts one."]
    assert text[3].startswith(" " * 11)


async def test_what_leads_on_from_an_empty_table_is_aligned_below_its_first_line() -> None:
    rows = Rows(COLUMNS, empty_text="No sessions yet.\nc  starts one of them\n?  helps")
    async with Stage(rows).run_test(size=(40, 9)):
        shown = [line for line in screen_lines(rows)[1:] if line]

        assert [line.index(line.strip()) for line in shown] == [11, 9, 9]


async def test_keys_move_the_cursor_and_say_so() -> None:
    rows = table()
    app = Stage(rows)
    async with app.run_test(size=(40, 8)) as pilot:
        rows.set_rows(rows_of("abcdef"))
        await pilot.press("j", "j", "down", "k", "G", "g", "end", "up", "enter")
        moved = [message.key for message in app.heard_of(Rows.CursorMoved)]
        opened = [message.key for message in app.heard_of(Rows.Opened)]

    assert moved == ["a", "b", "c", "d", "c", "f", "a", "f", "e"]
    assert opened == ["e"]


async def test_a_page_keeps_one_row_in_sight() -> None:
    rows = table()
    async with Stage(rows).run_test(size=(40, 6)) as pilot:
        rows.set_rows(rows_of("abcdefghijkl"))
        await pilot.press("pagedown", "pagedown")

        assert rows.cursor_key == "i"
        assert any("motion i" in line for line in screen_lines(rows))


async def test_the_cursor_stays_on_its_row_and_that_row_on_its_line_when_others_come_and_go() -> None:
    rows = table()
    async with Stage(rows).run_test(size=(40, 5)) as pilot:
        rows.set_rows(rows_of("abcdefgh"))
        await pilot.press("G", "k", "k")
        line_before = next(y for y, line in enumerate(screen_lines(rows)) if "▸" in line)
        rows.set_rows(rows_of("xyacdefgh"), keeps_order=False)
        await pilot.pause()

        assert rows.cursor_key == "f"
        assert "motion f" in screen_lines(rows)[line_before]


async def test_new_rows_come_in_below_the_ones_being_read() -> None:
    rows = table()
    async with Stage(rows).run_test(size=(40, 8)):
        rows.set_rows(rows_of("abc"))
        rows.set_rows(rows_of("xcab"))
        rows.update_row(row("y"))

        assert rows.keys == ("a", "b", "c", "x", "y")


def taking_in() -> Rows:
    return Rows(COLUMNS, empty_text="Nothing.", takes_in=True)


async def test_rows_that_came_in_below_go_to_their_places_once_a_key_moves_the_cursor_on() -> None:
    rows = taking_in()
    async with Stage(rows).run_test(size=(40, 12)) as pilot:
        rows.set_rows(rows_of("bdf"), keeps_order=False)
        rows.set_rows(rows_of("abcdefg"))
        assert "".join(rows.keys) == "bdfaceg"
        await pilot.click(rows, offset=(10, 2))
        assert "".join(rows.keys) == "bdfaceg", "a second click must find what the first one chose"

        await pilot.press("j")

        assert (rows.cursor_key, "".join(rows.keys)) == ("f", "abcdefg")


async def test_a_late_row_stays_under_the_cursor_until_that_moves_away() -> None:
    rows = taking_in()
    async with Stage(rows).run_test(size=(40, 12)) as pilot:
        rows.set_rows(rows_of("cd"), keeps_order=False)
        rows.set_rows(rows_of("abcd"))
        await pilot.press("G")
        assert (rows.cursor_key, "".join(rows.keys)) == ("b", "acdb")

        await pilot.press("k")

        assert (rows.cursor_key, "".join(rows.keys)) == ("d", "abcd")


async def test_the_row_that_the_cursor_goes_to_is_the_one_that_stood_there_and_stays_on_its_line() -> None:
    rows = taking_in()
    async with Stage(rows).run_test(size=(40, 8)) as pilot:
        rows.set_rows(rows_of("bcdefghijklmnop"), keeps_order=False)
        await pilot.press("j", "j")
        rows.set_rows(rows_of("abcdefghijklmnop"))
        await pilot.press("j")
        await pilot.pause()

        assert rows.keys[:2] == ("a", "b")
        assert rows.cursor_key == "e"
        assert rows.keys_in_sight[3] == "e", "nothing in sight has moved"


async def test_while_rows_are_marked_all_stay_where_they_were_seen() -> None:
    rows = taking_in()
    async with Stage(rows).run_test(size=(40, 12)) as pilot:
        rows.set_rows(rows_of("bc"), keeps_order=False)
        rows.set_rows(rows_of("abc"))
        await pilot.press("space", "j", "k")
        assert "".join(rows.keys) == "bca"

        await pilot.press("k", "space", "k")

        assert "".join(rows.keys) == "abc"


async def test_the_cursor_goes_to_a_neighbour_when_its_row_is_gone_and_says_so() -> None:
    rows = table()
    app = Stage(rows)
    async with app.run_test(size=(40, 8)) as pilot:
        rows.set_rows(rows_of("abc"))
        await pilot.press("G")
        rows.set_rows(rows_of("ab"))
        at_b = rows.cursor_key
        rows.set_rows(())
        await pilot.pause()

    assert at_b == "b"
    assert app.heard_of(Rows.CursorMoved)[-1].key is None


async def test_marks_stay_with_their_rows_and_leave_with_them() -> None:
    rows = table()
    app = Stage(rows)
    async with app.run_test(size=(40, 8)) as pilot:
        rows.set_rows(rows_of("abcd"))
        assert rows.chosen == ("a",)
        await pilot.press("space", "j", "space", "space", "space")
        assert rows.chosen == ("a", "c")
        rows.set_rows(rows_of("bcd"))
        await pilot.pause()

        assert rows.marks == {"c"}
    assert [set(message.keys) for message in app.heard_of(Rows.Marked)] == [
        {"a"},
        {"a", "c"},
        {"a", "c", "d"},
        {"a", "c"},
        {"c"},
    ]


async def test_a_click_chooses_a_row_and_a_second_one_opens_it() -> None:
    rows = table()
    app = Stage(rows)
    async with app.run_test(size=(40, 8)) as pilot:
        rows.set_rows(rows_of("abcd"))
        await pilot.click(rows, offset=(5, 3))
        assert rows.cursor_key == "c"
        await pilot.click(rows, offset=(5, 2), times=2)

    assert [message.key for message in app.heard_of(Rows.Opened)] == ["b"]


async def test_a_click_before_a_row_marks_it_and_another_takes_the_mark_back() -> None:
    rows = table()
    app = Stage(rows)
    async with app.run_test(size=(40, 8)) as pilot:
        rows.set_rows(rows_of("abcd"))
        await pilot.click(rows, offset=(1, 3))
        await pilot.click(rows, offset=(1, 2))
        assert (rows.cursor_key, rows.marks) == ("b", {"b", "c"})
        await pilot.click(rows, offset=(1, 3))

    assert rows.marks == {"b"}
    assert app.heard_of(Rows.Opened) == []


async def test_a_click_on_the_header_or_below_the_last_row_moves_nothing() -> None:
    rows = table()
    async with Stage(rows).run_test(size=(40, 8)) as pilot:
        rows.set_rows(rows_of("ab"))
        await pilot.press("j")
        await pilot.click(rows, offset=(5, 0))
        await pilot.click(rows, offset=(5, 7))

        assert rows.cursor_key == "b"


async def test_numbers_end_at_the_right_and_long_texts_are_cut() -> None:
    rows = Rows(COLUMNS, empty_text="none")
    async with Stage(rows).run_test(size=(40, 4)):
        rows.set_rows([Row("a", (Cell("● run"), Cell("日本語のとても長い動議について [/red]"), Cell("0.04")))])
        line = screen_lines(rows)[1]

        assert line.endswith("  0.04")
        assert "…" in line
        assert line_widths(rows) == {39}


async def test_only_rows_in_view_are_drawn_for_a_change() -> None:
    rows = table()
    drawn: list[int] = []
    async with Stage(rows).run_test(size=(40, 6)) as pilot:
        rows.set_rows(tuple(row(str(number)) for number in range(1_000)))
        await pilot.pause()
        draw = rows._row_line
        rows._row_line = lambda index, width: drawn.append(index) or draw(index, width)  # type: ignore[method-assign, func-returns-value]
        for number in range(1_000):
            rows.update_row(row(str(number), cost="9.99"))
        rows.paint_changes()
        await pilot.pause()

        assert set(drawn) <= set(range(6))
        assert "9.99" in screen_lines(rows)[1]


async def test_a_change_in_an_announcing_column_lights_its_row_and_another_does_not() -> None:
    rows = table()
    async with Stage(rows).run_test(size=(40, 6)):
        rows.set_rows(rows_of("ab"))
        rows.update_row(row("a", state="asks"))
        rows.update_row(row("b", cost="0.05"))

        assert grounds_of(rows, 1) == {rows.palette.style("text", "highlight").bgcolor}
        assert grounds_of(rows, 2) == {rows.palette.style("text").bgcolor}


async def test_the_light_goes_out_after_its_one_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table()
    timers: list[tuple[str, Callable[[], None]]] = []
    async with Stage(rows).run_test(size=(40, 6)):
        rows.set_rows(rows_of("ab"))
        monkeypatch.setattr(rows, "set_timer", lambda _seconds, then, *, name: timers.append((name, then)))
        rows.update_row(row("a", state="asks"))
        rows.update_row(row("b", state="asks"))
        [put_out] = [then for name, then in timers if name == "highlight"]
        put_out()

        assert grounds_of(rows, 2) == {rows.palette.style("text").bgcolor}


async def test_any_number_of_changes_makes_one_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table()
    timers: list[Callable[[], None]] = []
    async with Stage(rows).run_test(size=(40, 6)):
        rows.set_rows(rows_of("abc"))
        monkeypatch.setattr(rows, "set_timer", lambda _seconds, then, *, name: timers.append(then))
        for cents in range(100):
            rows.update_row(row("b", cost=f"0.{cents:02d}"))
        assert len(timers) == 1

        timers[0]()
        rows.update_row(row("b", cost="1.00"))
        assert len(timers) == 2


async def test_nothing_is_lit_where_animations_are_unwanted() -> None:
    rows = table()
    app = Stage(rows)
    app.animation_level = "none"
    async with app.run_test(size=(40, 6)):
        rows.set_rows(rows_of("a"))
        rows.update_row(row("a", state="asks"))

        assert rows.palette.style("text", "highlight").bgcolor not in grounds_of(rows, 1)


async def test_another_theme_repaints_the_table_in_its_colours() -> None:
    rows = table()
    app = Stage(rows)
    async with app.run_test(size=(40, 6)) as pilot:
        rows.set_rows(rows_of("a"))
        dark = rows.palette.style("ok").color
        app.theme = "moot-light"
        await pilot.pause()

        assert rows.palette.style("ok").color != dark


@pytest.mark.parametrize(("width", "kept"), [(60, (0, 1, 2)), (26, (0, 1)), (12, (0,)), (1, (0,))])
def test_less_important_columns_give_way_first(width: int, kept: tuple[int, ...]) -> None:
    assert tuple(index for index, _ in fitted(COLUMNS, width)) == kept


@given(st.integers(min_value=31, max_value=300))
def test_the_flexible_column_takes_exactly_what_is_left(width: int) -> None:
    shown = fitted(COLUMNS, width)

    assert sum(cells for _, cells in shown) + 2 * (len(shown) - 1) == width
