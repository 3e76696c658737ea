"""What was told to whom, from a shell: list it, acknowledge it, send it again, try a channel?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.options import AsJson, Database, group, settings_with
from console.cli.running import with_orchestrator
from console.cli.tables import Column, table, table_columns
from console.exit_codes import ExitCode
from console.plain import json_text
from core.domain.errors import WrongUse, nearest

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.ports.outbox import Attempt, Told, Wanted

ID_SHOWN_CHARACTERS = 8
LISTED_DEFAULT, LISTED_MAX = 50, 1_000
COLUMNS = (
    Column("id"),
    Column("when"),
    Column("priority"),
    Column("type"),
    Column("told"),
    Column("what", is_flexible=True),
)
_STATES = {"pending": "waits", "delivered": "✓", "dead": "✗ given up"}

app = group("See who was told what, acknowledge it, send it again.")

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help="As 'list' shows them.", show_default=False)]


@app.command("list")
def list_(
    type: Annotated[
        list[str] | None, typer.Option("--type", metavar="TYPE", help="Such as ESCALATION_NOTICE; repeatable.")
    ] = None,
    priority: Annotated[
        str, typer.Option("--priority", metavar="NAME", help="At least so urgent: urgent, high, normal, low.")
    ] = "low",
    session: Annotated[str, typer.Option("--session", metavar="ID", help="Of this session alone.")] = "",
    channel: Annotated[str, typer.Option("--channel", metavar="NAME", help="That go by this channel.")] = "",
    waiting: Annotated[bool, typer.Option("--waiting", help="That are still on their way.")] = False,
    dead: Annotated[bool, typer.Option("--dead", help="That were given up.")] = False,
    unread: Annotated[bool, typer.Option("--open", help="That nobody has acknowledged.")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="At most so many, newest first.")] = LISTED_DEFAULT,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """List notifications, newest first, with what became of each by its channels."""
    if not 1 <= limit <= LISTED_MAX:
        raise WrongUse(f"{limit} can't be how many.", where="--limit", now=f"Name a number from 1 to {LISTED_MAX}.")
    if waiting and dead:
        raise WrongUse("what was given up waits no more.", now="Give --waiting or --dead.")

    async def work(orchestrator: Orchestrator) -> int:
        whole = await orchestrator.find(session) if session else ""
        state = "pending" if waiting else "dead" if dead else ""
        wanted = _wanted(type or (), priority, whole, channel, state, is_open=unread)
        found = await orchestrator.notifications.find(wanted, limit=limit)
        if as_json:
            sys.stdout.write(json_text([_as_plain(each) for each in found]) + "\n")
        elif found:
            sys.stdout.write(table(COLUMNS, [_row(each) for each in found], width=table_columns()) + "\n")
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
    """Show one notification with every try to deliver it."""

    async def work(orchestrator: Orchestrator) -> int:
        told = await _the_one(orchestrator, id)
        attempts = await orchestrator.notifications.attempts(told)
        if as_json:
            tries = [_attempt_as_plain(each, told) for each in attempts]
            sys.stdout.write(json_text(_as_plain(told) | {"attempts": tries}) + "\n")
        else:
            sys.stdout.write("\n".join(_lines(told, attempts)) + "\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


@app.command()
def ack(
    ids: Ids = None,
    all_: Annotated[bool, typer.Option("--all", help="All that nobody has acknowledged.")] = False,
    database: Database = None,
) -> int:
    """Note that these were seen."""

    async def work(orchestrator: Orchestrator) -> int:
        done = await orchestrator.notifications.acknowledge(ids or (), is_all=all_)
        sys.stdout.write(f"{done}\n")
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
    """List the channels that are set up, with where one is, and what one lacks that can't be used yet."""

    async def work(orchestrator: Orchestrator) -> int:
        about = {**orchestrator.notifications.places, **orchestrator.notifications.lacking}
        for name in orchestrator.notifications.channels:
            sys.stdout.write(f"{name}   – {about[name]}\n" if name in about else f"{name}\n")
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def _wanted(types: Sequence[str], priority: str, session: str, channel: str, state: str, *, is_open: bool) -> Wanted:
    from core.notifying.delivering import DeliveryState
    from core.notifying.notification import NotificationType, Priority
    from core.ports.outbox import Wanted

    return Wanted(
        types=frozenset(_one_of(NotificationType, each, "--type") for each in types),
        priority=_one_of(Priority, priority, "--priority"),
        session=session,
        channel=channel,
        state=DeliveryState(state) if state else None,
        is_open=is_open,
    )


