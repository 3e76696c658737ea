"""How is Gemini asked, through Google's current SDK?

The SDK would follow an answer that was cut short with further requests of its own, and call functions by itself: both
are off, so that one attempt is one request.
"""

from __future__ import annotations

import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from core.domain.steps import ModelRequest
from core.ports.clock import Clock
from core.ports.model_provider import Account, Closing, ModelInfo, Piece, Probe
from core.providers.asking import asked, model_name, refuse_without_key, required
from core.providers.connecting import OnFirstUse, http_client, responses_into
from core.providers.failing import Fault, fault_of_exception
from core.providers.gemini import (
    BASE_URL,
    GEMINI,
    KEY_VARIABLE,
    MODELS_LISTED_MAX,
    NAME,
    NO_REASON,
    SEED_MAX,
    TOKENS_CONTEXT_DEFAULT,
    contents_of,
    fault_of_body,
    note_ratings,
    refuse_without_a_user,
    safety_settings,
    stop_for,
    stop_for_prompt,
)
from core.providers.keys import Key, digest_of
from core.providers.listening import PATIENCE, Heard, Patience, listen
from core.providers.prices import Prices
from core.providers.prompting import system_text
from core.providers.retry_after import retry_after_ms

if TYPE_CHECKING:
    import httpx2
    from google.genai.client import Client

