"""What can be asked about sessions, and of them?"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import AsJson, Database, SessionArgument, group, settings_with
from console.cli.running import ID_SHOWN_CHARACTERS, Wheel, with_orchestrator
from console.cli.tables import Column, pairs, table, terminal_columns
from console.exit_codes import ExitCode
from console.failures import say
from console.machine import now_ms
from console.plain import iso_time, json_text, plain
from console.settings import Settings
from core.domain.errors import WrongUse, nearest
from core.domain.session import Status

if TYPE_CHECKING:
    from core.domain.commands import Command
    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator
    from core.ports.catalogue import Label

STATE_SHOWN: dict[Status, str] = {
    Status.CREATED: "◌ created",
    Status.WAITING: "◌ waiting",
    Status.RUNNING: "● running",
    Status.PAUSED: "‖ paused",
    Status.ESCALATED: "◆ asks",
    Status.COMPLETED: "✓ done",
    Status.FAILED: "✗ failed",
    Status.CANCELLED: "– cancelled",
}

COLUMNS = (
    Column("id"),
    Column("state"),
    Column("title", is_flexible=True),
    Column("round", is_number=True),
    Column("consensus", is_number=True),
    Column("cost", is_number=True),
    Column("age", is_number=True),
)

app = group("List, read and steer sessions.")


@app.command("list")
def list_sessions(
    state: Annotated[str, typer.Option("--state", metavar="WORD", help="Only those in this state.")] = "",
    show_all: Annotated[bool, typer.Option("--all", help="Archived ones too.")] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """List sessions, newest first."""
    if state and state not in list(Status):
        raise WrongUse(
            f"no state is called {state!r}.",
            where="--state",
            now=nearest(state, [each.value for each in Status]) or _states(),
        )

    async def work(orchestrator: Orchestrator) -> int:
        labels = await orchestrator.labels()
        found = [
            each
            for each in await orchestrator.summaries()
            if (not state or each.status == state) and (show_all or not _is_archived(each.session, labels))
        ]
        _print_sessions(found, labels, now_ms=now_ms(), as_json=as_json, empty=_nothing_yet(state))
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Words that were said, or of the title or motion.")],
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Find sessions by their title, motion or what was said in them, whatever the case."""
    if not text.strip():
        raise WrongUse("there is nothing to search for.", now="Give a word or a few.")

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.search(text)
        empty = f"No session holds {text!r}."
        labels = await orchestrator.labels()
        _print_sessions(found, labels, now_ms=now_ms(), as_json=as_json, empty=empty)
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def show(
    session: SessionArgument,
    as_json: AsJson = False,
    prompts: Annotated[bool, typer.Option("--prompts", help="Exactly what each seat was asked.")] = False,
    database: Database = None,
) -> int:
    """Print a session: where it stands and all that was said, or as JSON its events, one a line."""
    if prompts and as_json:
        raise WrongUse("--json and --prompts show different things.", now="Give one of them.")

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        if prompts:
            await _print_prompts(orchestrator, found)
        else:
            await _print_events(orchestrator, found, as_json=as_json)
        if not prompts and not as_json:
            labels = await orchestrator.labels()
            _print_standing(await orchestrator.summary(found), labels.get(found))
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def resume(session: SessionArgument, as_json: AsJson = False, database: Database = None) -> int:
    """Go on with a session that is paused, failed or was left behind, and follow it to its end."""
    settings = settings_with(database, rehearsal_pace=0)

    async def work(orchestrator: Orchestrator) -> int:
        from console.headless import StopRequest

        stop = StopRequest()
        stop.listen()
        found = await orchestrator.find(session)
        before = await orchestrator.summary(found)
        await orchestrator.resume(found)
        return await _follow(orchestrator, found, settings, stop, as_json=as_json, after_seq=before.seq)

    return with_orchestrator(settings, work, wheel=Wheel.TAKEN)


@app.command()
def pause(session: SessionArgument, database: Database = None) -> int:
    """Let the turn under way finish, then hold the session until it is resumed."""
    from core.domain.commands import Pause

    return _command(session, Pause(), database)


@app.command()
def cancel(session: SessionArgument, database: Database = None) -> int:
    """End a session without a verdict."""
    from core.domain.commands import Cancel

    return _command(session, Cancel(), database)


