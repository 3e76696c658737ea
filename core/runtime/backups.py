"""How is a back-up made, proven, and put back?

A copy is worth what can be proven of it: its pages are in order, each session's chain holds, its log folds, and every
decision in it is taken again. All of that is done in a thread of its own, because sessions go on meanwhile.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

from core.domain.chain import ROOT, Head, first_break
from core.domain.errors import CommandRefused, DriverBusy, MootError, NotVerifiableHere, StorageFailed, WrongUse
from core.domain.events import Event, Recorded
from core.domain.ids import Digest, SessionId
from core.engine.engine import Engine
from core.engine.evolve import unopened
from core.engine.reckoning import otherwise_reckoned
from core.engine.replay import Verification, fold
from core.ports.backups import DatabaseFiles, FileFound
from core.ports.catalogue import Catalogue
from core.ports.clock import Clock
from core.ports.driver_lock import DriverLock
from core.ports.event_log import READ_EVENTS_MAX, EventLog
from core.ports.wire import Wire
from core.runtime.library import Library

TOLD_MAX = 20
"""Of what is wrong, so much is told in words; the rest is counted."""

SHOWN_CHARACTERS_MAX = 120
"""Of each of two events that differ."""

HEX_DIGITS = "0123456789abcdef"
ID_CHARACTERS_MAX = 32
FOLDER = "backups"
NAMED = r"-\d{8}T\d{6}\.\d{3}Z(-\d+)?\.db"
"""Behind the name of its database: that of another one may begin with the same letters."""

NS_PER_MS = 1_000_000

EngineOver = Callable[[Catalogue], tuple[Library, Engine]]
"""What decides sessions whose rules, templates and evidence are in that catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What was found of a back-up. `digest` is of every session's head: two files with the same one hold the same logs.

    `faults` say what is broken. `differing` are sessions that this moot would decide otherwise, and `unverifiable`
    those that it can't decide again here, with the reason: both are there whole. `newest_at_ms` is Unix time, 0 where
    nothing is on record.
    """

    path: Path
    bytes: int
    schema: int
    made_by: str
    sessions: int
    events: int
    newest_at_ms: int
    digest: Digest
    faults: tuple[str, ...]
    differing: tuple[str, ...]
    unverifiable: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """True where it can be restored."""
        return not self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeBackup:
    """A back-up that lies in the folder, and when it was made (Unix ms)."""

    path: Path
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePlan:
    """What restoring would do. `sessions_there` are those of the database in use, None where that can't be read or
    isn't there; `sessions_lost` are not in the back-up at all, `events_lost` are all that it lacks: also those of a
    session that went on otherwise there."""

    report: BackupReport
    database: Path
    is_there: bool
    sessions_there: int | None
    sessions_lost: int
    events_lost: int


class Backups:
    """Of one database. Nothing here needs it to be open, and `restore` needs it closed."""

    def __init__(
        self,
        files: DatabaseFiles,
        *,
        engine_over: EngineOver,
        wire: Wire,
        lock: DriverLock,
        clock: Clock,
        monotonic_ns: Callable[[], int],
        is_beside_sessions: bool = False,
    ) -> None:
        """Where `is_beside_sessions`, proving rests as long as it works, so that turns hardly notice."""
        self._files = files
        self._engine_over = engine_over
        self._wire = wire
        self._lock = lock
        self._clock = clock
        self._monotonic_ns = monotonic_ns
        self._is_beside_sessions = is_beside_sessions

    @property
    def folder(self) -> Path:
        """Where back-ups go that nobody names a place for."""
        return self._files.path.parent / FOLDER

    async def newest(self) -> MadeBackup | None:
        """The newest back-up in the folder; None where there is none, or where nobody may look."""
        return await asyncio.to_thread(self._newest)

    async def verify_newest(self) -> BackupReport:
        """`verify` of the newest one in the folder. Raises WrongUse where there is none."""
        found = await self.newest()
        if found is None:
            raise WrongUse("there is no back-up yet.", where=str(self.folder), now="'moot backup create' makes one.")
        return await self.verify(found.path)

    async def create(self, to: Path | None = None) -> BackupReport:
        """Copy the database as it is at this moment to the new file `to`, or to one in `folder`, and prove it.

        Raises WrongUse where there is nothing to copy or a file of that name, and StorageFailed; then nothing is left
        behind. A copy that is not sound is left: so is the database.
        """
        target = to if to is not None else await asyncio.to_thread(self._named)
        is_given_up = threading.Event()
        try:
            await asyncio.to_thread(self._files.copy, target, is_given_up=is_given_up.is_set)
        except asyncio.CancelledError:
            is_given_up.set()
            raise
        return await self.verify(target)

    async def verify(self, file: Path) -> BackupReport:
        """Prove a back-up: its pages, each session's chain and fold, and each decision. Changes nothing.

        Raises WrongUse and StorageFailed for a file of which nothing more can be said.
        """
        return await asyncio.to_thread(lambda: asyncio.run(self._proven(file)))

    async def plan(self, file: Path) -> RestorePlan:
        """What restoring `file` would do. Raises as `verify` does, StorageFailed where it is not sound, and DriverBusy
        where a process drives the database."""
        holder = self._lock.holder()
        if holder:
            raise self._driven(holder)
        report = await self.verify(file)
        if not report.is_sound:
            raise StorageFailed(f"it is damaged: {report.faults[0]}", where=str(file), now="Restore another one.")
        return await asyncio.to_thread(self._planned, report)

    async def restore(self, file: Path) -> Path | None:
        """Have the database be what `file` is, which `plan` found sound; returns where what was there is kept.

        Raises DriverBusy where a process drives it, and StorageFailed where one has it open; then nothing was changed.
        """
        try:
            self._lock.acquire(at_ms=self._clock.now_ms())
        except DriverBusy as busy:
            raise self._driven(self._lock.holder()) from busy
        try:
            return await asyncio.to_thread(self._files.put_in_place, file)
        finally:
            self._lock.release()

    def _newest(self) -> MadeBackup | None:
        try:
            named = re.compile(re.escape(self._files.path.stem) + NAMED)
            ours = [each for each in self.folder.iterdir() if named.fullmatch(each.name)]
            found = [(each.stat().st_mtime_ns, each) for each in ours]
            at_ns, path = max(found, default=(0, None))
            return MadeBackup(path=path, at_ms=at_ns // NS_PER_MS) if path is not None else None
        except OSError:
            return None

    def _driven(self, holder: str) -> DriverBusy:
        return DriverBusy(
            f"another moot drives this database: {holder or 'one that is just starting or ending'}.",
            where=str(self._files.path),
            now="End it and close every console, then restore. Nothing was changed.",
        )

    def _named(self) -> Path:
        try:
            self.folder.mkdir(mode=0o700, parents=False, exist_ok=True)
        except OSError as error:
            raise StorageFailed(
                f"the folder can't be made: {error.strerror}.", where=str(self.folder), now="Name a file with --out."
            ) from error
        moment = datetime.fromtimestamp(self._clock.now_ms() / 1_000, tz=UTC)
        name = f"{self._files.path.stem}-{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1_000:03}Z"
        named = (self.folder / f"{name}{f'-{number}' if number else ''}.db" for number in count())
        return next(path for path in named if not path.exists())

    def _planned(self, report: BackupReport) -> RestorePlan:
        database = self._files.path
        plan = RestorePlan(
            report=report,
            database=database,
            is_there=database.exists(),
            sessions_there=None,
            sessions_lost=0,
            events_lost=0,
        )
        if not plan.is_there:
            return plan
        try:
            there, same = self._files.lengths(database), self._files.same_until(report.path)
        except StorageFailed:
            return plan  # what can't be read is no reason to keep it
        return replace(
            plan,
            sessions_there=len(there),
            sessions_lost=sum(session not in same for session in there),
            events_lost=sum(length - same.get(session, 0) for session, length in there.items()),
        )

    async def _proven(self, file: Path) -> BackupReport:
        found = self._files.look(file)
        tally = _Tally()
        if not found.faults:
            async with self._files.reading(file) as (log, catalogue):
                library, engine = self._engine_over(catalogue)
                async for session in _sessions(log):
                    began_ns = self._monotonic_ns()
                    await _prove(session, log, library, engine, tally, form=self._wire.event_as_text)
                    if self._is_beside_sessions:
                        await self._clock.sleep((self._monotonic_ns() - began_ns) // NS_PER_MS)
        return _report(found, tally)


class _Tally:
    """What was found so far."""

    def __init__(self) -> None:
        self.heads: dict[SessionId, Head] = {}
        self.newest_at_ms = 0
        self.faults: list[str] = []
        self.differing: list[str] = []
        self.unverifiable: list[str] = []


async def _prove(
    session: SessionId, log: EventLog, library: Library, engine: Engine, tally: _Tally, *, form: Callable[[Event], str]
) -> None:
    name = f"session {session[:8]}"
    try:
        broken = await _broken_chain(session, log)
        if broken:
            tally.faults.append(f"{name}: {broken}.")
        head = await log.head(session)
        if head is not None:
            tally.heads[session] = head
        verification = Verification(engine, session, form=form, reckon=otherwise_reckoned)
        state = unopened(session)
        async for page in _pages(session, log):
            tally.newest_at_ms = max(tally.newest_at_ms, page[-1].at_ms)
            await library.prepare(record.event for record in page)
            state = fold(engine, page, state=state)
            verification.read(page)
        divergence = verification.finish()
        if divergence is not None:
            recorded, decided = _shown(divergence.recorded), _shown(divergence.decided)
            tally.differing.append(f"{name}, event {divergence.seq}: {recorded} is on record, and today {decided}.")
    except NotVerifiableHere as error:
        tally.unverifiable.append(str(error))
    except CommandRefused as error:
        tally.faults.append(f"{name}: {error.what}")
    except MootError as error:
        tally.faults.append(f"{name}: {error.where}: {error.what}" if error.where else f"{name}: {error.what}")
    except Exception as error:
        # What is on record folds, unless it is damaged; whatever that damage brings about is a finding.
        tally.faults.append(f"{name} can't be read: {type(error).__name__}: {error}")


async def _broken_chain(session: SessionId, log: EventLog) -> str:
    """Where a session's chain breaks, in words; "" where it holds."""
    seq, link = 0, ROOT
    while page := await log.stored(session, after_seq=seq):
        broken = first_break(session, page, after_seq=seq, after=link)
        if broken is not None:
            return broken.what
        seq, link = page[-1].seq, page[-1].link
    return ""


