"""What does a debate show, what is charged and who answers, for each way in which a provider can go wrong?

The real SDKs speak to a server on this machine that misbehaves with the first request and is well after it. Each seat
has a spare behind its model, which costs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from core.domain.budget import Price, cost_microusd
from core.domain.commands import Cancel
from core.domain.events import AttemptFailed, AttemptStarted, AttemptSucceeded, SessionFailed
from core.domain.ids import SessionId
from core.domain.provider_errors import ProviderError
from core.domain.session import ATTEMPTS_PER_ROUTE_MAX, Status
from core.flows.debate_events import ArgumentPresented
from core.orchestrator import Orchestrator
from core.providers.listening import Patience
from core.providers.script import Answer as Line
from core.providers.script import Script
from core.providers.scripted import ScriptedProvider
from core.runtime.announcements import Progress
from core.templates.participants import SHIPPED_PARTICIPANTS
from tests.core.providers.adapters import ANTHROPIC, GEMINI, OPENAI, Adapter, prices, provider_at
from tests.core.providers.test_faults import LONG_MS, SHORT_MS, WORDS, broken_off
from tests.hurried_time import HurriedClock, in_hurried_time
from tests.stage import Stage, start
from tests.wire.server import Act, Answer, MuteServer, WireServer, address_of_nobody

MODELS = {"anthropic": "anthropic:claude-sonnet-5-5", "gemini": "gemini:gemini-2.5-pro", "openai": "openai:gpt-4o-mini"}
SPARE = "scripted"
WHOLE = "Bread rises by itself."
FROM_THE_SPARE = "The spare speaks."
ADAPTERS = (ANTHROPIC, GEMINI, OPENAI)
EACH = [pytest.param(adapter, id=adapter.name) for adapter in ADAPTERS]

ROOM = next(each.tokens_output_max for each in SHIPPED_PARTICIPANTS if each.id == "proposer")
"""Tokens for an answer of whoever speaks first."""

REAL_MS = 200
"""So much of a wait may have passed by itself while this machine was busy."""

AGAIN, ELSEWHERE, NOBODY = "the same model, asked again", "the spare", "nobody"
NOTHING, AT_MOST = "nothing", "at most"
COUNTED = "the input as counted, and all the output that there was room for"


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What becomes of a turn whose first call goes wrong. `waits_ms` is what is waited for at least."""

    answered_by: str = AGAIN
    charged: str = NOTHING
    shown: str = ""
    waits_ms: int = 0


LEFT = Fate(answered_by=ELSEWHERE)
BUSY = Fate(answered_by=AGAIN)
FATES: Mapping[str, Fate] = {
    "wrong request": LEFT,
    "too long": LEFT,
    "too long, as vLLM says it": LEFT,
    "too large": LEFT,
    "too large for a minute": LEFT,
    "no credit": LEFT,
    "wrong key": LEFT,
    "wrong key, unsaid": LEFT,
    "no key": LEFT,
    "not allowed": LEFT,
    "not here": LEFT,
    "no such model": LEFT,
    "no such model, as Ollama says it": LEFT,
    "quota of the day": LEFT,
    "quota of the account": LEFT,
    # Long enough that the spare is the better choice while there is one.
    "too many, seconds": LEFT,
    "too many, date": LEFT,
    "too many, info": LEFT,
    "too many, milliseconds": Fate(waits_ms=1_251),
    "too many, unsaid": Fate(waits_ms=1_000),
    "against the policy": Fate(answered_by=NOBODY),
    "broken": BUSY,
    "busy": BUSY,
    "overloaded": BUSY,
    "overloaded by its body": BUSY,
    "a gateway's page": Fate(charged=AT_MOST),
}
CUT = Fate(charged=COUNTED, shown="Bread ")
BROKEN_OFF = ("an error in the stream", "no last event", "a cut", "bad JSON", "silence")
BREAKING = [pytest.param(adapter, fault, id=f"{adapter}-{fault}") for adapter in ADAPTERS for fault in BROKEN_OFF]
REFUSED = [pytest.param(adapter, fault, id=f"{adapter}-{fault}") for adapter in ADAPTERS for fault in adapter.refusals]


@dataclass(kw_only=True)
class Lived:
    """What came of a debate's first turn."""

    stage: Stage
    clock: HurriedClock
    session: SessionId
    status: Status
    progress: list[Progress]

    @property
    def started(self) -> list[AttemptStarted]:
        """The calls for that turn alone."""
        events: list[AttemptStarted] = self.stage.events(self.session, AttemptStarted)  # type: ignore[assignment]
        return [each for each in events if each.step == events[0].step]

    @property
    def failed(self) -> list[AttemptFailed]:
        events: list[AttemptFailed] = self.stage.events(self.session, AttemptFailed)  # type: ignore[assignment]
        return [each for each in events if each.step == self.started[0].step]

    @property
    def turn(self) -> ArgumentPresented:
        return self.stage.events(self.session, ArgumentPresented)[0]  # type: ignore[return-value]


