"""How does an exported file come to lie whole beside the others, or not at all, and which old ones go?

It is written under another name in the same folder, forced to the disk, and only then given its own: whoever reads the
folder meets whole files. A name that is taken is never written over. A file goes only where its name and a summary that
names it both say that an export of ours wrote it.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from core.domain.errors import StorageFailed
from core.exporting.kinds import Form, Kind
from core.runtime.file_pairs import (
    ABANDONED_MS,
    FULL,
    MOMENT,
    NAMES_TRIED_MAX,
    REFUSED,
    UNFINISHED_SUFFIX,
    force_folder,
    moment_name,
    unix_ms,
)

SUMMARY = "summary"
SUMMARY_BYTES_MAX = 1_000_000
NS_PER_MS = 1_000_000
_KINDS = "|".join(Kind)
_ENDINGS = "|".join(re.escape(form.suffix) for form in Form)
_NAME = re.compile(rf"({_KINDS})_({MOMENT.pattern})({_ENDINGS})", re.ASCII)
_UNFINISHED = re.compile(rf"\.(?:{_KINDS})_(?:{MOMENT.pattern}){re.escape(UNFINISHED_SUFFIX)}", re.ASCII)

_log = logging.getLogger(__name__)


class Kept(NamedTuple):
    """An export as it lies in a folder."""

    kind: Kind
    at_ms: int
    file: Path
    summary: Path


@dataclass(slots=True)
class Draft:
    """A file that is being written, and where it will lie; until it is placed there, leaving it removes it."""

    file: IO[bytes]
    unfinished: Path
    path: Path
    summary: Path
    at_ms: int
    is_placed: bool = False

    def finish(self) -> int:
        """Force the file to the disk; returns its bytes."""
        self.file.flush()
        os.fsync(self.file.fileno())
        return self.file.seek(0, os.SEEK_END)

    def place(self, summary: bytes) -> None:
        """Give the file its name, with its summary beside it."""
        beside = self.unfinished.with_name(f"{self.unfinished.name}.{SUMMARY}")
        try:
            with beside.open("wb") as written:
                written.write(summary)
                written.flush()
                os.fsync(written.fileno())
            _name(self.unfinished, self.path)
            try:
                _name(beside, self.summary)
            except BaseException:
                self.path.unlink(missing_ok=True)
                raise
        finally:
            beside.unlink(missing_ok=True)
        self.is_placed = True
        force_folder(self.path.parent)

    def withdraw(self) -> None:
        """Take it away again, where it was placed: whoever asked for it gave up while that was being done."""
        if self.is_placed:
            _remove((self.path, self.summary))


@contextmanager
def drafted(folder: Path, kind: Kind, form: Form, at_ms: int) -> Iterator[Draft]:
    """A file for an export, named by Unix time `at_ms` or the next millisecond that is free. Raises StorageFailed; then
    nothing was added, nor where it is left without `place`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder, at_ms)
        draft = _held(folder, kind, form, at_ms)
    except OSError as error:
        raise refusal(error, folder) from error
    try:
        with draft.file:
            yield draft
    except OSError as error:
        raise refusal(error, folder) from error
    finally:
        _remove((draft.unfinished,))


def kept_exports(folder: Path) -> list[Kept]:
    """What exports of ours lie whole in a folder, newest first."""
    found = []
    for path in _listed(folder):
        named = _NAME.fullmatch(path.name)
        if named is None:
            continue
        kind, moment = Kind(named[1]), named[2]
        summary = _summary_of(folder, kind, moment)
        with suppress(ValueError):
            at_ms = unix_ms(moment)
            if _names(summary, path.name):
                found.append(Kept(kind, at_ms, path, summary))
    return sorted(found, key=lambda each: (each.at_ms, each.file.name), reverse=True)


def lone_exports(folder: Path) -> list[Path]:
    """What is called like an export of ours, and no summary names."""
    kept = {each.file for each in kept_exports(folder)}
    return [path for path in _listed(folder) if _NAME.fullmatch(path.name) and path not in kept]


