"""What kind of day do the providers have?

A provider whose every call is well or ill by its seed: it answers, slows down, breaks off in the middle, falls silent,
refuses, reports nonsense. It keeps books of its own: when each call came, and what it would bill for it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from core.domain.budget import Price, cost_microusd
from core.domain.errors import WrongUse
from core.domain.ids import SessionId
from core.domain.provider_errors import MEANINGS, ProviderError
from core.domain.steps import ModelRequest, StepKind
from core.ports.clock import Clock
from core.ports.model_provider import Account, Closing, ModelInfo, Piece, ProviderFailed

PLANTED_KEY = "sk-planted-0123456789abcdef"
"""Stands in what a broken adapter raises. It must be found nowhere."""

PIECES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """Of one route. `ill_percent` of its calls go wrong; all of them do between the two moments, in seconds."""

    price: Price
    tokens_context_max: int
    ill_percent: int
    out_from_s: int = 0
    out_to_s: int = 0


@dataclass
class Weather:
    """The provider of every route whose name begins with `prefix`."""

    prefix: str
    clock: Clock
    seed: int
    climates: Mapping[str, Climate]
    can_count: bool = False
    asked_ms: list[int] = field(default_factory=list)
    billed_microusd: dict[SessionId, int] = field(default_factory=dict)
    _calls: int = 0

    def describe(self, model: str) -> ModelInfo:
        climate = self.climates[model]
        return ModelInfo(model=model, price=climate.price, tokens_context_max=climate.tokens_context_max)

    def refuse_early(self, request: ModelRequest) -> None:
        return None

    async def count_input(self, request: ModelRequest) -> int | None:
        return request.bytes_input // 4 if self.can_count else None

    def account(self, model: str) -> Account:
        return Account(provider=self.prefix)

    async def probe(self, model: str) -> None:
        return None

    async def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        self._calls += 1
        self.asked_ms.append(self.clock.now_ms())
        chance = random.Random(f"{self.seed}:{self.prefix}:{self._calls}")
        climate = self.climates[request.model]
        mark = f"[{request.session[-4:]}/{request.step}/{request.model}/{self._calls}]"
        said = [f"{mark} point {number} stands.\n" for number in range(PIECES)]
        if request.kind is StepKind.VERDICT:
            said.append("VERDICT: for")
        now_s = asyncio.get_running_loop().time()
        is_ill = chance.randrange(100) < climate.ill_percent or climate.out_from_s <= now_s < climate.out_to_s
        ill = chance.choice(ILLNESSES) if is_ill else "none"
        await asyncio.sleep(chance.randrange(1, 4_000) / 1_000)
        if ill in MEANINGS:
            self._fail(request, ill, chance)
        await self._break(ill)
        at = chance.randrange(1, PIECES) if ill in ("cut", "idle", "lost", "foreign", "cancel") else len(said)
        made, is_billed = 0, False
        try:
            for number, piece in enumerate(said):
                if number == at:
                    is_billed = True
                    self._bill(request, tokens_output=at)
                    await self._break_in_the_middle(ill)
                    if ill == "cut":
                        return
                await asyncio.sleep(chance.randrange(0, 800) / 1_000)
                made = number + 1
                if ill != "empty":
                    yield self._counted(request, piece, made)
            is_billed = True
            self._bill(request, tokens_output=PIECES)
        finally:
            if not is_billed:  # somebody hung up: what was made until then is billed
                self._bill(request, tokens_output=made)
        yield Closing(
            stop_reason={"length": "length", "declined": "content_policy"}.get(ill, "stop"),
            tokens_input=self._tokens(request),
            tokens_output=PIECES,
            model=request.model,
        )

    def _counted(self, request: ModelRequest, piece: str, made: int) -> Piece:
        """With what it will bill up to here, where it counts as it goes."""
        if not self.can_count:
            return Piece(text=piece)
        return Piece(text=piece, tokens_input=self._tokens(request), tokens_output=made)

    def _fail(self, request: ModelRequest, error: str, chance: random.Random) -> None:
        meaning = MEANINGS[error]
        if meaning.may_have_cost:
            self._bill(request, tokens_output=0)
        raise ProviderFailed(
            error,
            "as the weather has it",
            is_final=not meaning.is_worth_retry,
            may_have_cost=meaning.may_have_cost,
            retry_after_ms=chance.choice([None, 0, 3_000, 40_000, 600_000]) if error == "rate_limited" else None,
            tokens_input=self._tokens(request) if meaning.may_have_cost and chance.random() < 0.5 else None,
        )

    async def _break(self, ill: str) -> None:
        match ill:
            case "silent":
                await asyncio.sleep(100_000)
            case "broken":
                raise RuntimeError(f"401 for key {PLANTED_KEY}")
            case "wrong_use":
                raise WrongUse("it is not set up.")
            case _:
                pass

    async def _break_in_the_middle(self, ill: str) -> None:
        match ill:
            case "idle":
                await asyncio.sleep(100_000)
            case "lost":
                raise ProviderFailed("connection_lost", "the connection broke", may_have_cost=True)
            case "foreign":
                raise KeyError(PLANTED_KEY)
            case "cancel":
                raise asyncio.CancelledError
            case _:
                pass

    def _tokens(self, request: ModelRequest) -> int:
        return request.bytes_input // 4

    def _bill(self, request: ModelRequest, *, tokens_output: int) -> None:
        price = self.climates[request.model].price
        cost = cost_microusd(price, tokens_input=self._tokens(request), tokens_output=tokens_output)
        self.billed_microusd[request.session] = self.billed_microusd.get(request.session, 0) + cost


ILLNESSES: tuple[str, ...] = (
    *ProviderError,
    *("cut", "idle", "lost", "foreign", "cancel", "silent", "broken", "wrong_use", "empty", "length", "declined"),
    *("overloaded", "rate_limited", "server_error", "cut", "lost") * 3,
)
