"""How does the doctor's report read?"""

from __future__ import annotations

import sys

from console.cli.options import AsJson, Database, settings_with
from console.cli.tables import Column, pairs, table, terminal_columns
from console.doctor import DatabaseHealth, Report, examine
from console.exit_codes import ExitCode
from console.plain import json_text

SETTINGS_COLUMNS = (Column("setting"), Column("value"), Column("origin"), Column("what it does", is_flexible=True))

ABOUT_COLUMNS_MIN = 140
"""On a narrower terminal the last column would be cut to nothing worth reading."""


def doctor(as_json: AsJson = False, database: Database = None) -> int:
    """Show paths, versions, which keys are set (never their values), the database's health, and each setting's origin.

    Ends with 3 where the database is not in order.
    """
    report = examine(settings_with(database))
    sys.stdout.write((json_text(report) if as_json else _as_text(report)) + "\n")
    return ExitCode.COMPLETED if report.database.is_well else ExitCode.FAILED


def _as_text(report: Report) -> str:
    keys = [(name, "✓ set" if is_set else "– not set") for name, is_set in report.keys.items()]
    width = terminal_columns()
    shown = SETTINGS_COLUMNS if width >= ABOUT_COLUMNS_MIN else SETTINGS_COLUMNS[:-1]
    settings = [(each.key, each.value, each.origin, each.about)[: len(shown)] for each in report.settings]
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
            "database",
            pairs(_health(report.database)),
            "",
            table(shown, settings, width=width),
        )
    )


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
                ("driver", health.driver),
            ]
        case _:
            return [("state", "✗ failing"), ("why", health.reason), ("driver", health.driver or "unknown")]
