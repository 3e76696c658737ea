"""Does the System screen show which providers answer, what the others lack, and whether all else is in order?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from console.acting import Acting
from console.bootstrap import demo_request, open_orchestrator
from console.machine import now_ms
from console.presenters.doubts import doubt_key
from console.screens.system import SystemScreen
from console.settings import load_settings
from console.widgets.prose import Prose
from console.widgets.rows import Rows
from core.domain.session import Status
from core.runtime.requests import DebateRequest
from tests.console.screens.host import Host, text_of, until

if TYPE_CHECKING:
    from core.domain.ids import SessionId
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


async def test_who_has_the_providers_looked_at_again_is_told_what_that_found(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(100, 40)) as pilot:
            await until(pilot, lambda: "provider:rehearsal" in rows_of(app).keys)
            assert app.done == [], "nobody has asked for it yet"
            await pilot.press("l")
            await until(pilot, lambda: bool(app.done))

    assert app.done[0].startswith("looked at ")
    assert " ready" in app.done[0]


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


SCRIPT = """price: {input_microusd: 3000000, output_microusd: 15000000}
answers: {default: [{text: We should., faults: [hang]}], judge: "VERDICT: for"}
"""


async def doubtful(core: Orchestrator, folder: Path) -> SessionId:
    """A debate with a call that was broken off, and that goes on asking for it once it is let go on."""
    script = folder / "script.yaml"
    script.write_text(SCRIPT, encoding="utf-8")
    casting = {"": f"scripted:{script}"}
    session = await core.start_debate(request=DebateRequest(question="Split billing?", casting=casting))
    position = -1
    while not core.speaking(session):
        position = await core.committed_beyond(position)
    return session


@asynccontextmanager
async def asking_core(folder: Path) -> AsyncIterator[tuple[Orchestrator, SessionId]]:
    """A core that has taken up a session whose call is in doubt, and asks what is to become of it."""
    async with a_core(folder) as core:
        session = await doubtful(core, folder)
    async with a_core(folder) as core:
        yield core, session


async def test_a_call_in_doubt_stands_first_with_what_it_may_have_cost_and_the_keys_that_help(tmp_path: Path) -> None:
    async with asking_core(tmp_path) as (core, _):
        (doubt,) = await core.doubts()
        app = screen_over(core)
        async with app.run_test(size=(140, 40)) as pilot:
            await until(pilot, lambda: doubt_key(doubt) in rows_of(app).keys and "provider:groq" in rows_of(app).keys)
            keys = list(rows_of(app).keys)
            await pilot.press("g")
            await until(pilot, lambda: "It may have been answered and paid for" in detail_of(app))
            said, shown = detail_of(app), text_of(app)

        assert keys[0] == doubt_key(doubt)
        assert "◆ in doubt" in shown
        assert "Split billing?" in said
        assert "waits for you" in said
        assert "ctrl+r asks again" in said


async def test_a_call_in_doubt_is_given_up_asked_again_and_settled_with_keys(tmp_path: Path) -> None:
    async with asking_core(tmp_path) as (core, session):
        (doubt,) = await core.doubts()
        app = screen_over(core)
        async with app.run_test(size=(140, 40)) as pilot:
            await until(pilot, lambda: doubt_key(doubt) in rows_of(app).keys)
            await pilot.press("g", "F")
            await until(pilot, lambda: app.done == ["'Split billing?' failed; resuming asks again"])
            assert (await core.summary(session)).status is Status.FAILED
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.done[-1] == "asked again in 'Split billing?'")
            assert (await core.summary(session)).status is Status.RUNNING
            await until(pilot, lambda: "◇ in doubt" in text_of(app))
            await pilot.press("ctrl+r")
            await until(pilot, lambda: "No session waits for this call" in text_of(app))
            await pilot.press("S")
            await until(pilot, lambda: "What r1." in text_of(app))
            app.screen.query_one(Input).value = "0"
            await pilot.press("enter")
            await until(pilot, lambda: doubt_key(doubt) not in rows_of(app).keys)
            assert await core.doubts() == ()
            await pilot.press("S")
            await until(pilot, lambda: "Nothing is in doubt." in text_of(app))
