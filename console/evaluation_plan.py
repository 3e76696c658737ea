"""What will an evaluation run, may it be run, and what does it take?

Whatever can't be held is refused here, before anything is spent: a format that can't answer what the tasks ask, a name
that nobody knows, a budget that doesn't hold one task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from console.batches import digest_of
from console.presenters.figures import money
from console.task_files import read_tasks
from core.domain.answers import AnswerForm, AnswerKind
from core.domain.errors import WrongUse, nearest
from core.domain.estimates import Spread
from core.domain.participants import Role, Seat
from core.domain.people import is_person
from core.domain.summary import EVALUATION
from core.domain.unasked import what_it_is
from core.evaluation.results import Arm
from core.runtime.children import control_casting
from core.runtime.requests import DebateRequest
from core.templates.answerable import can_be_asked

if TYPE_CHECKING:
    from core.evaluation.tasks import Task
    from core.orchestrator import Orchestrator
    from core.templates.template import Template

CONTROLS: tuple[str, ...] = ("vote_only", "self_consistency")
"""What a debate has to beat for the same money: as many answers as it pays for, and the most frequent of them."""
ORIGIN = EVALUATION
"""Who begins the sessions of an evaluation: lists leave these out unless they are asked for."""
SIMULATED = "simulated"
RESERVE_FACTOR = 2
"""Held for a session before it begins: so many times what it costs if everybody says all that they may. Calls are
reserved at that, and more of them at once than are paid for in the end."""
ARMS_MAX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRequest:
    """`teams` are models that take a format's seats in turn, `seats` who takes a role or seat whatever the team is.
    `rounds`, `rules` and `cap_microusd` are None or "" where the format, or nothing, says otherwise."""

    formats: tuple[str, ...]
    tasks: Path
    teams: tuple[tuple[str, ...], ...] = ((SIMULATED,),)
    seats: Mapping[str, str]
    controls: tuple[str, ...] = CONTROLS
    limit: int | None = None
    rounds: int | None = None
    rules: str = ""
    seed: int = 0
    cap_microusd: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmPlan:
    """An arm with all that a session of it is asked with. `cost_microusd` is what one may cost, `dearest_microusd` if
    everybody says all that they may; `controls` are run behind it, for what it has spent. Of a control, `arguing` are
    those who sit in its debate, and `beside` is what makes that the debate that it is."""

    arm: Arm
    template: Template
    casting: Mapping[str, str]
    cost_microusd: Spread
    dearest_microusd: int = 0
    controls: tuple[ArmPlan, ...] = ()
    arguing: tuple[Seat, ...] = ()
    beside: Mapping[str, object] = field(default_factory=dict)

    @property
    def reserved_microusd(self) -> int:
        """The most that one session of it may cost, its controls not counted."""
        return self.dearest_microusd * RESERVE_FACTOR


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationPlan:
    """`tasks` are as many as the file holds, `unscored` of them without a right answer. `id` names what is evaluated:
    the same arms on the same tasks. `unasked` is `simulated` or `rehearsal` where no model is asked."""

    request: EvaluationRequest
    arms: tuple[ArmPlan, ...]
    tasks: int
    unscored: int
    id: str
    unasked: str

    @property
    def all_arms(self) -> tuple[Arm, ...]:
        """Every arm, each debate before its controls."""
        return tuple(each.arm for arm in self.arms for each in (arm, *arm.controls))

    @property
    def task_microusd(self) -> Spread:
        """What one task may cost in all arms together: a control spends what its debate did."""
        each = [(arm.cost_microusd, 1 + len(arm.controls)) for arm in self.arms]
        return Spread(
            low=sum(cost.low for cost, _ in each),
            expected=sum(cost.expected * times for cost, times in each),
            high=sum(cost.high * times for cost, times in each),
        )

    @property
    def task_reserved_microusd(self) -> int:
        """What has to be there for a task to be begun."""
        return sum(arm.reserved_microusd * (1 + len(arm.controls)) for arm in self.arms)


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What the file turned out to hold: of each form the first task, and the longest of all."""

    first: dict[AnswerForm, Task]
    longest: Task
    tasks: int
    unscored: int
    digest: str


