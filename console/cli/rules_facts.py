"""What can a rule look at, and what did it see there last?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, settings_with
from console.cli.running import ID_SHOWN_CHARACTERS, with_orchestrator
from console.cli.tables import COLUMNS_MAX, Column, table, table_columns, terminal_columns, wrapped
from console.exit_codes import ExitCode
from console.failures import say
from console.plain import json_text
from core.domain.errors import MootError

if TYPE_CHECKING:
    from core.domain.facts import Facts, FactSpec, FactUnit
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

COLUMNS = (Column("fact"), Column("type and unit"), Column("seen", is_flexible=True))

MOOTS_OWN = "moot"
FAILED = "its plugin failed"
INDENT = "    "


def facts(
    session: Annotated[
        str, typer.Option("--session", metavar="ID", help="With the values of this session, not of the last one.")
    ] = "",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """List what a rule can look at: type, unit, meaning, and the value in the last session."""

    async def work(orchestrator: Orchestrator) -> int:
        chosen = await orchestrator.find(session) if session else await _last(orchestrator)
        seen = await _seen(orchestrator, chosen)
        specs = orchestrator.fact_specs().values()
        if as_json:
            rows = [_as_plain(spec, seen, chosen) for spec in specs]
            sys.stdout.write(json_text(rows) + "\n")
        else:
            sys.stdout.write(_as_text(tuple(specs), seen) + _whose(chosen if seen is not None else None) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


async def _last(orchestrator: Orchestrator) -> SessionId | None:
    """The session that was opened last."""
    rows = await orchestrator.summaries()
    return rows[0].session if rows else None


async def _seen(orchestrator: Orchestrator, session: SessionId | None) -> Facts | None:
    """The values in a session; where there is none, or it can't be read here, the list is shown without."""
    if session is None:
        return None
    try:
        return await orchestrator.facts(session)
    except MootError as error:
        say(f"the values are examples: {error}")
        return None


def _as_text(specs: Sequence[FactSpec], seen: Facts | None) -> str:
    """A line of columns for each fact, and below it what it means, which no column has the room for."""
    head, *rows = table(COLUMNS, [_row(spec, seen) for spec in specs], width=table_columns()).splitlines()
    lines = [head]
    for spec, row in zip(specs, rows, strict=True):
        lines += [row, *wrapped(_meaning(spec), width=min(terminal_columns(), COLUMNS_MAX), indent=INDENT)]
    return "".join(f"{line}\n" for line in lines)


def _row(spec: FactSpec, seen: Facts | None) -> tuple[str, ...]:
    from core.rules.units import shown

    type_, unit = _type_and_unit(spec.unit)
    value = shown(spec.example if seen is None else seen.get(spec.name), spec.unit)
    is_told = seen is None or spec.name in seen
    return spec.name, f"{type_}, {unit}" if unit else type_, value if is_told else FAILED


def _meaning(spec: FactSpec) -> str:
    said = [spec.meaning]
    if len(spec.words) > 1:
        said.append(f"of {', '.join(spec.words)}")
    if spec.grows_with_time:
        said.append("runs on by itself")
    if spec.flow:
        said.append(f"only in a {spec.flow}")
    if spec.origin:
        said.append(f"by {spec.origin}")
    return "; ".join(said)


def _whose(session: SessionId | None) -> str:
    if session is None:
        return "\nThe values are examples: there is no session to take them from."
    return f"\nThe values are those of session {session[:ID_SHOWN_CHARACTERS]}."


def _type_and_unit(unit: FactUnit) -> tuple[str, str]:
    from core.rules.units import TYPE, UNIT

    return TYPE[unit], UNIT[unit]


def _as_plain(spec: FactSpec, seen: Facts | None, session: SessionId | None) -> dict[str, object]:
    type_, unit = _type_and_unit(spec.unit)
    return {
        "name": spec.name,
        "type": type_,
        "unit": unit,
        "meaning": spec.meaning,
        "seen": None if seen is None else seen.get(spec.name),
        "session": "" if seen is None else session,
        "example": spec.example,
        "least": spec.least,
        "most": spec.most,
        "words": spec.words,
        "is_always_known": spec.is_always_known,
        "grows_with_time": spec.grows_with_time,
        "origin": spec.origin or MOOTS_OWN,
        "flow": spec.flow,
    }