def _one_of(kind: type[Any], word: str, where: str) -> Any:
    for each in kind:
        if each.value.casefold() == word.casefold():
            return each
    names = [each.value for each in kind]
    raise WrongUse(f"{word!r:.80} is none.", where=where, now=nearest(word, names) or f"There are {', '.join(names)}.")


async def _the_one(orchestrator: Orchestrator, prefix: str) -> Told:
    from core.ports.outbox import Wanted

    found = [
        each for each in await orchestrator.notifications.find(Wanted()) if each.notification.id.startswith(prefix)
    ]
    if len(found) != 1 or not prefix:
        what = (
            f"no notification begins with {prefix!r:.80}." if not found else f"{len(found)} begin with {prefix!r:.80}."
        )
        raise WrongUse(what, now="`moot notifications list` shows their ids.")
    return found[0]


def _row(told: Told) -> tuple[str, ...]:
    each = told.notification
    return (
        each.id[:ID_SHOWN_CHARACTERS],
        _when(each.at_ms, form="%m-%d %H:%M"),
        each.priority.value if not told.acknowledged_ms else "seen",
        each.type.value,
        ", ".join(f"{sent.channel} {_STATES[sent.state.value]}" for sent in told.deliveries),
        f"{each.title}: {each.text}",
    )


def _lines(told: Told, attempts: Sequence[Attempt]) -> list[str]:
    each = told.notification
    channels = {sent.id: sent.channel for sent in told.deliveries}
    seen = f"acknowledged by {told.acknowledged_by}, {_when(told.acknowledged_ms)}" if told.acknowledged_ms else "open"
    lines = [
        f"{each.type.value} · {each.priority.value} · {_when(each.at_ms)} · {seen}",
        f"{each.title} (session {each.session[:ID_SHOWN_CHARACTERS]}, event {each.seq})",
        each.text,
        "",
    ]
    lines += [
        f"{_when(attempt.at_ms)}  {channels[attempt.delivery]}  try {attempt.number}: "
        f"{attempt.error or 'arrived'} ({attempt.took_ms} ms)"
        for attempt in attempts
    ]
    waiting = [sent for sent in told.deliveries if sent.state.value == "pending"]
    lines += [f"{_when(sent.due_ms)}  {sent.channel}  is due" for sent in waiting]
    return lines


def _as_plain(told: Told) -> dict[str, object]:
    each = told.notification
    return {
        "id": each.id,
        "type": each.type.value,
        "priority": each.priority.value,
        "session": each.session,
        "seq": each.seq,
        "at_ms": each.at_ms,
        "flow": each.flow,
        "title": each.title,
        "text": each.text,
        "seat": each.seat,
        "acknowledged_by": told.acknowledged_by,
        "acknowledged_ms": told.acknowledged_ms,
        "deliveries": [
            {
                "id": sent.id,
                "channel": sent.channel,
                "state": sent.state.value,
                "tries": sent.tries,
                "due_ms": sent.due_ms,
                "ended_ms": sent.ended_ms,
                "last_error": sent.last_error,
            }
            for sent in told.deliveries
        ],
    }


def _attempt_as_plain(attempt: Attempt, told: Told) -> dict[str, object]:
    channel = next(sent.channel for sent in told.deliveries if sent.id == attempt.delivery)
    return {
        "channel": channel,
        "number": attempt.number,
        "at_ms": attempt.at_ms,
        "took_ms": attempt.took_ms,
        "error": attempt.error,
    }


def _when(at_ms: int, *, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """The moment where this machine stands."""
    return datetime.fromtimestamp(at_ms // 1_000, tz=UTC).astimezone().strftime(form)
