"""Do a few lines keep what they say first when there is little room?"""

from __future__ import annotations

import pytest

from console.presenters.shown import Line
from console.widgets.lines import Lines
from tests.console.widgets.stage import Stage, line_widths, screen_lines

FIGURES = Line((("consensus 62 %", "text"),), right=(("next ", "muted"), ("opponent", "text")))
A_TITLE = Line((("proposer, claude", "text"),), right=(("Should a team of six split its billing?", "muted"),))


@pytest.mark.parametrize(
    ("width", "drawn"),
    [(40, " consensus 62 %           next opponent"), (31, " consensus 62 % next opponent"), (24, " consensus 62 %")],
)
async def test_what_stands_at_the_right_is_there_whole_or_not_at_all(width: int, drawn: str) -> None:
    lines = Lines()
    async with Stage(lines).run_test(size=(width, 3)) as pilot:
        lines.show([FIGURES])
        await pilot.pause()
        assert screen_lines(lines)[0].split() == drawn.split()
        assert line_widths(lines) == {width}


async def test_a_long_text_at_the_right_is_cut_as_long_as_enough_of_it_is_left() -> None:
    lines = Lines()
    async with Stage(lines).run_test(size=(50, 3)) as pilot:
        lines.show([A_TITLE])
        await pilot.pause()
        assert screen_lines(lines)[0] == " proposer, claude  Should a team of six split it…"
