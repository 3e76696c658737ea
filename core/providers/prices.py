"""What does a model cost, and how much does it read?

Prices come with the package genai-prices, and the operator's own table stands over them. A price that nobody knows is
None: taken as zero, it would let a debate spend without a bound.

    ["openai:my-own-model"]
    input_usd = 1.25            # for a million tokens
    output_usd = "10"
    tokens_context_max = 128000
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from core.domain.budget import MICROUSD_PER_USD, Price
from core.domain.errors import WrongUse, nearest
from core.ports.clock import Clock
from core.ports.model_provider import ModelInfo

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo as ListedModel

DEAREST: Final = Price(input_microusd=1_000 * MICROUSD_PER_USD, output_microusd=5_000 * MICROUSD_PER_USD)
"""Stands in for a price that isn't known: well above that of any model on sale."""

USD_MAX = 1_000_000
TOKENS_CONTEXT_MAX = 1_000_000_000
TABLE_BYTES_MAX = 1_000_000
MILLISECONDS_PER_SECOND = 1_000

LISTED_AS: Final[Mapping[str, str]] = MappingProxyType(
    {"anthropic": "anthropic", "gemini": "google", "openai": "openai", "groq": "groq"}
)
"""By the prefix of a model's name, what genai-prices calls its provider."""

_KEYS = ("input_usd", "output_usd", "tokens_context_max")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPrice:
    """What is known of a model. `tokens_context_max` ends where a dearer tier begins, so that one price holds for
    every request that keeps to it; None where nobody knows."""

    price: Price | None = None
    tokens_context_max: int | None = None


class Prices:
    """The operator's own table over what genai-prices lists.

    A table that is a file is read again where it has changed, once a price is looked for that isn't known: whoever
    gives it, in whichever process, need not start anew. Raises WrongUse for one that can't be read.
    """

    def __init__(self, *, clock: Clock, own: Mapping[str, ListPrice] | None = None, table: Path | None = None) -> None:
        self._clock = clock
        self._own = dict(own or {})
        self._listed: dict[str, ListPrice] = {}
        self._table = table
        self._read_as: tuple[int, int] | None = None
        self._reread()

    def warm(self) -> None:
        """Load the list, a fifth of a second. Call it in a thread, so that the first question needn't wait."""
        _listed("openai", "gpt-4o-mini", self._clock.now_ms())

    def known_of(self, model: str) -> ListPrice:
        """All that is known of `model`: each value from the operator's table, else from the list."""
        known = self._known(model)
        return self._known(model) if known.price is None and self._reread() else known

    def _known(self, model: str) -> ListPrice:
        own = self._own.get(model, ListPrice())
        if own.price is not None and own.tokens_context_max is not None:
            return own
        listed = self._listed.get(model)
        if listed is None:
            prefix, _, name = model.partition(":")
            provider = LISTED_AS.get(prefix)
            listed = _listed(provider, name, self._clock.now_ms()) if provider else ListPrice()
            self._listed[model] = listed
        return ListPrice(
            price=listed.price if own.price is None else own.price,
            tokens_context_max=own.tokens_context_max or listed.tokens_context_max,
        )

    def _reread(self) -> bool:
        """True where the operator's table is another than when it was read last."""
        if self._table is None:
            return False
        try:
            found = self._table.stat()
        except OSError:
            return False  # what was read stays: a table that is gone takes no price away from a debate under way
        read_as = found.st_mtime_ns, found.st_size
        if read_as == self._read_as:
            return False
        self._own = read_prices(self._table)
        self._read_as = read_as
        return True

    def info(self, model: str, *, tokens_context_max: int, price_otherwise: Price | None = None) -> ModelInfo:
        """`model` as the port describes it. The bound and the price given here count where nothing else is known."""
        known = self.known_of(model)
        price = known.price or price_otherwise
        return ModelInfo(
            model=model,
            price=DEAREST if price is None else price,
            tokens_context_max=known.tokens_context_max or tokens_context_max,
            is_price_known=price is not None,
        )


