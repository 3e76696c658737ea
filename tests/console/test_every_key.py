"""Does every key do no harm where it is bound?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.actions import ACTIONS, Place
from tests.console.hall import entered, screen_text, under_way, until

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from console.settings import Settings
    from tests.console.hall import Hall

PLACES: dict[str, tuple[Place, ...]] = {
    "1": ("sessions", "list", "transcript", "anywhere"),
    "2": ("rules", "list"),
    "3": ("templates", "list"),
    "4": ("system", "list"),
    "5": ("notifications", "list"),
    "6": ("analytics", "list"),
    "7": ("events", "list"),
}
"""What is bound, by the key that leads to where it is bound."""

SMALL = (40, 10)
ESCAPES_MAX = 6


def keys_of(places: tuple[Place, ...]) -> tuple[str, ...]:
    bound = (key for each in ACTIONS if each.place in places and each.id != "quit" for key in each.default_keys)
    return tuple(dict.fromkeys(bound))


async def back(hall: Hall, pilot: Pilot[Any], place: str) -> None:
    """Close whatever a key has opened, and be in this place again."""
    for _ in range(ESCAPES_MAX):
        if hall.screen is hall.sessions and not hall.query("Prompt"):
            break
        await pilot.press("escape")
    if place != "1":
        await pilot.press(place)


@pytest.mark.parametrize("place", PLACES)
async def test_every_key_can_be_pressed_where_it_is_bound_also_on_a_small_screen(
    settings: Settings, place: str
) -> None:
    async with entered(settings, size=SMALL) as (hall, pilot, core):
        session = await under_way(core, "Split billing?")
        await until(pilot, lambda: hall.sessions.session == session)
        for key in keys_of(PLACES[place]):
            await back(hall, pilot, place)
            await pilot.press(key)
            await pilot.pause()

            assert hall.is_running, key
            assert screen_text(hall).strip(), key
