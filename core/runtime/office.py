"""What can the driver be asked to do?

Each request is a verb with a body of plain JSON values, so that one that comes through the inbox of another process is
carried out by the same lines as one that is made here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from core.analytics.degradation import Feature
from core.domain.commands import AnswerEscalation, ApplyTemplate, Command, Open, TellParticipant
from core.domain.errors import CommandRefused, MootError, StorageFailed, WrongUse, nearest
from core.domain.ids import Digest, SeatId, SessionId
from core.domain.session import Status
from core.domain.steps import Document
from core.ports.catalogue import Label
from core.ports.inbox import InboxAnswer, InboxMessage
from core.runtime.announcements import Announcements
from core.runtime.bundling import Bundling
from core.runtime.correlating import fields, noting
from core.runtime.forking import Forks
from core.runtime.format_desk import FormatDesk
from core.runtime.gateway.gateway import Gateway
from core.runtime.ledger import Ledger
from core.runtime.opening import Openings
from core.runtime.people_desk import PeopleDesk
from core.runtime.pinning import label_text
from core.runtime.ports import Ports
from core.runtime.projector import Projector
from core.runtime.records import is_record, require_own
from core.runtime.refining import Refinements
from core.runtime.refining_requests import refinement_from_body
from core.runtime.refusals import answer_of
from core.runtime.requests import Asker, fork_from_body, request_from_body
from core.runtime.rule_desk import Body, RuleDesk, Verb
from core.runtime.rules_folder import RulesFolder
from core.runtime.rules_in_force import RulesInForce
from core.runtime.supervisor import SPENDING_STOPPED, Supervisor
from core.runtime.telling import Telling

SPENDING_SWITCH = "spending_stopped"
"""The setting that stays until spending is allowed again: a restart must not lift it."""

BEGINNING = frozenset({"start_debate", "start_refinement", "fork"})
"""The verbs that begin a session, which can be switched off."""

TAGS_MAX = 20

_log = logging.getLogger(__name__)


class Office:
    """The verbs, and who carries them out."""

    def __init__(
        self,
        ports: Ports,
        *,
        supervisor: Supervisor,
        openings: Openings,
        refinements: Refinements,
        forks: Forks,
        ledger: Ledger,
        rules: RulesInForce,
        projector: Projector,
        gateway: Gateway,
        announcements: Announcements,
        telling: Telling | None = None,
        require: Callable[[Feature], Awaitable[None]],
    ) -> None:
        self._ports = ports
        self._supervisor = supervisor
        self._openings = openings
        self._refinements = refinements
        self._forks = forks
        self._ledger = ledger
        self._rules = rules
        self._projector = projector
        self._gateway = gateway
        self._announcements = announcements
        self._telling = telling
        self._require = require
        self._desk = RuleDesk(ports, rules, on_changed=supervisor.rules_changed)
        self._formats = FormatDesk(ports, self._desk)
        self._folder = RulesFolder(ports, self._desk, ports.rules_folder)
        self._starting = asyncio.Lock()
        self.verbs: Mapping[str, Verb] = {
            "start_debate": self._start_debate,
            "start_refinement": self._start_refinement,
            "fork": self._fork,
            "command": self._command,
            "resume": self._resume,
            "tell": self._tell,
            **self._desk.verbs,
            **self._formats.verbs,
            **PeopleDesk(ports, supervisor, announcements).verbs,
            **(telling.verbs if telling is not None else {}),
            "read_rules_folder": self._folder.verb,
            "label": self._label,
            "delete": self._delete,
            "import_bundle": self._import_bundle,
            "pause_all": self._pause_all,
            "resume_all": self._resume_all,
            "stop_spending": self._stop_spending,
            "allow_spending": self._allow_spending,
            "reset_route": self._reset_route,
        }

    async def perform(self, verb: str, body: Body, *, by: Asker) -> InboxAnswer:
        """Carry out `verb`. Raises MootErrors as the part that refused raised them.

        A request of another process is carried out once, wherever a crash cuts off its answer. What changes rows keeps
        the answer in their transaction; what changes a session names the request in its log, where it is found again;
        the rest comes to the same when it is done twice.
        """
        work = self.verbs.get(verb)
        if work is None:
            raise WrongUse(f"the driver knows no {verb!r}.", now=nearest(verb, self.verbs))
        with noting(verb=verb, actor=by.actor, correlation=by.correlation):
            _log.info("asked for", extra=fields(session=str(body.get("session") or "")))
            try:
                if verb in BEGINNING:
                    await self._require(Feature.NEW_SESSIONS)
                return await work(body, by)
            except MootError as refusal:
                _log.warning("refused", extra=fields(error=str(refusal)))
                raise

    async def answer(self, message: InboxMessage, *, has_waited: bool) -> InboxAnswer:
        """`perform` for another process: a refusal is an answer too. `has_waited` as for `Asker`."""
        by = Asker(actor=message.actor, message=message.id, has_waited=has_waited)
        try:
            if message.kept is None:
                return await self.perform(message.verb, message.body, by=by)
            await self.follow_rules()  # it is carried out, and sessions may have yet to hear of it
            return message.kept
        except MootError as error:
            return answer_of(error)
        except Exception as error:
            _log.exception("the request failed", extra=fields(verb=message.verb))
            return answer_of(WrongUse(f"the driver failed with {type(error).__name__}.", now="Its log file says more."))

    async def read_rules(self) -> None:
        """Look up which rules are in force, and have them at hand."""
        await self._desk.read()

    async def follow_rules(self) -> None:
        """Bring rules that were changed to every running session at once."""
        await self._desk.follow()

    async def follow_folder(self) -> None:
        """Put in force what the files of the rules folder say now; a broken one leaves in force what it said before."""
        await self._folder.follow()

    async def _start_debate(self, body: Body, by: Asker) -> InboxAnswer:
        documents = [await self._document(pinned) for pinned in body.get("documents", ())]
        request = request_from_body(body, documents=documents, origin=by.actor)
        session = SessionId(str(body.get("session") or self._ports.new_id()))
        started = InboxAnswer(is_done=True, text=f"started {session[:8]}", body={"session": session})
        async with self._starting:
            if await self._ports.log.read(session, limit=1):
                return started  # it was, and the answer got lost: a request is carried out once
            await self.read_rules()
            opening = await self._openings.opening(request, rules=self._rules)
            await self._supervisor.open(session, Open(opening=opening))
        return started

    async def _start_refinement(self, body: Body, by: Asker) -> InboxAnswer:
        documents = [await self._document(pinned) for pinned in body.get("documents", ())]
        request = refinement_from_body(body, documents=documents, origin=by.actor)
        session = SessionId(str(body.get("session") or self._ports.new_id()))
        started = InboxAnswer(is_done=True, text=f"started {session[:8]}", body={"session": session})
        async with self._starting:
            if await self._ports.log.read(session, limit=1):
                return started
            await self.read_rules()
            opening = await self._refinements.opening(request, rules=self._rules)
            await self._supervisor.open(session, Open(opening=opening))
        return started

    async def _fork(self, body: Body, by: Asker) -> InboxAnswer:
        request = fork_from_body(body, title=label_text(str(body.get("title", ""))), origin=by.actor)
        session = SessionId(str(body.get("session") or self._ports.new_id()))
        forked = InboxAnswer(is_done=True, text=f"forked {session[:8]}", body={"session": session})
        async with self._starting:
            if await self._ports.log.read(session, limit=1):
                return forked
            await self.read_rules()
            command = await self._forks.command(request, rules=self._rules)
            await self._supervisor.open(session, command)
        return forked

    async def _document(self, pinned: Mapping[str, str]) -> Document:
        document = await self._ports.library.document(Digest(pinned["digest"]))
        return replace(document, name=pinned["name"])

    async def _command(self, body: Body, by: Asker) -> InboxAnswer:
        session = SessionId(str(body["session"]))
        command = self._ports.wire.command_from_plain(cast("Mapping[str, object]", body["command"]))
        await require_own(self._ports.log, session)
        await self.read_rules()
        command = await self._prepared(command)
        events = await self._supervisor.submit(session, command, by=by)
        kinds = [type(event).__name__ for event in events]
        return InboxAnswer(is_done=True, text=", ".join(kinds), body={"events": kinds})

    async def _prepared(self, command: Command) -> Command:
        """The command with what it names at hand. A template named by its id alone is the newest one."""
        if isinstance(command, AnswerEscalation) and command.answer != "apply_template":
            return command
        if not isinstance(command, ApplyTemplate | AnswerEscalation) or not command.template:
            return command
        digest = command.digest or await self._openings.digest(await self._openings.template(command.template))
        await self._ports.library.template(digest)
        return replace(command, digest=digest)

    async def _tell(self, body: Body, by: Asker) -> InboxAnswer:
        """Tell a seat alone. A delivery that was made before is answered as done, and told to nobody again."""
        session = SessionId(str(body["session"]))
        await require_own(self._ports.log, session)
        seat, delivery = SeatId(str(body["seat"])), str(body.get("delivery", ""))
        command = TellParticipant(seat=seat, text=str(body["text"]), by=by.actor, delivery=delivery)
        await self._supervisor.submit(session, command, by=by)
        return InboxAnswer(is_done=True, text=f"{seat} is told before its next turn", body={"seat": seat})

    async def _resume(self, body: Body, by: Asker) -> InboxAnswer:
        await self.read_rules()
        state = await self._supervisor.resume(SessionId(str(body["session"])), by=by)
        status = state.life.status.value
        return InboxAnswer(is_done=True, text=f"it is {status}", body={"status": status})

    async def _label(self, body: Body, by: Asker) -> InboxAnswer:
        session = SessionId(str(body["session"]))
        await self._supervisor.load(session)
        label = await self._ports.catalogue.label(session)
        if body.get("title") is not None:
            label = replace(label, title=label_text(str(body["title"])))
        if body.get("tags") is not None:
            label = replace(label, tags=_tags([str(tag) for tag in body["tags"]]))
        if body.get("is_archived") is not None:
            label = replace(label, is_archived=bool(body["is_archived"]))
        answer = InboxAnswer(is_done=True, text="labelled", body={})
        await self._ports.catalogue.save_label(session, label, receipt=by.receipt(answer))
        return answer

    async def _delete(self, body: Body, by: Asker) -> InboxAnswer:
        session = SessionId(str(body["session"]))
        answer = InboxAnswer(is_done=True, text=f"deleted {session[:8]}", body={})
        await self._require_deletable(session, by)
        await self._projector.catch_up()
        await self._require_deletable(session, by)  # nobody may have resumed it meanwhile
        self._supervisor.withhold(session)
        try:
            await self._ports.log.delete(session)
            await self._ports.index.forget(session)
            if self._telling is not None:
                await self._telling.notifier.forget(session)
            elif self._ports.outbox is not None:  # nobody is told any more, and it holds the session's words
                await self._ports.outbox.forget(session)
            await self._ports.catalogue.save_label(session, Label(), receipt=by.receipt(answer))
            self._projector.forget(session)
        finally:
            self._supervisor.released(session)
        return answer

    async def _require_deletable(self, session: SessionId, by: Asker) -> None:
        where = f"session {session[:8]}"
        try:
            state = await self._supervisor.load(session)
        except WrongUse:
            if await self._ports.index.summary(session) is None and not by.has_waited:
                raise
            return  # a deletion that a crash cut short: of it there may still be a row, or a label
        if await is_record(self._ports.log, session):
            return
        if state.life.status in (Status.RUNNING, Status.WAITING, Status.CREATED, Status.ESCALATED):
            raise CommandRefused(f"it is {state.life.status}.", where=where, now="Cancel it first, then delete it.")
        if state.opening is not None and state.opening.is_awaited and not state.life.status.is_over:
            raise CommandRefused("another session waits for its end.", where=where, now="Cancel it first.")
        if not self._supervisor.is_at_rest(session):
            # What the call costs could be counted nowhere.
            raise CommandRefused("its last turn is under way.", where=where, now="Delete it once that is recorded.")

    async def _import_bundle(self, body: Body, by: Asker) -> InboxAnswer:
        path, digest = Path(str(body["path"])), Digest(str(body["digest"]))
        incoming, position = await Bundling(self._ports).take(
            path, digest=digest, is_unverified=bool(body.get("is_unverified"))
        )
        if position:
            self._projector.extend(position)
            await self._projector.catch_up()
            self._announcements.committed(position)
        standing = "imported" if position else "is here already"
        text = f"{incoming.session[:8]} {standing}"
        return InboxAnswer(is_done=True, text=text, body={"session": incoming.session, "is_new": bool(position)})

    async def _pause_all(self, body: Body, by: Asker) -> InboxAnswer:
        count = await self._supervisor.pause_all(by=by)
        return InboxAnswer(is_done=True, text=f"paused {count}", body={"count": count})

    async def _resume_all(self, body: Body, by: Asker) -> InboxAnswer:
        count = await self._supervisor.resume_all(by=by)
        return InboxAnswer(is_done=True, text=f"resumed {count}", body={"count": count})

    async def _stop_spending(self, body: Body, by: Asker) -> InboxAnswer:
        self._ledger.is_stopped = True
        cut_off = self._supervisor.cut_off_all()  # before anything that a full disk could refuse
        count, problem = 0, None
        try:
            await self._ports.catalogue.save_setting(SPENDING_SWITCH, "yes")
        except StorageFailed as failed:
            problem = failed
        try:
            count = await self._supervisor.pause_all(SPENDING_STOPPED, by=by)
        finally:
            await self._supervisor.break_off_all(cut_off)
        if problem is not None:
            raise problem
        return InboxAnswer(is_done=True, text=f"spending is stopped; paused {count}", body={"count": count})

    async def _allow_spending(self, body: Body, by: Asker) -> InboxAnswer:
        answer = InboxAnswer(is_done=True, text="spending is allowed; resume what was paused", body={})
        self._ledger.is_stopped = False
        await self._ports.catalogue.save_setting(SPENDING_SWITCH, "", receipt=by.receipt(answer))
        return answer

    async def _reset_route(self, body: Body, by: Asker) -> InboxAnswer:
        route = str(body["route"])
        if not self._gateway.reset(route):
            known = [each.route for each in self._gateway.health()]
            raise WrongUse(
                f"no model {route!r} was asked since the driver began.",
                now=nearest(route, known) or "There is nothing to reset.",
            )
        return InboxAnswer(is_done=True, text=f"{route} is asked again", body={"route": route})


def _tags(tags: list[str]) -> tuple[str, ...]:
    kept = tuple(sorted({label_text(tag, what="a tag") for tag in tags} - {""}))
    if len(kept) > TAGS_MAX:
        raise WrongUse(f"{len(kept)} tags.", now=f"At most {TAGS_MAX} are kept.")
    return kept
