"""Does every command end in order where a standard stream is closed, full, or read by nobody?"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from console.exit_codes import ExitCode
from tests.console.cli.forks import ROOT
from tests.console.cli.process import MOTION, SECONDS_MAX, Moot

FULL = Path("/dev/full")
needs_a_full_device = pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")


def in_a_shell(moot: Moot, words: Sequence[str], closing: str) -> subprocess.CompletedProcess[str]:
    """Run with the streams that `closing` closes, such as `>&-`."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {closing}', "sh", *moot.command(*words)],
        cwd=ROOT,
        env=moot.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["sessions", "list", "--json"]], ids=" ".join)
def test_a_command_whose_output_is_closed_ends_as_it_would_have(moot: Moot, words: list[str]) -> None:
    done = in_a_shell(moot, words, ">&-")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_debate_of_which_nobody_hears_comes_to_its_end(moot: Moot) -> None:
    words = ["debate", MOTION, "--evidence", moot.evidence(), "--template", "simple_debate", "--seed", "7"]

    assert in_a_shell(moot, words, "<&- >&- 2>&-").returncode == 0
    (row,) = json.loads(moot.run("sessions", "list", "--json").stdout)
    assert row["status"] == "completed"


def test_a_refusal_that_nobody_reads_has_its_exit_code(moot: Moot) -> None:
    assert in_a_shell(moot, ["debate", ""], "2>&-").returncode == ExitCode.WRONG_USE


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "the console needs a terminal"),
        (["rules", "create", "mine", "--file", "-"], "the file holds no rule"),
        (["refine", "--file", "-"], "standard input: the file is empty"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else None,
)
def test_closed_input_is_input_with_nothing_in_it(moot: Moot, words: list[str], said: str) -> None:
    done = in_a_shell(moot, words, "<&-")

    assert done.returncode == ExitCode.WRONG_USE, done.stderr
    assert said in done.stderr


@needs_a_full_device
@pytest.mark.parametrize("words", [["--version"], ["--help"], ["templates", "list"]], ids=" ".join)
def test_a_full_disk_behind_the_output_is_no_fault_of_moots_own(moot: Moot, words: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            moot.command(*words),
            cwd=ROOT,
            env=moot.environ,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == ExitCode.FAILED, done.stderr
    assert done.stderr.startswith("moot: standard output: can't be written: No space left on device.")
    assert done.stderr.count("\n") == 1


@needs_a_full_device
def test_a_full_disk_behind_what_is_said_beside_it_ends_no_debate(moot: Moot) -> None:
    words = ["debate", MOTION, "--evidence", moot.evidence(), "--template", "simple_debate", "--seed", "7"]

    done = in_a_shell(moot, words, f"2>{FULL}")

    assert done.returncode == 0
    assert "✓ completed" in done.stdout


@needs_a_full_device
@pytest.mark.parametrize("words", [["debate", ""], ["debate", "--nope"]], ids=" ".join)
def test_a_refusal_for_which_there_is_no_room_has_its_exit_code(moot: Moot, words: list[str]) -> None:
    assert in_a_shell(moot, words, f"2>{FULL}").returncode == ExitCode.WRONG_USE


def test_who_asks_for_the_version_may_go_before_it_is_said(moot: Moot) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        moot.command("--version"),
        cwd=ROOT,
        env=moot.environ,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (ExitCode.STOPPED, "")
