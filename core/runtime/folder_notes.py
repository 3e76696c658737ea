"""How do the files of the rules folder stand, as whoever drives last saw them?

A note in the database, written when something is another than before, lets every process say it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FOLDER_SETTING = "rules_folder"
FOLDER_SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStanding:
    """A file with how many of its rules are in force. `problem` says why they aren't those that it holds now, in a line
    for each fault."""

    name: str
    rules: int
    problem: str = ""

    @property
    def complaint(self) -> str:
        """The problem with the name of the file before it, which those with a place in the file begin with anyway."""
        return self.problem if self.problem.startswith(self.name) else f"{self.name}: {self.problem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStanding:
    """The folder, "" where none is set, when it became so (Unix ms), and why it can't be looked into, if it can't."""

    folder: str = ""
    at_ms: int = 0
    problem: str = ""
    files: tuple[FileStanding, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What to mend, a text for the folder and for each file."""
        of_folder = (f"{self.folder}: {self.problem}",) if self.problem else ()
        return (*of_folder, *(file.complaint for file in self.files if file.problem))


def folder_as_text(standing: FolderStanding) -> str:
    """The note as it is stored."""
    return json.dumps({"schema": FOLDER_SCHEMA, **asdict(standing)}, ensure_ascii=False, separators=(",", ":"))


def folder_from_text(text: str) -> FolderStanding:
    """What a note says. One that another release wrote in another way says nothing: it is only a view."""
    try:
        plain: Mapping[str, Any] = json.loads(text) if text else {}
        if plain.get("schema") != FOLDER_SCHEMA:
            return FolderStanding()
        return FolderStanding(
            folder=str(plain["folder"]),
            at_ms=int(plain["at_ms"]),
            problem=str(plain["problem"]),
            files=tuple(FileStanding(**file) for file in plain["files"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return FolderStanding()
