"""What does everything cost, in one run? `python -m bench [--only CASE]… [--quick] [--json FILE]`.

Figures of different runs don't compare: the machine was another. Those of one run do, and each that has a bare baseline
was timed in turns with it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from bench.analytics import analytics
from bench.appends import appends
from bench.backtest import EVENTS, SESSIONS, backtests
from bench.big_start import big_start
from bench.cache import cached_answers
from bench.crowd import crowd
from bench.exporting import EVENTS as EXPORTED_EVENTS
from bench.exporting import exports
from bench.gateway import CALLS_PER_ROUND, overhead
from bench.keys import keys
from bench.logs import logged_turns, looks_back
from bench.measuring import Figure, load_average
from bench.metrics import a_fetch, measured_turns
from bench.parts import TURNS as WATCHED_TURNS
from bench.parts import parts_of_turns
from bench.refining import ROUNDS as REFINED_ROUNDS
from bench.refining import TURNS_PER_READING as REFINED_TURNS
from bench.refining import refined_turns
from bench.replay import TURNS as REPLAYED_TURNS
from bench.replay import replays
from bench.rules import CONCERNED_SIZES, SIZES, rules
from bench.settling import settling
from bench.starting import first_frame, version
from bench.telling import telling
from bench.templates import TEMPLATES, templates
from bench.terminal import NotPainted
from bench.turns import late_turns, opening, whole_turns

ROUNDS = 9
Case = Callable[[Path], list[Figure]]


def cases(*, is_quick: bool) -> Mapping[str, Sequence[Case]]:
    """What can be asked for with `--only`. A quick run says whether all of it still runs, and nothing else."""
    rounds = 1 if is_quick else ROUNDS
    late = 240 if is_quick else 10_000
    turns = 20 if is_quick else 400
    crowded = {"debates": 10, "thinks_ms": 200, "seconds": 1} if is_quick else {}
    told: dict[str, Any] = {"debates": 3, "seconds": 0.6, "warm": 0.3} if is_quick else {}
    hall = {"debates": 12, "speaking": 3, "count": 5, "settle": 0.5} if is_quick else {}

    def whole(debates: int, synchronous: str) -> Case:
        return lambda folder: asyncio.run(
            whole_turns(folder, rounds=rounds, debates=debates, synchronous=synchronous, turns=turns)
        )

    return {
        "settle": (lambda folder: settling(rounds=rounds, late_turn=late),),
        "rules": (
            lambda folder: rules(
                rounds=rounds,
                sizes=(10, 30) if is_quick else SIZES,
                concerned=(10, 200) if is_quick else CONCERNED_SIZES,
            ),
        ),
        "turn": (
            whole(1, "normal"),
            whole(3 if is_quick else 100, "normal"),
            whole(1, "full"),
            whole(3 if is_quick else 100, "full"),
        ),
        "parts": tuple(
            partial(_parts, debates=debates, turns=400 if is_quick else WATCHED_TURNS)
            for debates in (1, 3 if is_quick else 100)
        ),
        "length": (lambda folder: asyncio.run(late_turns(folder, rounds=rounds, late_turn=late, turns=turns)),),
        "refine": (
            lambda folder: asyncio.run(
                refined_turns(folder, rounds=1 if is_quick else REFINED_ROUNDS, turns=20 if is_quick else REFINED_TURNS)
            ),
        ),
        "metrics": (
            lambda folder: asyncio.run(measured_turns(folder, rounds=rounds, turns=turns)),
            lambda folder: asyncio.run(a_fetch(folder, rounds=rounds, turns=turns)),
        ),
        "logs": (
            lambda folder: asyncio.run(logged_turns(folder, rounds=rounds, turns=turns)),
            lambda folder: asyncio.run(
                looks_back(folder, rounds=1, sessions=12, are_open=3) if is_quick else looks_back(folder, rounds=5)
            ),
        ),
        "crowd": (lambda folder: crowd(**crowded),),
        "gateway": (lambda folder: asyncio.run(overhead(rounds=rounds, calls=20 if is_quick else CALLS_PER_ROUND)),),
        "append": (
            lambda folder: asyncio.run(appends(folder, rounds=rounds, synchronous="normal")),
            lambda folder: asyncio.run(appends(folder, rounds=rounds, synchronous="full")),
        ),
        "replay": (
            lambda folder: asyncio.run(replays(folder, rounds=rounds, turns=40 if is_quick else REPLAYED_TURNS)),
        ),
        "big_start": (
            lambda folder: asyncio.run(
                big_start(folder, rounds=1, sessions=12, are_open=3) if is_quick else big_start(folder, rounds=3)
            ),
        ),
        "analytics": (
            lambda folder: asyncio.run(
                analytics(folder, sessions=12, rounds=1, held=2) if is_quick else analytics(folder)
            ),
        ),
        "opening": (lambda folder: asyncio.run(opening(folder, count=3 if is_quick else 50)),),
        "start": (
            lambda folder: version(rounds=rounds),
            lambda folder: first_frame(folder, rounds=rounds, debates=hall.get("debates", 50)),  # type: ignore[arg-type]
        ),
        "cache": (lambda folder: asyncio.run(cached_answers(folder, rounds=rounds, looks=64 if is_quick else 2_000)),),
        "backtest": (
            lambda folder: asyncio.run(
                backtests(folder, sessions=4 if is_quick else SESSIONS, events=60 if is_quick else EVENTS)
            ),
        ),
        "export": (
            lambda folder: (
                exports(folder, rounds=1, events=200, times=3)
                if is_quick
                else exports(folder, rounds=3, events=EXPORTED_EVENTS)
            ),
        ),
        "telling": (lambda folder: telling(**told),),
        "templates": (
            lambda folder: asyncio.run(templates(folder, rounds=rounds, count=20 if is_quick else TEMPLATES)),
        ),
        "keys": (lambda folder: keys(folder, **hall),),  # type: ignore[arg-type]
    }


def _parts(folder: Path, *, debates: int, turns: int) -> list[Figure]:
    return asyncio.run(parts_of_turns(folder, debates=debates, turns=turns))


def main() -> int:
    """Run what is asked for; 1 where a case could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure moot.")
    known = cases(is_quick=True)
    parser.add_argument("--only", action="append", choices=sorted(known), help="this case; repeatable")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: whether it runs, not how fast")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    asked = parser.parse_args()
    about = surroundings()
    print(" · ".join(f"{name} {value}" for name, value in about.items()), flush=True)
    figures: list[Figure] = []
    failed = False
    for name, parts in cases(is_quick=asked.quick).items():
        if asked.only and name not in asked.only:
            continue
        for part in parts:
            with tempfile.TemporaryDirectory(prefix="moot-bench-") as folder:
                try:
                    taken = part(Path(folder))
                except NotPainted as error:
                    print(f"{name:8} could not be measured: {error}", file=sys.stderr)
                    failed = True
                    continue
            figures += taken
            for figure in taken:
                print(line(figure), flush=True)
    print(f"load at the end {load_average():.1f}")
    if asked.json is not None:
        plain = {"about": {**about, "load_at_end": load_average()}, "figures": [as_plain(each) for each in figures]}
        asked.json.write_text(json.dumps(plain, indent=1, ensure_ascii=False), encoding="utf-8")
    return 1 if failed else 0


