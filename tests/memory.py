"""What stands in for the disk where a test needs every moment under its control?

The same contracts as in `core.ports`, in memory, without threads: the contract suites hold these to them too. What is
kept here survives a crash of the driver, as rows would; `Disk.fail_at` ends the process at the append of that
number, before or after it is durable.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from core.analytics.rule_measures import RuleCounts, RuleTimes
from core.domain.chain import ROOT, Head, Stored, first_break, head_of, link_of
from core.domain.costs import NO_COSTS, CostRow, Costs, quarter_of
from core.domain.errors import CommandRefused, DriverBusy, LogConflict, StorageFailed, WrongUse
from core.domain.events import Recorded
from core.domain.ids import Digest, ParticipantId, RuleId, SessionId, TemplateId
from core.domain.participants import Participant
from core.domain.session import Status
from core.domain.steps import Document
from core.domain.summary import EVALUATION, SessionSummary
from core.ports.catalogue import Label, RulesVersion, TemplateVersion
from core.ports.cost_book import DOUBTFUL_SESSIONS_MAX, Span
from core.ports.event_log import ANY_EVENT, READ_EVENTS_MAX, Append, Sought
from core.ports.inbox import InboxAnswer, InboxMessage, Receipt
from core.ports.session_index import NOT_OPENED, PAGE_MAX, SESSIONS_LISTED_MAX, Opened
from core.rules.layers import RuleBook, require_sound
from core.rules.rule import Rule, rule_set_digest
from core.rules.versions import VersionKind
from core.templates.searching import TemplateRow, row_of
from core.templates.template import Template


class Crashed(BaseException):
    """The process is gone. Not an Exception: nothing of the code under test may catch it and go on."""


@dataclass
class Disk:
    """What outlives a driver. `fail_at` numbers appends from 1; `is_after` says that the append was still written."""

    records: list[Recorded] = field(default_factory=list)
    lengths: dict[SessionId, int] = field(default_factory=dict)
    taken: dict[SessionId, int] = field(default_factory=dict)
    appends: int = 0
    fail_at: int | None = None
    is_after: bool = False
    is_full: bool = False
    is_dead: bool = False


class MemoryLog:
    """The EventLog port over a Disk."""

    def __init__(self, disk: Disk | None = None) -> None:
        self.disk = disk if disk is not None else Disk()
        self.is_closed = False

    async def append(self, *appends: Append) -> tuple[Recorded, ...]:
        disk = self.disk
        if self.is_closed:
            raise StorageFailed("the log is closed.")
        if disk.is_full:
            raise StorageFailed("the disk is full.", now="Make room.")
        if disk.is_dead:
            raise Crashed
        disk.appends += 1
        disk.is_dead = disk.appends == disk.fail_at
        if disk.appends == disk.fail_at and not disk.is_after:
            raise Crashed
        written = self._checked(appends)
        disk.records.extend(written)
        for record in written:
            disk.lengths[record.session] = record.seq
        if disk.appends == disk.fail_at:
            raise Crashed
        return tuple(written)

    def _checked(self, appends: Sequence[Append]) -> list[Recorded]:
        lengths, written = dict(self.disk.lengths), []
        position = self.disk.records[-1].position if self.disk.records else 0
        for append in appends:
            if lengths.get(append.session, 0) != append.expected_seq:
                raise LogConflict(f"{append.session} has {lengths.get(append.session, 0)} events.")
            for offset, event in enumerate(append.events):
                position += 1
                written.append(
                    Recorded(
                        session=append.session,
                        seq=append.expected_seq + offset + 1,
                        position=position,
                        at_ms=append.envelope.at_ms,
                        event=event,
                        envelope=append.envelope if offset == 0 else None,
                    )
                )
            lengths[append.session] = append.expected_seq + len(append.events)
        return written

    async def read(
        self,
        session: SessionId,
        *,
        after_seq: int = 0,
        limit: int = READ_EVENTS_MAX,
        with_envelopes: bool = True,
    ) -> Sequence[Recorded]:
        found = [each for each in self.disk.records if each.session == session and each.seq > after_seq][:limit]
        return found if with_envelopes else [replace(each, envelope=None) for each in found]

    async def read_all(
        self, *, after_position: int = 0, limit: int = READ_EVENTS_MAX, with_envelopes: bool = True
    ) -> Sequence[Recorded]:
        found = [record for record in self.disk.records if record.position > after_position][:limit]
        return found if with_envelopes else [replace(each, envelope=None) for each in found]

    async def read_back(
        self,
        *,
        before_position: int | None = None,
        after_position: int = 0,
        sought: Sought = ANY_EVENT,
        limit: int = READ_EVENTS_MAX,
    ) -> Sequence[Recorded]:
        before = before_position if before_position is not None else await self.last_position() + 1
        between = [each for each in self.disk.records if after_position < each.position < before]
        return [each for each in reversed(between) if sought.holds(each)][:limit]

    async def last_position(self) -> int:
        return self.disk.records[-1].position if self.disk.records else 0

    async def session_ids(self, prefix: str = "", *, limit: int = READ_EVENTS_MAX) -> Sequence[SessionId]:
        return [session for session in reversed(self.disk.lengths) if session.startswith(prefix)][:limit]

    async def head(self, session: SessionId, *, at_seq: int | None = None) -> Head | None:
        found = [each for each in self._chain(session) if at_seq is None or each.seq == at_seq]
        return head_of(found[-1]) if found else None

    async def stored(self, session: SessionId, *, after_seq: int = 0, limit: int = READ_EVENTS_MAX) -> Sequence[Stored]:
        return self._chain(session)[max(0, after_seq) :][:limit]

    async def take(self, session: SessionId, events: Sequence[Stored]) -> int:
        if session in self.disk.lengths:
            raise LogConflict(f"{session} is on record already.")
        if not events or first_break(session, events) is not None:
            raise WrongUse(f"{session} is no chain.")
        position = await self.last_position()
        for each in events:
            envelope = None if each.envelope is None else pickle.loads(each.envelope)  # pickled here
            self.disk.records.append(
                Recorded(
                    session=session,
                    seq=each.seq,
                    position=position + each.seq,
                    at_ms=each.at_ms,
                    event=pickle.loads(each.body),  # pickled here
                    envelope=envelope,
                )
            )
        self.disk.lengths[session] = len(events)
        self.disk.taken[session] = position + len(events)
        return position + len(events)

    async def taken(self) -> Mapping[SessionId, int]:
        return dict(self.disk.taken)

    def _chain(self, session: SessionId) -> list[Stored]:
        """What is kept as objects, in bytes of this process's own."""
        link, made = ROOT, []
        for record in self.disk.records:
            if record.session == session:
                event = Stored(
                    seq=record.seq,
                    at_ms=record.at_ms,
                    kind=type(record.event).__name__,
                    version=1,
                    body=pickle.dumps(record.event),
                    envelope=None if record.envelope is None else pickle.dumps(record.envelope),
                    link=b"",
                )
                link = link_of(link, session, event)
                made.append(replace(event, link=link))
        return made

    async def delete(self, session: SessionId) -> None:
        self.disk.records[:] = [record for record in self.disk.records if record.session != session]
        self.disk.lengths.pop(session, None)
        self.disk.taken.pop(session, None)

    async def close(self) -> None:
        self.is_closed = True


