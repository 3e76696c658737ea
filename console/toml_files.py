"""How is a small file of the operator's read, so that a mistake in it can be named with its line?"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, NamedTuple

from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_BYTES_MAX = 64_000
"""A theme or a keymap is a few kilobytes: anything larger is something else under that name."""


class TomlFile(NamedTuple):
    """A file's values, and its text for naming lines."""

    name: str
    values: Mapping[str, object]
    text: str

    def where(self, key: str = "") -> str:
        """`keymaps/mine.toml:7` for the line that sets `key`, or the file alone."""
        found = re.search(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*=", self.text, re.MULTILINE) if key else None
        return f"{self.name}:{self.text.count(chr(10), 0, found.end()) + 1}" if found else self.name


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file whole. A WrongUse says where it can't be read and what to do."""
    name = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WrongUse(f"can't be read: {error.strerror}.", where=name, now="Check that the file is there.") from error
    if len(content) > FILE_BYTES_MAX:
        raise WrongUse(f"is larger than {FILE_BYTES_MAX:,} bytes.", where=name, now="Is this the file you meant?")
    try:
        text = content.decode("utf-8")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise WrongUse("is not UTF-8 text.", where=name, now="Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"{name}:{line.group(1)}" if line else name
        raise WrongUse(f"is not TOML: {error}.", where=where, now="Correct that line.") from error
    return TomlFile(name=name, values=values, text=text)
