"""Does `moot eval` explain itself, refuse what can't be told apart, and come to a table that a script can read?"""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from console.exit_codes import ExitCode
from tests.console.cli.process import SECONDS_MAX, Moot


@pytest.fixture
def tasks(moot: Moot, tmp_path: Path) -> str:
    path = tmp_path / "tasks.jsonl"
    path.write_text(moot.run("tasks", "arithmetic", "--count", "3", "--seed", "5").stdout, encoding="utf-8")
    return str(path)


def scripted(folder: Path, answers: object, **fields: object) -> str:
    path = folder / "says.json"
    path.write_text(json.dumps({"answers": answers, **fields}), encoding="utf-8")
    return f"scripted:{path}"


def test_without_arguments_it_explains_itself(moot: Moot) -> None:
    said = moot.run("eval").stdout

    assert "moot eval FORMAT… --tasks FILE.jsonl" in said
    assert "moot tasks arithmetic --count 20 > tasks.jsonl" in said


def test_formats_are_compared_with_their_controls_and_the_same_command_again_prints_the_same(
    moot: Moot, tasks: str
) -> None:
    first = moot.run("eval", "society_of_minds", "--tasks", tasks)
    again = moot.run("eval", "society_of_minds", "--tasks", tasks)

    assert [line.split()[0] for line in first.stdout.splitlines()[:4]] == [
        "arm",
        "society_of_minds",
        "vote_only",
        "self_consistency",
    ]
    assert "3 of 3: arithmetic-5-3:" in first.stderr
    assert "the participants are simulated" in first.stderr
    assert again.stdout == first.stdout


def test_json_is_all_that_stands_on_standard_output(moot: Moot, tasks: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = moot.run("eval", "council", "--tasks", tasks, "--json", "--controls", "none", "--out", str(out))
    told = json.loads(done.stdout)

    assert [arm["name"] for arm in told["arms"]] == ["council"]
    assert told["compared"] == 3
    assert json.loads((out / "evaluation.json").read_text()) == told


def test_its_sessions_are_in_the_list_only_where_they_are_asked_for(moot: Moot, tasks: str) -> None:
    moot.run("eval", "vote_only", "--tasks", tasks)

    listed = moot.run("sessions", "list")
    assert "arithmetic-5-1" not in listed.stdout
    assert "none but archived sessions and those of evaluations" in listed.stderr
    assert moot.run("sessions", "list", "--all").stdout.count("arithmetic-5-") == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("council",), "no tasks are named"),
        (("--tasks", "TASKS"), "no format is named"),
        (("coucnil", "--tasks", "TASKS"), "Did you mean 'council'?"),
        (("standard_debate", "--tasks", "TASKS"), "Formats that can answer it are ballot_panel, "),
        (("council", "--tasks", "none.jsonl"), "none.jsonl: it can't be read"),
        (("council", "--tasks", "TASKS", "--limit", "0"), "--limit: 0 tasks can't be run"),
        (("council", "--tasks", "TASKS", "--concurrency", "0"), "--concurrency"),
        (("council", "--tasks", "TASKS", "--seed", "-1"), "--seed"),
        (("council", "--tasks", "TASKS", "--models", "a++b"), "--models: 'a++b' names no models"),
        (("council", "--tasks", "TASKS", "--models", "simulated:competense=50"), "Did you mean 'competence'?"),
        (("council", "--tasks", "TASKS", "--seat", "all=simulated"), "all seats are taken by --models"),
        (("council", "--tasks", "TASKS", "--controls", "vote"), "no template is called 'vote'"),
        (("council", "--tasks", "TASKS", "--budget-usd", "much"), "much"),
    ],
)
def test_what_can_not_be_meant_is_refused_and_nothing_is_recorded(
    moot: Moot, tasks: str, words: tuple[str, ...], said: str
) -> None:
    done = moot.run("eval", *(tasks if word == "TASKS" else word for word in words), code=ExitCode.WRONG_USE)

    assert said in done.stderr
    assert "arithmetic" not in moot.run("sessions", "list", "--all").stdout


