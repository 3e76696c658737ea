"""Does an operator learn what a reviewer's scores stand for, pay for no review twice, and get it used from then on?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.judging.reviewer_calibration import EXAMPLES_MIN
from tests.console.cli.process import Moot
from tests.console.cli.refining import a_script, nothing_recorded, refine


def known(moot: Moot, lines: Sequence[object], name: str = "known.jsonl") -> str:
    """A file of drafts whose worth is known."""
    path = moot.home / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(path)


def drafts(count: int = 30, **fields: object) -> list[dict[str, object]]:
    """Drafts of which every second is good."""
    return [{"brief": "A notice.", "draft": f"Draft {n}.", "truth": n % 2, **fields} for n in range(count)]


def test_recorded_scores_are_fitted_without_asking_anybody_and_used_from_then_on(moot: Moot) -> None:
    model = a_script(moot, 0.9)
    file = known(moot, drafts(score=0.9))

    done = moot.run("refine", "--calibrate", file, "--reviewer", model)

    assert "As scored, 10 drafts: calibration error" in done.stdout
    assert "By the curve, made from 20 others" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 80
    assert f"kept as version 1: from now on it is what scores of {model} stand for." in done.stderr
    assert nothing_recorded(moot)
    after = refine(moot, model, "--max-iterations", "1", code=8)
    assert "calibrated, by version 1, made from 20 drafts" in after.stderr
    assert "calibrated 0." in after.stderr


def test_drafts_without_a_score_are_reviewed_once_and_the_record_is_read_the_next_time(moot: Moot) -> None:
    model = a_script(moot, 0.9)
    file = known(moot, drafts())

    first = moot.run("refine", "--calibrate", file, "--reviewer", model, "--json")
    again = moot.run("refine", "--calibrate", file, "--reviewer", model, "--json")

    values = json.loads(first.stdout)
    assert (values["version"], values["fitted_on"], values["held_out"], values["is_better"]) == (1, 20, 10, True)
    assert first.stdout == again.stdout
    assert len(json.loads(moot.run("sessions", "list", "--all", "--json").stdout)) == 30
    assert moot.run("sessions", "list").stdout.count("\n") <= 1, "they are no sessions of the operator's"


def test_a_budget_ends_it_and_a_larger_one_goes_on_where_it_was_left(moot: Moot) -> None:
    model = a_script(moot, 0.9)
    file = known(moot, drafts())

    short = moot.run("refine", "--calibrate", file, "--reviewer", model, "--budget-usd", "0.1", code=5)
    moot.run("refine", "--calibrate", file, "--reviewer", model, "--budget-usd", "5")

    assert "the same command goes on with what is left." in short.stderr
    assert short.stdout == ""


def test_reviews_that_cant_be_read_count_for_nothing(moot: Moot) -> None:
    model = a_script(moot, reviews=("I like it.",))
    file = known(moot, drafts())

    done = moot.run("refine", "--calibrate", file, "--reviewer", model, code=2)

    assert "30 reviews could not be read, and counted for nothing." in done.stderr
    assert f"0 drafts have a score, and it takes {EXAMPLES_MIN} to tell" in done.stderr


def test_a_curve_that_is_no_better_on_drafts_it_never_saw_is_not_kept(moot: Moot) -> None:
    model = a_script(moot, 0.9)
    right = [{**each, "score": each["truth"]} for each in drafts()]

    done = moot.run("refine", "--calibrate", known(moot, right), "--reviewer", model)

    assert "nothing is kept." in done.stderr
    assert "calibrated" not in refine(moot, model, "--max-iterations", "1").stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"brief": "a", "draft": "b", "truth": 1.7}, "known.jsonl:3: 'truth' is 1.7, and it goes from 0 to 1."),
        ({"brief": "a", "draft": "b", "truth": "yes"}, "known.jsonl:3: 'truth' has to be a number from 0 to 1."),
        ({"brief": "a", "draft": "b"}, "known.jsonl:3: 'truth' has to be a number from 0 to 1."),
        (
            {"brief": "a", "draft": "b", "truth": 1, "score": 85},
            "known.jsonl:3: 'score' is 85, and it goes from 0 to 1.",
        ),
        ({"brief": "a", "draft": " ", "truth": 1}, "known.jsonl:3: 'draft' has to be a text that is not empty."),
        ({"brief": "a", "draft": "b", "truht": 1}, "known.jsonl:3: no field is called 'truht'. Did you mean 'truth'?"),
        ({"brief": "A notice.", "draft": "Draft 0.", "truth": 1}, "known.jsonl:3: this draft stands at"),
    ],
)
def test_a_line_that_cant_be_meant_refuses_the_whole_file(moot: Moot, line: object, said: str) -> None:
    file = known(moot, [*drafts(2), line, *drafts()[2:]])

    assert said in moot.run("refine", "--calibrate", file, "--reviewer", "simulated", code=2).stderr
    assert not Path(moot.home / "data").exists() or nothing_recorded(moot)


def test_too_few_drafts_no_reviewer_and_another_brief_are_refused(moot: Moot) -> None:
    few, enough = known(moot, drafts(3), "few.jsonl"), known(moot, drafts())

    assert "it holds 3 drafts, and it takes" in moot.run("refine", "--calibrate", few, "--reviewer", "x", code=2).stderr
    assert "one reviewer is calibrated" in moot.run("refine", "--calibrate", enough, code=2).stderr
    assert "Leave out the brief" in moot.run("refine", "a", "--calibrate", enough, "--reviewer", "x", code=2).stderr
