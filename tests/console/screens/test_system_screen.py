"""Does the System screen show which providers answer, what the others lack, and whether all else is in order?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from console.acting import Acting
from console.bootstrap import demo_request, open_orchestrator
from console.machine import now_ms
from console.screens.system import SystemScreen
from console.settings import load_settings
from console.widgets.prose import Prose
from console.widgets.rows import Rows
from core.domain.session import Status
from tests.console.screens.host import Host, text_of, until

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator

NOBODY = "http://127.0.0.1:9/v1"


@asynccontextmanager
async def a_core(folder: Path) -> AsyncIterator[Orchestrator]:
    """The real core over a database of its own."""
    settings = replace(
        load_settings({}),
        database=folder / "moot.db",
        metrics_export_path=folder / "metrics",
        rehearsal_pace=0,
        ollama_base_url=NOBODY,
    )
    core = open_orchestrator(settings)
    await core.start()
    try:
        yield core
    finally:
        await core.stop(drain=False)


def screen_over(core: Orchestrator) -> Host:
    async def opened() -> Orchestrator:
        return core

    def make(app: Host) -> SystemScreen:
        app.acting = Acting(app, opened)  # type: ignore[arg-type]  # a host returns nothing when it ends
        return SystemScreen(app.acting, opened, now_ms=now_ms)

    return Host(make)


def rows_of(app: Host) -> Rows:
    return app.screen.query_one(Rows)


def detail_of(app: Host) -> str:
    return app.screen.query_one("#detail", Prose).text


async def ended(core: Orchestrator) -> None:
    session = await core.start_debate(request=demo_request())
    position = -1
    while (row := await core.summary(session)).status is not Status.COMPLETED:
        position = await core.committed_beyond(max(position, row.position))


async def test_every_provider_says_how_it_stands_and_what_it_lacks(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(100, 40)) as pilot:
            await until(pilot, lambda: "provider:rehearsal" in rows_of(app).keys)
            await until(pilot, lambda: "ANTHROPIC_API_KEY is not set." in detail_of(app))
            shown = text_of(app)

    assert "– no key" in shown
    assert "✓ ready" in shown
    assert "✓ database" in shown
    assert "driven by this process" in shown


async def test_a_model_that_was_asked_stands_below_its_provider_with_its_figures(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        await ended(core)
        app = screen_over(core)
        async with app.run_test(size=(100, 40)) as pilot:
            await until(pilot, lambda: "route:rehearsal" in rows_of(app).keys and "provider:groq" in rows_of(app).keys)
            keys = list(rows_of(app).keys)
            await pilot.press("G")
            await until(pilot, lambda: "half of them within" in detail_of(app))

    assert keys.index("route:rehearsal") == keys.index("provider:rehearsal") + 1


async def test_a_key_has_a_model_asked_again_and_says_where_there_is_none(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        await ended(core)
        app = screen_over(core)
        async with app.run_test(size=(100, 40)) as pilot:
            await until(pilot, lambda: "route:rehearsal" in rows_of(app).keys and "provider:groq" in rows_of(app).keys)
            await pilot.press("g", "r")
            await until(pilot, lambda: "This row is a provider." in text_of(app))
            await pilot.press("G", "r")
            await until(pilot, lambda: app.done == ["rehearsal is asked again"])


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 10)])
async def test_it_fits_every_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: "provider:rehearsal" in rows_of(app).keys)

            assert "Anthropic" in text_of(app)
            assert max(len(line) for line in text_of(app).splitlines()) <= size[0]


async def test_enter_shows_what_a_provider_has_or_lacks(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: "provider:rehearsal" in rows_of(app).keys)
            await pilot.press("G", "enter")
            await until(pilot, lambda: "dollars for a million tokens" in text_of(app))
            assert "rehearsal  free  free" in text_of(app)
            await pilot.press("escape", "g", "enter")
            await until(pilot, lambda: "ANTHROPIC_API_KEY is not set. Set ANTHROPIC_API_KEY" in text_of(app))
