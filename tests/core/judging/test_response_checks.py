"""What is seen of an answer, and what follows from it?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.participants import Checks
from core.domain.provider_errors import MEANINGS
from core.judging.response_checks import (
    EARLIER_TURNS_MAX,
    MARKED_WORDS_MAX,
    Finding,
    Marks,
    Oddity,
    check_answer,
    is_asked_again,
    looked_at,
    rows_marked,
)
from core.judging.words import words_of

MOTION = "The release train should not leave on Fridays, because nobody is there to mend what it breaks."
ANSWER = (
    "A release on a Friday leaves the weekend without anybody who knows what changed. The notes of March say so: two "
    "of three outages began on a Friday evening, and it took until Monday before somebody who had written the code was "
    "reached. Moving the train to Tuesday costs nothing and keeps the people who can help at their desks."
)
OTHER = (
    "What matters is not the day but the habit of releasing rarely. A team that releases every day mends its mistakes "
    "within the hour, whatever the calendar says, because each change is small enough to be understood by whoever is "
    "awake. The outages of March were large changes, and they would have been as large on a Tuesday."
)
GERMAN = (
    "Eine Auslieferung am Freitag lässt das Wochenende ohne jemanden, der weiß, was geändert wurde. Zwei von drei "
    "Ausfällen im März begannen an einem Freitagabend, und erst am Montag wurde jemand erreicht, der den Code kannte."
)
CHINESE = "星期五发布意味着周末没有人知道发生了什么变化。三月份的三次故障中有两次始于星期五晚上。"


def seen(text: str, *, earlier: tuple[str, ...] = (), is_whole: bool = True, asked: str = MOTION) -> Finding | None:
    return check_answer(text, is_whole=is_whole, stop_reason="length", earlier=earlier, asked=asked)


def oddity(text: str, **fields: object) -> Oddity | None:
    finding = seen(text, **fields)  # type: ignore[arg-type]
    return finding.oddity if finding is not None else None


def test_an_ordinary_answer_raises_no_eyebrow() -> None:
    assert seen(ANSWER, earlier=(OTHER,)) is None


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_an_empty_answer_is_seen(text: str) -> None:
    assert oddity(text, is_whole=False) is Oddity.EMPTY


def test_an_answer_that_was_cut_off_is_seen_and_told_with_the_providers_reason() -> None:
    assert seen(ANSWER, is_whole=False) == Finding(oddity=Oddity.TRUNCATED, saw="its answer stopped early: length")


def test_a_turn_said_before_by_the_same_seat_is_seen_also_with_a_word_changed() -> None:
    finding = seen(ANSWER.replace("nothing", "little"), earlier=(ANSWER, OTHER))

    assert finding is not None
    assert finding.oddity is Oddity.REPEATED
    assert "2 turns before" in finding.saw


def test_quoting_a_sentence_of_ones_own_is_no_repetition() -> None:
    assert seen(f"As I said: {ANSWER.split('.')[0]}. {OTHER}", earlier=(ANSWER,)) is None


def test_an_answer_that_goes_round_in_circles_is_seen() -> None:
    assert oddity(" ".join(["We must not release on Fridays, and that is that."] * 12)) is Oddity.REPEATED


def test_short_turns_may_be_alike() -> None:
    assert seen("I concede the point about Fridays.", earlier=("I concede the point about Fridays.",)) is None


@pytest.mark.parametrize("text", [GERMAN, CHINESE])
def test_an_answer_in_another_language_than_the_question_is_seen(text: str) -> None:
    assert oddity(text) is Oddity.OFF_LANGUAGE


@pytest.mark.parametrize(("asked", "text"), [(GERMAN, GERMAN), (CHINESE, CHINESE), (GERMAN, ANSWER)])
def test_who_asks_in_another_language_is_told_nothing_about_english(asked: str, text: str) -> None:
    assert seen(text, asked=asked) is None


@pytest.mark.parametrize(
    ("checks", "again"),
    [
        (Checks.WHOLE, {Oddity.EMPTY, Oddity.TRUNCATED}),
        (Checks.RETRY, set(Oddity)),
        (Checks.ACCEPT, {Oddity.EMPTY}),
    ],
)
def test_the_participants_setting_says_what_is_asked_for_again(checks: Checks, again: set[Oddity]) -> None:
    findings = [Finding(oddity=each, saw="") for each in Oddity]

    assert {each.oddity for each in findings if is_asked_again(each, checks)} == again


def test_each_oddity_is_a_word_that_the_engine_knows_as_an_answers_fault() -> None:
    assert all(MEANINGS[each].is_worth_retry and not MEANINGS[each].is_route_failure for each in Oddity)


@given(st.text(max_size=400), st.lists(st.text(max_size=200), max_size=3))
def test_whatever_is_said_the_look_at_it_ends(text: str, earlier: list[str]) -> None:
    finding = seen(text, earlier=tuple(earlier))

    assert finding is None or finding.saw


def test_a_seat_with_a_favourite_sentence_is_not_taken_for_one_that_repeats_itself() -> None:
    favourite = ANSWER.split(".")[0] + "."

    assert seen(f"{favourite} {OTHER}", earlier=(ANSWER, f"{favourite} Nothing else is known of it.")) is None


def test_a_copy_in_other_case_and_spacing_is_still_a_copy() -> None:
    assert oddity(ANSWER.replace(". ", ".\n\n").replace("The notes", "the notes"), earlier=(ANSWER,)) is Oddity.REPEATED


@given(st.lists(st.sampled_from(ANSWER.split()), min_size=45, max_size=120), st.data())
def test_a_long_turn_said_again_with_one_word_changed_is_seen(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words) - 1))
    changed = [*words[:at], "otherwise", *words[at + 1 :]]

    assert oddity(" ".join(changed), earlier=(" ".join(words),)) is Oddity.REPEATED


def shares_of_rows(text: str, earlier: list[str]) -> Finding | None:
    """What is found of repetitions without a thought for the cost: every row of five words is compared."""
    words = words_of(text)
    rows = list(zip(*(words[at:] for at in range(5)), strict=False))
    if len(words) < 30:
        return None
    if len(set(rows)) * 100 < 35 * len(rows):
        return Finding(oddity=Oddity.REPEATED, saw="it repeats itself")
    raw = text.split()
    step = max(1, (len(raw) - 7) // 11)
    probes = [" ".join(raw[at : at + 7]) for at in range(0, len(raw) - 6, step)][:12]
    for number, turn in enumerate(earlier[: -EARLIER_TURNS_MAX - 1 : -1], start=1):
        theirs = words_of(turn)
        shared = len(set(rows) & set(zip(*(theirs[at:] for at in range(5)), strict=False)))
        has_probes = sum(probe in turn for probe in probes) >= min(3, len(probes))
        if has_probes and shared * 1_000_000 // len(set(rows)) >= 800_000:
            which = "its last turn" if number == 1 else f"its turn {number} turns before"
            percent = shared * 1_000_000 // len(set(rows)) * 100 // 1_000_000
            return Finding(oddity=Oddity.REPEATED, saw=f"it repeats {which}, to {percent} %")
    return None


SENTENCES = [*(f"{each}." for each in (ANSWER + OTHER).split(". ")), "the rota waited for the review", "so it did"]
TURNS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=14).map(" ".join)


@st.composite
def seats_turns(draw: st.DrawFn) -> list[str]:
    """The turns of one seat: some said anew, some said before with a few words changed."""
    turns = [draw(TURNS)]
    for _ in range(draw(st.integers(1, 12))):
        if draw(st.booleans()):
            turns.append(draw(TURNS))
            continue
        words = draw(st.sampled_from(turns)).split()
        for at in draw(st.lists(st.integers(0, len(words) - 1), max_size=len(words) // 4)):
            words[at] = draw(st.sampled_from(("otherwise", "THE", "is,", "no")))
        turns.append(" ".join(words))
    return turns


@given(turns=seats_turns(), is_marked=st.lists(st.booleans(), min_size=13, max_size=13))
def test_marks_from_before_change_nothing_about_what_is_found(turns: list[str], is_marked: list[bool]) -> None:
    marks: Marks = {}
    for number, text in enumerate(turns):
        earlier = turns[:number]
        found, kept = looked_at(text, is_whole=True, stop_reason="stop", earlier=earlier, asked=GERMAN, marks=marks)

        assert found == seen(text, earlier=tuple(earlier), asked=GERMAN) == shares_of_rows(text, earlier)
        marks = {each: kept[each] for each in kept if is_marked[turns.index(each)]}


@given(seats_turns())
def test_no_more_marks_are_kept_than_turns_are_looked_back_at(turns: list[str]) -> None:
    marks: Marks = {}
    for number, text in enumerate(turns):
        _, marks = looked_at(text, is_whole=True, stop_reason="stop", earlier=turns[:number], asked=MOTION, marks=marks)

        assert set(marks) <= {text, *turns[:number][-EARLIER_TURNS_MAX:]}
        assert all(len(each) <= MARKED_WORDS_MAX for each in marks.values())


def test_the_first_turn_of_a_seat_is_marked_once_there_is_a_second() -> None:
    _, after_first = looked_at(ANSWER, is_whole=True, stop_reason="stop", earlier=(), asked=MOTION, marks={})
    _, marks = looked_at(OTHER, is_whole=True, stop_reason="stop", earlier=(ANSWER,), asked=MOTION, marks=after_first)

    assert not after_first
    assert marks == {ANSWER: rows_marked(words_of(ANSWER)), OTHER: rows_marked(words_of(OTHER))}


@given(st.lists(st.sampled_from(ANSWER.split()), max_size=80))
def test_equal_rows_have_equal_marks_wherever_they_stand(words: list[str]) -> None:
    marks = rows_marked(words)

    assert len(marks) == max(0, len(words) - 4)
    for at, mark in enumerate(marks):
        assert rows_marked(words[at : at + 5])[0] == mark
