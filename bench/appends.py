"""What does an append to the log cost beside a bare commit of the same rows: alone, and a hundred at once?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from statistics import median

from bench.bare_sqlite import bare_log
from bench.engine_turn import text_of
from bench.measuring import Figure
from core.domain.commands import COMMANDS, AddStatement, Envelope
from core.domain.events import ENGINE_EVENTS
from core.domain.ids import SessionId
from core.flows.debate_events import DEBATE_EVENTS, StatementAdded
from core.ports.event_log import Append, EventLog
from storage.codec import Codec
from storage.opened import open_storage

AT_ONCE = 100
"""Sessions that append within one turn of the event loop."""

SINGLES = 200
GROUPS = 10


class Sessions:
    """Sessions of which each append knows where the last one ended."""

    def __init__(self, log: EventLog, count: int) -> None:
        self._log = log
        self._seq = {SessionId(f"{number:032x}"): 0 for number in range(count)}

    async def append(self, session: SessionId) -> None:
        """One command and the one event that it brought about, of about 600 bytes."""
        seq = self._seq[session]
        text = text_of(seq)
        envelope = Envelope(command=AddStatement(text=text, by="bench"), actor="bench", at_ms=seq, correlation="bench")
        event = StatementAdded(text=text, by="bench", round=1)
        await self._log.append(Append(session=session, envelope=envelope, events=(event,), expected_seq=seq))
        self._seq[session] = seq + 1

    async def singles(self, count: int) -> None:
        session = next(iter(self._seq))
        for _ in range(count):
            await self.append(session)

    async def groups(self, count: int) -> None:
        for _ in range(count):
            await asyncio.gather(*map(self.append, self._seq))


async def appends(folder: Path, *, rounds: int, synchronous: str, at_once: int = AT_ONCE) -> list[Figure]:
    """Ours and the bare ones in turns."""
    level = "FULL" if synchronous == "full" else "NORMAL"
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # before anything is measured
    storage = open_storage(
        folder / "moot.db",
        codec=Codec((*ENGINE_EVENTS, *DEBATE_EVENTS, *COMMANDS)),
        synchronous="FULL" if synchronous == "full" else "NORMAL",
    )
    sessions = Sessions(storage.log, at_once)
    await sessions.groups(2)
    us: dict[str, list[float]] = {"single": [], "bare single": [], "grouped": [], "bare grouped": []}
    loop = asyncio.get_running_loop()
    try:
        with bare_log(folder / "bare.db", synchronous=level) as bare:
            for _ in range(rounds):
                began = loop.time()
                await sessions.singles(SINGLES)
                us["single"].append((loop.time() - began) / SINGLES * 1e6)
                began = loop.time()
                bare.commits(SINGLES, rows=1)
                us["bare single"].append((loop.time() - began) / SINGLES * 1e6)
                began = loop.time()
                await sessions.groups(GROUPS)
                us["grouped"].append((loop.time() - began) / GROUPS / at_once * 1e6)
                began = loop.time()
                bare.commits(GROUPS, rows=at_once)
                us["bare grouped"].append((loop.time() - began) / GROUPS / at_once * 1e6)
    finally:
        await storage.close()
    return [
        Figure(
            case="append",
            name=f"{name}, {synchronous}",
            value=median(us[kind]),
            unit="µs",
            baseline=median(us[f"bare {kind}"]),
            note="one event with its envelope, encoded and checked",
        )
        for kind, name in (("single", "one at a time"), ("grouped", f"each of {at_once} at once"))
    ]
