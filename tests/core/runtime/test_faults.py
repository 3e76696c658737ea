"""What becomes of sessions and money when something goes wrong at a bad moment?"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import ClassVar

import pytest

from core.domain.budget import Price
from core.domain.commands import (
    AddStatement,
    AnswerEscalation,
    Cancel,
    Command,
    Complete,
    Envelope,
    Escalate,
    Pause,
    SettleAttempt,
)
from core.domain.errors import CommandRefused, MootError, StorageFailed, WrongUse
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptStarted,
    AttemptSucceeded,
    Recorded,
    RuleFired,
    SessionCompleted,
    SessionOpened,
)
from core.domain.ids import SessionId
from core.domain.session import Status
from core.domain.steps import ModelRequest
from core.domain.summary import SessionSummary
from core.engine.replay import verify
from core.flows.debate_events import ArgumentPresented, StatementAdded
from core.ports.event_log import READ_EVENTS_MAX, Append
from core.ports.inbox import InboxAnswer
from core.ports.model_provider import Closing, Piece, ProviderFailed
from core.providers.script import Answer, Fault, FaultKind, Script
from core.providers.scripted import ScriptedProvider
from core.rules.layers import RuleBook
from core.rules.reading import read_rules
from core.rules.rule import Rule
from core.rules.standard import STANDARD_RULES
from core.runtime.driver import Driver
from core.runtime.ports import Limits, Rhythm
from tests.memory import MemoryCatalogue, MemoryInbox, MemoryIndex, MemoryLog
from tests.stage import THINKS_MS, Stage, script, start, until, until_event
from tests.virtual_time import in_virtual_time

PAID = Price(input_microusd=3_000_000, output_microusd=15_000_000)
HALF_A_DAY_MS = 12 * 3_600_000
LATE = (
    "- {id: too_long, name: Too long, priority: 70, when: {all: [{field: elapsed_ms, time_elapsed: 30m}]},"
    " then: [{pause_debate: {reason: too_long}}]}"
)


def rules_of(text: str) -> tuple[Rule, ...]:
    return read_rules(text, origin="test", facts=Stage().orchestrator().fact_specs(), templates=["simple_debate"])


def tasks_named(name: str) -> list[asyncio.Task[object]]:
    return [task for task in asyncio.all_tasks() if task.get_name().startswith(name)]


async def left_by_a_dead_process(stage: Stage) -> SessionId:
    """A debate whose process died while a seat spoke, half a day ago."""
    first = await stage.drive()
    session = await start(first)
    await asyncio.sleep(1)
    await stage.crash()
    stage.clock.shift_ms = HALF_A_DAY_MS
    return session


@pytest.mark.parametrize("policy", ["ask", "retry"])
def test_the_time_since_a_process_died_in_the_midst_of_a_turn_does_not_count(policy: str) -> None:
    async def work() -> None:
        stage = Stage(rules=rules_of(LATE), limits=Limits(in_doubt_policy=policy), script=script(price=PAID))
        session = await left_by_a_dead_process(stage)

        second = await stage.drive()
        if policy == "ask":
            await second.command(session, AnswerEscalation(answer="continue"))

        assert await until(second, session) is Status.COMPLETED
        assert (await stage.state(session)).time.active_ms <= 7 * THINKS_MS
        assert (await second.summary(session)).active_ms <= 7 * THINKS_MS
        assert not stage.events(session, RuleFired)
        await second.stop()

    in_virtual_time(work)


@pytest.mark.parametrize("debates", [2, 3])
def test_what_a_dead_process_left_open_in_any_session_is_held_before_another_call_is_granted(debates: int) -> None:
    async def work() -> None:
        stage = Stage(limits=Limits(in_doubt_policy="retry"), script=script(price=PAID))
        first = await stage.drive()
        sessions = [await start(first, f"Motion {number}?") for number in range(debates)]
        await asyncio.sleep(1)
        await stage.crash()
        begun = [stage.events(session, AttemptStarted)[0] for session in sessions]
        most = [event.cost_microusd_max for event in begun if isinstance(event, AttemptStarted)]
        stage.limits = replace(stage.limits, cap_day_microusd=sum(most) + most[0] - 1)

        second = await stage.drive()

        rows = [await second.summary(each) for each in sessions]
        assert [row.reason for row in rows] == ["budget_spent_day"] * debates
        assert sum(row.spent_microusd for row in rows) == sum(most)
        await second.stop()

    in_virtual_time(work)


@pytest.mark.parametrize(
    ("of_its_provider", "stands"),
    [("retry", Status.RUNNING), ("ask", Status.ESCALATED), ("fail", Status.FAILED)],
)
def test_a_provider_with_a_policy_of_its_own_is_dealt_with_by_that(of_its_provider: str, stands: Status) -> None:
    async def work() -> None:
        overall = "ask" if of_its_provider != "ask" else "retry"
        policies = {"scripted": of_its_provider, "elsewhere": overall}
        limits = Limits(in_doubt_policy=overall, in_doubt_policies=policies)
        stage = Stage(limits=limits, script=script(price=PAID))
        session = await left_by_a_dead_process(stage)

        second = await stage.drive()

        assert (await second.summary(session)).status is stands
        await second.stop()

    in_virtual_time(work)


def test_the_time_without_a_driver_does_not_count_where_rules_changed_meanwhile() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        session = await start(first)
        await asyncio.sleep(1)
        await first.stop()
        stage.clock.shift_ms = HALF_A_DAY_MS
        await stage.catalogue.save_rules(rules_of(LATE), actor="test", at_ms=1, change="for the test")

        second = await stage.drive()

        assert await until(second, session) is Status.COMPLETED
        assert not stage.events(session, RuleFired)
        await second.stop()

    in_virtual_time(work)


@pytest.mark.parametrize("command", [AddStatement(text="Mind the night shift."), Pause()])
def test_a_command_to_a_session_that_nobody_drove_does_not_count_the_time_between(command: Command) -> None:
    async def work() -> None:
        stage = Stage(rules=rules_of(LATE))
        first = await stage.drive()
        session = await start(first)
        await asyncio.sleep(1)
        await first.stop()
        stage.clock.shift_ms = HALF_A_DAY_MS

        second = await stage.drive(recover=False)
        await second.command(session, command)

        assert (await stage.state(session)).time.active_ms <= 2 * THINKS_MS
        await second.stop()

    in_virtual_time(work)


class FullCatalogue(MemoryCatalogue):
    """Takes no settings while its disk is full."""

    is_full = False

    async def save_setting(self, name: str, value: str) -> None:
        if self.is_full:
            raise StorageFailed("the disk is full.")
        await super().save_setting(name, value)


class DamagedLog(MemoryLog):
    """Can't read the sessions that are named here."""

    damaged: ClassVar[set[SessionId]] = set()

    async def read(
        self,
        session: SessionId,
        *,
        after_seq: int = 0,
        limit: int = READ_EVENTS_MAX,
        with_envelopes: bool = True,
    ) -> Sequence[Recorded]:
        if session in self.damaged:
            raise StorageFailed("an event can't be read.", where=f"session {session}")
        return await super().read(session, after_seq=after_seq, limit=limit, with_envelopes=with_envelopes)


