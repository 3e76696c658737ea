"""How do tests run `moot` hundreds of times without loading it hundreds of times? As forks of one process that has.

Each run is a process of its own all the same, with its own words, environment, output and end. What it finds there are
loaded modules and the seed of Python's hashes: where either matters, `moot` is started from nothing.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
LOADED = ("console.bootstrap", "console.cli.app", "console.logging_setup", "console.opening", "pydantic.type_adapter")
NUMBER_BYTES = 8
WARNINGS = {"PYTHONWARNINGS": "error"}
SPEAKING = {"debate", "demo", "drive", "resume", "answer", "retry"}
"""Commands in which debates are held: what is said has to be the same in every process, whatever its seed of hashes."""


def can_run(words: Sequence[str], *, environ: Mapping[str, str]) -> bool:
    """Whether a fork says the same as a process that is started from nothing."""
    return SPEAKING.isdisjoint(words[:2]) and _of_python(environ) == AS_LOADED


def run(words: Sequence[str], *, environ: Mapping[str, str], seconds_max: float) -> subprocess.CompletedProcess[str]:
    """Run `moot` with these words to its end, with nothing to read. Raises TimeoutExpired."""
    forking = _forking()
    try:
        return forking.run(words, environ, seconds_max)
    except (TimeoutError, ConnectionError) as error:
        forking.kill()
        _forking.cache_clear()
        if isinstance(error, TimeoutError):
            raise subprocess.TimeoutExpired(list(words), seconds_max) from None
        raise


def _of_python(environ: Mapping[str, str]) -> dict[str, str]:
    """What Python itself reads before it runs anything."""
    return {name: value for name, value in environ.items() if name.startswith("PYTHON")}


AS_LOADED = _of_python(os.environ) | WARNINGS


class _Forking:
    """The process that forks, seen from the tests. It ends once nobody holds the other end of its socket."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.console.cli.forks", str(theirs.fileno())],
                cwd=ROOT,
                env={**os.environ, **WARNINGS},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def run(self, words: Sequence[str], environ: Mapping[str, str], seconds: float) -> subprocess.CompletedProcess[str]:
        asked = json.dumps({"words": list(words), "environ": dict(environ)}).encode()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            self._socket.settimeout(seconds)
            socket.send_fds(self._socket, [len(asked).to_bytes(NUMBER_BYTES)], [out.fileno(), err.fileno()])
            self._socket.sendall(asked)
            code = int.from_bytes(_received(self._socket, NUMBER_BYTES), signed=True)
            said = [file.read().decode() for file in (out, err) if file.seek(0) == 0]
        return subprocess.CompletedProcess(list(words), code, *said)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._socket.close()


@cache
def _forking() -> _Forking:
    """One for all tests of this process, started when it is first asked."""
    return _Forking()


def _received(connection: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        piece = connection.recv(count - len(received))
        if not piece:
            raise ConnectionError("the process that forks has ended; what it said last is on its standard error")
        received += piece
    return received


def _serve(connection: socket.socket) -> None:
    """Fork for each question, and answer with the exit code. Returns once nobody asks any more; so does each fork, by
    leaving as `moot` does."""
    for module in LOADED:
        import_module(module)
    gc.freeze()
    while True:
        head, files, _, _ = socket.recv_fds(connection, NUMBER_BYTES, 2)
        if not head:
            return
        asked = json.loads(_received(connection, int.from_bytes(head)))
        child = os.fork()
        if not child:
            connection.close()
            _become_moot(asked, files)
        for file in files:
            os.close(file)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        connection.sendall(code.to_bytes(NUMBER_BYTES, signed=True))


def _become_moot(asked: Mapping[str, Any], files: Sequence[int]) -> None:
    for file, number in zip(files, (1, 2), strict=True):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(asked["environ"])
    time.tzset()
    sys.argv = ["moot", *asked["words"]]
    runpy.run_module("console", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as asking:
        _serve(asking)
