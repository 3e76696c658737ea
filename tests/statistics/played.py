"""How is a session of simulated participants played by the engine itself, call by call?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.domain.answers import MOTION_FORM, AnswerForm
from core.domain.budget import FREE
from core.domain.calibration import Calibration
from core.domain.commands import Admit, BeginAttempt, Open, RecordAnswer
from core.domain.ids import Digest
from core.domain.participants import Seat
from core.domain.steps import ModelRequest
from core.engine.plan import next_attempt, plan
from core.providers.simulated import simulated
from core.rules.rule import Rule
from core.templates.template import Template
from tests.builders import Played, participant

CALLS_MAX = 1_000
"""A session that wants more than this has no end."""


class Simulation(Played):
    """`routes` are by seat, `""` for all others."""

    def __init__(
        self,
        format_: Template,
        routes: Mapping[str, str],
        *,
        rules: Iterable[Rule] = (),
        form: AnswerForm = MOTION_FORM,
        known_answer: str = "",
        motion: str = "",
        seed: int = 7,
        calibration: Calibration | None = None,
    ) -> None:
        super().__init__(rules, templates=(format_,))
        seats = tuple(
            Seat(id=spec.id, role=spec.role, participant=participant(model=routes.get(spec.id, routes[""])))
            for spec in format_.seats
        )
        opening = self.opening(seats=seats, **({"motion": motion} if motion else {}))
        self.do(
            Open(
                opening=replace(
                    opening,
                    measure=format_.measure,
                    prices=dict.fromkeys(routes.values(), FREE),
                    answer=form,
                    known_answer=known_answer,
                    seed=seed,
                    calibration=calibration,
                )
            )
        )
        self.do(Admit())

    def play(self) -> Simulation:
        """To its end: whatever is wanted together is asked together."""
        flow = self.engine.flow(self.state)
        for _ in range(CALLS_MAX):
            steps = plan(self.engine, self.state)
            if not steps:
                return self
            asked: list[ModelRequest] = []
            for step in steps:
                asked.append(flow.request(self.state, step))
                self.do(
                    BeginAttempt(
                        step=step.id,
                        attempt=next_attempt(self.state, step.id),
                        seat=step.seat,
                        route=asked[-1].model,
                        cost_microusd_max=0,
                        prompt_digest=Digest("0" * 64),
                    )
                )
            for request in asked:
                self._answer(request)
        raise AssertionError(f"it still wants {self.wanted} after {CALLS_MAX} rounds of calls")

    def _answer(self, request: ModelRequest) -> None:
        self.do(
            RecordAnswer(
                step=request.step,
                attempt=self.state.work.open[request.step].attempt,
                text=simulated(request),
                tokens_input=0,
                tokens_output=0,
                cost_microusd=0,
                latency_ms=0,
                model=request.model,
                stop_reason="stop",
            )
        )
