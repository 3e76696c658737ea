"""Can a person take a seat, speak in time, pass, and leave it to a stand-in?"""

from __future__ import annotations

import asyncio

import pytest

from core.domain.commands import Complete, Pause, Resume, StartNewRound
from core.domain.errors import CommandRefused, WrongUse
from core.domain.events import AttemptFailed, AttemptInDoubt, AttemptStarted
from core.domain.ids import SessionId
from core.domain.people import WAIT_MS_DEFAULT, wait_ms_of
from core.domain.provider_errors import NOT_SENT
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.engine.replay import verify
from core.flows.debate_events import ArgumentPresented, RoundStarted, VerdictReached
from core.orchestrator import Orchestrator
from core.providers.human import HumanProvider
from core.providers.scripted import ScriptedProvider
from core.rules.standard import STANDARD_RULES
from tests.stage import Stage, obey, start, until, until_event
from tests.virtual_time import in_virtual_time

MINE = {"": "scripted", "opponent": "human:10m"}


class PeopledStage(Stage):
    """A stage at which people can be asked."""

    def orchestrator(self) -> Orchestrator:
        self.people = HumanProvider(clock=self.clock)
        self.providers = (ScriptedProvider(clock=self.clock, script=self.script), self.people)
        return super().orchestrator()


async def awaited(orchestrator: Orchestrator, session: SessionId) -> SessionSummary:
    """The session's row once a person is waited for."""
    position = -1
    while True:
        row = await orchestrator.summary(session)
        if row.awaited_seat:
            await asyncio.sleep(0.01)  # the intent is on record; the person is asked right behind it
            return row
        position = await orchestrator.committed_beyond(max(position, row.position))


def said(stage: Stage, session: SessionId) -> list[tuple[str, str, str]]:
    turns = [event for event in stage.events(session, ArgumentPresented) if isinstance(event, ArgumentPresented)]
    return [(turn.seat, turn.model, turn.text) for turn in turns]


def test_what_a_person_types_is_the_turn_and_costs_nothing() -> None:
    stage = PeopledStage()

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, casting=MINE)
        row = await awaited(orchestrator, debate)
        assert (row.awaited_seat, row.awaited_step) == ("opponent", "r1.opening_opponent.opponent")
        assert row.awaited_until_ms - stage.clock.now_ms() <= 600_000
        await orchestrator.speak(debate, "The rota is long.\x1b[31m")
        await awaited(orchestrator, debate)
        assert (await orchestrator.summary(debate)).awaited_step == "r2.rebuttal_opponent.opponent"
        await orchestrator.speak(debate, "It is longer still.")
        await until(orchestrator, debate)
        assert not (await orchestrator.summary(debate)).awaited_seat
        await orchestrator.stop()
        return debate

    debate = in_virtual_time(play)
    opponent = [(model, text) for seat, model, text in said(stage, debate) if seat == "opponent"]

    assert opponent == [("human", "The rota is long."), ("human", "It is longer still.")]
    assert verify(stage.ports.engine, debate, stage.records(debate)) is None


@pytest.mark.parametrize("leaves_it", ["in time", "passes"])
def test_who_lets_the_time_pass_or_passes_is_stood_in_for(leaves_it: str) -> None:
    stage = PeopledStage()

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, casting=MINE)
        for _ in range(2 if leaves_it == "passes" else 0):
            await awaited(orchestrator, debate)
            await orchestrator.pass_turn(debate)
        await until(orchestrator, debate)
        await orchestrator.stop()
        return debate

    debate = in_virtual_time(play)

    assert [model for seat, model, _ in said(stage, debate) if seat == "opponent"] == ["scripted", "scripted"]
    failed = [event for event in stage.events(debate, AttemptFailed) if isinstance(event, AttemptFailed)]
    assert {event.message for event in failed} == {"they passed" if leaves_it == "passes" else "nobody spoke in time"}
    assert all(event.is_final and event.cost_microusd == 0 for event in failed)


def test_whoever_stays_away_for_a_whole_debate_is_no_error_that_stops_it() -> None:
    stage = PeopledStage(rules=[rule for rule in STANDARD_RULES if "error" in rule.id])

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, casting={"": "scripted", "opponent": "human:1s"}, rounds=7)
        assert await until(orchestrator, debate, Status.COMPLETED, Status.ESCALATED) is Status.COMPLETED
        assert (await orchestrator.summary(debate)).errors == 0
        await orchestrator.stop()
        return debate

    debate = in_virtual_time(play)

    assert len(stage.events(debate, AttemptFailed)) >= 5
    assert verify(stage.ports.engine, debate, stage.records(debate)) is None


