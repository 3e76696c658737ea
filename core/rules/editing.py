"""What does a change to the rules make of the rule book?

Each function returns another book and leaves the files' part as it is: what is changed by hand lies upon what files
say, so that neither ever overwrites the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.domain.errors import WrongUse, nearest
from core.domain.ids import RuleId
from core.rules.layers import (
    NOTHING,
    Placed,
    RuleBook,
    RuleSetSpec,
    all_rules,
    effective,
    effective_sets,
    layer,
    set_specs,
    unknown_set,
)
from core.rules.moving import moved as priorities_moved
from core.rules.rule import OWN_RULE_SET, Rule
from core.rules.standard import STANDARD_RULE_SET

SETS_NAMED_MAX = 3
LISTED = "'moot rules list' lists them."


def find(book: RuleBook, name: str, *, rule_set: str = OWN_RULE_SET) -> Placed:
    """The rule called `ID` or `SET/ID`. An id alone is looked for among those that hold in `rule_set`, then everywhere.

    Raises WrongUse with the nearest name, and for an id that several other sets hold.
    """
    owner, slash, id = name.rpartition("/")
    if slash:
        return _named(layer(book, owner), id, f"the set {owner!r} has no rule called {id!r}.")
    found = _by_id(effective(book, rule_set)).get(id)
    if found is not None:
        return found
    owners = sorted({rule.rule_set for rule in all_rules(book) if rule.id == id})
    if len(owners) > 1:
        named = ", ".join(f"{each}/{id}" for each in owners[:SETS_NAMED_MAX])
        raise WrongUse(f"{len(owners)} sets have a rule called {id!r}.", now=f"Say which one: {named}.")
    if owners:
        return _named(layer(book, owners[0]), id, "")
    known = {str(rule.id) for rule in all_rules(book)}
    raise WrongUse(f"no rule is called {id!r}.", now=nearest(id, known) or LISTED)


def find_all(book: RuleBook, names: Iterable[str], *, rule_set: str = OWN_RULE_SET) -> tuple[Placed, ...]:
    """Each of them once, in their order. Raises WrongUse as `find` does, and where none is named."""
    found = tuple(dict.fromkeys(find(book, name, rule_set=rule_set) for name in names))
    if not found:
        raise WrongUse("no rule is named.", now=LISTED)
    return found


def name_of(rule: Rule) -> str:
    """What a rule is called where rules of several sets are spoken of."""
    return rule.id if rule.rule_set in (OWN_RULE_SET, STANDARD_RULE_SET) else f"{rule.rule_set}/{rule.id}"


def put(book: RuleBook, rules: Iterable[Rule], sets: Iterable[RuleSetSpec] = ()) -> RuleBook:
    """Add each rule to the set that it names, by hand, instead of the one with its id there; define these sets.

    A set that isn't there is defined, so that it stays when its last rule goes. One that a file has word for word is
    left to the file.
    """
    from_files = {(rule.rule_set, rule.id): rule for file in book.files for rule in file.rules}
    by_hand = {(rule.rule_set, rule.id): rule for rule in book.rules}
    known = set_specs(book)
    specs = {spec.name: spec for spec in book.sets} | {spec.name: spec for spec in sets}
    for rule in rules:
        place = (rule.rule_set, rule.id)
        if from_files.get(place) == rule:
            by_hand.pop(place, None)
            continue
        by_hand[place] = rule
        if rule.rule_set not in known and rule.rule_set not in specs:
            specs[rule.rule_set] = RuleSetSpec(name=rule.rule_set)
    return replace(book, rules=tuple(by_hand.values()), sets=tuple(specs.values()))


def without(book: RuleBook, gone: Sequence[Placed]) -> RuleBook:
    """Take these rules out. Raises WrongUse for one that a file holds: it would be back with the next look."""
    for placed in gone:
        if placed.origin.file:
            raise WrongUse(
                f"{name_of(placed.rule)} comes from {placed.origin.file}.", now="Take it out there, or disable it here."
            )
    places = {(placed.rule.rule_set, placed.rule.id) for placed in gone}
    return replace(book, rules=tuple(rule for rule in book.rules if (rule.rule_set, rule.id) not in places))


def switched(book: RuleBook, placed: Sequence[Placed], *, enabled: bool, only_in: str = "") -> RuleBook:
    """Switch these rules, each in the set that it comes from, or `only_in` one set, where a copy stands for it."""
    changed = [replace(each.rule, enabled=enabled) for each in placed if each.rule.enabled is not enabled]
    if only_in:
        require_set(book, only_in)
        changed = [replace(rule, rule_set=only_in) for rule in changed]
    return put(book, changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renumbered:
    """A rule that was given another priority."""

    rule: str
    before: int
    after: int

    def __str__(self) -> str:
        return f"{self.rule} {self.before} → {self.after}"


def moved(
    book: RuleBook, placed: Placed, beside: Placed, *, is_before: bool, rule_set: str = OWN_RULE_SET
) -> tuple[RuleBook, tuple[Renumbered, ...]]:
    """Have a rule heard just before another one, or just after it, in the order of `rule_set`; says who was renumbered.

    Raises WrongUse where both are one, or one of them doesn't hold in that set.
    """
    heard = effective(book, rule_set)
    if placed.rule.id == beside.rule.id:
        raise WrongUse(f"{placed.rule.id} can't be moved beside itself.", now="Name another rule.")
    for each in (placed, beside):
        if each not in heard:
            raise WrongUse(
                f"{name_of(each.rule)} does not hold in the set {rule_set!r}.", now="Give its set with --set."
            )
    others = [each.rule.id for each in heard if each.rule.id != placed.rule.id]
    to = others.index(beside.rule.id) + (0 if is_before else 1)
    found = priorities_moved([(each.rule.id, each.rule.priority) for each in heard], placed.rule.id, to=to)
    first_itself = sorted(heard, key=lambda each: each.rule.id != placed.rule.id)
    return prioritised(book, [(each, found[each.rule.id]) for each in first_itself if each.rule.id in found])


def prioritised(book: RuleBook, wanted: Iterable[tuple[Placed, int]]) -> tuple[RuleBook, tuple[Renumbered, ...]]:
    """Give these rules these priorities, each in its own set. Raises WrongUse for a number out of range."""
    changed = [(each, priority) for each, priority in wanted if each.rule.priority != priority]
    renumbered = (
        Renumbered(rule=name_of(each.rule), before=each.rule.priority, after=priority) for each, priority in changed
    )
    return put(book, [replace(each.rule, priority=priority) for each, priority in changed]), tuple(renumbered)


def cloned(book: RuleBook, placed: Placed, id: str, *, rule_set: str = OWN_RULE_SET) -> RuleBook:
    """Add a copy under another id, switched off: two alike that are on would act twice at once.

    Raises WrongUse where the set has a rule of that id, or no rule can be called so.
    """
    require_set(book, rule_set)
    refuse_known(book, (copy := replace(placed.rule, id=RuleId(id), rule_set=rule_set, enabled=False),))
    return put(book, (copy,))


def refuse_known(book: RuleBook, rules: Iterable[Rule]) -> None:
    """Raise WrongUse for a rule whose id its set has already, or that would replace one beneath without being meant
    to: whoever makes a new rule doesn't expect to lose an old one."""
    sets = effective_sets(book)
    for rule in rules:
        known = _by_id(sets.get(rule.rule_set, sets[STANDARD_RULE_SET])).get(rule.id)
        if known is not None:
            raise WrongUse(
                f"there is a rule called {rule.id!r} already, in the set {known.origin}.",
                now=f"Choose another id, or change that one: 'moot rules edit {rule.id}'.",
            )


