"""How is it kept for later who was told what, and when?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.channels.together import Together
from core.channels.wording import Template, Words
from core.notifying.delivering import Delivery
from core.notifying.routing import LOG
from core.notifying.telling import as_plain
from core.ports.channel import Part

LINE = "line"
AT_ONCE_MAX = 64
FILE_BYTES_MAX = 10_000_000
"""A file that has grown beyond this is set aside under the ending `.1`, and the one that was there is let go."""


class AuditLog:
    """Appends to `path`. A line whose delivery is repeated after a crash stands there twice, with the same id."""

    name = LOG
    at_once_max = AT_ONCE_MAX

    def __init__(self, path: Path, templates: Mapping[str, Template] | None = None) -> None:
        self._path = path
        self._words = Words({LINE: line_of}, templates)
        self._lines = Together(self._append, failing=f"{path} can't be written")

    async def deliver(self, delivery: Delivery) -> str | None:
        said, note = await self._words.said(delivery)
        await self._lines.add(one_line(said[LINE]))
        return note

    def wording(self, delivery: Delivery) -> tuple[Part, ...]:
        return tuple(
            Part(name=part.name, text=one_line(part.text).rstrip("\n")) for part in self._words.parts(delivery)
        )

    async def close(self) -> None:
        pass

    def _append(self, lines: Sequence[str]) -> None:
        try:
            if self._path.stat().st_size > FILE_BYTES_MAX:
                self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write("".join(lines))


def line_of(delivery: Delivery) -> str:
    """A delivery as one line of JSON."""
    return json.dumps(as_plain(delivery), ensure_ascii=False, separators=(",", ":"))


def one_line(text: str) -> str:
    """`text` as the line that it is kept as: whoever reads the file takes each line for one notification."""
    return f"{' '.join(text.splitlines())}\n"
