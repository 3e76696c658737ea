"""Which rules wake themselves or each other without end?

A rule wakes another where what its action changes makes the other's condition true. Around a circle of such rules
nothing ends by itself as long as the other facts stay as they are: what ends it is a bound on passes or on rounds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.domain.facts import FactSpec, FactValue
from core.domain.ids import RuleId
from core.domain.session import ROUNDS_MAX
from core.rules.action import Action, type_of
from core.rules.checking.cases import range_of
from core.rules.checking.effects import Effect, adds_rounds, at_once, effects_of
from core.rules.checking.finding import Finding, Kind, Severity
from core.rules.checking.places import Places
from core.rules.checking.possible import ALWAYS, NEVER, Possibilities
from core.rules.comparing import predicate_of
from core.rules.condition import AllOf, AnyOf, Compare, Condition, Not, fields_of
from core.rules.rule import Repeat, Rule
from core.rules.units import label

CIRCLE_MAX = 6
"""Rules in one circle that is looked for; longer ones nobody could follow either."""

LINKS_MAX = 100_000
"""Steps from one rule to the next in looking for circles among all: of a thousand that wake each other, enough are told
of by then."""


@dataclass(frozen=True, slots=True)
class _Wakes:
    """How one rule wakes another: by which action, through which change."""

    waker: Rule
    action: Action
    effect: Effect
    woken: Rule


def check_cascades(
    rules: Sequence[Rule],
    *,
    about: Collection[RuleId],
    specs: Mapping[str, FactSpec],
    possible: Possibilities,
    places: Places,
) -> Iterator[Finding]:
    """Findings about circles of which one rule at least is among `about`, each told once. `rules` are enabled and fit
    the facts."""
    looked = _Circles(rules, specs, possible)
    told: set[frozenset[RuleId]] = set()
    for rule in rules:
        restless = looked.restless(rule) if rule.id in about else None
        if restless is not None:
            told.add(frozenset({rule.id}))
            yield _restless(rule, restless, places)
    for rule in rules:
        circle = looked.through(rule) if rule.id in about else ()
        ids = frozenset(link.woken.id for link in circle)
        if circle and ids not in told:
            told.add(ids)
            yield _round_and_round(circle, places)


def _restless(rule: Rule, action: Action, places: Places) -> Finding:
    return Finding(
        kind=Kind.ENDLESS,
        severity=Severity.WARNING,
        place=places.of(rule),
        rules=(rule.id,),
        what=(
            f"{rule.id} wakes itself: it acts after every event, and its {type_of(action)} is one that leaves it true."
            " Rounds begin and end without a word until the bound on passes stops it."
        ),
        now="Use 'repeat: round' or 'edge'.",
    )


def _round_and_round(circle: Sequence[_Wakes], places: Places) -> Finding:
    ids = tuple(link.waker.id for link in circle)
    links = [f"{type_of(link.action)} of {link.waker.id} {_changing(link.effect)}" for link in circle]
    woken = "which lets it act again" if len(circle) == 1 else "and each lets the next act again"
    bound = f", up to round {ROUNDS_MAX}" if any(adds_rounds(link.action) for link in circle) else ""
    whom = f"{ids[0]} wakes itself" if len(ids) == 1 else f"{' and '.join(ids)} wake each other"
    return Finding(
        kind=Kind.ENDLESS,
        severity=Severity.WARNING,
        place=places.of(circle[0].waker),
        rules=ids,
        what=f"{whom} without end: {'; '.join(links)}, {woken}{bound}.",
        now="Add a condition that ends it, such as a count that it must not exceed.",
    )


def _changing(effect: Effect) -> str:
    return f"makes {effect.field} {effect.becomes}" if effect.becomes else f"raises {label(effect.field)}"


class _Circles:
    """Who wakes whom among some rules."""

    def __init__(self, rules: Sequence[Rule], specs: Mapping[str, FactSpec], possible: Possibilities) -> None:
        self._specs = specs
        self._possible = possible
        self._by_field: dict[str, list[Rule]] = {}
        for rule in rules:
            for name in fields_of(rule.when):
                self._by_field.setdefault(name, []).append(rule)
        self._wakes: dict[RuleId, tuple[_Wakes, ...]] = {}
        self._can_wake: dict[tuple[RuleId, Effect], bool] = {}
        self._links_left = LINKS_MAX

    def restless(self, rule: Rule) -> Action | None:
        """The action by which a rule that acts after every event wakes itself within one command."""
        if rule.repeat is not Repeat.EVENT:
            return None
        for action in rule.then:
            effects = at_once(action)
            if effects and self._possible.example(_with(rule.when, self._grown(effects), self._specs)) is not None:
                return action
        return None

    def through(self, rule: Rule) -> tuple[_Wakes, ...]:
        """The shortest circle that leads from a rule back to it; empty where there is none."""
        waiting: deque[tuple[_Wakes, ...]] = deque((link,) for link in self._woken_by(rule))
        seen: set[RuleId] = set()
        while waiting and self._links_left > 0:
            self._links_left -= 1
            path = waiting.popleft()
            last = path[-1].woken
            if last.id == rule.id:
                if self._is_endless(path):
                    return path
                continue
            if last.id in seen or len(path) >= CIRCLE_MAX:
                continue
            seen.add(last.id)
            waiting.extend((*path, link) for link in self._woken_by(last))
        return ()

    def _woken_by(self, rule: Rule) -> tuple[_Wakes, ...]:
        """The rules that a rule can make true, each by one of its actions."""
        if rule.id not in self._wakes:
            links: dict[RuleId, _Wakes] = {}
            for action in rule.then:
                for effect in effects_of(action):
                    for other in self._by_field.get(effect.field, ()):
                        if other.id not in links and self._can_be_woken(other, effect):
                            links[other.id] = _Wakes(rule, action, effect, other)
            self._wakes[rule.id] = tuple(links.values())
        return self._wakes[rule.id]

    def _can_be_woken(self, rule: Rule, effect: Effect) -> bool:
        """False where the change can't make it true again and again: what only grows makes it true once."""
        if not effect.becomes and rule.repeat is Repeat.EDGE:
            return False
        key = (rule.id, effect)
        if key not in self._can_wake:
            left = _with(rule.when, self._grown((effect,)) | _becoming(effect), self._specs)
            self._can_wake[key] = self._possible.example(left) is not None
        return self._can_wake[key]

    def _is_endless(self, circle: Sequence[_Wakes]) -> bool:
        """True where the other facts can be such that each rule of the circle becomes true by the one before it, and
        is armed again by then."""
        if any(link.woken.repeat is Repeat.ROUND for link in circle) and not any(
            adds_rounds(link.action) for link in circle
        ):
            return False
        grown = self._grown(effect for link in circle for effect in effects_of(link.action))
        parts: list[Condition] = []
        for number, link in enumerate(circle):
            following = circle[(number + 1) % len(circle)].effect
            changed = grown | _becoming(link.effect)
            parts.append(_with(link.woken.when, changed, self._specs))
            if link.woken.repeat is not Repeat.EDGE:
                continue
            if not link.effect.becomes or following.field != link.effect.field:
                return False  # what only grows makes it true once, and never false again
            parts.append(Not(part=_with(link.woken.when, grown | _becoming(following), self._specs)))
        return self._possible.example(AllOf(parts=tuple(parts))) is not None

    def _grown(self, effects: Iterable[Effect]) -> dict[str, FactValue]:
        """The facts that grow, as far as they can."""
        growing = (effect.field for effect in effects if not effect.becomes)
        return {name: range_of(self._specs[name])[1] for name in growing if name in self._specs}


def _becoming(effect: Effect) -> dict[str, FactValue]:
    return {effect.field: effect.becomes} if effect.becomes else {}


def _with(condition: Condition, facts: Mapping[str, FactValue], specs: Mapping[str, FactSpec]) -> Condition:
    """The condition that is left once these facts have these values."""
    match condition:
        case Compare() if condition.field in facts:
            return ALWAYS if predicate_of(condition, specs[condition.field])(facts) else NEVER
        case Compare():
            return condition
        case AllOf(parts=parts):
            return AllOf(parts=tuple(_with(part, facts, specs) for part in parts))
        case AnyOf(parts=parts):
            return AnyOf(parts=tuple(_with(part, facts, specs) for part in parts))
        case Not(part=part):
            return Not(part=_with(part, facts, specs))
