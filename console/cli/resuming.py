"""How is gone on with what stands still, one session or all that were left?"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.commanding import have_gone_on
from console.cli.confirming import make_sure
from console.cli.options import AsJson, Database, settings_with
from console.cli.running import ID_SHOWN_CHARACTERS, command_line, how_to_go_on, with_orchestrator
from console.cli.tables import Column, table, table_columns
from console.exit_codes import ExitCode, severest
from console.failures import say
from console.headless import Ending, StopRequest, ending_of_row
from console.machine import now_ms
from console.plain import json_text, plain
from console.settings import Settings
from core.domain.status import Status

if TYPE_CHECKING:
    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator
    from core.runtime.doubts import Doubt

LEFT_COLUMNS = (
    Column("id"),
    Column("left as"),
    Column("title", is_flexible=True),
    Column("turns", is_number=True),
    Column("cost", is_number=True),
)


def resume(
    session: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="A session's id; its first digits will do. Without: all that were left.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Without an ID: don't ask.")] = False,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Go on with a session that is paused, failed or was left behind, and follow it to its end.

    Without an ID: list all that were left and what is in doubt, then go on with all of them.
    """
    if session is None:  # an empty one names nothing: in a script it is a variable that was never set
        return _resume_all(settings_with(database, rehearsal_pace=0), is_sure=yes, as_json=as_json)

    async def act(orchestrator: Orchestrator, found: SessionId) -> None:
        await orchestrator.resume(found)

    return have_gone_on(session, act, database, as_json=as_json, first=standing_still)


def standing_still(orchestrator: Orchestrator, summary: SessionSummary, settings: Settings) -> int | None:
    """A session that asks can't be resumed: it waits for an answer, and here is how to give it. One that has failed
    only just now, because its policy has calls in doubt fail it, is resumed by whoever has been told so."""
    found = next((each for each in orchestrator.recovered if each.session == summary.session), None)
    if summary.status is Status.ESCALATED:
        ending = ending_of_row(summary)
    elif summary.status is Status.FAILED and found is not None and found.doubts:
        ending = Ending(code=ExitCode.FAILED, why=summary.reason)
    else:
        return None
    say(how_to_go_on(ending, summary.session, settings))
    return ending.code


def _resume_all(settings: Settings, *, is_sure: bool, as_json: bool) -> int:
    async def work(orchestrator: Orchestrator) -> int:
        left = [row for row in await orchestrator.summaries() if _is_left(row, orchestrator)]
        doubts = await orchestrator.doubts()
        if as_json and not is_sure:
            sys.stdout.write(json_text({"left": plain(left), "doubts": plain(doubts)}) + "\n")
        elif not as_json:
            _print_left(left, doubts, settings)
        if not left:
            say(
                "another process drives; what is under way goes on there."
                if orchestrator.is_driven
                else "nothing was left."
            )
            return ExitCode.COMPLETED
        if not is_sure:
            which = "it" if len(left) == 1 else f"all {len(left)}"
            make_sure(f"Go on with {which}?", refused="nothing was gone on with.")
        stop = StopRequest()
        stop.listen()
        return await _gone_on([row.session for row in left], orchestrator, settings, stop, as_json=as_json)

    return with_orchestrator(settings, work)


def _is_left(row: SessionSummary, orchestrator: Orchestrator) -> bool:
    from console.presenters.sessions import is_left

    return is_left(row, is_driven=orchestrator.is_driven)


def _print_left(left: Sequence[SessionSummary], doubts: Sequence[Doubt], settings: Settings) -> None:
    from console.presenters.doubts import becomes
    from console.presenters.figures import age, money

    width, moment = table_columns(), now_ms()
    if left:
        rows = [
            (
                row.session[:ID_SHOWN_CHARACTERS],
                row.status.value,
                row.title or row.motion,
                str(row.turns),
                money(row.spent_microusd),
            )
            for row in left
        ]
        sys.stdout.write(table(LEFT_COLUMNS, rows, width=width) + "\n")
    for doubt in doubts:
        sys.stdout.write(
            f"{doubt.session[:ID_SHOWN_CHARACTERS]}  in doubt: {doubt.step}, attempt {doubt.attempt}, to {doubt.route},"
            f" {age(max(0, moment - doubt.since_ms))} ago, {money(doubt.cost_microusd_max)} at most;"
            f" {becomes(doubt)}\n"
        )
    if doubts:
        settle = command_line("sessions", "settle", "ID", "STEP", "ATTEMPT", "USD", settings=settings)
        sys.stdout.write(f"What a call cost by the provider's own records is said with: {settle}\n")
    sys.stdout.flush()


async def _gone_on(
    sessions: Sequence[SessionId],
    orchestrator: Orchestrator,
    settings: Settings,
    stop: StopRequest,
    *,
    as_json: bool,
) -> int:
    """Drive until each of them stands still, and say how; the exit code is of the one that fared worst."""
    moving = list(sessions)
    printing = asyncio.ensure_future(_print_events(orchestrator, set(sessions))) if as_json else None
    stopping = asyncio.ensure_future(stop.asked.wait())
    codes: list[ExitCode] = []
    try:
        await orchestrator.take_the_wheel()
        position = -1
        while moving:
            rows = [await orchestrator.summary(session) for session in moving]
            for row in rows:
                if row.status not in (Status.CREATED, Status.WAITING, Status.RUNNING):
                    moving.remove(row.session)
                    codes.append(_told(row, settings, as_json=as_json))
            if not moving:
                break
            position = max(position, *(row.position for row in rows))
            further = asyncio.ensure_future(orchestrator.committed_beyond(position))
            await asyncio.wait((further, stopping), return_when=asyncio.FIRST_COMPLETED)
            if stop.asked.is_set():
                further.cancel()
                say("stopping: turns under way are recorded, or marked in doubt. Again to stop at once.")
                codes.append(ExitCode.STOPPED)
                break
            position = further.result()
    finally:
        stopping.cancel()
        if printing is not None:
            await orchestrator.stop()  # what is recorded in the end is printed too
            await asyncio.sleep(0)
            printing.cancel()
        await asyncio.gather(stopping, *([printing] if printing is not None else []), return_exceptions=True)
    return severest(codes)


async def _print_events(orchestrator: Orchestrator, sessions: set[SessionId]) -> None:
    from console.cli.debate import json_printer

    show = json_printer()
    async for recorded in orchestrator.watch():
        if recorded.session in sessions:
            show(recorded)


def _told(row: SessionSummary, settings: Settings, *, as_json: bool) -> ExitCode:
    """How a session has come to stand still, and what leads on from there."""
    ending = ending_of_row(row)
    if not as_json:
        from console.presenters.figures import money
        from console.presenters.sessions import STATES

        title = row.title or row.motion
        sys.stdout.write(
            f"{row.session[:ID_SHOWN_CHARACTERS]}  {STATES[row.status].text}  {title}  {money(row.spent_microusd)}\n"
        )
        sys.stdout.flush()
    advice = how_to_go_on(ending, row.session, settings)
    if advice:
        say(advice)
    return ending.code
