"""How is a back-up made, proven and put back from a shell?"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.confirming import make_sure
from console.cli.options import AsJson, Database, group, settings_with
from console.cli.running import command_line
from console.cli.tables import pairs
from console.exit_codes import ExitCode
from console.failures import say
from console.plain import iso_time, json_text, plain

if TYPE_CHECKING:
    from core.runtime.backups import BackupReport, Backups, RestorePlan

File = Annotated[Path, typer.Argument(metavar="FILE", help="As 'moot backup create' wrote it.", show_default=False)]

app = group("Back the database up while sessions run, prove a back-up, put one back.")


@app.command()
def create(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="A new file; else one in the folder backups beside the database."),
    ] = None,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Copy the database as it is at this moment, while sessions run, and prove the copy."""
    return _told(asyncio.run(_backups(database).create(out)), as_json=as_json)


@app.command()
def verify(file: File, as_json: AsJson = False, database: Database = None) -> int:
    """Prove a back-up: its pages, each session's chain and log, and every decision again. Changes nothing."""
    return _told(asyncio.run(_backups(database).verify(file)), as_json=as_json)


@app.command()
def restore(
    file: File,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    database: Database = None,
) -> int:
    """Put a back-up in the place of the database, which is kept beside it. Nobody may drive or use it meanwhile."""
    settings = settings_with(database)
    backups = _backups(database)
    plan = asyncio.run(backups.plan(file))
    if not yes:
        _make_sure(plan)
    kept = asyncio.run(backups.restore(file))
    sys.stdout.write(f"{plan.database} holds what {file} does: {_contents(plan.report)}.\n")
    if kept is not None:
        sys.stdout.write(f"What was there before is {kept}; delete it once you no longer want to go back.\n")
    if plan.events_lost:
        say("what was spent since the back-up is on record only there: caps of a day count without it.")
    lists = command_line("sessions", "list", settings=settings)
    say(f"'{lists}' shows how its sessions stand. What ran then goes on with whoever drives next.")
    return ExitCode.COMPLETED


def _backups(database: Path | None) -> Backups:
    from console.bootstrap import open_backups

    return open_backups(settings_with(database))


def _make_sure(plan: RestorePlan) -> None:
    """The more goes, the more there is to type."""
    if not plan.is_there:
        return
    kept = "It is kept beside it."
    if plan.sessions_there is None:
        make_sure(f"Replace {plan.database}, which can't be read? {kept}", refused="nothing was changed.")
    elif not plan.events_lost:
        make_sure(f"Replace {plan.database}? The back-up has all that it has. {kept}", refused="nothing was changed.")
    else:
        from console.presenters.figures import counted

        whole = f", {counted(plan.sessions_lost, 'whole session')} among them" if plan.sessions_lost else ""
        lacks = f"The back-up lacks {counted(plan.events_lost, 'event')} that it has{whole}."
        make_sure(
            f"Replace {plan.database}? {lacks} {kept}", typed=str(plan.events_lost), refused="nothing was changed."
        )


def _told(report: BackupReport, *, as_json: bool) -> int:
    code = ExitCode.COMPLETED if report.is_sound and not report.differing else ExitCode.FAILED
    if as_json:
        found = plain(report)
        assert isinstance(found, dict)  # as a record always is
        sys.stdout.write(json_text({**found, "is_sound": report.is_sound}) + "\n")
        return code
    sys.stdout.write(f"{report.path}\n{pairs(_rows(report))}\n")
    return code


def _rows(report: BackupReport) -> list[tuple[str, str]]:
    made_by = f", made by moot {report.made_by}" if report.made_by else ""
    from console.presenters.figures import counted

    decided = report.sessions - len(report.unverifiable) - len(report.differing)
    rows = [
        ("holds", _contents(report)),
        ("size", f"{report.bytes:,} bytes, schema {report.schema}{made_by}"),
        ("state", "✓ in order" if report.is_sound else "✗ damaged"),
        ("decided again", f"{'✓' if decided == report.sessions else '!'} {counted(decided, 'session')}, each the same"),
        ("digest", report.digest),
    ]
    rows += [("✗ broken", each) for each in report.faults]
    rows += [("✗ differs", each) for each in report.differing]
    rows += [("! not verifiable here", each) for each in report.unverifiable]
    return rows


def _contents(report: BackupReport) -> str:
    from console.presenters.figures import counted

    newest = f", the newest of {iso_time(report.newest_at_ms)}" if report.newest_at_ms else ""
    return f"{counted(report.sessions, 'session')}, {counted(report.events, 'event')}{newest}"
