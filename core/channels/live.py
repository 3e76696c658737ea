"""How do programs hear what happens while it happens, and what they missed when they come back?

A small WebSocket server in the process that drives. A client shows the token, says from where on it wants to hear, and
is sent what is told by this channel and, where it asks for them, events. It is fed from the journal and from the log at
its own place, a page at a time: one that reads slowly holds up nobody and takes no memory, and one that does not read
at all is let go with a reason and can come back where it was.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import socket
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.channels.live_journal import LiveJournal, Message
from core.channels.live_wishes import NotWished, Wish, read_wish
from core.channels.together import Together
from core.domain.errors import MootError
from core.domain.events import Recorded
from core.notifying.delivering import Delivery
from core.notifying.telling import as_plain
from core.ports.channel import Driving
from core.ports.clock import Clock
from core.ports.event_log import EventLog
from core.ports.live_target import LiveTarget
from core.ports.wire import Wire

if TYPE_CHECKING:
    from websockets.asyncio.server import Server, ServerConnection
    from websockets.http11 import Request, Response

LIVE = "live"
PATHS = ("", "/", "/live")
AT_ONCE_MAX = 64
EVENTS_PAGE_MAX = 200
MESSAGE_BYTES_MAX = 4_096
"""Of what a client says, which is one message."""

SEND_BUFFER_BYTES = 65_536
"""What the machine holds at most of what one client has yet to read."""

FIRST_WORD_SECONDS_MAX = 5
CLOSE_SECONDS_MAX = 1
LAST_WORDS_SECONDS_MAX = 1
"""So long the end of driving waits for clients to have heard everything."""

RETRY_MILLISECONDS = 5_000
REASON_BYTES_MAX = 120
BEARER = "Bearer "

WRONG_TOKEN, WRONG_WISH, DOES_NOT_READ, GOES_AWAY = 4_401, 4_400, 4_408, 1_001
"""Codes with which a connection is closed; the first three begin as HTTP's do."""

NOBODY = LiveTarget(port=0, token="")
_log = logging.getLogger(__name__)
_SILENT = logging.Logger("websockets", level=logging.CRITICAL + 1)
"""What the library would log in debug mode holds the header with the token."""


