"""What does a file say that an operator names on the command line, and what is put into one?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from core.domain.errors import StorageFailed, WrongUse

if TYPE_CHECKING:
    from pathlib import Path


STANDARD_INPUT = "-"


def text_of(file: Path) -> str:
    """The text of a YAML file. Raises WrongUse where it can't be read, or can't be meant."""
    # Whatever reads the text has this bound too; loaded here, as what it stands on reads YAML.
    from core.written.tree import TEXT_BYTES_MAX

    try:
        with file.open("rb") as opened:
            content = opened.read(TEXT_BYTES_MAX + 1)
    except OSError as error:
        raise WrongUse(f"can't be read: {error.strerror}.", where=str(file), now="Name a YAML file.") from error
    return _as_text(content, where=str(file), bytes_max=TEXT_BYTES_MAX, now="Split it into several files.")


def text_given(file: Path) -> str:
    """As `text_of`; `-` stands for standard input."""
    if str(file) != STANDARD_INPUT:
        return text_of(file)
    from core.written.tree import TEXT_BYTES_MAX

    return typed_in(bytes_max=TEXT_BYTES_MAX)


def typed_in(*, bytes_max: int) -> str:
    """The text on standard input: what is too long to be meant is refused before all of it is read."""
    content = sys.stdin.buffer.read(bytes_max + 1)
    return _as_text(content, where="standard input", bytes_max=bytes_max, now="Shorten it.")


def _as_text(content: bytes, *, where: str, bytes_max: int, now: str) -> str:
    if len(content) > bytes_max:
        raise WrongUse(f"is larger than {bytes_max:,} bytes.", where=where, now=now)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUse("is no UTF-8 text.", where=where, now="Save it as UTF-8.") from error


def put_text(file: Path, text: str) -> None:
    """Write a text into a new file: whole, or not at all. Raises WrongUse where there is one already, StorageFailed
    where it can't be written."""
    is_ours = False
    try:
        with file.open("x", encoding="utf-8") as opened:
            is_ours = True
            opened.write(text)
    except FileExistsError as error:
        raise WrongUse("is there already.", where=str(file), now="Name a new file: nothing was written.") from error
    except OSError as error:
        if is_ours:
            file.unlink(missing_ok=True)
        raise StorageFailed(
            f"can't be written: {error.strerror}.", where=str(file), now="Name another file."
        ) from error
