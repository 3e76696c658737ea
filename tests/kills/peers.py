"""What do the same kills cost with other orchestrators?

Their figures were measured once, over 60 turns with calls of 20 ms, killed and taken up again; those that are at hand
are killed anew: `python -m tests.kills 1000 langgraph=PYTHON dbos=PYTHON` names interpreters that have them.
"""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

TASK = Path(__file__).with_name("peer_task.py")
TURNS = 60
SECONDS_MAX = 120
LOOK_SECONDS = 0.002
LIFE_SECONDS_MAX = 1.0
"""A run is killed at any moment until so long after its first call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """`figure` are the calls made again, a kill, that were measured before; `module` says whether it is at hand."""

    name: str
    figure: str
    module: str
    task: str = ""


PEERS = (
    Peer(name="LangGraph 1.2.22, SQLite, sync", figure="1.0", module="langgraph", task="langgraph-sync"),
    Peer(name="LangGraph 1.2.22, SQLite, async", figure="2.0-2.6", module="langgraph", task="langgraph-async"),
    Peer(name="LangGraph 1.2.22, SQLite, exit", figure="8.6", module="langgraph", task="langgraph-exit"),
    Peer(name="DBOS 3.4.0, SQLite", figure="1.0", module="dbos", task="dbos"),
    Peer(name="Agent Framework 1.23.0, files", figure="0.9", module="agent_framework"),
)
NO_PYTHONS: Mapping[str, str] = MappingProxyType({})


@dataclass(kw_only=True)
class PeerToll:
    """What the kills did. `looked_finished` counts how often a run said after a kill that nothing was left of it, or
    ended in order, with turns left."""

    kills: int = 0
    repeats: int = 0
    looked_finished: int = 0


def at_hand(peer: Peer, pythons: Mapping[str, str], own: str) -> str:
    """The interpreter that has it, "" where none does."""
    if not peer.task:
        return ""
    return pythons.get(peer.module, own if find_spec(peer.module) else "")


def killed(peer: Peer, python: str, folder: Path, *, kills: int, seed: int) -> PeerToll:
    """Kill runs of it so often, each in the stretch in which calls are made."""
    chance, toll = random.Random(f"{peer.task} {seed}"), PeerToll()
    while toll.kills < kills:
        home = folder / f"{peer.task}-{toll.kills}"
        home.mkdir(parents=True)
        while not _has_ended(peer, python, home, chance, toll, is_spared=toll.kills >= kills):
            toll.kills += 1
        calls = _calls(home)
        toll.repeats += len(calls) - len(set(calls))
        toll.looked_finished += len(_lines(home / "looked-finished")) + (len(set(calls)) < TURNS)
    return toll


def _has_ended(peer: Peer, python: str, home: Path, chance: random.Random, toll: PeerToll, *, is_spared: bool) -> bool:
    """One life of a run; False where it was killed."""
    before = len(_calls(home))
    with (home / "errors").open("wb") as errors:
        process = subprocess.Popen(
            [python, str(TASK), peer.task, str(home), str(TURNS)], stdout=subprocess.DEVNULL, stderr=errors, cwd=home
        )
        began = time.monotonic()
        while process.poll() is None and len(_calls(home)) == before and time.monotonic() - began < SECONDS_MAX:
            time.sleep(LOOK_SECONDS)
        try:
            process.wait(timeout=SECONDS_MAX if is_spared else chance.uniform(0, LIFE_SECONDS_MAX))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return False
    if process.returncode:
        raise AssertionError(f"{peer.name}: exit {process.returncode}: {(home / 'errors').read_text()[-500:]}")
    return True


def _calls(home: Path) -> list[str]:
    return _lines(home / "calls")


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").split() if path.exists() else []
