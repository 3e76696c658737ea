"""What does a settings file say, and on which line?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from core.domain.errors import WrongUse

SETTINGS_FILE_BYTES_MAX = 1_000_000
PROVIDER_HEADING = "providers."


def entries(table: Mapping[str, object], *, tables: Collection[str], heading: str = "") -> Iterable[tuple[str, object]]:
    """The values of a file by their whole names; some, and those of each provider, stand in tables of their own."""
    for name, value in table.items():
        key = heading + name
        if isinstance(value, dict) and (key in tables or heading == PROVIDER_HEADING):
            yield from entries(value, tables=tables, heading=f"{key}.")
        else:
            yield key, value


def settings_text(path: Path) -> str:
    try:
        if path.is_fifo():
            raise WrongUse("is no file.", where=str(path), now="Move it away.")
        with path.open("rb") as file:
            content = file.read(SETTINGS_FILE_BYTES_MAX + 1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WrongUse(f"can't be read: {reason}.", where=str(path), now="Mend its rights, or move it away.") from error
    if len(content) > SETTINGS_FILE_BYTES_MAX:
        raise WrongUse(
            f"is larger than {SETTINGS_FILE_BYTES_MAX:,} bytes, so that it can't be meant.",
            where=str(path),
            now="Put the settings alone into it.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUse("is no UTF-8 text.", where=str(path), now="Save it as UTF-8.") from error


def line_of(key: str, text: str) -> int:
    """The line that sets `key`, which may stand below a heading that has its first parts."""
    lines = list(enumerate(text.splitlines(), start=1))
    heading, _, name = key.rpartition(".")
    headed = re.compile(rf"\s*\[\s*{re.escape(heading)}\s*\]")
    begins = next((at for at, (_, line) in enumerate(lines) if heading and headed.match(line)), None)
    if begins is None:
        return _line_naming(key, lines) or 1
    return _line_naming(name, lines[begins + 1 :]) or lines[begins][0]


def _line_naming(name: str, lines: Sequence[tuple[int, str]]) -> int:
    named = re.compile(rf"""\s*(?:\[\s*)?["']?{re.escape(name)}["']?\s*[].=]""")
    return next((number for number, line in lines if named.match(line)), 0)