def test_a_seat_is_taken_and_left_while_the_debate_runs() -> None:
    stage = PeopledStage()

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator)
        await until_event(orchestrator, debate, AttemptStarted, 1)
        await orchestrator.take_seat(debate, "opponent", route="human:5m")
        await awaited(orchestrator, debate)
        await orchestrator.speak(debate, "Mine.")
        await awaited(orchestrator, debate)
        await orchestrator.leave_seat(debate, "opponent")
        await until(orchestrator, debate)
        await orchestrator.stop()
        return debate

    debate = in_virtual_time(play)

    assert [model for seat, model, _ in said(stage, debate) if seat == "opponent"] == ["human", "scripted"]
    assert verify(stage.ports.engine, debate, stage.records(debate)) is None


def test_a_person_judges_and_a_verdict_that_names_no_outcome_is_refused_before_it_counts() -> None:
    stage = PeopledStage()

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, casting={"": "scripted", "judge": "human"})
        row = await awaited(orchestrator, debate)
        assert row.awaited_seat == "judge"
        for nothing in ("Both were fine.", "", "  "):
            with pytest.raises(WrongUse):
                await orchestrator.speak(debate, nothing)
        await orchestrator.speak(debate, "The opponent answered it all.\nVERDICT: against")
        await until(orchestrator, debate)
        await orchestrator.stop()
        return debate

    (verdict,) = stage.events(in_virtual_time(play), VerdictReached)

    assert isinstance(verdict, VerdictReached)
    assert (verdict.outcome, verdict.model) == ("against", "human")


def test_who_is_not_asked_is_told_so() -> None:
    stage = PeopledStage()

    async def play() -> None:
        orchestrator = await stage.drive()
        debate = await start(orchestrator)
        for attempt in (orchestrator.speak(debate, "Me too!"), orchestrator.pass_turn(debate)):
            with pytest.raises(CommandRefused, match="nobody is waited for"):
                await attempt
        with pytest.raises(WrongUse, match="it has no seat 'jugde'"):
            await orchestrator.take_seat(debate, "jugde")
        with pytest.raises(WrongUse, match="no time to wait"):
            await orchestrator.take_seat(debate, "judge", route="human:soon")
        with pytest.raises(CommandRefused, match="no person sits as judge"):
            await orchestrator.leave_seat(debate, "judge")
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_pause_takes_the_question_back_and_going_on_asks_anew() -> None:
    stage = PeopledStage()

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, casting=MINE)
        await awaited(orchestrator, debate)
        await obey(orchestrator, debate, Pause())
        assert not (await orchestrator.summary(debate)).awaited_seat
        assert not stage.people.asked()
        await asyncio.sleep(300)
        await obey(orchestrator, debate, Resume())
        row = await awaited(orchestrator, debate)
        assert row.awaited_until_ms - stage.clock.now_ms() > 599_000
        assert stage.people.asked()[0].until_ms - stage.clock.now_ms() > 599_000
        await orchestrator.speak(debate, "Here I am.")
        await orchestrator.stop()
        return debate

    debate = in_virtual_time(play)

    assert ("opponent", "human", "Here I am.") in said(stage, debate)


def test_however_often_a_process_dies_while_a_person_thinks_they_are_asked_again_and_nothing_is_in_doubt() -> None:
    stage = PeopledStage()

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, casting=MINE)
        for _ in range(5):
            await awaited(orchestrator, debate)
            await stage.crash()
            orchestrator = await stage.drive()
        await awaited(orchestrator, debate)
        await orchestrator.speak(debate, "Still here.")
        await until(orchestrator, debate, Status.RUNNING)
        await orchestrator.stop()
        return debate

    debate = in_virtual_time(play)

    assert ("opponent", "human", "Still here.") in said(stage, debate)
    assert not stage.events(debate, AttemptInDoubt)


