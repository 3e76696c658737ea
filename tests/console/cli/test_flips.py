"""Can it be asked who changed their mind, in one session and in all of them?"""

from __future__ import annotations

import json
from typing import Any

from console.exit_codes import ExitCode
from tests.console.cli.process import Moot

ROUTE = "simulated:competence=50,conformity=100"
NOTHING_YET = "no debate with a verdict in which a seat spoke its mind twice yet."


def simulated(moot: Moot) -> str:
    """The id of a session in which minds are changed: with this seed some are."""
    moot.run(
        *("debate", "Is it so?", "--template", "society_of_minds", "--answers", "number"),
        *("--seat", f"all={ROUTE}", "--seed", "2"),
    )
    rows: list[dict[str, Any]] = json.loads(moot.run("sessions", "list", "--json").stdout)
    return str(rows[0]["session"])


def test_it_can_be_asked_who_changed_their_mind_and_how_often_minds_are_changed(moot: Moot) -> None:
    assert NOTHING_YET in moot.run("metrics", "flips").stderr
    session = simulated(moot)

    shown = moot.run("sessions", "show", session, "--flips").stdout
    ledger = json.loads(moot.run("sessions", "show", session, "--flips", "--json").stdout)
    sums = json.loads(moot.run("metrics", "flips", "--json").stdout)

    assert ledger["flips"]
    assert ledger["counts"]["changed"] == len(ledger["flips"])
    lines = shown.splitlines()
    assert lines[0].split() == ["round", "seat", "from", "to", "after", "which", "way"]
    for flip, line in zip(ledger["flips"], lines[1:], strict=False):
        assert flip["seat"].replace("_", " ") in line
        assert [flip["before"], flip["after"]] == line.split()[3:5]
    assert "answers given again changed" in shown
    assert (sums["templates"], sums["unasked"]) == ({}, {"society_of_minds": ledger["counts"]})
    assert sums["models"] == {ROUTE: ledger["counts"]}
    assert moot.run("metrics", "flips").stdout.startswith("rehearsed or simulated")


def test_a_simulated_debate_says_before_it_begins_and_in_every_turn_what_it_is(moot: Moot) -> None:
    done = moot.run("debate", "Is it so?", "--seat", "all=simulated", "--seed", "3")

    assert "This is simulated: no model is asked, nothing is spent, and what comes of it was drawn." in done.stderr
    turns_and_ballots = 6 + 2
    assert done.stdout.count("(Simulated: no model was asked;") == turns_and_ballots


def test_a_trait_that_nobody_knows_is_refused_with_the_nearest(moot: Moot) -> None:
    refused = moot.run("debate", "Is it so?", "--seat", "all=simulated:competnce=60", code=ExitCode.WRONG_USE)

    assert "no trait is called 'competnce'. Did you mean 'competence'?" in refused.stderr


def test_two_ways_of_showing_a_session_are_not_given_at_once(moot: Moot) -> None:
    both = moot.run("sessions", "show", "ffff", "--flips", "--prompts", code=ExitCode.WRONG_USE)

    assert "--prompts and --flips show different things" in both.stderr
