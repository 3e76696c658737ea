"""Does the door keep what it promises, under a clock of its own?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from core.domain.budget import Price
from core.domain.commands import (
    AddStatement,
    AmendMotion,
    AnswerEscalation,
    ChangeBudget,
    ChangeRounds,
    Complete,
    Pause,
    Resume,
)
from core.domain.errors import CommandRefused, DriverBusy, WrongUse
from core.domain.events import (
    AttemptInDoubt,
    AttemptStarted,
    AttemptSucceeded,
    DeadlineReached,
    RuleFired,
    RulesChanged,
    SessionQueued,
    SpendRefused,
)
from core.domain.session import Status
from core.flows.debate_events import ArgumentPresented, RoundStarted, VerdictReached
from core.orchestrator import Orchestrator
from core.providers.script import Answer, Fault, FaultKind, Script
from core.rules.reading import read_rules
from core.rules.rule import Rule
from core.rules.standard import STANDARD_RULES
from core.runtime.ports import Limits
from tests.stage import THINKS_MS, Stage, script, start, until, until_event
from tests.virtual_time import in_virtual_time

PAID = Price(input_microusd=3_000_000, output_microusd=15_000_000)

Work = Callable[[], Awaitable[None]]


def rules_of(text: str) -> tuple[Rule, ...]:
    stage = Stage()
    orchestrator = stage.orchestrator()
    return read_rules(
        text, origin="test", facts=orchestrator.fact_specs(), templates=["simple_debate", "complex_debate"]
    )


def test_a_debate_runs_from_its_opening_to_its_verdict() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)

        assert await until(moot, session) is Status.COMPLETED
        row = await moot.summary(session)
        assert (row.outcome, row.reason, row.round, row.turns) == ("for", "rounds_played", 2, 6)
        assert len(stage.events(session, ArgumentPresented)) == 4
        await moot.stop()

    in_virtual_time(work)


def test_sessions_above_the_limit_wait_in_order_and_are_shown_waiting() -> None:
    async def work() -> None:
        stage = Stage(limits=Limits(sessions_running_max=2))
        moot = await stage.drive()
        sessions = [await start(moot, f"Motion {number}?") for number in range(5)]

        statuses = [(await moot.summary(session)).status for session in sessions]
        assert statuses == [Status.RUNNING] * 2 + [Status.WAITING] * 3
        for session in sessions:
            await until(moot, session)
        begun = [
            each.session
            for each in stage.disk.records
            if isinstance(each.event, RoundStarted) and each.event.round == 1
        ]
        assert begun == sessions
        assert [bool(stage.events(session, SessionQueued)) for session in sessions] == [False, False, True, True, True]
        await moot.stop()

    in_virtual_time(work)


def test_a_pause_drains_and_a_resume_goes_on() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await moot.command(session, Pause())
        await asyncio.sleep(60)

        assert len(stage.events(session, ArgumentPresented)) == 1
        assert (await moot.summary(session)).status is Status.PAUSED
        await moot.command(session, Resume())
        assert await until(moot, session) is Status.COMPLETED
        await moot.stop()

    in_virtual_time(work)


def test_completing_early_still_asks_the_judge() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until_event(moot, session, ArgumentPresented)
        await moot.command(session, Complete(reason="seen_enough"))

        assert await until(moot, session) is Status.COMPLETED
        verdict = stage.events(session, VerdictReached)[0]
        assert verdict.by == "seat:judge"  # type: ignore[attr-defined]
        assert len(stage.events(session, ArgumentPresented)) == 2
        await moot.stop()

    in_virtual_time(work)


def test_what_the_operator_says_is_in_the_next_prompt() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await moot.command(session, AddStatement(text="Mind the night shift."))
        await moot.command(session, AmendMotion(motion="Shorten the rota by a day?"))
        await until_event(moot, session, ArgumentPresented, 2)
        started = stage.events(session, AttemptStarted)

        first = await moot.prompt(session, started[0].step)  # type: ignore[attr-defined]
        second = await moot.prompt(session, started[1].step)  # type: ignore[attr-defined]
        assert "Mind the night shift." not in first[1].text
        assert "Mind the night shift." in second[1].text
        assert "Shorten the rota by a day?" in second[1].text
        await moot.stop()

    in_virtual_time(work)


def test_rounds_can_be_raised_while_it_runs() -> None:
    async def work() -> None:
        stage = Stage(rules=())
        moot = await stage.drive()
        session = await start(moot)
        await moot.command(session, ChangeRounds(rounds_limit=3))
        await until(moot, session)

        assert (await moot.summary(session)).round == 3
        await moot.stop()

    in_virtual_time(work)


def test_a_budget_that_is_spent_pauses_and_a_raised_one_goes_on() -> None:
    async def work() -> None:
        stage = Stage(script=script(price=PAID))
        moot = await stage.drive()
        session = await start(moot, cap_microusd=20_000)
        assert await until(moot, session, Status.PAUSED) is Status.PAUSED
        row = await moot.summary(session)
        assert row.reason == "budget_spent_session"
        assert stage.events(session, SpendRefused)

        await moot.command(session, ChangeBudget(cap_microusd=1_000_000))
        await moot.resume(session)

        assert await until(moot, session) is Status.COMPLETED
        await moot.stop()

    in_virtual_time(work)


def test_parallel_sessions_never_pass_the_day_s_cap_by_a_cent() -> None:
    async def work() -> None:
        stage = Stage(script=script(price=PAID), limits=Limits(sessions_running_max=20, cap_day_microusd=100_000))
        moot = await stage.drive()
        for number in range(20):
            await start(moot, f"Motion {number}?")
        held = spent = 0
        await asyncio.sleep(600)
        for record in stage.disk.records:
            event = record.event
            if isinstance(event, AttemptStarted):
                held += event.cost_microusd_max
            elif isinstance(event, AttemptSucceeded):
                held -= next(
                    each.event.cost_microusd_max
                    for each in stage.disk.records
                    if isinstance(each.event, AttemptStarted)
                    and (each.session, each.event.step) == (record.session, event.step)
                )
                spent += event.cost_microusd
            assert held + spent <= 100_000
        assert spent
        assert any(isinstance(record.event, SpendRefused) for record in stage.disk.records)
        await moot.stop()

    in_virtual_time(work)


def test_a_rule_about_time_fires_while_nobody_speaks() -> None:
    rules = rules_of(
        "- {id: too_long, name: Too long, priority: 70, when: {all: [{field: elapsed_ms, time_elapsed: 90s}]},"
        " then: [{pause_debate: {reason: too_long}}]}"
    )

    async def work() -> None:
        stage = Stage(script=script(delay_ms=600_000), rules=rules)
        moot = await stage.drive()
        session = await start(moot)
        began_ms = stage.clock.now_ms()

        await until(moot, session, Status.PAUSED)
        assert stage.clock.now_ms() - began_ms in range(90_000, 90_200)
        assert stage.events(session, DeadlineReached)
        await moot.stop(drain=False)

    in_virtual_time(work)


def test_a_rule_that_is_switched_off_reaches_running_sessions_and_fires_no_more() -> None:
    rules = rules_of(
        "- {id: pause_after_round, name: Pause, priority: 70, repeat: round,"
        " when: {all: [{field: round_count, greater_than: 0}]}, then: [{pause_debate: {reason: look}}]}"
    )

    async def work() -> None:
        stage = Stage(rules=rules)
        moot = await stage.drive()
        session = await start(moot)
        await moot.rulebook.switch(["pause_after_round"], False)

        assert await until(moot, session) is Status.COMPLETED
        assert not stage.events(session, RuleFired)
        assert len(stage.events(session, RulesChanged)) == 1
        await moot.stop()

    in_virtual_time(work)


def test_a_paused_session_follows_rules_that_were_changed_meanwhile() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await moot.command(session, Pause())
        await asyncio.sleep(30)
        await moot.rulebook.switch(["complete_when_stalled"], False)
        assert not stage.events(session, RulesChanged)

        await moot.resume(session)

        assert len(stage.events(session, RulesChanged)) == 1
        await moot.stop()

    in_virtual_time(work)


def test_rules_that_were_changed_while_no_process_drove_are_followed_by_the_next() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        session = await start(first)
        await stage.crash()
        await stage.catalogue.save_rules(STANDARD_RULES[:3], actor="test", at_ms=1, change="fewer")

        second = await stage.drive()

        assert await until(second, session) is Status.COMPLETED
        changed = stage.events(session, RulesChanged)
        assert [each.digest for each in changed] == [await stage.catalogue.rules_digest()]  # type: ignore[attr-defined]
        await second.stop()

    in_virtual_time(work)


def test_an_escalation_is_answered_by_the_operator_s_own_verdict() -> None:
    rules = rules_of(
        "- {id: ask, name: Ask, priority: 70, when: {all: [{field: argument_count, count_threshold: 2}]},"
        " then: [{escalate_to_human: {question: Go on, reason: test}}]}"
    )

    async def work() -> None:
        stage = Stage(rules=rules)
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session, Status.ESCALATED)
        assert (await moot.summary(session)).question == "Go on"

        await moot.command(session, AnswerEscalation(answer="complete", verdict="Carried.", outcome="for"))

        row = await moot.summary(session)
        assert (row.status, row.outcome) == (Status.COMPLETED, "for")
        await moot.stop()

    in_virtual_time(work)


def test_a_turn_that_gives_up_fails_the_session_and_can_be_retried() -> None:
    faults = tuple(Fault(kind=FaultKind.ERROR, error="overloaded") for _ in range(3))
    fine = Answer(text="Fine.", delay_ms=10)
    answers = {"proposer": (Answer(text="Fine.", delay_ms=10, faults=faults), fine), "default": (fine,)}

    async def work() -> None:
        stage = Stage(script=Script(answers=answers))
        moot = await stage.drive()
        session = await start(moot)
        assert await until(moot, session) is Status.FAILED

        await moot.resume(session)

        assert await until(moot, session, Status.COMPLETED) is Status.COMPLETED
        await moot.stop()

    in_virtual_time(work)


def test_the_kill_switch_breaks_off_calls_and_stays_over_a_restart() -> None:
    async def work() -> None:
        stage = Stage(script=script(price=PAID))
        first = await stage.drive()
        session = await start(first)
        await asyncio.sleep(1)

        assert await first.stop_spending() == 1
        assert (await first.summary(session)).status is Status.PAUSED
        assert stage.events(session, AttemptInDoubt)
        await first.stop()
        second = await stage.drive()
        await second.resume(session)
        assert (await second.summary(session)).reason == "spending_stopped"
        await second.allow_spending()
        await second.resume(session)
        assert await until(second, session) is Status.COMPLETED
        await second.stop()

    in_virtual_time(work)


def test_pausing_everything_pauses_running_and_waiting_and_resuming_brings_back_just_those() -> None:
    async def work() -> None:
        stage = Stage(limits=Limits(sessions_running_max=2))
        moot = await stage.drive()
        sessions = [await start(moot, f"Motion {number}?") for number in range(4)]
        await moot.command(sessions[0], Pause(reason="mine"))

        assert await moot.pause_all() == 3
        await asyncio.sleep(60)
        assert {(await moot.summary(each)).status for each in sessions} == {Status.PAUSED}
        assert await moot.resume_all() == 3
        for session in sessions[1:]:
            assert await until(moot, session) is Status.COMPLETED
        assert (await moot.summary(sessions[0])).status is Status.PAUSED
        await moot.stop()

    in_virtual_time(work)


def test_a_second_process_joins_and_its_requests_are_carried_out_by_the_driver() -> None:
    async def work() -> None:
        stage = Stage()
        driver = await stage.drive()
        other = stage.orchestrator()
        await other.start()
        assert not other.is_driver
        session = await other.start_debate("Joined?", template_id="simple_debate", casting={"": "scripted"})

        assert await until(driver, session) is Status.COMPLETED
        assert "disabled" in (await other.rulebook.switch(["complete_when_stalled"], False)).text
        with pytest.raises(WrongUse, match="complete_when_stalled"):
            await other.rulebook.switch(["complete_when_staled"], False)
        with pytest.raises(CommandRefused, match="completed"):
            await other.command(session, Pause())
        await driver.stop()

    in_virtual_time(work)


def test_an_inbox_is_answered_within_200_ms() -> None:
    async def work() -> None:
        stage = Stage()
        await stage.drive()
        other = stage.orchestrator()
        await other.start()
        began_ms = stage.clock.now_ms()

        await other.rulebook.switch(["complete_when_stalled"], False)

        assert stage.clock.now_ms() - began_ms <= 200

    in_virtual_time(work)


def test_a_second_driver_is_refused_where_it_must_drive() -> None:
    async def work() -> None:
        stage = Stage()
        await stage.drive()

        with pytest.raises(DriverBusy):
            await stage.orchestrator().start(must_drive=True)

    in_virtual_time(work)


def test_without_a_driver_a_request_takes_the_lock_for_just_that_long() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        await first.stop()
        passing = stage.orchestrator()
        await passing.start(drive=False)

        await passing.rulebook.switch(["complete_when_stalled"], False)

        assert not stage.lock
        assert [rule.enabled for rule in await passing.rules() if rule.id == "complete_when_stalled"] == [False]
        await passing.stop()

    in_virtual_time(work)


def test_an_answer_that_the_disk_refuses_is_held_until_the_disk_takes_it() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        stage.disk.is_full = True
        await asyncio.sleep(30)
        assert not stage.events(session, ArgumentPresented)

        stage.disk.is_full = False

        assert await until(moot, session) is Status.COMPLETED
        steps = [each.step for each in stage.events(session, AttemptStarted)]  # type: ignore[attr-defined]
        assert len(steps) == len(set(steps))
        await moot.stop()

    in_virtual_time(work)


def test_stopping_records_the_turn_under_way_and_the_next_process_goes_on() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        session = await start(first)
        await asyncio.sleep(1)
        await first.stop()
        assert len(stage.events(session, ArgumentPresented)) == 1
        assert not stage.events(session, AttemptInDoubt)

        second = await stage.drive()

        assert await until(second, session) is Status.COMPLETED
        await second.stop()

    in_virtual_time(work)


def test_a_process_that_came_for_one_session_leaves_the_others_alone() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        left = await start(first)
        await asyncio.sleep(1)
        await first.stop()

        second = await stage.drive(recover=False)
        mine = await start(second, "Mine?")
        await until(second, mine)

        assert len(stage.events(left, ArgumentPresented)) == 1
        await second.resume(left)
        assert await until(second, left) is Status.COMPLETED
        await second.stop()

    in_virtual_time(work)


def test_the_time_without_a_driver_does_not_count_as_active() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        session = await start(first)
        await asyncio.sleep(1)
        await first.stop()
        stage.clock.shift_ms = 12 * 3_600_000
        second = await stage.drive()
        await until(second, session)

        state = await stage.state(session)
        assert state.time.active_ms <= 6 * THINKS_MS
        assert not stage.events(session, RuleFired)
        await second.stop()

    in_virtual_time(work)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"question": " "}, "without a motion"),
        ({"question": "x" * 100_000}, "100,000 bytes"),
        ({"template_id": "standart_debate"}, "Did you mean 'standard_debate'"),
        ({"complexity": "complx"}, "Did you mean 'complex'"),
        ({"casting": {"proposr": "scripted"}}, "Did you mean 'proposer'"),
        ({"casting": {"": "scriptd"}}, "Did you mean 'scripted'"),
        ({"rounds": 0}, "rounds"),
        ({"rounds": 101}, "rounds"),
        ({"cap_microusd": -1}, "below zero"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_request_that_can_t_be_held_is_refused_whole(fields: dict[str, object], said: str) -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()

        with pytest.raises(WrongUse) as refusal:
            await moot.start_debate(**{"question": "Fine?", "casting": {"": "scripted"}, **fields})  # type: ignore[arg-type]

        assert said in str(refusal.value)
        assert not stage.disk.records
        await moot.stop()

    in_virtual_time(work)


def test_a_model_s_escape_codes_and_markup_are_taken_out_or_taken_as_text() -> None:
    answers = {"default": (Answer(text="Half [/red] and half.", faults=(Fault(kind=FaultKind.GARBAGE),)),)}

    async def work() -> None:
        stage = Stage(script=Script(answers=answers))
        moot = await stage.drive()
        session = await start(moot)
        argued = await until_event(moot, session, ArgumentPresented)

        text = argued.text  # type: ignore[attr-defined]
        assert "[/red]" in text
        assert not any(ord(character) < 32 and character not in "\n\t" for character in text)
        await moot.stop()

    in_virtual_time(work)


def test_a_model_that_says_a_megabyte_is_cut_off_and_fails_as_too_long() -> None:
    answers = {"default": (Answer(text="word ", faults=tuple(Fault(kind=FaultKind.HUGE) for _ in range(3))),)}

    async def work() -> None:
        stage = Stage(script=Script(answers=answers))
        moot = await stage.drive()
        session = await start(moot)

        assert await until(moot, session) is Status.FAILED
        failed = [each for each in stage.events(session) if type(each).__name__ == "AttemptFailed"]
        assert {each.error for each in failed} == {"too_long"}  # type: ignore[attr-defined]
        await moot.stop()

    in_virtual_time(work)


def test_a_session_that_runs_can_t_be_deleted_and_one_that_is_over_is_gone() -> None:
    async def work() -> None:
        stage = Stage()
        moot: Orchestrator = await stage.drive()
        session = await start(moot)
        with pytest.raises(CommandRefused, match="running"):
            await moot.delete(session)
        await until(moot, session)

        await moot.delete(session)

        assert await moot.summaries() == []
        with pytest.raises(WrongUse):
            await moot.find(session)
        await moot.stop()

    in_virtual_time(work)
