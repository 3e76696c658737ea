"""How does an operator at a shell hear less: let something rest, mute a session or a type, hear of it again?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.moments import moment_ms
from console.cli.notifications_meant import (
    Channel,
    Ids,
    Priority,
    Session,
    Text,
    Types,
    is_narrowed,
    one_of,
    the_ones,
    wanted_of,
)
from console.cli.notifications_shown import MUTE_COLUMNS, mute_as_plain, mute_row
from console.cli.options import AsJson, Database, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import table, table_columns
from console.exit_codes import ExitCode
from console.machine import now_ms
from console.plain import json_text
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator

Stretch = Annotated[str, typer.Option("--for", metavar="TIME", help="For so long: 30m, 2h, 3d.")]
Moment = Annotated[str, typer.Option("--until", metavar="WHEN", help="Until then: 2026-11-21, 2026-11-21T09:00.")]


def snooze(
    ids: Ids = None,
    for_: Stretch = "",
    until: Moment = "",
    end: Annotated[bool, typer.Option("--end", help="Have it rest no longer.")] = False,
    type: Types = None,
    priority: Priority = "low",
    session: Session = "",
    channel: Channel = "",
    text: Text = "",
    database: Database = None,
) -> int:
    """Let open notifications rest, by their ids or all that the options mean; then they come back as a reminder."""
    if end + bool(for_) + bool(until) != 1:
        raise WrongUse("it isn't said until when.", now="Give one of --for 2h, --until 2026-11-21T09:00 and --end.")
    for_ms, until_ms = (0, 0) if end else _when(for_, until)

    async def work(orchestrator: Orchestrator) -> int:
        notifications = orchestrator.notifications
        wanted = await wanted_of(
            orchestrator, types=type or (), priority=priority, session=session, channel=channel, text=text
        )
        if bool(ids) == is_narrowed(wanted):
            raise WrongUse("it isn't said which.", now="Name some by their ids, or say what they are.")
        if end:
            rest = await the_ones(orchestrator, ids) if ids else await notifications.find(wanted)
            done = await notifications.unsnooze([each.notification.id for each in rest if each.snoozed_until_ms])
        elif ids:
            done = await notifications.snooze(ids, for_ms=for_ms, until_ms=until_ms)
        else:
            done = await notifications.snooze(wanted=wanted, for_ms=for_ms, until_ms=until_ms)
        sys.stdout.write(f"{done}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def mute(
    session: Annotated[str, typer.Option("--session", metavar="ID", help="This session.")] = "",
    type: Annotated[str, typer.Option("--type", metavar="TYPE", help="This type, everywhere or there.")] = "",
    for_: Stretch = "",
    until: Moment = "",
    database: Database = None,
) -> int:
    """Hear no more of a session, a type, or a type of a session: it goes into the audit trail alone."""
    if for_ and until:
        raise WrongUse("two ends are named.", now="Give --for or --until, or neither.")
    for_ms, until_ms = _when(for_, until) if for_ or until else (0, 0)

    async def work(orchestrator: Orchestrator) -> int:
        from core.notifying.notification import NotificationType

        done = await orchestrator.notifications.mute(
            session=await orchestrator.find(session) if session else "",
            type=one_of(NotificationType, type, "--type") if type else None,
            for_ms=for_ms,
            until_ms=until_ms,
        )
        sys.stdout.write(f"{done}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def unmute(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID…]", help="As 'mutes' shows them.", show_default=False)
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All mutes.")] = False,
    database: Database = None,
) -> int:
    """Hear of it again."""

    async def work(orchestrator: Orchestrator) -> int:
        sys.stdout.write(f"{await orchestrator.notifications.unmute(ids or (), is_all=all_)}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def mutes(as_json: AsJson = False, database: Database = None) -> int:
    """List what is muted, by whom and until when."""

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.notifications.mutes()
        if as_json:
            sys.stdout.write(json_text([mute_as_plain(each) for each in found]) + "\n")
        elif found:
            rows = [mute_row(each, now_ms()) for each in found]
            sys.stdout.write(table(MUTE_COLUMNS, rows, width=table_columns()) + "\n")
        else:
            sys.stdout.write("Nothing is muted.\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _when(for_: str, until: str) -> tuple[int, int]:
    """For how long, or until when, in ms; the other is 0."""
    where = "--for" if for_ else "--until"
    moment = moment_ms(for_ or until, now_ms=0, where=where)  # a stretch of time lies before 0 then
    if (moment < 0) != bool(for_):
        now = "Say --for 2h, or --until 2026-11-21T09:00."
        raise WrongUse(f"{for_ or until!r:.80} can't be meant.", where=where, now=now)
    return (-moment, 0) if for_ else (0, moment)


COMMANDS = (snooze, mute, unmute, mutes)
