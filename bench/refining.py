"""What does a turn of a refinement cost beside a debate's?

Both are whole turns, in one database and in turns: prompt, answer that comes at once, what follows from it and the next
intent in one commit, announced, listed. Whoever answers looks up its answers in the same way on both sides.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from statistics import median

from bench.engine_turn import text_of
from bench.house import Commits, House, house
from bench.measuring import NS_PER_US, Figure
from core.domain.commands import Pause
from core.domain.errors import CommandRefused
from core.domain.ids import SessionId
from core.flows.refinement_terms import ITERATIONS_MAX

RATIO_MAX = 1.0
ROUNDS = 30
"""Both take about as long, so that a few readings more are worth having."""
EARLY_TURNS = 10
TURNS_PER_READING = 50
"""A refinement of two seats has a hundred turns at most."""

Reading = tuple[float, float]
"""Microseconds of a turn, by the wall's clock and of the processor."""


async def refined_turns(folder: Path, *, rounds: int, turns: int = TURNS_PER_READING) -> list[Figure]:
    """Drafts and reviews of 500 characters, of which none is ever good enough, beside arguments as long."""
    refined: list[Reading] = []
    debated: list[Reading] = []
    async with house(folder) as moot:
        commits = Commits(moot.orchestrator)
        casting = writes_and_reviews(folder)
        for _ in range(rounds):
            debated.append(await _reading(moot, commits, await moot.start(), turns))
            refined.append(await _reading(moot, commits, await _refinement(moot, casting), turns))
    return [
        Figure(
            case="refine",
            name=f"a turn of a refinement beside a debate's, {of_what}",
            value=median(reading[at] for reading in refined),
            unit="µs",
            baseline=median(reading[at] for reading in debated),
            ratio_max=RATIO_MAX,
            note="every second one is a review, with the decision about its draft",
        )
        for at, of_what in enumerate(("wall", "processor"))
    ]


def writes_and_reviews(folder: Path) -> Mapping[str, str]:
    """Who writes a draft of its own for each iteration, and who reviews each, at once. A seat of a refinement is shown
    its own turns alone, so that the nth is the nth of its script, as in the debate beside it."""
    drafts = [text_of(turn) for turn in range(ITERATIONS_MAX)]
    reviews = [
        json.dumps({"feedback": text_of(turn)[:400], "suggestions": [], "score": 0.5}) for turn in range(ITERATIONS_MAX)
    ]
    return {"writer": _script(folder / "writes.yaml", drafts), "reviewer": _script(folder / "reviews.yaml", reviews)}


def _script(path: Path, answers: list[str]) -> str:
    by_turn = [{"text": text} for text in answers]
    path.write_text(json.dumps({"piece_characters": 100_000, "by_turn": by_turn}), encoding="utf-8")
    return f"scripted:{path}"


async def _refinement(moot: House, casting: Mapping[str, str]) -> SessionId:
    """One that goes on for as long as one may."""
    return await moot.orchestrator.start_refinement(
        "Say in a paragraph why the release train leaves on Fridays.",
        casting=casting,
        iterations=ITERATIONS_MAX,
        patience=ITERATIONS_MAX,
        seed=1,
    )


async def _reading(moot: House, commits: Commits, session: SessionId, turns: int) -> Reading:
    """The median of `turns` turns, after which the session stands still."""
    await commits.next(EARLY_TURNS)
    began_ns = time.process_time_ns()
    wall_us = median(await commits.next(turns)) / NS_PER_US
    cpu_us = (time.process_time_ns() - began_ns) / turns / NS_PER_US
    with suppress(CommandRefused):  # a refinement that came to its end meanwhile stands still as well
        await moot.orchestrator.command(session, Pause())
    # Nothing tells of the end of a call, and it takes a turn at most.
    while moot.orchestrator.speaking(session):  # noqa: ASYNC110
        await asyncio.sleep(0)
    return wall_us, cpu_us
