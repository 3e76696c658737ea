"""How long does it take until figures over ten thousand sessions stand, and until they stand again after a turn?

A few simulated debates are held, and then taken into the log again and again under other ids and at other times, by the
log's own port. The rows of the analytics are stored by a process that has been there before, as they are where one
drives; what is timed is another process that opens the database and asks, and asks again after more was committed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.big_start import _stored
from bench.measuring import Figure
from console.bootstrap import open_orchestrator
from console.settings import Settings
from core.analytics.chosen import ALL
from core.analytics.rows import Kept, row_of
from core.domain.chain import ROOT, Stored, link_of
from core.domain.costs import quarter_of
from core.domain.events import SessionCompleted
from core.domain.ids import SessionId
from core.orchestrator import Orchestrator
from core.ports.event_log import READ_EVENTS_MAX

SESSIONS = 10_000
HELD = 8
TEMPLATE = "complex_debate"
DAYS = 60
DAY_MS = 24 * 3_600 * 1_000
OPEN_MS_MAX = 1_000
REFRESH_MS_MAX = 100
REFRESHES = 9
FOLDED_EVENTS = 50_000
NS_PER_MS = 1_000_000
NS_PER_SECOND = 1_000_000_000


async def analytics(folder: Path, *, sessions: int = SESSIONS, rounds: int = 3, held: int = HELD) -> list[Figure]:
    """Opening, refreshing after one more session was held, and building all of it from nothing."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # before anything is measured
    settings = Settings(
        database=folder / "moot.db",
        cap_day_microusd=None,
        metrics_export_path=folder / "metrics",
        enable_metrics_export=False,
        rehearsal_pace=0,
    )
    events, one = await _filled(settings, sessions=sessions, held=held)
    built_ns = await _built(settings, events=events, sessions=sessions, held=held)
    opened_ms = [await _opened_ms(settings, sessions=sessions) for _ in range(rounds)]
    refreshed_ms = await _refreshed_ms(settings, one)
    of = f"{events:,} events of {sessions:,} sessions"
    return [
        Figure(
            case="analytics",
            name=f"to open the analytics of {of}",
            value=median(opened_ms),
            unit="ms",
            value_max=OPEN_MS_MAX,
            note="a process that has not asked before: figures, findings, insights, forecasts",
        ),
        Figure(
            case="analytics",
            name="to refresh them after one more session was committed",
            value=median(refreshed_ms),
            unit="ms",
            value_max=REFRESH_MS_MAX,
        ),
        Figure(
            case="analytics",
            name="to make all rows anew, an event",
            value=built_ns / 1_000,
            unit="µs",
            note=f"{built_ns * events / NS_PER_SECOND:.0f} s for all of them, once",
        ),
    ]


async def _filled(settings: Settings, *, sessions: int, held: int) -> tuple[int, list[Stored]]:
    """How many events there are, and one of the debates that were held."""
    orchestrator = open_orchestrator(settings)
    await orchestrator.start(must_drive=True)
    ones = [await _held(orchestrator, seed) for seed in range(1, held + 1)]
    await orchestrator.stop(drain=False)
    orchestrator = open_orchestrator(settings)
    log = orchestrator._ports.log
    newest_ms = max(event.at_ms for one in ones for event in one)
    for number in range(sessions - held):
        earlier_ms = (sessions - number) * DAYS * DAY_MS // sessions
        session = SessionId(f"{number:032x}")
        await log.take(session, _shifted(ones[number % held], session, by_ms=newest_ms - earlier_ms))
    events = await log.last_position()
    await log.close()
    return events, ones[0]


async def _held(orchestrator: Orchestrator, seed: int) -> list[Stored]:
    session = await orchestrator.start_debate(
        "Should release trains leave on Fridays?",
        template_id=TEMPLATE,
        casting={"": "simulated"},
        seed=seed,
    )
    async for record in orchestrator.watch(session):
        if isinstance(record.event, SessionCompleted):
            break
    return await _stored(orchestrator, session)


