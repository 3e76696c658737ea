"""What is known of all debates after reading the log up to one position?

The book is a pure fold over the whole log in order of position: read in any pages, or from the beginning again, it
comes out equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.analytics.flips import Formats, all_seen
from core.analytics.life import DebateLife, fold_life
from core.analytics.measures import Measures, fold_measures
from core.domain.events import Recorded, SessionOpened
from core.domain.ids import SessionId
from core.domain.session import Status

LIVES_MAX = 1_000
"""Lives kept one by one. Beyond that each new debate pushes out the oldest that is over; the counts keep all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which event was the last that was read: its session, its number there and its moment. Tells one log from another,
    and from one that was put back to where it was and went on otherwise."""

    session: SessionId
    seq: int
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """True up to global `position`, which `last` names. `lives` are in the order in which debates were opened."""

    position: int = 0
    last: Place | None = None
    measures: Measures = field(default_factory=Measures)
    lives: Mapping[SessionId, DebateLife] = field(default_factory=dict)


def advanced(
    book: Book, records: Iterable[Recorded], *, lives_max: int = LIVES_MAX, formats: Formats = all_seen
) -> Book:
    """The book with `records` read, which follow on its position. `formats` say what each shows to whom."""
    lives = dict(book.lives)
    measures, position, last = book.measures, book.position, book.last
    for record in records:
        before = lives.get(record.session)
        if before is None and not isinstance(record.event, SessionOpened):
            after = None  # pushed out, or deleted while the log was being read
        else:
            after = fold_life(before, record, formats)
            if before is None:
                _make_room(lives, lives_max)
            lives[record.session] = after
        measures = fold_measures(measures, record, before=before, after=after)
        position, last = record.position, place_of(record)
    return Book(position=position, last=last, measures=measures, lives=lives)


def place_of(record: Recorded) -> Place:
    return Place(session=record.session, seq=record.seq, at_ms=record.at_ms)


def gauges_of(book: Book) -> Mapping[str, int]:
    """How many debates stand where: those that are not over are never pushed out, so these are all."""
    waiting = (status for status in Status if not status.is_over)
    return {
        f"sessions_{status.value}": sum(1 for life in book.lives.values() if life.status is status)
        for status in waiting
    }


def _make_room(lives: dict[SessionId, DebateLife], lives_max: int) -> None:
    """Push out at each opening, not at the end of a page, so that it does not matter how the log is paged."""
    if len(lives) < lives_max:
        return
    oldest = next((life.id for life in lives.values() if life.status.is_over), None)
    if oldest is not None:
        del lives[oldest]