async def _pages(session: SessionId, log: EventLog) -> AsyncIterator[Sequence[Recorded]]:
    seq = 0
    while page := await log.read(session, after_seq=seq):
        yield page
        seq = page[-1].seq


async def _sessions(log: EventLog, prefix: str = "") -> AsyncIterator[SessionId]:
    """Every session, whatever their number: where a prefix has more than one answer holds, its digits are asked for one
    by one."""
    found = await log.session_ids(prefix, limit=READ_EVENTS_MAX)
    if len(found) < READ_EVENTS_MAX or len(prefix) >= ID_CHARACTERS_MAX:
        for session in found:
            yield session
        return
    for digit in HEX_DIGITS:
        async for session in _sessions(log, prefix + digit):
            yield session


def _report(found: FileFound, tally: _Tally) -> BackupReport:
    return BackupReport(
        path=found.path,
        bytes=found.bytes,
        schema=found.schema,
        made_by=found.made_by,
        sessions=len(tally.heads),
        events=sum(head.seq for head in tally.heads.values()),
        newest_at_ms=tally.newest_at_ms,
        digest=digest_of_heads(tally.heads.items()),
        faults=(*found.faults, *_told(tally.faults)),
        differing=_told(tally.differing),
        unverifiable=_told(tally.unverifiable),
    )


def digest_of_heads(heads: Iterable[tuple[SessionId, Head]]) -> Digest:
    """SHA-256 over each session with its length and head, by id: one digest that speaks for all logs."""
    digest = sha256()
    for session, head in sorted(heads):
        digest.update(f"{session} {head.seq} {head.digest}\n".encode())
    return Digest(digest.hexdigest())


def _shown(text: str) -> str:
    """The beginning of what an event says: all of it may be an answer of many pages."""
    return text if len(text) <= SHOWN_CHARACTERS_MAX else f"{text[:SHOWN_CHARACTERS_MAX]}…"


def _told(said: list[str]) -> tuple[str, ...]:
    surplus = len(said) - TOLD_MAX
    return (*said[:TOLD_MAX], f"and {surplus} more.") if surplus > 0 else tuple(said)
