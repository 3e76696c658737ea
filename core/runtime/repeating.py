"""Has a request been carried out on a session already, and only its answer was cut off?"""

from __future__ import annotations

from core.domain.events import Event
from core.domain.ids import SessionId
from core.ports.event_log import READ_EVENTS_MAX, EventLog
from core.runtime.requests import Asker


async def recorded_for(log: EventLog, session: SessionId, by: Asker) -> tuple[Event, ...]:
    """The events that a request brought about in a session before this driver began; empty where it has yet to be
    carried out. The log is read for requests alone that lay in the inbox then."""
    if not by.has_waited:
        return ()
    elsewhere = (await log.taken()).get(session, 0)  # another inbox has the same numbers
    found: list[Event] = []
    seq, is_its = 0, False
    while True:
        records = await log.read(session, after_seq=seq)
        for record in records:
            if record.envelope is not None:
                if is_its:
                    return tuple(found)
                is_its = record.position > elsewhere and record.envelope.correlation == by.correlation
            if is_its:
                found.append(record.event)
            seq = record.seq
        if len(records) < READ_EVENTS_MAX:
            return tuple(found)
