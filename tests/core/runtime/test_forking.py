"""Does a fork come out of the door whole, with its own rules, seats and budget, and pay for nothing twice?"""

from __future__ import annotations

import pytest

from core.domain.budget import Price
from core.domain.commands import Pause
from core.domain.errors import WrongUse
from core.domain.events import AttemptStarted, AttemptSucceeded, RuleFired, RulesChanged, SessionForked, SessionOpened
from core.domain.ids import SessionId, StepId
from core.domain.session import Status
from core.flows.debate_events import ArgumentPresented, TemplateApplied, VerdictReached
from core.rules.action import ApplyTemplate, PauseDebate
from core.rules.rule import Rule
from core.rules.standard import STANDARD_RULES
from core.runtime.replaying import Outcome
from core.runtime.requests import ForkRequest
from tests.builders import at_least, rule
from tests.stage import PRICED, Stage, script, start, until
from tests.virtual_time import in_virtual_time


def paid() -> Stage:
    """Everybody's words cost something."""
    return Stage(script=script("The rota is short.", price=Price(**PRICED)))


def test_a_fork_asks_only_for_what_its_prefix_lacks_and_pays_for_nothing_twice() -> None:
    async def work() -> None:
        stage = paid()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        before = await moot.system_status()

        fork = await moot.fork(ForkRequest(session=session, at_seq=14))
        assert await until(moot, fork) is Status.COMPLETED

        asked = [event.step for event in stage.events(fork, AttemptStarted)]  # type: ignore[attr-defined]
        spoken = [event.step for event in stage.events(session, AttemptStarted)]  # type: ignore[attr-defined]
        assert asked == spoken[2:]
        own = sum(event.cost_microusd for event in stage.events(fork, AttemptSucceeded))  # type: ignore[attr-defined]
        row = await moot.summary(fork)
        costs = await moot.session_costs(fork)
        after = await moot.system_status()
        assert own > 0
        assert row.spent_microusd == own
        assert sum(each.cost_microusd for each in costs.values()) == own
        assert after.spent_today_microusd == before.spent_today_microusd + own
        assert (row.forked_from, row.forked_at_seq, row.outcome) == (session, 14, "for")
        assert (await moot.verify(fork)).outcome is Outcome.SAME
        await moot.stop()

    in_virtual_time(work)


def test_a_fork_of_a_session_that_runs_leaves_the_call_under_way_to_it() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await stage.clock.sleep(7_000)  # the second turn is being spoken
        assert (await moot.state(session)).work.open

        fork = await moot.fork(ForkRequest(session=session))

        assert await until(moot, session) is Status.COMPLETED
        assert await until(moot, fork) is Status.COMPLETED
        (first, *_) = stage.events(fork, AttemptStarted)
        assert first.attempt == 1  # type: ignore[attr-defined]
        assert len(stage.events(fork, ArgumentPresented)) == 3
        await moot.stop()

    in_virtual_time(work)


def test_rules_of_a_file_lie_over_those_in_force_and_the_catalogue_does_not_take_their_place() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        given: tuple[Rule, ...] = (rule("look_early", at_least("turn_count", 3), PauseDebate(reason="look")),)

        fork = await moot.fork(ForkRequest(session=session, at_seq=17, rules_given=given, rules_name="mine.yaml"))
        assert await until(moot, fork, Status.PAUSED) is Status.PAUSED

        assert [event.rule for event in stage.events(fork, RuleFired)] == ["look_early"]  # type: ignore[attr-defined]
        opening = stage.events(fork, SessionOpened)[0].opening  # type: ignore[attr-defined]
        assert opening.rule_set == "file:mine.yaml"
        await moot.rulebook.switch([STANDARD_RULES[0].id], False)
        await moot.resume(fork)
        assert await until(moot, fork) is Status.COMPLETED
        assert not stage.events(fork, RulesChanged)
        assert (await moot.verify(fork)).outcome is Outcome.SAME
        await moot.stop()

    in_virtual_time(work)


def test_rules_of_a_file_may_apply_a_format_which_is_pinned_with_them() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        given: tuple[Rule, ...] = (
            rule("go_deeper", at_least("turn_count", 3), ApplyTemplate(template="complex_debate", reason="deeper")),
        )

        fork = await moot.fork(ForkRequest(session=session, at_seq=17, rules_given=given, rules_name="mine.yaml"))
        assert await until(moot, fork) is Status.COMPLETED

        assert (await moot.summary(fork)).template == "complex_debate"
        assert (await moot.verify(fork)).outcome is Outcome.SAME
        await moot.stop()

    in_virtual_time(work)