class PickyLog(MemoryLog):
    """Refuses appends in which these words stand."""

    refused: ClassVar[Sequence[str]] = ()

    async def append(self, *appends: Append) -> tuple[Recorded, ...]:
        if any(word in repr(appends) for word in self.refused):
            raise StorageFailed("the disk is full.")
        return await super().append(*appends)


@pytest.fixture
def damaged_logs(monkeypatch: pytest.MonkeyPatch) -> set[SessionId]:
    damaged: set[SessionId] = set()
    monkeypatch.setattr(DamagedLog, "damaged", damaged)
    monkeypatch.setattr("tests.stage.MemoryLog", DamagedLog)
    return damaged


def test_one_session_that_can_t_be_read_keeps_no_other_from_being_taken_up(damaged_logs: set[SessionId]) -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        spoilt, sound = await start(first), await start(first, "Sound?")
        await asyncio.sleep(1)
        await first.stop()
        damaged_logs.add(spoilt)

        second = await stage.drive()

        assert await until(second, sound) is Status.COMPLETED
        await second.stop()

    in_virtual_time(work)


def test_one_session_that_can_t_be_read_keeps_the_kill_switch_from_nothing(damaged_logs: set[SessionId]) -> None:
    async def work() -> None:
        stage = Stage(script=script(price=PAID))
        first = await stage.drive()
        spoilt = await start(first)
        await asyncio.sleep(1)
        await first.stop()
        damaged_logs.add(spoilt)
        second = await stage.drive(recover=False)
        sound = await start(second, "Sound?")
        await asyncio.sleep(1)

        assert await second.stop_spending() == 1

        assert (await second.summary(sound)).status is Status.PAUSED
        assert stage.events(sound, AttemptInDoubt)
        assert await second.resume_all() == 1
        await second.stop()

    in_virtual_time(work)


