"""Where are answers kept, so that the same needn't be asked and paid for twice?

A cache is a convenience: it may forget anything at any time. What it gives back is what was kept, or nothing. It is
told the time, holds digests of what was asked and never the words, and no key of a provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.domain.errors import StorageFailed
from core.domain.ids import Digest

ENTRY_OVERHEAD_BYTES = 512
"""What an entry takes besides its text: digests, counts and the places where they are looked up."""


class CacheMode(StrEnum):
    """Which kept answers are given: none, those to the same request, or also those to one that asks the same."""

    OFF = "off"
    EXACT = "exact"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer: its words, the model that gave them, why it stopped, and what it took to get it."""

    text: str
    model: str
    stop_reason: str
    tokens_input: int
    tokens_output: int
    cost_microusd: int
    latency_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer with the moments (Unix ms) at which it was kept and from which on it doesn't stand any more."""

    answer: Answer
    kept_at_ms: int
    expires_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheBounds:
    """What a cache holds at most. Beyond either, what was least recently found or kept is forgotten first."""

    entries_max: int
    bytes_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheSize:
    """What a cache holds; `bytes` counts what is stored for each answer and an overhead."""

    entries: int
    bytes: int


class EntryUnreadable(StorageFailed):
    """What was found is no kept answer. It was dropped, so that the next look finds nothing."""


class ResponseCache(Protocol):
    """Answers by digest. Every method may raise StorageFailed where the place is out of order."""

    @property
    def name(self) -> str:
        """What an operator calls this place: `memory`, `database`, `redis`."""
        ...

    async def find(self, exact: Digest, *, now_ms: int) -> KeptAnswer | None:
        """What was kept under `exact` and stands at `now_ms`. Raises EntryUnreadable."""
        ...

    async def find_like(self, like: Digest, *, now_ms: int) -> KeptAnswer | None:
        """The newest answer kept with `like` that stands at `now_ms`. Raises EntryUnreadable."""
        ...

    async def keep(self, exact: Digest, kept: KeptAnswer, *, like: Digest | None, now_ms: int) -> None:
        """Keep it, in place of what was under `exact`. One that is larger than the cache is not kept."""
        ...

    async def size(self) -> CacheSize: ...

    async def forget_all(self) -> None:
        """Forget every answer."""
        ...

    async def close(self) -> None:
        """Let go of what is held. Nothing else is called afterwards."""
        ...
