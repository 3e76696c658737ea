"""How does SQLite keep the log: many sessions' appends in one commit, in one global order?

Everything is encoded on the caller's side. The writer's thread checks what each append expects, takes out the ones in
conflict, writes the rest in one transaction, and only then moves its own memory of lengths and positions on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from core.domain.chain import ROOT, Head, Stored, first_break, linked
from core.domain.changing import maker
from core.domain.commands import Envelope
from core.domain.errors import LogConflict, StorageFailed, WrongUse
from core.domain.events import Recorded
from core.domain.ids import Digest, SessionId
from core.ports.event_log import ANY_EVENT, READ_EVENTS_MAX, Append, Sought
from storage.codec import Codec, EncodedEvent
from storage.database import Synchronous, require_own_schema
from storage.life_book import forget as forget_life
from storage.readers import Readers
from storage.writer import Writer

APPEND_BYTES_MAX = 64 * 1024 * 1024
"""A call above this is refused before it reaches the transaction that it would share with others."""

ROWS_PER_STATEMENT_MAX = 64
"""One statement a chunk: each statement costs the writer the interpreter's lock twice. SQLite allows 32,766 values."""

SESSIONS_REMEMBERED_MAX = 10_000
"""Lengths and links held in memory; forgotten ones are asked of the database again."""

TAKEN = "taken "
"""Begins the names of the positions up to which sessions were recorded elsewhere; their ids follow."""

_COLUMNS = "position, session_key, seq, kind, version, at_ms, envelope, body, link"
_SELECT = (
    "SELECT s.id, e.seq, e.position, e.at_ms, e.kind, e.version, e.envelope, e.body"
    " FROM events e JOIN log_sessions s ON s.key = e.session_key"
)
_SELECT_BARE = _SELECT.replace("e.envelope", "NULL")


STORED_COLUMNS = "seq, at_ms, kind, version, body, envelope, link"


class Encoded(NamedTuple):
    """An append with its bytes."""

    append: Append
    envelope: bytes
    events: list[EncodedEvent]


class End(NamedTuple):
    """Where a session's log ends: its key in the database, its length, its last link."""

    key: int
    seq: int
    link: bytes


NO_END = End(0, 0, ROOT)

made_recorded = maker(Recorded)


class SqliteEventLog:
    """Implements `EventLog`. Writer and readers are shared with the other tables; closing the log closes them all."""

    def __init__(
        self, *, writer: Writer[list[Encoded], tuple[Recorded, ...]], readers: Readers, codec: Codec, appender: Appender
    ) -> None:
        self._writer = writer
        self._readers = readers
        self._codec = codec
        self._appender = appender

    async def append(self, *appends: Append) -> tuple[Recorded, ...]:
        return await self._writer.write(encoded(appends, self._codec)) if appends else ()

    async def read(
        self,
        session: SessionId,
        *,
        after_seq: int = 0,
        limit: int = READ_EVENTS_MAX,
        with_envelopes: bool = True,
    ) -> Sequence[Recorded]:
        query = f"{_select(with_envelopes)} WHERE s.id = ? AND e.seq > ? ORDER BY e.seq LIMIT ?"
        return await self._read(query, (session, after_seq, _bounded(limit)))

    async def read_all(
        self, *, after_position: int = 0, limit: int = READ_EVENTS_MAX, with_envelopes: bool = True
    ) -> Sequence[Recorded]:
        query = f"{_select(with_envelopes)} WHERE e.position > ? ORDER BY e.position LIMIT ?"
        return await self._read(query, (after_position, _bounded(limit)))

    async def read_back(
        self,
        *,
        before_position: int | None = None,
        after_position: int = 0,
        sought: Sought = ANY_EVENT,
        limit: int = READ_EVENTS_MAX,
    ) -> Sequence[Recorded]:
        query, values = _backwards(before_position, after_position, sought, _bounded(limit))

        def read(reader: sqlite3.Connection) -> list[Recorded]:
            return _recorded(reader, reader.execute(query, values).fetchall(), self._codec, are_in_order=False)

        return await self._readers.run(read)

    async def last_position(self) -> int:
        return await self._readers.run(_newest_position)

    async def session_ids(self, prefix: str = "", *, limit: int = READ_EVENTS_MAX) -> Sequence[SessionId]:
        query = "SELECT id FROM log_sessions WHERE substr(id, 1, length(?1)) = ?1 ORDER BY key DESC LIMIT ?2"
        rows = await self._readers.run(lambda reader: reader.execute(query, (prefix, _bounded(limit))).fetchall())
        return [SessionId(row[0]) for row in rows]

    async def head(self, session: SessionId, *, at_seq: int | None = None) -> Head | None:
        query = (
            "SELECT e.seq, e.link FROM log_sessions s JOIN events e ON e.session_key = s.key"
            " WHERE s.id = ?1 AND (?2 IS NULL OR e.seq = ?2) ORDER BY e.seq DESC LIMIT 1"
        )
        row = await self._readers.run(lambda reader: reader.execute(query, (session, at_seq)).fetchone())
        return Head(seq=row[0], digest=Digest(_bytes(row[1]).hex())) if row else None

    async def stored(self, session: SessionId, *, after_seq: int = 0, limit: int = READ_EVENTS_MAX) -> Sequence[Stored]:
        query = (
            f"SELECT {STORED_COLUMNS} FROM log_sessions s JOIN events ON session_key = s.key"
            " WHERE s.id = ? AND seq > ? ORDER BY seq LIMIT ?"
        )
        values = (session, after_seq, _bounded(limit))
        rows = await self._readers.run(lambda reader: reader.execute(query, values).fetchall())
        return [stored_of(row) for row in rows]

    async def take(self, session: SessionId, events: Sequence[Stored]) -> int:
        require_chain(session, events)
        return await self._writer.run(lambda connection: self._appender.take(connection, session, events))

    async def taken(self) -> Mapping[SessionId, int]:
        query = "SELECT substr(name, length(?1) + 1), position FROM positions WHERE substr(name, 1, length(?1)) = ?1"
        rows = await self._readers.run(lambda reader: reader.execute(query, (TAKEN,)).fetchall())
        return {SessionId(session): position for session, position in rows}

    async def delete(self, session: SessionId) -> None:
        await self._writer.run(lambda connection: self._appender.delete(connection, session))

    async def close(self) -> None:
        await self._writer.close()
        await self._readers.close()

    async def _read(self, query: str, values: tuple[object, ...]) -> list[Recorded]:
        def read(reader: sqlite3.Connection) -> list[Recorded]:
            return _recorded(reader, reader.execute(query, values).fetchall(), self._codec)

        return await self._readers.run(read)


