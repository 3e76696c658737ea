"""How does Redis keep answers that several machines share?

Redis forgets what has expired by itself, but it bounds only the whole server. So each answer's size and last use are
kept beside it, and each look and each keep is one script that the server runs undisturbed: two machines can't disagree
about what is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.domain.errors import StorageFailed, WrongUse
from core.domain.ids import Digest
from core.ports.response_cache import ENTRY_OVERHEAD_BYTES, CacheBounds, CacheSize, EntryUnreadable, KeptAnswer
from storage.kept_answers import decoded, encoded

if TYPE_CHECKING:
    from redis.asyncio import Redis

REDIS_BOUNDS = CacheBounds(entries_max=100_000, bytes_max=512 * 1_048_576)
WAIT_SECONDS_MAX = 0.25
"""A cache that takes longer than this to connect or to answer isn't worth waiting for."""

NAMESPACE = "moot:cache:1:"
"""What every key begins with. Its number grows where the layout changes, so that two releases can share a server."""

# What both scripts do: forget an answer with all that is noted of it.
_DROP = """
local space = KEYS[1]
local function drop(exact)
  local size = redis.call('HGET', space .. 'sizes', exact)
  if not size then return end
  redis.call('DEL', space .. 'answer:' .. exact)
  redis.call('HDEL', space .. 'sizes', exact)
  redis.call('ZREM', space .. 'used', exact)
  redis.call('ZREM', space .. 'expires', exact)
  redis.call('DECRBY', space .. 'bytes', size)
  local like = redis.call('HGET', space .. 'likes', exact)
  if like then
    redis.call('HDEL', space .. 'likes', exact)
    if redis.call('GET', space .. 'like:' .. like) == exact then redis.call('DEL', space .. 'like:' .. like) end
  end
end
"""

_FIND = (
    _DROP
    + """
local exact = ARGV[1]
if ARGV[2] == 'like' then exact = redis.call('GET', space .. 'like:' .. exact) end
if not exact then return nil end
local body = redis.call('GET', space .. 'answer:' .. exact)
if not body then drop(exact) return nil end
redis.call('ZADD', space .. 'used', 'XX', 'GT', ARGV[3], exact)
return {exact, body}
"""
)

_KEEP = (
    _DROP
    + """
local exact, body, size, now, expires = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local entries_max, bytes_max, like = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
drop(exact)
for _, old in ipairs(redis.call('ZRANGEBYSCORE', space .. 'expires', '-inf', now, 'LIMIT', 0, 100)) do drop(old) end
if size > bytes_max or expires <= now then return 0 end
redis.call('SET', space .. 'answer:' .. exact, body, 'PX', expires - now)
redis.call('HSET', space .. 'sizes', exact, size)
redis.call('ZADD', space .. 'used', now, exact)
redis.call('ZADD', space .. 'expires', expires, exact)
redis.call('INCRBY', space .. 'bytes', size)
if like ~= '' then
  redis.call('HSET', space .. 'likes', exact, like)
  redis.call('SET', space .. 'like:' .. like, exact, 'PX', expires - now)
end
while redis.call('ZCARD', space .. 'used') > entries_max
  or tonumber(redis.call('GET', space .. 'bytes')) > bytes_max do
  local oldest = redis.call('ZRANGE', space .. 'used', 0, 0)[1]
  if not oldest then break end
  drop(oldest)
end
return 1
"""
)

_FORGET = _DROP + "drop(ARGV[1]) return 1"

_FORGET_ALL = (
    _DROP
    + """
for _, exact in ipairs(redis.call('ZRANGE', space .. 'used', 0, -1)) do drop(exact) end
return 1
"""
)


