"""Is what is not well remembered since when, told of once, and does what it costs come back?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from core.analytics.degradation import GOOD_LOOKS_MIN, Feature
from core.analytics.health_levels import Health, Level
from core.domain.errors import CommandRefused, StorageFailed
from core.domain.route_health import RouteHealth
from core.notifying.notification import Notification
from core.notifying.terms import Priority
from core.ports.process_use import ProcessUse
from core.runtime import health_watch
from core.runtime.driver_health import DriverHealth, Drives
from core.runtime.health_watch import HealthWatch
from core.runtime.schedule import JobView

AT_MS = 1_790_000_000_000
SECOND_NS = 1_000_000_000


@dataclass
class Machine:
    """What a look finds, as the test says, a second later each time."""

    states: dict[str, Level] = field(default_factory=lambda: {"disk": Level.OK})
    now: int = AT_MS
    told: list[Notification] = field(default_factory=list)
    is_mute: bool = False

    def now_ms(self) -> int:
        return self.now

    @property
    def clock(self) -> Machine:
        return self

    async def look(self, *_: object, **__: object) -> tuple[Health, ...]:
        self.now += 1_000
        return tuple(
            Health(name=name, state=state, reason=f"{name} is {state}", checked_at_ms=self.now)
            for name, state in self.states.items()
        )

    async def tell(self, notifications: Sequence[Notification]) -> int:
        if self.is_mute:
            raise StorageFailed("the disk is full.")
        self.told += notifications
        return len(notifications)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(health_watch, "check_health", machine.look)
    return machine


def watch(machine: Machine) -> HealthWatch:
    ports: Any = SimpleNamespace(clock=machine, telling=None)
    drives = Drives(jobs=lambda: (), routes=lambda: ())
    return HealthWatch(ports, drives, faults=lambda: (), tell=machine.tell)


async def test_what_fails_is_told_once_and_so_is_its_end(machine: Machine) -> None:
    watching = watch(machine)
    for state in (Level.OK, Level.FAILING, Level.FAILING, Level.OK, Level.OK):
        machine.states["disk"] = state
        await watching.look()

    assert [(each.title, each.priority) for each in machine.told] == [
        ("Health: disk", Priority.HIGH),
        ("Health: disk", Priority.NORMAL),
    ]
    assert len({each.id for each in machine.told}) == 2


async def test_what_is_merely_degraded_wakes_nobody(machine: Machine) -> None:
    watching = watch(machine)
    for state in (Level.DEGRADED, Level.OK, Level.DEGRADED):
        machine.states["disk"] = state
        await watching.look()

    assert machine.told == []


async def test_a_disk_on_which_nothing_can_be_kept_is_no_fault_of_the_look(machine: Machine) -> None:
    machine.is_mute = True
    machine.states["disk"] = Level.FAILING
    watching = watch(machine)
    await watching.look()

    assert watching.found[0].state is Level.FAILING

    machine.is_mute = False
    machine.states["disk"] = Level.OK
    await watching.look()
    await watching.look()

    assert [each.priority for each in machine.told] == [Priority.HIGH, Priority.NORMAL]


async def test_a_restart_makes_nothing_younger(machine: Machine) -> None:
    machine.states["disk"] = Level.DEGRADED
    first = watch(machine)
    await first.look()
    later = watch(machine)
    later.go_on_from(first.found)
    await later.look()

    assert later.found[0].since_ms == first.found[0].since_ms


async def test_what_is_switched_off_refuses_with_what_is_wrong_and_what_works(machine: Machine) -> None:
    machine.states["disk"] = Level.FAILING
    watching = watch(machine)
    await watching.require(Feature.NEW_SESSIONS)  # nobody has looked yet
    await watching.look()

    with pytest.raises(CommandRefused) as refused:
        await watching.require(Feature.NEW_SESSIONS)

    assert str(refused.value) == (
        "disk: new sessions are switched off: disk is failing. Mend that, then try again. "
        "Meanwhile sessions that run go on, and the room that is left is theirs."
    )


async def test_who_mended_it_waits_for_no_schedule(machine: Machine) -> None:
    machine.states["disk"] = Level.FAILING
    watching = watch(machine)
    await watching.look()
    machine.states["disk"] = Level.OK
    for _ in range(GOOD_LOOKS_MIN - 1):
        with pytest.raises(CommandRefused):
            await watching.require(Feature.NEW_SESSIONS)

    await watching.require(Feature.NEW_SESSIONS)
    assert watching.off == ()


# What only a driver can look at.


JOB = JobView(name="metrics", every_seconds=300, next_run_ms=AT_MS + 1_000, last_run_ms=AT_MS, last_result="ok")
ROUTE = RouteHealth(route="gemini:one", breaker="closed", answers=3)


@dataclass
class Seen:
    """What a driver's looks ask for."""

    jobs: tuple[JobView, ...] = (JOB,)
    routes: tuple[RouteHealth, ...] = (ROUTE,)
    log_at: int = 10
    rows_at: int = 10
    asked: int = 0
    uses: list[ProcessUse] = field(default_factory=list)

    async def found(self, name: str, times: int = 1) -> tuple[Level, str]:
        async def log_position() -> int:
            return self.log_at

        async def rows_position() -> int:
            return self.rows_at

        async def waiting() -> list[int]:
            return list(range(self.asked))

        ports: Any = SimpleNamespace(
            clock=SimpleNamespace(now_ms=lambda: AT_MS),
            log=SimpleNamespace(last_position=log_position),
            index=SimpleNamespace(position=rows_position),
            inbox=SimpleNamespace(waiting=waiting),
            telling=None,
        )
        drives = Drives(jobs=lambda: self.jobs, routes=lambda: self.routes, process_use=lambda: self.uses.pop(0))
        looks = DriverHealth(ports, drives).looks()
        for _ in range(times - 1):
            await looks[name]()
        return await looks[name]()


