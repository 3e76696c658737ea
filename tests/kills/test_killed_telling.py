"""Is anything lost, or told twice under another key, where a real `moot` is killed while it tells a webhook?"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.notifying.delivering import DeliveryState
from core.ports.outbox import Wanted
from storage.opened import open_storage
from tests.console.cli.forks import Forking
from tests.core.notifying.builders import notification, told
from tests.storage.builders import codec

pytestmark = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="a process is killed by a handle that this system doesn't give"
)

NOTIFICATIONS = 60
LIVES_KILLED = 4
REQUESTS_MAX = 5
"""A process is killed at the latest at so many requests of its life."""

SEED = 20_261_120
SECONDS_MAX = 120


class Hearing:
    """A webhook that counts what it hears by its key, and kills who tells it at the request that was named: before it
    answers, or once it has."""

    def __init__(self) -> None:
        self.heard: dict[str, list[str]] = {}
        self.has_heard_all = threading.Event()
        self._lock = threading.Lock()
        self._handle: int | None = None
        self._until_kill = 0
        self._answers_first = False

    def hear(self, key: str, body: bytes) -> tuple[bool, bool]:
        """Note a request. Whether it is the one to kill at, and whether it is answered."""
        with self._lock:
            self.heard.setdefault(key, []).append(json.loads(body)["notification"])
            self._until_kill -= 1
            kills = self._until_kill == 0 and self._handle is not None
            return kills, not kills or self._answers_first

    def answered(self) -> None:
        with self._lock:
            if len(self.heard) == NOTIFICATIONS:
                self.has_heard_all.set()

    def kill_at(self, handle: int, *, request: int, answers_first: bool) -> None:
        with self._lock:
            self._handle, self._until_kill, self._answers_first = handle, request, answers_first

    def spare(self) -> None:
        with self._lock:
            self._handle = None

    def kill(self) -> None:
        with self._lock, suppress(ProcessLookupError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)


@contextmanager
def listening() -> Iterator[tuple[Hearing, str]]:
    hearing = Hearing()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kills, is_answered = hearing.hear(self.headers["idempotency-key"], body)
            if is_answered:
                with suppress(ConnectionError):
                    self.send_response(200)
                    self.send_header("content-length", "0")
                    self.end_headers()
            if kills:
                hearing.kill()
            self.close_connection = True
            hearing.answered()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield hearing, f"http://127.0.0.1:{server.server_address[1]}/hook"
        finally:
            server.shutdown()
            thread.join()


async def filled(database: Path) -> set[str]:
    """Put what is to be told into the outbox; the ids of its deliveries."""
    storage = open_storage(database, codec=codec())
    every = [told(notification(number), "ops") for number in range(1, NOTIFICATIONS + 1)]
    assert await storage.outbox.add(every, after=None, position=0)
    await storage.close()
    return {sent.id for each in every for sent in each.deliveries}


async def states(database: Path) -> set[DeliveryState]:
    storage = open_storage(database, codec=codec())
    found = await storage.outbox.find(Wanted())
    await storage.close()
    assert len(found) == NOTIFICATIONS
    return {sent.state for each in found for sent in each.deliveries}


def test_everything_arrives_though_whoever_tells_it_is_killed_again_and_again(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    database, chance = tmp_path / "moot.db", random.Random(SEED)
    ids = asyncio.run(filled(database))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOOT_")}
    environ = {**kept, "MOOT_HOME": str(tmp_path), "MOOT_DATABASE": str(database)}
    forking = Forking()
    try:
        with listening() as (hearing, url), tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            (tmp_path / "config" / "settings.toml").write_text(f'[webhooks.ops]\nurl = "{url}"\n')
            for _ in range(LIVES_KILLED):
                process = forking.begun(("drive",), environ, out=out.fileno(), err=err.fileno())
                handle = os.pidfd_open(process)
                hearing.kill_at(handle, request=chance.randint(1, REQUESTS_MAX), answers_first=chance.random() < 0.5)
                assert forking.ended() == -signal.SIGKILL, err.seek(0) or err.read().decode()
                hearing.spare()
                os.close(handle)
            process = forking.begun(("drive",), environ, out=out.fileno(), err=err.fileno())
            handle = os.pidfd_open(process)
            assert hearing.has_heard_all.wait(SECONDS_MAX)
            signal.pidfd_send_signal(handle, signal.SIGTERM)
            assert forking.ended() != -signal.SIGKILL
            os.close(handle)
    finally:
        forking.kill()

    assert set(hearing.heard) == ids
    assert all(len(set(of)) == 1 for of in hearing.heard.values()), "a key tells of one thing alone"
    assert len({of[0] for of in hearing.heard.values()}) == NOTIFICATIONS
    assert asyncio.run(states(database)) == {DeliveryState.DELIVERED}
