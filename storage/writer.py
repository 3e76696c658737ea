"""Who writes to the database? One connection, used by one thread at a time, so that our writers never wait for locks.

Callers on an event loop hand over work and await its outcome. All that comes in within one turn of the loop is taken
together: grouped work (appends) shares one transaction, every other job has one of its own. A batch goes to a thread,
unless it is so small that waking a thread and being woken by it would take longer than the work itself.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from time import perf_counter_ns, sleep
from typing import Any, Generic, TypeVar, cast

from storage.checkpoints import Checkpoints
from storage.database import BUSY_WAIT_MS, Synchronous, connect, refusals
from storage.failures import closed, is_busy, refused

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
T = TypeVar("T")
Group = Callable[[sqlite3.Connection, Sequence[Item]], Sequence["Outcome | Exception"]]
"""Commits all items in one transaction. The outcome of each is its result, or why it alone failed."""

WORK_WAITING_MAX = 4_096
"""Callers above this wait for a place instead of making the queue longer."""

WORKS_ON_THE_SPOT_MAX = 128
"""About 5 ms of appends, each some 40 µs. While a thread has them the loop waits for the interpreter just as long, in
slices of 5 ms each time that both want it: measured with a hundred debates, a turn takes twice as long that way."""

ON_THE_SPOT_NS_MAX = 4_000_000
WORK_ON_THE_SPOT_NS_MAX = 80_000
"""A quarter of a frame on screen, and so much more for each work that all together stay within one. A disk that takes
longer once is left to the thread for a while. By the sum alone, many works on a quick disk would be left to it too."""

WORKS_LEFT_MIN = 8
WORKS_LEFT_MAX = 256
"""So many works are left to the thread after a slow batch: twice as many each time, half as many for each quick one. A
disk that is slow holds the loop up once in 256 works; one that was waited for once, or a loop that another program kept
from the processor, costs a few works the detour."""

BUSY_PAUSE_MS = 5
BUSY_PAUSES_MAX = BUSY_WAIT_MS // BUSY_PAUSE_MS


class _Work:
    __slots__ = ("future", "is_brief", "item", "job")

    def __init__(
        self,
        future: asyncio.Future[Any],
        item: Any,
        job: Callable[[sqlite3.Connection], Any] | None = None,
        is_brief: bool = True,
    ) -> None:
        self.future = future
        self.item = item
        self.job = job
        self.is_brief = is_brief


_Outcomes = list[tuple[_Work, Any]]


class Writer(Generic[Item, Outcome]):
    """Durable when a call returns. What a cancelled caller asked for may have been written all the same.

    Errors: StorageFailed where the disk or the database refuses, for all work that shared the transaction; what a job
    raises goes to its caller. Either way the writer goes on. Serves one event loop at a time.
    """

    def __init__(self, path: Path, *, synchronous: Synchronous, group: Group[Item, Outcome]) -> None:
        self._path = path
        self._group = group
        with refusals(path):
            # Waiting for other processes is done here, where it is known whether the event loop would wait too.
            self._connection = connect(path, synchronous=synchronous, busy_wait_ms=0)
            self._checkpoints = Checkpoints(path, self._connection)
        self._in_use = Lock()
        self._left_to_the_thread = 0
        self._left_next = WORKS_LEFT_MIN
        self._may_be_on_the_spot = synchronous == "NORMAL"  # FULL waits for the disk each time
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pending: list[_Work] = []
        self._waiting = 0
        self._places: deque[asyncio.Future[None]] = deque()
        self._is_closed = False
        self._closing: asyncio.Future[None] | None = None
        self._queue: SimpleQueue[list[_Work] | None] = SimpleQueue()
        self._thread = Thread(target=self._drive, name="moot-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many callers wait for what they handed over."""
        return self._waiting

    async def write(self, item: Item) -> Outcome:
        """Commit `item` in one transaction with whatever comes in beside it."""
        return cast("Outcome", await self._done(_Work(self._future(), item)))

    async def run(self, job: Callable[[sqlite3.Connection], T], *, is_brief: bool = False) -> T:
        """Run `job` in a transaction of its own; nothing of it stays where it raises.

        `is_brief` promises a handful of rows, so that the event loop may wait for it.
        """
        return cast("T", await self._done(_Work(self._future(), None, job, is_brief)))

    async def close(self) -> None:
        """Finish what is queued, then release the file. Closing twice is closing once."""
        if not self._is_closed:
            self._is_closed = True
            self._closing = self._future()
            self._queue.put(self._pending)
            self._queue.put(None)
            self._pending = []
        if self._closing is not None:
            await asyncio.shield(self._closing)

    def _future(self) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # An earlier loop is gone, and with it every caller that waited.
            self._loop, self._pending, self._waiting = loop, [], 0
            self._places.clear()
        return loop.create_future()

    async def _done(self, work: _Work) -> Any:
        while self._waiting >= WORK_WAITING_MAX and not self._is_closed:
            place = self._future()
            self._places.append(place)
            await place
        if self._is_closed:
            raise closed(self._path)
        self._waiting += 1
        if not self._pending:
            work.future.get_loop().call_soon(self._take)
        self._pending.append(work)
        return await work.future

    def _take(self) -> None:
        """At the end of the loop's turn: do what came in on the spot, or leave it to the thread."""
        works, self._pending = self._pending, []
        if not works:
            return  # closing took them
        if not self._is_for_the_spot(works) or not self._in_use.acquire(blocking=False):
            self._queue.put(works)
            return
        try:
            began_ns = perf_counter_ns()
            outcomes = self._performed(works, may_wait=False)
            if perf_counter_ns() - began_ns > ON_THE_SPOT_NS_MAX + len(works) * WORK_ON_THE_SPOT_NS_MAX:
                self._left_to_the_thread = self._left_next
                self._left_next = min(2 * self._left_next, WORKS_LEFT_MAX)
            elif self._left_next > WORKS_LEFT_MIN:
                self._left_next //= 2
            needs_help = self._checkpoints.look()
        finally:
            self._in_use.release()
        if needs_help:
            self._queue.put([])
        if outcomes is None:
            self._queue.put(works)
        else:
            self._settle(outcomes)

    def _is_for_the_spot(self, works: list[_Work]) -> bool:
        if self._left_to_the_thread > 0:
            self._left_to_the_thread -= len(works)
            return False
        if not self._may_be_on_the_spot or len(works) > WORKS_ON_THE_SPOT_MAX:
            return False
        # One transaction at most: where another process holds the database, all of it must go to the thread.
        return all(work.job is None for work in works) or (len(works) == 1 and works[0].is_brief)

    def _drive(self) -> None:
        while (works := self._queue.get()) is not None:
            with self._in_use:
                outcomes = self._performed(works, may_wait=True) or []
                if self._checkpoints.look():
                    self._checkpoints.help()
            self._hand_back(self._settle, outcomes)
            del works, outcomes  # kept until more arrives, they would keep their texts alive
        failure: Exception | None = None
        try:
            self._checkpoints.close()
            self._connection.close()
        except sqlite3.Error as error:
            failure = refused(error, self._path)
        self._hand_back(self._end, failure)

    def _performed(self, works: list[_Work], *, may_wait: bool) -> _Outcomes | None:
        """The outcome of each, or None where another process holds the database and we may not wait for it."""
        outcomes: _Outcomes = []
        try:
            if grouped := [work for work in works if work.job is None]:
                done = self._tried(self._group, [work.item for work in grouped], may_wait=may_wait)
                if done is None:
                    return None
                results = [done] * len(grouped) if isinstance(done, Exception) else done
                outcomes += zip(grouped, results, strict=True)
            if len(grouped) == len(works):
                return outcomes
            for work in works:
                if work.job is not None:
                    done = self._tried(_alone, work.job, may_wait=may_wait)
                    if done is None:
                        return None
                    outcomes.append((work, done if isinstance(done, Exception) else done[0]))
            return outcomes
        except Exception as error:
            # A fault of ours. The thread must outlive it, and nobody may wait for ever for what will never come.
            return [(work, error) for work in works]

    def _tried(self, attempt: Callable[[sqlite3.Connection, Any], Any], argument: Any, *, may_wait: bool) -> Any:
        """What `attempt` returns, or why it failed; None where it would have to wait for another process."""
        for pause in range(BUSY_PAUSES_MAX):
            try:
                return attempt(self._connection, argument)
            except Exception as error:
                failure = self._rolled_back(error)
                if not is_busy(error):
                    break
            if not may_wait:
                return None
            if pause < BUSY_PAUSES_MAX - 1:
                sleep(BUSY_PAUSE_MS / 1000)
        return failure

    def _rolled_back(self, error: Exception) -> Exception:
        """What the caller is told. The connection is fit for the next batch, which may find the disk in order again."""
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as second:
            return refused(second, self._path)
        return refused(error, self._path) if isinstance(error, sqlite3.Error) else error

    def _hand_back(self, settle: Callable[[Any], None], outcome: Any) -> None:
        loop = self._loop
        if loop is not None:
            try:
                loop.call_soon_threadsafe(settle, outcome)
            except RuntimeError:
                return  # the loop was closed: nobody waits any more

    def _end(self, failure: Exception | None) -> None:
        if self._closing is not None and not self._closing.done():
            if failure is not None:
                self._closing.set_exception(failure)
            else:
                self._closing.set_result(None)

    def _settle(self, outcomes: _Outcomes) -> None:
        self._waiting = max(0, self._waiting - len(outcomes))  # some may be an earlier loop's
        for work, outcome in outcomes:
            if work.future.done() or work.future.get_loop() is not self._loop:
                continue  # its caller was cancelled, or its loop is gone
            if isinstance(outcome, Exception):
                work.future.set_exception(outcome)
            else:
                work.future.set_result(outcome)
        while self._places:
            place = self._places.popleft()
            if not place.done():
                place.set_result(None)


def _alone(connection: sqlite3.Connection, job: Callable[[sqlite3.Connection], T]) -> tuple[T]:
    """The job's result, in a tuple because None is one too."""
    connection.execute("BEGIN IMMEDIATE")
    result = job(connection)
    connection.execute("COMMIT")
    return (result,)
