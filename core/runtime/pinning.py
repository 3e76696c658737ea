"""What does every session pin when it opens, whatever its flow?

Prices and windows of all who may be asked, the rules in force, the evidence, a seed, a cap. What can't be pinned is
refused here, before anything is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.domain.errors import PricesUnknown, WrongUse
from core.domain.ids import DEFAULT_RULE_SET
from core.domain.participants import Participant
from core.domain.session import DocumentRef
from core.domain.steps import Document
from core.domain.text import clean_text
from core.ports.model_offers import ProviderOffer, Standing
from core.ports.model_provider import ModelInfo
from core.rules.layers import NOTHING, set_specs, unknown_set
from core.runtime.ports import Ports
from core.runtime.rules_in_force import RulesInForce, SetInForce

TITLE_CHARACTERS_MAX = 80
LABEL_CHARACTERS_MAX = 200
"""What somebody writes for a list may be longer than what we take from a motion, and still has to stand in one."""
SEED_MAX = 2**32 - 1


async def described(ports: Ports, participants: Iterable[Participant]) -> Mapping[str, ModelInfo]:
    """What is known of every model that may be asked, fallbacks included. Raises WrongUse where a price is not."""
    routes = sorted({route for participant in participants for route in participant.routes})
    if any(":" in route for route in routes):
        await ports.offers.prepare()
    infos = {route: ports.providers.describe(route) for route in routes}
    unknown = [route for route, info in infos.items() if not info.is_price_known]
    if unknown:
        raise await _lacking(ports, unknown) or PricesUnknown(unknown)
    return infos


async def rule_set_named(ports: Ports, name: str) -> str:
    """The set of rules of that name, the operator's own where none is given. Raises WrongUse for an unknown one."""
    wanted = name or DEFAULT_RULE_SET
    specs = set_specs(await ports.catalogue.rule_book())
    if wanted != NOTHING and wanted not in specs:
        raise unknown_set(wanted, specs)
    return wanted


async def set_in_force(ports: Ports, name: str, rules: RulesInForce) -> SetInForce:
    """What a session of that set is pinned to; of one that follows no rule, and never will, no rules."""
    if name == NOTHING:
        digest = await ports.catalogue.keep_rules(())
        await ports.library.take(digest, ())
        return SetInForce(digest=digest, templates={})
    found = rules.sets.get(name)
    if found is None:  # deleted just now
        raise unknown_set(name, rules.sets)
    return found


async def kept_documents(ports: Ports, documents: Sequence[Document]) -> tuple[DocumentRef, ...]:
    """The evidence, kept where logs will look for it."""
    for document in documents:
        if document.digest not in ports.library.documents:  # what is at hand was read from the catalogue
            await ports.catalogue.save_document(document)
    return tuple(
        DocumentRef(name=document.name, digest=document.digest, bytes=len(document.text.encode()))
        for document in documents
    )


async def with_models(ports: Ports, refusal: WrongUse) -> WrongUse:
    """Why a rehearsal can't be held, with the providers that could be asked instead, where any is ready."""
    ready = [offer.prefix for offer in await ports.offers.look(is_asking=False) if _can_be_asked(offer)]
    if not ready:
        return refusal
    now = f"{refusal.now} Or cast a model of {' or '.join(sorted(ready))}."
    return WrongUse(refusal.what, where=refusal.where, now=now)


def seed_of(asked: int | None, ports: Ports) -> int:
    """The seed that is asked for, or another one. Raises WrongUse."""
    require_seed(asked)
    return asked if asked is not None else ports.new_seed()


def require_seed(asked: int | None) -> None:
    if asked is not None and not 0 <= asked <= SEED_MAX:
        raise WrongUse(f"{asked} can't be a seed.", now=f"Name a number from 0 to {SEED_MAX}.")


def cap_of(asked: int | None, allowed: int | None) -> int | None:
    """What a session may spend: what is asked for, and no more than is allowed. Raises WrongUse."""
    if asked is not None and asked < 0:
        raise WrongUse("a budget below zero.", now="Name what may be spent at most, or leave it.")
    if asked is None or allowed is None:
        return asked if allowed is None else allowed
    return min(asked, allowed)


def title_of(about: str) -> str:
    """What a session is called that was given no title."""
    line = " ".join(about.split())
    return line if len(line) <= TITLE_CHARACTERS_MAX else f"{line[: TITLE_CHARACTERS_MAX - 1]}…"


def label_text(text: str, *, what: str = "a title") -> str:
    """What somebody wrote for a list, on one line that a terminal can show; "" for nothing. Raises WrongUse."""
    line = " ".join(clean_text(text).split())
    if len(line) > LABEL_CHARACTERS_MAX:
        raise WrongUse(f"{what} of {len(line):,} characters.", now=f"At most {LABEL_CHARACTERS_MAX} are taken.")
    return line


def is_rehearsed(participants: Iterable[Participant], infos: Mapping[str, ModelInfo]) -> bool:
    """True where all who may be asked rehearse."""
    return all(infos[route].is_rehearsal for each in participants for route in each.routes)


async def _lacking(ports: Ports, models: Sequence[str]) -> WrongUse | None:
    """What keeps one of these models from being asked at all, such as a missing key: to say what it costs is in vain.
    None where nothing does."""
    keeping = {
        offer.prefix: offer
        for offer in await ports.offers.look(is_asking=False)
        if offer.standing in (Standing.NO_KEY, Standing.NOT_INSTALLED)
    }
    for model in models:
        offer = keeping.get(model.partition(":")[0])
        if offer is not None:
            now = f"{offer.now} What {model} costs is not known either: it is asked for next."
            return WrongUse(offer.why, where=model, now=now)
    return None


def _can_be_asked(offer: ProviderOffer) -> bool:
    """It has what it needs, and asks a model."""
    return offer.standing is Standing.READY and not all(model.is_rehearsal for model in offer.models)
