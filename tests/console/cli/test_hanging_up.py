"""Is a turn waited for and recorded where the terminal of a command is closed, and is nothing done in its name?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from tests.console.cli.process import MOTION, ROOT, SECONDS_MAX, Moot, of_kind, read_until, rest_of
from tests.console.cli.test_seats import Keyboard

SLOW_MS = 1_500
"""Long enough for the terminal to be closed meanwhile."""


@pytest.fixture(autouse=True)
def _hang_up_is_heard() -> Iterator[None]:
    """Who runs the tests behind `nohup` hands on that it is not, and moot keeps to that."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def debated(moot: Moot, *words: str) -> tuple[str, ...]:
    """A debate whose opponent takes their time."""
    path = moot.home / "script.yaml"
    answers = {"opponent": {"text": "It is long.", "delay_ms": SLOW_MS}, "judge": "VERDICT: for", "default": "It is."}
    path.write_text(json.dumps({"answers": answers}), encoding="utf-8")
    return ("debate", MOTION, "--template", "simple_debate", "--seat", f"all=scripted:{path}", *words)


def hang_up(keyboard: Keyboard) -> int:
    """As a terminal that is closed: the system says so, and the shell. The exit code."""
    os.close(keyboard.master)
    keyboard.process.send_signal(signal.SIGHUP)
    keyboard.process.send_signal(signal.SIGHUP)
    return keyboard.process.wait(SECONDS_MAX)


def log_of(moot: Moot) -> list[dict[str, object]]:
    (row,) = json.loads(moot.run("sessions", "list", "--json").stdout)
    return moot.json("sessions", "show", row["session"], "--json")


def test_the_turn_under_way_is_recorded_where_the_terminal_is_closed(moot: Moot) -> None:
    keyboard = Keyboard(moot, *debated(moot))
    keyboard.until("Proposer (")

    assert hang_up(keyboard) == 130

    assert [event["text"] for event in of_kind(log_of(moot), "ArgumentPresented")] == ["It is.", "It is long."]


def test_a_terminal_that_is_closed_passes_the_turn_of_nobody_who_was_to_type_it(moot: Moot) -> None:
    keyboard = Keyboard(moot, *debated(moot, "--seat", "opponent=human:1h"))
    keyboard.until("you speak as opponent")

    assert hang_up(keyboard) == 130

    log = log_of(moot)
    assert [event["error"] for event in of_kind(log, "AttemptFailed")] in ([], ["not_sent"])
    assert len(of_kind(log, "ArgumentPresented")) == 1


def test_who_was_started_to_outlive_its_terminal_does(moot: Moot) -> None:
    outliving = ("sh", "-c", 'trap "" HUP; exec "$@"', "sh", *moot.command(*debated(moot, "--json")))
    process = subprocess.Popen(
        outliving, cwd=ROOT, env=moot.environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    read_until(process, "ArgumentPresented")

    process.send_signal(signal.SIGHUP)
    rest, _ = rest_of(process)

    assert process.returncode == 0
    assert json.loads(rest.splitlines()[-1])["kind"] == "SessionCompleted"
