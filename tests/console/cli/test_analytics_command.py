"""Does `moot analytics` say what sessions came to, also where there are none or too few?"""

from __future__ import annotations

import json

import pytest

from tests.console.cli.process import MOTION, Moot

SECTIONS = ("What happened", "What is odd", "What can be learnt", "What was aimed at", "What to expect")


@pytest.fixture
def held(moot: Moot) -> Moot:
    """Two simulated debates."""
    for seed in (1, 2):
        moot.json("debate", MOTION, "--seat", "all=simulated", "--seed", str(seed), "--json")
    return moot


def test_without_a_session_it_says_what_to_do(moot: Moot) -> None:
    told = moot.run("analytics")

    assert told.stdout == ""
    assert "no session was held yet. `moot demo` rehearses one" in told.stderr
    assert json.loads(moot.run("analytics", "--json").stdout)["sessions"] == 0
    assert "nothing was odd enough" in moot.run("analytics", "alerts").stderr
    assert json.loads(moot.run("analytics", "alerts", "--json").stdout) == []


def test_every_section_stands_there_with_what_is_known(held: Moot) -> None:
    told = held.run("analytics").stdout

    assert [line.split(" ─")[0].removeprefix("── ") for line in told.splitlines() if line.startswith("── ")] == list(
        SECTIONS
    )
    assert "2 sessions: 2 completed" in told
    assert "Too few to say: 0 of 2 sessions; it takes 10." in told
    assert "a forecast takes 5" in told


def test_at_80_columns_no_line_of_words_is_longer(held: Moot) -> None:
    lines = held.run("analytics", COLUMNS="80").stdout.splitlines()

    assert max(map(len, (line for line in lines if "  " not in line.strip()))) <= 80


def test_with_plain_every_chart_is_printed_with_its_rows(held: Moot) -> None:
    told = held.run("analytics", "--plain", COLUMNS="80").stdout

    assert "c completed  f failed  x cancelled  o going on" in told
    assert told.count("┤") >= 6
    assert "── how long completed sessions were active" in told
    assert max(len(line) for line in told.splitlines() if "┤" in line or "└" in line) <= 80


def test_sessions_are_chosen_and_an_empty_choice_is_said_to_be_one(held: Moot) -> None:
    assert json.loads(held.run("analytics", "--template", "standard_debate", "--json").stdout)["sessions"] == 2
    assert json.loads(held.run("analytics", "--flow", "refinement", "--json").stdout)["sessions"] == 0
    assert json.loads(held.run("analytics", "--asked", "--json").stdout)["sessions"] == 0
    assert json.loads(held.run("analytics", "--since", "1h", "--json").stdout)["sessions"] == 2
    assert "no session is meant by that" in held.run("analytics", "--tag", "nobodys").stderr
    assert held.run("analytics", "--since", "1h").stdout.startswith("Sessions opened since ")


def test_a_name_that_nothing_on_record_has_is_refused_with_the_nearest(held: Moot) -> None:
    told = held.run("analytics", "--template", "standard_debat", code=2).stderr

    assert "--template: no session on record has 'standard_debat'. Did you mean 'standard_debate'?" in told
    assert "On record are simulated" in held.run("analytics", "--model", "zzz", code=2).stderr


def test_moments_that_make_no_sense_are_refused(moot: Moot) -> None:
    assert "is no moment" in moot.run("analytics", "--since", "soon", code=2).stderr
    assert "nothing lies between" in moot.run("analytics", "--since", "1h", "--until", "2h", code=2).stderr


def test_json_is_whole_numbers_and_names(held: Moot) -> None:
    report = json.loads(held.run("analytics", "--json").stdout)

    assert report["trends"]["total"]["completed"] == 2
    assert {"findings", "insights", "targets", "forecasts", "capacity", "alerts", "position"} <= report.keys()
    assert report["trends"]["total"]["providers"]["simulated"]["answers"] > 0


def test_thresholds_that_leave_nothing_between_them_are_refused(moot: Moot) -> None:
    told = moot.run("analytics", code=2, MOOT_ANALYTICS_ARGUMENTS_MIN="9", MOOT_ANALYTICS_ARGUMENTS_MAX="3")

    assert "arguments_min is 9, arguments_max 3" in told.stderr
    refused = moot.run("analytics", code=2, MOOT_ALERT_THRESHOLD_ERROR_RATE="1.5")
    assert "is a share such as 0.1 or 10 %" in refused.stderr
