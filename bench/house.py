"""Where do sessions that are measured live?

A real database in a folder of its own, opened as the console opens it, with a format whose rounds are long enough for
ten thousand turns, the standard rules held back from ending it, and participants that answer from a script.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.engine_turn import long_format, never_ending, text_of
from console.bootstrap import open_orchestrator
from console.settings import Settings
from core.domain.commands import COMMANDS
from core.domain.events import ENGINE_EVENTS
from core.domain.ids import ParticipantId, SessionId
from core.flows.debate_events import DEBATE_EVENTS
from core.orchestrator import Orchestrator
from core.rules.standard import STANDARD_RULES
from core.templates.template import Template
from storage.codec import Codec
from storage.opened import open_storage

MOTION = "The release train leaves on Fridays."
DEBATES_AT_ONCE_MAX = 10_000
DISTINCT_TURNS = 64
"""More than anybody looks back for a repetition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An orchestrator over a database of its own; `model` is what its seats are cast with."""

    orchestrator: Orchestrator
    model: str
    database: Path

    async def start(self) -> SessionId:
        """A debate that won't end by itself."""
        return await self.orchestrator.start_debate(MOTION, template_id="long", casting={"": self.model}, seed=1)


@asynccontextmanager
async def house(folder: Path, *, thinks_ms: int = 0, synchronous: str = "normal") -> AsyncIterator[House]:
    """Opened and driving; stopped without waiting for anybody."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # before anything is measured
    settings = Settings(
        database=folder / "moot.db",
        synchronous=synchronous,
        max_concurrent_debates=DEBATES_AT_ONCE_MAX,
        cap_day_microusd=None,
        metrics_export_path=folder / "metrics",
    )
    await furnish(settings.database)
    orchestrator = open_orchestrator(settings)
    await orchestrator.start(must_drive=True)
    try:
        yield House(
            orchestrator=orchestrator, model=f"scripted:{script(folder, thinks_ms)}", database=settings.database
        )
    finally:
        await orchestrator.stop(drain=False)


async def furnish(database: Path) -> None:
    """Put the long format and the rules into a new database."""
    storage = open_storage(database, codec=Codec((*ENGINE_EVENTS, *DEBATE_EVENTS, *COMMANDS)))
    await storage.catalogue.save_rules(list(map(never_ending, STANDARD_RULES)), actor="bench", at_ms=1, change="bench")
    await storage.catalogue.save_template(long_template(), actor="bench", at_ms=1)
    await storage.close()


def long_template() -> Template:
    """The long format, with the participants that every database has."""
    template, _, _ = long_format()
    seats = tuple(replace(spec, participant=ParticipantId(spec.role.value)) for spec in template.seats)
    return replace(template, seats=seats)


def script(folder: Path, thinks_ms: int) -> Path:
    """A script's path: everybody says about 500 characters after `thinks_ms`, without a price."""
    path = folder / f"thinks-{thinks_ms}.yaml"
    answers = [{"text": text_of(turn), "delay_ms": thinks_ms} for turn in range(DISTINCT_TURNS)]
    path.write_text(json.dumps({"piece_characters": 100_000, "by_turn": answers}), encoding="utf-8")
    return path


class Commits:
    """When each commit was announced, and a way to wait for a number of them."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._wanted = 0
        self._reached: asyncio.Future[None] | None = None
        self.at_ns: list[int] = []
        self.stop = orchestrator.on_committed(self._note)

    def _note(self, position: int) -> None:
        self.at_ns.append(time.perf_counter_ns())
        if len(self.at_ns) == self._wanted and self._reached is not None:
            self._reached.set_result(None)

    async def next(self, count: int) -> list[int]:
        """Nanoseconds between the next `count` commits."""
        self.at_ns.clear()
        self._wanted = count + 1
        self._reached = asyncio.get_running_loop().create_future()
        await self._reached
        return [after - before for before, after in zip(self.at_ns, self.at_ns[1:], strict=False)]


__all__ = ["Commits", "House", "furnish", "house", "long_template", "script"]
