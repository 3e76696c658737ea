"""How is a text written in the operator's own editor while the console stands aside, so that nothing typed is lost?

The editor has the terminal to itself; the core and what it drives go on beside it. What was typed lies in a file until
the console has it again: where the editor fails, it stays there, and that is said.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from textual.app import App

EDITOR_VARIABLES = ("VISUAL", "EDITOR")
TEXT_BYTES_MAX = 4_000_000
"""More than any draft may have, so that a file written by mistake is not taken in."""


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
            ended_with = (await asyncio.to_thread(subprocess.run, [*command, str(path)], check=False)).returncode
    except OSError as error:
        raise _failed(f"{command[0]!r} can't be run: {error.strerror}.", path, is_touched=False) from error
    except BaseException:
        if _is_touched(path, before):
            raise  # the console is left meanwhile: what was typed stays in its file
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


@contextmanager
def terminal_lent(app: App[Any]) -> Iterator[None]:
    """The terminal is another program's meanwhile, and the console's again however that ends. Raises WrongUse where the
    console can't stand aside."""
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
        # Textual takes the terminal back only where it hears of no error: after one the screen would stay dark
        lent.__exit__(None, None, None)


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
