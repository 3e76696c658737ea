"""Which rule sets are at hand, and which of them ready?

To be ready takes much more room than the rules alone. Those asked for last stay ready; the others rest as rules, which
are made ready again when somebody asks: a log that names many sets can be read without all of them being ready.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence

from core.domain.facts import FactSpec
from core.domain.ids import Digest
from core.ports.event_log import READ_EVENTS_MAX
from core.rules.compiled import CompiledRules, compile_rules
from core.rules.rule import Rule

RULES_READY_MAX = 100_000
"""Rules of all sets that are ready, the set asked for last aside."""

RULE_SETS_KEPT_MAX = 2 * READ_EVENTS_MAX
"""Sets at hand, ready or at rest. One page of a log names at most half of them, and they must be at hand together."""


class RuleSets(Mapping[Digest, CompiledRules]):
    """Rule sets by digest. To ask for one makes it the one that was asked for last."""

    def __init__(self, facts: Mapping[str, FactSpec]) -> None:
        self._facts = facts
        self._ready: OrderedDict[Digest, CompiledRules] = OrderedDict()
        self._at_rest: OrderedDict[Digest, tuple[Rule, ...]] = OrderedDict()
        self._rules_ready = 0

    def __getitem__(self, digest: Digest) -> CompiledRules:
        found = self._ready.get(digest)
        if found is None:
            found = compile_rules(self._at_rest[digest], facts=self._facts, earlier=self.newest(1))
            self.put(digest, found)
        else:
            self._ready.move_to_end(digest)
        return found

    def __contains__(self, digest: object) -> bool:
        return digest in self._ready or digest in self._at_rest

    def __iter__(self) -> Iterator[Digest]:
        return iter((*self._at_rest, *self._ready))

    def __len__(self) -> int:
        return len(self._ready) + len(self._at_rest)

    def put(self, digest: Digest, rules: CompiledRules) -> None:
        """Have a set at hand, ready. What was asked for longest ago rests, and is dropped in the end."""
        self._at_rest.pop(digest, None)
        before = self._ready.pop(digest, None)
        self._rules_ready += len(rules.rules) - (len(before.rules) if before is not None else 0)
        self._ready[digest] = rules
        while self._rules_ready > RULES_READY_MAX and len(self._ready) > 1:
            resting, compiled = self._ready.popitem(last=False)
            self._rules_ready -= len(compiled.rules)
            self._at_rest[resting] = compiled.rules
        while len(self) > RULE_SETS_KEPT_MAX:
            if self._at_rest:
                self._at_rest.popitem(last=False)
            else:
                _, compiled = self._ready.popitem(last=False)
                self._rules_ready -= len(compiled.rules)

    def newest(self, count: int) -> Sequence[CompiledRules]:
        """So many of the sets that are ready, the one asked for last first."""
        return [compiled for compiled, _ in zip(reversed(self._ready.values()), range(count), strict=False)]
