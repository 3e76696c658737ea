"""How is it kept for later who was told what, and when?"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from core.notifying.delivering import Delivery
from core.notifying.routing import LOG
from core.notifying.telling import as_plain
from core.ports.channel import NotDelivered

FILE_BYTES_MAX = 10_000_000
"""A file that has grown beyond this is set aside under the ending `.1`, and the one that was there is let go."""


class AuditLog:
    """Appends to `path`. A line whose delivery is repeated after a crash stands there twice, with the same id."""

    name = LOG
    at_once_max = 1

    def __init__(self, path: Path) -> None:
        self._path = path

    async def deliver(self, delivery: Delivery) -> None:
        try:
            await asyncio.to_thread(self._append, line_of(delivery))
        except OSError as error:
            raise NotDelivered(f"{self._path} can't be written: {error.strerror}.") from error

    async def close(self) -> None:
        pass

    def _append(self, line: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists() and self._path.stat().st_size > FILE_BYTES_MAX:
            self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line)


def line_of(delivery: Delivery) -> str:
    """A delivery as one line of JSON."""
    return json.dumps(as_plain(delivery), ensure_ascii=False, separators=(",", ":")) + "\n"
