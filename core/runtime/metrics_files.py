"""How do the figures of all debates come into files, and stay true without reading the whole log each time?

Each export is a pair: `metrics_<moment>.json` with counts and the lives of debates, `summary_<moment>.json` with what
they amount to. The first is also where the next process goes on from: it names the position that it is true up to, so
that only what was recorded since is read. Where it doesn't fit the log (another database, a deleted debate, another
release) everything is counted again from the beginning, and comes out the same.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from core.analytics.book import LIVES_MAX, Book, Place, advanced, gauges_of, place_of
from core.analytics.flips import Sights, all_seen
from core.analytics.life import DebateLife
from core.analytics.measures import Measures, Timer
from core.analytics.overview import Overview, overview
from core.analytics.paces import paces_of
from core.analytics.rule_measures import RuleMeasure
from core.domain.estimates import Pace
from core.domain.events import Event
from core.domain.ids import Digest, RuleId
from core.ports.clock import Clock
from core.ports.event_log import READ_EVENTS_MAX, EventLog
from core.ports.session_index import SessionIndex
from core.runtime.file_pairs import PAIRS_MAX, FilePairs

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA = 3
"""Counts up whenever a file of the older form could not be gone on from."""

METRICS = "metrics"
SUMMARY = "summary"

COMPLETED = "completed"
SCHEDULED = "schedule"
ASKED = "asked"

EVENTS_AT_ONCE_MAX = 64
"""More events than this are counted beside the event loop: a thousand of them would make a turn late."""

FILE_BYTES_MAX = 64 * 1_048_576
"""A file larger than this was not written here: a thousand lives take about two million bytes."""

T = TypeVar("T")

Aside = Callable[..., Awaitable[Any]]
"""Calls a function that waits for the disk, with its arguments, without holding up the event loop."""

_log = logging.getLogger(__name__)


class FormatsKnown(Protocol):
    """What formats show to whom: once those that events name are at hand, told by their digests."""

    async def prepare(self, events: Iterable[Event]) -> None: ...

    def __call__(self, digest: Digest) -> Sights: ...


class MetricsFiles:
    """Belongs to one event loop; files are written and read beside it. At most one export is under way at a time."""

    def __init__(
        self,
        folder: Path,
        *,
        log: EventLog,
        index: SessionIndex,
        clock: Clock,
        pairs_max: int = PAIRS_MAX,
        aside: Aside = asyncio.to_thread,
        formats: FormatsKnown | None = None,
    ) -> None:
        self._pairs = FilePairs(folder=folder, first=METRICS, second=SUMMARY, pairs_max=pairs_max)
        self._log = log
        self._index = index
        self._formats = formats
        self._clock = clock
        self._aside = aside
        self._book: Book | None = None
        self._exporting = asyncio.Lock()
        self._begun = 0
        self._written = 0
        self._newest: tuple[Path, Path] | None = None
        self._newest_position = -1
        self._paced: tuple[int, Mapping[str, Pace]] | None = None

    async def export(
        self,
        *,
        reason: str,
        gauges: Mapping[str, int] | None = None,
        timers: Mapping[str, Timer] | None = None,
        rules: Mapping[RuleId, RuleMeasure] | None = None,
    ) -> tuple[Path, Path]:
        """Write what is true now; returns the metrics file and its summary once both are durable.

        `reason` is one of COMPLETED, SCHEDULED, ASKED. Completions that come while an export is waited for share the
        next one, and an export that nobody asked for and that has nothing new to say returns the files that said it.
        `gauges` go before those that follow from the log; `rules` go into the summary. Raises StorageFailed; then the
        older files are as they were.
        """
        begun = self._begun
        async with self._exporting:
            if reason == COMPLETED and self._written > begun and self._newest is not None:
                return self._newest
            self._begun += 1
            this = self._begun
            book = await self._caught_up()
            if reason != ASKED and self._newest is not None and self._says_all(book):
                return self._newest
            at_ms = self._clock.now_ms()
            measures = replace(book.measures, gauges={**gauges_of(book), **(gauges or {})}, timers=dict(timers or {}))
            seen = overview(measures, book.lives.values())
            newest: tuple[Path, Path] = await self._aside(
                self._pairs.write,
                at_ms,
                _metrics_chunks(book, measures, at_ms=at_ms, reason=reason),
                _summary_chunks(seen, measures, book, rules or {}, at_ms=at_ms, reason=reason),
            )
            self._newest, self._newest_position, self._written = newest, book.position, this
            return newest

    def _says_all(self, book: Book) -> bool:
        """True while the newest files lie there and nothing was recorded since."""
        files = self._newest or ()
        return self._newest_position == book.position and all(path.exists() for path in files)

    async def paces(self) -> Mapping[str, Pace]:
        """How models have spoken in past sessions, as far as is known without reading the log on."""
        async with self._exporting:
            if self._book is None:
                self._book = await self._resumed()
            if self._paced is None or self._paced[0] != self._book.position:
                self._paced = self._book.position, paces_of(self._book.lives.values())
            return self._paced[1]

    async def book(self) -> Book:
        """What is known up to the newest committed event."""
        async with self._exporting:
            return await self._caught_up()

    async def _caught_up(self) -> Book:
        book = self._book if self._book is not None else await self._resumed()
        if await self._is_outdated(book):
            book = Book()
        while True:
            records = await self._log.read_all(after_position=book.position)
            if self._formats is not None:
                await self._formats.prepare(each.event for each in records)
            further = partial(advanced, book, records, formats=self._formats or all_seen)
            book = further() if len(records) <= EVENTS_AT_ONCE_MAX else await self._aside(further)
            if len(records) < READ_EVENTS_MAX:
                break
        self._book = book
        return book

    async def _resumed(self) -> Book:
        """Where the newest file leaves off; an empty book where there is none that fits."""
        newest: Sequence[str] = await self._aside(self._pairs.moments)
        if not newest:
            return Book()
        path = self._pairs.path_of_first(newest[0])
        try:
            book: Book = await self._aside(read_book, path)
            return book
        except (OSError, ValueError) as error:
            _log.warning("%s is not gone on from, everything is counted again: %s", path, error)
            return Book()

    async def _is_outdated(self, book: Book) -> bool:
        """True where the log no longer holds what the book was read from."""
        if book.last is None:
            return False
        last = await self._log.read_all(after_position=book.position - 1, limit=1, with_envelopes=False)
        if not last or last[0].position != book.position or place_of(last[0]) != book.last:
            return True
        return await self._has_deleted(book)

    async def _has_deleted(self, book: Book) -> bool:
        """A debate in the book that the list no longer has, though the list has come as far, was deleted."""
        listed_up_to = await self._index.position()
        listed = {row.session for row in await self._index.summaries(limit=LIVES_MAX)}
        for session, life in book.lives.items():
            is_missing = session not in listed and life.position <= listed_up_to
            if is_missing and await self._index.summary(session) is None:
                return True
        return False


def read_book(path: Path) -> Book:
    """The book that a metrics file holds. Raises OSError, and ValueError for a file that isn't one of this schema."""
    if path.stat().st_size > FILE_BYTES_MAX:
        raise ValueError(f"it is larger than {FILE_BYTES_MAX:,} bytes")
    plain = json.loads(path.read_bytes())
    if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
        raise ValueError(f"it is not of schema {SCHEMA}")
    try:
        measures = _adapter(Measures).validate_python({each.name: plain[each.name] for each in fields(Measures)})
        lives = [_adapter(DebateLife).validate_python(life) for life in plain["debates"]]
        last = None if plain["last"] is None else _adapter(Place).validate_python(plain["last"])
        return Book(
            position=int(plain["position"]),
            last=last,
            # What ran when the file was written, and how fast, is not what runs now.
            measures=replace(measures, gauges={}, timers={}),
            lives={life.id: life for life in lives},
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"a part of it is missing or of another kind: {error}") from error


