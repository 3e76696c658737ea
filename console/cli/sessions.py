"""What can be asked about sessions, and of them?"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli import answering, bundles, clearing, drafts, interventions, replays, resuming, seats, showing
from console.cli.commanding import commanding, have_gone_on, have_obeyed, said
from console.cli.confirming import make_sure
from console.cli.options import AsJson, Database, SessionArgument, group, settings_with
from console.cli.running import ID_SHOWN_CHARACTERS, with_orchestrator
from console.cli.session_states import AWAITED_SHOWN, LEFT_SHOWN, STATE_SHOWN, is_left, state_shown
from console.cli.tables import Column, table, table_columns
from console.exit_codes import ExitCode
from console.failures import say
from console.machine import now_ms
from console.plain import json_text, plain
from core.domain.errors import WrongUse, nearest
from core.domain.ids import SessionId
from core.domain.session import Status

if TYPE_CHECKING:
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator
    from core.ports.catalogue import Label

app = group("List, read and steer sessions.")


@app.command("list")
def list_sessions(
    state: Annotated[str, typer.Option("--state", metavar="WORD", help="Only those in this state.")] = "",
    show_all: Annotated[bool, typer.Option("--all", help="Archived ones and those of evaluations too.")] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """List sessions, newest first."""
    names = _state_names()
    if state and state not in names:
        raise WrongUse(
            f"no state is called {state!r}.",
            where="--state",
            now=nearest(state, names) or f"Give one of {', '.join(names)}.",
        )

    async def work(orchestrator: Orchestrator) -> int:
        from console.presenters.session_filter import put_away

        labels, is_driven = await orchestrator.labels(), orchestrator.is_driven
        rows = await orchestrator.summaries()
        found = [
            each
            for each in rows
            if (not state or state in _states_of(each, is_driven=is_driven))
            and (show_all or not put_away(each, labels.get(each.session)))
        ]
        empty = _nothing_yet(state, has_put_away=bool(rows))
        _print_sessions(found, labels, is_driven=is_driven, as_json=as_json, empty=empty)
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
        _print_sessions(found, labels, is_driven=orchestrator.is_driven, as_json=as_json, empty=empty)
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


app.command()(showing.show)
app.command()(resuming.resume)


@app.command()
def pause(session: SessionArgument, database: Database = None) -> int:
    """Let the turn under way finish, then hold the session until it is resumed."""
    from core.domain.commands import Pause

    return have_obeyed(session, Pause(), database, told=_is_now)


@app.command()
def cancel(session: SessionArgument, database: Database = None) -> int:
    """End a session without a verdict. Whoever speaks is hung up on at once."""
    from core.domain.commands import Cancel

    return have_obeyed(session, Cancel(), database, told=_is_now)


@app.command()
def complete(
    session: SessionArgument,
    verdict: Annotated[str, typer.Option("--verdict", metavar="TEXT", help="Yours, instead of the judge's.")] = "",
    outcome: Annotated[
        str, typer.Option("--outcome", metavar="WORD", help="for, against or undecided; of a question, its answer.")
    ] = "",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """End a debate early, with a verdict all the same: the judge's, or your own."""
    from core.domain.commands import Complete

    command = Complete(reason="asked", verdict=verdict, outcome=_outcome(outcome, verdict))
    return have_gone_on(session, commanding(command), database, as_json=as_json)


app.command()(answering.answer)
app.command()(answering.cases)
app.command()(answering.tell)

app.command()(bundles.export)
app.command("import")(bundles.import_)


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
        label = (await orchestrator.labels()).get(found)
        said(found, f"is called {label.title!r}." if label and label.title else "has its first name again.")
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
        await orchestrator.set_label(found, tags=tuple(tags or ()))
        label = (await orchestrator.labels()).get(found)
        said(found, f"is tagged {', '.join(label.tags)}." if label and label.tags else "has no tags.")
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
        said(found, "is back in the list." if undo else "is archived; 'moot sessions list --all' shows it.")
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
            make_sure(f"Delete session {found[:ID_SHOWN_CHARACTERS]}, {summary.title!r}, and its log for good?")
        await orchestrator.delete(found)
        said(found, "is deleted.")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


