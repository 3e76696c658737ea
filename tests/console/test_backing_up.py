"""Can the operator back up from the console, and see that it was proven and when that was?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.widgets.prose import Prose
from core.domain.session import Status
from tests.console.hall import asking, entered, screen_text, settings, until, until_status
from tests.golden.logs import unpacked

if TYPE_CHECKING:
    from console.settings import Settings
    from tests.console.hall import Hall

__all__ = ["settings"]


def told(hall: Hall) -> str:
    return " ".join(" ".join(str(notice.message).split()) for notice in hall._notifications)


async def test_a_key_backs_up_beside_a_debate_and_another_proves_the_newest_again(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, core):
        session = await core.start_debate(request=asking("Split billing?"))
        await pilot.press("B")
        await until(pilot, lambda: "backed up to" in told(hall))
        made = await core.backups.newest()
        await until_status(core, session, Status.COMPLETED)
        await pilot.press("V")
        await until(pilot, lambda: "in order:" in told(hall))

        assert made is not None
        assert str(made.path) in told(hall)
        assert "1 session decided again, each the same; digest" in told(hall)
        assert (await core.backups.verify(made.path)).is_sound


async def test_the_system_screen_says_that_there_is_none_and_then_when_it_was_made(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        await pilot.press("4")
        await until(pilot, lambda: "none yet; B makes one" in hall.screen.query_one("#detail", Prose).text)
        await pilot.press("B")
        await until(pilot, lambda: "B makes another" in hall.screen.query_one("#detail", Prose).text)


async def test_without_a_back_up_there_is_none_to_check(settings: Settings) -> None:
    async with entered(settings) as (hall, pilot, _):
        await pilot.press("V")
        await until(pilot, lambda: "there is no back-up yet." in " ".join(screen_text(hall).split()))


async def test_a_database_of_an_older_moot_is_told_of_with_the_place_of_its_copy(settings: Settings) -> None:
    unpacked("schema-6", settings.database.parent)
    async with entered(settings) as (hall, pilot, _):
        await until(pilot, lambda: "brought from schema 6" in told(hall))

        assert f"{settings.database}.schema-6.copy-1" in told(hall)
