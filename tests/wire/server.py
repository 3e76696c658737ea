"""What does a provider look like on the wire, on a good day and on a bad one?

A server on this machine that speaks each provider's protocol and misbehaves when told to, one act for each request in
turn. It writes HTTP/1.1 by hand, because half of what it is asked for no library would do.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from types import TracebackType

HEADER_BYTES_MAX = 64_000
DISCARD_PORT = 9
DATE = "Fri, 20 Nov 2026 12:00:00 GMT"
"""The server's clock stands still, so that a date in Retry-After is a span."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a model says to one request, in no protocol yet. `stop` is moot's word; an empty `model` echoes what was
    asked for; `input` counts all tokens of the prompt, `cached` those of them from the cache."""

    words: tuple[str, ...] = ("Bread ", "rises ", "by itself.")
    stop: str = "stop"
    model: str = ""
    input: int = 25
    output: int = 12
    cached: int = 5
    thoughts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An answer with an error's status and body, instead of a stream."""

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Act:
    """What is done with one request. The answer's frames are sent up to `frames`, all of them where it is None; then
    `then` happens: `end` closes in an orderly way, `cut` breaks the connection, `silence` says nothing more, or these
    bytes are sent and the stream ends.

    `cuts` are the sizes of the pieces in which the bytes are sent, over and over.
    """

    answer: Answer = Answer()
    refusal: Refusal | None = None
    frames: int | None = None
    then: str | bytes = "end"
    cuts: tuple[int, ...] = ()
    is_mute: bool = False
    """Not even a status is sent."""
    rest_seconds: float = 0
    """How long nothing comes before each frame; 0 sends all at once."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a protocol makes of a request: a stream in frames, or a body."""

    frames: Sequence[bytes] = ()
    content_type: str = "text/event-stream; charset=utf-8"
    body: object = None
    status: int = HTTPStatus.OK


class Wire(Protocol):
    """One provider's protocol."""

    def reply(self, asked: Asked, answer: Answer) -> Reply | None:
        """What is sent for a request in this protocol, or None where it is none."""
        ...


class WireServer:
    """A provider. Use it as an async context manager; `url` is where it is, `asked` what came, oldest first."""

    def __init__(self, wire: Wire, *acts: Act) -> None:
        self._wire = wire
        self._acts = deque(acts)
        self._served: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.asked: list[Asked] = []
        self.connections = 0
        self.was_left = asyncio.Event()
        """Set once somebody hung up while this server was silent."""
        self.url = ""

    async def __aenter__(self) -> WireServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for writer in self._served.values():
            writer.transport.abort()
        await asyncio.gather(*self._served)
        await self._server.wait_closed()

    def act_next(self, act: Act) -> None:
        """Do this with the next request for which nothing is planned yet."""
        self._acts.append(act)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._served[task] = writer
        self.connections += 1
        try:
            while (asked := await _request(reader)) is not None:
                self.asked.append(asked)
                act = self._acts.popleft() if self._acts else Act()
                if not await self._perform(act, asked, reader, writer):
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever asked has hung up, or the test is over
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            del self._served[task]

    async def _perform(
        self, act: Act, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Whether the connection goes on."""
        if act.is_mute:
            await self._keep_silent(reader)
            return False
        if act.refusal is not None:
            refusal = act.refusal
            is_text = isinstance(refusal.body, str)
            body = str(refusal.body).encode() if is_text else json.dumps(refusal.body).encode()
            kind = "text/html" if is_text else "application/json; charset=UTF-8"
            await self._send(writer, act, _head(refusal.status, kind, refusal.headers, len(body)) + body)
            return True
        reply = self._wire.reply(asked, act.answer)
        if reply is None:
            body = json.dumps({"error": {"message": f"no route {asked.path}"}}).encode()
            await self._send(writer, act, _head(HTTPStatus.NOT_FOUND, "application/json", {}, len(body)) + body)
            return True
        if not reply.frames:
            body = json.dumps(reply.body).encode()
            head = _head(reply.status, "application/json; charset=UTF-8", {}, len(body))
            await self._send(writer, act, head + body)
            return True
        return await self._stream(act, reply, reader, writer)

    async def _keep_silent(self, reader: asyncio.StreamReader) -> None:
        """Until the test is over, or the other side hangs up."""
        with suppress(ConnectionError):
            await reader.read(1)
        self.was_left.set()

    async def _stream(self, act: Act, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(_head(reply.status, reply.content_type, {}, None))
        frames = list(reply.frames if act.frames is None else reply.frames[: act.frames])
        if isinstance(act.then, bytes):
            frames.append(act.then)
        for sent in frames if act.rest_seconds else [b"".join(frames)]:
            await asyncio.sleep(act.rest_seconds)
            await self._send(writer, act, sent, is_chunked=True)
        if act.then == "silence":
            await self._keep_silent(reader)
            return False
        if act.then == "cut":
            _reset(writer)
            return False
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _send(self, writer: asyncio.StreamWriter, act: Act, data: bytes, *, is_chunked: bool = False) -> None:
        for piece in _cut(data, act.cuts):
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
            await writer.drain()
            if act.cuts:
                await asyncio.sleep(0)


class MuteServer:
    """A server that takes connections and never says a word, not even to shake hands; `url` asks for a handshake."""

    async def __aenter__(self) -> MuteServer:
        self._writers: list[asyncio.StreamWriter] = []
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.url = f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()
        await self._server.wait_closed()

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)


def address_of_nobody() -> str:
    """An address on this machine at which nothing listens: the port that discards. A port that merely was free a moment
    ago may be given to the server of another test."""
    return f"http://127.0.0.1:{DISCARD_PORT}"


def sse(data: object, *, event: str = "") -> bytes:
    """One server-sent event."""
    name = f"event: {event}\n" if event else ""
    said = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"{name}data: {said}\n\n".encode()


async def _request(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    path, _, query = target.partition("?")
    return Asked(
        method=method, path=path, query=query, headers=headers, body=json.loads(body) if body.strip() else None
    )


def _head(status: int, kind: str, headers: Mapping[str, str], length: int | None) -> bytes:
    framing = {"transfer-encoding": "chunked"} if length is None else {"content-length": str(length)}
    lines = {"date": DATE, "content-type": kind, **framing, **headers}
    return "\r\n".join(
        [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in lines.items()), "", ""]
    ).encode()


def _cut(data: bytes, sizes: tuple[int, ...]) -> list[bytes]:
    if not sizes:
        return [data] if data else []
    pieces, start, turn = [], 0, 0
    while start < len(data):
        size = sizes[turn % len(sizes)]
        pieces.append(data[start : start + size])
        start, turn = start + size, turn + 1
    return pieces


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection so that the other side is told of an error and not of an end."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
