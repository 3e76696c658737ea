"""What does a reviewer score drafts of which it is known how good they are, and what do its scores stand for?

Each draft is reviewed in a session of its own, whose id follows from what is asked: what was paid for once is read from
the record when the same file is calibrated by again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from console.batches import Batch, Purse, derived_session
from console.calibration_files import KnownDraft
from console.exit_codes import ExitCode, severest
from console.headless import StopRequest
from console.presenters.figures import counted
from core.domain.errors import MootError, WrongUse
from core.domain.participants import Role
from core.domain.summary import EVALUATION
from core.flows.refinement_events import RefinementCompleted, ReviewGiven
from core.flows.refinement_terms import Strategy
from core.judging.criteria import Criteria
from core.judging.reviewer_calibration import EXAMPLES_MIN, Example, Fit, fit_reviewer
from core.runtime.reviewer_curves import CurveVersion, asked_digest

if TYPE_CHECKING:
    from console.progress import Progress
    from core.domain.events import Recorded
    from core.domain.ids import Digest, SessionId
    from core.domain.participants import Participant
    from core.orchestrator import Orchestrator
    from core.runtime.refining_requests import RefinementRequest

ATTEMPTS_MAX = 16
"""Sessions in which a draft is reviewed at most, of which all but the last had no money for it."""

STRATEGIES = (Strategy.SINGLE, Strategy.ADVERSARIAL)
"""Those in which one reviewer sees the draft and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """What came of it. `kept` is the version that is in use from now on, None where the curve is no better than the
    scores as they are."""

    reviewer: str
    fit: Fit
    kept: CurveVersion | None


@dataclass(slots=True, kw_only=True)
class Reviewed:
    """The scores so far, by the line of their draft; None where a review could not be read. `codes` are how sessions
    ended that gave none."""

    scores: dict[str, int | None]
    codes: list[ExitCode]
    cost_microusd: int = 0

    @property
    def unread(self) -> int:
        return sum(score is None for score in self.scores.values())


def calibration_request(given: RefinementRequest, known: KnownDraft) -> RefinementRequest:
    """One review of one draft, by the criteria that are given: nobody writes, no rule interferes."""
    return replace(
        given,
        brief=known.brief,
        draft=known.draft,
        iterations=1,
        criteria=Criteria(criteria=given.criteria.criteria),
        is_pairwise=False,
        origin=EVALUATION,
        title="",
        rules="nothing",
    )


async def reviewer_of(orchestrator: Orchestrator, given: RefinementRequest, known: KnownDraft) -> Participant:
    """Who is calibrated. Raises WrongUse where nobody can be, or more than one is meant."""
    if given.strategy not in STRATEGIES or len(given.reviewers) != 1:
        raise WrongUse(
            "one reviewer is calibrated at a time.",
            where="--calibrate",
            now="Name it with --reviewer MODEL, and no strategy but single or adversarial.",
        )
    plan = await orchestrator.plan_refinement(calibration_request(given, known))
    return next(seat.participant for seat in plan.seats if seat.role is Role.REVIEWER)


def asked_of(reviewer: Participant, given: RefinementRequest) -> Digest:
    """What this reviewer is asked, as its curve is kept by it."""
    is_adversarial = given.strategy == Strategy.ADVERSARIAL
    return asked_digest(given.criteria, is_adversarial=is_adversarial, system_prompt=reviewer.system_prompt)


