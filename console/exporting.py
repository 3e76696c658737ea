"""How is a session written to a file that people read, or that holds all of it?"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from console.locations import from_the_root
from console.plain import json_line, plain, plain_event
from core.domain.errors import StorageFailed, WrongUse
from core.ports.event_log import READ_EVENTS_MAX

if TYPE_CHECKING:
    from core.domain.events import Recorded
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

STANDARD_OUTPUT = "-"
FORMATS = (".md", ".html", ".json", ".jsonl")


async def all_events(orchestrator: Orchestrator, session: SessionId) -> AsyncIterator[Recorded]:
    """Every recorded event of a session, oldest first, read in pages."""
    seq = 0
    while True:
        page = await orchestrator.events(session, after_seq=seq, limit=READ_EVENTS_MAX)
        for recorded in page:
            yield recorded
        if len(page) < READ_EVENTS_MAX:
            return
        seq = page[-1].seq


async def export_session(
    orchestrator: Orchestrator, session: SessionId, path: Path, *, ending: str = "", replaces: bool = False
) -> Path | None:
    """Write a session to `path` by `ending`, or by its own: `.md` and `.html` to read, `.json` with everything,
    `.jsonl` the events, one a line.

    Written beside the target and moved into place, so that a file is whole or absent; one that lies there already is
    replaced only where that is meant. None where the path was `-`, which stands for standard output: in Markdown unless
    `ending` says otherwise.
    """
    is_piped = str(path) == STANDARD_OUTPUT
    form = ending or (".md" if is_piped else path.suffix)
    if form not in FORMATS:
        raise WrongUse(
            f"a session can't be written as {form or 'a file without an ending'}.",
            where=str(path),
            now=f"Let its name end in {', '.join(FORMATS)}.",
        )
    lines = _lines(orchestrator, session, form)
    if is_piped:
        async for line in lines:
            sys.stdout.write(line + "\n")
        return None
    path = require_free(path, replaces=replaces)
    return await _write_lines(path, lines)


def require_free(path: Path, *, replaces: bool) -> Path:
    """The path from the root on. Raises WrongUse where something lies there that is not meant to be replaced."""
    path = from_the_root(path)
    if not replaces and path.exists():
        raise WrongUse(
            "there is such a file already.",
            where=str(path),
            now="Name another with --out, or give --force to replace it.",
        )
    return path


def _lines(orchestrator: Orchestrator, session: SessionId, form: str) -> AsyncIterator[str]:
    match form:
        case ".md" | ".html":
            return _document(orchestrator, session, is_page=form == ".html")
        case ".jsonl":
            return _event_lines(orchestrator, session)
        case _:
            return _as_json(orchestrator, session)


async def _event_lines(orchestrator: Orchestrator, session: SessionId) -> AsyncIterator[str]:
    async for each in all_events(orchestrator, session):
        yield json_line(plain_event(each))


async def _as_json(orchestrator: Orchestrator, session: SessionId) -> AsyncIterator[str]:
    """The row, its label, and every event with the envelope that says who asked for it."""
    labels = await orchestrator.labels()
    events = [
        plain_event(each) | ({"envelope": _envelope(each)} if each.envelope is not None else {})
        async for each in all_events(orchestrator, session)
    ]
    yield json_line({"session": await orchestrator.summary(session), "label": labels.get(session), "events": events})


def _envelope(recorded: Recorded) -> object:
    envelope = recorded.envelope
    return {
        "command": type(envelope.command).__name__,
        "actor": envelope.actor,
        "correlation": envelope.correlation,
        "asked": plain(envelope.command),
    }


async def _document(orchestrator: Orchestrator, session: SessionId, *, is_page: bool) -> AsyncIterator[str]:
    from console.exported_html import html_lines
    from console.exported_markdown import markdown_lines

    await orchestrator.flips.learn(session)
    write = html_lines if is_page else markdown_lines
    events = all_events(orchestrator, session)
    row = await orchestrator.summary(session)
    async for line in write(events, orchestrator.flips.formats, orchestrator.fact_specs(), row):
        yield line


async def _write_lines(path: Path, lines: AsyncIterator[str]) -> Path:
    """Write a file beside its place, line by line, then move it there. Raises StorageFailed."""
    beside = _beside(path)
    try:
        with beside.open("wb") as file:
            async for line in lines:
                file.write(f"{line}\n".encode("utf-8", errors="backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise _refused(error, path) from error
    finally:
        beside.unlink(missing_ok=True)
    return path


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file beside its place, then move it there. Returns where it is; raises StorageFailed."""
    path = from_the_root(path)
    beside = _beside(path)
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _refused(error, path) from error
    return path


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")


def _refused(error: OSError, path: Path) -> StorageFailed:
    return StorageFailed(
        f"the session can't be written: {error.strerror}.",
        where=str(path),
        now="Name a folder that can be written.",
    )
