"""Are rules tried on every session on record, one after the other, with nothing of it changed?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.domain.ids import SessionId, TemplateId
from core.domain.session import Status
from core.engine.backtest import Revision
from core.engine.backtest_report import DifferenceKind, SessionBacktest, Unread
from core.orchestrator import Orchestrator
from core.rules.rule import ApplyTemplate, CompleteDebate, PauseDebate, Rule
from core.runtime import backtesting
from core.runtime.backtesting import BacktestStep
from tests.builders import at_least, lasted, rule
from tests.stage import Stage, start, until
from tests.virtual_time import in_virtual_time

ENDING = rule("ending", at_least("round_count", 1), CompleteDebate(reason="enough"))
PAUSE = PauseDebate(reason="rest")


async def held(stage: Stage, *, sessions: int) -> tuple[Orchestrator, list[SessionId]]:
    orchestrator = await stage.drive()
    opened = []
    for _ in range(sessions):
        opened.append(await start(orchestrator))
        await until(orchestrator, opened[-1])
        await stage.clock.sleep(60_000)
    return orchestrator, opened


async def steps_of(orchestrator: Orchestrator, *rules: Rule, **asked: object) -> list[BacktestStep]:
    revision = Revision(rules=rules)
    return [step async for step in orchestrator.rulebook.backtest(revision, **asked)]  # type: ignore[arg-type]


def test_rules_are_tried_on_every_session_newest_first_and_counted() -> None:
    stage = Stage(rules=(ENDING,))

    async def play() -> None:
        orchestrator, opened = await held(stage, sessions=3)
        before = list(stage.disk.records)

        steps = await steps_of(orchestrator, replace(ENDING, enabled=False))

        assert [step.found.session for step in steps] == opened[::-1]
        assert [(step.number, step.total) for step in steps] == [(1, 3), (2, 3), (3, 3)]
        totals = steps[-1].totals
        assert (totals.sessions, totals.differing, totals.branched, totals.unchanged) == (3, 3, 3, 0)
        assert totals.first_differences == {DifferenceKind.STAYS_SILENT: 3}
        assert stage.disk.records == before
        await orchestrator.stop()

    in_virtual_time(play)


def test_the_rules_as_they_were_make_no_difference_to_a_session_whose_deadlines_woke_it() -> None:
    impatient = rule("impatient", lasted("silence_ms", 2_000), PAUSE)
    stage = Stage(rules=(impatient,))

    async def play() -> None:
        orchestrator = await stage.drive()
        session = await start(orchestrator)
        await until(orchestrator, session, Status.PAUSED)

        (step,) = await steps_of(orchestrator)
        (silent,) = await steps_of(orchestrator, rule("silent", at_least("turn_count", 99), PAUSE))
        (sooner,) = await steps_of(orchestrator, rule("impatient", lasted("silence_ms", 1_000), PAUSE))

        assert step.totals.unchanged == silent.totals.unchanged == 1
        assert isinstance(sooner.found, SessionBacktest)
        assert sooner.found.branch is not None
        assert sooner.found.branch.is_by_time
        await orchestrator.stop()

    in_virtual_time(play)


def test_only_sessions_with_something_recorded_since_are_looked_at() -> None:
    stage = Stage(rules=(ENDING,))

    async def play() -> None:
        orchestrator, opened = await held(stage, sessions=2)
        last = await orchestrator.summary(opened[-1])

        steps = await steps_of(orchestrator, back_ms=stage.clock.now_ms() - last.changed_at_ms)

        assert [step.found.session for step in steps] == opened[-1:]
        assert steps[0].summary == last
        await orchestrator.stop()

    in_virtual_time(play)


def test_sessions_that_are_named_are_looked_at_in_that_order_and_one_there_is_not_is_named_too() -> None:
    stage = Stage(rules=(ENDING,))

    async def play() -> None:
        orchestrator, opened = await held(stage, sessions=2)
        gone = SessionId("f" * 32)

        steps = await steps_of(orchestrator, sessions=(opened[1], gone, opened[0]))

        assert [step.found.session for step in steps] == [opened[1], gone, opened[0]]
        assert isinstance(steps[1].found, Unread)
        assert (steps[-1].totals.unread, steps[-1].totals.unchanged) == (1, 2)
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_session_that_can_not_be_read_stops_none_of_the_others() -> None:
    stage = Stage(rules=(ENDING,))

    async def play() -> None:
        orchestrator, opened = await held(stage, sessions=3)
        lost, torn = opened[0], opened[1]
        for at, record in enumerate(stage.disk.records):
            if record.session == lost and record.seq == 1:
                opening = replace(record.event.opening, flow="symposium@4")  # type: ignore[attr-defined]
                stage.disk.records[at] = replace(record, event=replace(record.event, opening=opening))  # type: ignore[type-var]
            elif record.session == torn and record.seq == 2:
                stage.disk.records[at] = replace(record, at_ms="soon")  # type: ignore[arg-type]

        steps = await steps_of(orchestrator, ENDING)

        named = {unread.session: unread.why for unread in steps[-1].totals.unread_named}
        assert named.keys() == {lost, torn}
        assert "symposium@4" in named[lost]
        assert "its log can't be read" in named[torn]
        assert steps[-1].totals.unchanged == 1
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_template_that_no_session_pinned_can_be_applied_under_trial() -> None:
    stage = Stage(rules=(ENDING,))
    contested = ApplyTemplate(template=TemplateId("complex_debate"), reason="contested")

    async def play() -> None:
        orchestrator, _ = await held(stage, sessions=1)

        (step,) = await steps_of(orchestrator, rule("contested", at_least("argument_count", 1), contested))
        lost = replace(contested, template=TemplateId("gone_debate"))
        (other,) = await steps_of(orchestrator, rule("contested", at_least("argument_count", 1), lost))

        assert isinstance(step.found, SessionBacktest)
        assert isinstance(other.found, SessionBacktest)
        assert step.found.branch is not None
        assert [act.is_overruled for act in step.found.branch.would] == [False]
        assert other.found.branch is None
        assert [act.is_overruled for each in other.found.differences for act in each.would] == [True]
        await orchestrator.stop()

    in_virtual_time(play)


def test_whoever_asks_for_no_further_step_has_stopped_it() -> None:
    stage = Stage(rules=(ENDING,))

    async def play() -> None:
        orchestrator, _ = await held(stage, sessions=3)
        steps = orchestrator.rulebook.backtest(Revision())

        first = await anext(steps)
        await steps.aclose()  # type: ignore[attr-defined]

        assert (first.number, first.total) == (1, 3)
        assert [step async for step in steps] == []
        await orchestrator.stop()

    in_virtual_time(play)


def test_everything_else_goes_on_while_a_long_log_is_settled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(rules=(ENDING,))

    async def play() -> None:
        orchestrator, _ = await held(stage, sessions=2)
        turns: list[int] = []

        async def others() -> None:
            while True:
                turns.append(1)
                await asyncio.sleep(0)

        beside = asyncio.create_task(others())
        monkeypatch.setattr(backtesting, "SLICE_EVENTS", 3)
        await steps_of(orchestrator)
        beside.cancel()
        assert len(turns) >= len(stage.disk.records) // 3
        await orchestrator.stop()

    in_virtual_time(play)


def test_more_versions_of_the_rules_than_are_kept_are_made_ready_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(rules=(ENDING,))

    async def play() -> None:
        orchestrator, opened = await held(stage, sessions=1)
        for number in range(3):
            await orchestrator.rulebook.save((replace(ENDING, name=f"Ending {number}"),), change="renamed")
            opened.append(await start(orchestrator))
            await until(orchestrator, opened[-1])
        monkeypatch.setattr(backtesting, "RULE_SETS_KEPT_MAX", 1)
        steps = await steps_of(orchestrator, replace(ENDING, enabled=False))

        assert steps[-1].totals.differing == len(opened) == 4
        await orchestrator.stop()

    in_virtual_time(play)
