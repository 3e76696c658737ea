"""What can be asked about sessions, and of them?"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli import bundles, interventions, replays, resuming, seats
from console.cli.commanding import commanding, have_gone_on, have_obeyed, said
from console.cli.confirming import make_sure
from console.cli.options import AsJson, Database, SessionArgument, group, settings_with
from console.cli.running import ID_SHOWN_CHARACTERS, command_line, with_orchestrator
from console.cli.tables import Column, pairs, table, table_columns
from console.exit_codes import ExitCode
from console.failures import say
from console.machine import now_ms
from console.plain import iso_time, json_text, plain
from console.settings import Settings
from core.domain.errors import WrongUse, nearest
from core.domain.ids import SessionId
from core.domain.session import Status

if TYPE_CHECKING:
    from core.domain.costs import Costs
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

LEFT = "left"
LEFT_SHOWN = "○ left"
"""What would move on if somebody drove, and stands still because nobody does."""

MOVING = (Status.CREATED, Status.WAITING, Status.RUNNING)

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
    names = _state_names()
    if state and state not in names:
        raise WrongUse(
            f"no state is called {state!r}.",
            where="--state",
            now=nearest(state, names) or f"Give one of {', '.join(names)}.",
        )

    async def work(orchestrator: Orchestrator) -> int:
        labels, is_driven = await orchestrator.labels(), orchestrator.is_driven
        found = [
            each
            for each in await orchestrator.summaries()
            if (not state or state in _states_of(each, is_driven=is_driven))
            and (show_all or not _is_archived(each.session, labels))
        ]
        _print_sessions(found, labels, is_driven=is_driven, as_json=as_json, empty=_nothing_yet(state))
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

    settings = settings_with(database)

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        if prompts:
            await _print_prompts(orchestrator, found)
        else:
            await _print_events(orchestrator, found, as_json=as_json)
        if not prompts and not as_json:
            labels = await orchestrator.labels()
            summary = await orchestrator.summary(found)
            doubts = await _doubts(orchestrator, found, settings)
            costs = await orchestrator.session_costs(found)
            driven = orchestrator.is_driven
            further = await _beside(orchestrator, summary)
            _print_standing(summary, labels.get(found), costs, doubts, further, is_driven=driven, settings=settings)
        return ExitCode.COMPLETED

    return with_orchestrator(settings, work)


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


@app.command()
def answer(
    session: SessionArgument,
    answer: Annotated[str, typer.Argument(metavar="ANSWER", help="continue, new_round, complete or cancel.")],
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
    from core.domain.commands import ANSWERS, AnswerEscalation

    if answer not in ANSWERS:
        advice = nearest(answer, ANSWERS) or f"Give one of {', '.join(ANSWERS)}."
        raise WrongUse(f"no answer is called {answer!r}.", now=advice)
    if verdict and answer != "complete":
        raise WrongUse(
            "a verdict of your own ends the debate.", where="--verdict", now="Answer complete, or leave it out."
        )
    command = AnswerEscalation(answer=answer, verdict=verdict, outcome=_outcome(outcome, verdict), note=note)
    return have_gone_on(session, commanding(command), database, as_json=as_json)


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
        said(found, f"is called {title!r}." if title else "has its first name again.")
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
        said(found, f"is tagged {', '.join(wanted)}." if wanted else "has no tags.")
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


for each in (*interventions.COMMANDS, *seats.COMMANDS, *replays.COMMANDS):
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
            _row_as_plain(each, labels.get(each.session)) | {"is_left": _is_left(each, is_driven=is_driven)}
            for each in found
        ]
        sys.stdout.write(json_text(rows_) + "\n")
    elif found:
        moment = now_ms()
        rows = [_row(each, labels.get(each.session), moment, is_driven=is_driven) for each in found]
        sys.stdout.write(table(COLUMNS, rows, width=table_columns()) + "\n")
    else:
        say(empty)


def _row(summary: SessionSummary, label: Label | None, now_ms: int, *, is_driven: bool) -> tuple[str, ...]:
    from console.presenters.figures import age, money, percent
    from console.presenters.sessions import FORK

    mark = f"{FORK} " if summary.forked_from else ""
    title = mark + ((label.title if label else "") or summary.title or summary.motion)
    tags = "".join(f" #{each}" for each in (label.tags if label else ()))
    return (
        summary.session[:ID_SHOWN_CHARACTERS],
        _state_shown(summary, is_driven=is_driven),
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


def _print_standing(
    summary: SessionSummary,
    label: Label | None,
    costs: Mapping[str, Costs],
    doubts: Sequence[str],
    further: Sequence[tuple[str, str]],
    *,
    is_driven: bool,
    settings: Settings,
) -> None:
    from console.presenters.costs import of_routes
    from console.presenters.figures import money
    from console.presenters.reasons import in_words

    why = f" ({in_words(summary.reason)})" if summary.reason else ""
    if _is_left(summary, is_driven=is_driven):
        resume = command_line("sessions", "resume", summary.session[:ID_SHOWN_CHARACTERS], settings=settings)
        why = f": nobody drives it; {resume}"
    rows = [
        ("session", summary.session),
        ("state", _state_shown(summary, is_driven=is_driven) + why),
        ("asks", summary.question if summary.status is Status.ESCALATED else ""),
        ("title", (label.title if label else "") or summary.title),
        ("tags", ", ".join(label.tags) if label else ""),
        ("fork of", _origin(summary) if summary.forked_from else ""),
        ("opened", iso_time(summary.opened_at_ms)),
        ("ended", iso_time(summary.ended_at_ms) if summary.ended_at_ms else ""),
        ("turns", str(summary.turns)),
        ("tokens", f"{summary.tokens_input:,} in, {summary.tokens_output:,} out"),
        ("cost", money(summary.spent_microusd)),
        *(("" if number else "models", each) for number, each in enumerate(of_routes(costs))),
        *further,
        ("rules", f"{summary.rules_fired} fired"),
        *(("in doubt", doubt) for doubt in doubts),
    ]
    sys.stdout.write("\n" + pairs([row for row in rows if row[1]], indent="") + "\n")


async def _beside(orchestrator: Orchestrator, summary: SessionSummary) -> list[tuple[str, str]]:
    """What was expected of it, and how it fares beside its control or its parent."""
    from console.presenters.controls import beside
    from console.presenters.estimates import came_to

    rows: list[tuple[str, str]] = []
    opening = (await orchestrator.state(summary.session)).opening if not summary.unreadable else None
    if opening is not None and opening.estimate is not None and summary.status.is_over:
        took = came_to(opening.estimate, cost_microusd=summary.spent_microusd, active_ms=summary.active_ms)
        rows.append(("came to", took))
    if summary.control:
        try:
            rows.append(("control", beside(summary, await orchestrator.summary(SessionId(summary.control)))))
        except WrongUse:
            rows.append(("control", f"{summary.control[:ID_SHOWN_CHARACTERS]}, deleted"))
    if summary.parent:
        rows.append(("control of", summary.parent[:ID_SHOWN_CHARACTERS]))
    return rows


async def _doubts(orchestrator: Orchestrator, session: SessionId, settings: Settings) -> list[str]:
    """Each call of which nobody knows how it ended, with the command that settles it."""
    from console.exporting import all_events
    from console.presenters.figures import money
    from console.presenters.reasons import in_words
    from core.domain.events import AttemptInDoubt, AttemptSettled

    doubtful: dict[tuple[str, int], AttemptInDoubt] = {}
    async for recorded in all_events(orchestrator, session):
        event = recorded.event
        if isinstance(event, AttemptInDoubt):
            doubtful[event.step, event.attempt] = event
        elif isinstance(event, AttemptSettled):
            doubtful.pop((event.step, event.attempt), None)
    words = ("sessions", "settle", session[:ID_SHOWN_CHARACTERS])
    return [
        f"{each.step}, attempt {each.attempt}, to {each.route}: {in_words(each.why)}. Charged at "
        f"{money(each.cost_microusd_max)} until you say what it cost: "
        + command_line(*words, each.step, str(each.attempt), "USD", settings=settings)
        for each in doubtful.values()
        if each.cost_microusd_max
    ]


def _is_left(summary: SessionSummary, *, is_driven: bool) -> bool:
    return not is_driven and summary.status in MOVING


def _origin(summary: SessionSummary) -> str:
    id_ = summary.forked_from[:ID_SHOWN_CHARACTERS]
    return f"session {id_}, behind its event {summary.forked_at_seq}; what was spent before stands there"


def _state_shown(summary: SessionSummary, *, is_driven: bool) -> str:
    return LEFT_SHOWN if _is_left(summary, is_driven=is_driven) else STATE_SHOWN[summary.status]


def _state_names() -> tuple[str, ...]:
    """What states are called: by the words of the list, and by those of programs."""
    shown = (each.partition(" ")[2] for each in (*STATE_SHOWN.values(), LEFT_SHOWN))
    return tuple(dict.fromkeys((*shown, *(each.value for each in Status))))


def _states_of(summary: SessionSummary, *, is_driven: bool) -> tuple[str, ...]:
    """Every name of the state that it is in. One that was left is found by the state it was left in too."""
    return (summary.status.value, _state_shown(summary, is_driven=is_driven).partition(" ")[2])


def _is_archived(session: SessionId, labels: Mapping[SessionId, Label]) -> bool:
    label = labels.get(session)
    return label is not None and label.is_archived


def _nothing_yet(state: str) -> str:
    return f"no session is {state}." if state else "no sessions yet. 'moot debate \"MOTION\"' starts one."