def defined(book: RuleBook, spec: RuleSetSpec) -> RuleBook:
    """Define a set, or define it anew."""
    return put(book, (), (spec,))


def undefined(book: RuleBook, name: str) -> RuleBook:
    """Forget a set with the rules that were made in it by hand.

    Raises WrongUse for a set that isn't there or always is, that another one extends, or that a file speaks of.
    """
    specs = require_set(book, name)
    if name in (OWN_RULE_SET, STANDARD_RULE_SET):
        raise WrongUse(f"the set {name!r} is always there.", now="Delete rules of it, or switch them off.")
    above = [spec.name for spec in specs.values() if spec.extends == name]
    if above:
        raise WrongUse(
            f"{' and '.join(above)} extend{'s' if len(above) == 1 else ''} {name}.", now="Change that first."
        )
    speaking = [
        file.name
        for file in book.files
        if name in {*(rule.rule_set for rule in file.rules), *(spec.name for spec in file.sets)}
    ]
    if speaking:
        raise WrongUse(f"{name} comes from {' and '.join(speaking)}.", now="Take it out there.")
    return replace(
        book,
        rules=tuple(rule for rule in book.rules if rule.rule_set != name),
        sets=tuple(spec for spec in book.sets if spec.name != name),
    )


def require_set(book: RuleBook, name: str) -> dict[str, RuleSetSpec]:
    """The sets that there are. Raises WrongUse where that one isn't among them."""
    specs = dict(set_specs(book))
    if name not in specs or name == NOTHING:
        raise unknown_set(name, specs)
    return specs


def _by_id(rules: Iterable[Placed]) -> dict[str, Placed]:
    return {str(placed.rule.id): placed for placed in rules}


def _named(rules: Iterable[Placed], id: str, fault: str) -> Placed:
    known = _by_id(rules)
    if id not in known:
        raise WrongUse(fault, now=nearest(id, known) or LISTED)
    return known[id]
