"""Can a rule be asked why, and tried on what is on record, from a shell?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.console.cli.process import Moot, events_of, of_kind

EARLIER = """
- id: complete_at_max_rounds
  name: End earlier
  priority: 99
  when: {field: argument_count, greater_than: 0}
  then: [{complete_debate: {reason: soon}}]
"""


@pytest.fixture
def held(moot: Moot) -> tuple[Moot, list[dict[str, object]]]:
    """A home in which one debate was held, and its events."""
    return moot, moot.debate()


def seq_of(events: list[dict[str, object]], kind: str) -> int:
    return int(str(of_kind(events, kind)[0]["seq"]))


def test_a_rule_is_explained_at_an_event_with_the_events_that_its_values_come_from(
    held: tuple[Moot, list[dict[str, object]]],
) -> None:
    moot, events = held
    id_ = str(events[0]["session"])
    seq = seq_of(events, "RoundCompleted")

    told = moot.run("rules", "explain", "complete_at_max_rounds", "--session", id_[:6], "--at", str(seq)).stdout
    (plain,) = [
        json.loads(
            moot.run("rules", "explain", "complete_at_max_rounds", "--session", id_, "--at", "2", "--json").stdout
        )
    ]

    assert f"behind   event {seq} RoundCompleted" in told
    assert "✗ waits: round_count 1 ≤ 4" in told
    assert f"from event {seq} RoundCompleted" in told
    assert (plain["moment"]["seq"], plain["verdict"], plain["first_false"]) == (2, "false", 0)
    assert plain["clauses"][0]["origin"]["kind"] == "SessionOpened"


def test_every_rule_is_told_where_none_is_named(held: tuple[Moot, list[dict[str, object]]]) -> None:
    moot, events = held
    id_ = str(events[0]["session"])
    rules = json.loads(moot.run("rules", "list", "--json").stdout)

    table = moot.run("rules", "explain", "--session", id_, "--at", "3").stdout
    plain = json.loads(moot.run("rules", "explain", "--session", id_, "--json").stdout)

    assert all(rule["id"] in table for rule in rules)
    assert [each["rule"] for each in plain] == [rule["id"] for rule in rules]
    assert {each["moment"]["standing"] for each in plain if each["rule"] == "complete_at_max_rounds"} == {"not_heard"}


def test_a_point_that_there_is_not_is_refused(held: tuple[Moot, list[dict[str, object]]]) -> None:
    moot, events = held
    id_ = str(events[0]["session"])

    assert "numbered from 1 to" in moot.run("rules", "explain", "--session", id_, "--at", "999", code=2).stderr
    assert "Did you mean" in moot.run("rules", "explain", "complete_at", "--session", id_, code=2).stderr
    assert "--session" in moot.run("rules", "explain", "complete_at_max_rounds", code=2).stderr


def test_a_changed_rule_is_tried_and_the_place_named_from_which_nobody_can_tell(
    held: tuple[Moot, list[dict[str, object]]],
) -> None:
    moot, events = held
    file = moot.home / "earlier.yaml"
    file.write_text(EARLIER, encoding="utf-8")
    before = moot.run("sessions", "show", str(events[0]["session"]), "--json").stdout

    said = moot.run("rules", "backtest", str(file)).stdout
    session, totals = events_of(moot.run("rules", "backtest", str(file), "--json").stdout)

    seq = seq_of(events, "ArgumentPresented")
    assert f"✂ behind event {seq}  another way from here: complete_at_max_rounds would have fired" in said
    assert "would differ        1, of which 1 would have gone another way" in said
    assert (session["kind"], session["answered_up_to"], session["is_unchanged"]) == ("session", seq, False)
    assert (totals["kind"], totals["sessions"], totals["first_differences"]) == ("totals", 1, {"fires": 1})
    assert moot.run("sessions", "show", str(events[0]["session"]), "--json").stdout == before


def test_a_rule_is_tried_switched_over_or_as_it_is(held: tuple[Moot, list[dict[str, object]]]) -> None:
    moot, events = held
    id_ = str(events[0]["session"])
    fired = of_kind(events, "RuleFired")
    rule = str(fired[0]["rule"])

    over = moot.run("rules", "backtest", rule, "--since", "30d").stdout
    same = moot.run("rules", "backtest", rule, "--as-it-is", "--sessions", f"{id_[:6]},{id_}").stdout

    assert f"tried: {rule}, switched off" in over
    assert f"{rule} would have stayed silent" in over
    assert f"{rule} fires as on record" in same
    assert "unchanged           2" in same


def test_what_can_not_be_tried_is_refused_with_what_to_do(moot: Moot, tmp_path: Path) -> None:
    absent = str(tmp_path / "absent.yaml")
    for words, said in {
        ("complete_at_max_round",): "Did you mean 'complete_at_max_rounds'?",
        (absent,): "can't be read",
        ("complete_at_max_rounds", "--since", "soon"): "Write 30d",
        ("complete_at_max_rounds", "--since", "30d", "--sessions", "5e"): "Give one of them",
        ("complete_at_max_rounds", "--alone"): "--alone is for the rules of a file",
        (absent, "--as-it-is"): "--as-it-is is for a rule by its id",
        ("complete_at_max_rounds", "--sessions", "5e"): "no session's id begins with",
    }.items():
        assert said in moot.run("rules", "backtest", *words, code=2).stderr


def test_nothing_on_record_is_said_to_be_nothing(moot: Moot) -> None:
    assert "0 sessions, 0 events" in moot.run("rules", "backtest", "complete_at_max_rounds").stdout


def test_the_list_says_how_often_each_rule_was_heard_and_fired_and_how_long_a_look_takes(
    held: tuple[Moot, list[dict[str, object]]],
) -> None:
    moot, events = held
    fired = str(of_kind(events, "RuleFired")[0]["rule"])

    table = moot.run("rules", "list").stdout
    rows = {row["id"]: row for row in json.loads(moot.run("rules", "list", "--json").stdout)}

    assert table.splitlines()[0].split()[4:9] == ["heard", "fired", "errors", "mean", "p95"]
    assert (rows[fired]["fired"], rows[fired]["errors"]) == (1, 0)
    assert rows[fired]["heard"] > rows[fired]["timed"] >= 1
    assert rows[fired]["p95_ns"] > 0
