"""What is switched off while something is not well, and what still works?

Steps, not a fall: each names what it waits for, what it switches off, and what goes on. Off at once, on again only
after several good looks in a row, so that a disk at the edge of full doesn't switch things off and on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from core.analytics.health_levels import Health, Level

GOOD_LOOKS_MIN = 2
"""So many looks in a row must find it well before what was switched off is switched on."""


class Feature(StrEnum):
    """What can be done without."""

    EXPORTS = "exports on a schedule"
    NEW_SESSIONS = "new sessions"
    HOUSEKEEPING = "clearing out and compacting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """While `health` is at `level` or worse, `features` are switched off; `works` says what is not."""

    health: str
    level: Level
    features: tuple[Feature, ...]
    works: str


STEPS: tuple[Step, ...] = (
    Step(
        health="disk",
        level=Level.DEGRADED,
        features=(Feature.EXPORTS,),
        works="sessions run and begin, and what is asked for is exported",
    ),
    Step(
        health="disk",
        level=Level.FAILING,
        features=(Feature.EXPORTS, Feature.NEW_SESSIONS, Feature.HOUSEKEEPING),
        works="sessions that run go on, and the room that is left is theirs",
    ),
    Step(
        health="database",
        level=Level.FAILING,
        features=(Feature.EXPORTS, Feature.NEW_SESSIONS, Feature.HOUSEKEEPING),
        works="sessions hold their answers until these can be recorded; all that is recorded can be read",
    ),
    Step(
        health="event_loop",
        level=Level.DEGRADED,
        features=(Feature.EXPORTS, Feature.HOUSEKEEPING),
        works="sessions run and begin",
    ),
    Step(
        health="event_loop",
        level=Level.FAILING,
        features=(Feature.EXPORTS, Feature.HOUSEKEEPING, Feature.NEW_SESSIONS),
        works="sessions that run go on, late",
    ),
    Step(
        health="memory",
        level=Level.FAILING,
        features=(Feature.EXPORTS, Feature.HOUSEKEEPING, Feature.NEW_SESSIONS),
        works="sessions that run go on",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchedOff:
    """A feature that is off because of what was found of `health`, since Unix ms. `good_looks` have found it well since
    then, which is not yet enough."""

    feature: Feature
    health: str
    reason: str
    works: str
    since_ms: int
    good_looks: int = 0


def stepped(
    before: Sequence[SwitchedOff], found: Iterable[Health], *, steps: Sequence[Step] = STEPS, at_ms: int
) -> tuple[SwitchedOff, ...]:
    """What is switched off behind a look that found `found`, in the order of `Feature`, each feature once."""
    seen = {health.name: health for health in found}
    kept: dict[Feature, SwitchedOff] = {}
    former = {each.feature: each for each in before}
    for feature in Feature:
        was = former.get(feature)
        step = _that_switches_off(feature, seen, steps)
        if step is not None:
            health = seen[step.health]
            since_ms = was.since_ms if was is not None else at_ms
            kept[feature] = SwitchedOff(
                feature=feature, health=step.health, reason=health.reason, works=step.works, since_ms=since_ms
            )
        elif was is not None and was.good_looks + 1 < GOOD_LOOKS_MIN:
            kept[feature] = replace(was, good_looks=was.good_looks + 1)
    return tuple(kept.values())


def switched_off(feature: Feature, off: Iterable[SwitchedOff]) -> SwitchedOff | None:
    """Why the feature is off; None where it is on."""
    return next((each for each in off if each.feature is feature), None)


def _that_switches_off(feature: Feature, seen: dict[str, Health], steps: Sequence[Step]) -> Step | None:
    """The gravest step that holds."""
    holding = [
        step
        for step in steps
        if feature in step.features
        and step.health in seen
        and tuple(Level).index(seen[step.health].state) >= tuple(Level).index(step.level)
    ]
    return max(holding, key=lambda step: tuple(Level).index(step.level), default=None)
