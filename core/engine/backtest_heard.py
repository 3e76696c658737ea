"""What did rules do in one settlement, told apart from what came of it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile, takewhile

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
class Fired:
    """A rule fired, heard after the recorded event `after_seq` and so many effects of its settlement; its actions in
    order, those `overruled` among them."""

    rule: RuleId
    after_seq: int = field(compare=False)
    effects_before: int = field(compare=False)
    actions: tuple[str, ...]
    overruled: tuple[str, ...] = ()

    @property
    def is_defeated(self) -> bool:
        """True where all that it asked for was overruled."""
        return len(self.overruled) == len(self.actions)

    @property
    def acts(self) -> tuple[Act, ...]:
        left = list(self.overruled)
        acts = []
        for action in self.actions:
            is_overruled = action in left
            if is_overruled:
                left.remove(action)
            acts.append(Act(rule=self.rule, action=action, is_overruled=is_overruled))
        return tuple(acts)


@dataclass(slots=True)
class Treated:
    """What became of one rule in a settlement; the first of it after the recorded event `after_seq`."""

    after_seq: int = field(compare=False)
    firings: list[Fired] = field(default_factory=list)
    erred: int = 0
    armed: int = 0

    @property
    def acts(self) -> tuple[Act, ...]:
        return tuple(act for fired in self.firings for act in fired.acts)


class Heard:
    """A settlement's events, sorted: `effects` is what came of it, `firings` and `rules` what the rules did and what
    became of each, as they spoke.

    `places` are the seqs of the recorded effects, `before_seq` that of the event before all of them.
    """

    __slots__ = ("_before_seq", "_places", "effects", "events", "firings", "rules")

    def __init__(self, events: tuple[Event, ...], before_seq: int, places: Sequence[int]) -> None:
        self._before_seq = before_seq
        self._places = places
        self.events = events
        self.effects: list[Event] = []
        self.firings: list[Fired] = []
        self.rules: dict[RuleId, Treated] = {}
        for event in events:
            if type(event) in RULES_OWN:
                self._take(event)
            else:
                self.effects.append(event)

    def behind(self, effects: int) -> list[Fired]:
        """The firings that were heard once there were just so many effects, and those that they overruled: they brought
        about the next effect, or none."""
        firings = list(dropwhile(lambda fired: fired.effects_before < effects, self.firings))
        return list(takewhile(lambda fired: fired.effects_before == effects or fired.is_defeated, firings))

    def place(self, effects: int) -> int:
        """The seq of the last of the first so many effects, as far as they are on record."""
        at = min(effects, len(self._places))
        return self._places[at - 1] if at else self._before_seq

    def _take(self, event: Event) -> None:
        match event:
            case RuleFired():
                effects = len(self.effects)
                fired = Fired(event.rule, self.place(effects), effects, event.actions)
                self.firings.append(fired)
                self._treated(event.rule).firings.append(fired)
            case ActionOverruled():
                self._treated(event.rule).firings[-1].overruled += (event.action,)
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


def shared_effects(happened: Heard, tried: Heard) -> int:
    """How many effects both have in common before the first other one."""
    shared = 0
    for mine, others in zip(happened.effects, tried.effects):  # noqa: B905  # one of them may be longer
        if mine != others:
            break
        shared += 1
    return shared


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
        happened=happened.rules[rule].acts if rule in happened.rules else (),
        would=tried.rules[rule].acts if rule in tried.rules else (),
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
    shared = shared_effects(happened, tried)
    was, would = happened.behind(shared), tried.behind(shared)
    kind, rule = _branch(was, would, _winner(was, rules), _winner(would, rules_tried))
    return Difference(
        kind=kind,
        rule=rule or (tried.firings or happened.firings)[-1].rule,
        after_seq=happened.place(shared),
        at_ms=at_ms,
        is_by_time=is_by_time,
        happened=tuple(act for fired in was for act in fired.acts),
        would=tuple(act for fired in would for act in fired.acts),
    )


def _winner(firings: Sequence[Fired], rules: Mapping[RuleId, Rule]) -> RuleId | None:
    """Who said last how the session goes on, and was obeyed."""
    for fired in reversed(firings):
        for action in rules[fired.rule].then:
            if is_decisive(action) and type_of(action).value not in fired.overruled:
                return fired.rule
    return None


def _branch(
    was: Sequence[Fired], would: Sequence[Fired], winner: RuleId | None, other: RuleId | None
) -> tuple[DifferenceKind, RuleId | None]:
    if winner is not None and other is not None and winner != other:
        return DifferenceKind.OTHER_RULE_DECIDES, other
    deciding = [id for id in (other, winner) if id is not None]
    named = dict.fromkeys((*deciding, *(fired.rule for fired in (*would, *was))))
    for id in named:
        kind = _kind(*(Treated(0, [fired for fired in side if fired.rule == id]) for side in (was, would)))
        if kind is not None:
            return kind, id
    # The same rules acted alike, on other terms: a reason, a question, a template.
    return DifferenceKind.ACTS_OTHERWISE, next(iter(named), None)


def _kind(before: Treated | None, after: Treated | None) -> DifferenceKind | None:
    was, would = before or Treated(0), after or Treated(0)
    if len(would.firings) != len(was.firings):
        return DifferenceKind.FIRES if len(would.firings) > len(was.firings) else DifferenceKind.STAYS_SILENT
    if would.firings != was.firings:
        overruled, others = _overruled(was), _overruled(would)
        if overruled == others or [each.action for each in was.acts] != [each.action for each in would.acts]:
            return DifferenceKind.ACTS_OTHERWISE
        return DifferenceKind.IS_OVERRULED if others > overruled else DifferenceKind.IS_OBEYED
    if would.erred != was.erred:
        return DifferenceKind.ERRS if would.erred > was.erred else DifferenceKind.ERRS_NO_MORE
    return None


def _overruled(treated: Treated) -> int:
    return sum(act.is_overruled for act in treated.acts)