@pytest.mark.parametrize("are_settings_full", [False, True])
def test_the_kill_switch_breaks_off_every_call_also_where_the_disk_is_full(are_settings_full: bool) -> None:
    async def work() -> None:
        catalogue = FullCatalogue()
        stage = Stage(script=script(price=PAID, delay_ms=600_000), catalogue=catalogue)
        moot = await stage.drive()
        sessions = [await start(moot, f"Motion {number}?") for number in range(3)]
        await asyncio.sleep(1)
        stage.disk.is_full = True
        catalogue.is_full = are_settings_full

        with pytest.raises(StorageFailed):
            await moot.stop_spending()

        assert not any(moot.speaking(session) for session in sessions)
        stage.disk.is_full = False
        await asyncio.sleep(5)
        assert all(stage.events(session, AttemptInDoubt) for session in sessions)
        await moot.stop()

    in_virtual_time(work)


def test_an_answer_that_waits_for_the_disk_is_recorded_where_the_disk_takes_it_while_stopping() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        stage.disk.is_full = True
        await asyncio.sleep(THINKS_MS / 1000 + 0.5)
        stopping = asyncio.ensure_future(moot.stop())
        await asyncio.sleep(0.1)
        stage.disk.is_full = False
        await stopping

        assert len(stage.events(session, ArgumentPresented)) == 1

    in_virtual_time(work)


def test_stopping_ends_the_wait_of_an_answer_for_a_full_disk() -> None:
    async def work() -> None:
        stage = Stage(limits=Limits(drain_milliseconds_max=3_000))
        moot = await stage.drive()
        await start(moot)
        stage.disk.is_full = True
        await asyncio.sleep(30)

        await moot.stop()

        await asyncio.sleep(0)
        assert not tasks_named("call")

    in_virtual_time(work)


def test_giving_up_on_a_turn_that_takes_too_long_to_end_is_no_fault_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        stage = Stage(script=script(delay_ms=600_000), limits=Limits(drain_milliseconds_max=3_000))
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(1)

        await moot.stop()

        assert asyncio.get_running_loop().time() == 4
        assert stage.events(session, AttemptInDoubt)

    in_virtual_time(work)
    gc.collect()
    assert "never retrieved" not in caplog.text


def test_the_kill_switch_spares_an_answer_that_has_come_and_waits_for_the_disk() -> None:
    async def work() -> None:
        stage = Stage(script=script(price=PAID))
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(THINKS_MS / 1000 - 0.5)
        stage.disk.is_full = True
        await asyncio.sleep(1)
        stage.disk.is_full = False

        await moot.stop_spending()
        await asyncio.sleep(5)

        assert stage.events(session, ArgumentPresented)
        assert not stage.events(session, AttemptInDoubt)
        await moot.stop()

    in_virtual_time(work)


def test_an_answered_session_that_was_looked_up_among_many_that_wait_runs_as_one_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.runtime.memory.LOOPS_REMEMBERED_MAX", 1)

    async def work() -> None:
        stage = Stage(limits=Limits(sessions_running_max=1))
        first = await stage.drive()
        escalated = await start(first)
        await first.command(escalated, Escalate(question="Go on?"))
        for number in range(3):
            await start(first, f"Motion {number}?")
        await asyncio.sleep(30)
        await first.stop()
        second = await stage.drive()

        await second.command(escalated, AnswerEscalation(answer="continue"))

        await asyncio.sleep(1)
        assert second.speaking(escalated)
        await second.stop()
        assert not tasks_named("call")

    in_virtual_time(work)


