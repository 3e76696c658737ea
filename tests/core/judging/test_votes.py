"""Do the ways of counting votes keep the laws that they are known for?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.judging.answers import tallied
from core.judging.measure import PPM
from core.judging.votes import Count, borda, by_confidence, condorcet, instant_runoff

OPTIONS = ("A", "B", "C", "D")
Way = Callable[[Iterable[Sequence[str]], Sequence[str]], Count]
WAYS: tuple[Way, ...] = (instant_runoff, borda, condorcet)

whole = st.permutations(OPTIONS).map(tuple)
cut_short = st.tuples(whole, st.integers(min_value=0, max_value=len(OPTIONS))).map(lambda pair: pair[0][: pair[1]])
elections = st.lists(cut_short, min_size=1, max_size=12)
whole_elections = st.lists(whole, min_size=1, max_size=12)


def said(*ballots: str) -> list[tuple[str, ...]]:
    """`3 ABC` is three ballots that put A before B before C."""
    cast: list[tuple[str, ...]] = []
    for each in ballots:
        count, _, order = each.rpartition(" ")
        cast += [tuple(order)] * int(count or 1)
    return cast


# Tennessee's capital: the textbook's example in which the ways part.
TENNESSEE = said("42 MNCK", "26 NCKM", "15 CKNM", "17 KCNM")


def test_the_textbooks_election_comes_out_as_in_the_textbook() -> None:
    assert tallied(ballot[0] for ballot in TENNESSEE).leading == "M"
    assert instant_runoff(TENNESSEE, "MNCK").winner == "K"
    assert borda(TENNESSEE, "MNCK").told == "Points: N: 194, C: 173, M: 126, K: 107."
    assert condorcet(TENNESSEE, "MNCK") == Count(
        winner="N",
        told="Two by two: C 83:17 K, C 58:42 M, C 32:68 N, K 58:42 M, K 32:68 N, M 42:58 N.",
        reason="N is preferred to every other",
    )


def test_a_runoff_tells_every_count() -> None:
    assert instant_runoff(TENNESSEE, "MNCK").told == (
        "Count 1: M: 42, N: 26, K: 17, C: 15; C leaves. Count 2: M: 42, K: 32, N: 26; N leaves. Count 3: K: 58, M: 42."
    )


def test_a_circle_is_left_to_points_and_said() -> None:
    count = condorcet(said("4 ABC", "4 BCA", "3 CAB"), "ABC")

    assert count.winner == "B"
    assert count.reason.startswith("nobody is preferred to every other (they beat one another in a circle), and points")


@pytest.mark.parametrize("way", WAYS)
def test_where_all_is_level_nobody_wins(way: Way) -> None:
    assert way(said("ABC", "BCA", "CAB"), "ABC").winner == ""
    assert way(said("AB", "BA"), "AB").winner == ""


@pytest.mark.parametrize("way", WAYS)
def test_ballots_that_name_nobody_count_for_nothing(way: Way) -> None:
    assert way([(), ("Z",)], OPTIONS) == way([], OPTIONS)
    assert way([], OPTIONS).reason == "no ballot can be read"
    assert way([(), *said("2 A", "B")], OPTIONS).winner == "A"


@given(elections, st.sampled_from(WAYS), st.randoms(use_true_random=False))
def test_voters_are_alike(ballots: list[tuple[str, ...]], way: Way, chance: object) -> None:
    shuffled = list(ballots)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert way(shuffled, OPTIONS) == way(ballots, OPTIONS)


@given(elections, st.sampled_from(WAYS), whole)
def test_options_are_alike(ballots: list[tuple[str, ...]], way: Way, names: tuple[str, ...]) -> None:
    renamed = dict(zip(OPTIONS, names, strict=True))
    winner = way(ballots, OPTIONS).winner

    assert way([tuple(renamed[each] for each in ballot) for ballot in ballots], OPTIONS).winner == renamed.get(
        winner, ""
    )


@given(elections)
def test_whoever_more_than_half_put_first_wins_a_runoff_and_every_duel(ballots: list[tuple[str, ...]]) -> None:
    cast = [ballot for ballot in ballots if ballot]
    for option in OPTIONS:
        if sum(ballot[0] == option for ballot in cast) * 2 > len(cast):
            assert instant_runoff(ballots, OPTIONS).winner == option
            assert condorcet(ballots, OPTIONS).winner == option
            assert tallied(ballot[0] for ballot in cast).leading == option


@given(elections)
def test_whoever_wins_every_duel_wins_by_duels(ballots: list[tuple[str, ...]]) -> None:
    def preferring(one: str, other: str) -> int:
        return sum(
            one in ballot and (other not in ballot or ballot.index(one) < ballot.index(other)) for ballot in ballots
        )

    for one in OPTIONS:
        if all(preferring(one, other) > preferring(other, one) for other in OPTIONS if other != one):
            assert condorcet(ballots, OPTIONS).winner == one


@given(whole_elections, st.data())
def test_to_be_put_higher_never_costs_anybody_points(ballots: list[tuple[str, ...]], data: st.DataObject) -> None:
    winner = borda(ballots, OPTIONS).winner
    number = data.draw(st.integers(min_value=0, max_value=len(ballots) - 1))
    ballot = list(ballots[number])
    if not winner or ballot[0] == winner:
        return
    place = ballot.index(winner)
    ballot[place - 1], ballot[place] = ballot[place], ballot[place - 1]

    assert borda([*ballots[:number], tuple(ballot), *ballots[number + 1 :]], OPTIONS).winner == winner


@given(whole_elections)
def test_nobody_whom_all_put_behind_another_wins(ballots: list[tuple[str, ...]]) -> None:
    for way in WAYS:
        winner = way(ballots, OPTIONS).winner
        for other in OPTIONS:
            if winner and other != winner:
                assert not all(ballot.index(other) < ballot.index(winner) for ballot in ballots)


def test_a_ballot_that_is_cut_short_shares_what_is_left_evenly() -> None:
    # Two left out of four share one point and none: half a point each.
    assert borda(said("AB"), OPTIONS).told == "Points: A: 3, B: 2, C: 0.5, D: 0.5."


def test_confidence_outweighs_numbers() -> None:
    count = by_confidence([("A", 900_000), ("B", 300_000), ("B", 400_000), ("", PPM)])

    assert count.winner == "A"
    assert count.told == "Confidence in sum: A: 0.9 from 1, B: 0.7 from 2."
    assert count.reason == "A has 0.9 of 1.6 confidence in sum behind it"


def test_a_stance_without_a_share_counts_half() -> None:
    assert by_confidence([("A", None), ("B", 500_000)]).reason == "A and B have as much confidence behind them"
    assert by_confidence([("A", 0)]).reason == "nobody is sure of anything"
    assert by_confidence([]).winner == ""


@given(st.lists(st.tuples(st.sampled_from(OPTIONS), st.integers(min_value=0, max_value=PPM)), max_size=8))
def test_more_confidence_never_takes_the_lead_away(stances: list[tuple[str, int | None]]) -> None:
    winner = by_confidence(stances).winner

    if winner:
        assert by_confidence([*stances, (winner, 10)]).winner == winner
