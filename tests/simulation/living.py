"""How is a fate lived? Process after process, until every session has come to a stated end."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field, replace
from itertools import count

from core.domain.commands import (
    AddStatement,
    AnswerEscalation,
    Cancel,
    ChangeBudget,
    Command,
    Complete,
    GiveUp,
    Pause,
    RetryStep,
    SettleAttempt,
    StartNewRound,
)
from core.domain.errors import MootError
from core.domain.events import Recorded, SessionOpened
from core.domain.ids import SessionId, TemplateId
from core.domain.session import SessionState, Status
from core.domain.summary import SessionSummary
from core.flows.refinement_commands import AcceptDraft, ReviseDraft
from core.orchestrator import Orchestrator
from core.rules.standard import STANDARD_RULES
from core.runtime.gateway.gateway import GatewayLimits
from core.runtime.ports import Limits
from core.templates.participants import SHIPPED_PARTICIPANTS
from core.templates.standard import SIMPLE_DEBATE
from core.templates.template import Judging
from tests.memory import Crashed
from tests.simulation.fate import PLAIN, Fate
from tests.simulation.world import Actor, Books, Doom, DrawnLog
from tests.stage import Stage, start
from tests.virtual_time import ShuffledLoop, VirtualLoop, in_virtual_time

LIVES_MAX = 12
LOOKS_MAX = 2_000
RICH_MICROUSD = 50_000_000
ITERATIONS = 3
AWAY_MS_MAX = 6 * 3_600_000
"""How long nobody drives at most after a process has died."""


@dataclass
class Lived:
    """What is left of it: on record, in the providers' books, in the rows, and in the last process's memory."""

    fate: Fate
    stage: Stage
    books: Books
    doom: Doom
    lives: int = 0
    remembered: dict[SessionId, SessionState] = field(default_factory=dict)
    rows: dict[SessionId, SessionSummary] = field(default_factory=dict)

    @property
    def records(self) -> list[Recorded]:
        return self.stage.disk.records

    @property
    def sessions(self) -> list[SessionId]:
        return list(self.stage.disk.lengths)


def live(fate: Fate) -> Lived:
    """All of it, in virtual time."""
    make = (lambda: ShuffledLoop(fate.seed)) if fate.is_shuffled else VirtualLoop
    return in_virtual_time(lambda: _lived(fate), make_loop=make)


async def _lived(fate: Fate) -> Lived:
    asyncio.get_running_loop().set_exception_handler(lambda _, context: None)  # a dead process leaves loose ends
    lived = _staged(fate)
    operator = random.Random(f"operator {fate.seed}")
    await _cast(lived.stage, fate)
    for life in range(LIVES_MAX):
        lived.lives += 1
        lived.doom.spare()
        if life < len(fate.deaths):
            boundary, passings = fate.deaths[life]
            lived.doom.set(boundary, passings=passings)
        if await _one_life(lived, operator):
            await lived.stage.ports.library.prepare(record.event for record in lived.records)
            return lived
    raise AssertionError("it never came to an end")


def _staged(fate: Fate) -> Lived:
    limits = Limits(
        sessions_running_max=fate.running_max,
        cap_day_microusd=fate.cap_day_microusd,
        in_doubt_policy=fate.policy,
        in_doubt_policies={"moon": fate.policy_of_moon} if fate.policy_of_moon else {},
        gateway=GatewayLimits(first_token_milliseconds_max=15_000),
    )
    stage = Stage(rules=STANDARD_RULES if fate.has_rules else (), limits=limits)
    doom, books = Doom(stage.disk), Books()
    stage.providers = [
        Actor(
            prefix=prefix,
            disk=stage.disk,
            doom=doom,
            books=books,
            seed=fate.seed,
            ill_percent=fate.ill_percent,
            slow_percent=fate.slow_percent,
        )
        for prefix in ("sun", "moon")
    ]
    drawn = random.Random(f"disk {fate.seed}")
    stage.make_log = lambda disk: DrawnLog(disk, doom, drawn, slow_percent=fate.disk_slow_percent)
    return Lived(fate=fate, stage=stage, books=books, doom=doom)


async def _cast(stage: Stage, fate: Fate) -> None:
    for number, shipped in enumerate(SHIPPED_PARTICIPANTS):
        model, *fallbacks = fate.routes[number % len(fate.routes)]
        await stage.catalogue.save_participants([replace(shipped, model=model, fallbacks=tuple(fallbacks))])
    plain = replace(SIMPLE_DEBATE, id=TemplateId(PLAIN), judging=Judging.ONCE)
    await stage.catalogue.save_template(plain, actor="test", at_ms=0)


async def _one_life(lived: Lived, operator: random.Random) -> bool:
    """Drive until everything has ended (True) or the process is gone (False)."""
    try:
        return await asyncio.ensure_future(_driven(lived, operator))
    except Crashed:
        await lived.stage.crash()
        lived.stage.clock.shift_ms += random.Random(f"away {lived.fate.seed}:{lived.lives}").randrange(AWAY_MS_MAX)
        return False


async def _driven(lived: Lived, operator: random.Random) -> bool:
    stage, fate = lived.stage, lived.fate
    moot = await stage.drive()
    while (begun := _begun(lived)) < fate.sessions:
        stage.ids = count(1 + begun)  # a process that died before it had opened one took no id with it
        if fate.strategy:
            await moot.start_refinement(
                f"Brief {begun}.",
                strategy=fate.strategy,
                is_pairwise=fate.is_pairwise,
                debate_template=PLAIN if fate.strategy == "debate" else "",
                iterations=ITERATIONS,
                cap_microusd=fate.cap_microusd,
            )
            continue
        await start(
            moot,
            f"Motion {begun}?",
            template_id=fate.template,
            casting={},
            cap_microusd=fate.cap_microusd,
        )
    for look in range(LOOKS_MAX):
        await asyncio.sleep(operator.randint(1, 600) / 1_000)
        if stage.disk.is_dead:
            raise Crashed
        rows = await moot.summaries()
        if all(row.status.is_over for row in rows) and not any(moot.speaking(row.session) for row in rows):
            lived.rows = {row.session: row for row in await moot.summaries()}
            await moot.stop()
            if stage.disk.is_dead:
                raise Crashed
            lived.remembered = {session: await moot.state(session) for session in lived.rows}
            return True
        if look < fate.deeds:
            await _meddle(moot, operator.choice(rows), operator)
        elif not look % 5:
            await _let_go_on(moot, rows)
    raise AssertionError("it stood still")


def _begun(lived: Lived) -> int:
    """How many sessions were begun that are nobody's children."""
    opened = (record.event for record in lived.records if isinstance(record.event, SessionOpened))
    return sum(not event.opening.parent for event in opened)