def test_sessions_that_are_over_do_not_stay_in_memory_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.runtime.memory.LOOPS_REMEMBERED_MAX", 5)

    async def work() -> None:
        stage = Stage(script=script(delay_ms=1), limits=Limits(sessions_running_max=2))
        moot = await stage.drive()
        for number in range(20):
            await until(moot, await start(moot, f"Motion {number}?"))

        assert moot._driver is not None
        assert len(moot._driver.supervisor._loops) <= 8
        await moot.stop()

    in_virtual_time(work)


def test_a_waiting_session_that_the_disk_kept_out_is_admitted_later() -> None:
    async def work() -> None:
        stage = Stage(limits=Limits(sessions_running_max=1))
        moot = await stage.drive()
        first, second = await start(moot), await start(moot, "Second?")
        await asyncio.sleep(1)
        refused.append("Admit(")
        await moot.command(first, Cancel())
        await asyncio.sleep(10)
        assert (await moot.summary(second)).status is Status.WAITING
        refused.clear()

        assert await until(moot, second) is Status.COMPLETED
        await moot.stop()

    with pytest.MonkeyPatch.context() as patch:
        refused: list[str] = []
        patch.setattr(PickyLog, "refused", refused)
        patch.setattr("tests.stage.MemoryLog", PickyLog)
        in_virtual_time(work)


def test_a_moment_that_the_disk_refused_to_record_comes_again() -> None:
    rules = rules_of(LATE.replace("30m", "90s"))

    async def work() -> None:
        stage = Stage(script=script(delay_ms=600_000), rules=rules)
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(80)
        stage.disk.is_full = True
        await asyncio.sleep(20)
        stage.disk.is_full = False
        await asyncio.sleep(10)

        assert (await moot.summary(session)).status is Status.PAUSED
        await moot.stop(drain=False)

    in_virtual_time(work)


class OddProvider(ScriptedProvider):
    """Fails in ways that no contract foresees, once."""

    failure: BaseException | None = None

    async def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        async for said in super().stream(request):
            yield said


def odd(stage: Stage, failure: BaseException) -> None:
    provider = OddProvider(clock=stage.clock, script=stage.script)
    provider.failure = failure
    stage.provider = provider


def test_a_call_that_its_own_adapter_cancels_is_a_failed_call_and_no_end() -> None:
    async def work() -> None:
        stage = Stage()
        odd(stage, asyncio.CancelledError())
        moot = await stage.drive()
        session = await start(moot)

        assert await until(moot, session) is Status.COMPLETED
        assert [each.error for each in stage.events(session, AttemptFailed)] == ["provider_broke"]  # type: ignore[attr-defined]
        await moot.stop()

    in_virtual_time(work)


def test_what_a_provider_says_of_its_failure_is_cleaned_and_bounded() -> None:
    async def work() -> None:
        stage = Stage()
        odd(stage, ProviderFailed("bad\x1b[31m\ud83d", "\x1b]0;title\x07half \ud83d" + "x" * 1_000_000))
        moot = await stage.drive()
        session = await start(moot)
        failed = await until_event(moot, session, AttemptFailed)

        assert failed.error == "bad"  # type: ignore[attr-defined]
        assert failed.message.startswith("half x")  # type: ignore[attr-defined]
        assert len(failed.message) <= 2_000  # type: ignore[attr-defined]
        await until(moot, session)
        await moot.stop()

    in_virtual_time(work)


def test_a_call_that_never_ends_is_in_doubt_after_a_bound() -> None:
    answers = {"default": (Answer(text="Fine.", faults=(Fault(kind=FaultKind.HANG),)),)}

    async def work() -> None:
        limits = Limits(call_milliseconds_max=60_000)  # before the gateway's patience with silence ends
        stage = Stage(
            script=Script(answers=answers, price=PAID), rules=rules_of(LATE.replace("30m", "10h")), limits=limits
        )
        moot = await stage.drive()
        session = await start(moot)

        assert await until(moot, session, Status.ESCALATED)
        assert {each.why for each in stage.events(session, AttemptInDoubt)} == {"time_out"}  # type: ignore[attr-defined]
        await moot.command(session, AnswerEscalation(answer="continue"))
        await until_event(moot, session, ArgumentPresented)
        await moot.stop()

    in_virtual_time(work)


