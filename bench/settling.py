"""What does the pure engine take to settle a finished turn under the standard rules, and is turn 10,000 dearer?"""

from __future__ import annotations

from statistics import median

from bench.engine_turn import Driven
from bench.measuring import Figure, percentile

SETTLE_US_MAX = 60
EARLY_TURN = 300
"""By then the prompt's window is full: what grows until there is bounded and means nothing for a long debate."""

LATE_TURN = 10_000
LATE_RATIO_MAX = 1.2
TURNS_PER_ROUND = 50


def settling(*, rounds: int, late_turn: int = LATE_TURN) -> list[Figure]:
    """An early debate and a late one speak in turns, so that both meet the same machine."""
    early, late = Driven(), Driven()
    early.speak_until(min(EARLY_TURN, late_turn))
    late.speak_until(late_turn - rounds * TURNS_PER_ROUND)
    early_us: list[float] = []
    late_us: list[float] = []
    for _ in range(rounds):
        for driven, medians in ((early, early_us), (late, late_us)):
            driven.speak_until(driven.turn + TURNS_PER_ROUND)
            medians.append(driven.medians_us(TURNS_PER_ROUND)["outcome"])
    prompts_us = [took / 1_000 for took in early.took["prompt"]]
    return [
        Figure(
            case="settle",
            name="a finished turn, standard rules",
            value=median(early_us),
            unit="µs",
            value_max=SETTLE_US_MAX,
            note=f"least of {rounds} rounds {min(early_us):.1f}",
        ),
        Figure(
            case="settle",
            name=f"the same at turn {late.turn:,}",
            value=median(late_us),
            unit="µs",
            baseline=median(early_us),
            ratio_max=LATE_RATIO_MAX,
            note="beside an early turn",
        ),
        Figure(
            case="settle",
            name="the next prompt",
            value=median(prompts_us),
            unit="µs",
            note=f"p95 {percentile(prompts_us, 95):.1f}",
        ),
    ]
