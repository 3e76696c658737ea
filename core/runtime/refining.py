"""What does a refinement open with?

A request names what matters to the operator; the opening pins everything that decisions will depend on. Whatever can't
be held is refused here, whole, before anything is recorded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from core.domain.children import models_of
from core.domain.commands import Admit, Open
from core.domain.errors import CommandRefused, WrongUse
from core.domain.estimates import Estimate, Pace, Spread
from core.domain.ids import NO_DIGEST, NO_TEMPLATE, ParticipantId, SeatId, SessionId, TemplateId
from core.domain.participants import Participant, Role, Seat
from core.domain.people import PERSON, is_person
from core.domain.session import Opening, SessionState
from core.domain.text import clean_text
from core.domain.unasked import asks_no_model, notes_on
from core.engine.evolve import unopened
from core.engine.plan import plan
from core.engine.settle import settle
from core.flows.refinement_state import WRITER, RefinementState
from core.flows.refinement_terms import ITERATIONS_MAX, RefinementTerms, Strategy, terms_as_json
from core.judging.meetable import require_meetable
from core.ports.model_provider import ModelInfo
from core.prompts.evidence import DOCUMENT_CHARACTERS_MAX
from core.prompts.refining import DRAFT_CHARACTERS_MAX
from core.rules.pinning import plugins_of
from core.runtime.casting import Casting, casting_notes
from core.runtime.children import casting_of
from core.runtime.opening import Openings
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
from core.runtime.refining_requests import RefinementPlan, RefinementRequest, terms_of
from core.runtime.requests import MOTION_BYTES_MAX
from core.runtime.reviewer_curves import CurveVersion, ReviewerCurves
from core.runtime.rules_in_force import RulesInForce
from core.templates.estimate import CHARACTERS_PER_TOKEN, Known, estimated
from core.templates.template import Block, Complexity, SeatSpec, StepSpec, Template

REFINEMENT_PIN = "refinement@1"
DEBATE_TEMPLATE_DEFAULT = "simple_debate"
PANEL_REVIEWERS_DEFAULT = 3
REVIEWERS_MAX = 12
AT_ONCE = "review"

_WRITER = ParticipantId("writer")
_REVIEWER = ParticipantId("draft_reviewer")
_FLAW_FINDER = ParticipantId("flaw_finder")


class Refinements:
    """Turns requests into plans and openings, from what the catalogue and the providers know."""

    def __init__(
        self,
        ports: Ports,
        limits: Limits,
        openings: Openings,
        paces: Callable[[], Awaitable[Mapping[str, Pace]]],
    ) -> None:
        self._ports = ports
        self._limits = limits
        self._openings = openings
        self._paces = paces

    async def plan(self, request: RefinementRequest) -> RefinementPlan:
        """What `request` would start; raises WrongUse where it can't be held. Records nothing."""
        return (await self._planned(request))[0]

    async def opening(self, request: RefinementRequest, *, rules: RulesInForce) -> Opening:
        """Everything pinned. Raises WrongUse where the refinement can't be held."""
        plan, infos = await self._planned(request)
        in_force = await set_in_force(self._ports, plan.rule_set, rules)
        brief = _brief(request.brief)
        opening = Opening(
            flow=REFINEMENT_PIN,
            measure="",
            title=label_text(request.title) or title_of(brief),
            motion=brief,
            template=NO_TEMPLATE,
            template_digest=NO_DIGEST,
            rules_digest=in_force.digest,
            templates=in_force.templates,
            rule_set=plan.rule_set,
            seats=plan.seats,
            casting={},
            prices={model: info.price for model, info in infos.items()},
            windows={model: info.tokens_context_max for model, info in infos.items()},
            documents=await kept_documents(self._ports, request.documents),
            seed=seed_of(request.seed, self._ports),
            rounds_limit=plan.terms.iterations_max,
            cap_microusd=plan.cap_microusd,
            origin=request.origin,
            estimate=plan.estimate,
            plugins=plugins_of((await self._ports.library.rules(in_force.digest)).rules),
            terms=terms_as_json(plan.terms),
            answer_terms=self._limits.answer_terms,
        )
        await self._ports.library.prepare_opening(opening)
        try:
            self._refuse_early(opening)
        except WrongUse as refusal:
            raise (await with_models(self._ports, refusal) if plan.is_rehearsal else refusal) from refusal
        return opening

    async def _planned(self, request: RefinementRequest) -> tuple[RefinementPlan, Mapping[str, ModelInfo]]:
        brief = _brief(request.brief)
        terms = await self._terms(request)
        require_seed(request.seed)
        cap = cap_of(request.cap_microusd, self._limits.cap_session_microusd)
        rule_set = await rule_set_named(self._ports, request.rules)
        cast = Casting(await self._ports.catalogue.participants(), self._ports.offers)
        seats = _seats(request, terms, cast)
        participants = [seat.participant for seat in seats]
        infos = await described(self._ports, participants)
        _require_readable(terms.draft, seats, infos)
        curves = await self._curves(terms, seats)
        terms = replace(terms, calibrations=tuple(each.curve for each in curves))
        is_rehearsal = is_rehearsed(participants, infos)
        known = Known(
            prices={model: info.price for model, info in infos.items()},
            paces=await self._paces(),
            motion_characters=len(brief),
            evidence_characters=min(sum(len(each.text) for each in request.documents), DOCUMENT_CHARACTERS_MAX)
            + len(terms.draft),
            rehearsing=frozenset(model for model, info in infos.items() if info.is_rehearsal),
        )
        estimate = _estimate(terms, seats, known)
        if terms.strategy is Strategy.DEBATE:
            estimate = _with_debates(estimate, terms, await self._debate(terms, seats, cast, known))
        notes = (
            *notes_on(infos),
            *casting_notes(seats),
            *_told_of_reviewers(seats),
            *_told_of_length(terms.draft, seats),
            *_told_of_curves(curves, seats, infos),
        )
        refinement = RefinementPlan(
            terms=terms,
            seats=seats,
            estimate=estimate,
            cap_microusd=cap,
            is_rehearsal=is_rehearsal,
            notes=notes,
            rule_set=rule_set,
        )
        return refinement, infos

    async def _terms(self, request: RefinementRequest) -> RefinementTerms:
        terms = terms_of(replace(request, draft=clean_text(request.draft).strip()))
        require_meetable(terms.criteria, commands=self._ports.checks.allowed())
        if len(terms.draft) > DRAFT_CHARACTERS_MAX:
            raise WrongUse(
                f"a draft of {len(terms.draft):,} characters.",
                where="draft",
                now=f"At most {DRAFT_CHARACTERS_MAX:,} are taken: refine it part by part.",
            )
        for what, value, least, most in (
            ("threshold", terms.threshold_ppm, 0, 1_000_000),
            ("number of iterations", terms.iterations_max, 1, ITERATIONS_MAX),
            ("patience", terms.patience, 1, ITERATIONS_MAX),
            ("least gain", terms.gain_ppm_min, 0, 1_000_000),
        ):
            if not least <= value <= most:
                raise WrongUse(f"{value} can't be the {what}.", now=f"Name one from {least} to {most}.")
        if terms.strategy is not Strategy.DEBATE:
            if terms.debate_template:
                raise WrongUse(
                    "a format is named, and drafts are not debated.", where="strategy", now="Take the strategy debate."
                )
            return terms
        template = await self._openings.template(terms.debate_template or DEBATE_TEMPLATE_DEFAULT)
        return replace(terms, debate_template=TemplateId(template.id))

    async def _curves(self, terms: RefinementTerms, seats: Sequence[Seat]) -> tuple[CurveVersion, ...]:
        """What the reviewers' scores stand for. Who has heard a debate was asked something else than was calibrated."""
        if terms.strategy is Strategy.DEBATE:
            return ()
        is_adversarial = terms.strategy is Strategy.ADVERSARIAL
        return await ReviewerCurves(self._ports.catalogue, self._ports.clock).of_seats(
            seats, terms.criteria, is_adversarial=is_adversarial
        )

    async def _debate(self, terms: RefinementTerms, seats: Sequence[Seat], cast: Casting, known: Known) -> Estimate:
        """What a debate about one draft may take. Raises WrongUse where none can be held."""
        template = await self._openings.template(terms.debate_template)
        reviewing = models_of(seat for seat in seats if seat.role is Role.REVIEWER)
        arguing = (*models_of(seat for seat in seats if seat.role is Role.WRITER), *reviewing)
        casting = casting_of(arguing, reviewing, template, where="review")
        debating = cast.taken(template.seats, casting, of=template.id, where=f"template {template.id}")
        return estimated(template, debating, rounds=template.rounds, known=known)

    def _refuse_early(self, opening: Opening) -> None:
        """What would be refused of the opening, or by those who are asked first: before anything is recorded."""
        engine, now_ms = self._ports.engine, self._ports.clock.now_ms()
        try:
            opened = settle(engine, unopened(SessionId("")), Open(opening=opening), now_ms=now_ms).state
        except CommandRefused as refused:
            raise WrongUse(refused.what, now=refused.now) from refused
        state = settle(engine, opened, Admit(), now_ms=now_ms).state
        for step in (each for each in plan(engine, state) if each.is_call):
            request = engine.flow(state).request(state, step)
            self._ports.providers.for_model(request.model).refuse_early(request)


