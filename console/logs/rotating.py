"""How do several processes write into one log file that is begun anew when it is full?

Each line is one write at the end of the file, so that lines stay whole. Whoever finds the file full moves it away under
a lock; the others notice, before their next line, that what they write to is no longer what bears the name.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from logging import LogRecord
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOG_BYTES_MAX = 2_000_000
LOG_FILES_KEPT = 3


class SharedLogFile(RotatingFileHandler):
    """Loses no line where another process begins the file anew, and moves it away once, whoever finds it full."""

    def __init__(self, path: Path, *, bytes_max: int = LOG_BYTES_MAX, files_kept: int = LOG_FILES_KEPT) -> None:
        super().__init__(path, maxBytes=bytes_max, backupCount=files_kept, encoding="utf-8", errors="backslashreplace")

    def emit(self, record: LogRecord) -> None:
        self._follow()
        super().emit(record)

    def handleError(self, record: LogRecord) -> None:
        """A line that can't be written is lost: what logging would print of it would stand on the console's screen."""

    def shouldRollover(self, record: LogRecord) -> bool:
        """By the file's own size: what other processes wrote counts too."""
        if self.stream is None or self.maxBytes <= 0:
            return False
        return os.fstat(self.stream.fileno()).st_size >= self.maxBytes

    def doRollover(self) -> None:
        with self._alone():
            if self._is_current():  # otherwise somebody did it while we waited
                super().doRollover()
        self._follow()

    def _follow(self) -> None:
        """Write to the file that bears the name now."""
        if self.stream is not None and not self._is_current():
            with suppress(OSError):  # where there is none and none can be made, the one at hand is better than nothing
                before, self.stream = self.stream, self._open()
                before.close()

    def _is_current(self) -> bool:
        if self.stream is None:
            return True
        try:
            named, own = os.stat(self.baseFilename), os.fstat(self.stream.fileno())
        except OSError:
            return False
        return (named.st_dev, named.st_ino) == (own.st_dev, own.st_ino)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with open(f"{self.baseFilename}.lock", "a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
