"""Which version of the rules does undo lead back to, and redo forward to?

The history only grows: undo makes a new version that equals an earlier one, and so does redo. What has been undone and
not redone follows from the kinds of the versions alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class VersionKind(StrEnum):
    """How a version came about."""

    CHANGE = "change"
    """Something was changed by hand, an earlier version restored among it."""
    UNDO = "undo"
    REDO = "redo"
    FILES = "files"
    """The files of the rules folder say something else; what was made by hand is as it was."""
    PLUGINS = "plugins"
    """Other versions of plugins are installed; what rules say is as it was."""


Version = tuple[int, VersionKind]
"""A version's number and kind."""


def undone_to(history: Iterable[Version]) -> int | None:
    """The version whose handmade part undo puts in force again; None where nothing is left to undo.

    `history` is in order, the oldest first.
    """
    past, _, _ = _stacks(history)
    return past[-1] if past else None


def redone_to(history: Iterable[Version]) -> int | None:
    """The version whose handmade part redo puts in force again; None where nothing was undone since the last change."""
    _, _, future = _stacks(history)
    return future[-1] if future else None


def undoable(history: Iterable[Version]) -> int | None:
    """The version that undo would take back; None where nothing is left to undo."""
    past, now, _ = _stacks(history)
    return now if past else None


def _stacks(history: Iterable[Version]) -> tuple[list[int], int | None, list[int]]:
    """The versions before the one that is in force, that one, and those that were undone, the next to come last.

    What is in force is named by the version that first was it. Where the history begins in the middle, so does undoing.
    """
    past: list[int] = []
    now: int | None = None
    future: list[int] = []
    for number, kind in history:
        match kind:
            case VersionKind.FILES | VersionKind.PLUGINS:
                now = number if now is None else now
            case VersionKind.UNDO if past and now is not None:
                future.append(now)
                now = past.pop()
            case VersionKind.REDO if future and now is not None:
                past.append(now)
                now = future.pop()
            case VersionKind.UNDO | VersionKind.REDO:
                past, now, future = [], number, []
            case VersionKind.CHANGE:
                past += [] if now is None else [now]
                now, future = number, []
    return past, now, future
