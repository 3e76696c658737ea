"""What comes out of each adapter for each way in which its provider can go wrong?"""

from __future__ import annotations

import pytest

from core.ports.model_provider import MEANINGS, ProviderError
from core.providers.listening import Patience
from tests.core.providers.adapters import ADAPTERS, KEY, Adapter, failed, provider_at
from tests.wire.server import Act, MuteServer, WireServer, address_of_nobody

SHORT_MS = 60
LONG_MS = 20_000

WORDS: dict[str, tuple[ProviderError, int | None]] = {
    "wrong request": (ProviderError.BAD_REQUEST, None),
    "too long": (ProviderError.CONTEXT_OVERFLOW, None),
    "too long, as vLLM says it": (ProviderError.CONTEXT_OVERFLOW, None),
    "too large": (ProviderError.CONTEXT_OVERFLOW, None),
    "too large for a minute": (ProviderError.CONTEXT_OVERFLOW, None),
    "no credit": (ProviderError.QUOTA_EXHAUSTED, None),
    "wrong key": (ProviderError.AUTHENTICATION, None),
    "wrong key, unsaid": (ProviderError.AUTHENTICATION, None),
    "no key": (ProviderError.AUTHENTICATION, None),
    "not allowed": (ProviderError.PERMISSION, None),
    "not here": (ProviderError.PERMISSION, None),
    "no such model": (ProviderError.NOT_FOUND, None),
    "no such model, as Ollama says it": (ProviderError.NOT_FOUND, None),
    "too many, seconds": (ProviderError.RATE_LIMITED, 7_000),
    "too many, milliseconds": (ProviderError.RATE_LIMITED, 1_251),
    "too many, date": (ProviderError.RATE_LIMITED, 30_000),
    "too many, info": (ProviderError.RATE_LIMITED, 34_075),
    "too many, unsaid": (ProviderError.RATE_LIMITED, None),
    "quota of the day": (ProviderError.QUOTA_EXHAUSTED, None),
    "quota of the account": (ProviderError.QUOTA_EXHAUSTED, None),
    "against the policy": (ProviderError.CONTENT_POLICY, None),
    "broken": (ProviderError.SERVER_ERROR, None),
    "busy": (ProviderError.OVERLOADED, None),
    "overloaded": (ProviderError.OVERLOADED, None),
    "overloaded by its body": (ProviderError.OVERLOADED, None),
    "a gateway's page": (ProviderError.SERVER_ERROR, None),
}
MAY_GO_ON_BEHIND = {"a gateway's page"}

REFUSED = [pytest.param(adapter, fault, id=f"{adapter}-{fault}") for adapter in ADAPTERS for fault in adapter.refusals]
EACH = [pytest.param(adapter, id=adapter.name) for adapter in ADAPTERS]


@pytest.mark.parametrize(("adapter", "fault"), REFUSED)
async def test_a_refusal_becomes_its_word_and_is_asked_for_once(adapter: Adapter, fault: str) -> None:
    async with (
        WireServer(adapter.wire, Act(refusal=adapter.refusals[fault])) as server,
        provider_at(server.url, adapter) as provider,
    ):
        said, failure = await failed(provider, adapter.request())

    word, retry_after_ms = WORDS[fault]
    assert (said, failure.error, failure.retry_after_ms) == ("", word, retry_after_ms)
    assert failure.is_final is not MEANINGS[word].is_worth_retry
    assert failure.may_have_cost is (fault in MAY_GO_ON_BEHIND)
    assert (failure.tokens_input, failure.tokens_output) == (None, None)
    assert len(server.asked) == 1


def test_every_refusal_that_a_provider_has_is_in_the_table() -> None:
    assert {fault for adapter in ADAPTERS for fault in adapter.refusals} == set(WORDS)


BROKEN_OFF = {
    "an error in the stream": ProviderError.OVERLOADED,
    "no last event": ProviderError.INCOMPLETE,
    "a cut": ProviderError.CONNECTION_LOST,
    "bad JSON": ProviderError.MALFORMED,
    "silence": ProviderError.TIMEOUT_IDLE,
}