async def test_a_job_that_failed_or_is_late_is_degraded_and_named() -> None:
    assert await Seen().found("jobs") == (Level.OK, "1 jobs, none failed or late")
    failed = replace(JOB, last_result="failed: the disk is full")
    assert await Seen(jobs=(JOB, failed)).found("jobs") == (Level.DEGRADED, "metrics: failed: the disk is full")
    late = replace(JOB, next_run_ms=AT_MS - 700_000)
    assert await Seen(jobs=(late,)).found("jobs") == (Level.DEGRADED, "metrics is 700 s late")


async def test_a_list_far_behind_the_log_and_requests_that_wait_are_told() -> None:
    assert await Seen().found("readers") == (Level.OK, "the list is up to the log")
    level, reason = await Seen(log_at=200_010, asked=3).found("readers")
    assert level is Level.FAILING
    assert reason == "the list is 200,000 events behind the log; 3 requests of other processes wait"


async def test_a_model_that_rests_is_degraded_and_all_that_rest_are_failing() -> None:
    resting = replace(ROUTE, route="gemini:two", breaker="open", rest_ms=19_500, last_error="rate_limited")
    assert await Seen(routes=()).found("models") == (Level.OK, "none was asked yet")
    assert await Seen(routes=(ROUTE, resting)).found("models") == (
        Level.DEGRADED,
        "gemini:two is left alone for 20 s after rate limited",
    )
    assert (await Seen(routes=(resting,)).found("models"))[0] is Level.FAILING


def use(at_s: int, cpu_ms: int) -> ProcessUse:
    return ProcessUse(
        at_ns=at_s * SECOND_NS, cpu_ns=cpu_ms * 1_000_000, memory_bytes=120 << 20, machine_free_ppm=600_000
    )


async def test_what_the_process_takes_is_what_it_took_since_the_look_before() -> None:
    assert await Seen(uses=[use(0, 100)]).found("cpu") == (Level.OK, "not known before the second look")
    assert await Seen(uses=[use(0, 100), use(10, 9_100)]).found("cpu", times=2) == (
        Level.DEGRADED,
        "90 % of a core since the last look",
    )
    assert await Seen(uses=[use(0, 0)]).found("memory") == (Level.OK, "120 MiB used; 60 % of the machine's is free")
