"""Does prose wrap within what is seen of it, also once it needs a scroll bar?"""

from __future__ import annotations

from console.presenters.paragraphs import paragraphs
from console.widgets.prose import Prose
from tests.console.widgets.stage import Stage, screen_lines

WIDTH, HEIGHT = 20, 4
LINE = "x" * 9 + " " + "y" * 10
"""As wide as all of it."""


async def test_a_text_that_comes_to_need_a_scroll_bar_leaves_room_for_it() -> None:
    prose = Prose()
    prose.styles.width, prose.styles.height = WIDTH, HEIGHT
    async with Stage(prose).run_test(size=(40, 12)) as pilot:
        prose.show(paragraphs("\n".join([LINE] * HEIGHT)))
        await pilot.pause()
        assert screen_lines(prose) == [LINE] * HEIGHT

        prose.show(paragraphs("\n".join([LINE] * (HEIGHT + 1))))
        await pilot.pause()
        await pilot.pause()

        assert prose.show_vertical_scrollbar
        assert screen_lines(prose) == [LINE[:9], LINE[10:]] * (HEIGHT // 2)


async def test_what_is_drawn_as_wide_as_a_line_does_not_wrap_once_there_is_a_scroll_bar() -> None:
    prose = Prose()
    prose.styles.width, prose.styles.height = WIDTH, HEIGHT
    async with Stage(prose).run_test(size=(40, 12)) as pilot:
        rule = "─ ─" + "─" * (prose.line_cells - 3)

        prose.show(paragraphs("\n".join([rule] * (HEIGHT + 1))))
        await pilot.pause()
        await pilot.pause()

        assert prose.show_vertical_scrollbar
        assert screen_lines(prose) == [rule] * HEIGHT
