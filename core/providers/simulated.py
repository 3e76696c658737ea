"""How does a debate run between participants whose competence is known?

A simulated participant is right as often as its traits say, gives way to a majority as often as they say, and prefers
whoever was shown first as often as they say. What it says follows from the request alone: the seed, the step, the seat,
its route, what it is shown, and the right answer, which is told to nobody else. No model is asked, nothing is spent.
So measures, formats and judging can be held against what is true of those who take part.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final

from core.domain.budget import FREE
from core.domain.steps import ModelRequest
from core.domain.unasked import SIMULATED
from core.ports.clock import Clock
from core.ports.model_provider import STOP, Closing, ModelInfo, Piece
from core.providers.rehearsal import tokens_estimated
from core.providers.simulating.telling import told
from core.providers.simulating.traits import traits_of

TOKENS_CONTEXT_MAX: Final = 10_000_000
WORDS_PER_PIECE: Final = 3
MILLISECONDS_PER_SECOND: Final = 1_000

_PIECES = re.compile(rf"(?:\S+\s*){{1,{WORDS_PER_PIECE}}}")


class SimulatedProvider:
    """The provider of `simulated` and `simulated:TRAITS`. A pace of None speaks as fast as it is listened to."""

    prefix = SIMULATED

    def __init__(self, *, clock: Clock, pace_characters_per_second: int | None = None) -> None:
        self._clock = clock
        self._pace_characters_per_second = pace_characters_per_second

    def describe(self, model: str) -> ModelInfo:
        traits_of(model)
        return ModelInfo(model=model, price=FREE, tokens_context_max=TOKENS_CONTEXT_MAX, is_rehearsal=True)

    def refuse_early(self, request: ModelRequest) -> None:
        return None

    async def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        text = simulated(request)
        for match in _PIECES.finditer(text):
            if self._pace_characters_per_second is not None:
                milliseconds = len(match[0]) * MILLISECONDS_PER_SECOND // self._pace_characters_per_second
                await self._clock.sleep(milliseconds)
            yield Piece(text=match[0])
        yield Closing(
            stop_reason=STOP,
            tokens_input=sum(tokens_estimated(message.text) for message in request.messages),
            tokens_output=tokens_estimated(text),
            model=request.model,
        )


def simulated(request: ModelRequest) -> str:
    """What the participant of the request's route says to it."""
    return told(request, traits_of(request.model))
