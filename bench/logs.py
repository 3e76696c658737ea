"""What do log lines add to a turn, and how long does it take to look through a million events?

Turns with and without lines are timed in the same debate, in turns. What is looked through is one session written again
and again under other ids, as for a big start.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.big_start import EVENTS, OPEN, SESSIONS, _held, _written_again
from bench.house import Commits, furnish, house
from bench.measuring import NS_PER_US, Figure
from console.bootstrap import open_orchestrator
from console.logging_setup import log_to_file
from console.presenters.event_entries import EventEntry
from console.presenters.event_filter import read_filter, vocabulary_of
from console.settings import Settings
from core.orchestrator import Orchestrator

ADDED_RATIO_MAX = 1.03
NEWEST_MS_MAX = 100
PASSED_OVER_MS_MAX = 2_000
TURNS_PER_READING = 400
EARLY_TURNS = 50
NS_PER_MS = 1_000_000
PAGE = 300

LOOKS = (
    ("the newest 300", "", NEWEST_MS_MAX),
    ("the newest 300 of a kind", "kind:AttemptSucceeded level<=debug", NEWEST_MS_MAX),
    ("those of a kind that none is of, all of them passed over", "kind:SessionForked", PASSED_OVER_MS_MAX),
)


async def logged_turns(folder: Path, *, rounds: int, turns: int = TURNS_PER_READING) -> list[Figure]:
    """One debate whose participants answer at once, logged as moot is shipped and with everything."""
    readings: dict[str, list[float]] = {"INFO": [], "DEBUG": [], "": []}
    async with house(folder) as moot:
        commits = Commits(moot.orchestrator)
        await moot.start()
        await commits.next(EARLY_TURNS)
        for _ in range(rounds):
            for level, found in readings.items():
                with logged(folder, level):
                    found.append(median(await commits.next(turns)) / NS_PER_US)
    without = median(readings[""])
    return [
        Figure(
            case="logs",
            name="a turn that is logged as moot is shipped, beside one that is not",
            value=median(readings["INFO"]),
            unit="µs",
            baseline=without,
            ratio_max=ADDED_RATIO_MAX,
        ),
        Figure(
            case="logs",
            name="a turn of which everything is logged, beside one that is not",
            value=median(readings["DEBUG"]),
            unit="µs",
            baseline=without,
        ),
    ]


@contextmanager
def logged(folder: Path, level: str) -> Iterator[None]:
    """Log lines of a level go into a file; with none, nobody hears of them."""
    root = logging.getLogger()
    handlers, before = root.handlers[:], root.level
    if level:
        log_to_file(folder / "moot.log", level=level)
    else:
        root.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        for handler in root.handlers:
            if handler not in handlers:
                handler.close()
        root.handlers[:] = handlers
        root.setLevel(before)


async def looks_back(
    folder: Path, *, rounds: int, sessions: int = SESSIONS, are_open: int = OPEN, events: int = EVENTS
) -> list[Figure]:
    """What the Events screen and `moot events` wait for."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # before anything is measured
    settings = Settings(
        database=folder / "moot.db",
        max_concurrent_debates=2 * are_open,
        cap_day_microusd=None,
        metrics_export_path=folder / "metrics",
        enable_metrics_export=False,
        in_doubt_policy="retry",
    )
    await furnish(settings.database)
    open_one, over_one = await _held(settings, folder, events=events)
    _written_again(settings.database, open_one, over_one, sessions=sessions, are_open=are_open)
    orchestrator = open_orchestrator(settings)
    await orchestrator.start(drive=False)
    try:
        total = await orchestrator.all_events.last_position()
        return [
            Figure(
                case="logs",
                name=f"of {total:,} events, {name}",
                value=median([await _look_ms(orchestrator, text) for _ in range(rounds)]),
                unit="ms",
                value_max=bound,
            )
            for name, text, bound in LOOKS
        ]
    finally:
        await orchestrator.stop()


async def _look_ms(orchestrator: Orchestrator, text: str) -> float:
    vocabulary = vocabulary_of(orchestrator.all_events.kinds)
    wanted = read_filter(text, vocabulary, now_ms=0)
    began_ns = time.perf_counter_ns()
    before = None
    while True:
        look = await orchestrator.all_events.back(
            before_position=before,
            sought=wanted.sought(vocabulary),
            is_wanted=lambda record: wanted.holds(EventEntry(record=record)),
            limit=PAGE,
        )
        before = look.from_position
        if look.records or look.is_whole:
            return (time.perf_counter_ns() - began_ns) / NS_PER_MS
