"""Who learns that something was committed, and that somebody is speaking?

The bus says only "up to position p is committed"; whoever wants the events reads them from its own position. What is
being said right now is shown and never recorded: a listener that misses a piece sees it in the next, because each
carries the text so far.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from core.domain.ids import SeatId, SessionId, StepId

Said = TypeVar("Said")
Listener = TypeVar("Listener")

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Progress:
    """What a seat is saying. `pieces` are those since it began; `characters` their length in sum.

    `waiting_for` says what the call waits for before it is sent, "" once it is. `is_superseded` once it broke off: the
    next attempt begins anew, and nothing of this one becomes part of an answer. `tokens_input` and `tokens_output` are
    what the provider can have billed up to the last piece, known once somebody hung up on it, where anybody can tell.
    """

    session: SessionId
    step: StepId
    attempt: int
    seat: SeatId
    round: int
    model: str
    started_at_ms: int
    pieces: list[str]
    characters: int = 0
    waiting_for: str = ""
    is_superseded: bool = False
    tokens_input: int | None = None
    tokens_output: int | None = None

    @property
    def text(self) -> str:
        """The text so far. Joined once and kept, so that asking again costs nothing."""
        if len(self.pieces) > 1:
            self.pieces[:] = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""


class Announcements:
    """Listeners are called on the event loop, in the order in which they came. One that raises is logged and kept."""

    def __init__(self) -> None:
        self.position = 0
        self._committed: dict[int, Callable[[int], None]] = {}
        self._progressed: dict[int, Callable[[Progress], None]] = {}
        self._moved: asyncio.Event | None = None  # made by who waits: mostly nobody does
        self._next_key = 0

    def committed(self, position: int) -> None:
        """Say that everything up to `position` is durable."""
        if position <= self.position:
            return
        self.position = position
        if self._moved is not None:
            self._moved.set()
            self._moved = None
        for listener in tuple(self._committed.values()):
            _call(listener, position)

    def progressed(self, progress: Progress) -> None:
        """Say that a seat has said more."""
        for listener in tuple(self._progressed.values()):
            _call(listener, progress)

    async def beyond(self, position: int) -> int:
        """Wait until more than `position` is committed; returns how far."""
        while self.position <= position:
            if self._moved is None:
                self._moved = asyncio.Event()
            await self._moved.wait()
        return self.position

    def on_committed(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Call `listener` after each commit; the answer ends that."""
        return self._listen(self._committed, listener)

    def on_progress(self, listener: Callable[[Progress], None]) -> Callable[[], None]:
        """Call `listener` for each piece that is spoken; the answer ends that."""
        return self._listen(self._progressed, listener)

    def _listen(self, listeners: dict[int, Listener], listener: Listener) -> Callable[[], None]:
        self._next_key += 1
        key = self._next_key
        listeners[key] = listener

        def stop() -> None:
            listeners.pop(key, None)

        return stop


def _call(listener: Callable[[Said], None], said: Said) -> None:
    """A listener is a guest: what it raises must neither lose a commit nor stop a session."""
    try:
        listener(said)
    except Exception:
        _log.exception("a listener failed")
