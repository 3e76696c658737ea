"""What does a key of the Templates screen do to the formats, and how is it taken back?

Each change is a version of one format. Undo makes what was before the newest again; where something else came since,
it says so and does nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from console.acting import Done, Work
from core.domain.errors import CommandRefused

if TYPE_CHECKING:
    from pathlib import Path

    from core.orchestrator import Orchestrator
    from core.runtime.formats import FormatSaved


def cloning(id: str, new: str) -> Work:
    """Copy a format under another id."""

    async def work(core: Orchestrator) -> Done:
        return made(await core.formats.clone(id, new))

    return work


def deleting(id: str) -> Work:
    """List a format no more."""

    async def work(core: Orchestrator) -> Done:
        before = (await core.formats.template(id)).version
        done = await core.formats.delete(id)
        return Done(text=done.text, undo=_restoring_over(id, before, done.version))

    return work


def restoring(id: str, version: int) -> Work:
    """Make an earlier version the newest."""

    async def work(core: Orchestrator) -> Done:
        before = (await core.formats.template(id)).version
        return edited(await core.formats.restore(id, version), before=before)

    return work


def taking(text: str, *, origin: str, is_replacing: bool) -> Work:
    """Take in what was exported elsewhere."""

    async def work(core: Orchestrator) -> Done:
        done = await core.formats.take(text, origin=origin, is_replacing=is_replacing)
        return Done(text=done.text)

    return work


def exporting(id: str, path: Path) -> Work:
    """Write a format with what it needs into a file that isn't there yet."""

    async def work(core: Orchestrator) -> Done:
        from console.cli.written_files import put_text

        text = await core.formats.export(id)
        await asyncio.to_thread(put_text, path, text)
        return Done(text=f"wrote {id} with what it needs to {path}")

    return work


def made(saved: FormatSaved) -> Done:
    """A new format: undo takes it out again."""

    async def undo(core: Orchestrator) -> Done:
        await _require_newest(core, saved.template, saved.version)
        return Done(text=(await core.formats.delete(saved.template)).text)

    return Done(text=saved.text, undo=undo)


def edited(saved: FormatSaved, *, before: int) -> Done:
    """A new version of a format: undo restores the one before."""
    is_new = saved.version > before
    return Done(text=saved.text, undo=_restoring_over(saved.template, before, saved.version) if is_new else None)


def _restoring_over(id: str, version: int, newest: int) -> Work:
    async def undo(core: Orchestrator) -> Done:
        await _require_newest(core, id, newest)
        return Done(text=(await core.formats.restore(id, version)).text)

    return undo


async def _require_newest(core: Orchestrator, id: str, version: int) -> None:
    """Raises CommandRefused where a format was changed since; `version` 0 stands for one that was deleted."""
    newest = (await core.formats.history(id))[0]
    if (0 if newest.is_deleted else newest.number) != version:
        raise CommandRefused(
            "it was changed again since.",
            where=f"template {id}",
            now="Nothing was taken back: the history (H) has every version and restores any.",
        )
