"""Do rules see of a debate what is true of it?"""

from __future__ import annotations

from dataclasses import replace

from core.flows.debate_events import RoundCompleted, RoundsLimitChanged
from core.flows.debate_facts import facts_of
from core.rules.standard import STANDARD_RULES
from tests.builders import a_turn, after, opened

CLOSE = next(replace(rule, enabled=True) for rule in STANDARD_RULES if rule.id == "new_round_when_converging")


def leaning(agree: int, disagree: int) -> str:
    """A turn in which so many words agree, and so many disagree."""
    return " ".join(["I agree."] * agree + ["I disagree."] * disagree)


CONVERGING = (
    *(a_turn(leaning(1, 1)), a_turn(leaning(1, 1))),
    *(a_turn(leaning(5, 4)), a_turn(leaning(5, 4))),
    *(a_turn(leaning(3, 1)), a_turn(leaning(2, 1))),
)
"""Three rounds of two turns: 50 %, 56 %, and in the midst of the third 65 %, at its end 71 %."""


def test_a_round_is_over_between_its_last_turn_and_the_next_rounds_beginning_alone() -> None:
    under_way = after(*opened(rounds=2), a_turn())
    at_the_end = after(*opened(rounds=1), a_turn(), a_turn())

    assert facts_of(after(*opened()).debate)["is_round_over"] is False
    assert facts_of(under_way.debate)["is_round_over"] is False
    assert facts_of(after(*opened(rounds=2), a_turn(), a_turn()).debate)["is_round_over"] is False, "the next has begun"
    assert facts_of(at_the_end.debate)["is_round_over"] is True


def test_a_round_is_added_where_it_ended_close_to_consensus_and_none_is_cut_short() -> None:
    played = after(*opened(CLOSE, rounds=3), *CONVERGING)

    assert [event.is_cut_short for event in played.of(RoundCompleted)] == [False, False, False]
    assert [event.rounds_limit for event in played.of(RoundsLimitChanged)] == [4]
    assert (played.fired, played.debate.round) == (["new_round_when_converging"], 4)


def test_a_round_that_ended_close_to_consensus_without_coming_closer_is_the_last() -> None:
    played = after(*opened(CLOSE, rounds=2), *(a_turn(leaning(2, 1)),) * 4)

    assert played.fired == []
    assert len(played.of(RoundCompleted)) == 2
