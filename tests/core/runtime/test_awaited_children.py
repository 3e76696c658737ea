"""Does a child whose end is awaited stand, go on and end as its parent does, on the money that it was lent?"""

from __future__ import annotations

import asyncio

import pytest

from core.domain.budget import Price
from core.domain.commands import AnswerEscalation, Cancel, ChangeBudget, Pause, Resume
from core.domain.errors import CommandRefused
from core.domain.events import AttemptInDoubt, ChildEnded, ChildStarted, Recorded, SessionPaused
from core.domain.ids import SessionId
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.flows.refinement_commands import AcceptDraft, ReviseDraft
from core.flows.refinement_events import IterationStarted, RefinementCompleted, ReviewDebateEnded, ReviewDebateStarted
from core.orchestrator import Orchestrator
from core.ports.event_log import Append
from core.providers.script import Answer, Fault, FaultKind, Script
from core.runtime.ports import Limits
from core.runtime.replaying import Outcome
from core.runtime.requests import ForkRequest
from tests.core.runtime.test_refining import refine, review
from tests.memory import MemoryLog
from tests.stage import Stage, until, until_event
from tests.virtual_time import in_virtual_time

PRICED = Price(input_microusd=3_000_000, output_microusd=15_000_000)


def debated(*, faults: tuple[Fault, ...] = (), price: Price | None = None, words: str = "It does not.") -> Script:
    """A draft that is debated once, and then good enough."""
    return Script(
        answers={
            "draft": (Answer(text="One.", delay_ms=1_000), Answer(text="Two.", delay_ms=1_000)),
            "review": (Answer(text=review("0.9"), delay_ms=1_000),),
            "judge": (Answer(text="It does not say who.\nVERDICT: against", delay_ms=1_000),),
            "opponent": (Answer(text=words, delay_ms=1_000, faults=faults),),
            "default": (Answer(text="It says when.", delay_ms=1_000),),
        },
        **({"price": price} if price is not None else {}),
    )


class SlowLog(MemoryLog):
    """On a disk that takes its time, so that other tasks get theirs meanwhile."""

    async def append(self, *appends: Append) -> tuple[Recorded, ...]:
        await asyncio.sleep(0.02)
        return await super().append(*appends)


async def child_of(orchestrator: Orchestrator, parent: SessionId) -> SessionSummary:
    return next(row for row in await orchestrator.summaries() if row.parent == parent)


async def with_a_child(stage: Stage, **fields: object) -> tuple[Orchestrator, SessionId, SessionId]:
    """A refinement that waits for the debate about its first draft."""
    orchestrator = await stage.drive()
    parent = await refine(orchestrator, strategy="debate", **fields)
    await until_event(orchestrator, parent, ReviewDebateStarted)
    return orchestrator, parent, (await child_of(orchestrator, parent)).session


def test_a_child_stands_while_its_parent_does_and_goes_on_with_it() -> None:
    stage = Stage(script=debated())

    async def play() -> None:
        orchestrator, parent, child = await with_a_child(stage)
        await orchestrator.command(parent, Pause())
        await until(orchestrator, child, Status.PAUSED)
        assert (await orchestrator.summary(child)).reason == "parent_stands"
        await orchestrator.command(parent, Resume())
        await until(orchestrator, child, Status.RUNNING)
        assert await until(orchestrator, parent) is Status.COMPLETED
        assert (await orchestrator.verify(parent)).outcome is Outcome.SAME
        assert (await orchestrator.verify(child)).outcome is Outcome.SAME
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_child_that_was_paused_for_itself_goes_on_once_its_parent_is_let_go_on() -> None:
    stage = Stage(script=debated())

    async def play() -> None:
        orchestrator, parent, child = await with_a_child(stage)
        await orchestrator.pause_all()
        await until(orchestrator, child, Status.PAUSED)
        await orchestrator.resume(parent)
        assert await until(orchestrator, parent) is Status.COMPLETED
        await orchestrator.stop()

    in_virtual_time(play)


def test_all_are_paused_and_resumed_at_once_with_their_children() -> None:
    stage = Stage(script=debated())

    async def play() -> None:
        orchestrator, parent, child = await with_a_child(stage)
        for _ in range(3):
            assert await orchestrator.pause_all() >= 1
            await until(orchestrator, child, Status.PAUSED)
            assert await orchestrator.resume_all() >= 1
            await until(orchestrator, child, Status.RUNNING)
        await orchestrator.stop_spending()
        await orchestrator.allow_spending()
        await orchestrator.resume_all()
        assert await until(orchestrator, parent) is Status.COMPLETED
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_child_whose_end_is_awaited_is_not_deleted() -> None:
    stage = Stage(script=debated())

    async def play() -> None:
        orchestrator, parent, child = await with_a_child(stage)
        await orchestrator.command(child, Pause())
        with pytest.raises(CommandRefused, match="another session waits for its end"):
            await orchestrator.delete(child)
        await orchestrator.command(child, Resume())
        await until(orchestrator, parent)
        await orchestrator.delete(child)
        assert [row.session for row in await orchestrator.summaries()] == [parent]
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_child_ends_with_its_parent() -> None:
    stage = Stage(script=debated())

    async def play() -> None:
        orchestrator, parent, child = await with_a_child(stage)
        await orchestrator.command(parent, Cancel())
        assert await until(orchestrator, child) is Status.CANCELLED
        assert (await orchestrator.summary(child)).reason == "parent_over"
        await orchestrator.stop()

    in_virtual_time(play)