async def opened(stage: Stage, model: str) -> tuple[Orchestrator, SessionId]:
    cast = [replace(shipped, model=model, fallbacks=(SPARE,)) for shipped in SHIPPED_PARTICIPANTS]
    await stage.catalogue.save_participants(cast)
    moot = await stage.drive()
    return moot, await start(moot, casting={})


async def first_turn(url: str, adapter: Adapter, patience: Patience | None = None) -> Lived:
    """Until somebody has argued, or nobody can."""
    clock = HurriedClock()
    stage = Stage(rules=(), clock=clock)  # type: ignore[arg-type]
    script = Script(answers={"default": (Line(text=FROM_THE_SPARE),)})
    model = MODELS[adapter.name]
    async with provider_at(url, adapter, patience or Patience(idle_ms=LONG_MS)) as provider:
        stage.providers = [provider, ScriptedProvider(clock=clock, script=script)]
        moot, session = await opened(stage, model)
        shown: dict[tuple[str, int], Progress] = {}
        waits: list[Progress] = []

        def show(progress: Progress) -> None:
            shown[progress.step, progress.attempt] = progress
            if progress.waiting_for:
                waits.append(replace(progress, pieces=[]))

        moot.on_progress(show)
        async for record in moot.watch(session):
            if isinstance(record.event, ArgumentPresented | SessionFailed):
                break
        row = await moot.summary(session)
        await moot.stop(drain=False)
        step = stage.events(session, AttemptStarted)[0].step  # type: ignore[attr-defined]
        seen = [progress for progress in (*shown.values(), *waits) if progress.step == step]
        return Lived(stage=stage, clock=clock, session=session, status=row.status, progress=seen)


def charge_of(fate: Fate, adapter: Adapter, started: AttemptStarted) -> int:
    if fate.charged == NOTHING:
        return 0
    if fate.charged == AT_MOST or adapter.tokens_input_early is None:
        return started.cost_microusd_max
    return cost_microusd(price_of(adapter), tokens_input=adapter.tokens_input_early, tokens_output=ROOM)


def price_of(adapter: Adapter) -> Price:
    price = prices().known_of(MODELS[adapter.name]).price
    assert price is not None
    return price


def check(lived: Lived, fate: Fate, error: str, adapter: Adapter) -> None:
    """The table's line, on what is on record and on what was shown."""
    first, *_ = lived.failed
    model = MODELS[adapter.name]
    assert (first.error, first.route, first.characters) == (error, model, len(fate.shown))
    assert first.cost_microusd == charge_of(fate, adapter, lived.started[0])
    if fate.answered_by == NOBODY:
        assert lived.status is Status.FAILED
        assert len(lived.started) == 1
        return
    name, text = (model, WHOLE) if fate.answered_by == AGAIN else (SPARE, FROM_THE_SPARE)
    assert (lived.started[1].route, lived.turn.text) == (name, text)
    assert len(lived.failed) == 1
    answered: AttemptSucceeded = lived.stage.events(lived.session, AttemptSucceeded)[0]  # type: ignore[assignment]
    assert answered.model == name.removeprefix(f"{adapter.model.partition(':')[0]}:")
    broken = [each for each in lived.progress if each.is_superseded]
    assert [each.text for each in broken] == ([fate.shown] if fate.shown else [])
    if fate.answered_by == AGAIN:
        assert sum(lived.clock.waited_ms) >= fate.waits_ms - REAL_MS
        assert f"another try after {error.replace('_', ' ')}" in {each.waiting_for for each in lived.progress}


@pytest.mark.parametrize(("adapter", "fault"), REFUSED)
def test_a_refusal_is_answered_by_who_can_and_charged_for_what_it_cost(adapter: Adapter, fault: str) -> None:
    async def work() -> Lived:
        async with WireServer(adapter.wire, Act(refusal=adapter.refusals[fault])) as server:
            return await first_turn(server.url, adapter)

    error, _ = WORDS[fault]
    check(in_hurried_time(work), FATES[fault], error, adapter)


