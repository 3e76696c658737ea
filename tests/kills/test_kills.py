"""What does it cost to kill real `moot` processes at random moments?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kills.killing import Killing, Toll

pytestmark = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="a process is killed by a handle that this system doesn't give"
)

KILLS = 10
"""Under each of two policies."""

SEED = 20_261_120


def killed(folder: Path, policy: str, *, kills: int, seed: int = SEED) -> Toll:
    with Killing(folder, policy=policy, seed=seed) as killing:
        return killing.kill(kills)


def hold_to_the_promise(toll: Toll) -> None:
    assert toll.faults == []
    assert (toll.lost, toll.doubled, toll.looked_finished, toll.unintended) == (0, 0, 0, 0)


def test_a_killed_process_costs_at_most_the_calls_under_way_where_those_in_doubt_are_retried(tmp_path: Path) -> None:
    toll = killed(tmp_path, "retry", kills=KILLS)

    hold_to_the_promise(toll)
    assert toll.kills == KILLS
    assert toll.repeats <= toll.hits


def test_nothing_is_asked_again_unasked_where_the_policy_is_to_ask(tmp_path: Path) -> None:
    toll = killed(tmp_path, "ask", kills=KILLS)

    hold_to_the_promise(toll)
    assert toll.kills == KILLS
    assert toll.unasked == 0
    assert toll.repeats <= toll.hits
