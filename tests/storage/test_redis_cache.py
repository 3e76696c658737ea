"""What does an operator read when Redis is out of order, and is a password ever shown?"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import traceback
from asyncio import StreamReader, StreamWriter
from pathlib import Path

import pytest

from core.domain.errors import MootError, StorageFailed, WrongUse
from core.domain.ids import Digest
from storage.redis_cache import RedisCache
from tests.contracts.test_response_cache import NOW, kept, key
from tests.redis_server import PATIENT_SECONDS, redis_server
from tests.wire.server import DISCARD_PORT

PASSWORD = "correct-horse-battery"


def patient(url: str) -> RedisCache:
    return RedisCache(url, wait_seconds_max=PATIENT_SECONDS)


async def test_a_server_that_isnt_there_is_named_without_its_password() -> None:
    port = DISCARD_PORT
    cache = patient(f"redis://:{PASSWORD}@127.0.0.1:{port}/0")

    with pytest.raises(StorageFailed, match=rf"redis at 127\.0\.0\.1:{port}: it can't be reached") as failed:
        await cache.find(key(1), now_ms=NOW)
    await cache.close()

    assert PASSWORD not in "".join(traceback.format_exception(failed.value))


async def test_a_server_that_is_killed_and_comes_back_is_used_again(tmp_path: Path) -> None:
    with redis_server(tmp_path) as first:
        cache = patient(first.url)
        await cache.keep(key(1), kept(), like=None, now_ms=NOW)
        first.stop()
        with pytest.raises(StorageFailed, match="can't be reached"):
            await cache.find(key(1), now_ms=NOW)
        with redis_server(tmp_path, "--port", str(first.port)):
            found = await cache.find(key(1), now_ms=NOW)
            await cache.keep(key(2), kept("anew"), like=None, now_ms=NOW)
            anew = await cache.find(key(2), now_ms=NOW)
            await cache.close()

    assert found is None, "it kept nothing on disk"
    assert anew == kept("anew")


async def test_a_server_that_doesnt_answer_is_not_waited_for() -> None:
    async def silent(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        cache = RedisCache(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
        with pytest.raises(StorageFailed, match="doesn't answer in time"):
            await cache.find(key(1), now_ms=NOW)
        await cache.close()


@pytest.mark.parametrize("given", ["", ":wrong-password@"])
async def test_a_refused_password_is_said_and_not_shown(tmp_path: Path, given: str) -> None:
    with redis_server(tmp_path, "--requirepass", PASSWORD) as server:
        cache = patient(f"redis://{given}127.0.0.1:{server.port}/0")
        with pytest.raises(StorageFailed, match="refuses moot's name or password") as failed:
            await cache.find(key(1), now_ms=NOW)
        await cache.close()
        accepted = patient(f"redis://:{PASSWORD}@127.0.0.1:{server.port}/0")
        await accepted.keep(key(1), kept(), like=None, now_ms=NOW)
        found = await accepted.find(key(1), now_ms=NOW)
        await accepted.close()

    assert found == kept()
    assert "wrong-password" not in str(failed.value)


async def test_a_server_that_is_full_refuses_and_says_so(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--maxmemory", "1mb", "--maxmemory-policy", "noeviction") as server:
        cache = patient(server.url)
        with pytest.raises(StorageFailed, match="its memory is full"):
            await cache.keep(key(1), kept("x" * 2_000_000), like=None, now_ms=NOW)
        await cache.close()


async def test_a_server_of_something_else_is_refused() -> None:
    async def other(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(other, "127.0.0.1", 0) as server:
        cache = patient(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
        with pytest.raises(StorageFailed):
            await cache.find(Digest("0"), now_ms=NOW)
        await cache.close()


@pytest.mark.parametrize("url", [f"http://:{PASSWORD}@x", PASSWORD, f"redis://:{PASSWORD}@x:port/0", ""])
def test_an_address_that_cant_be_meant_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(WrongUse, match="no address of a Redis server") as refused:
        RedisCache(url)

    assert PASSWORD not in str(refused.value)
    assert refused.value.__cause__ is None


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)

    with pytest.raises(MootError, match="extra 'redis'"):
        RedisCache("redis://localhost")


def test_naming_redis_loads_no_client() -> None:
    code = "import sys, storage.redis_cache; sys.exit('redis' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
