"""Does a session keep its promises wherever its process dies?

Each seed draws a debate, commands, faults and the append at which the process is gone, before or after that append is
durable. Then another process takes up what is on record, until every session has come to a stated end.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

import pytest

from core.domain.budget import Price
from core.domain.commands import AddStatement, Command, Complete, Pause, Resume, StartNewRound
from core.domain.errors import MootError
from core.domain.events import AttemptInDoubt, AttemptStarted, AttemptSucceeded, RunResumed, SessionCompleted
from core.domain.ids import SessionId
from core.domain.session import Status
from core.engine.replay import verify
from core.flows.debate_events import ArgumentPresented, VerdictReached
from core.orchestrator import Orchestrator
from core.providers.script import Answer, Fault, FaultKind, Script
from core.runtime.ports import Limits
from tests.memory import Crashed
from tests.stage import Stage, start
from tests.virtual_time import in_virtual_time

SEEDS = 150
LIVES_MAX = 12
HOURS_MAX = 100


@dataclass(frozen=True)
class Fate:
    """What a seed draws."""

    seed: int
    crash_at: tuple[int, ...]
    is_after: tuple[bool, ...]
    sessions: int
    cap_microusd: int | None


def fate_of(seed: int) -> Fate:
    chance = random.Random(seed)
    crashes = chance.randint(1, 4)
    return Fate(
        seed=seed,
        crash_at=tuple(chance.randint(2, 14) for _ in range(crashes)),
        is_after=tuple(chance.random() < 0.5 for _ in range(crashes)),
        sessions=chance.randint(1, 3),
        cap_microusd=chance.choice([None, 40_000, 200_000]),
    )


def faulty_script(seed: int) -> Script:
    chance = random.Random(f"script {seed}")

    def answer(text: str) -> Answer:
        faults = []
        while chance.random() < 0.15:
            kind = chance.choice([FaultKind.ERROR, FaultKind.CUT, FaultKind.GARBAGE])
            faults.append(Fault(kind=kind, error="overloaded", may_have_cost=chance.random() < 0.5))
        return Answer(text=text, delay_ms=chance.randint(1, 20_000), faults=tuple(faults[:2]))

    said = tuple(answer(f"Point {number}: I disagree, the rota is short.") for number in range(12))
    judged = (answer("It stands.\nVERDICT: for"),)
    price = Price(input_microusd=3_000_000, output_microusd=15_000_000)
    return Script(answers={"default": said, "judge": judged}, price=price)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_session_survives_the_death_of_its_process_anywhere(seed: int) -> None:
    stage, sessions = in_virtual_time(lambda: _lived(fate_of(seed)))
    for session in sessions:
        check(stage, session, seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(SEEDS, 20 * SEEDS))
def test_a_session_survives_many_more_deaths(seed: int) -> None:
    stage, sessions = in_virtual_time(lambda: _lived(fate_of(seed)))
    for session in sessions:
        check(stage, session, seed)


def test_the_same_seed_leaves_the_same_log() -> None:
    logs = [in_virtual_time(lambda: _lived(fate_of(11)))[0].disk.records for _ in range(2)]

    assert [record.event for record in logs[0]] == [record.event for record in logs[1]]


async def _lived(fate: Fate) -> tuple[Stage, list[SessionId]]:
    limits = Limits(sessions_running_max=2, in_doubt_policy="retry")
    stage = Stage(script=faulty_script(fate.seed), limits=limits)
    chance = random.Random(f"operator {fate.seed}")
    crashes = list(zip(fate.crash_at, fate.is_after, strict=True))
    for life in range(LIVES_MAX):
        stage.disk.fail_at = None
        if life < len(crashes):
            stage.disk.fail_at, stage.disk.is_after = stage.disk.appends + crashes[life][0], crashes[life][1]
        if await _one_life(stage, fate, chance):
            break
    else:
        raise AssertionError(f"seed {fate.seed}: it never came to an end")
    await stage.ports.library.prepare(record.event for record in stage.disk.records)
    return stage, list(stage.disk.lengths)


async def _one_life(stage: Stage, fate: Fate, chance: random.Random) -> bool:
    """Drive until everything has ended (True) or the process is gone (False)."""
    living = asyncio.ensure_future(_driven(stage, fate, chance))
    try:
        return await living
    except Crashed:
        await stage.crash()
        return False


async def _driven(stage: Stage, fate: Fate, chance: random.Random) -> bool:
    asyncio.get_running_loop().set_exception_handler(lambda _, context: None)
    orchestrator = await stage.drive()
    while len(stage.disk.lengths) < fate.sessions:
        await start(orchestrator, f"Motion {len(stage.disk.lengths)}?", cap_microusd=fate.cap_microusd)
    for _ in range(HOURS_MAX):
        if stage.disk.is_dead:
            raise Crashed
        await asyncio.sleep(chance.randint(1, 30))
        rows = await orchestrator.summaries()
        if all(row.status in (Status.COMPLETED, Status.CANCELLED) for row in rows):
            await orchestrator.stop()
            return True
        for row in rows:
            if chance.random() < 0.2:
                await _meddle(orchestrator, row.session, chance)
            if row.status in (Status.PAUSED, Status.FAILED) and chance.random() < 0.5:
                await _try(orchestrator, row.session, _way_on(row.reason))
    raise AssertionError(f"seed {fate.seed}: it stood still")


def _way_on(reason: str) -> Command | None:
    return Complete(reason="enough", verdict="Ruled.\nVERDICT: against") if reason.startswith("budget_spent") else None


async def _meddle(orchestrator: Orchestrator, session: SessionId, chance: random.Random) -> None:
    command = chance.choice(
        [
            Pause(),
            Resume(),
            AddStatement(text="Mind the cost."),
            StartNewRound(reason="asked"),
            Complete(reason="asked"),
        ]
    )
    await _try(orchestrator, session, command)


async def _try(orchestrator: Orchestrator, session: SessionId, command: Command | None) -> None:
    try:
        if command is None:
            await orchestrator.resume(session)
        else:
            await orchestrator.command(session, command)
    except MootError:
        return


def check(stage: Stage, session: SessionId, seed: int) -> None:
    """The invariants of a finished session, whatever happened to it."""
    records = stage.records(session)
    told = f"seed {seed}, session {session[-4:]}: pytest tests/simulation/test_crashes.py -k '[{seed}]'"
    assert [record.seq for record in records] == list(range(1, len(records) + 1)), f"{told}: the log has a gap"
    assert sum(isinstance(each.event, SessionCompleted) for each in records) == 1, f"{told}: it ended twice or never"
    assert sum(isinstance(each.event, VerdictReached) for each in records) == 1, f"{told}: not one verdict"
    answered = [each.event.step for each in records if isinstance(each.event, AttemptSucceeded)]
    assert len(answered) == len(set(answered)), f"{told}: a turn was recorded twice"
    asked_again = [
        each.event.step
        for at, each in enumerate(records)
        if isinstance(each.event, AttemptStarted)
        and any(
            isinstance(before.event, AttemptSucceeded) and before.event.step == each.event.step
            for before in records[:at]
        )
    ]
    assert not asked_again, f"{told}: a finished turn was asked for again"
    said = [each.event.step for each in records if isinstance(each.event, ArgumentPresented)]
    assert len(said) == len(set(said)), f"{told}: an argument was presented twice"
    _check_money(records, told)
    assert verify(stage.ports.engine, session, records) is None, f"{told}: its decisions can't be repeated"


def _check_money(records: list[object], told: str) -> None:
    cap = records[0].event.opening.cap_microusd  # type: ignore[attr-defined]
    open_, spent = {}, 0
    for record in records:
        event = record.event  # type: ignore[attr-defined]
        match type(event).__name__:
            case "AttemptStarted":
                open_[event.step] = event.cost_microusd_max
            case "AttemptSucceeded" | "AttemptFailed":
                assert event.cost_microusd <= open_.pop(event.step), f"{told}: a call cost more than was reserved"
                spent += event.cost_microusd
            case "AttemptInDoubt":
                spent += open_.pop(event.step)
            case _:
                pass
        if cap is not None:
            assert spent + sum(open_.values()) <= cap, f"{told}: the cap was passed"
    assert not open_, f"{told}: an attempt has no end"


def test_what_a_dead_process_left_open_is_in_doubt_and_charged_at_its_maximum() -> None:
    async def work() -> None:
        stage = Stage(script=faulty_script(3), limits=Limits(in_doubt_policy="ask"))
        first = await stage.drive()
        session = await start(first)
        await asyncio.sleep(0)
        assert stage.events(session, AttemptStarted)
        await stage.crash()

        second = await stage.drive()

        doubted = stage.events(session, AttemptInDoubt)
        started = stage.events(session, AttemptStarted)
        assert [each.cost_microusd_max for each in doubted] == [each.cost_microusd_max for each in started]  # type: ignore[attr-defined]
        row = await second.summary(session)
        assert (row.status, row.spent_microusd) == (Status.ESCALATED, started[0].cost_microusd_max)  # type: ignore[attr-defined]
        said = [type(record.event) for record in stage.records(session)]
        assert said.index(RunResumed) < said.index(AttemptInDoubt), "the time without a process was counted"
        await second.stop()

    in_virtual_time(work)
