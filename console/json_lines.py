"""What does a file say that holds one JSON object a line, and where is the mistake in it?

It is read line by line, so that its size is bounded by the disk alone, and each mistake names its line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from core.domain.errors import WrongUse, nearest

if TYPE_CHECKING:
    from pathlib import Path

LINE_BYTES_MAX = 4_000_000
LINES_MAX = 100_000
"""Whoever has more splits them: what is known of each line is held while they run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One object with its place, `FILE:12`."""

    place: str
    values: Mapping[str, object]

    def only(self, names: Sequence[str]) -> None:
        """Raises WrongUse where the object has a field that is none of `names`: a slip would go unnoticed."""
        for name in self.values:
            if name not in names:
                now = nearest(name, names) or f"There are {', '.join(names)}."
                raise WrongUse(f"no field is called {name!r:.80}.", where=self.place, now=now)

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not blank; `default` where the field is missing. Raises WrongUse."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise WrongUse(f"{name!r} has to be a text that is not empty.", where=self.place, now="Write it down.")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty where the field is missing. Raises WrongUse."""
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
            raise WrongUse(f"{name!r} has to be a list of texts.", where=self.place, now='Write it like ["a", "b"].')
        return tuple(value)


def read_lines(path: Path) -> Iterator[Line]:
    """The objects of a file, blank lines left out. Raises WrongUse where it can't be read or a line is no object."""
    try:
        with path.open("rb") as opened:
            for number in range(1, LINES_MAX + 2):
                content = opened.readline(LINE_BYTES_MAX + 1)
                if not content:
                    return
                place = f"{path}:{number}"
                if number > LINES_MAX:
                    raise WrongUse(f"there are more than {LINES_MAX:,} lines.", where=place, now="Split the file.")
                if len(content) > LINE_BYTES_MAX:
                    raise WrongUse(f"this line is longer than {LINE_BYTES_MAX:,} bytes.", where=place)
                content = content.rstrip(b"\r\n")
                if number == 1:
                    content = content.removeprefix(b"\xef\xbb\xbf")
                if content.strip():
                    yield Line(place=place, values=_object(content, place))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WrongUse(f"it can't be read: {reason}.", where=str(path), now="Name a file of JSON lines.") from error


def _object(content: bytes, place: str) -> Mapping[str, object]:
    try:
        value = json.loads(
            content.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_refuse, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise WrongUse("this is not UTF-8 text.", where=place, now="Save the file as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise WrongUse(
            f"this is no JSON: {error.msg.lower()}.", where=f"{place}:{error.colno}", now="Write one object a line."
        ) from error
    except RecursionError as error:
        raise WrongUse("this is nested too deeply.", where=place, now="Write a flat object.") from error
    except ValueError as error:
        raise WrongUse(f"{error}.", where=place, now="Mend this line.") from error
    if not isinstance(value, dict):
        raise WrongUse("this is no JSON object.", where=place, now='Write it like {"id": "first", …}.')
    return value


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A field that is given twice would lose one of its values without a word."""
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {twice!r:.80} is given twice")
    return values


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text:.40} is beyond any number")
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
