"""How does a test drive sessions under a clock of its own?

A stage is a driver over the in-memory ports, in virtual time, with scripted participants. `crash` throws the process
away and keeps what was durable; `drive` puts another one in its place.
"""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from core.domain.commands import COMMANDS, Command
from core.domain.events import Event, Recorded
from core.domain.flow import Flow, kinds_of
from core.domain.ids import SessionId
from core.domain.session import SessionState, Status
from core.engine.engine import Engine
from core.engine.facts import SESSION_FACTS
from core.flows.debate import DebateFlow
from core.flows.refinement import RefinementFlow
from core.orchestrator import Orchestrator
from core.ports.check_runner import CheckRunner, NoCommands
from core.ports.event_log import EventLog
from core.ports.model_provider import ModelProvider
from core.ports.people_present import NobodyPresent, PeoplePresent
from core.providers.registry import Providers
from core.providers.script import Answer, Script
from core.providers.scripted import ScriptedProvider
from core.rules.extending import NO_PLUGINS, Plugins
from core.rules.rule import Rule
from core.rules.standard import STANDARD_RULES
from core.runtime.caching import CachedAnswers
from core.runtime.folding import folded
from core.runtime.library import Library
from core.runtime.ports import Limits, Ports, Rhythm
from storage.wire import CommandWire
from tests.memory import Disk, MemoryCatalogue, MemoryCostBook, MemoryInbox, MemoryIndex, MemoryLock, MemoryLog
from tests.virtual_time import VirtualClock, VirtualLoop

THINKS_MS = 5_000
NEVER_SECONDS = 365 * 86_400
QUIET = Rhythm(
    exports_on_completion=False,
    metrics_seconds=None,
    health_seconds=None,
    # The schedule goes by the machine's own clock, which would have a say in what happens in virtual time.
    rule_measures_seconds=NEVER_SECONDS,
    rule_measures_first_seconds=NEVER_SECONDS,
)
"""Files and health checks wait for real disks, which a virtual clock can't."""
METRICS = TemporaryDirectory(prefix="moot-stage-")
"""Each stage has a folder in it, made where something is written into it."""
atexit.register(METRICS.cleanup)
PRICED = {"input_microusd": 3_000_000, "output_microusd": 15_000_000}


def script(*texts: str, delay_ms: int = THINKS_MS, **fields: object) -> Script:
    """Everybody says these in turn, and then the last for ever; the judge finds for the motion."""
    spoken = tuple(Answer(text=text, delay_ms=delay_ms) for text in texts or ("The rota is short.",))
    judged = (Answer(text="The case for it stands.\nVERDICT: for", delay_ms=delay_ms),)
    return Script(answers={"default": spoken, "judge": judged}, **fields)  # type: ignore[arg-type]