@app.command()
def complete(
    session: SessionArgument,
    verdict: Annotated[str, typer.Option("--verdict", metavar="TEXT", help="Yours, instead of the judge's.")] = "",
    outcome: Annotated[str, typer.Option("--outcome", metavar="WORD", help="for, against or undecided.")] = "",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """End a debate early, with a verdict all the same: the judge's, or your own."""
    from core.domain.commands import Complete

    command = Complete(reason="asked", verdict=verdict, outcome=_outcome(outcome, verdict))
    return _command_that_goes_on(session, command, database, as_json=as_json)


@app.command()
def answer(
    session: SessionArgument,
    answer: Annotated[str, typer.Argument(metavar="ANSWER", help="continue, new_round, complete or cancel.")],
    verdict: Annotated[
        str, typer.Option("--verdict", metavar="TEXT", help="With complete: yours, not the judge's.")
    ] = "",
    outcome: Annotated[str, typer.Option("--outcome", metavar="WORD", help="for, against or undecided.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, for the record.")] = "",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Answer a session that waits for you, and follow what comes of it."""
    from core.domain.commands import ANSWERS, AnswerEscalation

    if answer not in ANSWERS:
        advice = nearest(answer, ANSWERS) or f"Give one of {', '.join(ANSWERS)}."
        raise WrongUse(f"no answer is called {answer!r}.", now=advice)
    if verdict and answer != "complete":
        raise WrongUse(
            "a verdict of your own ends the debate.", where="--verdict", now="Answer complete, or leave it out."
        )
    command = AnswerEscalation(answer=answer, verdict=verdict, outcome=_outcome(outcome, verdict), note=note)
    return _command_that_goes_on(session, command, database, as_json=as_json)


@app.command()
def export(
    session: SessionArgument,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=".md to read, .json for all of it, - for standard output."),
    ] = None,
    database: Database = None,
) -> int:
    """Write a session to a file: transcript and verdict as Markdown, or the whole log as JSON."""
    from console.exporting import export_session

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        written = await export_session(orchestrator, found, out or Path(f"moot-{found[:ID_SHOWN_CHARACTERS]}.md"))
        if written is not None:
            sys.stdout.write(f"{written}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def rename(
    session: SessionArgument,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="Its name in lists; empty for the one it began with.")],
    database: Database = None,
) -> int:
    """Give a session a name of your own."""

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        await orchestrator.set_label(found, title=title)
        _said(found, f"is called {title!r}." if title else "has its first name again.")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def tag(
    session: SessionArgument,
    tags: Annotated[list[str] | None, typer.Argument(metavar="TAG…", help="All it is to have; none for none.")] = None,
    database: Database = None,
) -> int:
    """Set a session's tags."""

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        wanted = tuple(dict.fromkeys(each.strip() for each in tags or () if each.strip()))
        await orchestrator.set_label(found, tags=wanted)
        _said(found, f"is tagged {', '.join(wanted)}." if wanted else "has no tags.")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def archive(
    session: SessionArgument,
    undo: Annotated[bool, typer.Option("--undo", help="Put it back into the list.")] = False,
    database: Database = None,
) -> int:
    """Take a session out of the list. Nothing is lost."""

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        await orchestrator.set_label(found, is_archived=not undo)
        _said(found, "is back in the list." if undo else "is archived; 'moot sessions list --all' shows it.")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def delete(
    session: SessionArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    database: Database = None,
) -> int:
    """Remove a session and its log for good. What it spent stays counted."""

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        summary = await orchestrator.summary(found)
        if not yes:
            _make_sure(f"Delete session {found[:ID_SHOWN_CHARACTERS]}, {summary.title!r}, and its log for good?")
        await orchestrator.delete(found)
        _said(found, "is deleted.")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _command(prefix: str, command: Command, database: Path | None) -> int:
    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(prefix)
        await orchestrator.command(found, command)
        _said(found, f"is {(await orchestrator.summary(found)).status}.")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _command_that_goes_on(prefix: str, command: Command, database: Path | None, *, as_json: bool) -> int:
    """A command after which a session may have turns left to ask for: somebody has to drive it, so we do."""
    settings = settings_with(database, rehearsal_pace=0)

    async def work(orchestrator: Orchestrator) -> int:
        from console.headless import StopRequest

        stop = StopRequest()
        stop.listen()
        found = await orchestrator.find(prefix)
        before = await orchestrator.summary(found)
        await orchestrator.command(found, command)
        return await _follow(orchestrator, found, settings, stop, as_json=as_json, after_seq=before.seq)

    return with_orchestrator(settings, work, wheel=Wheel.TAKEN)


async def _follow(
    orchestrator: Orchestrator, session: SessionId, settings: Settings, stop: object, *, as_json: bool, after_seq: int
) -> int:
    from console.cli.debate import show_to_the_end
    from console.headless import StopRequest

    assert isinstance(stop, StopRequest)
    return await show_to_the_end(
        orchestrator, session, settings=settings, stop=stop, as_json=as_json, after_seq=after_seq
    )


def _outcome(outcome: str, verdict: str) -> str:
    known = ("for", "against", "undecided")
    if outcome and not verdict:
        raise WrongUse("an outcome needs a verdict of your own.", where="--outcome", now="Give --verdict with it.")
    if outcome and outcome not in known:
        advice = nearest(outcome, known) or f"Give one of {', '.join(known)}."
        raise WrongUse(f"no outcome is called {outcome!r}.", where="--outcome", now=advice)
    return outcome


def _make_sure(question: str) -> None:
    """Ask before what can't be undone; where nobody can answer, refuse."""
    if not sys.stdin.isatty():
        raise WrongUse("nobody is there to confirm it.", now="Give --yes if you mean it.")
    if not typer.confirm(question, err=True):
        raise WrongUse("nothing was deleted.")


def _said(session: SessionId, what: str) -> None:
    sys.stdout.write(f"session {session[:ID_SHOWN_CHARACTERS]} {what}\n")


def _print_sessions(
    found: Sequence[SessionSummary], labels: Mapping[SessionId, Label], *, now_ms: int, as_json: bool, empty: str
) -> None:
    if as_json:
        sys.stdout.write(json_text([_row_as_plain(each, labels.get(each.session)) for each in found]) + "\n")
    elif found:
        rows = [_row(each, labels.get(each.session), now_ms) for each in found]
        sys.stdout.write(table(COLUMNS, rows, width=terminal_columns()) + "\n")
    else:
        say(empty)


def _row(summary: SessionSummary, label: Label | None, now_ms: int) -> tuple[str, ...]:
    from console.presenters.figures import age, money, percent

    title = (label.title if label else "") or summary.title or summary.motion
    tags = "".join(f" #{each}" for each in (label.tags if label else ()))
    return (
        summary.session[:ID_SHOWN_CHARACTERS],
        STATE_SHOWN[summary.status],
        title + tags,
        f"{summary.round}/{summary.rounds_limit}" if summary.round else "–",
        "–" if summary.consensus_ppm is None else percent(summary.consensus_ppm),
        money(summary.spent_microusd),
        age(max(0, now_ms - summary.opened_at_ms)),
    )


def _row_as_plain(summary: SessionSummary, label: Label | None) -> dict[str, object]:
    row = plain(summary)
    assert isinstance(row, dict)
    shown = {"label": label.title, "tags": label.tags, "is_archived": label.is_archived} if label else {}
    return row | {"label": "", "tags": (), "is_archived": False} | shown


async def _print_events(orchestrator: Orchestrator, session: SessionId, *, as_json: bool) -> None:
    from console.cli.debate import json_printer, text_printer
    from console.exporting import all_events

    print_event = json_printer() if as_json else text_printer(orchestrator)
    async for recorded in all_events(orchestrator, session):
        print_event(recorded)


async def _print_prompts(orchestrator: Orchestrator, session: SessionId) -> None:
    from console.exporting import all_events
    from core.domain.events import AttemptStarted

    async for recorded in all_events(orchestrator, session):
        event = recorded.event
        if isinstance(event, AttemptStarted):
            sys.stdout.write(f"── {event.step}, attempt {event.attempt}, to {event.route}\n")
            for message in await orchestrator.prompt(session, event.step):
                sys.stdout.write(f"[{message.author}]\n{message.text}\n\n")


def _print_standing(summary: SessionSummary, label: Label | None) -> None:
    from console.presenters.figures import money
    from console.presenters.reasons import in_words

    rows = [
        ("session", summary.session),
        ("state", STATE_SHOWN[summary.status] + (f" ({in_words(summary.reason)})" if summary.reason else "")),
        ("asks", summary.question if summary.status is Status.ESCALATED else ""),
        ("title", (label.title if label else "") or summary.title),
        ("tags", ", ".join(label.tags) if label else ""),
        ("opened", iso_time(summary.opened_at_ms)),
        ("ended", iso_time(summary.ended_at_ms) if summary.ended_at_ms else ""),
        ("turns", str(summary.turns)),
        ("tokens", f"{summary.tokens_input:,} in, {summary.tokens_output:,} out"),
        ("cost", money(summary.spent_microusd)),
        ("rules", f"{summary.rules_fired} fired"),
    ]
    sys.stdout.write("\n" + pairs([row for row in rows if row[1]], indent="") + "\n")


def _is_archived(session: SessionId, labels: Mapping[SessionId, Label]) -> bool:
    label = labels.get(session)
    return label is not None and label.is_archived


def _states() -> str:
    return f"Give one of {', '.join(each.value for each in Status)}."


def _nothing_yet(state: str) -> str:
    return f"no session is {state}." if state else "no sessions yet. 'moot debate \"MOTION\"' starts one."
