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
SPEAKING = {"debate", "demo", "drive", "resume", "answer", "retry", "fork"}
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


class Forking:
    """The process that forks, seen from the tests. It ends once nobody holds the other end of its socket.

    One fork at a time: it is `run` to its end, or `begun` and then `ended`. `loaded` are modules that the forks find
    besides those that all of them use.
    """

    def __init__(self, *loaded: str) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.console.cli.forks", str(theirs.fileno()), *loaded],
                cwd=ROOT,
                env={**os.environ, **WARNINGS},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def begun(self, words: Sequence[str], environ: Mapping[str, str], *, out: int, err: int) -> int:
        """Start `moot` with these words, and these files to write to; its process id."""
        asked = json.dumps({"words": list(words), "environ": dict(environ)}).encode()
        socket.send_fds(self._socket, [len(asked).to_bytes(NUMBER_BYTES)], [out, err])
        self._socket.sendall(asked)
        return int.from_bytes(_received(self._socket, NUMBER_BYTES))

    def ended(self) -> int:
        """Wait for the fork that was begun; its exit code, or the number of the signal that ended it, below 0."""
        return int.from_bytes(_received(self._socket, NUMBER_BYTES), signed=True)

    def run(self, words: Sequence[str], environ: Mapping[str, str], seconds: float) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            self._socket.settimeout(seconds)
            self.begun(words, environ, out=out.fileno(), err=err.fileno())
            code = self.ended()
            said = [file.read().decode() for file in (out, err) if file.seek(0) == 0]
        return subprocess.CompletedProcess(list(words), code, *said)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._socket.close()


@cache
def _forking() -> Forking:
    """One for all tests of this process, started when it is first asked."""
    return Forking()


def _received(connection: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        piece = connection.recv(count - len(received))
        if not piece:
            raise ConnectionError("the process that forks has ended; what it said last is on its standard error")
        received += piece
    return received


def _serve(connection: socket.socket, loaded: Sequence[str]) -> None:
    """Fork for each question, and answer with the process id and then the exit code. Returns once nobody asks any more;
    so does each fork, by leaving as `moot` does."""
    for module in (*LOADED, *loaded):
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
        connection.sendall(child.to_bytes(NUMBER_BYTES))
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
        _serve(asking, sys.argv[2:])
