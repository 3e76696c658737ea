"""What does a debate open with?

A request names what matters to the operator; the opening pins everything that decisions will depend on. Whatever can't
be held is refused here, whole, before anything is recorded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from core.domain.answers import AnswerForm, AnswerKind, checked_form
from core.domain.commands import Admit, Open
from core.domain.errors import PricesUnknown, WrongUse, nearest
from core.domain.estimates import Pace
from core.domain.ids import DEFAULT_RULE_SET, NO_TEMPLATE, Digest, SessionId, StepId, TemplateId
from core.domain.participants import Participant, Role, Seat
from core.domain.session import ROUNDS_MAX, DocumentRef, Opening
from core.domain.steps import Step, StepKind
from core.domain.text import clean_text
from core.engine.evolve import unopened
from core.engine.settle import settle
from core.ports.model_offers import ProviderOffer, Standing
from core.ports.model_provider import ModelInfo
from core.prompts.debating import DOCUMENT_CHARACTERS_MAX
from core.rules.layers import NOTHING, set_specs, unknown_set
from core.rules.pinning import plugins_of
from core.runtime.casting import Casting, casting_notes
from core.runtime.ports import Limits, Ports
from core.runtime.requests import MOTION_BYTES_MAX, DebatePlan, DebateRequest
from core.runtime.rules_in_force import RulesInForce, SetInForce
from core.templates.dials import dial_line, dialled
from core.templates.estimate import Known, estimated
from core.templates.template import Complexity, Template

DEFAULT_TEMPLATE = TemplateId("standard_debate")
DEBATE_PIN = "debate@1"
TITLE_CHARACTERS_MAX = 80
SEED_MAX = 2**32 - 1


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
        in_force = await self._no_rules() if plan.rule_set == NOTHING else rules.sets.get(plan.rule_set)
        if in_force is None:  # deleted just now
            raise unknown_set(plan.rule_set, rules.sets)
        digest = await self.digest(plan.template)
        for document in request.documents:
            if document.digest not in self._ports.library.documents:  # what is at hand was read from the catalogue
                await self._ports.catalogue.save_document(document)
        motion = _motion(request.question)
        opening = Opening(
            flow=DEBATE_PIN,
            measure=plan.template.measure,
            title=clean_text(request.title).strip() or _title(motion),
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
            documents=tuple(
                DocumentRef(name=document.name, digest=document.digest, bytes=len(document.text.encode()))
                for document in request.documents
            ),
            seed=request.seed if request.seed is not None else self._ports.new_seed(),
            rounds_limit=plan.rounds,
            cap_microusd=plan.cap_microusd,
            origin=request.origin,
            estimate=plan.estimate,
            control=plan.control,
            answer=request.answers,
            plugins=plugins_of((await self._ports.library.rules(in_force.digest)).rules),
        )
        await self._ports.library.prepare_opening(opening)
        try:
            self._refuse_early(opening)
        except WrongUse as refusal:
            raise await self._with_models(refusal, plan) from refusal
        return opening

    async def _no_rules(self) -> SetInForce:
        """What a session is pinned to that follows no rule, and never will."""
        digest = await self._ports.catalogue.keep_rules(())
        await self._ports.library.take(digest, ())
        return SetInForce(digest=digest, templates={})

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
        _answerable(request.answers, template)
        control = await self.template(request.control) if request.control else None
        if control is not None:
            _answerable(request.answers, control)
        rounds = _rounds(request.rounds, template)
        _seed(request.seed)
        cap = _cap(request.cap_microusd, self._limits.cap_session_microusd)
        rule_set = await self._rule_set(request, template)
        cast = Casting(await self._ports.catalogue.participants(), self._ports.offers)
        seats = cast.seats(request, template)
        casting = cast.later(request, template)
        infos = await self._described((*_seated(seats), *casting.values()))
        is_rehearsal = all(infos[route].is_rehearsal for sitting in _seated(seats) for route in sitting.routes)
        rehearsed = ("This is a rehearsal: no model is asked, nothing is spent.",) if is_rehearsal else ()
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
                control=control.id if control is not None else NO_TEMPLATE,
                cap_microusd=cap,
                is_rehearsal=is_rehearsal,
                notes=notes,
            ),
            infos,
            casting,
        )

    async def _described(self, participants: Iterable[Participant]) -> Mapping[str, ModelInfo]:
        """What is known of every model that may be asked, fallbacks included."""
        routes = sorted({route for participant in participants for route in participant.routes})
        if any(":" in route for route in routes):
            await self._ports.offers.prepare()
        infos = {route: self._ports.providers.describe(route) for route in routes}
        unknown = [route for route, info in infos.items() if not info.is_price_known]
        if unknown:
            raise await self._lacking(unknown) or PricesUnknown(unknown)
        return infos

    async def _lacking(self, models: Sequence[str]) -> WrongUse | None:
        """What keeps one of these models from being asked at all, such as a missing key: to say what it costs is in
        vain. None where nothing does."""
        keeping = {
            offer.prefix: offer
            for offer in await self._ports.offers.look(is_asking=False)
            if offer.standing in (Standing.NO_KEY, Standing.NOT_INSTALLED)
        }
        for model in models:
            offer = keeping.get(model.partition(":")[0])
            if offer is not None:
                now = f"{offer.now} What {model} costs is not known either: it is asked for next."
                return WrongUse(offer.why, where=model, now=now)
        return None

    async def _template_for(self, request: DebateRequest) -> Template:
        if request.template_id and request.complexity:
            raise WrongUse(
                f"the complexity {request.complexity!r} chooses a format, and {request.template_id!r} is one.",
                now="Give one of them.",
            )
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

    async def _rule_set(self, request: DebateRequest, template: Template) -> str:
        """The set that is asked for, or else the format's, or else the operator's own."""
        name = request.rules or template.rule_set or DEFAULT_RULE_SET
        specs = set_specs(await self._ports.catalogue.rule_book())
        if name != NOTHING and name not in specs:
            raise unknown_set(name, specs)
        return name

    async def _with_models(self, refusal: WrongUse, plan: DebatePlan) -> WrongUse:
        """A rehearsal that can't be held, with the providers that could hold the debate instead, where any is ready."""
        ready = [offer.prefix for offer in await self._ports.offers.look(is_asking=False) if _can_argue(offer)]
        if not plan.is_rehearsal or not ready:
            return refusal
        return WrongUse(
            refusal.what, where=refusal.where, now=f"{refusal.now} Or cast a model of {' or '.join(sorted(ready))}."
        )

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
    if form.kind is not AnswerKind.MOTION and not any(spec.role is Role.PANELIST for spec in template.seats):
        asked = f"one of {', '.join(form.choices)}" if form.choices else f"a {form.kind}"
        raise WrongUse(
            f"{template.id} argues for and against a motion, and can't be asked for {asked}.",
            where="answers",
            now="Take a format whose seats answer for themselves, such as society_of_minds, council or vote_only.",
        )


def _can_argue(offer: ProviderOffer) -> bool:
    """It has what it needs to be asked, and asks a model."""
    return offer.standing is Standing.READY and not all(model.is_rehearsal for model in offer.models)


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