@pytest.mark.parametrize("command", [AcceptDraft(), ReviseDraft(text="Mine.")])
def test_a_child_of_which_nothing_is_wanted_any_more_is_ended_and_its_parent_goes_on(command: object) -> None:
    stage = Stage(script=debated())

    async def play() -> SessionId:
        orchestrator, parent, child = await with_a_child(stage)
        await orchestrator.command(parent, command)  # type: ignore[arg-type]
        assert await until(orchestrator, child) is Status.CANCELLED
        assert await until(orchestrator, parent) is Status.COMPLETED
        assert (await orchestrator.verify(parent)).outcome is Outcome.SAME
        await orchestrator.stop()
        return parent

    parent = in_virtual_time(play)
    first = stage.events(parent, ReviewDebateEnded)[0]
    assert isinstance(first, ReviewDebateEnded)
    assert (first.outcome, first.why) == ("", "it is cancelled: parent went on")


@pytest.mark.parametrize("seconds", [0.5, 1.0, 1.5, 2.5, 4.5, 6.0, 6.5, 7.5])
def test_a_process_that_dies_while_a_child_is_under_way_finds_both_again(seconds: float) -> None:
    stage = Stage(script=debated())

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        parent = await refine(orchestrator, strategy="debate")
        await asyncio.sleep(seconds)
        await stage.crash()
        again = await stage.drive()
        assert await until(again, parent) is Status.COMPLETED
        assert len(await again.summaries()) == 2
        assert (await again.verify(parent)).outcome is Outcome.SAME
        await again.stop()
        return parent

    parent = in_virtual_time(play)
    assert len(stage.events(parent, ChildStarted)) == len(stage.events(parent, ChildEnded)) == 1


@pytest.mark.parametrize("boundary", range(6))
def test_a_parent_that_was_paused_when_the_process_died_keeps_its_child_from_going_on(boundary: int) -> None:
    stage = Stage(script=debated())

    async def play() -> None:
        orchestrator, parent, child = await with_a_child(stage)
        pausing = asyncio.create_task(orchestrator.command(parent, Pause()))
        await until_event(orchestrator, parent, SessionPaused)
        for _ in range(boundary):
            await asyncio.sleep(0)
        await stage.crash()
        pausing.cancel()
        again = await stage.drive()
        await until(again, child, Status.PAUSED)
        await again.resume(parent)
        assert await until(again, parent) is Status.COMPLETED
        await again.stop()

    in_virtual_time(play)


def test_a_child_that_is_ended_while_it_is_taken_up_leaves_no_call_without_an_end() -> None:
    """Its parent, taken up before it, has gone on without it, and has it cancelled before it is gone on with."""
    stage = Stage(script=debated())

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        parent = await refine(orchestrator, strategy="debate")
        await asyncio.sleep(0.1)
        await refine(orchestrator, strategy="debate")  # taken up between the two
        await until_event(orchestrator, parent, ReviewDebateStarted)
        child = (await child_of(orchestrator, parent)).session
        await asyncio.sleep(0.5)
        revising = asyncio.create_task(orchestrator.command(parent, ReviseDraft(text="Mine.")))
        await until_event(orchestrator, parent, IterationStarted, 2)
        await stage.crash()
        revising.cancel()
        stage.make_log = SlowLog
        again = await stage.drive()
        assert await until(again, parent) is Status.COMPLETED
        state = await again.state(child)
        assert state.life.status is Status.CANCELLED
        assert not state.work.open
        (recovered,) = (each for each in again.recovered if each.session == child)
        assert (recovered.status, recovered.goes_on, len(recovered.doubts)) == (Status.CANCELLED, False, 1)
        await again.stop()
        return child

    child = in_virtual_time(play)
    assert stage.events(child, AttemptInDoubt)


def test_a_child_runs_in_the_place_of_its_parent() -> None:
    stage = Stage(script=debated(), limits=Limits(sessions_running_max=1))

    async def play() -> None:
        orchestrator, parent, _ = await with_a_child(stage)
        other = await refine(orchestrator, "Another notice.")
        assert (await orchestrator.summary(other)).status is Status.WAITING
        assert await until(orchestrator, parent) is Status.COMPLETED
        assert await until(orchestrator, other) is Status.COMPLETED
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_child_that_fails_is_given_up_and_the_reviewer_does_without_it() -> None:
    stage = Stage(script=debated(faults=(Fault(kind=FaultKind.ERROR, error="refused", is_final=True),) * 9))

    async def play() -> SessionId:
        orchestrator, parent, child = await with_a_child(stage)
        assert await until(orchestrator, parent) is Status.COMPLETED
        assert (await orchestrator.summary(child)).status is Status.CANCELLED
        await orchestrator.stop()
        return parent

    parent = in_virtual_time(play)
    (ended,) = stage.events(parent, ReviewDebateEnded)
    assert isinstance(ended, ReviewDebateEnded)
    assert ended.why == "it is failed: turn failed"


