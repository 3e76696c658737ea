"""How does one session move on?

Every command goes through one door, one at a time: settle it, let the ledger answer for the steps that are wanted now,
append all of it in one transaction, and only then advance in memory, announce, and begin the calls. An outcome comes
back through the same door.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from dataclasses import replace
from functools import partial

from core.domain.budget import FREE, cost_microusd_max
from core.domain.commands import (
    RUNTIME,
    BeginAttempt,
    ChangeRules,
    Command,
    Envelope,
    MarkInDoubt,
    ReachDeadline,
    RecordAnswer,
    RecordFailure,
    RefuseSpend,
    ResumeRun,
)
from core.domain.errors import CommandRefused, LogConflict, MootError, StorageFailed
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptSucceeded,
    CompletionDecided,
    Event,
    Recorded,
    RuleFired,
    StepExhausted,
)
from core.domain.ids import SessionId, StepId
from core.domain.people import is_person, wait_ms_of
from core.domain.provider_errors import NOT_SENT
from core.domain.session import OpenAttempt, SessionState, Status
from core.domain.steps import ModelRequest, Step
from core.engine.evolve import unopened
from core.engine.plan import next_attempt, next_deadline, plan
from core.engine.replay import fold
from core.engine.routes import next_route
from core.engine.settle import Settlement, settle
from core.ports.event_log import Append
from core.prompts.fingerprint import prompt_digest
from core.runtime.announcements import Announcements, Progress
from core.runtime.asking import asked
from core.runtime.caching import CachedAnswers
from core.runtime.correlating import about, fields, note
from core.runtime.gateway.gateway import Gateway
from core.runtime.instruments import APPEND, Instruments
from core.runtime.ledger import Ledger, Refusal
from core.runtime.logged_events import log_events
from core.runtime.ports import Limits, Ports
from core.runtime.rules_in_force import RulesInForce
from core.runtime.session_time import SessionTime
from core.runtime.step_runner import Attempt, cut_off, perform
from core.runtime.time_limit import TimeLimit

STORAGE_RETRY_MILLISECONDS = 1_000
"""How long an answer that could not be recorded waits before it is tried again: it was paid for."""

APPEND_NANOSECONDS_SLOW = 1_000_000_000
"""A disk that takes longer than this for a few lines is about to hold up everybody."""

CONFLICTS_MAX = 3
"""How often an outcome is decided anew because somebody else had written to the log."""

PERSON_MILLISECONDS_SPARE = 60_000

TIMED_OUT = "time_out"
SWITCH = "switch"
"""The refusal that no closer count can lift."""

Outcome = RecordAnswer | RecordFailure | MarkInDoubt
"""How a call ended, as far as anybody knows."""

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
        gateway: Gateway,
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
        self._gateway = gateway
        self._rules = rules
        self._announcements = announcements
        self._instruments = instruments
        self._on_change = on_change
        self._on_deadline = on_deadline
        self._door = asyncio.Lock()
        self._calls: dict[StepId, asyncio.Task[None]] = {}
        # Nearly always empty: an empty set takes as much room as a turn's text, an empty frozenset none.
        self._outcomes: frozenset[StepId] = frozenset()
        self._unsent: dict[StepId, int] = {}
        self._hung_up: frozenset[StepId] = frozenset()
        self._time = SessionTime(ports.clock, from_ms=self.state.at_ms)
        self._leapt_ms = 0
        self._is_left = not is_driven
        self._is_ending = False
        self._obeying: frozenset[asyncio.Task[tuple[Event, ...]]] = frozenset()
        self._speaking: dict[StepId, Progress] = {}

    @property
    def is_idle(self) -> bool:
        """True while no call is under way, nothing is being recorded, and nobody waits for it to be."""
        return not (self._calls or self._outcomes or self._obeying or self._door.locked())

    @property
    def speaking(self) -> tuple[Progress, ...]:
        """What is being said right now."""
        return tuple(self._speaking.values())

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
        while self._calls or self._outcomes:
            if self._calls:  # among them are answers that wait for the disk
                await asyncio.wait(tuple(self._calls.values()))
            await asyncio.sleep(0)
            async with self._door:
                pass  # the answer that was being recorded is on record, or waits for the disk

    def cut_off(self) -> tuple[asyncio.Task[None], ...]:
        """Cancel the calls under way at once, and spare answers that have come: they cost what they cost."""
        calls = tuple(call for step, call in self._calls.items() if step not in self._outcomes)
        for call in calls:
            call.cancel()
        return calls

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
        calls = tuple(self._calls.values())
        for call in calls:
            call.cancel()
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
                    if attempt.step not in self._calls and attempt.step not in self._outcomes
                ]
            )

    def _end_of(self, attempt: OpenAttempt, *, why: str, policy: str | None = None) -> Outcome:
        """How a call ended that nobody makes any more. One that was never sent is in no doubt."""
        step, number = attempt.step, attempt.attempt
        if self._unsent.get(step) == number or is_person(attempt.route):
            return RecordFailure(step=step, attempt=number, error=NOT_SENT, message=_in_words(why), cost_microusd=0)
        policy = policy or self._limits.in_doubt_policy_of(attempt.route)
        return MarkInDoubt(step=step, attempt=number, why=why, policy=policy)

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
        unsent = [step for step in self._unsent if steps is None or step in steps]
        waiting = [step for step in unsent if step in self._calls and step not in self._outcomes]
        calls = [self._calls[step] for step in waiting]
        for call in calls:
            call.cancel()
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

    async def _now_ms(self, command: Command) -> int:
        """The session's time, behind the end of what a leap of the clock cut off: that time doesn't count either."""
        now_ms, leapt_ms = self._time.read()
        self._leapt_ms += leapt_ms
        if self._leapt_ms and not isinstance(command, ResumeRun):
            why = f"the machine's clock leapt forward by {self._leapt_ms // 1_000} s, which don't count"
            if self.state.life.status is Status.RUNNING:
                await self._recorded(ResumeRun(why=why), RUNTIME, "clock", begins_steps=False)
            elif self.answer_due_ms is not None:
                leapt = ResumeRun(why=why, leapt_ms=self._leapt_ms)
                await self._recorded(leapt, RUNTIME, "clock", begins_steps=False)
            self._leapt_ms = 0
        return now_ms

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
        now_ms, leapt_ms = self._time.read()
        self._leapt_ms += leapt_ms
        self._on_deadline(self.session, max(wait_ms_min, due_ms - now_ms + self._leapt_ms))

    async def clock_leapt(self) -> None:
        """Have a leap of the clock on record at once where the session runs. Raises StorageFailed."""
        async with self._door:
            if self.is_driven and (self.state.life.status is Status.RUNNING or self.answer_due_ms is not None):
                await self._now_ms(ReachDeadline())

    async def _wind_up(self) -> None:
        """Send nothing more while the session stands still, and listen to nobody once it is over."""
        if self._unsent:
            await self._withdraw()
        if self._calls and self.state.life.status.is_over:
            self._hang_up()

    def _hang_up(self) -> None:
        """Break off what is being said in a session that is over: nobody is there to hear the rest, and it costs.

        Each call then records itself as cut off. One that was never sent is withdrawn instead, and an answer that has
        come is recorded.
        """
        for step, call in self._calls.items():
            if step not in self._outcomes and step not in self._unsent:
                self._hung_up |= {step}
                call.cancel()

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
        now_ms = await self._now_ms(command)
        appends: list[Append] = []
        is_first = isinstance(command, ResumeRun | ChangeRules)  # nothing may be recorded before the standstill's end
        state = self.state if is_first else self._with_rules_in_force(self.state, now_ms, appends)
        settlement = self._settled(state, command, now_ms)
        if settlement.events:
            envelope = Envelope(command=command, actor=actor, at_ms=settlement.state.at_ms, correlation=correlation)
            appends.append(self._append(envelope, settlement.events, state.seq))
        state = self._with_rules_in_force(settlement.state, now_ms, appends) if is_first else settlement.state
        begun: list[Attempt] = []
        try:
            if begins_steps:
                state = await self._begin_steps(state, now_ms, appends, begun)
            if not appends:
                return (), begun
            began_ns = self._instruments.monotonic_ns()
            recorded = await self._ports.log.append(*appends)
        except BaseException as error:
            for attempt in begun:
                self._ledger.release(self.session, attempt.step.id, attempt.number)
            if isinstance(error, LogConflict):
                await self._read_on()
            raise
        took_ns = self._instruments.monotonic_ns() - began_ns
        self._instruments.work.add(APPEND, took_ns)
        if took_ns > APPEND_NANOSECONDS_SLOW:
            _log.warning("an append took long", extra=fields(session=self.session, took_ms=took_ns // 1_000_000))
        self._advance(state, recorded)
        return settlement.events, begun

    def _settled(self, state: SessionState, command: Command, now_ms: int) -> Settlement:
        began_ns = self._instruments.monotonic_ns()
        settlement = settle(self._ports.engine, state, command, now_ms=now_ms)
        took_ns = self._instruments.monotonic_ns() - began_ns
        self._instruments.settled(settlement.events, took_ns)
        if _log.isEnabledFor(logging.DEBUG):
            self._log_settled(settlement, took_ns)
        if settlement.state.life.status is Status.RUNNING:
            engine, after = self._ports.engine, settlement.state
            self._instruments.rules.settled(engine.rules(after), lambda: engine.facts(after, now_ms=now_ms))
        return settlement

    def _log_settled(self, settlement: Settlement, took_ns: int) -> None:
        """Which rules fired among those that were heard, and what all of it took."""
        fired = [event.rule for event in settlement.events if isinstance(event, RuleFired)]
        said = fields(session=self.session, events=len(settlement.events), fired=fired, took_us=took_ns // 1_000)
        _log.debug("the rules were heard", extra=said)

    async def _read_on(self) -> None:
        """Somebody wrote to the log behind our back: what is on record is true, whatever we held to be."""
        while records := await self._ports.log.read(self.session, after_seq=self.state.seq):
            await self._ports.library.prepare(record.event for record in records)
            self._advance(fold(self._ports.engine, records, state=self.state), tuple(records))

    def _with_rules_in_force(self, state: SessionState, now_ms: int, appends: list[Append]) -> SessionState:
        """A session whose recorded rules differ from the catalogue's follows the catalogue's from here on."""
        wanted = self._rules.newer_for(state)
        if wanted is None:
            return state
        change = ChangeRules(digest=wanted.digest, templates=wanted.templates)
        settlement = settle(self._ports.engine, state, change, now_ms=now_ms)
        envelope = Envelope(command=change, actor=RUNTIME, at_ms=settlement.state.at_ms, correlation="rules")
        appends.append(self._append(envelope, settlement.events, state.seq))
        return settlement.state

    async def _begin_steps(
        self, state: SessionState, now_ms: int, appends: list[Append], begun: list[Attempt]
    ) -> SessionState:
        """The state behind the intents that are wanted now; what may be called is put into `begun`."""
        self.errands = ()
        if not self.is_driven:
            return state
        flow = self._ports.engine.flow(state)
        for step in plan(self._ports.engine, state):
            if not step.is_call:
                self.errands = (*self.errands, step)
                continue
            attempt = self._attempt(state, step, flow.request(state, step))
            attempt, command = await self._reserved(state, attempt)
            settlement = settle(self._ports.engine, state, command, now_ms=now_ms)
            envelope = Envelope(
                command=command,
                actor=RUNTIME,
                at_ms=settlement.state.at_ms,
                correlation=f"{step.id}#{attempt.number}",
            )
            appends.append(self._append(envelope, settlement.events, state.seq))
            is_ended_by_it = state.life.completing is None and settlement.state.life.completing is not None
            state = settlement.state
            if isinstance(command, RefuseSpend):
                # One that ends where the money does may still want its chair asked, or its control begun; one that
                # goes without what can't be paid, whatever is wanted besides.
                goes_on = is_ended_by_it or any(isinstance(event, StepExhausted) for event in settlement.events)
                return await self._begin_steps(state, now_ms, appends, begun) if goes_on else state
            begun.append(attempt)
        return state

    def _attempt(self, state: SessionState, step: Step, request: ModelRequest) -> Attempt:
        assert state.opening is not None  # a plan exists only for an opened session
        participant = self._ports.engine.flow(state).seated(state, step.seat)
        failures = state.work.failures.get(step.id, ())
        resting = self._gateway.resting(participant.routes)
        route = next_route(participant, failures, windows=state.opening.windows, resting=resting) or participant.model
        price = FREE if is_person(route) else state.opening.prices[route]
        return Attempt(
            step=step,
            number=next_attempt(state, step.id),
            request=request if route == request.model else replace(request, model=route),
            price=price,
            cost_microusd_max=cost_microusd_max(
                price, bytes_input=request.bytes_input, tokens_output_max=request.tokens_output_max
            ),
            failures=failures,
            checks=participant.checks,
        )

    async def _reserved(self, state: SessionState, attempt: Attempt) -> tuple[Attempt, BeginAttempt | RefuseSpend]:
        refusal = self._refusal(state, attempt)
        if refusal is not None and refusal.cap != SWITCH:
            # No tokenizer makes more tokens than there are bytes, and most make a quarter: near a cap that matters.
            attempt = await self._counted(attempt)
            refusal = self._refusal(state, attempt)
        if refusal is not None:
            return attempt, RefuseSpend(
                step=attempt.step.id,
                cap=refusal.cap,
                wanted_microusd=attempt.cost_microusd_max,
                left_microusd=refusal.left_microusd,
            )
        return attempt, BeginAttempt(
            step=attempt.step.id,
            attempt=attempt.number,
            seat=attempt.step.seat,
            route=attempt.request.model,
            cost_microusd_max=attempt.cost_microusd_max,
            prompt_digest=prompt_digest(attempt.request),
        )

    def _refusal(self, state: SessionState, attempt: Attempt) -> Refusal | None:
        """Reserve, or say what forbids it."""
        return self._ledger.reserve(
            state,
            attempt.step.id,
            attempt.number,
            attempt.cost_microusd_max,
            unrecorded_microusd=state.money.spent_microusd - self.state.money.spent_microusd,
        )

    async def _counted(self, attempt: Attempt) -> Attempt:
        """The same with a closer bound, where the provider counts the input itself."""
        tokens_input = await self._gateway.count_input(attempt.request)
        if tokens_input is None:
            return attempt
        counted = cost_microusd_max(
            attempt.price, bytes_input=tokens_input, tokens_output_max=attempt.request.tokens_output_max
        )
        return replace(attempt, cost_microusd_max=min(counted, attempt.cost_microusd_max))

    def _append(self, envelope: Envelope, events: tuple[Event, ...], expected_seq: int) -> Append:
        return Append(session=self.session, envelope=envelope, events=events, expected_seq=expected_seq)

    def _advance(self, state: SessionState, recorded: tuple[Recorded, ...]) -> None:
        doubtful, self.state = self.state.work.doubtful, state
        self._is_left = not self.is_driven
        for record in recorded:
            match record.event:
                case (
                    AttemptSucceeded(step=step, attempt=number, cost_microusd=cost)
                    | AttemptFailed(step=step, attempt=number, cost_microusd=cost)
                ):
                    self._ledger.settle(self.session, step, number, cost_microusd=cost)
                    self._unsent.pop(step, None)
                case AttemptInDoubt(step=step, attempt=number, cost_microusd_max=cost):
                    self._ledger.settle(self.session, step, number, cost_microusd=cost)
                case AttemptSettled(step=step, attempt=number, difference_microusd=difference):
                    for doubt in doubtful:
                        if (doubt.step, doubt.attempt) == (step, number):
                            self._ledger.give_back(difference_microusd=difference, charged_at_ms=doubt.since_ms)
                case _:
                    pass
        now_ms = max(state.at_ms, self._time.last_ms)
        due_ms = next_deadline(self._ports.engine, state, now_ms=now_ms) if self.is_driven else None
        self._on_deadline(self.session, None if due_ms is None else due_ms - now_ms)
        self._on_change(self, recorded)
        self._announcements.committed(recorded[-1].position)
        log_events(recorded)

    def _begin(self, attempt: Attempt) -> None:
        self._unsent[attempt.step.id] = attempt.number
        self._begin_call(attempt.step.id, self._call(attempt))

    def _begin_call(self, step: StepId, making: Coroutine[None, None, None]) -> None:
        call = asyncio.create_task(making, name=f"call {step}")
        call.add_done_callback(self._call_ended)  # also one that is cancelled before it has begun ends
        self._calls[step] = call

    def _call_ended(self, call: asyncio.Task[None]) -> None:
        for step in [step for step, each in self._calls.items() if each is call]:
            del self._calls[step]
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
        task = asyncio.current_task()
        for step in [step for step, call in self._calls.items() if call is task]:
            del self._calls[step]
        try:
            await self.doubt_open_attempts(why="moot itself failed")
        except MootError as error:
            _log.warning("an attempt is kept without an end", extra=fields(session=self.session, error=str(error)))

    async def _answered(self, attempt: Attempt) -> Attempt | None:
        """Ask, and record the outcome; returns the attempt that this task is to make next."""
        step = attempt.step
        self._note(attempt)
        progress = Progress(
            session=self.session,
            step=step.id,
            attempt=attempt.number,
            seat=step.seat,
            round=step.round,
            model=attempt.request.model,
            started_at_ms=self._ports.clock.now_ms(),
            pieces=[],
        )
        self._speaking[step.id] = progress
        self._unsent[step.id] = attempt.number
        try:
            outcome = await self._outcome(attempt, progress)
            if progress.characters and not isinstance(outcome, RecordAnswer):
                progress.is_superseded = True
                self._announcements.progressed(progress)
            return await self._record(outcome, correlation=f"{step.id}#{attempt.number}")
        finally:
            self._speaking.pop(step.id, None)

    def _note(self, attempt: Attempt) -> None:
        """Every line of the call says whose it is, and which command or call led to it."""
        note(
            session=self.session,
            step=attempt.step.id,
            attempt=attempt.number,
            route=attempt.request.model,
            correlation=f"{attempt.step.id}#{attempt.number}",
            cause=about().get("correlation", ""),
        )

    async def _outcome(self, attempt: Attempt, progress: Progress) -> Outcome:
        answers = self._kept_answers(attempt)
        try:
            with TimeLimit(self._call_ms_max(attempt.request.model) / 1_000):
                if answers is None:
                    return await self._performed(attempt, progress)
                return await asked(attempt, answers, lambda: self._performed(attempt, progress))
        except TimeoutError:
            return self._end_of(self.state.work.open[attempt.step.id], why=TIMED_OUT)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or attempt.step.id not in self._hung_up:
                raise
            self._hung_up -= {attempt.step.id}
            task.uncancel()  # what was said is still to be recorded, by this task
            return cut_off(attempt, progress)

    def _performed(self, attempt: Attempt, progress: Progress) -> Awaitable[RecordAnswer | RecordFailure]:
        return perform(
            attempt,
            gateway=self._gateway,
            show=self._announcements.progressed,
            progress=progress,
            sent=partial(self._sent, attempt.step.id),
        )

    def _call_ms_max(self, route: str) -> int:
        """A person is waited for as long as was said, and a little longer: their adapter ends the wait, not we."""
        most = self._limits.call_milliseconds_max
        return max(most, wait_ms_of(route) + PERSON_MILLISECONDS_SPARE) if is_person(route) else most

    def _kept_answers(self, attempt: Attempt) -> CachedAnswers | None:
        """Where an answer may have been kept; a rehearsal reads more than its prompt and is always asked."""
        answers, route = self._ports.answers, attempt.request.model
        if answers is None or is_person(route) or self._ports.providers.describe(route).is_rehearsal:
            return None
        return answers

    def _sent(self, step: StepId) -> None:
        self._unsent.pop(step, None)

    async def _record(self, outcome: Outcome, *, correlation: str) -> Attempt | None:
        """Record an outcome however long the disk refuses: the answer was paid for and is held until it is safe.

        The task is among the calls, which can be cancelled, only while it waits for the disk.
        """
        self._outcomes |= {outcome.step}
        conflicts = 0
        try:
            while True:
                self._calls.pop(outcome.step, None)
                try:
                    async with self._door:
                        _, begun = await self._recorded(outcome, RUNTIME, correlation)
                        for attempt in begun[1:]:
                            self._begin(attempt)
                        if begun:
                            self._take_over(begun[0].step.id)
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
                self._take_over(outcome.step)
                await self._ports.clock.sleep(STORAGE_RETRY_MILLISECONDS)
        finally:
            self._outcomes -= {outcome.step}

    def _take_over(self, step: StepId) -> None:
        task = asyncio.current_task()
        assert task is not None  # outcomes are recorded by the task that made the call
        self._calls[step] = task


def _in_words(why: str) -> str:
    return f"it was not sent: {why.replace('_', ' ')}"


def is_settled(state: SessionState) -> bool:
    """True where a driver has nothing to do for a session until somebody asks for something."""
    return state.life.status not in (Status.RUNNING, Status.WAITING, Status.CREATED)
