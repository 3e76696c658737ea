"""Which figures has this moot to tell whoever watches it from outside?

They are read when they are asked for, and nothing of it lies on the way of a turn: those of sessions follow from the
log, of which only what is new is read; those of the process are what its parts have counted anyway.
"""

from __future__ import annotations

import asyncio
import logging
import platform
from collections.abc import Mapping
from typing import Protocol

from core.analytics.book import Book
from core.analytics.families import Family
from core.analytics.health_levels import Health
from core.analytics.log_families import log_families
from core.analytics.measures import Timer
from core.analytics.process_families import ProcessReadings, process_families
from core.domain.errors import WrongUse
from core.domain.ids import Digest, RuleId
from core.domain.session import Status
from core.ports.process_use import ProcessUse
from core.runtime.correlating import fields
from core.runtime.loop_lag import LoopLag
from core.runtime.metrics_files import MetricsFiles
from core.runtime.ports import Ports

_log = logging.getLogger(__name__)

WAITING = (Status.CREATED, Status.WAITING)


class Driving(Protocol):
    """What whoever drives knows of itself."""

    @property
    def health(self) -> tuple[Health, ...]: ...

    def timers(self) -> Mapping[str, Timer]: ...

    def held_microusd(self) -> int: ...

    def tries(self) -> Mapping[tuple[str, str], int]: ...


class Exposing:
    """Belongs to one event loop. Without `driving`, only what the log tells is told."""

    def __init__(self, ports: Ports, metrics: MetricsFiles, *, driving: Driving | None = None) -> None:
        self._ports = ports
        self._metrics = metrics
        self._driving = driving
        self._heard: dict[Digest, tuple[RuleId, ...]] = {}
        self._began_ms = ports.clock.now_ms() if driving is not None else 0
        self.lag = LoopLag(ports.monotonic_ns)

    async def families(self) -> tuple[Family, ...]:
        """All of them, true up to the newest committed event. Raises StorageFailed."""
        book = await self._metrics.book()
        await self._learn(book)
        first = await self._ports.log.read_all(limit=1, with_envelopes=False)
        of_log = log_families(
            book,
            heard=self._heard,
            now_ms=self._ports.clock.now_ms(),
            since_ms=first[0].at_ms if first else 0,
        )
        if self._driving is None:
            return of_log
        readings = await self._readings(self._driving, book)
        return *of_log, *process_families(readings, cut={each.spec.name: each.cut for each in of_log if each.cut})

    async def _learn(self, book: Book) -> None:
        """Which rules are enabled in the versions that decisions were taken under; none is ever changed."""
        for digest in book.measures.watched.decisions:
            if digest in self._heard:
                continue
            try:
                rules = await self._ports.catalogue.rule_set(digest)
            except WrongUse:
                continue  # one that this catalogue never had; what was heard then is counted as one unknown rule
            self._heard[digest] = tuple(rule.id for rule in rules if rule.enabled)

    async def _readings(self, driving: Driving, book: Book) -> ProcessReadings:
        ports = self._ports
        used = await self._used()
        outbox = await ports.telling.outbox.figures() if ports.telling is not None else None
        queues = {
            "sessions": sum(1 for life in book.lives.values() if life.status in WAITING),
            "inbox": len(await ports.inbox.waiting()),
            "notifications": outbox.pending if outbox is not None else 0,
            **{name: depth() for name, depth in ports.queues.items()},
        }
        return ProcessReadings(
            began_ms=self._began_ms,
            version=ports.version,
            python=platform.python_version(),
            cpu_ns=used.cpu_ns if used is not None else None,
            memory_bytes=used.memory_bytes if used is not None else None,
            machine_free_ppm=used.machine_free_ppm if used is not None else None,
            lag_ns=self.lag.seen,
            timers=driving.timers(),
            queues=queues,
            tries=driving.tries(),
            dead=outbox.dead if outbox is not None else 0,
            unacknowledged=outbox.unacknowledged if outbox is not None else 0,
            held_microusd=driving.held_microusd(),
            health=driving.health,
        )

    async def _used(self) -> ProcessUse | None:
        """What this process takes of the machine; None where that isn't looked after, or the system doesn't say."""
        if self._ports.process_use is None:
            return None
        try:
            return await asyncio.to_thread(self._ports.process_use)  # what asks is loaded when it is first asked
        except OSError as error:
            _log.warning("what this process uses is not known", extra=fields(error=str(error)))
            return None
