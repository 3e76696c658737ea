"""What does a seat answer, and what did that cost?

One attempt: have the gateway ask, clean what comes, show it as progress, look at what was answered, and turn the end
into a command. Which attempt comes next is not decided here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from traceback import extract_tb

from core.domain.budget import FREE, Price, cost_microusd
from core.domain.changing import maker
from core.domain.commands import RecordAnswer, RecordFailure
from core.domain.errors import MootError
from core.domain.growing import Growing
from core.domain.participants import Checks
from core.domain.provider_errors import CUT_OFF, PROVIDER_BROKE, TOO_LONG, ProviderError
from core.domain.session import FailedAttempt
from core.domain.steps import ModelRequest, Step
from core.domain.text import StreamCleaner, clean_text
from core.judging.response_checks import EARLIER_TURNS_MAX, Finding, Marks, is_asked_again, looked_at
from core.ports.model_provider import ANSWER_CHARACTERS_MAX, CONTENT_POLICY, STOP, Closing, Piece, ProviderFailed
from core.runtime.announcements import Progress
from core.runtime.correlating import fields
from core.runtime.gateway.gateway import Call, CallEnded, Gateway
from core.runtime.session_time import steady_now_ms

WORD_CHARACTERS_MAX = 200
MESSAGE_CHARACTERS_MAX = 2_000
"""What is kept of a provider's words about itself: they are as hostile as what its models say."""

TURNS_LOOKED_THROUGH_MAX = 64
"""Turns of a debate among which a seat's own earlier ones are looked for."""

MARKS_READER = "rows said by"

FRAMES_LOGGED_MAX = 6

