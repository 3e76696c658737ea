"""How is a model asked behind any address that speaks OpenAI's chat completions?

OpenAI itself, Groq, Ollama and vLLM are presets; any other address is one of the operator's. They differ in what they
take: a parameter that a model refuses is left out from then on, and the closing record says so.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from core.domain.budget import FREE
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
from core.providers.connecting import OnFirstUse, http_client, is_this_machine
from core.providers.failing import Fault, fault_of_exception, mapping_of
from core.providers.keys import Key, Secret, digest_of
from core.providers.listening import PATIENCE, Heard, Patience, listen
from core.providers.openai_errors import fault_of_body, refused_parameter
from core.providers.prices import Prices
from core.providers.retry_after import retry_after_ms

if TYPE_CHECKING:
    from openai import AsyncOpenAI

T = TypeVar("T")
MILLI: Final = 1_000
SEED_MAX = 2**63 - 1
MODELS_LISTED_MAX = 1_000
MODELS_REMEMBERED_MAX = 1_000
NO_KEY: Final = "none"
"""The SDK wants a key, and a server on one's own machine reads none."""

STOP_REASONS: Final = {"stop": STOP, "length": LENGTH, "content_filter": CONTENT_POLICY}
TOKENS_NAMES: Final = ("max_completion_tokens", "max_tokens")
"""What the bound on output is called: today's name, and the one that older servers know."""
WORTH_A_NOTE: Final = frozenset({"temperature", "seed"})
"""An answer given without one of these may be another than was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A kind of server. `key_variable` is empty where no key is asked for; `tokens_name` is one of `TOKENS_NAMES`."""

    prefix: str
    name: str
    base_url: str
    key_variable: str = ""
    tokens_name: str = "max_tokens"
    tokens_context_default: int = 8_192


PRESETS: Final[Mapping[str, Endpoint]] = MappingProxyType(
    {
        endpoint.prefix: endpoint
        for endpoint in (
            Endpoint(
                prefix="openai",
                name="OpenAI",
                base_url="https://api.openai.com/v1",
                key_variable="OPENAI_API_KEY",
                tokens_name="max_completion_tokens",
                tokens_context_default=128_000,
            ),
            Endpoint(
                prefix="groq",
                name="Groq",
                base_url="https://api.groq.com/openai/v1",
                key_variable="GROQ_API_KEY",
                tokens_name="max_completion_tokens",
                tokens_context_default=131_072,
            ),
            Endpoint(prefix="ollama", name="Ollama", base_url="http://127.0.0.1:11434/v1"),
            Endpoint(prefix="vllm", name="vLLM", base_url="http://127.0.0.1:8000/v1"),
        )
    }
)
NO_KEY_SET: Final = Secret("")


