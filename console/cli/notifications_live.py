"""How does what is told read by a channel, and what is told live, from a shell?"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.options import AsJson, Database, settings_with
from console.cli.running import with_orchestrator
from console.exit_codes import ExitCode
from console.failures import say
from console.plain import json_text
from core.domain.errors import StorageFailed, WrongUse, nearest

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator
    from core.ports.live_target import LiveTarget

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Who listens everywhere is found here."""

ENDS, NO_ROOM, NOT_OURS = 1_001, 503, (401, 403)
MESSAGE_BYTES_MAX = 16_000_000


def preview(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="As 'channels' lists it.", show_default=False)],
    type: Annotated[
        str, typer.Option("--type", metavar="TYPE", help="An invented one of this type.")
    ] = "DEBATE_COMPLETED",
    notification: Annotated[
        str, typer.Option("--of", metavar="ID", help="This one instead, as 'list' shows it.", show_default=False)
    ] = "",
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Show how a notification reads by a channel, in your templates or in moot's words. Nothing is sent."""
    from core.notifying.notification import NotificationType

    names = [each.value for each in NotificationType]
    if type.upper() not in names:
        now = nearest(type.upper(), names) or f"There are {', '.join(names)}."
        raise WrongUse(f"{type!r:.80} is no type of notification.", where="--type", now=now)

    async def work(orchestrator: Orchestrator) -> int:
        wanted = NotificationType(type.upper())
        parts = await orchestrator.notifications.preview(channel, notification=notification, type=wanted)
        if as_json:
            sys.stdout.write(json_text({part.name: part.text for part in parts}) + "\n")
            return ExitCode.COMPLETED
        for part in parts:
            heading = f"{part.name}:\n" if len(parts) > 1 else ""
            sys.stdout.write(f"{heading}{part.text.rstrip()}\n" + ("\n" if len(parts) > 1 else ""))
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def watch(
    from_: Annotated[
        int | None,
        typer.Option("--from", metavar="N", min=0, help="What was told beyond this place too.", show_default=False),
    ] = None,
    events_from: Annotated[
        int | None,
        typer.Option("--events-from", metavar="N", min=0, help="Events too, beyond this position.", show_default=False),
    ] = None,
    session: Annotated[str, typer.Option("--session", metavar="ID", help="Events of this session alone.")] = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="End after so many; 0 for never.")] = 0,
    as_json: AsJson = False,
    database: Database = None,
) -> int:
    """Listen live to what the process that drives tells by the channel 'live', until ctrl+c."""
    from console.telling import live_target
    from core.ports.channel import ChannelUnready

    settings = settings_with(database)
    try:
        target = live_target(settings)
    except ChannelUnready as lacking:
        raise WrongUse(lacking.what, where=lacking.where, now=lacking.now) from lacking
    if target is None:
        raise WrongUse("nobody can listen here.", where="live.port", now="Set port in [live] of the settings file.")
    wish: dict[str, object] = {} if from_ is None else {"from": from_}
    if events_from is not None or session:
        wish |= {"events_from": "now" if events_from is None else events_from, "session": session}
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell has what it starts beside it pass over the first
        signal.signal(number, signal.default_int_handler)
    return _listened(target, wish, limit=limit, as_json=as_json)


def _listened(target: LiveTarget, wish: Mapping[str, object], *, limit: int, as_json: bool) -> int:
    from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
    from websockets.sync.client import connect

    url = target.shown.replace(target.address, ANYWHERE.get(target.address, target.address))
    place, heard = 0, 0
    try:
        with connect(
            url,
            additional_headers={"Authorization": f"Bearer {target.token}"},
            proxy=None,
            max_size=MESSAGE_BYTES_MAX,
            logger=_silent(),
        ) as client:
            client.send(json.dumps(wish))
            for said in client:
                message = json.loads(said)
                place = int(message.get("place", place))
                if as_json:
                    sys.stdout.write(f"{json.dumps(message, ensure_ascii=False)}\n")
                elif line := _line(message):
                    sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
                heard += message["kind"] in ("notification", "event")
                if limit and heard >= limit:
                    return ExitCode.COMPLETED
        raise StorageFailed("the process that drives has ended.", where=url, now=_back(place))
    except KeyboardInterrupt:
        return ExitCode.STOPPED  # which is how one ends listening
    except InvalidStatus as refused:
        status = refused.response.status_code
        if status in NOT_OURS:
            raise WrongUse("the token is not the one that is asked for.", where=target.token_is_in) from refused
        now = "Come back later." if status == NO_ROOM else "Something else listens there."
        raise StorageFailed(f"it was answered {status}.", where=url, now=now) from refused
    except ConnectionClosed as closed:
        why = closed.rcvd.reason if closed.rcvd is not None and closed.rcvd.reason else "the connection was lost"
        raise StorageFailed(f"{why}.", where=url, now=_back(place)) from closed
    except (OSError, InvalidHandshake, TimeoutError) as error:
        now = "A console or 'moot drive' with the same settings has to be running."
        raise StorageFailed("nobody answers there.", where=url, now=now) from error


def _line(message: Mapping[str, Any]) -> str:
    from core.domain.text import clean_text

    match message["kind"]:
        case "notification":
            parts = (message["place"], _when(message["at_ms"]), message["priority"], message["type"])
            line = "  ".join(map(str, parts)) + f"  {message['title']}: {message['text']}"
        case "event":
            parts = (message["position"], _when(message["at_ms"]), message["session"][:8], message["event"])
            line = "  ".join(map(str, parts))
        case "gap":
            say(f"what was told between places {message['from']} and {message['first']} is kept no more.")
            return ""
        case _:
            return ""
    return " ".join(clean_text(line).splitlines())


def _back(place: int) -> str:
    return f"'moot notifications watch --from {place}' goes on where this ended." if place else "Listen again."


def _when(at_ms: int) -> str:
    """The moment where this machine stands."""
    return datetime.fromtimestamp(at_ms // 1_000, tz=UTC).astimezone().strftime("%H:%M:%S")


def _silent() -> Any:
    """What the library logs in debug mode holds the token."""
    import logging

    return logging.Logger("websockets", level=logging.CRITICAL + 1)


COMMANDS = (preview, watch)