def test_a_paused_session_whose_last_turn_is_under_way_is_not_deleted() -> None:
    async def work() -> None:
        stage = Stage(script=script(price=PAID))
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(1)
        await moot.command(session, Pause())
        with pytest.raises(CommandRefused, match="under way"):
            await moot.delete(session)
        await asyncio.sleep(30)
        spent = (await moot.system_status()).spent_today_microusd
        assert spent > 0

        await moot.delete(session)

        assert (await moot.system_status()).held_microusd == 0
        await moot.stop()

    in_virtual_time(work)


def test_sessions_that_are_started_at_once_keep_to_the_limit() -> None:
    async def work() -> None:
        stage = Stage(limits=Limits(sessions_running_max=2), catalogue=SlowCatalogue())
        moot = await stage.drive()
        await asyncio.gather(*(start(moot, f"Motion {number}?") for number in range(6)))

        assert (await moot.system_status()).running == 2
        await moot.stop()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.stage.MemoryLog", SlowLog)
        in_virtual_time(work)


class SlowLog(MemoryLog):
    """Takes a moment, as every disk does."""

    async def append(self, *appends: Append) -> tuple[Recorded, ...]:
        await asyncio.sleep(0.001)
        written = await super().append(*appends)
        await asyncio.sleep(0.001)
        return written


class SlowCatalogue(MemoryCatalogue):
    """Takes a moment, as every disk does, while `is_slow`."""

    is_slow = True

    async def rule_book(self, number: int | None = None) -> RuleBook:
        book = await super().rule_book(number)
        await asyncio.sleep(0.001 if self.is_slow else 0)
        return book


def test_two_rules_that_are_switched_at_once_are_both_switched() -> None:
    async def work() -> None:
        stage = Stage(catalogue=SlowCatalogue())
        moot = await stage.drive()
        one, other = [rule.id for rule in STANDARD_RULES if rule.enabled][:2]

        await asyncio.gather(moot.rulebook.switch([one], False), moot.rulebook.switch([other], False))

        assert {rule.id for rule in await moot.rules() if not rule.enabled} >= {one, other}
        await moot.stop()

    in_virtual_time(work)


def test_pausing_everything_while_a_debate_is_being_opened_refuses_nobody() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        opening = asyncio.ensure_future(start(moot))
        while not stage.events(SessionId(f"{1:032x}"), SessionOpened):  # noqa: ASYNC110 - a disk tells nobody
            await asyncio.sleep(0.0001)
        await moot.pause_all()
        session = await opening

        await asyncio.sleep(30)
        assert (await moot.summary(session)).status is Status.PAUSED
        await moot.stop()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.stage.MemoryLog", SlowLog)
        in_virtual_time(work)


def test_a_pause_that_new_rules_forestall_still_leaves_the_session_paused() -> None:
    rules = rules_of(LATE.replace("time_elapsed: 30m", "greater_than: 1s"))

    async def work() -> None:
        stage = Stage(rules=())
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(2)
        await stage.catalogue.save_rules(rules, actor="test", at_ms=1, change="for the test")
        with pytest.raises(CommandRefused, match="paused"):
            await moot.command(session, Pause())

        assert (await stage.state(session)).life.status is Status.PAUSED
        await moot.stop()

    in_virtual_time(work)


def test_requests_made_at_once_without_a_driver_take_turns() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        session = await start(first)
        await asyncio.sleep(1)
        await stage.crash()
        passing = stage.orchestrator()
        await passing.start(drive=False)
        one, other = STANDARD_RULES[0].id, STANDARD_RULES[1].id

        await asyncio.gather(
            passing.rulebook.switch([one], False),
            passing.rulebook.switch([other], False),
            passing.set_label(session, title="Named"),
        )

        assert len(stage.events(session, AttemptInDoubt)) == 1
        await passing.stop()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.stage.MemoryLog", SlowLog)
        in_virtual_time(work)


