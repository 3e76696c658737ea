"""Which providers are at hand, and what does each of them need?

Every adapter is made here from what the operator set, and none of them loads its SDK before it is asked something. A
demo has the rehearsal alone, whatever keys are set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from core.domain.unasked import SIMULATED
from core.ports.clock import Clock
from core.ports.model_provider import ModelProvider
from core.providers import anthropic_messages, gemini, google_generativeai
from core.providers.anthropic_messages import AnthropicProvider
from core.providers.compatible import COMPATIBLE, AnyCompatibleProvider
from core.providers.google_genai import GeminiProvider
from core.providers.google_generativeai import LegacyGeminiProvider
from core.providers.human import HumanProvider
from core.providers.keys import Key, Secret
from core.providers.listed_models import listed_models
from core.providers.listening import PATIENCE, Patience
from core.providers.offers import Offered, Offers
from core.providers.openai_compatible import PRESETS, Endpoint, OpenAICompatibleProvider
from core.providers.prices import Prices
from core.providers.rehearsal import REHEARSAL, RehearsalProvider
from core.providers.scripted import ScriptedProvider
from core.providers.simulated import SimulatedProvider
from core.providers.simulating.traits import EXAMPLE

KEY_VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "anthropic": (anthropic_messages.KEY_VARIABLE,),
    "gemini": (gemini.KEY_VARIABLE, "GEMINI_API_KEY"),
    "openai": ("OPENAI_API_KEY",),
    "groq": ("GROQ_API_KEY",),
    COMPATIBLE: ("COMPATIBLE_API_KEY",),
}
"""Where each provider's key is looked for, the first first."""

NO_KEY: Final = Secret("")
OPENAI_MODULE: Final = "openai"
OLLAMA_ABSENT: Final = "Start it with 'ollama serve', or say where it is with OLLAMA_HOST."
VLLM_ABSENT: Final = "Say where it is with providers.vllm.base_url in the settings."
COMPATIBLE_ABSENT: Final = "Say where it is with providers.compatible.base_url, or cast compatible:ADDRESS#MODEL."
LEGACY_SDK: Final = "generativeai"
ANY_MODEL: Final = "any"
"""Stands for a model where only the address matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the operator set. `keys` are by the names of their variables, `addresses` and `models` by provider."""

    keys: Mapping[str, Key] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    gemini_sdk: str = ""
    patience: Patience = PATIENCE

    def key(self, prefix: str) -> tuple[str, Key]:
        """A provider's key with the variable that it is in; the first variable where none is set."""
        variables = KEY_VARIABLES.get(prefix, ("",))
        found = next((name for name in variables if name in self.keys and self.keys[name]()), "")
        return (found, self.keys[found]) if found else (variables[0], NO_KEY)

    def address(self, prefix: str) -> str:
        return self.addresses.get(prefix, "")

    def model_meant(self, prefix: str) -> str:
        """The whole name of the model that a provider's name alone means, empty where none is set."""
        model = self.models.get(prefix, "")
        return f"{prefix}:{model}" if model else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """Every provider, and what each offers."""

    providers: tuple[ModelProvider, ...]
    offers: Offers
    people: HumanProvider


def rehearsal_alone(rehearsal: RehearsalProvider, *, clock: Clock) -> AtHand:
    """What a demo has: nothing here could spend."""
    people = HumanProvider(clock=clock)
    return AtHand(
        providers=(rehearsal, people),
        offers=Offers((_rehearsal(rehearsal),), prefixes=(REHEARSAL, people.prefix), warm=_nothing),
        people=people,
    )


def all_at_hand(
    setup: Setup,
    *,
    clock: Clock,
    prices: Prices,
    rehearsal: RehearsalProvider,
    simulated: SimulatedProvider | None = None,
) -> AtHand:
    """Every provider that there is, whether or not its key is set: one without says so when it is cast."""
    servers = [_server(endpoint, setup, clock=clock, prices=prices) for endpoint in PRESETS.values()]
    offered = [
        _anthropic(setup, clock=clock, prices=prices),
        _gemini(setup, clock=clock, prices=prices),
        *servers,
        _compatible(setup, servers, clock=clock, prices=prices),
        _simulated(simulated or SimulatedProvider(clock=clock)),
        _rehearsal(rehearsal),
    ]
    people = HumanProvider(clock=clock)
    providers = (*(each.provider for each in offered), people, ScriptedProvider(clock=clock))
    prefixes = [provider.prefix for provider in providers]
    return AtHand(providers=providers, offers=Offers(offered, prefixes=prefixes, warm=prices.warm), people=people)


