"""What is left of a judge's liking for whoever is shown first, once it is asked in both orders?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from core.domain.answers import UNDECIDED
from core.domain.ids import SeatId, SessionId, StepId
from core.domain.participants import Role
from core.domain.steps import Brief, ModelRequest, StepKind
from core.domain.transcript import Turn, TurnKind
from core.flows.debate_events import BallotsCounted, VerdictReached
from core.judging.verdicts import Ballot, ruling_of, vote_of
from core.providers.simulating.judging import weighed
from core.providers.simulating.traits import traits_of
from core.templates.standard import SIMPLE_DEBATE
from core.templates.template import Judging
from tests.statistics.intervals import of_mean
from tests.statistics.played import Simulation

FOR, AGAINST = SeatId("proposer"), SeatId("opponent")
OUTCOME_OF = {FOR: "for", AGAINST: "against"}
JUDGE = SeatId("judge")
assert SIMPLE_DEBATE.verdict is not None
ASKED_ONCE = replace(SIMPLE_DEBATE, judging=Judging.ONCE, verdict=replace(SIMPLE_DEBATE.verdict, is_blind=False))
"""Judged as debates used to be: by one look at those who spoke in the order in which they spoke."""

DEBATES = 4_000
LEFT_MAX = 0.01


def likings(route: str, *, passes: int, seeds: Iterable[int]) -> list[float]:
    """For each debate, by how much the verdict leans to whoever was shown first: 1 where it is always theirs, -1 where
    it is always the other's. Each is judged twice, once where the one shown first is right and once where the other
    is, so that a judge who goes by merit alone leans to neither."""
    return [
        (
            _leaning(route, seed=seed, passes=passes, right=FOR)
            + _leaning(route, seed=seed, passes=passes, right=AGAINST)
        )
        / 2
        for seed in seeds
    ]


def _leaning(route: str, *, seed: int, passes: int, right: SeatId) -> int:
    order = (FOR, AGAINST) if seed % 2 else (AGAINST, FOR)
    ballots = [
        Ballot(judge=JUDGE, number=number, outcome=_judged(route, shown, seed=seed, number=number, right=right))
        for number, shown in enumerate((order, order[::-1])[:passes], start=1)
    ]
    verdict = ruling_of([vote_of(JUDGE, ballots, passes=passes)]).outcome
    return 0 if verdict == UNDECIDED else 1 if verdict == OUTCOME_OF[order[0]] else -1


def _judged(route: str, shown: tuple[SeatId, ...], *, seed: int, number: int, right: SeatId) -> str:
    request = ModelRequest(
        session=SessionId("cafe"),
        step=StepId(f"verdict.{'first' if number == 1 else 'reversed'}.{JUDGE}"),
        seat=JUDGE,
        kind=StepKind.VERDICT,
        model=route,
        messages=(),
        tokens_output_max=600,
        temperature_milli=0,
        seed=seed,
        brief=Brief(
            motion="It is so.",
            role=Role.JUDGE,
            side=0,
            task="verdict",
            round=2,
            rounds_limit=2,
            turns=_TURNS,
            documents=(),
            expects="verdict",
            known_answer=OUTCOME_OF[right],
            letters=dict(zip(shown, "AB", strict=True)),
        ),
    )
    return weighed(request, traits_of(route)).answer


_TURNS = tuple(
    Turn(kind=TurnKind.ARGUMENT, step=StepId(f"r1.opening.{seat}"), seat=seat, role=role, round=1, text="It is so.")
    for seat, role in ((FOR, Role.PROPOSER), (AGAINST, Role.OPPONENT))
)


def test_what_is_left_of_a_position_bias_after_swapping_is_under_one_percent() -> None:
    low, high = of_mean(likings("simulated:position_bias=90", passes=2, seeds=range(DEBATES)))

    assert -LEFT_MAX < low < high < LEFT_MAX


@pytest.mark.parametrize("bias", [-90, 90])
def test_a_judge_who_is_asked_once_shows_all_of_its_bias(bias: int) -> None:
    low, high = of_mean(likings(f"simulated:position_bias={bias}", passes=1, seeds=range(DEBATES // 10)))

    assert low < bias / 100 < high
    assert min(abs(low), abs(high)) > 0.8


def test_a_judge_without_a_bias_leans_to_nobody_however_often_it_is_asked() -> None:
    for passes in (1, 2):
        assert set(likings("simulated:position_bias=0", passes=passes, seeds=range(200))) == {0}


@pytest.mark.torture
@pytest.mark.parametrize("bias", [-90, -60, -30, 30, 60])
def test_in_many_debates_less_than_one_percent_is_left_of_any_bias(bias: int) -> None:
    low, high = of_mean(likings(f"simulated:position_bias={bias}", passes=2, seeds=range(30_000)))

    assert -LEFT_MAX < low < high < LEFT_MAX


@pytest.mark.parametrize("seed", range(6))
def test_in_a_debate_as_it_is_played_a_judge_of_position_alone_decides_nothing_when_it_is_swapped(seed: int) -> None:
    routes = {"": "simulated", "judge": "simulated:position_bias=100"}

    swapped = Simulation(SIMPLE_DEBATE, routes, known_answer="for", seed=seed).play()
    once = Simulation(ASKED_ONCE, routes, known_answer="against", seed=seed).play()

    (counted,) = swapped.of(BallotsCounted)
    assert (counted.outcome, counted.flipped) == (UNDECIDED, (JUDGE,))
    assert [verdict.outcome for verdict in once.of(VerdictReached)] == ["for"]


@pytest.mark.parametrize("seed", range(6))
def test_in_a_debate_as_it_is_played_a_judge_of_merit_decides_the_same_in_both_orders(seed: int) -> None:
    routes = {"": "simulated", "judge": "simulated:competence=100"}

    played = Simulation(SIMPLE_DEBATE, routes, known_answer="against", seed=seed).play()

    assert [(counted.outcome, counted.flipped) for counted in played.of(BallotsCounted)] == [("against", ())]
