"""Is an evaluation written whole, over nobody else's files, and the same in each form?"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from console.evaluation_files import FILES, EvaluationFolder, as_plain
from console.evaluation_plan import EvaluationPlan, planned
from core.domain.answers import AnswerForm
from core.domain.errors import StorageFailed, WrongUse
from core.evaluation.results import Mark, Report, Result, Tally, report_of
from core.evaluation.statistics import LEVEL_PPM
from core.evaluation.tasks import Task
from tests.console.evaluations import asked, core_in, evaluated, tasks_in

TASK = Task(id="t1", question="What is 1+1?", form=AnswerForm(), known_answer="2")


@pytest.fixture
async def plan(tmp_path: Path) -> EvaluationPlan:
    async with core_in(tmp_path / "core") as core:
        return await planned(core, asked(tasks_in(tmp_path, 2)))


def result(outcome: str = "2") -> Result:
    return Result(arm="society_of_minds", mark=Mark.RIGHT, session="5e55", outcome=outcome, turns=9)


def nothing(plan: EvaluationPlan) -> Report:
    return report_of(Tally(arms=plan.all_arms), level_ppm=LEVEL_PPM)


async def test_what_was_evaluated_is_written_in_every_form_and_says_the_same(tmp_path: Path) -> None:
    request = asked(tasks_in(tmp_path, 3))
    async with core_in(tmp_path / "core") as core:
        outcome, run = await evaluated(core, request)
        plan = await planned(core, request)
    report = report_of(outcome.tally, level_ppm=LEVEL_PPM)
    folder = EvaluationFolder(tmp_path / "out", plan)
    for task_id, results in run.told:
        folder.add(replace(TASK, id=task_id), results)
    written = folder.finish(report, ended="")

    assert {path.name for path in written} == set(FILES) == {path.name for path in (tmp_path / "out").iterdir()}
    whole = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    with (tmp_path / "out" / "arms.csv").open(newline="") as file:
        arms = list(csv.DictReader(file))
    with (tmp_path / "out" / "comparisons.csv").open(newline="") as file:
        comparisons = list(csv.DictReader(file))
    with (tmp_path / "out" / "tasks.csv").open(newline="") as file:
        tasks = list(csv.DictReader(file))
    assert [row["name"] for row in arms] == [row["name"] for row in whole["arms"]]
    assert [int(row["right"]) for row in arms] == [row["right"] for row in whole["arms"]]
    assert [int(row["difference_ppm"]) for row in comparisons] == [r["difference_ppm"] for r in whole["comparisons"]]
    assert len(tasks) == 9
    assert sum(row["mark"] == "right" for row in tasks) == sum(row["right"] for row in whole["arms"])
    page = (tmp_path / "out" / "evaluation.md").read_text()
    assert "| society_of_minds |" in page
    assert "No model was asked" in page


async def test_files_of_the_same_evaluation_are_replaced_and_others_are_left_alone(
    tmp_path: Path, plan: EvaluationPlan
) -> None:
    out = tmp_path / "out"
    first = EvaluationFolder(out, plan)
    first.add(TASK, [result()])
    first.finish(nothing(plan), ended="stopped")
    before = (out / "tasks.csv").read_text()
    again = EvaluationFolder(out, plan)
    again.finish(nothing(plan), ended="")

    assert (out / "tasks.csv").read_text() != before
    assert json.loads((out / "evaluation.json").read_text())["ended"] == ""
    with pytest.raises(WrongUse, match="another evaluation"):
        EvaluationFolder(out, replace(plan, id="another"))
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "tasks.csv").write_text("mine\n")
    with pytest.raises(WrongUse, match=r"tasks\.csv of something else"):
        EvaluationFolder(foreign, plan)
    assert [path.name for path in foreign.iterdir()] == ["tasks.csv"]


async def test_what_is_given_up_leaves_the_folder_as_it_was(tmp_path: Path, plan: EvaluationPlan) -> None:
    folder = EvaluationFolder(tmp_path / "out", plan)
    folder.add(TASK, [result()])
    folder.discard()

    assert list((tmp_path / "out").iterdir()) == []


async def test_a_folder_that_can_not_be_written_is_refused_before_anything_is_spent(
    tmp_path: Path, plan: EvaluationPlan
) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(StorageFailed, match="can't be written"):
        EvaluationFolder(tmp_path / "file" / "out", plan)


async def test_what_a_model_answered_is_no_formula(tmp_path: Path, plan: EvaluationPlan) -> None:
    folder = EvaluationFolder(tmp_path / "out", plan)
    folder.add(TASK, [result("=HYPERLINK(1)"), result("-7")])
    folder.finish(nothing(plan), ended="")

    with (tmp_path / "out" / "tasks.csv").open(newline="") as file:
        assert [row["outcome"] for row in csv.DictReader(file)] == ["'=HYPERLINK(1)", "-7"]


async def test_the_plain_form_is_json_and_names_what_was_asked(plan: EvaluationPlan) -> None:
    plain = json.loads(json.dumps(as_plain(plan, nothing(plan), ended="")))

    assert (plain["unasked"], plain["tasks"], plain["compared"]) == ("simulated", 2, 0)
    assert [arm["control_of"] for arm in plain["arms"]] == ["", "society_of_minds", "society_of_minds"]