def _anthropic(setup: Setup, *, clock: Clock, prices: Prices) -> Offered:
    variable, key = setup.key("anthropic")
    address = setup.address("anthropic") or anthropic_messages.BASE_URL
    provider = AnthropicProvider(key=key, clock=clock, prices=prices, base_url=address, patience=setup.patience)
    return Offered(
        provider=provider,
        name=anthropic_messages.NAME,
        ask=partial(provider.probe, provider.prefix),
        close=provider.aclose,
        address=address,
        has_key=bool(key()),
        key_variable=variable,
        origin=_origin(variable, setup.address("anthropic")),
        module="anthropic",
        model_meant=setup.model_meant("anthropic"),
        listed=partial(listed_models, "anthropic"),
    )


def _gemini(setup: Setup, *, clock: Clock, prices: Prices) -> Offered:
    variable, key = setup.key("gemini")
    address = setup.address("gemini") or gemini.BASE_URL
    is_legacy = setup.gemini_sdk == LEGACY_SDK
    make = LegacyGeminiProvider if is_legacy else GeminiProvider
    provider = make(key=key, clock=clock, prices=prices, base_url=address, patience=setup.patience)
    return Offered(
        provider=provider,
        name=gemini.NAME,
        ask=partial(provider.probe, provider.prefix),
        close=provider.aclose,
        address=address,
        has_key=bool(key()),
        key_variable=variable,
        origin=_origin(variable, setup.address("gemini")),
        module="google.generativeai" if is_legacy else "google.genai",
        extra=google_generativeai.EXTRA if is_legacy else "",
        model_meant=setup.model_meant("gemini"),
        listed=partial(listed_models, "gemini"),
    )


def _server(endpoint: Endpoint, setup: Setup, *, clock: Clock, prices: Prices) -> Offered:
    prefix = endpoint.prefix
    variable, key = setup.key(prefix)
    address = setup.address(prefix)
    provider = OpenAICompatibleProvider(
        endpoint, clock=clock, prices=prices, key=key, base_url=address, patience=setup.patience
    )
    # Whatever listens on vLLM's port by default may be anything: it is looked for where it is said to be alone.
    looked_for = address or ("" if prefix == "vllm" else endpoint.base_url)
    return Offered(
        provider=provider,
        name=endpoint.name,
        ask=partial(provider.probe, prefix),
        close=provider.aclose,
        address=looked_for,
        has_key=bool(key()),
        key_variable=endpoint.key_variable,
        origin=_origin(variable, address or ("" if endpoint.key_variable else looked_for)),
        module=OPENAI_MODULE,
        model_meant=setup.model_meant(prefix),
        absent_now={"ollama": OLLAMA_ABSENT, "vllm": VLLM_ABSENT}.get(prefix, ""),
        listed=partial(listed_models, prefix),
    )


def _compatible(setup: Setup, servers: Sequence[Offered], *, clock: Clock, prices: Prices) -> Offered:
    variable, key = setup.key(COMPATIBLE)
    address, model = setup.address(COMPATIBLE), setup.models.get(COMPATIBLE, "")
    presets = {each.prefix: each.provider for each in servers if isinstance(each.provider, OpenAICompatibleProvider)}
    provider = AnyCompatibleProvider(
        clock=clock,
        prices=prices,
        presets=presets,
        keys={address: key} if address else {},
        patience=setup.patience,
    )
    reached_by = f"{COMPATIBLE}:{address}#{model or ANY_MODEL}"
    return Offered(
        provider=provider,
        name="other servers",
        ask=partial(provider.probe, reached_by),
        close=provider.aclose,
        address=address,
        has_key=bool(key()),
        origin=_origin(variable if key() else "", address),
        module=OPENAI_MODULE,
        model_meant=reached_by if address and model else "",
        absent_now=COMPATIBLE_ABSENT,
        reached_by=reached_by,
    )


def _rehearsal(provider: RehearsalProvider) -> Offered:
    return Offered(
        provider=provider, name="rehearsal", origin="evidence, without any model", listed=lambda: (REHEARSAL,)
    )


def _simulated(provider: SimulatedProvider) -> Offered:
    return Offered(
        provider=provider,
        name=SIMULATED,
        origin="stated traits, without any model",
        listed=lambda: (EXAMPLE,),
    )


def _origin(variable: str, address: str) -> str:
    return " at ".join(part for part in (variable, address) if part)


def _nothing() -> None:
    """A rehearsal has no price to make ready."""