class RedisCache:
    """Implements `ResponseCache` on one Redis server, 6.2 or newer. Belongs to one event loop."""

    name = "redis"

    def __init__(
        self, url: str, *, bounds: CacheBounds = REDIS_BOUNDS, wait_seconds_max: float = WAIT_SECONDS_MAX
    ) -> None:
        """`url` may hold a password: it is neither kept nor shown. Raises WrongUse where it can't be meant."""
        self._client = _client(url, wait_seconds_max)
        self._bounds = bounds
        arguments = self._client.connection_pool.connection_kwargs
        self._where = f"redis at {arguments.get('path') or '{host}:{port}'.format_map(_Place(arguments))}"
        self._find = self._client.register_script(_FIND)
        self._keep = self._client.register_script(_KEEP)
        self._forget = self._client.register_script(_FORGET)
        self._forget_all = self._client.register_script(_FORGET_ALL)

    async def find(self, exact: Digest, *, now_ms: int) -> KeptAnswer | None:
        return await self._found(exact, "exact", now_ms)

    async def find_like(self, like: Digest, *, now_ms: int) -> KeptAnswer | None:
        return await self._found(like, "like", now_ms)

    async def keep(self, exact: Digest, kept: KeptAnswer, *, like: Digest | None, now_ms: int) -> None:
        body = encoded(kept)
        size = ENTRY_OVERHEAD_BYTES + len(body)
        limits = (self._bounds.entries_max, self._bounds.bytes_max)
        await self._run(self._keep, exact, body, size, now_ms, kept.expires_at_ms, *limits, like or "")

    async def size(self) -> CacheSize:
        with self._refusals():
            async with self._client.pipeline() as pipeline:
                pipeline.zcard(f"{NAMESPACE}used")
                pipeline.get(f"{NAMESPACE}bytes")
                entries, bytes_kept = await pipeline.execute()
        return CacheSize(entries=int(entries), bytes=int(bytes_kept or 0))

    async def forget_all(self) -> None:
        await self._run(self._forget_all)

    async def close(self) -> None:
        with self._refusals():
            await self._client.aclose()

    async def _found(self, digest: Digest, how: str, now_ms: int) -> KeptAnswer | None:
        row = await self._run(self._find, digest, how, now_ms)
        if row is None:
            return None
        exact, body = row
        try:
            kept = decoded(body, where=self._where)
        except EntryUnreadable:
            await self._run(self._forget, exact)
            raise
        # The server's clock counts what is left; where ours was set meanwhile, ours says what stands.
        return kept if kept.expires_at_ms > now_ms else None

    async def _run(self, script: Any, *arguments: object) -> Any:
        with self._refusals():
            return await script(keys=[NAMESPACE], args=arguments)

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Say Redis's errors in the operator's words; its own may repeat what was sent."""
        from redis import exceptions

        try:
            yield
        except (exceptions.AuthenticationError, exceptions.NoPermissionError) as error:
            raise self._failed("it refuses moot's name or password.", "Mend them in the address.") from error
        except (TimeoutError, exceptions.TimeoutError) as error:
            raise self._failed("it doesn't answer in time.", "See whether it is overloaded.") from error
        except (exceptions.ConnectionError, OSError) as error:
            raise self._failed("it can't be reached.", "Start it, or see whether the address is right.") from error
        except exceptions.OutOfMemoryError as error:
            raise self._failed("its memory is full.", "Give it more, or let it evict keys.") from error
        except (exceptions.RedisError, ValueError, TypeError) as error:
            raise self._failed(f"it refused ({type(error).__name__}).", "It has to be 6.2 or newer.") from error

    def _failed(self, what: str, now: str) -> StorageFailed:
        return StorageFailed(what, where=self._where, now=now)


class _Place(dict[str, Any]):
    """Where a server listens, with Redis's own defaults for what an address leaves out."""

    def __missing__(self, name: str) -> object:
        return {"host": "localhost", "port": 6379}[name]


def _client(url: str, wait_seconds_max: float) -> Redis:
    try:
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ImportError as error:
        raise WrongUse(
            "keeping answers in Redis needs a package that isn't installed.", now="Install moot with its extra 'redis'."
        ) from error
    try:
        return Redis.from_url(
            url,
            socket_connect_timeout=wait_seconds_max,
            socket_timeout=wait_seconds_max,
            retry=Retry(NoBackoff(), 0),  # a miss costs less than waiting for a second try
            protocol=2,
        )
    except ValueError:
        # The cause would show the address, and with it a password.
        raise WrongUse(
            "this is no address of a Redis server.", now="Give one such as redis://localhost:6379/0."
        ) from None
