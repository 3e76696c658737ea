"""Is agreement read from what was said, and only from that?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.ids import SeatId
from core.judging.consensus import (
    AGREEMENT_PHRASES,
    ANALYSED_CHARACTERS_MAX,
    CONTENT_WORDS_MAX,
    DISAGREEMENT_PHRASES,
    KEYWORDS,
    OVERLAP_PPM_MAX,
    analyse,
)
from core.judging.measure import PPM, Reading, SpokenTurn


def stances(text: str) -> tuple[int, int]:
    cues = analyse(text)
    return cues.agreements, cues.disagreements


def reading(said_for: str, said_against: str) -> Reading:
    found = KEYWORDS.read(
        [
            SpokenTurn(seat=SeatId("proposer"), side=1, text=said_for),
            SpokenTurn(seat=SeatId("opponent"), side=-1, text=said_against),
        ]
    )
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I agree with that.", (1, 0)),
        ("I AGREE.", (1, 0)),
        ("I disagree.", (0, 1)),
        ("I do not agree.", (0, 1)),
        ("I don’t agree with it.", (0, 1)),
        ("I cannot concede the point.", (0, 1)),
        ("I do not, however, agree.", (0, 1)),
        ("I do not think that I agree.", (0, 1)),
        ("I do not disagree.", (1, 0)),
        ("I am far from convinced.", (0, 1)),
        ("I have no objection.", (1, 0)),
        ("Not only do I agree.", (1, 0)),
        ("It was not so. I agree.", (1, 0)),
        ("I concede that, and you are right, but I dispute the rest.", (2, 1)),
        ("The agreement and the disagreeable greed of it.", (0, 0)),
        ('They wrote “I agree” and "I disagree".', (0, 0)),
        ("", (0, 0)),
    ],
)
def test_phrases_count_as_whole_words_negations_turn_them_over_and_quotations_are_not_ours(
    text: str, expected: tuple[int, int]
) -> None:
    assert stances(text) == expected


@pytest.mark.parametrize("phrase", AGREEMENT_PHRASES)
def test_every_listed_agreement_is_heard_once(phrase: str) -> None:
    assert stances(f"So: {phrase}.") == (1, 0)


@pytest.mark.parametrize("phrase", DISAGREEMENT_PHRASES)
def test_every_listed_disagreement_is_heard_once(phrase: str) -> None:
    assert stances(f"So: {phrase}.") == (0, 1)


def test_the_reading_is_the_mean_of_the_shares_and_says_so() -> None:
    found = reading("I agree. I agree. I disagree. I agree.", "I concede that. I reject this.")

    assert found.ppm == (750_000 + 500_000) // 2
    assert found.measure == "keywords@1"
    assert found.inputs["proposer.agreements"] == 3
    assert found.inputs["opponent.disagreements"] == 1
    assert found.reason == (
        "Of the phrases that agree or disagree, proposer agrees in 3 of 4, opponent agrees in 1 of 2."
    )


def test_a_seat_that_says_neither_holds_its_ground() -> None:
    assert reading("I agree with all of it.", "The ledger is one transaction.").ppm == PPM // 2


def test_where_nobody_agrees_or_disagrees_shared_words_are_read_and_capped() -> None:
    same = "The ledger holds invoices"
    apart = reading(same, "Kettles whistle loudly")
    close = reading(same, same)

    assert (apart.ppm, apart.measure) == (0, "overlap@1")
    assert (close.ppm, close.inputs["ppm_uncapped"]) == (OVERLAP_PPM_MAX, PPM)
    assert close.reason == "No seat says that it agrees or disagrees; the sides share 3 of 3 content words."


def test_nothing_is_read_before_both_sides_have_spoken() -> None:
    turn = SpokenTurn(seat=SeatId("proposer"), side=1, text="I agree.")

    assert KEYWORDS.read([turn]) is None
    assert KEYWORDS.read([turn, turn]) is None
    assert KEYWORDS.read([]) is None


@pytest.mark.parametrize(
    ("text", "concedes"),
    [
        ("I concede that.", True),
        ("I agree.", False),
        ("I do not concede that.", False),
        ("I do not dispute it.", False),
    ],
)
def test_to_agree_is_not_yet_to_concede(text: str, concedes: bool) -> None:
    assert analyse(text).concedes is concedes


def test_a_huge_turn_is_remembered_small_and_read_at_both_ends() -> None:
    words = " ".join(f"word{number}" for number in range(100_000))
    cues = analyse(words)

    assert stances(f"I agree. {words} I disagree.") == (1, 1)
    assert len(cues.words.split()) == CONTENT_WORDS_MAX
    assert len(cues.words) < ANALYSED_CHARACTERS_MAX


@pytest.mark.parametrize("says", ["I agree.", "I disagree."])
def test_words_are_remembered_only_of_a_turn_that_says_neither(says: str) -> None:
    assert analyse("The budget outweighs the backlog.").words == "backlog budget outweighs"
    assert analyse(f"The budget outweighs the backlog. {says}").words == ""


@given(st.lists(st.sampled_from(("I agree.", "I disagree.", "Budgets grow.", "Backlogs shrink.")), max_size=4))
def test_what_is_not_remembered_of_one_turn_changes_no_reading(said: list[str]) -> None:
    mine, theirs = " ".join(said), "Budgets grow and backlogs shrink."
    found = reading(mine, theirs)

    assert found.measure == ("keywords@1" if any("agree" in each for each in said) else "overlap@1")
    assert (found.measure, found.ppm) == (reading(theirs, mine).measure, reading(theirs, mine).ppm)


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_reading_is_a_share_and_the_same_each_time(said_for: str, said_against: str) -> None:
    found = reading(said_for, said_against)

    assert 0 <= found.ppm <= PPM
    assert found == reading(said_for, said_against)


@given(st.text(max_size=200))
def test_to_disagree_once_more_never_raises_the_reading(text: str) -> None:
    plain, more = analyse(f"{text}\nI agree."), analyse(f"{text}\nI agree. I disagree.")

    assert more.disagreements == plain.disagreements + 1
    assert more.agreements == plain.agreements
