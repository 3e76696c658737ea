"""Is what came of tasks added up so that arms are compared on the same tasks, and on no others?"""

from __future__ import annotations

from random import Random

import pytest

from core.evaluation.results import Arm, Mark, Report, Result, Tally, compared_arms, report_of
from core.evaluation.statistics import LEVEL_PPM, Pairs

DEBATE = Arm(name="society_of_minds", template="society_of_minds")
VOTE = Arm(name="vote_only of society_of_minds", template="vote_only", control_of=DEBATE.name)
COUNCIL = Arm(name="council", template="council")
ARMS = (DEBATE, VOTE, COUNCIL)


def result(arm: Arm, mark: Mark, *, cost_microusd: int = 0, turns: int = 3) -> Result:
    return Result(arm=arm.name, mark=mark, cost_microusd=cost_microusd, turns=turns)


def task(debate: Mark, vote: Mark, council: Mark = Mark.RIGHT, *, cost_microusd: int = 0) -> tuple[Result, ...]:
    marks = zip(ARMS, (debate, vote, council), strict=True)
    return tuple(result(arm, mark, cost_microusd=cost_microusd) for arm, mark in marks)


def reported(*tasks: tuple[Result, ...]) -> Report:
    tally = Tally(arms=ARMS)
    for results in tasks:
        tally = tally.plus(results)
    return report_of(tally, level_ppm=LEVEL_PPM)


def test_a_debate_stands_beside_its_controls_and_each_further_format_beside_the_first() -> None:
    assert compared_arms(ARMS) == ((DEBATE.name, VOTE.name), (COUNCIL.name, DEBATE.name))


@pytest.mark.parametrize("mark", [Mark.WRONG, Mark.UNDECIDED, Mark.UNREADABLE])
def test_what_is_undecided_or_can_not_be_read_counts_as_wrong_and_is_counted(mark: Mark) -> None:
    report = reported(task(mark, Mark.RIGHT), task(Mark.RIGHT, Mark.RIGHT))
    row = report.rows[0]

    assert (row.sums.tasks, row.sums.right, row.right_ppm) == (2, 1, 500_000)
    assert (row.sums.undecided, row.sums.unreadable) == (mark is Mark.UNDECIDED, mark is Mark.UNREADABLE)
    assert report.comparisons[0].pairs == Pairs(both=1, second=1)


def test_a_task_that_one_arm_has_not_answered_counts_for_none() -> None:
    report = reported(task(Mark.RIGHT, Mark.WRONG), task(Mark.RIGHT, Mark.UNANSWERED, cost_microusd=5))

    assert (report.tally.tasks, report.tally.compared, report.tally.left_out) == (2, 1, 1)
    assert [row.sums.tasks for row in report.rows] == [1, 1, 1]
    assert [row.sums.unanswered for row in report.rows] == [0, 1, 0]
    assert report.comparisons[0].pairs.counted == 1
    assert report.tally.spent_microusd == 15, "what was spent on it was spent all the same"


def test_a_task_whose_answer_nobody_knows_is_not_scored_and_is_counted() -> None:
    report = reported(task(Mark.UNSCORED, Mark.UNSCORED, Mark.UNSCORED), task(Mark.RIGHT, Mark.WRONG))

    assert (report.tally.compared, report.tally.unscored, report.tally.left_out) == (1, 1, 0)


def test_the_order_of_the_tasks_changes_nothing() -> None:
    marks = list(Mark)
    chance = Random(7)
    tasks = [task(*(chance.choice(marks) for _ in ARMS)) for _ in range(60)]
    shuffled = chance.sample(tasks, len(tasks))

    assert reported(*tasks) == reported(*shuffled)


def test_a_clear_difference_tells_and_a_small_one_says_how_many_tasks_it_would_take() -> None:
    clear = reported(*[task(Mark.RIGHT, Mark.WRONG)] * 20, *[task(Mark.WRONG, Mark.RIGHT)] * 1)
    small = reported(*[task(Mark.RIGHT, Mark.WRONG)] * 3, *[task(Mark.WRONG, Mark.RIGHT)] * 2)

    assert clear.comparisons[0].tells
    assert clear.comparisons[0].low_ppm > 0
    assert not small.comparisons[0].tells
    assert (small.comparisons[0].tasks_to_tell or 0) > small.tally.compared


def test_equal_spend_is_told_by_money_and_by_calls_where_nothing_was_paid() -> None:
    paid = Tally(arms=ARMS[:2]).plus(
        (result(DEBATE, Mark.RIGHT, cost_microusd=1_000), result(VOTE, Mark.RIGHT, cost_microusd=600))
    )
    free = Tally(arms=ARMS[:2]).plus((result(DEBATE, Mark.RIGHT, turns=10), result(VOTE, Mark.RIGHT, turns=5)))

    (by_money,) = report_of(paid, level_ppm=LEVEL_PPM).comparisons
    (by_calls,) = report_of(free, level_ppm=LEVEL_PPM).comparisons

    assert (by_money.spend_ppm, by_money.is_by_calls) == (600_000, False)
    assert (by_calls.spend_ppm, by_calls.is_by_calls) == (500_000, True)


def test_an_evaluation_of_nothing_reports_nothing() -> None:
    report = reported()

    assert [row.right_ppm for row in report.rows] == [0, 0, 0]
    assert not any(each.tells for each in report.comparisons)


def test_the_rules_that_debates_have_followed_are_told_and_those_of_controls_are_not() -> None:
    tally = Tally(arms=ARMS)
    for rules in (("v1",), ("v1", "v2")):
        debate = Result(arm=DEBATE.name, mark=Mark.RIGHT, rules=rules)
        vote = Result(arm=VOTE.name, mark=Mark.RIGHT, control_of=DEBATE.name, rules=("none",))
        tally = tally.plus((debate, vote, Result(arm=COUNCIL.name, mark=Mark.RIGHT)))

    assert tally.rules == {"v1", "v2"}
