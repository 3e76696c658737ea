"""How does SQLite keep the rules, and every version of them?

Rules are kept by content and never deleted: logs name them, and so do versions. A version says which of them were made
by hand, how sets are defined, and what each file of the rules folder held. Its row is all that a change writes besides.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from core.domain.errors import CommandRefused, WrongUse
from core.domain.ids import Digest
from core.ports.catalogue import RulesVersion
from core.ports.inbox import Receipt
from core.rules.layers import RuleBook, RuleFile, RuleSetSpec, require_sound
from core.rules.rule import Rule, rule_from_plain, rule_set_digest, rule_set_text
from core.rules.versions import VersionKind
from storage.codec import canonical_json
from storage.inbox import keep_receipt
from storage.readers import Readers
from storage.writer import Writer

HISTORY_MAX = 1_000
NO_RULES = rule_set_digest(())

_NEWEST = "SELECT number, kind, digest, sets, files, made_at_ms, actor, change FROM rule_versions"


class SqliteRules:
    """The part of `Catalogue` that is about rules."""

    def __init__(self, *, writer: Writer[Any, Any], readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    async def rules(self) -> tuple[Rule, ...]:
        return await self._readers.run(lambda reader: _rules(reader, _newest(reader).digest))

    async def rules_digest(self) -> Digest:
        return await self._readers.run(lambda reader: _newest(reader).digest)

    async def save_rules(self, rules: Sequence[Rule], *, actor: str, at_ms: int, change: str) -> Digest:
        require_sound(RuleBook(rules=tuple(rules)))
        kept = _kept(rules)

        def save(writer: sqlite3.Connection) -> None:
            newest = _newest(writer)
            if newest.digest == kept.digest:
                return
            _keep(writer, kept)
            row = newest._replace(digest=kept.digest, kind=VersionKind.CHANGE)
            _insert(writer, row, actor=actor, at_ms=at_ms, change=change)

        await self._writer.run(save)
        return kept.digest

    async def rule_set(self, digest: Digest) -> tuple[Rule, ...]:
        return await self._readers.run(lambda reader: _rules(reader, digest))

    async def keep_rules(self, rules: Sequence[Rule]) -> Digest:
        kept = await self._readers.run(lambda _: _kept(rules))
        await self._writer.run(lambda writer: _keep(writer, kept))
        return kept.digest

    async def rules_version(self) -> RulesVersion | None:
        newest = await self._readers.run(_newest)
        return newest.version if newest.number else None

    async def rule_book(self, number: int | None = None) -> RuleBook:
        return await self._readers.run(lambda reader: _book(reader, _newest(reader, number)))

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
        # To write thousands of rules takes a tenth of a second: neither the loop nor the writer may stand still for it.
        kept, kept_of_files, sets, files = await self._readers.run(lambda _: _written(book))

        def save(writer: sqlite3.Connection) -> RulesVersion:
            newest = _newest(writer)
            if newest.number != after:
                raise CommandRefused("the rules were changed meanwhile.", now="Look at them, then change them again.")
            if (newest.digest, newest.sets, newest.files) == (kept.digest, sets, files) and newest.number:
                return newest.version
            for each in (kept, *kept_of_files):
                _keep(writer, each)
            row = newest._replace(kind=kind, digest=kept.digest, sets=sets, files=files)
            keep_receipt(writer, receipt)
            return _insert(writer, row, actor=actor, at_ms=at_ms, change=change).version

        return await self._writer.run(save)

    async def rules_history(self, *, limit: int = 100) -> Sequence[RulesVersion]:
        rows = await self._all(f"{_NEWEST} ORDER BY number DESC LIMIT ?", max(0, min(limit, HISTORY_MAX)))
        return [_row(row).version for row in rows]

    async def _first(self, query: str, *values: object) -> tuple[Any, ...] | None:
        def first(reader: sqlite3.Connection) -> tuple[Any, ...] | None:
            found: tuple[Any, ...] | None = reader.execute(query, values).fetchone()
            return found

        return await self._readers.run(first)

    async def _all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return await self._readers.run(lambda reader: reader.execute(query, values).fetchall())

    async def _put(self, statement: str, *values: object, receipt: Receipt | None = None) -> None:
        def put(writer: sqlite3.Connection) -> None:
            writer.execute(statement, values)
            keep_receipt(writer, receipt)

        await self._writer.run(put)


def unknown(what: str, digest: Digest) -> WrongUse:
    """The refusal of a digest that nothing here has."""
    return WrongUse(f"no {what} has the digest {digest[:12]}.", now="Was it saved in another database?")


class _Row(NamedTuple):
    """A row of `rule_versions`; `number` 0 where there is none yet."""

    number: int = 0
    kind: VersionKind = VersionKind.CHANGE
    digest: Digest = NO_RULES
    sets: str = "[]"
    files: str = "[]"
    made_at_ms: int = 0
    actor: str = ""
    change: str = ""

    @property
    def version(self) -> RulesVersion:
        return RulesVersion(
            number=self.number,
            kind=self.kind,
            digest=self.digest,
            made_at_ms=self.made_at_ms,
            actor=self.actor,
            change=self.change,
        )


class _Kept(NamedTuple):
    digest: Digest
    body: bytes


def _newest(connection: sqlite3.Connection, number: int | None = None) -> _Row:
    """The newest version, or the one with that number. Raises WrongUse where there is none."""
    if number is None:
        found = connection.execute(f"{_NEWEST} ORDER BY number DESC LIMIT 1").fetchone()
        return _row(found) if found else _Row()
    found = connection.execute(f"{_NEWEST} WHERE number = ?", (number,)).fetchone()
    if found is None:
        raise WrongUse(f"the rules have no version {number}.", now="'moot rules history' lists them.")
    return _row(found)


def _row(row: tuple[Any, ...]) -> _Row:
    return _Row(*row)._replace(kind=VersionKind(row[1]))


def _insert(writer: sqlite3.Connection, row: _Row, *, actor: str, at_ms: int, change: str) -> _Row:
    row = row._replace(number=row.number + 1, made_at_ms=at_ms, actor=actor, change=change)
    writer.execute("INSERT INTO rule_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return row


def _kept(rules: Iterable[Rule]) -> _Kept:
    body = rule_set_text(rules)
    return _Kept(Digest(sha256(body).hexdigest()), body)


def _keep(writer: sqlite3.Connection, kept: _Kept) -> None:
    writer.execute("INSERT OR IGNORE INTO rule_sets VALUES (?, ?)", kept)


def _rules(reader: sqlite3.Connection, digest: Digest) -> tuple[Rule, ...]:
    row = reader.execute("SELECT body FROM rule_sets WHERE digest = ?", (digest,)).fetchone()
    if row is None and digest != NO_RULES:
        raise unknown("version of the rules", digest)
    rules = [rule_from_plain(plain) for plain in json.loads(row[0])] if row else []
    return tuple(sorted(rules, key=lambda rule: (-rule.priority, rule.id, rule.rule_set)))


def _book(reader: sqlite3.Connection, row: _Row) -> RuleBook:
    return RuleBook(
        rules=_rules(reader, row.digest),
        sets=tuple(RuleSetSpec(**plain) for plain in json.loads(row.sets)),
        files=tuple(
            RuleFile(
                name=plain["name"],
                rules=_rules(reader, Digest(plain["digest"])),
                sets=tuple(RuleSetSpec(**spec) for spec in plain["sets"]),
            )
            for plain in json.loads(row.files)
        ),
    )


def _written(book: RuleBook) -> tuple[_Kept, list[_Kept], str, str]:
    """What is kept of a book: the rules made by hand, those of each file, the sets and the files. Raises WrongUse for a
    book that is not sound."""
    require_sound(book)
    in_order = sorted(book.files, key=lambda file: file.name)
    kept_of_files = [_kept(file.rules) for file in in_order]
    files = [
        {"name": file.name, "digest": kept.digest, "sets": [_set_plain(spec) for spec in _by_name(file.sets)]}
        for file, kept in zip(in_order, kept_of_files, strict=True)
    ]
    return _kept(book.rules), kept_of_files, _text([_set_plain(spec) for spec in _by_name(book.sets)]), _text(files)


def _by_name(specs: Iterable[RuleSetSpec]) -> list[RuleSetSpec]:
    return sorted(specs, key=lambda spec: spec.name)


def _set_plain(spec: RuleSetSpec) -> dict[str, str]:
    return {"name": spec.name, "extends": spec.extends, "description": spec.description}


def _text(plain: object) -> str:
    return canonical_json(plain).decode()
