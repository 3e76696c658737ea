"""What does the one process that drives a database do all day?

It holds the lock, brings the rows up to the log, takes up what another process left, and then waits for commands,
outcomes, deadlines, changed rules and the inbox. Housekeeping runs beside it on a schedule.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from core.analytics.degradation import Feature
from core.analytics.families import Family
from core.analytics.measures import Timer
from core.domain.errors import MootError, StorageFailed
from core.domain.ids import SessionId
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.ports.channel import Driving
from core.ports.inbox import InboxAnswer
from core.runtime.analytics import Analytics
from core.runtime.analytics_alerts import AlertLooks
from core.runtime.announcements import Announcements, Progress
from core.runtime.cases import answer_terms
from core.runtime.correlating import fields
from core.runtime.costs import CostKeeper
from core.runtime.driver_health import Drives
from core.runtime.driver_notes import NOTES_SETTING, DriverNotes, notes_as_text, notes_from_text
from core.runtime.exporting.exports import Exports
from core.runtime.exporting.wanted import ExportPlan
from core.runtime.exposing import Exposing
from core.runtime.forking import Forks
from core.runtime.gateway.gateway import Gateway
from core.runtime.health import Health
from core.runtime.health_watch import HealthWatch
from core.runtime.instruments import Instruments
from core.runtime.ledger import Ledger
from core.runtime.metrics_files import COMPLETED, SCHEDULED, MetricsFiles
from core.runtime.office import SPENDING_SWITCH, Office
from core.runtime.opening import Openings
from core.runtime.ports import Limits, Ports, Rhythm
from core.runtime.projector import Projector
from core.runtime.records import records
from core.runtime.refining import Refinements
from core.runtime.requests import Asker
from core.runtime.rule_meter import RuleMeter
from core.runtime.rules_folder import RULES_FOLDER_SECONDS
from core.runtime.rules_in_force import RulesInForce
from core.runtime.schedule import JobView, Schedule
from core.runtime.session_time import ClockWatch
from core.runtime.supervisor import Supervisor
from core.runtime.telling import Telling
from core.runtime.telling_participants import ParticipantTeller
from core.runtime.upkeep import Upkeep

UPKEEP = "upkeep"
"""Who deletes what is kept no longer."""

RESTART_MILLISECONDS = 1_000
"""How long a part that broke rests before it goes on: nothing here may end while the process drives."""

INBOX_MILLISECONDS = 100
"""How often the inbox is looked at: another process has its answer within twice that."""

PROBE_SECONDS = 300
"""How often each provider that can be used is asked how it is, which spends nothing."""

PROBE_FIRST_SECONDS = 20
"""Asking loads what it is asked with: not while the console opens."""

_log = logging.getLogger(__name__)


class Driver:
    """Made for one stretch of driving: `start`, then `perform` and the rest, then `stop`."""

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
        self._metrics = metrics
        self._exports = exports
        self._analytics = analytics
        self.instruments = Instruments(ports.monotonic_ns)
        self._meter = RuleMeter(ports.log, ports.catalogue)
        self._rules = RulesInForce()
        self.ledger = Ledger(cap_day_microusd=limits.cap_day_microusd)
        self.openings = Openings(ports, limits, metrics.paces)
        self._announcements = announcements
        telling = ports.telling
        self._telling = (
            Telling(
                telling,
                ports.engine.flows,
                ports.clock,
                taken=ports.log.taken,
                terms=partial(answer_terms, ports),
            )
            if telling is not None
            else None
        )
        self.projector = Projector(
            ports.log,
            ports.index,
            CostKeeper(ports.log, ports.costs),
            ports.engine.flows,
            ports.clock,
            on_advanced=self._rows_advanced,
            notifier=self._telling.notifier if self._telling is not None else None,
        )
        self.gateway = Gateway(ports.providers, ports.clock, limits.gateway)
        self._schedule = Schedule(ports.clock)
        self.health_watch = HealthWatch(
            ports,
            Drives(
                jobs=self._schedule.jobs,
                routes=self.gateway.health,
                process_use=ports.process_use,
                stale_days=rhythm.stale_days,
            ),
            faults=lambda: tuple(self.supervisor.standing_still.values()),
            tell=self._telling.put if self._telling is not None else None,
        )
        self.supervisor = Supervisor(
            ports,
            limits,
            ledger=self.ledger,
            gateway=self.gateway,
            rules=self._rules,
            announcements=announcements,
            instruments=self.instruments,
            projector=self.projector,
            openings=self.openings,
        )
        self.office = Office(
            ports,
            supervisor=self.supervisor,
            openings=self.openings,
            refinements=Refinements(ports, limits, self.openings, metrics.paces),
            forks=Forks(ports, limits, self.openings),
            ledger=self.ledger,
            rules=self._rules,
            projector=self.projector,
            gateway=self.gateway,
            announcements=announcements,
            telling=self._telling,
            require=self.health_watch.require,
        )
        self._exposing = Exposing(ports, metrics, driving=self)
        self._upkeep = Upkeep(ports, ports.compaction, keep_days=rhythm.keep_days, delete=self._delete)
        self._watch = ClockWatch(ports.clock)
        self._tasks: list[asyncio.Task[None]] = []
        self._exporting: set[asyncio.Task[None]] = set()
        self._has_ended_since = False
        self._answering = asyncio.Lock()
        self._answers: dict[int, InboxAnswer] = {}
        self._left: frozenset[int] | None = None

    async def start(self, *, are_driven: bool, are_scheduled: bool) -> None:
        """Take the lock and bring everything up to date; go on with what another process left where `are_driven`, and
        do what is due now and then where `are_scheduled`.

        Raises DriverBusy where another process drives.
        """
        self._ports.lock.acquire(at_ms=self._ports.clock.now_ms())
        self.supervisor.is_passing = not are_scheduled
        try:
            if self._telling is not None:
                await self._telling.start(await self._ports.index.position())
            await self.projector.start()
            self._announcements.committed(await self._ports.log.last_position())
            await self._count_the_day()
            settings = await self._ports.catalogue.settings()
            self.ledger.is_stopped = bool(settings.get(SPENDING_SWITCH))
            self.health_watch.go_on_from(notes_from_text(settings.get(NOTES_SETTING, "")).health)
            await self.office.read_rules()
            if are_scheduled:
                await self.office.follow_folder()
            unfinished = await self._ports.index.unfinished()
            kept = await records(self._ports.log, unfinished)
            left = [session for session in unfinished if session not in kept]
            await self.supervisor.recover(left, are_driven=are_driven)
            await self._answer_waiting()  # before anybody here asks: what was asked first comes first
        except BaseException:
            try:
                await self.supervisor.close(drain=False)  # some may have been taken up: without the lock none may run
            finally:
                self._ports.lock.release()
            raise
        self._run(self.projector.run, "projector")
        self._run(self.supervisor.deadlines.run, "deadlines")
        self._run(self._answer_inbox, "inbox")
        if self._telling is not None:
            self._run(self._telling.run, "notifications")
            if are_scheduled:
                await self._telling.attend(
                    Driving(
                        committed_beyond=self._announcements.beyond,
                        tell_participants=ParticipantTeller(self.supervisor).tell,
                    )
                )
        if are_scheduled:
            self._begin_schedule()
            if self._ports.endpoint is not None:
                self._run(self._exposing.lag.run, "event loop lag")
                await self._ports.endpoint.serve(self.families)
        _log.info("this process drives", extra=fields(left=len(left), goes_on=are_driven))

    async def stop(self, *, drain: bool) -> None:
        """Drain, store the rows, let go of the lock. What could not be recorded is said in the log file."""
        try:
            if self._ports.endpoint is not None:
                await self._ports.endpoint.close()
            await self._schedule.stop()
            await self.supervisor.close(drain=drain)
            async with self._answering:  # what was carried out is answered, or it would be carried out again
                for task in self._tasks:
                    task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            with suppress(StorageFailed):
                await self.projector.catch_up()
                await self._measure_rules()  # a run that is over before the schedule first comes round counts too
            while self._exporting:  # also what has ended only just now is in the files
                await asyncio.gather(*self._exporting, return_exceptions=True)
            if self._telling is not None:
                await self._telling.close()
        finally:
            self._ports.lock.release()
            _log.info("this process drives no more")

    async def perform(self, verb: str, body: Mapping[str, object], *, actor: str) -> InboxAnswer:
        """Carry out a request of this process."""
        return await self.office.perform(verb, body, by=Asker(actor=actor))

    @property
    def health(self) -> tuple[Health, ...]:
        """What the last look found, and what stands still right now; nothing before the first look where all moves."""
        return self.health_watch.found

    @property
    def telling(self) -> Telling | None:
        """By what somebody is told what happens; None where nobody is."""
        return self._telling

    async def families(self) -> tuple[Family, ...]:
        """The figures for whoever watches from outside, those of this process with them."""
        return await self._exposing.families()

    def timers(self) -> Mapping[str, Timer]:
        """How long work took since this stretch of driving began."""
        return self.instruments.timers()

    def held_microusd(self) -> int:
        """What is held for calls under way."""
        return self.ledger.held_microusd

    def tries(self) -> Mapping[tuple[str, str], int]:
        """How many tries to deliver a notification there were, by channel and how they ended."""
        return self._telling.tries if self._telling is not None else {}

    def speaking(self, session: SessionId) -> tuple[Progress, ...]:
        return self.supervisor.speaking(session)

    def jobs(self) -> tuple[JobView, ...]:
        """What is due now and then, and what became of it."""
        return self._schedule.jobs()

    async def check_health(self) -> None:
        """Look at everything that can fail by itself, and remember what was found."""
        await self.health_watch.look()
        await self._ports.catalogue.save_setting(NOTES_SETTING, notes_as_text(self.notes()))

    def notes(self) -> DriverNotes:
        """How routes, providers and jobs stand, and what came of kept answers."""
        answers = self._ports.answers
        return DriverNotes(
            at_ms=self._ports.clock.now_ms(),
            routes=self.gateway.health(),
            jobs=self._schedule.jobs(),
            providers=self.gateway.providers(),
            kept=answers.figures() if answers is not None else None,
            health=self.health_watch.found,
            off=self.health_watch.off,
        )

    async def probe(self) -> None:
        """Ask each provider that can be used how it is, whether or not anybody has used it, without spending."""
        await self.gateway.probe(await self._ports.offers.usable())

    async def housekeep(self) -> None:
        """What is due now and then: a clock that was set, the day's count, and rules that were changed without asking
        us."""
        leapt_ms = self._watch.leapt_ms()
        if leapt_ms:
            _log.warning("the machine's clock leapt", extra=fields(leapt_ms=leapt_ms))
            self._schedule.begin_anew()
            await self.supervisor.clock_leapt()
        await self._count_the_day()
        await self.office.follow_rules()

    def _begin_schedule(self) -> None:
        rhythm = self._rhythm
        if self._telling is not None:
            for name, (every_seconds, work) in self._telling.jobs.items():
                self._schedule.add(name, every_seconds=every_seconds, work=work)
        self._schedule.add(
            "rule measures",
            every_seconds=rhythm.rule_measures_seconds,
            first_seconds=rhythm.rule_measures_first_seconds,
            work=self._measure_rules,
        )
        if self._ports.rules_folder is not None:
            self._schedule.add("rules folder", every_seconds=RULES_FOLDER_SECONDS, work=self.office.follow_folder)
        if rhythm.metrics_seconds is not None:
            self._schedule.add("metrics", every_seconds=rhythm.metrics_seconds, work=self._export_on_schedule)
        if rhythm.exports is not None:
            follow = partial(self._follow_exports, rhythm.exports)
            self._schedule.add("exports", every_seconds=rhythm.exports.every_seconds, work=follow)
        if rhythm.health_seconds is not None:
            self._schedule.add("health", every_seconds=rhythm.health_seconds, work=self.check_health)
            self._schedule.add(
                "providers", every_seconds=PROBE_SECONDS, first_seconds=PROBE_FIRST_SECONDS, work=self.probe
            )
        if rhythm.analytics_seconds is not None and self._ports.lives is not None:
            looks = AlertLooks(
                self._analytics,
                self._ports.lives,
                self._ports.clock,
                tell=self._telling.put if self._telling is not None else None,
                aside=asyncio.to_thread,
                process_use=self._ports.process_use,
                running=lambda: self.supervisor.running,
                running_max=self._limits.sessions_running_max,
            )
            self._schedule.add("analytics", every_seconds=rhythm.analytics_seconds, work=looks.look)
        if rhythm.upkeep_seconds is not None:
            self._schedule.add("upkeep", every_seconds=rhythm.upkeep_seconds, work=self._keep_up)
        self._schedule.start()

    def _run(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        self._tasks.append(asyncio.create_task(self._kept_going(work, name), name=name))

    async def _kept_going(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        while True:
            try:
                await work()
            except Exception:
                # A fault of ours. Without this part, sessions would go on and nobody would see what is missing.
                _log.exception("a part broke", extra=fields(part=name))
            await self._ports.clock.sleep(RESTART_MILLISECONDS)

    async def _count_the_day(self) -> None:
        midnight_ms = self._ports.local_midnight_ms(self._ports.clock.now_ms())
        if self.ledger.is_of_day(midnight_ms):
            return
        settled_microusd = self.ledger.settled_microusd
        await self.projector.catch_up()  # the rows lag behind, and what they lack was spent in the new day
        spent_microusd = await self._ports.costs.spent_since(midnight_ms)
        # What came in while we looked may be in both: then too much is counted rather than too little.
        meanwhile_microusd = self.ledger.settled_microusd - settled_microusd
        self.ledger.begin_day(midnight_ms, spent_microusd=spent_microusd + meanwhile_microusd)

    async def _answer_inbox(self) -> None:
        while True:
            await self._answer_waiting()
            try:
                await self.housekeep()
            except MootError as error:
                _log.warning("housekeeping waits", extra=fields(error=str(error)))
            await self._ports.clock.sleep(INBOX_MILLISECONDS)

    async def _answer_waiting(self) -> None:
        """Carry out each message once: where its answer can't be left, the answer is kept and left later."""
        try:
            waiting = await self._ports.inbox.waiting()
        except MootError as error:
            _log.warning("the inbox waits", extra=fields(error=str(error)))
            return
        if self._left is None:
            self._left = frozenset(message.id for message in waiting)
        for gone in self._answers.keys() - {message.id for message in waiting}:
            del self._answers[gone]
        for message in waiting:
            async with self._answering:
                if message.id not in self._answers:
                    has_waited = message.id in self._left
                    self._answers[message.id] = await self.office.answer(message, has_waited=has_waited)
                try:
                    await self.projector.catch_up()  # whoever asked finds in the rows what came of it
                    await self._ports.inbox.answer(
                        message.id, self._answers[message.id], at_ms=self._ports.clock.now_ms()
                    )
                except Exception as error:
                    # One answer that can't be left must not keep the others from theirs.
                    _log.warning("a message has no answer yet", extra=fields(message=message.id, error=str(error)))

    async def _measure_rules(self) -> None:
        await self._meter.store()
        taken = self.instruments.rules.take()
        if not taken:
            return
        try:
            await self._ports.catalogue.add_rule_times(taken)
        except StorageFailed:
            self.instruments.rules.give_back(taken)
            raise

    def _rows_advanced(self, rows: Sequence[SessionSummary]) -> None:
        """A session that has ended is in the files soon after, and several that end together share one pair."""
        has_ended = any(row.status is Status.COMPLETED for row in rows)
        if not has_ended or not self._rhythm.exports_on_completion:
            return
        self._has_ended_since = True
        if not self._exporting:
            task = asyncio.create_task(self._export_completed(), name="metrics")
            self._exporting.add(task)
            task.add_done_callback(self._exporting.discard)

    async def _export_completed(self) -> None:
        while self._has_ended_since:  # also what ended while the last pair was being written
            self._has_ended_since = False
            try:
                await self.export_metrics(reason=COMPLETED)
            except MootError as error:
                _log.warning("metrics were not exported", extra=fields(error=str(error)))

    async def _keep_up(self) -> None:
        """Clear out what is kept no longer, and give back its room in an hour in which nothing runs."""
        await self.health_watch.require(Feature.HOUSEKEEPING)
        await self._upkeep.clear_out()
        await self._upkeep.compact(is_idle=not self.supervisor.running)

    async def _delete(self, session: SessionId) -> None:
        await self.office.perform("delete", {"session": session}, by=Asker(actor=UPKEEP))

    async def _follow_exports(self, plan: ExportPlan) -> None:
        await self.health_watch.require(Feature.EXPORTS)
        await self._exports.follow(plan)

    async def _export_on_schedule(self) -> None:
        await self.health_watch.require(Feature.EXPORTS)
        await self.export_metrics(reason=SCHEDULED)

    async def export_metrics(self, *, reason: str) -> tuple[Path, Path]:
        """Write the metrics file and its summary; returns where they are."""
        rules = await self._meter.measures()
        return await self._metrics.export(reason=reason, timers=self.instruments.timers(), rules=rules)
