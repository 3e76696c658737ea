"""What is one entry among events and log lines: where it stands, how grave it is, and what it says by name?

Events and lines are looked for in the same words, so that both answer the same two questions: what is the value of this
field, and which words are in it?
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Protocol

from console.plain import json_line, plain, plain_event
from console.presenters.asked import expired_in_words
from console.presenters.figures import duration
from core.domain.events import EscalationExpired, Unreadable, kind_of
from core.domain.levels import Level, level_of

if TYPE_CHECKING:
    from core.domain.events import Recorded

HEAD_FIELDS = ("kind", "level", "session", "seq", "position", "actor", "correlation", "command")
"""What every event can be looked for by, besides its own fields. The last three are known of the first event that a
command brought about."""

TELLING = (
    "rule",
    "error",
    "question",
    "outcome",
    "reason",
    "why",
    "action",
    "seat",
    "step",
    "route",
    "by",
    "round",
    "number",
)
"""Of an event the first of these parts that it has say what it is about. A step's name holds the seat's."""

TOLD_MAX = 3
ABOUT_CHARACTERS_MAX = 200


class Entry(Protocol):
    """An event or a log line. `key` tells it from every other of its kind; later ones have greater `place`s."""

    @property
    def key(self) -> str: ...
    @property
    def place(self) -> tuple[int, ...]: ...
    @property
    def at_ms(self) -> int: ...
    @property
    def level(self) -> Level: ...
    @property
    def kind(self) -> str: ...
    @property
    def session(self) -> str: ...
    @property
    def about(self) -> str:
        """In a few words, on one line."""
        ...

    def value(self, name: str) -> object:
        """What it says under this name; None where it says nothing."""
        ...

    def words(self) -> str:
        """All that it says, as text."""
        ...

    def as_plain(self) -> Mapping[str, object]:
        """All that it says, as JSON can carry it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEntry:
    """A recorded event."""

    record: Recorded

    @property
    def key(self) -> str:
        return str(self.record.position)

    @property
    def place(self) -> tuple[int, ...]:
        return (self.record.position,)

    @property
    def at_ms(self) -> int:
        return self.record.at_ms

    @property
    def level(self) -> Level:
        return level_of("Unreadable" if isinstance(self.record.event, Unreadable) else self.kind)

    @property
    def kind(self) -> str:
        return kind_of(self.record.event)

    @property
    def session(self) -> str:
        return str(self.record.session)

    @property
    def about(self) -> str:
        return about(self.record.event)

    def value(self, name: str) -> object:
        record = self.record
        match name:
            case "kind" | "level" | "session" | "place":
                return getattr(self, name)
            case "seq" | "position":
                return getattr(record, name)
            case "actor" | "correlation":
                return getattr(record.envelope, name, None)
            case "command":
                return type(record.envelope.command).__name__ if record.envelope is not None else None
            case _:
                return _scalar(getattr(record.event, name, None))

    def words(self) -> str:
        return json_line(self.as_plain())

    def as_plain(self) -> Mapping[str, object]:
        return plain_event(self.record) | envelope_as_plain(self.record)


def envelope_as_plain(record: Recorded) -> dict[str, object]:
    """Who asked for what an event came of, where it is the first that did; nothing otherwise."""
    envelope = record.envelope
    if envelope is None:
        return {}
    asked = {
        "command": type(envelope.command).__name__,
        "actor": envelope.actor,
        "correlation": envelope.correlation,
        "asked": plain(envelope.command),
    }
    return {"envelope": asked}


def about(event: object) -> str:
    """What an event is about, in a few of its parts; "" where its kind says it all."""
    if isinstance(event, Unreadable):
        return event.why
    if isinstance(event, EscalationExpired):
        return expired_in_words(event, waited=duration(event.waited_ms))[:ABOUT_CHARACTERS_MAX]
    if text := getattr(event, "text", ""):
        seat = getattr(event, "seat", "")
        return f"{seat}: {' '.join(text[:ABOUT_CHARACTERS_MAX].split())}"[:ABOUT_CHARACTERS_MAX] if seat else text
    if motion := getattr(getattr(event, "opening", None), "motion", ""):
        return str(motion)[:ABOUT_CHARACTERS_MAX]
    named = [name for name in TELLING if getattr(event, name, None) not in (None, "", ())]
    names = [name for name in named if name != "step" or "seat" not in named]
    told = [_told(name, getattr(event, name)) for name in names]
    if not told:
        told = [_told(name, value) for name, value in _scalars(event)]
    return " · ".join(told[:TOLD_MAX])[:ABOUT_CHARACTERS_MAX]


def _told(name: str, value: object) -> str:
    return f"{name} {value}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _scalars(event: object) -> list[tuple[str, object]]:
    if not is_dataclass(event):
        return []
    values = ((each.name, getattr(event, each.name)) for each in fields(event))
    return [(name, value) for name, value in values if isinstance(value, (int, str)) and value not in ("", 0, False)]


def _scalar(value: object) -> object:
    """A value that can be held against a word or a number; what has parts of its own as text."""
    return value if value is None or isinstance(value, (str, int)) else json_line(plain(value))
