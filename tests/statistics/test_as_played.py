"""Do the sessions that statistics are made of come out as they do where the engine plays them?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.analytics.flips import Bearing, Rightness, ledger_of
from core.flows.debate_events import AnswerGiven, EarlyStopWithheld, RoundCompleted, VerdictReached
from core.rules.condition import ConditionType
from core.rules.rule import CompleteDebate
from core.templates.formats import SOCIETY_OF_MINDS, TIT_FOR_TAT
from core.templates.template import EarlyStop
from tests.builders import rule, when
from tests.statistics.played import Simulation
from tests.statistics.societies import (
    KNOWN,
    LEVEL_PPM,
    MOTION,
    NUMBER,
    ROUNDS,
    calibration_of,
    held,
    many,
    stopped_in,
)

ROUTE = "simulated:competence=50,conformity=20,discernment=40"
SEEDS = range(2_000_000, 2_000_012)
END_AT_THE_LEVEL = rule(
    "end_at_the_level",
    when(ConditionType.GREATER_THAN, "consensus_ppm", LEVEL_PPM - 1),
    CompleteDebate(reason="agreed"),
)


def played(seed: int, **how: object) -> Simulation:
    format_ = replace(SOCIETY_OF_MINDS, consensus_ppm=LEVEL_PPM)
    return Simulation(
        format_,
        {"": ROUTE},
        form=NUMBER,
        known_answer=KNOWN,
        motion=MOTION,
        seed=seed,
        **how,  # type: ignore[arg-type]
    ).play()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_answer_of_every_round_is_the_same(seed: int) -> None:
    session, whole = held(ROUTE, seed=seed), played(seed)

    for number in range(1, ROUNDS + 1):
        answers = {event.seat: event.answer for event in whole.of(AnswerGiven) if event.round == number}
        assert answers == {seat: judgement.answer for seat, judgement in session.rounds[number - 1].items()}
    (verdict,) = whole.of(VerdictReached)
    assert verdict.outcome == (session.tally(ROUNDS).leading or "undecided")


@pytest.mark.parametrize("is_calibrated", [False, True])
def test_a_debate_is_ended_in_the_round_in_which_it_is_reckoned_to_be(is_calibrated: bool) -> None:
    calibration = calibration_of(many(ROUTE, first=0, count=400)) if is_calibrated else None
    stop = EarlyStop.CALIBRATED if is_calibrated else EarlyStop.TRUSTED
    ends = set()
    for seed in SEEDS:
        whole = Simulation(
            replace(SOCIETY_OF_MINDS, consensus_ppm=LEVEL_PPM, early_stop=stop),
            {"": ROUTE},
            rules=(END_AT_THE_LEVEL,),
            form=NUMBER,
            known_answer=KNOWN,
            motion=MOTION,
            seed=seed,
            calibration=calibration,
        ).play()
        ends.add(len(whole.of(RoundCompleted)))
        assert len(whole.of(RoundCompleted)) == stopped_in(held(ROUTE, seed=seed), calibration)
        if not is_calibrated:
            assert not whole.of(EarlyStopWithheld)
    assert len(ends) > 1


def test_those_who_discern_change_their_minds_for_the_better_and_those_who_conform_to_nobody_keep_them() -> None:
    flips = [flip for seed in SEEDS for flip in ledger_of(played(seed).events).flips]

    assert sum(flip.right is Rightness.TO_RIGHT for flip in flips) > sum(
        flip.right is Rightness.TO_WRONG for flip in flips
    )


def test_a_judge_who_says_otherwise_in_its_verdict_has_changed_its_mind_under_its_own_name() -> None:
    judge = "simulated:competence=50,position_bias=50"
    ledgers = [
        ledger_of(Simulation(TIT_FOR_TAT, {"": ROUTE, "judge": judge}, seed=seed).play().events) for seed in range(60)
    ]

    flips = [flip for ledger in ledgers for flip in ledger.flips]
    assert flips
    assert {(flip.seat, flip.model) for flip in flips} == {("judge", judge)}
    assert {model for ledger in ledgers for model in ledger.restated} == {judge}
    assert all(flip.verdict is Bearing.TOWARDS for flip in flips)
