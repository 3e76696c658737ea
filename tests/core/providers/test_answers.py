"""What comes out of each adapter for a whole answer, whatever the way in which it arrives?"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.errors import WrongUse
from core.domain.steps import Message
from core.ports.model_provider import Closing, Piece, ProviderError, ProviderFailed, RemoteProvider
from core.providers.keys import Secret
from core.providers.listening import PATIENCE
from tests.core.providers.adapters import ADAPTERS, GEMINI_LEGACY, KEY, Adapter, failed, heard, provider_at
from tests.wire.server import Act, Answer, Refusal, WireServer

EACH = [pytest.param(adapter, id=adapter.name) for adapter in ADAPTERS]
FREE = [adapter for adapter in ADAPTERS if adapter.counts_free]
# A character of each length in UTF-8, a line's end that isn't one in an event, and what JSON has to escape.
WORDS = ("Brød ", "– \u2028", "🍞 ", 'says "rise\\n"', "\n\n", "data: x\n\nevent: y ", "]},{ ")


@pytest.mark.parametrize("adapter", EACH)
async def test_a_whole_answer_comes_in_pieces_and_closes_once(adapter: Adapter) -> None:
    async with WireServer(adapter.wire) as server, provider_at(server.url, adapter) as provider:
        said = [each async for each in provider.stream(adapter.request())]

    *pieces, closing = said
    assert [each.text for each in pieces if isinstance(each, Piece)] == ["Bread ", "rises ", "by itself."]
    assert len(pieces) == 3
    assert closing == Closing(
        stop_reason="stop",
        tokens_input=25,
        tokens_output=12,
        tokens_cached=5,
        model=adapter.model.partition(":")[2],
    )


@pytest.mark.parametrize("adapter", EACH)
async def test_no_piece_claims_to_know_more_of_the_bill_than_can_be_known(adapter: Adapter) -> None:
    act = Act(answer=Answer(thoughts=("Hm. ",)))
    async with WireServer(adapter.wire, act) as server, provider_at(server.url, adapter) as provider:
        said = [each async for each in provider.stream(adapter.request())]

    assert {each.tokens_output for each in said if isinstance(each, Piece)} == {None}


@pytest.mark.parametrize("stop", ["length", "content_policy"])
@pytest.mark.parametrize("adapter", EACH)
async def test_an_answer_that_was_stopped_says_why_in_a_word_of_moots(adapter: Adapter, stop: str) -> None:
    act = Act(answer=Answer(stop=stop))
    async with WireServer(adapter.wire, act) as server, provider_at(server.url, adapter) as provider:
        text, closing = await heard(provider, adapter.request())

    assert text == "Bread rises by itself."
    assert (closing.stop_reason, closing.tokens_output) == (stop, 12)


@pytest.mark.parametrize("adapter", EACH)
async def test_the_model_that_answered_is_reported_and_not_the_one_that_was_asked_for(adapter: Adapter) -> None:
    act = Act(answer=Answer(model="another-model-0815"))
    async with WireServer(adapter.wire, act) as server, provider_at(server.url, adapter) as provider:
        _, closing = await heard(provider, adapter.request())

    assert closing.model == "another-model-0815"


@pytest.mark.parametrize(
    "adapter", [pytest.param(adapter, id=adapter.name) for adapter in ADAPTERS if adapter is not GEMINI_LEGACY]
)
async def test_thoughts_are_counted_and_not_said(adapter: Adapter) -> None:
    act = Act(answer=Answer(thoughts=("Let me ", "think.")))
    async with WireServer(adapter.wire, act) as server, provider_at(server.url, adapter) as provider:
        text, closing = await heard(provider, adapter.request())

    assert text == "Bread rises by itself."
    assert closing.tokens_output == 12


@pytest.mark.parametrize("adapter", EACH)
async def test_one_call_after_another_uses_one_connection_of_one_client(adapter: Adapter) -> None:
    async with WireServer(adapter.wire) as server, provider_at(server.url, adapter) as provider:
        texts = [(await heard(provider, adapter.request()))[0] for _ in range(3)]

    assert texts == ["Bread rises by itself."] * 3
    assert server.connections == 1


@pytest.mark.parametrize("adapter", EACH)
async def test_whoever_stops_listening_ends_the_call(adapter: Adapter) -> None:
    act = Act(frames=adapter.frames_of_one_word, then="silence")
    async with WireServer(adapter.wire, act) as server, provider_at(server.url, adapter) as provider:
        async with aclosing(_generator(provider, adapter)) as said:
            first = await anext(said)
        async with asyncio.timeout(20):
            await server.was_left.wait()

    assert isinstance(first, Piece)
    assert first.text == "Bread "


@pytest.mark.parametrize("adapter", EACH)
async def test_cancelling_whoever_listens_ends_the_call_and_is_no_failure(adapter: Adapter) -> None:
    act = Act(frames=adapter.frames_of_one_word, then="silence")
    has_begun = asyncio.Event()

    async def listen(provider: RemoteProvider) -> None:
        async for _ in provider.stream(adapter.request()):
            has_begun.set()

    async with WireServer(adapter.wire, act) as server, provider_at(server.url, adapter) as provider:
        listening = asyncio.create_task(listen(provider))
        await has_begun.wait()
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        async with asyncio.timeout(20):
            await server.was_left.wait()


@pytest.mark.parametrize("adapter", [pytest.param(adapter, id=adapter.name) for adapter in FREE])
async def test_input_is_counted_for_nothing_where_the_provider_does(adapter: Adapter) -> None:
    async with WireServer(adapter.wire) as server, provider_at(server.url, adapter) as provider:
        counted = await provider.count_input(adapter.request())

    assert counted == 25
    assert [asked.path.rpartition(":")[2].rpartition("/")[2] for asked in server.asked] in (
        ["countTokens"],
        ["count_tokens"],
    )


@pytest.mark.parametrize(
    "adapter", [pytest.param(adapter, id=adapter.name) for adapter in ADAPTERS if adapter not in FREE]
)
async def test_where_nobody_counts_for_nothing_nobody_is_asked(adapter: Adapter) -> None:
    async with WireServer(adapter.wire) as server, provider_at(server.url, adapter) as provider:
        assert await provider.count_input(adapter.request()) is None

    assert server.asked == []


@pytest.mark.parametrize("adapter", EACH)
async def test_an_account_tells_keys_and_addresses_apart_and_nothing_of_the_key(adapter: Adapter) -> None:
    async with (
        provider_at("http://127.0.0.1:1", adapter) as one,
        provider_at("http://127.0.0.1:1", adapter) as same,
        provider_at("http://127.0.0.1:2", adapter) as elsewhere,
    ):
        account = one.account(adapter.model)

        assert account == same.account(one.prefix)
        assert account != elsewhere.account(adapter.model)
        assert account.provider == one.prefix
        assert KEY not in repr(account) + account.digest
        assert account.digest not in repr(account)


@pytest.mark.parametrize("adapter", EACH)
async def test_a_probe_lists_models_by_the_names_that_moot_asks_for(adapter: Adapter) -> None:
    async with WireServer(adapter.wire) as server, provider_at(server.url, adapter) as provider:
        probe = await provider.probe(adapter.model)

    assert probe.models == (adapter.model,)
    assert [(asked.method, asked.path.endswith("/models")) for asked in server.asked] == [("GET", True)]


@pytest.mark.parametrize("adapter", EACH)
async def test_a_probe_that_is_refused_says_so_in_the_same_words(adapter: Adapter) -> None:
    act = Act(refusal=adapter.refusals["busy"])
    async with WireServer(adapter.wire, act) as server, provider_at(server.url, adapter) as provider:
        with pytest.raises(ProviderFailed) as failure:
            await provider.probe(adapter.model)

    assert failure.value.error == ProviderError.OVERLOADED
    assert not failure.value.may_have_cost
    assert KEY not in "".join(_all_that_shows(failure.value))


@pytest.mark.parametrize("adapter", EACH)
async def test_a_question_that_nobody_answers_ends(adapter: Adapter) -> None:
    patience = replace(PATIENCE, first_token_ms=60)
    async with (
        WireServer(adapter.wire, Act(is_mute=True)) as server,
        provider_at(server.url, adapter, patience) as provider,
    ):
        with pytest.raises(ProviderFailed) as failure:
            await provider.probe(adapter.model)

    assert failure.value.error == ProviderError.TIMEOUT_FIRST_TOKEN
    assert not failure.value.may_have_cost


@pytest.mark.parametrize("name", ["", ":", "two words", "x" * 300, "line\nbreak"])
@pytest.mark.parametrize("adapter", EACH)
async def test_a_name_that_can_be_no_models_is_refused(adapter: Adapter, name: str) -> None:
    prefix = adapter.model.partition(":")[0]
    async with provider_at("http://127.0.0.1:9", adapter) as provider:
        if name == ":":
            with pytest.raises(WrongUse, match=r"names no model"):
                provider.describe(f"other{adapter.model}")
            return
        with pytest.raises(WrongUse, match=rf"names no model.*Say {prefix}:MODEL"):
            provider.describe(f"{prefix}:{name}")


# A key shows nowhere.


@pytest.mark.parametrize("adapter", EACH)
async def test_a_key_is_in_no_message_no_exception_and_no_log(
    adapter: Adapter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    acts = [Act(refusal=_repeating_the_key(adapter.refusals[name])) for name in ("wrong key", "wrong request")]
    acts += [Act(frames=1, then="cut"), Act(frames=1, then=adapter.bad_json), Act()]
    failures = []
    async with WireServer(adapter.wire, *acts) as server, provider_at(server.url, adapter) as provider:
        for _ in acts[:-1]:
            failures.append((await failed(provider, adapter.request()))[1])
        await heard(provider, adapter.request())
        shown = [repr(provider), repr(vars(provider))]

    shown += [text for failure in failures for text in _all_that_shows(failure)]
    shown += [repr(vars(record)) for record in caplog.records] + [caplog.text]
    assert all(KEY in repr(asked.headers) for asked in server.asked), "the key was not sent, so that nothing was shown"
    assert [text for text in shown if KEY in text] == []
    assert "[key]" in failures[0].message


@pytest.mark.parametrize("adapter", EACH)
async def test_a_key_that_can_be_no_header_is_not_repeated(adapter: Adapter) -> None:
    planted = Secret("sk-planted\n0123456789")
    async with WireServer(adapter.wire) as server, provider_at(server.url, adapter) as provider:
        vars(provider)["key"] = planted
        _, failure = await failed(provider, adapter.request())

    assert server.asked == []
    assert [text for text in _all_that_shows(failure) if "0123456789" in text] == []


def _repeating_the_key(refusal: Refusal) -> Refusal:
    body: Any = deepcopy(refusal.body)
    body["error"]["message"] = f"No such key: {KEY}. You sent {KEY}!"
    return replace(refusal, body=body)


def _all_that_shows(failure: ProviderFailed) -> list[str]:
    assert failure.__cause__ is None
    assert failure.__context__ is None, "the SDK's exception is kept, and with it the request"
    return [str(failure), repr(failure), repr(vars(failure)), *traceback.format_exception(failure)]


async def _generator(provider: RemoteProvider, adapter: Adapter) -> AsyncIterator[Piece | Closing]:  # pragma: no cover
    async for each in provider.stream(adapter.request()):
        yield each


# However the bytes are cut, the answer is the same.


class Stage:
    """One adapter before one server, for many answers."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()

    def __enter__(self) -> Stage:
        self._runner.run(self._open())
        return self

    async def _open(self) -> None:
        self._server = await self._stack.enter_async_context(WireServer(self.adapter.wire))
        self._provider = await self._stack.enter_async_context(provider_at(self._server.url, self.adapter))

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()

    def heard(self, answer: Answer, cuts: tuple[int, ...]) -> tuple[str, Closing]:
        self._server.act_next(Act(answer=answer, cuts=cuts))
        return self._runner.run(heard(self._provider, self.adapter.request()))


