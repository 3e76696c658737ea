"""How is it kept for later who was told what, and when?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

from core.channels.wording import Template, Words
from core.notifying.delivering import Delivery
from core.notifying.routing import LOG
from core.notifying.telling import as_plain
from core.ports.channel import NotDelivered, Part

LINE = "line"
FILE_BYTES_MAX = 10_000_000
"""A file that has grown beyond this is set aside under the ending `.1`, and the one that was there is let go."""


class AuditLog:
    """Appends to `path`. A line whose delivery is repeated after a crash stands there twice, with the same id."""

    name = LOG
    at_once_max = 1

    def __init__(self, path: Path, templates: Mapping[str, Template] | None = None) -> None:
        self._path = path
        self._words = Words({LINE: line_of}, templates)

    async def deliver(self, delivery: Delivery) -> str | None:
        said, note = await self._words.said(delivery)
        try:
            await asyncio.to_thread(self._append, one_line(said[LINE]))
        except OSError as error:
            raise NotDelivered(f"{self._path} can't be written: {error.strerror}.") from error
        return note

    def wording(self, delivery: Delivery) -> tuple[Part, ...]:
        return tuple(
            Part(name=part.name, text=one_line(part.text).rstrip("\n")) for part in self._words.parts(delivery)
        )

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
    return json.dumps(as_plain(delivery), ensure_ascii=False, separators=(",", ":"))


def one_line(text: str) -> str:
    """`text` as the line that it is kept as: whoever reads the file takes each line for one notification."""
    return f"{' '.join(text.splitlines())}\n"
