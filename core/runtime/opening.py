"""What does a debate open with?

A request names what matters to the operator; the opening pins everything that decisions will depend on. Whatever can't
be held is refused here, whole, before anything is recorded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from core.domain.answers import UNDECIDED, AnswerForm, checked_form
from core.domain.commands import Admit, Open
from core.domain.errors import WrongUse, nearest
from core.domain.estimates import Pace
from core.domain.ids import NO_TEMPLATE, Digest, SessionId, StepId, TemplateId
from core.domain.participants import Participant, Seat
from core.domain.session import ROUNDS_MAX, Opening
from core.domain.steps import Step, StepKind
from core.domain.text import clean_text
from core.domain.unasked import notes_on
from core.engine.evolve import unopened
from core.engine.settle import settle
from core.judging.answers import normalised
from core.ports.model_provider import ModelInfo
from core.prompts.evidence import DOCUMENT_CHARACTERS_MAX
from core.rules.pinning import plugins_of
from core.runtime.calibrating import calibration_for
from core.runtime.casting import WORD_SHOWN_CHARACTERS_MAX, Casting, casting_notes
from core.runtime.pinning import (
    cap_of,
    described,
    is_rehearsed,
    kept_documents,
    label_text,
    require_seed,
    rule_set_named,
    seed_of,
    set_in_force,
    title_of,
    with_models,
)
from core.runtime.ports import Limits, Ports
from core.runtime.requests import MOTION_BYTES_MAX, DebatePlan, DebateRequest
from core.runtime.rules_in_force import RulesInForce
from core.templates.answerable import can_be_asked
from core.templates.dials import dial_line, dialled
from core.templates.estimate import Known, dearest_microusd, estimated
from core.templates.sampling import asked_times
from core.templates.standard import TEMPLATE_DEFAULT, template_of
from core.templates.template import Complexity, Template

DEBATE_PIN = "debate@2"


class Openings:
    """Turns requests into plans and openings, from what the catalogue and the providers know."""

    def __init__(self, ports: Ports, limits: Limits, paces: Callable[[], Awaitable[Mapping[str, Pace]]]) -> None:
        self._ports = ports
        self._paces = paces
        self._limits = limits

    async def template(self, id: str) -> Template:
        """The newest version of a template. Raises WrongUse with the nearest name."""
        found = await self._ports.catalogue.newest_template(TemplateId(id))
        if found is None:
            templates = [row.id for row in await self._ports.catalogue.template_rows()]
            raise WrongUse(
                f"no template is called {id!r}.",
                now=nearest(id, templates) or f"There are {', '.join(sorted(templates))}.",
            )
        return found

    async def plan(self, request: DebateRequest) -> DebatePlan:
        """What `request` would start; raises WrongUse where it can't be held. Records nothing."""
        plan, _, _ = await self._planned(request)
        return plan

    async def opening(self, request: DebateRequest, *, rules: RulesInForce) -> Opening:
        """Everything pinned. Raises WrongUse where the debate can't be held."""
        plan, infos, casting = await self._planned(request)
        in_force = await set_in_force(self._ports, plan.rule_set, rules)
        digest = await self.digest(plan.template)
        documents = await kept_documents(self._ports, request.documents)
        motion = _motion(request.question)
        opening = Opening(
            flow=DEBATE_PIN,
            measure=plan.template.measure,
            title=label_text(request.title) or title_of(motion),
            motion=motion,
            template=plan.template.id,
            template_digest=digest,
            rules_digest=in_force.digest,
            templates=in_force.templates,
            rule_set=plan.rule_set,
            seats=plan.seats,
            casting=casting,
            prices={model: info.price for model, info in infos.items()},
            windows={model: info.tokens_context_max for model, info in infos.items()},
            documents=documents,
            seed=seed_of(request.seed, self._ports),
            rounds_limit=plan.rounds,
            cap_microusd=plan.cap_microusd,
            origin=request.origin,
            estimate=plan.estimate,
            control=plan.control,
            answer=request.answers,
            known_answer=_known(request),
            calibration=await calibration_for(self._ports.index, plan.template, is_unasked=plan.is_rehearsal),
            plugins=plugins_of((await self._ports.library.rules(in_force.digest)).rules),
            answer_terms=self._limits.answer_terms,
        )
        await self._ports.library.prepare_opening(opening)
        try:
            self._refuse_early(opening)
        except WrongUse as refusal:
            raise (await with_models(self._ports, refusal) if plan.is_rehearsal else refusal) from refusal
        return opening

    async def digest(self, template: Template) -> Digest:
        """The digest of a version of a template, without writing what is there already. It becomes the newest of its id
        by this no more than it was."""
        known = self._ports.library.templates
        digest = next((digest for digest, each in known.items() if each == template), None)
        return digest or await self._ports.catalogue.keep_template(template)

    async def _planned(
        self, request: DebateRequest
    ) -> tuple[DebatePlan, Mapping[str, ModelInfo], Mapping[str, Participant]]:
        _motion(request.question)
        template = dialled(await self._template_for(request), request.dials)
        if request.calls is not None:
            template = asked_times(template, request.calls)
        _answerable(request.answers, template)
        control = await self.template(request.control) if request.control else None
        if control is not None:
            _answerable(request.answers, control)
        _known(request)
        rounds = _rounds(request.rounds, template)
        require_seed(request.seed)
        cap = cap_of(request.cap_microusd, self._limits.cap_session_microusd)
        rule_set = await rule_set_named(self._ports, request.rules or template.rule_set)
        cast = Casting(await self._ports.catalogue.participants(), self._ports.offers)
        seats = cast.seats(request, template)
        casting = cast.later(request, template)
        infos = await described(self._ports, (*_seated(seats), *casting.values()))
        is_rehearsal = is_rehearsed(_seated(seats), infos)
        rehearsed = notes_on(route for sitting in _seated(seats) for route in sitting.routes)
        set_to = (f"{dial_line(dial)}." for dial in template.dials if dial.name in request.dials)
        notes = (*rehearsed, *set_to, *casting_notes(seats))
        known = Known(
            prices={model: info.price for model, info in infos.items()},
            paces=await self._paces(),
            motion_characters=len(request.question),
            evidence_characters=min(sum(len(each.text) for each in request.documents), DOCUMENT_CHARACTERS_MAX),
            rehearsing=frozenset(model for model, info in infos.items() if info.is_rehearsal),
        )
        return (
            DebatePlan(
                template=template,
                seats=seats,
                rounds=rounds,
                rule_set=rule_set,
                estimate=estimated(template, seats, rounds=rounds, known=known),
                dearest_microusd=dearest_microusd(template, seats, rounds=rounds, known=known),
                control=control.id if control is not None else NO_TEMPLATE,
                cap_microusd=cap,
                is_rehearsal=is_rehearsal,
                notes=notes,
            ),
            infos,
            casting,
        )

    async def _template_for(self, request: DebateRequest) -> Template:
        if request.template_id and request.complexity:
            raise WrongUse(
                f"the complexity {request.complexity!r} chooses a format, and {request.template_id!r} is one.",
                now="Give one of them.",
            )
        if request.template_id:
            return await self.template(request.template_id)
        if not request.complexity:
            return await self.template(TEMPLATE_DEFAULT)
        if request.complexity not in tuple(Complexity):
            raise WrongUse(
                f"no complexity is called {request.complexity!r}.",
                now=nearest(request.complexity, Complexity) or f"It is one of {', '.join(Complexity)}.",
            )
        return await self.template(template_of(Complexity(request.complexity)).id)

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


