"""How do files of rules come into force while they are being edited?

The driver looks at the folder again and again: a file whose time or size is another is read whole, and taken or refused
whole. One that is refused leaves in force what it said before; one that is gone takes its rules along.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from core.ports.inbox import InboxAnswer
from core.rules.files import FilesTaken, take_files
from core.rules.layers import RuleBook, RuleFile
from core.rules.reading import RuleFileError, read_rule_file
from core.rules.versions import VersionKind
from core.runtime.folder_notes import FOLDER_SETTING, FileStanding, FolderStanding, folder_as_text, folder_from_text
from core.runtime.ports import Ports
from core.runtime.requests import Asker
from core.runtime.rule_desk import Body, Edited, RuleDesk
from core.written.tree import TEXT_BYTES_MAX

RULES_FOLDER_SECONDS = 2
"""How often the folder is looked at. A look asks for the time of each file, and reads those that changed."""

FILES_MAX = 200
"""Files of rules in one folder; with more, none of what changed is taken."""

SUFFIXES = (".yaml", ".yml")
FOLDER = Asker(actor="folder")
"""Who makes the versions that come from files."""

_log = logging.getLogger(__name__)


class Stamp(NamedTuple):
    """What tells that a file was written again."""

    modified_ns: int
    bytes: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file that was read because its stamp is another: its text, or why it has none."""

    stamp: Stamp
    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What lies in the folder. `problem` says why it couldn't be looked into: then nothing is known of its files."""

    names: frozenset[str] = frozenset()
    changed: Mapping[str, Found] = field(default_factory=dict)
    problem: str = ""


class RulesFolder:
    """The folder of one driver; None watches none, and then no file's rules are in force."""

    def __init__(
        self,
        ports: Ports,
        desk: RuleDesk,
        folder: Path | None,
        *,
        aside: Callable[..., Awaitable[Any]] = asyncio.to_thread,
    ) -> None:
        self._ports = ports
        self._desk = desk
        self._folder = folder
        self._aside = aside
        self._looking = asyncio.Lock()
        self._stamps: dict[str, Stamp] = {}
        self._said: dict[str, RuleFile] = {}
        self._unread: dict[str, str] = {}
        self._taken: tuple[frozenset[str], int, FilesTaken] | None = None

    async def follow(self, *, is_thorough: bool = False) -> FolderStanding:
        """Put in force what the files say now, and note how each stands. Thoroughly, all are read again."""
        async with self._looking:
            await self._desk.read()
            if self._folder is None:
                await self._leave()
                return await self._noted(FolderStanding())
            look: Look = await self._aside(looked_at, self._folder, {} if is_thorough else dict(self._stamps))
            if look.problem:
                return await self._noted(self._standing(look.problem, {}))
            if await self._read(look):
                self._taken = None
            taken = await self._take(look)
            return await self._noted(self._standing("", {**taken.refused, **self._unread}))

    async def verb(self, body: Body, by: Asker) -> InboxAnswer:
        """Look at once, at everything."""
        standing = await self.follow(is_thorough=True)
        return InboxAnswer(is_done=True, text="looked at the rules folder", body={"standing": folder_as_text(standing)})

    async def _read(self, look: Look) -> bool:
        """Read what changed; True where a file says something else than before, or can't be read for another reason."""
        said, unread = dict(self._said), dict(self._unread)
        for gone in {*self._stamps, *self._said, *self._unread} - look.names:
            for known in (self._stamps, self._said, self._unread):
                known.pop(gone, None)
        templates = [row.id for row in await self._ports.catalogue.template_rows()] if look.changed else []
        for name, found in sorted(look.changed.items()):
            self._stamps[name] = found.stamp
            self._unread.pop(name, None)
            self._said.pop(name, None)
            if found.problem:
                self._unread[name] = found.problem
                continue
            try:
                read = await self._aside(
                    read_rule_file, found.text, origin=name, facts=self._ports.library.fact_specs, templates=templates
                )
            except RuleFileError as refused:
                self._unread[name] = str(refused)
            else:
                self._said[name] = RuleFile(name=name, rules=read.rules, sets=read.sets)
        return (said, unread) != (self._said, self._unread)

    async def _take(self, look: Look) -> FilesTaken:
        """Put in force what can be; nothing is done again for the same files and the same rules beside them."""
        if self._taken is not None and self._taken[:2] == (look.names, self._desk.version):
            return self._taken[2]
        taken: list[FilesTaken] = []

        def make(book: RuleBook) -> Edited:
            taken.append(take_files(book, self._said, present=look.names))
            return Edited(book=taken[-1].book, change=taken[-1].in_words(), kind=VersionKind.FILES)

        size = sum(len(said.rules) for said in self._said.values())
        await self._desk.change(make, by=FOLDER, size_added=size)
        self._taken = (look.names, self._desk.version, taken[-1])
        return taken[-1]

    async def _leave(self) -> None:
        """No folder is set: what files said before is in force no more."""

        def make(book: RuleBook) -> Edited:
            taken = take_files(book, {}, present=())
            return Edited(book=taken.book, change=f"no rules folder is set: {taken.in_words()}", kind=VersionKind.FILES)

        if self._desk.book.files:
            await self._desk.change(make, by=FOLDER)

    def _standing(self, problem: str, refused: Mapping[str, str]) -> FolderStanding:
        in_force = {file.name: len(file.rules) for file in self._desk.book.files}
        return FolderStanding(
            folder=str(self._folder),
            problem=problem,
            files=tuple(
                FileStanding(name=name, rules=in_force.get(name, 0), problem=refused.get(name, ""))
                for name in sorted({*in_force, *refused, *self._said})
            ),
        )

    async def _noted(self, standing: FolderStanding) -> FolderStanding:
        """Keep the note, and say in the log what is new in it."""
        before = folder_from_text((await self._ports.catalogue.settings()).get(FOLDER_SETTING, ""))
        if replace(before, at_ms=0) == standing:
            return before
        for problem in standing.problems:
            if problem not in before.problems:
                _log.warning("rules folder: %s", problem)
        standing = replace(standing, at_ms=self._ports.clock.now_ms() if standing.folder else 0)
        await self._ports.catalogue.save_setting(FOLDER_SETTING, folder_as_text(standing))
        return standing


