"""Are plugins found by their entry points, used by rules, and told of where they fail?"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.exit_codes import ExitCode
from tests.console.cli.process import Moot, events_of, of_kind

WORDS = """
from core.domain.commands import AddStatement
from core.rules.extending import ActionSpec, ConditionSpec, FactPlugin, FactSpec, FactUnit

wordier_than = ConditionSpec(
    name="wordier_than",
    meaning="the text has more words than the value",
    units=frozenset({FactUnit.TEXT}),
    takes=FactUnit.COUNT,
    holds=lambda text, words: len(text.split()) > words,
)
spoken_words = FactPlugin(
    spec=FactSpec(name="spoken_words", unit=FactUnit.COUNT, meaning="words spoken so far", example=240),
    value=lambda view: sum(len(turn.text.split()) for turn in view.turns),
)
remind = ActionSpec(
    name="remind",
    meaning="says it in the operator's name",
    fields=("text",),
    commands=lambda fields, facts: [AddStatement(text=fields["text"])],
)
"""
ENTRIES = """[moot.conditions]
wordier_than = words:wordier_than
[moot.facts]
spoken_words = words:spoken_words
[moot.actions]
remind = words:remind
"""
RULES = """
- id: short_please
  name: Short, please
  priority: 99
  when: {all: [{field: last_text, wordier_than: 3}, {field: spoken_words, greater_than: 3}]}
  then: [{remind: {text: Be brief.}}]
