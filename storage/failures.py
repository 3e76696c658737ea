"""What does the operator read when the disk or the database refuses?"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from shutil import disk_usage

from core.domain.errors import StorageFailed

_PRIMARY_CODE_BITS = 0xFF
"""SQLite's extended codes hold the primary one in their lowest byte."""

_REFUSALS: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: ("the disk is full.", "Free some space, then try again; nothing committed was lost."),
    sqlite3.SQLITE_READONLY: ("the database can't be written to.", "Make the file and its folder writable."),
    sqlite3.SQLITE_PERM: ("the database may not be opened.", "Give yourself the right to read and write it."),
    sqlite3.SQLITE_IOERR: ("the disk failed while reading or writing.", "Look at the disk, then try again."),
    sqlite3.SQLITE_CORRUPT: ("the database is damaged.", "It was left as it is: restore a copy, or name another one."),
    sqlite3.SQLITE_NOTADB: ("this file is no database.", "It was left as it is: move it away, or name another one."),
    sqlite3.SQLITE_BUSY: ("another program holds the database.", "Close what else has it open, then try again."),
    sqlite3.SQLITE_LOCKED: ("another program holds the database.", "Close what else has it open, then try again."),
    sqlite3.SQLITE_CANTOPEN: ("the database can't be opened.", "Look whether its folder exists and is writable."),
    sqlite3.SQLITE_TOOBIG: ("a text is larger than the database takes.", "Shorten it."),
}


_MAY_BE_FULL = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
"""What SQLite says where it can't make or grow a file beside the database, also for want of room."""

FREE_BYTES_MIN = 65_536
"""Less than this holds no file that SQLite puts beside a database."""


def refused(error: sqlite3.Error, path: Path) -> StorageFailed:
    """SQLite's error in the operator's words."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY_CODE_BITS
    if code in _MAY_BE_FULL and _is_full(path):
        code = sqlite3.SQLITE_FULL
    what, now = _REFUSALS.get(code, ("the database refused.", "Run `moot doctor`."))
    return StorageFailed(f"{what} ({error})", where=str(path), now=now)


def _is_full(path: Path) -> bool:
    try:
        return disk_usage(path.parent).free < FREE_BYTES_MIN
    except OSError:
        return False


def is_busy(error: object) -> bool:
    """True where another process was writing, so that trying again helps."""
    return isinstance(error, sqlite3.OperationalError) and (
        getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE_BITS == sqlite3.SQLITE_BUSY
    )


def is_damage(error: object) -> bool:
    """True where the file itself is broken, so that nothing but a copy of it helps."""
    return isinstance(error, sqlite3.DatabaseError) and (
        getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE_BITS in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    )


def closed(path: Path) -> StorageFailed:
    """For whoever calls after closing."""
    return StorageFailed("the database was closed.", where=str(path), now="Open it again.")
