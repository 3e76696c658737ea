"""Does a program that checks a draft hold up nobody, and is a session told what became of it, whatever that was?"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field, replace

import pytest

from core.domain.commands import AnswerEscalation, Cancel, Command, RecordCheck
from core.domain.errors import StorageFailed
from core.domain.ids import SessionId
from core.domain.session import Status
from core.domain.steps import StepKind
from core.engine.plan import plan
from core.flows.refinement_events import DraftChecked, DraftPresented
from core.judging.criteria import Check, CheckKind, Criteria
from core.orchestrator import Orchestrator
from core.ports.check_runner import CheckRun
from core.providers.script import Answer, Script
from core.runtime.checking import Checking
from core.runtime.replaying import Outcome
from core.tools.allowed_commands import AllowedCommands
from tests.core.runtime.test_refining import review, scripted
from tests.stage import Stage, until, until_event
from tests.virtual_time import in_virtual_time


def looked_at_by(*names: str) -> Criteria:
    """Checks by programs of these names."""
    return Criteria(checks=tuple(Check(id=name, kind=CheckKind.COMMAND, value=name) for name in names))


async def refine(orchestrator: Orchestrator, criteria: Criteria) -> SessionId:
    """One draft."""
    return await orchestrator.start_refinement("A notice.", casting={"": "scripted"}, criteria=criteria, iterations=1)


def checked(stage: Stage, session: SessionId) -> list[tuple[str, bool, str]]:
    """What became of the checks."""
    events = stage.events(session, DraftChecked)
    return [(each.check, each.has_passed, each.detail) for each in events if isinstance(each, DraftChecked)]


@dataclass
class Runner:
    """Programs called `fine`, `broken` and `endless`; which of them are running, and which were stopped."""

    running: set[str] = field(default_factory=set)
    stopped: list[str] = field(default_factory=list)

    names: tuple[str, ...] = ("fine", "broken", "endless")

    def allowed(self) -> tuple[str, ...]:
        return self.names

    async def run(self, command: str, draft: str) -> CheckRun:
        self.running.add(command)
        try:
            if command == "broken":
                raise RuntimeError("a fault of the runner's own")
            if command == "endless":
                await asyncio.Event().wait()
            return CheckRun(has_passed=True, detail="it passed")
        except asyncio.CancelledError:
            self.stopped.append(command)
            raise
        finally:
            self.running.discard(command)


def test_a_runner_that_breaks_fails_the_check_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage(script=scripted("0.9"), checks=Runner())

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator, looked_at_by("broken", "fine"))
        assert await until(orchestrator, refinement) is Status.COMPLETED
        await orchestrator.stop()
        return refinement

    found = checked(stage, in_virtual_time(play))
    assert sorted(found) == [
        ("broken", False, "moot itself failed; its log file says how"),
        ("fine", True, "it passed"),
    ]
    assert "a fault of the runner's own" in caplog.text


def test_a_program_that_is_allowed_no_longer_is_asked_about_and_fails_no_draft() -> None:
    runner = Runner()
    late = {"draft": (Answer(text="One.", delay_ms=1_000),), "review": (Answer(text=review("0.9")),)}
    stage = Stage(script=Script(answers=late), checks=runner)

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator, looked_at_by("fine", "endless"))
        runner.names = ()
        assert await until(orchestrator, refinement, Status.ESCALATED) is Status.ESCALATED
        row = await orchestrator.summary(refinement)
        assert (row.reason, "[refine.commands]" in row.question) == ("check_not_allowed", True)
        runner.names = ("fine",)
        await asyncio.sleep(1)
        await orchestrator.command(refinement, AnswerEscalation(answer="continue"))
        await asyncio.sleep(1)
        assert (await orchestrator.summary(refinement)).status is Status.ESCALATED
        await orchestrator.command(refinement, AnswerEscalation(answer="complete"))
        assert await until(orchestrator, refinement) is Status.COMPLETED
        assert (await orchestrator.verify(refinement)).outcome is Outcome.SAME
        await orchestrator.stop()
        return refinement

    assert checked(stage, in_virtual_time(play)) == [("fine", True, "it passed")]


def test_a_session_that_is_cancelled_stops_what_is_run_for_it_and_nothing_else() -> None:
    runner = Runner()
    stage = Stage(script=scripted("0.9"), checks=runner)

    async def play() -> None:
        orchestrator = await stage.drive()
        first, second = [await refine(orchestrator, looked_at_by("endless")) for _ in range(2)]
        for refinement in (first, second):
            await until_event(orchestrator, refinement, DraftPresented)
        await asyncio.sleep(1)
        await orchestrator.command(first, Cancel(reason="enough"))
        await asyncio.sleep(1)
        assert runner.stopped == ["endless"]
        assert (await orchestrator.summary(second)).status is Status.RUNNING
        await orchestrator.stop()

    in_virtual_time(play)
    assert runner.running == set()


async def test_a_program_of_the_operators_looks_at_a_draft() -> None:
    look = "import sys; text = sys.stdin.read(); print(len(text)); sys.exit('One' not in text)"
    runner = AllowedCommands({"look": (sys.executable, "-c", look)})

    assert (await runner.run("look", "One.")).detail == "it passed\n4"
    assert not (await runner.run("look", "Two.")).has_passed


def test_what_came_of_a_check_is_told_once_the_disk_takes_it() -> None:
    stage = Stage(script=scripted("0.9"), checks=Runner())
    told: list[Command] = []

    async def tell(session: SessionId, command: Command) -> None:
        told.append(command)
        if len(told) < 3:
            raise StorageFailed("the disk is full.")

    async def play() -> None:
        orchestrator = await stage.drive()
        refinement = await refine(orchestrator, looked_at_by("endless"))
        await until_event(orchestrator, refinement, DraftPresented)
        await asyncio.sleep(30)
        state = await orchestrator.state(refinement)
        (step,) = [each for each in plan(stage.ports.engine, state) if each.kind is StepKind.CHECK]
        ports = replace(stage.ports, checks=Fine())
        checking = Checking(ports, tell=tell, load=orchestrator.state)
        checking.begin(refinement, step)
        checking.begin(refinement, step)
        await asyncio.sleep(10)
        assert told == [RecordCheck(step=step.id, has_passed=True, detail="it passed")] * 3
        await orchestrator.stop()

    in_virtual_time(play)


class Fine(Runner):
    """Passes whatever is asked."""

    async def run(self, command: str, draft: str) -> CheckRun:
        return await super().run("fine", draft)
