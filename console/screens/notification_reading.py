"""What does the Notifications screen read at the door, each time that something may have changed?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from console.presenters.asking import asking_of_case, asking_of_turns
from console.presenters.notification_filter import NotificationFilter
from console.presenters.notifications import Entry, entries_of, in_order
from console.presenters.people import is_awaited
from console.presenters.sessions import title_of
from core.domain.errors import MootError, WrongUse
from core.domain.ids import SessionId
from core.ports.outbox import LISTED_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.presenters.asking import Asking
    from core.domain.cases import Case, CaseFile
    from core.domain.summary import SessionSummary
    from core.notifying.muting import Mute
    from core.orchestrator import Orchestrator
    from core.ports.catalogue import Label
    from core.ports.outbox import Attempt, OutboxFigures, Place, Told

DEPTH_FIRST = 500
DEPTH_MAX = 20_000
"""So many notifications are read: at first, and however far somebody scrolls. A filter finds older ones."""

EVERYTHING = NotificationFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was read of one row: the tries at its deliveries, and the case where it asks."""

    key: str = ""
    attempts: tuple[Attempt, ...] = ()
    file: CaseFile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look at the door gave. `entries` are those that the filter leaves, in order, of `total` that were read;
    it `has_more` where older ones were not. `trouble` says why some of it may be old or missing."""

    entries: tuple[Entry, ...] = ()
    total: int = 0
    has_more: bool = False
    wanted: NotificationFilter = EVERYTHING
    figures: OutboxFigures | None = None
    channels: tuple[str, ...] = ()
    mutes: tuple[Mute, ...] = ()
    looked: Looked = Looked()
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be read: the newest `depth` of those that are wanted, and the row `key`. `rows` and `labels` are the
    sessions as the console knows them."""

    wanted: NotificationFilter
    depth: int
    key: str | None
    rows: Mapping[SessionId, SessionSummary]
    labels: Mapping[SessionId, Label]
    now_ms: int


class NotificationReader:
    """Reads all that is shown, and again only what changed. What was read before is shown while a door refuses."""

    def __init__(self) -> None:
        self._before = Reading()
        self._cases: tuple[Case, ...] = ()
        self._cases_key = -1
        self._told: tuple[Told, ...] = ()
        self._told_key: tuple[object, ...] = ()
        self._looked_key: tuple[object, ...] = ()

    async def read(self, core: Orchestrator, asked: Asked) -> Reading:
        """The newest of those that the filter may leave, and all there is to the row under the cursor."""
        try:
            self._before = await self._read(core, asked)
        except MootError as error:
            return replace(self._before, trouble=str(error))
        return self._before

    async def _read(self, core: Orchestrator, asked: Asked) -> Reading:
        wanted, now_ms = asked.wanted, asked.now_ms
        asking = await self._read_asking(core, asked)
        reading = Reading(wanted=wanted)
        try:
            figures = await core.notifications.figures()
            reading = replace(
                reading,
                figures=figures,
                channels=core.notifications.channels,
                mutes=tuple(await core.notifications.mutes()),
            )
            await self._read_told(core, wanted, asked.depth, (figures.revision, wanted.wanted(), asked.depth))
        except WrongUse as off:  # nobody is told anything here; what is asked stands here all the same
            self._told, reading = (), replace(reading, trouble=str(off))
        every = entries_of(asking, self._told, reading.mutes, now_ms=now_ms)
        entries = tuple(in_order((each for each in every if wanted.holds(each, now_ms=now_ms)), now_ms=now_ms))
        chosen = next((each for each in entries if each.key == asked.key), entries[0] if entries else None)
        return replace(
            reading,
            entries=entries,
            total=len(every),
            has_more=len(self._told) >= asked.depth,
            looked=await self._look(core, chosen, asked, reading.figures),
        )

    async def _read_asking(self, core: Orchestrator, asked: Asked) -> list[Asking]:
        """Every question and turn that waits; they change with what is committed alone, and with who drives."""
        rows, labels = asked.rows, asked.labels
        position = max((row.position for row in rows.values()), default=0)
        if position != self._cases_key:
            self._cases, self._cases_key = tuple(await core.cases.open()), position
        titles = {row.session: title_of(row, labels.get(row.session)) for row in rows.values()}
        return [
            *(asking_of_case(case, title=titles.get(case.session, "")) for case in self._cases),
            *(
                asking
                for row in rows.values()
                if is_awaited(row, is_driven=core.is_driven)
                for asking in asking_of_turns(row, title=titles[row.session])
            ),
        ]

    async def _read_told(
        self, core: Orchestrator, wanted: NotificationFilter, depth: int, key: tuple[object, ...]
    ) -> None:
        """Page by page, newest first."""
        if key == self._told_key:
            return
        told: list[Told] = []
        before: Place | None = None
        while len(told) < depth:
            limit = min(LISTED_MAX, depth - len(told))
            page: Sequence[Told] = await core.notifications.find(wanted.wanted(), limit=limit, before=before)
            told += page
            if len(page) < limit:
                break
            last = page[-1].notification
            before = (last.position, last.id)
        self._told, self._told_key = tuple(told), key

    async def _look(
        self, core: Orchestrator, entry: Entry | None, asked: Asked, figures: OutboxFigures | None
    ) -> Looked:
        """What belongs to the row under the cursor; read again where that, or what is kept of it, is another."""
        if entry is None:
            return Looked()
        asking = entry.asking
        row = asked.rows.get(SessionId(entry.session))
        key = (entry.key, figures.revision if figures is not None else 0, row.seq if row is not None else 0)
        if key == self._looked_key:
            return self._before.looked
        attempts = tuple(await core.notifications.attempts(entry.told)) if entry.told is not None else ()
        file = None
        if asking is not None and not asking.is_turn:
            try:
                file = await core.cases.file(SessionId(asking.session), asked_seq=asking.asked_seq)
            except MootError:
                file = None  # it was answered this very moment: the next look leaves it out
        self._looked_key = key
        return Looked(key=entry.key, attempts=attempts, file=file)
