"""What do the tests of evaluations start from: a core, files of tasks, models that say what they are told?"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from console.bootstrap import open_orchestrator
from console.evaluating import Evaluation, Outcome
from console.evaluation_plan import EvaluationPlan, EvaluationRequest, planned
from console.headless import StopRequest
from console.settings import Settings
from core.domain.ids import SessionId
from core.evaluation.results import Result
from core.evaluation.tasks import Task
from core.orchestrator import Orchestrator

SIMULATED = "simulated:competence=70"
PRICED = {"input_microusd": 3_000_000, "output_microusd": 15_000_000}
SUM = "What is {0}+{0}?"


@asynccontextmanager
async def core_in(folder: Path, **settings: Any) -> AsyncIterator[Orchestrator]:
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240  # nobody else runs while a test makes its folder
    fixed = {"enable_metrics_export": False, "enable_health_checks": False, "rehearsal_pace": 0}
    chosen = Settings(database=folder / "moot.db", **{**fixed, **settings})
    core = open_orchestrator(chosen)
    await core.start()
    try:
        yield core
    finally:
        await core.stop()


def tasks_in(folder: Path, count: int, *, keyless: Sequence[int] = ()) -> Path:
    """A file of sums: of 1 and 1, of 2 and 2, and so on."""
    path = folder / "tasks.jsonl"
    lines: list[Mapping[str, object]] = []
    for number in range(1, count + 1):
        key = {} if number in keyless else {"answer": 2 * number}
        lines.append({"id": f"t{number}", "question": SUM.format(number), "kind": "number", **key})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def motions_in(folder: Path, count: int) -> Path:
    """A file of motions that are right."""
    path = folder / "motions.jsonl"
    lines = [{"id": f"m{number}", "motion": f"Gate {number} stays.", "answer": "for"} for number in range(count)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def a_script(folder: Path, answers: object, *, name: str = "says.yaml", price: object = None) -> str:
    """The model that says this."""
    path = folder / name
    path.write_text(json.dumps({"answers": answers} | ({"price": price} if price else {})), encoding="utf-8")
    return f"scripted:{path}"


def asked(tasks: Path, *formats: str, model: str = SIMULATED, **fields: Any) -> EvaluationRequest:
    request = EvaluationRequest(formats=formats or ("society_of_minds",), tasks=tasks, teams=((model,),), seats={})
    return replace(request, **fields)


class Run:
    """One run of an evaluation, and what it told on its way."""

    def __init__(self, core: Orchestrator, plan: EvaluationPlan, *, concurrency: int = 2) -> None:
        self.stop = StopRequest()
        self.told: list[tuple[str, Sequence[Result]]] = []
        self.stop_after: int | None = None
        self.evaluation = Evaluation(core, plan, stop=self.stop, concurrency=concurrency, told=self._tell)

    def _tell(self, task: Task, results: Sequence[Result]) -> None:
        self.told.append((task.id, results))
        if self.stop_after is not None and len(self.told) >= self.stop_after:
            self.stop.asked.set()

    async def to_the_end(self) -> Outcome:
        return await self.evaluation.run(on_stop=lambda: None)


async def evaluated(core: Orchestrator, request: EvaluationRequest, *, concurrency: int = 2) -> tuple[Outcome, Run]:
    run = Run(core, await planned(core, request), concurrency=concurrency)
    return await run.to_the_end(), run


async def spent_by_all(core: Orchestrator) -> int:
    return sum(row.spent_microusd for row in await core.summaries())


async def opening_cap(core: Orchestrator, session: str) -> int | None:
    opening = (await core.state(SessionId(session))).opening
    assert opening is not None
    return opening.cap_microusd