def looked_at(folder: Path, known: Mapping[str, Stamp]) -> Look:
    """What lies in `folder`, with the text of each file whose stamp is another than is known. Waits for the disk."""
    try:
        with os.scandir(folder) as entries:
            paths = {
                entry.name: Path(entry.path)
                for entry in entries
                if entry.name.endswith(SUFFIXES) and not entry.name.startswith(".") and entry.is_file()
            }
    except OSError as error:
        return Look(problem=f"it can't be looked into: {error.strerror}. Its files' rules stay in force as last read.")
    if len(paths) > FILES_MAX:
        return Look(problem=f"it holds {len(paths)} files; at most {FILES_MAX} are taken. Nothing new was.")
    changed = {}
    for name, path in paths.items():
        found = _found(path, known.get(name))
        if found is not None:
            changed[name] = found
    return Look(names=frozenset(paths), changed=changed)


def _found(path: Path, known: Stamp | None) -> Found | None:
    """The file, unless it is as it was, or is being written right now: then the next look finds it whole."""
    try:
        stamp = _stamp(path)
        if stamp == known:
            return None
        if stamp.bytes > TEXT_BYTES_MAX:
            return Found(stamp=stamp, problem=f"it is larger than {TEXT_BYTES_MAX:,} bytes. Split it.")
        content = path.read_bytes()
        if _stamp(path) != stamp:
            return None
        return Found(stamp=stamp, text=content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Found(stamp=stamp, problem="it is no UTF-8 text. Save it as UTF-8.")
    except OSError as error:
        return Found(stamp=Stamp(0, 0, 0), problem=f"it can't be read: {error.strerror}.")


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return Stamp(found.st_mtime_ns, found.st_size, found.st_ino)
