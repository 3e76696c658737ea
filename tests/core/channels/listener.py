"""Who listens to the live channel in the tests, and what does it stand on?"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from core.channels.live import Live
from core.channels.live_journal import LiveJournal
from core.domain.events import Recorded, SessionCompleted
from core.domain.ids import SessionId
from core.notifying.delivering import Delivery
from core.ports.channel import Driving
from core.ports.live_target import LiveTarget
from core.runtime.announcements import Announcements
from storage.wire import CommandWire

TOKEN = "a token of the tests"
"""None that opens anything."""


class RealClock:
    """The Clock port as the tests of sockets need it."""

    def now_ms(self) -> int:
        return 1_790_000_000_000

    async def sleep(self, milliseconds: int) -> None:
        await asyncio.sleep(0)


@dataclass
class Pages:
    """As much of the EventLog port as the channel needs, and the word that something was committed."""

    records: list[Recorded] = field(default_factory=list)
    announcements: Announcements = field(default_factory=Announcements)

    async def last_position(self) -> int:
        return len(self.records)

    async def read_all(
        self, *, after_position: int = 0, limit: int = 1_000, with_envelopes: bool = True
    ) -> Sequence[Recorded]:
        return self.records[after_position : after_position + limit]

    def commit(self, reason: str, session: str = "ab12") -> None:
        position, event = len(self.records) + 1, SessionCompleted(reason=reason)
        self.records.append(
            Recorded(session=SessionId(session), seq=position, position=position, at_ms=position, event=event)
        )
        self.announcements.committed(position)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A server that listens, and its log."""

    live: Live
    log: Pages

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.live.port}"

    def connect(self, token: str = TOKEN, **how: Any) -> connect:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return connect(self.url, additional_headers=headers, proxy=None, **how)


async def _nobody(delivery: Delivery) -> str | None:
    raise AssertionError("no participant listens here")


@asynccontextmanager
async def opened(folder: Path, *, log: Pages | None = None, **target: Any) -> AsyncIterator[Opened]:
    """The channel with its server on a free port, closed at the end."""
    pages = log if log is not None else Pages()
    journal = LiveJournal(folder / "moot.live.jsonl")
    live = Live(
        LiveTarget(port=target.pop("port", 0), token=TOKEN, **target),
        journal,
        log=pages,  # type: ignore[arg-type]  # as much of the port as is needed
        wire=CommandWire(()),
        clock=RealClock(),
    )
    await live.attend(Driving(committed_beyond=pages.announcements.beyond, tell_participants=_nobody))
    try:
        yield Opened(live=live, log=pages)
    finally:
        await live.close()


async def heard(client: ClientConnection, count: int) -> list[dict[str, Any]]:
    """The next messages."""
    return [json.loads(await client.recv()) for _ in range(count)]


def small_socket(port: int) -> socket.socket:
    """A connection whose buffers are as small as they get: what nobody reads soon stops."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    found.connect(("127.0.0.1", port))
    found.setblocking(False)
    return found
