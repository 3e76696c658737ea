"""What do many sessions come to, what is odd about them, and what is to be expected of the next?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.moments import moment_ms
from console.cli.options import AsJson, Database, group, settings_with
from console.cli.page import Page
from console.cli.running import with_orchestrator
from console.cli.tables import COLUMNS_MAX, Column, table, table_columns, terminal_columns
from console.exit_codes import ExitCode
from console.failures import say
from console.machine import now_ms
from console.plain import json_text
from core.domain.errors import WrongUse, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from console.presenters.analytics import Block, FigureTable, Section
    from core.analytics.analysis import AnalyticsReport
    from core.analytics.chosen import Chosen
    from core.orchestrator import Orchestrator

CHART_LINES = 14

NO_SESSIONS = 'no session was held yet. `moot demo` rehearses one, and asks no model; `moot debate "…"` holds one.'
NONE_CHOSEN = "no session is meant by that. Leave out --since or another filter; `moot sessions list` has all of them."
NO_ALERTS = "nothing was odd enough to be told so far. While a moot drives, it looks every minute."

ALERT_COLUMNS = (
    Column("since"),
    Column("until"),
    Column("is"),
    Column("sessions", is_number=True),
    Column("what", is_flexible=True),
    Column("acknowledged"),
    Column("notification"),
)

app = group("See what sessions come to, what is odd about them, and what to expect of the next.")


@app.callback(invoke_without_command=True)
def analytics(
    context: typer.Context,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="Opened from then on: 30d, 2026-11-20, …")] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Opened before then, written alike.")] = "",
    flow: Annotated[
        list[str] | None, typer.Option("--flow", metavar="KIND", help="debate or refinement; repeatable.")
    ] = None,
    template: Annotated[
        list[str] | None, typer.Option("--template", metavar="ID", help="That began with this format; repeatable.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", metavar="MODEL", help="In which this model was asked; repeatable.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="With this tag; repeatable.")] = None,
    evaluations: Annotated[bool, typer.Option("--evaluations", help="Count sessions of evaluations too.")] = False,
    asked: Annotated[bool, typer.Option("--asked", help="Leave out what was rehearsed or simulated.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="With every chart of the console, as text.")] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Show what sessions come to by day, what is odd, what can be learnt, whether targets are met, what to expect."""
    if context.invoked_subcommand is not None:
        return ExitCode.COMPLETED
    moment = now_ms()
    since_ms = moment_ms(since, now_ms=moment, where="--since") if since else 0
    until_ms = moment_ms(until, now_ms=moment, where="--until") if until else None
    if until_ms is not None and since_ms >= until_ms:
        raise WrongUse("nothing lies between these two.", where="--since", now="Name a --until that is later.")

    async def work(orchestrator: Orchestrator) -> int:
        from core.analytics.chosen import FOR_EVER_MS, Chosen

        chosen = Chosen(
            since_ms=since_ms,
            until_ms=FOR_EVER_MS if until_ms is None else until_ms,
            flows=frozenset(flow or ()),
            templates=frozenset(template or ()),
            models=frozenset(model or ()),
            tags=frozenset(tag or ()),
            with_evaluations=evaluations,
            is_asked_only=asked,
        )
        report = await orchestrator.analytics.report(chosen)
        if report.position and not report.sessions:
            await _require_known(orchestrator, chosen)
        if as_json:
            sys.stdout.write(json_text(report) + "\n")
        elif report.sessions:
            sys.stdout.write(page_of(report) + "\n")
            if plain:
                sys.stdout.write("\n" + charts_of(report) + "\n")
        else:
            say(NONE_CHOSEN if report.position else NO_SESSIONS)
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def alerts(as_json: AsJson = False, database: Database = None) -> int:
    """List what somebody was told is odd: what goes on first, then what is over."""

    async def work(orchestrator: Orchestrator) -> int:
        from console.presenters.analytics import alert_rows

        found = await orchestrator.analytics.alerts()
        if as_json:
            sys.stdout.write(json_text(list(found)) + "\n")
        elif found:
            rows = [
                (*row, standing.acknowledged_by or "–", standing.notification[:8])
                for row, standing in zip(alert_rows([each.alert for each in found]), found, strict=True)
            ]
            sys.stdout.write(table(ALERT_COLUMNS, rows, width=table_columns()) + "\n")
        else:
            say(NO_ALERTS)
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


async def _require_known(orchestrator: Orchestrator, chosen: Chosen) -> None:
    """Refuse a name that nothing on record has, where that is why no session was found: it may be misspelt."""
    from console.presenters.kinds import KINDS
    from core.analytics.chosen import Chosen

    rows = await orchestrator.analytics.rows(Chosen(with_evaluations=True))
    flows = {*(row.flow for row in rows), *KINDS}
    templates: set[str] = {row.template for row in rows}
    models = {model for row in rows for model in row.models}
    _require("--flow", chosen.flows, flows)
    _require("--template", chosen.templates, templates)
    _require("--model", chosen.models, models)


def _require(option: str, wanted: Collection[str], known: Collection[str]) -> None:
    for name in sorted(wanted):
        if name not in known:
            listed = f"On record are {', '.join(sorted(filter(None, known)))}."
            raise WrongUse(f"no session on record has {name!r:.80}.", where=option, now=nearest(name, known) or listed)


def page_of(report: AnalyticsReport) -> str:
    """The whole report as text."""
    from console.presenters.analytics import chosen_words, sections_of

    page = Page(width=min(COLUMNS_MAX, terminal_columns()))
    chosen = chosen_words(report)
    lines = [f"Sessions {chosen}.", ""] if chosen else []
    for section in sections_of(report):
        lines += [*_section(section, page), ""]
    return "\n".join(lines[:-1])


def charts_of(report: AnalyticsReport) -> str:
    """Each chart of the console with its rows, as text."""
    from console.presenters.analytics_views import VIEW_NAMES, view_of
    from console.presenters.charts import drawn, legend_text

    page = Page(width=min(COLUMNS_MAX, terminal_columns()))
    lines: list[str] = []
    for name in VIEW_NAMES[1:]:
        view = view_of(name.key, report)
        if view.chart is None or not view.rows:
            continue
        rows = [[cell.text for cell in row.cells] for row in view.rows]
        columns = [Column(title, is_number=at > 0) for at, title in enumerate(view.titles)]
        legend = legend_text(view.chart)
        lines += [
            page.heading(view.title),
            "",
            *([legend, ""] if legend else []),
            *drawn(view.chart, width=page.width, height=CHART_LINES),
            "",
            table(columns, rows, width=table_columns()),
            "",
        ]
    return "\n".join(lines[:-1])


def _section(section: Section, page: Page) -> Iterator[str]:
    yield page.heading(section.title)
    for block in section.blocks:
        yield ""
        yield from _block(block, page)


def _block(block: Block, page: Page) -> Iterator[str]:
    from console.presenters.analytics import FigureTable, Noted

    match block:
        case str():
            yield from page.plain(block)
        case FigureTable():
            yield _table(block)
        case Noted():
            yield from page.noted(block.mark, block.text)
            for text in block.below:
                yield from page.indented(text)


def _table(block: FigureTable) -> str:
    columns: Sequence[Column] = [
        Column(title, is_number=at not in block.is_text, is_flexible=at == block.flexible)
        for at, title in enumerate(block.titles)
    ]
    return table(columns, block.rows, width=table_columns())
