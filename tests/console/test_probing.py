"""Is every provider that can be used asked how it is, on schedule, and nobody else, and does that spend nothing?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from console.bootstrap import open_orchestrator
from console.machine import now_ms
from console.settings import Settings, load_settings
from core.orchestrator import Orchestrator
from core.runtime import health
from core.runtime.driver import PROBE_FIRST_SECONDS, Driver
from core.runtime.driver_notes import notes_as_text
from tests.wire.openai_wire import OpenAIWire, refusal
from tests.wire.server import Act, WireServer, address_of_nobody

KEY = "sk-planted/0123456789+abcdef"
REFUSED = Act(refusal=refusal(401, f"Incorrect key: {KEY}", kind="invalid_request_error", code="invalid_api_key"))


BUSY_SECONDS = 120
"""A machine that is busy with other tests takes its time over an SDK."""


@pytest.fixture(autouse=True)
def _a_machine_that_may_be_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "ANSWER_SECONDS_MAX", BUSY_SECONDS)


def settings_at(folder: Path, **changes: object) -> Settings:
    given = {"database": folder / "moot.db", "metrics_export_path": folder / "metrics", "rehearsal_pace": 0}
    return replace(load_settings({}), **{"ollama_base_url": address_of_nobody(), **given, **changes})  # type: ignore[arg-type]


@asynccontextmanager
async def driving(settings: Settings) -> AsyncIterator[tuple[Orchestrator, Driver]]:
    core = open_orchestrator(settings)
    await core.start()
    assert core._driver is not None
    try:
        yield core, core._driver
    finally:
        await core.stop(drain=False)


async def test_a_provider_that_nobody_has_used_is_asked_for_its_models_and_for_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    async with WireServer(OpenAIWire()) as well, WireServer(OpenAIWire(), REFUSED) as ill:
        settings = settings_at(tmp_path, openai_base_url=f"{well.url}/v1", groq_base_url=f"{ill.url}/v1")
        async with driving(settings) as (core, driver):
            assert (well.asked, ill.asked) == ([], [])

            await driver.probe()

            notes = await core.driver_notes()
            groq, openai = notes.providers
            assert [(asked.method, asked.path) for asked in well.asked] == [("GET", "/v1/models")]
            assert (openai.provider, openai.probe, openai.answers, openai.requests_left) == ("openai", "ok", 1, 60)
            assert openai.latency_p50_ms is not None
            assert (groq.provider, groq.probe, groq.errors) == ("groq", "authentication", {"authentication": 1})
            assert notes.routes == ()
            assert (await core.costs())[0].routes == {}
            assert KEY not in notes_as_text(notes)


async def test_the_first_asking_is_due_after_the_first_frame_and_the_rest_follow(tmp_path: Path) -> None:
    async with driving(settings_at(tmp_path)) as (core, _):
        (job,) = [each for each in (await core.system_status()).jobs if each.name == "providers"]

        assert job.last_run_ms == 0
        assert 0 < job.next_run_ms - now_ms() <= PROBE_FIRST_SECONDS * 1_000
    async with driving(settings_at(tmp_path, enable_health_checks=False)) as (core, _):
        assert not [each for each in (await core.system_status()).jobs if each.name == "providers"]


async def test_without_a_key_nobody_elsewhere_is_asked(tmp_path: Path) -> None:
    async with WireServer(OpenAIWire()) as server:
        urls = {name: f"{server.url}/v1" for name in ("openai_base_url", "groq_base_url", "anthropic_base_url")}
        async with driving(settings_at(tmp_path, **urls)) as (core, driver):
            await driver.probe()

            assert server.asked == []
            assert (await core.driver_notes()).providers == ()