@dataclass
class Stage:
    """What is durable, and the process that drives it at the moment."""

    script: Script = field(default_factory=script)
    rules: Sequence[Rule] = STANDARD_RULES
    limits: Limits = field(default_factory=Limits)
    disk: Disk = field(default_factory=Disk)
    catalogue: MemoryCatalogue = field(default_factory=MemoryCatalogue)
    index: MemoryIndex = field(default_factory=MemoryIndex)
    costs: MemoryCostBook = field(init=False)
    inbox: MemoryInbox = field(default_factory=MemoryInbox)
    lock: list[str] = field(default_factory=list)
    clock: VirtualClock = field(default_factory=VirtualClock)
    metrics_folder: Path = field(default_factory=lambda: Path(METRICS.name) / uuid4().hex)
    provider: ScriptedProvider | None = None
    answers: CachedAnswers | None = None
    rules_folder: Path | None = None
    providers: Sequence[ModelProvider] = ()
    plugins: Plugins = NO_PLUGINS
    people: PeoplePresent = field(default_factory=NobodyPresent)
    checks: CheckRunner = field(default_factory=NoCommands)
    make_log: Callable[[Disk], EventLog] | None = None
    ids: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.costs = MemoryCostBook(self.disk)
        self.inbox.receipts = self.catalogue.receipts

    def orchestrator(self) -> Orchestrator:
        """Another process over the same database."""
        kinds = kinds_of((DebateFlow(templates={}, documents={}), RefinementFlow(documents={})))
        library = Library(self.catalogue, (*SESSION_FACTS, *kinds.facts), self.plugins)
        debate = DebateFlow(templates=library.templates, documents=library.documents)
        flows: dict[str, Flow] = {
            "debate@1": debate,
            "debate@2": debate,
            "refinement@1": RefinementFlow(documents=library.documents),
        }
        provider = self.provider or ScriptedProvider(clock=self.clock, script=self.script)
        self.ports = Ports(
            log=(self.make_log or MemoryLog)(self.disk),
            catalogue=self.catalogue,
            index=self.index,
            costs=self.costs,
            inbox=self.inbox,
            lock=MemoryLock(self.lock),
            providers=Providers(self.providers or [provider]),
            clock=self.clock,
            wire=CommandWire((*COMMANDS, *kinds.commands)),
            library=library,
            engine=Engine(flows=flows, rule_sets=library.rule_sets, plugins=self.plugins),
            new_id=lambda: f"{next(self.ids):032x}",
            new_seed=lambda: 7,
            local_midnight_ms=lambda at_ms: at_ms - at_ms % 86_400_000,
            monotonic_ns=lambda: 0,
            metrics_folder=self.metrics_folder,
            answers=self.answers,
            people=self.people,
            checks=self.checks,
            rules_folder=self.rules_folder,
        )
        return Orchestrator(self.ports, self.limits, rhythm=QUIET)

    async def drive(self, *, recover: bool = True) -> Orchestrator:
        """A process that drives, started; the stage's rules are put in force where there are none yet."""
        if not self.catalogue.versions:
            await self.catalogue.save_rules(self.rules, actor="test", at_ms=0, change="for the test")
        orchestrator = self.orchestrator()
        await orchestrator.start(must_drive=True, recover=recover)
        return orchestrator

    async def crash(self) -> None:
        """Everything that was not durable is gone, at once and without a word."""
        loop = asyncio.get_running_loop()
        tasks = loop.tasks() if isinstance(loop, VirtualLoop) else asyncio.all_tasks()
        doomed = [task for task in tasks if task is not asyncio.current_task()]
        for task in doomed:
            task.cancel()
        await asyncio.gather(*doomed, return_exceptions=True)
        self.lock.clear()
        self.disk.is_dead = False

    def records(self, session: SessionId) -> list[Recorded]:
        """What is on record of a session."""
        return [record for record in self.disk.records if record.session == session]

    def events(self, session: SessionId, kind: type[Event] | None = None) -> list[Event]:
        """A session's events, of one kind where given."""
        return [each.event for each in self.records(session) if kind is None or isinstance(each.event, kind)]

    async def state(self, session: SessionId) -> SessionState:
        """The fold of what is on record."""
        return await folded(self.ports, session)


async def start(orchestrator: Orchestrator, motion: str = "Shorten the rota?", **fields: object) -> SessionId:
    """A debate of the simple format between scripted participants."""
    asked: Mapping[str, object] = {"template_id": "simple_debate", "casting": {"": "scripted"}, **fields}
    return await orchestrator.start_debate(motion, **asked)


async def until(orchestrator: Orchestrator, session: SessionId, *statuses: Status) -> Status:
    """Wait until a session stands at one of `statuses`; at its end where none is named."""
    wanted = statuses or (Status.COMPLETED, Status.CANCELLED, Status.FAILED)
    position = -1
    while True:
        row = await orchestrator.summary(session)
        if row.status in wanted:
            return row.status
        position = await orchestrator.committed_beyond(max(position, row.position))


async def until_event(orchestrator: Orchestrator, session: SessionId, kind: type[Event], number: int = 1) -> Event:
    """Wait for the event of that kind and number of a session."""
    seen = 0
    async for record in orchestrator.watch(session):
        if isinstance(record.event, kind):
            seen += 1
            if seen == number:
                return record.event
    raise AssertionError("watching never ends by itself")


async def obey(orchestrator: Orchestrator, session: SessionId, command: Command) -> str:
    return await orchestrator.command(session, command)
