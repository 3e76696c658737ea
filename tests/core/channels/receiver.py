"""Who receives webhooks in the tests: a real HTTP server on loopback, as well or ill behaved as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HEAD_BYTES_MAX = 100_000


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it came."""

    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(kw_only=True)
class Answer:
    """What the server does: `hangs` says nothing, `closes` ends the connection without a word, `body_bytes` of an
    answer that never ends are sent."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    closes: bool = False
    body_bytes: int = 0


class Receiver:
    """Answers by `answers` in turn, the last of them for ever."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._answers = list(answers)
        self.received: list[Received] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.received.append(Received(target=lines[0].split()[1], headers=headers, body=body))
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            if answer.hangs:
                await reader.read()  # until the other side has had enough
            elif not answer.closes:
                await self._answer(answer, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, answer: Answer, writer: asyncio.StreamWriter) -> None:
        length = {} if answer.body_bytes else {"content-length": "0"}
        headers = {**length, "connection": "close", **answer.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {answer.status} Said\r\n{head}\r\n".encode())
        for _ in range(answer.body_bytes // 65_536):
            writer.write(b"x" * 65_536)
            await writer.drain()
        await writer.drain()


@asynccontextmanager
async def receiver(*answers: Answer, host: str = "127.0.0.1") -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    found = Receiver(answers or (Answer(),))
    server = await asyncio.start_server(found.serve, host, 0, limit=HEAD_BYTES_MAX)
    async with server:
        found.url = f"http://{host}:{server.sockets[0].getsockname()[1]}/hook?token=hunter2"
        yield found
        server.close()
