"""How do tests get a Redis server of their own? One process on a free port, with nothing on disk."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PORTS_TRIED_MAX = 5
LINES_READ_MAX = 100
READY = "Ready to accept connections"
PATIENT_SECONDS = 60.0
"""How long a test of what a server answers lets it take: a busy machine is no finding."""

# Waits for its input to end, which it also does where a test run is killed: no server outlives whoever started it.
# The shell's own hold on the output is let go, so that a server that doesn't start is noticed.
GUARDED = '"$@" & exec >&- 2>&-; read -r _; kill -9 $!; wait $!'


@dataclass(frozen=True, kw_only=True)
class RedisServer:
    """A server that runs, and the shell that guards it."""

    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """End it at once; stopping twice is stopping once."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait()


@contextmanager
def redis_server(folder: Path, *arguments: str) -> Iterator[RedisServer]:
    """A server until the end of the block. Where none is installed the test is skipped, and fails in CI."""
    program = shutil.which("redis-server")
    if program is None:
        missing = "there is no redis-server on this machine; Debian's package redis-server has it"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    server = _started(program, folder, arguments)
    try:
        yield server
    finally:
        _end(server)


def _started(program: str, folder: Path, arguments: tuple[str, ...]) -> RedisServer:
    said = ""
    for _ in range(PORTS_TRIED_MAX):
        port = free_port()
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder), *arguments]
        process = subprocess.Popen(
            ["sh", "-c", GUARDED, "sh", program, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        server = RedisServer(port=port, process=process)
        assert process.stdout is not None
        for _ in range(LINES_READ_MAX):
            line = process.stdout.readline()
            said += line
            if READY in line:
                return server
            if not line:
                break
        _end(server)
    raise AssertionError(f"redis-server didn't start:\n{said}")


def _end(server: RedisServer) -> None:
    server.stop()
    if server.process.stdout is not None:
        server.process.stdout.close()


def free_port() -> int:
    """A port that nobody listened at a moment ago."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
