"""How is a log kept as files that any tool can read: JSON Lines, one file a session?

`order.jsonl` is the global order and the commit record. An append writes its events behind the sessions' files, then
one line there; without that line whole, it never happened. Opening cuts off what a crash left behind, and says so.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from core.domain.chain import ROOT, Head, Stored, head_of, link_of
from core.domain.errors import LogConflict, StorageFailed, WrongUse
from core.domain.events import Recorded
from core.domain.ids import SessionId
from core.ports.event_log import ANY_EVENT, READ_EVENTS_MAX, Append, Sought
from storage.codec import Codec
from storage.event_log import Encoded, conflict_of, encoded, placed, require_chain, taken
from storage.jsonl_lines import line_of, lines_of, stored_of

T = TypeVar("T")
ORDER_FILE = "order.jsonl"
PAGE_BACK_EVENTS = 500
FIRST_LINE = b'{"seq":1,"at_ms":'
FILE_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
"""Session ids that may become file names: none can leave the folder."""


@dataclass(slots=True)
class _Session:
    """Where each of a session's lines begins in its file, the end of the last, and each event's global position. `link`
    is the last event's, where it was asked for; up to position `taken` it was recorded elsewhere."""

    starts: list[int] = field(default_factory=lambda: [0])
    positions: list[int] = field(default_factory=list)
    link: bytes | None = None
    taken: int = 0


