"""How long does moot take to begin: to say its version, to paint its first frame, to show its rows?"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median

from bench import bare_app, bare_cli
from bench.halls import DEBATES, TITLE, environment, hall
from bench.measuring import Figure, interleaved
from bench.terminal import Terminal

MOOT = Path(sys.executable).with_name("moot")
FIRST_FRAME = "Opening the database"
VERSION_RATIO_MAX = 2.0
FIRST_FRAME_RATIO_MAX = 1.35
ROWS_RATIO_MAX = 2.5


def version(*, rounds: int) -> list[Figure]:
    """`moot --version` beside an empty typer app, both by the wall's clock and by the processor's."""
    commands = {"moot": [str(MOOT), "--version"], "bare": [sys.executable, str(bare_cli.__file__)]}
    used_ms: dict[str, list[float]] = {name: [] for name in commands}

    def run(name: str) -> float:
        began, used = time.perf_counter(), os.times()
        subprocess.run(commands[name], check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        used_ms[name].append(
            1e3 * (after.children_user + after.children_system - used.children_user - used.children_system)
        )
        return 1e3 * (time.perf_counter() - began)

    wall_ms = interleaved({name: partial(run, name) for name in commands}, rounds=rounds)
    return [
        Figure(
            case="start",
            name="moot --version",
            value=wall_ms["moot"],
            unit="ms",
            baseline=wall_ms["bare"],
            ratio_max=VERSION_RATIO_MAX,
            note=f"processor {median(used_ms['moot']):.0f} of {median(used_ms['bare']):.0f} ms; bare: empty typer app",
        )
    ]


def first_frame(folder: Path, *, rounds: int, debates: int = DEBATES) -> list[Figure]:
    """The console over fifty debates that stand still, beside an app with one line of text."""
    hall(folder, debates=debates, is_silent=True)
    around = environment(folder)
    rows_ms: list[float] = []

    def bare() -> float:
        with Terminal([sys.executable, str(bare_app.__file__)], environment=around) as terminal:
            return terminal.until(bare_app.MARK)

    def console() -> float:
        with Terminal([str(MOOT)], environment=around) as terminal:
            painted_ms = terminal.until(FIRST_FRAME)
            rows_ms.append(terminal.until(TITLE))
            return painted_ms

    ms = interleaved({"bare": bare, "console": console}, rounds=rounds)
    return [
        Figure(
            case="start",
            name="the console's first frame",
            value=ms["console"],
            unit="ms",
            baseline=ms["bare"],
            ratio_max=FIRST_FRAME_RATIO_MAX,
            note="bare: a Textual app with one line",
        ),
        Figure(
            case="start",
            name=f"the rows of {debates} debates",
            value=median(rows_ms[1:]),
            unit="ms",
            baseline=ms["bare"],
            ratio_max=ROWS_RATIO_MAX,
            note="as above",
        ),
    ]
