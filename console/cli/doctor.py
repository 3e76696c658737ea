"""How does the doctor's report read?"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, settings_with
from console.cli.tables import COLUMNS_UNBOUNDED, Column, cut, pairs, table, table_columns
from console.doctor import DatabaseHealth, PluginShown, Report, examine
from console.exit_codes import ExitCode
from console.machine import now_ms
from console.plain import json_text, plain
from core.analytics.health_levels import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.domain.route_health import ProviderHealth, RouteHealth
    from core.runtime.costs import CostsOfDay
    from core.runtime.folder_notes import FolderStanding

SETTINGS_COLUMNS = (Column("setting"), Column("value"), Column("origin"), Column("what it does", is_flexible=True))
NARROW_COLUMNS = (Column("setting"), Column("value", is_flexible=True), Column("origin"))
VALUE_COLUMNS_MAX = 48
VALUE_COLUMNS_MIN = 14  # with the gaps on both sides
ORIGIN_COLUMNS_MIN = 20
"""On a terminal a route or a table of mail would push all others out of sight; --json has it whole."""

NOT_TOLD = [("–", "switched off")]
ROUTE_COLUMNS = (
    Column("  state"),
    Column("model", is_flexible=True),
    Column("p50", is_number=True),
    Column("p95", is_number=True),
    Column("answers", is_number=True),
    Column("errors", is_number=True),
    Column("left", is_number=True),
    Column("today", is_number=True),
)

EXIT_CODES = {
    Level.OK: ExitCode.COMPLETED,
    Level.DEGRADED: ExitCode.DEGRADED,
    Level.FAILING: ExitCode.FAILED,
}

ABOUT_COLUMNS_MIN = 140
"""On a narrower terminal the last column would be cut to nothing worth reading."""


def doctor(
    chains: Annotated[
        bool, typer.Option("--chains", help="Make the links of every event anew, not only of the newest sessions'.")
    ] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Show paths, versions, which keys are set (never their values), providers, the database, each setting's origin.

    Ends with 3 where the database is not in order or anything else is failing, with 9 where something is degraded.
    """
    report = examine(settings_with(database), all_chains=chains)
    sys.stdout.write((_as_json(report) if as_json else _as_text(report)) + "\n")
    return EXIT_CODES[report.level]


def _as_json(report: Report) -> str:
    from console.presenters.models import offer_as_plain

    report_as_plain = plain(replace(report, providers=()))
    assert isinstance(report_as_plain, dict)  # as a record always is
    return json_text(report_as_plain | {"providers": [offer_as_plain(offer) for offer in report.providers]})


def _as_text(report: Report) -> str:
    from console.presenters.models import provider_row

    providers = [provider_row(offer) for offer in report.providers]
    standing_cells = max(len(standing) for _, standing, _ in providers)
    keys = [(name, "✓ set" if is_set else "– not set") for name, is_set in report.keys.items()]
    width = table_columns()
    shown = SETTINGS_COLUMNS if width >= ABOUT_COLUMNS_MIN else NARROW_COLUMNS
    value_columns = width if width == COLUMNS_UNBOUNDED else VALUE_COLUMNS_MAX
    keys_columns = max(len(each.key) for each in report.settings)
    origin_columns = max(ORIGIN_COLUMNS_MIN, width - keys_columns - VALUE_COLUMNS_MIN)
    settings = [
        (each.key, cut(each.value, value_columns), cut(each.origin, origin_columns), each.about)[: len(shown)]
        for each in report.settings
    ]
    return "\n".join(
        (
            "paths",
            pairs(list(report.paths.items())),
            "",
            "versions",
            pairs(list(report.versions.items())),
            "",
            "keys",
            pairs(keys),
            "",
            "providers",
            pairs([(name, f"{standing:<{standing_cells}}  {said}") for name, standing, said in providers]),
            "",
            "notifications: channels, routes, templates",
            pairs([(name, _used(name, lacks, report)) for name, lacks in report.channels.items()] or NOT_TOLD),
            "",
            *_plugins(report.plugins),
            "database",
            pairs(_health(report.database)),
            "",
            *_healths(report),
            *_spent(report.database.costs),
            *_noted(report.database),
            *_rules_folder(report.database.rules_folder),
            table(shown, settings, width=width),
        )
    )


