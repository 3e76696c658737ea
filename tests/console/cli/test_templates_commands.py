"""Can an operator list, search, compose, check, change, draw and share formats from a shell?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.console.cli.process import MOTION, Moot, of_kind

COMPOSED = (
    *("templates", "compose", "my_template", "--seat", "proposer", "--seat", "opponent", "--seat", "judge"),
    *("--step", "opening_arguments", "--step", "consensus_check", "--step", "final_decision", "--rounds", "3"),
)
SMALL = """\
id: short_panel
rounds: 1
tags: [panel]
seats:
  - {id: ann, role: panelist}
  - {id: bob, role: panelist}
  - {id: judge, role: judge}
steps:
  - use: opening_arguments
    occurs: every
verdict:
  use: final_decision
"""


def file_of(moot: Moot, text: str, name: str = "mine.yaml") -> str:
    file = moot.home / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_formats_are_found_by_words_tags_complexity_and_cost(moot: Moot) -> None:
    listed = json.loads(moot.run("templates", "list", "--complexity", "simple", "--max-cost", "0.07", "--json").stdout)

    assert "simple_debate" in {row["id"] for row in listed}
    assert {row["complexity"] for row in listed} == {"simple"}
    assert all(row["cost_microusd_expected"] <= 70_000 for row in listed)
    assert "complex_debate" in moot.run("templates", "list", "--search", "reviewer").stdout
    assert "complex_debate" not in moot.run("templates", "list", "--tag", "panel").stdout
    assert "no amount of dollars" in moot.run("templates", "list", "--max-cost", "cheap", code=2).stderr
    assert "Did you mean 'simple'" in moot.run("templates", "list", "--complexity", "simpel", code=2).stderr


def test_a_composed_format_is_kept_changed_compared_and_brought_back(moot: Moot) -> None:
    assert moot.run(*COMPOSED).stdout == "my_template is at version 1: composed\n"
    text = moot.run("templates", "show", "my_template", "--yaml").stdout
    file = file_of(moot, text.replace("name: My template", "name: Mine"))

    assert "version 2: edited from mine.yaml" in moot.run("templates", "edit", "my_template", "--file", file).stdout
    assert "+name: Mine" in moot.run("templates", "diff", "my_template", "1").stdout
    assert moot.run("templates", "diff", "my_template", "2", "2").stdout == "nothing is different\n"
    assert "my_template" in moot.run("templates", "delete", "my_template", "--yes").stdout
    assert "no template is called" in moot.run("templates", "show", "my_template", code=2).stderr
    assert "version 3: restored version 1" in moot.run("templates", "restore", "my_template", "1").stdout
    history = json.loads(moot.run("templates", "history", "my_template", "--json").stdout)
    assert [(each["number"], each["is_deleted"]) for each in history] == [(3, False), (2, True), (2, False), (1, False)]


def test_every_reason_why_nothing_is_composed_is_told_at_once(moot: Moot) -> None:
    done = moot.run("templates", "compose", "x", "--seat", "proposr", "--step", "opening_argments", code=2)

    assert "no participant is called 'proposr'. Did you mean 'proposer'?" in done.stderr
    assert "no step is called 'opening_argments'. Did you mean 'opening_arguments'?" in done.stderr


def test_a_check_says_what_is_wrong_and_where_and_ends_so(moot: Moot) -> None:
    bad = file_of(moot, SMALL.replace("use: opening_arguments", "use: opening_argments"))
    found = json.loads(moot.run("templates", "check", bad, "--json", code=3).stdout)

    assert (found[0]["line"], found[0]["column"], found[0]["kind"]) == (9, 10, "unreadable")
    assert "Did you mean 'opening_arguments'?" in found[0]["now"]
    doubtful = file_of(moot, SMALL + "dials: [{name: level, words: [low, high]}]\n", "doubtful.yaml")
    assert "1 warning" in moot.run("templates", "check", doubtful).stdout
    assert "1 warning" in moot.run("templates", "check", doubtful, "--strict", code=3).stdout
    assert moot.run("templates", "check", "simple_debate").stdout == "simple_debate: nothing found.\n"


def test_a_bad_file_is_refused_whole_and_a_good_one_taken_once(moot: Moot) -> None:
    bad = moot.run("templates", "create", file_of(moot, SMALL.replace("judge}", "jugde}", 1)), code=2).stderr
    assert "mine.yaml:7:23: no role is called 'jugde'. Did you mean 'judge'?" in bad
    good = file_of(moot, SMALL)

    assert "version 1: created from mine.yaml" in moot.run("templates", "create", good).stdout
    assert "called 'short_panel' already" in moot.run("templates", "create", good, code=2).stderr
    assert "comes with moot" in moot.run("templates", "delete", "simple_debate", "--yes", code=2).stderr


def test_the_way_of_a_format_is_drawn_and_marked_where_a_session_stands(moot: Moot) -> None:
    assert "├─ rounds 2–4 ─" in moot.run("templates", "show", "complex_debate", "--graph").stdout
    assert moot.run("templates", "show", "council", "--mermaid").stdout.startswith("flowchart TD\n")
    (opened,) = of_kind(moot.debate("--template", "simple_debate"), "SessionOpened")
    session = str(opened["session"])
    drawn = moot.run("templates", "show", "simple_debate", "--graph", "--session", session[:8]).stdout

    assert drawn.count("done") == 4 + 2 + 1, "four turns, a ballot in each order, the verdict"
    assert (
        "it follows simple_debate"
        in moot.run("templates", "show", "council", "--graph", "--session", session[:8], code=2).stderr
    )


def test_a_debate_follows_a_format_out_of_a_file(moot: Moot) -> None:
    file = file_of(
        moot, moot.run("templates", "show", "simple_debate", "--yaml").stdout.replace("simple_debate", "my_debate")
    )

    (opened,) = of_kind(moot.debate("--template", file), "SessionOpened")
    assert opened["opening"]["template"] == "my_debate"  # type: ignore[index]
    assert "my_debate" in moot.run("templates", "list").stdout
    shipped = file_of(moot, moot.run("templates", "show", "simple_debate", "--yaml").stdout, "shipped.yaml")
    assert "comes with moot" in moot.run("debate", MOTION, "--template", shipped, code=2).stderr


def test_a_format_travels_with_what_it_needs_once_it_has_been_seen(moot: Moot, tmp_path: Path) -> None:
    people = "- {id: cid, model: rehearsal, role: panelist, system_prompt: Be Cid.}\n"
    moot.run("participants", "load", file_of(moot, people, "people.yaml"))
    moot.run(
        "templates", "create", file_of(moot, SMALL.replace("role: panelist}", "role: panelist, participant: cid}", 1))
    )
    out = str(moot.home / "panel.json")
    assert moot.run("templates", "export", "short_panel", "--out", out).stdout == f"{out}\n"
    elsewhere = Moot(tmp_path / "elsewhere")

    looked = elsewhere.run("templates", "import", out, "--check").stdout
    assert "participant cid: new" in looked
    assert "  Be Cid." in looked.splitlines()
    assert "short_panel" not in elsewhere.run("templates", "list").stdout
    assert "nobody is there to confirm it" in elsewhere.run("templates", "import", out, code=2).stderr
    assert "imported from panel.json" in elsewhere.run("templates", "import", out, "--yes").stdout
    assert "is here already" in elsewhere.run("templates", "import", out, "--yes").stdout
    assert "Be Cid." in elsewhere.run("participants", "show", "cid").stdout


def test_a_format_that_was_changed_on_its_way_is_refused_at_the_place(moot: Moot) -> None:
    out = moot.home / "simple.json"
    moot.run("templates", "export", "simple_debate", "--out", str(out))
    text = out.read_text(encoding="utf-8")
    out.write_text(text.replace("Open the case for", "Throw the case for"), encoding="utf-8")

    refused = moot.run("templates", "import", str(out), "--as", "thrown", "--yes", code=2).stderr
    assert "steps/0 is not what was packed" in refused
    assert f"{out}:" in refused
    assert "thrown" not in moot.run("templates", "list").stdout


@pytest.mark.parametrize("words", [("--graph", "--yaml"), ("--json", "--mermaid")])
def test_one_way_to_show_a_format_at_a_time(moot: Moot, words: tuple[str, str]) -> None:
    assert "give one of" in moot.run("templates", "show", "council", *words, code=2).stderr


def test_the_library_of_steps_is_listed(moot: Moot) -> None:
    listed = json.loads(moot.run("templates", "steps", "--json").stdout)

    assert {"opening_arguments", "consensus_check", "final_decision", "vote"} <= {each["id"] for each in listed}
