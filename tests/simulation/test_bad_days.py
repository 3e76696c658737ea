"""Does every debate come to a stated end on the providers' bad days, and does no bad day cost what it shouldn't?

Each seed draws debates that run at once, routes with their prices, windows and weather, limits, caps, and an operator
who pauses, resumes and stops all spending. What must hold of every such day is checked on what is on record and in the
providers' own books.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections import Counter
from dataclasses import dataclass, replace

import pytest

from core.domain.budget import Price
from core.domain.commands import AnswerEscalation, Cancel, Pause, RetryStep
from core.domain.errors import MootError
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptStarted,
    AttemptSucceeded,
    Recorded,
    SessionCompleted,
    SessionOpened,
    StepRetried,
)
from core.domain.ids import SessionId
from core.domain.participants import Checks, OnContentPolicy
from core.domain.provider_errors import CUT_OFF, NOT_SENT
from core.domain.session import ATTEMPTS_PER_ROUTE_MAX, Status
from core.engine.replay import verify
from core.flows.debate_events import ArgumentPresented, VerdictReached
from core.orchestrator import Orchestrator
from core.rules.standard import STANDARD_RULES
from core.runtime.announcements import Progress
from core.runtime.gateway.gateway import GatewayLimits
from core.runtime.gateway.limiter import RateLimit
from core.runtime.ports import Limits
from core.templates.participants import SHIPPED_PARTICIPANTS
from tests.simulation.weather import PIECES, PLANTED_KEY, Climate, Weather
from tests.stage import Stage, start
from tests.virtual_time import in_virtual_time

SEEDS = 150
SEEDS_TORTURE = 500
DEEDS = 12
CANCELS = 0.15
"""How often an operator who does nothing else cancels the debate that they look at."""

STANDING = (Status.COMPLETED, Status.CANCELLED, Status.FAILED, Status.PAUSED, Status.ESCALATED)
MARK = re.compile(r"\[[^\]]*/\d+\]")
ROUTES = ("sun:large", "sun:small", "moon:large", "moon:local")


@dataclass(frozen=True)
class Day:
    """What a seed draws."""

    seed: int
    debates: int
    climates: dict[str, Climate]
    routes: dict[str, tuple[str, ...]]
    cap_microusd: int | None
    cap_day_microusd: int | None
    requests_per_minute: int | None
    tokens_per_minute: int | None
    in_doubt_policy: str
    has_rules: bool
    can_count: bool


def day_of(seed: int) -> Day:
    chance = random.Random(f"day {seed}")
    climates = {}
    for route in ROUTES:
        begins = chance.randrange(0, 200)
        has_outage = chance.random() < 0.3
        climates[route] = Climate(
            price=Price(input_microusd=3_000_000, output_microusd=15_000_000)
            if route != "moon:local"
            else Price(input_microusd=0, output_microusd=0),
            tokens_context_max=chance.choice([4_000, 8_000, 128_000]),
            ill_percent=chance.choice([0, 10, 30, 60]),
            out_from_s=begins if has_outage else 0,
            out_to_s=begins + chance.randrange(30, 200) if has_outage else 0,
        )
    return Day(
        seed=seed,
        debates=chance.randint(1, 4),
        climates=climates,
        routes={role: tuple(chance.sample(ROUTES, chance.randint(1, 3))) for role in ("proposer", "opponent", "judge")},
        cap_microusd=chance.choice([None, 30_000, 90_000, 400_000]),
        cap_day_microusd=chance.choice([None, 60_000, 300_000]),
        requests_per_minute=chance.choice([None, 6, 20, 60]),
        tokens_per_minute=chance.choice([None, None, 20_000]),
        in_doubt_policy=chance.choice(["retry", "ask"]),
        has_rules=chance.random() < 0.5,
        can_count=chance.random() < 0.5,
    )


@pytest.mark.parametrize("seed", range(SEEDS))
def test_on_a_bad_day_every_debate_ends_as_it_should(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    check_day(seed, caplog)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(SEEDS, SEEDS_TORTURE))
def test_on_many_more_bad_days_every_debate_ends_as_it_should(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    check_day(seed, caplog)


def test_the_same_day_leaves_the_same_log() -> None:
    logs = [in_virtual_time(lambda: lived(day_of(11)))[0].disk.records for _ in range(2)]

    assert [record.event for record in logs[0]] == [record.event for record in logs[1]]


def test_the_days_bring_all_that_they_are_to_show() -> None:
    """A property that never meets a fault shows nothing."""
    seen: Counter[str] = Counter()
    for seed in range(30):
        stage, _, shown = in_virtual_time(lambda: lived(day_of(seed)))  # noqa: B023 - called at once
        seen["superseded"] += any(each.is_superseded for each in shown)
        seen["waited"] += any(each.waiting_for for each in shown)
        for record in stage.disk.records:
            seen[type(record.event).__name__] += 1
            if isinstance(record.event, AttemptFailed):
                seen[record.event.error] += 1
        seen["fell back"] += len({each.event.route for each in stage.disk.records if _is_start(each)}) > 3

    for word in (
        "superseded",
        "waited",
        "fell back",
        NOT_SENT,
        CUT_OFF,
        "rate_limited",
        "overloaded",
        "incomplete",
        "SpendRefused",
    ):
        assert seen[word], word
    assert seen["SessionCompleted"] > 15


def check_day(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    day = day_of(seed)
    stage, weathers, shown = in_virtual_time(lambda: lived(day))
    asked = "" if seed < SEEDS else " -m torture"
    told = f"seed {seed}: .venv/bin/python -m pytest tests/simulation/test_bad_days.py{asked} -k '[{seed}]'"
    for session in stage.disk.lengths:
        check_session(stage, session, told)
        billed = sum(weather.billed_microusd.get(session, 0) for weather in weathers)
        assert _spent(stage.records(session)) >= billed, f"{told}: less is on record than was billed"
    check_caps(stage.disk.records, day, told)
    for weather in weathers:
        check_limit(weather.asked_ms, day.requests_per_minute, told)
    for progress in shown:
        assert len(set(MARK.findall(progress.text))) <= 1, f"{told}: what was shown is glued together"
    assert PLANTED_KEY not in caplog.text, f"{told}: a key is in the log"
    assert not any(PLANTED_KEY in repr(record) for record in stage.disk.records), f"{told}: a key is on record"


async def lived(day: Day) -> tuple[Stage, list[Weather], list[Progress]]:
    """The whole day, until every debate stands still."""
    asyncio.get_running_loop().set_exception_handler(lambda _, context: None)
    rate_limit = RateLimit(requests_per_minute=day.requests_per_minute, tokens_per_minute=day.tokens_per_minute)
    limits = Limits(
        sessions_running_max=3,
        cap_day_microusd=day.cap_day_microusd,
        in_doubt_policy=day.in_doubt_policy,
        gateway=GatewayLimits(
            rate_limit=rate_limit, first_token_milliseconds_max=15_000, silence_milliseconds_max=5_000
        ),
    )
    stage = Stage(rules=STANDARD_RULES if day.has_rules else (), limits=limits)
    weathers = [
        Weather(prefix=prefix, clock=stage.clock, seed=day.seed, climates=day.climates, can_count=day.can_count)
        for prefix in ("sun", "moon")
    ]
    stage.providers = weathers
    await cast(stage, day)
    moot = await stage.drive()
    shown: dict[tuple[SessionId, str, int], Progress] = {}
    waited: list[Progress] = []

    def show(progress: Progress) -> None:
        shown[progress.session, progress.step, progress.attempt] = progress
        if progress.waiting_for:
            waited.append(replace(progress, pieces=[]))

    moot.on_progress(show)
    sessions = [
        await start(moot, f"Motion {number}?", casting={}, cap_microusd=day.cap_microusd)
        for number in range(day.debates)
    ]
    await meddled(moot, sessions, random.Random(f"operator {day.seed}"))
    await stood_still(moot, sessions)
    await moot.stop()
    await stage.ports.library.prepare(record.event for record in stage.disk.records)
    return stage, weathers, [*shown.values(), *waited]


async def cast(stage: Stage, day: Day) -> None:
    chance = random.Random(f"cast {day.seed}")
    for shipped in SHIPPED_PARTICIPANTS:
        model, *fallbacks = day.routes.get(shipped.id, day.routes["proposer"])
        cast = replace(
            shipped,
            model=model,
            fallbacks=tuple(fallbacks),
            content_policy=chance.choice(list(OnContentPolicy)),
            checks=chance.choice([Checks.WHOLE, Checks.ACCEPT]),
        )
        await stage.catalogue.save_participants([cast])


async def meddled(moot: Orchestrator, sessions: list[SessionId], chance: random.Random) -> None:
    """An operator who does what they may at any moment, and then lets everything go on."""
    for _ in range(DEEDS):
        await asyncio.sleep(chance.randrange(1, 20_000) / 1_000)
        session = chance.choice(sessions)
        deed = chance.choice(["pause", "resume", "resume", "retry", "answer", "stop", "nothing", "nothing"])
        try:
            match deed:
                case "pause":
                    await moot.command(session, Pause())
                case "resume":
                    await moot.resume(session)
                case "retry":
                    await moot.command(session, RetryStep())
                case "answer":
                    await moot.command(session, AnswerEscalation(answer="continue"))
                case "stop":
                    await moot.stop_spending()
                    await asyncio.sleep(5)
                    await moot.allow_spending()
                    await moot.resume_all()
                case _ if chance.random() < CANCELS:
                    await moot.command(session, Cancel())
                case _:
                    pass
        except MootError:
            continue


async def stood_still(moot: Orchestrator, sessions: list[SessionId]) -> None:
    position = -1
    while True:
        rows = [await moot.summary(session) for session in sessions]
        if all(row.status in STANDING for row in rows) and not any(moot.speaking(session) for session in sessions):
            return
        position = await moot.committed_beyond(max(position, *(row.position for row in rows)))


def check_session(stage: Stage, session: SessionId, told: str) -> None:
    records = stage.records(session)
    told = f"{told}, session {session[-4:]}"
    assert [record.seq for record in records] == list(range(1, len(records) + 1)), f"{told}: the log has a gap"
    completed = sum(isinstance(each.event, SessionCompleted) for each in records)
    assert completed == sum(isinstance(each.event, VerdictReached) for each in records) <= 1, f"{told}: not one verdict"
    answered: set[str] = set()
    open_: dict[str, AttemptStarted] = {}
    tries: Counter[tuple[str, str]] = Counter()
    for record in records:
        event = record.event
        match event:
            case AttemptStarted():
                assert event.step not in answered, f"{told}: {event.step} was asked for again"
                assert event.step not in open_, f"{told}: {event.step} was asked for twice at once"
                open_[event.step] = event
                tries[event.step, event.route] += 1
                assert tries[event.step, event.route] <= ATTEMPTS_PER_ROUTE_MAX, f"{told}: {event.step} too often"
            case AttemptSucceeded():
                del open_[event.step]
                answered.add(event.step)
            case AttemptFailed():
                begun = open_.pop(event.step)
                assert event.route == begun.route, f"{told}: {event.step} failed elsewhere"
                assert event.cost_microusd <= begun.cost_microusd_max, f"{told}: it cost more than was reserved"
                if event.error == NOT_SENT:
                    assert event.cost_microusd == event.characters == 0, f"{told}: what was not sent cost something"
                    tries[event.step, event.route] -= 1
            case AttemptInDoubt():
                del open_[event.step]
            case StepRetried():
                tries = Counter({each: count for each, count in tries.items() if each[0] != event.step})
            case ArgumentPresented():
                check_whole(event.text, event.step, session, told)
            case _:
                pass
    assert not open_, f"{told}: an attempt has no end"
    assert verify(stage.ports.engine, session, records) is None, f"{told}: its decisions can't be repeated"


def check_whole(text: str, step: str, session: SessionId, told: str) -> None:
    marks = MARK.findall(text)
    assert len(set(marks)) == 1, f"{told}: {step} is glued together of several answers"
    assert marks[0].startswith(f"[{session[-4:]}/{step}/"), f"{told}: {step} was answered with another's words"
    assert len(marks) == PIECES, f"{told}: {step} is half an answer"


def check_caps(records: list[Recorded], day: Day, told: str) -> None:
    """At no moment is more spent and held than a session or the day may."""
    caps: dict[SessionId, int | None] = {}
    spent: Counter[SessionId] = Counter()
    open_: dict[tuple[SessionId, str], int] = {}
    for record in records:
        event = record.event
        match event:
            case SessionOpened():
                caps[record.session] = event.opening.cap_microusd
            case AttemptStarted():
                open_[record.session, event.step] = event.cost_microusd_max
            case AttemptSucceeded() | AttemptFailed():
                del open_[record.session, event.step]
                spent[record.session] += event.cost_microusd
            case AttemptInDoubt():
                spent[record.session] += open_.pop((record.session, event.step))
            case _:
                continue
        held = sum(amount for (session, _), amount in open_.items() if session == record.session)
        cap = caps[record.session]
        assert cap is None or spent[record.session] + held <= cap, f"{told}: the session's cap was passed"
        total = spent.total() + sum(open_.values())
        assert day.cap_day_microusd is None or total <= day.cap_day_microusd, f"{told}: the day's cap was passed"


def check_limit(asked_ms: list[int], requests_per_minute: int | None, told: str) -> None:
    if requests_per_minute is None:
        return
    for begins_ms in asked_ms:
        asked = sum(begins_ms <= at_ms < begins_ms + 60_000 for at_ms in asked_ms)
        assert asked <= requests_per_minute, f"{told}: {asked} requests within a minute"


def _spent(records: list[Recorded]) -> int:
    spent = 0
    for record in records:
        match record.event:
            case AttemptSucceeded() | AttemptFailed():
                spent += record.event.cost_microusd
            case AttemptInDoubt():
                spent += record.event.cost_microusd_max
            case _:
                pass
    return spent


def _is_start(record: Recorded) -> bool:
    return isinstance(record.event, AttemptStarted)
