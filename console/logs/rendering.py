"""How does a log line read: as one JSON object, or as a line for people?

Whatever a message holds, it stays one line: line breaks and whatever a terminal would obey are written out. Only the
traceback of an error takes lines of its own, in the form for people, each behind a mark that no line begins with.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from structlog.processors import ExceptionRenderer
from structlog.stdlib import ProcessorFormatter

from console.logs.forms import JSON
from console.logs.redacting import Redactor
from console.plain import iso_time
from core.runtime.correlating import FIELDS, about

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

HEAD = ("at", "level", "logger", "process", "message")
"""What each line says first, in this order; the fields follow by name."""

TEXT_CHARACTERS_MAX = 8_000
"""Of a longer text its beginning is kept: one line must not fill the file."""

TRACE_MARK = "  | "
MILLISECONDS_PER_SECOND = 1_000

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What ends a line, moves a cursor, turns the direction of writing or can't be encoded."""

_BARE = re.compile(r"[^\s\"=]+")


def formatter(form: str, redactor: Redactor) -> ProcessorFormatter:
    """What makes a line of a record of the standard library, and so of every library's."""
    return ProcessorFormatter(
        processors=[
            _placed,
            ExceptionRenderer(),
            ProcessorFormatter.remove_processors_meta,
            _Redacted(redactor),
            _as_json if form == JSON else _for_people,
        ],
        foreign_pre_chain=[],
        keep_exc_info=False,
    )


def _placed(_: WrappedLogger, __: str, said: EventDict) -> EventDict:
    """Where and when it was said, by which process, what it is about, and with which fields."""
    record: logging.LogRecord = said["_record"]
    head: dict[str, Any] = {
        "at": iso_time(int(record.created * MILLISECONDS_PER_SECOND)),
        "level": record.levelname.lower(),
        "logger": record.name,
        "process": record.process,
        "message": said.pop("event", ""),
    }
    own = getattr(record, FIELDS, None)
    given = {**about(), **(own if isinstance(own, dict) else {})}
    told = ((name, value) for name, value in given.items() if value not in ("", None))
    head.update((f"{name}_" if name in HEAD else name, value) for name, value in told)
    if broken := said.get("exc_info") or record.exc_info:
        head["exc_info"] = broken
    head.update((name, said[name]) for name in ("_record", "_from_structlog") if name in said)
    return head


class _Redacted:
    """Takes out what is secret, and what is too long."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def __call__(self, _: WrappedLogger, __: str, said: EventDict) -> EventDict:
        return {name: _short(self._redactor.value(name, value)) for name, value in said.items()}


def _short(value: object) -> object:
    is_long = isinstance(value, str) and len(value) > TEXT_CHARACTERS_MAX
    return f"{str(value)[:TEXT_CHARACTERS_MAX]}…" if is_long else value


def _as_json(_: WrappedLogger, __: str, said: MutableMapping[str, Any]) -> str:
    return _UNSEEN.sub(_escaped, json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=str))


def _for_people(_: WrappedLogger, __: str, said: MutableMapping[str, Any]) -> str:
    trace = said.pop("exception", "")
    at, level, logger, process, message = (said.pop(name, "") for name in HEAD)
    line = f"{at} {level.upper():<7} {process} {logger}: {message}"
    line += "".join(f" {name}={_bare(value)}" for name, value in said.items())
    traced = "".join(f"\n{TRACE_MARK}{_UNSEEN.sub(_escaped, each)}" for each in str(trace).splitlines())
    return _UNSEEN.sub(_escaped, line) + traced


def _bare(value: object) -> str:
    """As it is where it is one word, otherwise in quotation marks as JSON has them."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"
