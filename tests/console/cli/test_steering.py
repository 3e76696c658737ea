"""Can sessions, rules, templates and metrics be read and steered from a shell?"""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.console.cli.process import MOTION, Moot, of_kind


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the home of `held` is kept, once there is one."""
    return tmp_path_factory.mktemp("held")


@pytest.fixture
def held(moot: Moot, kept: Path) -> tuple[Moot, str]:
    """A home in which one debate was held, and its id. It is held once; each test has a copy of its own."""
    home, id_ = kept / "home", kept / "id"
    if id_.exists():
        shutil.copytree(home, moot.home, dirs_exist_ok=True)
    else:
        said = moot.debate("--title", "Cars")[0]["session"]
        shutil.copytree(moot.home, home)
        id_.write_text(str(said), encoding="utf-8")
    return moot, id_.read_text(encoding="utf-8")


def test_a_session_is_listed_by_state_and_figures(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    listed = moot.run("sessions", "list").stdout
    (row,) = json.loads(moot.run("sessions", "list", "--json").stdout)

    assert id_[:8] in listed
    assert "✓ done" in listed
    assert "Cars" in listed
    assert (row["session"], row["status"], row["motion"]) == (id_, "completed", MOTION)


def test_a_session_is_shown_as_it_was_printed(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    shown = moot.run("sessions", "show", id_[:6]).stdout

    assert "── Verdict: " in shown
    assert f"session  {id_}" in shown


def test_exactly_what_each_seat_was_asked_can_be_read(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    prompts = moot.run("sessions", "show", id_, "--prompts").stdout

    attempts = of_kind(moot.json("sessions", "show", id_, "--json"), "AttemptStarted")
    assert prompts.count("── ") >= len(attempts)
    assert MOTION in prompts


def test_a_session_is_renamed_tagged_archived_and_found_again(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    moot.run("sessions", "rename", id_[:6], "Closing the centre")
    moot.run("sessions", "tag", id_[:6], "city", "cars")
    listed = moot.run("sessions", "list").stdout
    moot.run("sessions", "archive", id_[:6])

    assert "Closing the centre #cars #city" in listed
    assert id_[:8] not in moot.run("sessions", "list").stdout
    assert id_[:8] in moot.run("sessions", "list", "--all").stdout
    assert id_[:8] in moot.run("sessions", "search", "TRAFFIC noise").stdout
    assert id_[:8] not in moot.run("sessions", "search", "submarines").stdout


def test_deleting_asks_and_refuses_where_nobody_can_answer(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    assert "--yes" in moot.run("sessions", "delete", id_[:6], code=2).stderr
    moot.run("sessions", "delete", id_[:6], "--yes")

    assert moot.run("sessions", "list", "--json").stdout.strip() == "[]"
    assert id_[:6] in moot.run("sessions", "show", id_[:6], code=2).stderr


@pytest.mark.parametrize("name", ["out.md", "out.json", "out.jsonl"])
def test_a_session_is_exported_whole(held: tuple[Moot, str], tmp_path: Path, name: str) -> None:
    moot, id_ = held
    log = moot.json("sessions", "show", id_, "--json")

    moot.run("sessions", "export", id_[:6], "--out", str(tmp_path / name))

    text = (tmp_path / name).read_text(encoding="utf-8")
    match Path(name).suffix:
        case ".md":
            assert text.startswith(f"# {MOTION}")
            assert "## Verdict: " in text
        case ".json":
            whole = json.loads(text)
            assert [event["seq"] for event in whole["events"]] == [event["seq"] for event in log]
            assert whole["events"][0]["envelope"]["command"] == "Open"
        case _:
            assert [json.loads(line) for line in text.splitlines()] == log
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".out")] == []


def test_an_export_that_cannot_be_written_says_so(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    assert "/nowhere/out.md" in moot.run("sessions", "export", id_, "--out", "/nowhere/out.md", code=3).stderr
    assert ".md, .html, .json" in moot.run("sessions", "export", id_, "--out", "out.pdf", code=2).stderr


def test_an_unknown_session_is_refused(moot: Moot) -> None:
    for words in (("show", "ffff"), ("resume", "ffff"), ("pause", "ffff"), ("show", "nothex")):
        assert moot.run("sessions", *words, code=2).stderr.startswith("moot: ")


def test_a_finished_session_refuses_to_be_steered(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    for word in ("pause", "cancel", "resume"):
        assert "completed" in moot.run("sessions", word, id_[:6], code=2).stderr


def test_rules_are_listed_shown_and_switched(moot: Moot) -> None:
    listed = json.loads(moot.run("rules", "list", "--json").stdout)
    moot.run("rules", "disable", "complete_at_max_rounds")
    shown = moot.run("rules", "show", "complete_at_max_rounds").stdout
    enabled = moot.run("rules", "enable", "complete_at_max_rounds").stdout

    assert {"complete_at_max_rounds", "complete_on_consensus"} <= {rule["id"] for rule in listed}
    assert "switch    off" in shown
    assert "complete_at_max_rounds" in enabled
    assert "switch    on" in moot.run("rules", "show", "complete_at_max_rounds").stdout


@pytest.mark.parametrize("word", ["show", "enable", "disable"])
def test_an_unknown_rule_is_refused_with_the_nearest(moot: Moot, word: str) -> None:
    said = moot.run("rules", word, "complete_at_max_round", code=2).stderr

    assert "Did you mean 'complete_at_max_rounds'?" in said


def test_a_rule_says_why_it_does_not_hold_in_a_session(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    assert "round_count (2)" in moot.run("rules", "show", "complete_at_max_rounds", "--session", id_[:6]).stdout


def test_rules_are_written_and_loaded_back(moot: Moot, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(moot.run("rules", "write").stdout.replace("priority: 80", "priority: 81"), encoding="utf-8")

    assert "0 added" in moot.run("rules", "load", str(file)).stdout
    assert "priority  81" in moot.run("rules", "show", "complete_at_max_rounds").stdout


def test_rules_are_shown_and_written_in_the_units_that_people_use(moot: Moot) -> None:
    for words in (("show", "complete_when_budget_nearly_spent"), ("write",)):
        text = moot.run("rules", *words).stdout
        assert "90 %" in text
        assert "900000" not in text


def test_a_bad_rule_file_is_refused_whole(moot: Moot, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    good = "- {id: mine, name: Mine, priority: 1, when: {field: round_count, greater_than: 1}, "
    good += "then: [{pause_debate: {reason: x}}]}\n"
    file.write_text(good + good.replace("id: mine", "id: other").replace("round_count", "roud_count"), encoding="utf-8")

    said = moot.run("rules", "load", str(file), code=2).stderr

    assert "mine.yaml:2:" in said
    assert "Did you mean 'round_count'?" in said
    assert "mine" not in [rule["id"] for rule in json.loads(moot.run("rules", "list", "--json").stdout)]


def test_templates_are_listed_and_shown(moot: Moot) -> None:
    listed = [each["id"] for each in json.loads(moot.run("templates", "list", "--json").stdout)]

    assert set(listed) >= {"simple_debate", "standard_debate", "complex_debate"}
    assert "judge" in moot.run("templates", "show", "complex_debate").stdout
    assert "Did you mean 'simple_debate'?" in moot.run("templates", "show", "simple_debat", code=2).stderr


def test_metrics_are_written_and_shown(held: tuple[Moot, str]) -> None:
    moot, _ = held

    metrics, summary = moot.run("metrics", "export").stdout.split()
    shown = moot.run("metrics", "show", "--json").stdout

    assert json.loads(Path(metrics).read_text(encoding="utf-8"))
    assert json.loads(shown) == json.loads(Path(summary).read_text(encoding="utf-8"))


def test_metrics_that_were_never_written_are_no_failure_of_ours(moot: Moot) -> None:
    assert "moot metrics export" in moot.run("metrics", "show", code=2).stderr


def test_the_doctor_names_each_settings_origin_and_no_keys_value(moot: Moot) -> None:
    done = moot.run("doctor", "--json", ANTHROPIC_API_KEY="hidden-value", ORCHESTRATION_MAX_DEBATES="3")
    report = json.loads(done.stdout)

    assert [name for name, is_set in report["keys"].items() if is_set] == ["ANTHROPIC_API_KEY"]
    standings = {each["provider"]: each["standing"] for each in report["providers"]}
    assert (standings["anthropic"], standings["gemini"]) == ("ready", "no_key")
    assert "hidden-value" not in done.stdout + done.stderr
    assert report["database"]["state"] == "absent"
    (setting,) = [each for each in report["settings"] if each["key"] == "max_concurrent_debates"]
    assert (setting["value"], setting["origin"]) == ("3", "environment variable ORCHESTRATION_MAX_DEBATES")


def test_the_doctor_finds_a_database_in_order_and_changes_nothing(held: tuple[Moot, str]) -> None:
    moot, _ = held
    health = json.loads(moot.run("doctor", "--json").stdout)["database"]

    assert health["notes"] is not None
    assert (health["state"], health["sessions"], health["driver"]) == ("ok", 1, "nobody")
    assert "✓ in order" in moot.run("doctor").stdout


def test_a_file_that_is_no_database_is_left_as_it_is(moot: Moot) -> None:
    path = moot.home / "broken.db"
    path.write_bytes(b"this is not a database " * 100)

    for words in (("sessions", "list"), ("doctor",), ("debate", MOTION, "--evidence", moot.evidence())):
        done = moot.run(*words, "--database", str(path), code=3)
        assert "Traceback" not in done.stderr
        assert str(path) in done.stdout + done.stderr
    assert path.read_bytes() == b"this is not a database " * 100


def test_a_database_of_a_newer_moot_is_left_as_it_is(held: tuple[Moot, str]) -> None:
    moot, _ = held
    database = sqlite3.connect(moot.home / "data" / "moot.db")
    database.execute("PRAGMA user_version = 999")
    database.close()

    assert "schema 999" in moot.run("sessions", "list", code=3).stderr
    assert json.loads(moot.run("doctor", "--json", code=3).stdout)["database"]["state"] == "failing"


def test_a_database_named_in_a_folder_that_is_missing_is_refused(moot: Moot) -> None:
    assert "/nowhere" in moot.run("sessions", "list", "--database", "/nowhere/moot.db", code=3).stderr


def test_an_empty_list_says_how_to_start(moot: Moot) -> None:
    assert "moot debate" in moot.run("sessions", "list").stderr
