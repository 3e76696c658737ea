"""What can a rule know about a session, in which unit?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FactValue = int | str | bool | tuple[str, ...] | None
"""None says that the fact has no value yet; comparing it is an answer of its own (false), never an error."""

Facts = Mapping[str, FactValue]


class FactUnit(StrEnum):
    """The type and unit of a fact's value."""

    COUNT = "count"
    PPM = "ppm"
    MICROUSD = "microusd"
    MILLISECONDS = "milliseconds"
    TEXT = "text"
    WORD = "word"
    WORDS = "words"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSpec:
    """One fact: its name, unit, meaning, and an example of its value.

    `grows_with_time` marks a duration that runs on by itself while a session is active, so that a rule about it has a
    moment at which it becomes true without any event.

    The rest says which values it can have while rules are heard, so that a condition that nothing can fulfil is found
    before it is waited for: a number from `least` to `most` (None where nothing is known), one of `words` (all that
    there are; empty where they are too many to name), never None where it `is_always_known`. `origin` is the plugin
    that brings it, as `name@version`, and empty for moot's own.
    """

    name: str
    unit: FactUnit
    meaning: str
    example: FactValue
    grows_with_time: bool = False
    least: int | None = None
    most: int | None = None
    words: tuple[str, ...] = ()
    is_always_known: bool = False
    origin: str = ""
