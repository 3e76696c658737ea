"""Does `moot debate` run a debate, print it, and end with a code that a script can rely on?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from console.exit_codes import MEANINGS, ExitCode
from console.locations import find_locations
from tests.console.cli.process import MOTION, ROOT, SECONDS_MAX, Moot, events_of, of_kind, read_until, rest_of

SLOW = "240"
"""Characters a second: the turns of a rehearsed debate take seconds, time enough to interrupt it."""
ENDLESS = "1"
"""Characters a second: no turn comes to its end while a test looks on."""


def texts(events: list[dict[str, object]]) -> list[object]:
    return [event["text"] for event in of_kind(events, "ArgumentPresented")]


def test_a_debate_is_printed_as_it_reads_with_where_it_was_written(moot: Moot) -> None:
    done = moot.run("debate", MOTION, "--template", "simple_debate", "--evidence", moot.evidence(), "--seed", "7")

    for said in (f"Motion: {MOTION}", "── Round 1 of 2", "── Round 2 of 2", "Proposer (rehearsal)", "── Verdict: "):
        assert said in done.stdout
    assert done.stdout.count("consensus after round") == 2
    assert "notes.md:" in done.stdout
    assert str(moot.home / "data" / "moot.db") in done.stdout
    (metrics,) = [line for line in done.stdout.splitlines() if line.startswith("summary ")]
    assert json.loads(Path(metrics.split(maxsplit=1)[1]).read_text(encoding="utf-8"))["reason"] == "completed"
    assert "no model is asked" in done.stderr


def test_json_is_one_event_a_line_and_nothing_else(moot: Moot) -> None:
    events = moot.debate()

    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert len({event["session"] for event in events}) == 1
    assert events[0]["kind"] == "SessionOpened"
    assert events[-1]["kind"] == "SessionCompleted"
    for kind in ("DebateStarted", "ArgumentPresented", "ConsensusUpdated", "RoundCompleted", "VerdictReached"):
        assert of_kind(events, kind)
    assert all(texts(events))


def test_the_same_seed_says_the_same_words(moot: Moot) -> None:
    assert texts(moot.debate()) == texts(moot.debate())


def test_a_debate_as_json_loads_no_screen(moot: Moot) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "console", "demo", "--json"],
        cwd=ROOT,
        env=moot.environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS_MAX,
    )
    loaded = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}

    assert "console.headless" in loaded
    # structlog loads rich, for a form of lines that is not ours, as soon as the first line is written.
    assert not [name for name in loaded if name.partition(".")[0] == "textual"]
    assert events_of(done.stdout)[-1]["kind"] == "SessionCompleted"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((" ",), "motion"),
        (("x" * 100_000,), "20"),
        ((MOTION, "--template", "simple_debat"), "Did you mean 'simple_debate'?"),
        ((MOTION, "--complexity", "simpel"), "Did you mean 'simple'?"),
        ((MOTION, "--seat", "juge=rehearsal"), "Did you mean 'judge'?"),
        ((MOTION, "--template", "simple_debate", "--complexity", "complex"), "Give one of them."),
        ((MOTION, "--seat", "judge=rehearsl"), "Did you mean 'rehearsal'?"),
        ((MOTION, "--rounds", "0"), "round"),
        ((MOTION, "--rounds", "1000"), "round"),
    ],
)
def test_a_debate_that_cannot_be_held_is_refused_before_it_starts(
    moot: Moot, words: tuple[str, ...], said: str
) -> None:
    done = moot.run("debate", *words, "--evidence", moot.evidence(), "--json", code=2)

    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert moot.run("sessions", "list", "--json").stdout.strip() == "[]"


def test_a_refusal_names_the_providers_that_could_be_asked_instead_and_no_others(moot: Moot) -> None:
    without = moot.run("debate", MOTION, code=2, ANTHROPIC_API_KEY="", GOOGLE_API_KEY="", GEMINI_API_KEY="").stderr
    with_key = moot.run("debate", MOTION, code=2, ANTHROPIC_API_KEY="a-key", GOOGLE_API_KEY="").stderr

    assert "anthropic" not in without
    assert "Or cast a model of anthropic" in with_key
    assert "a-key" not in with_key


def test_nothing_is_announced_that_is_then_refused(moot: Moot) -> None:
    assert "This is a rehearsal" not in moot.run("debate", MOTION, code=2).stderr
    assert "This is a rehearsal" in moot.run("debate", MOTION, "--evidence", moot.evidence()).stderr


def test_without_evidence_rehearsal_refuses_with_advice(moot: Moot) -> None:
    assert "Give it files" in moot.run("debate", MOTION, code=2).stderr


def test_binary_evidence_is_refused(moot: Moot) -> None:
    path = moot.home / "picture.md"
    path.write_bytes(bytes(range(256)) * 10)

    assert "picture.md" in moot.run("debate", MOTION, "--evidence", str(path), code=2).stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_debate_goes_on_where_it_was_left(moot: Moot, number: signal.Signals) -> None:
    process = moot.start(
        *("debate", MOTION, "--template", "simple_debate", "--evidence", moot.evidence()),
        *("--seed", "7", "--pace", SLOW, "--json"),
    )
    before = read_until(process, "ArgumentPresented")
    process.send_signal(number)
    rest, said = rest_of(process)
    id_ = str(before[0]["session"])[:8]

    assert process.returncode == 130
    assert f"moot sessions resume {id_}" in said
    moot.json("sessions", "resume", id_, "--json")
    log = moot.json("sessions", "show", id_, "--json")
    steps = [event["step"] for event in of_kind(log, "ArgumentPresented")]
    assert log[: len(before)] == before
    assert log[-1]["kind"] == "SessionCompleted"
    assert len(steps) == len(set(steps)), "a turn was recorded twice"
    assert all(event in log for event in events_of(rest))


def end_at_once(process: subprocess.Popen[str]) -> None:
    """Press Ctrl+C, and again once it is said to have been heard."""
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert any("stopping" in line for line in process.stderr)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SECONDS_MAX)


def test_a_second_ctrl_c_ends_at_once_and_loses_nothing(moot: Moot) -> None:
    process = moot.start("debate", MOTION, "--evidence", moot.evidence(), "--seed", "7", "--pace", ENDLESS, "--json")
    before = read_until(process, "AttemptStarted")
    end_at_once(process)
    id_ = str(before[0]["session"])[:8]

    assert process.returncode == 130
    moot.run("sessions", "resume", id_)
    assert moot.json("sessions", "show", id_, "--json")[-1]["kind"] == "SessionCompleted"


def test_a_reader_that_goes_away_leaves_the_session_resumable(moot: Moot) -> None:
    process = moot.start(
        "debate", MOTION, "--template", "simple_debate", "--evidence", moot.evidence(), "--pace", "400", "--json"
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    with process.stderr:
        said = process.stderr.read()
    process.wait(timeout=SECONDS_MAX)

    assert process.returncode == 130
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    assert "moot sessions resume" in said


def test_a_rule_switched_off_by_another_process_reaches_the_running_debate(moot: Moot) -> None:
    process = moot.start(
        *("debate", MOTION, "--template", "simple_debate", "--evidence", moot.evidence()),
        *("--seed", "7", "--pace", ENDLESS, "--json"),
    )
    before = read_until(process, "AttemptStarted")

    assert "complete_on_consensus" in moot.run("rules", "disable", "complete_on_consensus").stdout
    (*_, heard) = read_until(process, "RulesChanged")
    end_at_once(process)
    id_ = str(before[0]["session"])[:8]
    moot.run("sessions", "resume", id_)
    log = moot.json("sessions", "show", id_, "--json")

    assert not of_kind(before, "RulesChanged")
    assert of_kind(log, "RulesChanged") == [heard]
    assert log[-1]["kind"] == "SessionCompleted"


def test_a_second_debate_joins_the_process_that_drives(moot: Moot) -> None:
    driver = moot.start("drive", MOOT_REHEARSAL_PACE="0")
    assert driver.stderr is not None
    assert "driving" in driver.stderr.readline()
    try:
        joined = moot.debate()
        said = moot.run("debate", MOTION, "--evidence", moot.evidence(), "--pace", "100000").stderr
    finally:
        driver.send_signal(signal.SIGTERM)
        driver.communicate(timeout=SECONDS_MAX)

    assert joined[-1]["kind"] == "SessionCompleted"
    assert "it runs the debate, at the pace that is set there" in said
    assert driver.returncode == 0


def test_a_second_driver_is_refused_and_told_who_drives(moot: Moot) -> None:
    driver = moot.start("drive")
    assert driver.stderr is not None
    driver.stderr.readline()
    try:
        done = moot.run("drive", code=3)
    finally:
        driver.send_signal(signal.SIGINT)
        driver.communicate(timeout=SECONDS_MAX)

    assert str(driver.pid) in done.stderr
    assert "driven" in MEANINGS[ExitCode.FAILED]


def test_the_demo_prints_a_whole_debate_and_keeps_out_of_the_operators_database(moot: Moot) -> None:
    done = moot.run("demo", ANTHROPIC_API_KEY="set", GOOGLE_API_KEY="set")

    assert "── Verdict: " in done.stdout
    assert str(moot.home / "data" / "demo") in done.stdout
    assert not (moot.home / "data" / "moot.db").exists()


def test_output_that_cannot_show_a_character_shows_a_stand_in(moot: Moot) -> None:
    done = subprocess.run(
        moot.command("demo"),
        cwd=ROOT,
        env={**moot.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
        capture_output=True,
        check=False,
        timeout=SECONDS_MAX,
    )

    assert done.returncode == os.EX_OK, done.stderr[-500:]
    assert b"Verdict" in done.stdout


def scripted(moot: Moot, text: str) -> str:
    """`--seat` for participants who follow a script."""
    path = moot.home / "script.yaml"
    path.write_text(text, encoding="utf-8")
    return f"all=scripted:{path}"


def test_a_debate_whose_turn_fails_for_good_ends_with_3_and_can_be_resumed(moot: Moot) -> None:
    seat = scripted(moot, "answers: {default: [{text: x, faults: [{error: refused, is_final: true}]}]}\n")

    done = moot.run("debate", MOTION, "--seat", seat, "--json", code=3)

    id_ = str(events_of(done.stdout)[0]["session"])[:8]
    assert f"moot sessions resume {id_}" in done.stderr
    scripted(moot, "answers: {default: [x]}\n")
    assert moot.json("sessions", "resume", id_, "--json")[-1]["kind"] == "SessionCompleted"


def test_a_debate_that_waits_for_a_human_ends_with_4_and_says_how_to_answer(moot: Moot) -> None:
    rules = moot.home / "rules.yaml"
    rules.write_text(
        "- {id: ask_me, name: Ask me, priority: 99, when: {field: argument_count, greater_than: 0}, "
        "then: [{escalate_to_human: {question: Is this any good?, reason: first_turn}}]}\n",
        encoding="utf-8",
    )
    moot.run("rules", "load", str(rules))

    done = moot.run("debate", MOTION, "--evidence", moot.evidence(), "--json", code=4)

    id_ = str(events_of(done.stdout)[0]["session"])[:8]
    assert "Is this any good?" in done.stderr
    assert f"moot sessions answer {id_} continue" in done.stderr
    answered = moot.json("sessions", "answer", id_, "complete", "--verdict", "Enough.", "--outcome", "for", "--json")
    assert of_kind(answered, "VerdictReached")[0]["text"] == "Enough."
    assert answered[-1]["kind"] == "SessionCompleted"


def test_a_debate_that_would_overspend_ends_with_5_before_it_does(moot: Moot) -> None:
    seat = scripted(moot, "price: {input_microusd: 3000000, output_microusd: 15000000}\nanswers: {default: [x]}\n")

    done = moot.run("debate", MOTION, "--seat", seat, "--budget-usd", "0.000001", "--json", code=5)

    events = events_of(done.stdout)
    assert of_kind(events, "SpendRefused")[0]["cap"] == "session"
    assert not of_kind(events, "AttemptStarted")


def test_hostile_words_reach_neither_the_terminal_nor_the_lines(moot: Moot) -> None:
    seat = scripted(moot, 'answers: {default: ["\\e]0;owned\\a\\e[31mred[/red]\\r\\u202e end"]}\n')

    done = moot.run("debate", MOTION, "--seat", seat, "--template", "simple_debate")

    assert "red[/red]" in done.stdout
    assert not {"\x1b", "\a", "\r", "\u202e"} & set(done.stdout)


@pytest.mark.parametrize(
    "words",
    [
        ["debate", MOTION, "--evidence", "/nowhere.md"],
        ["refine", "A notice", "--evidence", "/nowhere.md"],
        ["eval", "vote_only", "--tasks", "/nowhere.jsonl", "--budget-usd", "much"],
    ],
    ids=lambda words: str(words[0]),
)
def test_wrong_words_keep_no_price(moot: Moot, words: list[str]) -> None:
    moot.run(*words, "--price", "openai:strange-1=1/2", code=ExitCode.WRONG_USE)

    assert not find_locations({"MOOT_HOME": str(moot.home)}).prices.exists()


def test_of_a_model_without_key_and_price_the_key_is_named_first(moot: Moot) -> None:
    asked = ("debate", MOTION, "--seat", "all=openai:strange-1")

    without = moot.run(*asked, code=2, OPENAI_API_KEY="").stderr
    with_key = moot.run(*asked, code=2, OPENAI_API_KEY="a-key").stderr

    assert "openai:strange-1: OPENAI_API_KEY is not set. Set OPENAI_API_KEY in the environment." in without
    assert without.index("OPENAI_API_KEY") < without.index("costs is not known")
    assert "--price openai:strange-1=IN/OUT" in with_key