@pytest.fixture(scope="module", params=EACH)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with Stage(request.param) as stage:
        yield stage


@settings(max_examples=25)
@given(cuts=st.lists(st.integers(1, 90), min_size=1, max_size=12).map(tuple))
def test_the_same_answer_is_heard_however_its_bytes_are_cut(stage: Stage, cuts: tuple[int, ...]) -> None:
    text, closing = stage.heard(Answer(words=WORDS), cuts)

    assert text == "".join(WORDS)
    assert (closing.stop_reason, closing.tokens_input, closing.tokens_output) == ("stop", 25, 12)


def test_an_answer_is_heard_byte_by_byte(stage: Stage) -> None:
    assert stage.heard(Answer(words=WORDS), (1,))[0] == "".join(WORDS)


@pytest.mark.parametrize("adapter", EACH)
async def test_a_message_of_the_system_is_told_apart_from_one_of_a_user(adapter: Adapter) -> None:
    messages = (
        Message(author="system", text="S1"),
        Message(author="user", text="U1"),
        Message(author="user", text="U2"),
        Message(author="assistant", text="A1"),
        Message(author="user", text="U3"),
        Message(author="system", text="S2"),
    )
    async with WireServer(adapter.wire) as server, provider_at(server.url, adapter) as provider:
        await heard(provider, adapter.request(messages=messages))

    assert _laid_out(server.asked[0].body) in (
        ("S1\n\nS2", [("user", ["U1", "U2"]), ("assistant", ["A1"]), ("user", ["U3"])]),
        ("", [("system", ["S1"]), ("user", ["U1"]), ("user", ["U2"]), ("assistant", ["A1"]), ("user", ["U3"]),
              ("system", ["S2"])]),
    )  # fmt: skip


def _laid_out(body: Any) -> tuple[str, list[tuple[str, list[str]]]]:
    """What the system said apart, and each message with its texts."""
    if "contents" in body:
        apart = "".join(part["text"] for part in body["systemInstruction"]["parts"])
        roles = {"model": "assistant", "user": "user"}
        return apart, [(roles[each["role"]], [part["text"] for part in each["parts"]]) for each in body["contents"]]
    texts = [
        (each["role"], [each["content"]] if isinstance(each["content"], str) else [b["text"] for b in each["content"]])
        for each in body["messages"]
    ]
    return body.get("system", ""), texts
