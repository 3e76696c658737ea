"""Does every cache of answers keep the promises of its port?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from core.domain.errors import StorageFailed
from core.domain.ids import Digest
from core.ports.response_cache import Answer, CacheBounds, CacheSize, EntryUnreadable, KeptAnswer, ResponseCache
from storage.memory_cache import MEMORY_BOUNDS, MemoryCache
from storage.opened import open_storage
from storage.redis_cache import NAMESPACE, RedisCache
from storage.response_cache import COUNTED_AGAIN_EVERY, SqliteResponseCache
from tests.redis_server import PATIENT_SECONDS, RedisServer, redis_server
from tests.storage.builders import codec

NOW = 1_790_000_000_000
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
TEXTS = ["yes", "Straße, 日本語, 🚲, e\u0301", 'quotes " and \\ and \x00 and \n', "x" * 300_000]


@dataclass(kw_only=True)
class Place:
    """A cache that lasts: it can be opened again, and what it holds spoilt."""

    open: Callable[[CacheBounds], tuple[ResponseCache, Callable[[], Awaitable[None]]]]
    empty: Callable[[], Awaitable[None]]
    spoil: Callable[[Digest], Awaitable[None]] | None = None


def memory_place() -> Place:
    async def nothing() -> None:
        """Each cache in memory begins empty."""

    return Place(open=lambda bounds: ((cache := MemoryCache(bounds)), cache.close), empty=nothing)


def sqlite_place(folder: Path) -> Place:
    path = folder / "moot.db"

    def opened(bounds: CacheBounds) -> tuple[ResponseCache, Callable[[], Awaitable[None]]]:
        storage = open_storage(path, codec=codec())
        kept = storage.response_cache
        assert isinstance(kept, SqliteResponseCache)
        cache = SqliteResponseCache(writer=kept._writer, readers=kept._readers, where=str(path), bounds=bounds)
        return cache, storage.close

    async def change(statement: str, *values: object) -> None:
        storage = open_storage(path, codec=codec())
        kept = storage.response_cache
        assert isinstance(kept, SqliteResponseCache)
        await kept._writer.run(lambda writer: writer.execute(statement, values))
        await storage.close()

    return Place(
        open=opened,
        empty=lambda: change("DELETE FROM response_cache"),
        spoil=lambda exact: change("UPDATE response_cache SET body = ? WHERE exact = ?", b'{"answer": 7}', exact),
    )


def redis_place(server: RedisServer) -> Place:
    async def change(*command: bytes | str) -> None:
        client = Redis.from_url(server.url)
        await client.execute_command(*command)
        await client.aclose()

    def opened(bounds: CacheBounds) -> tuple[ResponseCache, Callable[[], Awaitable[None]]]:
        cache = RedisCache(server.url, bounds=bounds, wait_seconds_max=PATIENT_SECONDS)
        return cache, cache.close

    return Place(
        open=opened,
        empty=lambda: change("FLUSHALL"),
        spoil=lambda exact: change("SET", f"{NAMESPACE}answer:{exact}", b"\xff no answer"),
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture(params=["memory", "sqlite", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    match request.param:
        case "memory":
            return memory_place()
        case "sqlite":
            return sqlite_place(tmp_path)
        case _:
            return redis_place(request.getfixturevalue("server"))


@pytest.fixture
async def cache(place: Place) -> AsyncIterator[ResponseCache]:
    await place.empty()
    opened, close = place.open(MEMORY_BOUNDS)
    yield opened
    await close()


def key(number: int) -> Digest:
    return Digest(f"{number:064x}")


def kept(text: str = "yes", *, at_ms: int = NOW, stands_ms: int = HOUR_MS) -> KeptAnswer:
    answer = Answer(
        text=text,
        model="scripted:calm",
        stop_reason="stop",
        tokens_input=812,
        tokens_output=301,
        cost_microusd=400,
        latency_ms=22,
    )
    return KeptAnswer(answer=answer, kept_at_ms=at_ms, expires_at_ms=at_ms + stands_ms)


async def test_an_empty_cache_finds_nothing(cache: ResponseCache) -> None:
    assert await cache.find(key(1), now_ms=NOW) is None
    assert await cache.find_like(key(1), now_ms=NOW) is None
    assert await cache.size() == CacheSize(entries=0, bytes=0)


@pytest.mark.parametrize("text", TEXTS, ids=["short", "foreign", "controls", "long"])
async def test_what_is_kept_is_found_equal(cache: ResponseCache, text: str) -> None:
    await cache.keep(key(1), kept(text), like=None, now_ms=NOW)

    assert await cache.find(key(1), now_ms=NOW + 1) == kept(text)
    assert await cache.find(key(2), now_ms=NOW + 1) is None


async def test_an_answer_stands_until_its_moment_and_not_from_it_on(cache: ResponseCache) -> None:
    await cache.keep(key(1), kept(), like=key(9), now_ms=NOW)

    assert await cache.find(key(1), now_ms=NOW + HOUR_MS - 1) == kept()
    assert await cache.find_like(key(9), now_ms=NOW + HOUR_MS - 1) == kept()
    assert await cache.find(key(1), now_ms=NOW + HOUR_MS) is None
    assert await cache.find_like(key(9), now_ms=NOW + HOUR_MS) is None


async def test_an_answer_that_doesnt_stand_any_more_is_not_kept(cache: ResponseCache) -> None:
    await cache.keep(key(1), kept(stands_ms=0), like=None, now_ms=NOW)

    assert await cache.size() == CacheSize(entries=0, bytes=0)


async def test_the_newer_answer_takes_the_place_of_the_older(cache: ResponseCache) -> None:
    await cache.keep(key(1), kept("older", at_ms=NOW), like=key(8), now_ms=NOW)
    await cache.keep(key(1), kept("newer", at_ms=NOW + 5), like=key(9), now_ms=NOW + 5)

    assert await cache.find(key(1), now_ms=NOW + 6) == kept("newer", at_ms=NOW + 5)
    assert (await cache.size()).entries == 1
    assert await cache.find_like(key(8), now_ms=NOW + 6) is None


async def test_of_several_that_are_alike_the_newest_is_found(cache: ResponseCache) -> None:
    for number in (1, 2, 3):
        await cache.keep(key(number), kept(str(number)), like=key(9), now_ms=NOW + number)

    found = await cache.find_like(key(9), now_ms=NOW + 5)

    assert found == kept("3")
    assert await cache.find(key(9), now_ms=NOW + 5) is None, "a likeness is no request"
    assert await cache.find_like(key(1), now_ms=NOW + 5) is None, "a request is no likeness"


async def test_what_was_used_least_recently_is_forgotten_first(place: Place) -> None:
    await place.empty()
    cache, close = place.open(CacheBounds(entries_max=3, bytes_max=10_000_000))
    for number in (1, 2, 3):
        await cache.keep(key(number), kept(str(number)), like=key(90 + number), now_ms=NOW + number)
    await cache.find(key(1), now_ms=NOW + 4)
    await cache.find_like(key(92), now_ms=NOW + 5)

    await cache.keep(key(4), kept("4"), like=None, now_ms=NOW + 6)
    found = [await cache.find(key(number), now_ms=NOW + 7) is not None for number in (1, 2, 3, 4)]
    forgotten = await cache.find_like(key(93), now_ms=NOW + 7)
    size = await cache.size()
    await close()

    assert found == [True, True, False, True]
    assert forgotten is None
    assert size.entries == 3


async def test_what_is_forgotten_takes_no_newer_like_with_it(place: Place) -> None:
    await place.empty()
    cache, close = place.open(CacheBounds(entries_max=2, bytes_max=10_000_000))
    for number, like in ((1, key(9)), (2, key(9)), (3, None)):
        await cache.keep(key(number), kept(str(number)), like=like, now_ms=NOW + number)

    forgotten, found = await cache.find(key(1), now_ms=NOW + 4), await cache.find_like(key(9), now_ms=NOW + 4)
    await close()

    assert forgotten is None
    assert found == kept("2")


async def test_a_cache_never_holds_more_bytes_than_it_may(place: Place) -> None:
    await place.empty()
    cache, close = place.open(CacheBounds(entries_max=1_000, bytes_max=50_000))
    for number in range(20):
        await cache.keep(key(number), kept("x" * 9_000), like=None, now_ms=NOW + number)
        assert (await cache.size()).bytes <= 50_000

    size = await cache.size()
    newest = await cache.find(key(19), now_ms=NOW + 30)
    await close()

    assert 3 <= size.entries <= 5
    assert newest is not None


async def test_an_answer_larger_than_the_cache_is_not_kept_and_pushes_nothing_out(place: Place) -> None:
    await place.empty()
    cache, close = place.open(CacheBounds(entries_max=10, bytes_max=20_000))
    await cache.keep(key(1), kept("small"), like=None, now_ms=NOW)
    await cache.keep(key(2), kept("x" * 20_000), like=None, now_ms=NOW + 1)

    large, small = await cache.find(key(2), now_ms=NOW + 2), await cache.find(key(1), now_ms=NOW + 2)
    await close()

    assert large is None
    assert small == kept("small")


async def test_what_doesnt_stand_any_more_makes_room_before_what_does(place: Place) -> None:
    await place.empty()
    cache, close = place.open(CacheBounds(entries_max=2, bytes_max=10_000_000))
    await cache.keep(key(1), kept("long"), like=None, now_ms=NOW)
    await cache.keep(key(2), kept("brief", at_ms=NOW + 1, stands_ms=10), like=None, now_ms=NOW + 1)
    await cache.find(key(2), now_ms=NOW + 2)

    await cache.keep(key(3), kept("third"), like=None, now_ms=NOW + 20)
    first = await cache.find(key(1), now_ms=NOW + 21)
    await close()

    assert first == kept("long")


async def test_everything_can_be_forgotten(cache: ResponseCache) -> None:
    for number in range(5):
        await cache.keep(key(number), kept(), like=key(90 + number), now_ms=NOW)
    await cache.forget_all()

    assert await cache.size() == CacheSize(entries=0, bytes=0)
    assert await cache.find(key(1), now_ms=NOW) is None
    assert await cache.find_like(key(91), now_ms=NOW) is None

    await cache.keep(key(1), kept(), like=None, now_ms=NOW)
    assert (await cache.size()).entries == 1


async def test_many_keep_and_look_at_once(cache: ResponseCache) -> None:
    async def one(number: int) -> KeptAnswer | None:
        await cache.keep(key(number), kept(str(number)), like=key(1_000 + number % 3), now_ms=NOW + number)
        return await cache.find(key(number), now_ms=NOW + number)

    found = await asyncio.gather(*(one(number) for number in range(60)))

    assert found == [kept(str(number)) for number in range(60)]
    assert (await cache.size()).entries == 60


@pytest.mark.parametrize("place", ["sqlite", "redis"], indirect=True)
async def test_a_text_that_no_encoding_takes_is_refused_and_nothing_kept(cache: ResponseCache) -> None:
    with pytest.raises(StorageFailed, match="can't be written down"):
        await cache.keep(key(1), kept("half a pair: \ud83d"), like=None, now_ms=NOW)

    assert await cache.size() == CacheSize(entries=0, bytes=0)


@pytest.mark.parametrize("place", ["sqlite", "redis"], indirect=True)
async def test_answers_outlive_the_process(place: Place) -> None:
    await place.empty()
    first, close = place.open(MEMORY_BOUNDS)
    await first.keep(key(1), kept("from before"), like=key(9), now_ms=NOW)
    size = await first.size()
    await close()
    again, close = place.open(MEMORY_BOUNDS)
    found = await again.find(key(1), now_ms=NOW + 1), await again.find_like(key(9), now_ms=NOW + 1)
    size_again = await again.size()
    await close()

    assert found == (kept("from before"),) * 2
    assert size_again == size


@pytest.mark.parametrize("place", ["sqlite", "redis"], indirect=True)
async def test_two_that_share_a_place_keep_its_bounds_together(place: Place) -> None:
    await place.empty()
    bounds = CacheBounds(entries_max=8, bytes_max=10_000_000)
    (one, close_one), (other, close_other) = place.open(bounds), place.open(bounds)
    for number in range(2 * COUNTED_AGAIN_EVERY + 20):
        await (one if number % 2 else other).keep(key(number), kept(str(number)), like=None, now_ms=NOW + number)
    found = await one.find(key(number - 1), now_ms=NOW + number)
    size = await other.size()
    await close_one()
    await close_other()

    assert found == kept(str(number - 1)), "what the other kept"
    assert size.entries <= 8, "each counts what it wrote itself, and now and then all"


@pytest.mark.parametrize("place", ["sqlite", "redis"], indirect=True)
@pytest.mark.parametrize("is_like", [False, True])
async def test_a_spoilt_entry_is_said_once_and_gone(place: Place, is_like: bool) -> None:
    await place.empty()
    cache, close = place.open(MEMORY_BOUNDS)
    find = cache.find_like if is_like else cache.find
    wanted = key(9) if is_like else key(1)
    await cache.keep(key(1), kept(), like=key(9), now_ms=NOW)
    await cache.keep(key(2), kept("sound"), like=None, now_ms=NOW)
    assert place.spoil is not None
    await place.spoil(key(1))

    with pytest.raises(EntryUnreadable, match="can't be read"):
        await find(wanted, now_ms=NOW + 1)
    again, sound, size = (
        await find(wanted, now_ms=NOW + 1),
        await cache.find(key(2), now_ms=NOW + 1),
        await cache.size(),
    )
    await close()

    assert again is None
    assert sound == kept("sound")
    assert size.entries == 1


class Model:
    """The port in a few plain lines: what each place is compared with."""

    def __init__(self, entries_max: int) -> None:
        self.entries_max = entries_max
        self.entries: dict[Digest, tuple[KeptAnswer, Digest | None]] = {}
        self.likes: dict[Digest, Digest] = {}

    def find(self, exact: Digest | None, now_ms: int) -> KeptAnswer | None:
        entry = self.entries.get(exact) if exact else None
        if exact is None or entry is None or entry[0].expires_at_ms <= now_ms:
            return None
        self.entries[exact] = self.entries.pop(exact)
        return entry[0]

    def find_like(self, like: Digest, now_ms: int) -> KeptAnswer | None:
        return self.find(self.likes.get(like), now_ms)

    def keep(self, exact: Digest, entry: KeptAnswer, like: Digest | None, now_ms: int) -> None:
        self.drop(exact)
        for old in [old for old, (its, _) in self.entries.items() if its.expires_at_ms <= now_ms]:
            self.drop(old)
        self.entries[exact] = entry, like
        if like:
            self.likes[like] = exact
        while len(self.entries) > self.entries_max:
            self.drop(next(iter(self.entries)))

    def drop(self, exact: Digest) -> None:
        _, like = self.entries.pop(exact, (None, None))
        if like and self.likes.get(like) == exact:
            del self.likes[like]


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["find", "find", "find_like", "keep", "keep", "keep"]),
        st.integers(1, 6),
        st.booleans(),
        st.sampled_from([HOUR_MS, 3 * MINUTE_MS]),
    ),
    max_size=40,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(moves=MOVES)
def test_whatever_is_kept_and_looked_for_every_place_answers_alike(
    place: Place, moves: list[tuple[str, int, bool, int]]
) -> None:
    async def play() -> None:
        await place.empty()
        cache, close = place.open(CacheBounds(entries_max=3, bytes_max=10_000_000))
        model = Model(entries_max=3)
        for at, (move, number, has_like, stands_ms) in enumerate(moves):
            now_ms = NOW + at * MINUTE_MS
            if move == "keep":
                # Each request has a likeness of its own: which older one comes back into sight is nobody's promise.
                like = key(90 + number) if has_like else None
                entry = kept(f"{number} at {at}", at_ms=now_ms, stands_ms=stands_ms)
                await cache.keep(key(number), entry, like=like, now_ms=now_ms)
                model.keep(key(number), entry, like, now_ms)
            elif move == "find":
                assert await cache.find(key(number), now_ms=now_ms) == model.find(key(number), now_ms)
            else:
                assert await cache.find_like(key(90 + number), now_ms=now_ms) == model.find_like(
                    key(90 + number), now_ms
                )
        for number in range(1, 7):
            now_ms = NOW + len(moves) * MINUTE_MS
            assert await cache.find(key(number), now_ms=now_ms) == model.find(key(number), now_ms)
        await close()

    asyncio.run(play())
