"""What do metrics add to a turn: measured while somebody fetches the figures, beside a turn of which nothing is
measured?

Both turns are timed in the same debate, in turns. What is measured on the way of a turn is a few readings of a clock.
Figures are fetched over HTTP by another process, as Prometheus does; what a fetch takes is told apart, for each event
that was recorded since the last one, and for a page.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.house import Commits, House, house
from bench.measuring import NS_PER_US, Figure
from console.http.metrics_endpoint import HttpMetricsEndpoint
from console.http.metrics_text import metrics_text
from core.analytics.book import Book, advanced
from core.runtime.driver import Driver
from core.runtime.instruments import Instruments

ADDED_RATIO_MAX = 1.03
TURNS_PER_READING = 400
EARLY_TURNS = 50
READINGS_PER_ROUND = 8
FETCHED_EVERY_SECONDS = 2
"""More often than Prometheus does unless told otherwise: a whole run takes seconds."""

FETCHER = """
import sys, time
from urllib.request import urlopen
while True:
    urlopen(sys.argv[1]).read()
    time.sleep(float(sys.argv[2]))
"""


async def measured_turns(folder: Path, *, rounds: int, turns: int = TURNS_PER_READING) -> list[Figure]:
    """One debate whose participants answer at once. Many short readings: the machine's speed wanders between long ones
    by more than what is looked for."""
    read = {True: Reading(), False: Reading()}
    turns = max(1, turns // READINGS_PER_ROUND)
    async with house(folder) as moot, fetched(moot):
        driver = driver_of(moot)
        commits = Commits(moot.orchestrator)
        await moot.start()
        await commits.next(EARLY_TURNS)
        for number in range(rounds * READINGS_PER_ROUND):
            for is_measured in (True, False) if number % 2 else (False, True):
                with nullcontext() if is_measured else silenced(driver.instruments):
                    began_ns = time.process_time_ns()
                    read[is_measured].wall_us.append(median(await commits.next(turns)) / NS_PER_US)
                    read[is_measured].cpu_us.append((time.process_time_ns() - began_ns) / turns / NS_PER_US)
    return [
        Figure(
            case="metrics",
            name="a turn that is measured and fetched, beside one that is not",
            value=median(read[True].wall_us),
            unit="µs",
            baseline=median(read[False].wall_us),
            ratio_max=ADDED_RATIO_MAX,
            note=f"processor {median(read[True].cpu_us):.0f} beside {median(read[False].cpu_us):.0f} µs",
        )
    ]


@dataclass(slots=True)
class Reading:
    """What turns of one kind took, reading by reading."""

    wall_us: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)


async def a_fetch(folder: Path, *, rounds: int, turns: int = TURNS_PER_READING) -> list[Figure]:
    """What it takes to count what was recorded, and to write the page."""
    async with house(folder) as moot:
        commits = Commits(moot.orchestrator)
        await moot.start()
        await commits.next(turns)
        await moot.orchestrator.pause_all()
        records = await moot.orchestrator._ports.log.read_all(after_position=0)
        families = await moot.orchestrator.families()
        counted_us: list[float] = []
        written_us: list[float] = []
        for _ in range(rounds):
            began_ns = time.process_time_ns()
            advanced(Book(), records)
            counted_us.append((time.process_time_ns() - began_ns) / len(records) / NS_PER_US)
            began_ns = time.process_time_ns()
            page = metrics_text(families)
            written_us.append((time.process_time_ns() - began_ns) / NS_PER_US)
    return [
        Figure(
            case="metrics",
            name="beside the turns, to count an event when figures are fetched",
            value=median(counted_us),
            unit="µs",
            note="processor, in a thread; once for each event, however often they are fetched",
        ),
        Figure(
            case="metrics",
            name="beside the turns, to write the page",
            value=median(written_us) / 1_000,
            unit="ms",
            note=f"processor, in a thread; {len(families)} metrics, {len(page):,} bytes",
        ),
    ]


def driver_of(moot: House) -> Driver:
    driver = moot.orchestrator._driver
    assert driver is not None  # the house drives
    return driver


@asynccontextmanager
async def fetched(moot: House) -> AsyncIterator[None]:
    """Figures are served as where somebody asked for it, and fetched by another process now and then."""
    endpoint = HttpMetricsEndpoint("127.0.0.1", 0)
    await endpoint.serve(moot.orchestrator.families)
    assert endpoint.standing is not None  # it serves
    looking = asyncio.create_task(driver_of(moot)._exposing.lag.run())
    fetching = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FETCHER, endpoint.standing.address, str(FETCHED_EVERY_SECONDS)
    )
    try:
        yield
    finally:
        fetching.kill()
        await fetching.wait()
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await endpoint.close()


@contextmanager
def silenced(instruments: Instruments) -> Iterator[None]:
    """Nothing is measured on the way of a turn, until the end of the block; what was measured can still be read."""

    def unmeasured(*seen: object) -> None: ...

    clock = instruments.monotonic_ns
    instruments.monotonic_ns = int
    instruments.settled = unmeasured  # type: ignore[method-assign]
    instruments.work.add = unmeasured  # type: ignore[method-assign]
    instruments.rules.settled = unmeasured  # type: ignore[method-assign]
    try:
        yield
    finally:
        instruments.monotonic_ns = clock
        del instruments.settled, instruments.work.add, instruments.rules.settled
