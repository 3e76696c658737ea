"""Where does the time of a whole turn go, part by part?

A clock of the processor's time interrupts the process as often as the system lets it, and notes which part is at work.
Nothing is wrapped, so that parts of many small functions cost no more than they do unwatched. Work of other threads
counts for what this one is at meanwhile, which is mostly waiting.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from bench.house import Commits, house
from bench.measuring import NS_PER_US, Figure

SAMPLE_SECONDS = 0.001
TURNS = 8_000
WARM_TURNS = 10
HERE = f"{Path(__file__).parents[1]}/"
REST = "the event loop"

PARTS: tuple[tuple[str, str], ...] = (
    ("core/judging/response_checks", "looking at the answer"),
    ("core/judging", "consensus"),
    ("core/engine/summarise", "rows, costs, telling"),
    ("core/engine", "deciding"),
    ("core/flows", "deciding"),
    ("core/rules", "deciding"),
    ("core/templates", "deciding"),
    ("core/prompts", "the prompt"),
    ("core/providers", "asking"),
    ("core/runtime/gateway", "asking"),
    ("core/runtime/time_limit", "asking"),
    ("core/runtime/step_runner", "asking"),
    ("core/runtime/asking", "asking"),
    ("core/runtime/projector", "rows, costs, telling"),
    ("core/runtime/costs", "rows, costs, telling"),
    ("core/runtime/notifier", "rows, costs, telling"),
    ("core/notifying", "rows, costs, telling"),
    ("core/analytics", "rows, costs, telling"),
    ("core/runtime", "the session's own"),
    ("storage", "the log"),
    ("core/orchestrator", "the session's own"),
    ("console", "the session's own"),
)
"""By the beginning of a file's path, the first that fits. Small helpers (`core/domain`, libraries) count for whoever
called them."""


async def parts_of_turns(folder: Path, *, debates: int, turns: int = TURNS) -> list[Figure]:
    """What a turn of one of `debates` takes by the clock, in microseconds, shared out to its parts as the processor's
    time was, the longest first."""
    async with house(folder) as moot:
        commits = Commits(moot.orchestrator)
        for _ in range(debates):
            await moot.start()
        await commits.next(debates * WARM_TURNS)
        with _sampled() as seen:
            took_ns = sum(await commits.next(turns))
    total_us = took_ns / turns / NS_PER_US
    count = max(1, seen.total())
    who = "1 debate" if debates == 1 else f"{debates} debates"
    return [
        Figure(
            case="parts",
            name=f"{who}: {part}",
            value=total_us * samples / count,
            unit="µs",
            note=f"{samples / count:.0%}" + (f" of {total_us:.0f} µs, from {count:,} looks" if not place else ""),
        )
        for place, (part, samples) in enumerate(seen.most_common())
    ]


@contextmanager
def _sampled() -> Iterator[Counter[str]]:
    seen: Counter[str] = Counter()

    def look(_signal: int, frame: FrameType | None) -> None:
        seen[_part_of(frame, known)] += 1

    known: dict[str, str | None] = {}
    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, SAMPLE_SECONDS, SAMPLE_SECONDS)
    try:
        yield seen
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _part_of(frame: FrameType | None, known: dict[str, str | None]) -> str:
    while frame is not None:
        path = frame.f_code.co_filename
        if path not in known:
            known[path] = part_of(path)
        part = known[path]
        if part is not None:
            return part
        frame = frame.f_back
    return REST


def part_of(path: str) -> str | None:
    """The part that a file belongs to; None where its caller says it."""
    within = path.removeprefix(HERE)
    return next((part for beginning, part in PARTS if within.startswith(beginning)), None)
