"""What waits for the operator's answer, and how is it answered from a shell?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.commanding import commanding, have_gone_on
from console.cli.options import AsJson, Database, SessionArgument, settings_with
from console.cli.running import ID_SHOWN_CHARACTERS, command_line, with_orchestrator
from console.cli.tables import Column, pairs, table, table_columns, terminal_columns, wrapped
from console.exit_codes import ExitCode
from console.machine import now_ms
from console.plain import json_text, plain
from core.domain.errors import WrongUse, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from console.settings import Settings
    from core.domain.cases import Case, CaseFile
    from core.domain.commands import AnswerEscalation
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator

COLUMNS = (Column("id"), Column("case", is_number=True), Column("asks"), Column("since"), Column("until"),
           Column("question", is_flexible=True))  # fmt: skip  # a table
TURNS_SHOWN = 3
NEEDED = {"apply_template": "--template", "amend": "--text", "say": "--text", "clarify": "--text"}
"""Answers that need words or a name, and the option that gives them."""


def answer(
    session: SessionArgument,
    answer: Annotated[
        str,
        typer.Argument(
            metavar="ANSWER", help="continue, new_round, complete, apply_template, amend, say, clarify or cancel."
        ),
    ],
    text: Annotated[
        str, typer.Option("--text", metavar="TEXT", help="With say, clarify and amend: the words, or the motion.")
    ] = "",
    template: Annotated[
        str, typer.Option("--template", metavar="ID", help="With apply_template: the format to go on by.")
    ] = "",
    case: Annotated[
        int, typer.Option("--case", metavar="N", min=0, help="Which question, as 'moot sessions cases' numbers them.")
    ] = 0,
    verdict: Annotated[
        str, typer.Option("--verdict", metavar="TEXT", help="With complete: yours, not the judge's.")
    ] = "",
    outcome: Annotated[
        str, typer.Option("--outcome", metavar="WORD", help="for, against or undecided; of a question, its answer.")
    ] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, for the record.")] = "",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Answer a session that waits for you, and follow what comes of it."""
    command = _answer(answer, text=text, template=template, case=case, verdict=verdict, outcome=outcome, note=note)
    return have_gone_on(session, commanding(command), database, as_json=as_json)


