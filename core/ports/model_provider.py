"""Who answers when a seat is to speak?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from core.domain.budget import Price
from core.domain.provider_errors import MEANINGS as MEANINGS
from core.domain.provider_errors import ProviderError as ProviderError
from core.domain.steps import ModelRequest

ANSWER_CHARACTERS_MAX = 200_000
"""A longer answer is cut off and fails as `too_long`: a model that never stops must not fill the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What is known of a model before it is asked. `is_rehearsal` says that no model is behind it.

    Where `is_price_known` is false, `price` is above that of any model on sale: whoever doesn't look reserves too much
    and never too little.
    """

    model: str
    price: Price
    tokens_context_max: int
    is_rehearsal: bool = False
    is_price_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of the answer, as it is spoken.

    `tokens_input` and `tokens_output` are what the whole call can have been billed for up to here, thoughts that aren't
    shown included; None where that isn't known before the end.
    """

    text: str
    tokens_input: int | None = None
    tokens_output: int | None = None


STOP: Final = "stop"
LENGTH: Final = "length"
CONTENT_POLICY: Final = "content_policy"
OTHER_PREFIX: Final = "other:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The end of an answer: why it stopped, its tokens, the model that answered.

    `stop_reason` is `stop` where the answer is whole, `length` where the room given to it ended, `content_policy` where
    the provider or the model declined, and otherwise `other:` with the provider's own word. `tokens_input` counts the
    whole input, `tokens_cached` is the part of it that the provider had in its cache; `tokens_output` counts all that
    is billed as output, thoughts that aren't shown included. `notes` are remarks for the operator, one sentence each.

    A stream that ends without a Closing is incomplete, whatever it said.
    """

    stop_reason: str
    tokens_input: int
    tokens_output: int
    model: str
    tokens_cached: int = 0
    notes: tuple[str, ...] = ()


class ProviderFailed(Exception):
    """The call failed. `error` is a stable word, `message` for the operator; `is_final` where a retry can't help.

    `may_have_cost` says that the provider may have done the work all the same. `retry_after_ms` is how long the
    provider asks to wait. `tokens_input` and `tokens_output` are what it had counted when it failed, None where it had
    not said: the true count may be higher.
    """

    def __init__(
        self,
        error: str,
        message: str,
        *,
        is_final: bool = False,
        may_have_cost: bool = False,
        retry_after_ms: int | None = None,
        tokens_input: int | None = None,
        tokens_output: int | None = None,
    ) -> None:
        # The word and nothing more: an enumeration's own repr would show up where this is printed.
        self.error = str(error)
        self.message = message
        self.is_final = is_final
        self.may_have_cost = may_have_cost
        self.retry_after_ms = retry_after_ms
        self.tokens_input = tokens_input
        self.tokens_output = tokens_output
        super().__init__(f"{self.error}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose calls are counted together: those that one key pays for with one provider at one address.

    `digest` tells one key from another and nothing else about it. It stays in memory and is never shown.
    """

    provider: str
    address: str = ""
    digest: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A provider that was asked for its models, which costs nothing. The names are as one asks for them in moot."""

    models: tuple[str, ...]


class ModelProvider(Protocol):
    """Pieces of text, then one Closing. Raises ProviderFailed; cancelling the iteration ends the call."""

    @property
    def prefix(self) -> str:
        """The part of a model's name before its first colon that this provider answers to."""
        ...

    def describe(self, model: str) -> ModelInfo:
        """What is known of `model`. Raises WrongUse for a name that this provider can't serve."""
        ...

    def refuse_early(self, request: ModelRequest) -> None:
        """Raise WrongUse, with advice, where this provider already knows that it can't argue `request`.

        Asked once for each seat before a session opens, with nothing said yet.
        """
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        """The answer as it comes, and last of all how it ended. Nothing is asked before the first piece is awaited."""
        ...


class RemoteProvider(ModelProvider, Protocol):
    """A provider that is somewhere else: it can be asked how it is, and it may count for nothing.

    `model` is a whole name, or the provider's prefix alone where it has one address.
    """

    def account(self, model: str) -> Account:
        """Whose calls those to `model` are counted with. Raises WrongUse for a name that it can't serve."""
        ...

    async def count_input(self, request: ModelRequest) -> int | None:
        """The tokens of `request`'s input by the provider's own count; None where it doesn't count for nothing.

        Raises ProviderFailed.
        """
        ...

    async def probe(self, model: str) -> Probe:
        """Ask whoever serves `model` for the list of models, which spends no tokens. Raises ProviderFailed."""
        ...

    async def aclose(self) -> None:
        """Let go of the connections. Whoever is being listened to is cut off."""
        ...


class ModelProviders(Protocol):
    """All providers that are installed, asked by the names of models."""

    def for_model(self, model: str) -> ModelProvider:
        """Who serves `model`. Raises WrongUse, with the nearest name, where nobody does."""
        ...

    def describe(self, model: str) -> ModelInfo:
        """What is known of `model`. Raises WrongUse where nobody serves it."""
        ...
