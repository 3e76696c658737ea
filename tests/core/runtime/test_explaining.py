"""Can every point of a recorded session be asked why, whoever recorded it and whatever was changed since?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.domain.commands import AddStatement
from core.domain.errors import NotVerifiableHere, WrongUse
from core.domain.events import RuleFired, RulesChanged, Unreadable
from core.domain.ids import SessionId
from core.flows.debate_events import RoundCompleted
from core.orchestrator import Orchestrator
from core.rules.explanation import Explanation, Standing, Verdict
from core.rules.rule import CompleteDebate, PauseDebate
from core.runtime import explaining
from tests.builders import at_least, lasted, rule
from tests.stage import Stage, start, until
from tests.virtual_time import in_virtual_time

ENDING = rule("ending", at_least("round_count", 1), CompleteDebate(reason="enough"))
SLEEPING = rule("sleeping", at_least("argument_count", 1), PauseDebate(reason="rest"), enabled=False)


async def held(stage: Stage) -> tuple[Orchestrator, SessionId]:
    orchestrator = await stage.drive()
    session = await start(orchestrator)
    await until(orchestrator, session)
    return orchestrator, session


def stage_of(*rules: object) -> Stage:
    return Stage(rules=rules or (ENDING, SLEEPING))  # type: ignore[arg-type]


def seq_of(stage: Stage, session: SessionId, kind: type) -> int:
    return next(each.seq for each in stage.records(session) if isinstance(each.event, kind))


def standing(explanation: Explanation) -> Standing:
    assert explanation.moment is not None
    return explanation.moment.standing


def test_why_a_rule_fired_is_told_of_the_point_at_which_it_was_heard() -> None:
    stage = stage_of()

    async def play() -> None:
        orchestrator, session = await held(stage)
        fired = seq_of(stage, session, RuleFired)

        told = await orchestrator.explain(session, "ending", at_seq=fired - 1)
        before = await orchestrator.explain(session, "ending", at_seq=fired - 2)

        assert (told.verdict, standing(told)) == (Verdict.TRUE, Standing.ARMED)
        assert told.clauses[0].origin is not None
        assert told.clauses[0].origin.seq == fired - 1 == seq_of(stage, session, RoundCompleted)
        assert before.verdict is Verdict.FALSE
        await orchestrator.stop()

    in_virtual_time(play)


def test_every_rule_has_its_verdict_at_every_event() -> None:
    stage = stage_of()

    async def play() -> None:
        orchestrator, session = await held(stage)
        verdicts = []
        for record in stage.records(session):
            ending, sleeping = await orchestrator.explanations_at(session, record.seq)
            assert (ending.rule, sleeping.rule) == ("ending", "sleeping")
            assert standing(sleeping) is Standing.DISABLED
            verdicts.append(ending.verdict is Verdict.TRUE)
        assert verdicts == sorted(verdicts), "a count of rounds that was reached stays reached"
        assert set(verdicts) == {False, True}
        await orchestrator.stop()

    in_virtual_time(play)


def test_moving_along_the_events_of_one_session_reads_none_of_them_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = stage_of()
    read: list[int] = []
    take = explaining.FactTrail.read
    monkeypatch.setattr(
        explaining.FactTrail,
        "read",
        lambda trail, records: (read.extend(each.seq for each in records), take(trail, records))[1],
    )

    async def play() -> None:
        orchestrator, session = await held(stage)
        await asyncio.gather(*(orchestrator.explanations_at(session, seq) for seq in (3, 1, 5)))
        await orchestrator.explain(session, "ending")
        assert read == [record.seq for record in stage.records(session)]
        await orchestrator.stop()

    in_virtual_time(play)


def test_the_rules_in_force_at_a_point_are_asked_and_others_said_not_to_be() -> None:
    stage = stage_of(ENDING)

    async def play() -> None:
        orchestrator, session = await held(stage)
        late = rule("late", at_least("argument_count", 1), PauseDebate(reason="rest"))
        await orchestrator.rulebook.save((*await orchestrator.rules(), late), change="added late")

        told = await orchestrator.explain(session, "late", at_seq=seq_of(stage, session, RoundCompleted))

        assert (told.verdict, standing(told)) == (Verdict.TRUE, Standing.NOT_IN_FORCE)
        with pytest.raises(WrongUse, match="Did you mean 'late'"):
            await orchestrator.explain(session, "lato")
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_session_that_runs_is_explained_as_it_stands_now_and_read_on_as_it_grows() -> None:
    patient = rule("patient", lasted("elapsed_ms", 3_600_000), PauseDebate(reason="rest"))
    stage = stage_of(patient)

    async def play() -> None:
        orchestrator = await stage.drive()
        session = await start(orchestrator)
        await stage.clock.sleep(1_500)
        first = await orchestrator.explain(session, "patient")
        await stage.clock.sleep(1_000)
        second = await orchestrator.explain(session, "patient")
        await orchestrator.command(session, AddStatement(text="Mind the weekend."))
        third = await orchestrator.explain(session, "patient")

        assert [each.clauses[0].seen for each in (first, second, third)] == ["1 s 500 ms", "2 s 500 ms", "2 s 500 ms"]
        assert first.moment is not None
        assert third.moment is not None
        assert third.moment.seq > first.moment.seq
        await orchestrator.stop()

    in_virtual_time(play)


def test_an_event_that_there_is_not_is_refused_with_those_there_are() -> None:
    stage = stage_of()

    async def play() -> None:
        orchestrator, session = await held(stage)
        for seq in (0, -1, 10_000):
            with pytest.raises(WrongUse, match="numbered from 1 to"):
                await orchestrator.explanations_at(session, seq)
        with pytest.raises(WrongUse, match="no session"):
            await orchestrator.explain(SessionId("0" * 32), "ending")
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_point_before_an_event_that_can_not_be_read_is_explained_all_the_same() -> None:
    stage = stage_of()

    async def play() -> None:
        orchestrator, session = await held(stage)
        await orchestrator.stop()
        at = next(at for at, each in enumerate(stage.disk.records) if isinstance(each.event, RoundCompleted))
        seq = stage.disk.records[at].seq
        newer = Unreadable(kind="Seance", version=3, why="the log holds a Seance.", now="Update moot.")
        stage.disk.records[at] = replace(stage.disk.records[at], event=newer)
        reader = stage.orchestrator()
        await reader.start(drive=False)

        told = await reader.explain(session, "ending", at_seq=seq - 1)

        assert told.verdict is Verdict.FALSE
        with pytest.raises(NotVerifiableHere, match=f"event {seq}: the log holds a Seance"):
            await reader.explain(session, "ending", at_seq=seq)
        assert (await reader.explain(session, "ending", at_seq=1)).moment is not None
        await reader.stop()

    in_virtual_time(play)


def test_each_change_of_the_rules_divides_the_points_before_it_from_those_behind() -> None:
    stage = stage_of(SLEEPING)

    async def play() -> None:
        orchestrator = await stage.drive()
        session = await start(orchestrator)
        await stage.clock.sleep(1_000)
        await orchestrator.rulebook.switch(["sleeping"], True)
        await stage.clock.sleep(1_000)
        changed = seq_of(stage, session, RulesChanged)

        (before,) = await orchestrator.explanations_at(session, changed - 1)
        (behind,) = await orchestrator.explanations_at(session, changed)

        assert (standing(before), standing(behind)) == (Standing.DISABLED, Standing.ARMED)
        await orchestrator.stop()

    in_virtual_time(play)
