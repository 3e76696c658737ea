"""How is a session written to a file that people read, or that holds all of it?"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from console.plain import json_line, plain, plain_event
from core.domain.errors import StorageFailed, WrongUse
from core.ports.event_log import READ_EVENTS_MAX

if TYPE_CHECKING:
    from core.domain.events import Recorded
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

STANDARD_OUTPUT = "-"
MARKDOWN_COLUMNS = 120
FORMATS = (".md", ".json", ".jsonl")


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


async def export_session(orchestrator: Orchestrator, session: SessionId, path: Path) -> Path | None:
    """Write a session to `path` by its ending: `.md` to read, `.json` with everything, `.jsonl` the events, one a line.

    Written beside the target and moved into place, so that a file is whole or absent. None where it was `-`, which
    stands for standard output.
    """
    if str(path) == STANDARD_OUTPUT:
        sys.stdout.write(await _as_markdown(orchestrator, session))
        return None
    if path.suffix not in FORMATS:
        raise WrongUse(
            f"a session can't be written as {path.suffix or 'a file without an ending'}.",
            where=str(path),
            now=f"Let its name end in {', '.join(FORMATS)}.",
        )
    match path.suffix:
        case ".md":
            text = await _as_markdown(orchestrator, session)
        case ".jsonl":
            text = "".join([json_line(plain_event(each)) + "\n" async for each in all_events(orchestrator, session)])
        case _:
            text = await _as_json(orchestrator, session)
    return write_whole(path, text.encode("utf-8", errors="backslashreplace"))


async def _as_json(orchestrator: Orchestrator, session: SessionId) -> str:
    """The row, its label, and every event with the envelope that says who asked for it."""
    labels = await orchestrator.labels()
    events = [
        plain_event(each) | ({"envelope": _envelope(each)} if each.envelope is not None else {})
        async for each in all_events(orchestrator, session)
    ]
    whole = {"session": await orchestrator.summary(session), "label": labels.get(session), "events": events}
    return json_line(whole) + "\n"


def _envelope(recorded: Recorded) -> object:
    envelope = recorded.envelope
    return {
        "command": type(envelope.command).__name__,
        "actor": envelope.actor,
        "correlation": envelope.correlation,
        "asked": plain(envelope.command),
    }


async def _as_markdown(orchestrator: Orchestrator, session: SessionId) -> str:
    from console.exported_markdown import markdown_lines

    await orchestrator.flips.learn(session)
    lines = markdown_lines(all_events(orchestrator, session), orchestrator.flips.formats)
    return "\n".join([line async for line in lines]) + "\n"


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file beside its place, then move it there. Returns where it is; raises StorageFailed."""
    path = path.expanduser().absolute()
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StorageFailed(
            f"the session can't be written: {error.strerror}.",
            where=str(path),
            now="Name a folder that can be written.",
        ) from error
    return path
