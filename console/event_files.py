"""How are the events or log lines that are shown written into a file of their own?"""

from __future__ import annotations

import asyncio
import csv
import io
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from console.acting import Done
from console.plain import iso_time, json_line
from console.presenters.figures import counted
from core.domain.errors import StorageFailed, WrongUse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from console.acting import Work
    from console.presenters.event_entries import Entry
    from core.orchestrator import Orchestrator

JSON_LINES, CSV = ".jsonl", ".csv"
COLUMNS = ("at", "level", "kind", "session", "seq", "position", "about", "all")


def exporting(entries: Sequence[Entry], file: Path) -> Work:
    """Write these into a new file, JSON Lines or CSV by its ending: whole, or not at all."""

    async def work(core: Orchestrator) -> Done:
        await asyncio.to_thread(write_entries, entries, file)
        return Done(text=f"wrote {counted(len(entries), 'entry', 'entries')} into {file}")

    return work


def write_entries(entries: Sequence[Entry], file: Path) -> None:
    """As `exporting`. Raises WrongUse for another ending, or where a file is there already; StorageFailed."""
    if file.suffix not in (JSON_LINES, CSV):
        raise WrongUse(
            f"events can't be written as {file.suffix or 'a file without an ending'}.",
            where=str(file),
            now=f"Let its name end in {JSON_LINES} or {CSV}.",
        )
    text = as_csv(entries) if file.suffix == CSV else as_json_lines(entries)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8", errors="backslashreplace")
        os.link(beside, file)  # unlike a renaming, it never takes the place of another file
    except FileExistsError as error:
        raise WrongUse("is there already.", where=str(file), now="Name a new file: nothing was written.") from error
    except OSError as error:
        raise StorageFailed(
            f"can't be written: {error.strerror}.", where=str(file), now="Name another file."
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink()


def as_json_lines(entries: Sequence[Entry]) -> str:
    """Each with all that it says, one a line, as `moot events --json` has them."""
    return "".join(f"{json_line(entry.as_plain())}\n" for entry in entries)


def as_csv(entries: Sequence[Entry]) -> str:
    """A row each; the last cell holds all of it as JSON. A spreadsheet takes none of them for a formula."""
    from core.exporting.written import DANGEROUS, MARK

    def safe(cell: str) -> str:
        return MARK + cell if cell.startswith(DANGEROUS) else cell

    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    for entry in entries:
        seq, position = entry.value("seq"), entry.value("position")
        at = iso_time(entry.at_ms) if entry.at_ms else ""
        cells = (
            at,
            entry.level.word,
            entry.kind,
            entry.session,
            seq,
            position,
            entry.about,
            json_line(entry.as_plain()),
        )
        rows.writerow([safe("" if cell is None else str(cell)) for cell in cells])
    return written.getvalue()
