"""What text does a file hold, or standard input, that an operator names?"""

from __future__ import annotations

import sys
from pathlib import Path

from core.domain.errors import WrongUse
from core.domain.text import clean_text

STANDARD_INPUT = Path("-")
STANDARD_INPUT_CALLED = "standard input"


def read_text(path: Path, *, bytes_max: int, large: str = "Give the part of it that matters.") -> str:
    """The text of a file of at most `bytes_max` bytes, cleaned of what a terminal would obey; `-` is standard input.
    Raises WrongUse, which ends with `large` where there is more."""
    if path == STANDARD_INPUT:
        content, called = sys.stdin.buffer.read(bytes_max + 1), STANDARD_INPUT_CALLED
    else:
        content, called = read_bytes(path, bytes_max=bytes_max), str(path)
    if len(content) > bytes_max:
        raise WrongUse(f"there are more than {bytes_max:,} bytes.", where=called, now=large)
    return text_in(content, called)


def read_bytes(path: Path, *, bytes_max: int) -> bytes:
    """What a file holds, and one byte beyond `bytes_max` where it holds more. Raises WrongUse."""
    try:
        if path.exists() and not path.is_file():
            raise WrongUse("this is no file.", where=str(path), now="Give a text file.")
        with path.open("rb") as opened:
            return opened.read(bytes_max + 1)
    except OSError as error:
        raise unreadable(path, error) from error


def text_in(content: bytes, called: str) -> str:
    """The text that bytes stand for. Raises WrongUse for a picture, another encoding, or nothing at all."""
    if b"\0" in content:
        raise WrongUse("this is a binary file, not text.", where=called, now="Give Markdown or plain text.")
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise WrongUse("this is not UTF-8 text.", where=f"{called}:{line}", now="Save it as UTF-8.") from error
    text = clean_text(decoded)
    if not text.strip():
        raise WrongUse("the file is empty.", where=called, now="Write into it, or leave it out.")
    return text


def unreadable(path: Path, error: OSError) -> WrongUse:
    """The refusal of a file that the machine keeps."""
    reason = (error.strerror or str(error)).lower()
    now = "Check the path." if isinstance(error, FileNotFoundError) else "Check its permissions."
    return WrongUse(f"it can't be read: {reason}.", where=str(path), now=now)