def test_what_a_child_spends_counts_against_its_parents_cap_and_once_in_the_day() -> None:
    stage = Stage(script=debated(price=PRICED))

    async def play() -> None:
        orchestrator, parent, child = await with_a_child(stage, cap_microusd=1_000_000)
        lent = (await orchestrator.summary(child)).cap_microusd
        assert lent is not None
        assert 0 < lent <= 500_000
        with pytest.raises(CommandRefused, match="budget below"):
            await orchestrator.command(parent, ChangeBudget(cap_microusd=lent))
        assert await until(orchestrator, parent) is Status.COMPLETED
        rows = {row.session: row for row in await orchestrator.summaries()}
        state = await orchestrator.state(parent)
        assert state.money.children_microusd == rows[child].spent_microusd > 0
        assert rows[parent].children_microusd == state.money.children_microusd
        assert state.money.spent_microusd == rows[parent].spent_microusd > 0
        assert (await orchestrator.facts(parent))["cost_microusd"] == state.money.used_microusd
        (day,) = await orchestrator.costs()
        assert day.total.cost_microusd == rows[child].spent_microusd + rows[parent].spent_microusd
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_child_whose_money_is_spent_ends_undecided_instead_of_waiting_for_more() -> None:
    stage = Stage(script=debated(price=PRICED, words="It does not say who is to be called. " * 250))

    async def play() -> SessionId:
        orchestrator, parent, child = await with_a_child(stage, cap_microusd=120_000)
        assert await until(orchestrator, child) is Status.COMPLETED
        row = await orchestrator.summary(child)
        assert (row.outcome, row.reason) == ("undecided", "budget_spent")
        assert (await orchestrator.verify(child)).outcome is Outcome.SAME
        await until(orchestrator, parent)
        await orchestrator.stop()
        return parent

    parent = in_virtual_time(play)
    assert len(stage.events(parent, RefinementCompleted)) == 1


def test_a_fork_of_one_that_waits_for_its_child_begins_a_child_of_its_own() -> None:
    stage = Stage(script=debated())

    async def play() -> SessionId:
        orchestrator, parent, child = await with_a_child(stage)
        fork = await orchestrator.fork(ForkRequest(session=parent))
        assert await until(orchestrator, fork) is Status.COMPLETED
        own = await child_of(orchestrator, fork)
        assert own.session != child
        assert (await orchestrator.verify(fork)).outcome is Outcome.SAME
        await until(orchestrator, parent)
        await orchestrator.stop()
        return fork

    fork = in_virtual_time(play)
    assert len(stage.events(fork, ChildEnded)) == 1


def test_a_child_that_asks_about_a_call_in_doubt_is_given_up_once_its_parent_is_gone_on_with() -> None:
    stage = Stage(script=debated(price=PRICED))

    async def play() -> SessionId:
        _, parent, child = await with_a_child(stage)
        await asyncio.sleep(0.5)
        await stage.crash()
        again = await stage.drive()
        await again.resume(parent)
        assert await until(again, parent) is Status.COMPLETED
        assert (await again.summary(child)).status is Status.CANCELLED
        assert (await again.verify(parent)).outcome is Outcome.SAME
        await again.stop()
        return parent

    parent = in_virtual_time(play)
    (ended,) = stage.events(parent, ReviewDebateEnded)
    assert isinstance(ended, ReviewDebateEnded)
    assert (ended.outcome, ended.why) == ("", "it is escalated: attempt in doubt")


def test_a_child_that_asks_about_a_call_in_doubt_can_be_answered_before_its_parent_is_gone_on_with() -> None:
    stage = Stage(script=debated(price=PRICED))

    async def play() -> SessionId:
        orchestrator, parent, child = await with_a_child(stage)
        await orchestrator.command(parent, Pause())
        await until(orchestrator, child, Status.PAUSED)
        await stage.crash()
        again = await stage.drive()
        await until(again, child, Status.ESCALATED)
        await again.command(child, AnswerEscalation(answer="continue"))
        await again.resume(parent)
        assert await until(again, parent) is Status.COMPLETED
        assert (await again.summary(child)).status is Status.COMPLETED
        await again.stop()
        return parent

    parent = in_virtual_time(play)
    (ended,) = stage.events(parent, ReviewDebateEnded)
    assert isinstance(ended, ReviewDebateEnded)
    assert ended.outcome == "against"
