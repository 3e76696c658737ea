"""How does one session move on?

Every command goes through one door, one at a time: settle it, let the ledger answer for the steps that are wanted now,
append all of it in one transaction, and only then advance in memory, announce, and begin the calls. An outcome comes
back through the same door.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Sequence
from functools import partial

from core.domain.commands import (
    RUNTIME,
    ChangeRules,
    Command,
    RecordAnswer,
    ResumeRun,
)
from core.domain.errors import CommandRefused, LogConflict, MootError, StorageFailed
from core.domain.events import (
    CompletionDecided,
    Event,
    Recorded,
)
from core.domain.ids import SessionId, StepId
from core.domain.session import OpenAttempt, SessionState, Status
from core.domain.steps import Step
from core.engine.evolve import unopened
from core.engine.plan import next_deadline
from core.engine.replay import fold
from core.runtime.announcements import Announcements, Progress
from core.runtime.asking import Asking
from core.runtime.calls import Calls, Outcome, note_call, unheard
from core.runtime.correlating import fields, note
from core.runtime.entries import Entries
from core.runtime.instruments import APPEND, Instruments
from core.runtime.ledger import ENDED, OF_CALLS, Ledger
from core.runtime.logged_events import log_events
from core.runtime.ports import Limits, Ports
from core.runtime.rules_in_force import RulesInForce
from core.runtime.session_time import SessionTime
from core.runtime.step_runner import Attempt, cut_off

STORAGE_RETRY_MILLISECONDS = 1_000
"""How long an answer that could not be recorded waits before it is tried again: it was paid for."""

APPEND_NANOSECONDS_SLOW = 1_000_000_000
"""A disk that takes longer than this for a few lines is about to hold up everybody."""

CONFLICTS_MAX = 3
"""How often an outcome is decided anew because somebody else had written to the log."""

TIMED_OUT = "time_out"
_log = logging.getLogger(__name__)


class SessionLoop:
    """One session being driven. `state` is what the log holds, never more. `errands` are the steps for which
    nobody is asked, as of the newest append: whoever drives all sessions sees to them.

    `is_driven` says whether wanted steps are begun; a session that drains, or that is only looked after, begins none.
    """

    def __init__(
        self,
        session: SessionId,
        *,
        ports: Ports,
        limits: Limits,
        ledger: Ledger,
        entries: Entries,
        asking: Asking,
        rules: RulesInForce,
        announcements: Announcements,
        instruments: Instruments,
        on_change: Callable[[SessionLoop, tuple[Recorded, ...]], None],
        on_deadline: Callable[[SessionId, int | None], None],
        state: SessionState | None = None,
        is_driven: bool = True,
    ) -> None:
        self.session = session
        self.state = state if state is not None else unopened(session)
        self.is_driven = is_driven
        self.fault = ""
        self.errands: tuple[Step, ...] = ()
        self._ports = ports
        self._limits = limits
        self._ledger = ledger
        self._entries = entries
        self._asking = asking
        self._rules = rules
        self._announcements = announcements
        self._instruments = instruments
        self._on_change = on_change
        self._on_deadline = on_deadline
        self._door = asyncio.Lock()
        self._calls = Calls()
        self._time = SessionTime(ports.clock, from_ms=self.state.at_ms)
        self._leapt_ms = 0
        self._is_left = not is_driven
        self._is_ending = False
        self._obeying: frozenset[asyncio.Task[tuple[Event, ...]]] = frozenset()

    @property
    def is_idle(self) -> bool:
        """True while no call is under way, nothing is being recorded, and nobody waits for it to be."""
        return self._calls.are_over and not (self._obeying or self._door.locked())

    @property
    def speaking(self) -> tuple[Progress, ...]:
        """What is being said right now."""
        return self._calls.speaking

    async def submit(self, command: Command, *, actor: str, correlation: str = "") -> tuple[Event, ...]:
        """Obey `command`; returns the events that it brought about once they are durable.

        Raises CommandRefused, and StorageFailed where nothing could be recorded: then nothing has happened. A caller
        that is cancelled stops waiting, and no more: what is being written can't be taken back, and `state` must not
        fall behind it.
        """
        obeying = asyncio.create_task(self._obey_alone(command, actor, correlation), name=f"obey {self.session}")
        self._obeying |= {obeying}
        obeying.add_done_callback(self._obeyed)
        return await asyncio.shield(obeying)

    async def drain(self) -> None:
        """Begin nothing more and wait for the calls under way to be recorded."""
        self.is_driven = False
        async with self._door:
            await self._withdraw()
        while not self._calls.are_over:
            if self._calls.under_way:  # among them are answers that wait for the disk
                await asyncio.wait(tuple(self._calls.under_way.values()))
            await asyncio.sleep(0)
            async with self._door:
                pass  # the answer that was being recorded is on record, or waits for the disk

    def cut_off(self) -> tuple[asyncio.Task[None], ...]:
        """Cancel the calls under way at once, and spare answers that have come: they cost what they cost."""
        return self._calls.cut_off()

    async def break_off(self, *, why: str, policy: str | None = None) -> None:
        """Cancel the calls under way at once and record each as in doubt.

        Raises StorageFailed where the disk refuses; they are then recorded as soon as it doesn't.
        """
        calls = self.cut_off()
        if calls:
            await asyncio.wait(calls)
        await self.doubt_open_attempts(why=why, policy=policy)

    async def end(self, *, why: str) -> None:
        """`break_off`, also of answers that wait for the disk: the process is about to end."""
        self._is_ending = True
        calls = self._calls.end()
        if calls:
            await asyncio.wait(calls)
        await self.doubt_open_attempts(why=why)

    async def doubt_open_attempts(self, *, why: str, policy: str | None = None) -> None:
        """Record every attempt without an end as in doubt: nobody will learn how it ended."""
        async with self._door:  # an answer that is being recorded right now is no doubt any more
            await self._record_ends(
                [
                    self._end_of(attempt, why=why, policy=policy)
                    for attempt in self.state.work.open.values()
                    if attempt.step not in self._calls
                ]
            )

    def _end_of(self, attempt: OpenAttempt, *, why: str, policy: str | None = None) -> Outcome:
        """How a call ended that nobody makes any more."""
        is_unsent = self._calls.is_unsent(attempt.step, attempt.attempt)
        policy = policy or self._limits.in_doubt_policy_of(attempt.route)
        return unheard(attempt, why=why, is_unsent=is_unsent, policy=policy)

    async def _record_ends(self, ends: Sequence[Outcome]) -> None:
        for number, end in enumerate(ends):
            try:
                await self._end_standstill()
                await self._obey(end, RUNTIME, f"{end.step}#{end.attempt}")
            except StorageFailed:
                for left in () if self._is_ending else ends[number:]:
                    self._begin_call(left.step, self._call(None, outcome=left))
                raise

    async def _withdraw(self, steps: Collection[StepId] | None = None) -> None:
        """Send nothing more of what still waits to be sent, of `steps` alone where given, and record that it wasn't."""
        waiting, calls = self._calls.withdraw(steps)
        if calls:
            await asyncio.wait(calls)
            attempts = [self.state.work.open[step] for step in waiting if step in self.state.work.open]
            await self._record_ends([self._end_of(attempt, why="withdrawn") for attempt in attempts])

    async def _obey_alone(self, command: Command, actor: str, correlation: str) -> tuple[Event, ...]:
        note(session=self.session, command=type(command).__name__, actor=actor, correlation=correlation)
        async with self._door:
            if not isinstance(command, ResumeRun):
                await self._end_standstill()
            asked = frozenset(self.state.work.open)
            events = await self._obey(command, actor, correlation)
            if self.state.life.status is not Status.RUNNING:
                await self._wind_up()
            elif any(self._cuts_off(event) for event in events):
                await self._withdraw(asked)
            return events

    def _cuts_off(self, event: Event) -> bool:
        """True where whoever has not begun to answer need not: a person would be waited for in vain."""
        return isinstance(event, CompletionDecided) or self._ports.engine.flow(self.state).round_ended(event)

    async def _end_standstill(self) -> None:
        """The time in which nobody drove ends before anything else is recorded: rules would take it for active."""
        if self._is_left and self.state.life.status is Status.RUNNING:
            await self._recorded(ResumeRun(), RUNTIME, "resume", begins_steps=False)
            self._is_left = False

    def _now_ms(self) -> int:
        """The session's time. By how much the clock leapt since it was asked last is kept until it is on record."""
        now_ms, leapt_ms = self._time.read()
        self._leapt_ms += leapt_ms
        return now_ms

    async def _record_leap(self) -> None:
        """What a leap of the clock cut off ends before anything else is recorded: that time doesn't count either."""
        if not self._leapt_ms:
            return
        why = f"the machine's clock leapt forward by {self._leapt_ms // 1_000} s, which don't count"
        if self.state.life.status is Status.RUNNING:
            await self._recorded(ResumeRun(why=why), RUNTIME, "clock", begins_steps=False)
        elif self.answer_due_ms is not None:
            leapt = ResumeRun(why=why, leapt_ms=self._leapt_ms)
            await self._recorded(leapt, RUNTIME, "clock", begins_steps=False)
        self._leapt_ms = 0

    @property
    def answer_due_ms(self) -> int | None:
        """The Unix time at which the operator is waited for no longer; None where nothing is asked, or for as long as
        it takes."""
        if self.state.life.status is not Status.ESCALATED:
            return None
        return next_deadline(self._ports.engine, self.state, now_ms=self.state.at_ms)

    def await_answer(self, *, wait_ms_min: int = 0) -> None:
        """Have the session woken when its answer is due, in `wait_ms_min` at the earliest; nothing where none is."""
        due_ms = self.answer_due_ms
        if due_ms is None:
            return
        now_ms = self._now_ms()
        self._on_deadline(self.session, max(wait_ms_min, due_ms - now_ms + self._leapt_ms))

    async def clock_leapt(self) -> None:
        """Have a leap of the clock on record at once where the session runs. Raises StorageFailed."""
        async with self._door:
            if self.is_driven and (self.state.life.status is Status.RUNNING or self.answer_due_ms is not None):
                self._now_ms()
                await self._record_leap()

    async def _wind_up(self) -> None:
        """Send nothing more while the session stands still, and listen to nobody once it is over: the rest costs.

        Each call that is hung up on then records itself as cut off. One that was never sent is withdrawn instead, and
        an answer that has come is recorded.
        """
        if not self._calls.are_sent:
            await self._withdraw()
        if self.state.life.status.is_over:
            self._calls.hang_up()

    def _obeyed(self, obeying: asyncio.Task[tuple[Event, ...]]) -> None:
        self._obeying -= {obeying}
        if not obeying.cancelled():
            obeying.exception()  # looked at, so that one whose caller has gone is not reported as lost

    async def _obey(self, command: Command, actor: str, correlation: str) -> tuple[Event, ...]:
        try:
            events, begun = await self._recorded(command, actor, correlation)
        except CommandRefused:
            # It may be new rules that forestalled it: then they act, and the refusal says how it stands now.
            await self._follow_rules()
            raise
        for attempt in begun:
            self._begin(attempt)
        return events

    async def _follow_rules(self) -> None:
        wanted = self._rules.newer_for(self.state)
        if wanted is None:
            return
        change = ChangeRules(digest=wanted.digest, templates=wanted.templates)
        _, begun = await self._recorded(change, RUNTIME, "rules")
        for attempt in begun:
            self._begin(attempt)

    async def _recorded(
        self, command: Command, actor: str, correlation: str, *, begins_steps: bool = True
    ) -> tuple[tuple[Event, ...], list[Attempt]]:
        """What `command` brought about, durable, and the attempts whose intent is on record: to be begun at once."""
        now_ms = self._now_ms()
        if self._leapt_ms and not isinstance(command, ResumeRun):
            await self._record_leap()
        begins = begins_steps and self.is_driven
        entry = await self._entries.entry(
            self.state, command, actor=actor, correlation=correlation, now_ms=now_ms, begins_steps=begins
        )
        if begins_steps:
            self.errands = entry.errands
        if not entry.appends:
            return (), entry.begun
        began_ns = self._instruments.monotonic_ns()
        try:
            recorded = await self._ports.log.append(*entry.appends)
        except BaseException as error:
            self._entries.given_up(entry)
            if isinstance(error, LogConflict):
                await self._read_on()
            raise
        took_ns = self._instruments.monotonic_ns() - began_ns
        self._instruments.work.add(APPEND, took_ns)
        if took_ns > APPEND_NANOSECONDS_SLOW:
            _log.warning("an append took long", extra=fields(session=self.session, took_ms=took_ns // 1_000_000))
        self._advance(entry.state, recorded)
        return entry.events, entry.begun

    async def _read_on(self) -> None:
        """Somebody wrote to the log behind our back: what is on record is true, whatever we held to be."""
        while records := await self._ports.log.read(self.session, after_seq=self.state.seq):
            await self._ports.library.prepare(record.event for record in records)
            self._advance(fold(self._ports.engine, records, state=self.state), tuple(records))

    def _advance(self, state: SessionState, recorded: tuple[Recorded, ...]) -> None:
        doubtful, self.state = self.state.work.doubtful, state
        self._is_left = not self.is_driven
        for record in recorded:
            event = record.event
            if isinstance(event, OF_CALLS):
                self._ledger.follow(self.session, event, doubtful=doubtful)
                if isinstance(event, ENDED):
                    self._calls.sent(event.step)
        now_ms = max(state.at_ms, self._time.last_ms)
        due_ms = next_deadline(self._ports.engine, state, now_ms=now_ms) if self.is_driven else None
        self._on_deadline(self.session, None if due_ms is None else due_ms - now_ms)
        self._on_change(self, recorded)
        self._announcements.committed(recorded[-1].position)
        log_events(recorded)

    def _begin(self, attempt: Attempt) -> None:
        self._calls.begin_waiting(attempt.step.id, attempt.number)
        self._begin_call(attempt.step.id, self._call(attempt))

    def _begin_call(self, step: StepId, making: Coroutine[None, None, None]) -> None:
        call = self._calls.begin(step, making)
        call.add_done_callback(self._call_ended)  # also one that is cancelled before it has begun ends

    def _call_ended(self, call: asyncio.Task[None]) -> None:
        self._calls.forget(call)
        self._on_change(self, ())

    async def _call(self, attempt: Attempt | None, *, outcome: Outcome | None = None) -> None:
        """Make the call, then the one that its outcome leads to, and so on: a task for each would take longer.

        With an `outcome` instead of an attempt, recording that comes first. Only the newest attempt is held: each has
        its prompt with it.
        """
        try:
            if outcome is not None:
                attempt = await self._record(outcome, correlation=f"{outcome.step}#{outcome.attempt}")
            while attempt is not None:
                attempt = await self._answered(attempt)
        except Exception:
            # A fault of ours. The session must not wait for ever for a call that nobody makes any more.
            _log.exception("a call broke", extra=fields(session=self.session))
            await self._stranded()

    async def _stranded(self) -> None:
        self._calls.forget(asyncio.current_task())
        try:
            await self.doubt_open_attempts(why="moot itself failed")
        except MootError as error:
            _log.warning("an attempt is kept without an end", extra=fields(session=self.session, error=str(error)))

    async def _answered(self, attempt: Attempt) -> Attempt | None:
        """Ask, and record the outcome; returns the attempt that this task is to make next."""
        step, correlation = attempt.step, f"{attempt.step.id}#{attempt.number}"
        note_call(attempt, session=self.session, correlation=correlation)
        progress = self._calls.begin_speaking(attempt, session=self.session, now_ms=self._ports.clock.now_ms())
        self._calls.begin_waiting(step.id, attempt.number)
        try:
            outcome = await self._outcome(attempt, progress)
            if progress.characters and not isinstance(outcome, RecordAnswer):
                progress.is_superseded = True
                self._announcements.progressed(progress)
            return await self._record(outcome, correlation=correlation)
        finally:
            self._calls.end_speaking(step.id)

    async def _outcome(self, attempt: Attempt, progress: Progress) -> Outcome:
        step = attempt.step.id
        try:
            return await self._asking.outcome(attempt, progress, sent=partial(self._calls.sent, step))
        except TimeoutError:
            return self._end_of(self.state.work.open[step], why=TIMED_OUT)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or not self._calls.was_hung_up(step):
                raise
            task.uncancel()  # what was said is still to be recorded, by this task
            return cut_off(attempt, progress)

    async def _record(self, outcome: Outcome, *, correlation: str) -> Attempt | None:
        """Record an outcome however long the disk refuses: the answer was paid for and is held until it is safe.

        The task is among the calls, which can be cancelled, only while it waits for the disk.
        """
        self._calls.begin_recording(outcome.step)
        conflicts = 0
        try:
            while True:
                self._calls.let_go(outcome.step)
                try:
                    async with self._door:
                        _, begun = await self._recorded(outcome, RUNTIME, correlation)
                        for attempt in begun[1:]:
                            self._begin(attempt)
                        if begun:
                            self._calls.take_over(begun[0].step.id)
                        elif self.state.life.status is not Status.RUNNING:
                            await self._wind_up()
                    self.fault = ""
                    return begun[0] if begun else None
                except StorageFailed as failed:
                    self.fault = str(failed)
                    _log.warning("an answer waits for the disk", extra=fields(session=self.session, error=str(failed)))
                    if self._is_ending:
                        return None
                except LogConflict:
                    conflicts += 1
                    if conflicts > CONFLICTS_MAX:
                        raise
                    continue
                except CommandRefused as refused:
                    _log.warning("an outcome was not recorded", extra=fields(session=self.session, error=str(refused)))
                    return None
                self._calls.take_over(outcome.step)
                await self._ports.clock.sleep(STORAGE_RETRY_MILLISECONDS)
        finally:
            self._calls.end_recording(outcome.step)


def is_settled(state: SessionState) -> bool:
    """True where a driver has nothing to do for a session until somebody asks for something."""
    return state.life.status not in (Status.RUNNING, Status.WAITING, Status.CREATED)
