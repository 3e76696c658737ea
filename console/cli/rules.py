"""What can be asked about rules, and changed in them?"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, group, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import Column, pairs, table, terminal_columns
from console.cli.written_files import text_of
from console.exit_codes import ExitCode
from console.plain import json_text
from core.domain.errors import WrongUse, nearest

if TYPE_CHECKING:
    from core.domain.ids import RuleId
    from core.orchestrator import Orchestrator
    from core.rules.rule import Rule

NANOSECONDS_PER_TENTH_MICROSECOND = 100

COLUMNS = (
    Column("rule"),
    Column("switch"),
    Column("priority", is_number=True),
    Column("set"),
    Column("looked at", is_number=True),
    Column("mean", is_number=True),
    Column("errors", is_number=True),
    Column("name", is_flexible=True),
)

RuleArgument = Annotated[str, typer.Argument(metavar="ID", help="As 'moot rules list' names it.", show_default=False)]

app = group("List rules, switch them on and off, and load your own.")


@app.command("list")
def list_rules(as_json: AsJson = False, database: Database = None) -> int:
    """List the rules, in the order in which they are heard."""

    async def work(orchestrator: Orchestrator) -> int:
        from core.rules.rule import rule_to_plain

        rules = await orchestrator.rules()
        timings = await orchestrator.rule_timings()
        if as_json:
            rows = [rule_to_plain(rule) | _timing_as_plain(timings, rule.id) for rule in rules]
            sys.stdout.write(json_text(rows) + "\n")
        else:
            sys.stdout.write(table(COLUMNS, [_row(rule, timings) for rule in rules], width=terminal_columns()) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def show(
    rule: RuleArgument,
    session: Annotated[
        str, typer.Option("--session", metavar="ID", help="With the values of this session in it.")
    ] = "",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Print one rule; with --session, why it holds there or what it waits for."""

    async def work(orchestrator: Orchestrator) -> int:
        from core.rules.rule import rule_to_plain

        found = _find(rule, await orchestrator.rules())
        if as_json:
            sys.stdout.write(json_text(rule_to_plain(found)) + "\n")
            return ExitCode.COMPLETED
        sys.stdout.write(_described(found) + "\n\n")
        if session:
            explanation = await orchestrator.explain(await orchestrator.find(session), found.id)
            sys.stdout.write("\n".join(explanation.as_lines()) + "\n")
        else:
            from core.rules.writing import write_rules

            sys.stdout.write(write_rules((found,), facts=orchestrator.fact_specs()))
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def enable(rule: RuleArgument, database: Database = None) -> int:
    """Switch a rule on. Running sessions follow at their next command."""
    return _switch(rule, True, database)


@app.command()
def disable(rule: RuleArgument, database: Database = None) -> int:
    """Switch a rule off. Running sessions follow at their next command."""
    return _switch(rule, False, database)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Rules as YAML.", show_default=False)],
    database: Database = None,
) -> int:
    """Take rules from a YAML file: new ones are added, those with a known id replaced. A bad file is refused whole."""

    async def work(orchestrator: Orchestrator) -> int:
        from core.rules.reading import read_rules

        templates = [template.id for template in await orchestrator.templates()]
        facts = orchestrator.fact_specs()
        taken = read_rules(text_of(file), origin=str(file), facts=facts, templates=templates)
        kept = {rule.id: rule for rule in await orchestrator.rules()}
        added = sum(rule.id not in kept for rule in taken)
        kept |= {rule.id: rule for rule in taken}
        await orchestrator.save_rules(tuple(kept.values()), actor="operator", change=f"loaded {file.name}")
        sys.stdout.write(f"{file}: {added} added, {len(taken) - added} replaced.\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def write(database: Database = None) -> int:
    """Print all rules as YAML that 'moot rules load' takes back."""

    async def work(orchestrator: Orchestrator) -> int:
        from core.rules.writing import write_rules

        sys.stdout.write(write_rules(await orchestrator.rules(), facts=orchestrator.fact_specs()))
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _switch(rule: str, enabled: bool, database: Path | None) -> int:
    async def work(orchestrator: Orchestrator) -> int:
        sys.stdout.write(await orchestrator.set_rule_enabled(rule, enabled) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _find(name: str, rules: tuple[Rule, ...]) -> Rule:
    by_id = {str(rule.id): rule for rule in rules}
    if name not in by_id:
        raise WrongUse(f"no rule is called {name!r}.", now=nearest(name, by_id) or "'moot rules list' lists them.")
    return by_id[name]


def _row(rule: Rule, timings: Mapping[RuleId, tuple[int, int, int]]) -> tuple[str, ...]:
    evaluations, nanoseconds, errors = timings.get(rule.id, (0, 0, 0))
    return (
        rule.id,
        "● on" if rule.enabled else "○ off",
        str(rule.priority),
        rule.rule_set,
        f"{evaluations:,}" if evaluations else "–",
        _microseconds(nanoseconds, evaluations) if evaluations else "–",
        f"{errors:,}" if errors else "–",
        rule.name,
    )


def _microseconds(nanoseconds: int, evaluations: int) -> str:
    tenths = nanoseconds // evaluations // NANOSECONDS_PER_TENTH_MICROSECOND
    return f"{tenths // 10}.{tenths % 10} µs"


def _timing_as_plain(timings: Mapping[RuleId, tuple[int, int, int]], rule: RuleId) -> dict[str, object]:
    evaluations, nanoseconds, errors = timings.get(rule, (0, 0, 0))
    return {"evaluations": evaluations, "nanoseconds": nanoseconds, "errors": errors}


def _described(rule: Rule) -> str:
    return pairs(
        [
            ("rule", rule.id),
            ("name", rule.name),
            ("about", rule.description),
            ("switch", "on" if rule.enabled else "off"),
            ("priority", str(rule.priority)),
            ("set", rule.rule_set),
            (
                "repeats",
                {"edge": "when it becomes true", "round": "each round", "event": "after each event"}[rule.repeat],
            ),
        ],
        indent="",
    )
