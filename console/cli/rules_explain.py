"""Why did a rule fire, or not, at one point of a session?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import Column, pairs, table, table_columns
from console.exit_codes import ExitCode
from console.plain import iso_time, json_text

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.rules.explanation import Explanation, Moment

COLUMNS = (Column("rule"), Column("stands"), Column("verdict", is_flexible=True))


def explain(
    rule: Annotated[
        str, typer.Argument(metavar="[RULE]", help="As 'moot rules list' names it. Without one, all of them.")
    ] = "",
    session: Annotated[
        str, typer.Option("--session", metavar="ID", help="The session; the first digits of its id will do.")
    ] = "",
    at: Annotated[
        int | None,
        typer.Option("--at", metavar="SEQ", help="Behind this event of its log, at its recorded moment. Or else now."),
    ] = None,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Say clause by clause why a rule holds at a point of a session, or doesn't, and which event made each value so."""
    if not session:
        raise typer.BadParameter("name the session with --session ID; 'moot sessions list' lists them.")

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        if rule:
            explanation = await orchestrator.explain(found, rule, at_seq=at)
            sys.stdout.write(json_text(explanation_as_plain(explanation)) if as_json else _in_full(explanation))
            sys.stdout.write("\n")
            return ExitCode.COMPLETED
        seq = at if at is not None else (await orchestrator.state(found)).seq
        explanations = await orchestrator.explanations_at(found, seq)
        if as_json:
            sys.stdout.write(json_text([explanation_as_plain(each) for each in explanations]) + "\n")
        else:
            sys.stdout.write(_all(explanations))
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _in_full(explanation: Explanation) -> str:
    from console.presenters.standings import standing_in_words, verdict_in_words

    moment = explanation.moment
    assert moment is not None  # the log was asked
    head = pairs(
        [
            ("rule", explanation.rule),
            ("behind", _point(moment)),
            ("verdict", verdict_in_words(explanation)),
            ("stands", standing_in_words(moment, explanation.verdict)),
        ],
        indent="",
    )
    return "\n".join((head, "", *explanation.as_lines(with_origins=True)))


def _all(explanations: tuple[Explanation, ...]) -> str:
    from console.presenters.standings import standing_in_short, verdict_in_words

    rows = [
        (each.rule, standing_in_short(each.moment) if each.moment else "", verdict_in_words(each))
        for each in explanations
    ]
    moment = next((each.moment for each in explanations if each.moment is not None), None)
    head = f"behind {_point(moment)}\n\n" if moment is not None else ""
    return head + table(COLUMNS, rows, width=table_columns()) + "\n"


def _point(moment: Moment) -> str:
    return f"event {moment.seq} {moment.kind}, {iso_time(moment.at_ms)}"


def explanation_as_plain(explanation: Explanation) -> dict[str, object]:
    """What an explanation says, for scripts: values as the rule saw them, each with the event that it comes from."""
    return {
        "rule": explanation.rule,
        "verdict": explanation.verdict,
        "moment": explanation.moment,
        "waits_for": explanation.waits_for,
        "first_false": explanation.clauses.index(explanation.first_false) if explanation.first_false else None,
        "clauses": explanation.clauses,
        "actions": explanation.actions,
        "error": explanation.error,
    }
