"""What does the pure engine take for a turn: the outcome, the next intent, the prompt; and is turn 10,000 dearer?"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from random import Random

from core.domain.budget import FREE
from core.domain.commands import Admit, BeginAttempt, Command, Open, RecordAnswer
from core.domain.facts import FactSpec
from core.domain.ids import Digest, ParticipantId, SeatId, SessionId, TemplateId
from core.domain.participants import Participant, Role, Seat
from core.domain.session import Opening, SessionState
from core.engine.engine import Engine
from core.engine.evolve import unopened
from core.engine.facts import SESSION_FACTS
from core.engine.plan import next_attempt, plan
from core.engine.settle import settle
from core.flows.debate import DEBATE_FACTS, DebateFlow
from core.rules.compiled import compile_rules
from core.rules.rule import AllOf, Compare, ConditionType, Rule
from core.rules.standard import STANDARD_RULES
from core.templates.template import Complexity, SeatSpec, StepSpec, Template

ROUNDS = 100
STEPS_PER_ROUND = 102
"""Rounds are bounded, so that ten thousand turns take long rounds."""

WARM_UP_TURNS = 200
MEASURED_TURNS = 200
LATE_TURN = 10_000
ROUTE = "scripted:alpha"
OPENERS = ("Nobody shows that the", "In the same quarter the", "Where teams were small the", "By every measure the")
THINGS = ("budget", "rota", "review", "backlog", "customer", "deadline", "contract", "archive", "release", "interface")
VERBS = ("outweighed the", "followed from the", "was paid for by the", "waited for the", "was mistaken for the")
CLOSERS = ("for a year", "in two of three plants", "without a complaint", "until somebody measured it", "at a loss")
ROLES = (Role.PROPOSER, Role.OPPONENT, Role.JUDGE)
ENDING = ("complete_at_max_rounds", "complete_when_stalled")
"""These would end the debate long before turn 10,000. They are asked all the same, and one thing more."""


def text_of(turn: int) -> str:
    """About 500 characters of its own for each turn, with an agreement and a disagreement in it. A participant that
    says the same twice is looked at more closely than one that argues.
    """
    chosen = Random(turn)
    said = [f"Turn {turn}. I agree that it costs sleep, but I dispute that it costs quality."]
    while sum(map(len, said)) < 500:
        thing, other = chosen.sample(THINGS, 2)
        said.append(f"{chosen.choice(OPENERS)} {thing} {chosen.choice(VERBS)} {other} {chosen.choice(CLOSERS)}.")
    return " ".join(said)[:500]


def never_ending(rule: Rule) -> Rule:
    if rule.id not in ENDING:
        return rule
    beyond = Compare(type=ConditionType.GREATER_THAN, field="turn_count", value=10 * LATE_TURN)
    return replace(rule, when=AllOf(parts=(rule.when, beyond)))


def long_format() -> tuple[Template, Opening, Engine]:
    seats = tuple(SeatSpec(id=SeatId(role.value), role=role, participant=ParticipantId("alpha")) for role in ROLES)
    steps = tuple(
        StepSpec(name=f"turn_{number}", seat=seats[number % 2].id, task="argue", instruction="Argue.")
        for number in range(STEPS_PER_ROUND)
    )
    template = Template(
        id=TemplateId("long"),
        version=1,
        name="Long",
        description="Long rounds.",
        complexity=Complexity.COMPLEX,
        rounds=ROUNDS,
        seats=seats,
        steps=steps,
        verdict=StepSpec(name="verdict", seat=SeatId("judge"), task="judge", instruction="Judge."),
        consensus_ppm=800_000,
        minutes_expected=1,
        cost_microusd_expected=0,
    )
    digest = Digest("d" * 64)
    facts: dict[str, FactSpec] = {spec.name: spec for spec in (*SESSION_FACTS, *DEBATE_FACTS)}
    rules = compile_rules(map(never_ending, STANDARD_RULES), facts=facts)
    alpha = Participant(id=ParticipantId("alpha"), name="Alpha", model=ROUTE)
    opening = Opening(
        flow="debate@2",
        measure="keywords@1",
        title="Long",
        motion="The release train leaves on Fridays.",
        template=template.id,
        template_digest=digest,
        rules_digest=rules.digest,
        templates={template.id: digest},
        seats=tuple(Seat(id=spec.id, role=spec.role, participant=alpha) for spec in seats),
        casting={},
        prices={ROUTE: FREE},
        documents=(),
        seed=1,
        rounds_limit=ROUNDS,
        cap_microusd=10_000_000_000,
    )
    flow = DebateFlow(templates={digest: template}, documents={})
    return template, opening, Engine(flows={"debate@2": flow}, rule_sets={rules.digest: rules})


class Driven:
    """A debate that is spoken turn by turn, with the time that each part took in nanoseconds."""

    def __init__(self) -> None:
        _, opening, self.engine = long_format()
        self.state: SessionState = unopened(SessionId("0" * 32))
        self.now_ms = 1_700_000_000_000
        self.turn = 0
        self.took: dict[str, list[int]] = {"outcome": [], "intent": [], "plan": [], "prompt": []}
        self.obey(Open(opening=opening))
        self.obey(Admit())

    def obey(self, command: Command) -> None:
        self.state = settle(self.engine, self.state, command, now_ms=self.now_ms).state

    def timed(self, part: str, work: Callable[[], object]) -> None:
        begun = time.perf_counter_ns()
        work()
        self.took[part].append(time.perf_counter_ns() - begun)

    def speak(self) -> None:
        (step,) = plan(self.engine, self.state)
        flow = self.engine.flow(self.state)
        self.timed("plan", lambda: plan(self.engine, self.state))
        self.timed("prompt", lambda: flow.request(self.state, step))
        attempt = next_attempt(self.state, step.id)
        begin = BeginAttempt(
            step=step.id,
            attempt=attempt,
            seat=step.seat,
            route=ROUTE,
            cost_microusd_max=500,
            prompt_digest=Digest("0" * 64),
        )
        self.timed("intent", lambda: self.obey(begin))
        answer = RecordAnswer(
            step=step.id,
            attempt=attempt,
            text=text_of(self.turn),
            tokens_input=1_000,
            tokens_output=120,
            cost_microusd=100,
            latency_ms=900,
            model=ROUTE,
            stop_reason="end",
        )
        self.timed("outcome", lambda: self.obey(answer))
        self.turn += 1

    def speak_until(self, turn: int) -> None:
        while self.turn < turn:
            self.speak()

    def medians_us(self, turns: int) -> dict[str, float]:
        """Medians over the last `turns` turns, in microseconds."""
        return {part: statistics.median(took[-turns:]) / 1_000 for part, took in self.took.items()}


def main() -> None:
    """Print medians, and the ratio between late turns and early ones."""
    driven = Driven()
    driven.speak_until(WARM_UP_TURNS + MEASURED_TURNS)
    early = driven.medians_us(MEASURED_TURNS)
    driven.speak_until(LATE_TURN)
    late = driven.medians_us(MEASURED_TURNS)
    enabled = sum(rule.enabled for rule in STANDARD_RULES)
    print(
        f"Python {sys.version.split()[0]}; {enabled} standard rules enabled; answers of 500 characters; medians in µs"
    )
    print(f"{'':<10}{'early':>10}{f'turn {LATE_TURN}':>14}{'ratio':>8}")
    for part, microseconds in early.items():
        print(f"{part:<10}{microseconds:>10.1f}{late[part]:>14.1f}{late[part] / microseconds:>8.2f}")


if __name__ == "__main__":
    main()