def broken_off(adapter: Adapter, fault: str) -> Act:
    then = {
        "an error in the stream": adapter.in_stream,
        "no last event": "end",
        "a cut": "cut",
        "bad JSON": adapter.bad_json,
        "silence": "silence",
    }[fault]
    return Act(frames=adapter.frames_of_one_word, then=then)


@pytest.mark.parametrize("fault", BROKEN_OFF)
@pytest.mark.parametrize("adapter", EACH)
async def test_an_answer_that_breaks_off_is_never_whole_and_may_have_cost(adapter: Adapter, fault: str) -> None:
    patience = Patience(idle_ms=SHORT_MS if fault == "silence" else LONG_MS)
    async with (
        WireServer(adapter.wire, broken_off(adapter, fault)) as server,
        provider_at(server.url, adapter, patience) as provider,
    ):
        said, failure = await failed(provider, adapter.request())

    word = BROKEN_OFF[fault]
    if adapter.name == "gemini-legacy" and fault == "an error in the stream":
        word = ProviderError.SERVER_ERROR  # its SDK drops the error's text
    assert (said, failure.error) == ("Bread ", word)
    assert failure.may_have_cost
    assert not failure.is_final
    assert failure.tokens_input == adapter.tokens_input_early
    assert len(server.asked) == 1


@pytest.mark.parametrize("adapter", EACH)
async def test_a_stream_without_a_word_is_incomplete(adapter: Adapter) -> None:
    async with (
        WireServer(adapter.wire, Act(frames=0)) as server,
        provider_at(server.url, adapter) as provider,
    ):
        said, failure = await failed(provider, adapter.request())

    assert (said, failure.error) == ("", ProviderError.INCOMPLETE)
    assert failure.may_have_cost


@pytest.mark.parametrize("is_mute", [True, False], ids=["no status", "no event"])
@pytest.mark.parametrize("adapter", EACH)
async def test_silence_before_the_first_token_ends_the_call(adapter: Adapter, is_mute: bool) -> None:
    act = Act(is_mute=True) if is_mute else Act(frames=0, then="silence")
    async with (
        WireServer(adapter.wire, act) as server,
        provider_at(server.url, adapter, Patience(first_token_ms=SHORT_MS)) as provider,
    ):
        said, failure = await failed(provider, adapter.request())

    assert (said, failure.error) == ("", ProviderError.TIMEOUT_FIRST_TOKEN)
    assert failure.may_have_cost
    assert f"{SHORT_MS} ms" in failure.message


@pytest.mark.parametrize("adapter", EACH)
async def test_a_server_that_never_shakes_hands_is_no_connection_and_costs_nothing(adapter: Adapter) -> None:
    async with (
        MuteServer() as server,
        provider_at(server.url, adapter, Patience(connect_ms=SHORT_MS)) as provider,
    ):
        said, failure = await failed(provider, adapter.request())

    assert (said, failure.error) == ("", ProviderError.TIMEOUT_CONNECT)
    assert not failure.may_have_cost


@pytest.mark.parametrize("adapter", EACH)
async def test_nobody_at_the_address_costs_nothing(adapter: Adapter) -> None:
    async with provider_at(address_of_nobody(), adapter) as provider:
        said, failure = await failed(provider, adapter.request())

    assert (said, failure.error) == ("", ProviderError.CONNECTION_LOST)
    assert not failure.may_have_cost


@pytest.mark.parametrize("adapter", EACH)
async def test_an_address_that_leads_elsewhere_is_not_followed_with_the_key(adapter: Adapter) -> None:
    async with WireServer(adapter.wire) as elsewhere:
        refusal = adapter.refusals["broken"]
        moved = type(refusal)(status=307, body={}, headers={"location": f"{elsewhere.url}/v1/messages"})
        async with (
            WireServer(adapter.wire, Act(refusal=moved)) as server,
            provider_at(server.url, adapter) as provider,
        ):
            _, failure = await failed(provider, adapter.request())

    assert failure.error == ProviderError.BAD_REQUEST
    assert elsewhere.asked == []
    assert KEY not in failure.message
