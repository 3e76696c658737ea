"""How soon does the console answer a key while debates speak, and how much memory does it hold?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bench import flooded_console
from bench.halls import DEBATES, PIECES_PER_SECOND, SPEAKING, TITLE, environment, hall
from bench.measuring import Figure, percentile
from bench.starting import MOOT
from bench.terminal import Terminal

KEYS = 40
PAUSE_SECONDS = 0.15
SETTLE_SECONDS = 3.0
P95_MS_MAX = 50
CONSOLE_MIB_MAX = 120


def keys(
    folder: Path, *, debates: int = DEBATES, speaking: int = SPEAKING, count: int = KEYS, settle: float = SETTLE_SECONDS
) -> list[Figure]:
    """A row is marked by each key, and the console says how many are: from the key to those words."""
    figures: list[Figure] = []
    for name, command in (
        (f"{speaking} debates, {PIECES_PER_SECOND} pieces a second each", [str(MOOT)]),
        (
            f"{flooded_console.UPDATES_PER_SECOND:,} updates a second",
            [sys.executable, "-m", "bench.flooded_console"],
        ),
    ):
        place = folder / str(len(figures))
        hall(place, debates=debates, is_silent=False)
        with Terminal(command, environment=environment(place, speaking=speaking)) as terminal:
            terminal.until(TITLE)
            terminal.drain(settle)
            ms = _answered_ms(terminal, count)
            resident_mib = terminal.resident_mib()
        figures.append(
            Figure(
                case="keys",
                name=f"key to paint, p95: {name}",
                value=percentile(ms, 95),
                unit="ms",
                value_max=P95_MS_MAX,
                note=f"p50 {percentile(ms, 50):.1f}, max {max(ms):.1f}, {len(ms)} keys",
            )
        )
        if len(figures) == 1:
            figures.append(
                Figure(
                    case="keys",
                    name=f"memory of the console with {debates} debates, {speaking} speaking",
                    value=resident_mib,
                    unit="MiB",
                    value_max=CONSOLE_MIB_MAX,
                )
            )
    return figures


def _answered_ms(terminal: Terminal, count: int) -> Sequence[float]:
    ms: list[float] = []
    for number in range(1, count + 1):
        ms.append(terminal.key(" ", f" {number} marked"))
        terminal.drain(PAUSE_SECONDS)
    return ms
