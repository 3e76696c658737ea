"""Are many briefs refined from one file, whatever stops the run in between, and nothing paid for twice?"""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.console.cli.process import SECONDS_MAX, Moot, events_of
from tests.console.cli.refining import a_script, nothing_recorded

STOPS_AT_ONCE = {"MOOT_DRAIN_SECONDS_MAX": "0", "MOOT_IN_DOUBT_POLICY": "retry"}
LOOKS_MAX = 50
THREE = ({"id": "one", "brief": "About one."}, {"id": "two", "brief": "About two."}, {"brief": "About three."})


def briefs(moot: Moot, *lines: Mapping[str, object] | str) -> str:
    path = moot.home / "briefs.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return str(path)


def index(out: Path) -> list[dict[str, object]]:
    return events_of((out / "index.jsonl").read_text(encoding="utf-8"))


def calls(moot: Moot) -> int:
    """How many calls were ever begun."""
    rows = json.loads(moot.run("sessions", "list", "--all", "--json").stdout)
    return sum(row["attempts"] for row in rows)


def test_each_brief_gets_its_text_and_a_line_in_the_index(moot: Moot, tmp_path: Path) -> None:
    model, out = a_script(moot, 0.4, 0.9), tmp_path / "texts"

    done = moot.run("refine", "--file", briefs(moot, *THREE), "--out", str(out), "--writer", model)

    assert done.stdout == ""
    assert "3 of 3: " in done.stderr
    assert "3 briefs: 3 approved, 0 not approved" in done.stderr
    rows = index(out)
    assert [row["id"] for row in rows[:2]] == ["one", "two"]
    assert sorted(path.name for path in out.iterdir()) == sorted([*(str(row["file"]) for row in rows), "index.jsonl"])
    assert {(out / str(row["file"])).read_text(encoding="utf-8") for row in rows} == {"Two.\n"}
    assert {(row["state"], row["score_ppm"], row["iterations"], row["draft"]) for row in rows} == {
        ("approved", 900_000, 2, 2)
    }
    assert all(isinstance(row["cost_microusd"], int) and row["cost_microusd"] for row in rows)
    assert moot.run("sessions", "show", str(rows[0]["session"])[:8]).stdout
    assert len(list((moot.home / "data" / "metrics").iterdir())) == 2, "one pair for all of them"


def test_a_second_run_asks_nobody_and_a_further_line_is_all_that_is_paid_for(moot: Moot, tmp_path: Path) -> None:
    model, out = a_script(moot, 0.4, 0.9), tmp_path / "texts"
    words = ("--out", str(out), "--writer", model, "--json")
    moot.run("refine", "--file", briefs(moot, *THREE), *words)
    (out / "one.txt").unlink()
    paid = calls(moot)

    rows = moot.json("refine", "--file", briefs(moot, *THREE, {"id": "four", "brief": "About four."}), *words)

    assert calls(moot) == paid + 4
    assert len(rows) == 4
    assert (out / "one.txt").read_text(encoding="utf-8") == "Two.\n"
    assert [row["id"] for row in index(out)][-1] == "four"


def test_a_run_that_was_stopped_is_gone_on_with_by_the_same_command(moot: Moot, tmp_path: Path) -> None:
    out, hangs = tmp_path / "texts", {"text": "One.", "faults": ["hang"]}
    model = a_script(moot, 0.9, drafts=[hangs])
    written = {"id": "written", "brief": "About four.", "draft": "Mine."}
    words = ("refine", "--file", briefs(moot, written, *THREE), "--out", str(out), "--writer", model, "--json")
    process = moot.start(*words, "--concurrency", "1", **STOPS_AT_ONCE)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["id"] == "written"
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 130
    assert "3 not ended" in stderr
    assert f"--out {out}" in stderr
    assert [row["id"] for row in index(out)] == ["written"]
    a_script(moot, 0.9)

    rows = events_of(moot.run(*words, **STOPS_AT_ONCE).stdout)

    assert {str(row["state"]) for row in rows} == {"approved"}
    assert [row["id"] for row in index(out)][:3] == ["written", "one", "two"]
    assert len(json.loads(moot.run("sessions", "list", "--json").stdout)) == 4


def test_drafts_that_are_not_approved_are_written_and_the_exit_code_tells(moot: Moot, tmp_path: Path) -> None:
    model, out = a_script(moot, 0.6, 0.4), tmp_path / "texts"
    words = ("--out", str(out), "--writer", model, "--max-iterations", "2")

    done = moot.run("refine", "--file", briefs(moot, *THREE[:2]), *words, code=8)

    assert "0 approved, 2 not approved" in done.stderr
    assert (out / "one.txt").read_text(encoding="utf-8") == "One.\n"
    assert "is not approved" in str(index(out)[0]["why"])


def test_what_fails_is_listed_at_the_end_and_keeps_no_other(moot: Moot, tmp_path: Path) -> None:
    broken = {"text": "-", "faults": [{"error": "quota_spent", "is_final": True}] * 3}
    out = tmp_path / "texts"
    model = a_script(moot, 0.9, drafts=[broken])
    given = {"id": "given", "brief": "About four.", "draft": "A good one."}

    words = ("--file", briefs(moot, THREE[0], given), "--out", str(out), "--writer", model, "--json")
    done = moot.run("refine", *words, code=3)

    assert "failed (a turn was given up). To try its failed turn again: moot sessions resume" in done.stderr
    assert (out / "given.txt").read_text(encoding="utf-8") == "A good one.\n"
    assert {row["id"]: row["state"] for row in index(out)} == {"one": "failed", "given": "approved"}
    assert not (out / "one.txt").exists()


