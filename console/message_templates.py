"""Which templates of messages has an operator written, and for which channels?

Files in the folder `notifications` of the config folder: `ops.j2` for what goes by `ops`, `team.subject.j2` for the
subject of a mail by `team`. A file that is meant for nothing is refused: what it says would be told to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.domain.errors import WrongUse, nearest

ENDING = ".j2"
FILES_MAX = 200
FILE_BYTES_MAX = 80_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What stands in a file, and where that is."""

    text: str
    where: str


def read_sources(folder: Path, parts: Mapping[str, tuple[str, ...]]) -> Mapping[str, Mapping[str, Source]]:
    """Templates by channel and part. `parts` are the parts that each channel has words for; one that has a single part
    is named by the channel alone. Raises WrongUse."""
    found: dict[str, dict[str, Source]] = {}
    for path in _files(folder):
        channel, _, part = path.name.removesuffix(ENDING).partition(".")
        if channel not in parts:
            now = nearest(channel, parts) or f"There are {', '.join(parts)}."
            raise WrongUse(f"no channel is called {channel!r:.80}.", where=str(path), now=now)
        of_channel = parts[channel]
        if not of_channel:
            raise WrongUse(f"what goes by {channel} has one form.", where=str(path), now="Take the file away.")
        if not part and len(of_channel) == 1:
            part = of_channel[0]
        if part not in of_channel:
            names = ", ".join(f"{channel}.{each}{ENDING}" for each in of_channel)
            what = f"has no {part!r:.80}." if part else f"has {len(of_channel)} parts, and this names none."
            raise WrongUse(f"what goes by {channel} {what}", where=str(path), now=f"Call it {names}.")
        found.setdefault(channel, {})[part] = Source(text=_text(path), where=str(path))
    return found


def _files(folder: Path) -> list[Path]:
    try:
        files = sorted(
            path for path in folder.iterdir() if path.name.endswith(ENDING) and not path.name.startswith(".")
        )
    except FileNotFoundError:
        return []
    except OSError as error:
        raise WrongUse(f"can't be read: {error.strerror}.", where=str(folder), now="Mend its rights.") from error
    if len(files) > FILES_MAX:
        raise WrongUse(f"holds {len(files)} templates.", where=str(folder), now=f"Keep at most {FILES_MAX} there.")
    return files


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise WrongUse(f"can't be read: {error.strerror}.", where=str(path), now="Mend its rights.") from error
    if len(content) > FILE_BYTES_MAX:
        raise WrongUse(f"is larger than {FILE_BYTES_MAX:,} bytes.", where=str(path), now="Shorten it.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUse("is no UTF-8 text.", where=str(path), now="Save it as UTF-8.") from error
