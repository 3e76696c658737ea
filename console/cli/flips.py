"""Who changed their mind, in one session and in all of them?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from console.cli.options import AsJson, Database, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import Column, table, table_columns
from console.exit_codes import ExitCode
from console.failures import say
from console.plain import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.analytics.flips import FlipCounts
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

LEDGER_COLUMNS = (
    Column("round", is_number=True),
    Column("seat"),
    Column("from"),
    Column("to"),
    Column("after"),
    Column("which way", is_flexible=True),
)
NO_SUMS = "no debate with a verdict in which a seat spoke its mind twice yet."


async def print_ledger(orchestrator: Orchestrator, session: SessionId, *, as_json: bool) -> None:
    """Every change of mind of a session, and what they come to."""
    from console.presenters.flips import ledger_plain, ledger_rows, sums_words
    from core.analytics.flips import counts_of

    ledger = await orchestrator.flips.of_session(session)
    if as_json:
        sys.stdout.write(json_text(ledger_plain(ledger)) + "\n")
        return
    sums = sums_words(counts_of(ledger))
    if ledger.flips:
        sys.stdout.write(table(LEDGER_COLUMNS, ledger_rows(ledger), width=table_columns()) + "\n")
    if sums:
        sys.stdout.write(("\n" if ledger.flips else "") + f"{sums}.\n")
    if ledger.known_answer:
        sys.stdout.write(f"The right answer is {ledger.known_answer}; no model was told.\n")
    if not ledger.flips and not sums:
        say("nobody spoke their mind twice.")


def flips(as_json: AsJson = False, database: Database = None) -> int:
    """How often minds were changed, by format and by model, and which way that led. Debates with a verdict count."""

    async def work(orchestrator: Orchestrator) -> int:
        from console.presenters.flips import sums_plain

        sums = await orchestrator.flips.sums()
        if as_json:
            sys.stdout.write(json_text(sums_plain(sums)) + "\n")
            return ExitCode.COMPLETED
        parts = {
            "format": sums.templates,
            "rehearsed or simulated": sums.unasked,
            "model": sums.models,
        }
        shown = [_table(name, counts) for name, counts in parts.items() if counts]
        sys.stdout.write("\n\n".join(shown) + "\n" if shown else "")
        if not shown:
            say(NO_SUMS)
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _table(name: str, counts: Mapping[str, FlipCounts]) -> str:
    from console.presenters.flips import SUMS_HEADINGS, sums_rows

    columns = (Column(name), *(Column(each, is_number=True) for each in SUMS_HEADINGS[1:]))
    return table(columns, sums_rows(counts), width=table_columns())
