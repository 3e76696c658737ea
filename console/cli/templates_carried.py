"""How does a format leave this database as a file, and how does one from elsewhere come into it?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.confirming import make_sure
from console.cli.options import Database, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import COLUMNS_MAX, terminal_columns, wrapped
from console.cli.template_words import TemplateArgument, Yes
from console.cli.written_files import put_text, text_of
from console.exit_codes import ExitCode

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.templates.unpacking import ImportPlan


def export(
    template: TemplateArgument,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where to; - for standard output.", show_default=False)
    ],
    version: Annotated[
        int | None, typer.Option("--version", metavar="N", help="This version instead of the newest.")
    ] = None,
    database: Database = None,
) -> int:
    """Write a format to a file with what it needs: its participants, steps and set of rules, each by its digest."""

    async def work(orchestrator: Orchestrator) -> int:
        text = await orchestrator.formats.export(template, version)
        if str(out) == "-":
            sys.stdout.write(text)
        else:
            put_text(out, text)
            sys.stdout.write(f"{out}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What 'export' wrote.", show_default=False)],
    as_id: Annotated[str, typer.Option("--as", metavar="ID", help="Call the format so here.")] = "",
    replacing: Annotated[
        bool, typer.Option("--replace", help="Also replace what is called as something that it brings.")
    ] = False,
    look: Annotated[bool, typer.Option("--check", help="Say what it would add and run, and add nothing.")] = False,
    yes: Yes = False,
    database: Database = None,
) -> int:
    """Take in a format from a file, once you have seen what it would add and run. One that was changed since it was
    exported is refused, with the first place that differs."""

    async def work(orchestrator: Orchestrator) -> int:
        text = text_of(file)
        plan = await orchestrator.formats.plan_import(text, origin=str(file), as_id=as_id)
        sys.stdout.write("".join(f"{line}\n" for line in told(plan, width=min(COLUMNS_MAX, terminal_columns()))))
        if look:
            return ExitCode.COMPLETED
        if not yes:
            make_sure("Take it in?", refused="nothing was taken in.")
        done = await orchestrator.formats.take(text, origin=str(file), as_id=as_id, is_replacing=replacing)
        sys.stdout.write(f"{done.text}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def told(plan: ImportPlan, *, width: int) -> Iterator[str]:
    """What a parcel would add and run, every word that models would be told included. What it holds was written
    elsewhere: control characters are refused before it gets here."""
    template = plan.parcel.template
    yield f"{template.id}: {template.name}"
    if template.description:
        yield from wrapped(template.description, width=width, indent="  ")
    yield "adds"
    yield from (f"  {each.kind} {each.name}: {each.standing}" for each in plan.arrivals)
    yield "runs"
    yield f"  at most {plan.turns_max} turns in {template.rounds} rounds"
    yield f"  models: {', '.join(plan.models) or 'none'}"
    yield from (f"  rule {action}" for action in plan.actions)
    yield f"  plugins: {', '.join(plan.plugins) or 'none'}"
    yield "  commands of this machine: none, formats have none"
    for participant in plan.parcel.participants:
        yield f"prompt of {participant.id}"
        yield from wrapped(participant.system_prompt or "(none)", width=width, indent="  ")
    for step in (*template.steps, *((template.verdict,) if template.verdict is not None else ())):
        yield f"step {step.name}, told to {step.seat}"
        yield from wrapped(step.instruction, width=width, indent="  ")
    for dial in template.dials:
        yield f"dial {dial.name}, which stands at {dial.value}"
        for word in dial.words:
            yield from wrapped(word, width=width, indent="  ")
    yield from (str(found) for found in plan.findings)
