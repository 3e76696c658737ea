"""How do the analytics keep up with the log, and what do they say now?

They follow the log by position like the other readers, beside the sessions: no turn waits for them. Whoever asks first
brings the rows up to the newest committed event, those of a few sessions at a time, and moves the position behind the
last of them. A row says itself up to where it is true: whoever finds it beyond the position, after a crash or because
two processes do so at once, passes over the events that it has. The rows are held in memory between two looks, so that
the second reads only what has changed.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from core.analytics.alerting import Alert
from core.analytics.analysis import AnalyticsReport, Asked, analysis_of
from core.analytics.capacity import Resources
from core.analytics.chosen import ALL, Chosen, chosen_rows
from core.analytics.rows import Kept, LifeRow, fold_kept, row_of
from core.analytics.rule_measures import rule_measures
from core.analytics.thresholds import STANDARD, Thresholds
from core.domain.errors import StorageFailed, WrongUse
from core.domain.events import Recorded
from core.domain.ids import SessionId
from core.notifying.notification import NotificationType
from core.ports.catalogue import Catalogue
from core.ports.clock import Clock
from core.ports.event_log import READ_EVENTS_MAX, EventLog
from core.ports.life_book import LifeBook
from core.ports.outbox import Told, Wanted
from core.runtime.costs import DAYS_MAX, midnights_ms
from core.runtime.metrics_files import FormatsKnown
from core.runtime.telling import TellingPorts

DAY_MS = 24 * 3_600 * 1_000
KEPT_REMEMBERED_MAX = 64
"""Sessions whose state is held to be read on from: more than mostly run at once. Each takes about 10 KiB, and what
isn't held is read back, which is seldom and little."""

RESOURCES_SETTING = "analytics_resources"
NOTED_MS_MAX = 10 * 60_000
ID_CHARACTERS = 16
SESSIONS_TOGETHER_MAX = 16
"""So many sessions are read on, and their rows stored, in one go. With a thousand at once a turn waited for the
transaction of them all, their states and texts took as much memory as the sessions themselves, and each page of events
had Python look through all of what is young for garbage."""

EVENTS_AT_ONCE_MAX = 64
"""More events than this are folded beside the event loop: a thousand of them would make a turn late."""

