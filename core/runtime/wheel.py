"""Who carries out what is asked: this process, for good or for just one request, or another that drives?

One process holds the wheel of a database. Any other follows what is committed, and leaves requests in its inbox; where
nobody drives, it takes the wheel for just as long as a request takes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress

from core.domain.commands import OPERATOR
from core.domain.errors import CommandRefused, DriverBusy, StorageFailed
from core.ports.inbox import InboxAnswer
from core.runtime.analytics import Analytics
from core.runtime.announcements import Announcements
from core.runtime.correlating import fields
from core.runtime.driver import Driver
from core.runtime.exporting.exports import Exports
from core.runtime.metrics_files import MetricsFiles
from core.runtime.ports import Limits, Ports, Rhythm
from core.runtime.refusals import refusal_of
from core.runtime.stock import stock

ANSWER_MILLISECONDS_MAX = 10_000
"""How long a request to another process waits before it is said that nobody answers."""

FOLLOW_MILLISECONDS = 100
"""How often a process that has joined looks for what was committed elsewhere."""

CLOSED = "this moot is being closed."
OPEN_ANEW = "Ask again once it is opened anew."

_log = logging.getLogger(__name__)


class Wheel:
    """`driver` is there while this process drives. `start` first, `stop` last."""

    def __init__(
        self,
        ports: Ports,
        limits: Limits,
        *,
        rhythm: Rhythm,
        announcements: Announcements,
        metrics: MetricsFiles,
        exports: Exports,
        analytics: Analytics,
    ) -> None:
        self._ports = ports
        self._limits = limits
        self._rhythm = rhythm
        self._announcements = announcements
        self._metrics = metrics
        self._exports = exports
        self._analytics = analytics
        self.driver: Driver | None = None
        self._following: asyncio.Task[None] | None = None
        self._is_started = False
        self._is_stopped = False
        self._passing = asyncio.Lock()

    @property
    def holder(self) -> str:
        """Who drives, in words; "" where nobody does."""
        return "this process" if self.driver is not None else self._ports.lock.holder()

    async def start(self, *, drive: bool, must_drive: bool, recover: bool) -> None:
        """Drive the database, or join the process that drives it. Whoever drives already goes on: the lock keeps out
        other processes, but no second driver of this one. Raises DriverBusy where `must_drive` and another one does,
        CommandRefused where it is stopped meanwhile."""
        self._is_started, self._is_stopped = True, False
        await stock(self._ports.catalogue, at_ms=self._ports.clock.now_ms())
        if drive:
            try:
                async with self._passing:
                    self._refuse_closed()
                    if self.driver is None:
                        await self._begin_to_drive(recover=recover)
            except DriverBusy:
                if must_drive:
                    raise
        self._refuse_closed()
        if self.driver is not None:
            if self._following is not None:
                self._following.cancel()
        elif self._following is None or self._following.done():
            self._following = asyncio.create_task(self._follow(), name="follow")
            await self._announce_position()
            if drive:
                _log.info("this process has joined", extra=fields(driver=self._ports.lock.holder()))

    async def take(self) -> None:
        """Drive from now on where nobody does, and go on with what was left. Changes nothing where this process drives.
        Raises DriverBusy where another one does."""
        async with self._passing:  # a request that drives for just as long as it takes comes to its end first
            self._refuse_closed()
            if self.driver is None:
                await self._begin_to_drive(recover=True)
        if self._following is not None:
            self._following.cancel()

    async def let_go(self, *, drain: bool) -> None:
        """Let turns under way be recorded (or marked in doubt), and carry out nothing more. What is on record can be
        read until `stop`. Safe to call twice."""
        self._is_stopped = True
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        async with self._passing:  # a request that drives for just as long as it takes is carried out
            driver, self.driver = self.driver, None
        if driver is not None:
            await driver.stop(drain=drain)

    async def stop(self, *, drain: bool) -> None:
        """`let_go`, then close everything. Safe to call twice."""
        if not self._is_started:
            return
        self._is_started = False
        try:
            await self.let_go(drain=drain)
        finally:
            try:
                await self._ports.offers.close()
            finally:
                if self._ports.answers is not None:
                    await self._ports.answers.close()
                await self._ports.log.close()

    async def ask(self, verb: str, body: Mapping[str, object], *, actor: str = OPERATOR) -> InboxAnswer:
        """Have a verb of the office carried out, here or by whoever drives. Raises what it is refused with, and
        StorageFailed where the one that drives does not answer."""
        self._refuse_closed()
        if self.driver is not None:
            return await self.driver.perform(verb, body, actor=actor)
        try:
            return await self._drive_for(verb, body, actor=actor)
        except DriverBusy:
            return await self._ask_the_driver(verb, body, actor=actor)

    async def _begin_to_drive(self, *, recover: bool) -> None:
        driver = self._new_driver()
        await driver.start(are_driven=recover, are_scheduled=True)
        self.driver = driver

    def _new_driver(self) -> Driver:
        return Driver(
            self._ports,
            self._limits,
            rhythm=self._rhythm,
            announcements=self._announcements,
            metrics=self._metrics,
            exports=self._exports,
            analytics=self._analytics,
        )

    async def _drive_for(self, verb: str, body: Mapping[str, object], *, actor: str) -> InboxAnswer:
        """Drive for just as long as a request takes. The lock keeps out other processes, but not a second request of
        this one: such take turns. Raises DriverBusy where another process drives."""
        async with self._passing:
            self._refuse_closed()
            if self.driver is not None:  # it was taken while this request waited for its turn
                return await self.driver.perform(verb, body, actor=actor)
            passing = self._new_driver()
            await passing.start(are_driven=False, are_scheduled=False)
            try:
                return await passing.perform(verb, body, actor=actor)
            finally:
                await passing.stop(drain=True)

    async def _ask_the_driver(self, verb: str, body: Mapping[str, object], *, actor: str) -> InboxAnswer:
        clock = self._ports.clock
        id = await self._ports.inbox.put(verb=verb, body=body, actor=actor, at_ms=clock.now_ms())
        for _ in range(ANSWER_MILLISECONDS_MAX // FOLLOW_MILLISECONDS * 4):
            answer = await self._ports.inbox.answer_to(id)
            if answer is not None:
                if not answer.is_done:
                    raise refusal_of(answer)
                return answer
            await clock.sleep(FOLLOW_MILLISECONDS // 4)
        raise StorageFailed(
            f"the process that drives ({self._ports.lock.holder() or 'none now'}) does not answer.",
            now="What was asked stays in its inbox and is done once it answers; `moot doctor` says who it is.",
        )

    def _refuse_closed(self) -> None:
        if self._is_stopped:
            raise CommandRefused(CLOSED, now=OPEN_ANEW)

    async def _follow(self) -> None:
        while True:
            with suppress(StorageFailed):
                await self._announce_position()
            await self._ports.clock.sleep(FOLLOW_MILLISECONDS)

    async def _announce_position(self) -> None:
        self._announcements.committed(await self._ports.log.last_position())
