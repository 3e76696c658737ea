"""Can the operator say something to everybody, or to one seat alone?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from console.screens.dialogs.statement import Statement, StatementDialog
from console.widgets.choices import Choices
from core.domain.errors import WrongUse
from tests.console.screens.host import Host, text_of, typed, until


def dialog(*seats: str) -> Host:
    async def look_up() -> Sequence[str]:
        return seats or ("proposer", "second_opponent")

    return Host(lambda _: StatementDialog(look_up))


async def test_without_more_every_seat_hears_it() -> None:
    app = dialog()
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "Mind the weekend.")
        await pilot.press("ctrl+s")

    assert app.results == [Statement(text="Mind the weekend.")]


async def test_one_seat_alone_is_told() -> None:
    app = dialog()
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "Be brief.")
        await until(pilot, lambda: "second opponent" in text_of(app))
        await pilot.press("tab", "3", "enter")

    assert app.results == [Statement(text="Be brief.", seat="second_opponent")]


async def test_nothing_written_is_not_said() -> None:
    app = dialog()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        assert "nothing written yet" in text_of(app)
        await pilot.press("escape")

    assert app.results == [None]


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (40, 10)])
async def test_the_keys_stay_in_sight_with_many_seats(size: tuple[int, int]) -> None:
    app = dialog(*(f"seat_{number}" for number in range(26)))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: len(app.screen.query_one(Choices)._choices) == 27)
        await pilot.pause()
        assert "esc" in text_of(app)


async def test_where_the_seats_can_not_be_looked_up_everybody_can_be_spoken_to() -> None:
    async def look_up() -> Sequence[str]:
        raise WrongUse("its log can't be read here.")

    app = Host(lambda _: StatementDialog(look_up))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "can't be read here" in text_of(app))
        await typed(pilot, "So.")
        await pilot.press("ctrl+s")

    assert app.results == [Statement(text="So.")]