async def planned(orchestrator: Orchestrator, request: EvaluationRequest) -> EvaluationPlan:
    """The plan of `request`. Raises WrongUse where it can't be held; records nothing and asks nobody."""
    formats = await _templates(orchestrator, request.formats, "formats")
    controls = await _templates(orchestrator, request.controls, "--controls")
    if len(set(request.teams)) < len(request.teams):
        raise WrongUse("the same models are named twice.", where="--models", now="Name each team once.")
    _readable_twice(request.tasks)
    seen = _seen(request)
    await _answerable(orchestrator, (*formats, *controls), seen, request.tasks)
    _known_seats(request.seats, formats)
    arms: list[ArmPlan] = []
    for template in formats:
        for team in request.teams:
            arms.append(await _arm(orchestrator, request, template, team, controls, seen.longest))
    count = sum(1 + len(arm.controls) for arm in arms)
    if count > ARMS_MAX:
        now = "Name fewer formats or models, or evaluate them one after another."
        raise WrongUse(f"{count} arms with their controls; at most {ARMS_MAX} are run together.", now=now)
    routes = [word for arm in arms for each in (arm, *arm.controls) for word in each.casting.values()]
    plan = EvaluationPlan(
        request=request,
        arms=tuple(arms),
        tasks=seen.tasks,
        unscored=seen.unscored,
        id=digest_of([seen.digest, [identity(request, each) for arm in arms for each in (arm, *arm.controls)]])[:16],
        unasked=what_it_is(routes),
    )
    _affordable(plan)
    return plan


def identity(request: EvaluationRequest, arm: ArmPlan) -> dict[str, object]:
    """All that makes an arm another arm: whoever asks for the same finds the same sessions. A control spends what its
    debate has, so that beside another debate it is another one."""
    return {
        "format": arm.template.id,
        "version": arm.template.version,
        "casting": dict(sorted(arm.casting.items())),
        "beside": dict(arm.beside),
        "rounds": request.rounds,
        "rules": request.rules,
        "seed": request.seed,
    }


async def _templates(orchestrator: Orchestrator, names: Sequence[str], where: str) -> tuple[Template, ...]:
    for name in names:
        if names.count(name) > 1:
            raise WrongUse(f"{name} is named twice.", where=where, now="Name each format once.")
    return tuple([await orchestrator.template(name) for name in names])


