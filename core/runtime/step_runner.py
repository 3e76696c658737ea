"""What does a seat answer, and what did that cost?

One attempt: ask the provider, clean what comes, show it as progress, and turn the end into a command. Nothing is
decided here. A stream without its closing record is incomplete whatever it said.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from core.domain.budget import FREE, Price, cost_microusd
from core.domain.commands import RecordAnswer, RecordFailure
from core.domain.errors import MootError
from core.domain.steps import ModelRequest, Step
from core.domain.text import StreamCleaner, clean_text
from core.ports.clock import Clock
from core.ports.model_provider import ANSWER_CHARACTERS_MAX, Closing, ModelProviders, ProviderFailed
from core.runtime.announcements import Progress

WHOLE = "stop"
"""The one reason to stop that means: this is the whole answer."""

WORD_CHARACTERS_MAX = 200
MESSAGE_CHARACTERS_MAX = 2_000
"""What is kept of a provider's words about itself: they are as hostile as what its models say."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call whose intent is recorded. `cost_microusd_max` is what was reserved for it."""

    step: Step
    number: int
    request: ModelRequest
    price: Price
    cost_microusd_max: int


class AnswerFault(Exception):
    """What came is no whole answer; `error` is a stable word, `tokens` what the provider counted, if it did."""

    def __init__(self, error: str, message: str, closing: Closing | None = None) -> None:
        self.error = error
        self.message = message
        self.closing = closing
        super().__init__(message)


async def perform(
    attempt: Attempt, *, providers: ModelProviders, clock: Clock, show: Callable[[Progress], None], progress: Progress
) -> RecordAnswer | RecordFailure:
    """Ask and listen. Cancelling it ends the call; whoever cancels marks the attempt as in doubt."""
    started_ms = clock.now_ms()
    try:
        text, closing = await _listen(attempt, providers, show, progress)
    except AnswerFault as fault:
        return _failure(attempt, fault.error, fault.message, cost_microusd=_cost_of(attempt, fault.closing))
    except ProviderFailed as failed:
        cost = attempt.cost_microusd_max if failed.may_have_cost else 0
        return _failure(attempt, failed.error, failed.message, cost_microusd=cost, is_final=failed.is_final)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # Nobody cancelled us: its adapter let a cancellation of its own escape, and the session must not end with it.
        message = "its adapter cancelled the call"
        return _failure(attempt, "provider_broke", message, cost_microusd=attempt.cost_microusd_max)
    except MootError as error:
        return _failure(attempt, "refused", str(error), cost_microusd=0, is_final=True)
    except Exception as error:
        # An adapter's own fault must not end the session, and its words may hold a key: only its type is recorded.
        _log.exception("the provider of %s failed", attempt.request.model.partition(":")[0])
        return _failure(
            attempt,
            "provider_broke",
            f"its adapter raised {type(error).__name__}",
            cost_microusd=attempt.cost_microusd_max,
        )
    return RecordAnswer(
        step=attempt.step.id,
        attempt=attempt.number,
        text=text,
        tokens_input=closing.tokens_input,
        tokens_output=closing.tokens_output,
        cost_microusd=_cost_of(attempt, closing),
        latency_ms=max(0, clock.now_ms() - started_ms),
        model=_clean(closing.model, WORD_CHARACTERS_MAX),
        stop_reason=closing.stop_reason,
    )


def _clean(text: str, characters_max: int) -> str:
    return clean_text(text[: 2 * characters_max]).strip()[:characters_max]


async def _listen(
    attempt: Attempt, providers: ModelProviders, show: Callable[[Progress], None], progress: Progress
) -> tuple[str, Closing]:
    cleaner, pieces, characters = StreamCleaner(), [], 0
    closing: Closing | None = None
    async for said in providers.for_model(attempt.request.model).stream(attempt.request):
        if isinstance(said, Closing):
            closing = said
            break
        clean = cleaner.clean(said.text)
        characters += len(clean)
        if characters > ANSWER_CHARACTERS_MAX:
            raise AnswerFault("too_long", f"it said more than {ANSWER_CHARACTERS_MAX} characters and was cut off")
        if clean:
            pieces.append(clean)
            progress.pieces.append(clean)
            progress.characters = characters
            show(progress)
    if closing is None:
        raise AnswerFault("incomplete", "its answer broke off before the end")
    pieces.append(cleaner.finish())
    text = "".join(pieces).strip()
    if closing.stop_reason != WHOLE:
        raise AnswerFault("truncated", f"its answer stopped early: {closing.stop_reason}", closing)
    if not text:
        raise AnswerFault("empty", "it answered without a word", closing)
    return text, closing


def _cost_of(attempt: Attempt, closing: Closing | None) -> int:
    """By the provider's count; without one, the most it can have been."""
    if attempt.price == FREE:
        return 0
    if closing is None:
        return attempt.cost_microusd_max
    return cost_microusd(attempt.price, tokens_input=closing.tokens_input, tokens_output=closing.tokens_output)


def _failure(
    attempt: Attempt, error: str, message: str, *, cost_microusd: int, is_final: bool = False
) -> RecordFailure:
    return RecordFailure(
        step=attempt.step.id,
        attempt=attempt.number,
        error=_clean(error, WORD_CHARACTERS_MAX),
        message=_clean(message, MESSAGE_CHARACTERS_MAX),
        cost_microusd=cost_microusd,
        is_final=is_final,
    )
