"""How often was each rule heard, how often did it fire, was overruled or erred, and how long does a look at it take?

What rules did follows from the log. How long they took is measured, differs from run to run, and is on no record. Both
are sums: those of two stretches add up to those of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.analytics.tallies import merged
from core.domain.events import ActionOverruled, Recorded, RuleErred, RuleFired, RuleSwitchedOff
from core.domain.ids import RuleId

BUCKETS_PER_DOUBLING = 8
"""A time is known to an eighth of itself: enough to tell a slow rule, in a few hundred counts at most."""

_EXACT_BELOW = 2 * BUCKETS_PER_DOUBLING
P95_PERCENT = 95


def bucket_of(took_ns: int) -> int:
    """The bucket that a time falls into; buckets ascend with times."""
    if took_ns < _EXACT_BELOW:
        return max(0, took_ns)
    shift = took_ns.bit_length() - BUCKETS_PER_DOUBLING.bit_length()
    return BUCKETS_PER_DOUBLING * shift + (took_ns >> shift)


def longest_of(bucket: int) -> int:
    """The longest time, in nanoseconds, that falls into a bucket."""
    if bucket < _EXACT_BELOW:
        return bucket
    shift, lead = divmod(bucket - BUCKETS_PER_DOUBLING, BUCKETS_PER_DOUBLING)
    return ((BUCKETS_PER_DOUBLING + lead + 1) << shift) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTimes:
    """In how many settlements a rule was heard; of those looks at it that were timed, how many, the nanoseconds in sum,
    and how many fell into which bucket."""

    heard: int = 0
    timed: int = 0
    nanoseconds: int = 0
    buckets: Mapping[int, int] = field(default_factory=dict)

    @property
    def mean_ns(self) -> int:
        """Rounded down; 0 where nothing was timed."""
        return self.nanoseconds // self.timed if self.timed else 0

    @property
    def p95_ns(self) -> int:
        """What 95 of 100 looks don't exceed, at most an eighth too long; 0 where nothing was timed."""
        rank = -(-sum(self.buckets.values()) * P95_PERCENT // 100)
        for bucket in sorted(self.buckets):
            rank -= self.buckets[bucket]
            if rank <= 0:
                return longest_of(bucket)
        return 0

    def plus(self, other: RuleTimes) -> RuleTimes:
        return RuleTimes(
            heard=self.heard + other.heard,
            timed=self.timed + other.timed,
            nanoseconds=self.nanoseconds + other.nanoseconds,
            buckets=merged_counts(self.buckets, other.buckets),
        )


def merged_counts(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, int]:
    """The counts of both, bucket by bucket."""
    return {bucket: one.get(bucket, 0) + other.get(bucket, 0) for bucket in sorted(one.keys() | other.keys())}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCounts:
    """What a log says that a rule did: firings, actions that were overruled, times that it could not be evaluated, and
    sessions that stopped hearing it for that; Unix times of the newest firing and of the newest such stop."""

    fired: int = 0
    overruled: int = 0
    errors: int = 0
    switched_off: int = 0
    fired_at_ms: int = 0
    switched_off_at_ms: int = 0

    def plus(self, other: RuleCounts) -> RuleCounts:
        return RuleCounts(
            fired=self.fired + other.fired,
            overruled=self.overruled + other.overruled,
            errors=self.errors + other.errors,
            switched_off=self.switched_off + other.switched_off,
            fired_at_ms=max(self.fired_at_ms, other.fired_at_ms),
            switched_off_at_ms=max(self.switched_off_at_ms, other.switched_off_at_ms),
        )


RULE_EVENTS = (RuleFired, ActionOverruled, RuleErred, RuleSwitchedOff)
"""The events that say what rules did."""


def rule_counts(records: Iterable[Recorded]) -> Mapping[RuleId, RuleCounts]:
    """What rules did in these records."""
    found: dict[RuleId, RuleCounts] = {}
    for record in records:
        match record.event:
            case RuleFired(rule=rule):
                counts = RuleCounts(fired=1, fired_at_ms=record.at_ms)
            case ActionOverruled(rule=rule):
                counts = RuleCounts(overruled=1)
            case RuleErred(rule=rule):
                counts = RuleCounts(errors=1)
            case RuleSwitchedOff(rule=rule):
                counts = RuleCounts(switched_off=1, switched_off_at_ms=record.at_ms)
            case _:
                continue
        found[rule] = found[rule].plus(counts) if rule in found else counts
    return found


def both_counts(one: Mapping[RuleId, RuleCounts], other: Mapping[RuleId, RuleCounts]) -> Mapping[RuleId, RuleCounts]:
    """The counts of both, rule by rule."""
    return merged(one, other, RuleCounts.plus)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMeasure:
    """All that is known of a rule's work. Times are in nanoseconds, 0 where nothing was `timed`; moments are Unix times
    in milliseconds, 0 where there was none."""

    heard: int = 0
    fired: int = 0
    overruled: int = 0
    errors: int = 0
    switched_off: int = 0
    fired_at_ms: int = 0
    switched_off_at_ms: int = 0
    timed: int = 0
    mean_ns: int = 0
    p95_ns: int = 0


NOT_MEASURED = RuleMeasure()


def rule_measures(
    times: Mapping[RuleId, RuleTimes], counts: Mapping[RuleId, RuleCounts]
) -> Mapping[RuleId, RuleMeasure]:
    """What is measured and what is counted of each rule, together, by id."""
    return {rule: _measure(times.get(rule), counts.get(rule)) for rule in sorted(times.keys() | counts.keys())}


def _measure(times: RuleTimes | None, counts: RuleCounts | None) -> RuleMeasure:
    timed, counted = times or RuleTimes(), counts or RuleCounts()
    return RuleMeasure(
        heard=timed.heard,
        fired=counted.fired,
        overruled=counted.overruled,
        errors=counted.errors,
        switched_off=counted.switched_off,
        fired_at_ms=counted.fired_at_ms,
        switched_off_at_ms=counted.switched_off_at_ms,
        timed=timed.timed,
        mean_ns=timed.mean_ns,
        p95_ns=timed.p95_ns,
    )
