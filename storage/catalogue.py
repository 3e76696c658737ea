"""How does SQLite keep the catalogue: participants, documents, settings, labels, and what lies beside it?

Rules are in `rules`, formats in `templates`. What a log may name by digest is kept by content and never deleted; beside
it a history says which version came into force when, and its newest row which one is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TypeVar

from core.analytics.rule_measures import RuleCounts, RuleTimes
from core.domain.errors import StorageFailed, WrongUse
from core.domain.ids import Digest, ParticipantId, RuleId, SessionId
from core.domain.participants import Participant
from core.domain.steps import Document
from core.ports.catalogue import Label
from core.ports.inbox import Receipt
from storage import rule_measures
from storage.codec import adapter, canonical_json
from storage.rules import unknown
from storage.templates import SqliteTemplates

T = TypeVar("T")


class SqliteCatalogue(SqliteTemplates):
    """Implements `Catalogue`."""

    async def participants(self) -> tuple[Participant, ...]:
        rows = await self._all("SELECT id, body FROM participants ORDER BY id")
        return tuple([_read(Participant, body, f"participant {id}") for id, body in rows])

    async def save_participants(self, participants: Sequence[Participant]) -> None:
        rows = [(participant.id, canonical_json(participant)) for participant in participants]

        def save(writer: sqlite3.Connection) -> None:
            writer.executemany("INSERT OR REPLACE INTO participants VALUES (?, ?)", rows)

        await self._writer.run(save)

    async def remove_participant(self, id: ParticipantId) -> None:
        await self._put("DELETE FROM participants WHERE id = ?", id)

    async def document(self, digest: Digest) -> Document:
        row = await self._first("SELECT name, text FROM documents WHERE digest = ?", digest)
        if row is None:
            raise unknown("document", digest)
        return Document(name=row[0], digest=digest, text=row[1])

    async def save_document(self, document: Document) -> None:
        if sha256(document.text.encode()).hexdigest() != document.digest:
            raise WrongUse("its digest is not that of its text.", where=document.name, now="Read the file again.")
        # A text that comes again under another name stays as it is: sessions hold the name that they cite it by.
        statement = "INSERT OR IGNORE INTO documents VALUES (?, ?, ?)"
        await self._put(statement, document.digest, document.name, document.text)

    async def settings(self) -> Mapping[str, str]:
        return dict(await self._all("SELECT name, value FROM settings ORDER BY name"))

    async def save_setting(self, name: str, value: str, *, receipt: Receipt | None = None) -> None:
        await self._put("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, value, receipt=receipt)

    async def label(self, session: SessionId) -> Label:
        row = await self._first("SELECT title, tags, is_archived FROM labels WHERE session = ?", session)
        return _label(*row) if row else Label()

    async def labels(self) -> Mapping[SessionId, Label]:
        rows = await self._all("SELECT session, title, tags, is_archived FROM labels ORDER BY session")
        return {SessionId(session): _label(*label) for session, *label in rows}

    async def save_label(self, session: SessionId, label: Label, *, receipt: Receipt | None = None) -> None:
        """An empty label is one that isn't there, so that saving it leaves nothing of a deleted session."""
        if label == Label():
            await self._put("DELETE FROM labels WHERE session = ?", session, receipt=receipt)
            return
        await self._put(
            "INSERT OR REPLACE INTO labels VALUES (?, ?, ?, ?)",
            session,
            label.title,
            json.dumps(label.tags, ensure_ascii=False),
            label.is_archived,
            receipt=receipt,
        )

    async def rule_times(self) -> Mapping[RuleId, RuleTimes]:
        return await self._readers.run(rule_measures.times)

    async def add_rule_times(self, times: Mapping[RuleId, RuleTimes]) -> None:
        await self._writer.run(lambda writer: rule_measures.add_times(writer, times))

    async def rule_counts(self) -> tuple[int, Mapping[RuleId, RuleCounts]]:
        return await self._readers.run(rule_measures.counts)

    async def add_rule_counts(self, counts: Mapping[RuleId, RuleCounts], *, after: int, position: int) -> int:
        return await self._writer.run(
            lambda writer: rule_measures.add_counts(writer, counts, after=after, position=position)
        )


def _read(kind: type[T], body: bytes, where: str) -> T:
    try:
        return adapter(kind).validate_json(body)
    except ValueError as error:
        raise _unreadable(kind.__name__.lower(), error, where) from error


def _unreadable(kind: str, error: Exception, where: str) -> StorageFailed:
    return StorageFailed(
        f"the {kind} can't be read: {' '.join(str(error).split())[:200]}.",
        where=where,
        now="Save it again, or restore the database from a copy.",
    )


def _label(title: str, tags: str, is_archived: int) -> Label:
    return Label(title=title, tags=tuple(json.loads(tags)), is_archived=bool(is_archived))