class Live:
    """`attend` opens the server where there is a `target`; without one, what is told is kept for whoever comes."""

    name = LIVE
    at_once_max = AT_ONCE_MAX

    def __init__(
        self, target: LiveTarget | None, journal: LiveJournal, *, log: EventLog, wire: Wire, clock: Clock
    ) -> None:
        self._is_on = target is not None
        self._target = target if target is not None else NOBODY
        self._journal = journal
        self._messages = Together(journal.append_all, failing="what is told live can't be kept")
        self._event_log = log
        self._wire = wire
        self._clock = clock
        self._server: Server | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._clients: set[asyncio.Task[None]] = set()
        self._connected = 0
        self._moved = asyncio.Event()
        self._is_closing = False
        self.lacks = ""

    @property
    def where(self) -> str:
        if not self._is_on:
            return "off: nobody can listen until `port` is set in [live]"
        return f"{self._target.shown}, its token in {self._target.token_is_in}"

    @property
    def port(self) -> int:
        """The port that is listened at; 0 while none is."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server is not None else 0

    async def deliver(self, delivery: Delivery) -> None:
        await self._messages.add({"kind": "notification", **as_plain(delivery)})
        self._wake()

    async def attend(self, driving: Driving) -> None:
        if not self._is_on:
            return
        self._is_closing = False
        if not await self._listen():
            self._tasks.append(asyncio.create_task(self._listen_later(), name="live: listen"))
        self._tasks.append(asyncio.create_task(self._follow(driving), name="live: follow"))

    async def close(self) -> None:
        """Let clients hear what there is, for a moment, then tell them that we go."""
        self._is_closing = True
        self._wake()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._clients:
            await asyncio.wait(tuple(self._clients), timeout=LAST_WORDS_SECONDS_MAX)
        server, self._server = self._server, None
        if server is not None:
            server.close(code=GOES_AWAY)
            for client in tuple(self._clients):
                client.cancel()
            await server.wait_closed()

    # --- listening ----------------------------------------------------------------------------------------------

    async def _listen(self) -> bool:
        # Who tells nobody live needs none of it, and loading it must keep no key waiting.
        serve = (await asyncio.to_thread(import_module, "websockets.asyncio.server")).serve
        target = self._target
        try:
            self._server = await serve(
                self._handled,
                target.address,
                target.port,
                origins=[*target.origins, None],  # None is whoever is no browser
                process_request=self._admitted,
                compression=None,
                server_header=None,
                open_timeout=FIRST_WORD_SECONDS_MAX,
                close_timeout=CLOSE_SECONDS_MAX,
                max_size=MESSAGE_BYTES_MAX,
                max_queue=1,
                logger=_SILENT,
            )
        except OSError as error:
            lacks = f"{target.shown} can't be listened at: {error.strerror or error}."
            if lacks != self.lacks:
                _log.warning("live: %s", lacks)
            self.lacks = lacks
            return False
        self.lacks = ""
        for each in self._server.sockets:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        _log.info("live: listening at %s", target.shown)
        return True

    async def _listen_later(self) -> None:
        """The port may be another process's that is about to end."""
        while True:
            await self._clock.sleep(RETRY_MILLISECONDS)
            if await self._listen():
                return

    async def _follow(self, driving: Driving) -> None:
        position = await self._event_log.last_position()
        while True:
            position = await driving.committed_beyond(position)
            self._wake()

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    # --- who may come in ----------------------------------------------------------------------------------------

    def _admitted(self, connection: ServerConnection, request: Request) -> Response | None:
        """None to go on. A header with a wrong token is refused at once; without one, the first message has to show
        it. A token in the address would end up in logs, and is looked for nowhere."""
        if urlsplit(request.path).path not in PATHS:
            return connection.respond(404, "There is nothing here.\n")
        shown = request.headers.get_all("Authorization")
        if shown and not (len(shown) == 1 and self._is_ours(shown[0].removeprefix(BEARER))):
            return connection.respond(401, "This is not the token.\n")
        if self._connected >= self._target.clients_max or self._is_closing:
            return connection.respond(503, "There is no room; come back later.\n")
        return None

    def _is_ours(self, token: str) -> bool:
        return hmac.compare_digest(token.encode("utf-8", "replace"), self._target.token.encode())

    async def _handled(self, connection: ServerConnection) -> None:
        from websockets.exceptions import ConnectionClosed

        task = asyncio.current_task()
        assert task is not None  # a handler is a task
        self._clients.add(task)
        self._connected += 1
        try:
            await self._serve(connection)
        except ConnectionClosed:
            pass  # whoever goes comes back from where it was
        except MootError as failed:
            _log.warning("live: a client is left, because the log can't be read: %s", failed)
            await _closed(connection, 1_011, "the log can't be read; come back later")
        finally:
            self._clients.discard(task)
            self._connected -= 1

    async def _serve(self, connection: ServerConnection) -> None:
        try:
            async with asyncio.timeout(FIRST_WORD_SECONDS_MAX):
                wish = read_wish(await connection.recv())
        except TimeoutError:
            await _closed(connection, WRONG_WISH, f"nothing was said within {FIRST_WORD_SECONDS_MAX} s")
            return
        except NotWished as wrong:
            await _closed(connection, WRONG_WISH, str(wrong))
            return
        request = connection.request
        if not (request is not None and "Authorization" in request.headers) and not self._is_ours(wish.token):
            await _closed(connection, WRONG_TOKEN, "this is not the token")
            return
        feeding = asyncio.ensure_future(self._feed(connection, wish))
        hearing = asyncio.ensure_future(connection.recv())
        try:
            await asyncio.wait({feeding, hearing}, return_when=asyncio.FIRST_COMPLETED)
            if not feeding.done() and hearing.exception() is None:
                await _closed(connection, WRONG_WISH, "one message says everything")
            elif feeding.done():
                feeding.result()
        finally:
            feeding.cancel()
            hearing.cancel()
            await asyncio.gather(feeding, hearing, return_exceptions=True)

    # --- what is sent -------------------------------------------------------------------------------------------

    async def _feed(self, connection: ServerConnection, wish: Wish) -> None:
        place = _begun(wish.place, await asyncio.to_thread(self._journal.last))
        position = _begun(wish.position, await self._event_log.last_position())
        hello = {"kind": "welcome", "place": place, "position": position}
        if not await self._sent(connection, json.dumps(hello)):
            return
        while True:
            moved, is_last = self._moved, self._is_closing
            messages = await asyncio.to_thread(self._journal.after, place)
            records = await self._events(wish, position)
            for line in _lines(messages, place):
                if not await self._sent(connection, line):
                    return
            place = messages[-1][0] if messages else place
            for record in records:
                is_wanted = wish.session in ("", record.session)
                if is_wanted and not await self._sent(connection, self._event_line(record)):
                    return
            position = records[-1].position if records else position
            if not messages and not records:
                if is_last:
                    await _closed(connection, GOES_AWAY, f"moot ends here; come back from place {place}")
                    return
                await moved.wait()

    async def _events(self, wish: Wish, position: int) -> Sequence[Recorded]:
        if not wish.has_events:
            return ()
        return await self._event_log.read_all(after_position=position, limit=EVENTS_PAGE_MAX, with_envelopes=False)

    def _event_line(self, record: Recorded) -> str:
        kind, _, fields = self._wire.event_as_text(record.event).partition(" ")
        plain = {
            "kind": "event",
            "position": record.position,
            "session": record.session,
            "seq": record.seq,
            "at_ms": record.at_ms,
            "event": kind,
            "fields": json.loads(fields),
        }
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    async def _sent(self, connection: ServerConnection, line: str) -> bool:
        """False where the client reads nothing any more and was let go."""
        try:
            async with asyncio.timeout(self._target.seconds_max):
                await connection.send(line)
        except TimeoutError:
            _log.warning("live: a client was let go that read nothing for %g s", self._target.seconds_max)
            await _closed(connection, DOES_NOT_READ, f"nothing was read for {self._target.seconds_max:g} s")
            return False
        return True


def _begun(asked: int | None, last: int) -> int:
    """Where to begin. Who has heard more than there is has it from a database that was put back since: such a one hears
    everything, and by the ids what it knows."""
    if asked is None:
        return last
    return asked if asked <= last else 0


def _lines(messages: Sequence[Message], place: int) -> list[str]:
    """The messages, after a word where some between them and `place` are kept no more."""
    if not messages or messages[0][0] == place + 1:
        return [line for _, line in messages]
    gap = {"kind": "gap", "from": place, "first": messages[0][0]}
    return [json.dumps(gap), *(line for _, line in messages)]


async def _closed(connection: ServerConnection, code: int, reason: str) -> None:
    """Say why, and go; who doesn't listen even to that is cut off."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS_MAX):
            await connection.close(code, reason.encode()[:REASON_BYTES_MAX].decode("utf-8", "ignore"))
            return
    connection.transport.abort()
