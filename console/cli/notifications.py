"""What was told to whom, from a shell: list it, acknowledge it, send it again, try a channel?"""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli import notifications_shown as shown
from console.cli.moments import moment_ms
from console.cli.notifications_meant import (
    Channel,
    Ids,
    Priority,
    Session,
    Text,
    Types,
    is_narrowed,
    the_one,
    the_ones,
    wanted_of,
)
from console.cli.options import AsJson, Database, group, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import pairs, table, table_columns
from console.exit_codes import ExitCode
from console.machine import now_ms
from console.plain import json_text
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator

LISTED_DEFAULT, LISTED_MAX = 50, 1_000

app = group("See who was told what, acknowledge it, put it off, send it again.")


@app.command("list")
def list_(
    type: Types = None,
    priority: Priority = "low",
    session: Session = "",
    channel: Channel = "",
    text: Text = "",
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            metavar="NAME",
            help="Such as delivered, read, acknowledged, answered, expired; repeatable.",
        ),
    ] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="That are still on their way.")] = False,
    held: Annotated[bool, typer.Option("--held", help="That wait for quiet hours to end, or a digest.")] = False,
    dead: Annotated[bool, typer.Option("--dead", help="That were given up.")] = False,
    unread: Annotated[
        bool, typer.Option("--open", help="That nobody has acknowledged or answered, and that have not expired.")
    ] = False,
    audible: Annotated[bool, typer.Option("--audible", help="That are neither snoozed nor muted.")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="At most so many, newest first.")] = LISTED_DEFAULT,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """List notifications, newest first, with what became of each by its channels."""
    if not 1 <= limit <= LISTED_MAX:
        raise WrongUse(f"{limit} can't be how many.", where="--limit", now=f"Name a number from 1 to {LISTED_MAX}.")
    if waiting + held + dead > 1:
        raise WrongUse(
            "what was given up waits no more." if dead else "what is held is not on its way.",
            now="Give one of --waiting, --held and --dead.",
        )

    async def work(orchestrator: Orchestrator) -> int:
        wanted = await wanted_of(
            orchestrator,
            types=type or (),
            priority=priority,
            session=session,
            channel=channel,
            text=text,
            life=state or (),
            delivery="pending" if waiting else "held" if held else "dead" if dead else "",
            is_open=unread,
            is_audible=audible,
        )
        found = await orchestrator.notifications.find(wanted, limit=limit)
        if as_json:
            sys.stdout.write(json_text([shown.as_plain(each) for each in found]) + "\n")
        elif found:
            sys.stdout.write(table(shown.COLUMNS, [shown.row(each) for each in found], width=table_columns()) + "\n")
        else:
            sys.stdout.write("Nothing was told that is looked for here.\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="As 'list' shows it.", show_default=False)],
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Show one notification with what became of it and every try to deliver it."""

    async def work(orchestrator: Orchestrator) -> int:
        told = await the_one(orchestrator, id)
        attempts = await orchestrator.notifications.attempts(told)
        if as_json:
            tries = [shown.attempt_as_plain(each, told) for each in attempts]
            sys.stdout.write(json_text(shown.as_plain(told) | {"attempts": tries}) + "\n")
        else:
            sys.stdout.write("\n".join(shown.lines(told, attempts)) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def ack(
    ids: Ids = None,
    all_: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
    type: Types = None,
    priority: Priority = "low",
    session: Session = "",
    channel: Channel = "",
    text: Text = "",
    database: Database = None,
) -> int:
    """Note that these were seen: by their ids, or all that the options mean."""

    async def work(orchestrator: Orchestrator) -> int:
        wanted = await wanted_of(
            orchestrator, types=type or (), priority=priority, session=session, channel=channel, text=text
        )
        is_meant = is_narrowed(wanted)
        if ids and (all_ or is_meant):
            raise WrongUse("ids and more than these are meant.", now="Name ids, or say what they are.")
        notifications = orchestrator.notifications
        if is_meant:
            done = await notifications.acknowledge(wanted=wanted)
        else:
            done = await notifications.acknowledge(ids or (), is_all=all_)
        sys.stdout.write(f"{done}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def read(ids: Ids = None, database: Database = None) -> int:
    """Note that these were read."""

    async def work(orchestrator: Orchestrator) -> int:
        whole = [each.notification.id for each in await the_ones(orchestrator, ids or ())]
        sys.stdout.write(f"{await orchestrator.notifications.mark_read(whole)}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def resend(
    ids: Ids = None,
    all_: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
    channel: Annotated[str, typer.Option("--channel", metavar="NAME", help="By this channel alone.")] = "",
    database: Database = None,
) -> int:
    """Put what was given up back on its way, under the same id."""

    async def work(orchestrator: Orchestrator) -> int:
        done = await orchestrator.notifications.send_again(ids or (), is_all=all_, channel=channel)
        sys.stdout.write(f"{done}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command("test")
def try_(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="As 'channels' lists it.", show_default=False)],
    database: Database = None,
) -> int:
    """Tell a channel, once and now, something that happened nowhere, and say what it answered."""

    async def work(orchestrator: Orchestrator) -> int:
        sys.stdout.write(f"{await orchestrator.notifications.try_channel(channel)}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def channels(database: Database = None) -> int:
    """List the channels that are set up, with what one lacks that can't be used yet."""

    async def work(orchestrator: Orchestrator) -> int:
        notifications = orchestrator.notifications
        rows = [
            (name, shown.channel_standing(notifications.lacking.get(name, ""), notifications.places.get(name, "")))
            for name in notifications.channels
        ]
        sys.stdout.write(pairs(rows, indent="") + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def rates(
    since: Annotated[str, typer.Option("--since", metavar="WHEN", help="Tries since then: 1h, 7d, 2026-11-20.")] = "1d",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Show how well each channel delivers: tries, how long they took, what waits and what was given up."""
    since_ms = moment_ms(since, now_ms=now_ms(), where="--since")

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.notifications.rates(since_ms=since_ms)
        if as_json:
            sys.stdout.write(json_text([asdict(each) for each in found]) + "\n")
        elif found:
            rows = [shown.rate_row(each) for each in found]
            sys.stdout.write(table(shown.RATE_COLUMNS, rows, width=table_columns()) + "\n")
        else:
            sys.stdout.write("Nothing was told by any channel.\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def routes(database: Database = None) -> int:
    """List the routes, where they stand, and by which channels each type of notification goes."""
    settings = settings_with(database)

    async def work(orchestrator: Orchestrator) -> int:
        from core.notifying.noticing import USUAL
        from core.notifying.routing import channels_of

        every = orchestrator.notifications.routes
        are_own = settings.notification_routes is not None
        origin = settings.origins.get("notification_routes", "") if are_own else ""
        sys.stdout.write(
            f"Routes of your own, from {origin}; they hold for what drives from its next start on.\n"
            if are_own
            else "Routes that are sensible where nobody has said otherwise; notifications.routes replaces them.\n"
        )
        sys.stdout.write("".join(f"{shown.route_line(number, each)}\n" for number, each in enumerate(every, 1)) + "\n")
        rows = [
            (type.value, priority.value, ", ".join(channels_of(type, priority, every)) or "not kept")
            for type, priority in USUAL.items()
        ]
        sys.stdout.write(table(shown.TYPE_COLUMNS, rows, width=table_columns()) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings, work)
