"""Which sessions do the tests speak of, and how is one played?

A history is written as moves: commands, and the few words below that stand for several. `after(*moves)` plays them and
gives back what a driver would hold: the state, the log, and the words to go on with. Every move checks what must hold
of every move: the log folds to the state that was settled on, and nothing that is recorded is wanted again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import TypeVar

import pytest

from core.domain.budget import FREE, Price
from core.domain.commands import (
    Admit,
    AnswerEscalation,
    BeginAttempt,
    ChangeRules,
    Command,
    Envelope,
    MarkInDoubt,
    Open,
    RecordAnswer,
    RecordFailure,
    Resume,
    RetryStep,
)
from core.domain.errors import CommandRefused
from core.domain.estimates import Estimate, Spread
from core.domain.events import ClarificationAsked, Event, Recorded, RuleFired
from core.domain.facts import FactSpec
from core.domain.ids import Digest, ParticipantId, RuleId, SeatId, SessionId, StepId, TemplateId
from core.domain.participants import Participant, Role, Seat
from core.domain.session import DocumentRef, Opening, SessionState, Status
from core.domain.steps import Document, Step
from core.engine.engine import Engine
from core.engine.evolve import unopened
from core.engine.facts import SESSION_FACTS
from core.engine.plan import next_attempt, next_deadline, plan
from core.engine.replay import fold
from core.engine.settle import Settlement, settle
from core.flows.debate import DEBATE_FACTS, DebateFlow
from core.flows.debate_state import DebateState
from core.rules.compiled import CompiledRules, compile_rules
from core.rules.condition import Compare, Condition, ConditionType, ConditionValue
from core.rules.extending import NO_PLUGINS, Plugins, Vocabulary
from core.rules.rule import Action, CompleteDebate, Repeat, Rule
from core.templates.template import Complexity, Occurs, SeatSpec, StepSpec, Template

SESSION = SessionId("5e55" * 8)
OPENED_AT_MS = 1_700_000_000_000
MOTION = "The release train leaves on Fridays."
ROUTE = "scripted:alpha"
TURN_COST_MICROUSD = 100
TURN_COST_MICROUSD_MAX = 500
MOVE_MILLISECONDS = 1_000
DEEDS_TO_THE_END_MAX = 3_000
"""Three turns a round, two deeds a turn, and as many pauses and questions as turns, for all the rounds there are."""

FACTS: Mapping[str, FactSpec] = {spec.name: spec for spec in (*SESSION_FACTS, *DEBATE_FACTS)}

AnEvent = TypeVar("AnEvent")


def participant(name: str = "alpha", *, model: str = ROUTE) -> Participant:
    return Participant(id=ParticipantId(name), name=name.capitalize(), model=model)


def seat(role: Role, id_: str = "", *, model: str = ROUTE) -> Seat:
    return Seat(id=SeatId(id_ or role.value), role=role, participant=participant(model=model))


def seat_spec(role: Role, id_: str = "") -> SeatSpec:
    return SeatSpec(id=SeatId(id_ or role.value), role=role, participant=ParticipantId("alpha"))


def step_spec(name: str, seat_id: str, *, occurs: Occurs = Occurs.EVERY) -> StepSpec:
    return StepSpec(name=name, seat=SeatId(seat_id), task=name, instruction=f"Do what {name} asks.", occurs=occurs)


def template(
    id_: str = "tiny",
    *,
    rounds: int = 2,
    seats: Iterable[SeatSpec] = (seat_spec(Role.PROPOSER), seat_spec(Role.OPPONENT), seat_spec(Role.JUDGE)),
    steps: Iterable[StepSpec] = (step_spec("claim", "proposer"), step_spec("reply", "opponent")),
    consensus_ppm: int = 800_000,
) -> Template:
    return Template(
        id=TemplateId(id_),
        version=1,
        name=id_.capitalize(),
        description=f"The format {id_}.",
        complexity=Complexity.SIMPLE,
        rounds=rounds,
        seats=tuple(seats),
        steps=tuple(steps),
        verdict=step_spec("verdict", "judge"),
        consensus_ppm=consensus_ppm,
        minutes_expected=1,
        cost_microusd_expected=1_000,
    )


TINY = template()
"""Two rounds of two turns: `claim` by the proposer, `reply` by the opponent."""

REVIEWED = template(
    "reviewed",
    rounds=3,
    seats=(*TINY.seats, seat_spec(Role.REVIEWER)),
    steps=(*TINY.steps, step_spec("review", "reviewer")),
)
"""Three rounds of three turns, in which a reviewer has the last word."""


def digest_of(text: str) -> Digest:
    return Digest(sha256(text.encode()).hexdigest())


def document(name: str = "notes.md", text: str = "Friday releases were rolled back twice.") -> Document:
    return Document(name=name, digest=digest_of(text), text=text)


def when(type_: ConditionType, field: str, value: ConditionValue) -> Compare:
    return Compare(type=type_, field=field, value=value)


def at_least(field: str, count: int) -> Compare:
    return when(ConditionType.COUNT_THRESHOLD, field, count)


def lasted(field: str, milliseconds: int) -> Compare:
    return when(ConditionType.TIME_ELAPSED, field, milliseconds)


def rule(
    id_: str,
    condition: Condition,
    *actions: Action,
    priority: int = 50,
    repeat: Repeat = Repeat.EDGE,
    enabled: bool = True,
) -> Rule:
    return Rule(
        id=RuleId(id_),
        name=id_,
        priority=priority,
        when=condition,
        then=actions or (CompleteDebate(reason=id_),),
        repeat=repeat,
        enabled=enabled,
    )


def complete_at(*, rounds: int) -> Rule:
    return rule("complete_at", at_least("round_count", rounds))


def compiled(rules: Iterable[Rule]) -> CompiledRules:
    return compile_rules(rules, facts=FACTS)


class Played:
    """A session as its driver holds it. `state` is what the log folds to; `now_ms` moves on with every move."""

    def __init__(
        self,
        rules: Iterable[Rule] = (),
        *,
        templates: Iterable[Template] = (TINY, REVIEWED),
        documents: Iterable[Document] = (),
        price: Price = FREE,
        plugins: Plugins = NO_PLUGINS,
    ) -> None:
        self.vocabulary = Vocabulary(FACTS.values(), plugins)
        self.templates = {digest_of(each.id): each for each in templates}
        self.documents = tuple(documents)
        self.price = price
        self.rule_sets: dict[Digest, CompiledRules] = {}
        flow = DebateFlow(templates=self.templates, documents={each.digest: each for each in self.documents})
        self.engine = Engine(
            flows={"debate@1": flow, "debate@2": flow},
            rule_sets=self.rule_sets,
            plugins=plugins,
        )
        self.in_force = self.known(rules)
        self.state: SessionState = unopened(SESSION)
        self.log: list[Recorded] = []
        self.now_ms = OPENED_AT_MS
        self.answered: list[StepId] = []

    def known(self, rules: Iterable[Rule]) -> CompiledRules:
        """Rules that the catalogue holds, in force or not."""
        found = compile_rules(rules, facts=self.vocabulary)
        self.rule_sets[found.digest] = found
        return found

    def opening(
        self,
        *,
        seats: Iterable[Seat] | None = None,
        rounds: int | None = None,
        cap_microusd: int | None = None,
        motion: str = MOTION,
        casting: Iterable[Role] = (Role.REVIEWER,),
    ) -> Opening:
        """An opening by the first of the templates."""
        digest, chosen = next(iter(self.templates.items()))
        return Opening(
            flow="debate@2",
            measure="keywords@1",
            title="Fridays",
            motion=motion,
            template=chosen.id,
            template_digest=digest,
            rules_digest=self.in_force.digest,
            templates={each.id: digest for digest, each in self.templates.items()},
            seats=tuple(seats if seats is not None else (seat(each.role, each.id) for each in chosen.seats)),
            casting={role.value: participant() for role in casting},
            prices={ROUTE: self.price},
            documents=tuple(
                DocumentRef(name=each.name, digest=each.digest, bytes=len(each.text.encode()))
                for each in self.documents
            ),
            seed=7,
            rounds_limit=chosen.rounds if rounds is None else rounds,
            cap_microusd=cap_microusd,
        )

    @property
    def debate(self) -> DebateState:
        found: DebateState = self.state.flow
        return found

    @property
    def status(self) -> Status:
        return self.state.life.status

    @property
    def wanted(self) -> tuple[StepId, ...]:
        return tuple(step.id for step in plan(self.engine, self.state))

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(record.event for record in self.log)

    @property
    def next_deadline_ms(self) -> int | None:
        return next_deadline(self.engine, self.state, now_ms=self.now_ms)

    def of(self, kind: type[AnEvent]) -> list[AnEvent]:
        """Every event of a kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def fired(self) -> list[str]:
        return [event.rule for event in self.of(RuleFired)]

    def try_out(self, command: Command) -> Settlement:
        """What the command would bring about; nothing is recorded."""
        return settle(self.engine, self.state, command, now_ms=self.now_ms)

    def do(self, command: Command, *, after_ms: int = MOVE_MILLISECONDS) -> tuple[Event, ...]:
        """Obey and record, `after_ms` later. Returns the events."""
        self.now_ms += after_ms
        before, settlement = self.state, self.try_out(command)
        envelope = Envelope(command=command, actor="test", at_ms=self.now_ms, correlation="")
        records = [
            Recorded(
                session=SESSION,
                seq=before.seq + number,
                position=len(self.log) + number,
                at_ms=self.now_ms,
                event=event,
                envelope=envelope if number == 1 else None,
            )
            for number, event in enumerate(settlement.events, start=1)
        ]
        assert fold(self.engine, records, state=before) == settlement.state
        self.log += records
        self.state = settlement.state
        asked_back = any(isinstance(event, ClarificationAsked) for event in settlement.events)
        if isinstance(command, RecordAnswer) and not asked_back:
            self.answered.append(command.step)
        assert not set(self.wanted) & set(self.answered), "what was answered is wanted again"
        return settlement.events

    def refuses(self, command: Command) -> str:
        """Why the command is refused; that it changes nothing is checked."""
        before = self.state, len(self.debate.turns) if self.state.flow is not None else 0
        with pytest.raises(CommandRefused) as refusal:
            self.try_out(command)
        assert before == (self.state, len(self.debate.turns) if self.state.flow is not None else 0)
        return str(refusal.value)

    def change_rules(self, rules: Iterable[Rule]) -> tuple[Event, ...]:
        """The operator changed the catalogue: `rules` are in force from now on."""
        self.in_force = self.known(rules)
        return self.do(ChangeRules(digest=self.in_force.digest, templates={}))

    def switch(self, rule_id: str, *, on: bool) -> tuple[Event, ...]:
        """Toggle one rule of those in force."""
        return self.change_rules(
            replace(each, enabled=on) if each.id == rule_id else each for each in self.in_force.rules
        )

    def next_step(self) -> Step:
        steps = plan(self.engine, self.state)
        assert steps, f"a session that is {self.status} wants nothing"
        return steps[0]

    def begin(self, *, cost_microusd_max: int = TURN_COST_MICROUSD_MAX) -> StepId:
        """Record the intent to ask for the step that is wanted first."""
        step = self.next_step()
        self.do(
            BeginAttempt(
                step=step.id,
                attempt=next_attempt(self.state, step.id),
                seat=step.seat,
                route=ROUTE,
                cost_microusd_max=cost_microusd_max,
                prompt_digest=Digest("0" * 64),
            )
        )
        return step.id

    def open_attempt(self) -> tuple[StepId, int]:
        ((step, attempt),) = self.state.work.open.items()
        return step, attempt.attempt

    def answer_command(self, text: str, *, cost_microusd: int = TURN_COST_MICROUSD) -> RecordAnswer:
        """The answer to the call under way."""
        step, attempt = self.open_attempt()
        return RecordAnswer(
            step=step,
            attempt=attempt,
            text=text,
            tokens_input=10,
            tokens_output=5,
            cost_microusd=cost_microusd,
            latency_ms=900,
            model=ROUTE,
            stop_reason="end",
        )

    def answer(self, text: str = "It is so.", *, cost_microusd: int = TURN_COST_MICROUSD) -> tuple[Event, ...]:
        return self.do(self.answer_command(text, cost_microusd=cost_microusd))

    def fail(self, *, is_final: bool = False, cost_microusd: int = 0, error: str = "overloaded") -> tuple[Event, ...]:
        """The call under way failed."""
        step, attempt = self.open_attempt()
        return self.do(
            RecordFailure(
                step=step,
                attempt=attempt,
                error=error,
                message="The model is overloaded.",
                cost_microusd=cost_microusd,
                is_final=is_final,
            )
        )

    def doubt(self, *, policy: str) -> tuple[Event, ...]:
        """Nobody will learn how the call under way ended."""
        step, attempt = self.open_attempt()
        return self.do(MarkInDoubt(step=step, attempt=attempt, why="time_out", policy=policy))

    def speak(self, text: str = "It is so.", *, cost_microusd: int = TURN_COST_MICROUSD) -> tuple[Event, ...]:
        """The seat that is wanted speaks, from intent to outcome. Returns the events of the outcome."""
        self.begin()
        return self.answer(text, cost_microusd=cost_microusd)

    def play_on(self) -> None:
        """Every wanted turn is spoken until the session wants nothing more."""
        while self.wanted:
            is_verdict = self.wanted[0] == "verdict"
            self.speak("Both were heard.\nVerdict: against" if is_verdict else "It is so.")

    def drive_home(self) -> None:
        """Do what a willing operator and good models would until the session is over."""
        for _ in range(DEEDS_TO_THE_END_MAX):
            match self.status:
                case Status.CREATED | Status.WAITING:
                    self.do(Admit())
                case Status.PAUSED:
                    self.do(Resume())
                case Status.ESCALATED:
                    self.do(AnswerEscalation(answer="continue"))
                case Status.FAILED:
                    self.do(RetryStep())
                case Status.RUNNING if self.state.work.open:
                    self.answer("It is so.")
                case Status.RUNNING:
                    self.begin()
                case _:
                    return
        raise AssertionError(f"after {DEEDS_TO_THE_END_MAX} deeds it is still {self.status}")


