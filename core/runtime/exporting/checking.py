"""Does an exported file still hold what was written, and is that what the log says?

A file is compared with its summary, whatever was recorded since: its bytes, how many rows it has, their digest as they
are read again. Events never change, so that those of a file are moreover compared with the log itself; what changes
with every event is compared with it only while nothing was recorded since.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import file_digest
from pathlib import Path
from typing import Any

from core.domain.errors import MootError, WrongUse
from core.domain.ids import SessionId
from core.exporting.kinds import Form, Kind
from core.exporting.tables import SCHEMA_VERSION, TABLES
from core.exporting.written import RowDigest, row_text
from core.runtime.exporting.beside_loop import beside
from core.runtime.exporting.folder import SUMMARY, SUMMARY_BYTES_MAX, kept_exports, lone_exports
from core.runtime.exporting.reading import in_pages, rows_of
from core.runtime.exporting.sources import Sources
from core.runtime.exporting.wanted import Tell, Told, Wanted


class Found(StrEnum):
    """`equal` to what the log says; `whole` as it was written, and no longer to be compared with the log; `differs`
    from what was written, or from the log."""

    EQUAL = "equal"
    WHOLE = "whole"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found of one file. `why` is "" where there is nothing more to say."""

    file: Path
    found: Found
    rows: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a file was written as."""

    file: Path
    wanted: Wanted
    rows: int
    bytes: int
    file_sha256: str
    rows_sha256: str
    position: int


class Checker:
    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def check(self, path: Path, *, tell: Tell = lambda told: None) -> tuple[Checked, ...]:
        """Every export that lies in a folder, newest first, then those whose summary is missing; or one file. Raises
        WrongUse where there is none."""
        lone = [
            Checked(file=each, found=Found.DIFFERS, rows=0, why="no summary beside it says what it should hold")
            for each in await beside(lone_exports, path)
        ]
        if lone and not await beside(kept_exports, path):
            return tuple(lone)
        return (*[await self._check(summary, tell) for summary in await beside(_summaries, path)], *lone)

    async def _check(self, summary: Summary, tell: Tell) -> Checked:
        try:
            fault, rows = await beside(_unlike_written, summary)
        except (MootError, OSError) as error:
            return Checked(file=summary.file, found=Found.DIFFERS, rows=0, why=str(error))
        if fault:
            return Checked(file=summary.file, found=Found.DIFFERS, rows=rows, why=fault)
        if not summary.wanted.form.is_read_back:
            why = f"{summary.wanted.form.value} is for people: its bytes are as written, and no row is read back"
            return Checked(file=summary.file, found=Found.WHOLE, rows=rows, why=why)
        return await self._unlike_log(summary, tell)

    async def is_still_so(self, summary: Summary) -> bool:
        """Whether an export of the same would hold the same rows now."""
        digest = await self._as_it_is(summary, lambda told: None)
        return (digest.rows, digest.value) == (summary.rows, summary.rows_sha256)

    async def _as_it_is(self, summary: Summary, tell: Tell) -> RowDigest:
        """Of the rows that an export of the same would hold, of what is recorded up to the same position."""
        digest, table = RowDigest(), TABLES[summary.wanted.kind]
        async for page in self._sources.pages(summary.wanted, until=summary.position):
            digest.take([row_text(table, row) for row in page.rows])
            tell(Told(rows=digest.rows, done=page.reached, whole=summary.position))
        return digest

    async def _unlike_log(self, summary: Summary, tell: Tell) -> Checked:
        kind, position = summary.wanted.kind, await self._sources.position()
        if kind is not Kind.EVENTS and position != summary.position:
            return Checked(
                file=summary.file,
                found=Found.WHOLE,
                rows=summary.rows,
                why="more was recorded since, so that only its summary tells what it should hold",
            )
        digest = await self._as_it_is(summary, tell)
        if (digest.rows, digest.value) == (summary.rows, summary.rows_sha256):
            return Checked(file=summary.file, found=Found.EQUAL, rows=summary.rows)
        if kind is not Kind.EVENTS:
            why = "what is not in the log has changed since: a label, a rule, how long rules take"
            return Checked(file=summary.file, found=Found.WHOLE, rows=summary.rows, why=why)
        why = f"the log here says {digest.rows:,} rows, the file {summary.rows:,}; " + (
            "a session was deleted since, or this is another database"
            if digest.rows != summary.rows
            else "they are other ones: is this another database?"
        )
        return Checked(file=summary.file, found=Found.DIFFERS, rows=summary.rows, why=why)


def read_summary(path: Path) -> Summary:
    """What a summary says. Raises WrongUse for a file that is none, or that another release wrote."""
    try:
        if path.stat().st_size > SUMMARY_BYTES_MAX:
            raise ValueError("it is too large")
        plain: Mapping[str, Any] = json.loads(path.read_bytes())
        if plain["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"it is of schema {plain['schema_version']}, this moot reads {SCHEMA_VERSION}")
        return Summary(
            # A name alone: whoever wrote the summary doesn't choose which other file is read.
            file=path.parent / Path(str(plain["file"])).name,
            wanted=Wanted(
                kind=Kind(plain["kind"]),
                form=Form(plain["format"]),
                since_ms=plain["since_ms"],
                until_ms=plain["until_ms"],
                session=SessionId(plain["session"]),
            ),
            rows=int(plain["rows"]),
            bytes=int(plain["bytes"]),
            file_sha256=str(plain["file_sha256"]),
            rows_sha256=str(plain["rows_sha256"]),
            position=int(plain["position"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise WrongUse(
            f"this is no summary of an export: {reason}.", where=str(path), now="Name a file that moot export wrote."
        ) from error


def _summaries(path: Path) -> list[Summary]:
    if path.is_dir():
        found = [read_summary(each.summary) for each in kept_exports(path)]
        if not found:
            raise WrongUse("no exports lie here.", where=str(path), now="'moot export --help' shows how to write one.")
        return found
    if not path.exists():
        raise WrongUse("there is no such file.", where=str(path))
    if path.name.startswith(f"{SUMMARY}_"):
        return [read_summary(path)]
    beside_it = path.with_name(f"{SUMMARY}_{path.stem}.json")
    if not beside_it.exists():
        raise WrongUse(
            "the summary that says what it should hold is missing.",
            where=str(beside_it),
            now="Put it beside the file again, or export again.",
        )
    return [read_summary(beside_it)]


def _unlike_written(summary: Summary) -> tuple[str, int]:
    """In what a file is not what was written, "" where it is; and how many rows it has."""
    with summary.file.open("rb") as file:
        whole = file_digest(file, "sha256").hexdigest()
        size = file.tell()
    rows = summary.rows
    if summary.wanted.form.is_read_back:
        digest, table = RowDigest(), TABLES[summary.wanted.kind]
        for page in in_pages(rows_of(summary.file, summary.wanted.kind, summary.wanted.form)):
            digest.take([row_text(table, row) for row in page])
        rows = digest.rows
        if rows != summary.rows:
            return f"it holds {rows:,} rows, and {summary.rows:,} were written", rows
        if digest.value != summary.rows_sha256:
            return "its rows are not those that were written", rows
    if (size, whole) != (summary.bytes, summary.file_sha256):
        same = ", though its rows read the same" if summary.wanted.form.is_read_back else ""
        return f"its bytes are not those that were written{same}", rows
    return "", rows
