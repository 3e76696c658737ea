"""Are the signs of a session gone astray seen where they are, and nowhere else?"""

from __future__ import annotations

import re
import sys
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics.flips import NO_MINDS, fold_minds
from core.analytics.signs import (
    NO_SIGNS,
    NOTHING_READ,
    PRINT_MARKS_MAX,
    PRINTS_MAX,
    SPREAD,
    WORDS_READ_MAX,
    Print,
    Reading,
    Signs,
    fold_signs,
    is_alike,
    likeness_ppm,
    marks_of,
    packed,
    praises,
    stems_of,
    those_alike,
    topic_of,
    touches,
    unpacked,
    words_of,
)
from core.domain.events import AttemptStarted, AttemptSucceeded, Event
from core.domain.ids import Digest, SeatId, StepId
from core.domain.intervals import PPM
from core.domain.participants import Role
from core.flows.debate_events import AnswerGiven, ArgumentPresented, ConsensusReached, MotionAmended, RoundCompleted
from tests.builders import Played

ADA, BEN = SeatId("ada"), SeatId("ben")
MOTION = "Should release trains leave on Fridays?"
TRAINS = (
    "Release trains that leave on Fridays meet an empty office, so that whatever breaks stays broken until Monday, and"
    " the people on call pay for it with their weekend and their patience."
)
OTHERWISE = (
    "Whoever ships small changes each day has nothing left that could break badly, and customers who wait over a"
    " weekend for a fix which lies ready would rather have the release at once."
)
GARDEN = (
    "Tomatoes want six hours of sun, rich soil and a stake to climb; water them at the root in the morning, and pinch"
    " the side shoots off before they take the strength from the fruit."
)


def read(*events: Event, topic: str = MOTION) -> Signs:
    """The signs of a session in which this happened."""
    reading: Reading = fold_signs(
        NOTHING_READ, MotionAmended(motion=topic, by="operator"), before=NO_MINDS, after=NO_MINDS
    )
    minds = NO_MINDS
    for event in events:
        after = fold_minds(minds, event)
        reading, minds = fold_signs(reading, event, before=minds, after=after), after
    return reading.signs


def says(seat: SeatId, text: str, *, round: int = 1, step: str = "") -> ArgumentPresented:
    return ArgumentPresented(
        step=StepId(step or f"r{round}.opening.{seat}"),
        seat=seat,
        role=Role.PROPOSER,
        round=round,
        number=1,
        text=text,
        tokens_output=10,
        cost_microusd=0,
        model="shed:local",
    )


def asks(seat: SeatId, *, round: int = 1) -> AttemptStarted:
    return AttemptStarted(
        step=StepId(f"r{round}.opening.{seat}"),
        attempt=1,
        seat=seat,
        route="shed:local",
        cost_microusd_max=0,
        prompt_digest=Digest(""),
    )


def answers(seat: SeatId, answer: str, *, round: int = 1) -> AnswerGiven:
    return AnswerGiven(step=StepId(f"r{round}.opening.{seat}"), seat=seat, round=round, answer=answer, reason="")


def turn(seat: SeatId, text: str, answer: str, *, round: int) -> tuple[Event, ...]:
    return asks(seat, round=round), says(seat, text, round=round), answers(seat, answer, round=round)


def test_a_seat_that_says_the_same_again_repeats_itself_and_one_that_copies_echoes() -> None:
    same = TRAINS.replace("patience", "good will")

    assert read(says(ADA, TRAINS), says(ADA, same, round=2)).repeated == {ADA: 1}
    assert read(says(ADA, TRAINS), says(BEN, same)).echoed == {BEN: 1}
    assert read(says(ADA, TRAINS), says(BEN, OTHERWISE), says(ADA, OTHERWISE[::-1], round=2)).repeated == {}


def test_short_answers_are_alike_by_their_form_and_copy_nobody() -> None:
    signs = read(says(ADA, "Verdict: for"), says(BEN, "Verdict: for"), says(ADA, "Verdict: for", round=2))

    assert (signs.repeated, signs.echoed, signs.off_task) == ({}, {}, {})


def test_a_turn_without_a_word_of_the_motion_is_off_its_task() -> None:
    assert read(says(ADA, GARDEN)).off_task == {ADA: 1}
    assert read(says(ADA, TRAINS)).off_task == {}
    assert read(says(ADA, GARDEN), topic="Is it?").off_task == {}


def test_a_motion_that_is_amended_is_the_new_topic() -> None:
    amended = MotionAmended(motion="Should tomatoes be watered in the morning?", by="operator")

    assert read(says(ADA, GARDEN), amended, says(ADA, TRAINS, round=2)).off_task == {ADA: 2}


