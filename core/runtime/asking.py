"""Is a seat's model asked, may it still be, or does an answer stand that was given to the same request before? And for
how long is an answer waited for?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from core.domain.commands import RecordAnswer, RecordFailure
from core.domain.people import is_person, wait_ms_of
from core.domain.provider_errors import NOT_SENT
from core.ports.response_cache import Answer
from core.runtime.announcements import Announcements, Progress
from core.runtime.caching import CachedAnswers, Hit
from core.runtime.gateway.gateway import Gateway
from core.runtime.ledger import Ledger
from core.runtime.ports import Limits, Ports
from core.runtime.step_runner import Attempt, perform
from core.runtime.time_limit import Watch

Asked = RecordAnswer | RecordFailure

PERSON_MILLISECONDS_SPARE = 60_000


class Asking:
    """Makes calls, for all sessions of a driver, and shows what is said."""

    def __init__(
        self, ports: Ports, limits: Limits, *, ledger: Ledger, gateway: Gateway, announcements: Announcements
    ) -> None:
        self._ports = ports
        self._limits = limits
        self._ledger = ledger
        self._gateway = gateway
        self._announcements = announcements
        self._watch = Watch()

    async def outcome(self, attempt: Attempt, progress: Progress, *, sent: Callable[[], None]) -> Asked:
        """What a call came to; `sent` is called once it has gone out. Raises TimeoutError for one that took too
        long.

        One that costs something is not made where spending was stopped while its intent was being recorded: whoever
        cancelled what was under way found no call yet.
        """
        if self._ledger.is_stopped and attempt.cost_microusd_max:
            return _not_sent(attempt)
        answers = self._kept_answers(attempt)
        with self._watch.limit(self._call_ms_max(attempt.request.model) / 1_000):
            if answers is None:
                return await self._performed(attempt, progress, sent)
            return await asked(attempt, answers, lambda: self._performed(attempt, progress, sent))

    def _performed(self, attempt: Attempt, progress: Progress, sent: Callable[[], None]) -> Awaitable[Asked]:
        show = self._announcements.progressed
        return perform(attempt, gateway=self._gateway, show=show, progress=progress, sent=sent)

    def _call_ms_max(self, route: str) -> int:
        """A person is waited for as long as was said, and a little longer: their adapter ends the wait, not we."""
        most = self._limits.call_milliseconds_max
        return max(most, wait_ms_of(route) + PERSON_MILLISECONDS_SPARE) if is_person(route) else most

    def _kept_answers(self, attempt: Attempt) -> CachedAnswers | None:
        """Where an answer may have been kept; a rehearsal reads more than its prompt and is always asked."""
        answers, route = self._ports.answers, attempt.request.model
        if answers is None or is_person(route) or self._ports.providers.describe(route).is_rehearsal:
            return None
        return answers


def _not_sent(attempt: Attempt) -> RecordFailure:
    message = "it was not sent: spending was stopped"
    return RecordFailure(step=attempt.step.id, attempt=attempt.number, error=NOT_SENT, message=message, cost_microusd=0)


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
