"""Are rules made, changed, laid upon one another and taken back from a shell, and is nothing typed ever lost?"""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from tests.console.cli.process import MOTION, Moot, of_kind

STALLED = "complete_when_stalled"
LONG = "complete_when_too_long"

MINE = """\
- id: mine
  name: Mine
  priority: 85
  when: {field: round_count, greater_than: 7}
  then: [{pause_debate: {reason: enough}}]
"""

NIGHT = """\
sets:
- {name: night, extends: own, description: Quieter.}
rules:
- id: end_at_once
  name: End at once
  set: night
  priority: 99
  when: {field: argument_count, greater_than: 0}
  then: [{complete_debate: {reason: it_is_night}}]
"""


def saved(moot: Moot, name: str, text: str) -> str:
    path = moot.home / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def editor(moot: Moot, script: str) -> str:
    """An editor that does what the script says to the file that it is given."""
    path = moot.home / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def rules_of(moot: Moot, *words: str) -> list[dict[str, object]]:
    found = json.loads(moot.run("rules", "list", "--json", *words).stdout)
    assert isinstance(found, list)
    return found


def test_a_rule_is_created_edited_and_taken_back_in_the_operators_editor(moot: Moot) -> None:
    made = moot.run("rules", "create", "mine", EDITOR=editor(moot, 'sed -i "s/enabled: false/enabled: true/" "$1"'))
    assert made.stdout == "created mine\n"
    (mine,) = [rule for rule in rules_of(moot) if rule["id"] == "mine"]
    assert (mine["enabled"], mine["set"], mine["name"]) == (True, "own", "Mine")

    changed = moot.run("rules", "edit", STALLED, EDITOR=editor(moot, 'sed -i "s/priority: 60/priority: 61/" "$1"'))
    assert changed.stdout == f"edited {STALLED}\n"
    assert re.search(rf"^{STALLED} +● on +61  own over standard ", moot.run("rules", "list").stdout, re.MULTILINE)

    left = moot.run("rules", "edit", STALLED, EDITOR=editor(moot, "true"))
    assert left.stdout == "nothing was changed\n"
    assert moot.run("rules", "undo").stdout == f"undid version 3 (edited {STALLED})\n"
    assert moot.run("rules", "redo").stdout == f"redid version 3 (edited {STALLED})\n"
    assert moot.run("rules", "diff", "1", "3").stdout.splitlines() == [
        "2 added",
        f"+ {STALLED}",
        "+ mine",
    ]
    assert moot.run("rules", "diff", "shipped").stdout.splitlines() == [
        "1 changed",
        f"~ {STALLED}",
        "    priority  60 → 61",
    ]
    assert moot.run("rules", "diff", "shipped", "1").stdout == "nothing is different\n"
    assert "'first' is no version. Name its number" in moot.run("rules", "diff", "first", code=2).stderr


def test_a_text_that_is_refused_is_kept_where_it_was_typed(moot: Moot) -> None:
    refused = moot.run(
        "rules", "edit", STALLED, code=2, EDITOR=editor(moot, 'sed -i "s/stalled_round_count/staled_round_count/" "$1"')
    )

    assert ":6:17: no fact is called 'staled_round_count'. Did you mean 'stalled_round_count'?" in refused.stderr
    (kept,) = re.findall(r"your text is kept in (\S+)\.\n", refused.stderr)
    assert "staled_round_count" in Path(kept).read_text(encoding="utf-8")
    Path(kept).unlink()
    Path(kept).parent.rmdir()
    assert len(json.loads(moot.run("rules", "history", "--json").stdout)) == 1


def test_an_editor_that_fails_leaves_a_text_behind_only_where_something_was_typed(moot: Moot) -> None:
    untouched = moot.run("rules", "edit", STALLED, code=2, EDITOR="false", TMPDIR=str(moot.home))
    assert "the editor ended with 1. Nothing was changed." in untouched.stderr
    assert list(moot.home.glob("moot-*")) == []

    touched = moot.run(
        "rules", "edit", STALLED, code=2, EDITOR=editor(moot, 'echo "# mine" >> "$1"; exit 3'), TMPDIR=str(moot.home)
    )
    (kept,) = re.findall(r"your text is kept in (\S+)\.\n", touched.stderr)
    assert Path(kept).read_text(encoding="utf-8").endswith("# mine\n")


def test_what_others_changed_while_a_rule_was_edited_is_not_overwritten(moot: Moot) -> None:
    script = f'sed -i "s/priority: 60/priority: 61/" "$1"; "{moot.command()[0]}" -m console rules disable {LONG}'

    refused = moot.run("rules", "edit", STALLED, code=2, EDITOR=editor(moot, script))

    assert f"rules: they were changed since version 1: version 2 by operator: disabled {LONG}" in refused.stderr
    assert [rule["priority"] for rule in rules_of(moot) if rule["id"] == STALLED] == [60]
    (kept,) = re.findall(r"your text is kept in (\S+)\.\n", refused.stderr)
    again = moot.run("rules", "edit", STALLED, "--file", kept)
    assert again.stdout == f"edited {STALLED}\n"
    Path(kept).unlink()
    Path(kept).parent.rmdir()


