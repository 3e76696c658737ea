"""How long does each rule take to evaluate, and how often was it heard?

Timing every evaluation would cost more than evaluating, so that every so many settlements each rule is asked once more,
alone and by the clock. What is found is kept beside the rules and never enters an event: it differs from run to run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.analytics.measures import Timer
from core.analytics.rule_measures import RuleTimes, bucket_of, merged_counts
from core.domain.facts import Facts
from core.domain.ids import Digest, RuleId
from core.rules.compiled import CompiledRules
from core.runtime.timers import Samples, p95

SAMPLE_EVERY = 32
"""One settlement in so many is timed: with the standard rules that adds less than a hundredth to a turn."""

FIRST_TIMED = 4
"""Which settlement of a process is timed first: soon, so that a short debate counts too, and no longer cold."""

RULES_REMEMBERED_MAX = 2_000
"""Rules come and go while a driver runs for months; the one that was timed longest ago is forgotten first."""

RULES_TIMED_AT_ONCE_MAX = 64
"""Of a larger set, these many are timed and the next ones the next time: a look at a thousand, one by one, is late."""

Timings = Mapping[RuleId, RuleTimes]


class _Heard:
    """How often the rules of a set were heard since that was last taken."""

    __slots__ = ("rules", "times")

    def __init__(self, rules: CompiledRules) -> None:
        self.rules = rules
        self.times = 0


class _Untaken:
    """The times of one rule since they were last taken."""

    __slots__ = ("buckets", "heard", "nanoseconds", "timed")

    def __init__(self) -> None:
        self.heard = self.timed = self.nanoseconds = 0
        self.buckets: dict[int, int] = {}

    def add(self, took_ns: int) -> None:
        self.timed += 1
        self.nanoseconds += took_ns
        bucket = bucket_of(took_ns)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1

    def give_back(self, times: RuleTimes) -> None:
        self.heard += times.heard
        self.timed += times.timed
        self.nanoseconds += times.nanoseconds
        self.buckets = merged_counts(self.buckets, times.buckets)

    def times(self) -> RuleTimes:
        return RuleTimes(heard=self.heard, timed=self.timed, nanoseconds=self.nanoseconds, buckets=self.buckets)


class RuleTiming:
    """Belongs to one event loop. `sample_every` of 1 times each settlement."""

    def __init__(self, sample_every: int, monotonic_ns: Callable[[], int]) -> None:
        self._sample_every = max(1, sample_every)
        self._monotonic_ns = monotonic_ns
        self._settlements = 0
        self._all = Samples()
        self._rules: dict[RuleId, Samples] = {}
        self._heard: dict[Digest, _Heard] = {}
        self._untaken: dict[RuleId, _Untaken] = {}
        self._timed_up_to = 0

    def settled(self, rules: CompiledRules, facts_of: Callable[[], Facts]) -> None:
        """Call after each settlement. `facts_of` is asked for the facts only where this one is to be timed."""
        self._settlements += 1
        heard = self._heard.get(rules.digest)
        if heard is None:
            heard = self._heard[rules.digest] = _Heard(rules)
        heard.times += 1
        if self._settlements % self._sample_every == FIRST_TIMED % self._sample_every:
            self.time(rules, facts_of())

    def time(self, rules: CompiledRules, facts: Facts) -> None:
        """Evaluate each enabled rule once, of many the next ones. One that can't be asked of these facts at all has no
        time."""
        begin, end = self._timed_up_to, self._timed_up_to + RULES_TIMED_AT_ONCE_MAX
        checks = rules.checks(begin, end) or rules.checks(0, end := RULES_TIMED_AT_ONCE_MAX)
        self._timed_up_to = end
        for rule, holds in checks:
            has_failed = False
            began_ns = self._monotonic_ns()
            try:
                holds(facts)
            except Exception:  # what a rule meets is recorded by the session; here it is counted
                has_failed = True
            self._note(rule, self._monotonic_ns() - began_ns, has_failed=has_failed)

    def take(self) -> Timings:
        """What was heard and timed since the last call, for the catalogue to add up; it is counted from zero again."""
        for heard in self._heard.values():
            for rule in heard.rules.enabled:
                self._of(rule.id).heard += heard.times
        self._heard.clear()
        taken, self._untaken = self._untaken, {}
        return {rule: untaken.times() for rule, untaken in taken.items()}

    def give_back(self, taken: Timings) -> None:
        """Undo a `take` whose timings could not be stored."""
        for rule, times in taken.items():
            self._of(rule).give_back(times)

    def mean_ns(self, rule: RuleId) -> int:
        """Since this process began, whatever was taken; 0 where it was never timed."""
        return self._timer(rule).mean_ns

    def p95_ns(self, rule: RuleId) -> int:
        """Of the rule's newest samples; 0 where it was never timed."""
        return self._timer(rule).p95_ns

    def timers(self) -> Mapping[str, Timer]:
        """The evaluation of any rule as `rule_evaluation`, and each rule's as `rule_evaluation.<id>`."""
        if not self._all.count:
            return {}
        each = {f"rule_evaluation.{rule}": samples.timer() for rule, samples in sorted(self._rules.items())}
        newest = tuple(sample for samples in self._rules.values() for sample in samples.newest)
        whole = self._all.timer()
        return {
            "rule_evaluation": Timer(
                count=whole.count, total_ns=whole.total_ns, p95_ns=p95(newest), errors=whole.errors
            ),
            **each,
        }

    def _timer(self, rule: RuleId) -> Timer:
        samples = self._rules.get(rule)
        return samples.timer() if samples is not None else Timer()

    def _note(self, rule: RuleId, took_ns: int, *, has_failed: bool) -> None:
        self._all.add(took_ns, is_error=has_failed)
        samples = self._rules.pop(rule, None) or Samples()
        samples.add(took_ns, is_error=has_failed)
        self._rules[rule] = samples
        if len(self._rules) > RULES_REMEMBERED_MAX:
            del self._rules[next(iter(self._rules))]
        self._of(rule).add(took_ns)

    def _of(self, rule: RuleId) -> _Untaken:
        untaken = self._untaken.get(rule)
        if untaken is None:
            untaken = self._untaken[rule] = _Untaken()
        return untaken
