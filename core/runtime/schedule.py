"""What is done again and again while this process drives, and how did it go the last time?

Only housekeeping is scheduled here (health, exports); what a session waits for are its own deadlines. Nothing of the
schedule is stored: jobs are made anew at each start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.domain.errors import CommandRefused, WrongUse, nearest
from core.ports.clock import Clock
from core.runtime.correlating import fields

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

MISFIRE_GRACE_SECONDS = 60
"""A job that comes this late, after the machine slept, is still done; several missed runs are done as one."""

JOBS_MAX = 32

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DONE = "ok"
LEFT_OUT = "left out: "
"""Before why a job was not done: it may not, for now, which is no fault of its own."""

_log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job as a person sees it. Moments are Unix ms, 0 where there is none. `last_result` is `ok`, why it was
    left out, what went wrong, or nothing before the first run."""

    name: str
    every_seconds: int
    next_run_ms: int
    last_run_ms: int
    last_result: str


@dataclass(slots=True, kw_only=True)
class _Job:
    every_seconds: int
    first_seconds: int | None
    work: Work
    last_run_ms: int = 0
    last_result: str = ""


class Schedule:
    """Add jobs, then `start` within a running event loop. May be stopped and started again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: dict[str, _Job] = {}
        self._scheduler: AsyncIOScheduler | None = None
        self._under_way: dict[asyncio.Task[None], asyncio.Task[str]] = {}

    @property
    def is_running(self) -> bool:
        return self._scheduler is not None

    def add(self, name: str, *, every_seconds: int, work: Work, first_seconds: int | None = None) -> None:
        """Do `work` every so many seconds, the first time after one interval, or after `first_seconds`. A name that is
        known is replaced."""
        if every_seconds < 1:
            raise WrongUse(
                f"{every_seconds} can't be the seconds between two runs.", where=name, now="Name at least 1."
            )
        if name not in self._jobs and len(self._jobs) >= JOBS_MAX:
            raise WrongUse(f"more than {JOBS_MAX} jobs can't be scheduled.", where=name)
        self._jobs[name] = _Job(every_seconds=every_seconds, first_seconds=first_seconds, work=work)
        if self._scheduler is not None:
            self._put(self._scheduler, name)

    def start(self) -> None:
        """Begin to do what was added; nothing where it has begun already."""
        if self._scheduler is not None:
            return
        # Its import takes longer than the rest of a command that drives nothing.
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": MISFIRE_GRACE_SECONDS},
        )
        for name in self._jobs:
            self._put(scheduler, name)
        scheduler.start()
        self._scheduler = scheduler

    async def stop(self) -> None:
        """Begin nothing more, cancel what is being done and wait until it has ended; nothing where it has not begun.
        Jobs stay added."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is None:
            return
        scheduler.pause()
        await asyncio.sleep(0)  # what was due just now is known from here on
        for doing in self._under_way.values():
            doing.cancel()
        if self._under_way:
            await asyncio.wait(tuple(self._under_way))
        scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # it lets go of its timer on the loop's next turn

    def begin_anew(self) -> None:
        """Count every job's interval from now on: the clock was set, and what was due by it may lie hours away."""
        if self._scheduler is not None:
            for name in self._jobs:
                self._put(self._scheduler, name)

    async def run(self, name: str) -> str:
        """Do a job at once, beside its schedule; returns what became of it, as `last_result` says."""
        job = self._job(name)
        job.last_run_ms = self._clock.now_ms()
        try:
            await job.work()
        except CommandRefused as refused:
            job.last_result = f"{LEFT_OUT}{refused}"
            _log.info("the job was left out", extra=fields(job=name, why=str(refused)))
        except Exception as error:
            # A failed export must not end the health checks, nor its own next run.
            _log.exception("the job %s failed", name, extra=fields(job=name))
            job.last_result = f"failed: {error}" if str(error) else f"failed with {type(error).__name__}"
        else:
            job.last_result = DONE
            _log.debug("the job is done", extra=fields(job=name))
        return job.last_result

    async def _run_when_due(self, name: str) -> None:
        """`run` in a task of its own: the scheduler would log one that is cancelled as an error of the job."""
        waiting = asyncio.current_task()
        if self._scheduler is None or waiting is None:
            return
        doing = self._under_way[waiting] = asyncio.create_task(self.run(name), name=f"job {name}")
        try:
            await asyncio.wait((doing,))
        finally:
            del self._under_way[waiting]

    def hasten(self, name: str) -> None:
        """Have the scheduler do a job now instead of when it is due. Raises WrongUse where nothing is scheduled."""
        self._job(name)
        if self._scheduler is None:
            raise WrongUse("the schedule has not begun.", where=name)
        self._scheduler.modify_job(name, next_run_time=EPOCH + timedelta(milliseconds=self._clock.now_ms()))

    def jobs(self) -> tuple[JobView, ...]:
        """All of them, in the order in which they were added."""
        return tuple(
            JobView(
                name=name,
                every_seconds=job.every_seconds,
                next_run_ms=self._next_run_ms(name),
                last_run_ms=job.last_run_ms,
                last_result=job.last_result,
            )
            for name, job in self._jobs.items()
        )

    def _put(self, scheduler: Any, name: str) -> None:
        job = self._jobs[name]
        first: dict[str, datetime] = {}
        if job.first_seconds is not None:
            first["next_run_time"] = EPOCH + timedelta(seconds=job.first_seconds, milliseconds=self._clock.now_ms())
        scheduler.add_job(
            self._run_when_due,
            "interval",
            seconds=job.every_seconds,
            args=(name,),
            id=name,
            name=name,
            replace_existing=True,
            **first,
        )

    def _next_run_ms(self, name: str) -> int:
        planned = self._scheduler.get_job(name) if self._scheduler is not None else None
        if planned is None or planned.next_run_time is None:
            return 0
        next_run: datetime = planned.next_run_time
        return (next_run - EPOCH) // timedelta(milliseconds=1)

    def _job(self, name: str) -> _Job:
        job = self._jobs.get(name)
        if job is None:
            raise WrongUse(f"no job is called {name!r}.", now=nearest(name, self._jobs))
        return job