async def _meddle(moot: Orchestrator, row: SessionSummary, chance: random.Random) -> None:
    """Something that an operator may do at any moment, also what is refused."""
    match chance.randrange(14):
        case 0:
            await _try(moot.rulebook.switch([chance.choice(STANDARD_RULES).id], chance.random() < 0.5))
        case 1:
            await _try(moot.stop_spending())
        case 2:
            await _try(moot.pause_all())
        case 3:
            doubts = (await moot.state(row.session)).work.doubtful
            for doubt in doubts[:1]:
                settled = chance.randint(0, doubt.cost_microusd_max)
                await _obey(moot, row, SettleAttempt(step=doubt.step, attempt=doubt.attempt, cost_microusd=settled))
        case _:
            commands: list[Command] = [
                Pause(),
                AddStatement(text="Mind the cost."),
                StartNewRound(reason="asked"),
                Complete(reason="asked"),
                RetryStep(),
                GiveUp(),
                Cancel(),
                *(AnswerEscalation(answer=each) for each in ("continue", "new_round", "complete")),
            ]
            if row.flow.startswith("refinement"):
                commands += [AcceptDraft(), ReviseDraft(text="The operator's own.")]
            await _obey(moot, row, chance.choice(commands))


async def _let_go_on(moot: Orchestrator, rows: list[SessionSummary] | tuple[SessionSummary, ...]) -> None:
    """Whatever stands still goes on: what waits is answered, what is spent is raised or ruled on."""
    await _try(moot.allow_spending())
    for row in rows:
        match row.status:
            case Status.ESCALATED:
                await _obey(moot, row, AnswerEscalation(answer="continue"))
            case Status.PAUSED if row.reason == "budget_spent_session":
                await _obey(moot, row, ChangeBudget(cap_microusd=RICH_MICROUSD))
                await _try(moot.resume(row.session))
            case Status.PAUSED if row.reason.startswith("budget_spent"):
                verdict = "" if row.flow.startswith("refinement") else "Ruled.\nVERDICT: against"
                await _obey(moot, row, Complete(reason="enough", verdict=verdict))
            case Status.PAUSED | Status.FAILED:
                await _try(moot.resume(row.session))
            case _:
                pass


async def _obey(moot: Orchestrator, row: SessionSummary, command: Command) -> None:
    await _try(moot.command(row.session, command))


async def _try(work: object) -> None:
    try:
        await work  # type: ignore[misc]  # a coroutine of the door
    except MootError:
        return