def test_the_format_changes_from_the_fork_on() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)

        fork = await moot.fork(ForkRequest(session=session, at_seq=17, template_id="complex_debate"))
        assert await until(moot, fork) is Status.COMPLETED

        assert len(stage.events(fork, TemplateApplied)) == 1
        assert (await moot.summary(fork)).template == "complex_debate"
        assert len(stage.events(fork, VerdictReached)) == 1
        await moot.stop()

    in_virtual_time(work)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"at_seq": 0}, "it has no event 0"),
        ({"at_seq": 900}, "it has no event 900"),
        ({"at_seq": 10}, "lies in the midst of what followed from one command"),
        ({"rules": "ownn"}, "no rule set is called 'ownn'. Did you mean 'own'?"),
        ({"template_id": "simple_debat"}, "Did you mean 'simple_debate'?"),
        ({"casting": {"juge": "scripted"}}, "nobody sits as 'juge'. Did you mean 'judge'?"),
        ({"casting": {"judge": "nobody:x"}}, "nobody:x"),
        ({"cap_microusd": -1}, "a budget below zero"),
        ({"at_seq": 14, "rounds": 0}, "0 can't be its number of rounds"),
        ({"template_id": "complex_debate"}, "its end is decided"),
    ],
)
def test_what_can_not_be_held_is_refused_whole(fields: dict[str, object], said: str) -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        before = len(stage.disk.records)

        with pytest.raises(WrongUse) as refused:
            await moot.fork(ForkRequest(session=session, **fields))  # type: ignore[arg-type]

        assert said in str(refused.value)
        assert len(stage.disk.records) == before
        assert len(await moot.summaries()) == 1
        await moot.stop()

    in_virtual_time(work)


def test_a_fork_has_its_origins_cap_anew_or_one_of_its_own() -> None:
    async def work() -> None:
        stage = paid()
        moot = await stage.drive()
        session = await start(moot, cap_microusd=900_000)
        await until(moot, session)

        same = await moot.fork(ForkRequest(session=session, at_seq=14))
        own = await moot.fork(ForkRequest(session=session, at_seq=14, cap_microusd=500_000))

        assert (await moot.state(same)).money.cap_microusd == 900_000
        assert (await moot.state(own)).money.cap_microusd == 500_000
        await until(moot, same)
        await until(moot, own)
        await moot.stop()

    in_virtual_time(work)


def test_a_fork_is_folded_again_after_a_crash_without_its_origin() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        fork = await moot.fork(ForkRequest(session=session, at_seq=14))
        await moot.command(fork, Pause())
        await stage.crash()
        again = await stage.drive()
        await again.delete(session)

        await again.resume(fork)
        assert await until(again, fork, Status.COMPLETED, Status.ESCALATED) in (Status.COMPLETED, Status.ESCALATED)

        (forked,) = stage.events(fork, SessionForked)
        assert forked.prefix.session == session  # type: ignore[attr-defined]
        await again.stop()

    in_virtual_time(work)


def test_a_process_that_has_joined_forks_through_the_one_that_drives() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        joined = stage.orchestrator()
        await joined.start()
        given: tuple[Rule, ...] = (rule("look_early", at_least("turn_count", 3), PauseDebate(reason="look")),)

        fork = await joined.fork(ForkRequest(session=session, at_seq=17, rules_given=given, rules_name="mine.yaml"))

        assert not joined.is_driver
        assert await until(moot, fork, Status.PAUSED) is Status.PAUSED
        with pytest.raises(WrongUse, match="lies in the midst"):
            await joined.fork(ForkRequest(session=session, at_seq=10))
        await joined.stop()
        await moot.stop()

    in_virtual_time(work)


def test_the_prompt_of_a_turn_that_was_taken_along_can_be_read_in_the_fork() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)
        fork = await moot.fork(ForkRequest(session=session, at_seq=14))
        await until(moot, fork)
        steps = [event.step for event in stage.events(session, AttemptStarted)]  # type: ignore[attr-defined]

        for step in steps:
            assert await moot.prompt(fork, step) == await moot.prompt(session, step)
        with pytest.raises(WrongUse, match="it has no turn 'r9"):
            await moot.prompt(fork, StepId("r9.claim.proposer"))
        await moot.stop()

    in_virtual_time(work)


def test_a_fork_of_a_debate_with_a_control_begins_before_its_verdict_and_decides_for_itself() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot, control="simple_debate")
        await until(moot, session)
        verdict = next(record.seq for record in stage.records(session) if isinstance(record.event, VerdictReached))

        fork = await moot.fork(ForkRequest(session=session))
        assert await until(moot, fork) is Status.COMPLETED
        assert len(stage.events(fork, VerdictReached)) == 1
        with pytest.raises(WrongUse, match="it has its verdict: nothing goes on from there"):
            await moot.fork(ForkRequest(session=session, at_seq=verdict))
        await moot.stop()

    in_virtual_time(work)


def test_a_fork_begins_no_control_and_one_of_a_control_is_nobodys_control() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await start(moot, control="simple_debate")
        await until(moot, session)
        control = SessionId((await moot.summary(session)).control)
        await until(moot, control)

        for origin in (session, control):
            fork = await moot.fork(ForkRequest(session=origin, at_seq=8))
            await until(moot, fork)
            row = await moot.summary(fork)
            assert (row.control, row.parent) == ("", "")

        assert len(await moot.summaries()) == 4
        await moot.stop()

    in_virtual_time(work)
