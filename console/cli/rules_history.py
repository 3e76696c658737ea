"""Who changed the rules, when and how, and how is that taken back?"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import Column, pairs, table, table_columns
from console.exit_codes import ExitCode
from console.plain import iso_time, json_text, plain

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.ports.catalogue import RulesVersion
    from core.rules.differences import Differences, PartChanged
    from core.runtime.rulebook import RuleChange

HISTORY_SHOWN = 30
HISTORY_MAX = 1_000

SHIPPED = "shipped"
"""What stands for the rules that moot ships where a version is asked for."""

COLUMNS = (Column("version", is_number=True), Column("when"), Column("who"), Column("what", is_flexible=True))

Version = Annotated[
    int, typer.Argument(metavar="VERSION", help="Its number, as 'moot rules history' says it.", show_default=False)
]


def _version_or_shipped(text: str) -> int:
    if text == SHIPPED:
        return 0
    if not text.isdecimal() or not int(text):
        raise typer.BadParameter(
            f"{text!r} is no version. Name its number, as 'moot rules history' says it, or {SHIPPED!r}."
        )
    return int(text)


def history(
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=HISTORY_MAX, help="So many, the newest first.")
    ] = HISTORY_SHOWN,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """List the versions of the rules: who changed what, when. The first is in force."""

    async def work(orchestrator: Orchestrator) -> int:
        versions = await orchestrator.rulebook.history(limit=limit)
        if as_json:
            sys.stdout.write(json_text([_as_plain(version) for version in versions]) + "\n")
        else:
            rows = [
                (str(each.number), iso_time(each.made_at_ms)[:19].replace("T", " "), each.actor, each.change)
                for each in versions
            ]
            sys.stdout.write(table(COLUMNS, rows, width=table_columns()) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def diff(
    version: Annotated[
        int,
        typer.Argument(
            metavar="VERSION", parser=_version_or_shipped, help="Its number, or 'shipped'.", show_default=False
        ),
    ],
    other: Annotated[
        int | None, typer.Argument(metavar="[VERSION]", help="Up to this one, or else the newest.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Say rule by rule what is different between two versions, or from the rules that moot ships."""

    async def work(orchestrator: Orchestrator) -> int:
        rulebook = orchestrator.rulebook
        found = await (rulebook.differences(version, other) if version else rulebook.unlike_shipped(other))
        if as_json:
            sys.stdout.write(json_text(found) + "\n")
        else:
            sys.stdout.write("\n".join(_lines(found)) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def restore(version: Version, database: Database = None) -> int:
    """Put an earlier version in force again, as a new one. What files of the rules folder say now stays."""
    return _with_rules(database, lambda moot: moot.rulebook.restore(version))


def undo(database: Database = None) -> int:
    """Take back the newest change to the rules that was made by hand, as a new version."""
    return _with_rules(database, lambda moot: moot.rulebook.undo())


def redo(database: Database = None) -> int:
    """Make the change again that was undone last, as a new version."""
    return _with_rules(database, lambda moot: moot.rulebook.redo())


COMMANDS = (history, diff, restore, undo, redo)


def _with_rules(database: Path | None, change: Callable[[Orchestrator], Awaitable[RuleChange]]) -> int:
    async def work(orchestrator: Orchestrator) -> int:
        done = await change(orchestrator)
        sys.stdout.write(done.text + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _as_plain(version: RulesVersion) -> dict[str, object]:
    shown = plain(version)
    assert isinstance(shown, dict)  # as a record always is
    return {"version": shown.pop("number"), "at": iso_time(version.made_at_ms), **shown}


def _lines(found: Differences) -> Iterator[str]:
    yield found.in_words()
    for sign, rules in (("+", found.added), ("-", found.removed)):
        for each in rules:
            yield f"{sign} {each}"
    for each in found.changed:
        yield f"~ {each}"
        yield _parts(each.parts)
    for spec in found.sets:
        yield f"~ the set {spec.part}: {spec.before or 'not defined'} → {spec.after or 'not defined'}"


def _parts(parts: tuple[PartChanged, ...]) -> str:
    return pairs([(each.part, f"{each.before} → {each.after}") for each in parts], indent="    ")
