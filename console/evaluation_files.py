"""How is an evaluation written into a folder, whole or not at all, and over no other one?

`evaluation.json` has everything, `arms.csv` and `comparisons.csv` the table, `tasks.csv` a line for each task and arm,
`evaluation.md` what people read. Files of the same evaluation are replaced; others are left alone.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.exporting import write_whole
from console.locations import from_the_root
from console.plain import json_text, plain
from console.presenters.evaluations import ARM_TITLES, COMPARISON_TITLES, arm_rows, comparison_rows, in_words, notes
from core.domain.errors import StorageFailed, WrongUse
from core.evaluation.results import ArmSums, Result

if TYPE_CHECKING:
    from console.evaluation_plan import EvaluationPlan
    from core.evaluation.results import Report
    from core.evaluation.tasks import Task

WHOLE = "evaluation.json"
TASKS = "tasks.csv"
FILES = (WHOLE, "arms.csv", "comparisons.csv", TASKS, "evaluation.md")
WHOLE_BYTES_MAX = 16_000_000
TASK_TITLES = ("task", "known_answer", *(each.name for each in fields(Result)))


class EvaluationFolder:
    """Made before anything is spent, so that what can't be written is refused then. `add` each task, then `finish`."""

    def __init__(self, folder: Path, plan: EvaluationPlan) -> None:
        """Raises WrongUse where the folder holds files that are not this evaluation's, or can't be written."""
        self._folder = from_the_root(folder)
        self._plan = plan
        _refuse_others(self._folder, plan.id)
        self._beside = self._folder / f".{TASKS}.{os.getpid()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._opened = self._beside.open("w", encoding="utf-8", newline="", errors="backslashreplace")
        except OSError as error:
            raise _unwritten(self._folder, error) from error
        self._rows = csv.writer(self._opened)
        self._rows.writerow(TASK_TITLES)

    def add(self, task: Task, results: Sequence[Result]) -> None:
        """A line for each arm of a task. Lines are written as they come, so that no evaluation is too long."""
        try:
            for result in results:
                values = [getattr(result, each.name) for each in fields(Result)]
                self._rows.writerow([_safe(each) for each in (task.id, task.known_answer, *values)])
        except OSError as error:
            raise _unwritten(self._folder, error) from error

    def finish(self, report: Report, *, ended: str) -> tuple[Path, ...]:
        """Put everything in its place; returns where. `ended` says why not every task was tried, "" where each was."""
        try:
            self._opened.close()
            tasks = self._folder / TASKS
            self._beside.replace(tasks)
        except OSError as error:
            raise _unwritten(self._folder, error) from error
        written = [
            write_whole(self._folder / name, text.encode("utf-8", errors="backslashreplace"))
            for name, text in (
                ("arms.csv", _csv(("name", "template", "team", "control_of", *_SUMS, *_SHARES), _arms(report))),
                ("comparisons.csv", _csv(_COMPARED, _compared(report))),
                ("evaluation.md", markdown(self._plan, report, ended=ended)),
                (WHOLE, json_text(as_plain(self._plan, report, ended=ended)) + "\n"),
            )
        ]
        return (tasks, *written)

    def discard(self) -> None:
        """Leave the folder as it was found."""
        self._opened.close()
        self._beside.unlink(missing_ok=True)


def as_plain(plan: EvaluationPlan, report: Report, *, ended: str) -> dict[str, object]:
    """Everything that the table is made of, as JSON values. Shares and p are parts per million, money micro-dollars."""
    tally = report.tally
    request = plan.request
    return {
        "evaluation": plan.id,
        "unasked": plan.unasked,
        "ended": ended,
        "tasks_file": request.tasks.name,
        "tasks": plan.tasks,
        "tried": tally.tasks,
        "compared": tally.compared,
        "left_out": tally.left_out,
        "unscored": tally.unscored,
        "spent_microusd": tally.spent_microusd,
        "budget_microusd": request.cap_microusd,
        "seed": request.seed,
        "rounds": request.rounds,
        "rules": request.rules,
        "rules_versions": sorted(tally.rules),
        "arms": [_flat_arm(row) for row in report.rows],
        "comparisons": [_flat_comparison(each) for each in report.comparisons],
        "in_words": list(in_words(report)),
        "notes": list(notes(report, unasked=plan.unasked, budget_microusd=request.cap_microusd)),
    }


