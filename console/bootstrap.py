"""Which implementations make up this moot? The only file that names them."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from console import collecting, taking_turns
from console.doctor import DatabaseHealth
from console.http.metrics_endpoint import HttpMetricsEndpoint
from console.locations import find_locations
from console.machine import SystemClock, local_midnight_ms, new_seed, new_session_id, process_use
from console.message_templates import read_sources
from console.plugins import find_plugins
from console.setting_limits import limits_of, rhythm_of, set_for_providers
from console.settings import PROVIDER_KEYS, Settings
from console.telling import live_target, mail_target, routes_of, target
from console.telling_times import local_minute_of, timetable_of
from console.version import VERSION
from core.channels.audit_log import LINE, AuditLog
from core.channels.live import LIVE, Live
from core.channels.live_journal import LiveJournal
from core.channels.mail import HTML, OWN, Mail
from core.channels.participants import PARTICIPANTS, Participants
from core.channels.templates import MessageTemplate
from core.channels.terminal import Terminal
from core.channels.unready import Unready
from core.channels.webhook import BODY, Webhook
from core.domain.commands import COMMANDS
from core.domain.errors import MootError, StorageFailed
from core.domain.events import ENGINE_EVENTS
from core.domain.flow import Flow, kinds_of
from core.domain.ids import Digest
from core.domain.steps import Document
from core.domain.unasked import UNASKED
from core.engine.engine import Engine
from core.engine.facts import SESSION_FACTS
from core.flows.debate import DebateFlow
from core.flows.refinement import RefinementFlow
from core.notifying.routing import LOG, TERMINAL
from core.orchestrator import Orchestrator
from core.ports.catalogue import Catalogue
from core.ports.channel import Channel, ChannelUnready
from core.ports.clock import Clock
from core.ports.model_offers import ModelOffers
from core.ports.response_cache import CacheMode, ResponseCache
from core.ports.terminal_target import NoTerminal, TerminalTarget
from core.providers.at_hand import AtHand, Setup, all_at_hand, rehearsal_alone
from core.providers.demo_pack import DEMO_MOTION, demo_documents
from core.providers.keys import Secret
from core.providers.listening import Patience
from core.providers.prices import Prices
from core.providers.registry import Providers
from core.providers.rehearsal import REHEARSAL, RehearsalProvider
from core.providers.scripted import SCRIPTED
from core.providers.simulated import SimulatedProvider
from core.rules.extending import NO_PLUGINS, Plugins
from core.runtime.backups import Backups
from core.runtime.caching import CachedAnswers
from core.runtime.correlating import fields
from core.runtime.costs import CostsOfDay, midnights_ms
from core.runtime.driver_notes import NOTES_SETTING, notes_from_text
from core.runtime.folder_notes import FOLDER_SETTING, folder_from_text
from core.runtime.library import Library
from core.runtime.ports import Ports
from core.runtime.requests import DebateRequest
from core.runtime.telling import TellingPorts
from core.templates.template import Template
from core.tools.allowed_commands import AllowedCommands
from storage.chain_check import SAMPLE_EVENTS
from storage.checkup import check_up
from storage.codec import Codec
from storage.compaction import SqliteCompaction
from storage.database import SCHEMA_VERSION, Synchronous
from storage.files import SqliteFiles
from storage.lock import DriverLock
from storage.memory_cache import MemoryCache
from storage.opened import Storage, open_storage
from storage.wire import CommandWire

UNMETERED = (*UNASKED, SCRIPTED, "ollama", "vllm")
"""Who runs here, or on a machine of one's own: nobody counts how often they are asked."""

DAYS_TOLD = 7
"""So many days of spending a doctor tells of, today included."""

DEMO_SEED = 20_261_120
NOTIFICATIONS_SUFFIX, LIVE_SUFFIX = ".notifications.jsonl", ".live.jsonl"
"""The audit trail of who was told what, and what was told live, lie beside the database that they are about."""

MILLISECONDS_PER_SECOND = 1_000

_log = logging.getLogger(__name__)
logging.getLogger(__package__).addHandler(logging.NullHandler())  # a script that keeps no log asked for no lines


