"""What does the gateway add to a call that answers at once, with everything on?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from statistics import median

from bench.measuring import NS_PER_US, Figure, percentile
from core.domain.budget import FREE
from core.domain.ids import SeatId, SessionId, StepId
from core.domain.participants import Role
from core.domain.session import FailedAttempt
from core.domain.steps import Brief, Message, ModelRequest, StepKind
from core.ports.model_provider import Closing, ModelInfo, Piece
from core.runtime.gateway.gateway import Call, Gateway, GatewayLimits
from core.runtime.gateway.limiter import RateLimit

OVERHEAD_US_MAX = 150
CALLS_PER_ROUND = 500
ROUTE = "instant:model"
FAILURES = (FailedAttempt(attempt=1, route="other:model", error="overloaded"),)
"""A call that has fallen back: its step has failed elsewhere, so that the wait before it is worked out too."""


class Instant:
    """A provider that has its answer ready, in three pieces."""

    prefix = "instant"
    closing = Closing(stop_reason="stop", tokens_input=100, tokens_output=30, model="model")
    pieces = (Piece(text="It is so, "), Piece(text="for three reasons, "), Piece(text="and they stand."))

    def for_model(self, model: str) -> Instant:
        return self

    def describe(self, model: str) -> ModelInfo:
        return ModelInfo(model=model, price=FREE, tokens_context_max=100_000)

    def refuse_early(self, request: ModelRequest) -> None:
        return None

    async def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        for piece in self.pieces:
            yield piece
        yield self.closing


class Wall:
    """The Clock port over the machine's."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    async def sleep(self, milliseconds: int) -> None:
        await asyncio.sleep(milliseconds / 1_000)


async def overhead(*, rounds: int, calls: int = CALLS_PER_ROUND) -> list[Figure]:
    """Calls through the gateway and bare ones take turns."""
    provider, request = Instant(), _request()
    limit = RateLimit(requests_per_minute=10_000_000, tokens_per_minute=10**12)
    gateway = Gateway(provider, Wall(), GatewayLimits(rate_limit=limit))
    call = Call(request, attempt=2, failures=FAILURES)
    through_us: list[float] = []
    bare_us: list[float] = []
    for _ in range(rounds * calls):
        began_ns = time.perf_counter_ns()
        async for _said in provider.stream(request):
            pass
        between_ns = time.perf_counter_ns()
        await gateway.call(call)
        through_us.append((time.perf_counter_ns() - between_ns) / NS_PER_US)
        bare_us.append((between_ns - began_ns) / NS_PER_US)
    added_us = [through - bare for through, bare in zip(through_us, bare_us, strict=True)]
    return [
        Figure(
            case="gateway",
            name="added to a call that answers at once, all but the cache on",
            value=median(added_us),
            unit="µs",
            value_max=OVERHEAD_US_MAX,
            note=f"p95 {percentile(added_us, 95):.1f}; the call alone {median(bare_us):.1f}",
        )
    ]


def _request() -> ModelRequest:
    brief = Brief(
        motion="It is.", role=Role.PROPOSER, side=1, task="claim", round=1, rounds_limit=1, turns=(), documents=()
    )
    return ModelRequest(
        session=SessionId("5e" * 16),
        step=StepId("r1.claim.proposer"),
        seat=SeatId("proposer"),
        kind=StepKind.TURN,
        model=ROUTE,
        messages=(Message(author="system", text="x" * 2_000), Message(author="user", text="y" * 8_000)),
        tokens_output_max=600,
        temperature_milli=0,
        seed=1,
        brief=brief,
    )