"""


@dataclass(frozen=True)
class Site:
    """A folder of packages, as an installer leaves it."""

    folder: Path

    def install(self, name: str, entries: str, *, version: str = "1.0.0", **modules: str) -> None:
        info = self.folder / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(entries, encoding="utf-8")
        for module, text in modules.items():
            (self.folder / f"{module}.py").write_text(text, encoding="utf-8")

    @property
    def environ(self) -> dict[str, str]:
        return {
            "PYTHONPATH": os.pathsep.join(each for each in (str(self.folder), os.environ.get("PYTHONPATH")) if each)
        }


@pytest.fixture
def words(tmp_path: Path) -> Site:
    """The plugin moot-words 1.0.0, installed."""
    site = Site(tmp_path / "site")
    site.install("moot-words", ENTRIES, words=WORDS)
    return site


def saved(moot: Moot, text: str = RULES) -> str:
    path = moot.home / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def debated(moot: Moot, environ: dict[str, str]) -> list[dict[str, object]]:
    asked = ("debate", "The city should close its centre to cars", "--template", "simple_debate", "--rounds", "1")
    return events_of(moot.run(*asked, "--evidence", moot.evidence(), "--seed", "7", "--json", **environ).stdout)


def pins(events: list[dict[str, object]]) -> object:
    opening = of_kind(events, "SessionOpened")[0]["opening"]
    assert isinstance(opening, dict)
    return opening["plugins"]


def test_a_debate_is_ruled_by_what_an_installed_plugin_brings_and_its_log_names_it(moot: Moot, words: Site) -> None:
    moot.run("rules", "load", saved(moot), **words.environ)
    events = debated(moot, words.environ)

    assert pins(events) == {"moot-words": "1.0.0"}
    (fired, *_) = of_kind(events, "RuleFired")
    assert (fired["rule"], fired["actions"]) == ("short_please", ["remind"])
    (said, *_) = of_kind(events, "StatementAdded")
    assert (said["text"], said["by"]) == ("Be brief.", "rule:short_please")


def test_its_fact_is_listed_with_what_the_last_session_showed_and_where_it_comes_from(moot: Moot, words: Site) -> None:
    events = debated(moot, words.environ)
    spoken = [*of_kind(events, "ArgumentPresented"), *of_kind(events, "VerdictReached")]
    rows = json.loads(moot.run("rules", "facts", "--json", **words.environ).stdout)
    row = next(row for row in rows if row["name"] == "spoken_words")

    assert row["seen"] == sum(len(str(event["text"]).split()) for event in spoken)
    assert (row["origin"], row["unit"]) == ("moot-words@1.0.0", "count")
    assert "words spoken so far; by moot-words@1.0.0" in moot.run("rules", "facts", **words.environ).stdout


def test_a_fact_that_its_plugin_can_not_tell_is_listed_as_such(moot: Moot, words: Site) -> None:
    debated(moot, words.environ)
    (words.folder / "words.py").write_text(WORDS.replace("view.turns)", "view.nothing)"), encoding="utf-8")
    listed = moot.run("rules", "facts", **words.environ).stdout

    assert next(line for line in listed.splitlines() if line.startswith("spoken_words ")).endswith("its plugin failed")
    rows = json.loads(moot.run("rules", "facts", "--json", **words.environ).stdout)
    assert next(row for row in rows if row["name"] == "spoken_words")["seen"] is None


def test_rules_follow_another_version_of_their_plugin_and_say_so(moot: Moot, words: Site, tmp_path: Path) -> None:
    moot.run("rules", "load", saved(moot), **words.environ)
    newer = Site(tmp_path / "newer")
    newer.install("moot-words", ENTRIES, version="1.1.0", words=WORDS)

    events = debated(moot, newer.environ)

    assert pins(events) == {"moot-words": "1.1.0"}
    assert of_kind(events, "StatementAdded")


def test_without_the_plugin_its_rule_is_kept_and_not_asked_and_the_debate_goes_on(moot: Moot, words: Site) -> None:
    moot.run("rules", "load", saved(moot), **words.environ)
    events = debated(moot, {})

    (erred, *_) = of_kind(events, "RuleErred")
    assert erred["message"] == "it needs the plugin moot-words@1.0.0, and it isn't installed here."
    assert events[-1]["kind"] == "SessionCompleted"
    why = "it needs the plugin moot-words@1.0.0, and it isn't installed here."
    assert f"short_please can't be asked: {why}" in moot.run("rules", "check", code=ExitCode.FAILED).stdout
    listed = moot.run("rules", "list")
    assert "short_please " in listed.stdout
    assert listed.stderr == f"moot: short_please isn't heard: {why}\n"
    assert of_kind(debated(moot, words.environ), "StatementAdded"), "with it, the rule is asked again"


def test_a_plugin_that_can_not_be_loaded_is_left_out_and_told_of_where_one_looks(moot: Moot, words: Site) -> None:
    words.install("moot-broken", "[moot.facts]\nlost = broken:lost\n", broken="raise RuntimeError('no disc in drive')")
    why = "it can't be loaded: RuntimeError: no disc in drive."

    report = json.loads(moot.run("doctor", "--json", **words.environ).stdout)
    assert report["plugins"] == [
        {"origin": "moot-broken@1.0.0", "brings": [], "left_out": [f"moot.facts: lost: {why}"]},
        {
            "origin": "moot-words@1.0.0",
            "brings": ["fact spoken_words", "condition wordier_than", "action remind"],
            "left_out": [],
        },
    ]
    assert f"✗ left out, moot.facts: lost: {why}" in moot.run("doctor", **words.environ).stdout
    told = f"moot: the plugin moot-broken@1.0.0 (moot.facts: lost) is left out: {why}\n"
    assert told in moot.run("rules", "list", **words.environ).stderr
    asked = ("debate", "The city should close its centre to cars", "--evidence", moot.evidence(), "--rounds", "1")
    assert told in moot.run(*asked, **words.environ).stderr
    assert "\nplugins\n" not in moot.run("doctor").stdout


def test_of_two_plugins_that_bring_one_name_neither_is_taken(moot: Moot, words: Site) -> None:
    words.install("other-words", "[moot.facts]\nspoken_words = words:spoken_words\n")
    report = json.loads(moot.run("doctor", "--json", **words.environ).stdout)

    assert {each["origin"]: len(each["left_out"]) for each in report["plugins"]} == {
        "moot-words@1.0.0": 1,
        "other-words@1.0.0": 1,
    }
    assert "no fact is called 'spoken_words'" in moot.run(
        "rules", "load", saved(moot), code=ExitCode.WRONG_USE, **words.environ
    ).stderr  # fmt: skip


def test_a_demo_is_the_same_whatever_is_installed(moot: Moot, words: Site) -> None:
    events = events_of(moot.run("demo", "--headless", "--json", "--pace", "0", **words.environ).stdout)

    assert pins(events) == {}