def test_what_was_cancelled_stays_so_until_it_is_deleted(moot: Moot, tmp_path: Path) -> None:
    out, hangs = tmp_path / "texts", {"text": "One.", "faults": ["hang"]}
    model = a_script(moot, 0.9, drafts=[hangs])
    words = ("refine", "--file", briefs(moot, THREE[0]), "--out", str(out), "--writer", model)
    process = moot.start(*words, **STOPS_AT_ONCE)
    rows: list[dict[str, object]] = []
    for _ in range(LOOKS_MAX):
        rows = json.loads(moot.run("sessions", "list", "--json").stdout)
        if rows and rows[0]["attempts"]:
            break
    id_ = str(rows[0]["session"])[:8]
    moot.run("sessions", "cancel", id_)
    _, stderr = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 3
    assert f"moot sessions delete {id_}" in stderr
    a_script(moot, 0.9)

    assert f"moot sessions delete {id_}" in moot.run(*words, code=3).stderr
    moot.run("sessions", "delete", id_, "--yes")

    assert "1 approved" in moot.run(*words).stderr


def test_all_together_cost_no_more_than_the_budget_and_more_money_goes_on(moot: Moot, tmp_path: Path) -> None:
    model, out = a_script(moot, 0.4, 0.9), tmp_path / "texts"
    words = ("refine", "--file", briefs(moot, *THREE), "--out", str(out), "--writer", model, "--concurrency", "1")

    done = moot.run(*words, "--budget-usd", "0.03", code=5)

    assert "budget" in done.stderr
    rows = json.loads(moot.run("sessions", "list", "--all", "--json").stdout)
    assert sum(row["spent_microusd"] for row in rows) <= 30_000
    assert "3 approved" in moot.run(*words, "--budget-usd", "1").stderr
    assert len(index(out)) == 3


def test_what_earlier_runs_paid_is_part_of_the_budget_wherever_it_stands_in_the_file(
    moot: Moot, tmp_path: Path
) -> None:
    model, out = a_script(moot, 0.4, 0.9), tmp_path / "texts"
    words = ("--out", str(out), "--writer", model, "--concurrency", "1")
    moot.run("refine", "--file", briefs(moot, *THREE[1:]), *words, "--budget-usd", "1")
    rows = json.loads(moot.run("sessions", "list", "--all", "--json").stdout)
    paid = sum(row["spent_microusd"] for row in rows)

    budget = f"{paid / 1_000_000:.6f}"
    done = moot.run("refine", "--file", briefs(moot, *THREE), *words, "--budget-usd", budget, code=5)

    assert "one: the budget of all is spent" in done.stderr
    rows = json.loads(moot.run("sessions", "list", "--all", "--json").stdout)
    assert sum(row["spent_microusd"] for row in rows) == paid


def test_what_a_debate_about_a_draft_costs_is_part_of_what_the_brief_cost(moot: Moot, tmp_path: Path) -> None:
    out = tmp_path / "texts"
    model = a_script(moot, 0.9, more={"judge": "It holds.\nVERDICT: for", "default": "It is clear, I say."})

    moot.run("refine", "--file", briefs(moot, THREE[0]), "--out", str(out), "--writer", model, "--strategy", "debate")

    rows = {row["flow"]: row for row in json.loads(moot.run("sessions", "list", "--all", "--json").stdout)}
    assert rows["debate@2"]["spent_microusd"] > 0
    (one,) = index(out)
    assert one["cost_microusd"] == sum(row["spent_microusd"] for row in rows.values())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"id": "ONE", "brief": "Another."}, ":4: the id 'ONE' is taken by "),
        ({"brief": "About three."}, ":4: the id '"),
        ({"id": "../x", "brief": "Another."}, "can't be an id"),
        ({"id": "four", "breif": "Another."}, "Did you mean 'brief'?"),
        ({"id": "four", "brief": " "}, ":4: 'brief' has to be a text"),
        ({"id": "four", "brief": 4}, ":4: 'brief' has to be a text"),
        ({"id": "four", "brief": "x" * 30_000}, ":4: the brief is 30,000 bytes long"),
        ({"id": "four", "brief": "Another.", "draft": "x" * 300_000}, ":4: draft: a draft of 300,000 characters"),
        ('{"id": "four", ', ":4:16: this is no JSON"),
        ('"four"', ":4: this is no JSON object"),
    ],
)
def test_a_line_that_cannot_be_refined_refuses_all_before_anything_is_spent(
    moot: Moot, tmp_path: Path, line: Mapping[str, object] | str, said: str
) -> None:
    words = ("--file", briefs(moot, *THREE, line), "--out", str(tmp_path / "texts"), "--writer", a_script(moot, 0.9))

    done = moot.run("refine", *words, code=2)

    assert said in done.stderr
    assert len(done.stderr) < 2_000
    assert nothing_recorded(moot)
    assert not (tmp_path / "texts").exists()


def test_a_file_without_a_brief_and_a_folder_that_is_a_file_are_refused(moot: Moot, tmp_path: Path) -> None:
    model = a_script(moot, 0.9)
    (tmp_path / "texts").write_text("", encoding="utf-8")
    words = ("--out", str(tmp_path / "texts"), "--writer", model)

    assert "no brief in it" in moot.run("refine", "--file", briefs(moot, ""), *words, code=2).stderr
    assert (
        "no texts can be written there" in moot.run("refine", "--file", briefs(moot, THREE[0]), *words, code=2).stderr
    )
    assert nothing_recorded(moot)
