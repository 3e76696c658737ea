"""What becomes of a session's turns when routes fail, rest, or make it wait?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from core.domain.budget import FREE, Price
from core.domain.commands import Cancel, Command, Complete, Pause, Resume
from core.domain.errors import PricesUnknown
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptStarted,
    AttemptSucceeded,
    SessionOpened,
    SpendRefused,
    StepExhausted,
)
from core.domain.ids import SessionId
from core.domain.participants import Checks, OnContentPolicy
from core.domain.session import Status
from core.domain.steps import ModelRequest, StepKind
from core.engine.replay import verify
from core.flows.debate_events import ArgumentPresented
from core.orchestrator import Orchestrator
from core.ports.model_provider import Account, Closing, ModelInfo, Piece, ProviderFailed
from core.runtime.announcements import Progress
from core.runtime.gateway.breaker import FAILURES_MAX
from core.runtime.gateway.gateway import GatewayLimits
from core.runtime.gateway.limiter import RateLimit
from core.runtime.ports import Limits
from core.templates.participants import SHIPPED_PARTICIPANTS
from tests.stage import Stage, start, until, until_event
from tests.virtual_time import in_virtual_time

PAID = Price(input_microusd=3_000_000, output_microusd=15_000_000)
LARGE, SMALL = "cloud:large", "cloud:small"
THINKS_S = 2.0
ONE_A_MINUTE = Limits(gateway=GatewayLimits(rate_limit=RateLimit(requests_per_minute=1)))

Row = Sequence[str | Piece | Exception | Closing | float]


@dataclass
class Cloud:
    """Every call takes two seconds; those of a model go by its rows first, and are well after that."""

    rows: Mapping[str, list[Row]] = field(default_factory=dict)
    price: Price = PAID
    windows: Mapping[str, int] = field(default_factory=dict)
    is_price_known: bool = True
    tokens_counted: int | None = None
    prefix: str = "cloud"
    asked: list[str] = field(default_factory=list)
    let_go: int = 0

    def describe(self, model: str) -> ModelInfo:
        return ModelInfo(
            model=model,
            price=self.price,
            tokens_context_max=self.windows.get(model, 100_000),
            is_price_known=self.is_price_known,
        )

    def refuse_early(self, request: ModelRequest) -> None:
        return None

    async def count_input(self, request: ModelRequest) -> int | None:
        return self.tokens_counted

    def account(self, model: str) -> Account:
        return Account(provider=self.prefix)

    async def probe(self, model: str) -> None:
        return None

    async def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        self.asked.append(request.model)
        try:
            await asyncio.sleep(THINKS_S)
            async for said in self._row(request):
                yield said
        finally:
            self.let_go += 1

    async def _row(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        rows = self.rows.get(request.model)
        verdict = "\nVERDICT: for" if request.kind is StepKind.VERDICT else ""
        row: Row = rows.pop(0) if rows else (f"Call {len(self.asked)} says so.{verdict}", closing())
        for said in row:
            if isinstance(said, Exception):
                raise said
            if isinstance(said, float):
                await asyncio.sleep(said)
            else:
                yield Piece(text=said) if isinstance(said, str) else said


def closing(reason: str = "stop") -> Closing:
    return Closing(stop_reason=reason, tokens_input=100, tokens_output=10, model="large-2026")


def failing(error: str, **fields: object) -> Row:
    return (ProviderFailed(error, "no", **fields),)  # type: ignore[arg-type]


async def begun(
    cloud: Cloud, *, limits: Limits | None = None, cap_microusd: int | None = None, **fields: object
) -> tuple[Stage, Orchestrator, SessionId]:
    """A debate whose every seat asks the large model, and the small one when that fails."""
    stage = Stage(rules=(), limits=limits or Limits())
    stage.providers = [cloud]
    for shipped in SHIPPED_PARTICIPANTS:
        speaker = replace(shipped, model=LARGE, fallbacks=(SMALL,), **fields)  # type: ignore[arg-type]
        await stage.catalogue.save_participants([speaker])
    moot = await stage.drive()
    session = await start(moot, casting={}, cap_microusd=cap_microusd)
    return stage, moot, session


def routes(stage: Stage, session: SessionId) -> list[str]:
    return [event.route for event in stage.events(session, AttemptStarted)]  # type: ignore[attr-defined]


def errors(stage: Stage, session: SessionId) -> list[str]:
    return [event.error for event in stage.events(session, AttemptFailed)]  # type: ignore[attr-defined]


def test_the_opening_pins_price_and_window_of_every_route() -> None:
    async def work() -> None:
        stage, moot, session = await begun(Cloud(windows={SMALL: 8_000}))
        (opened,) = stage.events(session, SessionOpened)

        assert dict(opened.opening.prices) == {LARGE: PAID, SMALL: PAID}  # type: ignore[attr-defined]
        assert dict(opened.opening.windows) == {LARGE: 100_000, SMALL: 8_000}  # type: ignore[attr-defined]
        await moot.stop()

    in_virtual_time(work)


def test_a_turn_cut_off_in_the_middle_begins_anew_elsewhere_and_nothing_is_glued_together() -> None:
    async def work() -> None:
        gone = ProviderFailed("connection_lost", "gone", is_final=True, may_have_cost=True, tokens_input=100)
        cloud = Cloud(rows={LARGE: [("Half of an", gone)]})
        stage, moot, session = await begun(cloud)
        shown: list[tuple[int, str, bool]] = []

        def show(progress: Progress) -> None:
            shown.append((progress.attempt, progress.text, progress.is_superseded))

        moot.on_progress(show)
        await until_event(moot, session, ArgumentPresented)

        failed, presented = stage.events(session, AttemptFailed)[0], stage.events(session, ArgumentPresented)[0]
        assert (failed.route, failed.characters) == (LARGE, len("Half of an"))  # type: ignore[attr-defined]
        assert failed.cost_microusd > 0  # type: ignore[attr-defined]
        assert presented.text == "Call 2 says so."  # type: ignore[attr-defined]
        assert shown[:3] == [(1, "Half of an", False), (1, "Half of an", True), (2, "Call 2 says so.", False)]
        assert routes(stage, session)[:2] == [LARGE, SMALL]
        await moot.stop()

    in_virtual_time(work)


def test_what_the_provider_had_in_its_cache_is_on_record() -> None:
    async def work() -> None:
        cloud = Cloud(rows={LARGE: [("It is so.", replace(closing(), tokens_cached=80))]})
        stage, moot, session = await begun(cloud)
        await until_event(moot, session, ArgumentPresented)

        assert stage.events(session, AttemptSucceeded)[0].tokens_cached == 80  # type: ignore[attr-defined]
        await moot.stop()

    in_virtual_time(work)


def test_a_prompt_too_long_goes_to_the_larger_window_and_never_to_the_same_model() -> None:
    async def work() -> None:
        too_long = failing("context_overflow", is_final=True)
        larger = Cloud(rows={LARGE: [too_long]}, windows={LARGE: 1_000, SMALL: 2_000})
        _, moot, session = await begun(larger)
        assert await until(moot, session) is Status.COMPLETED
        assert larger.asked[:2] == [LARGE, SMALL]
        await moot.stop()

        no_larger = Cloud(rows={LARGE: [too_long]}, windows={LARGE: 1_000, SMALL: 1_000})
        _, moot, session = await begun(no_larger)
        assert await until(moot, session) is Status.FAILED
        assert no_larger.asked == [LARGE]
        await moot.stop()

    in_virtual_time(work)


@pytest.mark.parametrize(
    ("content_policy", "asked", "status"),
    [
        (OnContentPolicy.SURFACE, [LARGE], Status.FAILED),
        (OnContentPolicy.FALL_BACK, [LARGE, SMALL], Status.COMPLETED),
    ],
)
def test_a_model_that_declines_is_surfaced_unless_its_participant_falls_back(
    content_policy: OnContentPolicy, asked: list[str], status: Status
) -> None:
    async def work() -> None:
        cloud = Cloud(rows={LARGE: [("I can't.", closing("content_policy"))]})
        stage, moot, session = await begun(cloud, content_policy=content_policy)

        assert await until(moot, session) is status
        assert cloud.asked[:2] == asked
        assert stage.events(session, AttemptFailed)[0].cost_microusd > 0  # type: ignore[attr-defined]
        assert len(stage.events(session, StepExhausted)) == (status is Status.FAILED)
        await moot.stop()

    in_virtual_time(work)


def test_a_route_that_rests_is_passed_over_by_sessions_that_come_later() -> None:
    async def work() -> None:
        cloud = Cloud(rows={LARGE: [failing("overloaded")] * FAILURES_MAX})
        stage, moot, first = await begun(cloud)
        second = await start(moot, "Another?", casting={})
        await asyncio.gather(*(until_event(moot, each, ArgumentPresented) for each in (first, second)))
        third = await start(moot, "A third?", casting={})

        assert routes(stage, third) == [SMALL]
        (rested,) = [health for health in (await moot.driver_notes()).routes if health.route == LARGE]
        assert (rested.breaker, rested.errors["overloaded"]) == ("open", FAILURES_MAX)
        assert await until(moot, third) is Status.COMPLETED
        assert errors(stage, third) == []
        await moot.stop()

    in_virtual_time(work)


def test_pausing_withdraws_a_call_that_waits_to_be_sent_and_resuming_asks_again() -> None:
    async def work() -> None:
        cloud = Cloud()
        stage, moot, session = await begun(cloud, limits=ONE_A_MINUTE)
        await until_event(moot, session, AttemptStarted, 2)
        await asyncio.sleep(1)
        assert [progress.waiting_for for progress in moot.speaking(session)] == ["its turn with cloud"]

        await moot.command(session, Pause())

        assert errors(stage, session) == ["not_sent"]
        assert (await moot.system_status()).held_microusd == 0
        assert (await stage.state(session)).work.errors == 0
        await asyncio.sleep(200)
        assert len(cloud.asked) == 1
        await moot.command(session, Resume())
        assert await until(moot, session) is Status.COMPLETED
        assert not stage.events(session, AttemptInDoubt)
        await moot.stop()

    in_virtual_time(work)


COUNTED = Piece(text="Half of an", tokens_input=90, tokens_output=12)
HALF = "Half of an"
SPOKEN = Complete(reason="seen", verdict="Carried.", outcome="for")


@pytest.mark.parametrize("end", [Cancel(), SPOKEN])
@pytest.mark.parametrize("piece", [COUNTED, replace(COUNTED, tokens_output=None), HALF])
def test_who_speaks_in_a_session_that_is_over_is_hung_up_on_at_once_and_charged_for_what_came(
    end: Command, piece: Piece | str
) -> None:
    async def work() -> None:
        cloud = Cloud(rows={LARGE: [(piece, 1_000.0)]})
        stage, moot, session = await begun(cloud)
        shown: list[bool] = []
        moot.on_progress(lambda progress: shown.append(progress.is_superseded))
        await asyncio.sleep(THINKS_S + 1)
        assert [progress.text for progress in moot.speaking(session)] == [HALF]

        await moot.command(session, end)
        await asyncio.sleep(0)

        (failed,), (started,) = stage.events(session, AttemptFailed), stage.events(session, AttemptStarted)
        at_most = started.cost_microusd_max  # type: ignore[attr-defined]
        is_counted = isinstance(piece, Piece) and piece.tokens_output is not None
        charged = 90 * 3 + 12 * 15 if is_counted else at_most
        assert (failed.error, failed.characters, failed.route) == ("cut_off", len(HALF), LARGE)  # type: ignore[attr-defined]
        assert failed.cost_microusd == charged <= at_most  # type: ignore[attr-defined]
        assert (cloud.asked, cloud.let_go) == ([LARGE], 1)
        assert asyncio.get_running_loop().time() == THINKS_S + 1
        assert shown[-1]
        assert not moot.speaking(session)
        assert not (await stage.state(session)).work.open
        status = await moot.system_status()
        assert (status.held_microusd, status.spent_today_microusd) == (0, charged)
        assert verify(stage.ports.engine, session, stage.records(session)) is None
        await moot.stop()

    in_virtual_time(work)


def test_an_answer_that_came_before_its_session_was_cancelled_is_recorded_as_it_is() -> None:
    async def work() -> None:
        stage, moot, session = await begun(Cloud())
        await asyncio.sleep(THINKS_S - 0.5)
        stage.disk.is_full = True
        await asyncio.sleep(1)
        stage.disk.is_full = False

        await moot.command(session, Cancel())
        await asyncio.sleep(5)

        assert len(stage.events(session, AttemptSucceeded)) == 1
        assert errors(stage, session) == []
        await moot.stop()

    in_virtual_time(work)


@pytest.mark.parametrize("how", ["stop_spending", "stop"])
def test_what_was_never_sent_is_in_no_doubt_when_everything_stops(how: str) -> None:
    async def work() -> None:
        stage, moot, session = await begun(Cloud(), limits=ONE_A_MINUTE)
        await until_event(moot, session, AttemptStarted, 2)
        await asyncio.sleep(1)

        await getattr(moot, how)()

        failed = stage.events(session, AttemptFailed)
        assert [(event.error, event.cost_microusd) for event in failed] == [("not_sent", 0)]  # type: ignore[attr-defined]
        assert not stage.events(session, AttemptInDoubt)
        if how != "stop":
            await moot.stop()

    in_virtual_time(work)


def test_near_a_cap_the_providers_own_count_decides() -> None:
    async def work() -> None:
        spent = []
        for tokens_counted in (None, 200):
            cloud = Cloud(tokens_counted=tokens_counted)
            stage, moot, session = await begun(cloud, cap_microusd=12_000)
            await until(moot, session, Status.PAUSED, Status.COMPLETED)
            spent.append((len(stage.events(session, AttemptSucceeded)), len(stage.events(session, SpendRefused))))
            held = [event.cost_microusd_max for event in stage.events(session, AttemptStarted)]  # type: ignore[attr-defined]
            assert max(held, default=0) <= 12_000
            await moot.stop()

        assert spent[0] == (0, 1)
        assert spent[1][0] > 0

    in_virtual_time(work)


def test_models_of_unknown_price_are_refused_by_name_and_nothing_is_opened() -> None:
    async def work() -> None:
        with pytest.raises(PricesUnknown, match=f"what {LARGE} and {SMALL} cost is not known") as refused:
            await begun(Cloud(is_price_known=False))

        assert refused.value.models == (LARGE, SMALL)

    in_virtual_time(work)


SAME = " ".join(f"word{number}" for number in range(60))


@pytest.mark.parametrize(
    ("checks", "row", "error", "finding"),
    [
        (Checks.WHOLE, ("Half of", closing("length")), "truncated", ""),
        (Checks.ACCEPT, ("Half of", closing("length")), "", "truncated: its answer stopped early: length"),
        (Checks.ACCEPT, ("  ", closing()), "empty", ""),
        (Checks.RETRY, ("We must not, and that is that. " * 20, closing()), "repeated", ""),
        (Checks.WHOLE, ("We must not, and that is that. " * 20, closing()), "", "repeated: it repeats itself"),
        (Checks.WHOLE, (SAME, closing()), "", ""),
    ],
)
def test_an_odd_answer_is_asked_for_again_or_stands_with_a_note_as_its_participant_says(
    checks: Checks, row: Row, error: str, finding: str
) -> None:
    async def work() -> None:
        stage, moot, session = await begun(Cloud(rows={LARGE: [row]}, price=FREE), checks=checks)
        await until_event(moot, session, ArgumentPresented)

        assert errors(stage, session) == ([error] if error else [])
        found = stage.events(session, AttemptSucceeded)[0].findings  # type: ignore[attr-defined]
        assert found == ((finding,) if finding else ())
        await moot.stop()

    in_virtual_time(work)


def test_a_seat_that_says_again_what_it_said_before_is_noted_and_nobody_else_is() -> None:
    async def work() -> None:
        said = [SAME, SAME, SAME, SAME.replace("word", "letter")]
        stage, moot, session = await begun(
            Cloud(rows={LARGE: [(each, closing()) for each in said]}, price=FREE), checks=Checks.ACCEPT
        )
        await until_event(moot, session, ArgumentPresented, len(said))

        answered = stage.events(session, AttemptSucceeded)[: len(said)]
        assert [event.findings for event in answered] == [  # type: ignore[attr-defined]
            (),
            (),
            ("repeated: it repeats its last turn, to 100 %",),
            (),
        ]
        await moot.stop()

    in_virtual_time(work)
