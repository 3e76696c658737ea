"""What does one process that drives have to tell of itself, as metrics?

Readings in, families out. They begin anew with each process, as whoever stores them expects of such figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.analytics import family_specs as specs
from core.analytics.families import Family
from core.analytics.gathered import Gathered
from core.analytics.health_levels import Health, Level
from core.analytics.histogram import Histogram, empty
from core.analytics.measures import Timer

LAG_NS_BOUNDS = tuple(each * 1_000_000 for each in (1, 2, 5, 10, 20, 50, 100, 250, 500, 1_000, 5_000))
"""From what nobody notices over a tenth of a second, which health calls degraded, to a second, which it calls failing,
and beyond."""

RULE_TIMER_PREFIX = "rule_evaluation."
RULE_TIMER = "rule_evaluation"
"""The timer of all rules together, which their sum is."""

LEVELS = {Level.OK: 0, Level.DEGRADED: 1, Level.FAILING: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessReadings:
    """What was read of a process at one moment; None where the machine doesn't say it.

    `began_ms` is the Unix time at which it began to drive. `lag_ns` and timers are in nanoseconds; `queues` are how
    many wait, by what they wait in, `tries` deliveries by channel and how they ended.
    """

    began_ms: int
    version: str
    python: str
    cpu_ns: int | None = None
    memory_bytes: int | None = None
    machine_free_ppm: int | None = None
    lag_ns: Histogram = field(default_factory=lambda: empty(LAG_NS_BOUNDS))
    timers: Mapping[str, Timer] = field(default_factory=dict)
    queues: Mapping[str, int] = field(default_factory=dict)
    tries: Mapping[tuple[str, str], int] = field(default_factory=dict)
    dead: int = 0
    unacknowledged: int = 0
    held_microusd: int = 0
    health: Sequence[Health] = ()


def process_families(readings: ProcessReadings, *, cut: Mapping[str, int]) -> tuple[Family, ...]:
    """Each of `PROCESS_SPECS`, in that order. `cut` says how many values of a label each family of the log counts
    together."""
    made = Gathered(readings.began_ms)
    made.add(specs.QUEUES, [((queue,), waiting) for queue, waiting in readings.queues.items()])
    made.add(specs.NOTIFICATIONS, [((outcome, channel), tries) for (channel, outcome), tries in readings.tries.items()])
    made.add(specs.HEALTH, [((health.name,), LEVELS[health.state]) for health in readings.health])
    made.add(specs.BUILD, [((readings.python, readings.version), 1)])
    for spec, value in (
        (specs.DEAD, readings.dead),
        (specs.UNACKNOWLEDGED, readings.unacknowledged),
        (specs.HELD, readings.held_microusd),
        (specs.DRIVING_SINCE, readings.began_ms),
    ):
        made.add(spec, [((), value)])
    for spec, known in (
        (specs.CPU, readings.cpu_ns),
        (specs.MEMORY, readings.memory_bytes),
        (specs.MEMORY_FREE, readings.machine_free_ppm),
    ):
        made.add(spec, [] if known is None else [((), known)])
    made.spread(specs.LAG, {"": readings.lag_ns})
    rules, work = _apart(readings.timers)
    made.timed(specs.WORK, work)
    made.timed(specs.RULE_TIME, rules)
    made.add(specs.CUT, [((name,), count) for name, count in {**cut, **made.cut}.items()])
    return made.of(specs.PROCESS_SPECS)


def _apart(timers: Mapping[str, Timer]) -> tuple[Mapping[str, Timer], Mapping[str, Timer]]:
    """The timers of rules, by rule, and those of other work."""
    rules = {
        name.removeprefix(RULE_TIMER_PREFIX): timer
        for name, timer in timers.items()
        if name.startswith(RULE_TIMER_PREFIX)
    }
    work = {
        name: timer for name, timer in timers.items() if name != RULE_TIMER and not name.startswith(RULE_TIMER_PREFIX)
    }
    return rules, work
