"""How does a person take a seat?

They are asked like a model, and what they type is the answer. It costs nothing and is sent to nobody. A person who lets
the time pass, or who passes, has answered nothing: the seat's next route, the stand-in, speaks instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from core.domain.budget import FREE
from core.domain.ids import SessionId, StepId
from core.domain.people import PERSON, wait_ms_of
from core.domain.provider_errors import ProviderError
from core.domain.steps import ModelRequest
from core.ports.clock import Clock
from core.ports.model_provider import STOP, Closing, ModelInfo, Piece, ProviderFailed
from core.ports.people_present import PersonAsked

TOKENS_CONTEXT_MAX: Final = 10_000_000


class HumanProvider:
    """Implements `ModelProvider` and `PeoplePresent`, on one event loop."""

    prefix = PERSON

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._asked: dict[tuple[SessionId, StepId], tuple[PersonAsked, asyncio.Future[str | None]]] = {}

    def describe(self, model: str) -> ModelInfo:
        wait_ms_of(model)
        return ModelInfo(model=model, price=FREE, tokens_context_max=TOKENS_CONTEXT_MAX)

    def refuse_early(self, request: ModelRequest) -> None:
        return None

    async def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        text = await self._heard(request)
        yield Piece(text=text)
        yield Closing(stop_reason=STOP, tokens_input=0, tokens_output=0, model=PERSON)

    def asked(self) -> Sequence[PersonAsked]:
        return tuple(asked for asked, _ in self._asked.values())

    def say(self, session: SessionId, step: StepId, text: str) -> bool:
        return self._answer(session, step, text)

    def pass_on(self, session: SessionId, step: StepId) -> bool:
        return self._answer(session, step, None)

    def _answer(self, session: SessionId, step: StepId, text: str | None) -> bool:
        _, answer = self._asked.get((session, step), (None, None))
        if answer is None or answer.done():
            return False
        answer.set_result(text)
        return True

    async def _heard(self, request: ModelRequest) -> str:
        key, now_ms, wait_ms = (request.session, request.step), self._clock.now_ms(), wait_ms_of(request.model)
        if request.due_ms is not None:  # never for longer than was said, though the clock was set back
            wait_ms = min(wait_ms, max(0, request.due_ms - now_ms))
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        asked = PersonAsked(
            session=request.session, step=request.step, seat=request.seat, since_ms=now_ms, until_ms=now_ms + wait_ms
        )
        self._asked[key] = asked, answer
        waiting = asyncio.ensure_future(self._clock.sleep(wait_ms))
        try:
            await asyncio.wait((answer, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            del self._asked[key]
        if not answer.done():
            raise ProviderFailed(ProviderError.TIMEOUT_FIRST_TOKEN, "nobody spoke in time", is_final=True)
        text = answer.result()
        if text is None:
            raise ProviderFailed(ProviderError.REFUSED, "they passed", is_final=True)
        return text