def test_a_request_that_comes_while_the_process_stops_is_refused_and_drives_nothing() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(1)
        stopping = asyncio.ensure_future(moot.stop())
        await asyncio.sleep(0.1)

        with pytest.raises(MootError):
            await moot.command(session, AddStatement(text="Too late."))

        await stopping
        assert not stage.events(session, AttemptInDoubt)
        assert len(stage.events(session, ArgumentPresented)) == 1

    in_virtual_time(work)


def test_a_debate_that_another_process_asks_for_while_the_driver_stops_is_left_to_the_next() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(1)
        other = stage.orchestrator()
        await other.start()
        stopping = asyncio.ensure_future(moot.stop())
        asked = await start(other, "Asked for late?")
        await stopping

        assert not stage.events(asked, AttemptStarted)
        assert not tasks_named("call")
        second = await stage.drive()
        assert await until(second, session) is Status.COMPLETED
        assert await until(second, asked) is Status.COMPLETED
        await second.stop()

    in_virtual_time(work)


class FailingInbox(MemoryInbox):
    """Takes no answer while it fails."""

    failure: Exception | None = None

    async def answer(self, id: int, answer: InboxAnswer, *, at_ms: int) -> None:
        if self.failure is not None:
            raise self.failure
        await super().answer(id, answer, at_ms=at_ms)


def test_a_debate_is_started_once_however_often_its_answer_can_t_be_left() -> None:
    async def work() -> None:
        inbox = FailingInbox()
        inbox.failure = StorageFailed("the disk is full.")
        stage = Stage(inbox=inbox)
        await stage.drive()
        other = stage.orchestrator()
        await other.start()
        asking = asyncio.ensure_future(start(other, "Once?"))
        await asyncio.sleep(2)
        inbox.failure = None

        session = await asking

        assert list(stage.disk.lengths) == [session]

    in_virtual_time(work)


def test_a_debate_is_started_once_where_the_driver_dies_before_it_has_answered() -> None:
    async def work() -> None:
        inbox = FailingInbox()
        inbox.failure = StorageFailed("the disk is full.")
        stage = Stage(inbox=inbox)
        await stage.drive()
        other = stage.orchestrator()
        await other.start()
        asking = asyncio.ensure_future(start(other, "Once?"))
        await asyncio.sleep(1)
        await stage.crash()
        await asyncio.gather(asking, return_exceptions=True)
        inbox.failure = None

        second = await stage.drive()
        await asyncio.sleep(5)

        assert len(stage.disk.lengths) == 1
        await second.stop()

    in_virtual_time(work)


def test_the_inbox_outlives_a_message_that_breaks_it() -> None:
    async def work() -> None:
        inbox = FailingInbox()
        inbox.failure = ValueError("out of range")
        stage = Stage(inbox=inbox)
        await stage.drive()
        other = stage.orchestrator()
        await other.start()
        asking = asyncio.ensure_future(other.rulebook.switch([STANDARD_RULES[0].id], False))
        await asyncio.sleep(2)
        inbox.failure = None

        assert "disabled" in (await asking).text

    in_virtual_time(work)


def test_a_process_that_joined_finds_the_row_of_the_debate_it_started() -> None:
    async def work() -> None:
        stage = Stage()
        await stage.drive()
        other = stage.orchestrator()
        await other.start()

        session = await start(other)

        assert (await other.summary(session)).status is Status.RUNNING

    in_virtual_time(work)


def test_a_log_that_was_added_to_behind_our_back_is_read_and_gone_on_with() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(1)
        await MemoryLog(stage.disk).append(*added_elsewhere(stage, session))

        assert await until(moot, session) is Status.COMPLETED
        await moot.stop()

    in_virtual_time(work)


def added_elsewhere(stage: Stage, session: SessionId) -> list[Append]:
    command = AddStatement(text="From elsewhere.")
    envelope = Envelope(command=command, actor="test", at_ms=stage.clock.now_ms(), correlation="")
    event = StatementAdded(text="From elsewhere.", by="operator", round=1)
    length = stage.disk.lengths[session]
    return [Append(session=session, envelope=envelope, events=(event,), expected_seq=length)]