def _flows(templates: Mapping[Digest, Template], documents: Mapping[Digest, Document]) -> tuple[Flow, ...]:
    """Every kind of session there is: what the log, the rules and the driver must know of each, it says itself. What an
    earlier version began goes on by that one."""
    debate = DebateFlow(templates=templates, documents=documents)
    return debate, replace(debate, version=1), RefinementFlow(documents=documents)


KINDS = kinds_of(_flows({}, {}))
FACTS = (*SESSION_FACTS, *KINDS.facts)
"""What rules can look at without any plugin."""


def open_orchestrator(
    config: Settings, *, is_demo: bool = False, terminal: TerminalTarget | None = None
) -> Orchestrator:
    """The core over the database that `config` names, which is made where there is none. Raises StorageFailed.

    `start` it, use it on one event loop, `stop` it. A demo knows no provider but rehearsal, so that it can't spend,
    whatever keys are set, and no plugin, so that it is the same everywhere. `terminal` is where it may ring.
    """
    collecting.seldom()
    taking_turns.short()
    clock = SystemClock()
    storage = _open(config)
    plugins = NO_PLUGINS if is_demo else find_plugins([spec.name for spec in FACTS])
    library, engine = _engine_over(storage.catalogue, plugins)
    at_hand = _at_hand(config, clock, is_demo=is_demo)
    ports = Ports(
        log=storage.log,
        catalogue=storage.catalogue,
        index=storage.index,
        costs=storage.costs,
        inbox=storage.inbox,
        lock=DriverLock(config.database),
        providers=Providers(at_hand.providers),
        clock=clock,
        wire=_wire(),
        library=library,
        engine=engine,
        new_id=new_session_id,
        new_seed=new_seed,
        local_midnight_ms=local_midnight_ms,
        monotonic_ns=time.monotonic_ns,
        metrics_folder=config.metrics_export_path,
        version=VERSION,
        offers=at_hand.offers,
        people=at_hand.people,
        checks=AllowedCommands(config.refine_commands),
        answers=_answers(config, storage, clock),
        telling=_telling(config, storage, clock, terminal or NoTerminal(), is_demo=is_demo),
        outbox=storage.outbox,
        rules_folder=config.rules_folder,
        backups=_backups(config.database, clock, plugins, is_beside_sessions=True),
        bundles=storage.bundles,
        lives=storage.lives,
        endpoint=HttpMetricsEndpoint(config.metrics_address, config.metrics_port) if config.metrics_port else None,
        queues={"writes": storage.writes_waiting},
        compaction=SqliteCompaction(storage.path),
        process_use=process_use,
        engine_over=lambda catalogue: _engine_over(catalogue, plugins),
        notices=_told_of(storage),
    )
    return Orchestrator(ports, limits_of(config, unmetered=UNMETERED), rhythm=rhythm_of(config))


def open_backups(config: Settings) -> Backups:
    """Back-ups of the database that `config` names, which is not opened: it may be broken, or absent."""
    return _backups(config.database, SystemClock(), installed_plugins(), is_beside_sessions=False)


def open_offers(config: Settings) -> ModelOffers:
    """What can be asked here, without a database. Look, then close. Raises WrongUse for prices that can't be read."""
    return _at_hand(config, SystemClock(), is_demo=False).offers


def installed_plugins() -> Plugins:
    """What the plugins installed here bring to rules, and what was left out of them, without a database."""
    return find_plugins([spec.name for spec in FACTS])


def demo_request() -> DebateRequest:
    """The debate that `moot demo` rehearses: the same words on every machine."""
    return DebateRequest(
        question=DEMO_MOTION, casting={"": REHEARSAL}, documents=demo_documents(), seed=DEMO_SEED, origin="demo"
    )


def inspect_database(config: Settings, *, all_chains: bool = False) -> DatabaseHealth:
    """What there is to say about the database's file, with the chains of its newest sessions or of all.

    Changes nothing, and makes nothing where there is none.
    """
    path = config.database
    if not path.exists():
        return DatabaseHealth(state="absent")
    days_ms = midnights_ms(SystemClock().now_ms(), days=DAYS_TOLD, local_midnight_ms=local_midnight_ms)
    found = check_up(path, costs_from_ms=days_ms, chains_max=None if all_chains else SAMPLE_EVENTS)
    return DatabaseHealth(
        state="failing" if found.faults else "ok",
        reason="; ".join(found.faults),
        schema=found.schema,
        sessions=found.sessions,
        bytes=found.bytes,
        chains_sessions=found.chains.sessions,
        chains_events=found.chains.events,
        driver=DriverLock(path).holder() or "nobody",
        notes=notes_from_text(found.settings.get(NOTES_SETTING, "")),
        rules_folder=folder_from_text(found.settings.get(FOLDER_SETTING, "")),
        costs=tuple(CostsOfDay(midnight_ms=span.from_ms, routes=span.routes) for span in found.costs),
    )


