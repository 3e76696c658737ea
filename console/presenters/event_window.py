"""Which entries of a log that may have no end are at hand, and what comes to them from either side?

At most so many are held. Who follows loses the oldest of them, who reads further back the newest; who does neither sees
nothing move: what comes in goes below or, where there is no more room, is counted until it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from console.presenters.event_entries import Entry

WINDOW_ENTRIES_MAX = 2_000
SLACK_ENTRIES = 200
"""So many more are held until the oldest are let go: letting go of one each time would draw the whole list anew."""

PAGE_ENTRIES = 300

Place = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Entries from the oldest at hand to the newest. Further back begins before place `before`, where anything lies
    there; `missed` are wanted ones that came in behind the last and are not among them."""

    entries: tuple[Entry, ...] = ()
    before: Place = ()
    is_whole: bool = False
    missed: int = 0
    is_at_end: bool = True

    def with_newer(self, arrived: Sequence[Entry], *, is_following: bool) -> Window:
        """The window once these came in."""
        if not arrived:
            return self
        if is_following and self.is_at_end:
            return self._cut_above(replace(self, entries=(*self.entries, *arrived)))
        room = WINDOW_ENTRIES_MAX - len(self.entries)
        if self.is_at_end and len(arrived) <= room:
            return replace(self, entries=(*self.entries, *arrived))
        return replace(self, missed=self.missed + len(arrived), is_at_end=False)

    def with_older(self, found: Sequence[Entry], *, before: Place, is_whole: bool) -> Window:
        """The window once it was looked further back, down to a place."""
        entries = (*found, *self.entries)
        surplus = len(entries) - WINDOW_ENTRIES_MAX
        window = replace(self, entries=entries, before=before, is_whole=is_whole)
        if surplus <= 0:
            return window
        return replace(window, entries=entries[:WINDOW_ENTRIES_MAX], missed=self.missed + surplus, is_at_end=False)

    def next_to(self, key: str | None, holds: Sequence[str], step: int) -> str | None:
        """The key among `holds` that is next to `key`, downwards by 1 or upwards by -1; None where there is none."""
        wanted = frozenset(holds)
        keys = [entry.key for entry in self.entries]
        at = keys.index(key) if key in keys else (-1 if step > 0 else len(keys))
        beyond = keys[at + 1 :] if step > 0 else keys[: max(0, at)][::-1]
        return next((each for each in beyond if each in wanted), None)

    def entry(self, key: str | None) -> Entry | None:
        """The entry of that key, where it is at hand."""
        return next((each for each in self.entries if each.key == key), None)

    def _cut_above(self, window: Window) -> Window:
        surplus = len(window.entries) - WINDOW_ENTRIES_MAX
        if surplus <= SLACK_ENTRIES:
            return window
        kept = window.entries[surplus:]
        return replace(window, entries=kept, before=kept[0].place, is_whole=False)
