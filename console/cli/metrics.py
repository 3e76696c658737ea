"""How are the figures of all debates written and read?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli import monitoring
from console.cli.flips import flips
from console.cli.options import AsJson, Database, group, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import pairs
from console.exit_codes import ExitCode
from core.domain.errors import StorageFailed, WrongUse

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator

SUMMARY_FILES = "summary_[0-9]*.json"
"""Not those of exports, which name a kind before the moment."""

app = group("Write and read metrics files.")


@app.command()
def export(database: Database = None) -> int:
    """Write the metrics and their summary now, and print where."""

    async def work(orchestrator: Orchestrator) -> int:
        for path in await orchestrator.export_metrics():
            sys.stdout.write(f"{path}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def show(as_json: AsJson = False, database: Database = None) -> int:
    """Print the newest summary that was written."""
    newest = _newest_summary(settings_with(database).metrics_export_path)
    try:
        text = newest.read_text(encoding="utf-8")
        summary = json.loads(text)
    except (OSError, ValueError) as error:
        raise StorageFailed(
            f"can't be read: {error}.", where=str(newest), now="Write a new one with 'moot metrics export'."
        ) from error
    if as_json:
        sys.stdout.write(text.rstrip("\n") + "\n")
    else:
        sys.stdout.write(f"{newest}\n\n{pairs(list(_flat(summary)), indent='')}\n")
    return ExitCode.COMPLETED


app.command()(flips)
app.command()(monitoring.text)
app.command()(monitoring.dashboard)
app.command()(monitoring.alerts)


def _newest_summary(folder: Path) -> Path:
    """Names carry the moment of writing, so that the last in order is the newest."""
    found = sorted(folder.glob(SUMMARY_FILES))
    if not found:
        raise WrongUse("no metrics were written yet.", where=str(folder), now="'moot metrics export' writes them.")
    return found[-1]


def _flat(value: object, name: str = "") -> list[tuple[str, str]]:
    match value:
        case dict():
            return [pair for key, item in value.items() for pair in _flat(item, f"{name}.{key}" if name else str(key))]
        case list():
            return [(name, ", ".join(str(item) for item in value) or "–")]
        case None:
            return [(name, "–")]
        case bool() | str():
            return [(name, str(value))]
        case int():
            return [(name, f"{value:,}")]
        case _:
            return [(name, str(value))]
