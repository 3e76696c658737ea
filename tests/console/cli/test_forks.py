"""Is a fork of a moot that is loaded what a moot started from nothing is, and is one that hangs ended?"""

from __future__ import annotations

import subprocess

import pytest

from tests.console.cli import forks
from tests.console.cli.process import SECONDS_MAX, Moot


@pytest.mark.parametrize("words", [(), ("--help",), ("templates", "list"), ("rules", "show", "nothing"), ("rule",)])
def test_a_fork_says_and_ends_as_a_moot_that_is_started_from_nothing(moot: Moot, words: tuple[str, ...]) -> None:
    forked = forks.run(words, environ=moot.environ, seconds_max=SECONDS_MAX)
    started = moot.run_from_nothing(words, moot.environ)

    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)


def test_each_fork_has_the_environment_that_it_is_given_and_no_other(moot: Moot) -> None:
    hurried = forks.run(("doctor",), environ=moot.environ | {"MOOT_REHEARSAL_PACE": "77"}, seconds_max=SECONDS_MAX)
    usual = forks.run(("doctor",), environ=moot.environ, seconds_max=SECONDS_MAX)

    assert "MOOT_REHEARSAL_PACE" in hurried.stdout
    assert "MOOT_REHEARSAL_PACE" not in usual.stdout


def test_debates_and_what_changes_python_are_started_from_nothing(moot: Moot) -> None:
    assert forks.can_run(("rules", "list"), environ=moot.environ)
    assert not forks.can_run(("debate", "Tabs or spaces?"), environ=moot.environ)
    assert not forks.can_run(("sessions", "resume", "a1"), environ=moot.environ)
    assert not forks.can_run(("rules", "list"), environ=moot.environ | {"PYTHONHASHSEED": "7"})


def test_a_fork_that_hangs_is_ended_and_the_next_one_begins_anew(moot: Moot) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        forks.run(("drive",), environ=moot.environ, seconds_max=0.5)

    assert "simple_debate" in forks.run(("templates", "list"), environ=moot.environ, seconds_max=SECONDS_MAX).stdout
    assert moot.run("doctor", "--json").returncode == 0
