"""Does a refinement run from its brief to the draft that is kept?"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.domain.errors import WrongUse
from core.domain.events import ChildEnded
from core.domain.ids import SessionId, StepId
from core.domain.session import Status
from core.engine.replay import verify
from core.flows.refinement_events import DraftChecked, DraftPresented, RefinementCompleted
from core.judging.criteria import Check, CheckKind, Criteria
from core.orchestrator import Orchestrator
from core.ports.check_runner import CheckRun
from core.providers.script import Answer, Script, said
from core.runtime.replaying import Outcome
from tests.stage import Stage, until, until_event
from tests.virtual_time import VirtualClock, in_virtual_time


def review(score: str, advice: str = "Say when.") -> str:
    return f'It is short.\n```json\n{{"score": {score}, "suggestions": [{{"passage": "", "change": "{advice}"}}]}}\n```'


def scripted(*scores: str, drafts: tuple[str, ...] = ("One.", "Two.", "Three.", "Four.", "Five.")) -> Script:
    return said(draft=list(drafts), review=[review(score) for score in scores])


async def refine(orchestrator: Orchestrator, brief: str = "A notice about the rota.", **fields: Any) -> SessionId:
    return await orchestrator.start_refinement(brief, **{"casting": {"": "scripted"}, **fields})


def test_drafts_are_written_until_one_is_good_enough() -> None:
    stage = Stage(script=scripted("0.4", "0.7", "0.9"))

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator)
        assert await until(orchestrator, refinement) is Status.COMPLETED
        assert await orchestrator.draft(refinement) == "Three."
        row = await orchestrator.summary(refinement)
        assert (row.flow, row.score_ppm, row.best_draft, row.threshold_ppm) == ("refinement@1", 900_000, 3, 850_000)
        assert (row.outcome, row.reason, row.trend) == ("approved", "approved", (400_000, 700_000, 900_000))
        assert (await orchestrator.verify(refinement)).outcome is Outcome.SAME
        await orchestrator.stop()
        return refinement

    session = in_virtual_time(play)
    (ended,) = stage.events(session, RefinementCompleted)
    assert isinstance(ended, RefinementCompleted)
    assert (ended.draft, ended.is_approved, ended.iterations) == (3, True, 3)
    assert len(stage.events(session, DraftPresented)) == 3
    assert verify(stage.ports.engine, session, stage.records(session)) is None


class Checks:
    """Programs that pass what holds a word; each run is noted."""

    def __init__(self, word: str, clock: VirtualClock) -> None:
        self.word, self.clock = word, clock
        self.runs: list[tuple[str, str]] = []

    def allowed(self) -> tuple[str, ...]:
        return ("tests",)

    async def run(self, command: str, draft: str) -> CheckRun:
        self.runs.append((command, draft))
        await self.clock.sleep(1_000)
        return CheckRun(has_passed=self.word in draft, detail="exit 1: no 'Three'")


TESTED = Criteria(checks=(Check(id="tests", kind=CheckKind.COMMAND, value="tests", is_required=True),))


def test_a_program_looks_at_each_draft_and_none_that_fails_it_is_approved() -> None:
    stage = Stage(script=scripted("0.9", "0.9", "0.9"))
    stage.checks = Checks("Three", stage.clock)

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator, criteria=TESTED, patience=9)
        assert await until(orchestrator, refinement) is Status.COMPLETED
        assert await orchestrator.draft(refinement) == "Three."
        await orchestrator.stop()
        return refinement

    session = in_virtual_time(play)
    checked = [event for event in stage.events(session, DraftChecked) if isinstance(event, DraftChecked)]
    assert [(each.draft, each.has_passed) for each in checked] == [(1, False), (2, False), (3, True)]
    assert verify(stage.ports.engine, session, stage.records(session)) is None


def test_a_check_that_a_crash_cut_off_is_run_again() -> None:
    stage = Stage(script=scripted("0.9"))
    stage.checks = checks = Checks("One", stage.clock)

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator, criteria=TESTED)
        await until_event(orchestrator, refinement, DraftPresented)
        await asyncio.sleep(0.5)
        await stage.crash()
        again = await stage.drive()
        assert await until(again, refinement) is Status.COMPLETED
        await again.stop()
        return refinement

    session = in_virtual_time(play)
    assert checks.runs == [("tests", "One."), ("tests", "One.")]
    assert len(stage.events(session, DraftChecked)) == 1


def test_a_command_that_nobody_allowed_is_refused_before_anything_is_spent() -> None:
    stage = Stage(script=scripted("0.9"))

    async def play() -> None:
        orchestrator = await stage.drive()
        with pytest.raises(WrongUse, match="tests"):
            await refine(orchestrator, criteria=TESTED)
        assert not await orchestrator.summaries()
        await orchestrator.stop()

    in_virtual_time(play)


DEBATED = Script(
    answers={
        "draft": (Answer(text="One.", delay_ms=1_000), Answer(text="Two.", delay_ms=1_000)),
        "review": (Answer(text=review("0.5"), delay_ms=1_000), Answer(text=review("0.9"), delay_ms=1_000)),
        "default": (Answer(text="It says when.", delay_ms=1_000),),
        "judge": (Answer(text="It does not say who.\nVERDICT: against", delay_ms=1_000),),
    }
)


def test_a_draft_is_debated_by_a_child_and_its_reviewer_reads_what_came_of_it() -> None:
    stage = Stage(script=DEBATED)

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator, strategy="debate")
        assert await until(orchestrator, refinement) is Status.COMPLETED
        rows = {row.session: row for row in await orchestrator.summaries()}
        children = [row for row in rows.values() if row.parent == refinement]
        assert [row.status for row in children] == [Status.COMPLETED, Status.COMPLETED]
        assert {row.title for row in children} == {
            "Draft 1 of A notice about the rota.",
            "Draft 2 of A notice about the rota.",
        }
        _, asked = await orchestrator.prompt(refinement, StepId("r1.review.reviewer"))
        assert "it ended against. It does not say who." in asked.text
        for child in children:
            assert (await orchestrator.verify(child.session)).outcome is Outcome.SAME
        assert (await orchestrator.verify(refinement)).outcome is Outcome.SAME
        await orchestrator.stop()
        return refinement

    session = in_virtual_time(play)
    assert len(stage.events(session, ChildEnded)) == 2