def read_prices(path: Path) -> dict[str, ListPrice]:
    """The operator's table, read whole or refused. Raises WrongUse."""
    place = str(path)
    try:
        with path.open("rb") as file:
            written = file.read(TABLE_BYTES_MAX + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WrongUse(f"the prices can't be read: {reason}.", where=place, now="Check the path.") from error
    if len(written) > TABLE_BYTES_MAX:
        raise WrongUse(f"the prices fill more than {TABLE_BYTES_MAX} bytes.", where=place, now="Keep to a few models.")
    try:
        tables = tomllib.loads(written.decode("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(f"this is no TOML: {error}.", where=place, now="Mend the line named.") from error
    return {model: _entry(values, f"{place}: [{model!r}]") for model, values in tables.items()}


def _entry(values: object, place: str) -> ListPrice:
    if not isinstance(values, dict):
        raise WrongUse(
            "a table is wanted here.", where=place, now='Write ["provider:model"] and its values on lines below.'
        )
    for name in values:
        if name not in _KEYS:
            hint = nearest(name, _KEYS) or f"Known are: {', '.join(_KEYS)}."
            raise WrongUse(f"nothing here is called {name!r}.", where=place, now=hint)
    if ("input_usd" in values) != ("output_usd" in values):
        raise WrongUse("one half of a price is missing.", where=place, now="Give input_usd and output_usd, or neither.")
    price = None
    if "input_usd" in values:
        price = Price(
            input_microusd=_microusd(values["input_usd"], f"{place}.input_usd"),
            output_microusd=_microusd(values["output_usd"], f"{place}.output_usd"),
        )
    return ListPrice(price=price, tokens_context_max=_tokens(values, f"{place}.tokens_context_max"))


def _microusd(plain: object, place: str) -> int:
    """Dollars as micro-dollars, rounded up."""
    try:
        if isinstance(plain, bool) or not isinstance(plain, (int, str, Decimal)):
            raise InvalidOperation
        usd = Decimal(plain)
        if not 0 <= usd <= USD_MAX:
            raise InvalidOperation
    except InvalidOperation as error:
        raise WrongUse(
            f"{str(plain)!r} is no price.", where=place, now=f"Give US dollars for a million tokens, 0 to {USD_MAX}."
        ) from error
    return int((usd * MICROUSD_PER_USD).to_integral_value(rounding=ROUND_CEILING))


def _tokens(values: Mapping[str, object], place: str) -> int | None:
    tokens = values.get("tokens_context_max")
    if tokens is None:
        return None
    if isinstance(tokens, bool) or not isinstance(tokens, int) or not 1 <= tokens <= TOKENS_CONTEXT_MAX:
        raise WrongUse(f"{str(tokens)!r} is no number of tokens.", where=place, now="Give a whole number above zero.")
    return tokens


def _listed(provider: str, name: str, at_ms: int) -> ListPrice:
    from genai_prices.data_snapshot import get_snapshot

    try:
        _, model = get_snapshot().find_provider_model(name, None, provider, None)
    except LookupError:
        return ListPrice()
    return _as_listed(model, _moment(at_ms))


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // MILLISECONDS_PER_SECOND, tz=UTC)


def _as_listed(model: ListedModel, at: datetime) -> ListPrice:
    prices: Any = model.get_prices(at)
    bounds = [bound for bound in (model.context_window,) if bound]
    tiers = [
        tier.start
        for side in (prices.input_mtok, prices.output_mtok)
        for tier in getattr(side, "tiers", ())
        if tier.price > side.base
    ]
    bound = min(bounds + tiers, default=None)
    sides = [getattr(side, "base", side) for side in (prices.input_mtok, prices.output_mtok)]
    if any(side is None for side in sides):
        return ListPrice(tokens_context_max=bound)
    asked, answered = (int((side * MICROUSD_PER_USD).to_integral_value(rounding=ROUND_CEILING)) for side in sides)
    return ListPrice(price=Price(input_microusd=asked, output_microusd=answered), tokens_context_max=bound)
