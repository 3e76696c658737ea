"""Which rows of the inbox read otherwise than they did? Ten thousand of them take a while to write anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.notifications import entry_row, standing, times_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from console.presenters.notifications import Entry
    from console.presenters.sessions import StateShown
    from console.presenters.shown import Row


class RowsDrawn:
    """Remembers what each row was written from, and how old it read."""

    def __init__(self) -> None:
        self._drawn: dict[str, tuple[Entry, StateShown, Row]] = {}
        self._times: dict[str, str] = {}

    def rows(self, entries: Iterable[Entry], *, now_ms: int) -> list[Row]:
        """Their rows. One of which nothing changed but its age is as it was: `aged` has those that are in sight."""
        drawn: dict[str, tuple[Entry, StateShown, Row]] = {}
        for each in entries:
            state, found = standing(each, now_ms=now_ms), self._drawn.get(each.key)
            if found is None or found[0] != each or found[1] is not state:
                found = (each, state, entry_row(each, now_ms=now_ms))
            drawn[each.key] = found
        self._drawn, self._times = drawn, {}
        return [row for _, _, row in drawn.values()]

    def aged(self, in_sight: Collection[str], *, now_ms: int) -> list[Row]:
        """Of the rows in sight, those whose times read otherwise than when this was asked last."""
        entries = {key: self._drawn[key][0] for key in in_sight if key in self._drawn}
        times = {key: times_text(each, now_ms=now_ms) for key, each in entries.items()}
        found = [entry_row(each, now_ms=now_ms) for key, each in entries.items() if times[key] != self._times.get(key)]
        self._times = times
        return found