def _metrics_chunks(book: Book, measures: Measures, *, at_ms: int, reason: str) -> Iterator[bytes]:
    """One life a line, so that the whole is never held as one text, and lines can be looked through."""
    head = {
        **_head(book, at_ms=at_ms, reason=reason),
        "last": _plain(_adapter(Place), book.last) if book.last is not None else None,
        **_plain(_adapter(Measures), measures),
    }
    yield b"{\n"
    for name, value in head.items():
        yield f'"{name}": {json.dumps(value, ensure_ascii=False)},\n'.encode()
    yield b'"debates": ['
    for index, life in enumerate(book.lives.values()):
        yield (b",\n" if index else b"\n") + _adapter(DebateLife).dump_json(life)
    yield b"\n]\n}\n"


def _summary_chunks(
    seen: Overview,
    measures: Measures,
    book: Book,
    rules: Mapping[RuleId, RuleMeasure],
    *,
    at_ms: int,
    reason: str,
) -> Iterator[bytes]:
    timers = {
        name: {"count": timer.count, "mean_ns": timer.mean_ns, "p95_ns": timer.p95_ns, "errors": timer.errors}
        for name, timer in measures.timers.items()
    }
    summary = {
        **_head(book, at_ms=at_ms, reason=reason),
        **_plain(_adapter(Overview), seen),
        "gauges": dict(measures.gauges),
        "timers": timers,
        "rules": {rule: asdict(measure) for rule, measure in rules.items()},
    }
    yield json.dumps(summary, ensure_ascii=False, indent=2).encode()
    yield b"\n"


def _head(book: Book, *, at_ms: int, reason: str) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "written_at_ms": at_ms,
        "reason": reason,
        "position": book.position,
        "debates_kept": len(book.lives),
    }


def _plain(adapter: TypeAdapter[T], value: T) -> dict[str, Any]:
    return cast("dict[str, Any]", adapter.dump_python(value, mode="json"))


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    """Made when first asked for: pydantic takes longer to load than a command that exports nothing may."""
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
