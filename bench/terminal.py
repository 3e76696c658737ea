"""How is a program run in a terminal of its own, and when has it painted something?"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

ROWS, COLUMNS = 48, 160
READ_BYTES = 65_536
TAIL_BYTES = 60_000
"""A frame is smaller; whoever waits for a text looks at no more than this."""

STOP_SECONDS = 3.0
HANGS_SECONDS = 120.0
"""What is not painted by then never comes; a program that is compiled first, on a busy machine, takes half a minute."""

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_CONTROLS = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # sequences: colours, cursor
    rb"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # strings: titles, queries
    rb"|\x1b[ -/]*[0-~]"
)


class NotPainted(Exception):
    """What was waited for didn't come; the message ends with what was painted last."""


class Terminal:
    """A program in a terminal of 160 by 48. Use it with `with`: the program is ended with it."""

    def __init__(self, command: Sequence[str], *, environment: Mapping[str, str]) -> None:
        self._environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment}
        self._command = list(command)
        self._tail = b""

    def __enter__(self) -> Terminal:
        self.began_ns = time.perf_counter_ns()
        self.process, self._master = pty.fork()
        if self.process == 0:
            try:
                _set_size(0)
                os.execvpe(self._command[0], self._command, self._environment)
            finally:
                os._exit(127)
        _set_size(self._master)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            os.kill(self.process, number)
            if self._has_ended():
                break
        os.close(self._master)

    def until(self, text: str, *, seconds: float = HANGS_SECONDS) -> float:
        """Milliseconds from the start until `text` was painted. Raises NotPainted."""
        return (self._until_ns(text.encode(), seconds) - self.began_ns) / 1e6

    def key(self, key: str, text: str, *, seconds: float = HANGS_SECONDS) -> float:
        """Milliseconds from sending `key` until `text` was painted. Raises NotPainted."""
        self.drain(0)
        self._tail = b""
        began_ns = time.perf_counter_ns()
        os.write(self._master, key.encode())
        return (self._until_ns(text.encode(), seconds) - began_ns) / 1e6

    def drain(self, seconds: float) -> None:
        """Take in whatever is painted meanwhile: a terminal that doesn't read stops the program."""
        until_ns = time.perf_counter_ns() + int(seconds * 1e9)
        while self._read(max(0.0, (until_ns - time.perf_counter_ns()) / 1e9)) or time.perf_counter_ns() < until_ns:
            pass

    def processor_ms(self) -> float:
        """What the program has used of the processor: of a busy machine, this says more than its clock."""
        threads = Path(f"/proc/{self.process}/task").glob("*/schedstat")
        return sum(int(each.read_text(encoding="ascii").split()[0]) for each in threads) / 1e6

    def resident_mib(self) -> float:
        """What the program holds in memory."""
        pages = Path(f"/proc/{self.process}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * PAGE_BYTES / 2**20

    def _until_ns(self, text: bytes, seconds: float) -> int:
        until_ns = time.perf_counter_ns() + int(seconds * 1e9)
        is_news = True  # it may have come together with what was waited for before
        while time.perf_counter_ns() < until_ns:
            if is_news and text in _CONTROLS.sub(b"", self._tail):
                return time.perf_counter_ns()
            is_news = self._read(0.02)
        painted = _CONTROLS.sub(b"", self._tail)[-2_000:].decode(errors="replace")
        raise NotPainted(f"{text.decode()!r} was not painted within {seconds:g} s; last was:\n{painted}")

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            painted = os.read(self._master, READ_BYTES)
        except OSError:  # the program has ended
            time.sleep(min(seconds, 0.02))
            return False
        self._tail = (self._tail + painted)[-TAIL_BYTES:]
        return bool(painted)

    def _has_ended(self) -> bool:
        until_ns = time.perf_counter_ns() + int(STOP_SECONDS * 1e9)
        while time.perf_counter_ns() < until_ns:
            self._read(0.02)
            if os.waitpid(self.process, os.WNOHANG)[0]:
                return True
        return False


def _set_size(descriptor: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
