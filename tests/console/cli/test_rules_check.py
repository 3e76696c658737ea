"""Do `moot rules check` and `moot rules facts` tell an operator, and a script, what they ask for?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.exit_codes import ExitCode
from tests.console.cli.process import Moot

IMPOSSIBLE = """
- id: mine
  name: Mine
  priority: 85
  when: {all: [{field: round_count, greater_than: 4}, {field: round_count, less_than: 3}]}
  then: [{pause_debate: {reason: rest}}]
"""
SHADOWED = """
- id: mine
  name: Mine
  priority: 5
  when: {field: round_count, greater_than: 6}
  then: [{complete_debate: {reason: enough}}]
"""


def saved(moot: Moot, text: str, name: str = "mine.yaml") -> str:
    path = moot.home / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_an_error_has_its_place_and_fails_the_check(moot: Moot) -> None:
    path = saved(moot, IMPOSSIBLE)
    done = moot.run("rules", "check", path, code=ExitCode.FAILED)

    assert done.stdout.splitlines() == [
        f"{path}:5:55: error: mine can never fire: `round_count > 4` and `round_count < 3` exclude each other."
        " Change one of them, or ask for either under 'any'.",
        f"{path}: 1 error.",
    ]


def test_a_file_is_looked_at_beside_the_rules_in_force_unless_it_is_to_stand_alone(moot: Moot) -> None:
    path = saved(moot, SHADOWED)

    assert "mine never decides: complete_at_max_rounds" in moot.run("rules", "check", path).stdout
    assert moot.run("rules", "check", path, "--alone").stdout == f"{path}: nothing found.\n"


def test_a_warning_fails_a_strict_check_alone(moot: Moot) -> None:
    path = saved(moot, SHADOWED)

    assert "1 warning." in moot.run("rules", "check", path).stdout
    moot.run("rules", "check", path, "--strict", code=ExitCode.FAILED)


def test_a_script_reads_the_findings(moot: Moot) -> None:
    path = saved(moot, IMPOSSIBLE)
    other = saved(moot, "- id: x\n  nmae: X\n", name="other.yaml")
    found = json.loads(moot.run("rules", "check", path, other, "--json", code=ExitCode.FAILED).stdout)

    assert found[0] == {
        "kind": "never_holds",
        "severity": "error",
        "file": path,
        "line": 5,
        "column": 55,
        "rules": ["mine"],
        "what": "mine can never fire: `round_count > 4` and `round_count < 3` exclude each other.",
        "now": "Change one of them, or ask for either under 'any'.",
    }
    assert {each["file"] for each in found[1:]} == {other}
    assert {each["kind"] for each in found[1:]} == {"unreadable"}


def test_without_a_file_the_rules_in_force_are_checked_and_those_shipped_are_clean(moot: Moot) -> None:
    assert moot.run("rules", "check", "--strict").stdout == "rules in force: nothing found.\n"

    moot.run("rules", "load", saved(moot, SHADOWED))

    assert "mine never decides" in moot.run("rules", "check", "--strict", code=ExitCode.FAILED).stdout


def test_a_rule_is_checked_where_it_is_loaded_switched_on_or_changed(moot: Moot) -> None:
    path = saved(moot, SHADOWED)

    loaded = moot.run("rules", "load", path)
    assert loaded.stdout.endswith("1 added, 0 replaced, 0 unchanged.\n")
    assert loaded.stderr.startswith(f"moot: {path}:2:7: warning: mine never decides: complete_at_max_rounds")
    assert moot.run("rules", "load", path).stderr == "", "nothing new, nothing to tell"
    assert moot.run("rules", "disable", "mine").stderr == ""
    assert "warning: mine never decides" in moot.run("rules", "enable", "mine").stderr
    assert moot.run("rules", "move", "mine", "--priority", "99").stderr == ""


def test_a_file_that_is_not_there_is_wrong_use(moot: Moot, tmp_path: Path) -> None:
    assert "Name a YAML file." in moot.run("rules", "check", str(tmp_path / "no.yaml"), code=ExitCode.WRONG_USE).stderr


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_facts_are_listed_with_examples_where_nothing_was_debated(moot: Moot, words: tuple[str, ...]) -> None:
    said = moot.run("rules", "facts", *words).stdout

    assert "consensus_ppm" in said
    assert ("The values are examples" in said) is not bool(words)


def test_facts_are_listed_with_what_the_last_session_showed(moot: Moot) -> None:
    moot.debate("--rounds", "1")
    (session,) = {str(event["session"]) for event in moot.debate("--rounds", "2")}
    rows = {row["name"]: row for row in json.loads(moot.run("rules", "facts", "--json").stdout)}

    assert rows["round_count"] | {"meaning": ""} == {
        "name": "round_count",
        "type": "whole number",
        "unit": "count",
        "meaning": "",
        "seen": 2,
        "session": session,
        "example": 2,
        "least": 0,
        "most": 100,
        "words": [],
        "is_always_known": True,
        "grows_with_time": False,
        "origin": "moot",
        "flow": "debate",
    }
    said = moot.run("rules", "facts").stdout
    assert f"The values are those of session {session[:8]}." in said
    assert next(line for line in said.splitlines() if line.startswith("last_role ")).split()[:3] == [
        "last_role",
        "word",
        "judge",
    ]
