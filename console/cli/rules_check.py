"""What is wrong with rules, before anything runs, and with which exit code does a check end?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, settings_with
from console.cli.running import with_orchestrator
from console.cli.written_files import text_of
from console.exit_codes import ExitCode
from console.failures import say
from console.plain import json_text

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.rules.checking.check import Finding
    from core.rules.rule import Rule
    from core.runtime.rulebook import RuleChange

CHECKED_AT_ONCE_MAX = 100
"""Rules that are checked while somebody waits for their change; more take seconds."""


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Rules as YAML. Without one, the rules in force.", show_default=False),
    ] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Without the rules in force beside them.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Say what is wrong with rules before anything runs: as they would be heard beside those in force. Changes nothing.

    Ends with 3 where there is an error, with --strict also where there is a warning.
    """

    async def work(orchestrator: Orchestrator) -> int:
        from core.rules.checking.check import RuleText

        texts = [RuleText(origin=str(file), text=text_of(file)) for file in files or ()]
        findings = await orchestrator.rulebook.check(texts, is_alone=alone)
        if as_json:
            sys.stdout.write(json_text([_as_plain(found) for found in findings]) + "\n")
        else:
            what = ", ".join(each.origin for each in texts) or "rules in force"
            sys.stdout.write("".join(f"{found}\n" for found in findings) + f"{what}: {_counted(findings)}\n")
        return _code(findings, strict=strict)

    return with_orchestrator(settings_with(database), work)


async def say_findings(orchestrator: Orchestrator, change: RuleChange) -> None:
    """Tell on standard error what is wrong with the rules that a change has made others."""
    changed = (*change.added, *change.replaced)
    if changed:
        _say_all(await orchestrator.rulebook.check(about=changed) if len(changed) <= CHECKED_AT_ONCE_MAX else None)


async def say_findings_of(orchestrator: Orchestrator, text: str, *, origin: str, change: RuleChange) -> None:
    """The same of a file that was loaded, with the places in it."""
    from core.rules.checking.check import RuleText

    if change.added or change.replaced:
        is_small = len(change.added) + len(change.replaced) <= CHECKED_AT_ONCE_MAX
        file = RuleText(origin=origin, text=text)
        _say_all(await orchestrator.rulebook.check([file]) if is_small else None)


def _say_all(findings: Sequence[Finding] | None) -> None:
    for found in findings or ():
        say(str(found))
    if findings is None:
        say("'moot rules check' says whether so many rules are sound.")


def say_unheard(orchestrator: Orchestrator, rules: Sequence[Rule]) -> None:
    """Tell on standard error which of these rules, though switched on, can't be asked here, and why."""
    from core.rules.interpreting import fault_against

    for rule in rules:
        fault = fault_against(rule, orchestrator.fact_specs()) if rule.enabled else ""
        if fault:
            say(f"{rule.id} isn't heard: {fault}")


def _code(findings: Sequence[Finding], *, strict: bool) -> ExitCode:
    from core.rules.checking.check import Severity

    grave = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    return ExitCode.FAILED if any(found.severity in grave for found in findings) else ExitCode.COMPLETED


def _as_plain(found: Finding) -> dict[str, object]:
    return {
        "kind": found.kind.value,
        "severity": found.severity.value,
        "file": found.place.origin if found.place.line else "",
        "line": found.place.line,
        "column": found.place.column,
        "rules": list(found.rules),
        "what": found.what,
        "now": found.now,
    }


def _counted(findings: Sequence[Finding]) -> str:
    """`1 error, 2 warnings`."""
    if not findings:
        return "nothing found."
    counts = {severity: 0 for severity in ("error", "warning", "advice")}
    for found in findings:
        counts[found.severity.value] += 1
    said = [f"{count} {word}{'s' if count > 1 and word != 'advice' else ''}" for word, count in counts.items() if count]
    return ", ".join(said) + "."
