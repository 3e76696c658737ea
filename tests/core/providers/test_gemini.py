"""What is particular to asking Gemini, through each of Google's SDKs?"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from core.domain.errors import WrongUse
from core.domain.steps import Message
from core.ports.model_provider import Closing, Piece, ProviderError, ProviderFailed
from core.providers.gemini import safety_settings
from core.providers.google_genai import GeminiProvider
from core.providers.google_generativeai import LegacyGeminiProvider
from core.providers.keys import Secret
from tests.core.providers.adapters import CLOCK, GEMINI, GEMINI_LEGACY, KEY, Adapter, failed, heard, prices, provider_at
from tests.wire.gemini_wire import PROMPT_BLOCKED, GeminiWire
from tests.wire.server import Act, Answer, WireServer, sse

BOTH = [pytest.param(adapter, id=adapter.name) for adapter in (GEMINI, GEMINI_LEGACY)]
CLASSES = {"gemini": GeminiProvider, "gemini-legacy": LegacyGeminiProvider}


@asynccontextmanager
async def gemini(url: str, adapter: Adapter, **values: Any) -> AsyncIterator[Any]:
    settings: dict[str, Any] = {"key": Secret(KEY), "clock": CLOCK, "prices": prices(), "base_url": url, **values}
    provider = CLASSES[adapter.name](**settings)
    try:
        yield provider
    finally:
        await provider.aclose()


async def closing_of(adapter: Adapter, answer: Answer) -> tuple[str, Closing]:
    async with (
        WireServer(adapter.wire, Act(answer=answer)) as server,
        provider_at(server.url, adapter) as provider,
    ):
        return await heard(provider, adapter.request())


@pytest.mark.parametrize("adapter", BOTH)
async def test_gemini_is_asked_with_the_system_apart_and_a_bound_on_its_output(adapter: Adapter) -> None:
    async with WireServer(adapter.wire) as server, provider_at(server.url, adapter) as provider:
        await heard(provider, adapter.request(tokens_output_max=321, temperature_milli=300))

    asked = server.asked[0]
    assert asked.path.endswith("/models/gemini-x:streamGenerateContent")
    assert asked.body["generationConfig"]["maxOutputTokens"] == 321
    assert asked.body["generationConfig"]["temperature"] == pytest.approx(0.3)
    assert asked.body["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert KEY not in asked.path + asked.query, "addresses are written into logs along the way"


@pytest.mark.parametrize("adapter", BOTH)
async def test_where_each_chunk_is_counted_each_piece_tells_what_was_billed_up_to_it(adapter: Adapter) -> None:
    usage = {"promptTokenCount": 25, "candidatesTokenCount": 3, "thoughtsTokenCount": 40, "totalTokenCount": 68}
    part = {"content": {"role": "model", "parts": [{"text": "rises"}]}, "index": 0}
    assert isinstance(adapter.wire, GeminiWire)
    chunk = adapter.wire._framed({"candidates": [part], "usageMetadata": usage}, is_first=False, is_last=False)
    pieces: list[Piece] = []
    async with (
        WireServer(adapter.wire, Act(frames=1, then=chunk)) as server,
        provider_at(server.url, adapter) as provider,
    ):
        with suppress(ProviderFailed):
            async for each in provider.stream(adapter.request()):
                assert isinstance(each, Piece)
                pieces.append(each)

    assert pieces == [Piece(text="Bread "), Piece(text="rises", tokens_input=25, tokens_output=43)]


async def test_the_seed_is_sent_within_gemini_s_bounds() -> None:
    async with WireServer(GEMINI.wire) as server, provider_at(server.url, GEMINI) as provider:
        await heard(provider, GEMINI.request(seed=2**32 + 5))

    assert 0 <= server.asked[0].body["generationConfig"]["seed"] < 2**31


@pytest.mark.parametrize("adapter", BOTH)
async def test_safety_settings_are_sent_in_googles_words(adapter: Adapter) -> None:
    safety = {"harassment": "block_only_high", "dangerous_content": "block_none"}
    async with WireServer(adapter.wire) as server, gemini(server.url, adapter, safety=safety) as provider:
        await heard(provider, adapter.request())

    sent = server.asked[0].body["safetySettings"]
    named = [("HARM_CATEGORY_HARASSMENT", "BLOCK_ONLY_HIGH"), ("HARM_CATEGORY_DANGEROUS_CONTENT", "BLOCK_NONE")]
    numbered = [(7, 3), (10, 4)]  # the former SDK sends numbers
    assert [(each["category"], each["threshold"]) for each in sent] in (named, numbered)


@pytest.mark.parametrize(
    ("safety", "said"),
    [
        ({"harrassment": "off"}, r"no category of harm is called 'harrassment'\. Did you mean 'harassment'\?"),
        ({"harassment": "block_non"}, r"no threshold of safety is called 'block_non'\. Did you mean 'block_none'\?"),
    ],
)
def test_a_safety_setting_that_google_does_not_know_is_refused(safety: dict[str, str], said: str) -> None:
    with pytest.raises(WrongUse, match=said):
        safety_settings(safety)


@pytest.mark.parametrize("adapter", BOTH)
async def test_a_stop_for_safety_carries_its_ratings_in_words(adapter: Adapter) -> None:
    text, closing = await closing_of(adapter, Answer(stop="content_policy"))

    assert text == "Bread rises by itself."
    assert closing.stop_reason == "content_policy"
    assert closing.notes == (
        "The answer was blocked by Gemini's filter for dangerous content (probability high).",
        "Gemini stopped its answer (safety).",
    )


@pytest.mark.parametrize("adapter", BOTH)
async def test_a_blocked_prompt_closes_without_a_word_and_is_billed_for_its_input(adapter: Adapter) -> None:
    text, closing = await closing_of(adapter, Answer(stop=PROMPT_BLOCKED))

    assert (text, closing.stop_reason) == ("", "content_policy")
    assert (closing.tokens_input, closing.tokens_output) == (25, 0)
    assert closing.notes == (
        "The prompt was blocked by Gemini's filter for dangerous content (probability high).",
        "Gemini blocked the prompt (prohibited_content).",
    )


@pytest.mark.parametrize("adapter", BOTH)
async def test_a_reason_to_stop_that_moot_has_no_word_for_keeps_its_own(adapter: Adapter) -> None:
    assert (await closing_of(adapter, Answer(stop="other:language")))[1].stop_reason == "other:language"


@pytest.mark.filterwarnings("ignore:.* is not a valid:UserWarning")
@pytest.mark.parametrize("adapter", BOTH)
async def test_a_reason_to_stop_that_is_newer_than_the_sdk_is_no_whole_answer(adapter: Adapter) -> None:
    frame = json.dumps({"candidates": [{"finishReason": "TIRED", "index": 0}], "modelVersion": "gemini-x"})
    then = f",{frame}]".encode() if adapter is GEMINI_LEGACY else f"data: {frame}\n\n".encode()
    async with (
        WireServer(adapter.wire, Act(frames=1, then=then)) as server,
        provider_at(server.url, adapter) as provider,
    ):
        if adapter is GEMINI_LEGACY:
            # It knows no such word and leaves it out.
            assert (await failed(provider, adapter.request()))[1].error == ProviderError.INCOMPLETE
        else:
            assert (await heard(provider, adapter.request()))[1].stop_reason == "other:tired"


async def test_an_answer_that_asks_to_be_continued_is_one_request_all_the_same() -> None:
    part = {"content": {"role": "model", "parts": [{"text": "Bread"}]}, "index": 0}
    more = {"candidates": [{**part, "finishReason": "CONTINUATION", "continuationToken": "dG9rZW4="}]}
    async with (
        WireServer(GEMINI.wire, Act(frames=0, then=sse(more))) as server,
        provider_at(server.url, GEMINI) as provider,
    ):
        text, closing = await heard(provider, GEMINI.request())

    assert (text, closing.stop_reason, len(server.asked)) == ("Bread", "other:continuation", 1)


async def test_a_stream_with_a_reason_to_stop_in_each_chunk_is_whole_only_at_its_end() -> None:
    part = {"content": {"role": "model", "parts": [{"text": "Bread"}]}, "index": 0, "finishReason": "STOP"}
    async with (
        WireServer(GEMINI.wire, Act(frames=0, then=sse({"candidates": [part]}) + b"data: {\n\n")) as server,
        provider_at(server.url, GEMINI) as provider,
    ):
        said, failure = await failed(provider, GEMINI.request())

    assert (said, failure.error) == ("Bread", ProviderError.MALFORMED)


async def test_the_version_of_the_api_can_be_chosen() -> None:
    async with WireServer(GEMINI.wire) as server, gemini(server.url, GEMINI, api_version="v1beta") as provider:
        await heard(provider, GEMINI.request())

    assert server.asked[0].path.startswith("/v1beta/")


async def test_a_path_before_the_version_is_kept() -> None:
    async with WireServer(GEMINI.wire) as server, gemini(f"{server.url}/proxy", GEMINI) as provider:
        await heard(provider, GEMINI.request())

    assert server.asked[0].path == "/proxy/v1/models/gemini-x:streamGenerateContent"


@pytest.mark.parametrize("adapter", BOTH)
async def test_without_a_key_nothing_is_sent_even_where_the_environment_has_one(
    adapter: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "sk-of-somebody-else")
    async with WireServer(adapter.wire) as server, gemini(server.url, adapter, key=Secret("")) as provider:
        with pytest.raises(WrongUse, match="GOOGLE_API_KEY is not set"):
            provider.refuse_early(adapter.request())
        _, failure = await failed(provider, adapter.request())

    assert server.asked == []
    assert (failure.error, failure.is_final) == (ProviderError.AUTHENTICATION, True)


@pytest.mark.parametrize("adapter", BOTH)
async def test_a_prompt_without_a_user_is_refused_before_the_session_opens(adapter: Adapter) -> None:
    async with gemini("http://127.0.0.1:9", adapter) as provider:
        provider.refuse_early(adapter.request())
        with pytest.raises(WrongUse, match=r"the prompt has none\. Let the template"):
            provider.refuse_early(adapter.request(messages=(Message(author="system", text="Be brief."),)))


async def test_where_the_former_sdk_is_not_installed_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.ai.generativelanguage", None)
    async with WireServer(GeminiWire()) as server, gemini(server.url, GEMINI_LEGACY) as provider:
        _, failure = await failed(provider, GEMINI_LEGACY.request())

    assert (failure.error, failure.is_final) == (ProviderError.REFUSED, True)
    assert "Install moot[gemini-legacy]" in failure.message


def test_a_model_is_described_by_its_price_and_window() -> None:
    provider = GeminiProvider(key=Secret(KEY), clock=CLOCK, prices=prices())

    info = provider.describe("gemini:gemini-2.5-flash")

    assert info.is_price_known
    assert (info.price.input_microusd, info.price.output_microusd) == (300_000, 2_500_000)
    assert info.tokens_context_max == 1_048_576
