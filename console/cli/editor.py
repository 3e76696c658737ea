"""How is a text edited in the operator's own editor, so that nothing typed is ever lost?"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import typer

from console.cli.written_files import text_of
from console.failures import say
from console.own_editor import editor_command
from core.domain.errors import MootError, WrongUse

TRIES_MAX = 100
"""How often one text can be mended before it is left where it lies."""

T = TypeVar("T")


async def edited(text: str, name: str, save: Callable[[str, str], Awaitable[T]]) -> T | None:
    """Have the operator edit `text`, then `save` it with the name of its file; None where it was left as it was.

    What `save` refuses can be edited again. In the end it is kept in its file, and said where that is.
    """
    command = editor_command()
    folder = Path(tempfile.mkdtemp(prefix="moot-"))
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    for _ in range(TRIES_MAX):
        ended_with = await _run(command, path)
        typed = text_of(path)
        if ended_with:
            raise _left_by(ended_with, path, is_touched=typed != text)
        if not typed.strip() or typed == text:
            break
        try:
            done = await save(typed, str(path))
        except MootError as error:
            if _wants_again(error):
                continue
            say(f"your text is kept in {path}.")
            raise
        _forget(path)
        return done
    _forget(path)
    return None


async def _run(command: list[str], path: Path) -> int:
    try:
        # Beside the loop: what this process has joined goes on while the operator types.
        done = await asyncio.to_thread(subprocess.run, [*command, str(path)], check=False)
    except OSError as error:
        _forget(path)
        raise WrongUse(
            f"{command[0]!r} can't be run: {error.strerror}.", where="EDITOR", now="Set another one."
        ) from error
    return done.returncode


def _left_by(ended_with: int, path: Path, *, is_touched: bool) -> WrongUse:
    """The refusal of what an editor left that failed, or was told to: kept where anything had been typed."""
    if is_touched:
        say(f"your text is kept in {path}.")
    else:
        _forget(path)
    return WrongUse(f"the editor ended with {ended_with}.", where="EDITOR", now="Nothing was changed.")


def _wants_again(error: MootError) -> bool:
    if not sys.stdin.isatty():
        return False
    say(str(error))
    return typer.confirm("Edit it again?", default=True, err=True)


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.rmdir()
