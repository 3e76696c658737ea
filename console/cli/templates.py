"""Which formats of debate are there?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, group, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import COLUMNS_MAX, Column, pairs, table, table_columns, terminal_columns, wrapped
from console.exit_codes import ExitCode
from console.plain import json_text
from core.domain.ids import DEFAULT_RULE_SET

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.templates.template import Template

COLUMNS = (
    Column("template"),
    Column("complexity"),
    Column("rounds", is_number=True),
    Column("seats", is_number=True),
    Column("minutes", is_number=True),
    Column("cost", is_number=True),
    Column("name", is_flexible=True),
)

app = group("List and read the formats of debate.")


@app.command("list")
def list_templates(as_json: AsJson = False, database: Database = None) -> int:
    """List the formats, with what a run with paid models takes."""

    async def work(orchestrator: Orchestrator) -> int:
        templates = await orchestrator.templates()
        if as_json:
            sys.stdout.write(json_text(templates) + "\n")
        else:
            rows = [_row(template) for template in templates]
            sys.stdout.write(table(COLUMNS, rows, width=table_columns()) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def show(
    template: Annotated[str, typer.Argument(metavar="ID", help="As 'moot templates list' names it.")],
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Print one format: its seats, its steps in order, and what each is asked."""

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.template(template)
        sys.stdout.write((json_text(found) if as_json else _described(found)) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _row(template: Template) -> tuple[str, ...]:
    from console.presenters.figures import money

    return (
        template.id,
        template.complexity,
        str(template.rounds),
        str(len(template.seats)),
        str(template.minutes_expected),
        money(template.cost_microusd_expected),
        template.name,
    )


def _described(template: Template) -> str:
    from console.presenters.figures import money, percent

    about = [
        ("template", f"{template.id}, version {template.version}"),
        ("name", template.name),
        ("about", template.description),
        ("rounds", str(template.rounds)),
        ("consensus", f"reached at {percent(template.consensus_ppm)}"),
        (
            "takes",
            f"about {template.minutes_expected} min and {money(template.cost_microusd_expected)} with paid models",
        ),
        ("rules", f"the set {template.rule_set or DEFAULT_RULE_SET}, unless another is asked for"),
    ]
    lines = [pairs(about, indent=""), "", "seats"]
    lines += [f"  {seat.id}: {seat.role}, {seat.participant} unless another is cast" for seat in template.seats]
    lines += ["", "steps of a round"]
    width = min(COLUMNS_MAX, terminal_columns())
    for step in (*template.steps, *((template.verdict,) if template.verdict is not None else ())):
        when = "after the last round" if step is template.verdict else f"{step.occurs.replace('_', ' ')} round"
        lines += [f"  {step.name} by {step.seat} ({when})", *wrapped(step.instruction, width=width, indent="    ")]
    return "\n".join(lines)