def draft_text(state: SessionState, number: int = 0) -> str:
    """The text of a refinement's draft; 0 means the one that is kept. Raises WrongUse where there is none."""
    where = f"session {state.session[:8]}"
    refinement = state.flow
    if not isinstance(refinement, RefinementState):
        raise WrongUse("it is no refinement.", where=where, now="`moot sessions list` shows which are.")
    if number:
        if not 1 <= number <= len(refinement.drafts):
            count = len(refinement.drafts)
            now = f"Name one from 1 to {count}." if count else "It has none yet."
            raise WrongUse(f"it has no draft {number}.", where=where, now=now)
        return refinement.draft(number).text
    if refinement.kept is None:
        raise WrongUse("it has no draft yet.", where=where, now="Wait for the first one.")
    return refinement.kept.text


def _brief(text: str) -> str:
    brief = clean_text(text).strip()
    if not brief:
        raise WrongUse("a refinement without a brief.", now='Say what is to be written, such as "A notice that …".')
    size = len(brief.encode())
    if size > MOTION_BYTES_MAX:
        raise WrongUse(
            f"the brief is {size:,} bytes long; at most {MOTION_BYTES_MAX:,} are taken.",
            now="Put what is wanted in a few paragraphs and give the rest as an evidence file.",
        )
    return brief


