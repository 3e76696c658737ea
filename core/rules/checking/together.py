"""Which rules stand in each other's way?

Compared are enabled rules that decide how the session goes on, each with those that are heard before it. Nearly all
pairs are told apart by an example: facts with which the one holds and the other doesn't. Only for what is left the
question is asked in general.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.domain.facts import FactSpec, FactValue
from core.domain.ids import RuleId
from core.rules.action import Action, ActionType, is_decisive, type_of
from core.rules.checking.finding import Finding, Kind, Severity
from core.rules.checking.places import Places
from core.rules.checking.possible import Possibilities
from core.rules.checking.wording import NAMED_MAX, in_short, named, with_values
from core.rules.comparing import Predicate
from core.rules.condition import AllOf, Not, fields_of
from core.rules.interpreting import compile_condition
from core.rules.rule import Repeat, Rule

Example = Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class _Deciding:
    """A rule with what tells it from others: facts with which it holds, and facts with which it doesn't."""

    rule: Rule
    action: Action
    fields: frozenset[str]
    holds: Predicate
    true: Example | None
    false: Example | None

    @property
    def ends(self) -> bool:
        """Once it has decided, no rule is heard any more."""
        return type_of(self.action) is ActionType.COMPLETE_DEBATE


def check_together(
    rules: Sequence[Rule],
    *,
    about: Collection[RuleId],
    specs: Mapping[str, FactSpec],
    possible: Possibilities,
    places: Places,
) -> Iterator[Finding]:
    """Findings about pairs of which one is among `about`. `rules` are enabled, fit the facts, can hold and needn't, and
    come in the order in which they are heard."""
    pairs = _Pairs(specs, possible, places)
    deciding = [found for rule in rules if (found := _deciding(rule, specs, possible)) is not None]
    for number, later in enumerate(deciding):
        earlier = deciding[:number] if later.rule.id in about else [e for e in deciding[:number] if e.rule.id in about]
        at_once = [each for each in earlier if each.rule.priority == later.rule.priority]
        contrary = pairs.contrary_to(later, at_once)
        if contrary is not None:
            yield contrary
        shadow = pairs.shadow_of(later, earlier, all_earlier=deciding[:number])
        if shadow is not None:
            yield shadow


def _deciding(rule: Rule, specs: Mapping[str, FactSpec], possible: Possibilities) -> _Deciding | None:
    action = next((action for action in rule.then if is_decisive(action)), None)
    if action is None:
        return None
    return _Deciding(
        rule,
        action,
        frozenset(fields_of(rule.when)),
        compile_condition(rule.when, specs),
        possible.example(rule.when),
        possible.example(Not(part=rule.when)),
    )


