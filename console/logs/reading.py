"""Which lines are in the log file and in those that it was before, and which come in, whoever writes them?

Files are begun anew and move on while they are read, so that each is known by what it is and not by its name, and gets
a number: later files have greater ones. A line's place is its file's number and where in it it begins.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from console.logs.rotating import LOG_FILES_KEPT
from console.presenters.log_lines import TRACE_MARK, LogLine, read_line

Place = tuple[int, int]

BLOCK_BYTES = 262_144
READ_BYTES_MAX = 1_048_576
"""So much is read of a file that grows before others have their turn."""

LINE_BYTES_MAX = 262_144
"""What goes on for longer without a line break is no line of a log."""

LOOKED_AT_LINES_MAX = 20_000
"""So many lines are read for one look back."""

_MARK = TRACE_MARK.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesBack:
    """What one look back found, oldest first. It went back to `from_place`; `is_whole` where nothing lies before."""

    lines: tuple[LogLine, ...]
    from_place: Place
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _File:
    number: int
    path: Path
    device: int
    inode: int
    bytes: int

    def open(self) -> BinaryIO | None:
        """The file, or None where it has another name by now."""
        try:
            opened = self.path.open("rb")
        except OSError:
            return None
        found = os.fstat(opened.fileno())
        if (found.st_dev, found.st_ino) == (self.device, self.inode):
            return opened
        opened.close()
        return None


class LogFiles:
    """The log file at `path` and those that it was. Used by one thread at a time."""

    def __init__(self, path: Path, *, files_kept: int = LOG_FILES_KEPT) -> None:
        self._paths = (*(Path(f"{path}.{number}") for number in range(files_kept, 0, -1)), path)
        self._numbers: dict[tuple[int, int], int] = {}
        self._next = 0

    def end(self) -> Place:
        """Where the newest file ends now."""
        files = self._files()
        return (files[-1].number, files[-1].bytes) if files else (self._next, 0)

    def back(
        self,
        *,
        before: Place | None = None,
        is_wanted: Callable[[LogLine], bool] = lambda line: True,
        limit: int,
        read_max: int = LOOKED_AT_LINES_MAX,
    ) -> LinesBack:
        """The newest wanted lines before a place (of all where None), at most `limit`."""
        found: list[LogLine] = []
        at = before if before is not None else (self._next, 0)
        for read, line in enumerate(self._newest_first(before), start=1):
            at = line.place
            if is_wanted(line):
                found.append(line)
            if len(found) == limit or read == read_max:
                return LinesBack(lines=tuple(found[::-1]), from_place=at, is_whole=False)
        return LinesBack(lines=tuple(found[::-1]), from_place=at, is_whole=True)

    def after(self, place: Place) -> tuple[list[LogLine], Place]:
        """Lines that came in from a place on, oldest first, and where to go on from. A line that is still being written
        comes with the next look."""
        number, offset = place
        lines: list[LogLine] = []
        files = self._files()
        for at, file in enumerate(files):
            if file.number < number:
                continue
            start = offset if file.number == number else 0
            if file.bytes < start:  # somebody emptied it
                self._numbers.pop((file.device, file.inode), None)
                return lines, (self._next, 0)
            new, end, is_done = _lines_of(file, start, is_last=at == len(files) - 1)
            lines += new
            number, offset = file.number, end
            if not is_done:
                break
        return lines, (number, offset)

    def _newest_first(self, before: Place | None) -> Iterator[LogLine]:
        for file in reversed(self._files()):
            if before is None or file.number <= before[0]:
                end = before[1] if before is not None and file.number == before[0] else file.bytes
                yield from _lines_before(file, end)

    def _files(self) -> list[_File]:
        """Those that there are, oldest first. One that begins where another was deleted is a file of its own, though
        the disk may give it the same number."""
        found = []
        for path in self._paths:
            try:
                stat = path.stat()
            except OSError:
                continue
            found.append((path, stat))
        known: dict[tuple[int, int], int] = {}
        files: list[_File] = []
        for path, stat in found:
            identity = (stat.st_dev, stat.st_ino)
            number = self._numbers.get(identity)
            if number is None or (files and number <= files[-1].number):
                number, self._next = self._next, self._next + 1
            known[identity] = number
            files.append(_File(number, path, stat.st_dev, stat.st_ino, stat.st_size))
        self._numbers = known
        return files


def _lines_of(file: _File, start: int, *, is_last: bool) -> tuple[list[LogLine], int, bool]:
    """The whole lines from `start` on, where they end, and whether that is the end of the file."""
    opened = file.open()
    if opened is None:
        return [], start, False
    with opened:
        opened.seek(start)
        content = opened.read(READ_BYTES_MAX)
        is_all = len(content) < READ_BYTES_MAX
    end = content.rfind(b"\n") + 1
    if not end and len(content) >= LINE_BYTES_MAX:
        end = len(content)
    if is_all and not is_last:
        end = len(content)  # nobody writes the rest of that line any more
    return _grouped(content[:end], file.number, start), start + end, is_all and (end == len(content) or not is_last)


def _grouped(content: bytes, number: int, start: int) -> list[LogLine]:
    """A line with the lines of its traceback is one."""
    lines: list[LogLine] = []
    first, held = start, list[bytes]()
    at = start
    for part in content.split(b"\n")[: content.count(b"\n") + (not content.endswith(b"\n"))]:
        if held and not part.startswith(_MARK):
            lines.append(_line(held, number, first))
            held = []
        if not held:
            first = at
        held.append(part)
        at += len(part) + 1
    if held and held != [b""]:
        lines.append(_line(held, number, first))
    return lines


def _lines_before(file: _File, end: int) -> Iterator[LogLine]:
    """Newest first, read in blocks from the end."""
    opened = file.open()
    if opened is None:
        return
    with opened:
        tail = b""
        at = end
        while at > 0:
            size = min(BLOCK_BYTES, at)
            at -= size
            opened.seek(at)
            block = opened.read(size) + tail
            begin = _begin_of_a_line(block) if at > 0 else 0
            if at > 0 and begin == 0 and len(block) < LINE_BYTES_MAX:
                tail = block
                continue
            yield from reversed(_grouped(block[begin:], file.number, at + begin))
            tail = block[:begin]


def _begin_of_a_line(block: bytes) -> int:
    """Where the first line begins that is no part of a traceback; 0 where none is seen to begin."""
    at = block.find(b"\n") + 1
    while 0 < at < len(block) and block.startswith(_MARK, at):
        at = block.find(b"\n", at) + 1
    return at if at < len(block) else 0


def _line(parts: list[bytes], number: int, at: int) -> LogLine:
    return read_line(b"\n".join(parts).decode("utf-8", errors="replace"), place=(number, at))
