"""What does a seed draw?"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from tests.simulation.world import ROUTES, Boundary

CRASHES_MAX = 4
PLAIN = "plain_debate"
"""The simple debate as one judge decides it who is asked once: nobody is ever asked at once with another."""

FORMATS = (
    *(PLAIN,) * 5,
    *("simple_debate",) * 3,
    *("council", "consultancy", "self_consistency", "society_of_minds", "tit_for_tat", "vote_only"),
    *("round_table", "ballot_panel"),
)
"""Mostly the shortest; in others several are asked at once, vote, or are asked in between."""
POLICIES = ("retry", "ask", "fail")
REFINEMENTS = 0.3
STRATEGIES = ("single", "panel", "self", "adversarial", "debate", "debate")
ASKED_ONE_AFTER_ANOTHER = ("single", "self", "adversarial", "debate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Debates that run at once, or refinements where there is a `strategy`; what they may spend, how their providers
    are, what the operator is like, and where the process dies: in its first life at the first of `deaths`, and so on;
    each a boundary and how often it is passed.

    `is_shuffled` says that whatever is ready at the same moment runs in an order that is drawn.
    """

    seed: int
    template: str
    sessions: int
    running_max: int
    cap_microusd: int | None
    cap_day_microusd: int | None
    policy: str
    policy_of_moon: str | None
    routes: tuple[tuple[str, ...], ...]
    ill_percent: int
    slow_percent: int
    disk_slow_percent: int
    deeds: int
    has_rules: bool
    is_shuffled: bool
    deaths: tuple[tuple[Boundary, int], ...]
    strategy: str = ""
    is_pairwise: bool = False


def fate_of(seed: int) -> Fate:
    chance = random.Random(f"fate {seed}")
    flow = random.Random(f"flow {seed}")  # apart, so that what a seed has always drawn it still draws
    return Fate(
        strategy=flow.choice(STRATEGIES) if flow.random() < REFINEMENTS else "",
        is_pairwise=flow.random() < REFINEMENTS,
        seed=seed,
        template=chance.choice(FORMATS),
        sessions=chance.randint(1, 3),
        running_max=chance.randint(1, 3),
        cap_microusd=chance.choice([None, None, 40_000, 200_000]),
        cap_day_microusd=chance.choice([None, None, 300_000]),
        policy=chance.choice(POLICIES),
        policy_of_moon=chance.choice([None, *POLICIES]),
        routes=tuple(tuple(chance.sample(ROUTES, chance.randint(1, 3))) for _ in range(3)),
        ill_percent=chance.choice([0, 10, 30]),
        slow_percent=chance.choice([0, 5, 20]),
        disk_slow_percent=30,
        deeds=chance.choice([0, 4, 12]),
        has_rules=chance.random() < 0.7,
        is_shuffled=chance.random() < 0.5,
        deaths=tuple(
            (chance.choice(list(Boundary)), chance.randint(1, 12)) for _ in range(chance.randint(1, CRASHES_MAX))
        ),
    )


def is_in_turn(fate: Fate) -> bool:
    """True where one is asked after another, never several at once."""
    if fate.strategy:
        return fate.strategy in ASKED_ONE_AFTER_ANOTHER and not fate.is_pairwise
    return fate.template == PLAIN


def calm(fate: Fate) -> Fate:
    """The same on a good day, when one debate is left to itself and its calls are asked again by themselves."""
    return replace(
        fate,
        sessions=1,
        running_max=1,
        cap_microusd=None,
        cap_day_microusd=None,
        policy="retry",
        policy_of_moon=None,
        ill_percent=0,
        slow_percent=0,
        disk_slow_percent=0,
        deeds=0,
        deaths=fate.deaths[:2],
    )


def undisturbed(fate: Fate) -> Fate:
    """The same without a crash."""
    return replace(fate, deaths=())
