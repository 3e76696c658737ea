"""Which of the providers at hand can be asked, with what, and why can't the others?

Nothing is loaded to find that out where it can be helped: a key is there or not, a package is installed or not, a
server's port takes a connection or not. Only what passes is asked for its models, which spends no tokens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

from core.domain.errors import WrongUse
from core.ports.model_offers import ProviderOffer, Standing
from core.ports.model_provider import ModelInfo, ModelProvider, Probe, ProviderFailed
from core.providers.listed_models import is_for_words

CONNECT_SECONDS_MAX: Final = 0.3
"""A server on this machine takes a connection at once, or isn't there."""

ANSWER_SECONDS_MAX: Final = 8
"""The SDK's loading included."""

MODELS_OFFERED_MAX: Final = 500
PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A provider with what is known of it here. `ask` has it name its models, None where there is nobody to ask;
    `close` lets go of its connections. `reached_by` is a name of a model by which it is reached, its prefix where that
    will do.

    `key_variable` is where its key is to be put, empty where it needs none; `origin` where its key or address comes
    from. `module` is what has to be installed, by `extra` where it isn't by default. `listed` gives the models that
    the list of prices knows and may read a file. `absent_now` says how to have a server where none answers; where it
    is empty, the provider is somewhere else and its port isn't tried.
    """

    provider: ModelProvider
    name: str
    ask: Callable[[], Awaitable[Probe]] | None = None
    close: Callable[[], Awaitable[None]] | None = None
    address: str = ""
    has_key: bool = False
    key_variable: str = ""
    origin: str = ""
    module: str = ""
    extra: str = ""
    model_meant: str = ""
    absent_now: str = ""
    listed: Callable[[], Sequence[str]] = tuple
    reached_by: str = ""

    @property
    def prefix(self) -> str:
        return self.provider.prefix


class Offers:
    """Implements `ModelOffers`. `warm` makes ready what prices need, in a thread; `prefixes` are all that there are."""

    def __init__(self, offered: Sequence[Offered], *, prefixes: Sequence[str], warm: Callable[[], None]) -> None:
        self._offered = tuple(offered)
        self._prefixes = tuple(sorted(prefixes))
        self._warm = warm
        self._is_warm = False
        self._seen: dict[str, ProviderOffer] = {}

    def prefixes(self) -> tuple[str, ...]:
        return self._prefixes

    def names(self) -> tuple[str, ...]:
        names: list[str] = []
        for each in self._offered:
            offer = self._seen.get(each.prefix)
            if offer is not None:
                names += [model.model for model in offer.models]
            elif each.model_meant and _missing(each) is None:
                names.append(each.model_meant)
        return tuple(dict.fromkeys(names))

    def full_name(self, model: str) -> str:
        meant = next((each.model_meant for each in self._offered if each.prefix == model), "")
        return meant or model

    async def prepare(self) -> None:
        if not self._is_warm:
            await asyncio.to_thread(self._warm)
            self._is_warm = True

    async def look(self, *, is_asking: bool = True) -> tuple[ProviderOffer, ...]:
        await self.prepare()
        found = await asyncio.gather(*(_looked_at(each, is_asking=is_asking) for each in self._offered))
        self._seen = {offer.prefix: offer for offer in found}
        return tuple(found)

    async def usable(self) -> tuple[str, ...]:
        asked = [each for each in self._offered if each.ask is not None]
        found = await asyncio.gather(*(_out_of_reach(each) for each in asked))
        return tuple(
            each.reached_by or each.prefix for each, missing in zip(asked, found, strict=True) if missing is None
        )

    async def close(self) -> None:
        for each in self._offered:
            if each.close is not None:
                await each.close()


async def _looked_at(each: Offered, *, is_asking: bool) -> ProviderOffer:
    missing = await _out_of_reach(each)
    if missing is not None:
        return missing
    if each.ask is None or not is_asking:
        return _ready(each, await asyncio.to_thread(each.listed), was_asked=False)
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            probe = await each.ask()
    except ProviderFailed as error:
        return _offer(each, Standing.FAILING, why=error.message)
    except TimeoutError:
        why = f"{each.name} did not answer within {ANSWER_SECONDS_MAX} seconds."
        return _offer(each, Standing.FAILING, why=why, now="Ask again later.")
    return _ready(each, probe.models, was_asked=True)


async def _out_of_reach(each: Offered) -> ProviderOffer | None:
    """What it lacks, None where nothing keeps it from being asked."""
    missing = await asyncio.to_thread(_missing, each)
    if missing is None and each.absent_now and not await _takes_connections(each.address):
        why = f"Nothing answers at {each.address}." if each.address else "No address is set."
        return _offer(each, Standing.ABSENT, why=why, now=each.absent_now)
    return missing


def _missing(each: Offered) -> ProviderOffer | None:
    """What keeps it from being asked before anybody is, None where nothing does."""
    if each.key_variable and not each.has_key:
        why = f"{each.key_variable} is not set."
        return _offer(each, Standing.NO_KEY, why=why, now=f"Set {each.key_variable} in the environment.")
    if each.module and not _is_installed(each.module):
        wanted = f"moot[{each.extra}]" if each.extra else each.module
        return _offer(each, Standing.NOT_INSTALLED, why=f"{each.module} is not installed.", now=f"Install {wanted}.")
    return None


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package around it is missing
        return False


async def _takes_connections(address: str) -> bool:
    parts = urlsplit(address)
    if not parts.hostname:
        return False
    try:
        async with asyncio.timeout(CONNECT_SECONDS_MAX):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or PORTS.get(parts.scheme, 80))
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


def _ready(each: Offered, named: Sequence[str], *, was_asked: bool) -> ProviderOffer:
    infos = [info for name in _distinct(each.model_meant, *named) if (info := _described(each, name)) is not None]
    models = tuple(info for info in infos if _can_be_cast(info) or info.model == each.model_meant)
    beside = tuple(info.model for info in infos if info not in models)
    return _offer(each, Standing.READY, models=models, models_beside=beside, was_asked=was_asked)


def _can_be_cast(info: ModelInfo) -> bool:
    return info.is_price_known and is_for_words(info.model)


def _distinct(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))[:MODELS_OFFERED_MAX]


def _described(each: Offered, name: str) -> ModelInfo | None:
    """What is known of a model; None for a name that a provider gives and nobody could ask for."""
    try:
        return each.provider.describe(name)
    except WrongUse:
        return None


def _offer(
    each: Offered,
    standing: Standing,
    *,
    why: str = "",
    now: str = "",
    models: tuple[ModelInfo, ...] = (),
    models_beside: tuple[str, ...] = (),
    was_asked: bool = False,
) -> ProviderOffer:
    return ProviderOffer(
        prefix=each.prefix,
        name=each.name,
        standing=standing,
        why=why,
        now=now,
        origin=each.origin,
        model_meant=each.model_meant,
        models=models,
        models_beside=models_beside,
        was_asked=was_asked,
    )
