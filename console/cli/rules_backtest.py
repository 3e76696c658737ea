"""What would changed or new rules have done to the sessions on record?"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import pairs
from console.cli.written_files import text_of
from console.exit_codes import ExitCode
from console.plain import json_line, plain
from console.presenters.figures import plural
from core.domain.errors import WrongUse, nearest

if TYPE_CHECKING:
    from core.domain.ids import SessionId
    from core.engine.backtest import Revision
    from core.orchestrator import Orchestrator
    from core.runtime.backtesting import BacktestStep

DAY_MS = 86_400_000

_DAYS = re.compile(r"([0-9]{1,6})\s*([dw])")


def backtest(
    what: Annotated[
        str,
        typer.Argument(metavar="FILE|RULE", help="Rules as YAML, or the id of one to be switched.", show_default=False),
    ],
    since: Annotated[
        str,
        typer.Option("--since", metavar="TIME", help="Sessions with something recorded since, such as 30d or 12h."),
    ] = "",
    sessions: Annotated[
        list[str] | None,
        typer.Option("--sessions", metavar="ID", help="These alone; repeatable, or with commas between them."),
    ] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="The file's rules without those that were in force beside them.")
    ] = False,
    as_it_is: Annotated[bool, typer.Option("--as-it-is", help="The rule as it is now, not switched over.")] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Try rules on recorded sessions: where they would have fired or acted otherwise, and from where on the record says
    nothing. Changes nothing and asks no model.

    A rule in FILE takes the place of the one with its id. A RULE is tried switched over: off where it is on now.
    """
    file = Path(what)
    is_file = bool(file.suffix) or file.name != what or file.is_file()
    named = [name for each in sessions or () for name in each.split(",") if name.strip()]
    if (alone and not is_file) or (as_it_is and is_file):
        option, needs = ("--alone", "the rules of a file") if alone else ("--as-it-is", "a rule by its id")
        raise WrongUse(f"{option} is for {needs}.", now="Leave it out.")
    if named and since:
        raise WrongUse("--since and --sessions each say which sessions are meant.", now="Give one of them.")
    back_ms = _milliseconds(since) if since else None

    async def work(orchestrator: Orchestrator) -> int:
        if is_file:
            revision, said = await _of_a_file(orchestrator, file, is_alone=alone)
        else:
            revision, said = await _of_a_rule(orchestrator, what, is_as_it_is=as_it_is)
        chosen = [await orchestrator.find(name.strip()) for name in named]
        if not as_json:
            sys.stdout.write(f"{said}\n\n")
        return await _tried(orchestrator, revision, chosen, back_ms, as_json=as_json)

    return with_orchestrator(settings_with(database), work)


async def _tried(
    orchestrator: Orchestrator, revision: Revision, chosen: Sequence[SessionId], back_ms: int | None, *, as_json: bool
) -> int:
    from console.headless import StopRequest
    from console.presenters.backtests import has_news, step_lines, totals_rows
    from core.engine.backtest_report import BacktestTotals

    stop = StopRequest()
    stop.listen()
    totals, are_all = BacktestTotals(), True
    progress = _Progress(is_shown=sys.stderr.isatty() and not as_json)
    async for step in orchestrator.rulebook.backtest(revision, sessions=chosen, back_ms=back_ms):
        totals, are_all = step.totals, step.are_all
        progress.clear()
        if as_json:
            sys.stdout.write(json_line(step_as_plain(step)) + "\n")
        elif chosen or has_news(step):
            sys.stdout.write("\n".join(step_lines(step)) + "\n\n")
        progress.show(step)
        if stop.asked.is_set():
            break
    progress.clear()
    if as_json:
        of_totals = plain(totals)
        assert isinstance(of_totals, dict)  # it is a record
        sys.stdout.write(json_line({"kind": "totals", **of_totals, "are_all": are_all}) + "\n")
    else:
        sys.stdout.write(pairs(totals_rows(totals, are_all=are_all), indent="") + "\n")
    return ExitCode.STOPPED if stop.asked.is_set() else ExitCode.COMPLETED


async def _of_a_rule(orchestrator: Orchestrator, name: str, *, is_as_it_is: bool) -> tuple[Revision, str]:
    """One rule of the catalogue, switched over or not, and how that is said."""
    from core.engine.backtest import Revision

    known = {str(rule.id): rule for rule in await orchestrator.rules()}
    if name not in known:
        raise WrongUse(f"no rule is called {name!r}.", now=nearest(name, known) or "Or name a YAML file of rules.")
    rule = known[name] if is_as_it_is else replace(known[name], enabled=not known[name].enabled)
    state = "on" if rule.enabled else "off"
    said = f"as it is, {state}" if is_as_it_is else f"switched {state}"
    return Revision(rules=(rule,)), f"tried: {name}, {said}, beside the rules that were in force"


async def _of_a_file(orchestrator: Orchestrator, file: Path, *, is_alone: bool) -> tuple[Revision, str]:
    """The rules of a file, and how they are tried."""
    from core.engine.backtest import Revision
    from core.rules.reading import read_rules

    templates = [template.id for template in await orchestrator.templates()]
    rules = read_rules(text_of(file), origin=str(file), facts=orchestrator.fact_specs(), templates=templates)
    beside = "alone" if is_alone else "each in place of the rule with its id, beside those that were in force"
    count = f"{len(rules)} rule{'' if len(rules) == 1 else 's'}"
    return Revision(rules=tuple(rules), is_whole=is_alone), f"tried: {count} of {file}, {beside}"


def _milliseconds(text: str) -> int:
    """A stretch of time back from now: days and weeks, or as rules write durations."""
    from core.domain.facts import FactUnit
    from core.rules.units import in_unit

    days = _DAYS.fullmatch(text.strip())
    if days:
        return int(days[1]) * (7 if days[2] == "w" else 1) * DAY_MS
    found = in_unit(text.strip(), FactUnit.MILLISECONDS)
    if found is None:
        raise WrongUse(f"{text!r} is no stretch of time.", where="--since", now="Write 30d, 2w, 12h or 1h30m.")
    return found


def step_as_plain(step: BacktestStep) -> dict[str, object]:
    """One session for scripts: `kind` is `session`, or `unread` where it could not be read."""
    from core.engine.backtest_report import Unread

    found = plain(step.found)
    assert isinstance(found, dict)  # it is a record
    kind = "unread" if isinstance(step.found, Unread) else "session"
    more: dict[str, object] = {}
    if not isinstance(step.found, Unread):
        more = {"is_unchanged": step.found.is_unchanged, "answered_up_to": step.found.answered_up_to}
    title = (step.summary.title or step.summary.motion) if step.summary is not None else ""
    return {"kind": kind, "number": step.number, "total": step.total, "title": title, **found, **more}


class _Progress:
    """One line on standard error that says how far it is, and gives way to what is printed."""

    def __init__(self, *, is_shown: bool) -> None:
        self._is_shown = is_shown
        self._width = 0

    def show(self, step: BacktestStep) -> None:
        if self._is_shown and step.number < step.total:
            all_of_them = f"{step.total:,} {plural(step.total, 'session')}"
            line = f"{step.number:,} of {all_of_them}, {step.totals.differing:,} would differ"
            sys.stdout.flush()
            sys.stderr.write(f"\r{line}")
            sys.stderr.flush()
            self._width = len(line)

    def clear(self) -> None:
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0
