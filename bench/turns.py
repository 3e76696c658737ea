"""What does a whole turn cost: outcome and next intent in one commit, durable, announced, with one debate and many?"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from statistics import median

from bench.bare_sqlite import COMMITS_PER_READING, bare_log
from bench.house import Commits, House, house
from bench.measuring import NS_PER_US, Figure, percentile
from core.domain.commands import Pause
from core.domain.ids import SessionId

ONE_US_MAX = 150
MANY_US_MAX = 100
LATE_RATIO_MAX = 1.2
LINEAR_RATIO_MAX = 1.05
DEBATES = 100
TURNS_PER_READING = 400
EARLY_TURNS = 10
LATE_TURN = 10_000


async def whole_turns(
    folder: Path, *, rounds: int, debates: int, synchronous: str, turns: int = TURNS_PER_READING
) -> list[Figure]:
    """Debates whose participants answer at once; between readings they stand still while bare SQLite has its turn."""
    wall_us: list[float] = []
    cpu_us: list[float] = []
    bare_us: list[float] = []
    async with house(folder, synchronous=synchronous) as moot:
        commits = Commits(moot.orchestrator)
        for _ in range(debates):
            await moot.start()
        await commits.next(debates * EARLY_TURNS)
        with bare_log(folder / "bare.db", synchronous=synchronous.upper()) as bare:
            for _ in range(rounds):
                bare_us.append(bare.median_us(COMMITS_PER_READING))
                began_ns = time.process_time_ns()
                took_ns = await commits.next(turns)
                cpu_us.append((time.process_time_ns() - began_ns) / turns / NS_PER_US)
                # Of one debate each turn can be told; of many that share their commits only the sum.
                wall_us.append((median(took_ns) if debates == 1 else sum(took_ns) / turns) / NS_PER_US)
    value_max = {("normal", True): ONE_US_MAX, ("normal", False): MANY_US_MAX}.get((synchronous, debates == 1))
    who = "1 debate" if debates == 1 else f"{debates} debates at once"
    return [
        Figure(
            case="turn",
            name=f"{who}, {synchronous}",
            value=median(wall_us),
            unit="µs",
            baseline=median(bare_us),
            value_max=value_max,
            note=f"processor {median(cpu_us):.0f} µs; bare: two rows in one commit",
        )
    ]


async def late_turns(
    folder: Path, *, rounds: int, late_turn: int = LATE_TURN, turns: int = TURNS_PER_READING
) -> list[Figure]:
    """One debate goes on to turn 10,000; then it and young ones speak in turns, one paused while the other speaks."""
    half = (late_turn - rounds * (EARLY_TURNS + turns)) // 2
    async with house(folder) as moot:
        commits = Commits(moot.orchestrator)
        old = await moot.start()
        sizes = [_stored_bytes(moot)]
        for _ in range(2):
            await commits.next(half)
            sizes.append(_stored_bytes(moot))
        await _stand_still(moot, old)
        young_us: list[float] = []
        old_us: list[float] = []
        for _ in range(rounds):
            young = await moot.start()
            await commits.next(EARLY_TURNS)
            young_us.append(await _median_us(commits, turns))
            await _stand_still(moot, young)
            await moot.orchestrator.resume(old)
            await commits.next(EARLY_TURNS)
            old_us.append(await _median_us(commits, turns))
            await _stand_still(moot, old)
    halves = sizes[1] - sizes[0], sizes[2] - sizes[1]
    return [
        Figure(
            case="length",
            name=f"turn {late_turn:,} beside turn {EARLY_TURNS}",
            value=median(old_us),
            unit="µs",
            baseline=median(young_us),
            ratio_max=LATE_RATIO_MAX,
        ),
        Figure(
            case="length",
            name="bytes on disk a turn, second half beside the first",
            value=halves[1] / half,
            unit="bytes",
            baseline=halves[0] / half,
            ratio_max=LINEAR_RATIO_MAX,
            note="events with their envelopes",
        ),
    ]


async def opening(folder: Path, *, count: int) -> list[Figure]:
    """From the request to the opening on record and the first call begun."""
    took_ms: list[float] = []
    bare_us: list[float] = []
    async with house(folder, thinks_ms=600_000) as moot:
        await moot.start()
        with bare_log(folder / "bare.db") as bare:
            for _ in range(count):
                bare_us.append(bare.median_us(COMMITS_PER_READING))
                began_ns = time.perf_counter_ns()
                await moot.start()
                took_ms.append((time.perf_counter_ns() - began_ns) / 1e6)
    return [
        Figure(
            case="opening",
            name="a debate, until its first call",
            value=median(took_ms),
            unit="ms",
            baseline=median(bare_us) / 1_000,
            note=f"p95 {percentile(took_ms, 95):.1f}; bare: two rows in one commit",
        )
    ]


async def _median_us(commits: Commits, turns: int) -> float:
    return median(await commits.next(turns)) / NS_PER_US


async def _stand_still(moot: House, session: SessionId) -> None:
    await moot.orchestrator.command(session, Pause())
    # Nothing tells of the end of a call, and it takes a turn at most.
    while moot.orchestrator.speaking(session):  # noqa: ASYNC110
        await asyncio.sleep(0)


def _stored_bytes(moot: House) -> int:
    with closing(sqlite3.connect(f"file:{moot.database}?mode=ro", uri=True)) as connection:
        query = "SELECT sum(length(body) + ifnull(length(envelope), 0)) FROM events"
        return int(connection.execute(query).fetchone()[0])
