"""What does a debate open with?

A request names what matters to the operator; the opening pins everything that decisions will depend on. Whatever can't
be held is refused here, whole, before anything is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.domain.commands import Admit, Open
from core.domain.errors import WrongUse, nearest
from core.domain.ids import Digest, ParticipantId, SessionId, StepId, TemplateId
from core.domain.participants import Participant, Role, Seat
from core.domain.session import ROUNDS_MAX, DocumentRef, Opening
from core.domain.steps import Step, StepKind
from core.domain.text import clean_text
from core.engine.evolve import unopened
from core.engine.settle import settle
from core.ports.model_provider import ModelInfo
from core.rules.rule import ApplyTemplate, Rule
from core.runtime.ports import Limits, Ports
from core.runtime.requests import MOTION_BYTES_MAX, DebatePlan, DebateRequest
from core.templates.participants import MODEL_DEFAULT
from core.templates.template import Complexity, Template

DEFAULT_TEMPLATE = TemplateId("standard_debate")
DEBATE_PIN = "debate@1"
MEASURE_PIN = "keywords@1"
TITLE_CHARACTERS_MAX = 80
SEED_MAX = 2**32 - 1


class Openings:
    """Turns requests into plans and openings, from what the catalogue and the providers know."""

    def __init__(self, ports: Ports, limits: Limits) -> None:
        self._ports = ports
        self._limits = limits

    async def template(self, id: str) -> Template:
        """The newest version of a template. Raises WrongUse with the nearest name."""
        templates = {template.id: template for template in await self._ports.catalogue.templates()}
        found = templates.get(TemplateId(id))
        if found is None:
            raise WrongUse(
                f"no template is called {id!r}.",
                now=nearest(id, templates) or f"There are {', '.join(sorted(templates))}.",
            )
        return found

    async def plan(self, request: DebateRequest) -> DebatePlan:
        """What `request` would start; raises WrongUse where it can't be held. Records nothing."""
        plan, _, _ = await self._planned(request)
        return plan

    async def opening(
        self, request: DebateRequest, *, rules_digest: Digest, pins: Mapping[TemplateId, Digest]
    ) -> Opening:
        """Everything pinned. Raises WrongUse where the debate can't be held."""
        plan, infos, casting = await self._planned(request)
        digest = await self._digest(plan.template)
        for document in request.documents:
            if document.digest not in self._ports.library.documents:  # what is at hand was read from the catalogue
                await self._ports.catalogue.save_document(document)
        motion = _motion(request.question)
        opening = Opening(
            flow=DEBATE_PIN,
            measure=MEASURE_PIN,
            title=clean_text(request.title).strip() or _title(motion),
            motion=motion,
            template=plan.template.id,
            template_digest=digest,
            rules_digest=rules_digest,
            templates=pins,
            seats=plan.seats,
            casting=casting,
            prices={model: info.price for model, info in infos.items()},
            documents=tuple(
                DocumentRef(name=document.name, digest=document.digest, bytes=len(document.text.encode()))
                for document in request.documents
            ),
            seed=request.seed if request.seed is not None else self._ports.new_seed(),
            rounds_limit=plan.rounds,
            cap_microusd=plan.cap_microusd,
            origin=request.origin,
        )
        await self._ports.library.prepare_opening(opening)
        self._refuse_early(opening)
        return opening

    async def _digest(self, template: Template) -> Digest:
        """The digest of the newest version of a template, without writing what is there already."""
        known = self._ports.library.templates
        digest = next((digest for digest, each in known.items() if each == template), None)
        if digest is None:
            at_ms = self._ports.clock.now_ms()
            digest = await self._ports.catalogue.save_template(template, actor="moot", at_ms=at_ms)
        return digest

    async def _planned(
        self, request: DebateRequest
    ) -> tuple[DebatePlan, Mapping[str, ModelInfo], Mapping[str, Participant]]:
        _motion(request.question)
        template = await self._template_for(request)
        rounds = _rounds(request.rounds, template)
        _seed(request.seed)
        cap = _cap(request.cap_microusd, self._limits.cap_session_microusd)
        participants = {participant.id: participant for participant in await self._ports.catalogue.participants()}
        seats = _seats(request, template, participants)
        casting = _casting(request, template, participants)
        models = {seat.participant.model for seat in seats} | {cast.model for cast in casting.values()}
        infos = {model: self._ports.providers.describe(model) for model in sorted(models)}
        is_rehearsal = all(infos[seat.participant.model].is_rehearsal for seat in seats)
        notes = ("This is a rehearsal: no model is asked, nothing is spent.",) if is_rehearsal else ()
        return (
            DebatePlan(
                template=template,
                seats=seats,
                rounds=rounds,
                minutes_expected=-(-template.minutes_expected * rounds // template.rounds),
                cost_microusd_expected=0
                if is_rehearsal
                else -(-template.cost_microusd_expected * rounds // template.rounds),
                cap_microusd=cap,
                is_rehearsal=is_rehearsal,
                notes=notes,
            ),
            infos,
            casting,
        )

    async def _template_for(self, request: DebateRequest) -> Template:
        if request.template_id:
            return await self.template(request.template_id)
        if not request.complexity:
            return await self.template(DEFAULT_TEMPLATE)
        if request.complexity not in tuple(Complexity):
            raise WrongUse(
                f"no complexity is called {request.complexity!r}.",
                now=nearest(request.complexity, Complexity) or f"It is one of {', '.join(Complexity)}.",
            )
        return await self.template(f"{request.complexity}_debate")

    def _refuse_early(self, opening: Opening) -> None:
        """Ask each provider whether it already knows that it can't argue this: on the state of the first round."""
        engine, now_ms = self._ports.engine, self._ports.clock.now_ms()
        opened = settle(engine, unopened(SessionId("")), Open(opening=opening), now_ms=now_ms).state
        state = settle(engine, opened, Admit(), now_ms=now_ms).state
        template = self._ports.library.templates[opening.template_digest]
        first = {spec.seat: spec for spec in reversed(template.steps_of_round(1, rounds_limit=opening.rounds_limit))}
        for seat in opening.seats:
            spec = first.get(seat.id)
            if spec is not None:
                step = Step(
                    id=StepId(f"r1.{spec.name}.{spec.seat}"),
                    kind=StepKind.TURN,
                    seat=spec.seat,
                    task=spec.task,
                    round=1,
                )
                self._ports.providers.for_model(seat.participant.model).refuse_early(
                    engine.flow(state).request(state, step)
                )


def _seats(
    request: DebateRequest, template: Template, participants: Mapping[ParticipantId, Participant]
) -> tuple[Seat, ...]:
    known = {spec.id for spec in template.seats} | {spec.role.value for spec in template.seats} | {""}
    for name in request.casting:
        if name not in known:
            raise WrongUse(
                f"{template.id} has no seat or role {name!r}.",
                now=nearest(name, known - {""}) or f"It has {', '.join(sorted(known - {''}))}.",
            )
    seats: list[Seat] = []
    for spec in template.seats:
        participant = participants.get(spec.participant)
        if participant is None:
            raise WrongUse(
                f"its seat {spec.id} is for a participant {spec.participant!r} whom nobody knows.",
                where=f"template {template.id}",
                now=nearest(spec.participant, participants),
            )
        seats.append(
            Seat(id=spec.id, role=spec.role, participant=_cast(participant, request.casting, spec.id, spec.role))
        )
    return tuple(seats)


def _casting(
    request: DebateRequest, template: Template, participants: Mapping[ParticipantId, Participant]
) -> Mapping[str, Participant]:
    """Who sits down where only a later template has a seat: whoever bears the role's own name."""
    seated = {spec.role for spec in template.seats}
    cast: dict[str, Participant] = {}
    for role in Role:
        participant = next((each for id, each in participants.items() if id == role.value), None)
        if participant is not None and (role not in seated or role in (Role.PROPOSER, Role.OPPONENT)):
            cast[role.value] = _cast(participant, request.casting, role.value, role)
    return cast


def pinned_templates(rules: Sequence[Rule]) -> frozenset[TemplateId]:
    """The templates that a rule set may apply: a session pins them together with the rules."""
    return frozenset(
        TemplateId(action.template) for rule in rules for action in rule.then if isinstance(action, ApplyTemplate)
    )


def _cast(participant: Participant, casting: Mapping[str, str], seat: str, role: Role) -> Participant:
    model = casting.get(seat) or casting.get(role.value) or casting.get("") or participant.model or MODEL_DEFAULT
    return participant if model == participant.model else replace(participant, model=model)


def _motion(question: str) -> str:
    motion = clean_text(question).strip()
    if not motion:
        raise WrongUse("a debate without a motion.", now='Say what is to be debated: moot debate "Should we …?"')
    size = len(motion.encode())
    if size > MOTION_BYTES_MAX:
        raise WrongUse(
            f"the motion is {size:,} bytes long; at most {MOTION_BYTES_MAX:,} are taken.",
            now="Put the question in a sentence and give the rest as a file: --evidence FILE.",
        )
    return motion


def _title(motion: str) -> str:
    line = " ".join(motion.split())
    return line if len(line) <= TITLE_CHARACTERS_MAX else f"{line[: TITLE_CHARACTERS_MAX - 1]}…"


def _rounds(asked: int | None, template: Template) -> int:
    if asked is None:
        return template.rounds
    if not 1 <= asked <= ROUNDS_MAX:
        raise WrongUse(f"{asked} can't be the number of rounds.", now=f"Name one from 1 to {ROUNDS_MAX}.")
    return asked


def _seed(asked: int | None) -> None:
    if asked is not None and not 0 <= asked <= SEED_MAX:
        raise WrongUse(f"{asked} can't be a seed.", now=f"Name a number from 0 to {SEED_MAX}.")


def _cap(asked: int | None, allowed: int | None) -> int | None:
    if asked is not None and asked < 0:
        raise WrongUse("a budget below zero.", now="Name what may be spent at most, or leave it.")
    if asked is None or allowed is None:
        return asked if allowed is None else allowed
    return min(asked, allowed)
