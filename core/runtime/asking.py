"""Is a seat's model asked, or does an answer stand that was given to the same request before?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from core.domain.commands import RecordAnswer, RecordFailure
from core.ports.response_cache import Answer
from core.runtime.caching import CachedAnswers, Hit
from core.runtime.step_runner import Attempt

Asked = RecordAnswer | RecordFailure


async def asked(attempt: Attempt, answers: CachedAnswers, ask: Callable[[], Awaitable[Asked]]) -> Asked:
    """What `ask` brings, or a kept answer that costs nothing and is recorded as one.

    Only a step's first attempt is answered from what was kept: whoever asks again wants another answer. What is kept is
    what was recorded as whole.
    """
    hit = await answers.look_up(attempt.request) if attempt.number == 1 else None
    if hit is not None:
        return _recalled(attempt, hit)
    outcome = await ask()
    if isinstance(outcome, RecordAnswer):
        await answers.keep(attempt.request, _answer_of(outcome))
    return outcome


def _recalled(attempt: Attempt, hit: Hit) -> RecordAnswer:
    return RecordAnswer(
        step=attempt.step.id,
        attempt=attempt.number,
        text=hit.answer.text,
        tokens_input=0,
        tokens_output=0,
        cost_microusd=0,
        latency_ms=0,
        model=hit.answer.model,
        stop_reason=hit.answer.stop_reason,
        is_cached=True,
        saved_microusd=hit.saved_microusd,
    )


def _answer_of(outcome: RecordAnswer) -> Answer:
    return Answer(
        text=outcome.text,
        model=outcome.model,
        stop_reason=outcome.stop_reason,
        tokens_input=outcome.tokens_input,
        tokens_output=outcome.tokens_output,
        cost_microusd=outcome.cost_microusd,
        latency_ms=outcome.latency_ms,
    )
