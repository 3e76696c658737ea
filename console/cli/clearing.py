"""Which sessions are kept no longer, and may they go?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.confirming import make_sure
from console.cli.options import AsJson, Database, settings_with
from console.cli.running import ID_SHOWN_CHARACTERS, with_orchestrator
from console.cli.tables import Column, table, table_columns
from console.exit_codes import ExitCode
from console.failures import say
from console.machine import now_ms
from console.plain import json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator

COLUMNS = (Column("id"), Column("ended"), Column("session", is_flexible=True))
DAYS_MAX = 36_500


def clear_out(
    days: Annotated[
        int | None,
        typer.Option(
            "--older-than",
            metavar="DAYS",
            min=1,
            max=DAYS_MAX,
            help="Those that ended so long ago.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which these are.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Delete the sessions that have been over for so many days.

    What can be gone on with stays, and so does what is archived, tagged 'keep', or needed by one that stays.
    """
    config = settings_with(database)
    kept_days = config.keep_sessions_days if days is None else days
    if not kept_days:
        say("every session is kept, however old. Give --older-than DAYS, or set keep_sessions_days.")
        return ExitCode.WRONG_USE

    async def work(orchestrator: Orchestrator) -> int:
        from core.domain.errors import CommandRefused
        from core.runtime.upkeep import outlived

        rows, labels = await orchestrator.summaries(), await orchestrator.labels()
        found = outlived(rows, labels, days=kept_days, now_ms=now_ms())
        sys.stdout.write((_as_json(found) if as_json else _as_text(found, kept_days)) + "\n")
        if dry_run or not found:
            return ExitCode.COMPLETED
        if not yes:
            make_sure(f"Delete these {len(found)} and their logs for good?")
        refused = 0
        for row in found:
            try:
                await orchestrator.delete(row.session)
            except CommandRefused as refusal:
                refused += 1
                say(str(refusal))
        say(f"deleted {len(found) - refused}.")
        return ExitCode.FAILED if refused else ExitCode.COMPLETED

    return with_orchestrator(config, work)


def _as_json(found: Sequence[SessionSummary]) -> str:
    return json_text([{"session": row.session, "title": row.title, "ended_at_ms": row.ended_at_ms} for row in found])


def _as_text(found: Sequence[SessionSummary], days: int) -> str:
    from console.presenters.figures import age, counted

    if not found:
        return f"None has been over for more than {counted(days, 'day')} that isn't kept."
    rows = [(row.session[:ID_SHOWN_CHARACTERS], f"{age(now_ms() - row.ended_at_ms)} ago", row.title) for row in found]
    return table(COLUMNS, rows, width=table_columns())
