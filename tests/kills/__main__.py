"""What do so many kills cost, and what do they cost elsewhere?

`python -m tests.kills 1000` kills, counts and compares; a second number is the seed. `langgraph=PYTHON dbos=PYTHON`
name interpreters that have these, which are then killed too.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.kills import peers
from tests.kills.killing import Killing, Toll

KILLS = 1_000
PEER_KILLS = 24
POLICIES = ("retry", "ask")


def killed(policy: str, *, kills: int, seed: int) -> Toll:
    with (
        tempfile.TemporaryDirectory(prefix="moot-kills-") as folder,
        Killing(Path(folder), policy=policy, seed=seed) as killing,
    ):
        return killing.kill(kills)


def said(policy: str, toll: Toll) -> bool:
    """Print what was counted; whether all of it is as promised."""
    excess = toll.repeats if policy == "retry" else toll.unasked
    say(f"moot, in_doubt_policy = {policy}: {excess / toll.kills:.2f} excess calls a kill")
    say(
        f"  {toll.kills} kills in {toll.debates} debates, {toll.hits} of them left a call in doubt;"
        f" {toll.calls} calls, {toll.repeats} of them made again"
        f" ({toll.yeses} times the operator said yes)"
    )
    say(
        f"  turns lost {toll.lost}, doubled {toll.doubled}; unfinished and looked finished {toll.looked_finished};"
        f" calls without an intent {toll.unintended}"
    )
    for fault in toll.faults:
        say(f"  {fault}")
    amiss = toll.lost + toll.doubled + toll.looked_finished + toll.unintended + len(toll.faults)
    return not amiss and excess <= (toll.kills if policy == "retry" else 0)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: list[str]) -> int:
    pythons = dict(word.split("=", 1) for word in words if "=" in word)
    numbers = [int(word) for word in words if "=" not in word]
    kills = numbers[0] if numbers else KILLS
    seed = numbers[1] if len(numbers) > 1 else int(time.time())
    say(f"{kills} kills, seed {seed}; once more: .venv/bin/python -m tests.kills {kills} {seed}")
    are_well = [said(policy, killed(policy, kills=kills // len(POLICIES), seed=seed)) for policy in POLICIES]
    compare(pythons, seed=seed)
    return 0 if all(are_well) else 1


def compare(pythons: Mapping[str, str], *, seed: int) -> None:
    """The figures of others: those that were measured before, and anew where they are at hand."""
    say(f"elsewhere, over {peers.TURNS} turns with calls of 20 ms (excess calls a kill):")
    for peer in peers.PEERS:
        python = peers.at_hand(peer, pythons, sys.executable)
        anew = "not installed here"
        if python:
            with tempfile.TemporaryDirectory(prefix="moot-peers-") as folder:
                toll = peers.killed(peer, python, Path(folder), kills=PEER_KILLS, seed=seed)
            anew = f"here {toll.repeats / toll.kills:.2f} over {toll.kills} kills"
            anew += f", {toll.looked_finished} looked finished" if toll.looked_finished else ""
        say(f"  {peer.name:32} {peer.figure:>8}   {anew}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