async def review_all(
    orchestrator: Orchestrator,
    given: RefinementRequest,
    drafts: Sequence[KnownDraft],
    reviewer: Participant,
    *,
    stop: StopRequest,
    concurrency: int,
    told: Progress,
) -> tuple[Reviewed, bool]:
    """Have those drafts reviewed that have no score, within the budget; False where a stop was asked for."""
    from console.presenters.figures import score

    reviewed = Reviewed(scores={}, codes=[])
    wanted = [known for known in drafts if known.score_ppm is None]
    batch = Batch(orchestrator, stop=stop, concurrency=concurrency)
    purse = Purse(cap_microusd=given.cap_microusd)
    asked = asked_of(reviewer, given)
    evidence = [[each.name, each.digest] for each in given.documents]

    async def review(known: KnownDraft) -> tuple[ExitCode, int | None, int]:
        request = calibration_request(given, known)
        session = await _free(orchestrator, [known.brief, known.draft, reviewer.model, asked, given.seed, evidence])

        async def start(cap_microusd: int | None) -> None:
            await orchestrator.start_refinement(request=replace(request, cap_microusd=cap_microusd), session=session)

        left = len(wanted) - len(reviewed.scores) - len(reviewed.codes)
        ending, row = await batch.lived(session, start, purse=purse, sharers=min(concurrency, left))
        said = _review_in(await orchestrator.events(session))
        if ending.code is ExitCode.COMPLETED and said is None:
            return ExitCode.BUDGET_SPENT, None, row.spent_microusd
        return ending.code, said.score_ppm if said is not None else None, row.spent_microusd

    def done(known: KnownDraft, outcome: tuple[ExitCode, int | None, int] | MootError) -> None:
        if isinstance(outcome, MootError):
            reviewed.codes.append(ExitCode.BUDGET_SPENT if given.cap_microusd is not None else ExitCode.FAILED)
            told.told(f"{known.place}: {outcome}")
            return
        code, ppm, cost_microusd = outcome
        reviewed.cost_microusd += cost_microusd
        if code is not ExitCode.COMPLETED:
            reviewed.codes.append(code)
            told.told(f"{known.place}: it has no review")
            return
        reviewed.scores[known.place] = ppm
        said = "its review could not be read" if ppm is None else score(ppm)
        told.told(f"{known.place}: {said}")

    return reviewed, await batch.run(iter(wanted), review, done=done)


async def _free(orchestrator: Orchestrator, asked: list[object]) -> SessionId:
    """The session of a review: the first that has one, is under way, or isn't there yet. What ended without a review
    had no money for one, and stays on record as it is."""
    for attempt in range(ATTEMPTS_MAX):
        session = derived_session("calibrate", [asked, attempt])
        events = await orchestrator.events(session)
        if _review_in(events) is not None or not any(isinstance(each.event, RefinementCompleted) for each in events):
            return session
    raise WrongUse(f"it ended {ATTEMPTS_MAX} times without a review.", now="Raise --budget-usd, and change --seed.")


def _review_in(events: Sequence[Recorded]) -> ReviewGiven | None:
    return next((each.event for each in events if isinstance(each.event, ReviewGiven)), None)


async def calibrate(
    orchestrator: Orchestrator,
    given: RefinementRequest,
    drafts: Sequence[KnownDraft],
    reviewer: Participant,
    reviewed: Reviewed,
) -> Calibrated:
    """Fit the curve and keep it where it is better. Raises WrongUse where too few drafts have a score."""
    examples = tuple(
        Example(brief=known.brief, draft=known.draft, score_ppm=score, true_ppm=known.true_ppm)
        for known in drafts
        if (score := known.score_ppm if known.score_ppm is not None else reviewed.scores.get(known.place)) is not None
    )
    if len(examples) < EXAMPLES_MIN:
        raise WrongUse(
            f"{counted(len(examples), 'draft has', 'drafts have')} a score, and it takes {EXAMPLES_MIN} to tell what "
            "one stands for.",
            where="--calibrate",
            now="Give more drafts.",
        )
    fit = fit_reviewer(examples)
    kept = None
    if fit.is_better:
        kept = await orchestrator.reviewer_curves.keep(fit, reviewer=reviewer.model, asked=asked_of(reviewer, given))
    return Calibrated(reviewer=reviewer.model, fit=fit, kept=kept)


def code_of(reviewed: Reviewed, *, is_whole: bool) -> ExitCode:
    """With what it ends where not every draft was reviewed."""
    return severest({*reviewed.codes, *(() if is_whole else (ExitCode.STOPPED,))})
