"""What must a way of telling somebody something answer?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from core.domain.errors import MootError
from core.notifying.delivering import Delivery


class NotDelivered(MootError):
    """A try that failed. `is_final` where no further one can help; `retry_after_ms` is how long the receiver asked to
    be left alone, None where it said nothing."""

    def __init__(self, what: str, *, is_final: bool = False, retry_after_ms: int | None = None) -> None:
        super().__init__(what)
        self.is_final = is_final
        self.retry_after_ms = retry_after_ms


class ChannelUnready(MootError):
    """A channel that is set up lacks something that is not in the settings. What goes by it waits."""


@runtime_checkable
class LacksSomething(Protocol):
    """A channel that may not be of use yet; `lacks` says why, "" where nothing is missing."""

    @property
    def lacks(self) -> str: ...


@runtime_checkable
class SaysWhere(Protocol):
    """A channel of which an operator wants to know where it is."""

    @property
    def where(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of what is told by a channel, such as a mail's subject, as it reads there."""

    name: str
    text: str


@runtime_checkable
class Worded(Protocol):
    """A channel that can show beforehand how something would read."""

    def wording(self, delivery: Delivery) -> tuple[Part, ...]:
        """Raises MootError where a template of the operator's can't word it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Driving:
    """What a process that drives can do for a channel.

    `committed_beyond` waits until more than a position of the log is committed, and says how far. `tell_participants`
    has those of a session hear what is told, in their next prompts, and does it once for each delivery; as
    `Channel.deliver` it says what is worth a note, and raises NotDelivered.
    """

    committed_beyond: Callable[[int], Awaitable[int]]
    tell_participants: Callable[[Delivery], Awaitable[str | None]]


@runtime_checkable
class Attended(Protocol):
    """A channel with something of its own to do while a process drives, such as a server."""

    async def attend(self, driving: Driving) -> None:
        """Begin, and return. What can't be begun is said by `lacks`, and tried again. `close` ends it."""
        ...


class Channel(Protocol):
    """One way to somebody. A delivery may be handed over more than once, always with the same id."""

    @property
    def name(self) -> str: ...

    @property
    def at_once_max(self) -> int:
        """So many deliveries may be under way by it at the same moment."""
        ...

    async def deliver(self, delivery: Delivery) -> str | None:
        """Return once the receiver has it, with what is worth a note on record of how it got there. Raises
        NotDelivered. Takes a bounded time, and may be cancelled."""
        ...

    async def close(self) -> None:
        """Let go of what is held. Nothing is delivered afterwards."""
        ...
