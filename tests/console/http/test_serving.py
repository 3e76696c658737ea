"""Does whoever drives serve its figures, and nobody else?"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from console.bootstrap import open_orchestrator
from console.settings import Settings, for_demo, load_settings
from core.analytics.families import Family, Sample, Source
from core.analytics.family_specs import LOG_SPECS, SPECS
from core.domain.errors import WrongUse
from core.domain.ids import SessionId
from core.domain.session import Status
from core.orchestrator import Orchestrator
from tests.console.http.test_metrics_endpoint import get

LOOPBACK = "127.0.0.1"
SECONDS_MAX = 60.0


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of this machine that somebody else listens at."""
    with socket.socket() as holder:
        holder.bind((LOOPBACK, 0))
        holder.listen()
        yield holder.getsockname()[1]


def settings_of(folder: Path, **fields: object) -> Settings:
    return replace(
        Settings(database=folder / "moot.db", metrics_export_path=folder / "metrics"),
        enable_health_checks=False,
        enable_metrics_export=False,
        **fields,  # type: ignore[arg-type]
    )


@asynccontextmanager
async def opened(settings: Settings, *, takes_any_port: bool = False) -> AsyncIterator[Orchestrator]:
    orchestrator = open_orchestrator(settings)
    if takes_any_port:
        any_free_port(orchestrator)
    await orchestrator.start()
    try:
        yield orchestrator
    finally:
        await orchestrator.stop()


def any_free_port(orchestrator: Orchestrator) -> None:
    """Have its endpoint take any port that is free, before it is started."""
    endpoint = orchestrator._ports.endpoint
    assert endpoint is not None
    endpoint._port = 0  # type: ignore[attr-defined]


