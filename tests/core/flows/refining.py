"""Which refinements do the tests speak of, and how is one played?

A `Refined` is played as a `Played` is: its writer says the drafts in order, its reviewers the scores.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.domain.budget import FREE, Price
from core.domain.commands import Admit, BeginAttempt, Open, RecordAnswer
from core.domain.events import Event
from core.domain.flow import kinds_of
from core.domain.ids import NO_DIGEST, NO_TEMPLATE, Digest, SeatId, StepId
from core.domain.participants import Role, Seat
from core.domain.session import DocumentRef, Opening
from core.engine.engine import Engine
from core.engine.facts import SESSION_FACTS
from core.engine.plan import next_attempt, plan
from core.flows.debate import DebateFlow
from core.flows.refinement import RefinementFlow
from core.flows.refinement_state import RefinementState
from core.flows.refinement_terms import RefinementTerms, Strategy, terms_as_json
from core.rules.compiled import compile_rules
from core.rules.extending import NO_PLUGINS, Plugins, Vocabulary
from core.rules.rule import Rule
from tests.builders import ROUTE, TURN_COST_MICROUSD, TURN_COST_MICROUSD_MAX, Played, seat

BRIEF = "A notice that tells everybody when the rota changes."


def review(score: object, *advice: str) -> str:
    """A review as reviewers are asked for it."""
    suggestions = ", ".join(f'{{"passage": "", "change": "{each}"}}' for each in advice)
    return f'It is short.\n```json\n{{"score": {score}, "suggestions": [{suggestions}]}}\n```'


class Refined(Played):
    """A refinement as its driver holds it."""

    def __init__(
        self,
        terms: RefinementTerms | None = None,
        rules: Iterable[Rule] = (),
        *,
        reviewers: int = 1,
        price: Price = FREE,
        plugins: Plugins = NO_PLUGINS,
        cap_microusd: int | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(price=price, plugins=plugins)
        refinement = RefinementFlow(documents={each.digest: each for each in self.documents})
        flows = (DebateFlow(templates=self.templates, documents={}), refinement)
        self.vocabulary = Vocabulary((*SESSION_FACTS, *kinds_of(flows).facts), plugins)
        pins = {f"{flow.name}@{flow.version}": flow for flow in flows}
        self.engine = Engine(flows=pins, rule_sets=self.rule_sets, plugins=plugins)
        self.in_force = self.known(rules)
        self.terms = terms or RefinementTerms(**fields)
        names = ["reviewer"] if reviewers == 1 else [f"reviewer_{number}" for number in range(1, reviewers + 1)]
        self.seats: tuple[Seat, ...] = (seat(Role.WRITER), *(seat(Role.REVIEWER, name) for name in names))
        self.cap_microusd = cap_microusd

    def known(self, rules: Iterable[Rule]) -> Any:
        found = compile_rules(rules, facts=self.vocabulary)
        self.rule_sets[found.digest] = found
        return found

    def opening(self, **_: Any) -> Opening:
        return Opening(
            flow="refinement@1",
            measure="",
            title="Rota",
            motion=BRIEF,
            template=NO_TEMPLATE,
            template_digest=NO_DIGEST,
            rules_digest=self.in_force.digest,
            templates={},
            seats=self.seats,
            casting={},
            prices={ROUTE: self.price},
            documents=tuple(
                DocumentRef(name=each.name, digest=each.digest, bytes=len(each.text.encode()))
                for each in self.documents
            ),
            seed=7,
            rounds_limit=self.terms.iterations_max,
            cap_microusd=self.cap_microusd,
            terms=terms_as_json(self.terms),
        )

    @property
    def refinement(self) -> RefinementState:
        found: RefinementState = self.state.flow
        return found

    def began(self) -> Refined:
        self.do(Open(opening=self.opening()))
        self.do(Admit())
        return self

    def asked(self, name: str, seat_id: str = "") -> StepId:
        """Begin the wanted step of that name, of that seat where given."""
        for step in plan(self.engine, self.state):
            if step.is_call and step.id.split(".")[1] == name and seat_id in ("", step.seat):
                self.do(
                    BeginAttempt(
                        step=step.id,
                        attempt=next_attempt(self.state, step.id),
                        seat=SeatId(step.seat),
                        route=ROUTE,
                        cost_microusd_max=TURN_COST_MICROUSD_MAX,
                        prompt_digest=Digest("0" * 64),
                    )
                )
                return step.id
        raise AssertionError(f"no {name} is wanted, but {self.wanted}")

    def heard(self, step: StepId, text: str) -> tuple[Event, ...]:
        return self.do(
            RecordAnswer(
                step=step,
                attempt=self.state.work.open[step].attempt,
                text=text,
                tokens_input=10,
                tokens_output=5,
                cost_microusd=TURN_COST_MICROUSD,
                latency_ms=900,
                model=ROUTE,
                stop_reason="end",
            )
        )

    def write(self, text: str) -> tuple[Event, ...]:
        """The writer writes, from intent to outcome."""
        return self.heard(self.asked("draft"), text)

    def score(self, *scores: object) -> tuple[Event, ...]:
        """Each reviewer who is to review gives a score, in order; what is no number is said as it stands."""
        events: tuple[Event, ...] = ()
        for said in scores:
            text = review(said) if isinstance(said, int | float) else str(said)
            events = self.heard(self.asked("review"), text)
        return events

    def go_through(self, *scores: object) -> None:
        """An iteration for each score, as long as any is wanted."""
        for number, said in enumerate(scores, start=1):
            if "draft" in self.wanted[0]:
                self.write(f"Draft {number}.")
            self.score(said)


def single(**fields: Any) -> Refined:
    return Refined(**fields).began()


def panel(reviewers: int = 3, **fields: Any) -> Refined:
    return Refined(strategy=Strategy.PANEL, reviewers=reviewers, **fields).began()
