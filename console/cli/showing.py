"""What is printed of one session: where it stands, all that was said, what was asked and answered?"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.flips import print_ledger
from console.cli.interactions import print_interactions
from console.cli.options import AsJson, Database, SessionArgument, settings_with
from console.cli.running import ID_SHOWN_CHARACTERS, command_line, with_orchestrator
from console.cli.session_states import is_left, state_shown
from console.cli.tables import pairs
from console.exit_codes import ExitCode
from console.machine import now_ms
from console.plain import iso_time
from console.settings import Settings
from core.domain.errors import WrongUse
from core.domain.ids import SessionId
from core.domain.status import Status

if TYPE_CHECKING:
    from core.domain.costs import Costs
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator
    from core.ports.catalogue import Label


def show(
    session: SessionArgument,
    as_json: AsJson = False,
    prompts: Annotated[bool, typer.Option("--prompts", help="Exactly what each seat was asked.")] = False,
    interactions: Annotated[
        bool, typer.Option("--interactions", help="What was written and reviewed, asked and answered; also as JSON.")
    ] = False,
    flips: Annotated[
        bool, typer.Option("--flips", help="Who changed their mind, after whom, and which way; also as JSON.")
    ] = False,
    database: Database = None,
) -> int:
    """Print a session: where it stands and all that was said, or as JSON its events, one a line."""
    if prompts and (as_json or interactions):
        other = "--json" if as_json else "--interactions"
        raise WrongUse(f"{other} and --prompts show different things.", now="Give one of them.")
    if flips and (prompts or interactions):
        other = "--prompts" if prompts else "--interactions"
        raise WrongUse(f"{other} and --flips show different things.", now="Give one of them.")

    settings = settings_with(database)

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(session)
        if flips:
            await print_ledger(orchestrator, found, as_json=as_json)
            return ExitCode.COMPLETED
        if interactions:
            await print_interactions(orchestrator, found, as_json=as_json)
            return ExitCode.COMPLETED
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
            asked = await _asked(orchestrator, summary, settings)
            _print_standing(
                summary, labels.get(found), costs, doubts, asked, further, is_driven=driven, settings=settings
            )
        return ExitCode.COMPLETED

    return with_orchestrator(settings, work)


async def _print_events(orchestrator: Orchestrator, session: SessionId, *, as_json: bool) -> None:
    from console.cli.debate import json_printer, text_printer
    from console.exporting import all_events

    await orchestrator.flips.learn(session)
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
    asked: Sequence[tuple[str, str]],
    further: Sequence[tuple[str, str]],
    *,
    is_driven: bool,
    settings: Settings,
) -> None:
    from console.presenters.costs import cost_in_words, of_routes
    from console.presenters.reasons import in_words

    why = f" ({in_words(summary.reason)})" if summary.reason else ""
    if is_left(summary, is_driven=is_driven):
        resume = command_line("sessions", "resume", summary.session[:ID_SHOWN_CHARACTERS], settings=settings)
        why = f": nobody drives it; {resume}"
    rows = [
        ("session", summary.session),
        ("state", state_shown(summary, is_driven=is_driven) + why),
        *asked,
        ("title", (label.title if label else "") or summary.title),
        ("tags", ", ".join(label.tags) if label else ""),
        ("fork of", _origin(summary) if summary.forked_from else ""),
        ("opened", iso_time(summary.opened_at_ms)),
        ("ended", iso_time(summary.ended_at_ms) if summary.ended_at_ms else ""),
        ("turns", str(summary.turns)),
        ("tokens", f"{summary.tokens_input:,} in, {summary.tokens_output:,} out"),
        ("cost", cost_in_words(summary)),
        *(("" if number else "models", each) for number, each in enumerate(of_routes(costs))),
        *further,
        ("rules", f"{summary.rules_fired} fired"),
        *(("in doubt", doubt) for doubt in doubts),
    ]
    sys.stdout.write("\n" + pairs([row for row in rows if row[1]], indent="") + "\n")


async def _asked(orchestrator: Orchestrator, summary: SessionSummary, settings: Settings) -> list[tuple[str, str]]:
    """What it waits for, until when and what happens then, and the command that says what can be answered."""
    from console.presenters.deadlines import asked_besides, due_in_words

    if summary.status is not Status.ESCALATED:
        return []
    cases = () if summary.unreadable else await orchestrator.cases.of(summary.session)
    besides = asked_besides(cases)
    return [
        ("asks", f"{summary.question} ({besides})" if besides else summary.question),
        ("until", due_in_words(cases, now_ms=now_ms())),
        ("answers", command_line("sessions", "cases", summary.session[:ID_SHOWN_CHARACTERS], settings=settings)),
    ]


async def _beside(orchestrator: Orchestrator, summary: SessionSummary) -> list[tuple[str, str]]:
    """What was expected of it, and how it fares beside its control or its parent."""
    from console.presenters.controls import beside
    from console.presenters.estimates import came_to

    rows: list[tuple[str, str]] = []
    opening = (await orchestrator.state(summary.session)).opening if not summary.unreadable else None
    if opening is not None and opening.estimate is not None and summary.status.is_over:
        took = came_to(opening.estimate, cost_microusd=summary.used_microusd, active_ms=summary.active_ms)
        rows.append(("came to", took))
    if summary.control:
        try:
            rows.append(("control", beside(summary, await orchestrator.summary(SessionId(summary.control)))))
        except WrongUse:
            rows.append(("control", f"{summary.control[:ID_SHOWN_CHARACTERS]}, deleted"))
    if summary.parent:
        rows.append((await _child_of(orchestrator, SessionId(summary.parent)), summary.parent[:ID_SHOWN_CHARACTERS]))
    return rows


async def _child_of(orchestrator: Orchestrator, parent: SessionId) -> str:
    """What a session is to its parent."""
    from console.presenters.kinds import is_refinement

    try:
        return "about a draft of" if is_refinement(await orchestrator.summary(parent)) else "control of"
    except WrongUse:
        return "child of"  # its parent was deleted, and nobody knows any more


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


def _origin(summary: SessionSummary) -> str:
    id_ = summary.forked_from[:ID_SHOWN_CHARACTERS]
    return f"session {id_}, behind its event {summary.forked_at_seq}; what was spent before stands there"
