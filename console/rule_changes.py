"""What does a key of the Rules screen do to the rules, and how is it taken back?

Each is one version of the rules, whatever it concerns. Undo takes back the very change that was made here: where
another one came since, it says so and does nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from console.acting import Done, Work
from console.presenters.figures import counted
from core.domain.errors import CommandRefused
from core.rules.differences import Differences, differences
from core.rules.editing import put
from core.rules.versions import undoable

if TYPE_CHECKING:
    from pathlib import Path

    from core.orchestrator import Orchestrator
    from core.rules.rule import Rule
    from core.runtime.rulebook import Rulebook, RuleChange


def changing(change: Callable[[Rulebook], Awaitable[RuleChange]]) -> Work:
    """Make one change to the rules."""

    async def work(core: Orchestrator) -> Done:
        before = await newest_version(core)
        done = await change(core.rulebook)
        return done_of(done, before=before)

    return work


def done_of(change: RuleChange, *, before: int) -> Done:
    """A change in words, with what takes it back; `before` was the newest version then."""
    return Done(text=change.text, undo=undoing(change.version) if change.version > before else None)


async def newest_version(core: Orchestrator) -> int:
    """Its number, 0 before the first."""
    version = await core.rulebook.version()
    return version.number if version is not None else 0


def undoing(version: int) -> Work:
    """Take back the change that made this version. Refused where undo would take back another one."""

    async def work(core: Orchestrator) -> Done:
        if await _undoable(core) != version:
            raise CommandRefused(
                f"they were changed again since version {version}.",
                where="rules",
                now="Nothing was taken back: the history (H) has every version and restores any.",
            )
        return Done(text=(await core.rulebook.undo()).text)

    return work


async def redo(core: Orchestrator) -> Done:
    """Make again what was undone last."""
    done = await core.rulebook.redo()
    version = await _undoable(core)
    return Done(text=done.text, undo=None if version is None else undoing(version))


async def _undoable(core: Orchestrator) -> int | None:
    from core.runtime.rule_desk import VERSIONS_LOOKED_BACK_MAX

    history = await core.rulebook.history(limit=VERSIONS_LOOKED_BACK_MAX)
    return undoable([(version.number, version.kind) for version in reversed(history)])


def switching(names: Sequence[str], is_on: bool) -> Work:
    return changing(lambda book: book.switch(names, is_on))


def deleting(names: Sequence[str]) -> Work:
    return changing(lambda book: book.delete(names))


def moving(name: str, *, before: str = "", behind: str = "", rule_set: str) -> Work:
    """Have a rule heard just before or behind another one in the order of a set."""
    return changing(lambda book: book.move(name, before=before, behind=behind, rule_set=rule_set))


def restoring(version: int, *, based_on: int) -> Work:
    """Put an earlier version in force, unless something was changed since it was looked at."""
    return changing(lambda book: book.restore(version, based_on=based_on))


def loading(text: str, *, origin: str, based_on: int) -> Work:
    return changing(lambda book: book.load(text, origin=origin, based_on=based_on))


def exporting(names: Sequence[str], rule_set: str, file: Path) -> Work:
    """Write these rules, or all that hold in the set, into a new file."""

    async def work(core: Orchestrator) -> Done:
        from console.cli.written_files import put_text

        text = await core.rulebook.written(names, rule_set=rule_set)
        await asyncio.to_thread(put_text, file, text)
        count = len(names) or len(await core.rulebook.effective(rule_set))
        return Done(text=f"wrote {counted(count, 'rule')} into {file}")

    return work


def as_switched(rules: Sequence[Rule]) -> tuple[tuple[Rule, ...], bool]:
    """Those of them that change when all are switched, as they are then: on where one of them is off, else off."""
    is_on = any(not rule.enabled for rule in rules)
    return tuple(replace(rule, enabled=is_on) for rule in rules if rule.enabled is not is_on), is_on


async def would_load(core: Orchestrator, text: str, *, origin: str) -> tuple[Differences, int]:
    """What loading a text would make different, and how many of its rules are so already.

    Raises RuleFileError with every fault's place.
    """
    from core.rules.reading import read_rule_file

    templates = [template.id for template in await core.templates()]
    facts = core.fact_specs()
    read = await asyncio.to_thread(read_rule_file, text, origin=origin, facts=facts, templates=templates)
    book = await core.rulebook.book()
    found = differences(book, put(book, read.rules, read.sets), facts=facts)
    return found, max(0, len(read.rules) - len(found.added) - len(found.changed))


async def would_restore(core: Orchestrator, version: int) -> Differences:
    """What restoring a version would make different: what files say now stays."""
    now, then = await core.rulebook.book(), await core.rulebook.book(version)
    return differences(now, replace(then, files=now.files), facts=core.fact_specs())
