"""How does SQLite keep formats, and every version of them?

A format is kept by content and never deleted: logs name it. Beside it stands the row that lists show of it, so that
listing a thousand reads none of them. The history says which version came into force when; its newest row which one is,
or that the format was deleted.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from hashlib import sha256

from core.domain.errors import StorageFailed, WrongUse
from core.domain.ids import Digest, TemplateId
from core.ports.catalogue import TemplateVersion
from core.ports.inbox import Receipt
from core.templates.plain import template_from_plain, template_to_plain
from core.templates.searching import TemplateRow, row_from_plain, row_of, row_to_plain
from core.templates.template import Template
from storage.codec import canonical_json
from storage.inbox import keep_receipt
from storage.rules import SqliteRules, unknown

NO_ROW = b""
"""What was kept by a moot that had no rows: it is read whole instead."""

_NEWEST = (
    "FROM template_history h JOIN templates t ON t.digest = h.digest"
    " WHERE h.key IN (SELECT max(key) FROM template_history GROUP BY template) AND NOT h.is_deleted"
)


class SqliteTemplates(SqliteRules):
    """The part of `Catalogue` that is about formats."""

    async def templates(self) -> tuple[Template, ...]:
        rows = await self._all(f"SELECT t.body, t.digest {_NEWEST} ORDER BY t.template")
        return tuple([_template(body, digest) for body, digest in rows])

    async def template_rows(self) -> tuple[TemplateRow, ...]:
        query = f"SELECT t.row, t.digest, h.actor, h.made_at_ms {_NEWEST} ORDER BY t.template"

        def read(reader: sqlite3.Connection) -> list[TemplateRow]:
            rows = reader.execute(query).fetchall()
            plain = _at_once([row for row, *_ in rows])
            if plain is None:
                return [_row(reader, *row) for row in rows]
            return [
                _row_of(each, Digest(digest), actor, at_ms)
                for each, (_, digest, actor, at_ms) in zip(plain, rows, strict=True)
            ]

        return tuple(await self._readers.run(read))

    async def newest_template(self, id: TemplateId) -> Template | None:
        row = await self._first(f"SELECT t.body, t.digest {_NEWEST} AND h.template = ?", id)
        return _template(*row) if row is not None else None

    async def template(self, digest: Digest) -> Template:
        row = await self._first("SELECT body FROM templates WHERE digest = ?", digest)
        if row is None:
            raise unknown("template", digest)
        return _template(row[0], digest)

    async def template_history(self, id: TemplateId) -> Sequence[TemplateVersion]:
        query = (
            "SELECT t.row, h.digest, h.made_at_ms, h.actor, h.change, h.is_deleted FROM template_history h"
            " JOIN templates t ON t.digest = h.digest WHERE h.template = ? ORDER BY h.key DESC"
        )

        def read(reader: sqlite3.Connection) -> list[TemplateVersion]:
            return [
                TemplateVersion(
                    number=_row(reader, row, digest, actor, at_ms).version,
                    digest=Digest(digest),
                    made_at_ms=at_ms,
                    actor=actor,
                    change=change,
                    is_deleted=bool(is_deleted),
                )
                for row, digest, at_ms, actor, change, is_deleted in reader.execute(query, (id,))
            ]

        return await self._readers.run(read)

    async def keep_template(self, template: Template) -> Digest:
        body = canonical_json(template_to_plain(template))
        digest, row = Digest(sha256(body).hexdigest()), canonical_json(row_to_plain(row_of(template)))
        statement = "INSERT OR IGNORE INTO templates (digest, template, body, row) VALUES (?, ?, ?, ?)"
        await self._put(statement, digest, template.id, body, row)
        return digest

    async def save_template(
        self, template: Template, *, actor: str, at_ms: int, change: str = "", receipt: Receipt | None = None
    ) -> Digest:
        body = canonical_json(template_to_plain(template))
        digest = Digest(sha256(body).hexdigest())
        row = canonical_json(row_to_plain(row_of(template)))

        def save(writer: sqlite3.Connection) -> None:
            if _newest(writer, template.id) != (digest, 0):
                statement = "INSERT OR IGNORE INTO templates (digest, template, body, row) VALUES (?, ?, ?, ?)"
                writer.execute(statement, (digest, template.id, body, row))
                _insert(writer, template.id, digest, at_ms=at_ms, actor=actor, change=change)
            keep_receipt(writer, receipt)

        await self._writer.run(save)
        return digest

    async def remove_template(
        self, id: TemplateId, *, actor: str, at_ms: int, change: str = "", receipt: Receipt | None = None
    ) -> None:
        def remove(writer: sqlite3.Connection) -> None:
            newest = _newest(writer, id)
            if newest is not None and not newest[1]:
                _insert(writer, id, newest[0], at_ms=at_ms, actor=actor, change=change, is_deleted=True)
            keep_receipt(writer, receipt)

        await self._writer.run(remove)


def _newest(writer: sqlite3.Connection, id: TemplateId) -> tuple[str, int] | None:
    """The digest of the newest version, and 1 where that was deleted."""
    query = "SELECT digest, is_deleted FROM template_history WHERE template = ? ORDER BY key DESC LIMIT 1"
    found: tuple[str, int] | None = writer.execute(query, (id,)).fetchone()
    return found


def _insert(
    writer: sqlite3.Connection,
    id: TemplateId,
    digest: str,
    *,
    at_ms: int,
    actor: str,
    change: str,
    is_deleted: bool = False,
) -> None:
    writer.execute(
        "INSERT INTO template_history (template, digest, made_at_ms, actor, change, is_deleted)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (id, digest, at_ms, actor, change, is_deleted),
    )


def _row(reader: sqlite3.Connection, row: bytes, digest: str, actor: str, at_ms: int) -> TemplateRow:
    if row == NO_ROW:
        (body,) = reader.execute("SELECT body FROM templates WHERE digest = ?", (digest,)).fetchone()
        return row_of(_template(body, Digest(digest)), digest=Digest(digest), actor=actor, made_at_ms=at_ms)
    try:
        plain = json.loads(row)
    except ValueError as error:
        raise _unreadable(error, digest[:12]) from error
    return _row_of(plain, Digest(digest), actor, at_ms)


def _row_of(plain: object, digest: Digest, actor: str, at_ms: int) -> TemplateRow:
    try:
        return row_from_plain(plain, digest=digest, actor=actor, made_at_ms=at_ms)
    except WrongUse as error:
        raise _unreadable(error, digest[:12]) from error


def _at_once(rows: Sequence[bytes]) -> list[object] | None:
    """All rows as plain values: as one text they take a third of the time. None where one has to be looked at alone."""
    if NO_ROW in rows:
        return None
    try:
        plain: list[object] = json.loads(b"[" + b",".join(rows) + b"]")
    except ValueError:
        return None
    return plain if len(plain) == len(rows) and all(isinstance(each, dict) for each in plain) else None


def _template(body: bytes, digest: Digest) -> Template:
    """What has this digest; a log decided by it, so that a changed one is worse than none."""
    if sha256(body).hexdigest() != digest:
        raise StorageFailed(
            "its content is not what its digest says.", where=f"{digest[:12]}", now="Restore the database from a copy."
        )
    try:
        return template_from_plain(json.loads(body))
    except (ValueError, WrongUse) as error:
        raise _unreadable(error, digest[:12]) from error


def _unreadable(error: Exception, where: str) -> StorageFailed:
    return StorageFailed(
        f"the template can't be read: {' '.join(str(error).split())[:200]}.",
        where=where,
        now="Save it again, or restore the database from a copy.",
    )
