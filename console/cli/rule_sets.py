"""Which sets of rules are there, how do they stand upon one another, and how does the folder of rule files stand?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.confirming import make_sure
from console.cli.options import AsJson, Database, settings_with
from console.cli.rule_words import OWN, Yes
from console.cli.running import with_orchestrator
from console.cli.tables import Column, table, table_columns
from console.exit_codes import ExitCode
from console.failures import say
from console.plain import json_text

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.runtime.folder_notes import FolderStanding
    from core.runtime.rulebook import SetView

COLUMNS = (
    Column("set"),
    Column("extends"),
    Column("own rules", is_number=True),
    Column("hold", is_number=True),
    Column("on", is_number=True),
    Column("from"),
    Column("templates"),
    Column("about", is_flexible=True),
)
FILE_COLUMNS = (Column("file"), Column("state"), Column("rules in force", is_number=True))

ALWAYS_THERE = (OWN, "standard")
"""Sets that are refused to be deleted, without asking first whether that is meant."""

SetArgument = Annotated[str, typer.Argument(metavar="NAME", help="As 'moot rules sets' names it.", show_default=False)]


def sets(as_json: AsJson = False, database: Database = None) -> int:
    """List the sets of rules: what each extends, how many rules are its own, how many hold in it and are on."""

    async def work(orchestrator: Orchestrator) -> int:
        views = await orchestrator.rulebook.sets()
        if as_json:
            sys.stdout.write(json_text(views) + "\n")
        else:
            sys.stdout.write(table(COLUMNS, [_row(view) for view in views], width=table_columns()) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def define(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A new set, or one that is there.", show_default=False)],
    extends: Annotated[
        str, typer.Option("--extends", metavar="OTHER", help="The set that it stands upon, or 'nothing'.")
    ] = "standard",
    description: Annotated[str, typer.Option("--description", metavar="TEXT", help="What it is for.")] = "",
    database: Database = None,
) -> int:
    """Define a set of rules for a scenario. It holds what the set beneath it holds, and its own rules replace those."""

    async def work(orchestrator: Orchestrator) -> int:
        done = await orchestrator.rulebook.define(name, extends=extends, description=description)
        sys.stdout.write(done.text + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def undefine(name: SetArgument, yes: Yes = False, database: Database = None) -> int:
    """Delete a set with the rules that were made in it. Sessions that follow it go on by the rules that they have."""

    async def work(orchestrator: Orchestrator) -> int:
        own = len(await orchestrator.rulebook.layer(name))
        if own and not yes and name not in ALWAYS_THERE:
            make_sure(
                f"Delete the set {name} with its {own} rules?" if own > 1 else f"Delete the set {name} with its rule?"
            )
        done = await orchestrator.rulebook.undefine(name)
        sys.stdout.write(done.text + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def folder(as_json: AsJson = False, database: Database = None) -> int:
    """Read the rules folder now, and say how each of its files stands. Ends with 3 where one is refused."""

    async def work(orchestrator: Orchestrator) -> int:
        standing = await orchestrator.rulebook.look_at_folder()
        if as_json:
            sys.stdout.write(json_text(standing) + "\n")
        elif not standing.folder:
            say("no rules folder is set. 'rules_folder' in the settings or --rules-folder names one.")
        else:
            sys.stdout.write(f"{standing.folder}\n\n{_files(standing)}\n")
            for problem in standing.problems:
                say(problem)
        return ExitCode.FAILED if standing.problems else ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


COMMANDS = (sets, define, undefine, folder)


def _row(view: SetView) -> tuple[str, ...]:
    name = view.spec.name
    shipped = "shipped" if name == "standard" else "hand"
    return (
        name,
        view.spec.extends,
        str(view.own),
        str(view.holding),
        str(view.enabled),
        ", ".join(view.files) or shipped,
        ", ".join(view.templates) or "–",
        view.spec.description,
    )


def _files(standing: FolderStanding) -> str:
    rows = [(file.name, "✗ refused" if file.problem else "● in force", str(file.rules)) for file in standing.files]
    return table(FILE_COLUMNS, rows, width=table_columns()) if rows else "It holds no file of rules."