def test_a_person_has_the_time_that_they_were_told_of_first_however_often_its_driver_changes() -> None:
    stage = PeopledStage()

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, casting=MINE)
        until_ms = (await awaited(orchestrator, debate)).awaited_until_ms
        for is_killed in (True, False):
            await asyncio.sleep(120)
            await (stage.crash() if is_killed else orchestrator.stop())
            await asyncio.sleep(60)
            orchestrator = await stage.drive()
            row = await awaited(orchestrator, debate)
            assert (row.awaited_step, row.awaited_until_ms) == ("r1.opening_opponent.opponent", until_ms)
            (asked,) = stage.people.asked()
            assert abs(asked.until_ms - until_ms) < 100
        await until_event(orchestrator, debate, ArgumentPresented, 2)
        assert 0 <= stage.clock.now_ms() - until_ms < 60_000
        row = await awaited(orchestrator, debate)  # for a turn of its own they have the whole time
        assert row.awaited_until_ms - stage.clock.now_ms() > 599_000
        await orchestrator.stop()
        return debate

    debate = in_virtual_time(play)

    assert [model for seat, model, _ in said(stage, debate) if seat == "opponent"] == ["scripted"]
    assert verify(stage.ports.engine, debate, stage.records(debate)) is None


def test_where_the_time_passed_while_nobody_drove_the_stand_in_speaks_at_once() -> None:
    stage = PeopledStage()

    async def play() -> int:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, casting=MINE)
        await awaited(orchestrator, debate)
        await stage.crash()
        await asyncio.sleep(601)
        began_ms = stage.clock.now_ms()
        orchestrator = await stage.drive()
        await until_event(orchestrator, debate, ArgumentPresented, 2)
        took_ms = stage.clock.now_ms() - began_ms
        assert [model for seat, model, _ in said(stage, debate) if seat == "opponent"] == ["scripted"]
        failed = [event for event in stage.events(debate, AttemptFailed) if isinstance(event, AttemptFailed)]
        assert [each.error for each in failed] == [NOT_SENT, "timeout_first_token"]
        await orchestrator.stop()
        return took_ms

    assert in_virtual_time(play) < 60_000


def test_times_to_wait_are_read_and_bounded() -> None:
    assert [wait_ms_of(route) for route in ("human", "human:90s", "human:10m", "human:2h", "human:7d")] == [
        WAIT_MS_DEFAULT,
        90_000,
        600_000,
        7_200_000,
        604_800_000,
    ]
    for route in ("human:", "human:0s", "human:8d", "human:ten", "human:1.5h"):
        if route == "human:":
            assert wait_ms_of(route) == WAIT_MS_DEFAULT
            continue
        with pytest.raises(WrongUse):
            wait_ms_of(route)


def test_of_two_who_are_asked_at_once_each_is_waited_for_until_they_have_spoken() -> None:
    stage = PeopledStage()
    people = {"first_voter": "human:10m", "third_voter": "human:10m"}

    async def play() -> None:
        orchestrator = await stage.drive()
        vote = await start(orchestrator, template_id="vote_only", casting={"": "scripted", **people})
        assert (await awaited(orchestrator, vote)).awaited_seat == "first_voter"
        await orchestrator.speak(vote, "Yes.\nANSWER: for", step="r1.answer_third_voter.third_voter")
        assert (await awaited(orchestrator, vote)).awaited_seat == "first_voter"
        await orchestrator.speak(vote, "No.\nANSWER: against")
        await until(orchestrator, vote)
        assert not (await orchestrator.summary(vote)).awaited_seat

        vote = await start(orchestrator, template_id="vote_only", casting={"": "scripted", **people})
        await awaited(orchestrator, vote)
        await orchestrator.pass_turn(vote)
        row = await awaited(orchestrator, vote)
        assert (row.awaited_seat, row.awaited_until_ms > stage.clock.now_ms()) == ("third_voter", True)
        await orchestrator.stop()

    in_virtual_time(play)


@pytest.mark.parametrize("command", [Complete(reason="asked"), StartNewRound(reason="asked")])
def test_a_round_that_is_cut_short_waits_for_no_person(command: Complete | StartNewRound) -> None:
    stage = PeopledStage()

    async def play() -> tuple[SessionId, int]:
        orchestrator = await stage.drive()
        debate = await start(orchestrator, casting={**MINE, "judge": "scripted"})
        await awaited(orchestrator, debate)
        before_ms = stage.clock.now_ms()
        await obey(orchestrator, debate, command)
        assert not stage.people.asked()
        if isinstance(command, StartNewRound):
            await until_event(orchestrator, debate, RoundStarted, 2)
        else:
            await until(orchestrator, debate)
        took_ms = stage.clock.now_ms() - before_ms
        await orchestrator.stop()
        return debate, took_ms

    debate, took_ms = in_virtual_time(play)

    assert took_ms < 60_000  # and not the ten minutes that the opponent had
    (failed,) = stage.events(debate, AttemptFailed)
    assert isinstance(failed, AttemptFailed)
    assert failed.error == NOT_SENT
    assert verify(stage.ports.engine, debate, stage.records(debate)) is None
