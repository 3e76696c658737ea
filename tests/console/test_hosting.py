"""Does the core outlive the screen, and is it closed in order?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from console.bootstrap import open_orchestrator
from console.exit_codes import ExitCode
from console.hosting import CoreHost
from console.locations import find_locations
from console.run import hosted, run_console, start_the_demo
from console.settings import Settings
from core.domain.commands import Pause
from core.domain.errors import StorageFailed, WrongUse
from core.domain.session import Status
from tests.console.hall import a_console, start, until

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from core.orchestrator import Orchestrator


async def test_a_screen_that_breaks_is_reported_and_its_debates_are_played_to_their_end(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    console = a_console(settings)
    started: list[Any] = []

    async def break_it(pilot: Pilot[Any]) -> None:
        core = await console.core()
        await until(pilot, lambda: console.feed is not None)
        started.append(await start(core, "Tabs or spaces?"))
        console.call_later(_break)

    def _break() -> None:
        raise RuntimeError("the screen fell over")

    code = await hosted(console, auto_pilot=break_it)

    assert code == ExitCode.UNEXPECTED
    said = capfd.readouterr().err
    assert "RuntimeError: the screen fell over" in said
    assert "Traceback" not in said
    (kept,) = find_locations().crashes.iterdir()
    assert "in _break" in kept.read_text()
    again = await asyncio.to_thread(open_orchestrator, settings)
    await again.start(drive=False)
    try:
        assert (await again.summary(started[0])).status is Status.COMPLETED
    finally:
        await again.stop()


async def test_a_core_that_can_not_be_opened_is_said_in_the_words_of_its_error(settings: Settings) -> None:
    def refuse() -> Orchestrator:
        raise StorageFailed("the database is from a newer moot.", where="moot.db", now="Update moot.")

    console = a_console(settings)
    console.host = CoreHost(refuse)

    with pytest.raises(StorageFailed, match="newer moot"):
        await hosted(console, auto_pilot=_wait_until_it_ends)


async def _wait_until_it_ends(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: pilot.app.return_value is not None)


async def test_the_core_is_opened_once_however_often_it_is_asked_for(settings: Settings) -> None:
    opened: list[Orchestrator] = []

    def open_core() -> Orchestrator:
        opened.append(open_orchestrator(settings))
        return opened[-1]

    host = CoreHost(open_core)
    first, second = await asyncio.gather(host.core(), host.core())
    await host.close()
    await host.close()

    assert first is second
    assert len(opened) == 1


@pytest.mark.parametrize(
    ("field", "value", "meant"), [("theme", "moot-drak", "moot-dark"), ("keymap", "arows", "arrows")]
)
def test_an_unknown_theme_or_keymap_is_refused_with_the_nearest_name(
    tmp_path: Path, field: str, value: str, meant: str
) -> None:
    settings = Settings(database=tmp_path / "moot.db", **{field: value})  # type: ignore[arg-type]

    with pytest.raises(WrongUse, match=f"Did you mean '{meant}'"):
        run_console(lambda: open_orchestrator(settings), settings)


async def test_a_demo_has_a_debate_under_way_also_where_the_last_one_was_left_paused(settings: Settings) -> None:
    core = await asyncio.to_thread(open_orchestrator, replace(settings, rehearsal_pace=1))
    await core.start()
    try:
        await start_the_demo(core)
        (left,) = await core.active_debates()
        await core.command(left.session, Pause())

        await start_the_demo(core)
        await start_the_demo(core)

        found = [each for each in await core.active_debates() if each.session != left.session]
        assert [each.status for each in found] == [Status.RUNNING]
        assert (await core.summary(left.session)).status is Status.PAUSED
    finally:
        await core.stop(drain=False)
