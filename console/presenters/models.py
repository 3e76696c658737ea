"""How does it read which models can be asked, what they cost, and why the others can't?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import count, counted, money
from core.ports.model_offers import ProviderOffer, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.ports.model_provider import ModelInfo

STANDINGS = {
    Standing.READY: "✓ ready",
    Standing.NO_KEY: "– no key",
    Standing.NOT_INSTALLED: "– not installed",
    Standing.ABSENT: "– not there",
    Standing.FAILING: "✗ failing",
}
UNKNOWN = "unknown"
FREE = "free"
ONLY_REHEARSAL = (
    "No model can be asked here: debates are rehearsed from evidence, and nothing is spent.",
    "Set a provider's key in the environment, or start a model on this machine; what each lacks stands below.",
)


def model_row(info: ModelInfo, *, is_meant: bool = False) -> tuple[str, str, str, str, str]:
    """Name, price of a million tokens asked and answered, tokens that fit, a remark."""
    remark = "no model is asked" if info.is_rehearsal else f"{info.model.partition(':')[0]} alone" if is_meant else ""
    if not info.is_price_known:
        return info.model, UNKNOWN, UNKNOWN, count(info.tokens_context_max), remark
    asked, answered = (
        money(price) if price else FREE for price in (info.price.input_microusd, info.price.output_microusd)
    )
    return info.model, asked, answered, "" if info.is_rehearsal else count(info.tokens_context_max), remark


def model_rows(offers: Sequence[ProviderOffer]) -> list[tuple[str, str, str, str, str]]:
    """Every model that can be cast, by provider."""
    return [
        model_row(info, is_meant=info.model == offer.model_meant)
        for offer in offers
        if offer.standing is Standing.READY
        for info in offer.models
    ]


def provider_row(offer: ProviderOffer) -> tuple[str, str, str]:
    """Prefix, standing, and what there is to say: where the key comes from, or what is missing and what to do."""
    if offer.standing is Standing.READY:
        source = "as it says itself" if offer.was_asked else "as the list of prices has it"
        said = "" if offer.models and is_rehearsal(offer) else f"{counted(len(offer.models), 'model')} {source}"
        return offer.prefix, STANDINGS[offer.standing], " · ".join(part for part in (said, offer.origin) if part)
    return offer.prefix, STANDINGS[offer.standing], f"{offer.why} {offer.now}".strip()


def is_rehearsal(offer: ProviderOffer) -> bool:
    return all(info.is_rehearsal for info in offer.models)


def has_only_rehearsal(offers: Sequence[ProviderOffer]) -> bool:
    return all(is_rehearsal(offer) for offer in offers)


def passed_over(offers: Sequence[ProviderOffer]) -> str:
    """What was named and isn't offered, in one sentence; empty where nothing was."""
    counts = [(len(offer.models_beside), offer.prefix) for offer in offers if offer.models_beside]
    if not counts:
        return ""
    said = ", ".join(f"{number} of {prefix}" for number, prefix in counts)
    return f"Passed over: {said}, which have no known price or don't converse."


def model_as_plain(info: ModelInfo) -> dict[str, object]:
    """For scripts. Prices are micro-dollars for a million tokens, null where they aren't known."""
    return {
        "model": info.model,
        "input_microusd": info.price.input_microusd if info.is_price_known else None,
        "output_microusd": info.price.output_microusd if info.is_price_known else None,
        "tokens_context_max": info.tokens_context_max,
        "is_rehearsal": info.is_rehearsal,
    }


def offer_as_plain(offer: ProviderOffer) -> dict[str, object]:
    return {
        "provider": offer.prefix,
        "name": offer.name,
        "standing": offer.standing.value,
        "why": offer.why,
        "now": offer.now,
        "origin": offer.origin,
        "model_meant": offer.model_meant,
        "was_asked": offer.was_asked,
        "models": [model_as_plain(info) for info in offer.models],
        "models_beside": list(offer.models_beside),
    }
