"""Which evidence do the operator's files hold?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from console.text_files import read_bytes, text_in, unreadable
from core.domain.errors import WrongUse
from core.domain.ids import Digest
from core.domain.steps import Document

FILES_MAX = 200
FILE_BYTES_MAX = 1_000_000
BYTES_MAX = 8_000_000
"""Of all files together."""
SUFFIXES = (".md", ".markdown", ".txt")
ENTRIES_LOOKED_AT_MAX = 100_000
"""A folder with more in it was surely not meant."""


def read_evidence(paths: Sequence[Path]) -> tuple[Document, ...]:
    """The documents at `paths`, in the order given, folders' files by name; each once.

    A folder stands for every Markdown or text file below it, hidden ones left out. A document's name is its path below
    the folder, or the file's own name; where two would have one name, both get as much of their path as tells them
    apart. Raises WrongUse for what can't be read or cited: nothing is left out in silence.
    """
    found: dict[Path, tuple[Path, str]] = {}
    for path in paths:
        for file, name in _files(path):
            found.setdefault(file.resolve(), (file, name))
            if len(found) > FILES_MAX:
                raise WrongUse(
                    f"there are more than {FILES_MAX} evidence files.", where=str(path), now="Give fewer, or join some."
                )
    texts: list[tuple[Path, str, str]] = []
    room = BYTES_MAX
    for file, name in found.values():
        content = _content(file)
        room -= len(content)
        if room < 0:
            raise WrongUse(
                f"the evidence is larger than {BYTES_MAX // 1_000_000} MB in all.",
                where=str(file),
                now="Give less of it.",
            )
        texts.append((file, name, text_in(content, str(file))))
    names = _told_apart([(file, name) for file, name, _ in texts])
    return tuple(
        Document(name=name, digest=Digest(sha256(text.encode()).hexdigest()), text=text)
        for name, (_, _, text) in zip(names, texts, strict=True)
    )


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """Each file meant by `path`, with the name it is to be cited by."""
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except OSError as error:
        raise unreadable(path, error) from error
    if is_folder:
        files = _below(path)
        if not files:
            raise WrongUse(
                f"the folder holds no evidence, no {' or '.join(SUFFIXES)} file.", where=str(path), now="Give another."
            )
        yield from ((file, file.relative_to(path).as_posix()) for file in files)
    elif is_there:
        yield path, path.name
    else:
        raise WrongUse("there is no such file or folder.", where=str(path), now="Check the path.")


def _below(folder: Path) -> list[Path]:
    files: list[Path] = []
    looked_at = 0
    for below, folders, names in os.walk(folder, onerror=_refuse):
        looked_at += len(folders) + len(names)
        if looked_at > ENTRIES_LOOKED_AT_MAX:
            raise WrongUse(
                f"the folder holds more than {ENTRIES_LOOKED_AT_MAX} files.",
                where=str(folder),
                now="Give the folder in which the evidence lies.",
            )
        folders[:] = [name for name in folders if not name.startswith(".")]
        found = (Path(below, name) for name in names if not name.startswith("."))
        files += (path for path in found if path.suffix.lower() in SUFFIXES and _is_file(path))
    return sorted(files, key=lambda path: path.relative_to(folder).as_posix())


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:  # a folder may tell its names and nothing of what bears them
        raise unreadable(path, error) from error


def _refuse(error: OSError) -> NoReturn:
    """A folder that may not be looked into may hold the best of the evidence."""
    raise unreadable(Path(error.filename), error) from error


def _content(file: Path) -> bytes:
    content = read_bytes(file, bytes_max=FILE_BYTES_MAX)
    if len(content) > FILE_BYTES_MAX:
        raise WrongUse(
            f"the file is larger than {FILE_BYTES_MAX // 1_000_000} MB.",
            where=str(file),
            now="Give the part of it that matters.",
        )
    return content


def _told_apart(files: Sequence[tuple[Path, str]]) -> list[str]:
    """The files' names, longer by a folder at a time where they would be the same."""
    names = [name for _, name in files]
    depth = 1
    while len(set(names)) < len(names):
        twice = {name for name in names if names.count(name) > 1}
        depth += 1
        for at, (file, _) in enumerate(files):
            if names[at] in twice:
                parts = file.resolve().parts
                # One that has no folder left to add is the whole path, and that no other file has.
                names[at] = "/".join(parts[-depth:]) if depth < len(parts) else str(file.resolve())
    return names
