"""Is everything in order that only the driving process has: its jobs, its readers, its routes, what it takes?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from core.analytics.health_levels import (
    MEBIBYTE,
    PENDING_DEGRADED,
    Level,
    level_of_cpu,
    level_of_inbox,
    level_of_memory,
    level_of_readers,
    worst,
)
from core.domain.route_health import RouteHealth
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.ports.process_use import ProcessUse, ReadProcessUse, cpu_ppm
from core.runtime.ports import Ports
from core.runtime.schedule import DONE, LEFT_OUT, JobView

LATE_ROUNDS_MAX = 2
"""A job that is later than so many of its intervals is stuck behind something."""

LATE_MS_MIN = 60_000

LOOKED_AT_MAX = 500
"""Of the sessions that are not over: a look is no walk through all of them."""

MS_PER_DAY = 24 * 3_600 * 1_000
MS_PER_SECOND = 1_000
PPM_PER_PERCENT = 10_000

CLOSED = "closed"

Look = Callable[[], Awaitable[tuple[Level, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drives:
    """What whoever drives knows of itself at this moment. `stale_days` is how long a session may wait for a person
    before somebody is told, 0 for ever."""

    jobs: Callable[[], Sequence[JobView]]
    routes: Callable[[], Sequence[RouteHealth]]
    process_use: ReadProcessUse | None = None
    stale_days: int = 0


class DriverHealth:
    """Remembers the last reading of what the process takes, so that a look can tell how much it was since then."""

    def __init__(self, ports: Ports, drives: Drives) -> None:
        self._ports = ports
        self._drives = drives
        self._used: ProcessUse | None = None

    def looks(self) -> Mapping[str, Look]:
        """One each for `jobs`, `readers`, `models`, and where there is such a thing `notifications`, `memory`, `cpu`
        and `waiting`."""
        looks: dict[str, Look] = {"jobs": self._jobs, "readers": self._readers, "models": self._models}
        if self._ports.telling is not None:
            looks["notifications"] = self._notifications
        if self._drives.process_use is not None:
            looks |= {"memory": self._memory, "cpu": self._cpu}
        if self._drives.stale_days:
            looks["waiting"] = self._waiting
        return looks

    async def _jobs(self) -> tuple[Level, str]:
        jobs, now_ms = self._drives.jobs(), self._ports.clock.now_ms()
        failed = [job for job in jobs if job.last_result not in ("", DONE) and not job.last_result.startswith(LEFT_OUT)]
        if failed:
            others = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
            return Level.DEGRADED, f"{failed[0].name}: {failed[0].last_result}{others}"
        late = [job for job in jobs if _is_late(job, now_ms)]
        if late:
            return Level.DEGRADED, f"{late[0].name} is {(now_ms - late[0].next_run_ms) // MS_PER_SECOND} s late"
        return Level.OK, f"{len(jobs)} jobs, none failed or late"

    async def _readers(self) -> tuple[Level, str]:
        """How far the list is behind the log, and how many requests of other processes wait."""
        ports = self._ports
        behind = max(0, await ports.log.last_position() - await ports.index.position())
        waiting = len(await ports.inbox.waiting())
        told = f"the list is {behind:,} events behind the log" if behind else "the list is up to the log"
        asked = f"; {waiting:,} requests of other processes wait" if waiting else ""
        return worst((level_of_readers(behind), level_of_inbox(waiting))), told + asked

    async def _models(self) -> tuple[Level, str]:
        routes = self._drives.routes()
        if not routes:
            return Level.OK, "none was asked yet"
        resting = [route for route in routes if route.breaker != CLOSED]
        if not resting:
            return Level.OK, f"{len(routes)} asked, all answer"
        first = resting[0]
        why = f" after {first.last_error.replace('_', ' ')}" if first.last_error else ""
        told = f"{first.route} is left alone for {-(-first.rest_ms // MS_PER_SECOND)} s{why}"
        more = f"; {len(resting)} of {len(routes)} models rest" if len(resting) > 1 else ""
        return (Level.FAILING if len(resting) == len(routes) else Level.DEGRADED), told + more

    async def _notifications(self) -> tuple[Level, str]:
        telling = self._ports.telling
        assert telling is not None  # else nobody looks
        figures = await telling.outbox.figures()
        if figures.dead:
            return Level.DEGRADED, f"{figures.dead:,} given up; 'moot notifications list --dead' lists them"
        if figures.pending >= PENDING_DEGRADED:
            return Level.DEGRADED, f"{figures.pending:,} wait to be delivered; sessions go on"
        return Level.OK, f"{figures.pending:,} wait to be delivered" if figures.pending else "all delivered"

    async def _memory(self) -> tuple[Level, str]:
        used = self._read()
        percent = used.machine_free_ppm // PPM_PER_PERCENT
        said = f"{used.memory_bytes // MEBIBYTE:,} MiB used; {percent} % of the machine's is free"
        return level_of_memory(used.memory_bytes, free_ppm=used.machine_free_ppm), said

    async def _cpu(self) -> tuple[Level, str]:
        now, before = self._read(), self._used
        self._used = now
        if before is None:
            return Level.OK, "not known before the second look"
        ppm = cpu_ppm(before, now)
        return level_of_cpu(ppm), f"{ppm // PPM_PER_PERCENT} % of a core since the last look"

    async def _waiting(self) -> tuple[Level, str]:
        """Sessions that have waited for a person for too long. They stay as they are: only a person ends that."""
        days = self._drives.stale_days
        before_ms = self._ports.clock.now_ms() - days * MS_PER_DAY
        index = self._ports.index
        rows = [await index.summary(session) for session in (await index.unfinished())[:LOOKED_AT_MAX]]
        stale = [row for row in rows if row is not None and is_stale(row, before_ms=before_ms)]
        if not stale:
            return Level.OK, f"none has waited for a person for more than {days} days"
        oldest = min(stale, key=lambda row: row.changed_at_ms)
        told = f"{len(stale):,} have waited for a person for more than {days} days, since longest {oldest.session[:8]}"
        return Level.DEGRADED, f"{told}; answer, resume or cancel them"

    def _read(self) -> ProcessUse:
        read = self._drives.process_use
        assert read is not None  # else nobody looks
        return read()


def is_stale(row: SessionSummary, *, before_ms: int) -> bool:
    """Whether a session waits for a person, and has not moved since then."""
    return row.status in (Status.ESCALATED, Status.PAUSED) and row.changed_at_ms < before_ms


def _is_late(job: JobView, now_ms: int) -> bool:
    late_ms = now_ms - job.next_run_ms
    return bool(job.next_run_ms) and late_ms > max(LATE_MS_MIN, LATE_ROUNDS_MAX * job.every_seconds * MS_PER_SECOND)
