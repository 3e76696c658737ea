"""How is a provider listened to, and what is left when it breaks off?

One loop for every adapter: it passes on what is said, notices silence, and ends in one Closing or one ProviderFailed.
The SDKs report a stream that merely stops as success, so that only an adapter's word for it makes an answer whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from core.domain.budget import REQUEST_OVERHEAD_TOKENS
from core.domain.steps import ModelRequest
from core.ports.model_provider import OTHER_PREFIX, Closing, Piece, ProviderError, ProviderFailed
from core.providers.failing import Fault, failure

MILLISECONDS_PER_SECOND: Final = 1_000
LAST_WORDS_MS_MAX: Final = 250
"""So long may a provider take to hang up after its last word. Reading on to the end frees the connection for the next
call; waiting longer for it would hold up a debate."""

NOT_COUNTED = "The provider counted no tokens: the most they can have been is charged."


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a provider may be silent: before there is a connection, before its first token, and after any token.

    The first token counts from the beginning of the call; thoughts that aren't shown are tokens.
    """

    connect_ms: int = 10_000
    first_token_ms: int = 180_000
    idle_ms: int = 60_000


PATIENCE: Final = Patience()


@dataclass(slots=True, kw_only=True)
class Heard:
    """What is known of one answer so far. The adapter writes it down as events come."""

    request: ModelRequest
    is_speaking: bool = False
    is_whole: bool = False
    bytes_said: int = 0
    stop_reason: str = ""
    model: str = ""
    tokens_input: int | None = None
    tokens_output: int | None = None
    tokens_cached: int = 0
    tokens_output_by_now: int | None = None
    """The most that can have been billed as output up to the last word; None where nobody can tell before the end."""
    notes: list[str] = field(default_factory=list)

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to come that matters."""
        return self.is_whole and self.tokens_input is not None and self.tokens_output is not None

    def stop(self, word: str, known: dict[str, str]) -> None:
        """Take down why it stopped, in the provider's word."""
        self.stop_reason = known.get(word, f"{OTHER_PREFIX}{word.lower()}")

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def closing(self) -> Closing:
        """The end of a whole answer. Tokens that nobody counted are never fewer here than they were."""
        if not self.is_settled:
            self.note(NOT_COUNTED)
        most_input = self.request.bytes_input + REQUEST_OVERHEAD_TOKENS
        return Closing(
            stop_reason=self.stop_reason,
            tokens_input=most_input if self.tokens_input is None else self.tokens_input,
            tokens_output=max(self.bytes_said, 1) if self.tokens_output is None else self.tokens_output,
            model=self.model or self.request.model.partition(":")[2],
            tokens_cached=self.tokens_cached,
            notes=tuple(self.notes),
        )


class Call(Protocol):
    """One call of one adapter."""

    @property
    def provider(self) -> str:
        """The provider's name, for the operator."""
        ...

    @property
    def heard(self) -> Heard: ...

    def key(self) -> str:
        """The key that is used, to keep it out of messages."""
        ...

    async def get_ready(self) -> None:
        """Load what is needed; no patience is measured by it."""
        ...

    def words(self) -> AsyncGenerator[str, None]:
        """Ask, and give what is said as it comes; an empty word is a token that isn't shown, or the record that settles
        the answer: without it nobody would notice that no more has to be waited for.

        Whatever happens, the connection is let go when the generator ends.
        """
        ...

    def fault(self, error: Exception) -> Fault:
        """What an exception of the SDK means."""
        ...


async def listen(call: Call, patience: Patience = PATIENCE) -> AsyncIterator[Piece | Closing]:
    """What the call says, then its Closing. Raises ProviderFailed."""
    fault = await _readiness(call)
    if fault is not None:
        raise _failure(call, fault)
    heard, words = call.heard, call.words()
    now = asyncio.get_running_loop().time
    deadline = now() + patience.first_token_ms / MILLISECONDS_PER_SECOND
    try:
        while True:
            try:
                async with asyncio.timeout_at(deadline) as limit:
                    word = await anext(words)
            except StopAsyncIteration:
                break
            except Exception as error:
                # What goes wrong behind the last word no longer matters to the answer.
                if not heard.is_whole:
                    is_silence = isinstance(error, TimeoutError) and limit.expired()
                    fault = _silence(heard, patience) if is_silence else call.fault(error)
                break
            heard.is_speaking = True
            if word:
                heard.bytes_said += len(word.encode(errors="replace"))
                yield Piece(text=word, tokens_input=heard.tokens_input, tokens_output=heard.tokens_output_by_now)
            wait_ms = LAST_WORDS_MS_MAX if heard.is_settled else patience.idle_ms
            deadline = now() + wait_ms / MILLISECONDS_PER_SECOND
    finally:
        await words.aclose()
    if fault is None and not heard.is_whole:
        fault = Fault(error=ProviderError.INCOMPLETE, message="its answer ended without saying that it is whole")
    if fault is not None:
        raise _failure(call, fault)
    yield heard.closing()


async def _readiness(call: Call) -> Fault | None:
    try:
        await call.get_ready()
    except Exception as error:
        return call.fault(error)
    return None


def _silence(heard: Heard, patience: Patience) -> Fault:
    if heard.is_speaking:
        return Fault(error=ProviderError.TIMEOUT_IDLE, message=f"it fell silent for {patience.idle_ms} ms")
    return Fault(error=ProviderError.TIMEOUT_FIRST_TOKEN, message=f"not a word came in {patience.first_token_ms} ms")


def _failure(call: Call, fault: Fault) -> ProviderFailed:
    heard = call.heard
    return failure(
        fault,
        provider=call.provider,
        key=call.key(),
        has_begun=heard.is_speaking or heard.tokens_input is not None,
        tokens_input=heard.tokens_input,
        tokens_output=heard.tokens_output,
    )