def digest_of(value: object) -> Digest:
    """A content digest that is good enough within one process."""
    return Digest(sha256(repr(value).encode()).hexdigest())


class MemoryCatalogue:
    """The Catalogue port."""

    def __init__(self) -> None:
        self.versions: list[tuple[RulesVersion, RuleBook]] = []
        self.kept_rules: dict[Digest, tuple[Rule, ...]] = {}
        self.kept_templates: dict[Digest, Template] = {}
        self.template_changes: dict[TemplateId, list[TemplateVersion]] = {}
        self.people: dict[str, Participant] = {}
        self.kept_documents: dict[Digest, Document] = {}
        self.kept_settings: dict[str, str] = {}
        self.kept_labels: dict[SessionId, Label] = {}
        self.times: dict[RuleId, RuleTimes] = {}
        self.counts: dict[RuleId, RuleCounts] = {}
        self.counted = 0
        self.receipts: dict[int, InboxAnswer] = {}

    async def rules(self) -> tuple[Rule, ...]:
        return _in_order((await self.rule_book()).rules)

    async def rules_digest(self) -> Digest:
        return rule_set_digest(await self.rules())

    async def save_rules(self, rules: Sequence[Rule], *, actor: str, at_ms: int, change: str) -> Digest:
        require_sound(RuleBook(rules=tuple(rules)))
        digest = rule_set_digest(rules)
        if not self.versions or self.versions[-1][0].digest != digest:
            book = self.versions[-1][1] if self.versions else RuleBook()
            self._append(replace(book, rules=_in_order(rules)), VersionKind.CHANGE, actor, at_ms, change)
        return digest

    async def rule_set(self, digest: Digest) -> tuple[Rule, ...]:
        if digest not in self.kept_rules:
            raise WrongUse(f"no rules {digest[:12]} are kept.")
        return self.kept_rules[digest]

    async def keep_rules(self, rules: Sequence[Rule]) -> Digest:
        digest = rule_set_digest(rules)
        self.kept_rules[digest] = _in_order(rules)
        return digest

    async def rules_version(self) -> RulesVersion | None:
        return self.versions[-1][0] if self.versions else None

    async def rule_book(self, number: int | None = None) -> RuleBook:
        if number is None:
            return self.versions[-1][1] if self.versions else RuleBook()
        for version, book in self.versions:
            if version.number == number:
                return book
        raise WrongUse(f"the rules have no version {number}.")

    async def save_rule_book(
        self,
        book: RuleBook,
        *,
        after: int,
        kind: VersionKind,
        actor: str,
        at_ms: int,
        change: str,
        receipt: Receipt | None = None,
    ) -> RulesVersion:
        require_sound(book)
        if len(self.versions) != after:
            raise CommandRefused("the rules were changed meanwhile.")
        book = RuleBook(
            rules=_in_order(book.rules),
            sets=tuple(sorted(book.sets, key=lambda spec: spec.name)),
            files=tuple(sorted(book.files, key=lambda file: file.name)),
        )
        if not self.versions or self.versions[-1][1] != book:
            self._append(book, kind, actor, at_ms, change)
            self._keep(receipt)
        return self.versions[-1][0]

    def _keep(self, receipt: Receipt | None) -> None:
        if receipt is not None:
            self.receipts.setdefault(receipt.message, receipt.answer)

    def _append(self, book: RuleBook, kind: VersionKind, actor: str, at_ms: int, change: str) -> None:
        digest = rule_set_digest(book.rules)
        self.kept_rules[digest] = _in_order(book.rules)
        number = len(self.versions) + 1
        version = RulesVersion(digest=digest, made_at_ms=at_ms, actor=actor, change=change, number=number, kind=kind)
        self.versions.append((version, book))

    async def rules_history(self, *, limit: int = 100) -> Sequence[RulesVersion]:
        return [version for version, _ in reversed(self.versions)][:limit]

    async def templates(self) -> tuple[Template, ...]:
        newest = {id: changes[-1] for id, changes in self.template_changes.items()}
        return tuple(self.kept_templates[newest[id].digest] for id in sorted(newest) if not newest[id].is_deleted)

    async def template_rows(self) -> tuple[TemplateRow, ...]:
        newest = {id: changes[-1] for id, changes in self.template_changes.items()}
        return tuple(
            row_of(template, digest=change.digest, actor=change.actor, made_at_ms=change.made_at_ms)
            for template in await self.templates()
            for change in [newest[template.id]]
        )

    async def newest_template(self, id: TemplateId) -> Template | None:
        return next((template for template in await self.templates() if template.id == id), None)

    async def template(self, digest: Digest) -> Template:
        if digest not in self.kept_templates:
            raise WrongUse(f"no template {digest[:12]} is kept.")
        return self.kept_templates[digest]

    async def template_history(self, id: TemplateId) -> Sequence[TemplateVersion]:
        return self.template_changes.get(id, [])[::-1]

    async def keep_template(self, template: Template) -> Digest:
        digest = digest_of(template)
        self.kept_templates[digest] = template
        return digest

    async def save_template(
        self, template: Template, *, actor: str, at_ms: int, change: str = "", receipt: Receipt | None = None
    ) -> Digest:
        digest = digest_of(template)
        self.kept_templates[digest] = template
        changes = self.template_changes.setdefault(template.id, [])
        if not changes or (changes[-1].digest, changes[-1].is_deleted) != (digest, False):
            changes.append(
                TemplateVersion(number=template.version, digest=digest, made_at_ms=at_ms, actor=actor, change=change)
            )
        self._keep(receipt)
        return digest

    async def remove_template(
        self, id: TemplateId, *, actor: str, at_ms: int, change: str = "", receipt: Receipt | None = None
    ) -> None:
        changes = self.template_changes.get(id, [])
        if changes and not changes[-1].is_deleted:
            changes.append(replace(changes[-1], made_at_ms=at_ms, actor=actor, change=change, is_deleted=True))
        self._keep(receipt)

    async def participants(self) -> tuple[Participant, ...]:
        return tuple(self.people.values())

    async def save_participants(self, participants: Sequence[Participant]) -> None:
        self.people.update({participant.id: participant for participant in participants})

    async def remove_participant(self, id: ParticipantId) -> None:
        self.people.pop(id, None)

    async def document(self, digest: Digest) -> Document:
        if digest not in self.kept_documents:
            raise WrongUse(f"no document {digest[:12]} is kept.")
        return self.kept_documents[digest]

    async def save_document(self, document: Document) -> None:
        self.kept_documents[document.digest] = document

    async def settings(self) -> Mapping[str, str]:
        return dict(self.kept_settings)

    async def save_setting(self, name: str, value: str, *, receipt: Receipt | None = None) -> None:
        self.kept_settings[name] = value
        self._keep(receipt)

    async def label(self, session: SessionId) -> Label:
        return self.kept_labels.get(session, Label())

    async def labels(self) -> Mapping[SessionId, Label]:
        return dict(self.kept_labels)

    async def save_label(self, session: SessionId, label: Label, *, receipt: Receipt | None = None) -> None:
        self.kept_labels[session] = label
        self._keep(receipt)

    async def rule_times(self) -> Mapping[RuleId, RuleTimes]:
        return dict(self.times)

    async def add_rule_times(self, times: Mapping[RuleId, RuleTimes]) -> None:
        for rule, added in times.items():
            self.times[rule] = self.times.get(rule, RuleTimes()).plus(added)

    async def rule_counts(self) -> tuple[int, Mapping[RuleId, RuleCounts]]:
        return self.counted, dict(self.counts)

    async def add_rule_counts(self, counts: Mapping[RuleId, RuleCounts], *, after: int, position: int) -> int:
        if self.counted == after:
            self.counted = position
            for rule, added in counts.items():
                self.counts[rule] = self.counts.get(rule, RuleCounts()).plus(added)
        return self.counted


