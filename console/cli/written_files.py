"""What does a file say that an operator names on the command line, and what is put into one?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.domain.errors import StorageFailed, WrongUse

if TYPE_CHECKING:
    from pathlib import Path


def text_of(file: Path) -> str:
    """The text of a YAML file. Raises WrongUse where it can't be read, or can't be meant."""
    # Whatever reads the text has this bound too; loaded here, as what it stands on reads YAML.
    from core.written.tree import TEXT_BYTES_MAX

    try:
        with file.open("rb") as opened:
            content = opened.read(TEXT_BYTES_MAX + 1)
    except OSError as error:
        raise WrongUse(f"can't be read: {error.strerror}.", where=str(file), now="Name a YAML file.") from error
    if len(content) > TEXT_BYTES_MAX:
        raise WrongUse(f"is larger than {TEXT_BYTES_MAX:,} bytes.", where=str(file), now="Split it into several files.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUse("is no UTF-8 text.", where=str(file), now="Save it as UTF-8.") from error


def put_text(file: Path, text: str) -> None:
    """Write a text into a file, which is replaced. Raises StorageFailed where it can't be written."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageFailed(
            f"can't be written: {error.strerror}.", where=str(file), now="Name another file."
        ) from error
