"""Does a shell see what was recorded and what stands in the log file, filtered, and as another process writes it?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable

from tests.console.cli.forks import ROOT
from tests.console.cli.process import SECONDS_MAX, Moot, of_kind


def lines_until(
    process: subprocess.Popen[str], is_last: Callable[[dict[str, object]], bool]
) -> list[dict[str, object]]:
    """What a running `--json` command prints, up to what is waited for."""
    assert process.stdout is not None
    seen = []
    hangs = threading.Timer(SECONDS_MAX, process.kill)
    hangs.start()
    try:
        for line in process.stdout:
            seen.append(json.loads(line))
            if is_last(seen[-1]):
                return seen
    finally:
        hangs.cancel()
    raise AssertionError(f"it ended without what was waited for\n{process.communicate()[1]}")


def stopped(process: subprocess.Popen[str]) -> str:
    """End it as ctrl+c does; what it said on standard error."""
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 130
    return errors


def test_all_that_was_recorded_is_shown_oldest_first_with_whoever_asked_for_it(moot: Moot) -> None:
    debate = moot.debate()

    shown = moot.json("events", "--json", "--limit", "10000")

    assert [event["position"] for event in shown] == list(range(1, len(shown) + 1))
    assert [event["kind"] for event in shown] == [event["kind"] for event in debate]
    first = shown[0]["envelope"]
    assert isinstance(first, dict)
    assert (first["command"], first["actor"]) == ("Open", "operator")


def test_a_filter_shows_the_newest_that_it_wants(moot: Moot) -> None:
    debate = moot.debate()
    session = str(debate[0]["session"])

    said = moot.json("events", "kind:ArgumentPresented", f"session:{session[:6]}", "--json")
    newest = moot.json("events", "kind:ArgumentPresented", "--limit", "1", "--json")
    without = moot.json("events", "--json", "--limit", "10000", "--", "-kind:Argument", "level<=debug")

    assert [each["seq"] for each in said] == [each["seq"] for each in of_kind(debate, "ArgumentPresented")]
    assert newest == said[-1:]
    assert without
    assert not of_kind(without, "ArgumentPresented")


def test_people_read_a_line_an_event(moot: Moot) -> None:
    session = str(moot.debate()[0]["session"])

    lines = moot.run("events", "kind=sessionopened").stdout.splitlines()

    assert len(lines) == 1
    assert f"info     {session[:8]}:1" in lines[0]
    assert "SessionOpened" in lines[0]
    assert moot.run("events", "session:zz").stdout == "Nothing is on record that is looked for here.\n"


def test_a_filter_that_means_nothing_is_wrong_use(moot: Moot) -> None:
    for words, said in (
        (("events", "knd:RuleFired"), "Did you mean 'kind'?"),
        (("events", "kind:RuleFierd"), "Did you mean 'RuleFired'?"),
        (("events", "--since", "soon"), "is no moment"),
        (("events", "--limit", "-3"), "--limit"),
        (("logs", "--level", "loud"), "There are debug, info, warning, error."),
    ):
        done = moot.run(*words, code=2)
        assert said in done.stderr
        assert done.stdout == ""


def test_what_another_process_records_is_followed_until_ctrl_c(moot: Moot) -> None:
    before = str(moot.debate()[0]["session"])
    follower = moot.start("events", "kind:Session", "--follow", "--limit", "1", "--json")
    (last,) = lines_until(follower, lambda event: event["session"] == before)  # it follows from here on
    moot.debate()

    seen = lines_until(follower, lambda event: event["kind"] == "SessionCompleted")

    assert seen[0]["kind"] == "SessionOpened"
    assert all(str(event["kind"]).startswith("Session") for event in seen)
    positions = [int(str(event["position"])) for event in (last, *seen)]
    assert positions == sorted(set(positions))
    assert stopped(follower) == ""


def test_the_log_file_is_shown_by_level_and_field(moot: Moot) -> None:
    session = str(moot.debate()[0]["session"])

    told = moot.json("logs", f"session:{session[:6]}", "kind:SessionCompleted", "--json")
    by_verb = moot.json("logs", "verb:start_debate", "--json")
    shown = moot.run("logs", "--level", "info", "logger:driver").stdout

    assert [line["message"] for line in told] == ["SessionCompleted"]
    assert {line["message"] for line in by_verb} == {"asked for"}
    assert "this process drives no more" in shown
    assert moot.run("logs", "--level", "error").stdout == "Nothing is on record that is looked for here.\n"


def test_the_log_file_of_another_process_is_followed_until_ctrl_c(moot: Moot) -> None:
    moot.debate()
    follower = moot.start("logs", "--follow", "--json", "--limit", "1")
    lines_until(follower, lambda line: line["message"] == "this process drives no more")  # it follows from here on
    moot.debate()

    seen = lines_until(follower, lambda line: line["message"] == "this process drives no more")

    assert "SessionOpened" in [line["message"] for line in seen]
    assert len({line["process"] for line in seen}) == 1
    assert stopped(follower) == ""


def test_the_log_file_can_be_for_people_and_is_read_all_the_same(moot: Moot) -> None:
    asked = ("debate", "The city should close its centre to cars", "--template", "simple_debate", "--seed", "7")
    moot.run(*asked, "--evidence", moot.evidence(), ORCHESTRATION_LOG_FORMAT="human", MOOT_LOG_LEVEL="DEBUG")

    text = (moot.home / "state" / "moot.log").read_text(encoding="utf-8")
    told = moot.json("logs", "kind:SessionCompleted", "--json")
    answered = moot.json("logs", "answered", "--json", "--limit", "10000")

    assert not text.startswith("{")
    assert [line["level"] for line in told] == ["info"]
    assert all(line["correlation"] == f"{line['step']}#{line['attempt']}" for line in answered)
    assert answered


def test_a_reader_that_went_away_is_a_stop_and_no_failure(moot: Moot) -> None:
    moot.debate()
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            moot.command("events"),
            cwd=ROOT,
            env=moot.environ,
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=SECONDS_MAX,
        )
    finally:
        os.close(writing)

    assert (done.returncode, done.stderr) == (130, "")