def test_an_answer_that_ran_into_its_limit_is_cut_off() -> None:
    def ended(reason: str) -> AttemptSucceeded:
        return AttemptSucceeded(
            step=StepId("r1.opening.ada"),
            attempt=1,
            tokens_input=1,
            tokens_output=1,
            cost_microusd=0,
            latency_ms=1,
            model="shed:local",
            stop_reason=reason,
        )

    assert read(asks(ADA), ended("length")).cut_off == {ADA: 1}
    assert read(asks(ADA), ended("stop")).cut_off == {}


def test_who_was_asked_for_an_answer_and_gave_none_is_unreadable() -> None:
    assert read(answers(ADA, "")).unreadable == {ADA: 1}
    assert read(answers(ADA, "42")).unreadable == {}


def test_a_mind_that_is_changed_unheard_contradicts_itself_and_one_after_another_seat_does_not() -> None:
    alone = read(*turn(ADA, TRAINS, "41", round=1), *turn(ADA, TRAINS, "42", round=2))
    convinced = read(
        *turn(ADA, TRAINS, "41", round=1), *turn(BEN, OTHERWISE, "42", round=1), *turn(ADA, TRAINS, "42", round=2)
    )

    assert alone.unheard == {ADA: 1}
    assert convinced.unheard == {}


def test_who_takes_up_again_what_it_gave_up_returned() -> None:
    rounds = ("41", "42", "41")
    events = [
        event
        for number, answer in enumerate(rounds, start=1)
        for event in (*turn(ADA, TRAINS, answer, round=number), *turn(BEN, OTHERWISE, "43", round=number))
    ]

    assert read(*events).returned == {ADA: 1}


def test_who_takes_anothers_mind_in_a_turn_that_begins_with_praise_flatters() -> None:
    def after(opening: str, mind: str) -> Signs:
        return read(
            *turn(ADA, TRAINS, "41", round=1),
            *turn(BEN, OTHERWISE, "42", round=1),
            *turn(ADA, opening + OTHERWISE, mind, round=2),
        )

    assert after("You are absolutely right. ", "42").flattered == {ADA: 1}
    assert after("", "42").flattered == {}
    assert after("You are absolutely right. ", "43").flattered == {}
    assert after("You are absolutely right. ", "41").flattered == {}


def test_rounds_after_agreement_are_counted_from_the_first_time() -> None:
    def ended(round: int) -> RoundCompleted:
        return RoundCompleted(round=round, arguments=2, consensus_ppm=900_000)

    def agreed(round: int) -> ConsensusReached:
        return ConsensusReached(round=round, ppm=900_000, level_ppm=800_000)

    signs = read(ended(1), agreed(2), ended(2), ended(3), agreed(4), ended(4))

    assert signs.rounds_after_agreement == 2


def test_a_debate_that_goes_as_it_should_shows_nothing() -> None:
    debate = Played()
    debate.play_on()
    signs = read(*(record.event for record in debate.log))

    assert Signs() == NO_SIGNS
    assert (signs.unheard, signs.returned, signs.flattered, signs.cut_off) == ({}, {}, {}, {})


words = st.lists(st.sampled_from("abcdefghijklmnop"), min_size=3, max_size=120)


@given(words, words)
def test_likeness_is_a_share_the_same_both_ways_and_whole_for_the_same(one: list[str], other: list[str]) -> None:
    first, second = marks_of(one), marks_of(other)

    assert 0 <= likeness_ppm(first, second) == likeness_ppm(second, first) <= PPM
    assert likeness_ppm(first, first) == PPM
    assert is_alike(first, second) is (likeness_ppm(first, second) >= 800_000)


marks = st.sets(st.integers(0, 2**32 - 1), max_size=PRINT_MARKS_MAX).map(lambda each: tuple(sorted(each)))


@given(marks)
def test_marks_come_out_as_they_were_packed_and_in_the_room_of_a_line(each: tuple[int, ...]) -> None:
    assert unpacked(packed(each)) == each
    assert len(packed(each)) <= 172


