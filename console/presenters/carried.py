"""What did a fork take along, as if it had been recorded there?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from core.domain.events import Recorded, SessionForked

FORKED = "├ fork"
ID_SHOWN_CHARACTERS = 8


def carried(record: Recorded, event: SessionForked) -> Iterator[Recorded]:
    """The events that were taken along, each at its own time. They have no place in the fork's log: their numbers are
    below nothing, so that none is taken for one of its own."""
    for number, each in enumerate(event.prefix.events, start=1):
        yield replace(record, seq=-number, at_ms=each.at_ms, event=each.event, envelope=None)


async def unfolded(events: AsyncIterator[Recorded]) -> AsyncIterator[Recorded]:
    """What a fork took along comes before the word that it is one."""
    async for record in events:
        if isinstance(record.event, SessionForked):
            for each in carried(record, record.event):
                yield each
        yield record


def forked_words(event: SessionForked) -> str:
    """Where a fork begins and whose money was spent before."""
    prefix = event.prefix
    return f"from here on; before it: session {prefix.session[:ID_SHOWN_CHARACTERS]} up to its event {prefix.seq}"
