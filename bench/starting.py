"""How long does moot take to begin: to say its version, to paint its first frame, to show its rows?"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from statistics import median

from bench import bare_app, bare_cli
from bench.halls import DEBATES, TITLE, environment, hall
from bench.house import MOTION
from bench.measuring import Figure, interleaved
from bench.terminal import Terminal

MOOT = Path(sys.executable).with_name("moot")
FIRST_FRAME = "Opening the database"
VERSION_RATIO_MAX = 2.0
FIRST_FRAME_RATIO_MAX = 1.35
ROWS_RATIO_MAX = 2.5
KEYS_RATIO_MAX = 1.1
"""No longer, as far as two medians of one run can tell."""

KEYS = ("ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "OPENAI_API_KEY", "GROQ_API_KEY")
BARE = "bare: a Textual app with one line"


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
    """The console over fifty debates that stand still, without a key and with all of them, beside an app with one line
    of text: until its first frame, its rows, and what only the core knows."""
    hall(folder, debates=debates, is_silent=True)
    bare_of_keys = {**environment(folder), **_compiled(folder), **dict.fromkeys(KEYS, "")}
    around = {"console": bare_of_keys, "keyed": {**bare_of_keys, **dict.fromkeys(KEYS, "a-key-of-nobody")}}
    rows_ms: dict[str, list[float]] = {name: [] for name in around}
    core_ms: dict[str, list[float]] = {name: [] for name in around}

    def bare() -> float:
        with Terminal([sys.executable, str(bare_app.__file__)], environment=bare_of_keys) as terminal:
            return terminal.until(bare_app.MARK)

    def console(name: str) -> float:
        with Terminal([str(MOOT)], environment=around[name]) as terminal:
            painted_ms = terminal.until(FIRST_FRAME)
            rows_ms[name].append(terminal.until(TITLE))
            core_ms[name].append(terminal.until(MOTION))
            return painted_ms

    ms = interleaved({"bare": bare, **{name: partial(console, name) for name in around}}, rounds=rounds)
    rows, core = ({name: median(each[1:]) for name, each in taken.items()} for taken in (rows_ms, core_ms))

    def beside(name: str, value: float, baseline: float, ratio_max: float | None, note: str) -> Figure:
        return Figure(
            case="start", name=name, value=value, unit="ms", baseline=baseline, ratio_max=ratio_max, note=note
        )

    return [
        beside("the console's first frame", ms["console"], ms["bare"], FIRST_FRAME_RATIO_MAX, BARE),
        beside(f"the rows of {debates} debates", rows["console"], ms["bare"], ROWS_RATIO_MAX, "as above"),
        beside("the debate under the cursor", core["console"], ms["bare"], None, "as above; the core is open"),
        beside("the rows with all keys set", rows["keyed"], rows["console"], KEYS_RATIO_MAX, "beside none"),
        beside(
            "the debate under the cursor with all keys set", core["keyed"], core["console"], KEYS_RATIO_MAX, "as above"
        ),
    ]


def _compiled(folder: Path) -> Mapping[str, str]:
    """Let every program keep its bytecode, as an installed one has it, and leave none of it here.

    Otherwise, where an environment forbids that, what is compared is a program that is compiled anew at each start with
    a library that is not.
    """
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
