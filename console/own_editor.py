"""How is a text written in the operator's own editor while the console stands aside, so that nothing typed is lost?

The editor has the terminal to itself; the core and what it drives go on beside it. What was typed lies in a file until
the console has it again: where the editor fails, it stays there, and that is said.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shlex
import signal
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from core.domain.errors import WrongUse
from core.runtime.correlating import fields

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from textual.app import App

EDITOR_VARIABLES = ("VISUAL", "EDITOR")
TEXT_BYTES_MAX = 4_000_000
"""More than any draft may have, so that a file written by mistake is not taken in."""

LEAVE_SECONDS_MAX = 3
"""So long an editor has to keep what was typed, once the console is told to leave."""

_log = logging.getLogger(__name__)


def editor_command() -> list[str]:
    """The operator's editor with its arguments. Raises WrongUse where none is named."""
    for name in EDITOR_VARIABLES:
        try:
            words = shlex.split(os.environ.get(name, ""))
        except ValueError as error:
            raise WrongUse(f"can't be read: {error}.", where=name, now="Mend its quotes.") from error
        if words:
            return words
    raise WrongUse(
        "no editor is known.", where="EDITOR", now="Set it, such as EDITOR=nano, or give the text otherwise."
    )


async def written_elsewhere(app: App[Any], text: str, *, name: str) -> str:
    """The text as the operator's editor left it. Raises WrongUse where that failed: anything typed is in the file that
    is named then."""
    command = editor_command()
    path = Path(tempfile.mkdtemp(prefix="moot-")) / name
    path.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")  # as editors leave one
    before = path.stat()
    try:
        with terminal_lent(app):
            ended_with = await _edited([*command, str(path)])
    except OSError as error:
        raise _failed(f"{command[0]!r} can't be run: {error.strerror}.", path, is_touched=False) from error
    except asyncio.CancelledError:
        _tell_where(path)  # the console is left meanwhile, and has the text nowhere else
        raise
    except BaseException:
        if not _is_touched(path, before):
            _forget(path)
        raise
    is_touched = _is_touched(path, before)
    if ended_with:
        how = f"ended with {ended_with}" if ended_with > 0 else f"was stopped by signal {-ended_with}"
        raise _failed(f"the editor {how}.", path, is_touched=is_touched)
    try:
        if path.stat().st_size > TEXT_BYTES_MAX:
            raise _failed(f"has more than {TEXT_BYTES_MAX:,} bytes.", path, is_touched=True)
        typed = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _failed("what the editor left is no UTF-8.", path, is_touched=True) from error
    except OSError as error:
        raise _failed(f"what the editor left can't be read: {error.strerror}.", path, is_touched=is_touched) from error
    _forget(path)
    return typed if text.endswith("\n") else typed.removesuffix("\n")


async def _edited(command: list[str]) -> int:
    """What the editor ended with. Where nobody waits for it any more it is ended: the console would stay until then."""
    editor = await asyncio.create_subprocess_exec(*command)
    try:
        return await editor.wait()
    finally:
        if editor.returncode is None:
            await _sent_away(editor)


async def _sent_away(editor: asyncio.subprocess.Process) -> None:
    """Have it keep what it can and give the terminal back, as editors do on this signal; one that won't is killed."""
    _signalled(editor, signal.SIGTERM)
    killing = asyncio.get_running_loop().call_later(LEAVE_SECONDS_MAX, _signalled, editor, signal.SIGKILL)
    while editor.returncode is None:
        with suppress(asyncio.CancelledError):  # a loop that closes cancels once more
            await editor.wait()
    killing.cancel()


def _signalled(editor: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it was quicker
        editor.send_signal(number)


def _tell_where(path: Path) -> None:
    """On the terminal that the editor had, which Textual does not paint on any more, and in the log file."""
    _log.warning("the console was left while an editor was open", extra=fields(kept=str(path)))
    with suppress(OSError, ValueError):  # the terminal may be what has gone
        print(f"moot: it was left while your editor was open; your text is kept in {path}", file=sys.__stderr__)


@contextmanager
def terminal_lent(app: App[Any]) -> Iterator[None]:
    """The terminal is another program's meanwhile, and the console's again however that ends; but where the console is
    left, it stays as that program left it. Raises WrongUse where the console can't stand aside."""
    from textual.app import SuspendNotSupported

    lent = app.suspend()
    try:
        lent.__enter__()
    except SuspendNotSupported as error:
        raise WrongUse("this terminal can't be lent to an editor.", now="Write here instead.") from error
    # ctrl+c in the editor reaches the console as well, which would leave
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        # Textual takes the terminal back only where it hears of no error: after one the screen would stay dark. Taken
        # back by a console that has left, it would stay raw, and dark, for the shell.
        left = None if app.is_running else _Left()
        with suppress(_Left):
            lent.__exit__(type(left) if left else None, left, None)


class _Left(Exception):
    """The console is being left."""


def _is_touched(path: Path, before: os.stat_result) -> bool:
    try:
        now = path.stat()
    except OSError:
        return False
    return (now.st_mtime_ns, now.st_size, now.st_ino) != (before.st_mtime_ns, before.st_size, before.st_ino)


def _failed(what: str, path: Path, *, is_touched: bool) -> WrongUse:
    """The refusal of what an editor left that failed: kept where anything had been typed."""
    if is_touched:
        return WrongUse(what, where="EDITOR", now=f"Nothing here was changed; your text is kept in {path}.")
    _forget(path)
    return WrongUse(what, where="EDITOR", now="Nothing was changed.")


def _forget(path: Path) -> None:
    """Take the file away; what an editor left beside it stays, and its folder with it."""
    path.unlink(missing_ok=True)
    try:
        path.parent.rmdir()
    except OSError:
        return
