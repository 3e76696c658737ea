"""What do a thousand debates at once cost while their participants think: processor, lateness, memory?

Run in a process of its own, so that the memory is theirs alone; it prints one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.house import Commits, House, house
from bench.measuring import Figure
from core.domain.events import AttemptSucceeded

DEBATES = 1_000
THINKS_MS = 5_000
SECONDS = 60
"""A whole minute, so that one look of the analytics falls into it. A quarter of a minute has one or none: the same code
read 29 % over 15 seconds that had one, and 17 % over 60."""

CORE_PERCENT_MAX = 15
LATE_MS_MAX = 100
DEBATE_KIB_MAX = 20
CHARACTERS_PER_TURN = 500
CALM_SECONDS = 1
"""Looking at the memory holds everybody up, which must not count as being late."""

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
LIMIT_SECONDS = 600


def crowd(*, debates: int = DEBATES, thinks_ms: int = THINKS_MS, seconds: int = SECONDS) -> list[Figure]:
    """The three figures, taken in a process of their own."""
    command = [sys.executable, "-m", "bench.crowd", str(debates), str(thinks_ms), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT_SECONDS)
    read = json.loads(done.stdout.splitlines()[-1])
    who = f"{debates:,} debates that think {thinks_ms / 1_000:g} s"
    return [
        Figure(
            case="crowd",
            name=f"{who}: processor",
            value=read["core_percent"],
            unit="% core",
            value_max=CORE_PERCENT_MAX,
            note=f"{read['turns']:,} turns in {read['seconds']:.0f} s",
        ),
        Figure(
            case="crowd",
            name="the latest turn",
            value=read["late_ms_max"],
            unit="ms",
            value_max=LATE_MS_MAX,
            note=f"median {read['late_ms_median']} ms, from one turn's record to the next, less the thinking",
        ),
        Figure(
            case="crowd",
            name="memory of a debate beyond its transcript",
            value=read["debate_kib"],
            unit="KiB",
            value_max=DEBATE_KIB_MAX,
        ),
    ]


async def measured(folder: Path, *, debates: int, thinks_ms: int, seconds: int) -> dict[str, float]:
    """Open all, let each speak once, then watch."""
    async with house(folder, thinks_ms=thinks_ms) as moot:
        commits = Commits(moot.orchestrator)
        for _ in range(2):  # what any debate needs is loaded by the first
            await moot.start()
        before_bytes = resident_bytes()
        for _ in range(debates - 2):
            await moot.start()
        await commits.next(debates)
        spoken_bytes = CHARACTERS_PER_TURN * sum(row.turns for row in await moot.orchestrator.summaries())
        kib = (resident_bytes() - before_bytes - spoken_bytes) / max(1, debates - 2) / 1_024
        await asyncio.sleep(CALM_SECONDS)
        since_ms = time.time_ns() // 1_000_000
        began_ns, used_ns = time.perf_counter_ns(), time.process_time_ns()
        await asyncio.sleep(seconds)
        took_ns = time.perf_counter_ns() - began_ns
        share = (time.process_time_ns() - used_ns) / took_ns
        late_ms = await _late_ms(moot, since_ms=since_ms, thinks_ms=thinks_ms)
    return {
        "core_percent": 100 * share,
        "seconds": took_ns / 1e9,
        "turns": len(late_ms),
        "late_ms_max": max(late_ms),
        "late_ms_median": sorted(late_ms)[len(late_ms) // 2],
        "debate_kib": kib,
    }


async def _late_ms(moot: House, *, since_ms: int, thinks_ms: int) -> list[int]:
    """How much later than they should each turn was recorded after the one before it."""
    late: list[int] = []
    spoken_ms: dict[str, int] = {}
    position = 0
    log = moot.orchestrator.watch(after_position=0)
    last = (await moot.orchestrator.system_status()).position
    async for record in log:
        position = record.position
        if isinstance(record.event, AttemptSucceeded):
            before = spoken_ms.get(record.session)
            if before is not None and record.at_ms >= since_ms:
                late.append(record.at_ms - before - thinks_ms)
            spoken_ms[record.session] = record.at_ms
        if position >= last:
            break
    return late or [0]


def resident_bytes() -> int:
    """What this process holds in memory right now."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES


def main() -> None:
    """The figures of one crowd, on standard output."""
    parser = argparse.ArgumentParser()
    for name in ("debates", "thinks_ms", "seconds"):
        parser.add_argument(name, type=int)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        read = asyncio.run(
            measured(Path(folder), debates=asked.debates, thinks_ms=asked.thinks_ms, seconds=asked.seconds)
        )
    print(json.dumps(read))


if __name__ == "__main__":
    main()
