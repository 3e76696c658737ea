"""What can a rule know about a session, in which unit?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


class PluginName(str):
    """What a plugin calls a kind of condition or action; `value` is the name, as it is of those that moot has."""

    __slots__ = ()

    @property
    def value(self) -> str:
        return str(self)


def _nothing_wrong(value: object) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionSpec:
    """A kind of comparison that a plugin adds: `holds` is asked with a fact's value and the value that a rule names.

    It speaks of facts of these `units`. A rule's value is written in the unit that it `takes`, the fact's own where
    that is None; WORDS is a list of texts. `fault` says why such a value makes no sense, "" where it does. A fact
    without a value yet makes the comparison false, unasked. `origin` is the plugin, as `name@version`.
    """

    name: str
    meaning: str
    units: frozenset[FactUnit]
    holds: Callable[..., bool]
    takes: FactUnit | None = None
    fault: Callable[..., str] = _nothing_wrong
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSpec:
    """One fact: its name, unit, meaning, and an example of its value.

    `grows_with_time` marks a duration that runs on by itself while a session is active, so that a rule about it has a
    moment at which it becomes true without any event.

    The rest says which values it can have while rules are heard, so that a condition that nothing can fulfil is found
    before it is waited for: a number from `least` to `most` (None where nothing is known), one of `words` (all that
    there are; empty where they are too many to name), never None where it `is_always_known`. `origin` is the plugin
    that brings it, as `name@version`, and empty for moot's own; `conditions` are the kinds of comparison that plugins
    add for it. `flow` is the kind of session that has it, empty where every kind has: in a session of another kind it
    has no value.
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
    conditions: tuple[ConditionSpec, ...] = ()
    flow: str = ""

    def condition(self, name: str) -> ConditionSpec | None:
        """The plugins' kind of comparison of that name, where there is one for this fact."""
        return next((each for each in self.conditions if each.name == name), None)