@pytest.mark.parametrize(("adapter", "fault"), BREAKING)
def test_an_answer_that_breaks_off_is_superseded_charged_and_begun_anew(adapter: Adapter, fault: str) -> None:
    async def work() -> Lived:
        patience = Patience(idle_ms=SHORT_MS if fault == "silence" else LONG_MS)
        async with WireServer(adapter.wire, broken_off(adapter, fault)) as server:
            return await first_turn(server.url, adapter, patience)

    words = ("overloaded", "incomplete", "connection_lost", "malformed", "timeout_idle")
    check(in_hurried_time(work), CUT, dict(zip(BROKEN_OFF, words, strict=True))[fault], adapter)


@pytest.mark.parametrize("is_mute", [True, False], ids=["no status", "no event"])
@pytest.mark.parametrize("adapter", EACH)
def test_silence_before_the_first_word_is_charged_at_most_and_asked_again(adapter: Adapter, is_mute: bool) -> None:
    async def work() -> Lived:
        act = Act(is_mute=True) if is_mute else Act(frames=0, then="silence")
        async with WireServer(adapter.wire, act) as server:
            return await first_turn(server.url, adapter, Patience(first_token_ms=400))

    check(in_hurried_time(work), Fate(charged=AT_MOST), ProviderError.TIMEOUT_FIRST_TOKEN, adapter)


@pytest.mark.parametrize("adapter", EACH)
@pytest.mark.parametrize("how", ["nobody", "mute"])
def test_where_no_connection_comes_about_nothing_is_charged_and_the_spare_answers(adapter: Adapter, how: str) -> None:
    async def work() -> Lived:
        if how == "nobody":
            return await first_turn(address_of_nobody(), adapter)
        async with MuteServer() as server:
            return await first_turn(server.url, adapter, Patience(connect_ms=SHORT_MS))

    lived = in_hurried_time(work)
    word = ProviderError.CONNECTION_LOST if how == "nobody" else ProviderError.TIMEOUT_CONNECT

    assert [(each.error, each.cost_microusd) for each in lived.failed] == [(word, 0)] * ATTEMPTS_PER_ROUTE_MAX
    assert [each.route for each in lived.started[: ATTEMPTS_PER_ROUTE_MAX + 1]] == [
        *[MODELS[adapter.name]] * ATTEMPTS_PER_ROUTE_MAX,
        SPARE,
    ]
    assert lived.turn.text == FROM_THE_SPARE


@pytest.mark.parametrize("adapter", EACH)
def test_one_byte_at_a_time_and_another_models_name_are_no_faults_and_the_name_is_told(adapter: Adapter) -> None:
    async def work() -> Lived:
        act = Act(answer=Answer(model="another-model"), cuts=(1,))
        async with WireServer(adapter.wire, act) as server:
            return await first_turn(server.url, adapter)

    lived = in_hurried_time(work)

    assert lived.failed == []
    assert (lived.turn.text, lived.turn.model) == (WHOLE, "another-model")
    assert lived.turn.cost_microusd > 0


@pytest.mark.parametrize("adapter", EACH)
def test_cancelling_a_debate_hangs_up_on_whoever_speaks_and_charges_what_came(adapter: Adapter) -> None:
    async def work() -> tuple[Stage, SessionId]:
        act = Act(frames=adapter.frames_of_one_word, then="silence")
        stage = Stage(rules=(), clock=HurriedClock())  # type: ignore[arg-type]
        async with (
            WireServer(adapter.wire, act) as server,
            provider_at(server.url, adapter) as provider,
        ):
            spare = Script(answers={"default": (Line(text=FROM_THE_SPARE),)})
            stage.providers = [provider, ScriptedProvider(clock=stage.clock, script=spare)]
            moot, session = await opened(stage, MODELS[adapter.name])
            has_spoken = asyncio.Event()
            moot.on_progress(lambda progress: has_spoken.set() if progress.text == "Bread " else None)
            async with asyncio.timeout(20):
                await has_spoken.wait()

            await moot.command(session, Cancel())

            async with asyncio.timeout(20):
                await server.was_left.wait()
            assert len(server.asked) == 1
            await moot.stop(drain=False)
        return stage, session

    stage, session = in_hurried_time(work)
    (failed,), (started,) = stage.events(session, AttemptFailed), stage.events(session, AttemptStarted)
    charged = started.cost_microusd_max  # type: ignore[attr-defined]
    if adapter.name == "anthropic":  # it counts the input first, and shows all that it says
        charged = cost_microusd(price_of(adapter), tokens_input=25, tokens_output=len("Bread "))
    assert (failed.error, failed.characters, failed.cost_microusd) == ("cut_off", len("Bread "), charged)  # type: ignore[attr-defined]


def test_every_refusal_that_a_provider_has_is_in_the_table() -> None:
    assert {fault for adapter in ADAPTERS for fault in adapter.refusals} <= set(FATES) == set(WORDS)