def _readable_twice(path: Path) -> None:
    """Raises WrongUse for a pipe: what was looked over would be gone when it is to be asked."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        now = "Write the tasks into a file; the same file goes on with them later, too."
        raise WrongUse("tasks are read more than once, and a pipe can be read only once.", where=str(path), now=now)


def _seen(request: EvaluationRequest) -> _Seen:
    """Read the file once, whole: a mistake in its last line is found before the first is asked."""
    seen: _Seen | None = None
    digest = sha256()
    for task in read_tasks(request.tasks, limit=request.limit):
        digest.update(repr((task.id, task.question, task.form.choices, task.known_answer)).encode())
        if seen is None:
            seen = _Seen(first={}, longest=task, tasks=0, unscored=0, digest="")
        seen.first.setdefault(AnswerForm(kind=task.form.kind, choices=()), task)
        seen.longest = max(seen.longest, task, key=lambda each: len(each.question))
        seen.tasks += 1
        seen.unscored += not task.known_answer
    if seen is None:
        raise WrongUse("no task is to be run.", where="--limit", now="Name one from 1.")
    seen.digest = digest.hexdigest()
    return seen


async def _answerable(orchestrator: Orchestrator, templates: Sequence[Template], seen: _Seen, path: Path) -> None:
    for form, task in seen.first.items():
        for template in templates:
            if can_be_asked(template, form):
                continue
            able = [each.id for each in await orchestrator.templates() if can_be_asked(each, form)]
            asked = "one of several choices" if form.kind is AnswerKind.CHOICE else f"a {form.kind}"
            raise WrongUse(
                f"{template.id} argues for and against a motion, and task {task.id!r} asks for {asked}.",
                where=str(path),
                now=f"Formats that can answer it are {', '.join(sorted(able))}.",
            )


def _known_seats(seats: Mapping[str, str], formats: Sequence[Template]) -> None:
    known = {name for template in formats for name in _names(template)}
    for name in seats:
        if name not in known:
            now = nearest(name, known) or f"They have {', '.join(sorted(known))}."
            raise WrongUse(f"none of the formats has a seat or role {name!r}.", where="--seat", now=now)


def _names(template: Template) -> set[str]:
    return {name for spec in template.seats for name in (str(spec.id), spec.role.value)}


async def _arm(
    orchestrator: Orchestrator,
    request: EvaluationRequest,
    template: Template,
    team: tuple[str, ...],
    controls: Sequence[Template],
    longest: Task,
) -> ArmPlan:
    named = f"{template.id} {request.teams.index(team) + 1}" if len(request.teams) > 1 else str(template.id)
    casting = _casting(template, team, request.seats)
    plan = await orchestrator.plan_debate(debate_request(request, template, casting, longest, cap_microusd=None))
    if any(is_person(route) for seat in plan.seats for route in seat.participant.routes):
        now = "Name models for all seats; a single debate can have you in it: 'moot debate --seat ROLE=human'."
        raise WrongUse("an evaluation waits for nobody, and a person is to sit in it.", where=template.id, now=now)
    arm = ArmPlan(
        arm=Arm(name=named, template=template.id, team=team),
        template=template,
        casting=casting,
        cost_microusd=plan.estimate.cost_microusd,
        dearest_microusd=plan.dearest_microusd,
    )
    if template.id in CONTROLS:
        return arm
    beside = []
    for control in controls:
        cast = control_casting(plan.seats, control)
        asked = debate_request(request, control, cast, longest, cap_microusd=None)
        cost = (await orchestrator.plan_debate(replace(asked, rounds=None))).estimate.cost_microusd
        named_control = Arm(name=f"{control.id} of {named}", template=control.id, team=team, control_of=named)
        beside.append(
            ArmPlan(
                arm=named_control,
                template=control,
                casting=cast,
                cost_microusd=cost,
                arguing=plan.seats,
                beside=identity(request, arm),
            )
        )
    return replace(arm, controls=tuple(beside))


def debate_request(
    request: EvaluationRequest,
    template: Template,
    casting: Mapping[str, str],
    task: Task,
    *,
    cap_microusd: int | None,
) -> DebateRequest:
    """A task as a debate is asked for. The seed differs from task to task, and is the same in every arm."""
    seed = int.from_bytes(sha256(f"{request.seed}:{task.id}".encode()).digest()[:4], "big")
    return DebateRequest(
        question=task.question,
        template_id=template.id,
        casting=casting,
        rounds=request.rounds,
        cap_microusd=cap_microusd,
        seed=seed,
        title=f"{task.id} · {template.id}",
        origin=ORIGIN,
        rules=request.rules,
        answers=task.form,
        known_answer=task.known_answer,
    )


def _casting(template: Template, team: tuple[str, ...], seats: Mapping[str, str]) -> dict[str, str]:
    """The models of a team in turn over the seats that argue or answer, the first for whoever judges. Whom `seats`
    names sits there instead, by seat before by role."""
    cast: dict[str, str] = {"": team[0]}
    arguing = [spec for spec in template.seats if spec.role is not Role.JUDGE]
    for spec in template.seats:
        turn = arguing.index(spec) % len(team) if spec in arguing else 0
        cast[spec.id] = seats.get(spec.id) or seats.get(spec.role.value) or team[turn]
    return cast


def _affordable(plan: EvaluationPlan) -> None:
    cap = plan.request.cap_microusd
    if cap is None or plan.task_reserved_microusd <= cap:
        return
    raise WrongUse(
        f"{money(cap)} hold no task: one may cost {money(plan.task_reserved_microusd)} in all arms together.",
        where="--budget-usd",
        now=f"All {plan.tasks} take about {money(plan.task_microusd.expected * plan.tasks)}. Raise it, or name fewer "
        "formats.",
    )
