"""What does the log file say of what is recorded?

One line an event, as grave as its kind: who reads the lines alone learns of every session when it began, paused, asked,
failed and ended. What was said in it stands in the log of events.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from core.domain.events import Event, Recorded
from core.domain.levels import LEVELS, Level, level_of
from core.runtime.correlating import fields

TOLD = ("step", "attempt", "seat", "route", "round", "rule", "action", "reason", "why", "error", "message", "cap", "by")
"""Of an event's parts those which say in a word or two what it was about. Texts of turns are none of them."""

LEAST_GRAVE = frozenset(kind for kind, level in LEVELS.items() if level is Level.DEBUG)
"""What turns are made of: mostly nobody keeps lines of them."""

CHARACTERS_MAX = 300

_log = logging.getLogger(__name__)


def log_events(records: Iterable[Recorded]) -> None:
    """Write a line for each of these events, where lines as grave as it is are kept at all."""
    are_all_told = _log.isEnabledFor(Level.DEBUG)
    for record in records:
        kind = type(record.event).__name__
        if kind in LEAST_GRAVE and not are_all_told:
            continue
        level = level_of(kind)
        if _log.isEnabledFor(level):
            place = fields(session=str(record.session), seq=record.seq, position=record.position, **told(record.event))
            _log.log(level, kind, extra=place)


def told(event: Event) -> dict[str, object]:
    """What there is to say of an event in a few fields; its empty parts say nothing."""
    return {name: _short(value) for name in TOLD if (value := getattr(event, name, None)) not in (None, "")}


def _short(value: object) -> object:
    return value if isinstance(value, int) else str(value)[:CHARACTERS_MAX]
