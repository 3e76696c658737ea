"""What does the Notifications screen read at the door, each time that something may have changed?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
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
"""So many notifications are shown: at first, and however far somebody scrolls or a filter has to look."""

RESTS_END_MS = 5_000
"""So exact is the moment at which what was snoozed comes back by itself."""

SHARE_MAX = 20
REST_SECONDS_MAX = 10.0
"""A reading of all that takes long is made the less often: it may take a twentieth of the time."""

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
    is_anew: bool = False
    """Whether somebody here has just changed something, so that nothing may be as it was."""


class NotificationReader:
    """Reads all that is shown, and again only what changed. What was read before is shown while a door refuses."""

    def __init__(self) -> None:
        self._before = Reading()
        self._cases: tuple[Case, ...] = ()
        self._cases_key = -1
        self._told: tuple[Told, ...] = ()
        self._told_key: tuple[object, ...] = ()
        self._revision = -1
        self._has_more = False
        self._again_at = 0.0
        self._looked_key: tuple[object, ...] = ()
        self._listed_key: tuple[object, ...] = ()
        self._entries: tuple[Entry, ...] = ()
        self._total = 0

    async def read(self, core: Orchestrator, asked: Asked) -> Reading:
        """The newest of those that the filter may leave, and all there is to the row under the cursor."""
        try:
            self._before = await self._read(core, asked)
        except MootError as error:
            return replace(self._before, trouble=str(error))
        return self._before

    async def _read(self, core: Orchestrator, asked: Asked) -> Reading:
        asking = await self._read_asking(core, asked)
        reading = Reading(wanted=asked.wanted)
        try:
            figures = await core.notifications.figures()
            reading = replace(
                reading,
                figures=figures,
                channels=core.notifications.channels,
                mutes=tuple(await core.notifications.mutes()),
            )
            await self._read_told(core, asked, figures.revision, reading.mutes)
        except WrongUse as off:  # nobody is told anything here; what is asked stands here all the same
            self._told, self._has_more, reading = (), False, replace(reading, trouble=str(off))
        entries, total = self._listed(asking, reading.mutes, asked)
        chosen = next((each for each in entries if each.key == asked.key), entries[0] if entries else None)
        return replace(
            reading,
            entries=entries,
            total=total,
            has_more=self._has_more,
            looked=await self._look(core, chosen, asked, reading.figures),
        )

    def _listed(self, asking: Sequence[Asking], mutes: Sequence[Mute], asked: Asked) -> tuple[tuple[Entry, ...], int]:
        """What the filter leaves, in order, and of how many. It is the very same where nothing has changed: to draw
        ten thousand rows again is felt."""
        wanted, now_ms = asked.wanted, asked.now_ms
        key = (tuple(asking), id(self._told), len(self._told), tuple(mutes), wanted, now_ms // RESTS_END_MS)
        if key != self._listed_key:
            every = entries_of(asking, self._told, mutes, now_ms=now_ms)
            held = (each for each in every if wanted.holds(each, now_ms=now_ms))
            self._entries, self._total = tuple(in_order(held, now_ms=now_ms)), len(every)
            self._listed_key = key
        return self._entries, self._total

    async def _read_asking(self, core: Orchestrator, asked: Asked) -> list[Asking]:
        """Every question and turn that waits; they change with what is committed alone, and with who drives."""
        rows, labels = asked.rows, asked.labels
        position = max((row.position for row in rows.values()), default=0)
        if position != self._cases_key or asked.is_anew:
            self._cases, self._cases_key = tuple(await core.cases.open()), position

        def title(row: SessionSummary | None) -> str:
            return title_of(row, labels.get(row.session)) if row is not None else ""

        turns = [row for row in rows.values() if is_awaited(row, is_driven=core.is_driven)]
        return [
            *(asking_of_case(case, title=title(rows.get(case.session))) for case in self._cases),
            *(asking for row in turns for asking in asking_of_turns(row, title=title(row))),
        ]

    async def _read_told(self, core: Orchestrator, asked: Asked, revision: int, mutes: Sequence[Mute]) -> None:
        """Page by page, newest first, until there are as many as are asked for. What takes long is read the less
        often where nothing else is asked for."""
        key, began = (asked.wanted, asked.depth), monotonic()
        is_the_same = key == self._told_key
        if is_the_same and (revision == self._revision or (began < self._again_at and not asked.is_anew)):
            return
        told: list[Told] = []
        before: Place | None = None
        found, has_more = 0, True
        while found < asked.depth and len(told) < DEPTH_MAX and has_more:
            page = await core.notifications.find(asked.wanted.wanted(), limit=LISTED_MAX, before=before)
            told += page
            shown = entries_of((), page, mutes, now_ms=asked.now_ms)
            found += sum(asked.wanted.holds(each, now_ms=asked.now_ms) for each in shown)
            has_more = len(page) == LISTED_MAX
            if page:
                before = (page[-1].notification.position, page[-1].notification.id)
        self._told, self._told_key, self._revision, self._has_more = tuple(told), key, revision, has_more
        self._again_at = monotonic() + min(REST_SECONDS_MAX, (monotonic() - began) * SHARE_MAX)

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
