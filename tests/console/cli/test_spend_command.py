"""Does `moot spend` say what was spent, by day, provider and model, to the last micro-dollar?"""

from __future__ import annotations

import json

import pytest

from tests.console.cli.process import MOTION, Moot, of_kind

CUT_ONCE = {"text": "Release time fell from nine days to two at the pilot site.", "faults": ["cut"]}
PRICE = {"input_microusd": 3_000_000, "output_microusd": 15_000_000}


@pytest.fixture
def spent(moot: Moot) -> list[dict[str, object]]:
    """A debate in which the proposer is cut off once before each of its turns, and only it costs something."""
    script, judge = moot.home / "dear", moot.home / "cheap"
    script.write_text(json.dumps({"answers": {"default": CUT_ONCE}, "price": PRICE}))
    judge.write_text(json.dumps({"answers": {"default": "It stands.", "judge": "It stands.\nVERDICT: for"}}))
    seats = (f"proposer=scripted:{script}", f"opponent=scripted:{judge}", f"judge=scripted:{judge}")
    words = [word for seat in seats for word in ("--seat", seat)]
    return moot.json("debate", MOTION, "--template", "simple_debate", *words, "--json")


def test_where_nobody_was_asked_it_says_so(moot: Moot) -> None:
    assert moot.run("spend").stdout == "No model was asked in the last 7 days.\n"
    assert moot.run("spend", "--days", "1").stdout == "No model was asked today.\n"
    assert json.loads(moot.run("spend", "--json").stdout) == []


def test_json_has_each_day_and_model_with_sums_that_agree_with_the_log(
    moot: Moot, spent: list[dict[str, object]]
) -> None:
    rows = json.loads(moot.run("spend", "--json").stdout)

    dear = next(row for row in rows if row["model"].endswith("dear"))
    answers, failures = of_kind(spent, "AttemptSucceeded"), of_kind(spent, "AttemptFailed")
    lost = sum(int(str(event["cost_microusd"])) for event in failures)
    assert {row["provider"] for row in rows} == {"scripted"}
    assert len({row["day"] for row in rows}) == 1
    assert sum(row["answers"] for row in rows) == len(answers)
    assert (dear["failures_billed"], dear["lost_microusd"]) == (len(failures), lost)
    assert dear["cost_microusd"] == lost + sum(int(str(event["cost_microusd"])) for event in answers) > lost > 0


@pytest.mark.usefixtures("spent")
def test_models_are_told_apart_where_asked_for(moot: Moot) -> None:
    plain, by_model = moot.run("spend").stdout, moot.run("spend", "--models", COLUMNS="200").stdout

    assert plain.splitlines()[0].split() == ["day", "asked", "answers", "failed", "in", "out", "spent", "lost"]
    assert plain.splitlines()[1].split()[1] == "scripted"
    assert "2 failed calls were billed all the same." in plain
    assert f"scripted:{moot.home}/dear" in by_model
    assert by_model.splitlines()[3].split()[:3] == ["in", "all", "6"]


@pytest.mark.usefixtures("spent")
def test_one_provider_alone_or_the_nearest_name(moot: Moot) -> None:
    assert "scripted" in moot.run("spend", "scripted").stdout
    assert moot.run("spend", "groq").stdout == "No model was asked in the last 7 days.\n"
    assert "Did you mean 'scripted'?" in moot.run("spend", "scriptd", code=2).stderr


def test_a_number_of_days_that_is_none_is_refused(moot: Moot) -> None:
    assert "Name one from 1 to 366." in moot.run("spend", "--days", "0", code=2).stderr


@pytest.mark.usefixtures("spent")
def test_a_session_says_what_each_of_its_models_came_to(moot: Moot, spent: list[dict[str, object]]) -> None:
    said = " ".join(moot.run("sessions", "show", str(spent[0]["session"])).stdout.split())

    assert "dear 2 answers, 2 failed, $0." in said
    assert said.count("; it cost $0.") == 2


@pytest.mark.usefixtures("spent")
def test_the_doctor_tells_what_the_last_days_cost(moot: Moot) -> None:
    said = moot.run("doctor").stdout
    (day,) = json.loads(moot.run("spend", "--json").stdout)[:1]
    found = json.loads(moot.run("doctor", "--json").stdout)["database"]["costs"]

    assert "spent   $0." in said
    assert f"{day['day']}  " in said
    assert "2 calls failed, $0." in said
    assert [sum(each["cost_microusd"] for each in costs["routes"].values()) > 0 for costs in found] == [False] * 6 + [
        True
    ]
