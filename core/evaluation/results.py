"""What came of an evaluation: how often was each arm right, at what price, and what does that tell?

Results are added up task by task, in any order, and nothing of a task is kept: a sum of a million is as small as one of
ten. Arms are compared on the tasks that all of them have answered and whose right answer is known, and on no others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.domain.intervals import wilson_ppm
from core.evaluation.statistics import (
    Pairs,
    difference_interval_ppm,
    exact_mcnemar_ppm,
    holm_ppm,
    least_difference_ppm,
    tasks_to_tell,
)

PPM = 1_000_000


class Mark(StrEnum):
    """What an arm made of a task. UNDECIDED is even votes or a judge who named neither; UNREADABLE, no answer that can
    be read: both count as wrong. UNSCORED was answered, and nobody knows what is right; UNANSWERED has no verdict."""

    RIGHT = "right"
    WRONG = "wrong"
    UNDECIDED = "undecided"
    UNREADABLE = "unreadable"
    UNSCORED = "unscored"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A format with those who take its seats. `control_of` names the arm whose spend it was given, "" where it is no
    control."""

    name: str
    template: str
    team: tuple[str, ...] = ()
    control_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One arm on one task; `control_of` as for the arm. `unreadable` are single answers that could not be read;
    `changed` says how often a seat gave another answer than before, `to_right` and `to_wrong` which way, and `why` why
    there is no verdict. `rules` are the digests of the rules that its session has followed, one after another."""

    arm: str
    mark: Mark
    control_of: str = ""
    session: str = ""
    outcome: str = ""
    why: str = ""
    cost_microusd: int = 0
    tokens: int = 0
    turns: int = 0
    active_ms: int = 0
    unreadable: int = 0
    changed: int = 0
    to_right: int = 0
    to_wrong: int = 0
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSums:
    """An arm over the tasks that are compared, and how many of all tasks it left `unanswered`."""

    tasks: int = 0
    right: int = 0
    undecided: int = 0
    unreadable: int = 0
    unreadable_answers: int = 0
    cost_microusd: int = 0
    tokens: int = 0
    turns: int = 0
    active_ms: int = 0
    changed: int = 0
    to_right: int = 0
    to_wrong: int = 0
    unanswered: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`tasks` were tried; `compared` of them go into the table, `left_out` lack an answer of some arm and `unscored` a
    right one. `spent_microusd` is what all sessions came to, those that were left out too. `rules` are the digests of
    all that debates have followed; their controls follow none."""

    arms: tuple[Arm, ...]
    sums: Mapping[str, ArmSums] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], Pairs] = field(default_factory=dict)
    tasks: int = 0
    compared: int = 0
    left_out: int = 0
    unscored: int = 0
    spent_microusd: int = 0
    rules: frozenset[str] = frozenset()

    def plus(self, results: Sequence[Result]) -> Tally:
        """The tally with one more task: a result of every arm, in the order of the arms."""
        by_arm = {result.arm: result for result in results}
        sums = dict(self.sums)
        for result in results:
            if result.mark is Mark.UNANSWERED:
                before = sums.get(result.arm, ArmSums())
                sums[result.arm] = replace(before, unanswered=before.unanswered + 1)
        is_answered = all(result.mark is not Mark.UNANSWERED for result in results)
        is_scored = all(result.mark is not Mark.UNSCORED for result in results)
        is_compared = is_answered and is_scored
        pairs = dict(self.pairs)
        if is_compared:
            for result in results:
                sums[result.arm] = _added(sums.get(result.arm, ArmSums()), result)
            for first, second in compared_arms(self.arms):
                pairs[first, second] = _paired(pairs.get((first, second), Pairs()), by_arm[first], by_arm[second])
        return Tally(
            arms=self.arms,
            sums=sums,
            pairs=pairs,
            tasks=self.tasks + 1,
            compared=self.compared + is_compared,
            left_out=self.left_out + (not is_answered and is_scored),
            unscored=self.unscored + (not is_scored),
            spent_microusd=self.spent_microusd + sum(result.cost_microusd for result in results),
            rules=self.rules.union(*(result.rules for result in results if not result.control_of)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An arm as the table shows it. The interval holds the share that is right with 95 % confidence (Wilson)."""

    arm: Arm
    sums: ArmSums
    right_ppm: int
    low_ppm: int
    high_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`first` beside `second` on the same tasks. `low_ppm` to `high_ppm` hold the difference; the intervals of all that
    are made here do so together 95 times in 100. `p_ppm` is the exact test's, `p_among_ppm` as it counts among all;
    `tells` where that is below the level. `tasks_to_tell` is how many tasks would tell a difference like
    this one, `least_ppm` the smallest that this many would have told; None where there is no such number.

    `spend_ppm` is what the second has spent for each million that the first did: by money, of what is free by calls.
    """

    first: Arm
    second: Arm
    pairs: Pairs
    difference_ppm: int
    low_ppm: int
    high_ppm: int
    p_ppm: int
    p_among_ppm: int
    tells: bool
    tasks_to_tell: int | None
    least_ppm: int | None
    spend_ppm: int
    is_by_calls: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is shown of an evaluation."""

    tally: Tally
    rows: tuple[Row, ...]
    comparisons: tuple[Comparison, ...]


def compared_arms(arms: Sequence[Arm]) -> tuple[tuple[str, str], ...]:
    """Which arms stand beside which: each debate beside its own controls, and each further one beside the first."""
    debates = [arm.name for arm in arms if not arm.control_of]
    controls = [(arm.control_of, arm.name) for arm in arms if arm.control_of]
    return (*controls, *((other, debates[0]) for other in debates[1:]))


def report_of(tally: Tally, *, level_ppm: int) -> Report:
    """The table and the comparisons that a tally comes to."""
    known = {arm.name: arm for arm in tally.arms}
    tested = [(known[first], known[second]) for first, second in compared_arms(tally.arms)]
    pairs = [tally.pairs.get((first.name, second.name), Pairs()) for first, second in tested]
    ps = [exact_mcnemar_ppm(each) for each in pairs]
    among = holm_ppm(ps)
    return Report(
        tally=tally,
        rows=tuple(_row(arm, tally.sums.get(arm.name, ArmSums())) for arm in tally.arms),
        comparisons=tuple(
            _comparison(
                tally,
                *tested[at],
                pairs[at],
                p_ppm=ps[at],
                p_among_ppm=among[at],
                level_ppm=level_ppm,
                among=len(tested),
            )
            for at in range(len(tested))
        ),
    )


def _row(arm: Arm, sums: ArmSums) -> Row:
    low, high = wilson_ppm(sums.right, sums.tasks)
    share = sums.right * PPM // sums.tasks if sums.tasks else 0
    return Row(arm=arm, sums=sums, right_ppm=share, low_ppm=low, high_ppm=high)


def _comparison(
    tally: Tally,
    first: Arm,
    second: Arm,
    pairs: Pairs,
    *,
    p_ppm: int,
    p_among_ppm: int,
    level_ppm: int,
    among: int,
) -> Comparison:
    low, high = difference_interval_ppm(pairs, among=among)
    before, beside = tally.sums.get(first.name, ArmSums()), tally.sums.get(second.name, ArmSums())
    is_by_calls = not before.cost_microusd
    spent = (before.turns, beside.turns) if is_by_calls else (before.cost_microusd, beside.cost_microusd)
    disagreeing = pairs.disagreeing_ppm
    return Comparison(
        first=first,
        second=second,
        pairs=pairs,
        difference_ppm=pairs.difference_ppm,
        low_ppm=low,
        high_ppm=high,
        p_ppm=p_ppm,
        p_among_ppm=p_among_ppm,
        tells=p_among_ppm < level_ppm,
        tasks_to_tell=tasks_to_tell(difference_ppm=pairs.difference_ppm, disagreeing_ppm=disagreeing),
        least_ppm=least_difference_ppm(tasks=pairs.counted, disagreeing_ppm=disagreeing),
        spend_ppm=spent[1] * PPM // spent[0] if spent[0] else 0,
        is_by_calls=is_by_calls,
    )


def _added(before: ArmSums, result: Result) -> ArmSums:
    return ArmSums(
        tasks=before.tasks + 1,
        right=before.right + (result.mark is Mark.RIGHT),
        undecided=before.undecided + (result.mark is Mark.UNDECIDED),
        unreadable=before.unreadable + (result.mark is Mark.UNREADABLE),
        unreadable_answers=before.unreadable_answers + result.unreadable,
        cost_microusd=before.cost_microusd + result.cost_microusd,
        tokens=before.tokens + result.tokens,
        turns=before.turns + result.turns,
        active_ms=before.active_ms + result.active_ms,
        changed=before.changed + result.changed,
        to_right=before.to_right + result.to_right,
        to_wrong=before.to_wrong + result.to_wrong,
        unanswered=before.unanswered,
    )


def _paired(before: Pairs, first: Result, second: Result) -> Pairs:
    is_first, is_second = first.mark is Mark.RIGHT, second.mark is Mark.RIGHT
    return Pairs(
        both=before.both + (is_first and is_second),
        first=before.first + (is_first and not is_second),
        second=before.second + (is_second and not is_first),
        neither=before.neither + (not is_first and not is_second),
    )