def _in_order(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    return tuple(sorted(rules, key=lambda rule: (-rule.priority, rule.id, rule.rule_set)))


class MemoryIndex:
    """The SessionIndex port."""

    def __init__(self) -> None:
        self.rows: dict[SessionId, SessionSummary] = {}
        self.reached = 0

    async def position(self) -> int:
        return self.reached

    async def advance(self, summaries: Sequence[SessionSummary], *, position: int) -> None:
        for summary in summaries:
            self.rows[summary.session] = summary
        self.reached = position

    async def summaries(self, *, changed_after: int = 0, limit: int = SESSIONS_LISTED_MAX) -> Sequence[SessionSummary]:
        rows = [row for row in self.rows.values() if row.position > changed_after]
        kept = sorted(rows, key=lambda row: (row.origin == EVALUATION, -row.opened_at_ms, row.session))[:limit]
        return sorted(kept, key=lambda row: (-row.opened_at_ms, row.session))

    async def opened_page(self, *, after: Opened = NOT_OPENED, limit: int = PAGE_MAX) -> Sequence[SessionSummary]:
        rows = sorted(self.rows.values(), key=lambda row: (row.opened_at_ms, row.session))
        return [row for row in rows if (row.opened_at_ms, row.session) > after][:limit]

    async def summary(self, session: SessionId) -> SessionSummary | None:
        return self.rows.get(session)

    async def answered(self, measure: str, *, limit: int = SESSIONS_LISTED_MAX) -> Sequence[SessionSummary]:
        rows = [row for row in self.rows.values() if row.known_answer and row.measure == measure]
        return sorted(rows, key=lambda row: (-row.opened_at_ms, row.session))[:limit]

    async def unfinished(self) -> Sequence[SessionId]:
        over = (Status.COMPLETED, Status.CANCELLED)
        rows = [row for row in self.rows.values() if row.status not in over or row.attempts_open]
        return [row.session for row in sorted(rows, key=lambda row: (row.opened_at_ms, row.session))]

    async def unreadable(self) -> Sequence[SessionId]:
        return [row.session for row in self.rows.values() if row.unreadable]

    async def search(self, text: str, *, limit: int = 100) -> Sequence[SessionSummary]:
        return [row for row in self.rows.values() if text.lower() in f"{row.title} {row.motion}".lower()][:limit]

    async def forget(self, session: SessionId) -> None:
        self.rows.pop(session, None)

    async def clear(self) -> None:
        self.rows.clear()
        self.reached = 0


class MemoryCostBook:
    """The CostBook port; `disk` holds the logs from which it can be counted again."""

    def __init__(self, disk: Disk | None = None) -> None:
        self.disk = disk if disk is not None else Disk()
        self.rows: dict[tuple[SessionId, int, str], Costs] = {}
        self.reached = 0

    async def position(self) -> int:
        return self.reached

    async def add(self, rows: Sequence[CostRow], *, after: int, position: int) -> int:
        if self.reached == after:
            self._put(rows)
            self.reached = position
        return self.reached

    async def replace(self, session: SessionId, rows: Sequence[CostRow]) -> None:
        self.rows = {key: costs for key, costs in self.rows.items() if key[0] != session}
        self._put(rows)

    def _put(self, rows: Sequence[CostRow]) -> None:
        for row in rows:
            key = row.session, row.quarter_ms, row.route
            self.rows[key] = self.rows.get(key, NO_COSTS) + row.costs

    async def spans(self, from_ms: Sequence[int]) -> tuple[int, Sequence[Span]]:
        begins = [quarter_of(each) for each in from_ms]
        spans = []
        for number, each in enumerate(from_ms):
            ends = begins[number + 1] if number + 1 < len(begins) else 2**62
            spans.append(Span(from_ms=each, routes=self._by_route(lambda key: begins[number] <= key[1] < ends)))  # noqa: B023 - called at once
        return self.reached, spans

    async def of_session(self, session: SessionId) -> tuple[int, Mapping[str, Costs]]:
        return self.reached, self._by_route(lambda key: key[0] == session)

    async def doubtful(self, *, limit: int = DOUBTFUL_SESSIONS_MAX) -> Sequence[SessionId]:
        doubts: dict[SessionId, int] = {}
        for (session, _, _), costs in self.rows.items():
            doubts[session] = doubts.get(session, 0) + costs.doubts
        return sorted(session for session, count in doubts.items() if count > 0)[:limit]

    async def spent_since(self, at_ms: int) -> int:
        return sum(costs.cost_microusd for key, costs in self.rows.items() if key[1] >= quarter_of(at_ms))

    async def clear(self) -> None:
        self.rows = {key: costs for key, costs in self.rows.items() if key[0] not in self.disk.lengths}
        self.reached = 0

    def _by_route(self, is_meant: Callable[[tuple[SessionId, int, str]], bool]) -> dict[str, Costs]:
        sums: dict[str, Costs] = {}
        for key in sorted(self.rows):
            if is_meant(key):
                sums[key[2]] = sums.get(key[2], NO_COSTS) + self.rows[key]
        return sums


class MemoryInbox:
    """The Inbox port; `receipts` is what the catalogue of the same database has kept."""

    def __init__(self) -> None:
        self.messages: list[InboxMessage] = []
        self.answers: dict[int, InboxAnswer] = {}
        self.receipts: Mapping[int, InboxAnswer] = {}

    async def put(self, *, verb: str, body: Mapping[str, object], actor: str, at_ms: int) -> int:
        self.messages.append(InboxMessage(id=len(self.messages) + 1, verb=verb, body=body, actor=actor, at_ms=at_ms))
        return len(self.messages)

    async def waiting(self) -> Sequence[InboxMessage]:
        waiting = [message for message in self.messages if message.id not in self.answers]
        return [replace(message, kept=self.receipts.get(message.id)) for message in waiting]

    async def answer(self, id: int, answer: InboxAnswer, *, at_ms: int) -> None:
        self.answers[id] = self.receipts.get(id, answer)

    async def answer_to(self, id: int) -> InboxAnswer | None:
        return self.answers.get(id)


class MemoryLock:
    """The DriverLock port; `held_by` is shared by all that are made over one list."""

    def __init__(self, held: list[str]) -> None:
        self._held = held
        self._is_mine = False

    def acquire(self, *, at_ms: int) -> None:
        if self._held and not self._is_mine:
            raise DriverBusy("another moot drives.", now="Leave commands to it.")
        if not self._is_mine:
            self._held.append(f"since {at_ms}")
        self._is_mine = True

    def release(self) -> None:
        if self._is_mine:
            self._held.clear()
            self._is_mine = False

    def holder(self) -> str:
        return self._held[0] if self._held else ""
