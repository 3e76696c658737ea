"""What can be asked about rules, and changed in them?"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli import rule_sets, rules_editing, rules_history
from console.cli.options import AsJson, Database, group, settings_with
from console.cli.rule_words import OWN, OneSet, RuleArgument, RulesArgument, origin_in_words
from console.cli.rules_check import say_findings, say_findings_of, say_unheard
from console.cli.running import say_left_out, with_orchestrator
from console.cli.tables import Column, pairs, table, table_columns
from console.cli.written_files import put_text, text_of
from console.exit_codes import ExitCode
from console.plain import json_text

if TYPE_CHECKING:
    from core.analytics.rule_measures import RuleMeasure
    from core.domain.ids import RuleId
    from core.orchestrator import Orchestrator
    from core.rules.layers import Placed

COLUMNS = (
    Column("rule"),
    Column("switch"),
    Column("priority", is_number=True),
    Column("set"),
    Column("heard", is_number=True),
    Column("fired", is_number=True),
    Column("errors", is_number=True),
    Column("mean", is_number=True),
    Column("p95", is_number=True),
    Column("name", is_flexible=True),
)

app = group("List rules, change them and take that back, load your own, and choose sets of them.")


@app.command("list")
def list_rules(
    rule_set: OneSet = "",
    effective: Annotated[
        bool, typer.Option("--effective", help="With --set: also what the sets beneath it hold.")
    ] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """List the rules that hold, in the order in which they are heard, and from which set each comes.

    Without --set they are those of 'own', which sessions follow unless another set is chosen.
    """
    if effective and not rule_set:
        raise typer.BadParameter("--effective is about one set: name it with --set NAME.")

    async def work(orchestrator: Orchestrator) -> int:
        book = orchestrator.rulebook
        placed = await (book.layer(rule_set) if rule_set and not effective else book.effective(rule_set or OWN))
        measures = await orchestrator.rulebook.measures()
        if as_json:
            sys.stdout.write(json_text([_as_plain(each, measures) for each in placed]) + "\n")
        else:
            sys.stdout.write(table(COLUMNS, [_row(each, measures) for each in placed], width=table_columns()) + "\n")
            await _say_given_up(orchestrator, measures)
        say_left_out(orchestrator)
        say_unheard(orchestrator, [each.rule for each in placed])
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def show(
    rule: RuleArgument,
    session: Annotated[
        str, typer.Option("--session", metavar="ID", help="With the values of this session in it.")
    ] = "",
    rule_set: OneSet = "",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Print one rule; with --session, why it holds there or what it waits for."""

    async def work(orchestrator: Orchestrator) -> int:
        from core.rules.rule import rule_to_plain

        found = await orchestrator.rulebook.find(rule, rule_set=rule_set or OWN)
        if as_json:
            sys.stdout.write(json_text(rule_to_plain(found.rule) | _origin_as_plain(found)) + "\n")
            return ExitCode.COMPLETED
        sys.stdout.write(_described(found) + "\n\n")
        if session:
            explanation = await orchestrator.explain(await orchestrator.find(session), found.rule.id)
            sys.stdout.write("\n".join(explanation.as_lines()) + "\n")
        else:
            from core.rules.writing import write_rules

            sys.stdout.write(write_rules((found.rule,), facts=orchestrator.fact_specs()))
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def enable(rules: RulesArgument, rule_set: OneSet = "", database: Database = None) -> int:
    """Switch rules on, with --set in that set alone. Running sessions follow at once."""
    return _switch(rules, True, rule_set, database)


@app.command()
def disable(rules: RulesArgument, rule_set: OneSet = "", database: Database = None) -> int:
    """Switch rules off, with --set in that set alone. Running sessions follow at once."""
    return _switch(rules, False, rule_set, database)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Rules as YAML.", show_default=False)],
    database: Database = None,
) -> int:
    """Take rules from a YAML file: new ones are added, those with a known id replaced. A bad file is refused whole."""

    async def work(orchestrator: Orchestrator) -> int:
        text = text_of(file)
        done = await orchestrator.rulebook.load(text, origin=str(file))
        told = f"{len(done.added)} added, {len(done.replaced)} replaced, {done.unchanged} unchanged"
        sys.stdout.write(f"{file}: {told}.\n")
        await say_findings_of(orchestrator, text, origin=str(file), change=done)
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def write(
    rules: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help="These alone.", show_default=False)] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Into this file instead of standard output.")
    ] = None,
    rule_set: OneSet = "",
    database: Database = None,
) -> int:
    """Print rules as YAML that 'moot rules load' takes back: all that were made by hand, or what holds in a set."""

    async def work(orchestrator: Orchestrator) -> int:
        text = await orchestrator.rulebook.written(rules or (), rule_set=rule_set)
        if out is None:
            sys.stdout.write(text)
        else:
            put_text(out, text)
            sys.stdout.write(f"{out}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _switch(rules: list[str], enabled: bool, rule_set: str, database: Path | None) -> int:
    async def work(orchestrator: Orchestrator) -> int:
        done = await orchestrator.rulebook.switch(rules, enabled, only_in=rule_set)
        sys.stdout.write(done.text + "\n")
        if enabled:
            await say_findings(orchestrator, done)
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


async def _say_given_up(orchestrator: Orchestrator, measures: Mapping[RuleId, RuleMeasure]) -> None:
    from console.presenters.rule_figures import given_up_lines

    newest = await orchestrator.rulebook.history(limit=1)
    lines = given_up_lines(measures, rules_changed_at_ms=newest[0].made_at_ms if newest else 0)
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _row(placed: Placed, measures: Mapping[RuleId, RuleMeasure]) -> tuple[str, ...]:
    rule = placed.rule
    from console.presenters.rule_figures import NOTHING, mean_of, p95_of
    from core.analytics.rule_measures import NOT_MEASURED

    measure = measures.get(rule.id, NOT_MEASURED)
    return (
        rule.id,
        "● on" if rule.enabled else "○ off",
        str(rule.priority),
        origin_in_words(placed),
        f"{measure.heard:,}" if measure.heard else NOTHING,
        f"{measure.fired:,}" if measure.fired else NOTHING,
        f"{measure.errors:,}" if measure.errors else NOTHING,
        mean_of(measure),
        p95_of(measure),
        rule.name,
    )


def _as_plain(placed: Placed, measures: Mapping[RuleId, RuleMeasure]) -> dict[str, object]:
    from core.rules.rule import rule_to_plain

    return rule_to_plain(placed.rule) | _figures_as_plain(measures, placed.rule.id) | _origin_as_plain(placed)


def _origin_as_plain(placed: Placed) -> dict[str, object]:
    over = [{"set": origin.rule_set, "file": origin.file} for origin in placed.over]
    return {"file": placed.origin.file, "over": over}


def _figures_as_plain(measures: Mapping[RuleId, RuleMeasure], rule: RuleId) -> dict[str, object]:
    from core.analytics.rule_measures import NOT_MEASURED

    return asdict(measures.get(rule, NOT_MEASURED))


def _described(placed: Placed) -> str:
    rule = placed.rule
    return pairs(
        [
            ("rule", rule.id),
            ("name", rule.name),
            ("about", rule.description),
            ("switch", "on" if rule.enabled else "off"),
            ("priority", str(rule.priority)),
            ("set", origin_in_words(placed)),
            (
                "repeats",
                {"edge": "when it becomes true", "round": "each round", "event": "after each event"}[rule.repeat],
            ),
        ],
        indent="",
    )


for each in (*rules_editing.COMMANDS, *rules_history.COMMANDS, *rule_sets.COMMANDS):
    app.command()(each)
