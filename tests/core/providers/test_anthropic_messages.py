"""What is particular to asking Claude?"""

from __future__ import annotations

import asyncio

import pytest

from core.domain.errors import WrongUse
from core.domain.steps import Message
from core.ports.model_provider import Piece, ProviderError
from core.providers.anthropic_messages import AnthropicProvider
from core.providers.keys import Secret
from tests.core.providers.adapters import (
    ANTHROPIC,
    CLOCK,
    ENDLESS,
    HANGS_SECONDS,
    KEY,
    failed,
    heard,
    prices,
    provider_at,
)
from tests.wire.anthropic_wire import AnthropicWire, refusal
from tests.wire.server import Act, Answer, WireServer


def provider(url: str = "http://127.0.0.1:9", key: str = KEY) -> AnthropicProvider:
    return AnthropicProvider(key=Secret(key), clock=CLOCK, prices=prices(), base_url=url)


async def test_claude_is_asked_for_a_stream_with_the_bound_on_its_output() -> None:
    async with WireServer(ANTHROPIC.wire) as server, provider_at(server.url, ANTHROPIC) as claude:
        await heard(claude, ANTHROPIC.request(tokens_output_max=321))

    assert server.asked[0].body == {
        "model": "claude-x",
        "max_tokens": 321,
        "stream": True,
        "system": "Be brief.",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Why does bread rise?"}]}],
    }


async def test_a_temperature_is_not_sent_and_the_closing_record_says_so() -> None:
    async with WireServer(ANTHROPIC.wire) as server, provider_at(server.url, ANTHROPIC) as claude:
        _, closing = await heard(claude, ANTHROPIC.request(temperature_milli=300))

    assert "temperature" not in server.asked[0].body
    assert closing.notes == ("Anthropic takes no temperature: this answer was given at the model's own.",)


async def test_a_refusal_carries_what_claude_says_of_it() -> None:
    act = Act(answer=Answer(stop="content_policy"))
    async with WireServer(ANTHROPIC.wire, act) as server, provider_at(server.url, ANTHROPIC) as claude:
        _, closing = await heard(claude, ANTHROPIC.request())

    assert closing.notes == ("Claude declined (bio). Not this.",)


async def test_a_reason_to_stop_that_moot_has_no_word_for_keeps_its_own() -> None:
    act = Act(answer=Answer(stop="other:pause_turn"))
    async with WireServer(ANTHROPIC.wire, act) as server, provider_at(server.url, ANTHROPIC) as claude:
        _, closing = await heard(claude, ANTHROPIC.request())

    assert closing.stop_reason == "other:pause_turn"


async def test_an_answer_that_breaks_off_tells_the_tokens_counted_until_then() -> None:
    act = Act(frames=5, then=ANTHROPIC.in_stream)
    async with WireServer(ANTHROPIC.wire, act) as server, provider_at(server.url, ANTHROPIC) as claude:
        _, failure = await failed(claude, ANTHROPIC.request())

    assert (failure.tokens_input, failure.tokens_output) == (25, 1)
    assert failure.message == "Anthropic: Overloaded"


async def test_each_piece_tells_what_can_have_been_billed_up_to_it() -> None:
    async with WireServer(ANTHROPIC.wire) as server, provider_at(server.url, ANTHROPIC) as claude:
        pieces = [each async for each in claude.stream(ANTHROPIC.request()) if isinstance(each, Piece)]

    assert [(piece.tokens_input, piece.tokens_output) for piece in pieces] == [(25, 6), (25, 12), (25, 22)]


async def test_a_break_between_the_last_word_and_its_record_is_no_whole_answer() -> None:
    frames = len(AnthropicWire().frames(Answer(), "claude-x")) - 1
    async with (
        WireServer(ANTHROPIC.wire, Act(frames=frames)) as server,
        provider_at(server.url, ANTHROPIC) as claude,
    ):
        said, failure = await failed(claude, ANTHROPIC.request())

    assert (said, failure.error) == ("Bread rises by itself.", ProviderError.INCOMPLETE)
    assert failure.tokens_output == 12


@pytest.mark.parametrize("then", ["cut", "silence", b"rubbish\n\n"])
async def test_what_goes_wrong_behind_the_last_record_spoils_nothing(then: str | bytes) -> None:
    async with (
        WireServer(ANTHROPIC.wire, Act(then=then)) as server,
        provider_at(server.url, ANTHROPIC, ENDLESS) as claude,
        asyncio.timeout(HANGS_SECONDS),
    ):
        text, closing = await heard(claude, ANTHROPIC.request())

    assert (text, closing.stop_reason) == ("Bread rises by itself.", "stop")


async def test_an_error_of_a_kind_that_is_still_to_come_goes_by_its_status() -> None:
    act = Act(refusal=refusal(418, "teapot_error", "Short and stout"))
    async with WireServer(ANTHROPIC.wire, act) as server, provider_at(server.url, ANTHROPIC) as claude:
        _, failure = await failed(claude, ANTHROPIC.request())

    assert (failure.error, failure.message) == (ProviderError.BAD_REQUEST, "Anthropic: Short and stout")


async def test_without_a_key_nothing_is_sent_even_where_the_environment_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-somebody-else")
    async with WireServer(ANTHROPIC.wire) as server:
        claude = provider(server.url, key="")
        _, failure = await failed(claude, ANTHROPIC.request())
        await claude.aclose()

    assert server.asked == []
    assert failure.error == ProviderError.AUTHENTICATION
    assert "Set ANTHROPIC_API_KEY" in failure.message
    assert failure.is_final


def test_a_seat_without_a_key_is_refused_before_the_session_opens() -> None:
    with pytest.raises(WrongUse, match=r"seat proposer: .* needs a key, and ANTHROPIC_API_KEY is not set\. Set"):
        provider(key="").refuse_early(ANTHROPIC.request())


def test_a_prompt_without_a_user_is_refused_before_the_session_opens() -> None:
    lonely = ANTHROPIC.request(messages=(Message(author="system", text="Be brief."),))

    with pytest.raises(WrongUse, match="the prompt has none"):
        provider().refuse_early(lonely)
    provider().refuse_early(ANTHROPIC.request())


def test_a_model_is_described_by_its_price_and_window() -> None:
    info = provider().describe("anthropic:claude-3-5-haiku-latest")

    assert info.is_price_known
    assert (info.price.input_microusd, info.price.output_microusd) == (800_000, 4_000_000)
    assert info.tokens_context_max == 200_000
