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
from contextlib import asynccontextmanager, contextmanager
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
FETCHED_EVERY_SECONDS = 15
"""As Prometheus does unless told otherwise."""

FETCHER = """
import sys, time
from urllib.request import urlopen
while True:
    urlopen(sys.argv[1]).read()
    time.sleep(float(sys.argv[2]))
"""


async def measured_turns(folder: Path, *, rounds: int, turns: int = TURNS_PER_READING) -> list[Figure]:
    """One debate whose participants answer at once."""
    with_us: list[float] = []
    without_us: list[float] = []
    async with house(folder) as moot, fetched(moot):
        driver = driver_of(moot)
        commits = Commits(moot.orchestrator)
        await moot.start()
        await commits.next(EARLY_TURNS)
        for _ in range(rounds):
            with_us.append(median(await commits.next(turns)) / NS_PER_US)
            with silenced(driver.instruments):
                without_us.append(median(await commits.next(turns)) / NS_PER_US)
    return [
        Figure(
            case="metrics",
            name="a turn that is measured and fetched, beside one that is not",
            value=median(with_us),
            unit="µs",
            baseline=median(without_us),
            ratio_max=ADDED_RATIO_MAX,
        )
    ]


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
