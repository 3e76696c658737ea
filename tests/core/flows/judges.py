"""How are debates played in tests whose judges cast ballots?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from core.domain.answers import MOTION_FORM, AnswerForm
from core.domain.commands import BeginAttempt
from core.domain.ids import Digest, SeatId, StepId
from core.domain.participants import Participant, Role, Seat
from core.domain.session import Opening
from core.domain.steps import Step
from core.engine.plan import next_attempt, plan
from core.templates.template import Expects, Judging, Template
from tests.builders import MOTION, ROUTE, TURN_COST_MICROUSD_MAX, seat_spec, step_spec, template
from tests.core.flows.panels import Panel

JUDGES = ("judge", "second_judge", "third_judge")
ELSEWHERE = "scripted:beta"
"""The model of judges, unless it is said: not that of those who argue."""


def judged(
    *judges: str, judging: Judging = Judging.SWAPPED, rounds: int = 1, is_blind: bool = True, id_: str = "judged"
) -> Template:
    """A claim and a reply, then the verdict of these judges; of one by default."""
    seated = judges or JUDGES[:1]
    base = template(
        id_,
        rounds=rounds,
        seats=(
            seat_spec(Role.PROPOSER),
            seat_spec(Role.OPPONENT),
            *(seat_spec(Role.JUDGE, judge) for judge in seated),
        ),
    )
    verdict = replace(step_spec("verdict", seated[0]), expects=Expects.VERDICT, is_blind=is_blind)
    return replace(base, verdict=verdict, judging=judging, judges=tuple(map(SeatId, seated[1:])))


class Judgement(Panel):
    """A debate whose turns are taken, so that its judges are due. `models` says who is behind a seat, `fallbacks` which
    routes stand by for it, and `flow` by which version it is held."""

    def __init__(
        self,
        format_: Template,
        *,
        models: Mapping[str, str] | None = None,
        fallbacks: Mapping[str, str] | None = None,
        flow: str = "debate@2",
        said: Iterable[str] = ("Fridays are calm.", "Fridays are short."),
        form: AnswerForm = MOTION_FORM,
        seed: int = 7,
        cap_microusd: int | None = None,
    ) -> None:
        self.models = {seat_.id: ELSEWHERE for seat_ in format_.seats if seat_.role is Role.JUDGE} | dict(models or {})
        self.fallbacks = dict(fallbacks or {})
        self.flow = flow
        super().__init__(format_, form=form, seed=seed, cap_microusd=cap_microusd)
        for text in said:
            self.speak(text)

    def opening(
        self,
        *,
        seats: Iterable[Seat] | None = None,
        rounds: int | None = None,
        cap_microusd: int | None = None,
        motion: str = MOTION,
        casting: Iterable[Role] = (Role.REVIEWER,),
    ) -> Opening:
        opening = super().opening(seats=seats, rounds=rounds, cap_microusd=cap_microusd, motion=motion, casting=casting)
        cast = tuple(replace(each, participant=self._cast(each.participant, each.id)) for each in opening.seats)
        prices = {route: self.price for each in cast for route in each.participant.routes}
        return replace(opening, seats=cast, prices=prices, flow=self.flow)

    def _cast(self, sitting: Participant, seat_: SeatId) -> Participant:
        instead = (self.fallbacks[seat_],) if seat_ in self.fallbacks else ()
        return replace(sitting, model=self.models.get(seat_, ROUTE), fallbacks=instead)

    def begin(self, *, cost_microusd_max: int = TURN_COST_MICROUSD_MAX) -> StepId:
        return self.ask(plan(self.engine, self.state)[0])

    def begin_all(self) -> list[StepId]:
        return [self.ask(step) for step in plan(self.engine, self.state)]

    def speak_instead(self, text: str) -> None:
        """The next turn is answered by its seat's fallback."""
        step = plan(self.engine, self.state)[0]
        self.end(self.ask(step, route=self.fallbacks[step.seat]), text)

    def ask(self, step: Step, *, route: str = "") -> StepId:
        """A call is begun with whoever sits there, or by `route`."""
        self.do(
            BeginAttempt(
                step=step.id,
                attempt=next_attempt(self.state, step.id),
                seat=step.seat,
                route=route or self.debate.seats[step.seat].participant.model,
                cost_microusd_max=TURN_COST_MICROUSD_MAX,
                prompt_digest=Digest("0" * 64),
            )
        )
        return step.id

    def ballots(self, *outcomes: str, instead: Collection[str] = ()) -> None:
        """Every ballot that is wanted, in the order of the format: `for`, or the whole of what is said. Those named in
        `instead` are answered by their seats' fallbacks."""
        begun = [
            self.ask(step, route=self.fallbacks[step.seat] if step.id in instead else "")
            for step in plan(self.engine, self.state)
        ]
        for step, outcome in zip(begun, outcomes, strict=True):
            self.end(step, f"So it is.\nVERDICT: {outcome}" if " " not in outcome else outcome)

    def give_up(self, step: StepId) -> None:
        """Every route of a call under way has failed for good."""
        while step in self.state.work.open or step in self.wanted:
            if step not in self.state.work.open:
                self.begin_all()
            self.fail_step(step)
