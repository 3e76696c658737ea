"""How are rules made, changed, put in order and deleted from a shell?"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.confirming import make_sure
from console.cli.editor import edited
from console.cli.options import Database, settings_with
from console.cli.rule_words import OWN, OneSet, RuleArgument, RulesArgument, Yes, origin_in_words
from console.cli.rules_check import say_findings
from console.cli.running import with_orchestrator
from console.cli.written_files import text_given
from console.exit_codes import ExitCode

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.rules.layers import Placed
    from core.runtime.rulebook import RuleChange

RULES_TYPED_FROM = 5
"""From so many rules on, deleting takes more than a y."""

NEW_RULE = """\
# A new rule. Save and leave to add it; leave it as it is to add nothing. 'moot rules facts' lists what it can look at.
- id: {id}
  name: {name}
  description: What it is for.
{set_line}  priority: 50
  enabled: false
  when: {{field: round_count, greater_than: 4}}
  then: [{{pause_debate: {{reason: {id}}}}}]
"""

OLD_RULE = "# {about} Save and leave to put it in force; leave it as it is to change nothing.\n"
SHIPPED = "This rule is shipped. What you save is one of your own, which replaces it until you delete that."

FileOption = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="The rule as YAML instead of an editor; - for standard input."),
]


def create(
    rule: Annotated[str, typer.Argument(metavar="ID", help="What the rule is to be called.", show_default=False)],
    file: FileOption = None,
    rule_set: OneSet = "",
    database: Database = None,
) -> int:
    """Make a rule, in your editor or from a file. A bad text is refused whole, with every fault's place."""

    async def work(orchestrator: Orchestrator) -> int:
        book = orchestrator.rulebook
        if file is not None:
            return await _said(orchestrator, await book.create(text_given(file), name=rule, origin=str(file)))
        set_line = f"  set: {rule_set}\n" if rule_set else ""
        text = NEW_RULE.format(id=rule, name=rule.replace("_", " ").capitalize(), set_line=set_line)
        made = await edited(text, rule, lambda typed, path: book.create(typed, name=rule, origin=path))
        return await _said(orchestrator, made)

    return with_orchestrator(settings_with(database), work)


def edit(rule: RuleArgument, file: FileOption = None, rule_set: OneSet = "", database: Database = None) -> int:
    """Change a rule, in your editor or from a file. A bad text is refused whole, with every fault's place.

    A rule that is shipped stays as it is beneath your own. Refused where others changed the rules meanwhile.
    """

    async def work(orchestrator: Orchestrator) -> int:
        book = orchestrator.rulebook
        version = await book.version()
        based_on = version.number if version is not None else 0
        if file is not None:
            done = await book.edit(rule, text_given(file), origin=str(file), based_on=based_on)
            return await _said(orchestrator, done)
        placed = await book.find(rule, rule_set=rule_set or OWN)
        text = OLD_RULE.format(about=_about(placed)) + await book.text_of(rule, rule_set=rule_set)

        async def save(typed: str, path: str) -> RuleChange:
            return await book.edit(rule, typed, origin=path, based_on=based_on)

        return await _said(orchestrator, await edited(text, placed.rule.id, save))

    return with_orchestrator(settings_with(database), work)


def clone(
    rule: RuleArgument,
    new: Annotated[str, typer.Argument(metavar="NEW", help="What the copy is to be called.", show_default=False)],
    rule_set: OneSet = "",
    database: Database = None,
) -> int:
    """Copy a rule under another id, switched off: two alike that are on would act twice."""
    return _with_rules(database, lambda moot: moot.rulebook.clone(rule, new, rule_set=rule_set or OWN))


def delete(rules: RulesArgument, yes: Yes = False, database: Database = None) -> int:
    """Delete rules. What they replaced holds again; 'moot rules undo' brings them back."""

    async def work(orchestrator: Orchestrator) -> int:
        book = orchestrator.rulebook
        gone = [await book.find(name) for name in rules]
        if not yes:
            listed = "\n".join(
                f"  {placed.rule.id}, {placed.rule.name!r}, of {origin_in_words(placed)}" for placed in gone
            )
            count = f"{len(gone)} rules" if len(gone) > 1 else "this rule"
            typed = str(len(gone)) if len(gone) >= RULES_TYPED_FROM else ""
            make_sure(f"{listed}\nDelete {count}?", typed=typed)
        return await _said(orchestrator, await book.delete(rules))

    return with_orchestrator(settings_with(database), work)


def move(
    rule: RuleArgument,
    before: Annotated[str, typer.Option("--before", metavar="OTHER", help="Have it heard just before this one.")] = "",
    after: Annotated[str, typer.Option("--after", metavar="OTHER", help="Have it heard just behind this one.")] = "",
    priority: Annotated[
        int | None, typer.Option("--priority", metavar="N", help="Give it this priority, from 0 to 1000.")
    ] = None,
    rule_set: OneSet = "",
    database: Database = None,
) -> int:
    """Have a rule heard earlier or later. As few others as will do are renumbered, and said."""
    if [bool(before), bool(after), priority is not None].count(True) != 1:
        raise typer.BadParameter("give one of --before OTHER, --after OTHER and --priority N.")

    def change(orchestrator: Orchestrator) -> Awaitable[RuleChange]:
        book = orchestrator.rulebook
        if priority is not None:
            return book.set_priority([rule], priority)
        return book.move(rule, before=before, behind=after, rule_set=rule_set or OWN)

    return _with_rules(database, change)


COMMANDS = (create, edit, clone, delete, move)


def _with_rules(database: Path | None, change: Callable[[Orchestrator], Awaitable[RuleChange]]) -> int:
    async def work(orchestrator: Orchestrator) -> int:
        return await _said(orchestrator, await change(orchestrator))

    return with_orchestrator(settings_with(database), work)


async def _said(orchestrator: Orchestrator, done: RuleChange | None) -> int:
    """Tell what was done, and what is wrong with the rules that it made others."""
    sys.stdout.write((done.text if done is not None else "nothing was changed") + "\n")
    if done is not None:
        await say_findings(orchestrator, done)
    return ExitCode.COMPLETED


def _about(placed: Placed) -> str:
    if placed.origin.rule_set == "standard":
        return SHIPPED
    if placed.origin.file:
        return f"This rule comes from {placed.origin.file}. What you save lies upon it, until you delete that."
    return f"A rule of the set {placed.origin.rule_set}."
