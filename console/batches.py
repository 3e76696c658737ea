"""How are many sessions run from one file, a few at once, so that a second run pays for nothing twice?

Each piece of work has a session whose id follows from what is asked. A second run finds it: what is over is read, what
stands still is gone on with. Nothing else has to be remembered between two runs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from console.headless import Ending, StopRequest, cost_of, ending_of, ending_of_row, row_at_the_end
from console.plain import plain
from core.domain.commands import ChangeBudget
from core.domain.errors import MootError, WrongUse
from core.domain.ids import SessionId
from core.domain.status import Status

if TYPE_CHECKING:
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator

CONCURRENCY_DEFAULT, CONCURRENCY_MAX = 4, 64
ID_CHARACTERS_MAX = 100
ID_DERIVED_CHARACTERS = 16
"""Of a digest: enough for a hundred thousand lines, short enough for a file's name."""
SESSION_ID_CHARACTERS = 32
_ID_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")

P = TypeVar("P")
R = TypeVar("R")


def digest_of(value: object) -> str:
    """The digest of plain values, the same in every run and in whatever order they are given."""
    text = json.dumps(plain(value), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def without_defaults(record: object) -> object:
    """The plain form of a record that leaves out what is as it is unless somebody says otherwise: a field that a later
    release adds makes no other work of it."""
    if isinstance(record, tuple):
        return [without_defaults(each) for each in record]
    if not is_dataclass(record) or isinstance(record, type):
        return plain(record)
    given = {each.name: (getattr(record, each.name), _default(each)) for each in fields(record)}
    return {name: without_defaults(value) for name, (value, usual) in given.items() if value != usual}


def _default(of: Field[Any]) -> object:
    return of.default_factory() if of.default_factory is not MISSING else of.default


def derived_id(value: object) -> str:
    """An id for work that was given none."""
    return digest_of(value)[:ID_DERIVED_CHARACTERS]


def derived_session(kind: str, value: object) -> SessionId:
    """The session in which this is done, whoever asks and however often. `value` holds all that decides it."""
    return SessionId(digest_of([kind, value])[:SESSION_ID_CHARACTERS])


@dataclass(slots=True)
class Names:
    """The ids of a file, each where it was given: they name files, so that case alone tells no two apart."""

    places: dict[str, str] = field(default_factory=dict)

    def take(self, id: str, place: str) -> str:
        """The id. Raises WrongUse for one that can name no file, or was taken before."""
        if not id or len(id) > ID_CHARACTERS_MAX or not _ID_SIGNS.issuperset(id) or id.startswith((".", "-")):
            raise WrongUse(
                f"{id!r:.120} can't be an id.",
                where=place,
                now=f"Write one of letters, digits, '.', '_' and '-', at most {ID_CHARACTERS_MAX}.",
            )
        before = self.places.setdefault(id.casefold(), place)
        if before != place:
            raise WrongUse(f"the id {id!r} is taken by {before}.", where=place, now="Give each line an id of its own.")
        return id


class PurseEmpty(MootError):
    """Nothing is left that could be lent. Nothing was begun."""


@dataclass(slots=True, kw_only=True)
class Purse:
    """Money that many sessions share, in micro-dollars; None where nothing bounds it. What a session may spend is held
    from the moment at which it is lent, so that all together never spend more. `spent` is what each has cost by what is
    known, `held` the most that those under way may cost, what they have cost included."""

    cap_microusd: int | None
    spent: dict[SessionId, int] = field(default_factory=dict)
    held: dict[SessionId, int] = field(default_factory=dict)
    spent_microusd: int = 0

    def know(self, session: SessionId, spent_microusd: int) -> None:
        """A session has cost so much, in this run or an earlier one."""
        self.spent_microusd += spent_microusd - self.spent.get(session, 0)
        self.spent[session] = spent_microusd

    def lend(self, session: SessionId, *, sharers: int) -> int | None:
        """The most that a session may cost: what it has cost, and its share of what is left among those of `sharers`,
        itself included, that hold none yet: so the first is lent no more than the last. None where nothing bounds
        it."""
        if self.cap_microusd is None:
            return None
        under_way = sum(most - self.spent.get(each, 0) for each, most in self.held.items())
        left = max(0, self.cap_microusd - self.spent_microusd - under_way)
        waiting = sharers - len(self.held.keys() - {session})
        self.held[session] = self.spent.get(session, 0) + left // max(1, waiting)
        return self.held[session]

    def give_back(self, session: SessionId, *, spent_microusd: int) -> None:
        """What a session has cost is gone; the rest can be lent again."""
        self.held.pop(session, None)
        self.know(session, spent_microusd)


class Batch:
    """Runs sessions to their ends, a few at once, and listens to all of them with one reader."""

    def __init__(self, orchestrator: Orchestrator, *, stop: StopRequest, concurrency: int) -> None:
        self._orchestrator = orchestrator
        self._stop = stop
        self._concurrency = concurrency
        self._ends: dict[SessionId, asyncio.Future[Ending]] = {}

    async def run(
        self,
        pieces: Iterator[P],
        work: Callable[[P], Awaitable[R]],
        *,
        done: Callable[[P, R | MootError], None],
        on_stop: Callable[[], None] = lambda: None,
    ) -> bool:
        """Do `work` on each piece, at most so many at once, and call `done` as each ends. What moot refuses is the end
        of its piece alone. True once all were done; False where a stop was asked for: then nothing new is begun,
        turns under way are recorded or in doubt, and what ended meanwhile is done.
        """
        listening = asyncio.ensure_future(self._listen())
        stopping = asyncio.ensure_future(self._stop.asked.wait())
        under_way: dict[asyncio.Future[R], P] = {}
        try:
            await asyncio.sleep(0)  # the listener knows from where on it listens
            while True:
                while len(under_way) < self._concurrency and not self._stop.asked.is_set():
                    piece = next(pieces, None)
                    if piece is None:
                        break
                    under_way[asyncio.ensure_future(work(piece))] = piece
                if not under_way or self._stop.asked.is_set():
                    break
                waited: set[asyncio.Future[Any]] = {*under_way, stopping, listening}
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
                if listening.done():
                    listening.result()
                _settle(under_way, done)
            if not self._stop.asked.is_set():
                return True
            on_stop()
            await self._orchestrator.stop()
            await asyncio.sleep(0)
            # What was refused meanwhile was refused because of the stop: a further run takes it up.
            ended = {future: piece for future, piece in under_way.items() if future.done() and not future.exception()}
            _settle(ended, done)
            return False
        finally:
            left: set[asyncio.Future[Any]] = {*under_way, stopping, listening}
            for each in left:
                each.cancel()
            # What a log that was closed while it was read has to say is no news: the stop closed it.
            await asyncio.gather(*left, return_exceptions=True)

    async def lived(
        self,
        session: SessionId,
        start: Callable[[int | None], Awaitable[object]],
        *,
        purse: Purse,
        sharers: int,
    ) -> tuple[Ending, SessionSummary]:
        """Have a session live to where it stands still: `start` begins it with the most that it may cost, unless it is
        there already; then it is gone on with, and one that is over is left as it is."""
        before = await self._row(session)
        if before is not None and before.status.is_over:
            purse.give_back(session, spent_microusd=await cost_of(self._orchestrator, before))
            return ending_of_row(before), before
        spent = await cost_of(self._orchestrator, before) if before is not None else 0
        purse.know(session, spent)
        cap = purse.lend(session, sharers=sharers)
        if cap is not None and cap <= spent:
            purse.give_back(session, spent_microusd=spent)
            raise PurseEmpty("the budget of all is spent.", now="Raise --budget-usd and run the same command again.")
        ended = self._ends[session] = asyncio.get_running_loop().create_future()
        try:
            if before is None:
                await start(cap)
            elif before.status is Status.ESCALATED:
                return ending_of_row(before), before
            else:
                if cap is not None and cap != before.cap_microusd:
                    await self._orchestrator.command(session, ChangeBudget(cap_microusd=cap))
                await self._orchestrator.resume(session)
            ending = await ended
            row = await row_at_the_end(self._orchestrator, session)
            spent = await cost_of(self._orchestrator, row)
            return ending, row
        finally:
            self._ends.pop(session, None)
            purse.give_back(session, spent_microusd=spent)

    async def know_what_was_spent(self, sessions: Iterable[SessionId], purse: Purse) -> None:
        """Have the purse know what these cost in earlier runs, those among them that there are, before any of it is
        lent again."""
        for session in sessions:
            row = await self._row(session)
            if row is not None:
                purse.know(session, await cost_of(self._orchestrator, row))

    async def _row(self, session: SessionId) -> SessionSummary | None:
        if not await self._orchestrator.events(session, limit=1):
            return None
        return await self._orchestrator.summary(session)

    async def _listen(self) -> None:
        async for recorded in self._orchestrator.watch():
            waiting = self._ends.get(recorded.session)
            if waiting is None or waiting.done():
                continue
            ending = ending_of(recorded.event)
            if ending is not None:
                waiting.set_result(ending)


def _settle(under_way: dict[asyncio.Future[R], P], done: Callable[[P, R | MootError], None]) -> None:
    """Hand over what has ended. A fault of moot's own ends the whole: it is no piece's."""
    for future in [each for each in under_way if each.done()]:
        piece = under_way.pop(future)
        error = future.exception()
        if isinstance(error, MootError):
            done(piece, error)
        else:
            done(piece, future.result())