def _used(channel: str, lacks: str, report: Report) -> str:
    """Whether a channel can be used; nobody listens to `live` where its port is 0."""
    port = next((each.value for each in report.settings if each.key == "live.port"), "")
    return "– off: live.port is 0" if channel == "live" and port == "0" else lacks or "✓"


def _healths(report: Report) -> list[str]:
    """How well everything is since when, and what is switched off."""
    from console.presenters.system import health_lines

    at_ms = now_ms()
    first, *others = health_lines(report.health, report.off, now_ms=at_ms)
    return [first.text, *(f"  {line.text}" for line in others), ""]


def _spent(costs: Sequence[CostsOfDay]) -> list[str]:
    """What each of the last days cost; nothing where there is nothing to say."""
    from console.presenters.system import spent_lines

    return [line.text for line in spent_lines(costs)]


def _noted(database: DatabaseHealth) -> list[str]:
    """What whoever drove last left of its providers, routes and jobs; nothing where nobody did."""
    notes = database.notes
    if notes is None or not notes.at_ms:
        return []
    from console.presenters.figures import age

    ago = age(now_ms() - notes.at_ms)
    said = [f"providers, routes and jobs, as the driver noted them {'just now' if ago == 'now' else f'{ago} ago'}"]
    if notes.providers:
        said.append(pairs([probe_cells(found, notes.at_ms) for found in notes.providers]))
    if notes.routes:
        cells = [route_cells(route, database.costs) for route in notes.routes]
        said.append(table(ROUTE_COLUMNS, cells, width=table_columns()))
    said.append(pairs([(job.name, job.last_result or "has not run yet") for job in notes.jobs]))
    return [*said, ""]


def _rules_folder(standing: FolderStanding | None) -> list[str]:
    """How the files of rules were found; nothing where no folder is watched."""
    if standing is None or not standing.folder:
        return []
    files = [
        (file.name, f"✗ {_first_line(file.complaint)}" if file.problem else f"✓ {file.rules} in force")
        for file in standing.files
    ]
    trouble = [("folder", f"✗ {standing.problem}")] if standing.problem else []
    return [f"rules folder {standing.folder}", pairs([*trouble, *files]) or "  no file of rules", ""]


def _first_line(text: str) -> str:
    first, *others = text.splitlines()
    return f"{first} ('moot rules folder' says more.)" if others else first


def _plugins(plugins: tuple[PluginShown, ...]) -> list[str]:
    """What plugins add to rules; nothing where none is installed."""
    if not plugins:
        return []
    rows: list[tuple[str, str]] = []
    for each in plugins:
        rows += [(each.origin, f"✓ {', '.join(each.brings)}")] if each.brings else []
        rows += [(each.origin, f"✗ left out, {why}") for why in each.left_out]
    return ["plugins", pairs(rows), ""]


def route_cells(route: RouteHealth, costs: Sequence[CostsOfDay]) -> tuple[str, ...]:
    """A route as the System screen has it."""
    from console.presenters.costs import route_over
    from console.presenters.system import route_row

    return tuple(cell.text for cell in route_row(route, route_over(costs[-1:], route.route)).cells)


def probe_cells(found: ProviderHealth, at_ms: int) -> tuple[str, str]:
    """A provider that was probed, as the System screen tells of it, at the moment of the note."""
    from console.presenters.system import probe_line

    return found.provider, probe_line(found, at_ms)


def _chains(health: DatabaseHealth) -> str:
    """How much of the log was held to its links."""
    from console.presenters.figures import counted

    whole = f"whole in {counted(health.chains_sessions, 'session')}, {health.chains_events:,} events"
    return whole if health.chains_sessions == health.sessions else f"{whole}, the newest; --chains looks at all"


def _health(health: DatabaseHealth) -> list[tuple[str, str]]:
    match health.state:
        case "absent":
            return [("state", "– absent; the first debate makes it")]
        case "ok":
            return [
                ("state", "✓ in order"),
                ("schema", str(health.schema)),
                ("size", f"{health.bytes:,} bytes"),
                ("sessions", f"{health.sessions:,}"),
                ("chains", _chains(health)),
                ("driver", health.driver),
            ]
        case _:
            return [("state", "✗ failing"), ("why", health.reason), ("driver", health.driver or "unknown")]
