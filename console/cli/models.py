"""Which models can be asked here, what do they cost, and why can't the others be asked?"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import Column, pairs, table, table_columns
from console.exit_codes import ExitCode
from console.locations import find_locations
from console.plain import json_text
from core.domain.errors import WrongUse, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.settings import Settings
    from core.orchestrator import Orchestrator
    from core.ports.model_offers import ProviderOffer

COLUMNS = (
    Column("model", is_flexible=True),
    Column("input", is_number=True),
    Column("output", is_number=True),
    Column("context", is_number=True),
    Column(""),
)


def models(
    provider: Annotated[
        str, typer.Argument(metavar="[PROVIDER]", help="This one alone, such as openai.", show_default=False)
    ] = "",
    show_all: Annotated[
        bool, typer.Option("--all", help="Also those without a known price, and those that don't converse.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody: list what the list of prices knows of each with a key.")
    ] = False,
    reset: Annotated[
        str,
        typer.Option("--reset", metavar="MODEL", help="Have this one asked again that failed too often and rests."),
    ] = "",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """List the models that can be asked, with their prices, and say why the others can't.

    Each provider with a key is asked for its models, which spends nothing. Keys are never shown.
    """
    if reset:
        return with_orchestrator(settings_with(database), lambda orchestrator: _reset(orchestrator, reset))
    offers = asyncio.run(_look(settings_with(None), is_asking=not offline))
    if provider:
        offers = _only(provider, offers)
    if as_json:
        from console.presenters.models import offer_as_plain

        sys.stdout.write(json_text([offer_as_plain(offer) for offer in offers]) + "\n")
    else:
        sys.stdout.write(_as_text(offers, show_all=show_all, is_one=bool(provider)) + "\n")
    return ExitCode.COMPLETED


async def _reset(orchestrator: Orchestrator, model: str) -> int:
    """Whoever drives lets the model be asked at once; `moot doctor` says which ones rest."""
    sys.stdout.write(f"{await orchestrator.reset_route(model)}.\n")
    return ExitCode.COMPLETED


async def _look(settings: Settings, *, is_asking: bool) -> tuple[ProviderOffer, ...]:
    from console.bootstrap import open_offers

    offers = open_offers(settings)
    try:
        return await offers.look(is_asking=is_asking)
    finally:
        await offers.close()


def _only(prefix: str, offers: Sequence[ProviderOffer]) -> tuple[ProviderOffer, ...]:
    found = tuple(offer for offer in offers if offer.prefix == prefix)
    if not found:
        known = [offer.prefix for offer in offers]
        raise WrongUse(
            f"no provider is called {prefix!r}.", now=nearest(prefix, known) or f"There are {', '.join(known)}."
        )
    return found


def _as_text(offers: Sequence[ProviderOffer], *, show_all: bool, is_one: bool) -> str:
    from console.presenters.models import (
        ONLY_REHEARSAL,
        UNKNOWN,
        has_only_rehearsal,
        model_rows,
        passed_over,
        provider_row,
    )

    rows: list[tuple[str, ...]] = list(model_rows(offers))
    if show_all:
        rows += [(name, UNKNOWN, UNKNOWN, "", "") for offer in offers for name in offer.models_beside]
    blocks = []
    if has_only_rehearsal(offers) and not is_one:
        blocks.append("\n".join(ONLY_REHEARSAL))
    if rows:
        blocks.append(
            f"{table(COLUMNS, rows, width=table_columns())}\n\nDollars are for a million tokens read or written."
        )
    left_out = passed_over(offers)
    if left_out and not show_all:
        blocks.append(
            f"{left_out} --all lists them.\n'moot debate --price MODEL=IN/OUT' gives a price; yours stand in "
            f"{find_locations().prices}."
        )
    providers = [provider_row(offer) for offer in offers]
    width = max(len(standing) for _, standing, _ in providers)
    blocks.append("providers\n" + pairs([(name, f"{standing:<{width}}  {said}") for name, standing, said in providers]))
    return "\n\n".join(blocks)
