"""How are rules tried on all that is on record, one session after the other, without holding more than one?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from core.domain.errors import MootError
from core.domain.events import Recorded, RulesChanged, SessionOpened
from core.domain.ids import Digest, SessionId, TemplateId
from core.domain.summary import SessionSummary
from core.engine.backtest import Revision, SessionTrial, Trial
from core.engine.backtest_report import BacktestTotals, SessionBacktest, Unread
from core.ports.event_log import READ_EVENTS_MAX
from core.ports.session_index import SESSIONS_LISTED_MAX
from core.rules.compiled import CompiledRules, compile_rules
from core.runtime.ports import Ports

SLICE_EVENTS = 100
"""Settled again between two looks of the event loop at everything else: a few milliseconds of work."""

RULE_SETS_KEPT_MAX = 64
"""Versions of the rules that are held ready, each with the one that is tried for it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestStep:
    """One session of `total` was looked at; `summary` is its row, None where the list has none.

    `totals` are of all up to this one. `are_all` is False where the list holds no more sessions than these, so that
    older ones were left out.
    """

    number: int
    total: int
    summary: SessionSummary | None
    found: SessionBacktest | Unread
    totals: BacktestTotals
    are_all: bool = True


class Backtesting:
    """One back-test. Nothing is recorded, no model is asked, no session that runs is touched."""

    def __init__(self, ports: Ports, revision: Revision) -> None:
        self._ports = ports
        self._revision = revision
        self._tried: dict[Digest, CompiledRules] = {}
        self._is_traced = False

    async def run(
        self, *, sessions: Sequence[SessionId] = (), back_ms: int | None = None
    ) -> AsyncIterator[BacktestStep]:
        """A step for each session: those named, or all, newest first; with `back_ms` those in which something was
        recorded in the last so many milliseconds.

        One that can't be read is a step too and stops none of the others. To stop, ask for no further step.
        """
        wanted, are_all = await self._wanted(sessions, back_ms)
        pins = await self._pins()
        totals = BacktestTotals()
        for number, (session, summary) in enumerate(wanted, start=1):
            found = await self._session(session, pins)
            totals = totals.plus(found)
            yield BacktestStep(
                number=number, total=len(wanted), summary=summary, found=found, totals=totals, are_all=are_all
            )

    async def _wanted(
        self, sessions: Sequence[SessionId], back_ms: int | None
    ) -> tuple[list[tuple[SessionId, SessionSummary | None]], bool]:
        if sessions:
            return [(each, await self._ports.index.summary(each)) for each in sessions], True
        since_ms = 0 if back_ms is None else self._ports.clock.now_ms() - back_ms
        rows = await self._ports.index.summaries()
        found = [(row.session, row) for row in rows if row.changed_at_ms >= since_ms]
        return list(found), len(rows) < SESSIONS_LISTED_MAX

    async def _pins(self) -> dict[TemplateId, Digest]:
        """The templates that the revised rules may apply, as they are today: no session pinned them for these rules.

        They are at hand by names of their own; what follows them is another decision, so that none is ever recorded.
        """
        pins: dict[TemplateId, Digest] = {}
        wanted = self._revision.templates
        for id in sorted(wanted):
            template = await self._ports.catalogue.newest_template(id)
            if template is not None:
                pins[id] = Digest(f"tried:{id}")
                self._ports.library.templates[pins[id]] = template
        return pins

    async def _session(self, session: SessionId, pins: dict[TemplateId, Digest]) -> SessionBacktest | Unread:
        try:
            return await self._settled_again(session, pins)
        except MootError as error:
            return Unread(session=session, why=str(error))
        except Exception as error:
            # Settling what is on record can't fail, unless the record is damaged: one such must not stand for all.
            _log.warning("session %s can't be tried: %r", session[:8], error, exc_info=not self._is_traced)
            self._is_traced = True  # what is wrong with one is often wrong with all: one trace will do
            return Unread(session=session, why=f"its log can't be read: {type(error).__name__}")

    async def _settled_again(self, session: SessionId, pins: dict[TemplateId, Digest]) -> SessionBacktest | Unread:
        self._make_room()
        instead: dict[Digest, Digest] = {}
        rule_sets: dict[Digest, CompiledRules] = {}
        engine = replace(self._ports.engine, rule_sets=rule_sets)
        trial = SessionTrial(Trial(engine=engine, instead=instead, pins=pins, watched=self._revision.ids), session)
        seq = 0
        while not trial.is_answered:
            records = await self._ports.log.read(session, after_seq=seq, limit=READ_EVENTS_MAX)
            if not records:
                break
            seq = records[-1].seq
            await self._ports.library.prepare(record.event for record in records)
            await self._prepare(records, rule_sets, instead)
            for start in range(0, len(records), SLICE_EVENTS):
                trial.read(records[start : start + SLICE_EVENTS])
                await asyncio.sleep(0)
        if not seq:
            return Unread(session=session, why="there is no such session")
        return trial.report()

    async def _prepare(
        self, records: Sequence[Recorded], rule_sets: dict[Digest, CompiledRules], instead: dict[Digest, Digest]
    ) -> None:
        """Have ready what the records put in force, and what is tried for it."""
        for record in records:
            match record.event:
                case SessionOpened(opening=opening):
                    digest = opening.rules_digest
                case RulesChanged(digest=digest):
                    pass
                case _:
                    continue
            if digest in instead:
                continue
            recorded = await self._ports.library.rules(digest)
            tried = self._tried.get(digest)
            if tried is None:
                revised = self._revision.over(recorded.rules)
                facts = self._ports.library.fact_specs
                tried = self._tried[digest] = compile_rules(revised, facts=facts, earlier=(recorded,))
            rule_sets[digest] = recorded
            rule_sets[tried.digest] = tried
            instead[digest] = tried.digest

    def _make_room(self) -> None:
        while len(self._tried) > RULE_SETS_KEPT_MAX:
            del self._tried[next(iter(self._tried))]
