"""Who changed their mind in a recorded session, and how often do they in all of them?

A session's ledger is read from its log, and held against what its format shows to whom. The sums over sessions are kept
with the other measures, which read on from where they stopped.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.analytics.flips import NO_MINDS, FlipLedger, FlipSums, Sights, fold_minds, so_far
from core.domain.errors import MootError
from core.domain.events import Event, SessionForked, SessionOpened
from core.domain.ids import NO_DIGEST, Digest, SessionId
from core.flows.debate_events import TemplateApplied
from core.flows.debate_sight import sights_of
from core.ports.event_log import READ_EVENTS_MAX, EventLog
from core.runtime.library import Library
from core.runtime.metrics_files import MetricsFiles


class FormatSights:
    """Implements `FormatsKnown`. Of a format that is lost it is assumed that it shows everything to everybody."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._sights: dict[Digest, Sights] = {}

    async def prepare(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case SessionOpened():
                    await self._learn(event.opening.template_digest)
                case TemplateApplied():
                    await self._learn(event.digest)
                case SessionForked():
                    await self.prepare(each.event for each in event.prefix.events)
                case _:
                    pass

    def __call__(self, digest: Digest) -> Sights:
        return self._sights.get(digest, {})

    async def _learn(self, digest: Digest) -> None:
        if digest == NO_DIGEST or digest in self._sights:
            return
        try:
            self._sights[digest] = sights_of(await self._library.template(digest))
        except MootError:
            self._sights[digest] = {}


class Flips:
    """Belongs to one event loop. Reads what is committed, whoever drives."""

    def __init__(self, log: EventLog, formats: FormatSights, metrics: MetricsFiles) -> None:
        self._log = log
        self.formats = formats
        self._metrics = metrics

    async def learn(self, session: SessionId) -> None:
        """Have at hand what the formats that a session's log names by now show to whom."""
        await self.of_session(session)

    async def of_session(self, session: SessionId) -> FlipLedger:
        """The ledger as the log stands. Empty for an unknown session."""
        minds, seq = NO_MINDS, 0
        while records := await self._log.read(session, after_seq=seq, limit=READ_EVENTS_MAX):
            await self.formats.prepare(record.event for record in records)
            for record in records:
                minds = fold_minds(minds, record.event, self.formats)
            seq = records[-1].seq
        return so_far(minds)

    async def sums(self) -> FlipSums:
        """How often minds were changed in all sessions with a verdict, by format and by model."""
        return (await self._metrics.book()).measures.flips