async def fetched(orchestrator: Orchestrator) -> str:
    """The page that it serves."""
    assert orchestrator.served is not None
    port = int(orchestrator.served.address.rpartition(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(get("/metrics").encode())
    async with asyncio.timeout(SECONDS_MAX):
        page = (await reader.read()).decode()
    writer.close()
    return page


async def a_debate(orchestrator: Orchestrator, folder: Path) -> SessionId:
    """A debate that has come to its end."""
    script = folder / "script.json"
    script.write_text(
        json.dumps({"answers": {"default": [{"text": "The rota is short.\nVERDICT: for"}]}}), encoding="utf-8"
    )
    session = await orchestrator.start_debate(
        "Shorten the rota?", template_id="simple_debate", casting={"": f"scripted:{script}"}, seed=1
    )
    position = -1
    async with asyncio.timeout(SECONDS_MAX):
        while (await orchestrator.summary(session)).status is not Status.COMPLETED:
            position = await orchestrator.committed_beyond(position)
    return session


def of_the_log(families: tuple[Family, ...]) -> list[Family]:
    """Those that follow from the log. Nothing runs, so that none of them goes by the clock."""
    return [each for each in families if each.spec.source is Source.LOG]


async def test_whoever_drives_serves_and_stops_with_its_driving(tmp_path: Path) -> None:
    async with opened(settings_of(tmp_path, metrics_port=1), takes_any_port=True) as orchestrator:
        await a_debate(orchestrator, tmp_path)
        page = await fetched(orchestrator)

    assert page.startswith("HTTP/1.1 200 OK")
    assert "\norchestration_debates_total 1.0\n" in page
    assert '\norchestration_queue_depth{queue="writes"} ' in page
    assert "\nprocess_resident_memory_bytes " in page
    assert '\norchestration_work_seconds_count{work="settle"} ' in page
    assert orchestrator.served is None


async def test_without_being_asked_nobody_serves(tmp_path: Path) -> None:
    async with opened(settings_of(tmp_path)) as orchestrator:
        assert orchestrator.served is None


async def test_who_has_joined_serves_nothing_and_tells_what_the_log_does(tmp_path: Path) -> None:
    async with (
        opened(settings_of(tmp_path)) as driver,
        opened(settings_of(tmp_path, metrics_port=9464)) as other,
    ):
        await a_debate(driver, tmp_path)

        assert other.served is None
        assert [each.spec for each in await other.families()] == list(LOG_SPECS)
        assert [each.spec for each in await driver.families()] == list(SPECS)
        assert of_the_log(await other.families()) == of_the_log(await driver.families())


async def test_who_takes_the_wheel_serves_from_then_on(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, metrics_port=1)
    async with opened(settings, takes_any_port=True) as first, opened(settings, takes_any_port=True) as second:
        await a_debate(first, tmp_path)
        await first.stop()
        before = second.served

        await second.take_the_wheel()
        page = await fetched(second)

    assert before is None
    assert first.served is None
    assert "\norchestration_debates_total 1.0\n" in page


async def test_a_port_that_is_taken_keeps_nobody_from_debating(tmp_path: Path, taken: int) -> None:
    async with opened(settings_of(tmp_path, metrics_port=taken)) as orchestrator:
        await a_debate(orchestrator, tmp_path)
        served = orchestrator.served
        status = await orchestrator.system_status()
        await orchestrator._driver.check_health()  # type: ignore[union-attr]
        health = {each.name: each for each in await orchestrator.health()}

    assert status.is_driver
    assert served is not None
    assert served.fault.startswith(f"port {taken} at 127.0.0.1 is taken")
    assert health["metrics_port"].state == "degraded"
    assert f"port {taken}" in health["metrics_port"].reason


async def test_what_is_deleted_beside_the_log_is_counted_again_and_is_equal(tmp_path: Path) -> None:
    async with opened(settings_of(tmp_path)) as orchestrator:
        for _ in range(2):
            await a_debate(orchestrator, tmp_path)
            await orchestrator.export_metrics()
            kept_up = of_the_log(await orchestrator.families())
    shutil.rmtree(tmp_path / "metrics")
    async with opened(settings_of(tmp_path)) as again:
        counted_again = of_the_log(await again.families())
        await again.export_metrics()
    async with opened(settings_of(tmp_path)) as resumed:
        gone_on_from = of_the_log(await resumed.families())

    assert counted_again == kept_up
    assert gone_on_from == kept_up


async def test_rules_are_counted_as_heard_by_the_version_that_was_in_force(tmp_path: Path) -> None:
    async with opened(settings_of(tmp_path)) as orchestrator:
        await a_debate(orchestrator, tmp_path)
        before = heard(await orchestrator.families())
        await orchestrator.rulebook.switch(["complete_when_stalled"], False)
        await a_debate(orchestrator, tmp_path)
        after = heard(await orchestrator.families())

    assert before["complete_when_stalled"] == after["complete_when_stalled"] > 0
    assert after["complete_at_max_rounds"] > before["complete_at_max_rounds"]


def heard(families: tuple[Family, ...]) -> dict[str, int]:
    (family,) = (each for each in families if each.spec.name == "orchestration_rule_evaluations_total")
    return {sample.labels[0]: sample.value for sample in family.samples if isinstance(sample, Sample)}


def test_a_demo_serves_nothing() -> None:
    assert for_demo(replace(Settings(), metrics_port=9464)).metrics_port == 0


@pytest.mark.parametrize(("port", "address"), [("70000", "127.0.0.1"), ("9464", "everywhere"), ("-1", "127.0.0.1")])
def test_a_port_or_address_that_can_not_be_is_refused(port: str, address: str) -> None:
    with pytest.raises(WrongUse):
        load_settings(environ={"MOOT_METRICS_PORT": port, "MOOT_METRICS_ADDRESS": address})


def test_other_machines_are_let_in_only_by_name() -> None:
    alone = load_settings(environ={"MOOT_METRICS_PORT": "9464"})
    open_to_all = load_settings(environ={"MOOT_METRICS_PORT": "9464", "MOOT_METRICS_ADDRESS": "0.0.0.0"})

    assert (alone.metrics_address, open_to_all.metrics_address) == ("127.0.0.1", "0.0.0.0")