def cases(
    session: Annotated[
        str,
        typer.Argument(metavar="[ID]", help="One session's alone, and all that is known of it.", show_default=False),
    ] = "",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """List what waits for your answer, the oldest first; of one session also what each answer would do."""
    settings = settings_with(database)

    async def work(orchestrator: Orchestrator) -> int:
        if not session:
            _print_cases(await orchestrator.cases.open(), as_json=as_json)
            if not as_json:
                sys.stdout.writelines(
                    _turns(await orchestrator.summaries(), settings, is_driven=orchestrator.is_driven)
                )
            return ExitCode.COMPLETED
        found = await orchestrator.find(session)
        listed = await orchestrator.cases.of(found)
        files = [await orchestrator.cases.file(found, asked_seq=case.asked_seq) for case in listed]
        if as_json:
            sys.stdout.write(json_text([plain(each) for each in files]) + "\n")
        elif files:
            sys.stdout.write("\n\n".join("\n".join(_told(each)) for each in files) + "\n")
        else:
            sys.stdout.write(f"session {found[:ID_SHOWN_CHARACTERS]} asks nothing.\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings, work)


def tell(
    session: SessionArgument,
    seat: Annotated[str, typer.Argument(metavar="SEAT", help="As 'moot sessions show' names it.", show_default=False)],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What it alone is to know.", show_default=False)],
    database: Database = None,
) -> int:
    """Tell one seat alone; it knows from its next turn on, and the record says that it was told."""

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        told = await orchestrator.tell(found, seat, text)
        sys.stdout.write(f"session {found[:ID_SHOWN_CHARACTERS]}: {told}.\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _answer(
    answer: str, *, text: str, template: str, case: int, verdict: str, outcome: str, note: str
) -> AnswerEscalation:
    from core.domain.commands import ANSWERS, AnswerEscalation
    from core.domain.ids import TemplateId

    if answer not in ANSWERS:
        advice = nearest(answer[:80], ANSWERS) or f"Give one of {', '.join(ANSWERS)}."
        raise WrongUse(f"no answer is called {answer!r:.80}.", now=advice)
    if verdict and answer != "complete":
        raise WrongUse(
            "a verdict of your own ends the debate.", where="--verdict", now="Answer complete, or leave it out."
        )
    if outcome and not verdict:
        raise WrongUse("an outcome needs a verdict of your own.", where="--outcome", now="Give --verdict with it.")
    given = {"--text": text, "--template": template}
    needed = NEEDED.get(answer, "")
    if needed and not given[needed].strip():
        raise WrongUse(f"the answer {answer} needs {_NEEDS[answer]}.", where=needed, now=f"Give it with {needed}.")
    for option, value in given.items():
        if value and option != needed:
            fitting = ", ".join(each for each, option_ in NEEDED.items() if option_ == option)
            raise WrongUse(f"it doesn't go with the answer {answer}.", where=option, now=f"It goes with {fitting}.")
    return AnswerEscalation(
        answer=answer,
        verdict=verdict,
        outcome=outcome,
        note=note,
        template=TemplateId(template),
        motion=text if answer == "amend" else "",
        statement=text if answer in ("say", "clarify") else "",
        case=case,
    )


_NEEDS = {
    "apply_template": "a format",
    "amend": "the motion as it is to be",
    "say": "what you have to say",
    "clarify": "what the participant wants to know",
}


def _print_cases(found: tuple[Case, ...], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json_text([plain(each) for each in found]) + "\n")
        return
    if not found:
        sys.stdout.write("nothing waits for your answer.\n")
        return
    moment = now_ms()
    rows = [_row(each, moment) for each in found]
    sys.stdout.write(table(COLUMNS, rows, width=table_columns()) + "\n")


def _turns(rows: Iterable[SessionSummary], settings: Settings, *, is_driven: bool) -> Iterator[str]:
    """The turns that are yours to speak, which are no cases, with the command that speaks."""
    from console.presenters.people import is_awaited, question_of

    for row in rows:
        if is_awaited(row, is_driven=is_driven):
            id_ = row.session[:ID_SHOWN_CHARACTERS]
            speak = command_line("sessions", "speak", id_, settings=settings)
            yield f"session {id_} waits for your turn. {question_of(row)} {speak}\n"


def _row(case: Case, moment_ms: int) -> tuple[str, ...]:
    from console.presenters.figures import age

    return (
        case.session[:ID_SHOWN_CHARACTERS],
        str(case.asked_seq),
        _who(case),
        age(max(0, moment_ms - case.asked_at_ms)),
        _until(case, moment_ms),
        " ".join(case.question.split()),
    )


def _who(case: Case) -> str:
    if case.seat:
        return str(case.seat)
    return f"rule {case.rule}" if case.rule else "moot" if case.reason == "attempt_in_doubt" else "you"


def _until(case: Case, moment_ms: int) -> str:
    from console.presenters.people import time_left

    return "–" if case.due_ms is None else time_left(case.due_ms, now_ms=moment_ms)


def _told(file: CaseFile) -> Iterator[str]:
    """A case whole: what is asked, why, what was said last, what each answer would do."""
    from console.presenters.figures import age
    from console.presenters.reasons import in_words

    case, width, moment = file.case, terminal_columns(), now_ms()
    yield from wrapped(f"{case.session[:ID_SHOWN_CHARACTERS]}  {case.title}", width=width)
    yield from wrapped(f"◆ {case.question}", width=width)
    waited = age(max(0, moment - case.asked_at_ms))
    since = "just now" if waited == "now" else f"{waited} ago"
    yield f"  case {case.asked_seq}, asked by {_who(case)}, {since}" + (
        f", because of: {in_words(case.reason)}" if case.reason else ""
    )
    yield from (f"  {line}" for line in file.why)
    until = "" if case.due_ms is None else f"{_until(case, moment)}. "
    yield from wrapped(f"{until}{case.then_does}", width=width, indent="  ")
    for turn in file.turns[-TURNS_SHOWN:]:
        yield ""
        yield f"  {turn.seat or 'you'}, round {turn.round}"
        yield from wrapped(turn.text, width=width, indent="    ")
    yield ""
    rows = [(each.answer, f"can't be given: {each.refused}" if each.refused else each.does) for each in file.answers]
    yield pairs(rows)
