"""How long does each rule take to evaluate, and which can't be evaluated?

Timing every evaluation would cost more than evaluating, so that every so many settlements each rule is asked once more,
alone and by the clock. What is found is kept beside the rules and never enters an event: it differs from run to run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.analytics.measures import Timer
from core.domain.facts import Facts
from core.domain.ids import RuleId
from core.rules.compiled import CompiledRules
from core.runtime.timers import Samples, p95

SAMPLE_EVERY_DEFAULT = 32
"""One settlement in so many is timed: with the standard rules that adds less than a hundredth to a turn."""

FIRST_TIMED = 4
"""Which settlement of a process is timed first: soon, so that a short debate counts too, and no longer cold."""

RULES_REMEMBERED_MAX = 2_000
"""Rules come and go while a driver runs for months; the one that was timed longest ago is forgotten first."""

Timings = Mapping[RuleId, tuple[int, int, int]]
"""For each rule: evaluations timed, their nanoseconds in sum, errors."""


class RuleTiming:
    """Belongs to one event loop. `sample_every` of 1 times each settlement."""

    def __init__(self, sample_every: int, monotonic_ns: Callable[[], int]) -> None:
        self._sample_every = max(1, sample_every)
        self._monotonic_ns = monotonic_ns
        self._settlements = 0
        self._all = Samples()
        self._rules: dict[RuleId, Samples] = {}
        self._untaken: dict[RuleId, tuple[int, int, int]] = {}

    def settled(self, rules: CompiledRules, facts_of: Callable[[], Facts]) -> None:
        """Call after each settlement. `facts_of` is asked for the facts only where this one is to be timed."""
        self._settlements += 1
        if self._settlements % self._sample_every == FIRST_TIMED % self._sample_every:
            self.time(rules, facts_of())

    def time(self, rules: CompiledRules, facts: Facts) -> None:
        """Evaluate each enabled rule once. One that can't be asked of these facts at all counts as an error untimed."""
        for rule, holds in rules.checks:
            has_failed = False
            began_ns = self._monotonic_ns()
            try:
                holds(facts)
            except Exception:  # what a rule meets is recorded by the session; here it is counted
                has_failed = True
            self._note(rule, self._monotonic_ns() - began_ns, has_failed=has_failed)
        for rule, _ in rules.unusable:
            count, total_ns, errors = self._untaken.get(rule, (0, 0, 0))
            self._untaken[rule] = (count, total_ns, errors + 1)

    def take(self) -> Timings:
        """What was timed since the last call, for the catalogue to add up; it is counted from zero again."""
        taken, self._untaken = self._untaken, {}
        return taken

    def give_back(self, taken: Timings) -> None:
        """Undo a `take` whose timings could not be stored."""
        for rule, timed in taken.items():
            now = self._untaken.get(rule, (0, 0, 0))
            self._untaken[rule] = (now[0] + timed[0], now[1] + timed[1], now[2] + timed[2])

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
        count, total_ns, errors = self._untaken.get(rule, (0, 0, 0))
        self._untaken[rule] = (count + 1, total_ns + took_ns, errors + has_failed)
