"""Where do the rows of an export come from, a page at a time?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, NamedTuple, Protocol

from core.analytics.analysis import AnalyticsReport
from core.analytics.book import Book, gauges_of
from core.analytics.chosen import FOR_EVER_MS, Chosen
from core.analytics.overview import overview
from core.analytics.rows import LifeRow
from core.domain.changing import changed
from core.domain.events import Recorded
from core.domain.ids import SessionId
from core.domain.summary import SessionSummary
from core.exporting.analysed import Part, life_parts, report_parts
from core.exporting.kinds import Kind
from core.exporting.rows import event_row, metric_rows, rule_row, session_row
from core.exporting.tables import Row
from core.ports.catalogue import Catalogue
from core.ports.event_log import READ_EVENTS_MAX, EventLog
from core.ports.session_index import NOT_OPENED, PAGE_MAX, Opened
from core.rules.layers import layer, set_specs
from core.runtime.exporting.beside_loop import beside
from core.runtime.exporting.wanted import Wanted
from core.runtime.records import as_kept
from core.runtime.rule_meter import RuleMeter


class Page(NamedTuple):
    """Some rows, and how far the log has been read with them."""

    rows: list[Row]
    reached: int


class ListedRows(Protocol):
    """The list's rows, true up to the newest committed event."""

    async def opened_page(self, *, after: Opened = NOT_OPENED, limit: int = PAGE_MAX) -> Sequence[SessionSummary]: ...
    async def summary(self, session: SessionId) -> SessionSummary | None: ...


class Analysed(Protocol):
    """What the analytics say of the sessions that are meant, up to the newest committed event."""

    async def rows(self, chosen: Chosen) -> Sequence[LifeRow]: ...
    async def row(self, session: SessionId) -> LifeRow | None: ...
    async def report(self, chosen: Chosen) -> AnalyticsReport: ...


class Sources:
    """Every kind of rows. What is asked for twice at one position of the log comes out the same."""

    def __init__(
        self,
        log: EventLog,
        catalogue: Catalogue,
        *,
        rows: Callable[[], Awaitable[ListedRows]],
        book: Callable[[], Awaitable[Book]],
        analysed: Analysed,
    ) -> None:
        self._log = log
        self._catalogue = catalogue
        self._rows = rows
        self._book = book
        self._analysed = analysed
        self._meter = RuleMeter(log, catalogue)

    async def position(self) -> int:
        """Up to where the log is recorded."""
        return await self._log.last_position()

    def pages(self, wanted: Wanted, *, until: int) -> AsyncIterator[Page]:
        """The rows, in an order that does not depend on when they are asked for; of events those up to position
        `until`."""
        match wanted.kind:
            case Kind.EVENTS:
                return self._events(wanted, until)
            case Kind.SESSIONS:
                return self._sessions(wanted, until)
            case Kind.RULES:
                return self._rules(until)
            case Kind.METRICS:
                return self._metrics(until)
            case Kind.ANALYTICS:
                return self._lives(wanted, until)

    async def _events(self, wanted: Wanted, until: int) -> AsyncIterator[Page]:
        position, seq = 0, 0
        while position < until:
            if wanted.session:
                records = await self._log.read(wanted.session, after_seq=seq)
            else:
                records = await self._log.read_all(after_position=position)
            if not records:
                return
            position, seq = records[-1].position, records[-1].seq
            yield Page(await beside(_event_rows, records, wanted, until), min(position, until))
            if len(records) < READ_EVENTS_MAX:
                return

    async def _sessions(self, wanted: Wanted, until: int) -> AsyncIterator[Page]:
        labels = await self._catalogue.labels()
        async for found in self._opened(wanted):
            kept = await as_kept(self._log, found)
            yield Page([session_row(each, labels.get(each.session)) for each in kept], until)

    async def _opened(self, wanted: Wanted) -> AsyncIterator[Sequence[SessionSummary]]:
        rows = await self._rows()
        if wanted.session:
            row = await rows.summary(wanted.session)
            yield [row] if row is not None and wanted.holds(row.opened_at_ms) else []
            return
        after: Opened = NOT_OPENED if wanted.since_ms is None else (wanted.since_ms, "")
        while found := await rows.opened_page(after=after):
            after = found[-1].opened_at_ms, found[-1].session
            yield [row for row in found if wanted.holds(row.opened_at_ms)]
            if len(found) < PAGE_MAX or (wanted.until_ms is not None and after[0] >= wanted.until_ms):
                return

    async def _rules(self, until: int) -> AsyncIterator[Page]:
        book = await self._catalogue.rule_book()
        measures = await self._meter.measures()
        for name in sorted(set_specs(book)):
            yield Page([rule_row(placed, measures) for placed in layer(book, name)], until)

    async def _metrics(self, until: int) -> AsyncIterator[Page]:
        book = await self._book()
        measures = changed(book.measures, gauges=gauges_of(book))
        yield Page(list(metric_rows(measures, overview(measures, book.lives.values()))), until)

    async def _lives(self, wanted: Wanted, until: int) -> AsyncIterator[Page]:
        chosen = Chosen(
            since_ms=wanted.since_ms or 0,
            until_ms=FOR_EVER_MS if wanted.until_ms is None else wanted.until_ms,
            with_evaluations=True,
        )
        if wanted.session:  # what many sessions come to needs all their rows, and one session none of the others'
            life = await self._analysed.row(wanted.session)
            if life is not None and wanted.holds(life.opened_at_ms):
                yield Page(_part_rows(list(life_parts([life]))), until)
            return
        lives = await self._analysed.rows(chosen)
        for start in range(0, len(lives), PAGE_MAX):
            parts = list(life_parts(lives[start : start + PAGE_MAX]))
            yield Page(await beside(_part_rows, parts), until)
        if lives:
            yield Page(await beside(_part_rows, list(report_parts(await self._analysed.report(chosen)))), until)


def _part_rows(parts: Sequence[Part]) -> list[Row]:
    return [part.row(_plain(part.record)) for part in parts]


def _event_rows(records: Sequence[Recorded], wanted: Wanted, until: int) -> list[Row]:
    """Those of the events that are meant. All are looked at: where a clock went back, moments are in no order."""
    return [
        event_row(each, held=_plain(each.event), asked=_plain(each.envelope.command) if each.envelope else None)
        for each in records
        if each.position <= until and wanted.holds(each.at_ms)
    ]


def _plain(record: Any) -> object:
    kind = type(record)
    dump = _DUMPS.get(kind)
    if dump is None:
        # Loaded when first asked for: it takes longer than a command that exports nothing may.
        from pydantic import TypeAdapter

        dump = _DUMPS[kind] = TypeAdapter(kind).dump_python
    return dump(record, mode="json")


_DUMPS: dict[type, Callable[..., object]] = {}
