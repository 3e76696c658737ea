"""How do whole debates come into a database that a test looks at?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from console.bootstrap import KINDS
from core.domain.commands import COMMANDS
from core.domain.events import ENGINE_EVENTS, Recorded
from core.domain.ids import SessionId
from core.ports.event_log import Append, EventLog
from storage.codec import Codec


def whole_codec() -> Codec:
    """Of every kind that there is."""
    return Codec((*ENGINE_EVENTS, *KINDS.events, *COMMANDS, *KINDS.commands))


async def record(log: EventLog, debate: Iterable[Recorded], session: SessionId, *, later_ms: int = 0) -> None:
    """Append a debate as it was settled, as a session of that name, so much later."""
    heads = 0

    def append_of(each: Recorded) -> int:
        nonlocal heads
        heads += each.envelope is not None
        return heads

    for _, part in groupby(debate, key=append_of):
        records = list(part)
        envelope = records[0].envelope
        await log.append(
            Append(
                session=session,
                envelope=replace(envelope, at_ms=envelope.at_ms + later_ms),
                events=tuple(record.event for record in records),
                expected_seq=records[0].seq - 1,
            )
        )
