"""How does anything outside the core have figures and records written to files, and files checked?

Reached as `orchestrator.exports`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from core.analytics.book import Book
from core.domain.errors import MootError
from core.exporting.kinds import Kind
from core.ports.clock import Clock
from core.runtime.exporting.beside_loop import beside
from core.runtime.exporting.checking import Checked, Checker, read_summary
from core.runtime.exporting.exporter import Exporter
from core.runtime.exporting.folder import kept_exports, let_go
from core.runtime.exporting.sources import Analysed, ListedRows, Sources
from core.runtime.exporting.wanted import SCHEDULED, Exported, ExportPlan, Tell, Wanted
from core.runtime.ports import Ports

CHANGED_BESIDE = (Kind.RULES, Kind.SESSIONS)
"""What changes without anything being recorded in a session: a rule is switched, a session gets a name or a tag."""

_log = logging.getLogger(__name__)


class Exports:
    """Belongs to one event loop; files are written and read beside it."""

    def __init__(
        self,
        ports: Ports,
        *,
        rows: Callable[[], Awaitable[ListedRows]],
        book: Callable[[], Awaitable[Book]],
        analysed: Analysed,
    ) -> None:
        self._clock: Clock = ports.clock
        self._sources = Sources(ports.log, ports.catalogue, rows=rows, book=book, analysed=analysed)
        self._exporter = Exporter(self._sources, ports.clock, version=ports.version)

    async def export(self, wanted: Wanted, folder: Path, *, tell: Tell = lambda told: None) -> Exported:
        """Write what is recorded by now into `folder`, beside what lies there. Raises StorageFailed where the disk
        refuses, WrongUse where the form can't be had here; then nothing was added."""
        return await self._exporter.export(wanted, folder, tell=tell)

    async def check(self, path: Path, *, tell: Tell = lambda told: None) -> tuple[Checked, ...]:
        """Whether an exported file, or every one in a folder, still holds what was written, and what the log says.
        Raises WrongUse where there is none."""
        return await Checker(self._sources).check(path, tell=tell)

    async def follow(self, plan: ExportPlan) -> None:
        """Export what is planned, unless nothing has changed since, and let old files go. One kind that can't be
        exported keeps no other from it; the first fault is raised once all are through."""
        faults: list[MootError] = []
        for kind in plan.kinds:
            try:
                if not await self._is_exported(plan, kind):
                    wanted = Wanted(kind=kind, form=plan.form)
                    done = await self._exporter.export(wanted, plan.folder, reason=SCHEDULED)
                    _log.info("exported %d rows of %s into %s", done.rows, kind.value, done.file)
                await beside(
                    let_go,
                    plan.folder,
                    kind,
                    now_ms=self._clock.now_ms(),
                    files_max=plan.files_max,
                    age_ms_max=plan.age_ms_max,
                )
            except MootError as error:
                faults.append(error)
        if faults:
            raise faults[0]

    async def _is_exported(self, plan: ExportPlan, kind: Kind) -> bool:
        """True where the newest export of a kind holds all that is recorded by now, in the form that is planned."""
        newest = await beside(lambda: next((each for each in kept_exports(plan.folder) if each.kind is kind), None))
        if newest is None:
            return False
        try:
            summary = await beside(read_summary, newest.summary)
        except MootError:
            return False
        if summary.wanted != Wanted(kind=kind, form=plan.form) or summary.position != await self._sources.position():
            return False
        return kind not in CHANGED_BESIDE or await Checker(self._sources).is_still_so(summary)