Aside = Callable[..., Awaitable[Any]]
"""Calls a function that takes a while, with its arguments, without holding up the event loop."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStanding:
    """An alert, the id of the notification by which somebody was told, and who has acknowledged that when; "" and 0
    for nobody."""

    alert: Alert
    notification: str
    acknowledged_by: str = ""
    acknowledged_ms: int = 0


class Analytics:
    """Belongs to one event loop."""

    def __init__(
        self,
        lives: LifeBook | None,
        *,
        log: EventLog,
        catalogue: Catalogue,
        formats: FormatsKnown,
        clock: Clock,
        local_midnight_ms: Callable[[int], int],
        thresholds: Thresholds = STANDARD,
        telling: TellingPorts | None = None,
        aside: Aside = asyncio.to_thread,
    ) -> None:
        self._kept_in = lives
        self._log = log
        self._catalogue = catalogue
        self._formats = formats
        self._clock = clock
        self._local_midnight_ms = local_midnight_ms
        self.thresholds = thresholds
        self._telling = telling
        self._aside = aside
        self._position = -1
        self._remembered: OrderedDict[SessionId, Kept] = OrderedDict()
        self._rows: dict[SessionId, LifeRow] = {}
        self._rows_position = 0
        self._behind = 0
        self._looking = asyncio.Lock()

    async def report(self, chosen: Chosen = ALL) -> AnalyticsReport:
        """What there is to say of the sessions that are meant, up to the newest committed event."""
        async with self._looking:
            await self._refresh()
            asked = await self._asked(chosen)
        report: AnalyticsReport = await self._aside(analysis_of, asked)
        return report

    async def rows(self, chosen: Chosen = ALL) -> Sequence[LifeRow]:
        """The sessions that are meant, in the order in which they were opened."""
        async with self._looking:
            await self._refresh()
            return chosen_rows(self._rows.values(), chosen, tags=await self._tags(chosen))

    async def row(self, session: SessionId) -> LifeRow | None:
        """One session, without holding the others; None where nothing is known of it."""
        async with self._looking:
            await self._stored()
            kept = (await self._book.kept((session,))).get(session)
        return None if kept is None else row_of(kept)

    async def alerts(self) -> Sequence[AlertStanding]:
        """What somebody was told is odd: what goes on first, then the newest."""
        alerts = await self._book.alerts()
        if self._telling is None or not alerts:
            return [AlertStanding(alert=alert, notification=notification_id(alert.id)) for alert in alerts]
        wanted = Wanted(types=frozenset({NotificationType.ERROR_NOTIFICATION}))
        told = {each.notification.id: each for each in await self._telling.outbox.find(wanted)}
        return [_standing(alert, told.get(notification_id(alert.id))) for alert in alerts]

    async def rows_stored(self, chosen: Chosen = ALL) -> Sequence[LifeRow]:
        """As `rows`, for whoever must know that they are stored. Raises StorageFailed."""
        async with self._looking:
            await self._catch_up()
            await self._read()
            return chosen_rows(self._rows.values(), chosen, tags=await self._tags(chosen))

    @property
    def _book(self) -> LifeBook:
        if self._kept_in is None:
            raise WrongUse("this moot keeps nothing that figures could be made of.")
        return self._kept_in

    async def _asked(self, chosen: Chosen) -> Asked:
        now_ms = self._clock.now_ms()
        rows = chosen_rows(self._rows.values(), chosen, tags=await self._tags(chosen))
        return Asked(
            rows=rows,
            chosen=chosen,
            midnights_ms=self._midnights_ms(rows, chosen, now_ms=now_ms),
            thresholds=self.thresholds,
            resources=await self._resources(now_ms=now_ms),
            alerts=[alert for alert in await self._book.alerts() if not alert.cleared_at_ms],
            as_of_ms=now_ms,
            position=self._rows_position,
            behind=self._behind,
        )

    async def note_resources(self, measured: Resources) -> None:
        """Have every process see what the one that drives takes."""
        await self._catalogue.save_setting(RESOURCES_SETTING, json.dumps(asdict(measured)))

    async def _resources(self, *, now_ms: int) -> Resources:
        """What is known of what moot takes. What was noted long ago says nothing of now."""
        measures = rule_measures(await self._catalogue.rule_times(), {})
        slowest_ns = max((each.p95_ns for each in measures.values() if each.timed), default=None)
        noted = _noted((await self._catalogue.settings()).get(RESOURCES_SETTING, ""))
        if noted is None or now_ms - noted.at_ms > NOTED_MS_MAX:
            return Resources(rule_p95_ns=slowest_ns)
        return replace(noted, rule_p95_ns=slowest_ns)

    async def _tags(self, chosen: Chosen) -> Mapping[SessionId, Sequence[str]]:
        """Labels change without an event, so that they are read each time; nobody reads them who names no tag."""
        if not chosen.tags:
            return {}
        return {session: label.tags for session, label in (await self._catalogue.labels()).items()}

    def _midnights_ms(self, rows: Sequence[LifeRow], chosen: Chosen, *, now_ms: int) -> Sequence[int]:
        """The days from the first that matters to the last, at most a year of them."""
        if not rows:
            return ()
        last_ms = min(max(now_ms, rows[-1].opened_at_ms), chosen.until_ms - 1)
        first_ms = max(rows[0].opened_at_ms, chosen.since_ms)
        days = max(0, last_ms - first_ms) // DAY_MS + 2  # a day may have an hour less
        midnights = midnights_ms(last_ms, days=min(days, DAYS_MAX), local_midnight_ms=self._local_midnight_ms)
        first_midnight_ms = self._local_midnight_ms(first_ms)
        return [midnight_ms for midnight_ms in midnights if midnight_ms >= first_midnight_ms]

    async def _refresh(self) -> None:
        """Have the rows in memory as they stand. A disk that takes no rows keeps nobody from what is stored."""
        await self._stored()
        await self._read()

    async def _read(self) -> None:
        """Have what is stored in memory."""
        found = await self._book.lives(changed_from=self._rows_position)
        self._rows.update((row.session, row) for row in found.rows)
        if found.position < self._rows_position or found.count != len(self._rows):
            found = await self._book.lives()  # sessions were deleted, or all of it was dropped and made anew
            self._rows = {row.session: row for row in found.rows}
        self._rows_position = found.position

    async def _stored(self) -> None:
        """Have the rows stored as they stand, or say how far they are behind."""
        self._behind = 0
        try:
            await self._catch_up()
        except StorageFailed as failed:
            _log.warning("the analytics wait for the disk: %s", failed)
            self._behind = max(0, await self._log.last_position() - await self._book.position())

    async def _catch_up(self) -> None:
        if self._position < 0:
            self._position = await self._book.begin()
            for session in await self._book.unreadable():
                await self._read_again(session)
        while await self._advance():
            pass

    async def _advance(self) -> bool:
        """Read on each session that has events beyond the position, and move that behind them. False where the rows are
        true up to the newest event."""
        ahead = await self._book.ahead(after=self._position)
        if ahead is None:
            return False
        left = list(ahead.sessions.items())
        while len(left) > SESSIONS_TOGETHER_MAX:
            some, left = left[:SESSIONS_TOGETHER_MAX], left[SESSIONS_TOGETHER_MAX:]
            kept = await self._read_on(dict(some), until=ahead.position)
            await self._book.put(list(kept.values()))
            self._remember(kept)
        kept = await self._read_on(dict(left), until=ahead.position)
        return not await self._keep(kept, ahead.position) or ahead.is_more

    async def _read_on(self, after_seqs: Mapping[SessionId, int], *, until: int) -> dict[SessionId, Kept]:
        """What is kept of these sessions up to position `until`, each of which has events there behind its number."""
        kept = await self._known(set(after_seqs))
        while after_seqs:
            # One by one: while several threads read, each time that a turn comes back from the disk it waits for all.
            pages = [
                await self._log.read(each, after_seq=seq, with_envelopes=False) for each, seq in after_seqs.items()
            ]
            records = [record for page in pages for record in page if record.position <= until]
            await self._formats.prepare(record.event for record in records)
            if len(records) <= EVENTS_AT_ONCE_MAX:
                kept |= self._folded(kept, records)
            else:
                kept |= await self._aside(self._folded, kept, records)
            after_seqs = {page[-1].session: page[-1].seq for page in pages if len(page) == READ_EVENTS_MAX}
        return kept

    async def _keep(self, folded: Mapping[SessionId, Kept], position: int) -> bool:
        """Keep the rows, and move the position; False where somebody else was quicker."""
        stands_at = await self._book.advance(list(folded.values()), after=self._position, position=position)
        self._position = stands_at
        if stands_at != position:
            self._remembered.clear()  # what is there now is theirs
            return False
        self._remember(folded)
        return True

    def _remember(self, folded: Mapping[SessionId, Kept]) -> None:
        for session, kept in folded.items():
            self._remembered[session] = kept
            self._remembered.move_to_end(session)
        while len(self._remembered) > KEPT_REMEMBERED_MAX:
            self._remembered.popitem(last=False)

    async def _known(self, sessions: set[SessionId]) -> dict[SessionId, Kept]:
        held = {session: self._remembered[session] for session in sessions if session in self._remembered}
        missing = sessions - held.keys()
        return {**held, **(await self._book.kept(missing) if missing else {})}

    def _folded(self, known: Mapping[SessionId, Kept], records: Sequence[Recorded]) -> dict[SessionId, Kept]:
        folded: dict[SessionId, Kept] = {}
        for record in records:
            before = folded.get(record.session) or known.get(record.session)
            if before is not None and record.position <= before.position:
                continue  # its row was stored before the position was moved, and has this one already
            kept = fold_kept(before, record, self._formats)
            if kept is not None:
                folded[record.session] = kept
        return folded

    async def _read_again(self, session: SessionId) -> None:
        """Make a session's row anew, of which it says that it can't be read to the end: perhaps it now can."""
        kept: Kept | None = None
        seq = 0
        while records := await self._log.read(session, after_seq=seq, with_envelopes=False):
            await self._formats.prepare(record.event for record in records)
            for record in records:
                kept = fold_kept(kept, record, self._formats)
            seq = records[-1].seq
        if kept is not None and not kept.unreadable:
            await self._book.replace(kept)


def notification_id(alert: str) -> str:
    """Of the notification by which an alert with that id is told."""
    return sha256(f"alert:{alert}".encode()).hexdigest()[:ID_CHARACTERS]


def _standing(alert: Alert, told: Told | None) -> AlertStanding:
    return AlertStanding(
        alert=alert,
        notification=notification_id(alert.id),
        acknowledged_by=told.acknowledged_by if told is not None else "",
        acknowledged_ms=told.acknowledged_ms if told is not None else 0,
    )


def _noted(text: str) -> Resources | None:
    """What was noted; None where nothing was, or another release noted something else."""
    try:
        return Resources(**json.loads(text)) if text else None
    except (ValueError, TypeError):
        return None