app.command("clear-out")(clearing.clear_out)
for each in (*interventions.COMMANDS, *drafts.COMMANDS, *seats.COMMANDS, *replays.COMMANDS):
    app.command()(each)


def _is_now(summary: SessionSummary) -> str:
    return f"is {summary.status}."


def _outcome(outcome: str, verdict: str) -> str:
    if outcome and not verdict:
        raise WrongUse("an outcome needs a verdict of your own.", where="--outcome", now="Give --verdict with it.")
    return outcome


def _print_sessions(
    found: Sequence[SessionSummary], labels: Mapping[SessionId, Label], *, is_driven: bool, as_json: bool, empty: str
) -> None:
    if as_json:
        rows_ = [
            _row_as_plain(each, labels.get(each.session)) | {"is_left": is_left(each, is_driven=is_driven)}
            for each in found
        ]
        sys.stdout.write(json_text(rows_) + "\n")
    elif found:
        moment = now_ms()
        rows = [_row(each, labels.get(each.session), moment, is_driven=is_driven) for each in found]
        sys.stdout.write(table(_columns(found), rows, width=table_columns()) + "\n")
    else:
        say(empty)


def _columns(found: Sequence[SessionSummary]) -> tuple[Column, ...]:
    """Called as they are in sessions of that kind, where all are of one."""
    from console.presenters.kinds import kind_of_all

    kind = kind_of_all(found)
    return (
        Column("id"),
        Column("state"),
        Column("title", is_flexible=True),
        Column(kind.lap, is_number=True),
        Column(kind.reading, is_number=True),
        Column("cost", is_number=True),
        Column("age", is_number=True),
    )


def _row(summary: SessionSummary, label: Label | None, now_ms: int, *, is_driven: bool) -> tuple[str, ...]:
    from console.presenters.figures import age, money
    from console.presenters.kinds import kind_of, reading_text
    from console.presenters.sessions import FORK

    marks = (FORK if summary.forked_from else "", kind_of(summary).glyph)
    mark = "".join(f"{each} " for each in marks if each)
    title = mark + ((label.title if label else "") or summary.title or summary.motion)
    tags = "".join(f" #{each}" for each in (label.tags if label else ()))
    return (
        summary.session[:ID_SHOWN_CHARACTERS],
        state_shown(summary, is_driven=is_driven),
        title + tags,
        f"{summary.round}/{summary.rounds_limit}" if summary.round else "–",
        reading_text(summary) or "–",
        money(summary.spent_microusd),
        age(max(0, now_ms - summary.opened_at_ms)),
    )


def _row_as_plain(summary: SessionSummary, label: Label | None) -> dict[str, object]:
    row = plain(summary)
    assert isinstance(row, dict)
    shown = {"label": label.title, "tags": label.tags, "is_archived": label.is_archived} if label else {}
    return row | {"label": "", "tags": (), "is_archived": False} | shown


def _state_names() -> tuple[str, ...]:
    """What states are called: by the words of the list, and by those of programs."""
    shown = (each.partition(" ")[2] for each in (*STATE_SHOWN.values(), LEFT_SHOWN, AWAITED_SHOWN))
    return tuple(dict.fromkeys((*shown, *(each.value for each in Status))))


def _states_of(summary: SessionSummary, *, is_driven: bool) -> tuple[str, ...]:
    """Every name of the state that it is in. One that was left is found by the state it was left in too."""
    return (summary.status.value, state_shown(summary, is_driven=is_driven).partition(" ")[2])


def _nothing_yet(state: str, *, has_put_away: bool) -> str:
    if state:
        return f"no session is {state}."
    if has_put_away:
        return "none but archived sessions and those of evaluations: 'moot sessions list --all' lists them."
    return "no sessions yet. 'moot debate \"MOTION\"' starts one."