class JsonLinesEventLog:
    """Implements `EventLog` for one process at a time. `is_synced` waits for the disk, so that a loss of power is
    survived; without it a killed process is."""

    def __init__(self, folder: Path, *, codec: Codec, is_synced: bool = False) -> None:
        """Open the log in `folder`, made where there is none. Raises StorageFailed with every file as it was."""
        self._folder = folder
        self._codec = codec
        self._is_synced = is_synced
        self._sessions: dict[SessionId, _Session] = {}
        self._order: list[tuple[SessionId, int]] = []
        self._order_end = 0
        self._unfinished: dict[Path, int] = {}
        self._thread: ThreadPoolExecutor | None = ThreadPoolExecutor(max_workers=1, thread_name_prefix="moot-jsonl")
        self._notices: list[str] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._open()
        except OSError as error:
            raise self._refused(error) from error

    @property
    def notices(self) -> tuple[str, ...]:
        """What opening cut off, in words for the operator; empty where all was in order."""
        return tuple(self._notices)

    async def append(self, *appends: Append) -> tuple[Recorded, ...]:
        parts = encoded(appends, self._codec) if appends else []
        return await self._run(lambda: self._append(parts))

    async def read(
        self,
        session: SessionId,
        *,
        after_seq: int = 0,
        limit: int = READ_EVENTS_MAX,
        with_envelopes: bool = True,
    ) -> Sequence[Recorded]:
        records = await self._run(lambda: self._read(session, max(0, after_seq), _bounded(limit)))
        return records if with_envelopes else [replace(record, envelope=None) for record in records]

    async def read_all(
        self, *, after_position: int = 0, limit: int = READ_EVENTS_MAX, with_envelopes: bool = True
    ) -> Sequence[Recorded]:
        records = await self._run(lambda: self._read_all(max(0, after_position), _bounded(limit)))
        return records if with_envelopes else [replace(record, envelope=None) for record in records]

    async def read_back(
        self,
        *,
        before_position: int | None = None,
        after_position: int = 0,
        sought: Sought = ANY_EVENT,
        limit: int = READ_EVENTS_MAX,
    ) -> Sequence[Recorded]:
        return await self._run(
            lambda: self._read_back(before_position, max(0, after_position), sought, _bounded(limit))
        )

    async def last_position(self) -> int:
        return await self._run(
            lambda: max((known.positions[-1] for known in self._sessions.values() if known.positions), default=0)
        )

    async def session_ids(self, prefix: str = "", *, limit: int = READ_EVENTS_MAX) -> Sequence[SessionId]:
        return await self._run(
            lambda: [session for session in reversed(self._sessions) if session.startswith(prefix)][: _bounded(limit)]
        )

    async def head(self, session: SessionId, *, at_seq: int | None = None) -> Head | None:
        return await self._run(lambda: self._head(session, at_seq))

    async def stored(self, session: SessionId, *, after_seq: int = 0, limit: int = READ_EVENTS_MAX) -> Sequence[Stored]:
        return await self._run(lambda: self._stored(session, max(0, after_seq), _bounded(limit)))

    async def take(self, session: SessionId, events: Sequence[Stored]) -> int:
        require_chain(session, events)
        return await self._run(lambda: self._take_in(session, events))

    async def taken(self) -> Mapping[SessionId, int]:
        return await self._run(lambda: {each: known.taken for each, known in self._sessions.items() if known.taken})

    async def delete(self, session: SessionId) -> None:
        await self._run(lambda: self._delete(session))

    async def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.get_running_loop().run_in_executor(None, thread.shutdown)

    async def _run(self, work: Callable[[], T]) -> T:
        """Everything happens in one thread, in order: nothing else keeps appends and reads apart."""
        if self._thread is None:
            raise StorageFailed("the log was closed.", where=str(self._folder), now="Open it again.")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except OSError as error:
            raise self._refused(error) from error

    # Writing

    def _append(self, parts: list[Encoded]) -> tuple[Recorded, ...]:
        self._mend()
        conflict = self._conflict(parts)
        if conflict is not None:
            raise conflict
        if not parts:
            return ()
        links = {part.append.session: self._last_link(part.append.session) for part in parts}
        chunks: dict[SessionId, bytearray] = {}
        lengths: list[tuple[SessionId, list[int]]] = []
        for part in parts:
            session = part.append.session
            lines, links[session] = lines_of(part, links[session])
            chunks.setdefault(session, bytearray()).extend(b"".join(lines))
            lengths.append((session, [len(line) for line in lines]))
        before = len(self._order)
        self._commit(chunks, lengths, links)
        return placed(parts, before)

    def _commit(
        self,
        chunks: Mapping[SessionId, bytearray],
        lengths: Sequence[tuple[SessionId, list[int]]],
        links: Mapping[SessionId, bytes],
        *,
        are_taken: bool = False,
    ) -> None:
        for session, chunk in chunks.items():
            self._write(self._path(session), self._end(session), chunk)
        self._write_order({"appended": lengths} | ({"taken": True} if are_taken else {}))
        for session, sizes in lengths:
            self._remember(session, sizes, are_taken=are_taken)
        for session, link in links.items():
            self._sessions[session].link = link

    def _take_in(self, session: SessionId, events: Sequence[Stored]) -> int:
        self._mend()
        self._path(session)
        known = self._sessions.get(session)
        if known is not None:
            raise taken(session, len(known.positions))
        lines = [line_of(each) for each in events]
        sizes = [len(line) for line in lines]
        chunks = {session: bytearray(b"".join(lines))}
        self._commit(chunks, [(session, sizes)], {session: events[-1].link}, are_taken=True)
        return self._sessions[session].taken

    def _conflict(self, parts: list[Encoded]) -> LogConflict | None:
        own: dict[SessionId, int] = {}
        for append, _, events in parts:
            self._path(append.session)  # an id that can't be a file's name is refused before anything is written
            known = self._sessions.get(append.session)
            end = own.get(append.session, len(known.positions) if known else 0)
            if end != append.expected_seq:
                return conflict_of(append, end)
            own[append.session] = end + len(events)
        return None

    def _delete(self, session: SessionId) -> None:
        if session in self._sessions:
            self._mend()
            self._write_order({"deleted": session})
            del self._sessions[session]
            self._path(session).unlink(missing_ok=True)

    def _write_order(self, entry: dict[str, object]) -> None:
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        self._write(self._folder / ORDER_FILE, self._order_end, line)
        self._order_end += len(line)
        self._unfinished.clear()  # the order says that it happened

    def _write(self, path: Path, at: int, chunk: bytes | bytearray) -> None:
        file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        if at == 0 and os.fstat(file).st_size:
            os.close(file)
            raise FileExistsError(
                errno.EEXIST, "a file that the log doesn't know stands where it would write", str(path)
            )
        self._unfinished[path] = at
        try:
            rest = memoryview(chunk)
            while rest:
                written = os.pwrite(file, rest, at)
                at, rest = at + written, rest[written:]
            if self._is_synced:
                os.fsync(file)
        finally:
            os.close(file)

    def _mend(self) -> None:
        """Cut off what a failed append left, so that nothing uncommitted lies before what comes next."""
        while self._unfinished:
            path, end = next(iter(self._unfinished.items()))
            if end:
                os.truncate(path, end)
            else:
                path.unlink(missing_ok=True)
            del self._unfinished[path]

    # Reading

    def _read(self, session: SessionId, after_seq: int, limit: int) -> list[Recorded]:
        known = self._sessions.get(session)
        if known is None or limit == 0 or after_seq >= len(known.positions):
            return []
        last = min(after_seq + limit, len(known.positions))
        lines = self._slice(session, known, after_seq, last)
        return [self._recorded(session, known, after_seq + at + 1, lines, at) for at in range(last - after_seq)]

    def _head(self, session: SessionId, at_seq: int | None) -> Head | None:
        known = self._sessions.get(session)
        seq = at_seq if at_seq is not None or known is None else len(known.positions)
        found = self._stored(session, seq - 1, 1) if seq is not None and seq > 0 else []
        return head_of(found[0]) if found else None

    def _last_link(self, session: SessionId) -> bytes:
        """The link that the next event follows on."""
        known = self._sessions.get(session)
        if known is None:
            return ROOT
        if known.link is None:
            known.link = self._stored(session, len(known.positions) - 1, 1)[0].link
        return known.link

    def _stored(self, session: SessionId, after_seq: int, limit: int) -> list[Stored]:
        known = self._sessions.get(session)
        if known is None or limit == 0 or after_seq >= len(known.positions):
            return []
        last = min(after_seq + limit, len(known.positions))
        found = [self._parted(session, line) for line in self._slice(session, known, after_seq, last)]
        if all(each.link for each in found):
            return found
        # The first lines are from before there were links: theirs follow from what stands there, from the first on.
        link, made = ROOT, []
        for line in self._slice(session, known, 0, last):
            event = self._parted(session, line)
            link = event.link or link_of(link, session, event)
            made.append(replace(event, link=link))
        return made[after_seq:]

    def _parted(self, session: SessionId, line: bytes) -> Stored:
        try:
            return stored_of(line)
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(session) from error

    def _read_all(self, after_position: int, limit: int) -> list[Recorded]:
        found: list[Recorded] = []
        at = after_position
        while at < len(self._order) and len(found) < limit:
            session, seq = self._order[at]
            known = self._sessions.get(session)
            if known is None or seq > len(known.positions) or known.positions[seq - 1] != at + 1:
                at += 1  # deleted since
                continue
            run = 1
            while (
                at + run < len(self._order)
                and len(found) + run < limit
                and self._order[at + run] == (session, seq + run)
            ):
                run += 1
            found += self._read(session, seq - 1, run)
            at += run
        return found

    def _read_back(
        self, before_position: int | None, after_position: int, sought: Sought, limit: int
    ) -> list[Recorded]:
        """Page by page from the end: a page is read forwards."""
        found: list[Recorded] = []
        end = len(self._order) + 1 if before_position is None else min(before_position, len(self._order) + 1)
        while end > after_position + 1 and len(found) < limit:
            begin = max(after_position, end - 1 - PAGE_BACK_EVENTS)
            page = [each for each in self._read_all(begin, end - 1 - begin) if each.position < end]
            found += [each for each in reversed(page) if sought.holds(each)]
            end = begin + 1
        return found[:limit]

    def _slice(self, session: SessionId, known: _Session, first: int, last: int) -> list[bytes]:
        start, end = known.starts[first], known.starts[last]
        file = os.open(self._path(session), os.O_RDONLY)
        try:
            content = os.pread(file, end - start, start)
            while len(content) < end - start:
                more = os.pread(file, end - start - len(content), start + len(content))
                if not more:
                    raise self._damaged(session)
                content += more
        finally:
            os.close(file)
        return [content[known.starts[at] - start : known.starts[at + 1] - start] for at in range(first, last)]

    def _recorded(self, session: SessionId, known: _Session, seq: int, lines: list[bytes], at: int) -> Recorded:
        try:
            line = json.loads(lines[at])
        except ValueError as error:
            raise self._damaged(session) from error

        def bodies(envelope: bytes) -> list[bytes]:
            last = seq + self._codec.held_last(envelope)
            held = lines[at : at + last - seq + 1]
            if len(held) <= last - seq:
                held = self._slice(session, known, seq - 1, last)
            return [_compact(json.loads(one)["event"]) for one in held] if line["envelope"]["held"] else []

        event, envelope = self._codec.read(
            line["kind"],
            line["version"],
            _compact(line["event"]),
            at_ms=line["at_ms"],
            envelope=_compact(line["envelope"]) if "envelope" in line else None,
            bodies=bodies,
        )
        return Recorded(
            session=session,
            seq=seq,
            position=known.positions[seq - 1],
            at_ms=line["at_ms"],
            event=event,
            envelope=envelope,
        )

    # Opening

    def _open(self) -> None:
        order = self._folder / ORDER_FILE
        content = order.read_bytes() if order.exists() else b""
        deleted: set[SessionId] = set()
        cuts: dict[Path, int] = {}
        for number, line in enumerate(content.splitlines(keepends=True), start=1):
            if not line.endswith(b"\n"):
                cuts[order] = self._order_end
                break
            self._take(line, number, deleted)
            self._order_end += len(line)
        for session, known in self._sessions.items():
            path = self._path(session)
            size = path.stat().st_size if path.exists() else 0
            if size < known.starts[-1]:
                raise self._damaged(session)
            if size > known.starts[-1]:
                cuts[path] = known.starts[-1]
        for path in sorted(self._folder.glob("*.jsonl")):
            if path.name == ORDER_FILE or path.stem in self._sessions:
                continue
            if path.stem in deleted:
                path.unlink()  # the crash came between the deletion's line and this
            elif _is_ours(path):
                cuts[path] = 0
        for path, end in cuts.items():
            self._cut(path, end)

    def _take(self, line: bytes, number: int, deleted: set[SessionId]) -> None:
        try:
            match json.loads(line):
                case {"appended": list(lengths), **more}:
                    for session, sizes in lengths:
                        self._remember(SessionId(session), sizes, are_taken=bool(more.get("taken")))
                        deleted.discard(SessionId(session))
                case {"deleted": str(session)}:
                    self._sessions.pop(SessionId(session), None)
                    deleted.add(SessionId(session))
                case other:
                    raise ValueError(f"unknown entry {str(other)[:40]!r}")
        except (ValueError, TypeError) as error:
            raise StorageFailed(
                f"this line can't be read: {error}.",
                where=f"{self._folder / ORDER_FILE}:{number}",
                now="Nothing was changed. Restore the folder from a copy.",
            ) from error

    def _remember(self, session: SessionId, sizes: Sequence[int], *, are_taken: bool = False) -> None:
        known = self._sessions.setdefault(session, _Session())
        for size in sizes:
            known.starts.append(known.starts[-1] + size)
            self._order.append((session, len(known.positions) + 1))
            known.positions.append(len(self._order))
            known.taken = known.positions[-1] if are_taken else known.taken

    def _cut(self, path: Path, end: int) -> None:
        cut = path.stat().st_size - end
        self._unfinished[path] = end
        self._mend()
        self._notices.append(
            f"{path}: cut off {cut} bytes of an append that a crash left unfinished; it never counted."
        )

    def _end(self, session: SessionId) -> int:
        known = self._sessions.get(session)
        return known.starts[-1] if known else 0

    def _path(self, session: SessionId) -> Path:
        if FILE_NAME.fullmatch(session) is None or f"{session}.jsonl" == ORDER_FILE:
            raise WrongUse(f"{session!r} can't be the id of a session.", now="Ids are hexadecimal digits.")
        return self._folder / f"{session}.jsonl"

    def _damaged(self, session: SessionId) -> StorageFailed:
        return StorageFailed(
            "the file is damaged: it lacks what the log's order says it holds.",
            where=str(self._path(session)),
            now="Nothing was changed. Restore the folder from a copy.",
        )

    def _refused(self, error: OSError) -> StorageFailed:
        return StorageFailed(
            f"the disk refused: {error.strerror or error}.",
            where=str(error.filename or self._folder),
            now="Free some space or make the folder writable, then try again.",
        )


def _is_ours(path: Path) -> bool:
    """True of the first lines of a session that never got into the order, or a piece of them."""
    with path.open("rb") as file:
        began = file.read(len(FIRST_LINE))
    return FILE_NAME.fullmatch(path.stem) is not None and FIRST_LINE.startswith(began)


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _bounded(limit: int) -> int:
    return max(0, min(limit, READ_EVENTS_MAX))
