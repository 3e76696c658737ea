"""What does the runtime stand on?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.analytics.thresholds import STANDARD, Thresholds
from core.domain.costs import provider_of
from core.domain.unanswered import AnswerTerms
from core.engine.engine import Engine
from core.ports.bundles import Bundles
from core.ports.catalogue import Catalogue
from core.ports.check_runner import CheckRunner, NoCommands
from core.ports.clock import Clock
from core.ports.compaction import Compaction
from core.ports.cost_book import CostBook
from core.ports.driver_lock import DriverLock
from core.ports.event_log import EventLog
from core.ports.inbox import Inbox
from core.ports.life_book import LifeBook
from core.ports.metrics_endpoint import MetricsEndpoint
from core.ports.model_offers import ModelOffers, NothingOffered
from core.ports.model_provider import ModelProviders
from core.ports.outbox import Outbox
from core.ports.people_present import NobodyPresent, PeoplePresent
from core.ports.process_use import ReadProcessUse
from core.ports.session_index import SessionIndex
from core.ports.wire import Wire
from core.runtime.backups import Backups
from core.runtime.caching import CachedAnswers
from core.runtime.exporting.wanted import ExportPlan
from core.runtime.gateway.gateway import GatewayLimits
from core.runtime.library import Library
from core.runtime.telling import TellingPorts

EngineOver = Callable[[Catalogue], tuple[Library, Engine]]
"""What decides sessions whose rules, templates and evidence are in another catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything outside the runtime, handed in once. `new_id` draws a session id of 32 hexadecimal digits.

    `local_midnight_ms` tells from when on "today" counts; `version` is moot's own; `answers` are kept ones, None where
    none are kept; `checks` runs programs that may look at drafts; `telling` is by what somebody is told what happens,
    None where nobody is, and `outbox` holds what was told, also then; `rules_folder` is watched for files of rules,
    None where none is; `compaction` gives back the room of what was deleted, and `process_use` tells what this process
    takes of the machine, None where neither is looked after; `lives` is where the analytics keep what they know of each
    session, None where they aren't kept; `endpoint` is where whoever watches from outside fetches figures, None where
    nobody may, and `queues` tell how much waits in each of those that the runtime doesn't keep itself; `backups` are
    those of the database, and `notices` tell of what opening it brought about. What `bundles` bring is decided by
    `engine_over` before it is taken in.
    """

    log: EventLog
    catalogue: Catalogue
    index: SessionIndex
    costs: CostBook
    inbox: Inbox
    lock: DriverLock
    providers: ModelProviders
    clock: Clock
    wire: Wire
    library: Library
    engine: Engine
    new_id: Callable[[], str]
    new_seed: Callable[[], int]
    local_midnight_ms: Callable[[int], int]
    monotonic_ns: Callable[[], int]
    metrics_folder: Path
    version: str = ""
    offers: ModelOffers = field(default_factory=NothingOffered)
    people: PeoplePresent = field(default_factory=NobodyPresent)
    checks: CheckRunner = field(default_factory=NoCommands)
    answers: CachedAnswers | None = None
    telling: TellingPorts | None = None
    outbox: Outbox | None = None
    rules_folder: Path | None = None
    backups: Backups | None = None
    bundles: Bundles | None = None
    engine_over: EngineOver | None = None
    compaction: Compaction | None = None
    process_use: ReadProcessUse | None = None
    lives: LifeBook | None = None
    endpoint: MetricsEndpoint | None = None
    queues: Mapping[str, Callable[[], int]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What happens by itself: files after each completion and every so many seconds, exports as planned, health checks;
    None for never.

    What rules did is counted first after `rule_measures_first_seconds`: soon, because until then whoever asks counts
    all that is not counted yet. Every `upkeep_seconds` sessions that ended more than `keep_days` ago are cleared out, 0
    for never; one that has waited for a person for `stale_days` is told of, 0 for never. Every `analytics_seconds` it
    is looked whether something about the sessions is odd.
    """

    exports_on_completion: bool = True
    metrics_seconds: int | None = 300
    exports: ExportPlan | None = None
    health_seconds: int | None = 30
    upkeep_seconds: int | None = None
    keep_days: int = 0
    stale_days: int = 0
    rule_measures_seconds: int = 60
    rule_measures_first_seconds: int = 5
    analytics_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the operator allows. Caps are in micro-dollars, None lifts one; `in_doubt_policy` is retry, ask or fail, and
    `in_doubt_policies` the same for single providers, by the first part of their models' names.

    `answer_terms` hold for questions to the operator where a format says nothing of it; None waits as long as it takes.
    A call that has no end after `call_milliseconds_max` is broken off and in doubt, whatever its adapter bounds itself.
    What lies beyond the `thresholds` is told; nothing is stopped by them.
    """

    sessions_running_max: int = 10
    cap_day_microusd: int | None = None
    cap_session_microusd: int | None = None
    in_doubt_policy: str = "ask"
    in_doubt_policies: Mapping[str, str] = field(default_factory=dict)
    drain_milliseconds_max: int = 30_000
    call_milliseconds_max: int = 1_800_000
    answer_terms: AnswerTerms | None = None
    gateway: GatewayLimits = field(default_factory=GatewayLimits)
    thresholds: Thresholds = STANDARD

    def in_doubt_policy_of(self, route: str) -> str:
        """What becomes of a call by this route of which nobody knows how it ended: retry, ask or fail."""
        return self.in_doubt_policies.get(provider_of(route), self.in_doubt_policy)
