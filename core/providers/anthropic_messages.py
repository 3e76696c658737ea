"""How is Claude asked, through Anthropic's Messages API?

Since the API's version of October 2026 no model takes a temperature or a seed. A participant that sets one is answered
all the same, and the closing record says so.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from core.domain.errors import WrongUse
from core.domain.participants import TEMPERATURE_MILLI_DEFAULT
from core.domain.steps import ModelRequest
from core.ports.clock import Clock
from core.ports.model_provider import (
    CONTENT_POLICY,
    LENGTH,
    STOP,
    Account,
    Closing,
    ModelInfo,
    Piece,
    Probe,
    ProviderError,
)
from core.providers.asking import asked, model_name, refuse_without_key, required
from core.providers.connecting import OnFirstUse, http_client
from core.providers.failing import Fault, fault_of_exception, fault_of_status, mapping_of, words_of
from core.providers.keys import Key, digest_of
from core.providers.listening import PATIENCE, Heard, Patience, listen
from core.providers.prices import Prices
from core.providers.prompting import exchanges, system_text
from core.providers.retry_after import retry_after_ms

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

T = TypeVar("T")
ANTHROPIC: Final = "anthropic"
NAME: Final = "Anthropic"
BASE_URL: Final = "https://api.anthropic.com"
KEY_VARIABLE: Final = "ANTHROPIC_API_KEY"
TOKENS_CONTEXT_DEFAULT = 200_000
MODELS_LISTED_MAX = 1_000

STOP_REASONS: Final = {
    "end_turn": STOP,
    "stop_sequence": STOP,
    "max_tokens": LENGTH,
    "model_context_window_exceeded": LENGTH,
    "refusal": CONTENT_POLICY,
}
ERROR_BY_TYPE: Final = {
    "authentication_error": ProviderError.AUTHENTICATION,
    "billing_error": ProviderError.QUOTA_EXHAUSTED,
    "permission_error": ProviderError.PERMISSION,
    "not_found_error": ProviderError.NOT_FOUND,
    "request_too_large": ProviderError.CONTEXT_OVERFLOW,
    "rate_limit_error": ProviderError.RATE_LIMITED,
    "timeout_error": ProviderError.SERVER_ERROR,
    "api_error": ProviderError.SERVER_ERROR,
    "overloaded_error": ProviderError.OVERLOADED,
    "invalid_request_error": ProviderError.BAD_REQUEST,
}
OVERFLOW_WORDS: Final = ("prompt is too long", "exceed context limit", "exceeds the context window")
CREDIT_WORDS: Final = ("credit balance is too low",)


class AnthropicProvider:
    """The provider of `anthropic:MODEL`. The key is read once, when the first call needs it."""

    prefix = ANTHROPIC

    def __init__(
        self, *, key: Key, clock: Clock, prices: Prices, base_url: str = BASE_URL, patience: Patience = PATIENCE
    ) -> None:
        self.key = key
        self.clock = clock
        self._prices = prices
        self._base_url = base_url
        self._patience = patience
        self.client = OnFirstUse(self._make_client)

    def describe(self, model: str) -> ModelInfo:
        model_name(model, ANTHROPIC)
        return self._prices.info(model, tokens_context_max=TOKENS_CONTEXT_DEFAULT)

    def refuse_early(self, request: ModelRequest) -> None:
        refuse_without_key(self.key, request, variable=KEY_VARIABLE)
        if not exchanges(request.messages):
            raise WrongUse("Claude answers a user, and the prompt has none.", where=f"seat {request.seat}")

    def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        return listen(_Answering(self, request), self._patience)

    async def count_input(self, request: ModelRequest) -> int | None:
        async def count() -> int:
            client = await self.client.get()
            counted = await client.messages.count_tokens(**_prompt(request))
            return counted.input_tokens

        return await self._asked(count)

    def account(self, model: str) -> Account:
        return Account(provider=ANTHROPIC, address=self._base_url.rstrip("/"), digest=digest_of(self.key()))

    async def probe(self, model: str) -> Probe:
        async def list_models() -> Probe:
            client = await self.client.get()
            page = await client.models.list(limit=MODELS_LISTED_MAX)
            return Probe(models=tuple(f"{ANTHROPIC}:{model.id}" for model in page.data))

        return await self._asked(list_models)

    async def aclose(self) -> None:
        await self.client.release(lambda client: client.close())

    def fault(self, error: Exception, *, is_speaking: bool = False) -> Fault:
        """What an exception of the SDK means. The type in the body decides; the status only where there is none."""
        status = getattr(error, "status_code", None)
        if not isinstance(status, int):
            return fault_of_exception(error, is_speaking=is_speaking)
        body = mapping_of(mapping_of(getattr(error, "body", None)).get("error"))
        message = words_of(body.get("message"))
        headers = getattr(getattr(error, "response", None), "headers", {})
        wait_ms = retry_after_ms(headers, now_ms=self.clock.now_ms())
        kind = ERROR_BY_TYPE.get(words_of(body.get("type")))
        if kind is None:
            return fault_of_status(status, message, retry_after_ms=wait_ms)
        if kind is ProviderError.BAD_REQUEST:
            kind = _kind_of_bad_request(message)
        return Fault(error=kind, message=message, retry_after_ms=wait_ms)

    async def _asked(self, question: Callable[[], Awaitable[T]]) -> T:
        return await asked(
            question,
            get_ready=self.client.get,
            provider=NAME,
            key=self.key,
            fault=self.fault,
            patience=self._patience,
        )

    def _make_client(self) -> AsyncAnthropic:
        from anthropic import AsyncAnthropic

        return AsyncAnthropic(
            api_key=required(self.key, variable=KEY_VARIABLE),
            base_url=self._base_url,
            max_retries=0,
            open_telemetry=False,
            http_client=http_client(self._patience),
        )


class _Answering:
    """One call."""

    provider = NAME

    def __init__(self, provider: AnthropicProvider, request: ModelRequest) -> None:
        self._provider = provider
        self._has_thought = False
        self.heard = Heard(request=request)
        if request.temperature_milli != TEMPERATURE_MILLI_DEFAULT:
            self.heard.note("Anthropic takes no temperature: this answer was given at the model's own.")

    def key(self) -> str:
        return self._provider.key()

    def fault(self, error: Exception) -> Fault:
        return self._provider.fault(error, is_speaking=self.heard.is_speaking)

    async def get_ready(self) -> None:
        await self._provider.client.get()

    async def words(self) -> AsyncGenerator[str, None]:
        request = self.heard.request
        client = await self._provider.client.get()
        stream = await client.messages.create(stream=True, max_tokens=request.tokens_output_max, **_prompt(request))
        try:
            async for event in stream:
                word = self._take(event)
                if word is not None:
                    yield word
        finally:
            await stream.close()

    def _take(self, event: Any) -> str | None:
        """Write down what an event tells; the word it says, or None where it says none."""
        match event.type:
            case "message_start":
                self.heard.model = event.message.model
                self._count(event.message.usage)
            case "content_block_delta":
                return self._said(event.delta)
            case "message_delta":
                self._count(event.usage)
                if event.delta.stop_reason:
                    self.heard.stop(event.delta.stop_reason, STOP_REASONS)
                self._note(event.delta.stop_details)
            case "message_stop":
                self.heard.is_whole = bool(self.heard.stop_reason)
                return ""
            case _:
                pass  # the beginning and the end of a block, and kinds of events that are still to come
        return None

    def _said(self, delta: Any) -> str:
        if delta.type != "text_delta":
            self._has_thought = True
            return ""
        # Tokens are counted at the end alone. Where all of them are shown, there are no more of them than bytes.
        shown = self.heard.bytes_said + len(delta.text.encode(errors="replace"))
        self.heard.tokens_output_by_now = None if self._has_thought else shown
        return str(delta.text)

    def _count(self, usage: Any) -> None:
        heard = self.heard
        if usage.input_tokens is not None:
            # What the cache gave or took is counted beside the input, not within it.
            cached = usage.cache_read_input_tokens or 0
            heard.tokens_input = usage.input_tokens + cached + (usage.cache_creation_input_tokens or 0)
            heard.tokens_cached = cached
        heard.tokens_output = usage.output_tokens

    def _note(self, details: Any) -> None:
        if details is not None:
            category, explanation = getattr(details, "category", None), getattr(details, "explanation", None)
            self.heard.note(f"Claude declined ({category or 'no category given'}). {explanation or ''}".strip())


def _prompt(request: ModelRequest) -> dict[str, Any]:
    prompt: dict[str, Any] = {
        "model": model_name(request.model, ANTHROPIC),
        "messages": [
            {"role": author, "content": [{"type": "text", "text": text} for text in texts]}
            for author, texts in exchanges(request.messages)
        ],
    }
    system = system_text(request.messages)
    return {**prompt, "system": system} if system else prompt


def _kind_of_bad_request(message: str) -> ProviderError:
    """Anthropic gives one type to all wrong requests, so that only the words tell a prompt that is too long."""
    said = message.lower()
    if any(words in said for words in OVERFLOW_WORDS):
        return ProviderError.CONTEXT_OVERFLOW
    if any(words in said for words in CREDIT_WORDS):
        return ProviderError.QUOTA_EXHAUSTED
    return ProviderError.BAD_REQUEST
