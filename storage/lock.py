"""Which process drives a database?

The operating system holds the lock and drops it with the process, so that a dead driver is no obstacle. A note beside
it says who drives; the note alone means nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from core.domain.errors import DriverBusy, StorageFailed

if TYPE_CHECKING:
    from filelock import FileLock

DEAD = ("Z", "X")
STAT_FIELDS_MIN = 20
"""Behind the name of a process Linux tells its state first and, at this place, when it was born."""


class DriverLock:
    """The lock of the database at `path`: `path` with `.driver.lock` behind it, and a note in `.driver`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._note = _beside(path, ".driver")
        self._lock: FileLock | None = None

    @property
    def is_held(self) -> bool:
        """True while this object holds the lock."""
        return self._lock is not None

    def acquire(self, *, at_ms: int) -> None:
        """Take the lock or raise DriverBusy at once, naming the process that has it. `at_ms` is now, in Unix ms."""
        from filelock import FileLock, Timeout

        if self._lock is not None:
            return
        lock = FileLock(_beside(self._path, ".driver.lock"), timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout as error:
            raise DriverBusy(
                f"another moot drives this database: {self._holder()}.",
                where=str(self._path),
                now="Leave commands to it, or end it first.",
            ) from error
        except OSError as error:
            raise StorageFailed(
                f"the driver's lock can't be made: {error.strerror}.",
                where=str(self._path),
                now="Make the folder writable.",
            ) from error
        self._lock = lock
        self._write_note(at_ms)

    def release(self) -> None:
        """Let go; releasing twice is releasing once."""
        if self._lock is not None:
            lock, self._lock = self._lock, None
            try:
                with suppress(OSError):  # a note that stays means nothing without the lock
                    self._note.unlink(missing_ok=True)
            finally:
                lock.release()

    def holder(self) -> str:
        """Who drives, in words for the operator; "" where nobody does.

        Told by the note of a living process. Trying the lock instead would, for that moment, keep a driver out that is
        just starting. A process that was given a dead driver's number meanwhile is not that driver.
        """
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            pid, born = note["pid"], note.get("born", "")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return ""
        is_there = isinstance(pid, int) and pid > 0 and _is_alive(pid) and born in ("", _born(pid))
        return self._holder() if is_there else ""

    def _write_note(self, at_ms: int) -> None:
        part = self._note.with_name(self._note.name + ".part")
        try:
            note = {"pid": os.getpid(), "since_ms": at_ms, "born": _born(os.getpid())}
            part.write_text(json.dumps(note), encoding="utf-8")
            part.replace(self._note)
        except OSError as error:
            self.release()
            raise StorageFailed(
                f"can't note who drives: {error.strerror}.", where=str(self._note), now="Look at the disk."
            ) from error

    def _holder(self) -> str:
        """`process 4711, since 2026-01-01 12:00:00 UTC`, as far as the note can be read."""
        from datetime import UTC, datetime

        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            since = datetime.fromtimestamp(note["since_ms"] // 1000, tz=UTC)
            return f"process {note['pid']}, since {since:%Y-%m-%d %H:%M:%S} UTC"
        except (OSError, ValueError, KeyError, TypeError):
            return "a process that is just starting or ending"


@contextmanager
def nobody_driving(path: Path, *, wait_seconds: float) -> Iterator[None]:
    """Keep drivers out for a moment, as the driver's lock does. Raises StorageFailed where one is there and stays."""
    from filelock import FileLock, Timeout

    lock = FileLock(_beside(path, ".driver.lock"), timeout=wait_seconds)
    try:
        with lock:
            yield
    except Timeout as error:
        raise StorageFailed(
            f"an older moot drives this database ({DriverLock(path).holder() or 'it is just starting or ending'}), and"
            " today's would change it beneath that.",
            where=str(path),
            now="End it first. Nothing was changed.",
        ) from error
    except OSError as error:
        raise StorageFailed(
            f"the driver's lock can't be made: {error.strerror}.", where=str(path), now="Make the folder writable."
        ) from error


def _beside(path: Path, end: str) -> Path:
    """Of one database there is one, by whatever name it is opened."""
    real = Path(os.path.realpath(path))
    return real.with_name(real.name + end)


def _born(pid: int) -> str:
    """When a process was born, as the system counts it: no number is given out twice at one moment. "" where this
    system doesn't tell, and "dead" for one that has ended and whose end nobody has taken note of yet."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        _, _, told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
    except OSError:
        return ""
    fields = told.split()
    if len(fields) < STAT_FIELDS_MIN:
        return ""
    return "dead" if fields[0] in DEAD else f"{boot}:{fields[STAT_FIELDS_MIN - 1]}"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it lives, and belongs to somebody else
    return True
