"""How are models named whose server is no preset?"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from core.domain.budget import FREE, Price
from core.domain.errors import WrongUse
from core.providers.compatible import ADDRESSES_MAX, AnyCompatibleProvider
from core.providers.keys import Key, Secret
from core.providers.openai_compatible import PRESETS, OpenAICompatibleProvider
from core.providers.prices import ListPrice, Prices
from tests.core.providers.adapters import CLOCK, KEY, OPENAI, heard, prices
from tests.wire.openai_wire import OpenAIWire
from tests.wire.server import WireServer


@asynccontextmanager
async def compatible(
    *, keys: Mapping[str, Key] | None = None, own: Mapping[str, ListPrice] | None = None, groq_at: str = ""
) -> AsyncIterator[AnyCompatibleProvider]:
    groq = OpenAICompatibleProvider(PRESETS["groq"], clock=CLOCK, prices=prices(), key=Secret(KEY), base_url=groq_at)
    listed = Prices(clock=CLOCK, own=own)
    provider = AnyCompatibleProvider(clock=CLOCK, prices=listed, presets={"groq": groq}, keys=keys or {})
    try:
        yield provider
    finally:
        await provider.aclose()
        await groq.aclose()


@pytest.mark.parametrize(
    ("written", "path", "model"),
    [
        ("{url}/v1/model-x", "/v1/chat/completions", "model-x"),
        ("{url}/v1/meta/llama-3:8b", "/v1/chat/completions", "meta/llama-3:8b"),
        ("{url}/deep/path/v1beta/openai/model-x", "/deep/path/v1beta/openai/chat/completions", "model-x"),
        ("{url}/any#where/model-x", "/any/chat/completions", "where/model-x"),
        ("{url}/v1/#model-x", "/v1/chat/completions", "model-x"),
    ],
)
async def test_an_address_and_a_model_are_told_apart(written: str, path: str, model: str) -> None:
    async with WireServer(OpenAIWire()) as server, compatible() as provider:
        text, closing = await heard(provider, OPENAI.request(model=f"compatible:{written.format(url=server.url)}"))

    assert [(asked.path, asked.body["model"]) for asked in server.asked] == [(path, model)]
    assert (text, closing.model) == ("Bread rises by itself.", model)


async def test_a_preset_is_asked_with_its_own_key() -> None:
    async with WireServer(OpenAIWire()) as server, compatible(groq_at=f"{server.url}/v1") as provider:
        await heard(provider, OPENAI.request(model="compatible:groq/model-x"))

    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


async def test_an_address_gets_the_key_that_was_set_for_it_and_no_other() -> None:
    async with (
        WireServer(OpenAIWire()) as ours,
        WireServer(OpenAIWire()) as theirs,
        compatible(keys={f"{ours.url}/v1/": Secret(KEY)}) as provider,
    ):
        for server in (ours, theirs):
            await heard(provider, OPENAI.request(model=f"compatible:{server.url}/v1/model-x"))

    assert ours.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(theirs.asked[0].headers)


@pytest.mark.parametrize(
    "model",
    [
        "compatible",
        "compatible:",
        "compatible:groq",
        "compatible:groq/",
        "compatible:none/model-x",
        "compatible:http://host/model-x",
        "compatible:ftp://host/v1/model-x",
        "compatible:http://user:password@host/v1/model-x",
        "compatible:http://user:password@host#model-x",
        "compatible:http://host/v1/two words",
        f"compatible:http://host/v1/{'x' * 300}",
    ],
)
async def test_what_names_no_address_and_model_is_refused(model: str) -> None:
    async with compatible() as provider:
        with pytest.raises(WrongUse, match=re.escape("Say compatible:http://HOST:PORT/v1/MODEL, or")):
            provider.describe(model)


async def test_calls_are_counted_with_those_of_the_same_key_at_the_same_address() -> None:
    one, two = "http://127.0.0.1:8001/v1", "http://127.0.0.1:8002/v1"
    async with compatible(keys={one: Secret(KEY)}) as provider, compatible(keys={one: Secret("another")}) as other:
        first = provider.account(f"compatible:{one}/model-x")

        assert first == provider.account(f"compatible:{one}#model-y")
        assert first != provider.account(f"compatible:{two}/model-x")
        assert first != other.account(f"compatible:{one}/model-x")
        assert provider.account("compatible:groq/model-x") == provider._presets["groq"].account("groq:model-y")
        assert (first.provider, first.address) == ("compatible", one)


async def test_an_address_elsewhere_has_an_unknown_price_until_the_operator_gives_one() -> None:
    model = "compatible:https://gpu.example/v1/model-x"
    price = Price(input_microusd=1, output_microusd=2)
    async with compatible() as provider:
        assert not provider.describe(model).is_price_known
        assert provider.describe("compatible:http://127.0.0.1:8000/v1/model-x").price == FREE
    async with compatible(own={model: ListPrice(price=price, tokens_context_max=5)}) as provider:
        info = provider.describe(model)

    assert (info.model, info.price, info.is_price_known, info.tokens_context_max) == (model, price, True, 5)


async def test_a_probe_names_models_as_they_can_be_asked_for() -> None:
    async with WireServer(OpenAIWire()) as server, compatible() as provider:
        [name] = (await provider.probe(f"compatible:{server.url}/v1/any")).models
        text, _ = await heard(provider, OPENAI.request(model=name))

    assert text == "Bread rises by itself."


async def test_addresses_are_bounded() -> None:
    async with compatible() as provider:
        for number in range(ADDRESSES_MAX):
            provider.describe(f"compatible:http://127.0.0.1:{10_000 + number}/v1/model-x")
        provider.describe("compatible:http://127.0.0.1:10000/v1/another-model")
        with pytest.raises(WrongUse, match="Use one of those"):
            provider.describe("compatible:http://127.0.0.1:9/v1/model-x")
