"""What do so many kills cost, and what do they cost elsewhere?

`python -m tests.kills 1000` kills, counts and compares; a second number is the seed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from tests.kills.killing import Killing, Toll

KILLS = 1_000
POLICIES = ("retry", "ask")

PEERS: tuple[tuple[str, str, str], ...] = (
    ("LangGraph 1.2.22, SQLite, durability sync", "1.0", "langgraph"),
    ("LangGraph 1.2.22, SQLite, durability async", "2.0-2.6", "langgraph"),
    ("LangGraph 1.2.22, SQLite, durability exit", "8.6", "langgraph"),
    ("DBOS 3.4.0, SQLite", "1.0", "dbos"),
    ("Agent Framework 1.23.0, checkpoints in files", "0.9", "agent_framework"),
)
"""Calls made again, a kill: measured once over 60 turns with calls of 20 ms, by SIGKILL and taking up again."""


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
        f"  {toll.kills} kills in {toll.debates} debates, {toll.hits} of them in the midst of a call;"
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
    kills = int(words[0]) if words else KILLS
    seed = int(words[1]) if len(words) > 1 else int(time.time())
    say(f"{kills} kills, seed {seed}; once more: .venv/bin/python -m tests.kills {kills} {seed}")
    are_well = [said(policy, killed(policy, kills=kills // len(POLICIES), seed=seed)) for policy in POLICIES]
    say("elsewhere, as measured before on a task of the same kind (excess calls a kill):")
    for name, excess, module in PEERS:
        where = "" if find_spec(module) else "   not installed here"
        say(f"  {excess:8} {name}{where}")
    return 0 if all(are_well) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
