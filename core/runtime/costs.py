"""How do the sums of what was spent keep up with the log, and what are they now?

Whoever drives adds to the book what the projector hands on, in its rhythm. Whoever reads adds what the log has beyond
the book, so that the answer is true whether or not anybody drives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.domain.costs import NO_COSTS, CostRow, Costs, quarter_of
from core.domain.events import Recorded
from core.domain.ids import SessionId
from core.engine.costs import OF_CALLS, Begun, Call, begun_by, charge, ended_by, told_by_itself
from core.ports.cost_book import CostBook, Span
from core.ports.event_log import EventLog

DAYS_MAX = 366
UNKNOWN_ROUTE = ""
"""Of calls whose beginning no log tells: of sessions that an older release deleted, or that can't be read here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostsOfDay:
    """What was charged on the day that began at `midnight_ms` (Unix, the operator's own midnight), by route."""

    midnight_ms: int
    routes: Mapping[str, Costs]

    @property
    def total(self) -> Costs:
        return sum(self.routes.values(), start=NO_COSTS)


class CostFold:
    """Turns records into rows, in the order of the log. Remembers how calls under way began; what it doesn't know
    (a call that another process began, a doubt that is settled) it looks up in the session's log. What was taken from
    another log was spent there."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._begun: dict[Call, Begun] = {}

    async def rows(self, records: Sequence[Recorded]) -> list[CostRow]:
        """What `records` add, one row for each session, quarter of an hour and route."""
        sums: dict[tuple[SessionId, int, str], Costs] = {}
        taken: Mapping[SessionId, int] | None = None
        for record in records:
            if type(record.event) not in OF_CALLS:
                continue
            call = ended_by(record)
            if call is not None:
                taken = await self._log.taken() if taken is None else taken
                row = charge(record, await self._beginning(call, record))
                if row is not None and record.position > taken.get(record.session, 0):
                    key = row.session, row.quarter_ms, row.route
                    sums[key] = sums.get(key, NO_COSTS) + row.costs
                self._begun.pop(call, None)
            elif (told := begun_by(record)) is not None:
                self._begun[told[0]] = told[1]
        return [
            CostRow(session=session, quarter_ms=quarter_ms, route=route, costs=costs)
            for (session, quarter_ms, route), costs in sums.items()
        ]

    def forget(self, session: SessionId) -> None:
        """What is known of calls of a session is not to be relied on."""
        self._begun = {call: begun for call, begun in self._begun.items() if call[0] != session}

    async def _beginning(self, call: Call, end: Recorded) -> Begun:
        return told_by_itself(end) or self._begun.get(call) or await self._looked_up(call, before_seq=end.seq)

    async def _looked_up(self, call: Call, *, before_seq: int) -> Begun:
        session, after_seq = call[0], 0
        found = Begun(route=UNKNOWN_ROUTE, at_ms=0)
        while records := await self._log.read(session, after_seq=after_seq, with_envelopes=False):
            for record in records:
                told = begun_by(record)
                if record.seq < before_seq and told is not None and told[0] == call:
                    found = told[1]
            after_seq = records[-1].seq
        return found


class CostKeeper:
    """Adds to the book what was committed. Of one driver."""

    def __init__(self, log: EventLog, book: CostBook) -> None:
        self._log = log
        self._book = book
        self._fold = CostFold(log)
        self._position = 0

    async def start(self) -> None:
        """Begin where the book stands, and bring it up to the log."""
        self._position = await self._book.position()
        while records := await self._log.read_all(after_position=self._position):
            await self.add(records)

    async def add(self, records: Sequence[Recorded]) -> None:
        """Take in what was committed, in the order of positions; what the book has already is passed over."""
        fresh = [record for record in records if record.position > self._position]
        if not fresh:
            return
        rows = await self._fold.rows(fresh)
        stands_at = await self._book.add(rows, after=self._position, position=fresh[-1].position)
        if stands_at == fresh[-1].position:
            self._position = stands_at
        else:
            await self.start()  # an addition whose caller was cancelled was made all the same

    async def count_again(self, session: SessionId) -> None:
        """Count a session anew from its whole log, of which some could not be read before."""
        self._fold.forget(session)
        records: list[Recorded] = []
        while found := await self._log.read(session, after_seq=records[-1].seq if records else 0, with_envelopes=False):
            records += found
        known = [record for record in records if record.position <= self._position]
        await self._book.replace(session, await self._fold.rows(known))


class CostReader:
    """Answers what was spent, up to the newest committed event."""

    def __init__(self, log: EventLog, book: CostBook, local_midnight_ms: Callable[[int], int]) -> None:
        self._log = log
        self._book = book
        self._local_midnight_ms = local_midnight_ms

    async def by_day(self, *, now_ms: int, days: int) -> tuple[CostsOfDay, ...]:
        """The last `days` days, oldest first, today included."""
        midnights = midnights_ms(now_ms, days=days, local_midnight_ms=self._local_midnight_ms)
        position, spans = await self._book.spans(midnights)
        rows = await self._beyond(position)
        return tuple(
            CostsOfDay(
                midnight_ms=span.from_ms,
                routes=_with(span.routes, [row for row in rows if _is_within(row, spans, number)]),
            )
            for number, span in enumerate(spans)
        )

    async def of_session(self, session: SessionId) -> Mapping[str, Costs]:
        """What a session's calls came to, by route."""
        position, routes = await self._book.of_session(session)
        return _with(routes, [row for row in await self._beyond(position) if row.session == session])

    async def _beyond(self, position: int) -> list[CostRow]:
        fold, rows = CostFold(self._log), list[CostRow]()
        while records := await self._log.read_all(after_position=position):
            rows += await fold.rows(records)
            position = records[-1].position
        return rows


def midnights_ms(now_ms: int, *, days: int, local_midnight_ms: Callable[[int], int]) -> list[int]:
    """When each of the last `days` days began, oldest first, today last; at most `DAYS_MAX`."""
    midnights = [local_midnight_ms(now_ms)]
    for _ in range(min(days, DAYS_MAX) - 1):
        midnights.append(local_midnight_ms(midnights[-1] - 1))
    return midnights[::-1]


def _is_within(row: CostRow, spans: Sequence[Span], number: int) -> bool:
    ends_ms = quarter_of(spans[number + 1].from_ms) if number + 1 < len(spans) else None
    return quarter_of(spans[number].from_ms) <= row.quarter_ms and (ends_ms is None or row.quarter_ms < ends_ms)


def _with(routes: Mapping[str, Costs], rows: Sequence[CostRow]) -> Mapping[str, Costs]:
    sums = dict(routes)
    for row in rows:
        sums[row.route] = sums.get(row.route, NO_COSTS) + row.costs
    return sums
