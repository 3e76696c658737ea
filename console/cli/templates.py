"""Which formats of debate are there, and which way does each go?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli import templates_carried, templates_editing
from console.cli.options import AsJson, Database, group, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import COLUMNS_MAX, Column, cells, table, table_columns, terminal_columns, wrapped
from console.cli.template_words import TemplateArgument, microusd
from console.exit_codes import ExitCode
from console.plain import iso_time, json_text
from core.domain.errors import WrongUse
from core.domain.ids import DEFAULT_RULE_SET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from core.orchestrator import Orchestrator
    from core.runtime.formats import KnownOfReadings
    from core.templates.searching import TemplateRow
    from core.templates.template import StepSpec, Template
    from core.templates.workflow import Mark, WorkflowDefinition

COLUMNS = (
    Column("template"),
    Column("complexity"),
    Column("rounds", is_number=True),
    Column("seats", is_number=True),
    Column("minutes", is_number=True),
    Column("cost", is_number=True),
    Column("name", is_flexible=True),
)
VERSION_COLUMNS = (Column("version", is_number=True), Column("when"), Column("who"), Column("what", is_flexible=True))
app = group("List, search, read, compose, check and share the formats of debate.")


@app.command("list")
def list_templates(
    search: Annotated[str, typer.Option("--search", metavar="TEXT", help="Only those with all of these words.")] = "",
    tag: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="Only those with this tag. Repeatable.")
    ] = None,
    complexity: Annotated[
        str, typer.Option("--complexity", metavar="WORD", help="Only simple, standard or complex ones.")
    ] = "",
    max_cost: Annotated[
        str | None, typer.Option("--max-cost", metavar="USD", help="Only those expected to cost at most this.")
    ] = None,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """List the formats, with what a run with paid models takes."""

    async def work(orchestrator: Orchestrator) -> int:
        from core.templates.searching import TemplateQuery

        query = TemplateQuery(
            text=search,
            tags=tuple(tag or ()),
            complexity=complexity,
            cost_microusd_max=microusd(max_cost, "--max-cost") if max_cost is not None else None,
        )
        rows = await orchestrator.formats.rows(query)
        if as_json:
            sys.stdout.write(json_text(rows) + "\n")
        else:
            sys.stdout.write(table(COLUMNS, [_row(row) for row in rows], width=table_columns()) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def show(
    template: TemplateArgument,
    graph: Annotated[bool, typer.Option("--graph", help="Draw which step follows which.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="The same in Mermaid, for other programs.")] = False,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="As a file that 'moot templates create' takes.")] = False,
    version: Annotated[
        int | None, typer.Option("--version", metavar="N", help="This version instead of the newest.")
    ] = None,
    session: Annotated[
        str, typer.Option("--session", metavar="ID", help="Mark where this session stands; it has to follow it.")
    ] = "",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Print one format: its seats, its steps in order, and what each is asked; or which way it goes."""
    if [graph, mermaid, as_yaml, as_json].count(True) > 1:
        raise typer.BadParameter("give one of --graph, --mermaid, --yaml and --json.")

    async def work(orchestrator: Orchestrator) -> int:
        if session:
            workflow, marks = await _of_session(orchestrator, session, template)
            _say_way(workflow, marks, is_mermaid=mermaid)
            return ExitCode.COMPLETED
        formats = orchestrator.formats
        if as_yaml:
            sys.stdout.write(await formats.text_of(template, version))
            return ExitCode.COMPLETED
        found = await formats.template(template, version)
        if graph or mermaid:
            from core.runtime.formats import FACTS
            from core.templates.workflow import to_workflow_definition

            _say_way(to_workflow_definition(found, facts=FACTS), None, is_mermaid=mermaid)
        else:
            known = await formats.known_of_readings(found)
            sys.stdout.write((json_text(found) if as_json else _described(found, known)) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def history(template: TemplateArgument, as_json: AsJson = False, database: Database = None) -> int:
    """List the versions of a format: who changed what, when. Also of a deleted one."""

    async def work(orchestrator: Orchestrator) -> int:
        versions = await orchestrator.formats.history(template)
        if as_json:
            sys.stdout.write(json_text(versions) + "\n")
            return ExitCode.COMPLETED
        rows = [
            (
                str(each.number),
                iso_time(each.made_at_ms)[:19].replace("T", " "),
                each.actor,
                each.change or ("shipped" if each.actor == "moot" else "saved"),
            )
            for each in versions
        ]
        sys.stdout.write(table(VERSION_COLUMNS, rows, width=table_columns()) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def diff(
    template: TemplateArgument,
    version: Annotated[int, typer.Argument(metavar="VERSION", help="From this one.", show_default=False)],
    other: Annotated[
        int | None, typer.Argument(metavar="[VERSION]", help="To this one, or else the newest.", show_default=False)
    ] = None,
    database: Database = None,
) -> int:
    """Say line by line what is different between two versions of a format."""

    async def work(orchestrator: Orchestrator) -> int:
        differences = await orchestrator.formats.differences(template, version, other)
        sys.stdout.write(differences or "nothing is different\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def steps(as_json: AsJson = False) -> int:
    """List the library of steps that formats are composed from."""
    from core.templates.steps_library import STEPS

    if as_json:
        sys.stdout.write(json_text(STEPS) + "\n")
        return ExitCode.COMPLETED
    width = min(COLUMNS_MAX, terminal_columns())
    for step in STEPS:
        when = "after the last round" if step.is_verdict else f"{step.occurs.replace('_', ' ')} round"
        expects = f", expects {step.expects}" if step.expects not in ("nothing", "verdict") else ""
        sys.stdout.write(f"{step.id} ({when}{expects}): {', '.join(step.roles)}\n")
        sys.stdout.write("".join(f"{line}\n" for line in wrapped(step.about, width=width, indent="  ")))
    return ExitCode.COMPLETED


async def _of_session(
    orchestrator: Orchestrator, session: str, template: str
) -> tuple[WorkflowDefinition, Mapping[str, Mark]]:
    from console.presenters.template_standing import session_graph

    state = await orchestrator.state(await orchestrator.find(session))
    workflow, marks = session_graph(state)
    if workflow.template != template:
        raise WrongUse(
            f"it follows {workflow.template}.", where=f"session {session}", now=f"Ask for {workflow.template}."
        )
    return workflow, marks


def _say_way(workflow: WorkflowDefinition, marks: Mapping[str, Mark] | None, *, is_mermaid: bool) -> None:
    from console.presenters.template_graph import graph_text, summary
    from console.presenters.template_mermaid import mermaid

    if is_mermaid:
        sys.stdout.write(mermaid(workflow, marks=marks))
        return
    seats = len({node.seat for node in workflow.nodes if node.seat})
    drawn = graph_text(workflow, marks=marks, width=min(COLUMNS_MAX, terminal_columns()))
    sys.stdout.write(f"{summary(workflow, seats=seats)}\n\n{drawn}\n")


def _row(row: TemplateRow) -> tuple[str, ...]:
    from console.presenters.figures import money

    return (
        row.id,
        row.complexity,
        str(row.rounds),
        str(row.seats),
        str(row.minutes_expected),
        money(row.cost_microusd_expected),
        row.name,
    )


def _described(template: Template, known: KnownOfReadings) -> str:
    from console.presenters.agreement import consensus_in_words, known_in_words
    from console.presenters.figures import money
    from console.presenters.judged import judging_in_words
    from core.templates.template import COUNTED

    decided = COUNTED.get(template.decided_by, "the judge")
    about = [
        ("template", f"{template.id}, version {template.version}"),
        ("name", template.name),
        ("about", template.description),
        ("rounds", str(template.rounds)),
        ("consensus", consensus_in_words(template)),
        *(
            [
                ("known", f"of models: {known_in_words(known.of_models)}"),
                ("", f"simulated or rehearsed: {known_in_words(known.of_others)}"),
            ]
            if known.of_models is not None
            else []
        ),
        (
            "takes",
            f"about {template.minutes_expected} min and {money(template.cost_microusd_expected)} with paid models",
        ),
        ("decided by", decided),
        *([("judging", judging_in_words(template))] if template.bench else []),
        ("rules", f"the set {template.rule_set or DEFAULT_RULE_SET}, unless another is asked for"),
        *([("tags", ", ".join(template.tags))] if template.tags else []),
        *([("source", template.source)] if template.source else []),
    ]
    width = min(COLUMNS_MAX, terminal_columns())
    lines = [*_in_two_columns(about, width=width), "", "seats"]
    lines += [f"  {seat.id}: {seat.role}, {seat.participant} unless another is cast" for seat in template.seats]
    lines += [f"  {seat} sees {', '.join(seen) or 'nobody else'}" for seat, seen in template.links.items()]
    if template.dials:
        lines += ["", "dials"]
        for dial in template.dials:
            said = f"{dial.name}: {dial.value} of 0 to {len(dial.words) - 1}, {dial.about}"
            lines += wrapped(said, width=width, indent="  ")
    lines += ["", "steps of a round"]
    for step in (*template.steps, *((template.verdict,) if template.verdict is not None else ())):
        seats = template.bench if step is template.verdict else (step.seat,)
        lines += [f"  {step.name} by {', '.join(seats)} ({_how(template, step)})"]
        lines += wrapped(template.told(step.instruction), width=width, indent="    ")
    return "\n".join(lines)


def _in_two_columns(rows: Sequence[tuple[str, str]], *, width: int) -> Iterator[str]:
    """Names and values; a value that is longer than its line goes on below itself."""
    name_width = max(cells(name) for name, _ in rows) + 2
    for name, value in rows:
        first, *others = wrapped(value, width=width - name_width)
        yield f"{name.ljust(name_width)}{first}".rstrip()
        yield from (" " * name_width + line for line in others)


def _how(template: Template, step: StepSpec) -> str:
    from core.rules.checking.wording import in_short
    from core.runtime.formats import FACTS

    block = template.block(step.block)
    notes = [
        "after the last round" if step is template.verdict else f"{step.occurs.replace('_', ' ')} round",
        f"if {in_short(step.when, FACTS)}" if step.when is not None else "",
        "all at once" if block is not None and block.is_at_once else "",
        f"up to {block.times} times" if block is not None and block.times > 1 else "",
        f"expects {step.expects}" if step.expects != "nothing" and step is not template.verdict else "",
        f"sees {step.sees}" if step.sees != "all" else "",
        "blind" if step.is_blind else "",
    ]
    return ", ".join(note for note in notes if note)


for each in (*templates_editing.COMMANDS, templates_carried.export):
    app.command()(each)
app.command("import")(templates_carried.import_)
