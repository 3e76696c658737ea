"""What was told live, and in which order, so that a program that comes back hears what it missed?

One line of JSON each, with its place, which grows by one. The file is bounded: what has been set aside twice is let go,
and whoever asks for it is told where the rest begins.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from threading import Lock

FILE_BYTES_MAX = 10_000_000
"""A file that has grown beyond this is set aside under the ending `.1`, and the one that was there is let go."""

HELD_MAX = 2_000
"""So many of the newest are held in memory, where they are looked for first."""

PAGE_MAX = 2_000
_BEGINNING = b'{"place":'

Message = tuple[int, str]
"""A place, and the line that stands there."""


class LiveJournal:
    """Written by one process at a time, the one that drives. Every method may read the disk, and any thread may call
    it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: deque[Message] = deque(maxlen=HELD_MAX)
        self._last: int | None = None
        self._lock = Lock()

    @property
    def _before(self) -> Path:
        return self._path.with_name(f"{self._path.name}.1")

    def last(self) -> int:
        """The place of the newest message; 0 where there is none."""
        with self._lock:
            return self._known_last()

    def append(self, plain: Mapping[str, object]) -> int:
        """Keep a message; its place. Raises OSError."""
        return self.append_all([plain])

    def append_all(self, plains: Sequence[Mapping[str, object]]) -> int:
        """`append` for several, in order; the place of the last. Where it raises, some may have been kept."""
        with self._lock:
            messages = list(self._placed(plains))
            try:
                self._write("".join(f"{line}\n" for _, line in messages).encode("utf-8", "replace"))
            except OSError:
                self._last = None  # what stands there has its place, and nobody else gets it
                self._held.clear()
                raise
            self._last = messages[-1][0]
            self._held.extend(messages)
            return self._last

    def _placed(self, plains: Sequence[Mapping[str, object]]) -> Iterator[Message]:
        for place, plain in enumerate(plains, start=self._known_last() + 1):
            yield place, json.dumps({"place": place, **plain}, ensure_ascii=False, separators=(",", ":"))

    def _write(self, lines: bytes) -> None:
        try:
            if self._path.stat().st_size > FILE_BYTES_MAX:
                self._path.replace(self._before)
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab+") as file:
            # Of a process that was killed while it wrote, half a line may stand there.
            file.write(lines if _ends_whole(file.tell(), self._path) else b"\n" + lines)

    def after(self, place: int) -> list[Message]:
        """What stands beyond `place`, oldest first, at most `PAGE_MAX`. Nobody writes meanwhile: a file that was set
        aside while it is looked for would be found in neither place."""
        with self._lock:
            if self._held and self._held[0][0] <= place + 1:
                beyond: Iterator[Message] = (message for message in self._held if message[0] > place)
            else:
                beyond = ((at, line.decode("utf-8", "replace")) for at, line in self._on_disk() if at > place)
            return list(islice(beyond, PAGE_MAX))

    def _known_last(self) -> int:
        if self._last is None:
            self._last = max((place for place, _ in self._on_disk()), default=0)
        return self._last

    def _on_disk(self) -> Iterator[tuple[int, bytes]]:
        for path in (self._before, self._path):
            try:
                with path.open("rb") as file:
                    for line in file:
                        place = _place_of(line)
                        if place:
                            yield place, line.rstrip(b"\n")
            except FileNotFoundError:
                continue


def _ends_whole(size: int, path: Path) -> bool:
    if size == 0:
        return True
    with path.open("rb") as file:
        file.seek(size - 1)
        return file.read(1) == b"\n"


def _place_of(line: bytes) -> int:
    """0 for a line that was cut off."""
    if not line.startswith(_BEGINNING) or not line.endswith(b"}\n"):
        return 0
    digits = line[len(_BEGINNING) :].partition(b",")[0]
    return int(digits) if digits.isdigit() and len(digits) < 19 else 0
