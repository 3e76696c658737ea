"""What did rules do in one settlement, told apart from what came of it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.domain.events import (
    ActionOverruled,
    CascadeStopped,
    Event,
    RuleErred,
    RuleFired,
    RuleRearmed,
    RuleRecovered,
    RulesChanged,
    RuleSwitchedOff,
)
from core.domain.ids import RuleId
from core.engine.backtest_report import Act, Difference, DifferenceKind
from core.rules.rule import Rule, is_decisive, type_of

RULES_OWN = frozenset(
    {RuleFired, RuleRearmed, RuleErred, RuleRecovered, RuleSwitchedOff, ActionOverruled, CascadeStopped, RulesChanged}
)
"""Events that change nothing but which rules are heard next: with others of these, a session goes on as it did."""


@dataclass(slots=True)
class Treated:
    """What became of one rule in a settlement. It was heard after the recorded event `after_seq`."""

    after_seq: int = field(compare=False)
    fired: int = 0
    erred: int = 0
    armed: int = 0
    actions: tuple[str, ...] = ()
    overruled: tuple[str, ...] = ()


class Heard:
    """A settlement's events, sorted: `effects` is what came of it, `rules` what became of each rule, as they spoke.

    `places` are the seqs of the recorded effects, `before_seq` that of the event before all of them.
    """

    __slots__ = ("_before_seq", "_places", "effects", "events", "rules")

    def __init__(self, events: tuple[Event, ...], before_seq: int, places: Sequence[int]) -> None:
        self._before_seq = before_seq
        self._places = places
        self.events = events
        self.effects: list[Event] = []
        self.rules: dict[RuleId, Treated] = {}
        for event in events:
            if type(event) in RULES_OWN:
                self._take(event)
            else:
                self.effects.append(event)

    @property
    def acts(self) -> tuple[Act, ...]:
        """What rules asked for, in the order in which they spoke."""
        return tuple(act for rule in self.rules for act in self.acts_of(rule))

    def acts_of(self, rule: RuleId) -> tuple[Act, ...]:
        """What one rule asked for; nothing where it did not fire."""
        treated = self.rules.get(rule)
        if treated is None:
            return ()
        left = list(treated.overruled)
        acts = []
        for action in treated.actions:
            is_overruled = action in left
            if is_overruled:
                left.remove(action)
            acts.append(Act(rule=rule, action=action, is_overruled=is_overruled))
        return tuple(acts)

    def winner(self, rules: Mapping[RuleId, Rule]) -> RuleId | None:
        """The first rule that said how the session goes on and was obeyed."""
        for id, treated in self.rules.items():
            for action in rules[id].then if treated.fired else ():
                if is_decisive(action) and type_of(action).value not in treated.overruled:
                    return id
        return None

    def place(self, effects: int) -> int:
        """The seq of the last of the first so many effects, as far as they are on record."""
        at = min(effects, len(self._places))
        return self._places[at - 1] if at else self._before_seq

    def _take(self, event: Event) -> None:
        match event:
            case RuleFired():
                treated = self._treated(event.rule)
                treated.fired += 1
                treated.actions += event.actions
            case ActionOverruled():
                self._treated(event.rule).overruled += (event.action,)
            case RuleErred():
                self._treated(event.rule).erred += 1
            case RuleRearmed() | RuleRecovered():
                self._treated(event.rule).armed += 1
            case _:
                pass

    def _treated(self, rule: RuleId) -> Treated:
        treated = self.rules.get(rule)
        if treated is None:
            treated = self.rules[rule] = Treated(after_seq=self.place(len(self.effects)))
        return treated


def shared_seq(happened: Heard, tried: Heard) -> int:
    """The last recorded event that both have in common."""
    shared = 0
    for mine, others in zip(happened.effects, tried.effects):  # noqa: B905  # one of them may be longer
        if mine != others:
            break
        shared += 1
    return happened.place(shared)


def differences(
    happened: Heard, tried: Heard, *, at_ms: int, is_by_time: bool, of: frozenset[RuleId] | None = None
) -> list[Difference]:
    """What rules (those `of` which it is asked) would have done otherwise where all the same came of it, in order."""
    rules = (rule for rule in dict.fromkeys((*tried.rules, *happened.rules)) if of is None or rule in of)
    found = (_difference(rule, happened, tried, at_ms, is_by_time) for rule in rules)
    return sorted((each for each in found if each is not None), key=lambda each: each.after_seq)


def _difference(rule: RuleId, happened: Heard, tried: Heard, at_ms: int, is_by_time: bool) -> Difference | None:
    kind = _kind(happened.rules.get(rule), tried.rules.get(rule))
    if kind is None:
        return None
    treated = tried.rules.get(rule) or happened.rules[rule]
    return Difference(
        kind=kind,
        rule=rule,
        after_seq=treated.after_seq,
        at_ms=at_ms,
        is_by_time=is_by_time,
        happened=happened.acts_of(rule),
        would=tried.acts_of(rule),
    )


def branching(
    happened: Heard,
    tried: Heard,
    *,
    rules: Mapping[RuleId, Rule],
    rules_tried: Mapping[RuleId, Rule],
    at_ms: int,
    is_by_time: bool,
) -> Difference:
    """The first other decision: who would have taken it, or took it on record and would not have."""
    winner, other = happened.winner(rules), tried.winner(rules_tried)
    kind, rule = _branch(happened, tried, winner, other)
    return Difference(
        kind=kind,
        rule=rule,
        after_seq=shared_seq(happened, tried),
        at_ms=at_ms,
        is_by_time=is_by_time,
        happened=happened.acts,
        would=tried.acts,
    )


def _branch(
    happened: Heard, tried: Heard, winner: RuleId | None, other: RuleId | None
) -> tuple[DifferenceKind, RuleId]:
    if winner is not None and other is not None and winner != other:
        return DifferenceKind.OTHER_RULE_DECIDES, other
    deciding = [id for id in (other, winner) if id is not None]
    for id in dict.fromkeys((*deciding, *tried.rules, *happened.rules)):
        kind = _kind(happened.rules.get(id), tried.rules.get(id))
        if kind is not None:
            return kind, id
    # The same rules acted alike, in another order or on other terms: a reason, a question, a template.
    named = (*deciding, *tried.rules, *happened.rules)
    return DifferenceKind.ACTS_OTHERWISE, named[0]


def _kind(before: Treated | None, after: Treated | None) -> DifferenceKind | None:
    was, would = before or Treated(0), after or Treated(0)
    if would.fired != was.fired:
        return DifferenceKind.FIRES if would.fired > was.fired else DifferenceKind.STAYS_SILENT
    if would.actions != was.actions:
        return DifferenceKind.ACTS_OTHERWISE
    if len(would.overruled) != len(was.overruled):
        more = len(would.overruled) > len(was.overruled)
        return DifferenceKind.IS_OVERRULED if more else DifferenceKind.IS_OBEYED
    if would.overruled != was.overruled:
        return DifferenceKind.ACTS_OTHERWISE
    if would.erred != was.erred:
        return DifferenceKind.ERRS if would.erred > was.erred else DifferenceKind.ERRS_NO_MORE
    return None
