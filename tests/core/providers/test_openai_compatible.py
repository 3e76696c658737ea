"""What is particular to servers that speak OpenAI's chat completions?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from core.domain.budget import FREE, REQUEST_OVERHEAD_TOKENS
from core.domain.errors import WrongUse
from core.ports.model_provider import ProviderError
from core.providers.keys import Secret
from core.providers.listening import NOT_COUNTED
from core.providers.openai_compatible import PRESETS, OpenAICompatibleProvider
from core.providers.prices import DEAREST
from tests.core.providers.adapters import (
    CLOCK,
    ENDLESS,
    GROQ,
    HANGS_SECONDS,
    KEY,
    OLLAMA,
    OPENAI,
    VLLM,
    Adapter,
    failed,
    heard,
    prices,
    provider_at,
)
from tests.wire.openai_wire import OpenAIWire, refusal
from tests.wire.server import Act, Refusal, WireServer, sse

WITHOUT_DONE = -1

ALL = [pytest.param(adapter, id=adapter.name) for adapter in (OPENAI, GROQ, OLLAMA, VLLM)]


def provider(prefix: str, base_url: str = "", key: str = "") -> OpenAICompatibleProvider:
    return OpenAICompatibleProvider(PRESETS[prefix], key=Secret(key), clock=CLOCK, prices=prices(), base_url=base_url)


def refused(parameter: str | None, message: str, code: str | None = None) -> Act:
    body = {"error": {"message": message, "type": "invalid_request_error", "param": parameter, "code": code}}
    return Act(refusal=Refusal(status=400, body=body))


@pytest.mark.parametrize("adapter", ALL)
async def test_a_stream_is_asked_for_with_its_tokens_counted(adapter: Adapter) -> None:
    async with WireServer(adapter.wire) as server, provider_at(server.url, adapter) as served:
        await heard(served, adapter.request(tokens_output_max=321, temperature_milli=300, seed=7))

    bound = {"openai": "max_completion_tokens", "groq": "max_completion_tokens"}.get(adapter.name, "max_tokens")
    assert server.asked[0].body == {
        "model": "model-x",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Why does bread rise?"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.3,
        "seed": 7,
        bound: 321,
    }


@pytest.mark.parametrize("adapter", ALL)
async def test_nobody_waits_for_done_once_the_answer_is_whole_and_counted(adapter: Adapter) -> None:
    act = Act(frames=WITHOUT_DONE, then="silence")
    async with (
        WireServer(adapter.wire, act) as server,
        provider_at(server.url, adapter, ENDLESS) as served,
        asyncio.timeout(HANGS_SECONDS),
    ):
        text, closing = await heard(served, adapter.request())

    assert (text, closing.stop_reason, closing.tokens_output) == ("Bread rises by itself.", "stop", 12)


@pytest.mark.parametrize(
    ("parameter", "act", "sent"),
    [
        (
            "temperature",
            refused("temperature", "Unsupported value: 'temperature' does not support 0.7", "unsupported_value"),
            {"seed", "max_completion_tokens", "stream_options"},
        ),
        (
            "seed",
            refused(None, "Unrecognized request argument supplied: 'seed'"),
            {"temperature", "max_completion_tokens", "stream_options"},
        ),
        (
            "max_completion_tokens",
            refused("max_completion_tokens", "Unsupported parameter: 'max_completion_tokens'", "unsupported_parameter"),
            {"temperature", "seed", "max_tokens", "stream_options"},
        ),
        (
            "stream_options",
            refused(None, "`stream_options` is not supported"),
            {"temperature", "seed", "max_completion_tokens"},
        ),
    ],
)
async def test_a_parameter_that_a_model_refuses_is_left_out_of_the_next_attempt(
    parameter: str, act: Act, sent: set[str]
) -> None:
    async with WireServer(OPENAI.wire, act) as server, provider_at(server.url, OPENAI) as served:
        _, failure = await failed(served, OPENAI.request())
        _, closing = await heard(served, OPENAI.request())
        await heard(served, OPENAI.request(model="openai:another-model"))

    optional = {"temperature", "seed", "max_tokens", "max_completion_tokens", "stream_options"}
    assert (failure.error, failure.is_final, failure.retry_after_ms) == (ProviderError.BAD_REQUEST, False, 0)
    assert set(server.asked[1].body) & optional == sent
    assert set(server.asked[2].body) & optional == optional - {"max_tokens"}, "another model is not this one"
    is_noted = parameter in ("temperature", "seed")
    assert closing.notes == ((f"openai:model-x takes no {parameter}: it was left out.",) if is_noted else ())


@pytest.mark.parametrize(
    "act",
    [
        refused("messages", "Unsupported value: 'messages'", "unsupported_value"),
        refused(None, "The temperature of the room is unknown"),
        refused("temperature", "'temperature' must be at most 2"),
    ],
)
async def test_a_request_that_is_wrong_otherwise_is_not_asked_again(act: Act) -> None:
    async with WireServer(OPENAI.wire, act) as server, provider_at(server.url, OPENAI) as served:
        _, failure = await failed(served, OPENAI.request())

    assert (failure.error, failure.is_final) == (ProviderError.BAD_REQUEST, True)
    assert served.refused_by("openai:model-x") == frozenset()  # type: ignore[attr-defined]


async def test_tokens_that_nobody_counts_are_taken_at_their_most() -> None:
    async with WireServer(OpenAIWire(counts="")) as server, provider_at(server.url, OLLAMA) as served:
        text, closing = await heard(served, OLLAMA.request())

    assert closing.tokens_input == len("Be brief.") + len("Why does bread rise?") + REQUEST_OVERHEAD_TOKENS
    assert closing.tokens_output == len(text)
    assert closing.notes == (NOT_COUNTED,)


async def test_a_refusal_in_the_models_words_is_one_of_policy() -> None:
    frames = chunk(delta={"refusal": "I won't."}) + chunk(delta={}, finish="stop")
    async with (
        WireServer(OPENAI.wire, Act(frames=0, then=frames)) as server,
        provider_at(server.url, OPENAI) as served,
    ):
        text, closing = await heard(served, OPENAI.request())

    assert (text, closing.stop_reason) == ("I won't.", "content_policy")


@pytest.mark.parametrize(
    ("error", "word"),
    [
        ({"message": "Rate limit", "type": "tokens", "code": "rate_limit_exceeded"}, ProviderError.RATE_LIMITED),
        ({"message": "Gone", "code": 503}, ProviderError.OVERLOADED),
        ({"message": "Odd", "type": "invalid_request_error"}, ProviderError.BAD_REQUEST),
        ({"message": "Odd"}, ProviderError.SERVER_ERROR),
        ("model runner has stopped", ProviderError.SERVER_ERROR),
    ],
)
async def test_an_error_within_a_stream_becomes_its_word(error: object, word: ProviderError) -> None:
    act = Act(frames=2, then=sse({"error": error}))
    async with WireServer(OPENAI.wire, act) as server, provider_at(server.url, OPENAI) as served:
        said, failure = await failed(served, OPENAI.request())

    assert (said, failure.error, failure.may_have_cost) == ("Bread ", word, True)


async def test_a_server_on_this_machine_needs_no_key() -> None:
    async with WireServer(OLLAMA.wire) as server:
        served = provider("ollama", f"{server.url}/v1")
        served.refuse_early(OLLAMA.request())
        text, _ = await heard(served, OLLAMA.request())
        await served.aclose()

    assert text == "Bread rises by itself."


@pytest.mark.parametrize(("prefix", "variable"), [("openai", "OPENAI_API_KEY"), ("groq", "GROQ_API_KEY")])
async def test_where_a_key_is_needed_none_is_borrowed_from_the_environment(
    prefix: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    adapter = {"openai": OPENAI, "groq": GROQ}[prefix]
    async with WireServer(adapter.wire) as server:
        served = provider(prefix, f"{server.url}/v1")
        with pytest.raises(WrongUse, match=f"{variable} is not set"):
            served.refuse_early(adapter.request())
        _, failure = await failed(served, adapter.request())
        await served.aclose()

    assert server.asked == []
    assert failure.error == ProviderError.AUTHENTICATION


async def test_a_key_of_the_environment_does_not_reach_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    async with WireServer(OLLAMA.wire) as server:
        served = provider("ollama", f"{server.url}/v1")
        await heard(served, OLLAMA.request())
        await served.aclose()

    assert KEY not in repr(server.asked[0].headers)


@pytest.mark.parametrize(
    ("prefix", "base_url", "model", "is_free", "is_known"),
    [
        ("ollama", "", "ollama:llama3", True, True),
        ("vllm", "http://localhost:8000/v1", "vllm:any", True, True),
        ("vllm", "https://gpu.example/v1", "vllm:any", False, False),
        ("openai", "", "openai:gpt-4o-mini", False, True),
        ("openai", "", "openai:no-such-model", False, False),
        ("groq", "", "groq:llama-3.3-70b-versatile", False, True),
    ],
)
def test_only_what_runs_on_this_machine_is_free_and_what_is_unknown_never_is(
    prefix: str, base_url: str, model: str, is_free: bool, is_known: bool
) -> None:
    info = provider(prefix, base_url).describe(model)

    assert (info.price == FREE, info.is_price_known) == (is_free, is_known)
    assert (info.price == DEAREST) is not is_known


async def test_a_gateways_message_is_bounded() -> None:
    act = Act(refusal=refusal(500, "x" * 100_000, kind="server_error"))
    async with WireServer(OPENAI.wire, act) as server, provider_at(server.url, OPENAI) as served:
        _, failure = await failed(served, OPENAI.request())

    assert len(failure.message) < 500


def chunk(*, delta: Mapping[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return sse({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "model-x", "choices": [choice]})
