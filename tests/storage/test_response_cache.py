"""Does the cache in the database keep its promises when the disk is full, and nothing of what was asked?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.errors import StorageFailed
from core.domain.steps import Message
from core.ports.response_cache import CacheMode
from core.runtime.caching import CachedAnswers
from storage.memory_cache import MemoryCache
from storage.opened import Storage, open_storage
from storage.response_cache import SqliteResponseCache
from tests.contracts.test_response_cache import NOW, kept, key
from tests.core.providers.requests import request
from tests.storage.builders import codec
from tests.virtual_time import VirtualClock

KEY = "sk-planted-0123456789"


def cache_of(storage: Storage) -> SqliteResponseCache:
    assert isinstance(storage.response_cache, SqliteResponseCache)
    return storage.response_cache


async def test_a_full_disk_refuses_one_answer_and_what_is_counted_stays_true(storage: Storage) -> None:
    cache = cache_of(storage)
    connection = cache._writer._connection
    await cache.keep(key(1), kept("before"), like=None, now_ms=NOW)
    (most,) = connection.execute("PRAGMA max_page_count").fetchone()
    connection.execute("PRAGMA max_page_count = 1")  # as many as there are

    with pytest.raises(StorageFailed, match="full"):
        await cache.keep(key(2), kept("x" * 500_000), like=None, now_ms=NOW)
    connection.execute(f"PRAGMA max_page_count = {most}")
    await cache.keep(key(3), kept("after"), like=None, now_ms=NOW)

    size = await cache.size()
    assert (size.entries, size.bytes) == cache._totals
    assert size.entries == 2
    assert await cache.find(key(1), now_ms=NOW) == kept("before")
    assert await cache.find(key(2), now_ms=NOW) is None


async def test_a_closed_database_is_refused_in_the_operators_words(tmp_path: Path) -> None:
    storage = open_storage(tmp_path / "moot.db", codec=codec())
    await storage.close()

    with pytest.raises(StorageFailed, match="closed"):
        await storage.response_cache.find(key(1), now_ms=NOW)
    with pytest.raises(StorageFailed, match="closed"):
        await storage.response_cache.keep(key(1), kept(), like=None, now_ms=NOW)


async def test_finding_an_answer_writes_nothing(storage: Storage) -> None:
    cache = cache_of(storage)
    await cache.keep(key(1), kept(), like=None, now_ms=NOW)
    before = cache._writer._connection.total_changes

    assert await cache.find(key(1), now_ms=NOW + 1) is not None

    assert cache._writer._connection.total_changes == before


async def test_nothing_of_what_was_asked_is_written_down(tmp_path: Path) -> None:
    storage = open_storage(tmp_path / "moot.db", codec=codec())
    cache = CachedAnswers(
        mode=CacheMode.SIMILAR, clock=VirtualClock(), memory=MemoryCache(), behind=(storage.response_cache,)
    )
    messages = (Message(author="system", text=f"Your key is {KEY}."), Message(author="user", text="Is it Wednesday?"))
    asked = replace(request(motion="Weekdays matter"), messages=messages)

    assert await cache.keep(asked, kept("It is Thursday.").answer)
    await storage.close()

    written = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())  # noqa: ASYNC240
    assert b"It is Thursday." in written
    for word in (KEY, "Wednesday", "Weekdays"):
        assert word.encode() not in written
