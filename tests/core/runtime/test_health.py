"""Does a look at everything find what is wrong, and say so instead of failing itself?"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.analytics.health_levels import Health, Level
from core.domain.commands import COMMANDS
from core.domain.errors import StorageFailed
from core.domain.events import ENGINE_EVENTS
from core.ports.metrics_endpoint import EndpointStanding
from core.rules.extending import NO_PLUGINS, PluginFault, Plugins
from core.runtime import health
from core.runtime.folder_notes import FOLDER_SETTING, FileStanding, FolderStanding, folder_as_text
from core.runtime.health import HEALTH_SETTING, check_health, with_faults
from core.runtime.office import SPENDING_SWITCH
from storage.codec import Codec
from storage.opened import Storage, open_storage

AT_MS = 1_790_000_000_000


class StillClock:
    def now_ms(self) -> int:
        return AT_MS

    async def sleep(self, milliseconds: int) -> None:
        raise AssertionError("a look waits for nothing")


@dataclass
class Looked:
    """The ports that are looked at. The disk is the test's own."""

    log: Any
    catalogue: Any
    metrics_folder: Path
    clock: StillClock
    monotonic_ns: Callable[[], int]
    rules_folder: Path | None = None
    library: Any = field(default_factory=lambda: SimpleNamespace(plugins=NO_PLUGINS))
    backups: Any = None
    endpoint: Any = None


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = open_storage(tmp_path / "moot.db", codec=Codec((*ENGINE_EVENTS, *COMMANDS)))
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def _room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may be short of room itself."""
    has_room(monkeypatch, 500_000_000_000)


def has_room(monkeypatch: pytest.MonkeyPatch, free_bytes: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=free_bytes))


def ports_of(storage: Storage, tmp_path: Path) -> Looked:
    ticks = count(0, 1_000_000)
    return Looked(
        log=storage.log,
        catalogue=storage.catalogue,
        metrics_folder=tmp_path / "metrics",
        clock=StillClock(),
        monotonic_ns=lambda: next(ticks),
    )


async def look(ports: Looked, **how: Any) -> dict[str, Health]:
    found = await check_health(ports, **how)  # type: ignore[arg-type]
    return {each.name: each for each in found}


async def test_where_all_is_well_each_part_says_so(storage: Storage, tmp_path: Path) -> None:
    found = await look(ports_of(storage, tmp_path), is_thorough=True)

    assert list(found) == ["database", "disk", "metrics_folder", "spending", "event_loop"]
    assert {each.state for each in found.values()} == {Level.OK}
    assert {each.checked_at_ms for each in found.values()} == {AT_MS}
    assert all(each.reason for each in found.values())


async def test_a_quick_look_writes_nothing_and_a_thorough_one_does(storage: Storage, tmp_path: Path) -> None:
    ports = ports_of(storage, tmp_path)
    await look(ports)
    before = dict(await storage.catalogue.settings())
    await look(ports, is_thorough=True)

    assert HEALTH_SETTING not in before
    assert (await storage.catalogue.settings())[HEALTH_SETTING] == str(AT_MS)


async def test_a_database_that_refuses_is_failing_with_its_reason(storage: Storage, tmp_path: Path) -> None:
    class Refusing:
        async def last_position(self) -> int:
            raise StorageFailed("the database is damaged.", where="moot.db")

    found = await look(replace(ports_of(storage, tmp_path), log=Refusing()))

    assert found["database"].state is Level.FAILING
    assert found["database"].reason == "moot.db: the database is damaged."
    assert found["spending"].state is Level.OK


async def test_a_database_that_does_not_answer_is_not_waited_for_for_ever(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent:
        async def last_position(self) -> int:
            await asyncio.Event().wait()
            return 0

    monkeypatch.setattr(health, "ANSWER_SECONDS_MAX", 0)

    found = await look(replace(ports_of(storage, tmp_path), log=Silent()))

    assert found["database"].state is Level.FAILING
    assert "did not answer" in found["database"].reason


async def test_answers_that_wait_for_the_disk_are_told(storage: Storage, tmp_path: Path) -> None:
    found = await look(ports_of(storage, tmp_path), faults=("the disk is full.",))

    assert found["database"].state is Level.FAILING
    assert "the disk is full." in found["database"].reason


@pytest.mark.parametrize(
    ("free_bytes", "state"), [(500_000_000, Level.DEGRADED), (1_000_000, Level.FAILING), (9_000_000_000, Level.OK)]
)
async def test_a_disk_that_fills_up_is_told_before_it_is_full(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_bytes: int, state: Level
) -> None:
    has_room(monkeypatch, free_bytes)

    found = await look(ports_of(storage, tmp_path), folders={"database": tmp_path})

    assert found["disk"].state is state
    assert f"{free_bytes // 1_048_576:,} MiB" in found["disk"].reason


async def test_a_metrics_folder_that_can_not_be_one_is_told(storage: Storage, tmp_path: Path) -> None:
    ports = ports_of(storage, tmp_path)
    ports.metrics_folder.write_text("a file", encoding="utf-8")

    found = await look(ports, is_thorough=True)

    assert found["metrics_folder"].state is Level.FAILING
    assert "metrics_export_path" in found["metrics_folder"].reason


async def test_stopped_spending_is_shown_as_such(storage: Storage, tmp_path: Path) -> None:
    await storage.catalogue.save_setting(SPENDING_SWITCH, "yes")

    found = await look(ports_of(storage, tmp_path))

    assert found["spending"].state is Level.DEGRADED
    assert "stopped" in found["spending"].reason


def called_back(storage: Storage, tmp_path: Path, *late_ms: int) -> Looked:
    """An event loop that calls back so late, time after time."""
    probes = (at_ns for each in late_ms for at_ns in (0, (health.LOOP_PROBE_MS + each) * 1_000_000))
    reads = iter((0, 0, *probes))

    async def answers_at_once(*_: object) -> Any:
        return {}

    return replace(
        ports_of(storage, tmp_path),
        log=SimpleNamespace(last_position=answers_at_once),
        catalogue=SimpleNamespace(save_setting=answers_at_once, settings=answers_at_once),
        monotonic_ns=lambda: next(reads),
    )


@pytest.mark.parametrize(("late_ms", "state"), [(0, Level.OK), (300, Level.DEGRADED), (2_000, Level.FAILING)])
async def test_an_event_loop_that_calls_back_late_is_told(
    storage: Storage, tmp_path: Path, late_ms: int, state: Level
) -> None:
    ports = called_back(storage, tmp_path, *(late_ms for _ in range(health.LOOP_PROBES_MAX)))
    found = await look(ports, is_thorough=True)

    assert found["event_loop"].state is state
    assert f"{late_ms} ms late" in found["event_loop"].reason


async def test_one_long_moment_of_the_event_loop_is_no_state(storage: Storage, tmp_path: Path) -> None:
    found = await look(called_back(storage, tmp_path, 2_000, 5), is_thorough=True)

    assert found["event_loop"].state is Level.OK


async def test_a_watched_folder_of_rules_is_degraded_while_one_of_its_files_is_refused(
    storage: Storage, tmp_path: Path
) -> None:
    ports = replace(ports_of(storage, tmp_path), rules_folder=Path("/rules"))
    standing = FolderStanding(
        folder="/rules",
        at_ms=AT_MS,
        files=(
            FileStanding(name="a.yaml", rules=3),
            FileStanding(name="b.yaml", rules=1, problem="no text.\nMend it."),
        ),
    )

    assert "rules_folder" not in await look(ports_of(storage, tmp_path))
    for wanted, (level, reason) in {
        standing: (Level.DEGRADED, "b.yaml: no text. Mend it."),
        replace(standing, files=standing.files[:1]): (Level.OK, "3 rules of 1 file are in force"),
    }.items():
        await storage.catalogue.save_setting(FOLDER_SETTING, folder_as_text(wanted))
        found = (await look(ports))["rules_folder"]
        assert (found.state, found.reason) == (level, reason)


async def test_plugins_that_were_left_out_are_told_of_and_others_are_not_spoken_of(
    storage: Storage, tmp_path: Path
) -> None:
    ports = ports_of(storage, tmp_path)
    assert "plugins" not in await look(ports)

    faults = [PluginFault(origin="words@1", entry=f"moot.facts: {name}", why="no.") for name in ("a", "b")]
    ports.library = SimpleNamespace(plugins=Plugins(faults=tuple(faults)))
    found = (await look(ports))["plugins"]

    assert found.state is Level.DEGRADED
    assert found.reason == "the plugin words@1 (moot.facts: a) is left out: no. (and 1 more)"


async def test_where_figures_are_served_is_told_and_a_taken_port_is_degraded(storage: Storage, tmp_path: Path) -> None:
    ports = ports_of(storage, tmp_path)
    ports.endpoint = SimpleNamespace(standing=None)
    assert "metrics_port" not in await look(ports)

    for fault, level, reason in (
        ("", Level.OK, "figures can be fetched at http://127.0.0.1:9464/metrics"),
        ("port 9464 is taken.", Level.DEGRADED, "figures are not served: port 9464 is taken."),
    ):
        standing = EndpointStanding(address="http://127.0.0.1:9464/metrics", fault=fault)
        ports.endpoint = SimpleNamespace(standing=standing)
        found = (await look(ports))["metrics_port"]
        assert (found.state, found.reason) == (level, reason)


FULL = "moot.db: the disk is full."
FOUND = Health(name="database", state=Level.OK, reason="read and wrote in 0 ms", checked_at_ms=1)
DISK = Health(name="disk", state=Level.OK, reason="enough", checked_at_ms=1)


def test_sessions_that_stand_still_are_told_of_without_waiting_for_the_next_look() -> None:
    (database, disk) = with_faults((FOUND, DISK), (FULL,), at_ms=7)

    assert (database.state, database.checked_at_ms) == (Level.FAILING, 7)
    assert database.reason == f"standing still: 1 of the sessions, until an answer can be recorded: {FULL}"
    assert disk is DISK
    assert [each.name for each in with_faults((), (FULL, FULL), at_ms=7)] == ["database"]


def test_that_they_go_on_is_told_of_as_soon() -> None:
    standing = with_faults((FOUND, DISK), (FULL, FULL), at_ms=7)

    (database, _) = with_faults(standing, (), at_ms=8)

    assert "standing still: 2 of" in standing[0].reason
    assert (database.state, database.reason, database.checked_at_ms) == (Level.OK, "answers are recorded again", 8)
    assert with_faults((FOUND, DISK), (), at_ms=9) == (FOUND, DISK)


async def test_the_disk_that_sessions_are_recorded_on_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, storage: Storage, tmp_path: Path
) -> None:
    """The metrics' disk has room; that of the database has none."""
    (tmp_path / "elsewhere").mkdir()
    free = {tmp_path: 0, tmp_path / "elsewhere": 10**12}
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=free[place]))
    ports = ports_of(storage, tmp_path / "elsewhere")

    found = await look(replace(ports, backups=SimpleNamespace(folder=tmp_path / "backups")))

    assert found["disk"].state is Level.FAILING
    assert "0 MiB free for sessions" in found["disk"].reason