def inspect_channels(config: Settings) -> Mapping[str, str]:
    """What each channel lacks that is set up, "" where nothing is missing, and under `routes` and `templates` what is
    wrong with those. Opens nothing and sends nothing; nothing at all where telling is switched off."""
    if not config.enable_notifications:
        return {}
    looks: dict[str, Callable[[], object]] = dict.fromkeys((LOG, TERMINAL, PARTICIPANTS), lambda: None)
    looks |= {name: partial(target, name, config) for name in config.webhooks}
    looks |= {name: partial(mail_target, name, config) for name in config.mail}
    # A token that nobody has asked for yet is made by whoever drives.
    has_token = bool(config.live_token_env) or find_locations().live_token.exists()
    looks[LIVE] = partial(live_target, config) if has_token else lambda: None
    channels = tuple(looks)
    looks["routes"] = lambda: routes_of(config, channels)
    looks["templates"] = lambda: _words(config)
    return {name: _fault_of(look) for name, look in looks.items()}


def _fault_of(look: Callable[[], object]) -> str:
    try:
        look()
    except MootError as fault:
        return str(fault)
    return ""


def _telling(
    config: Settings, storage: Storage, clock: Clock, terminal: TerminalTarget, *, is_demo: bool
) -> TellingPorts | None:
    """What telling stands on; None where it is switched off. Raises WrongUse for settings that make no sense."""
    if not config.enable_notifications:
        return None
    words = _words(config) if not is_demo else {}
    every: list[Channel] = [AuditLog(config.database.with_suffix(NOTIFICATIONS_SUFFIX), words.get(LOG))]
    every += [
        _ready(name, lambda name: Webhook(target(name, config), now_ms=clock.now_ms, templates=words.get(name)))
        for name in config.webhooks
    ]
    every += [_ready(name, lambda name: Mail(mail_target(name, config), words.get(name))) for name in config.mail]
    every += [
        _ready(LIVE, lambda _: _live(config, storage, clock)),
        Terminal(terminal, clock, words.get(TERMINAL)),
        Participants(),
    ]
    channels = {channel.name: channel for channel in every}
    return TellingPorts(
        outbox=storage.outbox,
        channels=channels,
        routes=routes_of(config, tuple(channels)),
        reminders=config.notification_reminders,
        timetable=timetable_of(config, tuple(channels)),
        local_minute=local_minute_of(config),
    )


def _words(config: Settings) -> Mapping[str, Mapping[str, MessageTemplate]]:
    """The operator's own words by channel and part. Raises WrongUse for a template that is none."""
    parts: dict[str, tuple[str, ...]] = {LOG: (LINE,), TERMINAL: (LINE,), LIVE: (), PARTICIPANTS: ()}
    parts |= {name: (BODY,) for name in config.webhooks} | {name: tuple(OWN) for name in config.mail}
    sources = read_sources(find_locations().message_templates, parts)
    return {
        channel: {
            part: MessageTemplate(source.text, where=source.where, is_html=part == HTML)
            for part, source in of_channel.items()
        }
        for channel, of_channel in sources.items()
    }


def _live(config: Settings, storage: Storage, clock: Clock) -> Live:
    journal = LiveJournal(config.database.with_suffix(LIVE_SUFFIX))
    return Live(live_target(config), journal, log=storage.log, wire=_wire(), clock=clock)


def _ready(name: str, made: Callable[[str], Channel]) -> Channel:
    """A channel; one that lacks a variable of the environment keeps nobody from all the rest."""
    try:
        return made(name)
    except ChannelUnready as lacking:
        return Unready(name, str(lacking))


