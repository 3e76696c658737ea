"""How does an evaluation read: its table, its comparisons, and what they can tell and can't?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from console.presenters.figures import count, counted, money
from core.domain.unasked import SIMULATED

if TYPE_CHECKING:
    from core.evaluation.results import Comparison, Report, Result, Row

PPM = 1_000_000
ARM_TITLES = ("arm", "right", "share [95 %]", "undecided", "unreadable", "flips", "turns", "tokens", "cost")
COMPARISON_TITLES = ("arm", "beside", "difference [95 %]", "alone right", "p", "spend", "tasks to tell")
CONTROL_MARK = "  "
"""Stands before a control, below the debate whose spend it was given."""


def arm_rows(report: Report) -> list[tuple[str, ...]]:
    """A row of figures for each arm, below ARM_TITLES; a control is named by its format, below its debate."""
    return [_arm_row(row) for row in report.rows]


def comparison_rows(report: Report) -> list[tuple[str, ...]]:
    """A row for each comparison, below COMPARISON_TITLES."""
    return [
        (
            each.first.name,
            each.second.template if each.second.control_of else each.second.name,
            f"{points(each.difference_ppm)} [{points(each.low_ppm)}, {points(each.high_ppm)}]",
            f"{each.pairs.first} : {each.pairs.second}",
            chance(each.p_among_ppm),
            whole_percent(each.spend_ppm),
            "–" if each.tasks_to_tell is None else count(each.tasks_to_tell),
        )
        for each in report.comparisons
    ]


def in_words(report: Report) -> Iterator[str]:
    """One sentence or two for each comparison: what it tells, and what it would take."""
    for each in report.comparisons:
        yield _told(each)


def notes(report: Report, *, unasked: str, budget_microusd: int | None) -> Iterator[str]:
    """What has to be known to read the table, and what it can't say."""
    tally = report.tally
    left = [f"{counted(tally.left_out, 'task')} left out because an arm has not answered"] if tally.left_out else []
    left += [f"{counted(tally.unscored, 'task')} without a right answer not scored"] if tally.unscored else []
    compared = f"Compared: the {counted(tally.compared, 'task')} that every arm has answered"
    yield "; ".join((compared, *left)) + "."
    teams = {row.arm.name.rpartition(" ")[2]: row.arm.team for row in report.rows if not row.arm.control_of}
    if len(set(teams.values())) > 1:
        yield "Seated: " + "; ".join(f"{number}: {' + '.join(team)}" for number, team in teams.items()) + "."
    lacking = [f"{row.arm.name} {row.sums.unanswered}" for row in report.rows if row.sums.unanswered]
    if lacking:
        yield f"Not answered: {', '.join(lacking)}."
    if any(row.arm.control_of for row in report.rows):
        yield (
            "Equal spend: a control begins when its debate is over, asks the same models, and goes on until it has "
            "spent what the debate has, to within a call; where nothing is paid it makes as many calls. vote_only "
            "asks as many seats as that takes, 26 at most. 'spend' is what each has used of what the arm has."
        )
    yield (
        "Undecided and unreadable count as wrong. 'flips' are answers changed after others were heard: all, to the "
        "right one (✓), away from it (✗). Shares have Wilson's interval."
    )
    if len(tally.rules) > 1:
        yield (
            f"These debates have followed {counted(len(tally.rules), 'version')} of their set of rules, which was "
            "changed in between: what is compared may be that. --seed N begins anew under the rules as they are now."
        )
    if report.comparisons:
        several = len(report.comparisons) > 1
        together = (
            ", so wide that all of them together hold what they should in 95 of 100 (Bonferroni)" if several else ""
        )
        yield (
            f"Differences on the same tasks have Newcombe's interval{together}. 'alone right' are tasks that one of "
            "the two had right and the other not; p is McNemar's exact test of these, as it counts among "
            f"{counted(len(report.comparisons), 'comparison')} (Holm). 'tasks to tell' find a difference like this one "
            "at 5 % in four evaluations of five (Connor)."
        )
    spent = f"Spent in all: {money(tally.spent_microusd)}"
    yield f"{spent} of {money(budget_microusd)}." if budget_microusd is not None else f"{spent}."
    yield (
        "This speaks for tasks like these, these formats and who sat in them, with prompts as they are now: not for "
        "other tasks, and not for questions whose answers nobody can check."
    )
    if unasked:
        yield (
            f"No model was asked: these are {'simulated participants' if unasked == SIMULATED else 'rehearsals'}. What "
            "they can do was stated beforehand, so that this says how formats treat it, and nothing of any model."
        )


