"""What exactly would a step of a format be sent, before anybody has said anything?

The flow itself words it, over a debate that is made up: everybody who speaks before the step has said a sentence that
names them, so that it shows who sees whom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.domain.answers import MOTION_FORM, AnswerForm
from core.domain.errors import WrongUse, nearest
from core.domain.growing import Growing
from core.domain.ids import NO_DIGEST, NO_SESSION, ParticipantId, StepId
from core.domain.participants import Participant, Seat
from core.domain.session import Opening
from core.domain.steps import Message, Step, StepKind
from core.domain.transcript import Turn, TurnKind
from core.engine.evolve import unopened
from core.flows.debate_asking import request_of
from core.flows.debate_judging import ballot_step
from core.flows.debate_state import DebateState, step_id
from core.flows.debate_verdict import VERDICT_STEP
from core.judging.consensus import MEASURES
from core.runtime.opening import DEBATE_PIN
from core.templates.template import MEASURE_DEFAULT, StepSpec, Template

STAND_IN_MOTION = "Should we do what is proposed?"
STAND_IN_SEED = 0
NOBODY = Participant(id=ParticipantId("nobody"), name="Nobody", model="")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPrompt:
    """What `step` is sent the first time that it takes place, in round `round`: its system and its user message."""

    step: str
    seat: str
    round: int
    messages: tuple[Message, ...]


def prompt_of(
    template: Template,
    name: str,
    *,
    people: Mapping[str, Participant],
    motion: str = STAND_IN_MOTION,
    answer: AnswerForm = MOTION_FORM,
    rounds: int | None = None,
) -> StepPrompt:
    """The prompt of the step called `name`. Seats whose participant isn't among `people` are told nothing of their own.

    Raises WrongUse for a step that the format doesn't have, or that no round holds.
    """
    limit = template.rounds if rounds is None else rounds
    spec, number = _first_time(template, name, limit)
    is_verdict = spec == template.verdict
    seats = {
        each.id: Seat(id=each.id, role=each.role, participant=people.get(each.participant, NOBODY))
        for each in template.seats
    }
    steps = template.steps_of_round(number, rounds_limit=limit)
    debate = DebateState(
        motion=motion,
        template=template,
        measure=MEASURES.get(template.measure, MEASURES[MEASURE_DEFAULT]),
        seats=seats,
        rounds_limit=limit,
        has_started=True,
        round=number,
        is_round_open=not is_verdict,
        steps=steps,
        turns=Growing(_said_before(template, spec, number, limit, is_verdict=is_verdict)),
    )
    opening = _opening(template, motion, tuple(seats.values()), limit, answer)
    state = replace(unopened(NO_SESSION), opening=opening, flow=debate)
    step = Step(
        id=_verdict_step(template) if is_verdict else step_id(number, spec.name, spec.seat),
        kind=StepKind.VERDICT if is_verdict else StepKind.TURN,
        seat=spec.seat,
        task=spec.task,
        round=number,
    )
    return StepPrompt(step=name, seat=spec.seat, round=number, messages=request_of(state, step, ()).messages)


def _verdict_step(template: Template) -> StepId:
    """What the judge is asked first, where it is asked more than once."""
    return ballot_step(template.bench[0], 1) if template.is_balloted else VERDICT_STEP


def _first_time(template: Template, name: str, limit: int) -> tuple[StepSpec, int]:
    """The step, and the first round that holds it; the last one for the verdict."""
    if template.verdict is not None and template.verdict.name == name:
        return template.verdict, limit
    for number in range(1, limit + 1):
        for spec in template.steps_of_round(number, rounds_limit=limit):
            if spec.name == name:
                return spec, number
    known = [step.name for step in template.steps]
    if name in known:
        raise WrongUse(f"no round holds {name}.", where=f"template {template.id}", now="Give it more rounds.")
    raise WrongUse(f"{template.id} has no step {name[:80]!r}.", now=nearest(name[:80], known))


def _said_before(template: Template, spec: StepSpec, number: int, limit: int, *, is_verdict: bool) -> Sequence[Turn]:
    """A turn for each that comes before the step."""
    roles = {seat.id: seat.role for seat in template.seats}
    said: list[Turn] = []
    for each in range(1, number + 1):
        for step in template.steps_of_round(each, rounds_limit=limit):
            if each == number and step.name == spec.name and not is_verdict:
                return said
            said.append(
                Turn(
                    kind=TurnKind.ARGUMENT,
                    step=step_id(each, step.name, step.seat),
                    seat=step.seat,
                    role=roles.get(step.seat),
                    round=each,
                    text=f"[what is said here as {step.task.replace('_', ' ')}]",
                )
            )
    return said


def _opening(template: Template, motion: str, seats: tuple[Seat, ...], limit: int, answer: AnswerForm) -> Opening:
    return Opening(
        flow=DEBATE_PIN,
        measure=template.measure,
        title=motion,
        motion=motion,
        template=template.id,
        template_digest=NO_DIGEST,
        rules_digest=NO_DIGEST,
        templates={},
        seats=seats,
        casting={},
        prices={},
        documents=(),
        seed=STAND_IN_SEED,
        rounds_limit=limit,
        cap_microusd=None,
        answer=answer,
    )
