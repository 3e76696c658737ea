"""Is what a reviewer's scores stand for kept, used, pinned, and told apart by what the reviewer was asked?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from core.domain.ids import SeatId, SessionId
from core.domain.participants import Role, Seat
from core.domain.session import Status
from core.engine.replay import verify
from core.flows.refinement_events import DraftScored, ReviewGiven
from core.judging.criteria import NO_CRITERIA, Criteria, Criterion
from core.judging.reviewer_calibration import Example, Fit, fit_reviewer
from core.orchestrator import Orchestrator
from core.providers.script import Fault, FaultKind, Script
from core.runtime.refining_requests import RefinementRequest
from core.runtime.replaying import Outcome
from core.runtime.reviewer_curves import VERSIONS_KEPT_MAX, asked_digest
from tests.core.runtime.test_refining import scripted
from tests.stage import Stage, until
from tests.virtual_time import in_virtual_time

WIT = Criteria(criteria=(Criterion(id="wit", about="Is it witty?"),))


def halved(drafts: int = 60) -> Fit:
    """What a reviewer says of whom half of what it praises is good."""
    return fit_reviewer(
        [
            Example(brief="b", draft=f"d{number}", score_ppm=900_000, true_ppm=1_000_000 * (number % 2))
            for number in range(drafts)
        ]
    )


async def calibrated(orchestrator: Orchestrator, fit: Fit, criteria: Criteria = NO_CRITERIA) -> int:
    """Keep what scores of the scripted reviewer stand for; the number of the version."""
    (who,) = [each for each in await orchestrator.participants() if each.id == "draft_reviewer"]
    asked = asked_digest(criteria, is_adversarial=False, system_prompt=who.system_prompt)
    return (await orchestrator.reviewer_curves.keep(fit, reviewer="scripted", asked=asked)).version


async def refine(orchestrator: Orchestrator, **fields: Any) -> SessionId:
    """One draft, reviewed once."""
    refinement = await orchestrator.start_refinement("A notice.", casting={"": "scripted"}, iterations=1, **fields)
    assert await until(orchestrator, refinement) is Status.COMPLETED
    return refinement


def test_a_calibrated_score_is_recorded_beside_the_one_that_was_given_and_decides() -> None:
    stage = Stage(script=scripted("0.9", "0.9"))

    async def play() -> tuple[SessionId, SessionId]:
        orchestrator = await stage.drive()
        before = await refine(orchestrator)
        await calibrated(orchestrator, halved())
        after = await refine(orchestrator)
        assert (await orchestrator.verify(after)).outcome is Outcome.SAME
        await orchestrator.stop()
        return before, after

    before, after = in_virtual_time(play)
    (plain,), (read,) = stage.events(before, ReviewGiven), stage.events(after, ReviewGiven)
    assert isinstance(plain, ReviewGiven)
    assert isinstance(read, ReviewGiven)
    assert (plain.score_ppm, plain.calibrated_ppm) == (900_000, None)
    assert read.score_ppm == 900_000
    assert read.calibrated_ppm is not None
    assert read.calibrated_ppm < 700_000
    (scored,) = stage.events(after, DraftScored)
    assert isinstance(scored, DraftScored)
    assert scored.score_ppm == read.calibrated_ppm
    assert "1 of 1 calibrated" in scored.reason
    assert verify(stage.ports.engine, after, stage.records(after)) is None


def test_what_a_seats_second_choice_says_is_not_read_by_the_curve_of_the_first(tmp_path: Path) -> None:
    second = tmp_path / "second.yaml"
    second.write_text("answers: {default: 'SCORE: 0.9'}", encoding="utf-8")
    gone = Fault(kind=FaultKind.ERROR, error="unknown_model", is_final=True)
    answers = scripted("0.9").answers
    (answer,) = answers["review"]
    stage = Stage(script=Script(answers={**answers, "review": (replace(answer, faults=(gone,)),)}))

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        await calibrated(orchestrator, halved())
        (who,) = [each for each in await orchestrator.participants() if each.id == "draft_reviewer"]
        await orchestrator.save_participants([replace(who, model="scripted", fallbacks=(f"scripted:{second}",))])
        refinement = await orchestrator.start_refinement("A notice.", casting={"writer": "scripted"}, iterations=1)
        assert await until(orchestrator, refinement) is Status.COMPLETED
        await orchestrator.stop()
        return refinement

    (review,) = stage.events(in_virtual_time(play), ReviewGiven)
    assert isinstance(review, ReviewGiven)
    assert (review.score_ppm, review.calibrated_ppm) == (900_000, None)


def test_a_later_version_changes_nothing_of_a_session_that_pinned_an_earlier_one() -> None:
    stage = Stage(script=scripted("0.9"))

    async def play() -> SessionId:
        orchestrator = await stage.drive()
        await calibrated(orchestrator, halved())
        refinement = await refine(orchestrator)
        assert await calibrated(orchestrator, halved(90)) == 2
        assert (await orchestrator.verify(refinement)).outcome is Outcome.SAME
        await orchestrator.stop()
        return refinement

    session = in_virtual_time(play)
    assert verify(stage.ports.engine, session, stage.records(session)) is None


def test_by_other_criteria_the_same_reviewer_is_uncalibrated() -> None:
    stage = Stage(script=scripted("0.9"))

    async def play() -> None:
        orchestrator = await stage.drive()
        await calibrated(orchestrator, halved(), WIT)
        plan = await orchestrator.plan_refinement(_request(NO_CRITERIA))
        assert plan.terms.calibrations == ()
        assert any("uncalibrated" in note for note in plan.notes)
        plan = await orchestrator.plan_refinement(_request(WIT))
        assert [each.version for each in plan.terms.calibrations] == [1]
        assert any("calibrated, by version 1, made from 40 drafts" in note for note in plan.notes)
        await orchestrator.stop()

    in_virtual_time(play)


def test_a_model_that_reviews_in_two_manners_is_uncalibrated_in_both() -> None:
    stage = Stage()

    async def play() -> None:
        orchestrator = await stage.drive()
        await calibrated(orchestrator, halved())
        (who,) = [each for each in await orchestrator.participants() if each.id == "draft_reviewer"]
        usual = Seat(id=SeatId("one"), role=Role.REVIEWER, participant=replace(who, model="scripted"))
        other = replace(usual, participant=replace(usual.participant, system_prompt="You are kind."))
        curves = orchestrator.reviewer_curves
        assert len(await curves.of_seats([usual, usual], NO_CRITERIA, is_adversarial=False)) == 1
        assert await curves.of_seats([usual, other], NO_CRITERIA, is_adversarial=False) == ()
        assert await curves.of_seats([usual], NO_CRITERIA, is_adversarial=True) == ()
        await orchestrator.stop()

    in_virtual_time(play)


def test_the_same_curve_again_is_no_new_version_and_old_ones_are_forgotten_in_order() -> None:
    stage = Stage()

    async def play() -> None:
        orchestrator = await stage.drive()
        assert [await calibrated(orchestrator, halved()), await calibrated(orchestrator, halved())] == [1, 1]
        for number in range(VERSIONS_KEPT_MAX + 3):
            await calibrated(orchestrator, halved(63 + 3 * number))
        (who,) = [each for each in await orchestrator.participants() if each.id == "draft_reviewer"]
        asked = asked_digest(NO_CRITERIA, is_adversarial=False, system_prompt=who.system_prompt)
        kept = await orchestrator.reviewer_curves.versions("scripted", asked)
        assert [each.version for each in kept] == list(range(5, VERSIONS_KEPT_MAX + 5))
        await orchestrator.stop()

    in_virtual_time(play)


def _request(criteria: Criteria) -> RefinementRequest:
    return RefinementRequest(brief="A notice.", casting={"": "scripted"}, criteria=criteria)
