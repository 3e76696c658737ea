"""What has one settlement come to so far?

The draft is the only mutable thing in the engine and never leaves it: events are added, each evolves the state, and a
command that turns out to be refused half-way takes its events back.
"""

from __future__ import annotations

from core.domain.commands import BeginAttempt, Command, ReachDeadline
from core.domain.errors import CommandRefused
from core.domain.events import Event, SessionOpened
from core.domain.flow import Flow
from core.domain.session import SessionState, Status
from core.engine.answering import instead, is_due
from core.engine.decide import decide, is_for_the_flow, waiting_doubts
from core.engine.engine import Engine
from core.engine.evolve import evolve, evolve_flow, is_of_the_engine
from core.engine.following import follow_ups
from core.engine.plan import plan
from core.engine.routes import routes_left, windows_of
from core.rules.compiled import Memory


class Draft:
    """Events decided since `state` was handed in, and the state that they leave.

    `memory` is what rules found in the texts of an earlier pass: the passes of one settlement look at nearly the same
    facts. It goes with the draft, so that nothing outlives a settlement but its events.
    """

    __slots__ = ("_flow", "engine", "events", "memory", "now_ms", "state")

    def __init__(self, engine: Engine, state: SessionState, *, now_ms: int) -> None:
        self.engine = engine
        self.state = state
        self.now_ms = now_ms
        self.events: list[Event] = []
        self.memory = Memory()
        self._flow = engine.flow(state) if state.opening is not None else None

    @property
    def flow(self) -> Flow:
        """The session's flow; known from its opening on."""
        if self._flow is None:
            raise CommandRefused("nothing is recorded of it yet.", where=f"session {self.state.session[:8]}")
        return self._flow

    def add(self, *events: Event) -> None:
        """Take events as happened."""
        for event in events:
            if isinstance(event, SessionOpened):
                self._flow = self.engine.flow_of(event.opening)
            self.state = evolve(self.state, event, at_ms=self.now_ms, flow=self.flow)
            self.events.append(event)

    def _add_of_flow(self, events: tuple[Event, ...]) -> None:
        if not events:
            return
        if any(map(is_of_the_engine, events)):  # a flow may end the session
            self.add(*events)
        else:
            self.state = evolve_flow(self.state, events, at_ms=self.now_ms, flow=self.flow)
            self.events += events

    def obey(self, *commands: Command) -> None:
        """Take everything that `commands` bring about, or nothing of it and raise CommandRefused."""
        state, count = self.state, len(self.events)
        try:
            for command in commands:
                self._obey(command)
        except CommandRefused:
            self.state = state
            del self.events[count:]
            raise

    def _obey(self, command: Command) -> None:
        if isinstance(command, ReachDeadline) and self.state.life.status is Status.ESCALATED:
            self._answer_for_the_operator(command)
            return
        self._take(command)

    def _answer_for_the_operator(self, command: ReachDeadline) -> None:
        """Nobody answered in time. Where what was said to happen then can't, the session pauses: it must not wait on
        as if it had no deadline."""
        state, count = self.state, len(self.events)
        try:
            self._take(command)
            self._require_nothing_in_doubt(state)
        except CommandRefused as refusal:
            terms = self.flow.answer_terms(state)
            if terms is None or not is_due(state, terms, now_ms=self.now_ms):
                raise
            self.state = state
            del self.events[count:]
            self.add(*instead(state, terms, refusal, now_ms=self.now_ms))

    def _require_nothing_in_doubt(self, asked: SessionState) -> None:
        """A call that may have been paid for is made again by nobody but a person, whatever was said to happen."""
        doubtful = {doubt.step for doubt in waiting_doubts(asked)}
        for step in plan(self.engine, self.state) if doubtful else ():
            if step.id in doubtful:
                raise CommandRefused(
                    f"{step.id} may have been paid for already, and only you have it asked again.",
                    where=f"session {asked.session[:8]}",
                )

    def _take(self, command: Command) -> None:
        decided = decide(self.state, command, now_ms=self.now_ms, flow=self._flow)
        if isinstance(command, BeginAttempt):
            self._require_wanted(command)
        self.add(*decided)
        if is_for_the_flow(self.state, command, self.flow):
            self._add_of_flow(self.flow.decide(self.state, command))
        for following in follow_ups(self.state, command, decided):
            self._obey(following)

    def _require_wanted(self, command: BeginAttempt) -> None:
        """Money is spent on nothing but what the state as it stands now wants."""
        for step in plan(self.engine, self.state):
            if step.id == command.step and step.seat == command.seat:
                self._require_route(command)
                return
        raise CommandRefused(
            f"{command.step} by {command.seat} is not what is wanted now.",
            where=f"session {self.state.session[:8]}",
            now="Plan again.",
        )

    def _require_route(self, command: BeginAttempt) -> None:
        """Nor is anybody asked whom the participant doesn't name, or who has been given up for this step."""
        participant = self.flow.seated(self.state, command.seat)
        failures = self.state.work.failures.get(command.step, ())
        left = routes_left(participant, failures, windows=windows_of(self.state))
        if command.route not in left:
            raise CommandRefused(
                f"{command.step} can't be asked of {command.route}.",
                where=f"session {self.state.session[:8]}",
                now=f"Left for it: {', '.join(left) or 'no route'}.",
            )
