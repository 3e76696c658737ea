"""Which logs of former releases are there, and what is known of each?"""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

LOGS = Path(__file__).parent / "logs"

OTHERWISE = "decided_otherwise_at"
"""The event from which on a session would be decided otherwise today. There are such from before the first release, and
one that a plugin brought about which nobody has here; a released one may never get this mark."""


def named() -> list[str]:
    """The releases that left one, and the schemas that came before the first release."""
    return sorted(path.name.removesuffix(".db.gz") for path in LOGS.glob("*.db.gz"))


def unpacked(name: str, folder: Path) -> Path:
    """The database of a release, to be opened in `folder`."""
    path = folder / "moot.db"
    path.write_bytes(gzip.decompress((LOGS / f"{name}.db.gz").read_bytes()))
    return path


def known_of(name: str) -> dict[str, dict[str, object]]:
    """By session: how many events it has, the digest of their bytes, and what OTHERWISE says."""
    found: dict[str, dict[str, object]] = json.loads((LOGS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def noted(path: Path) -> dict[str, dict[str, object]]:
    """The same of a database at hand. No release may change a byte that another one recorded."""
    query = (
        "SELECT s.id, e.seq, e.at_ms, e.kind, e.version, e.envelope, e.body FROM events e"
        " JOIN log_sessions s ON s.key = e.session_key ORDER BY s.id, e.seq"
    )
    sessions: dict[str, dict[str, object]] = {}
    digests: dict[str, Any] = {}
    with closing(sqlite3.connect(path)) as database:
        for session, *row in database.execute(query):
            digest = digests.setdefault(session, sha256())
            digest.update(repr(row).encode())
            sessions[session] = {"events": row[0], "digest": digest.hexdigest()}
    return sessions


def pack(path: Path, name: str, *, otherwise: Mapping[str, int]) -> Path:
    """Keep the database at `path`, which nobody has open, as the one that `name` left; `otherwise` is by session."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    LOGS.mkdir(exist_ok=True)
    known = LOGS / f"{name}.json"
    sessions = noted(path)
    for session, seq in otherwise.items():
        sessions[session][OTHERWISE] = seq
    known.write_text(json.dumps(sessions, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    packed = LOGS / f"{name}.db.gz"
    packed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    return packed


def schema_of(path: Path) -> int:
    """Which schema the database at `path` has."""
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])
