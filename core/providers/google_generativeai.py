"""How is Gemini asked, through Google's former SDK?

Google has ended its support, and it is installed by the extra `gemini-legacy` only. Its asynchronous client speaks gRPC
alone, so that its REST client is used, in a thread. Its wrapper of an answer shows each piece only when the next one
has come and joins all of them anew each time, so that the client below it is asked.
"""

from __future__ import annotations

import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from core.domain.steps import ModelRequest
from core.ports.clock import Clock
from core.ports.model_provider import Account, Closing, ModelInfo, Piece, Probe, ProviderError
from core.providers.asking import asked, model_name, refuse_without_key, required
from core.providers.connecting import OnFirstUse
from core.providers.failing import Fault, Faulty, fault_of_exception
from core.providers.gemini import (
    BASE_URL,
    GEMINI,
    KEY_VARIABLE,
    MODELS_LISTED_MAX,
    NAME,
    NO_REASON,
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
from core.providers.listening import MILLISECONDS_PER_SECOND, PATIENCE, Heard, Patience, listen
from core.providers.prices import Prices
from core.providers.prompting import system_text
from core.providers.retry_after import retry_after_ms
from core.providers.threaded import FromThread

T = TypeVar("T")
MILLI: Final = 1_000
NO_SAFETY: Final[Mapping[str, str]] = {}
EXTRA: Final = "gemini-legacy"
UNFINISHED: Final = "Unfinished stream"
"""How the SDK begins to say that a stream ended within its list of chunks; what follows is the chunk."""


class Clients:
    """The SDK's clients and messages, loaded together. The process-wide `configure` is left alone."""

    def __init__(self, *, key: str, base_url: str) -> None:
        # It warns of its own end, and its parts of theirs, on the terminal that the console draws on.
        warnings.filterwarnings("ignore", category=FutureWarning, module=rf"google\.|{__name__}")
        try:
            from google.ai.generativelanguage import GenerativeServiceClient, ModelServiceClient
            from google.generativeai import protos
        except ImportError:
            raise Faulty(
                Fault(error=ProviderError.REFUSED, message=f"its former SDK isn't installed. Install moot[{EXTRA}].")
            ) from None

        self.messages: Any = protos
        options = {"api_key": key, "api_endpoint": _endpoint(base_url)}
        answers: Any = GenerativeServiceClient(transport="rest", client_options=options)
        models: Any = ModelServiceClient(transport="rest", client_options=options)
        self.answers, self.models = answers, models
        for client in (self.answers, self.models):
            # It asks again after a 401, as if a key could be refreshed, and follows redirects with the key in hand.
            # No public way leads to the session.
            session = client.transport._session
            session._max_refresh_attempts = 0
            session.max_redirects = 0

    async def aclose(self) -> None:
        for client in (self.answers, self.models):
            client.transport.close()


class LegacyGeminiProvider:
    """The provider of `gemini:MODEL` where the operator chose Google's former SDK."""

    prefix = GEMINI

    def __init__(
        self,
        *,
        key: Key,
        clock: Clock,
        prices: Prices,
        base_url: str = BASE_URL,
        safety: Mapping[str, str] = NO_SAFETY,
        patience: Patience = PATIENCE,
    ) -> None:
        self.key = key
        self.clock = clock
        self.safety = safety_settings(safety)
        self.patience = patience
        self._prices = prices
        self._base_url = base_url
        self.clients = OnFirstUse(self._make_clients)

    def describe(self, model: str) -> ModelInfo:
        model_name(model, GEMINI)
        return self._prices.info(model, tokens_context_max=TOKENS_CONTEXT_DEFAULT)

    def refuse_early(self, request: ModelRequest) -> None:
        refuse_without_key(self.key, request, variable=KEY_VARIABLE)
        refuse_without_a_user(request)

    def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        return listen(_Answering(self, request), self.patience)

    async def count_input(self, request: ModelRequest) -> int | None:
        async def count() -> int:
            clients = await self.clients.get()
            asks = {"model": _path(request.model), "generate_content_request": _asked(request, {})}
            counted = await self._in_thread(clients.answers.count_tokens, asks)
            return int(counted.total_tokens)

        return await self._asked(count)

    def account(self, model: str) -> Account:
        return Account(provider=GEMINI, address=self._base_url.rstrip("/"), digest=digest_of(self.key()))

    async def probe(self, model: str) -> Probe:
        async def list_models() -> Probe:
            clients = await self.clients.get()
            pager = await self._in_thread(clients.models.list_models, {"page_size": MODELS_LISTED_MAX})
            names = [model.name.removeprefix("models/") for model in next(iter(pager.pages)).models]
            return Probe(models=tuple(f"{GEMINI}:{name}" for name in names))

        return await self._asked(list_models)

    async def aclose(self) -> None:
        await self.clients.release(lambda clients: clients.aclose())

    def fault(self, error: Exception, *, is_speaking: bool = False) -> Fault:
        """What an exception of the SDK means."""
        if isinstance(error, ValueError) and str(error).startswith(UNFINISHED):
            return Fault(error=ProviderError.INCOMPLETE, message="its answer ended without saying that it is whole")
        status, response = getattr(error, "code", None), getattr(error, "response", None)
        if not isinstance(status, int):
            return fault_of_exception(error, is_speaking=is_speaking)
        wait_ms = retry_after_ms(getattr(response, "headers", {}), now_ms=self.clock.now_ms())
        return fault_of_body(status, getattr(response, "text", ""), retry_after_ms=wait_ms)

    def limits(self) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """The SDK's kind of timeout: wraps what it calls. A plain number would count for connecting and reading."""
        connect_s = self.patience.connect_ms / MILLISECONDS_PER_SECOND
        # Silence is judged by whoever listens; this only lets a thread end that nobody listens to any more.
        read_s = (self.patience.first_token_ms + self.patience.idle_ms) / MILLISECONDS_PER_SECOND
        return partial(_limited, limits=(connect_s, read_s))

    async def _in_thread(self, call: Callable[..., Any], asks: dict[str, Any]) -> Any:
        """The one answer of a call."""
        once = FromThread(lambda: iter((call(asks, retry=None, timeout=self.limits()),)), hang_up=_nothing_to_wake)
        answers = once.items()
        try:
            return await anext(answers)
        finally:
            await answers.aclose()

    async def _asked(self, question: Callable[[], Awaitable[T]]) -> T:
        return await asked(
            question,
            get_ready=self.clients.get,
            provider=NAME,
            key=self.key,
            fault=self.fault,
            patience=self.patience,
        )

    def _make_clients(self) -> Clients:
        return Clients(key=required(self.key, variable=KEY_VARIABLE), base_url=self._base_url)


class _Answering:
    """One call."""

    provider = NAME

    def __init__(self, provider: LegacyGeminiProvider, request: ModelRequest) -> None:
        self._provider = provider
        self._response: Any = None
        self.heard = Heard(request=request)

    def key(self) -> str:
        return self._provider.key()

    def fault(self, error: Exception) -> Fault:
        return self._provider.fault(error, is_speaking=self.heard.is_speaking)

    async def get_ready(self) -> None:
        await self._provider.clients.get()

    async def words(self) -> AsyncGenerator[str, None]:
        clients = await self._provider.clients.get()
        chunks = FromThread(partial(self._chunks, clients), hang_up=self._hang_up).items()
        try:
            async for chunk in chunks:
                for word in self._take(chunk):
                    yield word
        finally:
            await chunks.aclose()
        self.heard.is_whole = bool(self.heard.stop_reason)

    def _chunks(self, clients: Clients) -> Iterator[Any]:
        """In the thread: ask, and give each chunk as it comes."""
        asks = clients.messages.GenerateContentRequest(_asked(self.heard.request, self._provider.safety))
        stream = clients.answers.stream_generate_content(asks, retry=None, timeout=self._provider.limits())
        # The SDK gives no way to wake a thread that reads, so that its response is held on to.
        self._response = stream._response
        try:
            yield from stream
        finally:
            self._response.close()

    def _hang_up(self) -> None:
        response = self._response
        if response is None:
            return
        try:
            response.raw.shutdown()
        except (ValueError, RuntimeError, OSError):
            return  # it was read to its end, or is closed already

    def _take(self, chunk: Any) -> list[str]:
        """Write down what a chunk tells; the words it says."""
        heard = self.heard
        if not chunk:
            # The SDK drops fields that it doesn't know, and an error within a stream is one.
            raise Faulty(Fault(error=ProviderError.SERVER_ERROR, message="it reported an error within its answer"))
        heard.model = chunk.model_version or heard.model
        if chunk.usage_metadata.prompt_token_count:
            usage = chunk.usage_metadata
            heard.tokens_input = usage.prompt_token_count
            # Thoughts are billed as output and have no field of their own here, but the total counts them.
            heard.tokens_output = max(usage.candidates_token_count, usage.total_token_count - usage.prompt_token_count)
            heard.tokens_cached = usage.cached_content_token_count
            heard.tokens_output_by_now = heard.tokens_output  # counted anew with each chunk, thoughts included
        note_ratings(heard, "prompt", _ratings(chunk.prompt_feedback.safety_ratings))
        if (reason := _name(chunk.prompt_feedback.block_reason)) not in NO_REASON:
            stop_for_prompt(heard, reason)
        words = []
        for candidate in list(chunk.candidates)[:1]:
            note_ratings(heard, "answer", _ratings(candidate.safety_ratings))
            words += [part.text for part in candidate.content.parts if part.text]
            if (reason := _name(candidate.finish_reason)) not in NO_REASON:
                stop_for(heard, reason)
        return words


def _asked(request: ModelRequest, safety: Mapping[str, str]) -> dict[str, Any]:
    asks: dict[str, Any] = {
        "model": _path(request.model),
        "contents": contents_of(request),
        "generation_config": {
            "temperature": request.temperature_milli / MILLI,
            "max_output_tokens": request.tokens_output_max,
        },
        "safety_settings": [{"category": category, "threshold": threshold} for category, threshold in safety.items()],
    }
    system = system_text(request.messages)
    return {**asks, "system_instruction": {"parts": [{"text": system}]}} if system else asks


def _path(model: str) -> str:
    return f"models/{model_name(model, GEMINI)}"


def _limited(call: Callable[..., Any], *, limits: tuple[float, float]) -> Callable[..., Any]:
    return partial(call, timeout=limits)


def _endpoint(base_url: str) -> str:
    """The address as the SDK takes it: a host alone means https and port 443."""
    parts = urlsplit(base_url)
    return parts.netloc if parts.scheme == "https" and parts.port is None else f"{parts.scheme}://{parts.netloc}"


def _nothing_to_wake() -> None:
    """A single answer can't be waited for less; its own limit ends the thread."""


def _ratings(ratings: Any) -> list[tuple[str, str, bool]]:
    return [(_name(each.category), _name(each.probability), bool(each.blocked)) for each in ratings]


def _name(word: Any) -> str:
    # A word that is newer than the SDK comes as its number.
    return str(getattr(word, "name", f"NUMBER_{word}"))
