"""Does an evaluation read as what it came to, and never as more than it tells?"""

from __future__ import annotations

import pytest

from console.presenters.evaluations import (
    ARM_TITLES,
    COMPARISON_TITLES,
    arm_rows,
    chance,
    comparison_rows,
    in_words,
    notes,
    points,
    result_line,
)
from core.evaluation.results import Arm, Mark, Report, Result, Tally, report_of
from core.evaluation.statistics import LEVEL_PPM

DEBATE = Arm(name="council", template="council")
VOTE = Arm(name="vote_only of council", template="vote_only", control_of="council")


def reported(*marks: tuple[Mark, Mark], times: int = 1) -> Report:
    tally = Tally(arms=(DEBATE, VOTE))
    for debate, vote in marks * times:
        tally = tally.plus(
            (
                Result(arm=DEBATE.name, mark=debate, turns=9, changed=1, to_right=1),
                Result(arm=VOTE.name, mark=vote, control_of=DEBATE.name, turns=5),
            )
        )
    return report_of(tally, level_ppm=LEVEL_PPM)


def test_a_clear_difference_is_called_more_than_chance_and_a_small_one_is_not() -> None:
    (clear,) = in_words(reported((Mark.RIGHT, Mark.WRONG), times=20))
    (small,) = in_words(reported((Mark.RIGHT, Mark.RIGHT), (Mark.RIGHT, Mark.RIGHT), (Mark.RIGHT, Mark.WRONG)))

    assert clear == (
        "council was right 100.0 points more often than vote_only at the same spend on these 20 tasks: more than "
        "chance brings (p <0.001)."
    )
    assert "33.3 points more often" in small
    assert "which chance may have brought (p 1.000)" in small
    assert "3 tasks like these tell no difference at all; one like this takes about" in small


def test_of_arms_that_were_right_equally_often_no_chance_is_spoken_of() -> None:
    (said,) = in_words(reported((Mark.RIGHT, Mark.RIGHT), times=5))

    assert said == (
        "council was right as often as vote_only at the same spend on these 5 tasks. 5 tasks like these tell no "
        "difference at all."
    )


def test_where_nothing_was_compared_nothing_is_claimed() -> None:
    (said,) = in_words(reported((Mark.RIGHT, Mark.UNANSWERED)))

    assert said == "council beside vote_only at the same spend: there is no task that both have answered."


def test_each_row_fits_below_its_titles_and_a_control_stands_below_its_debate() -> None:
    report = reported((Mark.RIGHT, Mark.UNREADABLE))
    rows = arm_rows(report)

    assert {len(row) for row in rows} == {len(ARM_TITLES)}
    assert {len(row) for row in comparison_rows(report)} == {len(COMPARISON_TITLES)}
    assert [row[0] for row in rows] == ["council", "  vote_only"]
    assert rows[1][1:5] == ("0/1", "0 % [0, 79]", "0", "1")
    assert comparison_rows(report)[0][:2] == ("council", "vote_only")
    assert comparison_rows(report)[0][5] == "56 %", "five calls beside nine"


def test_what_was_left_out_what_chance_means_and_that_no_model_was_asked_is_said() -> None:
    report = reported((Mark.RIGHT, Mark.RIGHT), (Mark.UNANSWERED, Mark.RIGHT), (Mark.UNSCORED, Mark.UNSCORED))
    said = " ".join(notes(report, unasked="simulated", budget_microusd=5_000_000))

    assert "1 task that every arm has answered; 1 task left out" in said
    assert "1 task without a right answer not scored" in said
    assert "Not answered: council 1." in said
    assert "Spent in all: $0.00 of $5.00." in said
    assert "simulated participants" in said
    assert "No model was asked" not in " ".join(notes(report, unasked="", budget_microusd=None))


def test_that_several_intervals_hold_together_is_said_where_there_are_several() -> None:
    one = " ".join(notes(reported((Mark.RIGHT, Mark.WRONG)), unasked="", budget_microusd=None))
    second = Arm(name="jury", template="jury")
    tally = Tally(arms=(DEBATE, VOTE, second)).plus(
        (
            Result(arm=DEBATE.name, mark=Mark.RIGHT),
            Result(arm=VOTE.name, mark=Mark.WRONG, control_of=DEBATE.name),
            Result(arm=second.name, mark=Mark.RIGHT),
        )
    )
    two = " ".join(notes(report_of(tally, level_ppm=LEVEL_PPM), unasked="", budget_microusd=None))

    assert "Newcombe's interval. " in one
    assert "all of them together hold what they should in 95 of 100 (Bonferroni)" in two


def test_a_task_is_told_with_its_controls_behind_their_debate() -> None:
    results = (
        Result(arm="council", mark=Mark.RIGHT),
        Result(arm="vote_only of council", mark=Mark.UNANSWERED, control_of="council", why="its budget is spent"),
    )

    assert result_line("t1", results) == "t1: council right (vote_only unanswered) – its budget is spent"


@pytest.mark.parametrize(
    ("ppm", "shown"), [(0, "0.0"), (40_000, "+4.0"), (-125_000, "-12.5"), (499, "0.0"), (-1_000_000, "-100.0")]
)
def test_a_difference_is_written_in_points(ppm: int, shown: str) -> None:
    assert points(ppm) == shown


@pytest.mark.parametrize(
    ("ppm", "shown"), [(1_000_000, "1.000"), (49_001, "0.050"), (50_000, "0.050"), (999, "<0.001")]
)
def test_a_chance_is_rounded_up_so_that_nothing_looks_surer_than_it_is(ppm: int, shown: str) -> None:
    assert chance(ppm) == shown
