"""How is each provider, as far as that can be learned without spending anything?

It is asked for the list of its models. That is no call: it takes no place in the minute, opens and closes no breaker,
and one who asked to be left alone is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeGuard

from core.ports.clock import Clock
from core.ports.model_provider import Account, ModelProvider, ModelProviders, ProviderFailed
from core.runtime.gateway.observed import Observed
from core.runtime.gateway.single_flight import SingleFlight

PROBE_MS_MAX = 10_000
WELL = "ok"
NO_ANSWER = "no_answer"


class Probes:
    """What was found of each account since the driver began. `rests` says which asked to be left alone."""

    def __init__(self, providers: ModelProviders, clock: Clock, *, now_ms: Callable[[], int]) -> None:
        self._providers = providers
        self._clock = clock
        self._now_ms = now_ms
        self._found: dict[Account, Observed] = {}
        self._asking: SingleFlight[None] = SingleFlight()

    async def look(self, models: Collection[str], *, rests: Callable[[Account], bool]) -> None:
        """Ask each provider behind `models` once, all at the same time."""
        behind = {account_of(self._providers, model): model for model in reversed(tuple(models))}
        asked = [(account, model) for account, model in behind.items() if not rests(account)]
        await asyncio.gather(*(self._asked(account, model) for account, model in asked))

    def found(self) -> Mapping[Account, Observed]:
        return self._found

    async def _asked(self, account: Account, model: str) -> None:
        provider = self._providers.for_model(model)
        if is_remote(provider):
            await self._asking.share(account, self._observed(account, provider, model))

    async def _observed(self, account: Account, provider: Any, model: str) -> None:
        observed = self._found.setdefault(account, Observed())
        began_ms = self._now_ms()
        try:
            async with asyncio.timeout(PROBE_MS_MAX / 1_000):
                await provider.probe(model)
        except ProviderFailed as failed:
            observed.failed(failed.error, failed.message)
            observed.probe = failed.error
        except TimeoutError:
            observed.failed(NO_ANSWER, "")
            observed.probe = NO_ANSWER
        except Exception as error:
            # Of an adapter that breaks only its type is told: its words may hold a key. The others are asked.
            observed.failed(type(error).__name__, "")
            observed.probe = type(error).__name__
        else:
            observed.answered(self._now_ms() - began_ms)
            observed.probe = WELL
        observed.probed_at_ms = self._clock.now_ms()


def account_of(providers: ModelProviders, model: str) -> Account:
    """Whose calls those to `model` are counted with. What isn't somewhere else has no key."""
    provider = providers.for_model(model)
    return provider.account(model) if is_remote(provider) else Account(provider=model.partition(":")[0])


def is_remote(provider: ModelProvider) -> TypeGuard[Any]:
    """True where a provider can be asked to count, and how it is."""
    return hasattr(provider, "count_input") and hasattr(provider, "probe")