def let_go(folder: Path, kind: Kind, *, now_ms: int, files_max: int, age_ms_max: int | None) -> list[Path]:
    """Remove the exports of a kind beyond the newest `files_max` and those older than `age_ms_max`; returns what went.
    The newest always stays."""
    gone: list[Path] = []
    for index, each in enumerate([each for each in kept_exports(folder) if each.kind is kind]):
        is_old = age_ms_max is not None and now_ms - each.at_ms > age_ms_max
        if index and (index >= files_max or is_old):
            why = "too old" if is_old else f"more than {files_max} of its kind"
            gone += _remove((each.file, each.summary))
            _log.info("an export was removed, being %s: %s", why, each.file)
    return gone


def _sweep(folder: Path, now_ms: int) -> None:
    """Remove what exports that were killed left unfinished. One that goes on writes every few seconds."""
    for path in _listed(folder):
        if _UNFINISHED.fullmatch(path.name.removesuffix(f".{SUMMARY}")) is None:
            continue
        with suppress(FileNotFoundError):
            if now_ms - path.stat().st_mtime_ns // NS_PER_MS > ABANDONED_MS and _remove((path,)):
                _log.info("what an export left unfinished was removed: %s", path)


def refusal(error: OSError, folder: Path) -> StorageFailed:
    """The system's error in the operator's words."""
    where = str(folder)
    if error.errno in FULL:
        return StorageFailed(
            f"the disk is full ({error.strerror}).",
            where=where,
            now="Free some space, then export again; what lay there is whole, and nothing was added.",
        )
    if error.errno in REFUSED:
        return StorageFailed(
            f"the folder can't be written to ({error.strerror}).",
            where=where,
            now="Make it writable, or name another folder with --out.",
        )
    return StorageFailed(
        f"the disk failed while writing ({error.strerror or error}).",
        where=where,
        now="Look at the disk, then export again; what lay there is whole, and nothing was added.",
    )


def _held(folder: Path, kind: Kind, form: Form, at_ms: int) -> Draft:
    """Take a moment for ourselves, also against another process: its unfinished file is made, or is there."""
    for offset in range(NAMES_TRIED_MAX):
        moment = moment_name(at_ms + offset)
        unfinished = folder / f".{kind.value}_{moment}{UNFINISHED_SUFFIX}"
        try:
            file = unfinished.open("xb")
        except FileExistsError:
            continue
        summary = _summary_of(folder, kind, moment)
        taken = (summary, *(folder / f"{kind.value}_{moment}{each.suffix}" for each in Form))
        if not any(path.exists() for path in taken):
            path = folder / f"{kind.value}_{moment}{form.suffix}"
            return Draft(file=file, unfinished=unfinished, path=path, summary=summary, at_ms=at_ms + offset)
        file.close()
        _remove((unfinished,))
    raise FileExistsError(errno.EEXIST, "no name is free", str(folder))


def _name(unfinished: Path, path: Path) -> None:
    """Give a file its name, unless something has that name by now."""
    try:
        os.link(unfinished, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(errno.EEXIST, "the name is taken", str(path)) from None
        unfinished.rename(path)


def _summary_of(folder: Path, kind: Kind, moment: str) -> Path:
    return folder / f"{SUMMARY}_{kind.value}_{moment}.json"


def _names(summary: Path, name: str) -> bool:
    """True where the summary is one, and of that file."""
    try:
        if summary.stat().st_size > SUMMARY_BYTES_MAX:
            return False
        plain = json.loads(summary.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(plain, dict) and plain.get("file") == name


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _remove(paths: Iterable[Path]) -> list[Path]:
    """A file that can't be removed is no reason to fail what was done; the log says that it stays."""
    gone = []
    for path in paths:
        try:
            path.unlink()
            gone.append(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            _log.warning("a file of an export stays: %s", error)
    return gone