def test_a_start_that_fails_halfway_leaves_no_call_behind() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        sessions = [await start(first, f"Motion {number}?") for number in range(3)]
        await asyncio.sleep(1)
        await first.stop()
        refused.append(f"session='{sessions[2]}'")
        second = stage.orchestrator()

        with pytest.raises(StorageFailed):
            await second.start(must_drive=True)

        assert not tasks_named("call")
        assert not stage.lock
        await second.stop()

    with pytest.MonkeyPatch.context() as patch:
        refused: list[str] = []
        patch.setattr(PickyLog, "refused", refused)
        patch.setattr("tests.stage.MemoryLog", PickyLog)
        in_virtual_time(work)


def test_what_is_spent_around_midnight_is_counted_to_the_new_day() -> None:
    day_ms = 86_400_000

    async def work() -> None:
        stage = Stage(script=script(price=PAID, delay_ms=10_000))
        stage.clock.start_ms += day_ms - stage.clock.start_ms % day_ms - 10_010
        moot = await stage.drive()
        await asyncio.sleep(0.03)
        session = await start(moot)
        await asyncio.sleep(10.5)
        assert stage.events(session, AttemptSucceeded)
        driver = moot._driver
        assert driver is not None

        midnight_ms = stage.clock.now_ms() - stage.clock.now_ms() % day_ms
        assert driver.ledger.spent_today_microusd == await stage.costs.spent_since(midnight_ms) > 0
        await moot.stop(drain=False)

    in_virtual_time(work)


class FailingIndex(MemoryIndex):
    """Refuses so many advances."""

    refusals = 0

    async def advance(self, summaries: Sequence[SessionSummary], *, position: int) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StorageFailed("the disk is full.")
        await super().advance(summaries, position=position)


def test_rows_that_the_disk_refused_are_not_counted_twice() -> None:
    async def work() -> None:
        index = FailingIndex()
        stage = Stage(script=script(price=PAID), index=index)
        moot = await stage.drive()
        session = await start(moot)
        await asyncio.sleep(1)
        index.refusals = 3
        await asyncio.sleep(THINKS_MS / 1000)

        row, state = await moot.summary(session), await stage.state(session)
        assert (row.turns, row.spent_microusd) == (state.work.turns, state.money.spent_microusd)
        await moot.stop()

    in_virtual_time(work)


@pytest.mark.parametrize("end", [Cancel(), Complete(reason="seen", verdict="Carried.", outcome="for")])
def test_a_call_of_a_session_that_was_ended_is_charged_where_its_process_dies(end: Command) -> None:
    async def work() -> None:
        stage = Stage(script=script(price=PAID))
        first = await stage.drive()
        session = await start(first)
        await until_event(first, session, ArgumentPresented)
        refused.append("RecordFailure(")
        await first.command(session, end)
        await asyncio.sleep(1)
        await stage.crash()
        refused.clear()

        second = await stage.drive()

        assert len(stage.events(session, AttemptInDoubt)) == 1
        assert not (await stage.state(session)).work.open
        await second.delete(session)
        await second.stop()

    with pytest.MonkeyPatch.context() as patch:
        refused: list[str] = []
        patch.setattr(PickyLog, "refused", refused)
        patch.setattr("tests.stage.MemoryLog", PickyLog)
        in_virtual_time(work)


def test_decisions_can_be_repeated_over_changed_rules_and_a_dead_process() -> None:
    async def work() -> None:
        stage = Stage(limits=Limits(in_doubt_policy="retry"))
        first = await stage.drive()
        session = await start(first)
        await first.rulebook.switch(["complete_when_stalled"], False)
        await asyncio.sleep(6)
        await stage.crash()
        await stage.catalogue.save_rules(STANDARD_RULES[:3], actor="test", at_ms=1, change="fewer")
        second = await stage.drive()
        await until(second, session)
        await second.stop()

        assert verify(stage.ports.engine, session, stage.records(session)) is None

    in_virtual_time(work)


