"""Do notices cover as little as they can, for as short a time?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets._toast import Toast

from tests.console.hall import entered, until

if TYPE_CHECKING:
    from console.settings import Settings
    from tests.console.hall import Hall


def told(hall: Hall) -> list[str]:
    return [each.message for each in hall._notifications]


async def test_of_two_notices_about_one_matter_the_newer_stands_alone(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        hall.clear_notifications()
        for text in ("disabled mine · u undoes it", "undid version 2"):
            hall.notify(text)
        hall.notify("That can't be undone.", severity="error")
        for text in ("night.yaml: no.", "day.yaml: no."):
            hall.notify(text, title="rules folder", severity="warning")
        for text in ("A price is old.", "A theme is gone."):
            hall.notify(text, severity="warning")
        await pilot.pause()

        assert told(hall) == ["That can't be undone.", "day.yaml: no.", "A price is old.", "A theme is gone."]


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_a_notice_of_one_line_covers_the_keys_alone(settings: Settings, size: tuple[int, int]) -> None:
    async with entered(settings, size=size) as (hall, pilot, _):
        hall.clear_notifications()
        hall.notify("disabled complete_when_budget_nearly_spent · u undoes it")
        await until(pilot, lambda: bool(hall.screen.query(Toast)) and hall.screen.query_one(Toast).region.height > 0)
        region = hall.screen.query_one(Toast).region

        assert (region.bottom, region.height, region.right) == (size[1], 1, size[0])