def test_a_mistake_in_the_last_line_is_found_before_the_first_is_asked(moot: Moot, tasks: str) -> None:
    with Path(tasks).open("a", encoding="utf-8") as file:
        file.write('{"question": "Which?", "choices": ["x", "y"], "answer": "z"}\n')
    done = moot.run("eval", "council", "--tasks", tasks, code=ExitCode.WRONG_USE)

    assert "tasks.jsonl:4: 'answer' is 'z', which can't be the right answer. Give one of A, B." in done.stderr


def test_tasks_that_no_arm_answers_end_it_as_failed(moot: Moot, tasks: str, tmp_path: Path) -> None:
    model = scripted(
        tmp_path, {"default": {"text": "", "faults": [{"error": "invalid_request", "is_final": True}] * 9}}
    )
    done = moot.run("eval", "vote_only", "--tasks", tasks, "--models", model, code=ExitCode.FAILED)

    assert "no task was answered in every arm" in done.stderr


def test_a_budget_that_does_not_hold_all_of_it_ends_with_its_own_code_and_the_command_that_goes_on(
    moot: Moot, tasks: str, tmp_path: Path
) -> None:
    model = scripted(tmp_path, {"default": "Counted. " * 200 + "\nANSWER: 4"}, price={"output_microusd": 15_000_000})
    words = ("eval", "vote_only", "--tasks", tasks, "--models", model, "--budget-usd")
    refused = moot.run(*words, "0.001", code=ExitCode.WRONG_USE)
    partly = moot.run(*words, "0.1005", "--json", code=ExitCode.BUDGET_SPENT)
    whole = moot.run(*words, "5", "--json")

    assert "hold no task" in refused.stderr
    assert "with a higher --budget-usd: moot eval vote_only" in partly.stderr
    assert "--budget-usd 0.1005" in partly.stderr
    assert 1 <= json.loads(partly.stdout)["tried"] < 3 == json.loads(whole.stdout)["tried"]


def test_stopped_by_ctrl_c_it_says_how_to_go_on_and_goes_on(moot: Moot, tasks: str, tmp_path: Path) -> None:
    answer = {"text": "Counted.\nANSWER: 4"}
    model = scripted(tmp_path, {"default": answer, "answer_fifth_voter": {**answer, "delay_ms": 60_000}})
    running = moot.start("eval", "vote_only", "--tasks", tasks, "--models", model, "--concurrency", "1")
    assert running.stderr is not None
    for line in running.stderr:
        if "1 arm and 0 controls" in line:
            break
    running.send_signal(signal.SIGINT)
    printed, said = running.communicate(timeout=SECONDS_MAX)

    assert running.returncode == ExitCode.STOPPED, said
    assert printed == "No task came to its end: there is nothing to compare yet.\n", "no tables without figures"
    assert "the same command goes on: moot eval vote_only --tasks" in said
    scripted(tmp_path, {"default": answer})
    assert "0/3" in moot.run("eval", "vote_only", "--tasks", tasks, "--models", model).stdout


def test_arithmetic_tasks_are_the_same_for_the_same_seed(moot: Moot) -> None:
    first = moot.run("tasks", "arithmetic", "--count", "4", "--seed", "1").stdout

    assert first == moot.run("tasks", "arithmetic", "--count", "4", "--seed", "1").stdout
    assert len(first.splitlines()) == 4
    assert "--count: 0 tasks" in moot.run("tasks", "arithmetic", "--count", "0", code=ExitCode.WRONG_USE).stderr


def test_a_file_of_tasks_is_looked_over_without_asking_anybody(moot: Moot, tasks: str) -> None:
    with Path(tasks).open("a", encoding="utf-8") as file:
        file.write('{"motion": "It rains."}\n')
    told = json.loads(moot.run("tasks", "check", tasks, "--json").stdout)

    assert told == {"tasks": 4, "with_a_right_answer": 3, "characters_max": told["characters_max"]} | {
        "kinds": {"motion": 1, "number": 3}
    }
    assert "motion 1, number 3" in moot.run("tasks", "check", tasks).stdout