def test_an_answer_whose_recording_breaks_is_in_doubt_and_asked_for_again() -> None:
    async def work() -> None:
        stage = Stage(limits=Limits(in_doubt_policy="retry"))
        moot = await stage.drive()
        session = await start(moot)
        broken.append("RecordAnswer(")

        assert await until(moot, session) is Status.COMPLETED
        assert len(stage.events(session, AttemptInDoubt)) == 1
        await moot.stop()

    with pytest.MonkeyPatch.context() as patch:
        broken: list[str] = []
        patch.setattr(BreakingLog, "broken", broken)
        patch.setattr("tests.stage.MemoryLog", BreakingLog)
        in_virtual_time(work)


class BreakingLog(MemoryLog):
    """Breaks once at an append in which one of these words stands."""

    broken: ClassVar[list[str]] = []

    async def append(self, *appends: Append) -> tuple[Recorded, ...]:
        for word in self.broken:
            if word in repr(appends):
                self.broken.remove(word)
                raise RuntimeError("nobody expected this")
        return await super().append(*appends)


def test_a_deletion_that_a_crash_cut_short_can_be_repeated() -> None:
    async def work() -> None:
        stage = Stage(script=script(delay_ms=1))
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        await stage.ports.log.delete(session)
        await moot.stop()
        second = await stage.drive()

        await second.delete(session)

        assert await second.summaries() == []
        with pytest.raises(WrongUse):
            await second.delete(session)
        await second.stop()

    in_virtual_time(work)


def test_a_doubt_of_today_that_cost_less_makes_room_and_one_of_yesterday_does_not() -> None:
    async def work() -> None:
        stage = Stage(script=script(price=PAID))
        moot = await stage.drive()
        yesterday, today = await start(moot), await start(moot, "Today?")
        await asyncio.sleep(1)
        await stage.crash()
        second = await stage.drive()
        driver = second._driver
        assert driver is not None
        charged = driver.ledger.spent_today_microusd
        doubt = (await stage.state(today)).work.doubtful[0]
        free = SettleAttempt(step=doubt.step, attempt=doubt.attempt, cost_microusd=0)
        await second.command(today, free)
        assert driver.ledger.spent_today_microusd == charged - doubt.cost_microusd_max

        stage.clock.shift_ms = 86_400_000
        await asyncio.sleep(1)
        await second.command(yesterday, free)

        assert driver.ledger.spent_today_microusd == 0
        await second.stop()

    in_virtual_time(work)


def test_every_debate_that_ended_is_in_the_files_before_the_process_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    exported: list[int] = []

    async def work() -> None:
        stage = Stage(script=script(delay_ms=1))
        moot = await stage.drive()

        async def export(driver: Driver, *, reason: str) -> None:
            ended = sum(isinstance(record.event, SessionCompleted) for record in stage.disk.records)
            await asyncio.sleep(3)
            exported.append(ended)

        monkeypatch.setattr(Driver, "export_metrics", export)
        await until(moot, await start(moot))
        await asyncio.sleep(1)
        await until_event(moot, await start(moot, "While the first is written?"), SessionCompleted)
        await asyncio.sleep(5)
        await until_event(moot, await start(moot, "Just before the end?"), SessionCompleted)
        await moot.stop()

    monkeypatch.setattr("tests.stage.QUIET", Rhythm(metrics_seconds=None, health_seconds=None))
    in_virtual_time(work)

    assert exported == [1, 2, 3]


def test_a_slow_look_at_the_rules_brings_no_older_ones_back() -> None:
    async def work() -> None:
        catalogue = SlowCatalogue()
        stage = Stage(catalogue=catalogue)
        moot = await stage.drive()
        driver = moot._driver
        assert driver is not None
        await catalogue.save_rules(STANDARD_RULES[:3], actor="test", at_ms=1, change="fewer")
        looking = asyncio.ensure_future(driver.office.read_rules())
        await asyncio.sleep(0.0005)
        catalogue.is_slow = False
        await catalogue.save_rules(STANDARD_RULES[:2], actor="test", at_ms=2, change="fewer still")
        await driver.office.read_rules()
        await looking

        assert driver._rules.sets["standard"].digest == await catalogue.rules_digest()
        await moot.stop()

    in_virtual_time(work)
