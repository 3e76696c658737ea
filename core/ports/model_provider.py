"""Who answers when a seat is to speak?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from core.domain.budget import Price
from core.domain.steps import ModelRequest

ANSWER_CHARACTERS_MAX = 200_000
"""A longer answer is cut off and fails as `too_long`: a model that never stops must not fill the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What is known of a model before it is asked. `is_rehearsal` says that no model is behind it."""

    model: str
    price: Price
    tokens_context_max: int
    is_rehearsal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of the answer, as it is spoken."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The end of an answer: why it stopped (`stop` where it was whole), its tokens, the model that answered.

    A stream that ends without a Closing is incomplete, whatever it said.
    """

    stop_reason: str
    tokens_input: int
    tokens_output: int
    model: str


class ProviderFailed(Exception):
    """The call failed. `error` is a stable word, `message` for the operator; `is_final` where a retry can't help.

    `may_have_cost` says that the provider may have done the work all the same.
    """

    def __init__(self, error: str, message: str, *, is_final: bool = False, may_have_cost: bool = False) -> None:
        self.error = error
        self.message = message
        self.is_final = is_final
        self.may_have_cost = may_have_cost
        super().__init__(f"{error}: {message}")


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

    def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]: ...


class ModelProviders(Protocol):
    """All providers that are installed, asked by the names of models."""

    def for_model(self, model: str) -> ModelProvider:
        """Who serves `model`. Raises WrongUse, with the nearest name, where nobody does."""
        ...

    def describe(self, model: str) -> ModelInfo:
        """What is known of `model`. Raises WrongUse where nobody serves it."""
        ...
