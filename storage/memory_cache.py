"""How are answers kept in memory?"""

from __future__ import annotations

from core.domain.ids import Digest
from core.ports.response_cache import ENTRY_OVERHEAD_BYTES, CacheBounds, CacheSize, KeptAnswer

MEMORY_BOUNDS = CacheBounds(entries_max=2_000, bytes_max=16 * 1_048_576)


class _Entry:
    __slots__ = ("bytes", "kept", "like")

    def __init__(self, kept: KeptAnswer, like: Digest | None) -> None:
        self.kept = kept
        self.like = like
        self.bytes = ENTRY_OVERHEAD_BYTES + len(kept.answer.text.encode(errors="surrogatepass"))


class MemoryCache:
    """Implements `ResponseCache`. Belongs to one event loop; nothing in it ever waits."""

    name = "memory"

    def __init__(self, bounds: CacheBounds = MEMORY_BOUNDS) -> None:
        self._bounds = bounds
        self._entries: dict[Digest, _Entry] = {}  # least recently used first
        self._likes: dict[Digest, Digest] = {}
        self._bytes = 0
        self._expires_first_ms = 0  # nothing expires before; most keeps needn't look for what has

    async def find(self, exact: Digest, *, now_ms: int) -> KeptAnswer | None:
        entry = self._entries.get(exact)
        if entry is None:
            return None
        if entry.kept.expires_at_ms <= now_ms:
            self._drop(exact)
            return None
        del self._entries[exact]
        self._entries[exact] = entry
        return entry.kept

    async def find_like(self, like: Digest, *, now_ms: int) -> KeptAnswer | None:
        exact = self._likes.get(like)
        return None if exact is None else await self.find(exact, now_ms=now_ms)

    async def keep(self, exact: Digest, kept: KeptAnswer, *, like: Digest | None, now_ms: int) -> None:
        self._drop(exact)
        entry = _Entry(kept, like)
        if entry.bytes > self._bounds.bytes_max or kept.expires_at_ms <= now_ms:
            return
        self._entries[exact] = entry
        self._bytes += entry.bytes
        if like is not None:
            self._likes[like] = exact
        self._expires_first_ms = min(self._expires_first_ms, kept.expires_at_ms)
        if self._is_too_full() and self._expires_first_ms <= now_ms:
            self._drop_expired(now_ms)
        while self._is_too_full():
            self._drop(next(iter(self._entries)))

    async def size(self) -> CacheSize:
        return CacheSize(entries=len(self._entries), bytes=self._bytes)

    async def forget_all(self) -> None:
        self._entries.clear()
        self._likes.clear()
        self._bytes = 0

    async def close(self) -> None:
        await self.forget_all()

    def _is_too_full(self) -> bool:
        return len(self._entries) > self._bounds.entries_max or self._bytes > self._bounds.bytes_max

    def _drop_expired(self, now_ms: int) -> None:
        for exact in [exact for exact, entry in self._entries.items() if entry.kept.expires_at_ms <= now_ms]:
            self._drop(exact)
        self._expires_first_ms = min((entry.kept.expires_at_ms for entry in self._entries.values()), default=0)

    def _drop(self, exact: Digest) -> None:
        entry = self._entries.pop(exact, None)
        if entry is None:
            return
        self._bytes -= entry.bytes
        # A newer answer may have taken over what this one was like.
        if entry.like is not None and self._likes.get(entry.like) == exact:
            del self._likes[entry.like]