class OpenAICompatibleProvider:
    """The provider of `PREFIX:MODEL` for one endpoint, such as `groq:llama-3.3-70b-versatile`."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        clock: Clock,
        prices: Prices,
        key: Key = NO_KEY_SET,
        base_url: str = "",
        patience: Patience = PATIENCE,
    ) -> None:
        self.endpoint = endpoint
        self.key = key
        self.clock = clock
        self._prices = prices
        self._base_url = base_url or endpoint.base_url
        self._patience = patience
        self._refused: dict[str, frozenset[str]] = {}
        self.client = OnFirstUse(self._make_client)

    @property
    def prefix(self) -> str:
        return self.endpoint.prefix

    def describe(self, model: str) -> ModelInfo:
        model_name(model, self.prefix)
        # A provider that takes a key is paid, also where a relay on this machine passes its calls on.
        is_free = is_this_machine(self._base_url) and not self.endpoint.key_variable
        return self._prices.info(
            model,
            tokens_context_max=self.endpoint.tokens_context_default,
            price_otherwise=FREE if is_free else None,
        )

    def refuse_early(self, request: ModelRequest) -> None:
        if self.endpoint.key_variable:
            refuse_without_key(self.key, request, variable=self.endpoint.key_variable)

    def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        return listen(_Answering(self, request), self._patience)

    async def count_input(self, request: ModelRequest) -> int | None:
        """None: of what these servers have in common, nothing counts without answering."""
        return None

    def account(self, model: str) -> Account:
        return Account(provider=self.prefix, address=self._base_url.rstrip("/"), digest=digest_of(self.key()))

    async def probe(self, model: str) -> Probe:
        async def list_models() -> Probe:
            client = await self.client.get()
            page = await client.models.list()
            return Probe(models=tuple(f"{self.prefix}:{model.id}" for model in (page.data or [])[:MODELS_LISTED_MAX]))

        return await self._asked(list_models)

    async def aclose(self) -> None:
        await self.client.release(lambda client: client.close())

    def refused_by(self, model: str) -> frozenset[str]:
        """The parameters that `model` was seen to refuse."""
        return self._refused.get(model, frozenset())

    def leave_out(self, model: str, parameter: str) -> None:
        """Send `parameter` to `model` no more."""
        refused = self._refused.pop(model, frozenset())
        self._refused[model] = refused | {parameter}
        if len(self._refused) > MODELS_REMEMBERED_MAX:
            del self._refused[next(iter(self._refused))]

    def fault(self, error: Exception, *, is_speaking: bool = False) -> Fault:
        """What an exception of the SDK means."""
        body = getattr(error, "body", None)
        status = getattr(error, "status_code", None)
        if body is None and not isinstance(status, int):
            return fault_of_exception(error, is_speaking=is_speaking)
        headers = getattr(getattr(error, "response", None), "headers", {})
        wait_ms = retry_after_ms(headers, now_ms=self.clock.now_ms())
        return fault_of_body(status if isinstance(status, int) else None, body, retry_after_ms=wait_ms)

    async def _asked(self, question: Callable[[], Awaitable[T]]) -> T:
        return await asked(
            question,
            get_ready=self.client.get,
            provider=self.endpoint.name,
            key=self.key,
            fault=self.fault,
            patience=self._patience,
        )

    def _make_client(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        variable = self.endpoint.key_variable
        return AsyncOpenAI(
            api_key=required(self.key, variable=variable) if variable else self.key() or NO_KEY,
            base_url=self._base_url,
            max_retries=0,
            http_client=http_client(self._patience),
        )


class _Answering:
    """One call."""

    def __init__(self, provider: OpenAICompatibleProvider, request: ModelRequest) -> None:
        self._provider = provider
        self._has_refused = False
        self.heard = Heard(request=request)

    @property
    def provider(self) -> str:
        return self._provider.endpoint.name

    def key(self) -> str:
        return self._provider.key()

    def fault(self, error: Exception) -> Fault:
        fault = self._provider.fault(error, is_speaking=self.heard.is_speaking)
        model = self.heard.request.model
        parameter = refused_parameter(getattr(error, "body", None), frozenset(self._optional()))
        if fault.error is not ProviderError.BAD_REQUEST or not parameter:
            return fault
        self._provider.leave_out(model, parameter)
        return Fault(
            error=fault.error,
            message=f"{fault.message} It is left out from now on.",
            retry_after_ms=0,
            is_worth_retry=True,
        )

    async def get_ready(self) -> None:
        await self._provider.client.get()

    async def words(self) -> AsyncGenerator[str, None]:
        request = self.heard.request
        client: Any = await self._provider.client.get()
        for parameter in sorted(self._provider.refused_by(request.model) & WORTH_A_NOTE):
            self.heard.note(f"{request.model} takes no {parameter}: it was left out.")
        chunks = await client.chat.completions.create(
            model=model_name(request.model, self._provider.prefix),
            messages=[{"role": message.author, "content": message.text} for message in request.messages],
            stream=True,
            **self._optional(),
        )
        try:
            async for chunk in chunks:
                for word in self._take(chunk):
                    yield word
        finally:
            await chunks.close()

    def _optional(self) -> dict[str, Any]:
        """What is sent beside the prompt, without what the model refused before."""
        request = self.heard.request
        refused = self._provider.refused_by(request.model)
        bound = next((name for name in self._tokens_names() if name not in refused), self._tokens_names()[0])
        wanted: dict[str, Any] = {
            "temperature": request.temperature_milli / MILLI,
            "seed": request.seed % SEED_MAX,
            "stream_options": {"include_usage": True},
            bound: request.tokens_output_max,
        }
        return {name: value for name, value in wanted.items() if name not in refused or name == bound}

    def _tokens_names(self) -> list[str]:
        first = self._provider.endpoint.tokens_name
        return [first, *(name for name in TOKENS_NAMES if name != first)]

    def _take(self, chunk: Any) -> list[str]:
        """Write down what a chunk tells; the words it says."""
        heard = self.heard
        heard.model = chunk.model or heard.model
        self._count(_usage_of(chunk))
        words: list[str] = []
        for choice in (chunk.choices or [])[:1]:
            words += self._said(choice.delta)
            if choice.finish_reason:
                heard.stop(choice.finish_reason, STOP_REASONS)
                if self._has_refused:
                    heard.stop_reason = CONTENT_POLICY
                heard.is_whole = True
        return [""] if heard.is_settled and not words else words

    def _said(self, delta: Any) -> list[str]:
        if delta is None:
            return []
        words = [delta.content] if delta.content else []
        if refusal := getattr(delta, "refusal", None):
            self._has_refused = True
            words.append(refusal)
        # Thoughts come under a name of each server's own, and aren't part of the answer.
        thoughts = getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None)
        return words or ([""] if thoughts else [])

    def _count(self, usage: dict[str, Any]) -> None:
        if usage.get("prompt_tokens") is None:
            return
        self.heard.tokens_input = usage["prompt_tokens"]
        self.heard.tokens_output = usage.get("completion_tokens") or 0
        self.heard.tokens_cached = mapping_of(usage.get("prompt_tokens_details")).get("cached_tokens") or 0


def _usage_of(chunk: Any) -> dict[str, Any]:
    """The count of tokens in a chunk; Groq puts it into a corner of its own."""
    if chunk.usage is not None:
        return mapping_of(chunk.usage.model_dump())
    return mapping_of(mapping_of(getattr(chunk, "x_groq", None)).get("usage"))
