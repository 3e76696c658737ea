"""How does a frozen record become plain JSON values?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING

from core.exporting.written import iso_time as iso_time

if TYPE_CHECKING:
    from core.domain.events import Recorded

HEADER_KEYS = ("kind", "session", "seq", "position", "at")
"""What each line says of an event before its own fields; no event may have a field of these names."""


def plain(value: object) -> object:
    """The value as JSON can carry it. Sets come out sorted, so that equal values are written equally."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Set):
        return sorted(str(plain(item)) for item in value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, PurePath):
        return str(value)
    return _plain_fields(value)


def _plain_fields(record: object) -> dict[str, object]:
    if not is_dataclass(record) or isinstance(record, type):
        raise TypeError(f"a {type(record).__name__} has no plain form")
    return {each.name: plain(getattr(record, each.name)) for each in fields(record)}


def plain_event(recorded: Recorded) -> dict[str, object]:
    """An event with its place, as one flat object."""
    header: dict[str, object] = {
        "kind": type(recorded.event).__name__,
        "session": str(recorded.session),
        "seq": recorded.seq,
        "position": recorded.position,
        "at": iso_time(recorded.at_ms),
    }
    return header | _plain_fields(recorded.event)


def json_line(value: object) -> str:
    """One line of JSON in UTF-8 characters; a line break within a text is written as `\\n`."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def json_text(value: object) -> str:
    """JSON for people to read too."""
    return json.dumps(plain(value), ensure_ascii=False, indent=2)
