"""How do two files that belong together come to lie whole beside the older ones, or not at all?

Both are written under other names in the same folder, forced to the disk, and only then renamed: whoever reads the
folder meets whole files, and a full disk costs none of the old ones.
"""

from __future__ import annotations

import errno
import logging
import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.domain.errors import StorageFailed

PAIRS_MAX = 200
"""The newest that are kept."""

PAIRS_BYTES_MAX = 256 * 1_048_576
"""Fewer than `PAIRS_MAX` are kept where they would take more than this. The newest always stays."""

ABANDONED_MS = 3_600_000
"""An unfinished file this much older than the newest pair is nobody's any more."""

NAMES_TRIED_MAX = 1_000
"""Names carry milliseconds; so many taken ones in a row mean that something else is wrong with the folder."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT = re.compile(r"\d{8}T\d{6}\.\d{3}Z", re.ASCII)
MOMENT_FORMAT = "%Y%m%dT%H%M%S.%fZ"
UNFINISHED_SUFFIX = ".unfinished"

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)

_log = logging.getLogger(__name__)

Chunks = Iterable[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePairs:
    """Pairs `<first>_<moment>.json` and `<second>_<moment>.json` in `folder`, ordered by name as by time."""

    folder: Path
    first: str
    second: str
    pairs_max: int = PAIRS_MAX
    bytes_max: int = PAIRS_BYTES_MAX

    def write(self, at_ms: int, first: Chunks, second: Chunks) -> tuple[Path, Path]:
        """Write a pair named by Unix time `at_ms`, or by the next millisecond that is free and newer than all others.

        Returns once both are durable. Raises StorageFailed; then nothing was added and nothing removed.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            held = self._hold(at_ms)
        except OSError as error:
            raise refusal(error, self.folder) from error
        paths = (self._path(self.first, held), self._path(self.second, held))
        try:
            for path, chunks in zip(paths, (first, second), strict=True):
                _write(_unfinished(path), chunks)
            for path in paths:
                _unfinished(path).rename(path)
            force_folder(self.folder)
        except OSError as error:
            _remove(paths)
            raise refusal(error, self.folder) from error
        finally:
            _remove([_unfinished(path) for path in paths])
        self._let_go()
        return paths

    def moments(self) -> Sequence[str]:
        """Of the whole pairs that lie in the folder, newest first."""
        firsts, seconds = (self._moments_of(name) for name in (self.first, self.second))
        return sorted(firsts & seconds, reverse=True)

    def path_of_first(self, moment: str) -> Path:
        """Where the first file of a pair lies."""
        return self._path(self.first, moment)

    def _hold(self, at_ms: int) -> str:
        """Take a moment for ourselves, also against another process: its unfinished file is made, or is there."""
        taken = self._moments_of(self.first) | self._moments_of(self.second)
        newest_ms = max((unix_ms(moment) for moment in taken), default=0)
        began_ms = max(at_ms, newest_ms + 1)
        for offset in range(NAMES_TRIED_MAX):
            moment = moment_name(began_ms + offset)
            path = self._path(self.first, moment)
            try:
                _unfinished(path).touch(exist_ok=False)
            except FileExistsError:
                continue
            if not path.exists() and not self._path(self.second, moment).exists():
                return moment
            _remove([_unfinished(path)])
        raise FileExistsError(errno.EEXIST, "no name is free", str(self.folder))

    def _let_go(self) -> None:
        """Remove the oldest pairs, and what an export that was killed left unfinished long ago."""
        kept_bytes = 0
        moments = self.moments()
        for index, moment in enumerate(moments):
            paths = (self._path(self.first, moment), self._path(self.second, moment))
            kept_bytes += sum(_size(path) for path in paths)
            if index and (index >= self.pairs_max or kept_bytes > self.bytes_max):
                _remove(paths)
        newest_ms = unix_ms(moments[0]) if moments else 0
        _remove([path for path, moment in self._unfinished() if newest_ms - unix_ms(moment) > ABANDONED_MS])

    def _moments_of(self, name: str) -> set[str]:
        return {moment for _, moment in _named(self.folder, f"{name}_", ".json")}

    def _unfinished(self) -> Iterable[tuple[Path, str]]:
        for name in (self.first, self.second):
            yield from _named(self.folder, f".{name}_", f".json{UNFINISHED_SUFFIX}")

    def _path(self, name: str, moment: str) -> Path:
        return self.folder / f"{name}_{moment}.json"


def refusal(error: OSError, folder: Path) -> StorageFailed:
    """The system's error in the operator's words."""
    where = str(error.filename or folder)
    if error.errno in FULL:
        return StorageFailed(
            f"the disk is full ({error.strerror}).",
            where=where,
            now="Free some space, then run `moot metrics export`; the older files are whole.",
        )
    if error.errno in REFUSED:
        return StorageFailed(
            f"the metrics folder can't be written to ({error.strerror}).",
            where=where,
            now="Make it writable, or name another folder as metrics_export_path.",
        )
    return StorageFailed(
        f"the disk failed while writing ({error.strerror or error}).",
        where=where,
        now="Look at the disk, then run `moot metrics export`; the older files are whole.",
    )


def _write(path: Path, chunks: Chunks) -> None:
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def force_folder(folder: Path) -> None:
    """Make the new names durable too. Some file systems can't be asked that of a folder; the files are safe there."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove(paths: Iterable[Path]) -> None:
    """A file that can't be removed is no reason to fail what was done; the log says that it stays."""
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("a metrics file stays: %s", error)


def _size(path: Path) -> int:
    """0 for a file that another process has removed meanwhile."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _named(folder: Path, before: str, after: str) -> Iterable[tuple[Path, str]]:
    """The folder's files of that name with the moments in it; others that lie there are none of ours."""
    for path in folder.glob(f"{before}*{after}"):
        moment = path.name[len(before) : -len(after)]
        if MOMENT.fullmatch(moment) and _is_moment(moment):
            yield path, moment


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}{UNFINISHED_SUFFIX}")


def moment_name(at_ms: int) -> str:
    """`20260131T235959.123Z`: in order of time as in order of letters."""
    moment = EPOCH + timedelta(milliseconds=at_ms)
    return f"{moment:%Y%m%dT%H%M%S}.{at_ms % 1_000:03d}Z"


def unix_ms(moment: str) -> int:
    at = datetime.strptime(moment, MOMENT_FORMAT).replace(tzinfo=UTC)
    return (at - EPOCH) // timedelta(milliseconds=1)


def _is_moment(text: str) -> bool:
    try:
        datetime.strptime(text, MOMENT_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return False
    return True