def _answers(config: Settings, storage: Storage, clock: SystemClock) -> CachedAnswers | None:
    """Kept answers: in memory, behind that in the database, behind that in Redis where REDIS_URL names one.

    Who switches this on means debates too, whose temperature is high: theirs is the only question asked.
    """
    mode = CacheMode(config.response_cache)
    if mode is CacheMode.OFF:
        return None
    behind: list[ResponseCache] = [storage.response_cache]
    address = os.environ.get("REDIS_URL")
    if address:
        # An extra: who shares no answers between machines needs no client.
        from storage.redis_cache import RedisCache

        behind.append(RedisCache(address))
    return CachedAnswers(mode=mode, clock=clock, memory=MemoryCache(), behind=behind, keeps_warm=True)


def _engine_over(catalogue: Catalogue, plugins: Plugins) -> tuple[Library, Engine]:
    """What decides sessions whose rules, templates and evidence are in that catalogue."""
    library = Library(catalogue, FACTS, plugins)
    flows = {f"{flow.name}@{flow.version}": flow for flow in _flows(library.templates, library.documents)}
    return library, Engine(flows=flows, rule_sets=library.rule_sets, plugins=plugins)


def _backups(database: Path, clock: SystemClock, plugins: Plugins, *, is_beside_sessions: bool) -> Backups:
    return Backups(
        SqliteFiles(database, codec=_codec()),
        engine_over=lambda catalogue: _engine_over(catalogue, plugins),
        wire=_wire(),
        lock=DriverLock(database),
        clock=clock,
        monotonic_ns=time.monotonic_ns,
        is_beside_sessions=is_beside_sessions,
    )


def _wire() -> CommandWire:
    return CommandWire((*COMMANDS, *KINDS.commands))


def _codec() -> Codec:
    return Codec((*ENGINE_EVENTS, *KINDS.events, *COMMANDS, *KINDS.commands))


def _told_of(storage: Storage) -> tuple[str, ...]:
    """What happened while the database was opened that its operator wants to know."""
    migrated = storage.migrated
    if migrated is None:
        return ()
    said = fields(before=migrated.before, schema=SCHEMA_VERSION, kept=str(migrated.copy))
    _log.info("the database was brought to a newer schema", extra=said)
    return (
        f"{storage.path}: brought from schema {migrated.before} to {SCHEMA_VERSION}. As it was before it is kept at "
        f"{migrated.copy}; delete that once you no longer want to go back.",
    )


def _open(config: Settings) -> Storage:
    """Open the database. Its folder is made where it is moot's own; one that the operator named has to be there."""
    folder = config.database.parent
    if folder.is_relative_to(find_locations().data):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageFailed(
                f"the folder can't be made: {error.strerror}.",
                where=str(folder),
                now="Mend its rights, or name another database with --database.",
            ) from error
    synchronous: Synchronous = "FULL" if config.synchronous == "full" else "NORMAL"
    return open_storage(config.database, codec=_codec(), synchronous=synchronous)


def _at_hand(config: Settings, clock: SystemClock, *, is_demo: bool, environ: Mapping[str, str] = os.environ) -> AtHand:
    """Every provider there is, or the rehearsal alone. Raises WrongUse for a table of prices that can't be read."""
    rehearsal = RehearsalProvider(clock=clock, pace_characters_per_second=config.rehearsal_pace or None)
    if is_demo:
        return rehearsal_alone(rehearsal, clock=clock)
    prices = Prices(clock=clock, table=find_locations(environ).prices)
    simulated = SimulatedProvider(clock=clock, pace_characters_per_second=config.rehearsal_pace or None)
    return all_at_hand(_setup(config, environ), clock=clock, prices=prices, rehearsal=rehearsal, simulated=simulated)


def _setup(config: Settings, environ: Mapping[str, str]) -> Setup:
    """Where each provider is, and its key. The keys go from the environment to whoever calls, and nowhere else."""
    return Setup(
        keys={name: Secret(environ.get(name, "")) for name in PROVIDER_KEYS},
        addresses=set_for_providers(config, "base_url"),
        models=set_for_providers(config, "model"),
        gemini_sdk=config.gemini_sdk,
        patience=Patience(
            connect_ms=config.model_connect_seconds * MILLISECONDS_PER_SECOND,
            first_token_ms=config.model_first_token_seconds * MILLISECONDS_PER_SECOND,
            idle_ms=config.model_silence_seconds * MILLISECONDS_PER_SECOND,
        ),
    )
