"""What was spent, on which day, with which provider?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import Column, table, table_columns
from console.exit_codes import ExitCode
from console.plain import json_text
from core.domain.errors import WrongUse, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.orchestrator import Orchestrator
    from core.runtime.costs import CostsOfDay

DAYS_DEFAULT = 7
DAYS_MAX = 366

COLUMNS = (
    Column("day"),
    Column("asked", is_flexible=True),
    Column("answers", is_number=True),
    Column("failed", is_number=True),
    Column("in", is_number=True),
    Column("out", is_number=True),
    Column("cached", is_number=True),
    Column("spent", is_number=True),
    Column("lost", is_number=True),
    Column("saved", is_number=True),
)


def spend(
    provider: Annotated[
        str, typer.Argument(metavar="[PROVIDER]", help="This one alone, such as openai.", show_default=False)
    ] = "",
    days: Annotated[int, typer.Option("--days", metavar="N", help="So many days back, today included.")] = DAYS_DEFAULT,
    models: Annotated[bool, typer.Option("--models", help="Tell each provider's models apart.")] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Show what was spent by day and provider: answers, failed calls, tokens, dollars, and what kept answers saved.

    Days begin at midnight where this machine stands, as the cap of a day does. Failed calls that were billed count.
    """
    if not 1 <= days <= DAYS_MAX:
        raise WrongUse(f"{days} can't be the number of days.", where="--days", now=f"Name one from 1 to {DAYS_MAX}.")

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.costs(days=days)
        if provider:
            found = _only(provider, found, orchestrator.provider_names())
        if as_json:
            from console.presenters.costs import costs_as_plain

            sys.stdout.write(json_text(costs_as_plain(found)) + "\n")
        else:
            sys.stdout.write(_as_text(found, are_models_told=models) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _only(provider: str, days: Sequence[CostsOfDay], known: Sequence[str]) -> tuple[CostsOfDay, ...]:
    from core.domain.costs import provider_of
    from core.runtime.costs import CostsOfDay

    names = {*known, *(provider_of(route) for day in days for route in day.routes)}
    if provider not in names:
        advice = nearest(provider, names) or f"There are {', '.join(sorted(names - {''}))}."
        raise WrongUse(f"no provider is called {provider!r}.", now=advice)
    return tuple(
        CostsOfDay(
            midnight_ms=day.midnight_ms,
            routes={route: costs for route, costs in day.routes.items() if provider_of(route) == provider},
        )
        for day in days
    )


def _as_text(days: Sequence[CostsOfDay], *, are_models_told: bool) -> str:
    from console.presenters.costs import NOTHING, cost_rows, remarks, total

    rows = cost_rows(days, are_models_told=are_models_told)
    if not rows:
        since = "today" if len(days) == 1 else f"in the last {len(days)} days"
        return f"No model was asked {since}."
    # What nothing stands in would only cut the models' names.
    kept = [at for at in range(len(COLUMNS)) if any(row[at] != NOTHING for row in rows)]
    columns, cells = [COLUMNS[at] for at in kept], [[row[at] for at in kept] for row in rows]
    said = remarks(total(days))
    return "\n".join((table(columns, cells, width=table_columns()), *([""] if said else ()), *said))
