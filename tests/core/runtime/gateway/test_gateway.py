"""Does a call reach its provider when it should, and only then?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from core.domain.budget import FREE
from core.domain.ids import SeatId, SessionId, StepId
from core.domain.participants import Role
from core.domain.session import FailedAttempt
from core.domain.steps import Brief, Message, ModelRequest, StepKind
from core.ports.model_provider import Account, Closing, ModelInfo, Piece, ProviderFailed
from core.runtime.gateway.breaker import FAILURES_MAX, OPEN_MS
from core.runtime.gateway.gateway import COUNT_MS_MAX, Call, CallEnded, Gateway, GatewayLimits
from core.runtime.gateway.limiter import WINDOW_MS, RateLimit
from core.runtime.gateway.probes import PROBE_MS_MAX
from tests.virtual_time import VirtualClock, in_virtual_time

ROUTE = "cloud:large"
WHOLE = Closing(stop_reason="stop", tokens_input=10, tokens_output=5, model="large-2026")

Said = Piece | Closing | Exception | float
"""What a provider says in a row; a number is a silence in seconds."""


class Cloud:
    """A provider that says what it is told to; the last row for ever."""

    prefix = "cloud"

    def __init__(self, *rows: Sequence[Said]) -> None:
        self.rows = list(rows) or [(Piece(text="It is so."), WHOLE)]
        self.sent_ms: list[int] = []
        self.let_go = 0
        self.counts: list[Said] = []
        self.counted = 0
        self.addresses: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.probed: list[str] = []
        self.illnesses: dict[str, Exception | float] = {}

    def for_model(self, model: str) -> Cloud:
        return self

    def describe(self, model: str) -> ModelInfo:
        return ModelInfo(model=model, price=FREE, tokens_context_max=1_000)

    def refuse_early(self, request: ModelRequest) -> None:
        return None

    async def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        self.sent_ms.append(CLOCK.now_ms() - CLOCK.start_ms)
        row = self.rows.pop(0) if len(self.rows) > 1 else self.rows[0]
        try:
            for said in row:
                if isinstance(said, float):
                    await asyncio.sleep(said)
                elif isinstance(said, Exception):
                    raise said
                else:
                    yield said
        finally:
            self.let_go += 1

    async def count_input(self, request: ModelRequest) -> int | None:
        self.counted += 1
        for said in self.counts:
            if isinstance(said, float):
                await asyncio.sleep(said)
            elif isinstance(said, Exception):
                raise said
        return 42

    def account(self, model: str) -> Account:
        prefix, _, name = model.partition(":")
        return Account(provider=prefix, address=self.addresses.get(name, ""), digest=self.digests.get(name, ""))

    async def probe(self, model: str) -> None:
        self.probed.append(model)
        found = self.illnesses.get(model)
        if isinstance(found, float):
            await asyncio.sleep(found)
        elif found is not None:
            raise found


CLOCK = VirtualClock()


def request(model: str = ROUTE) -> ModelRequest:
    return ModelRequest(
        session=SessionId("5e" * 16),
        step=StepId("r1.claim.proposer"),
        seat=SeatId("proposer"),
        kind=StepKind.TURN,
        model=model,
        messages=(Message(author="user", text="x" * 100),),
        tokens_output_max=50,
        temperature_milli=0,
        seed=1,
        brief=Brief(
            motion="It is.", role=Role.PROPOSER, side=1, task="claim", round=1, rounds_limit=1, turns=(), documents=()
        ),
    )


class Caller(Call):
    """One attempt, and what its caller was told."""

    def __init__(self, *failures: FailedAttempt, model: str = ROUTE) -> None:
        super().__init__(request(model), attempt=len(failures) + 1, failures=failures)
        self.waited_for: list[str] = []
        self.said: list[str] = []
        self.is_sent = False

    def waits_for(self, what: str) -> None:
        self.waited_for.append(what)

    def heard(self, said: str) -> None:
        self.said.append(said)

    def sent(self) -> None:
        self.is_sent = True


def failing(error: str, **fields: object) -> tuple[Said, ...]:
    return (ProviderFailed(error, "no", **fields),)  # type: ignore[arg-type]


def gateway(cloud: Cloud, **limits: object) -> Gateway:
    return Gateway(cloud, CLOCK, GatewayLimits(**limits))  # type: ignore[arg-type]


async def fails(made: Gateway, *failures: FailedAttempt) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as failed:
        await made.call(Caller(*failures))
    return failed.value


def virtually(work: Callable[[], Awaitable[None]]) -> None:
    in_virtual_time(work)


def test_a_call_that_needs_no_wait_is_sent_at_once_and_heard_piece_by_piece() -> None:
    async def work() -> None:
        cloud, caller = Cloud((Piece(text="It "), Piece(text="is."), WHOLE)), Caller()

        closing = await gateway(cloud).call(caller)

        assert (closing, caller.said, caller.waited_for) == (WHOLE, ["It ", "is."], [])
        assert (cloud.sent_ms, cloud.let_go, caller.is_sent) == ([0], 1, True)

    virtually(work)


def test_after_a_failure_the_same_route_waits_and_says_for_what() -> None:
    async def work() -> None:
        cloud = Cloud()
        caller = Caller(FailedAttempt(attempt=1, route=ROUTE, error="rate_limited", retry_after_ms=20_000))

        await gateway(cloud).call(caller)

        assert 20_000 <= cloud.sent_ms[0] <= 21_000
        assert caller.waited_for == ["another try after rate limited", ""]

    virtually(work)


def test_the_limit_of_one_account_holds_for_all_its_models_and_for_nobody_else() -> None:
    async def work() -> None:
        cloud = Cloud()
        made = gateway(cloud, rate_limits={"cloud": RateLimit(requests_per_minute=2)})
        callers = [Caller(model=model) for model in ("cloud:a", "cloud:b", "cloud:c", "shed:d")]

        await asyncio.gather(*(made.call(caller) for caller in callers))

        assert sorted(cloud.sent_ms) == [0, 0, 0, WINDOW_MS]
        assert [caller.waited_for for caller in callers] == [[], [], ["its turn with cloud", ""], []]

    virtually(work)


def test_each_key_and_each_address_has_a_limit_of_its_own() -> None:
    async def work() -> None:
        cloud = Cloud()
        cloud.addresses = {"a": "http://one", "b": "http://two", "c": "http://two", "d": "http://two"}
        cloud.digests = {"d": "another key"}
        made = gateway(cloud, rate_limit=RateLimit(requests_per_minute=1))
        callers = [Caller(model=f"cloud:{name}") for name in "abcd"]

        await asyncio.gather(*(made.call(caller) for caller in callers))

        assert sorted(cloud.sent_ms) == [0, 0, 0, WINDOW_MS]
        assert [bool(caller.waited_for) for caller in callers] == [False, False, True, False]
        assert [health.requests_left for health in made.health()] == [1, 0, 0, 1]

    virtually(work)


def test_a_call_broken_off_while_it_waits_was_never_sent() -> None:
    async def work() -> None:
        cloud = Cloud()
        made = gateway(cloud, rate_limit=RateLimit(requests_per_minute=1))
        await made.call(Caller())
        waiting = Caller()
        task = asyncio.create_task(made.call(waiting))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        assert not waiting.is_sent
        assert len(cloud.sent_ms) == 1

    virtually(work)


def test_a_route_that_fails_again_and_again_rests_and_then_one_call_tries_it() -> None:
    async def work() -> None:
        cloud = Cloud(*[failing("overloaded")] * FAILURES_MAX, (5.0, Piece(text="It is so."), WHOLE))
        made = gateway(cloud)
        for _ in range(FAILURES_MAX):
            await fails(made)
        assert made.resting([ROUTE, "shed:d"]) == {ROUTE}

        callers = [Caller() for _ in range(4)]
        await asyncio.gather(*(made.call(caller) for caller in callers))

        tried, *others = cloud.sent_ms[FAILURES_MAX:]
        assert tried == OPEN_MS
        assert min(others) >= OPEN_MS + 5_000
        assert callers[0].waited_for == ["cloud:large to recover", ""]
        assert made.resting([ROUTE]) == frozenset()

    virtually(work)


@pytest.mark.parametrize("error", ["bad_request", "authentication", "context_overflow", "content_policy"])
def test_what_the_caller_did_wrong_does_not_open_the_breaker(error: str) -> None:
    async def work() -> None:
        made = gateway(Cloud(failing(error, is_final=True)))
        for _ in range(3 * FAILURES_MAX):
            await fails(made)

        assert made.health()[0].breaker == "closed"
        assert made.health()[0].errors == {error: 3 * FAILURES_MAX}

    virtually(work)


def test_what_ends_the_call_on_our_side_does_not_open_the_breaker() -> None:
    class TooLong(Caller):
        def heard(self, said: str) -> None:
            raise CallEnded("too_long", "enough")

    async def work() -> None:
        cloud = Cloud()
        made = gateway(cloud)
        for _ in range(3 * FAILURES_MAX):
            with pytest.raises(CallEnded):
                await made.call(TooLong())

        assert made.health()[0].breaker == "closed"
        assert cloud.let_go == 3 * FAILURES_MAX

    virtually(work)


def test_being_asked_to_slow_down_holds_for_every_session_on_that_route() -> None:
    async def work() -> None:
        cloud = Cloud(failing("rate_limited", retry_after_ms=8_000), (Piece(text="x"), WHOLE))
        made = gateway(cloud)
        await fails(made)
        assert made.resting([ROUTE]) == {ROUTE}

        await made.call(Caller())

        assert cloud.sent_ms == [0, 8_000]
        assert made.health()[0].breaker == "closed"

    virtually(work)


def test_a_route_that_asks_to_be_left_for_longer_than_a_debate_waits_is_not_waited_for() -> None:
    async def work() -> None:
        cloud = Cloud(failing("rate_limited", retry_after_ms=600_000))
        made = gateway(cloud)
        await fails(made)

        failed = await fails(made)

        assert (failed.error, failed.is_final, failed.may_have_cost) == ("rate_limited", True, False)
        assert cloud.sent_ms == [0]

    virtually(work)


@pytest.mark.parametrize(
    ("row", "error", "after_s"),
    [
        ((100.0,), "timeout_first_token", 20),
        ((Piece(text="It"), 100.0), "timeout_idle", 7),
        ((15.0, Piece(text="It"), 6.0, Piece(text="is"), 6.0, Piece(text="so")), "incomplete", 27),
    ],
)
def test_silence_has_a_limit_before_the_first_word_and_another_behind_it(
    row: tuple[Said, ...], error: str, after_s: int
) -> None:
    async def work() -> None:
        cloud = Cloud(row)
        made = gateway(cloud, first_token_milliseconds_max=20_000, silence_milliseconds_max=7_000)

        failed = await fails(made)

        assert (failed.error, failed.may_have_cost, cloud.let_go) == (error, True, 1)
        assert asyncio.get_running_loop().time() == after_s

    virtually(work)


def test_the_operator_can_have_a_route_asked_again_at_once() -> None:
    async def work() -> None:
        cloud = Cloud(*[failing("server_error")] * FAILURES_MAX, (Piece(text="x"), WHOLE))
        made = gateway(cloud)
        for _ in range(FAILURES_MAX):
            await fails(made)

        assert made.reset(ROUTE)
        assert not made.reset("cloud:unheard")
        await made.call(Caller())

        assert cloud.sent_ms == [0] * (FAILURES_MAX + 1)

    virtually(work)


def test_a_prompt_is_counted_once_for_all_who_ask_at_the_same_time() -> None:
    async def work() -> None:
        cloud = Cloud()
        cloud.counts = [1.0]
        made = gateway(cloud)

        assert await asyncio.gather(*(made.count_input(request()) for _ in range(3))) == [42] * 3
        assert cloud.counted == 1

    virtually(work)


@pytest.mark.parametrize("said", [COUNT_MS_MAX / 1_000 + 1, ProviderFailed("overloaded", "no")])
def test_a_count_that_does_not_come_is_done_without(said: Said) -> None:
    async def work() -> None:
        cloud = Cloud()
        cloud.counts = [said]

        assert await gateway(cloud).count_input(request()) is None

    virtually(work)


def test_health_tells_how_a_route_has_done() -> None:
    async def work() -> None:
        cloud = Cloud((1.0, WHOLE), (2.0, WHOLE), (9.0, WHOLE), failing("overloaded"))
        made = gateway(cloud, rate_limit=RateLimit(requests_per_minute=60))
        for _ in range(3):
            await made.call(Caller())
        await fails(made)
        await made.probe()

        (health,) = made.health()

        assert (health.route, health.answers, health.errors) == (ROUTE, 3, {"overloaded": 1})
        assert (health.latency_p50_ms, health.latency_p95_ms) == (2_000, 9_000)
        assert (health.requests_left, health.probe) == (56, "ok")
        assert health.last_error == "overloaded: no"

    virtually(work)


def test_each_provider_that_can_be_used_is_asked_once_whether_or_not_anybody_has_used_it() -> None:
    async def work() -> None:
        cloud = Cloud()
        cloud.digests = {"other": "another key"}
        made = gateway(cloud, rate_limit=RateLimit(requests_per_minute=60))
        for model in ("cloud:large", "cloud:small", "cloud:other"):
            await made.call(Caller(model=model))

        await made.probe(("cloud", "shed"))

        assert sorted(cloud.probed) == ["cloud", "cloud:other", "shed"]
        assert [(each.provider, each.probe, each.answers) for each in made.providers()] == [
            ("cloud", "ok", 1),
            ("cloud", "ok", 1),
            ("shed", "ok", 1),
        ]
        assert [each.probe for each in made.health()] == ["ok"] * 3

    virtually(work)


def test_asking_how_a_provider_is_takes_no_place_in_the_minute_and_moves_no_breaker() -> None:
    async def work() -> None:
        cloud = Cloud()
        cloud.illnesses = {"cloud": ProviderFailed("overloaded", "no")}
        made = gateway(cloud, rate_limit=RateLimit(requests_per_minute=1))
        for _ in range(3 * FAILURES_MAX):
            await made.probe(("cloud",))
        await made.call(Caller())

        (health,), (provider,) = made.health(), made.providers()
        assert cloud.sent_ms == [0]
        assert (health.breaker, health.probe, health.requests_left) == ("closed", "overloaded", 0)
        assert (provider.answers, provider.errors) == (0, {"overloaded": 3 * FAILURES_MAX})
        assert provider.last_error == "overloaded: no"

    virtually(work)


def test_who_asked_to_be_left_alone_is_not_asked_how_it_is() -> None:
    async def work() -> None:
        cloud = Cloud(failing("rate_limited", retry_after_ms=8_000), (Piece(text="x"), WHOLE))
        made = gateway(cloud)
        await fails(made)
        await made.probe(("cloud", "shed"))
        assert cloud.probed == ["shed"]

        await asyncio.sleep(8)
        await made.probe(("cloud",))

        assert cloud.probed == ["shed", "cloud"]

    virtually(work)


def test_one_that_does_not_answer_or_breaks_keeps_none_of_the_others_waiting() -> None:
    async def work() -> None:
        cloud = Cloud()
        cloud.illnesses = {"cloud": PROBE_MS_MAX / 1_000 + 1, "shed": KeyError("sk-planted"), "barn": 2.0}
        made = gateway(cloud)

        await made.probe(("cloud", "shed", "barn"))

        assert asyncio.get_running_loop().time() == PROBE_MS_MAX / 1_000
        found = {each.provider: each for each in made.providers()}
        assert {name: each.probe for name, each in found.items()} == {
            "cloud": "no_answer",
            "shed": "KeyError",
            "barn": "ok",
        }
        assert (found["barn"].latency_p50_ms, found["barn"].latency_p95_ms) == (2_000, 2_000)
        assert "sk-planted" not in repr(made.providers())

    virtually(work)