class Appender:
    """Commits calls together and remembers where each session and the whole log ends. For the writer's thread alone."""

    def __init__(self) -> None:
        self._ends: dict[SessionId, End] = {}
        self._position = -1
        self._others = -1

    def __call__(
        self, connection: sqlite3.Connection, calls: Sequence[list[Encoded]]
    ) -> Sequence[tuple[Recorded, ...] | Exception]:
        try:
            return self._commit(connection.cursor(), calls)
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._forget_all()
            raise

    def delete(self, connection: sqlite3.Connection, session: SessionId) -> None:
        """Forget a session's events; remember the highest position given out, so that it isn't given out again."""
        self._ends.pop(session, None)
        key = connection.execute("SELECT key FROM log_sessions WHERE id = ?", (session,)).fetchone()
        if key is None:
            return
        connection.execute(
            "INSERT INTO positions VALUES ('log', ?)"
            " ON CONFLICT DO UPDATE SET position = max(position, excluded.position)",
            (_newest_position(connection),),
        )
        connection.execute("DELETE FROM positions WHERE name = ?", (TAKEN + session,))
        forget_life(connection, session)  # here, because who counts sessions must not find one that has no log
        connection.execute("DELETE FROM events WHERE session_key = ?", key)
        connection.execute("DELETE FROM log_sessions WHERE key = ?", key)

    def take(self, connection: sqlite3.Connection, session: SessionId, events: Sequence[Stored]) -> int:
        """Write a session's events as they are, within the caller's transaction; the last one's position."""
        self._forget_all()  # others may have written since the last look
        length = self._end(connection, session).seq
        if length:
            raise taken(session, length)
        position = self._last_position(connection)
        self._forget_all()  # nobody knows yet whether the transaction is committed
        key = connection.execute("INSERT INTO log_sessions (id) VALUES (?)", (session,)).lastrowid
        connection.executemany(
            _insert(1),
            (
                (position + one.seq, key, one.seq, one.kind, one.version, one.at_ms, one.envelope, one.body, one.link)
                for one in events
            ),
        )
        last = position + len(events)
        connection.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (TAKEN + session, last))
        return last

    def _commit(self, cursor: sqlite3.Cursor, calls: Sequence[list[Encoded]]) -> list[tuple[Recorded, ...] | Exception]:
        cursor.execute("BEGIN IMMEDIATE")  # from here on nobody else writes: what is found out now holds
        self._notice_others(cursor)
        position = self._last_position(cursor)
        ends: dict[SessionId, End] = {}
        values: list[object] = []
        outcomes: list[tuple[Recorded, ...] | Exception] = []
        for call in calls:
            conflict = self._add(cursor, call, ends, values, position)
            if conflict is not None:
                outcomes.append(conflict)
                continue
            records = placed(call, position)
            outcomes.append(records)
            position += len(records)
        if not values:
            cursor.execute("ROLLBACK")
            return outcomes
        for start in range(0, len(values), _VALUES_PER_STATEMENT_MAX):
            part = values[start : start + _VALUES_PER_STATEMENT_MAX]
            cursor.execute(_insert(len(part) // _WIDTH), part)
        cursor.execute("COMMIT")
        if len(self._ends) > SESSIONS_REMEMBERED_MAX:
            self._ends.clear()
        self._ends.update(ends)
        self._position = position
        return outcomes

    def _add(
        self,
        cursor: sqlite3.Cursor,
        call: list[Encoded],
        ends: dict[SessionId, End],
        values: list[object],
        position: int,
    ) -> LogConflict | None:
        """Put a call's rows behind `values`, one value after the other, and move `ends` on to where its sessions end
        behind them; or why it can't be written, with both as they were."""
        before = len(values)
        moved: dict[SessionId, End] = {}
        opened: list[int] = []
        for append, envelope, events in call:
            session, at_ms = append.session, append.envelope.at_ms
            key, seq, link = moved.get(session) or ends.get(session) or self._end(cursor, session)
            if seq != append.expected_seq:
                del values[before:]
                cursor.executemany("DELETE FROM log_sessions WHERE key = ?", [(each,) for each in opened])
                return conflict_of(append, seq)
            if not key:
                key = cursor.execute("INSERT INTO log_sessions (id) VALUES (?)", (session,)).lastrowid or 0
                opened.append(key)
            first: bytes | None = envelope
            for kind, version, body in events:
                position += 1
                seq += 1
                link = linked(
                    link, session, seq=seq, at_ms=at_ms, kind=kind, version=version, body=body, envelope=first
                )
                values += (position, key, seq, kind, version, at_ms, first, body, link)
                first = None
            moved[session] = End(key, seq, link)
        ends.update(moved)
        return None

    def _end(self, connection: sqlite3.Connection | sqlite3.Cursor, session: SessionId) -> End:
        """Where a session ends; NO_END where it has no events."""
        known = self._ends.get(session)
        if known is None:
            query = (
                "SELECT s.key, e.seq, e.link FROM log_sessions s JOIN events e ON e.session_key = s.key"
                " WHERE s.id = ? ORDER BY e.seq DESC LIMIT 1"
            )
            row = connection.execute(query, (session,)).fetchone()
            if row is None:
                return NO_END
            known = self._ends[session] = End(row[0], row[1], _bytes(row[2]))
        return known

    def _last_position(self, connection: sqlite3.Connection | sqlite3.Cursor) -> int:
        if self._position < 0:
            deleted = connection.execute("SELECT position FROM positions WHERE name = 'log'").fetchone()
            self._position = max(_newest_position(connection), deleted[0] if deleted else 0)
        return self._position

    def _notice_others(self, cursor: sqlite3.Cursor) -> None:
        """Where another process wrote since the last look, our memory may be wrong: it may have driven meanwhile."""
        others = cursor.execute("PRAGMA data_version").fetchone()[0]
        if others != self._others:
            self._forget_all()
            require_own_schema(cursor)
            self._others = others

    def _forget_all(self) -> None:
        self._ends.clear()
        self._position = -1


_WIDTH = len(_COLUMNS.split(","))
_VALUES_PER_STATEMENT_MAX = ROWS_PER_STATEMENT_MAX * _WIDTH


@cache
def _insert(rows: int) -> str:
    """At most ROWS_PER_STATEMENT_MAX different texts, so that the driver keeps each one prepared."""
    places = "(" + ",".join("?" * _WIDTH) + ")"
    return f"INSERT INTO events ({_COLUMNS}) VALUES " + ",".join([places] * rows)


def encoded(appends: Sequence[Append], codec: Codec) -> list[Encoded]:
    """The appends with their bytes. Raises before anything is queued, so that a bad one never harms another's."""
    made = []
    size = 0
    for append in appends:
        if not append.events:
            raise WrongUse("an append without events records nothing.", where=f"session {append.session}")
        events = [codec.encode_event(event) for event in append.events]
        envelope = codec.encode_envelope(append.envelope, append.events)
        size += len(envelope)
        for event in events:
            size += len(event.body)
        made.append(Encoded(append, envelope, events))
    if size > APPEND_BYTES_MAX:
        raise StorageFailed(
            f"an append of {size:,} bytes is larger than the {APPEND_BYTES_MAX:,} that the log takes at once.",
            where=f"session {appends[0].session}",
            now="Shorten its texts. Nothing was written.",
        )
    return made


def conflict_of(append: Append, length: int) -> LogConflict:
    """What an append is told that expected another length."""
    return LogConflict(
        f"the log holds {length} events, not {append.expected_seq}.",
        where=f"session {append.session}",
        now="Read what was added, then decide again.",
    )


def stored_of(row: Sequence[Any]) -> Stored:
    """A row of STORED_COLUMNS. What other hands wrote may be of any type, and must break the chain, not its reader."""
    seq, at_ms, kind, version, body, envelope, link = row
    return Stored(
        seq=_whole(seq),
        at_ms=_whole(at_ms),
        kind=str(kind),
        version=_whole(version),
        body=_bytes(body),
        envelope=None if envelope is None else _bytes(envelope),
        link=_bytes(link),
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) else -1


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


def require_chain(session: SessionId, events: Sequence[Stored]) -> None:
    """Raise WrongUse where `events` are not a session's whole chain, as a log takes it from elsewhere."""
    broken = first_break(session, events)
    if broken is not None or not events:
        what = broken.what if broken is not None else "it holds no events"
        raise WrongUse(f"{what}.", where=f"session {session}", now="Nothing was written.")


def taken(session: SessionId, length: int) -> LogConflict:
    """What whoever brings a session is told that is on record already."""
    return LogConflict(
        f"{length} events of it are on record already.", where=f"session {session}", now="Nothing was written."
    )


def placed(call: list[Encoded], position: int) -> tuple[Recorded, ...]:
    """A call's events with the places that they get once the transaction is committed."""
    placed: list[Recorded] = []
    for append, _, _ in call:
        session, seq, asked = append.session, append.expected_seq, append.envelope
        at_ms = asked.at_ms
        envelope: Envelope | None = asked
        for event in append.events:
            position += 1
            seq += 1
            placed.append(
                made_recorded(session=session, seq=seq, position=position, at_ms=at_ms, event=event, envelope=envelope)
            )
            envelope = None
    return tuple(placed)


def _select(with_envelopes: bool) -> str:
    return _SELECT if with_envelopes else _SELECT_BARE


def _backwards(
    before_position: int | None, after_position: int, sought: Sought, limit: int
) -> tuple[str, tuple[object, ...]]:
    """What is looked at is left by position, and a row's kind, session and time stand before its texts: those of rows
    that aren't sought are not read."""
    conditions, values = ["e.position > ?"], list[object]((after_position,))
    if before_position is not None:
        conditions.append("e.position < ?")
        values.append(before_position)
    if sought.kinds is not None:
        conditions.append(f"e.kind IN ({','.join('?' * len(sought.kinds))})")
        values += sorted(sought.kinds)
    if sought.without:
        conditions.append(f"e.kind NOT IN ({','.join('?' * len(sought.without))})")
        values += sorted(sought.without)
    if sought.session:
        conditions.append("e.session_key IN (SELECT key FROM log_sessions WHERE substr(id, 1, length(?)) = ?)")
        values += (sought.session, sought.session)
    if sought.from_ms is not None:
        conditions.append("e.at_ms >= ?")
        values.append(sought.from_ms)
    return f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY e.position DESC LIMIT ?", (*values, limit)


def _recorded(
    reader: sqlite3.Connection, rows: list[tuple[Any, ...]], codec: Codec, *, are_in_order: bool = True
) -> list[Recorded]:
    """The rows' events. Where the rows `are_in_order`, what an envelope leans on is looked for among them first."""
    made = []
    for at, (session, seq, position, at_ms, kind, version, envelope, body) in enumerate(rows):
        event, asked = codec.read(
            kind,
            version,
            body,
            at_ms=at_ms,
            envelope=envelope,
            bodies=partial(_bodies, reader, *((rows, at) if are_in_order else ([rows[at]], 0)), codec),
        )
        made.append(Recorded(session=session, seq=seq, position=position, at_ms=at_ms, event=event, envelope=asked))
    return made


def _bodies(
    reader: sqlite3.Connection, rows: list[tuple[Any, ...]], at: int, codec: Codec, envelope: bytes
) -> list[bytes]:
    """The bodies that an envelope leans on. A page may end before the last of them: an append lies in one piece."""
    reach = codec.held_last(envelope)
    if at + reach < len(rows):
        return [row[7] for row in rows[at : at + reach + 1]]
    first = rows[at][2]
    query = "SELECT body FROM events WHERE position BETWEEN ? AND ? ORDER BY position"
    return [row[0] for row in reader.execute(query, (first, first + reach))]


def _newest_position(connection: sqlite3.Connection | sqlite3.Cursor) -> int:
    return int(connection.execute("SELECT ifnull(max(position), 0) FROM events").fetchone()[0])


def _bounded(limit: int) -> int:
    return max(0, min(limit, READ_EVENTS_MAX))


def open_writer(
    path: Path, *, synchronous: Synchronous, appender: Appender
) -> Writer[list[Encoded], tuple[Recorded, ...]]:
    """The writer whose grouped work is appends."""
    return Writer(path, synchronous=synchronous, group=appender)