def _seats(request: RefinementRequest, terms: RefinementTerms, cast: Casting) -> tuple[Seat, ...]:
    """The writer, and those who review by the strategy that is asked for."""
    strategy, named = terms.strategy, request.reviewers
    count = _reviewers(strategy, named)
    ids = ["reviewer"] if count == 1 else [f"reviewer_{number}" for number in range(1, count + 1)]
    usual = _FLAW_FINDER if strategy is Strategy.ADVERSARIAL else _REVIEWER
    specs = (
        SeatSpec(id=WRITER, role=Role.WRITER, participant=_WRITER),
        *(SeatSpec(id=SeatId(id), role=Role.REVIEWER, participant=usual) for id in ids),
    )
    casting = {**request.casting, **dict(zip(ids, named, strict=False))}
    if strategy is Strategy.HUMAN and not is_person(casting.get("reviewer", "")):
        casting["reviewer"] = PERSON
    writer, *reviewers = cast.taken(specs, casting, of="a refinement", where="refinement")
    if strategy is Strategy.SELF:
        reviewers = [replace(seat, participant=_as(seat.participant, writer.participant)) for seat in reviewers]
    return writer, *reviewers


def _reviewers(strategy: Strategy, named: Sequence[str]) -> int:
    """How many review. Raises WrongUse where the strategy has another number of them than are named."""
    if strategy is Strategy.SELF and named:
        raise WrongUse("the writer reviews itself, and reviewers are named.", where="reviewers", now="Name none.")
    if strategy is Strategy.HUMAN and any(not is_person(each) for each in named):
        raise WrongUse("a person reviews, and a model is named.", where="reviewers", now="Name none.")
    if strategy is Strategy.PANEL:
        count = len(named) or PANEL_REVIEWERS_DEFAULT
        if count < 2:
            raise WrongUse("a panel of one.", where="reviewers", now="Name several, or take the strategy single.")
    else:
        count = max(1, len(named))
        if count > 1 and strategy is not Strategy.ADVERSARIAL:
            raise WrongUse(
                f"{count} reviewers are named, and the strategy {strategy} has one.",
                where="reviewers",
                now="Take the strategy panel.",
            )
    if count > REVIEWERS_MAX:
        raise WrongUse(f"{count} reviewers.", where="reviewers", now=f"At most {REVIEWERS_MAX} review.")
    return count


def _as(manner: Participant, who: Participant) -> Participant:
    """Who speaks in the manner of another."""
    return replace(manner, name=f"{who.name} on its own draft", model=who.model, fallbacks=who.fallbacks)


def _require_readable(draft: str, seats: Sequence[Seat], infos: Mapping[str, ModelInfo]) -> None:
    """A draft that fits into no window of somebody who has to read it is refused before anything is spent."""
    tokens = len(draft) // CHARACTERS_PER_TOKEN
    for seat in seats:
        widest = max((infos[route].tokens_context_max for route in seat.participant.routes), default=0)
        if 0 < widest < tokens:
            raise WrongUse(
                f"the draft is about {tokens:,} tokens long, and {seat.participant.model} reads {widest:,}.",
                where=f"seat {seat.id}",
                now="Cast a model with a larger window, or refine the draft part by part.",
            )