T = TypeVar("T")
MILLI: Final = 1_000
NO_SAFETY: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The SDK's client, and the HTTP that was given to it, which it doesn't close."""

    client: Client
    http: httpx2.AsyncClient

    async def aclose(self) -> None:
        await self.client.aio.aclose()
        self.client.close()
        await self.http.aclose()


class GeminiProvider:
    """The provider of `gemini:MODEL`. The key is read once, when the first call needs it.

    `safety` names a threshold for a category of harm. `api_version` is Google's, the SDK's choice where it is empty.
    """

    prefix = GEMINI

    def __init__(
        self,
        *,
        key: Key,
        clock: Clock,
        prices: Prices,
        base_url: str = BASE_URL,
        api_version: str = "",
        safety: Mapping[str, str] = NO_SAFETY,
        patience: Patience = PATIENCE,
    ) -> None:
        self.key = key
        self.clock = clock
        self.safety = safety_settings(safety)
        self._prices = prices
        self._base_url = base_url
        self._api_version = api_version
        self._patience = patience
        self.connected = OnFirstUse(self._connect)

    def describe(self, model: str) -> ModelInfo:
        model_name(model, GEMINI)
        return self._prices.info(model, tokens_context_max=TOKENS_CONTEXT_DEFAULT)

    def refuse_early(self, request: ModelRequest) -> None:
        refuse_without_key(self.key, request, variable=KEY_VARIABLE)
        refuse_without_a_user(request)

    def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        return listen(_Answering(self, request), self._patience)

    async def count_input(self, request: ModelRequest) -> int | None:
        async def count() -> int | None:
            client = (await self.connected.get()).client
            system = system_text(request.messages)
            # This API counts no system instruction, so that it goes in front as if a user had said it.
            first = [{"role": "user", "parts": [{"text": system}]}] if system else []
            counted = await client.aio.models.count_tokens(
                model=model_name(request.model, GEMINI), contents=[*first, *contents_of(request)]
            )
            return counted.total_tokens

        return await self._asked(count)

    def account(self, model: str) -> Account:
        return Account(provider=GEMINI, address=self._base_url.rstrip("/"), digest=digest_of(self.key()))

    async def probe(self, model: str) -> Probe:
        async def list_models() -> Probe:
            client = (await self.connected.get()).client
            pager = await client.aio.models.list(config={"page_size": MODELS_LISTED_MAX})
            names = [(model.name or "").removeprefix("models/") for model in pager.page]
            return Probe(models=tuple(f"{GEMINI}:{name}" for name in names if name))

        return await self._asked(list_models)

    async def aclose(self) -> None:
        await self.connected.release(lambda connected: connected.aclose())

    def fault(self, error: Exception, *, is_speaking: bool = False) -> Fault:
        """What an exception of the SDK means."""
        status = getattr(error, "code", None)
        if not isinstance(status, int):
            return fault_of_exception(error, is_speaking=is_speaking)
        headers = getattr(getattr(error, "response", None), "headers", {})
        wait_ms = retry_after_ms(headers, now_ms=self.clock.now_ms())
        return fault_of_body(status, getattr(error, "details", None), retry_after_ms=wait_ms)

    async def _asked(self, question: Callable[[], Awaitable[T]]) -> T:
        return await asked(
            question,
            get_ready=self.connected.get,
            provider=NAME,
            key=self.key,
            fault=self.fault,
            patience=self._patience,
        )

    def _connect(self) -> Connected:
        from google.genai import Client
        from google.genai.types import HttpOptions

        # A word that is newer than the SDK makes it warn, on the terminal that the console draws on.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"google\.genai")
        key, http = required(self.key, variable=KEY_VARIABLE), http_client(self._patience)
        options = HttpOptions(base_url=self._base_url, api_version=self._api_version or None, httpx_async_client=http)
        return Connected(client=Client(vertexai=False, api_key=key, http_options=options), http=http)


class _Answering:
    """One call."""

    provider = NAME

    def __init__(self, provider: GeminiProvider, request: ModelRequest) -> None:
        self._provider = provider
        self.heard = Heard(request=request)

    def key(self) -> str:
        return self._provider.key()

    def fault(self, error: Exception) -> Fault:
        return self._provider.fault(error, is_speaking=self.heard.is_speaking)

    async def get_ready(self) -> None:
        await self._provider.connected.get()

    async def words(self) -> AsyncGenerator[str, None]:
        request = self.heard.request
        client: Any = (await self._provider.connected.get()).client
        chunks = await client.aio.models.generate_content_stream(
            model=model_name(request.model, GEMINI),
            contents=contents_of(request),
            config=self._config(),
        )
        taken: list[httpx2.Response] = []
        try:
            with responses_into(taken):
                chunk = await anext(chunks, None)
            while chunk is not None:
                for word in self._take(chunk):
                    yield word
                chunk = await anext(chunks, None)
        finally:
            # The SDK's generators refer to one another in a ring, so that closing the outermost would leave the
            # connection open, and the model at work, until the garbage is collected.
            for response in taken:
                await response.aclose()
            await chunks.aclose()
        self.heard.is_whole = bool(self.heard.stop_reason)

    def _config(self) -> dict[str, Any]:
        request = self.heard.request
        return {
            "system_instruction": system_text(request.messages) or None,
            "temperature": request.temperature_milli / MILLI,
            "max_output_tokens": request.tokens_output_max,
            "seed": request.seed % SEED_MAX,
            "safety_settings": [
                {"category": category, "threshold": threshold} for category, threshold in self._provider.safety.items()
            ],
            "automatic_continuation": False,
            "automatic_function_calling": {"disable": True},
        }

    def _take(self, chunk: Any) -> list[str]:
        """Write down what a chunk tells; the words it says."""
        heard = self.heard
        heard.model = chunk.model_version or heard.model
        self._count(chunk.usage_metadata)
        feedback = chunk.prompt_feedback
        if feedback is not None:
            note_ratings(heard, "prompt", _ratings(feedback.safety_ratings))
            if (reason := _name(feedback.block_reason)) not in NO_REASON:
                stop_for_prompt(heard, reason, feedback.block_reason_message or "")
        words = []
        for candidate in (chunk.candidates or [])[:1]:
            note_ratings(heard, "answer", _ratings(candidate.safety_ratings))
            parts = (candidate.content.parts or []) if candidate.content else []
            words += ["" if part.thought else part.text for part in parts if part.text is not None]
            if (reason := _name(candidate.finish_reason)) not in NO_REASON:
                stop_for(heard, reason, candidate.finish_message or "")
        return words

    def _count(self, usage: Any) -> None:
        if usage is None or usage.prompt_token_count is None:
            return
        self.heard.tokens_input = usage.prompt_token_count + (usage.tool_use_prompt_token_count or 0)
        self.heard.tokens_output = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
        self.heard.tokens_cached = usage.cached_content_token_count or 0
        self.heard.tokens_output_by_now = self.heard.tokens_output  # counted anew with each chunk, thoughts included


def _ratings(ratings: Any) -> list[tuple[str, str, bool]]:
    return [(_name(each.category), _name(each.probability), bool(each.blocked)) for each in ratings or ()]


def _name(word: Any) -> str:
    return "" if word is None else str(word.value)
