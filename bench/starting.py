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
    keyless = {**environment(folder), **_compiled(folder), **dict.fromkeys(KEYS, "")}
    keyed = {**keyless, **dict.fromkeys(KEYS, "a-key-of-nobody")}
    painted = (FIRST_FRAME, TITLE, MOTION)
    programs = {
        "bare": ([sys.executable, str(bare_app.__file__)], keyless, (bare_app.MARK,)),
        "console": ([str(MOOT)], keyless, painted),
        "keyed": ([str(MOOT)], keyed, painted),
    }
    taken: dict[tuple[str, str], list[tuple[float, float]]] = {}

    def run(name: str) -> float:
        command, around, texts = programs[name]
        with Terminal(command, environment=around) as terminal:
            for text in texts:
                taken.setdefault((name, text), []).append((terminal.until(text), terminal.processor_ms()))
        return taken[name, texts[-1]][-1][0]

    interleaved({name: partial(run, name) for name in programs}, rounds=rounds)

    def beside(what: str, case: tuple[str, str], base: tuple[str, str], ratio_max: float | None, note: str) -> Figure:
        (wall, used), (base_wall, base_used) = (
            [median(each) for each in zip(*taken[which][1:], strict=True)] for which in (case, base)
        )
        note = f"processor {used:.0f} of {base_used:.0f} ms; {note}"
        return Figure(
            case="start", name=what, value=wall, unit="ms", baseline=base_wall, ratio_max=ratio_max, note=note
        )

    bare = ("bare", bare_app.MARK)
    opened = "the debate under the cursor, from the core"
    line, keys = "bare: a Textual app with one line", "with all keys set, beside none"
    return [
        beside("the console's first frame", ("console", FIRST_FRAME), bare, FIRST_FRAME_RATIO_MAX, line),
        beside(f"the rows of {debates} debates", ("console", TITLE), bare, ROWS_RATIO_MAX, line),
        beside(opened, ("console", MOTION), bare, None, line),
        beside(f"the rows of {debates} debates, with keys", ("keyed", TITLE), ("console", TITLE), KEYS_RATIO_MAX, keys),
        beside(f"{opened}, with keys", ("keyed", MOTION), ("console", MOTION), KEYS_RATIO_MAX, keys),
    ]


def _compiled(folder: Path) -> Mapping[str, str]:
    """Let every program keep its bytecode, as an installed one has it, and leave none of it here.

    Otherwise, where an environment forbids that, what is compared is a program that is compiled anew at each start with
    a library that is not.
    """
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
