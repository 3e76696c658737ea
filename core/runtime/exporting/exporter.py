"""How does what is asked for become a file with its summary, page by page?"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from hashlib import file_digest
from pathlib import Path

from core.exporting.kinds import Form, Kind
from core.exporting.tables import SCHEMA_VERSION, TABLES, Row, Table
from core.exporting.written import RowDigest, require_row, row_text
from core.ports.clock import Clock
from core.runtime.exporting.beside_loop import beside
from core.runtime.exporting.folder import Draft, drafted
from core.runtime.exporting.forms import RowFile, pyarrow, row_file
from core.runtime.exporting.sources import Sources
from core.runtime.exporting.wanted import ASKED, Exported, Tell, Told, Wanted

EMPTY_NOTE = "nothing was recorded yet that this export could hold"
COUNTED_BY = {Kind.EVENTS: "kind", Kind.SESSIONS: "status", Kind.RULES: "rule_set"}
"""By which column the rows of a kind are counted in its summary; of others, by their section."""

COUNTS_MAX = 100
"""More values of that column than this are counted together, as `other`."""

OTHER = "other"


class Exporter:
    """Writes files; belongs to one event loop, and holds it up by no more than reading a page."""

    def __init__(self, sources: Sources, clock: Clock, *, version: str) -> None:
        self._sources = sources
        self._clock = clock
        self._version = version

    async def export(
        self, wanted: Wanted, folder: Path, *, reason: str = ASKED, tell: Tell = lambda told: None
    ) -> Exported:
        """Write what is recorded by now into `folder`; returns once file and summary are durable.

        Raises StorageFailed where the disk refuses, WrongUse where the form can't be had here. Then, and where it is
        cancelled, nothing was added.
        """
        if wanted.form is Form.PARQUET:
            await beside(pyarrow)
        until = await self._sources.position()
        at_ms = self._clock.now_ms()
        with drafted(folder, wanted.kind, wanted.form, at_ms) as draft:
            written = _Written(wanted, draft)
            await beside(written.begin)
            async for page in self._sources.pages(wanted, until=until):
                await beside(written.take, page.rows)
                tell(Told(rows=written.digest.rows, done=page.reached, whole=until))
            try:
                return await beside(self._finished, written, until, reason)
            except asyncio.CancelledError:
                draft.withdraw()
                raise

    def _finished(self, written: _Written, until: int, reason: str) -> Exported:
        wanted, draft, digest = written.wanted, written.draft, written.digest
        size = written.end()
        with draft.unfinished.open("rb") as file:
            whole = file_digest(file, "sha256").hexdigest()
        exported = Exported(
            file=draft.path,
            summary=draft.summary,
            rows=digest.rows,
            bytes=size,
            position=until,
            unreadable=written.unreadable,
            counts=dict(sorted(written.counts.items())),
            note="" if digest.rows else EMPTY_NOTE,
        )
        summary = {
            "schema_version": SCHEMA_VERSION,
            "kind": wanted.kind.value,
            "format": wanted.form.value,
            "file": draft.path.name,
            "rows": exported.rows,
            "bytes": exported.bytes,
            "file_sha256": whole,
            "rows_sha256": digest.value,
            "written_at_ms": draft.at_ms,
            "position": until,
            "since_ms": wanted.since_ms,
            "until_ms": wanted.until_ms,
            "session": wanted.session,
            "counts": exported.counts,
            "unreadable": exported.unreadable,
            "reason": reason,
            "moot": self._version,
            "note": exported.note,
        }
        draft.place((json.dumps(summary, ensure_ascii=False, indent=2) + "\n").encode())
        return exported


class _Written:
    """One file under way. Its methods wait for the disk."""

    def __init__(self, wanted: Wanted, draft: Draft) -> None:
        self.wanted = wanted
        self.draft = draft
        self.digest = RowDigest()
        self.counts: Counter[str] = Counter()
        self.unreadable = 0
        self._table: Table = TABLES[wanted.kind]
        self._counted = self._table.names.index(COUNTED_BY.get(wanted.kind, "section"))
        self._fault = self._table.names.index("unreadable") if "unreadable" in self._table.names else -1
        self._file: RowFile | None = None

    def begin(self) -> None:
        title = f"moot: {self.wanted.kind.value}"
        self._file = row_file(
            self.wanted.form, self.draft.file, self._table, written_at_ms=self.draft.at_ms, title=title
        )

    def take(self, rows: Sequence[Row]) -> None:
        assert self._file is not None  # begun first
        texts = [row_text(self._table, require_row(self._table, row)) for row in rows]
        self.digest.take(texts)
        for row in rows:
            self._count(str(row[self._counted]))
        if self._fault >= 0:
            self.unreadable += sum(row[self._fault] is not None for row in rows)
        self._file.take(rows, texts)

    def end(self) -> int:
        """Returns the file's bytes, once they are durable."""
        assert self._file is not None
        self._file.close(count=self.digest.rows, digest=self.digest.value)
        return self.draft.finish()

    def _count(self, value: str) -> None:
        self.counts[value if value in self.counts or len(self.counts) < COUNTS_MAX else OTHER] += 1
