"""How does another process ask the driver to do something?

The inbox is a durable queue in the database. Whoever writes to it needs no lock; the driver answers each message once,
in order, and records the answer beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

INBOX_MESSAGES_MAX = 1_000
"""More waiting than this means that nobody drives: a further message is refused instead of being forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxAnswer:
    """`is_done` says whether it was done; `text` is the result or the reason why not, `body` its plain JSON value."""

    is_done: bool
    text: str
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a message is carried out, and its answer: kept in the transaction of what it changed, so that no crash can
    fall between. Whoever asked sees it only once the driver has answered."""

    message: int
    answer: InboxAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxMessage:
    """A request to the driver: `verb` and `body` (plain JSON values) as the orchestrator's door knows them.

    `kept` is there where it has been carried out and only its answer was cut off: then it must not be done again.
    """

    id: int
    verb: str
    body: Mapping[str, object]
    actor: str
    at_ms: int
    kept: InboxAnswer | None = None


class Inbox(Protocol):
    """Durable when a call returns. Errors are StorageFailed; WrongUse where the inbox is full."""

    async def put(self, *, verb: str, body: Mapping[str, object], actor: str, at_ms: int) -> int:
        """Leave a message; returns its id."""
        ...

    async def waiting(self) -> Sequence[InboxMessage]:
        """Messages without an answer, oldest first. Cheap when nothing changed: the driver asks ten times a second."""
        ...

    async def answer(self, id: int, answer: InboxAnswer, *, at_ms: int) -> None:
        """Let whoever asked see the answer: the one kept by a receipt where there is one, or else `answer`."""
        ...

    async def answer_to(self, id: int) -> InboxAnswer | None:
        """None until the driver has answered."""
        ...
