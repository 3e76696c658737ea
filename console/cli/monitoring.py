"""How does whoever watches from outside come by figures, a dashboard and alert rules?"""

from __future__ import annotations

import sys
from importlib import resources
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import Database, settings_with
from console.cli.running import with_orchestrator
from console.exit_codes import ExitCode

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator

FILES = "console.monitoring"
DASHBOARD = "dashboard.json"
ALERTS = "alerts.yaml"


def text(
    openmetrics: Annotated[
        bool, typer.Option("--openmetrics", help="In OpenMetrics' form instead of Prometheus' own.")
    ] = False,
    database: Database = None,
) -> int:
    """Print what Prometheus would fetch: the figures that follow from recorded sessions."""
    from console.http.metrics_text import metrics_text

    async def work(orchestrator: Orchestrator) -> int:
        page = metrics_text(await orchestrator.families(), is_openmetrics=openmetrics)
        sys.stdout.write(page.decode())
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def dashboard() -> int:
    """Print a dashboard for Grafana, to be imported there."""
    sys.stdout.write(shipped(DASHBOARD))
    return ExitCode.COMPLETED


def alerts() -> int:
    """Print alert rules for Prometheus, to be named among its rule files."""
    sys.stdout.write(shipped(ALERTS))
    return ExitCode.COMPLETED


def shipped(name: str) -> str:
    """A file that comes with moot."""
    return resources.files(FILES).joinpath(name).read_text(encoding="utf-8")
