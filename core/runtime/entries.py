"""What goes into a session's log at once: what a command brings about, and the calls that are wanted behind it?

Rules that have come into force since are in it too, and no call is among those begun whose money isn't held.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace

from core.domain.budget import FREE, Price, cost_microusd_max
from core.domain.changing import maker
from core.domain.commands import RUNTIME, BeginAttempt, ChangeRules, Command, Envelope, RefuseSpend, ResumeRun
from core.domain.events import Event, RuleFired, StepExhausted
from core.domain.flow import Flow
from core.domain.people import is_person
from core.domain.session import SessionState, Status
from core.domain.steps import ModelRequest, Step
from core.engine.engine import Engine
from core.engine.plan import next_attempt, plan
from core.engine.routes import next_route
from core.engine.settle import Settlement, settle
from core.ports.event_log import Append
from core.prompts.fingerprint import prompt_digest
from core.runtime.correlating import fields
from core.runtime.gateway.gateway import Gateway
from core.runtime.instruments import Instruments
from core.runtime.ledger import Ledger, Refusal
from core.runtime.rules_in_force import RulesInForce
from core.runtime.step_runner import Attempt

FIRST = (ResumeRun, ChangeRules)
"""Nothing may be recorded before these, new rules neither: not before a standstill's end."""

SWITCH = "switch"
"""The refusal that no closer count can lift."""

made_envelope, made_append, made_attempt = maker(Envelope), maker(Append), maker(Attempt)
made_intent = maker(BeginAttempt)

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Entry:
    """What is to be appended, as it grows, and what follows once it is.

    `before` is the state on record, `state` the one behind the entry; `events` are the command's own. `begun` are the
    attempts whose intent it holds, `errands` the wanted steps for which nobody is asked.
    """

    before: SessionState
    state: SessionState
    now_ms: int
    events: tuple[Event, ...] = ()
    appends: list[Append] = field(default_factory=list)
    begun: list[Attempt] = field(default_factory=list)
    errands: tuple[Step, ...] = ()

    def add(self, settlement: Settlement, command: Command, *, actor: str, correlation: str) -> None:
        """Have the entry hold what `command` came to, and stand behind it."""
        state = settlement.state
        envelope = made_envelope(command=command, actor=actor, at_ms=state.at_ms, correlation=correlation)
        expected_seq, self.state = self.state.seq, state
        self.appends.append(
            made_append(session=state.session, envelope=envelope, events=settlement.events, expected_seq=expected_seq)
        )


