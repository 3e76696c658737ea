"""What changed, and who on the screen must hear of it?

The only file that listens to the door. Commits and progress come in at any rate; what goes out are messages, at most a
few times a second for each thing shown. Everything runs on the app's event loop: a presenter's value is made here and
shown there, and nothing is shared between threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from time import localtime, monotonic, strftime
from typing import TYPE_CHECKING

from textual.message import Message

from console.folds import Folds
from console.presenters.header import header_view
from console.presenters.people import needs_you
from console.presenters.sessions import is_left
from console.presenters.transcript import turn_key
from core.domain.errors import CommandRefused, MootError, WrongUse
from core.domain.ids import SessionId
from core.domain.status import Status
from core.ports.event_log import READ_EVENTS_MAX

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

    from console.first_rows import FirstRows
    from console.folds import SessionFold
    from console.presenters.shown import HeaderView, TurnView
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator, Progress, SystemStatus
    from core.ports.catalogue import Label

WORDS_SECONDS = 1 / 15
ROWS_SECONDS = 0.2
TURNS_SECONDS = 0.1
RULES_SECONDS = 0.5
PULSE_SECONDS = 1.0
RELOAD_SECONDS = 15.0
TROUBLE_SECONDS = 1.0

SHARE_MAX = 20
"""A question whose answer takes long is asked the less often: it may take a twentieth of the time."""

CATCH_UP_TRIES = 25
"""Where another process drives, its rows come a moment after the commit: so often they are asked for again."""


class Feed:
    """Tells `screen` what changed, and `app` what is said everywhere, from `run` until that is cancelled.

    Read `summaries` and `labels` at any time.
    """

    class Listed(Message):
        """Rows changed; `changed` is None where any may have come, gone or changed."""

        def __init__(self, changed: frozenset[SessionId] | None) -> None:
            super().__init__()
            self.changed = changed

    class Turned(Message):
        """Turns of a session are new or changed; `is_whole` where they are all of it."""

        def __init__(self, session: SessionId, turns: tuple[TurnView, ...], *, is_whole: bool) -> None:
            super().__init__()
            self.session = session
            self.turns = turns
            self.is_whole = is_whole

    class Spoke(Message):
        """More was said in a turn."""

        def __init__(self, session: SessionId, key: str, piece: str) -> None:
            super().__init__()
            self.session = session
            self.key = key
            self.piece = piece

    class Told(Message):
        """What stands beside a session's turns changed."""

        def __init__(self, session: SessionId) -> None:
            super().__init__()
            self.session = session

    class Asked(Message):
        """A session began to wait for the operator."""

        def __init__(self, summary: SessionSummary) -> None:
            super().__init__()
            self.summary = summary

    class Left(Message):
        """Nobody drives any more; `count` sessions would move on if somebody did."""

        def __init__(self, count: int) -> None:
            super().__init__()
            self.count = count

    class RulesRefused(Message):
        """Files of the rules folder are not in force as they are; `problems` are those not told yet."""

        def __init__(self, problems: tuple[str, ...]) -> None:
            super().__init__()
            self.problems = problems

    class Headed(Message):
        """The header's figures changed."""

        def __init__(self, view: HeaderView) -> None:
            super().__init__()
            self.view = view

    knows_turns = True

    def __init__(
        self,
        core: Orchestrator,
        screen: MessagePump,
        app: MessagePump,
        *,
        now_ms: Callable[[], int],
        keys: Mapping[str, str],
        first: FirstRows | None = None,
    ) -> None:
        """`keys` are those in force, by action; `first` is what is shown until all has been read."""
        self.summaries: dict[SessionId, SessionSummary] = dict(first.summaries) if first is not None else {}
        self.labels: dict[SessionId, Label] = dict(first.labels) if first is not None else {}
        self.next_seats: dict[str, dict[str, str]] = {}
        self.status: SystemStatus | None = None
        self.unread = 0
        self._core = core
        self._screen = screen
        self._app = app
        self._now_ms = now_ms
        self._keys = keys
        self._position = 0
        self._committed = 0
        self._tries = 0
        self._followed: SessionId | None = None
        self._folds = Folds(core)
        self._spoken: dict[str, Progress] = {}
        self._rows_due = asyncio.Event()
        self._turns_due = asyncio.Event()
        self._words_due = asyncio.Event()
        self._rules_due = asyncio.Event()
        self._moved = asyncio.Event()
        self._status_due = asyncio.Event()
        self._troubles: dict[str, str] = {}
        self._header: HeaderView | None = None
        self._rules_refused: tuple[str, ...] = ()

    async def run(self) -> None:
        """Tell what changes until cancelled. A door that refuses is asked again; the header says why meanwhile."""
        silence = (self._core.on_committed(self._commit), self._core.on_progress(self._progress))
        try:
            await self._reload()
            async with asyncio.TaskGroup() as group:
                for loop in (self._rows_loop, self._turns_loop, self._words_loop, self._rules_loop, self._pulse_loop):
                    group.create_task(loop(), name=f"feed {loop.__name__.strip('_')}")
        finally:
            for stop in silence:
                stop()

    # What the screen asks.

    def follow(self, session: SessionId | None) -> None:
        """Read this session's turns from now on. What is known of it is told at once."""
        if session == self._followed:
            return
        self._followed = session
        self._spoken.clear()
        if session is None:
            return
        fold = self._folds.of(session)
        fold.shown.clear()
        self._spoken = {turn_key(each.step, each.attempt): each for each in self._core.speaking(session)}
        if fold.seq:
            self._tell_whole(fold)
        for due in (self._moved, self._turns_due, self._rules_due):
            due.set()

    def fold_of(self, session: SessionId) -> SessionFold | None:
        """What was read of a session so far."""
        return self._folds.get(session)

    def is_asking(self, session: str) -> bool:
        """Does it wait for the operator's answer?"""
        summary = self.summaries.get(SessionId(session))
        return summary is not None and needs_you(summary, is_driven=self.is_driven)

    @property
    def is_driven(self) -> bool:
        """Does some process drive, so that what is under way moves on? Until it was asked for, yes."""
        return self.status is None or self.status.driver != "nobody"

    def refresh(self) -> None:
        """Something was done that no commit tells of: a label, a deletion, the spending switch."""
        self._status_due.set()

    def now_ms(self) -> int:
        return self._now_ms()

    # Listening.

    def _commit(self, position: int) -> None:
        self._committed = position
        self._tries = CATCH_UP_TRIES
        self._rows_due.set()
        if self._followed is not None:
            self._turns_due.set()

    def _progress(self, progress: Progress) -> None:
        """Called for every piece of every session: one comparison for those that nobody looks at."""
        if progress.session == self._followed:
            self._spoken[turn_key(progress.step, progress.attempt)] = progress
            self._words_due.set()

    # The list.

    async def _rows_loop(self) -> None:
        while True:
            await self._rows_due.wait()
            self._rows_due.clear()
            await self._guarded("the list", self._read_rows)
            if self._position < self._committed and self._tries > 0:
                self._tries -= 1
                self._rows_due.set()
            await asyncio.sleep(ROWS_SECONDS)

    async def _read_rows(self) -> None:
        changed = await self._core.summaries(changed_after=self._position)
        if not changed:
            return
        for summary in changed:
            before = self.summaries.get(summary.session)
            self.summaries[summary.session] = summary
            if needs_you(summary) and (before is None or not needs_you(before) or _asks_anew(before, summary)):
                self._app.post_message(self.Asked(summary))
        if any(each.session == self._followed for each in changed):
            self._rules_due.set()  # what it asks follows from where it stands
        self._position = max(self._position, *(each.position for each in changed))
        self._screen.post_message(self.Listed(frozenset(each.session for each in changed)))
        self._tell_header()

    async def _reload(self) -> None:
        """All rows, labels and formats: what changes without a commit."""
        await self._guarded("the list", self._read_everything)

    async def _read_everything(self) -> None:
        rows = await self._core.summaries()
        labels = dict(await self._core.labels())
        if not self.next_seats:
            self.next_seats = {
                template.id: {step.name: step.seat for step in template.steps}
                for template in await self._core.templates()
            }
        fresh = {row.session: row for row in rows}
        has_changed = fresh.keys() != self.summaries.keys() or labels != self.labels or not self._position
        # A row read meanwhile may be newer than this reading of all.
        kept = {key: row for key, row in self.summaries.items() if key in fresh and row.seq > fresh[key].seq}
        self.summaries, self.labels = fresh | kept, labels
        self._position = max((row.position for row in self.summaries.values()), default=self._position)
        if has_changed:
            self._folds.keep_only(self.summaries)
            self._screen.post_message(self.Listed(None))

    # The session under the cursor.

    async def _turns_loop(self) -> None:
        while True:
            await self._turns_due.wait()
            self._turns_due.clear()
            self._moved.clear()
            await self._guarded("the transcript", self._read_turns)
            await _pause(self._moved, TURNS_SECONDS)

    async def _read_turns(self) -> None:
        session = self._followed
        fold = self._folds.get(session)
        while fold is not None and fold.session == self._followed:
            is_first = not fold.seq
            records = await self._core.events(fold.session, after_seq=fold.seq, limit=READ_EVENTS_MAX)
            await self._core.flips.formats.prepare(record.event for record in records)
            if not records:
                return
            changed: dict[str, None] = {}
            let_go = fold.transcript.let_go
            for record in records:
                fold.detail.take(record)
                changed.update(dict.fromkeys(fold.transcript.take(record)))
            fold.seq = records[-1].seq
            if fold.session != self._followed:
                return
            if is_first or fold.transcript.let_go != let_go:
                self._tell_whole(fold)
            elif changed:
                turns = tuple(fold.transcript.turns[key] for key in changed)
                self._screen.post_message(self.Turned(fold.session, turns, is_whole=False))
            self._screen.post_message(self.Told(fold.session))
            self._words_due.set()
            self._rules_due.set()
            if len(records) < READ_EVENTS_MAX:
                return
            await asyncio.sleep(0)  # a long log must not hold up a key

    def _tell_whole(self, fold: SessionFold) -> None:
        self._screen.post_message(self.Turned(fold.session, tuple(fold.transcript.turns.values()), is_whole=True))
        self._screen.post_message(self.Told(fold.session))
        fold.shown.clear()
        self._words_due.set()

    async def _words_loop(self) -> None:
        while True:
            await self._words_due.wait()
            self._words_due.clear()
            fold = self._folds.get(self._followed)
            if fold is not None:
                for key, progress in tuple(self._spoken.items()):
                    self._say(fold, key, progress)
            await asyncio.sleep(WORDS_SECONDS)

    def _say(self, fold: SessionFold, key: str, progress: Progress) -> None:
        turn = fold.transcript.turns.get(key)
        if turn is None:
            return  # its intent is committed and not read yet; the words wait for it
        if turn.state != "speaking":
            self._spoken.pop(key, None)
            fold.shown.pop(key, None)
            fold.waits.pop(key, None)
            return
        if (waits := fold.waits.get(key, "")) != progress.waiting_for:
            fold.waits[key] = progress.waiting_for
            waiting = fold.transcript.waits(key, waits, progress.waiting_for)
            self._screen.post_message(self.Turned(fold.session, (waiting,), is_whole=False))
        said = fold.shown.get(key, 0)
        if progress.characters > said:
            text = progress.text
            fold.shown[key] = len(text)
            self._screen.post_message(self.Spoke(fold.session, key, text[said:]))

    async def _rules_loop(self) -> None:
        while True:
            await self._rules_due.wait()
            self._rules_due.clear()
            began = monotonic()
            await self._guarded("the rules", self._read_rules)
            await _pause(self._moved, max(RULES_SECONDS, (monotonic() - began) * SHARE_MAX))

    async def _read_rules(self) -> None:
        fold = self._folds.get(self._followed)
        summary = self.summaries.get(fold.session) if fold is not None else None
        if fold is None or summary is None or summary.status.is_over or summary.unreadable:
            return
        await self._read_cases(fold, summary)
        explanations = await self._core.explanations(fold.session)
        if explanations != fold.explanations:
            fold.explanations = explanations
            self._screen.post_message(self.Told(fold.session))

    async def _read_cases(self, fold: SessionFold, summary: SessionSummary) -> None:
        """What it asks, and until when: once for as long as nothing happens in it."""
        if fold.cases_seq == summary.seq:
            return
        asks = summary.status is Status.ESCALATED
        fold.cases, fold.cases_seq = await self._core.cases.of(fold.session) if asks else (), summary.seq
        self._screen.post_message(self.Told(fold.session))

    # The header, and what changes slowly.

    async def _pulse_loop(self) -> None:
        status_at = reload_at = 0.0
        while True:
            began = monotonic()
            if began >= status_at or self._status_due.is_set():
                is_asked = self._status_due.is_set()
                self._status_due.clear()
                if is_asked or began >= reload_at:
                    await self._reload()
                    reload_at = monotonic() + max(RELOAD_SECONDS, (monotonic() - began) * SHARE_MAX)
                await self._guarded("the figures of today", self._read_status)
                status_at = monotonic() + max(2 * PULSE_SECONDS, (monotonic() - began) * SHARE_MAX)
                self._rules_due.set()
            self._tell_header()
            if self._followed is not None:
                self._screen.post_message(self.Told(self._followed))
            await _pause(self._status_due, PULSE_SECONDS)

    async def _read_status(self) -> None:
        was_driven = self.is_driven
        self.status = await self._core.system_status()
        with suppress(WrongUse):  # nobody is told anything here
            self.unread = (await self._core.notifications.figures()).unread
        await self._read_rules_folder()
        if self.is_driven == was_driven:
            return
        self._screen.post_message(self.Listed(None))
        if was_driven:
            left = sum(1 for each in self.summaries.values() if is_left(each, is_driven=False))
            self._app.post_message(self.Left(left))

    async def _read_rules_folder(self) -> None:
        before, self._rules_refused = self._rules_refused, (await self._core.rulebook.folder()).problems
        problems = tuple(each for each in self._rules_refused if each not in before)
        if problems:
            self._app.post_message(self.RulesRefused(problems))

    def _tell_header(self) -> None:
        trouble = next(iter(self._troubles.values()), "")
        view = header_view(
            self.summaries.values(),
            self.status,
            clock=strftime("%H:%M", localtime(self._now_ms() // 1_000)),
            trouble=trouble,
            keys=self._keys,
            labels=self.labels,
            unread=self.unread,
        )
        if view != self._header:
            self._header = view
            self._app.post_message(self.Headed(view))

    async def _guarded(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work`; where the door refuses, say so in the header and go on: the next try may succeed."""
        try:
            await work()
        except CommandRefused:
            raise
        except MootError as error:
            self._troubles[what] = f"{what}: {error}"
            self._tell_header()
            await asyncio.sleep(TROUBLE_SECONDS)
        else:
            self._troubles.pop(what, None)


def _asks_anew(before: SessionSummary, now: SessionSummary) -> bool:
    """Another turn is to be spoken than the one that was waited for."""
    return before.awaited_step != now.awaited_step and bool(now.awaited_step)


async def _pause(until: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until `until` is set."""
    try:
        async with asyncio.timeout(seconds):
            await until.wait()
    except TimeoutError:
        return


def sessions_speaking(core: Orchestrator, sessions: Iterable[SessionId]) -> list[Progress]:
    """Every turn under way in these sessions."""
    return [progress for session in sessions for progress in core.speaking(session)]