_log = logging.getLogger(__name__)
_made_answer = maker(RecordAnswer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call whose intent is recorded. `cost_microusd_max` is what was reserved for it, `failures` what this step has
    failed with before, `checks` what is to become of an answer in which something was seen."""

    step: Step
    number: int
    request: ModelRequest
    price: Price
    cost_microusd_max: int
    failures: tuple[FailedAttempt, ...] = ()
    checks: Checks = Checks.WHOLE


async def perform(
    attempt: Attempt,
    *,
    gateway: Gateway,
    show: Callable[[Progress], None],
    progress: Progress,
    sent: Callable[[], None],
) -> RecordAnswer | RecordFailure:
    """Ask and listen. Cancelling it ends the call; whoever cancels marks the attempt as in doubt, or as never sent
    where `sent` was not called."""
    listener = _Listener(attempt, progress, show, sent)
    try:
        closing = await gateway.call(listener)
    except CallEnded as ended:
        return _failure(attempt, ended.error, ended.message, cost_microusd=attempt.cost_microusd_max, shown=progress)
    except ProviderFailed as failed:
        return _failure(
            attempt,
            failed.error,
            failed.message,
            cost_microusd=_cost_of_failure(attempt, failed),
            is_final=failed.is_final,
            retry_after_ms=failed.retry_after_ms,
            shown=progress,
        )
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # Nobody cancelled us: its adapter let a cancellation of its own escape, and the session must not end with it.
        message = "its adapter cancelled the call"
        return _failure(attempt, PROVIDER_BROKE, message, cost_microusd=attempt.cost_microusd_max, shown=progress)
    except MootError as error:
        return _failure(attempt, ProviderError.REFUSED, str(error), cost_microusd=0, is_final=True, shown=progress)
    except Exception as error:
        # An adapter's own fault must not end the session, and its words may hold a key: only its type and the place
        # are recorded and logged.
        provider = attempt.request.model.partition(":")[0]
        said = fields(provider=provider, error=type(error).__name__, place=_place_of(error))
        _log.error("the adapter broke", extra=said)
        return _failure(
            attempt,
            PROVIDER_BROKE,
            f"its adapter raised {type(error).__name__}",
            cost_microusd=attempt.cost_microusd_max,
            shown=progress,
        )
    return _outcome(attempt, listener, closing, progress)


def cut_off(attempt: Attempt, shown: Progress) -> RecordFailure:
    """What becomes of a call that was hung up on because its session is over.

    Charged is what can have been billed up to the last piece. Where nobody can tell that before the end, as of a model
    that thinks unseen, it is all that there was room for, as for any call that breaks off.
    """
    hung_up = ProviderFailed(CUT_OFF, "its session was over, and we hung up", may_have_cost=True)
    cost = _cost_of_failure(attempt, hung_up)
    if shown.tokens_input is not None and shown.tokens_output is not None:
        billed = cost_microusd(attempt.price, tokens_input=shown.tokens_input, tokens_output=shown.tokens_output)
        cost = min(billed, cost)
    return _failure(attempt, hung_up.error, hung_up.message, cost_microusd=cost, shown=shown)


def _place_of(error: Exception) -> str:
    frames = [f"{frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
    return " > ".join(frames[-FRAMES_LOGGED_MAX:])


class _Listener(Call):
    """Cleans what comes and shows it."""

    __slots__ = ("_cleaner", "_pieces", "_progress", "_sent_ms", "_show", "_tell_sent")

    def __init__(
        self, attempt: Attempt, progress: Progress, show: Callable[[Progress], None], sent: Callable[[], None]
    ) -> None:
        super().__init__(attempt.request, attempt=attempt.number, failures=attempt.failures)
        self._progress = progress
        self._show = show
        self._tell_sent = sent
        self._cleaner = StreamCleaner()
        self._pieces: list[str] = []
        self._sent_ms = steady_now_ms()

    def waits_for(self, what: str) -> None:
        self._progress.waiting_for = what
        self._show(self._progress)

    def sent(self) -> None:
        self._sent_ms = steady_now_ms()
        self._tell_sent()

    def heard(self, said: str) -> None:
        clean = self._cleaner.clean(said)
        if not clean:
            return
        characters = self._progress.characters + len(clean)
        if characters > ANSWER_CHARACTERS_MAX:
            raise CallEnded(TOO_LONG, f"it said more than {ANSWER_CHARACTERS_MAX} characters and was cut off")
        self._pieces.append(clean)
        self._progress.pieces.append(clean)
        self._progress.characters = characters
        self._show(self._progress)

    def hung_up(self, last: Piece) -> None:
        self._progress.tokens_input, self._progress.tokens_output = last.tokens_input, last.tokens_output

    def text(self) -> str:
        """All of it, once no more will come."""
        return "".join((*self._pieces, self._cleaner.finish())).strip()

    def took_ms(self) -> int:
        return steady_now_ms() - self._sent_ms


def _outcome(
    attempt: Attempt, listener: _Listener, closing: Closing, progress: Progress
) -> RecordAnswer | RecordFailure:
    text, cost = listener.text(), _cost_of(attempt, closing)
    if closing.stop_reason == CONTENT_POLICY:
        message = "; ".join(("it declined because of the content", *closing.notes))
        return _failure(attempt, ProviderError.CONTENT_POLICY, message, cost_microusd=cost, shown=progress)
    finding = _looked_at(attempt, text, closing)
    if finding is not None and is_asked_again(finding, attempt.checks):
        return _failure(attempt, finding.oddity, finding.saw, cost_microusd=cost, shown=progress)
    seen = () if finding is None else (f"{finding.oddity}: {finding.saw}",)
    return _made_answer(
        step=attempt.step.id,
        attempt=attempt.number,
        text=text,
        tokens_input=closing.tokens_input,
        tokens_output=closing.tokens_output,
        cost_microusd=cost,
        latency_ms=listener.took_ms(),
        model=_clean(closing.model, WORD_CHARACTERS_MAX),
        stop_reason=_clean(closing.stop_reason, WORD_CHARACTERS_MAX),
        findings=tuple(_clean(each, MESSAGE_CHARACTERS_MAX) for each in (*seen, *closing.notes)),
        tokens_cached=closing.tokens_cached,
    )


def _looked_at(attempt: Attempt, text: str, closing: Closing) -> Finding | None:
    """What is odd about an answer; of a long debate only the newest turns are looked through. What is worth knowing of
    them for the seat's next answer is noted on the turns."""
    brief, seat = attempt.request.brief, attempt.step.seat
    turns, reader = brief.turns, f"{MARKS_READER} {seat}"
    own: list[str] = []
    for turn in () if brief.may_repeat else reversed(turns[-TURNS_LOOKED_THROUGH_MAX:]):
        if turn.seat == seat:
            own.append(turn.text)
            if len(own) == EARLIER_TURNS_MAX:
                break
    noted: Marks | None = turns.noted(reader) if isinstance(turns, Growing) else None
    finding, marks = looked_at(
        text,
        is_whole=closing.stop_reason == STOP,
        stop_reason=closing.stop_reason,
        earlier=own[::-1],
        asked=brief.motion,
        marks=noted or {},
    )
    if isinstance(turns, Growing):
        turns.note(reader, marks)
    return finding


def _clean(text: str, characters_max: int) -> str:
    return clean_text(text[: 2 * characters_max]).strip()[:characters_max]


def _cost_of(attempt: Attempt, closing: Closing) -> int:
    """By the provider's count."""
    if attempt.price == FREE:
        return 0
    return cost_microusd(attempt.price, tokens_input=closing.tokens_input, tokens_output=closing.tokens_output)


def _cost_of_failure(attempt: Attempt, failed: ProviderFailed) -> int:
    """Never less than it can have been: what the provider counted of the input, and all the output there was room for,
    because it may have gone on speaking after it was heard last."""
    if not failed.may_have_cost or attempt.price == FREE:
        return 0
    if failed.tokens_input is None:
        return attempt.cost_microusd_max
    tokens_output = max(failed.tokens_output or 0, attempt.request.tokens_output_max)
    counted = cost_microusd(attempt.price, tokens_input=failed.tokens_input, tokens_output=tokens_output)
    return min(counted, attempt.cost_microusd_max)


def _failure(
    attempt: Attempt,
    error: str,
    message: str,
    *,
    cost_microusd: int,
    shown: Progress,
    is_final: bool = False,
    retry_after_ms: int | None = None,
) -> RecordFailure:
    return RecordFailure(
        step=attempt.step.id,
        attempt=attempt.number,
        error=_clean(error, WORD_CHARACTERS_MAX),
        message=_clean(message, MESSAGE_CHARACTERS_MAX),
        cost_microusd=cost_microusd,
        is_final=is_final,
        retry_after_ms=retry_after_ms,
        characters=shown.characters,
    )