def _answerable(form: AnswerForm, template: Template) -> None:
    """Sides argue for and against a motion: what else is asked is answered by seats that speak for themselves."""
    checked_form(form)
    if not can_be_asked(template, form):
        asked = f"one of {', '.join(form.choices)}" if form.choices else f"a {form.kind}"
        raise WrongUse(
            f"{template.id} argues for and against a motion, and can't be asked for {asked}.",
            where="answers",
            now="Take a format whose seats answer for themselves, such as society_of_minds, council or vote_only.",
        )


def _known(request: DebateRequest) -> str:
    """The right answer in its common form, so that whatever is answered can be held against it; "" where none is
    known."""
    if not request.known_answer:
        return ""
    known = normalised(request.known_answer, request.answers)
    if not known or known == UNDECIDED:
        raise WrongUse(
            f"{request.known_answer[:WORD_SHOWN_CHARACTERS_MAX]!r} is no answer of the form that is asked for: "
            f"{request.answers.kind}.",
            where="known_answer",
            now="Give an answer of that form, or none.",
        )
    return known


def _seated(seats: Sequence[Seat]) -> tuple[Participant, ...]:
    return tuple(seat.participant for seat in seats)


def _motion(question: str) -> str:
    motion = clean_text(question).strip()
    if not motion:
        raise WrongUse("a debate without a motion.", now='Say what is to be debated, such as "Should we …?"')
    size = len(motion.encode())
    if size > MOTION_BYTES_MAX:
        raise WrongUse(
            f"the motion is {size:,} bytes long; at most {MOTION_BYTES_MAX:,} are taken.",
            now="Put the question in a sentence and give the rest as an evidence file.",
        )
    return motion


def _rounds(asked: int | None, template: Template) -> int:
    if asked is None:
        return template.rounds
    if not 1 <= asked <= ROUNDS_MAX:
        raise WrongUse(f"{asked} can't be the number of rounds.", now=f"Name one from 1 to {ROUNDS_MAX}.")
    return asked