def markdown(plan: EvaluationPlan, report: Report, *, ended: str) -> str:
    """The page that people read."""
    return "\n".join(
        (
            f"# {plan.request.tasks.name}: {', '.join(plan.request.formats)}",
            "",
            *([f"Not every task was tried: {ended}.", ""] if ended else []),
            *_table(ARM_TITLES, arm_rows(report)),
            "",
            *(_table(COMPARISON_TITLES, comparison_rows(report)) if report.comparisons else ()),
            "",
            *(f"- {each}" for each in in_words(report)),
            "",
            *(f"{each}\n" for each in notes(report, unasked=plan.unasked, budget_microusd=plan.request.cap_microusd)),
        )
    )


_SUMS = tuple(each.name for each in fields(ArmSums))
_SHARES = ("right_ppm", "low_ppm", "high_ppm")
_COMPARED = (
    "first",
    "second",
    "both_right",
    "only_first",
    "only_second",
    "neither_right",
    "difference_ppm",
    "low_ppm",
    "high_ppm",
    "p_ppm",
    "p_among_ppm",
    "tells",
    "tasks_to_tell",
    "least_ppm",
    "spend_ppm",
    "is_by_calls",
)


def _flat_arm(row: Any) -> dict[str, object]:
    whole = plain(row)
    assert isinstance(whole, dict)
    return {**whole["arm"], **whole["sums"], **{name: whole[name] for name in _SHARES}}


def _flat_comparison(each: Any) -> dict[str, object]:
    pairs = each.pairs
    cells = {"both_right": pairs.both, "only_first": pairs.first, "only_second": pairs.second}
    named = {"first": each.first.name, "second": each.second.name, **cells, "neither_right": pairs.neither}
    return {name: named[name] if name in named else getattr(each, name) for name in _COMPARED}


def _arms(report: Report) -> Iterable[Sequence[object]]:
    for row in report.rows:
        flat = _flat_arm(row)
        yield [" + ".join(row.arm.team) if name == "team" else value for name, value in flat.items()]


def _compared(report: Report) -> Iterable[Sequence[object]]:
    return ([value for value in _flat_comparison(each).values()] for each in report.comparisons)


def _csv(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(titles)
    writer.writerows([_safe(each) for each in row] for row in rows)
    return text.getvalue()


def _safe(value: object) -> object:
    """A cell that begins like a formula is run by some programs that open it: what models write must not be."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(value):
        return "'" + value
    return "" if value is None else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    yield "| " + " | ".join(titles) + " |"
    yield "|" + "---|" * len(titles)
    for row in rows:
        yield "| " + " | ".join(each.strip().replace("|", "\\|") for each in row) + " |"


def _refuse_others(folder: Path, evaluation: str) -> None:
    there = [name for name in FILES if (folder / name).exists()]
    if not there:
        return
    try:
        with (folder / WHOLE).open("rb") as file:
            found = json.loads(file.read(WHOLE_BYTES_MAX)).get("evaluation")
    except (OSError, ValueError, AttributeError):
        found = None
    if found != evaluation:
        what = "another evaluation" if found else f"{' and '.join(there)} of something else"
        raise WrongUse(f"there is {what} in it.", where=str(folder), now="Name another folder with --out.")


def _unwritten(folder: Path, error: OSError) -> StorageFailed:
    reason = error.strerror or type(error).__name__
    return StorageFailed(
        f"the evaluation can't be written: {reason}.", where=str(folder), now="Name a folder that can be written."
    )