class _Pairs:
    """Compares two rules at a time."""

    def __init__(self, specs: Mapping[str, FactSpec], possible: Possibilities, places: Places) -> None:
        self.specs = specs
        self.possible = possible
        self.places = places

    def contrary_to(self, later: _Deciding, earlier: Sequence[_Deciding]) -> Finding | None:
        """The finding that a rule decides otherwise than the first of those at its priority that can hold with it."""
        for one in earlier:
            if type_of(one.action) == type_of(later.action):
                continue
            both = self.example_of_both(one, later)
            if both is None:
                continue
            wins, loses = one.rule.id, later.rule.id
            return Finding(
                kind=Kind.CONTRADICTORY,
                severity=Severity.WARNING,
                place=self.places.of_either(later.rule, one.rule),
                rules=(loses, wins),
                what=(
                    f"{loses} ({type_of(later.action)}) and {wins} ({type_of(one.action)}) both have priority"
                    f" {one.rule.priority} and can hold at once, with {with_values(both, self.specs)}: {wins} wins"
                    " because its name comes first."
                ),
                now="Give the one that is to win the higher priority.",
            )
        return None

    def example_of_both(self, one: _Deciding, other: _Deciding) -> Example | None:
        if one.true is None or other.true is None:
            return None
        for facts in ({**one.true, **other.true}, {**other.true, **one.true}):
            if one.holds(facts) and other.holds(facts):
                return facts
        if one.fields.isdisjoint(other.fields):
            return None
        return self.possible.example(AllOf(parts=(one.rule.when, other.rule.when)))

    def shadow_of(
        self, later: _Deciding, earlier: Sequence[_Deciding], *, all_earlier: Sequence[_Deciding]
    ) -> Finding | None:
        """The finding that a rule never decides, because one that is heard before it always has."""
        for one in earlier:
            if one.fields.isdisjoint(later.fields) or not self.may_imply(later, one):
                continue
            if _differ_at_one_priority(one, later):
                continue  # told as a contradiction
            why = self.why_shadowed(later, one, all_earlier)
            if why:
                return Finding(
                    kind=Kind.SHADOWED,
                    severity=Severity.WARNING,
                    place=self.places.of_either(later.rule, one.rule),
                    rules=(later.rule.id, one.rule.id),
                    what=f"{later.rule.id} never decides: {why}",
                    now=f"Remove it, let it hold where {one.rule.id} doesn't, or give it the higher priority.",
                )
        return None

    def may_imply(self, later: _Deciding, one: _Deciding) -> bool:
        """False where an example shows that `later` can hold without `one`."""
        if later.true is None or one.false is None:
            return True
        return one.holds({**one.false, **later.true})

    def why_shadowed(self, later: _Deciding, one: _Deciding, all_earlier: Sequence[_Deciding]) -> str:
        """Why the one always forestalls the other; "" where it doesn't.

        Rules fire when they become true. A looser condition became true earlier and is not heard again, so that the
        stricter one still has its turn, unless the looser one ended the debate or acts after every event.
        """
        both, stricter = one.rule, later.rule
        is_as_often = both.repeat is stricter.repeat or (both.repeat, stricter.repeat) == (Repeat.ROUND, Repeat.EDGE)
        if not (one.ends or both.repeat is Repeat.EVENT or is_as_often):
            return ""
        if not self.possible.implies(stricter.when, both.when):
            return ""
        before = f"{both.id} ({type_of(one.action)}, priority {both.priority})"
        if is_as_often and self.possible.implies(both.when, stricter.when):
            return f"{before} holds whenever it does, is heard before it, and decides{_unless_refused(one)}."
        held = f"{before} holds wherever `{in_short(stricter.when, self.specs)}` does"
        if both.repeat is Repeat.EVENT:
            return f"{held}, acts after every event, and is heard before it, except where you let a session go on."
        if not one.ends:
            return ""
        return f"{held}, and has completed the debate by then{self.unless_overruled(one, all_earlier)}."

    def unless_overruled(self, one: _Deciding, all_earlier: Sequence[_Deciding]) -> str:
        """Who could keep a rule from completing the debate, by deciding something else at that moment."""
        able: list[RuleId] = []
        for each in all_earlier[: all_earlier.index(one)]:
            if not each.ends and self.may_hold_together(each, one):
                able.append(each.rule.id)
                if len(able) > NAMED_MAX:
                    break
        return f", unless {named(able)} overruled it at that moment" if able else ""

    def may_hold_together(self, one: _Deciding, other: _Deciding) -> bool:
        if one.true is not None and other.true is not None:
            facts = {**other.true, **one.true}
            if one.holds(facts) and other.holds(facts):
                return True
        return not self.possible.is_impossible(AllOf(parts=(one.rule.when, other.rule.when)))


def _differ_at_one_priority(one: _Deciding, other: _Deciding) -> bool:
    return one.rule.priority == other.rule.priority and type_of(one.action) != type_of(other.action)


def _unless_refused(one: _Deciding) -> str:
    """A session refuses a further round where it has played as many as there can be."""
    can_be_refused = type_of(one.action) in (ActionType.CONTINUE_DEBATE, ActionType.START_NEW_ROUND)
    return " unless the session refuses" if can_be_refused else ""
