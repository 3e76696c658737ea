"""How does a program that an operator allowed look at a draft, without being able to do harm by accident?

It is started without a shell, in an empty folder of its own, with an environment that holds no key. The draft is on its
standard input, and in a file where one of its arguments names `{file}` (`{file.py}` gives it that ending). It gets so
many seconds, may say so much and may have so much lying in its folder; then it and all that it began are killed. Of
what it says only the end is kept.

This is no prison: what an operator allows runs with the operator's rights. What leaves its process group on purpose is
not found again.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.domain.text import clean_text
from core.ports.check_runner import DETAIL_CHARACTERS_MAX, CheckRun

SECONDS_MAX = 60
OUTPUT_BYTES_MAX = 10_000_000
"""A program that says more is stopped: whoever reads it on would never be done."""

OUTPUT_BYTES_KEPT = 8_000
FILE_BYTES_MAX = 100_000_000
"""One file that the program writes; the system stops it beyond that."""

WRITTEN_BYTES_MAX = 200_000_000
"""All that lies in its folder together. It is looked at every so often, so that a quick disk can hold somewhat more by
then; what it writes elsewhere, and what nothing names any more, is not seen."""

WRITTEN_FILES_MAX = 10_000
"""Files and folders in its folder: those without a byte take room as well, and each has to be looked at."""

FOLDERS_DEEP_MAX = 100
"""Folders within one another in its folder: beyond some thousands no path leads there any more."""

FOLDERS_CLEARED_MAX = 1_000_000
"""Folders that are put away behind one program; what is beyond that, something left behind still makes."""

WRITTEN_LOOK_SECONDS = 0.25
DISK_BLOCK_BYTES = 512
RUNS_AT_ONCE_MAX = 4
READ_BYTES = 65_536
KILLS_MAX = 10
"""A program that goes on forking while it is killed is killed so often."""

KILL_WAIT_SECONDS = 0.02
LAST_WORDS_SECONDS = 0.5
"""How long the end of what it said is waited for where something that it left behind escaped being killed."""

PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")
"""All that the program sees of the environment: everything else may hold a key."""

_FILE = re.compile(r"\{file(\.[A-Za-z0-9]{1,12})?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandBounds:
    """What a program may take; the defaults are meant for compilers and tests of a text."""

    seconds_max: float = SECONDS_MAX
    output_bytes_max: int = OUTPUT_BYTES_MAX
    file_bytes_max: int = FILE_BYTES_MAX
    written_bytes_max: int = WRITTEN_BYTES_MAX
    written_files_max: int = WRITTEN_FILES_MAX


class AllowedCommands:
    """Programs by the names that the operator gave them, each a list of arguments whose first is the program."""

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        *,
        environ: Mapping[str, str] | None = None,
        bounds: CommandBounds | None = None,
    ) -> None:
        self._commands = {name: tuple(arguments) for name, arguments in commands.items()}
        names = os.environ if environ is None else environ
        self._environ = {name: names[name] for name in PASSED_ON if name in names}
        self._bounds = bounds or CommandBounds()
        self._places = asyncio.Semaphore(RUNS_AT_ONCE_MAX)

    def allowed(self) -> Collection[str]:
        return tuple(self._commands)

    async def run(self, command: str, draft: str) -> CheckRun:
        arguments = self._commands.get(command)
        if arguments is None:
            return CheckRun(has_passed=False, detail=f"no command is allowed under the name {command!r:.80}")
        if os.name != "posix":
            return CheckRun(has_passed=False, detail="on this system no program can be run with all that it begins")
        async with self._places:
            try:
                with tempfile.TemporaryDirectory(prefix="moot-check-", ignore_cleanup_errors=True) as folder:
                    try:
                        return await self._run(arguments, draft, Path(folder))
                    finally:
                        _flatten(folder)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                return CheckRun(has_passed=False, detail=f"{command} could not be run: {reason}")

    async def _run(self, arguments: Sequence[str], draft: str, folder: Path) -> CheckRun:
        inside = folder / "empty"
        inside.mkdir()
        written = folder / "draft"
        written.write_text(draft, encoding="utf-8", errors="replace", newline="\n")
        # A pipe of our own: that of a subprocess counts it as running while anything it left behind holds its output.
        reading, writing = os.pipe()
        try:
            with written.open("rb") as standard_input, os.fdopen(writing, "wb") as output:
                process = await asyncio.create_subprocess_exec(
                    *_with_files(arguments, draft, folder),
                    stdin=standard_input,
                    stdout=output,
                    stderr=asyncio.subprocess.STDOUT,
                    cwd=inside,
                    env={**self._environ, "HOME": str(inside), "TMPDIR": str(inside)},
                    start_new_session=True,
                )
        except BaseException:
            os.close(reading)
            raise
        _bound_files(process.pid, self._bounds.file_bytes_max)
        heard, written_in = _Heard(self._bounds.output_bytes_max), _Written(folder, self._bounds)
        try:
            async with asyncio.timeout(self._bounds.seconds_max):
                await _ended(process, heard, written_in, reading)
        except TimeoutError:
            return _failed(f"it was stopped after {self._bounds.seconds_max:g} seconds", heard)
        finally:
            await _kill(process)
        if heard.is_too_much:
            return _failed(f"it was stopped after {self._bounds.output_bytes_max} bytes of output", heard)
        await written_in.look()  # it may have been quicker than we
        if written_in.too_much:
            return _failed(f"it wrote more than {written_in.too_much}", heard)
        code = process.returncode
        if code == 0:
            return CheckRun(has_passed=True, detail=_detail("it passed", heard))
        how = f"it ended by {_signal(-code)}" if code is not None and code < 0 else f"it ended with exit code {code}"
        return _failed(how, heard)


class _Heard:
    """The end of what a program says, and how much it was."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._kept = b""

    @property
    def is_too_much(self) -> bool:
        return self._bytes > self._bytes_max

    def hear(self, said: bytes) -> None:
        self._bytes += len(said)
        self._kept = (self._kept + said)[-OUTPUT_BYTES_KEPT:]

    def text(self) -> str:
        return clean_text(self._kept.decode("utf-8", "replace")).strip()


