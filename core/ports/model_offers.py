"""Which models can be asked here, and why can't the others?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.ports.model_provider import ModelInfo


class Standing(StrEnum):
    """Whether a provider's models can be asked."""

    READY = "ready"
    """It has what it needs; where it was asked, it answered."""
    NO_KEY = "no_key"
    """Its key is not set."""
    NOT_INSTALLED = "not_installed"
    """Its SDK is missing."""
    ABSENT = "absent"
    """No server answers at its address, and nobody said that one should."""
    FAILING = "failing"
    """It has what it needs, and could not be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOffer:
    """What one provider has to offer. `why` says what stands in the way, `now` what to do about it.

    `origin` tells where its key or address comes from, never what the key is. `models` are those that can be cast;
    `was_asked` where the provider itself named them, otherwise they are the ones that the list of prices knows.
    `models_beside` are what it named beyond them: no price is known, or their names say that they don't converse.
    """

    prefix: str
    name: str
    standing: Standing
    why: str = ""
    now: str = ""
    origin: str = ""
    model_meant: str = ""
    models: tuple[ModelInfo, ...] = ()
    models_beside: tuple[str, ...] = ()
    was_asked: bool = False


class ModelOffers(Protocol):
    """What is there to be cast."""

    def prefixes(self) -> tuple[str, ...]:
        """The first parts of models' names that a provider answers to, in alphabetical order."""
        ...

    def names(self) -> tuple[str, ...]:
        """The models that can be cast, as far as is known by now: asks nobody, waits for nothing."""
        ...

    def full_name(self, model: str) -> str:
        """The model that is meant where only its provider is named, otherwise `model` itself."""
        ...

    async def prepare(self) -> None:
        """Have at hand what describing a model needs, off the event loop. Asks nobody."""
        ...

    async def look(self, *, is_asking: bool = True) -> tuple[ProviderOffer, ...]:
        """What each provider offers. With `is_asking`, each that has what it needs is asked for its models, all at
        once and for a few seconds at most; no tokens are spent. Raises nothing for what can't be reached."""
        ...

    async def usable(self) -> tuple[str, ...]:
        """A name for each provider somewhere else that has what it needs to be asked: a model of it, or its prefix.

        Asks no provider for anything; at most it sees whether a server takes connections that needs no key.
        """
        ...

    async def close(self) -> None:
        """Let go of every connection. What is asked afterwards makes new ones."""
        ...


class NothingOffered:
    """Offers of which nothing is known: whatever is named is left to the providers to take or refuse."""

    def prefixes(self) -> tuple[str, ...]:
        return ()

    def names(self) -> tuple[str, ...]:
        return ()

    def full_name(self, model: str) -> str:
        return model

    async def prepare(self) -> None:
        return None

    async def look(self, *, is_asking: bool = True) -> tuple[ProviderOffer, ...]:
        return ()

    async def usable(self) -> tuple[str, ...]:
        return ()

    async def close(self) -> None:
        return None
