"""How are formats played in tests whose seats are asked at once?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.domain.answers import MOTION_FORM, AnswerForm
from core.domain.budget import FREE, Price
from core.domain.calibration import Calibration
from core.domain.commands import Admit, BeginAttempt, Open, RecordAnswer, RecordFailure, RefuseSpend
from core.domain.events import Event
from core.domain.ids import Digest, SeatId, StepId
from core.domain.participants import Role
from core.domain.steps import ModelRequest, Step, StepKind
from core.engine.plan import next_attempt, plan
from core.judging.answers import ANSWERS_PIN
from core.rules.condition import Condition
from core.rules.rule import Rule
from core.templates.template import (
    Block,
    DecidedBy,
    Expects,
    Occurs,
    SeatSpec,
    Sees,
    StepSpec,
    Template,
)
from tests.builders import ROUTE, TURN_COST_MICROUSD, TURN_COST_MICROUSD_MAX, Played, seat_spec, template

PANEL = ("ada", "ben", "cleo")
AT_ONCE = Block(id="answers", is_at_once=True)


def asked(
    name: str,
    seat: str,
    *,
    expects: Expects = Expects.ANSWER,
    sees: Sees = Sees.ALL,
    block: str = AT_ONCE.id,
    occurs: Occurs = Occurs.EVERY,
    rounds_seen: int = 0,
    is_blind: bool = False,
    when: Condition | None = None,
) -> StepSpec:
    return StepSpec(
        name=name,
        seat=SeatId(seat),
        task=name,
        instruction=f"Do what {name} asks.",
        occurs=occurs,
        expects=expects,
        sees=sees,
        rounds_seen=rounds_seen,
        is_blind=is_blind,
        when=when,
        block=block,
    )


def answers(*seats: str, **how: object) -> tuple[StepSpec, ...]:
    """A step for each of these seats in which it answers."""
    return tuple(asked(f"answer_{seat}", seat, **how) for seat in seats or PANEL)  # type: ignore[arg-type]


def panel(
    *steps: StepSpec,
    seats: Iterable[str] = PANEL,
    others: Iterable[SeatSpec] = (),
    blocks: tuple[Block, ...] = (AT_ONCE,),
    links: Mapping[str, tuple[str, ...]] | None = None,
    decided_by: DecidedBy = DecidedBy.SEATS,
    judge: str = "",
    rounds: int = 2,
    is_blind: bool = False,
) -> Template:
    """A format of panelists. `judge` names the seat that breaks a tie or decides; none by default."""
    verdict = asked("verdict", judge, expects=Expects.VERDICT, block="", is_blind=is_blind) if judge else None
    judges = (seat_spec(Role.JUDGE, judge),) if judge else ()
    return replace(
        template(
            "panel",
            rounds=rounds,
            seats=(*(seat_spec(Role.PANELIST, each) for each in seats), *others, *judges),
            steps=steps or answers(),
        ),
        verdict=verdict,
        blocks=blocks,
        links={SeatId(seat): tuple(SeatId(each) for each in seen) for seat, seen in (links or {}).items()},
        decided_by=decided_by,
        measure=ANSWERS_PIN,
    )


class Panel(Played):
    """A session in which several calls may be under way. `others` are formats that may be applied to it."""

    def __init__(
        self,
        format_: Template,
        *rules: Rule,
        form: AnswerForm = MOTION_FORM,
        cap_microusd: int | None = None,
        seed: int = 7,
        others: Iterable[Template] = (),
        calibration: Calibration | None = None,
        price: Price = FREE,
    ) -> None:
        super().__init__(rules, templates=(format_, *others), price=price)
        opening = self.opening(cap_microusd=cap_microusd)
        pinned = replace(opening, answer=form, measure=format_.measure, seed=seed, calibration=calibration)
        self.do(Open(opening=pinned))
        self.do(Admit())

    @property
    def wanted_seats(self) -> list[str]:
        return [step.seat for step in plan(self.engine, self.state)]

    def step(self, name: str) -> Step:
        """The wanted or open step that begins with `name`, without its round and seat."""
        flow = self.engine.flow(self.state)
        return next(step for step in flow.plan(self.state) if name in (step.id.split(".")[1:2] or [step.id]))

    def request(self, name: str) -> ModelRequest:
        return self.engine.flow(self.state).request(self.state, self.step(name))

    def prompt(self, name: str) -> str:
        return self.request(name).messages[-1].text

    def begin_all(self) -> list[StepId]:
        """Every call that is wanted is begun, as a driver does it."""
        begun: list[StepId] = []
        for step in plan(self.engine, self.state):
            self.do(
                BeginAttempt(
                    step=step.id,
                    attempt=next_attempt(self.state, step.id),
                    seat=step.seat,
                    route=ROUTE,
                    cost_microusd_max=TURN_COST_MICROUSD_MAX,
                    prompt_digest=Digest("0" * 64),
                )
            )
            begun.append(step.id)
        return begun

    def end(self, step: StepId, text: str) -> tuple[Event, ...]:
        """One of the calls under way is answered."""
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

    def fail_step(self, step: StepId) -> tuple[Event, ...]:
        return self.do(
            RecordFailure(
                step=step,
                attempt=self.state.work.open[step].attempt,
                error="overloaded",
                message="The model is overloaded.",
                cost_microusd=0,
                is_final=False,
            )
        )

    def refuse(self, cap: str = "session") -> tuple[Event, ...]:
        """The step that is wanted first can't be paid for."""
        step = plan(self.engine, self.state)[0]
        return self.do(RefuseSpend(step=step.id, cap=cap, wanted_microusd=500, left_microusd=0))

    def play(self, *texts: str) -> None:
        """All that is wanted now is asked at once and answered in the order of the format."""
        for step, text in zip(self.begin_all(), texts, strict=True):
            self.end(step, text)

    def is_verdict_wanted(self) -> bool:
        return any(step.kind is StepKind.VERDICT for step in plan(self.engine, self.state))
