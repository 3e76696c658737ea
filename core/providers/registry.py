"""Which provider answers for a model?"""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.errors import WrongUse, nearest
from core.ports.model_provider import ModelInfo, ModelProvider


class Providers:
    """The providers at hand. A model's name is its provider's prefix, or that prefix, a colon and the rest."""

    def __init__(self, providers: Sequence[ModelProvider]) -> None:
        self._by_prefix = {provider.prefix: provider for provider in providers}
        if len(self._by_prefix) < len(providers):
            raise ValueError(f"two providers answer to one prefix among {[provider.prefix for provider in providers]}")

    def for_model(self, model: str) -> ModelProvider:
        """The provider of `model`. Raises WrongUse, with the nearest name, where there is none."""
        provider = self._by_prefix.get(model.partition(":")[0])
        if provider is None:
            hint = nearest(model.partition(":")[0], self._by_prefix) or f"Known are: {', '.join(self.known())}."
            raise WrongUse(f"no provider serves the model {model!r}.", where="model", now=hint)
        return provider

    def describe(self, model: str) -> ModelInfo:
        """What is known of `model`. Raises WrongUse where no provider serves it."""
        return self.for_model(model).describe(model)

    def known(self) -> tuple[str, ...]:
        """The prefixes that can be asked for, in alphabetical order."""
        return tuple(sorted(self._by_prefix))