def surroundings() -> dict[str, str]:
    """What the figures depend on besides moot."""
    return {
        "moot": version_of("moot"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "textual": version_of("textual"),
        "machine": platform.machine(),
        "load": f"{load_average():.1f}",
        "at": time.strftime("%Y-%m-%d %H:%M"),
    }


def line(figure: Figure) -> str:
    """One figure: what, how much, how many times the baseline, and whether that is what was meant."""
    beside = ""
    if figure.baseline is not None and figure.ratio is not None:
        beside = f"{figure.ratio:6.2f} × {figure.baseline:.4g} {figure.unit}"
    wanted = [f"≤ {figure.value_max:g} {figure.unit}"] if figure.value_max is not None else []
    wanted += [f"≤ {figure.ratio_max:g} ×"] if figure.ratio_max is not None else []
    verdict = ("MISSED " if figure.is_missed else "met ") + " and ".join(wanted) if wanted else ""
    return (
        f"{figure.case:8} {figure.name:58} {figure.value:9.4g} {figure.unit:7} {beside:24} {verdict:20} {figure.note}"
    ).rstrip()


def as_plain(figure: Figure) -> dict[str, object]:
    """The figure with what follows from it."""
    return {**asdict(figure), "ratio": figure.ratio, "is_missed": figure.is_missed}


if __name__ == "__main__":
    sys.exit(main())