def points(ppm: int) -> str:
    """A difference of shares in percentage points: `+4.0`, `-12.5`."""
    tenths = (abs(ppm) * 1_000 + PPM // 2) // PPM
    sign = "" if not tenths else "-" if ppm < 0 else "+"
    return f"{sign}{tenths // 10}.{tenths % 10}"


def whole_percent(ppm: int) -> str:
    """A share to the nearest percent."""
    return f"{(ppm * 100 + PPM // 2) // PPM} %"


def chance(ppm: int) -> str:
    """A p to three places, rounded up; `<0.001` below."""
    thousandths = -(-ppm * 1_000 // PPM)
    return "<0.001" if ppm < 1_000 else f"{thousandths // 1_000}.{thousandths % 1_000:03d}"


def _arm_row(row: Row) -> tuple[str, ...]:
    sums = row.sums
    name = CONTROL_MARK + row.arm.template if row.arm.control_of else row.arm.name
    share = f"{whole_percent(row.right_ppm)} [{_whole(row.low_ppm)}, {_whole(row.high_ppm)}]" if sums.tasks else "–"
    return (
        name,
        f"{sums.right}/{sums.tasks}",
        share,
        str(sums.undecided),
        str(sums.unreadable),
        f"{count(sums.changed)} {sums.to_right}✓ {sums.to_wrong}✗" if sums.changed else "0",
        count(sums.turns),
        count(sums.tokens),
        money(sums.cost_microusd),
    )


def _whole(ppm: int) -> str:
    return str((ppm * 100 + PPM // 2) // PPM)


def _told(each: Comparison) -> str:
    tasks = each.pairs.counted
    other = f"{each.second.template} at the same spend" if each.second.control_of else each.second.name
    if not tasks:
        return f"{each.first.name} beside {other}: there is no task that both have answered."
    which = _which(each.difference_ppm, other)
    seen = f"{each.first.name} was right {which} on these {counted(tasks, 'task')}"
    if each.tells:
        return f"{seen}: more than chance brings (p {chance(each.p_among_ppm)})."
    told = (
        f"{seen}, which chance may have brought (p {chance(each.p_among_ppm)})." if each.difference_ppm else f"{seen}."
    )
    if each.least_ppm is not None:
        told += f" {counted(tasks, 'task')} like these tell {points(each.least_ppm).lstrip('+')} points or more"
    else:
        told += f" {counted(tasks, 'task')} like these tell no difference at all"
    return f"{told}; one like this takes about {count(each.tasks_to_tell)}." if each.tasks_to_tell else f"{told}."


def _which(difference_ppm: int, other: str) -> str:
    if not difference_ppm:
        return f"as often as {other}"
    size = points(abs(difference_ppm)).lstrip("+")
    return f"{size} points {'more' if difference_ppm > 0 else 'less'} often than {other}"


def result_line(task_id: str, results: Sequence[Result]) -> str:
    """How a task came out, for the progress: `gsm-12: council right (vote_only wrong, self_consistency right)`."""
    parts: list[str] = []
    for debate in (each for each in results if not each.control_of):
        beside = (each for each in results if each.control_of == debate.arm)
        told = ", ".join(f"{each.arm.removesuffix(f' of {debate.arm}')} {each.mark}" for each in beside)
        parts.append(f"{debate.arm} {debate.mark}" + (f" ({told})" if told else ""))
    why = next((each.why for each in results if each.why), "")
    return f"{task_id}: {', '.join(parts)}" + (f" – {why}" if why else "")
