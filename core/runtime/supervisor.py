"""Which sessions are driven, and what is asked of each?

A paused or escalated session gives up its place; an answered one goes on at once, because somebody is looking at it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.domain.commands import (
    OPERATOR,
    RUNTIME,
    Admit,
    Command,
    Fork,
    Open,
    Pause,
    Queue,
    ReachDeadline,
    Resume,
    ResumeRun,
    RetryStep,
)
from core.domain.errors import CommandRefused, LogConflict, MootError, NotVerifiableHere, StorageFailed, WrongUse
from core.domain.events import Event, Recorded
from core.domain.ids import SessionId
from core.domain.session import Opening, SessionState, Status
from core.domain.unanswered import Then
from core.engine.answering import asked_in
from core.runtime.announcements import Announcements, Progress
from core.runtime.asking import Asking
from core.runtime.checking import Checking
from core.runtime.children import Children
from core.runtime.correlating import fields
from core.runtime.deadlines import Deadlines
from core.runtime.entries import Entries
from core.runtime.errands import Errands
from core.runtime.gateway.gateway import Gateway
from core.runtime.instruments import Instruments
from core.runtime.ledger import Ledger
from core.runtime.memory import Memory
from core.runtime.opening import Openings
from core.runtime.places import RETRY_MILLISECONDS, Places
from core.runtime.ports import Limits, Ports
from core.runtime.projector import Projector
from core.runtime.records import is_record, records
from core.runtime.recovered import Recovered, recovered_of
from core.runtime.repeating import recorded_for
from core.runtime.requests import Asker
from core.runtime.rules_in_force import RulesInForce
from core.runtime.session_loop import SessionLoop, is_settled

STANDING_STILL = (Then.PAUSE, Then.CANCEL, Then.FAIL)
"""What needs no place where nobody answers in time."""

ALL_PAUSED = "all_paused"
SPENDING_STOPPED = "spending_stopped"

_log = logging.getLogger(__name__)


class Supervisor:
    """The sessions of one driver. Everything here runs on one event loop.

    One that `is_passing` drives for a single request: what another process left running obeys it, and is asked for no
    turn.
    """

    def __init__(
        self,
        ports: Ports,
        limits: Limits,
        *,
        ledger: Ledger,
        gateway: Gateway,
        rules: RulesInForce,
        announcements: Announcements,
        instruments: Instruments,
        projector: Projector,
        openings: Openings,
    ) -> None:
        self._ports = ports
        self._limits = limits
        self._ledger = ledger
        self._entries = Entries(ports.engine, ledger=ledger, gateway=gateway, rules=rules, instruments=instruments)
        self._asking = Asking(ports, limits, ledger=ledger, gateway=gateway, announcements=announcements)
        self._rules = rules
        self._announcements = announcements
        self._instruments = instruments
        self._projector = projector
        self._errands = Errands(
            Children(
                ports,
                openings,
                rules,
                open_child=self._open_child,
                have_obey=self._have_obey,
                load=self.load,
                drives=self.drives,
            ),
            Checking(ports, tell=self._have_obey, load=self.load),
        )
        self.deadlines = Deadlines(ports.clock, self._deadline_reached)
        self._memory = Memory(
            ports,
            sessions_running_max=limits.sessions_running_max,
            deadlines=self.deadlines,
            look_after=lambda session, state: self._new_loop(session, state=state, is_driven=False),
        )
        self._loops = self._memory.loops
        self._places = Places(
            self._loops,
            sessions_running_max=limits.sessions_running_max,
            clock=ports.clock,
            readable=self._memory.readable,
        )
        self.recovered: tuple[Recovered, ...] = ()
        self.is_passing = False

    @property
    def running(self) -> int:
        """Sessions that hold a place, and those that are being given one."""
        return self._places.taken

    @property
    def standing_still(self) -> Mapping[SessionId, str]:
        """Why, of each session that holds an answer which can't be recorded right now. It goes on by itself."""
        return {loop.session: loop.fault for loop in self._loops.values() if loop.fault}

    def speaking(self, session: SessionId) -> tuple[Progress, ...]:
        loop = self._loops.get(session)
        return loop.speaking if loop is not None else ()

    def state(self, session: SessionId) -> SessionState | None:
        """What a session in memory stands at; None where it would have to be folded."""
        loop = self._loops.get(session)
        return loop.state if loop is not None else None

    async def open(self, session: SessionId, first: Open | Fork) -> None:
        """Record a new session and give it a place, or have it wait for one."""
        await self._ports.library.prepare_opening(first.opening)
        loop = self._new_loop(session, state=None, is_driven=not self._places.is_closing)
        self._memory.keep(loop)
        try:
            await loop.submit(first, actor=OPERATOR, correlation="open")
        except BaseException:
            if loop.state.opening is None:
                del self._loops[session]
            raise
        try:
            await self._places.admit_or_queue(loop)
        except (StorageFailed, LogConflict) as failed:
            # It is open: whoever asked must not ask again. It waits for a place as soon as that can be recorded.
            _log.warning("a session waits", extra=fields(session=session, error=str(failed)))
            self._places.wait(session)

    async def submit(self, session: SessionId, command: Command, *, by: Asker) -> tuple[Event, ...]:
        """Have a session obey; nothing where it has obeyed that request already, and then its events are those.

        Raises CommandRefused, WrongUse for an unknown session, StorageFailed.
        """
        loop = await self._memory.loop(session)
        if not (self.is_passing and loop.state.life.status is Status.RUNNING):
            loop.is_driven = not self._places.is_closing
        events = await recorded_for(self._ports.log, session, by)
        if events:
            return events
        actor, correlation = by.actor, by.correlation
        if not isinstance(command, Resume):
            events = await loop.submit(command, actor=actor, correlation=correlation)
        elif not self._places.have_room_for(loop):
            events = await loop.submit(Queue(), actor=actor, correlation=correlation)
        else:
            events = await self._places.give(loop, command, actor=actor, correlation=correlation)
        if loop.state.life.status is Status.WAITING:
            self._places.wait(session)
        return events

    async def resume(self, session: SessionId, *, by: Asker) -> SessionState:
        """Go on with a session, whatever it stands at: paused, failed, waiting, or left by another process."""
        loop = await self._memory.loop(session)
        if await recorded_for(self._ports.log, session, by):
            return loop.state
        if await is_record(self._ports.log, session):
            await self._recover(loop, is_driven=False)  # as a driver that begins would have: it is our own from here on
        match loop.state.life.status:
            case Status.PAUSED:
                await self.submit(session, Resume(), by=replace(by, actor=OPERATOR))
            case Status.FAILED:
                await self.submit(session, RetryStep(), by=replace(by, actor=OPERATOR))
            case Status.RUNNING:
                if not loop.is_driven:
                    loop.is_driven = not self._places.is_closing
                    await loop.submit(ResumeRun(), actor=RUNTIME, correlation="resume")
            case Status.CREATED | Status.WAITING:
                loop.is_driven = not self._places.is_closing
                await self._places.admit_or_queue(loop, correlation=by.correlation)
            case Status.ESCALATED:
                raise CommandRefused(
                    "it waits for an answer.",
                    where=f"session {session[:8]}",
                    now=f"Answer it: {asked.question if (asked := asked_in(loop.state.life)) is not None else ''}",
                )
            case Status.COMPLETED | Status.CANCELLED:
                raise CommandRefused(
                    f"it is {loop.state.life.status}; there is nothing to go on with.", where=f"session {session[:8]}"
                )
        return loop.state

    async def recover(self, sessions: Sequence[SessionId], *, are_driven: bool) -> None:
        """Fold what another process left, doubt its open attempts, and go on where `are_driven`.

        One that can't be read, or not by this release, keeps no other waiting. Raises StorageFailed where nothing can
        be recorded.
        """
        await self._hold_what_was_left(sessions)
        for session in sessions:
            loop = await self._memory.readable(session)
            if loop is None:
                continue
            doubts, goes_on = tuple(loop.state.work.open.values()), are_driven and not is_settled(loop.state)
            try:
                await self._recover(loop, is_driven=are_driven)
            except (CommandRefused, WrongUse, NotVerifiableHere, LogConflict) as error:
                _log.warning("a session was not taken up", extra=fields(session=session, error=str(error)))
            else:
                if doubts or goes_on:
                    is_going = goes_on and not loop.state.life.status.is_over  # its parent may have ended it meanwhile
                    self.recovered = (*self.recovered, recovered_of(loop.state, doubts, goes_on=is_going))
                if are_driven and loop.answer_due_ms is not None:
                    loop.is_driven = not self._places.is_closing
                    loop.await_answer()

        if are_driven:
            self._errands.take_up([loop.state for loop in self._loops.values()])

    async def _hold_what_was_left(self, sessions: Sequence[SessionId]) -> None:
        """Calls without an end may have been paid for, those of all sessions: nobody is granted their money before
        each is on record as in doubt."""
        for session in sessions:
            row = await self._ports.index.summary(session)
            loop = await self._memory.readable(session) if row is not None and row.attempts_open else None
            for attempt in loop.state.work.open.values() if loop is not None else ():
                self._ledger.hold(session, attempt.step, attempt.attempt, cost_microusd_max=attempt.cost_microusd_max)

    async def rules_changed(self) -> None:
        """Bring the rules now in force to every session that is driven and follows others."""
        for loop in tuple(self._loops.values()):
            is_running = loop.is_driven and loop.state.life.status is Status.RUNNING
            if is_running and self._rules.newer_for(loop.state) is not None:
                await self._try(loop, ReachDeadline())

    async def clock_leapt(self) -> None:
        """Have it on record in every session that runs: what the clock was set past doesn't count."""
        for loop in tuple(self._loops.values()):
            try:
                await loop.clock_leapt()
            except MootError as error:
                said = fields(session=loop.session, error=str(error))
                _log.warning("a leap of the clock waits", extra=said)  # it is with what is recorded next

    async def pause_all(self, reason: str = ALL_PAUSED, *, by: Asker) -> int:
        """Pause every session that runs or waits; turns under way are still recorded. Those that the request has
        paused already are counted, and left as they are."""
        self._places.let_nobody_wait()
        paused = 0
        unfinished = await self._ports.index.unfinished()
        kept = await records(self._ports.log, unfinished)
        for session in dict.fromkeys((*self._loops, *unfinished)):
            loop = await self._memory.readable(session) if session not in kept else None
            if loop is not None and await recorded_for(self._ports.log, session, by):
                paused += 1
            elif loop is not None and loop.state.life.status in (Status.RUNNING, Status.WAITING, Status.CREATED):
                paused += await self._try(loop, Pause(reason=reason), correlation=by.correlation)
        return paused

    def cut_off_all(self) -> tuple[SessionLoop, ...]:
        """Cancel every call under way, at once and without waiting for any disk; `break_off_all` records it."""
        return tuple(loop for loop in tuple(self._loops.values()) if loop.cut_off())

    async def break_off_all(self, cut_off: Sequence[SessionLoop] = ()) -> None:
        """Cancel every call under way, and record each as in doubt, `cut_off` among them.

        Raises the first StorageFailed, after all have been seen to.
        """
        problem: StorageFailed | None = None
        for loop in dict.fromkeys((*cut_off, *self._loops.values())):
            if loop not in cut_off and loop.is_idle:
                continue
            try:
                await loop.break_off(why=SPENDING_STOPPED, policy="retry")
            except StorageFailed as failed:
                problem = problem or failed
            except MootError as error:
                said = fields(session=loop.session, error=str(error))
                _log.warning("an attempt is kept without an end", extra=said)
        if problem is not None:
            raise problem

    async def resume_all(self, reasons: Sequence[str] = (ALL_PAUSED, SPENDING_STOPPED), *, by: Asker) -> int:
        """Resume the sessions that were paused all at once, in the order in which they were opened. Those that the
        request has resumed already are counted, and left as they are."""
        resumed = 0
        unfinished = await self._ports.index.unfinished()
        kept = await records(self._ports.log, unfinished)
        for session in unfinished:
            loop = await self._memory.readable(session) if session not in kept else None
            if loop is not None and await recorded_for(self._ports.log, session, by):
                resumed += 1
            elif loop is not None and loop.state.life.status is Status.PAUSED and loop.state.life.reason in reasons:
                try:
                    await self.submit(session, Resume(), by=replace(by, actor=OPERATOR))
                except CommandRefused:
                    if loop.state.life.status is Status.PAUSED:
                        raise  # otherwise it went on with its parent meanwhile
                resumed += 1
        return resumed

    async def close(self, *, drain: bool) -> None:
        """Begin nothing more; wait for calls under way as long as allowed, then doubt what has not ended."""
        self._places.close()
        self._errands.stop()
        busy = [loop for loop in self._loops.values() if not loop.is_idle]
        for loop in self._loops.values():
            loop.is_driven = False
        if busy and drain:
            draining = asyncio.gather(*(loop.drain() for loop in busy), return_exceptions=True)
            waiting = asyncio.ensure_future(self._ports.clock.sleep(self._limits.drain_milliseconds_max))
            await asyncio.wait((draining, waiting), return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            draining.cancel()
            await asyncio.wait((draining,))
            draining.exception()  # looked at, so that giving up on it is not reported as lost
        for loop in tuple(self._loops.values()):  # also those that somebody asked something of meanwhile
            if loop.is_idle:
                continue
            try:
                await loop.end(why="stopped")
            except MootError as error:
                said = fields(session=loop.session, error=str(error))
                _log.warning("an attempt is kept without an end", extra=said)

    def is_at_rest(self, session: SessionId) -> bool:
        """True where no call of a session in memory is under way and nothing of it is being recorded."""
        loop = self._loops.get(session)
        return loop is None or (loop.is_idle and not loop.state.work.open)

    def withhold(self, session: SessionId) -> None:
        """Drop a session from memory and let nobody load it until it is `released`: it is being deleted."""
        self._memory.withhold(session)

    def released(self, session: SessionId) -> None:
        """It is deleted, or stays: the log says which."""
        self._memory.released(session)

    def drives(self, session: SessionId) -> bool:
        loop = self._loops.get(session)
        return loop is not None and loop.is_driven

    async def load(self, session: SessionId) -> SessionState:
        """The state of a session, folded from its log where it isn't in memory."""
        return (await self._memory.loop(session)).state

    def _new_loop(self, session: SessionId, *, state: SessionState | None, is_driven: bool) -> SessionLoop:
        return SessionLoop(
            session,
            ports=self._ports,
            limits=self._limits,
            ledger=self._ledger,
            entries=self._entries,
            asking=self._asking,
            rules=self._rules,
            announcements=self._announcements,
            instruments=self._instruments,
            on_change=self._changed,
            on_deadline=self.deadlines.set,
            state=state,
            is_driven=is_driven,
        )

    async def _recover(self, loop: SessionLoop, *, is_driven: bool) -> None:
        if is_driven and not is_settled(loop.state):
            try:
                await self._go_on(loop)
            except CommandRefused as refused:
                # A parent that was taken up before may have ended it meanwhile. Its calls have no end all the same.
                _log.info(
                    "a session ended before it was taken up", extra=fields(session=loop.session, error=str(refused))
                )
        await loop.doubt_open_attempts(why="the process that asked is gone")

    async def _go_on(self, loop: SessionLoop) -> None:
        loop.is_driven = not self._places.is_closing
        if loop.state.life.status is Status.RUNNING:
            await loop.submit(ResumeRun(), actor=RUNTIME, correlation="recover")
        else:
            await self._places.admit_or_queue(loop)

    def _changed(self, loop: SessionLoop, records: tuple[Recorded, ...]) -> None:
        if records:
            self._projector.offer(records)
        if records and not self._places.is_closing:
            self._errands.see_to(loop.state, loop.errands, records)
        self._places.look_at(loop)

    async def _open_child(self, child: SessionId, opening: Opening) -> None:
        await self.open(child, Open(opening=opening))

    async def _have_obey(self, session: SessionId, command: Command) -> None:
        if isinstance(command, Resume):  # it needs a place
            await self.submit(session, command, by=Asker(actor=RUNTIME))
        elif isinstance(command, Admit):
            loop = await self._memory.loop(session)
            loop.is_driven = not self._places.is_closing
            await self._places.give(loop, command, actor=RUNTIME, correlation="admit")
        else:
            await (await self._memory.loop(session)).submit(command, actor=RUNTIME)

    async def _deadline_reached(self, session: SessionId) -> None:
        loop = self._loops.get(session)
        if loop is None or not loop.is_driven:
            return
        if self._waits_to_go_on(loop):
            self.deadlines.set(session, RETRY_MILLISECONDS)
            return
        try:
            if loop.state.life.status is Status.ESCALATED:
                await self._places.give(loop, ReachDeadline(), actor=RUNTIME, correlation="deadline")
            else:
                await loop.submit(ReachDeadline(), actor=RUNTIME)
        except CommandRefused as refused:
            _log.info("a deadline was refused", extra=fields(session=session, error=str(refused)))
            loop.await_answer(wait_ms_min=RETRY_MILLISECONDS)  # a clock that was set back made it too early
        except Exception as error:
            # Nobody else would look at the time, and the moments of other sessions must come all the same.
            said = fields(session=session, error=str(error))
            _log.warning("a deadline was not kept", extra=said, exc_info=not isinstance(error, MootError))
            self.deadlines.set(session, RETRY_MILLISECONDS)

    def _waits_to_go_on(self, loop: SessionLoop) -> bool:
        """True for one that nobody answered and that there is no place for: nobody looks at it, as somebody does who
        answers."""
        life, terms = loop.state.life, self._ports.engine.flow(loop.state).answer_terms(loop.state)
        if life.status is not Status.ESCALATED or terms is None or self._places.have_room_for(loop):
            return False
        return life.escalation is None or terms.then not in STANDING_STILL

    async def _try(self, loop: SessionLoop, command: Command, *, correlation: str = "") -> bool:
        """Submit on behalf of nobody in particular; a refusal or a full disk is logged, because nobody waits for it."""
        try:
            await loop.submit(command, actor=RUNTIME, correlation=correlation)
        except MootError as error:
            _log.warning("a session did not obey", extra=fields(session=loop.session, error=str(error)))
            return False
        return True
