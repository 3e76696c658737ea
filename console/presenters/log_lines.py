"""What does a line of the log file say?

Lines are JSON or for people, as the operator had them when they were written; both stand in one file where that was
changed. A line that is neither, of an older moot or of another program, is kept whole as its own message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from console.presenters.event_entries import ABOUT_CHARACTERS_MAX
from core.domain.levels import Level

OF_EVENTS = "logged_events"
"""The end of the name of who writes a line for each event; its message is the event's kind."""

TRACE_MARK = "  | "
"""What begins a line that goes on with a traceback, in the form for people."""

HEAD = ("at", "level", "logger", "process", "message")
LINE_FIELDS = (
    *("logger", "process", "message", "error", "exception", "cause", "verb", "job", "part", "provider", "place"),
    *("events", "fired", "took_us", "took_ms", "rest_ms", "leapt_ms", "waits_for", "left", "goes_on", "parent"),
    *("cap", "name", "state"),
)
"""What lines say besides what events do."""

_HUMAN = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (?P<level>[A-Z]+) +(?P<process>\d+) (?P<logger>[\w.]+): "
    r"(?P<message>.*)",
    re.DOTALL,
)
_FIELD = re.compile(r' ([a-z_]\w*)=("(?:[^"\\]|\\.)*"|[^\s"=]+)(?=( [a-z_]\w*=|$))')
_LEVELS: Mapping[str, Level] = {each.word: each for each in Level} | {"critical": Level.ERROR}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line with its place: the number of its file (older files have smaller ones) and where in it it begins."""

    place: tuple[int, int]
    values: Mapping[str, object]

    @property
    def key(self) -> str:
        return f"{self.place[0]}:{self.place[1]}"

    @property
    def at_ms(self) -> int:
        return _milliseconds(self.values.get("at"))

    @property
    def level(self) -> Level:
        return _LEVELS.get(str(self.values.get("level", "")), Level.INFO)

    @property
    def kind(self) -> str:
        """Who says it; for a line of an event, its kind."""
        name = str(self.values.get("logger", "")).rpartition(".")[2]
        return str(self.values.get("message", "")) if name == OF_EVENTS else name

    @property
    def session(self) -> str:
        return str(self.values.get("session", ""))

    @property
    def about(self) -> str:
        named = ("step", "error", "verb", "job", "waits_for", "reason", "why", "rule")
        told = [str(self.values[name]) for name in named if name in self.values]
        message = str(self.values.get("message", ""))
        said = [message, *told] if self.kind != message else told
        return " · ".join(" ".join(each.split()) for each in said if each)[:ABOUT_CHARACTERS_MAX]

    def value(self, name: str) -> object:
        match name:
            case "kind" | "level" | "session":
                return getattr(self, name)
            case _:
                value = self.values.get(name)
                return value if value is None or isinstance(value, (str, int)) else json.dumps(value)

    def words(self) -> str:
        return json.dumps(self.values, ensure_ascii=False, default=str)

    def as_plain(self) -> Mapping[str, object]:
        return self.values


def read_line(text: str, *, place: tuple[int, int]) -> LogLine:
    """What a line says; lines of a traceback behind it, each after a line break, belong to it."""
    line, _, trace = text.partition("\n")
    values = _as_json(line) or _for_people(line) or {"message": line}
    if trace:
        shown = "\n".join(each.removeprefix(TRACE_MARK) for each in trace.split("\n"))
        values = {**values, "exception": shown}
    return LogLine(place=place, values=values)


def _as_json(line: str) -> dict[str, object] | None:
    if not line.startswith("{"):
        return None
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) and isinstance(values.get("message"), str) else None


def _for_people(line: str) -> dict[str, object] | None:
    found = _HUMAN.fullmatch(line)
    if found is None:
        return None
    message, said = _fields_of(found["message"])
    head: dict[str, object] = {
        "at": found["at"],
        "level": found["level"].lower(),
        "logger": found["logger"],
        "process": int(found["process"]),
        "message": message,
    }
    return head | said


def _fields_of(said: str) -> tuple[str, dict[str, object]]:
    """The message before the first field, and the fields: they are whatever stands at the end in their form."""
    fields: dict[str, object] = {}
    start, at = len(said), 0
    for found in _FIELD.finditer(said):
        if found.start() != at:
            fields, start = {}, found.start()
        fields[found[1]] = _value(found[2])
        at = found.end()
    return (said[:start], fields) if at == len(said) else (said, {})


def _value(text: str) -> object:
    if not text.startswith('"'):
        return int(text) if re.fullmatch(r"-?\d{1,18}", text) else text
    try:
        return json.loads(text, strict=False)
    except ValueError:
        return text


def _milliseconds(at: object) -> int:
    try:
        moment = datetime.fromisoformat(str(at))
    except ValueError:
        return 0
    return round((moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp() * 1_000)
