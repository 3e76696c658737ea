"""Do a fork and its origin stand row by row, and is it said where they part?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.presenters.beside import Pair, pairs_of, parting, parting_words, turn_paragraphs, turns_behind
from console.presenters.shown import TurnView
from core.domain.commands import Admit
from tests.builders import FACTS, a_round, a_turn, after, begun, opened
from tests.forked import fork_of


def turn(step: str, text: str = "So it is.", *, model: str = "one") -> TurnView:
    return TurnView(key=f"{step}#1", seat_index=1, seat="Proposer", model=model, text=text)


def note(seq: int, text: str) -> TurnView:
    return TurnView(key=f"note {seq}", seat_index=0, seat="◆ rule", text=text, state="note")


BALLOT = "verdict.reversed.first_judge"
CLAIM, REPLY, VERDICT = "r2.claim.proposer", "r2.reply.opponent", "verdict"


def test_turns_of_one_step_stand_beside_one_another_and_what_one_lacks_stands_alone() -> None:
    origin = (turn(CLAIM), turn(REPLY), turn(VERDICT))
    fork = (note(3, "look_early"), turn(CLAIM), turn(VERDICT))

    pairs = pairs_of(origin, fork)

    keys = [(pair.origin and pair.origin.key, pair.fork and pair.fork.key) for pair in pairs]
    assert keys == [
        (None, "note 3"),
        (f"{CLAIM}#1", f"{CLAIM}#1"),
        (f"{REPLY}#1", None),
        (f"{VERDICT}#1", f"{VERDICT}#1"),
    ]


def test_notes_that_say_the_same_are_one_row_whatever_their_numbers() -> None:
    (pair,) = pairs_of((note(20, "more → new round"),), (note(4, "more → new round"),))

    assert pair.is_same


def test_it_is_said_where_and_how_they_part() -> None:
    same = pairs_of((turn(CLAIM),), (turn(CLAIM),))
    other_words = pairs_of((turn(CLAIM),), (turn(CLAIM, "It is not."),))
    other_model = pairs_of((turn(CLAIM),), (turn(CLAIM, "It is not.", model="two"),))
    other_ballot = pairs_of((turn(BALLOT),), (turn(BALLOT, "It is not."),))
    alone = pairs_of((turn(CLAIM),), (note(3, "look_early → pause"), turn(CLAIM)))
    lacking = pairs_of((turn(CLAIM), turn(VERDICT)), (turn(CLAIM),))

    assert (parting(same), parting(other_words), parting(alone), parting(lacking)) == (None, 0, 0, 1)
    assert parting_words(same) == "they read the same from the fork on"
    assert parting_words(()) == "nothing has been said behind the fork yet"
    assert parting_words(other_words) == "they part at claim of round 2: it says something else"
    ballot = "the ballot of the proposer in the reversed order"
    assert parting_words(other_ballot) == f"they part at {ballot}: it says something else"
    assert parting_words(other_model) == "they part at claim of round 2: one there, two here"
    assert parting_words(alone) == "they part where the fork alone has: ◆ rule look_early → pause"
    assert parting_words(lacking) == "they part where the fork lacks: verdict"


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.lists(st.sampled_from("abcdef"), unique=True))
def test_nothing_is_lost_and_each_side_keeps_its_order(ours: list[str], theirs: list[str]) -> None:
    origin = tuple(turn(f"r1.{name}.seat") for name in theirs)
    fork = tuple(turn(f"r1.{name}.seat") for name in ours)

    pairs = pairs_of(origin, fork)

    assert tuple(pair.origin for pair in pairs if pair.origin is not None) == origin
    assert tuple(pair.fork for pair in pairs if pair.fork is not None) == fork


def test_only_what_came_behind_the_fork_stands_there_a_turn_that_was_under_way_among_it() -> None:
    played = after(*opened(), *a_round(), a_turn("Third."))
    begun = [record.seq for record in played.log if type(record.event).__name__ == "AttemptStarted"]

    third = turns_behind(played.log, FACTS, seq=begun[2])

    assert [view.text for view in third] == ["Third."]
    assert len(turns_behind(played.log, FACTS, seq=1)) == 3


def test_what_reads_the_same_is_quiet_and_short_and_the_rest_is_whole() -> None:
    long = turn(CLAIM, "word " * 200)

    same = turn_paragraphs(long, is_same=True)
    other = turn_paragraphs(long._replace(text="One.\nTwo."), is_same=False)

    assert "same words" in same[0].text
    assert len(same[1].text) < 200
    assert [line.text for line in other[1:]] == ["▌ One.", "▌ Two."]
    assert turn_paragraphs(None, is_same=False) == ()
    assert not Pair(origin=None, fork=long).is_same


def test_a_fork_made_while_somebody_was_speaking_is_read_all_the_same() -> None:
    origin = after(*opened(), a_turn("First."), begun)
    fork = fork_of(origin)
    fork.do(Admit())
    fork.speak("Second.")

    assert [view.text for view in turns_behind(fork.log, FACTS, seq=2)] == ["Second."]


def test_while_one_goes_on_what_may_yet_come_is_no_parting() -> None:
    spoken = turn(REPLY, "")._replace(state="speaking")
    pairs = pairs_of((turn(CLAIM), turn(REPLY), turn(VERDICT)), (turn(CLAIM), spoken))

    assert parting(pairs, is_over=False) is None
    assert parting_words(pairs, is_over=False) == "they read the same so far"
    assert parting_words(pairs[1:], is_over=False) == "nothing has been said behind the fork yet"
    assert parting(pairs) == 2
    other = pairs_of((turn(CLAIM), turn(VERDICT)), (turn(CLAIM, "It is not."),))
    assert parting(other, is_over=False) == 0
