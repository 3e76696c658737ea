"""Do the first and last line keep what matters most when there is little room?"""

from __future__ import annotations

import pytest

from console.keys import footer_hints, help_hint, place_hints
from console.widgets.bar import HeaderBar, HeaderView, KeyBar
from tests.console.widgets.stage import Stage, line_widths, screen_lines

VIEW = HeaderView(
    running=3, needs_you=1, waiting=2, spent_today_microusd=420_000, cap_microusd=5_000_000, clock="14:32"
)


@pytest.mark.parametrize(
    ("width", "drawn"),
    [
        (
            100,
            " moot   ● 3 running   ◆ 1 needs you   ◌ 2 waiting" + " " * 8 + "today $0.42 of $5.00   ▓░░░░░░░   14:32",
        ),
        (80, " moot   ● 3 running   ◆ 1 needs you   ◌ 2 waiting" + " " * 10 + "today $0.42 of $5.00"),
        (40, " ◆ 1 needs you     today $0.42 of $5.00"),
    ],
)
async def test_the_header_gives_up_the_least_important_first(width: int, drawn: str) -> None:
    header = HeaderBar(VIEW)
    async with Stage(header).run_test(size=(width, 3)):
        line = screen_lines(header)[0]

        assert line.split() == drawn.split()
        assert line_widths(header) == {width}


async def test_a_notice_stays_longest_of_all() -> None:
    header = HeaderBar(HeaderView(running=3, needs_you=2, clock="14:32", notice="all spending stopped"))
    async with Stage(header).run_test(size=(24, 3)):
        assert screen_lines(header) == [" all spending stopped"]


async def test_new_figures_are_shown_with_the_next_frame() -> None:
    header = HeaderBar(VIEW)
    async with Stage(header).run_test(size=(80, 3)):
        header.show(HeaderView(running=0, needs_you=4))
        header.paint_changes()

        assert "◆ 4 need you" in screen_lines(header)[0]
        assert header.view.needs_you == 4


async def test_a_click_on_a_part_of_the_header_leads_to_what_can_be_done_about_it() -> None:
    view = HeaderView(running=1, left=2, needs_you=1, notice="nobody drives", notice_action="take_wheel")
    header = HeaderBar(view)
    app = Stage(header)
    async with app.run_test(size=(120, 3)) as pilot:
        line = screen_lines(header)[0]
        for words in ("moot", "nobody drives", "2 left", "1 needs you", "1 running", "waiting"):
            await pilot.click(header, offset=(line.index(words), 0))

    chosen = [message.action_id for message in app.heard_of(HeaderBar.Chosen)]
    assert chosen == ["palette", "take_wheel", "take_wheel", "answer"]


async def test_what_nobody_has_read_is_counted_quietly_and_gives_way_first() -> None:
    header = HeaderBar(VIEW._replace(unread=7))
    app = Stage(header)
    async with app.run_test(size=(110, 3)) as pilot:
        line = screen_lines(header)[0]
        await pilot.click(header, offset=(line.index("7 unread"), 0))

        assert "◌ 2 waiting   · 7 unread" in line
        assert [message.action_id for message in app.heard_of(HeaderBar.Chosen)] == ["go_notifications"]
        await pilot.resize_terminal(80, 3)
        assert "unread" not in screen_lines(header)[0]


async def test_money_at_the_cap_is_drawn_as_failed() -> None:
    header = HeaderBar(HeaderView(spent_today_microusd=5_000_000, cap_microusd=5_000_000))
    async with Stage(header).run_test(size=(80, 3)):
        inks = {segment.text: segment.style.color for segment in header.render_line(0)}

        assert inks["$5.00"] == header.palette.style("failed").color


async def test_the_footer_fits_eighty_columns_and_ends_in_help() -> None:
    bar = KeyBar()
    async with Stage(bar).run_test(size=(80, 3)):
        bar.show(footer_hints(("list", "sessions", "anywhere")), always=help_hint(), places=place_hints())
        line = screen_lines(bar)[0]

        assert line.startswith(" c new   ⏎ open   p pause   a answer   x export   ? help")
        assert line_widths(bar) == {80}


async def test_the_footer_keeps_help_when_almost_nothing_fits() -> None:
    bar = KeyBar()
    async with Stage(bar).run_test(size=(20, 3)):
        bar.show(footer_hints(("list", "sessions", "anywhere")), always=help_hint(), places=place_hints())

        assert screen_lines(bar) == [" c new   ? help"]


@pytest.mark.parametrize(
    ("width", "places"),
    [
        (104, "1 sessions   2 rules   3 templates   4 system   5 notices   6 analytics   7 events"),
        (94, "1 sessions   2 rules   3 templates   4 system   5 notices   … 7 events"),
        (70, "1 sessions   2 rules   3 templates   … 7 events"),
        (60, "1 … 7 screens"),
        (30, ""),
    ],
)
async def test_places_that_have_no_room_are_still_known_to_be_there(width: int, places: str) -> None:
    bar = KeyBar()
    async with Stage(bar).run_test(size=(width, 3)):
        bar.show(footer_hints(("sessions",))[:1], always=help_hint(), places=place_hints())

        assert screen_lines(bar) == [f" c new   ? help{places:>{width - 16}}".rstrip()]
        assert line_widths(bar) == {width}


async def test_a_click_on_the_word_for_all_places_lists_them() -> None:
    bar = KeyBar()
    app = Stage(bar)
    async with app.run_test(size=(80, 3)) as pilot:
        bar.show(footer_hints(("list", "sessions", "anywhere")), always=help_hint(), places=place_hints())
        await pilot.click(bar, offset=(screen_lines(bar)[0].index("screens"), 0))

    assert [message.action_id for message in app.heard_of(KeyBar.Chosen)] == ["palette"]


async def test_a_click_on_a_key_asks_for_its_action() -> None:
    bar = KeyBar()
    app = Stage(bar)
    async with app.run_test(size=(120, 3)) as pilot:
        bar.show(footer_hints(("list", "sessions", "anywhere")), always=help_hint(), places=place_hints())
        line = screen_lines(bar)[0]
        for label in ("pause", "help", "rules"):
            await pilot.click(bar, offset=(line.index(label), 0))
        await pilot.click(bar, offset=(line.index("rules") - 10 - len("sessions"), 0))

    assert [message.action_id for message in app.heard_of(KeyBar.Chosen)] == ["pause_resume", "help", "go_rules"]