class Entries:
    """Makes them, for all sessions of a driver. Money is held for what an entry begins, until it is settled or the
    entry is `given_up`."""

    def __init__(
        self, engine: Engine, *, ledger: Ledger, gateway: Gateway, rules: RulesInForce, instruments: Instruments
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._gateway = gateway
        self._rules = rules
        self._instruments = instruments

    async def entry(
        self,
        before: SessionState,
        command: Command,
        *,
        actor: str,
        correlation: str,
        now_ms: int,
        begins_steps: bool,
    ) -> Entry:
        """What `command` comes to in a session that stands at `before`. Raises CommandRefused, and then nothing is
        held."""
        entry = Entry(before=before, state=before, now_ms=now_ms)
        is_first = isinstance(command, FIRST)
        if not is_first:
            self._follow_rules(entry)
        settlement = self._settled(entry.state, command, now_ms)
        entry.events = settlement.events
        if settlement.events:
            entry.add(settlement, command, actor=actor, correlation=correlation)
        entry.state = settlement.state
        if is_first:
            self._follow_rules(entry)
        if begins_steps:
            try:
                await self._begin_steps(entry)
            except BaseException:
                self.given_up(entry)
                raise
        return entry

    def given_up(self, entry: Entry) -> None:
        """It could not be appended: nothing of it is begun."""
        for attempt in entry.begun:
            self._ledger.release(entry.before.session, attempt.step.id, attempt.number)

    def _settled(self, state: SessionState, command: Command, now_ms: int) -> Settlement:
        began_ns = self._instruments.monotonic_ns()
        settlement = settle(self._engine, state, command, now_ms=now_ms)
        took_ns = self._instruments.monotonic_ns() - began_ns
        self._instruments.settled(settlement.events, took_ns)
        if _log.isEnabledFor(logging.DEBUG):
            _log_settled(settlement, took_ns)
        if settlement.state.life.status is Status.RUNNING:
            engine, after = self._engine, settlement.state
            self._instruments.rules.settled(engine.rules(after), lambda: engine.facts(after, now_ms=now_ms))
        return settlement

    def _follow_rules(self, entry: Entry) -> None:
        """A session whose recorded rules differ from the catalogue's follows the catalogue's from here on."""
        wanted = self._rules.newer_for(entry.state)
        if wanted is not None:
            change = ChangeRules(digest=wanted.digest, templates=wanted.templates)
            settlement = settle(self._engine, entry.state, change, now_ms=entry.now_ms)
            entry.add(settlement, change, actor=RUNTIME, correlation="rules")

    async def _begin_steps(self, entry: Entry) -> None:
        """Add the intents that are wanted now; what may be called is then among those begun."""
        entry.errands = ()
        state = entry.state
        flow = self._engine.flow(state)
        for step in plan(self._engine, state):
            if not step.is_call:
                entry.errands = (*entry.errands, step)
                continue
            state = entry.state
            attempt, command = await self._reserved(entry, self._attempt(state, flow, step))
            settlement = settle(self._engine, state, command, now_ms=entry.now_ms)
            entry.add(settlement, command, actor=RUNTIME, correlation=f"{step.id}#{attempt.number}")
            if isinstance(command, RefuseSpend):
                # One that ends where the money does may still want its chair asked, or its control begun; one that
                # goes without what can't be paid, whatever is wanted besides.
                is_ended_by_it = state.life.completing is None and settlement.state.life.completing is not None
                if is_ended_by_it or any(isinstance(event, StepExhausted) for event in settlement.events):
                    await self._begin_steps(entry)
                return
            entry.begun.append(attempt)

    def _attempt(self, state: SessionState, flow: Flow, step: Step) -> Attempt:
        assert state.opening is not None  # a plan exists only for an opened session
        request, participant = flow.request(state, step), flow.seated(state, step.seat)
        failures = state.work.failures.get(step.id, ())
        resting = self._gateway.resting(participant.routes)
        route = next_route(participant, failures, windows=state.opening.windows, resting=resting) or participant.model
        price = FREE if is_person(route) else state.opening.prices[route]
        if is_person(route):
            request = replace(request, due_ms=state.work.due_ms(step.id))
        return made_attempt(
            step=step,
            number=next_attempt(state, step.id),
            request=request if route == request.model else replace(request, model=route),
            price=price,
            cost_microusd_max=_cost_microusd_max(price, request),
            failures=failures,
            checks=participant.checks,
        )

    async def _reserved(self, entry: Entry, attempt: Attempt) -> tuple[Attempt, BeginAttempt | RefuseSpend]:
        refusal = self._refusal(entry, attempt)
        if refusal is not None and refusal.cap != SWITCH:
            # No tokenizer makes more tokens than there are bytes, and most make a quarter: near a cap that matters.
            attempt = await self._counted(attempt)
            refusal = self._refusal(entry, attempt)
        if refusal is not None:
            return attempt, RefuseSpend(
                step=attempt.step.id,
                cap=refusal.cap,
                wanted_microusd=attempt.cost_microusd_max,
                left_microusd=refusal.left_microusd,
            )
        return attempt, made_intent(
            step=attempt.step.id,
            attempt=attempt.number,
            seat=attempt.step.seat,
            route=attempt.request.model,
            cost_microusd_max=attempt.cost_microusd_max,
            prompt_digest=prompt_digest(attempt.request),
        )

    def _refusal(self, entry: Entry, attempt: Attempt) -> Refusal | None:
        """Reserve, or say what forbids it."""
        return self._ledger.reserve(
            entry.state,
            attempt.step.id,
            attempt.number,
            attempt.cost_microusd_max,
            unrecorded_microusd=entry.state.money.spent_microusd - entry.before.money.spent_microusd,
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


def _cost_microusd_max(price: Price, request: ModelRequest) -> int:
    """What a request may cost; how long it is need not be known where nothing is paid for its length."""
    if price == FREE:
        return 0
    return cost_microusd_max(price, bytes_input=request.bytes_input, tokens_output_max=request.tokens_output_max)


def _log_settled(settlement: Settlement, took_ns: int) -> None:
    """Which rules fired among those that were heard, and what all of it took."""
    fired = [event.rule for event in settlement.events if isinstance(event, RuleFired)]
    session = settlement.state.session
    said = fields(session=session, events=len(settlement.events), fired=fired, took_us=took_ns // 1_000)
    _log.debug("the rules were heard", extra=said)
