"""How does anything outside the core reach it?

This is the one door: a console, a command line and a script all use it, and it answers the same whether this process
drives the database or another one does. What changes something is a request, carried out here by the driver or left in
the inbox for it; what only reads follows from the database.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.analytics.book import Book
from core.analytics.families import Family
from core.domain.commands import OPERATOR, Command
from core.domain.costs import Costs
from core.domain.errors import StorageFailed, WrongUse
from core.domain.events import ENGINE_EVENTS, Recorded
from core.domain.facts import Facts, FactSpec
from core.domain.flow import kinds_of
from core.domain.ids import DEFAULT_RULE_SET, Digest, SessionId, StepId
from core.domain.participants import Participant
from core.domain.people import PERSON
from core.domain.session import SessionState, Status
from core.domain.steps import Message
from core.domain.summary import SessionSummary
from core.engine.summarise import summarise
from core.flows.debate_formats import change_to
from core.ports.catalogue import Label
from core.ports.event_log import READ_EVENTS_MAX
from core.ports.inbox import InboxAnswer
from core.ports.metrics_endpoint import EndpointStanding
from core.ports.model_offers import ProviderOffer
from core.ports.session_index import SessionIndex
from core.rules.explanation import Explanation
from core.rules.extending import Plugins
from core.rules.rule import Rule
from core.runtime.all_events import AllEvents
from core.runtime.analytics import Analytics
from core.runtime.announcements import Announcements, Progress
from core.runtime.asked import Asked, asked_in
from core.runtime.backups import Backups
from core.runtime.bundling import BundleDoor
from core.runtime.cases import Cases
from core.runtime.costs import CostReader, CostsOfDay
from core.runtime.doubts import Doubt, Doubts
from core.runtime.driver import Driver
from core.runtime.driver_notes import DriverNotes
from core.runtime.explaining import Explaining
from core.runtime.exporting.exports import Exports
from core.runtime.exposing import Exposing
from core.runtime.flips import Flips, FormatSights
from core.runtime.formats import Formats
from core.runtime.health import Health
from core.runtime.metrics_files import MetricsFiles
from core.runtime.notifications import Notifications
from core.runtime.opening import Openings
from core.runtime.people import People
from core.runtime.ports import Limits, Ports, Rhythm
from core.runtime.reading import Reader
from core.runtime.records import as_kept
from core.runtime.recovered import Recovered
from core.runtime.refining import Refinements, draft_text
from core.runtime.refining_requests import RefinementPlan, RefinementRequest, refinement_as_body
from core.runtime.replaying import Replaying, Verified, log_digest
from core.runtime.requests import DebatePlan, DebateRequest, ForkRequest, fork_as_body, request_as_body
from core.runtime.reviewer_curves import ReviewerCurves
from core.runtime.rows import RowsBeyond
from core.runtime.rulebook import Rulebook
from core.runtime.standing import Standing, SystemStatus
from core.runtime.wheel import Wheel
from core.templates.changing import FormatChange
from core.templates.template import Template

__all__ = [
    "DebatePlan",
    "DebateRequest",
    "Orchestrator",
    "Progress",
    "RefinementPlan",
    "RefinementRequest",
    "SystemStatus",
]


class Orchestrator:
    """Sessions, rules, templates and money of one database.

    `start` first, `stop` last; everything in between on one event loop.
    """

    def __init__(self, ports: Ports, limits: Limits, *, rhythm: Rhythm | None = None) -> None:
        self._ports = ports
        formats = FormatSights(ports.library)
        self._metrics = MetricsFiles(
            ports.metrics_folder, log=ports.log, index=ports.index, clock=ports.clock, formats=formats
        )
        self.flips = Flips(ports.log, formats, self._metrics)
        flows = tuple(ports.engine.flows.values())
        self.all_events = AllEvents(ports.log, (*ENGINE_EVENTS, *kinds_of(flows).events))
        self._exposing = Exposing(ports, self._metrics)
        self._reader = Reader(ports)
        self._people = People(ports.catalogue)
        self._explaining = Explaining(ports)
        self._replaying = Replaying(ports)
        self._rows_beyond = RowsBeyond(ports.log, ports.index, ports.engine.flows)
        self._costs = CostReader(ports.log, ports.costs, ports.local_midnight_ms)
        self._openings = Openings(ports, limits, self._metrics.paces)
        self._refinements = Refinements(ports, limits, self._openings, self._metrics.paces)
        self.reviewer_curves = ReviewerCurves(ports.catalogue, ports.clock)
        self._doubts = Doubts(ports, limits)
        self.analytics = Analytics(
            ports.lives,
            log=ports.log,
            catalogue=ports.catalogue,
            formats=formats,
            clock=ports.clock,
            local_midnight_ms=ports.local_midnight_ms,
            thresholds=limits.thresholds,
            telling=ports.telling,
        )
        self.exports = Exports(ports, rows=self._rows, book=self._metrics.book, analysed=self.analytics)
        self._announcements = Announcements()
        self._wheel = Wheel(
            ports,
            limits,
            rhythm=rhythm if rhythm is not None else Rhythm(),
            announcements=self._announcements,
            metrics=self._metrics,
            exports=self.exports,
            analytics=self.analytics,
        )
        self._ask = self._wheel.ask
        self._standing = Standing(ports, limits, self._wheel)
        self.rulebook = Rulebook(ports, self._ask)
        self.notifications = Notifications(ports.telling, self._ask)
        self.cases = Cases(ports, self._explaining, self._rows)
        self.formats = Formats(ports, self._ask)
        self.bundles = BundleDoor(ports, self._ask)

    # --- the stretch of driving ---------------------------------------------------------------------------------

    @property
    def is_driver(self) -> bool:
        """True where this process drives the database."""
        return self._driver is not None

    @property
    def is_driven(self) -> bool:
        """True where some process drives the database: what is under way moves on."""
        return bool(self._wheel.holder)

    async def start(self, *, drive: bool = True, must_drive: bool = False, recover: bool = True) -> None:
        """Drive the database, or join the process that drives it.

        Without `drive` nothing is taken up; a request that changes something then drives for just that long, or goes to
        the driver. `recover` says whether sessions that another process left are gone on with. Raises DriverBusy where
        `must_drive` and another process drives.
        """
        await self._wheel.start(drive=drive, must_drive=must_drive, recover=recover)

    async def take_the_wheel(self) -> None:
        """Drive from now on where this process has joined and nobody drives any more, and go on with what was left, as
        `start` does. Changes nothing where this process drives. Raises DriverBusy where another one does."""
        await self._wheel.take()

    async def drain(self) -> None:
        """Let turns under way be recorded (or marked in doubt), and carry out nothing more. What is on record can be
        read until `stop`."""
        await self._wheel.let_go(drain=True)

    async def stop(self, *, drain: bool = True) -> None:
        """Let turns under way be recorded (or marked in doubt), then close everything. Safe to call twice."""
        await self._wheel.stop(drain=drain)

    @property
    def notices(self) -> tuple[str, ...]:
        """What opening the database brought about, in words for its operator; nothing where all was as it was left."""
        return self._ports.notices

    @property
    def backups(self) -> Backups:
        """Back-ups of the database, made and proven while sessions run. Raises WrongUse where it is no file."""
        if self._ports.backups is None:
            raise WrongUse("these sessions are kept in no file.", now="There is nothing to back up.")
        return self._ports.backups

    # --- debates ------------------------------------------------------------------------------------------------

    async def plan_debate(self, request: DebateRequest) -> DebatePlan:
        """What `request` would be. Raises WrongUse where it can't be held; starts and records nothing."""
        return await self._openings.plan(request)

    async def start_debate(
        self,
        question: str = "",
        *,
        request: DebateRequest | None = None,
        session: SessionId | None = None,
        **fields: Any,
    ) -> SessionId:
        """Start a debate by a request, or by a question and further fields of DebateRequest. Returns its id once the
        opening is durable: `session` where one is given, and then one that is there already is the answer. Raises
        WrongUse, and then nothing has happened."""
        asked = request if request is not None else DebateRequest(question=question, **fields)
        for document in asked.documents:
            await self._ports.catalogue.save_document(document)
        body = request_as_body(asked, session=session or SessionId(self._ports.new_id()))
        answer = await self._ask("start_debate", body, actor=asked.origin)
        return SessionId(str(answer.body["session"]))

    async def plan_refinement(self, request: RefinementRequest) -> RefinementPlan:
        """What `request` would be. Raises WrongUse where it can't be held; starts and records nothing."""
        return await self._refinements.plan(request)

    async def start_refinement(
        self,
        brief: str = "",
        *,
        request: RefinementRequest | None = None,
        session: SessionId | None = None,
        **fields: Any,
    ) -> SessionId:
        """Refine a draft by a request, or by a brief and further fields of RefinementRequest. Otherwise as
        `start_debate`."""
        asked = request if request is not None else RefinementRequest(brief=brief, **fields)
        for document in asked.documents:
            await self._ports.catalogue.save_document(document)
        body = refinement_as_body(asked, session=session or SessionId(self._ports.new_id()))
        answer = await self._ask("start_refinement", body, actor=asked.origin)
        return SessionId(str(answer.body["session"]))

    async def draft(self, session: SessionId, number: int = 0) -> str:
        """The text of a refinement's draft; 0 means the one that is kept, or the best so far. Raises WrongUse where
        there is none."""
        return draft_text(await self.state(session), number)

    async def fork(self, request: ForkRequest) -> SessionId:
        """Start a session that goes on from another's prefix. Returns its id once it is durable. Raises WrongUse, and
        then nothing has happened."""
        body = fork_as_body(request, session=SessionId(self._ports.new_id()))
        answer = await self._ask("fork", body, actor=request.origin)
        return SessionId(str(answer.body["session"]))

    async def command(self, session: SessionId, command: Command, *, actor: str = OPERATOR) -> str:
        """Have a session obey; returns what happened, in the names of its events. Raises CommandRefused."""
        plain = self._ports.wire.command_to_plain(command)
        return (await self._ask("command", {"session": session, "command": dict(plain)}, actor=actor)).text

    async def speak(self, session: SessionId, text: str, *, step: str = "") -> str:
        """Say `text` for the seat from which a person is to speak now, in `step` where there are several. Raises
        CommandRefused where nobody is waited for, WrongUse for words that would count for nothing."""
        return (await self._ask("speak", {"session": session, "step": step, "text": text})).text

    async def pass_turn(self, session: SessionId, *, step: str = "") -> str:
        """Leave the turn that a person is waited for to whoever stands in. Raises CommandRefused."""
        return (await self._ask("speak", {"session": session, "step": step, "passes": True})).text

    async def take_seat(self, session: SessionId, seat: str, *, route: str = PERSON) -> str:
        """Sit in a seat yourself from its next turn on; who sat there stands in. `route` says for how long you are
        waited for (`human:10m`). Raises CommandRefused, WrongUse."""
        return (await self._ask("take_seat", {"session": session, "seat": seat, "route": route})).text

    async def leave_seat(self, session: SessionId, seat: str) -> str:
        """Give a seat back to whoever stood in, from now on. Raises CommandRefused, WrongUse."""
        return (await self._ask("leave_seat", {"session": session, "seat": seat})).text

    async def tell(self, session: SessionId, seat: str, text: str, *, delivery: str = "") -> str:
        """Tell one seat alone, before its next turn. Of one `delivery`, where it is named, nothing is told twice.
        Raises CommandRefused, WrongUse."""
        body = {"session": session, "seat": seat, "text": text, "delivery": delivery}
        return (await self._ask("tell", body)).text

    async def resume(self, session: SessionId) -> str:
        """Go on with a session that is paused, failed, or was left by another process."""
        return (await self._ask("resume", {"session": session})).text

    async def watch(
        self, session: SessionId | None = None, *, after_seq: int = 0, after_position: int | None = None
    ) -> AsyncIterator[Recorded]:
        """Committed events, of one session from `after_seq` or of all from `after_position` (from now on where None),
        and then every further one as it is committed."""
        seen = self._announcements.position
        seq = after_seq
        position = seen if after_position is None else after_position
        while True:
            if session is None:
                records = await self._ports.log.read_all(after_position=position)
            else:
                records = await self._ports.log.read(session, after_seq=seq)
            for record in records:
                seq, position = record.seq, record.position
                yield record
            if len(records) < READ_EVENTS_MAX:
                seen = await self._announcements.beyond(seen)

    def on_progress(self, listener: Callable[[Progress], None]) -> Callable[[], None]:
        """Call `listener` for each piece spoken in this process; the answer ends that."""
        return self._announcements.on_progress(listener)

    def on_committed(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Call `listener` with the position up to which everything is committed; the answer ends that."""
        return self._announcements.on_committed(listener)

    async def committed_beyond(self, position: int) -> int:
        """Wait until more than `position` is committed; returns how far."""
        return await self._announcements.beyond(position)

    def speaking(self, session: SessionId) -> tuple[Progress, ...]:
        """What is being said in a session right now; nothing where another process drives."""
        return self._driver.speaking(session) if self._driver is not None else ()

    # --- reading ------------------------------------------------------------------------------------------------

    async def find(self, prefix: str) -> SessionId:
        """The one session whose id begins with `prefix`. Raises WrongUse, naming several where there are several."""
        return await self._reader.find(prefix)

    async def summaries(self, *, changed_after: int = 0) -> Sequence[SessionSummary]:
        """The rows of the list whose newest event lies beyond a position, newest opened first."""
        return await as_kept(self._ports.log, await (await self._rows()).summaries(changed_after=changed_after))

    async def summary(self, session: SessionId) -> SessionSummary:
        """One row. Raises WrongUse for an unknown session."""
        row = await (await self._rows()).summary(session)
        if row is None:
            raise WrongUse(f"there is no session {session!r}.", now="`moot sessions list` shows those there are.")
        return (await as_kept(self._ports.log, [row]))[0]

    async def active_debates(self) -> tuple[SessionSummary, ...]:
        """Sessions that are not over, newest first."""
        return tuple(
            row for row in await self.summaries() if not row.status.is_over and row.status is not Status.FAILED
        )

    async def events(
        self, session: SessionId, *, after_seq: int = 0, limit: int = READ_EVENTS_MAX
    ) -> Sequence[Recorded]:
        """A session's recorded events, oldest first, at most `limit`."""
        return await self._reader.events(session, after_seq=after_seq, limit=limit)

    async def state(self, session: SessionId, *, at_seq: int | None = None) -> SessionState:
        """What is true of a session now, or was at an earlier event."""
        return await self._reader.state(session, at_seq=at_seq)

    def summarised(self, row: SessionSummary | None, record: Recorded) -> SessionSummary:
        """What the list said of a session behind an event of its log; `row` is what it said before, None at the
        first."""
        return summarise(row, record, self._ports.engine.flows)

    async def verify(self, session: SessionId, *, at_seq: int | None = None) -> Verified:
        """Whether every decision on record would be taken again, and whether the record is the one that was made, up to
        event `at_seq` where given. Raises WrongUse for an unknown session or event."""
        return await self._replaying.verify(session, at_seq=at_seq)

    def verify_all(self) -> AsyncIterator[Verified]:
        """`verify` of every session on record. To stop, ask for no further one."""
        return self._replaying.verify_all()

    async def digest(self, session: SessionId, *, at_seq: int | None = None) -> Digest:
        """What names a session's record, up to event `at_seq` where given, wherever it is read."""
        return (await log_digest(self._ports, session, at_seq=at_seq))[1]

    async def prompt(self, session: SessionId, step: StepId) -> tuple[Message, ...]:
        """The exact prompt that a recorded turn was asked with."""
        return await self._reader.prompt(session, step)

    async def asked(self, session: SessionId) -> tuple[Asked, ...]:
        """What exactly was asked in a session, call by call, oldest first. Raises WrongUse for an unknown session."""
        await self.summary(session)
        return await asked_in(self._ports, session)

    @property
    def recovered(self) -> tuple[Recovered, ...]:
        """What this process found of the one that drove before it when it began to drive; nothing where it doesn't."""
        return self._driver.supervisor.recovered if self._driver is not None else ()

    async def doubts(self) -> tuple[Doubt, ...]:
        """Every call that may have been paid for and whose answer is lost, oldest first: what it may have cost, and
        what becomes of it. Those that a dead process left are among them before anybody has taken them up."""
        return await self._doubts.listed(await self._rows(), is_driven=lambda: self.is_driven)

    async def search(self, text: str) -> Sequence[SessionSummary]:
        """Sessions whose title, motion or spoken words contain `text`."""
        await self._catch_up()
        return await as_kept(self._ports.log, await self._ports.index.search(text))

    async def labels(self) -> Mapping[SessionId, Label]:
        return await self._ports.catalogue.labels()

    async def set_label(
        self,
        session: SessionId,
        *,
        title: str | None = None,
        tags: tuple[str, ...] | None = None,
        is_archived: bool | None = None,
    ) -> None:
        """Rename, tag or archive; what is None stays."""
        listed = None if tags is None else list(tags)
        await self._ask("label", {"session": session, "title": title, "tags": listed, "is_archived": is_archived})

    async def delete(self, session: SessionId) -> None:
        """Forget a session that stands still, for good. Raises CommandRefused for one that runs."""
        await self._ask("delete", {"session": session})

    # --- rules and templates ------------------------------------------------------------------------------------

    async def rules(self, rule_set: str = DEFAULT_RULE_SET) -> tuple[Rule, ...]:
        """The rules that hold in a set, enabled and disabled, in the order in which they are heard."""
        return tuple(placed.rule for placed in await self.rulebook.effective(rule_set))

    async def explain(self, session: SessionId, rule_id: str, *, at_seq: int | None = None) -> Explanation:
        """Why a rule holds in a session, or doesn't: now, or behind event `at_seq` at its recorded moment.

        Each clause names the event that its value comes from. Raises WrongUse for an unknown rule, session or event.
        """
        return await self._explaining.explain(session, rule_id, at_seq=at_seq)

    async def explanations_at(self, session: SessionId, seq: int) -> tuple[Explanation, ...]:
        """Why each rule that was in force behind event `seq` held there, or didn't. Moving along one session's events
        folds nothing again."""
        return await self._explaining.explanations_at(session, seq)

    async def explanations(self, session: SessionId) -> tuple[Explanation, ...]:
        """Why each enabled rule holds in a session now, or doesn't, in the order in which they are heard. Where this
        process drives, the state in memory answers; elsewhere the log is folded."""
        state = self._driver.supervisor.state(session) if self._driver is not None else None
        return await self._explaining.explanations(session, state=state)

    def fact_specs(self) -> Mapping[str, FactSpec]:
        """Every fact that a rule may look at."""
        return self._ports.library.fact_specs

    def plugins(self) -> Plugins:
        """What plugins add to rules here, and what was left out of them."""
        return self._ports.library.plugins

    async def facts(self, session: SessionId, *, at_seq: int | None = None) -> Facts:
        """What rules see of a session now, or saw at an earlier event: a value for each of `fact_specs`."""
        return await self._reader.facts(session, at_seq=at_seq)

    async def templates(self) -> tuple[Template, ...]:
        return await self._ports.catalogue.templates()

    async def template(self, id: str) -> Template:
        """The newest version of a template. Raises WrongUse with the nearest name."""
        return await self._openings.template(id)

    async def plan_format(self, session: SessionId, template_id: str) -> FormatChange:
        """What following another format from the next round on would change for a session; the command ApplyTemplate
        brings it about. Raises WrongUse for an unknown format or session."""
        return change_to(await self.state(session), await self.template(template_id))

    # --- participants and models --------------------------------------------------------------------------------

    async def participants(self) -> tuple[Participant, ...]:
        """Everybody who can be seated, by id."""
        return await self._people.all()

    async def participant(self, id: str) -> Participant:
        """One of them. Raises WrongUse with the nearest id."""
        return await self._people.one(id)

    async def save_participants(self, participants: Sequence[Participant]) -> None:
        """Keep these, each instead of the one with its id, all or none. Debates under way keep whom they began with."""
        await self._people.save(participants)

    async def remove_participant(self, id: str) -> str:
        """Take one out, and say what that leaves. Raises WrongUse with the nearest id, and CommandRefused for one that
        comes with moot or that a format seats."""
        return await self._people.remove(id)

    async def models(self, *, is_asking: bool = True) -> tuple[ProviderOffer, ...]:
        """What each provider offers, or why it can't. With `is_asking` they are asked, which spends nothing."""
        return await self._ports.offers.look(is_asking=is_asking)

    async def driver_notes(self) -> DriverNotes:
        """How the routes to models and the jobs stand: as they are now where this process drives, else as the driver
        last noted it."""
        return await self._standing.notes()

    async def costs(self, *, days: int = 1) -> tuple[CostsOfDay, ...]:
        """What the last `days` of the operator's own days came to by route, oldest first, today included, up to the
        newest committed event."""
        await self._catch_up()
        return await self._costs.by_day(now_ms=self._ports.clock.now_ms(), days=days)

    async def session_costs(self, session: SessionId) -> Mapping[str, Costs]:
        """What a session's calls came to, by route."""
        await self._catch_up()
        return await self._costs.of_session(session)

    async def reset_route(self, route: str) -> str:
        """Let a route that failed too often be asked again at once. Raises WrongUse for one that was never asked."""
        return (await self._ask("reset_route", {"route": route})).text

    def model_names(self) -> tuple[str, ...]:
        """The models that can be cast, as far as is known by now; `models` finds more."""
        return self._ports.offers.names()

    def provider_names(self) -> tuple[str, ...]:
        """The first parts of models' names, in alphabetical order."""
        return self._ports.offers.prefixes()

    # --- all at once --------------------------------------------------------------------------------------------

    async def pause_all(self) -> int:
        """Pause whatever runs or waits; turns under way are still recorded. Returns how many."""
        return _count(await self._ask("pause_all", {}))

    async def resume_all(self) -> int:
        """Resume what was paused all at once. Returns how many."""
        return _count(await self._ask("resume_all", {}))

    async def stop_spending(self) -> int:
        """Stop all spending at once: calls under way are broken off, everything pauses, no further call is granted
        until `allow_spending`, also after a restart. Returns how many sessions were paused."""
        return _count(await self._ask("stop_spending", {}))

    async def allow_spending(self) -> None:
        """Grant calls again; what was paused stays paused until resumed."""
        await self._ask("allow_spending", {})

    async def system_status(self) -> SystemStatus:
        """What runs, what waits, what was spent today."""
        return await self._standing.status(await self.summaries())

    def standing_still(self) -> Mapping[SessionId, str]:
        """Why, of each session that this process drives and that holds an answer which the disk doesn't take. It is
        tried again every second, and the session goes on by itself."""
        return self._standing.standing_still()

    async def health(self) -> tuple[Health, ...]:
        """What the last health check found; where there was none yet, what a short look finds now."""
        return await self._standing.health()

    async def export_metrics(self, *, reason: str = "asked") -> tuple[Path, Path]:
        """Write the metrics file and its summary; returns where they are."""
        if self._driver is not None:
            return await self._driver.export_metrics(reason=reason)
        return await self._metrics.export(reason=reason, rules=await self.rulebook.measures())

    async def families(self) -> tuple[Family, ...]:
        """The figures for whoever watches from outside, up to the newest committed event; those of the process only
        where it drives."""
        return await (self._driver.families() if self._driver is not None else self._exposing.families())

    @property
    def served(self) -> EndpointStanding | None:
        """Where this process serves figures, or why it can't; None where nobody asked for it or it doesn't drive."""
        return self._ports.endpoint.standing if self._ports.endpoint is not None else None

    async def metrics_book(self) -> Book:
        """The counts and lives that the files are made of, up to the newest committed event."""
        return await self._metrics.book()

    # --- within -------------------------------------------------------------------------------------------------

    @property
    def _driver(self) -> Driver | None:
        """There while this process drives."""
        return self._wheel.driver

    async def _rows(self) -> SessionIndex | RowsBeyond:
        """Where the rows of the list are true up to the newest committed event."""
        return self._ports.index if await self._catch_up() else self._rows_beyond

    async def _catch_up(self) -> bool:
        """True where what is stored is true up to the newest committed event. A disk that takes no rows keeps nobody
        from reading: what the log has beyond them is then read with them."""
        if self._driver is None:
            return False
        try:
            await self._driver.projector.catch_up()
        except StorageFailed:
            return False
        return True


def _count(answer: InboxAnswer) -> int:
    count = answer.body.get("count", 0)
    return count if isinstance(count, int) else 0
