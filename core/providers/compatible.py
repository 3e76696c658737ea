"""How is a model named whose server is no preset?

`compatible:http://host:8000/v1/MODEL` names an address that ends in a version, `compatible:http://host/path#MODEL` any
address, `compatible:groq/MODEL` a preset. An address gets the key that the operator set for it and never another's.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Final

from core.domain.errors import WrongUse
from core.domain.steps import ModelRequest
from core.ports.clock import Clock
from core.ports.model_provider import Account, Closing, ModelInfo, Piece, Probe
from core.providers.asking import MODEL_NAME_CHARACTERS_MAX
from core.providers.keys import Key
from core.providers.listening import PATIENCE, Patience
from core.providers.openai_compatible import NO_KEY_SET, Endpoint, OpenAICompatibleProvider
from core.providers.prices import Prices

COMPATIBLE: Final = "compatible"
ADDRESSES_MAX = 100
"""Each has connections of its own; who names more is asked to stop."""

# No `@`: an address with a password in it would be written wherever the model is named.
_VERSIONED = re.compile(r"(https?://[^/#@]+(?:/[^#@]*?)?/v\d+[a-z0-9]*(?:/openai)?)/([^#]+)")
_DIVIDED = re.compile(r"(https?://[^#@]+?)/?#(.+)")
_NO_KEYS: Final[Mapping[str, Key]] = {}


class AnyCompatibleProvider:
    """The provider of `compatible:ADDRESS/MODEL`. `keys` are by address, without a slash at its end."""

    prefix = COMPATIBLE

    def __init__(
        self,
        *,
        clock: Clock,
        prices: Prices,
        presets: Mapping[str, OpenAICompatibleProvider],
        keys: Mapping[str, Key] = _NO_KEYS,
        patience: Patience = PATIENCE,
    ) -> None:
        self._clock = clock
        self._prices = prices
        self._presets = presets
        self._keys = {address.rstrip("/"): key for address, key in keys.items()}
        self._patience = patience
        self._by_address: dict[str, OpenAICompatibleProvider] = {}

    def describe(self, model: str) -> ModelInfo:
        provider, name = self._served(model)
        known = self._prices.known_of(model)
        info = replace(provider.describe(name), model=model)
        if known.price is None:
            return info
        bound = known.tokens_context_max or info.tokens_context_max
        return replace(info, price=known.price, is_price_known=True, tokens_context_max=bound)

    def refuse_early(self, request: ModelRequest) -> None:
        provider, name = self._served(request.model)
        provider.refuse_early(replace(request, model=name))

    def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        provider, name = self._served(request.model)
        return provider.stream(replace(request, model=name))

    async def count_input(self, request: ModelRequest) -> int | None:
        provider, name = self._served(request.model)
        return await provider.count_input(replace(request, model=name))

    def account(self, model: str) -> Account:
        """A preset's own account, where one is named: its calls are the same key's."""
        provider, name = self._served(model)
        return provider.account(name)

    async def probe(self, model: str) -> Probe:
        """The models at the address that `model` names, as they can be asked for."""
        provider, name = self._served(model)
        found = await provider.probe(name)
        if provider.prefix != COMPATIBLE:
            return found
        address = provider.endpoint.base_url
        return Probe(models=tuple(f"{COMPATIBLE}:{address}#{each.partition(':')[2]}" for each in found.models))

    async def aclose(self) -> None:
        for provider in self._by_address.values():
            await provider.aclose()

    def _served(self, model: str) -> tuple[OpenAICompatibleProvider, str]:
        """Who serves `model`, and its name there. Raises WrongUse."""
        rest = model.removeprefix(f"{COMPATIBLE}:")
        preset, _, name = rest.partition("/")
        if preset in self._presets and name:
            return self._presets[preset], f"{preset}:{name}"
        found = _DIVIDED.fullmatch(rest) or _VERSIONED.fullmatch(rest)
        if found is None or len(found[2]) > MODEL_NAME_CHARACTERS_MAX or not rest.isprintable() or " " in rest:
            raise WrongUse(
                f"{model!r} names no address and model.",
                where="model",
                now=f"Say {COMPATIBLE}:http://HOST:PORT/v1/MODEL, or {COMPATIBLE}:ADDRESS#MODEL.",
            )
        return self._at(found[1]), f"{COMPATIBLE}:{found[2]}"

    def _at(self, address: str) -> OpenAICompatibleProvider:
        provider = self._by_address.get(address)
        if provider is None:
            if len(self._by_address) == ADDRESSES_MAX:
                raise WrongUse(
                    f"{ADDRESSES_MAX} addresses were named since the start.", where="model", now="Use one of those."
                )
            provider = OpenAICompatibleProvider(
                Endpoint(prefix=COMPATIBLE, name=address, base_url=address),
                clock=self._clock,
                prices=self._prices,
                key=self._keys.get(address, NO_KEY_SET),
                patience=self._patience,
            )
            self._by_address[address] = provider
        return provider
