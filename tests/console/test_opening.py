"""Does the console open without doing anything twice, and does it take up afterwards what it put off?"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from textual.css.stylesheet import Stylesheet

from console import collecting
from tests.console.hall import a_hall, entered, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.settings import Settings


@pytest.fixture
def collector() -> Iterator[None]:
    """The collector as it was found."""
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.enable()
    gc.set_threshold(*threshold)


@pytest.mark.usefixtures("collector")
def test_garbage_is_looked_for_again_but_not_among_what_opening_made() -> None:
    collecting.put_off()
    put_off = gc.isenabled()
    collecting.go_on()

    assert not put_off
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


@pytest.mark.usefixtures("collector")
def test_where_nothing_was_put_off_nothing_is_set_apart() -> None:
    before = gc.get_freeze_count()
    collecting.go_on()

    assert gc.isenabled()
    assert gc.get_freeze_count() == before


@pytest.mark.usefixtures("collector")
def test_whoever_set_a_rhythm_of_their_own_keeps_it() -> None:
    gc.set_threshold(500, 5, 5)
    collecting.seldom()
    their_own = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    collecting.seldom()

    assert their_own == (500, 5, 5)
    assert gc.get_threshold()[0] == collecting.OBJECTS_MIN


@pytest.mark.usefixtures("collector")
async def test_garbage_is_looked_for_once_the_core_is_open(settings: Settings) -> None:
    collecting.put_off()
    async with entered(settings):
        is_looked_for = gc.isenabled()

    assert is_looked_for


@pytest.mark.parametrize("theme", ["moot-dark", "moot-light"])
async def test_the_styles_are_parsed_once_in_the_colours_that_were_chosen(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    parsed_anew: list[Stylesheet] = []
    reparse = Stylesheet.reparse

    def noted(styles: Stylesheet) -> None:
        parsed_anew.append(styles)
        reparse(styles)

    monkeypatch.setattr(Stylesheet, "reparse", noted)
    hall = a_hall(settings, theme=theme)
    async with hall.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        while_opening = len(parsed_anew)
        ground = hall.sessions.styles.background.hex.lower()
        hall.action_theme_next()
        await until(pilot, lambda: len(parsed_anew) > while_opening)
        await hall.core()

    assert while_opening == 0
    assert ground == hall.available_themes[theme].background
