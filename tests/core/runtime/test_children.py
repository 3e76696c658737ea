"""Does a debate begin its control, once, and at what it has spent?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.domain.answers import AnswerForm, AnswerKind
from core.domain.budget import Price
from core.domain.commands import Cancel
from core.domain.errors import WrongUse
from core.domain.events import AttemptStarted, SessionCompleted, SessionOpened
from core.domain.ids import ParticipantId, SessionId
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.engine.replay import verify
from core.flows.debate_events import ControlStarted, DebateCompleted, VerdictReached
from core.orchestrator import Orchestrator
from core.providers.script import Answer
from core.rules.layers import NOTHING
from tests.core.runtime.test_people import PeopledStage
from tests.stage import Stage, script, start, until, until_event
from tests.virtual_time import in_virtual_time

PRICED = Price(input_microusd=3_000_000, output_microusd=15_000_000)


def priced() -> Stage:
    return Stage(script=script(price=PRICED))


def test_a_control_answers_the_same_for_at_most_what_the_debate_has_spent() -> None:
    stage = priced()

    async def play() -> tuple[SessionId, SessionId]:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, control="standard_debate")
        await until(orchestrator, debate)
        control = SessionId((await orchestrator.summary(debate)).control)
        await until(orchestrator, control, Status.COMPLETED, Status.PAUSED)
        row = await orchestrator.summary(control)
        assert (row.parent, row.template, row.motion) == (debate, "standard_debate", "Shorten the rota?")
        state = await orchestrator.state(debate)
        opening = (await orchestrator.state(control)).opening
        assert opening is not None
        assert opening.cap_microusd == state.money.spent_microusd > 0
        assert opening.rule_set == NOTHING
        assert row.spent_microusd <= state.money.spent_microusd
        await orchestrator.stop()
        return debate, control

    debate, control = in_virtual_time(play)

    for session in (debate, control):
        assert verify(stage.ports.engine, session, stage.records(session)) is None


def test_the_debate_is_over_once_its_control_is_under_way_and_says_so_in_that_order() -> None:
    stage = Stage()

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, control="simple_debate")
        await until(orchestrator, debate)
        await orchestrator.stop()
        return debate

    events = stage.events(in_virtual_time(play))
    kinds = [type(event) for event in events if isinstance(event, _ENDING)]

    assert kinds == [VerdictReached, ControlStarted, DebateCompleted, SessionCompleted]


def test_a_control_of_a_rehearsal_or_another_free_debate_has_no_cap() -> None:
    stage = Stage()

    async def play() -> int | None:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, control="simple_debate")
        await until(orchestrator, debate)
        control = (await orchestrator.summary(debate)).control
        opening = (await orchestrator.state(SessionId(control))).opening
        await orchestrator.stop()
        assert opening is not None
        return opening.cap_microusd

    assert in_virtual_time(play) is None


@pytest.mark.parametrize("is_paid", [True, False])
def test_self_consistency_samples_as_often_as_the_debate_could_afford(is_paid: bool) -> None:
    stage = priced() if is_paid else Stage()
    # Everybody answers alike: what is asked is counted here, not what is answered.
    stage.script = replace(stage.script, answers={"default": (Answer(text="Short.\nANSWER: for\nVERDICT: for"),)})

    async def play() -> tuple[SessionSummary, SessionSummary, int]:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, control="self_consistency", template_id="complex_debate")
        await until(orchestrator, debate)
        parent = await orchestrator.summary(debate)
        await until(orchestrator, SessionId(parent.control))
        child = await orchestrator.summary(SessionId(parent.control))
        reserved = [event.cost_microusd_max for event in stage.events(child.session, AttemptStarted)]
        await orchestrator.stop()
        return parent, child, max(reserved)

    parent, child, reserved = in_virtual_time(play)

    assert (child.status, child.outcome) == (Status.COMPLETED, "for")
    if is_paid:
        assert parent.spent_microusd - reserved < child.spent_microusd <= parent.spent_microusd
    else:
        assert child.turns == parent.turns


def test_a_vote_whose_budget_is_spent_begins_its_control_all_the_same() -> None:
    stage = priced()
    stage.script = replace(stage.script, answers={"default": (Answer(text="Short.\nANSWER: for\nVERDICT: for"),)})

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        vote = await start(orchestrator, template_id="vote_only", control="simple_debate", cap_microusd=14_000)
        await until(orchestrator, vote, Status.COMPLETED)
        await orchestrator.stop()
        return vote

    (started,) = stage.events(in_virtual_time(play), ControlStarted)

    assert isinstance(started, ControlStarted)
    assert started.child


def test_a_control_that_the_disk_keeps_from_beginning_begins_once_it_does_no_longer() -> None:
    stage = Stage()

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, control="simple_debate")
        await until_event(orchestrator, debate, VerdictReached)
        stage.disk.is_full = True
        await asyncio.sleep(3)
        assert not stage.events(debate, ControlStarted)
        stage.disk.is_full = False
        await until(orchestrator, debate)
        await orchestrator.stop()
        return debate

    assert len(stage.events(in_virtual_time(play), ControlStarted)) == 1


def test_a_control_is_asked_of_the_models_that_stood_in_for_people_and_of_no_person() -> None:
    stage = PeopledStage()

    async def play() -> set[str]:
        orchestrator = await stage.drive()
        debate = await start(
            orchestrator, control="vote_only", casting={"": "scripted", "opponent": "human:1m", "judge": "human:1m"}
        )
        await until(orchestrator, debate)
        control = SessionId((await orchestrator.summary(debate)).control)
        opening = (await orchestrator.state(control)).opening
        await orchestrator.stop()
        assert opening is not None
        return {route for seat in opening.seats for route in seat.participant.routes}

    assert in_virtual_time(play) == {"scripted"}


def test_a_debate_of_models_with_a_price_that_spent_nothing_has_no_control_without_a_cap() -> None:
    stage = PeopledStage(script=script(price=PRICED))

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        people = {seat: "human:1m" for seat in ("proposer", "opponent", "judge")}
        debate = await start(orchestrator, control="vote_only", casting={"": "scripted", **people})
        while (await orchestrator.summary(debate)).status is not Status.COMPLETED:
            await awaited_or_over(orchestrator, debate)
            if (await orchestrator.summary(debate)).awaited_seat:
                await orchestrator.speak(debate, "It is so.\nVERDICT: for")
        assert len(await orchestrator.summaries()) == 1
        await orchestrator.stop()
        return debate

    (started,) = stage.events(in_virtual_time(play), ControlStarted)

    assert isinstance(started, ControlStarted)
    assert (started.child, "spent nothing" in started.why) == ("", True)


async def awaited_or_over(orchestrator: Orchestrator, session: SessionId) -> None:
    """Until a person is waited for, or nobody is any more."""
    position = -1
    while True:
        row = await orchestrator.summary(session)
        if row.awaited_seat or row.status is Status.COMPLETED:
            await asyncio.sleep(0.01)  # the intent is on record; the person is asked right behind it
            return
        position = await orchestrator.committed_beyond(max(position, row.position))


def test_a_debate_without_a_control_begins_none() -> None:
    stage = Stage()

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator)
        await until(orchestrator, debate)
        assert len(await orchestrator.summaries()) == 1
        await orchestrator.stop()
        return debate

    assert not stage.events(in_virtual_time(play), ControlStarted)


@pytest.mark.parametrize("boundary", range(6))
def test_a_process_that_dies_around_the_beginning_of_a_control_begins_it_once(boundary: int) -> None:
    stage = Stage()

    async def play() -> None:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, control="simple_debate")
        await until_event(orchestrator, debate, VerdictReached)
        for _ in range(boundary):
            await asyncio.sleep(0)
        await stage.crash()

        again = await stage.drive()
        await until(again, debate)
        rows = await again.summaries()
        assert len(rows) == 2
        control = next(row for row in rows if row.parent == debate)
        assert (await again.summary(debate)).control == control.session
        await until(again, control.session)
        assert len(stage.events(debate, ControlStarted)) == 1
        await again.stop()

    in_virtual_time(play)


@pytest.mark.parametrize("is_crash", [False, True])
def test_a_control_whose_debate_is_cancelled_in_the_instant_in_which_it_opens_is_cancelled_too(is_crash: bool) -> None:
    stage = Stage()

    async def play() -> None:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, control="simple_debate")
        await until_event(orchestrator, debate, VerdictReached)
        async for record in orchestrator.watch(after_position=0):
            if isinstance(record.event, SessionOpened) and record.event.opening.parent == debate:
                control = record.session
                break
        cancelling = asyncio.create_task(orchestrator.command(debate, Cancel()))
        await until(orchestrator, debate)
        if is_crash:
            await stage.crash()
            orchestrator = await stage.drive()
        await asyncio.gather(cancelling, return_exceptions=True)
        status = (await orchestrator.summary(debate)).status
        ended = await until(orchestrator, control)
        assert (status, ended) in (
            (Status.CANCELLED, Status.CANCELLED),
            (Status.COMPLETED, Status.COMPLETED),  # it was told of its control before it could be cancelled
        )
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_control_with_a_judge_whose_money_is_spent_ends_undecided_instead_of_waiting_for_more() -> None:
    stage = priced()
    words = "The rota is short, and everybody who is on it says so. " * 40
    stage.script = replace(stage.script, answers={**stage.script.answers, "default": (Answer(text=words),)})

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, control="complex_debate")
        await until(orchestrator, debate)
        control = SessionId((await orchestrator.summary(debate)).control)
        assert await until(orchestrator, control) is Status.COMPLETED
        row = await orchestrator.summary(control)
        assert (row.outcome, row.reason) == ("undecided", "budget_spent")
        assert row.spent_microusd <= (await orchestrator.summary(debate)).spent_microusd
        await orchestrator.stop()
        return control

    control = in_virtual_time(play)
    assert verify(stage.ports.engine, control, stage.records(control)) is None


def test_a_control_that_can_no_longer_be_held_is_told_of_and_the_debate_ends_all_the_same() -> None:
    stage = Stage()

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, control="simple_debate")
        await stage.catalogue.remove_participant(ParticipantId("judge"))
        await until(orchestrator, debate)
        assert len(await orchestrator.summaries()) == 1
        await orchestrator.stop()
        return debate

    (started,) = stage.events(in_virtual_time(play), ControlStarted)

    assert isinstance(started, ControlStarted)
    assert (started.child, "'judge' whom nobody knows" in started.why) == ("", True)


def test_a_format_that_is_not_there_is_refused_before_the_debate_begins() -> None:
    stage = Stage()

    async def play() -> None:
        orchestrator = await stage.drive()
        with pytest.raises(WrongUse, match="no template is called 'vote_onyl'"):
            await start(orchestrator, control="vote_onyl")
        assert not await orchestrator.summaries()
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_control_that_can_not_be_asked_for_such_an_answer_is_refused_before_the_debate_begins() -> None:
    stage = Stage()

    async def play() -> None:
        orchestrator = await stage.drive()
        with pytest.raises(WrongUse, match="simple_debate argues for and against a motion"):
            await start(
                orchestrator,
                template_id="vote_only",
                answers=AnswerForm(kind=AnswerKind.NUMBER),
                control="simple_debate",
            )
        assert not await orchestrator.summaries()
        await orchestrator.stop()

    in_virtual_time(play)


_ENDING = (VerdictReached, ControlStarted, DebateCompleted, SessionCompleted)
