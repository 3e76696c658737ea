"""Of which pieces is a document about a session made, before anybody decides how it is written?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` is 1 for the document's own."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said, with its line breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Aside:
    """A line of its own for what nobody said."""

    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """Several one after the other are a list."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. The first column of a row says what it is of; all others are numbers where `has_numbers`."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    has_numbers: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One point of a chart: where it was read, how high in parts per million, and how that is shown."""

    label: str
    ppm: int
    shown: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Readings in order. `level_ppm` is the one that is asked for, 0 where none is; `level_shown` says it. A scale is
    one of shares, or of scores from 0 to 1."""

    title: str
    readings: tuple[Reading, ...]
    level_ppm: int = 0
    level_shown: str = ""
    is_score: bool = False


Block = Heading | Said | Aside | Told | Item | Grid | Chart


def capitalised(text: str) -> str:
    """With a capital first letter, and all others as they are: ids and answers are not to change."""
    return text[:1].upper() + text[1:]