Move = Command | Callable[[Played], object]


def opened(*rules: Rule, cap_microusd: int | None = None, rounds: int | None = None) -> tuple[Move, ...]:
    """A session of the format TINY that runs under these rules."""

    def set_rules(played: Played) -> None:
        played.in_force = played.known(rules)
        played.do(Open(opening=played.opening(cap_microusd=cap_microusd, rounds=rounds)))

    return set_rules, Admit()


def a_turn(text: str = "It is so.", *, cost_microusd: int = TURN_COST_MICROUSD) -> Move:
    return lambda played: played.speak(text, cost_microusd=cost_microusd)


def a_round(*texts: str) -> tuple[Move, ...]:
    """A whole round of the format TINY."""
    claim, reply = texts or ("It is so.", "It is not so.")
    return a_turn(claim), a_turn(reply)


def begun(played: Played) -> None:
    """A call is under way."""
    played.begin()


def gave_up(played: Played) -> None:
    """The wanted step failed for good at its first attempt."""
    played.begin()
    played.fail(is_final=True)


def rules_changed(*, without: str = "", with_: str = "") -> Move:
    """A rule is switched off, or on, in the catalogue."""
    return lambda played: played.switch(without or with_, on=bool(with_))


def after(*moves: Move) -> Played:
    """The session that these moves lead to."""
    played = Played()
    for move in moves:
        if callable(move):
            move(played)
        else:
            played.do(move)
    return played


def kinds(events: Iterable[Event]) -> list[str]:
    """What happened, by name."""
    return [type(event).__name__ for event in events]


def an_estimate(*, minutes: int = 0, cost_microusd: int = 0, sessions: int = 0) -> Estimate:
    """Half as much at the low end, twice as much at the high end."""
    ms = minutes * 60_000
    return Estimate(
        cost_microusd=Spread(low=cost_microusd // 2, expected=cost_microusd, high=2 * cost_microusd),
        active_ms=Spread(low=ms // 2, expected=ms, high=2 * ms),
        turns=7,
        tokens_input=0,
        tokens_output=0,
        sessions=sessions,
    )