def _told_of_reviewers(seats: Sequence[Seat]) -> tuple[str, ...]:
    """What an operator should know of who reviews."""
    writing = {route for seat in seats if seat.role is Role.WRITER for route in seat.participant.routes[:1]}
    alike = [
        seat.id
        for seat in seats
        if seat.role is Role.REVIEWER and seat.participant.model in writing and not is_person(seat.participant.model)
    ]
    if not alike or all(map(asks_no_model, writing)):
        return ()
    return (f"{', '.join(alike)} and the writer are one model, and models like what they wrote themselves.",)


def _told_of_curves(
    curves: Iterable[CurveVersion], seats: Sequence[Seat], infos: Mapping[str, ModelInfo]
) -> tuple[str, ...]:
    """Whose scores are taken for what they have shown to stand for, and whose for what they say."""
    told = {
        each.reviewer: f"Scores of {each.reviewer} are calibrated, by version {each.version}, made from "
        f"{each.fitted_on} drafts."
        for each in curves
    }
    models = dict.fromkeys(seat.participant.model for seat in seats if seat.role is Role.REVIEWER)
    rest = [each for each in models if each not in told and not is_person(each) and not infos[each].is_rehearsal]
    return *told.values(), *((f"Scores of {', '.join(rest)} are uncalibrated.",) if rest else ())


def _told_of_length(draft: str, seats: Sequence[Seat]) -> tuple[str, ...]:
    """A draft has to be written anew whole, and some are longer than their writer may answer."""
    tokens = len(draft) // CHARACTERS_PER_TOKEN
    writer = next(seat.participant for seat in seats if seat.role is Role.WRITER)
    if tokens <= writer.tokens_output_max:
        return ()
    return (
        f"The draft is about {tokens:,} tokens long, and {writer.name} writes {writer.tokens_output_max:,} at most: "
        "what it rewrites would be cut off. Give it a larger tokens_output_max, or refine the draft part by part.",
    )


def _estimate(terms: RefinementTerms, seats: Sequence[Seat], known: Known) -> Estimate:
    """From one iteration, approved at once, to all that there may be."""
    format = _as_format(terms, seats)
    one, half, all_of_them = (
        estimated(format, seats, rounds=rounds, known=known)
        for rounds in (1, (terms.iterations_max + 1) // 2, terms.iterations_max)
    )
    return Estimate(
        cost_microusd=_spread(one.cost_microusd, half.cost_microusd, all_of_them.cost_microusd),
        active_ms=_spread(one.active_ms, half.active_ms, all_of_them.active_ms),
        turns=all_of_them.turns,
        tokens_input=half.tokens_input,
        tokens_output=half.tokens_output,
        sessions=one.sessions,
    )


def _with_debates(estimate: Estimate, terms: RefinementTerms, debate: Estimate) -> Estimate:
    """A debate about each draft comes on top: about one, about half, about all of them."""
    half, most = (terms.iterations_max + 1) // 2, terms.iterations_max
    return Estimate(
        cost_microusd=_plus(estimate.cost_microusd, debate.cost_microusd, half=half, most=most),
        active_ms=_plus(estimate.active_ms, debate.active_ms, half=half, most=most),
        turns=estimate.turns + debate.turns * most,
        tokens_input=estimate.tokens_input + debate.tokens_input * half,
        tokens_output=estimate.tokens_output + debate.tokens_output * half,
        sessions=estimate.sessions,
    )


def _plus(one: Spread, other: Spread, *, half: int, most: int) -> Spread:
    return Spread(
        low=one.low + other.low, expected=one.expected + other.expected * half, high=one.high + other.high * most
    )


def _spread(least: Spread, usual: Spread, most: Spread) -> Spread:
    return Spread(low=least.low, expected=usual.expected, high=most.high)


def _as_format(terms: RefinementTerms, seats: Sequence[Seat]) -> Template:
    """The turns of an iteration, as an estimate goes through them: what is seen of earlier ones is the last of each."""
    names = ("review", "prefer_new", "prefer_best") if terms.is_pairwise else ("review",)
    reviewers = [seat for seat in seats if seat.role is Role.REVIEWER]
    return Template(
        id=NO_TEMPLATE,
        version=1,
        name="",
        description="",
        complexity=Complexity.SIMPLE,
        rounds=terms.iterations_max,
        seats=tuple(SeatSpec(id=seat.id, role=seat.role, participant=seat.participant.id) for seat in seats),
        steps=(
            StepSpec(name="draft", seat=WRITER, task="draft", instruction="", rounds_seen=2),
            *(
                StepSpec(
                    name=f"{name}_{seat.id}", seat=seat.id, task=name, instruction="", rounds_seen=1, block=AT_ONCE
                )
                for name in names
                for seat in reviewers
            ),
        ),
        verdict=None,
        consensus_ppm=0,
        minutes_expected=0,
        cost_microusd_expected=0,
        blocks=(Block(id=AT_ONCE, is_at_once=True),),
    )