@pytest.mark.parametrize(
    ("words", "environ", "told"),
    [
        (("edit", STALLED), {}, "EDITOR: no editor is known. Set it"),
        (("edit", STALLED), {"EDITOR": "no-such-editor"}, "EDITOR: 'no-such-editor' can't be run: No such file"),
        (("edit", STALLED), {"EDITOR": "false"}, "the editor ended with 1. Nothing was changed."),
        (("edit", "complete_when_staled"), {}, f"Did you mean '{STALLED}'?"),
        (("create", STALLED, "--file", "{mine}"), {}, f"this text is about 'mine', and '{STALLED}' is meant."),
        (("move", STALLED), {}, "give one of --before OTHER, --after OTHER and --priority N"),
        (("move", STALLED, "--priority", "1001"), {}, "a priority is a number from 0 to 1000, not 1001."),
        (("restore", "99"), {}, "the rules have no version 99. 'moot rules history' lists them."),
        (("undo",), {}, "there is nothing to undo."),
        (("delete", STALLED), {}, "nobody is there to confirm it. Give --yes if you mean it."),
        (("list", "--effective"), {}, "--effective is about one set"),
        (("list", "--set", "standrad"), {}, "no rule set is called 'standrad'. Did you mean 'standard'?"),
        (("define", "own", "--extends", "own"), {}, "the sets extend one another in a circle: own → own."),
        (("undefine", "standard"), {}, "the set 'standard' is always there."),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    moot: Moot, words: tuple[str, ...], environ: dict[str, str], told: str
) -> None:
    mine = saved(moot, "mine.yaml", MINE)
    asked = [word.format(mine=mine) for word in words]

    refused = moot.run("rules", *asked, code=2, **{"EDITOR": "", "VISUAL": "", **environ})

    assert told in refused.stderr
    assert refused.stdout == ""


def test_rules_are_loaded_written_and_loaded_again_unchanged(moot: Moot) -> None:
    night = saved(moot, "night.yaml", NIGHT)
    assert moot.run("rules", "load", night).stdout == f"{night}: 1 added, 0 replaced, 0 unchanged.\n"
    assert moot.run("rules", "disable", STALLED, LONG, "--set", "night").stdout == (
        f"disabled {STALLED}, {LONG} in night\n"
    )
    out = str(moot.home / "all.yaml")

    assert moot.run("rules", "write", "--out", out).stdout == f"{out}\n"
    again = moot.run("rules", "load", out)

    assert again.stdout == f"{out}: 0 added, 0 replaced, 17 unchanged.\n"
    assert moot.run("rules", "write").stdout == Path(out).read_text(encoding="utf-8")
    assert moot.run("rules", "write", f"night/{LONG}").stdout.startswith(f"- id: {LONG}\n")
    assert [rule["enabled"] for rule in rules_of(moot) if rule["id"] == LONG] == [True]
    assert [
        (rule["enabled"], rule["over"])
        for rule in rules_of(moot, "--set", "night", "--effective")
        if rule["id"] == LONG
    ] == [(False, [{"set": "standard", "file": ""}])]
    assert len(rules_of(moot, "--set", "night")) == 3
    sets = {each["spec"]["name"]: each for each in json.loads(moot.run("rules", "sets", "--json").stdout)}
    assert (sets["night"]["spec"]["extends"], sets["night"]["own"], sets["night"]["holding"]) == ("own", 3, 15)


def test_a_debate_follows_the_set_that_it_is_given(moot: Moot) -> None:
    moot.run("rules", "load", saved(moot, "night.yaml", NIGHT))

    night = moot.debate("--rules", "night")
    refused = moot.run("debate", MOTION, "--rules", "nigt", code=2)

    (opened,) = of_kind(night, "SessionOpened")
    shown = moot.run("sessions", "show", str(opened["session"])).stdout
    assert "· simple_debate · 2 rounds · seed 7 · rules night\n" in shown
    assert opened["opening"]["rule_set"] == "night"  # type: ignore[index]
    assert [event["rule"] for event in of_kind(night, "RuleFired")] == ["end_at_once"]
    assert "no rule set is called 'nigt'. Did you mean 'night'?" in refused.stderr


def test_a_folder_is_watched_by_whoever_drives_and_a_broken_file_is_said(moot: Moot) -> None:
    folder = moot.home / "rules"
    folder.mkdir()
    (folder / "mine.yaml").write_text(MINE, encoding="utf-8")
    (folder / "night.yaml").write_text(NIGHT.replace("greater_than: 0", "greater: 0"), encoding="utf-8")

    moot.debate("--rules-folder", str(folder))

    assert [rule["file"] for rule in rules_of(moot) if rule["id"] == "mine"] == ["mine.yaml"]
    said = moot.run("doctor").stdout
    assert str(folder) in said
    assert "night.yaml:8:" in said
    looked = moot.run("rules", "folder", code=3, MOOT_RULES_FOLDER=str(folder))
    assert re.search(r"^mine.yaml +● in force +1$", looked.stdout, re.MULTILINE)
    assert re.search(r"^night.yaml +✗ refused +0$", looked.stdout, re.MULTILINE)
    assert "night.yaml:8:" in looked.stderr
    history = json.loads(moot.run("rules", "history", "--json").stdout)
    assert (history[0]["change"], history[0]["actor"], history[0]["kind"]) == ("took mine.yaml", "folder", "files")
    assert "comes from mine.yaml" in moot.run("rules", "delete", "mine", "--yes", code=2).stderr

    (folder / "night.yaml").write_text(NIGHT, encoding="utf-8")
    assert json.loads(moot.run("rules", "folder", "--json", MOOT_RULES_FOLDER=str(folder)).stdout)["problem"] == ""
    assert moot.run("rules", "folder").stderr.startswith("moot: no rules folder is set.")
    assert [rule for rule in rules_of(moot) if rule["id"] == "mine"] == []