class _Written:
    """What lies in a program's folder. `too_much` names the bound that it goes beyond, "" while it doesn't."""

    def __init__(self, folder: Path, bounds: CommandBounds) -> None:
        self._folder = folder
        self._bounds = bounds
        self.too_much = ""

    async def watch(self) -> None:
        """Come back once it is too much."""
        while not self.too_much:
            await asyncio.sleep(WRITTEN_LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        self.too_much = self.too_much or await asyncio.to_thread(self._counted)

    def _counted(self) -> str:
        files = written = 0
        folders = [(str(self._folder), 0)]
        while folders:
            inside, deep = folders.pop()
            if deep > FOLDERS_DEEP_MAX:
                return f"{FOLDERS_DEEP_MAX} folders within one another"
            for each in _entries(inside):
                files += 1
                with suppress(OSError):  # gone meanwhile
                    written += _bytes_on_disk(each.stat(follow_symlinks=False))
                    if each.is_dir(follow_symlinks=False):
                        folders.append((each.path, deep + 1))
                if written > self._bounds.written_bytes_max:
                    return f"{self._bounds.written_bytes_max} bytes"
                if files > self._bounds.written_files_max:
                    return f"{self._bounds.written_files_max} files"
        return ""


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    """What lies in a folder, as far as it can be seen."""
    with suppress(OSError), os.scandir(folder) as entries:
        yield from entries


def _flatten(folder: str) -> None:
    """Put all folders in it next to one another: what takes a folder away goes down into each by a call of its own,
    and could not go down into a thousand."""
    pending = [folder]
    for _ in range(FOLDERS_CLEARED_MAX):
        if not pending:
            return
        for each in list(_entries(pending.pop())):
            with suppress(OSError):
                if each.is_dir(follow_symlinks=False):
                    os.chmod(each.path, 0o700)
                    place = tempfile.mkdtemp(dir=folder)
                    os.rename(each.path, place)
                    pending.append(place)


def _bytes_on_disk(status: os.stat_result) -> int:
    """What a file takes up: one with holes says that it is longer than it is."""
    return getattr(status, "st_blocks", -(-status.st_size // DISK_BLOCK_BYTES)) * DISK_BLOCK_BYTES


async def _ended(process: asyncio.subprocess.Process, heard: _Heard, written: _Written, reading: int) -> None:
    """Hear the program to its end, or until it says or writes too much. Closes `reading`."""
    said = asyncio.StreamReader()
    pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(said), os.fdopen(reading, "rb")
    )
    listening = asyncio.create_task(_listen(said, heard))
    ending = asyncio.create_task(process.wait())
    watching = asyncio.create_task(written.watch())
    tasks = (listening, ending, watching)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if heard.is_too_much or written.too_much:
            return
        await asyncio.wait((ending, watching), return_when=asyncio.FIRST_COMPLETED)
        if written.too_much:
            return
        # What it said last is still in the pipe; something that it left behind could hold that open for ever.
        _kill_group(process.pid)
        await asyncio.wait((listening,), timeout=LAST_WORDS_SECONDS)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        pipe.close()


async def _listen(said: asyncio.StreamReader, heard: _Heard) -> None:
    while not heard.is_too_much and (piece := await said.read(READ_BYTES)):
        heard.hear(piece)


async def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill the program and all that is still in its group."""
    for _ in range(KILLS_MAX):
        if not _kill_group(process.pid):
            break
        await asyncio.sleep(KILL_WAIT_SECONDS)
    await process.wait()


def _kill_group(group: int) -> bool:
    """False where nobody is left in the group."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return False
    except PermissionError:  # as macOS says of a group whose processes have all ended
        return False
    return True


def _bound_files(process: int, bytes_max: int) -> None:
    """Bound the size of files it writes, where the system can do so for another process."""
    import resource  # not on Windows, where this file has to be read too

    if hasattr(resource, "prlimit"):
        with suppress(OSError):
            resource.prlimit(process, resource.RLIMIT_FSIZE, (bytes_max, bytes_max))


def _with_files(arguments: Sequence[str], draft: str, folder: Path) -> list[str]:
    """The arguments, with the paths of files that hold the draft."""

    def path(found: re.Match[str]) -> str:
        written = folder / f"draft{found[1] or '.txt'}"
        written.write_text(draft, encoding="utf-8", errors="replace", newline="\n")
        return str(written)

    return [_FILE.sub(path, argument) for argument in arguments]


def _failed(how: str, heard: _Heard) -> CheckRun:
    return CheckRun(has_passed=False, detail=_detail(how, heard))


def _detail(how: str, heard: _Heard) -> str:
    said = heard.text()[-(DETAIL_CHARACTERS_MAX - len(how) - 1) :]
    return f"{how}\n{said}".strip()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
