"""Is what can be asked found, with its price, and does each of the others say what it lacks?"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from core.domain.budget import FREE
from core.ports.model_offers import ProviderOffer, Standing
from core.providers import offers as offering
from core.providers.at_hand import AtHand, Setup, all_at_hand, rehearsal_alone
from core.providers.keys import Secret
from core.providers.listed_models import listed_models
from core.providers.offers import Offered, Offers
from core.providers.rehearsal import RehearsalProvider
from tests.core.providers.adapters import CLOCK, KEY, prices
from tests.wire.anthropic_wire import AnthropicWire
from tests.wire.openai_wire import OpenAIWire, refusal
from tests.wire.server import Act, Answer, Asked, Reply, WireServer, address_of_nobody

REHEARSAL = RehearsalProvider(clock=CLOCK)
NOBODY = "http://127.0.0.1:9/v1"


BUSY_SECONDS = 120
"""A machine that is busy with other tests takes its time over an SDK."""


@pytest.fixture(autouse=True)
def _a_machine_that_may_be_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offering, "ANSWER_SECONDS_MAX", BUSY_SECONDS)
    monkeypatch.setattr(offering, "CONNECT_SECONDS_MAX", BUSY_SECONDS)


class Shelf(OpenAIWire):
    """A server with these models."""

    def __init__(self, *models: str) -> None:
        super().__init__()
        self._models = models

    def reply(self, asked: Asked, answer: Answer) -> Reply | None:
        if asked.path.endswith("/models"):
            data = [{"id": name, "object": "model", "created": 1, "owned_by": "us"} for name in self._models]
            return Reply(body={"object": "list", "data": data})
        return super().reply(asked, answer)


def at_hand(**values: object) -> AtHand:
    setup = Setup(addresses={"ollama": address_of_nobody() + "/v1"})
    return all_at_hand(replace(setup, **values), clock=CLOCK, prices=prices(), rehearsal=REHEARSAL)  # type: ignore[arg-type]


async def looked(hand: AtHand, *, is_asking: bool = True) -> dict[str, ProviderOffer]:
    try:
        return {offer.prefix: offer for offer in await hand.offers.look(is_asking=is_asking)}
    finally:
        await hand.offers.close()


async def test_without_any_key_only_what_asks_no_model_can_be_had_and_each_says_what_it_lacks() -> None:
    offers = await looked(at_hand())

    assert {prefix for prefix, offer in offers.items() if offer.standing is Standing.READY} == {
        "rehearsal",
        "simulated",
    }
    assert offers["groq"].why == "GROQ_API_KEY is not set."
    assert offers["ollama"].standing is Standing.ABSENT
    assert "ollama serve" in offers["ollama"].now
    assert offers["vllm"].why == "No address is set."


async def test_a_server_on_this_machine_is_found_and_its_models_cost_nothing() -> None:
    async with WireServer(Shelf("llama3.2", "qwen3:8b")) as server:
        offers = await looked(at_hand(addresses={"ollama": f"{server.url}/v1"}))

    assert offers["ollama"].was_asked
    assert [(info.model, info.price) for info in offers["ollama"].models] == [
        ("ollama:llama3.2", FREE),
        ("ollama:qwen3:8b", FREE),
    ]


async def test_a_provider_with_a_key_names_its_models_and_those_that_cannot_be_cast_stand_beside() -> None:
    async with WireServer(Shelf("gpt-4o-mini", "text-embedding-3-small")) as server:
        setup = {"keys": {"OPENAI_API_KEY": Secret(KEY)}, "addresses": {"openai": server.url}}
        offer = (await looked(at_hand(**setup)))["openai"]

    assert [info.model for info in offer.models] == ["openai:gpt-4o-mini"]
    assert offer.models[0].is_price_known
    assert offer.models_beside == ("openai:text-embedding-3-small",)
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_relay_on_this_machine_to_a_paid_provider_is_not_taken_as_free() -> None:
    hand = at_hand(addresses={"openai": NOBODY, "vllm": NOBODY})
    by_prefix = {provider.prefix: provider for provider in hand.providers}

    assert not by_prefix["openai"].describe("openai:nobody-knows-1").is_price_known
    assert by_prefix["vllm"].describe("vllm:nobody-knows-1").price == FREE


async def test_a_model_without_a_known_price_is_offered_where_it_was_named_alone() -> None:
    async with WireServer(AnthropicWire()) as server:
        setup = {"keys": {"ANTHROPIC_API_KEY": Secret(KEY)}, "addresses": {"anthropic": server.url}}
        unasked = (await looked(at_hand(**setup)))["anthropic"]
        asked_for = (await looked(at_hand(**setup, models={"anthropic": "claude-x"})))["anthropic"]

    assert (unasked.models, unasked.models_beside) == ((), ("anthropic:claude-x",))
    assert [(info.model, info.is_price_known) for info in asked_for.models] == [("anthropic:claude-x", False)]


async def test_a_key_that_is_refused_is_told_without_the_key() -> None:
    refused = refusal(401, f"Incorrect API key provided: {KEY}.", kind="invalid_request_error", code="invalid_api_key")
    async with WireServer(OpenAIWire(), Act(refusal=refused)) as server:
        setup = {"keys": {"OPENAI_API_KEY": Secret(KEY)}, "addresses": {"openai": server.url}}
        offer = (await looked(at_hand(**setup)))["openai"]

    assert offer.standing is Standing.FAILING
    assert "Incorrect API key" in offer.why
    assert KEY not in repr(offer)


async def test_asking_nobody_lists_what_the_list_of_prices_knows() -> None:
    setup = {"keys": {"ANTHROPIC_API_KEY": Secret(KEY)}, "addresses": {"anthropic": NOBODY}}
    offer = (await looked(at_hand(**setup), is_asking=False))["anthropic"]

    assert offer.standing is Standing.READY
    assert not offer.was_asked
    assert all(info.is_price_known for info in offer.models)
    assert "anthropic:claude-sonnet-4-5" in [info.model for info in offer.models]


@pytest.mark.parametrize("variable", ["GOOGLE_API_KEY", "GEMINI_API_KEY"])
async def test_gemini_takes_its_key_under_both_names(variable: str) -> None:
    offer = (await looked(at_hand(keys={variable: Secret(KEY)}), is_asking=False))["gemini"]

    assert (offer.standing, offer.origin) == (Standing.READY, variable)


async def test_a_missing_package_says_which_to_install() -> None:
    lacking = Offered(provider=REHEARSAL, name="X", module="no_such.package", extra="gemini-legacy")

    (offer,) = await Offers([lacking], prefixes=["x"], warm=lambda: None).look()

    assert (offer.standing, offer.now) == (Standing.NOT_INSTALLED, "Install moot[gemini-legacy].")


async def test_the_name_of_a_provider_alone_means_the_model_that_was_set() -> None:
    hand = at_hand(keys={"GROQ_API_KEY": Secret(KEY)}, models={"groq": "llama-3.1-8b-instant", "openai": "gpt-5"})

    assert hand.offers.full_name("groq") == "groq:llama-3.1-8b-instant"
    assert hand.offers.full_name("anthropic") == "anthropic"
    # Without a key the other can't be cast, and isn't proposed.
    assert hand.offers.names() == ("groq:llama-3.1-8b-instant",)


async def test_what_was_found_is_proposed_from_then_on() -> None:
    async with WireServer(Shelf("llama3.2")) as server:
        hand = at_hand(addresses={"ollama": f"{server.url}/v1"})
        await looked(hand)

    assert hand.offers.names() == ("ollama:llama3.2", "simulated:competence=70,conformity=30", "rehearsal")


async def test_another_server_is_named_by_its_address() -> None:
    async with WireServer(Shelf()) as server:
        hand = at_hand(
            keys={"COMPATIBLE_API_KEY": Secret(KEY)},
            addresses={"compatible": f"{server.url}/v1"},
            models={"compatible": "mine"},
        )
        offer = (await looked(hand))["compatible"]

    assert offer.standing is Standing.READY
    assert offer.was_asked
    assert hand.offers.full_name("compatible") == f"compatible:{server.url}/v1#mine"


async def test_usable_is_what_has_a_key_or_a_server_and_nobody_is_asked_to_find_that_out() -> None:
    async with WireServer(Shelf()) as server:
        hand = at_hand(
            keys={"ANTHROPIC_API_KEY": Secret(KEY), "GROQ_API_KEY": Secret(KEY)},
            addresses={"ollama": f"{server.url}/v1", "compatible": f"{server.url}/v1", "vllm": NOBODY},
        )

        assert await hand.offers.usable() == ("anthropic", "groq", "ollama", f"compatible:{server.url}/v1#any")
        assert server.asked == []
    assert await at_hand().offers.usable() == ()
    assert await rehearsal_alone(REHEARSAL, clock=CLOCK).offers.usable() == ()


async def test_what_is_usable_can_be_probed_by_its_name() -> None:
    async with WireServer(Shelf("llama3.2")) as server:
        hand = at_hand(addresses={"ollama": f"{server.url}/v1", "compatible": f"{server.url}/v1"})
        by_prefix = {provider.prefix: provider for provider in hand.providers}

        found = [
            (await by_prefix[name.partition(":")[0]].probe(name)).models  # type: ignore[attr-defined]
            for name in await hand.offers.usable()
        ]

        assert found == [("ollama:llama3.2",), (f"compatible:{server.url}/v1#llama3.2",)]
        await hand.offers.close()


async def test_a_demo_has_the_rehearsal_and_people_who_spend_nothing_either() -> None:
    hand = rehearsal_alone(REHEARSAL, clock=CLOCK)

    assert [provider.prefix for provider in hand.providers] == ["rehearsal", "human"]
    assert await looked(hand) == {"rehearsal": (await hand.offers.look())[0]}


def test_no_two_providers_share_a_name_and_the_scripted_one_is_not_offered() -> None:
    hand = at_hand()

    prefixes = [provider.prefix for provider in hand.providers]
    assert len(prefixes) == len(set(prefixes))
    assert set(hand.offers.prefixes()) == set(prefixes)
    assert "scripted" in prefixes


def test_the_gemini_sdk_follows_the_setting() -> None:
    kinds = {
        sdk: next(type(each).__name__ for each in at_hand(gemini_sdk=sdk).providers if each.prefix == "gemini")
        for sdk in ("genai", "generativeai")
    }

    assert kinds == {"genai": "GeminiProvider", "generativeai": "LegacyGeminiProvider"}


def test_what_is_listed_converses() -> None:
    names = [name for prefix in ("openai", "gemini", "anthropic", "groq") for name in listed_models(prefix)]

    assert not [name for name in names if "embedding" in name or "whisper" in name or "gemini:claude" in name]
    assert len(names) > 50


def test_having_everything_at_hand_loads_no_sdk() -> None:
    code = (
        "import sys; from core.providers.at_hand import Setup, all_at_hand; from core.providers.prices import Prices\n"
        "from core.providers.rehearsal import RehearsalProvider; from core.providers.keys import Secret\n"
        "from console.machine import SystemClock; clock = SystemClock()\n"
        "keys = {name: Secret('k' * 20) for name in ('ANTHROPIC_API_KEY', 'GOOGLE_API_KEY', 'OPENAI_API_KEY')}\n"
        "prices, rehearsal = Prices(clock=clock), RehearsalProvider(clock=clock)\n"
        "all_at_hand(Setup(keys=keys), clock=clock, prices=prices, rehearsal=rehearsal)\n"
        "print([name for name in ('anthropic', 'openai', 'google.genai', 'httpx', 'httpx2', 'genai_prices') "
        "if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "[]"