@st.composite
def nearly_the_same(draw: st.DrawFn) -> tuple[tuple[int, ...], ...]:
    """Marks of texts of which some are others with a few marks put in and left out, just about alike and just not."""
    numbers = st.integers(0, 200)  # so few that also texts that have nothing to do with each other have some in common
    texts = [draw(st.sets(numbers, min_size=1, max_size=PRINT_MARKS_MAX))]
    for _ in range(draw(st.integers(1, PRINTS_MAX))):
        text = set(draw(st.sampled_from(texts)))
        # Also all at the least end, where texts are first looked at.
        for mark in draw(st.lists(numbers | st.integers(0, 9), max_size=10)):
            text ^= {mark}
        texts.append(text or {0})
    return tuple(tuple(mark * 20_000_003 for mark in sorted(text)[:PRINT_MARKS_MAX]) for text in texts)


@given(nearly_the_same())
def test_packed_texts_are_alike_where_their_marks_are(texts: tuple[tuple[int, ...], ...]) -> None:
    new, *others = texts
    prints = [Print(seat=ADA, marks=packed(each)) for each in others]

    plainly = [each for each, marks in zip(prints, others, strict=True) if likeness_ppm(marks, new) >= 800_000]
    assert those_alike(prints, new) == plainly


def test_texts_are_alike_though_all_that_they_do_not_share_comes_first() -> None:
    shared, others = tuple(range(1_000, 1_026)), tuple(range(6))
    of_one, of_other = (*others[:3], *shared), (*others[3:], *shared)

    assert likeness_ppm(of_one, of_other) == 793_103  # 23 of the least 29
    assert those_alike([Print(seat=ADA, marks=packed((*others, *shared)))], shared) != []
    assert those_alike([Print(seat=ADA, marks=packed(shared))], (*others, *shared)) != []


def test_likeness_of_nothing_is_none() -> None:
    assert likeness_ppm((), ()) == 0
    assert topic_of("Is it?") == ()
    assert len(topic_of(MOTION)) == 4
    assert words_of("Ünïcödé, and 日本語!") == ["ünïcödé", "and", "日本語"]


PRAISES = (
    "Great point.",
    "an excellent ARGUMENT indeed",
    "You are absolutely right",
    "you're correct",
    "I fully agree",
    "I stand corrected",
    "Well said",
    "I couldn't agree more",
    "Thank you for pointing that out",
    "A fair que\u017ftion",  # an old letter that is an s to whoever doesn't mind the case
)


@pytest.mark.parametrize("opening", PRAISES)
def test_praise_is_heard_in_whatever_letters_it_is_written(opening: str) -> None:
    assert praises(opening)


@pytest.mark.parametrize("opening", ["The point is a great one.", "Nobody agrees.", "Right.", "", "Thanks for nothing"])
def test_a_word_of_praise_alone_is_none(opening: str) -> None:
    assert not praises(opening)


@given(st.lists(st.text(alphabet="aäß0_é☃ .-\n", max_size=8), max_size=60).map(" ".join))
def test_the_marks_of_a_text_are_the_least_of_all_its_groups_of_three_words(text: str) -> None:
    words = words_of(text)
    codes = [crc32(word.encode()) for word in words]
    groups = {
        (one * 961 + two * 31 + three) * 2_654_435_761 % 2**32
        for one, two, three in zip(codes, codes[1:], codes[2:], strict=False)
    }

    assert words == re.findall(r"\w+", text.casefold())
    assert marks_of(words) == tuple(sorted(groups))[:32]


@given(
    st.lists(
        st.sampled_from(["release", "trains", "trainers", "leaving", "leave", "fridays", "with", "from", "and", "the"]),
        max_size=12,
    ),
    st.lists(st.sampled_from(["release", "trains", "friday", "with", "weekend", "patience", "and"]), max_size=12),
)
def test_a_turn_touches_the_topic_where_a_word_of_both_begins_alike(said: list[str], motion: list[str]) -> None:
    topic = stems_of(motion)

    assert touches(said, topic) is bool(topic & stems_of(said))


@given(st.lists(st.text(alphabet="abcdeß", min_size=1, max_size=6), max_size=60), st.sampled_from((1, 40)))
def test_marks_reckoned_at_once_are_those_of_each_group_by_itself(some: list[str], times: int) -> None:
    words = [*some * times][:WORDS_READ_MAX]
    codes = [crc32(word.encode()) for word in words]
    one_by_one = {
        (one * 961 + two * 31 + three) * SPREAD % 2**32
        for one, two, three in zip(codes, codes[1:], codes[2:], strict=False)
    }

    assert marks_of(words) == tuple(sorted(one_by_one)[:PRINT_MARKS_MAX])


def test_no_word_of_any_length_is_held_for_its_stem() -> None:
    word = "release" * 10_000
    held = sys.getrefcount(word)

    assert stems_of([word]) == stems_of(["release"])
    assert touches([word], stems_of(["release"]))
    assert sys.getrefcount(word) == held
