"""Which adapters are there, and how is each set before a server that speaks its provider's protocol?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from core.domain.participants import TEMPERATURE_MILLI_DEFAULT
from core.domain.steps import Message, ModelRequest
from core.ports.model_provider import Closing, Piece, ProviderFailed, RemoteProvider
from core.providers.anthropic_messages import AnthropicProvider
from core.providers.google_genai import GeminiProvider
from core.providers.google_generativeai import LegacyGeminiProvider
from core.providers.keys import Secret
from core.providers.listening import PATIENCE, Patience
from core.providers.openai_compatible import PRESETS, OpenAICompatibleProvider
from core.providers.prices import Prices
from tests.core.providers.requests import request as any_request
from tests.virtual_time import START_MS
from tests.wire import anthropic_wire, gemini_wire, openai_wire
from tests.wire.server import Refusal, Wire

KEY = "sk-planted/0123456789+abcdef"
"""The key of every adapter here: what a test finds of it anywhere has leaked."""


class StillClock:
    """A clock that stands still. Nothing under test waits by it."""

    def now_ms(self) -> int:
        return START_MS

    async def sleep(self, milliseconds: int) -> None:
        raise AssertionError("an adapter waits for its provider, never by the clock")


CLOCK = StillClock()
HANGS_SECONDS = 20
"""Whoever takes this long waits for what never comes."""
ENDLESS = replace(PATIENCE, idle_ms=24 * 3_600_000)
Make = Callable[[str, Patience], RemoteProvider]


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """An adapter under test. `frames_of_one_word` are the frames of a stream up to the first word of an answer, and
    `tokens_input_early` is what it knows by then of its input."""

    name: str
    make: Make
    wire: Wire
    model: str
    refusals: Mapping[str, Refusal]
    in_stream: bytes
    bad_json: bytes
    frames_of_one_word: int
    tokens_input_early: int | None = None
    counts_free: bool = False

    def __str__(self) -> str:
        return self.name

    def request(self, **values: Any) -> ModelRequest:
        messages = (
            Message(author="system", text="Be brief."),
            Message(author="user", text="Why does bread rise?"),
        )
        usual = {"messages": messages, "temperature_milli": TEMPERATURE_MILLI_DEFAULT}
        return replace(any_request(model=self.model), **{**usual, **values})


def prices() -> Prices:
    return Prices(clock=CLOCK)


def _google(make: type[GeminiProvider] | type[LegacyGeminiProvider]) -> Make:
    return lambda url, patience: make(key=Secret(KEY), clock=CLOCK, prices=prices(), base_url=url, patience=patience)


def _compatible(prefix: str, path: str) -> Make:
    return lambda url, patience: OpenAICompatibleProvider(
        PRESETS[prefix], key=Secret(KEY), clock=CLOCK, prices=prices(), base_url=f"{url}{path}", patience=patience
    )


def _of_openai(name: str, path: str, wire: openai_wire.OpenAIWire) -> Adapter:
    return Adapter(
        name=name,
        make=_compatible(name, path),
        wire=wire,
        model=f"{name}:model-x",
        refusals=openai_wire.REFUSALS,
        in_stream=openai_wire.IN_STREAM,
        bad_json=openai_wire.BAD_JSON,
        frames_of_one_word=2,
    )


def _of_google(name: str, make: type[GeminiProvider] | type[LegacyGeminiProvider], *, is_list: bool) -> Adapter:
    wire = gemini_wire.GeminiWire(is_list=is_list)
    return Adapter(
        name=name,
        make=_google(make),
        wire=wire,
        model="gemini:gemini-x",
        refusals=gemini_wire.REFUSALS,
        in_stream=wire.in_stream,
        bad_json=wire.bad_json,
        frames_of_one_word=1,
        counts_free=True,
    )


ANTHROPIC = Adapter(
    name="anthropic",
    make=lambda url, patience: AnthropicProvider(
        key=Secret(KEY), clock=CLOCK, prices=prices(), base_url=url, patience=patience
    ),
    wire=anthropic_wire.AnthropicWire(),
    model="anthropic:claude-x",
    refusals=anthropic_wire.REFUSALS,
    in_stream=anthropic_wire.IN_STREAM,
    bad_json=anthropic_wire.BAD_JSON,
    frames_of_one_word=4,
    tokens_input_early=25,
    counts_free=True,
)
GEMINI = _of_google("gemini", GeminiProvider, is_list=False)
GEMINI_LEGACY = _of_google("gemini-legacy", LegacyGeminiProvider, is_list=True)
OPENAI = _of_openai("openai", "/v1", openai_wire.OpenAIWire())
GROQ = _of_openai("groq", "/openai/v1", openai_wire.OpenAIWire(counts="corner", thoughts_as="reasoning"))
OLLAMA = _of_openai("ollama", "/v1", openai_wire.OpenAIWire(thoughts_as="reasoning"))
VLLM = _of_openai("vllm", "/v1", openai_wire.OpenAIWire())

ADAPTERS = (ANTHROPIC, GEMINI, GEMINI_LEGACY, OPENAI, GROQ, OLLAMA, VLLM)


@asynccontextmanager
async def provider_at(url: str, adapter: Adapter, patience: Patience = PATIENCE) -> AsyncIterator[RemoteProvider]:
    """The adapter before a server, its connections closed at the end."""
    provider = adapter.make(url, patience)
    try:
        yield provider
    finally:
        await provider.aclose()


async def heard(provider: RemoteProvider, request: ModelRequest) -> tuple[str, Closing]:
    """What is said, and the closing record, which comes last and once."""
    said = [each async for each in provider.stream(request)]
    closings = [each for each in said if isinstance(each, Closing)]
    assert closings == said[-1:], said
    return "".join(each.text for each in said if isinstance(each, Piece)), closings[0]


async def failed(provider: RemoteProvider, request: ModelRequest) -> tuple[str, ProviderFailed]:
    """What is said until the call fails, and the failure."""
    said: list[str] = []
    try:
        async for each in provider.stream(request):
            assert isinstance(each, Piece), f"a closing record came: {each}"
            said.append(each.text)
    except ProviderFailed as failure:
        return "".join(said), failure
    raise AssertionError(f"the call ended without a closing record and without a failure, after {said}")
