"""Can a session that stands still be understood, spoken to and let go on from a shell?"""

from __future__ import annotations

import json

import pytest

from tests.console.cli.process import MOTION, SECONDS_MAX, Moot, events_of, of_kind, read_until

PRICED = "price: {input_microusd: 3000000, output_microusd: 15000000}\n"
HANGS = PRICED + "answers: {default: [{text: We should., faults: [hang]}]}\n"
LOOKS_MAX = 50
SPEAKS = PRICED + 'answers: {judge: "VERDICT: for", default: [We should.]}\n'


def seated(moot: Moot, script: str) -> str:
    """`--seat` for participants who follow this script."""
    path = moot.home / "script.yaml"
    path.write_text(script, encoding="utf-8")
    return f"all=scripted:{path}"


@pytest.fixture
def left(moot: Moot) -> str:
    """A session whose process was killed while a call that may cost was under way."""
    process = moot.start("debate", MOTION, "--template", "simple_debate", "--seat", seated(moot, HANGS), "--json")
    id_ = str(read_until(process, "AttemptStarted")[0]["session"])[:8]
    for _ in range(LOOKS_MAX):  # rows follow the log a moment later
        if listed(moot, "running") == [id_]:
            break
    process.kill()
    process.communicate(timeout=SECONDS_MAX)
    seated(moot, SPEAKS)
    return id_


@pytest.fixture
def asking(moot: Moot, left: str) -> str:
    """A session that asks what is to become of the call of which nobody knows how it ended."""
    moot.run("sessions", "resume", left, code=4)
    return left


@pytest.fixture
def spent(moot: Moot) -> str:
    """A session that is paused because its budget doesn't pay for a first turn."""
    words = ("--template", "simple_debate", "--seat", seated(moot, SPEAKS), "--budget-usd", "0.000001", "--json")
    return str(events_of(moot.run("debate", MOTION, *words, code=5).stdout)[0]["session"])[:8]


def listed(moot: Moot, state: str) -> list[str]:
    rows = json.loads(moot.run("sessions", "list", "--state", state, "--json").stdout)
    return [row["session"][:8] for row in rows]


def test_a_session_that_nobody_drives_is_not_said_to_run(moot: Moot, left: str) -> None:
    shown = moot.run("sessions", "show", left).stdout

    assert "○ left" in moot.run("sessions", "list").stdout
    assert "running" not in moot.run("sessions", "list").stdout
    assert f"○ left: nobody drives it; moot sessions resume {left}" in shown
    assert listed(moot, "left") == listed(moot, "running") == [left]
    assert listed(moot, "paused") == []


def test_states_are_found_by_the_words_of_the_list_and_by_those_of_programs(moot: Moot, asking: str) -> None:
    assert listed(moot, "asks") == listed(moot, "escalated") == [asking]
    assert listed(moot, "done") == listed(moot, "left") == []
    assert "Did you mean 'asks'?" in moot.run("sessions", "list", "--state", "ask", code=2).stderr


def test_resuming_a_session_that_asks_says_how_to_answer(moot: Moot, asking: str) -> None:
    said = moot.run("sessions", "resume", asking, code=4).stderr

    assert "may have been answered and paid for" in said
    assert "To let it go on: moot sessions answer" in said
    assert f"moot sessions answer {asking} continue" in said


def test_a_call_in_doubt_is_listed_with_the_command_that_settles_it(moot: Moot, asking: str) -> None:
    step = "r1.opening_proposer.proposer"
    command = ("sessions", "settle", asking, step, "1")

    assert f"moot {' '.join(command)} USD" in moot.run("sessions", "show", asking).stdout
    assert "is no amount" in moot.run(*command, "much", code=2).stderr
    assert "settled at $0.00; it has cost $0.00 in all" in moot.run(*command, "0").stdout

    assert "in doubt  " not in moot.run("sessions", "show", asking).stdout
    assert "not in doubt" in moot.run(*command, "0", code=2).stderr


def test_a_budget_that_is_spent_is_raised_with_the_command_that_was_named(moot: Moot, spent: str) -> None:
    said = moot.run("sessions", "resume", spent, code=5).stderr
    raised = moot.run("sessions", "budget", spent, "1").stdout

    assert f"moot sessions budget {spent} USD, then: moot sessions resume {spent}" in said
    assert "may spend $1.00 in all; it is paused" in raised
    assert moot.json("sessions", "resume", spent, "--json")[-1]["kind"] == "SessionCompleted"


def test_a_budget_is_lifted_with_none_and_nonsense_is_refused(moot: Moot, spent: str) -> None:
    assert "without a cap of its own" in moot.run("sessions", "budget", spent, "none").stdout
    assert "'much' is no amount" in moot.run("sessions", "budget", spent, "much", code=2).stderr
    (row,) = json.loads(moot.run("sessions", "list", "--json").stdout)
    assert row["cap_microusd"] is None


def test_rounds_statements_and_motions_are_taken_from_a_shell(moot: Moot, spent: str) -> None:
    moot.run("sessions", "rounds", spent, "3")
    moot.run("sessions", "say", spent, "Think of the buses.")
    moot.run("sessions", "amend", spent, "The city should close its centre on Sundays")

    log = moot.json("sessions", "show", spent, "--json")
    assert of_kind(log, "RoundsLimitChanged")[0]["rounds_limit"] == 3
    assert of_kind(log, "StatementAdded")[0]["text"] == "Think of the buses."
    assert of_kind(log, "MotionAmended")[0]["motion"] == "The city should close its centre on Sundays"
    assert "from 1 to 100" in moot.run("sessions", "rounds", spent, "101", code=2).stderr


def test_a_turn_that_gave_up_is_tried_again_to_the_end(moot: Moot) -> None:
    refused = "answers: {default: [{text: x, faults: [{error: refused, is_final: true}]}]}\n"
    done = moot.run("debate", MOTION, "--seat", seated(moot, refused), "--json", code=3)
    id_ = str(events_of(done.stdout)[0]["session"])[:8]
    seated(moot, SPEAKS)

    assert moot.json("sessions", "retry", id_, "--json")[-1]["kind"] == "SessionCompleted"
    assert "completed" in moot.run("sessions", "retry", id_, code=2).stderr


def test_a_verdict_of_ones_own_is_said_to_be_that(moot: Moot, asking: str) -> None:
    said = moot.run("sessions", "complete", asking, "--verdict", "Mine.", "--outcome", "for").stdout

    assert "The operator ruled\n  Mine." in said
    assert "Judge" not in said