def _shifted(events: Sequence[Stored], session: SessionId, *, by_ms: int) -> list[Stored]:
    """The same events at other times, as a chain of their own; `by_ms` is when the first of them was."""
    link, first_ms, made = ROOT, events[0].at_ms, list[Stored]()
    for event in events:
        moved = replace(event, at_ms=by_ms + event.at_ms - first_ms, link=b"")
        link = link_of(link, session, moved)
        made.append(replace(moved, link=link))
    return made


async def _built(settings: Settings, *, events: int, sessions: int, held: int) -> float:
    """Nanoseconds for an event where rows are made of events. Only the first sessions' are; those of the others, which
    are the same at other times, are then written as they would have come out."""
    orchestrator = open_orchestrator(settings)
    log, lives = orchestrator._ports.log, orchestrator._ports.lives
    assert lives is not None, "the bootstrap keeps lives"
    records = list(await log.read_all(limit=READ_EVENTS_MAX))
    while len(records) < min(events, FOLDED_EVENTS):
        more = await log.read_all(after_position=records[-1].position)
        if not more:
            break
        records += more
    kept: dict[SessionId, Kept] = {}
    began_ns = time.perf_counter_ns()
    for at in range(0, len(records), READ_EVENTS_MAX):
        page = records[at : at + READ_EVENTS_MAX]
        folded = orchestrator.analytics._folded(kept, page)
        kept |= folded
        after = page[0].position - 1
        await lives.advance(list(folded.values()), after=after, position=page[-1].position)
    took_ns = time.perf_counter_ns() - began_ns
    await _copied(orchestrator, list(kept.values()), sessions=sessions - held, after=records[-1].position)
    await log.close()
    return took_ns / len(records)


async def _copied(orchestrator: Orchestrator, kept: Sequence[Kept], *, sessions: int, after: int) -> None:
    """Write the rows of the sessions that were not folded."""
    log, lives = orchestrator._ports.log, orchestrator._ports.lives
    assert lives is not None, "the bootstrap keeps lives"
    whole = [each for each in kept if row_of(each).ended_at_ms][:HELD]
    known = {each.opened.session for each in kept if row_of(each).ended_at_ms}
    copies: list[Kept] = []
    for number in range(sessions):
        session = SessionId(f"{number:032x}")
        if session not in known:
            head = (await log.read(session, limit=1, with_envelopes=False))[0]
            copies.append(_as_of(whole[number % len(whole)], session, opened_ms=head.at_ms))
    await lives.advance(copies, after=after, position=await log.last_position())


def _as_of(kept: Kept, session: SessionId, *, opened_ms: int) -> Kept:
    """The same life under another id and at another time."""
    by_ms = opened_ms - kept.life.opened_at_ms
    life = replace(
        kept.life,
        id=session,
        opened_at_ms=opened_ms,
        started_at_ms=kept.life.started_at_ms + by_ms,
        ended_at_ms=kept.life.ended_at_ms + by_ms,
        changed_at_ms=kept.life.changed_at_ms + by_ms,
    )
    charges = tuple(replace(each, quarter_ms=quarter_of(each.quarter_ms + by_ms)) for each in kept.charges)
    return replace(kept, opened=replace(kept.opened, session=session), life=life, charges=charges)


async def _opened_ms(settings: Settings, *, sessions: int) -> float:
    began_ns = time.perf_counter_ns()
    orchestrator = open_orchestrator(settings)
    report = await orchestrator.analytics.report(ALL)
    took_ns = time.perf_counter_ns() - began_ns
    assert report.sessions == sessions, f"{report.sessions} of {sessions} have a row"
    await orchestrator._ports.log.close()
    return took_ns / NS_PER_MS


async def _refreshed_ms(settings: Settings, held: Sequence[Stored]) -> list[float]:
    orchestrator = open_orchestrator(settings)
    log = orchestrator._ports.log
    await orchestrator.analytics.report(ALL)
    taken: list[float] = []
    for number in range(REFRESHES):
        session = SessionId(f"f{number:031x}")
        await log.take(session, _shifted(held, session, by_ms=held[0].at_ms))
        began_ns = time.perf_counter_ns()
        await orchestrator.analytics.report(ALL)
        taken.append((time.perf_counter_ns() - began_ns) / NS_PER_MS)
    await log.close()
    return taken
