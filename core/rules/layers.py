"""Which rules hold in a set, and where does each come from?

Rules are kept in sets, and sets stand upon one another: `own` upon `standard`, a set of yours upon the one that it
extends. Within each set what was made by hand lies upon what files say. Where two layers hold a rule of one id, the
upper one's holds and the lower one's waits beneath it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.domain.errors import WrongUse, nearest
from core.domain.ids import RuleId, is_snake_case
from core.rules.rule import OWN_RULE_SET, Rule
from core.rules.standard import STANDARD_RULE_SET

RULE_SETS_MAX = 200
"""Sets of one rule book. Each that is in force is kept ready, whether a session follows it or not."""

NOTHING = "nothing"
"""What a set extends that stands alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetSpec:
    """A set by its name, and the name of the set that it stands upon, `nothing` where it stands alone."""

    name: str
    extends: str = STANDARD_RULE_SET
    description: str = ""

    def __post_init__(self) -> None:
        for name in (self.name, self.extends):
            if not is_snake_case(name):
                raise WrongUse(f"{name!r} can't be the name of a rule set.", now="Names look like quiet_evening.")


_STANDARD = RuleSetSpec(name=STANDARD_RULE_SET, extends=NOTHING, description="shipped with moot")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """What one file of the rules folder holds."""

    name: str
    rules: tuple[Rule, ...] = ()
    sets: tuple[RuleSetSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """All that is known of rules at one moment: `rules` and `sets` made by hand, and what each file says."""

    rules: tuple[Rule, ...] = ()
    sets: tuple[RuleSetSpec, ...] = ()
    files: tuple[RuleFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a rule comes from: its set, and the file, "" for a rule made by hand (or shipped)."""

    rule_set: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.rule_set} ({self.file})" if self.file else self.rule_set


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A rule that holds, with its origin. `over` are the origins of those that wait beneath it, uppermost first."""

    rule: Rule
    origin: Origin
    over: tuple[Origin, ...] = ()


def effective(book: RuleBook, name: str) -> tuple[Placed, ...]:
    """The rules that hold in a set, those of the sets beneath it included, in the order in which they are heard.

    Raises WrongUse for an unknown set, and for sets that extend one another in a circle.
    """
    return _effective(set_specs(book), _layers(book), name)


def effective_sets(book: RuleBook) -> Mapping[str, tuple[Placed, ...]]:
    """`effective` for every set that there is, by name in alphabetical order."""
    specs, layers = set_specs(book), _layers(book)
    return {name: _effective(specs, layers, name) for name in specs}


def rules_of(book: RuleBook, name: str) -> tuple[Rule, ...]:
    """`effective` without the origins."""
    return tuple(placed.rule for placed in effective(book, name))


def layer(book: RuleBook, name: str) -> tuple[Placed, ...]:
    """The rules of a set itself, without those of the sets beneath it, in the order in which they are heard."""
    return tuple(placed for placed in effective(book, name) if placed.origin.rule_set == name)


def ancestry(book: RuleBook, name: str) -> tuple[RuleSetSpec, ...]:
    """A set and those that it stands upon, the lowest last. Raises WrongUse, as `effective` does."""
    return _ancestry(set_specs(book), name)


def set_specs(book: RuleBook) -> Mapping[str, RuleSetSpec]:
    """Every set that is defined or that a rule names, by name in alphabetical order.

    A definition made by hand lies upon a file's; a set without one extends the standard set, which extends nothing.
    """
    named = {OWN_RULE_SET, *(rule.rule_set for rule in all_rules(book))} - {STANDARD_RULE_SET}
    specs = {name: RuleSetSpec(name=name) for name in named}
    specs |= {spec.name: spec for file in _in_order(book.files) for spec in file.sets}
    specs |= {spec.name: spec for spec in book.sets}
    specs[STANDARD_RULE_SET] = _STANDARD
    return dict(sorted(specs.items()))


def all_rules(book: RuleBook) -> tuple[Rule, ...]:
    """Every rule of every layer, those that wait beneath others included."""
    return (*book.rules, *(rule for file in book.files for rule in file.rules))


def unknown_set(name: str, specs: Iterable[str]) -> WrongUse:
    """The refusal of a set that isn't there, with the nearest name."""
    known = sorted(specs)
    return WrongUse(f"no rule set is called {name!r}.", now=nearest(name, known) or f"There are {', '.join(known)}.")


def require_sound(book: RuleBook) -> None:
    """Raise WrongUse where a layer holds two rules of one id or two definitions of one set, and for a set that extends
    itself or one that isn't there."""
    for (rule_set, id), count in Counter((rule.rule_set, rule.id) for rule in book.rules).items():
        if count > 1:
            raise WrongUse(f"two rules are called {id!r} in the set {rule_set!r}.", now="Rename or remove one of them.")
    for name, count in Counter(spec.name for spec in book.sets).items():
        if count > 1:
            raise WrongUse(f"the set {name!r} is defined twice.", now="Keep one of the definitions.")
    _refuse_doubles_across(book.files)
    for spec in (*book.sets, *(spec for file in book.files for spec in file.sets)):
        if spec.name in (STANDARD_RULE_SET, NOTHING):
            raise WrongUse(f"the set {spec.name!r} can't be defined.", now="It lies beneath all others.")
    specs = set_specs(book)
    if len(specs) > RULE_SETS_MAX:
        raise WrongUse(f"{len(specs)} rule sets.", now=f"At most {RULE_SETS_MAX} are kept.")
    if NOTHING in specs:
        raise WrongUse(f"no set can be called {NOTHING!r}.", now="Give the rules another 'set'.")
    for name in specs:
        _ancestry(specs, name)


def require_filled(before: RuleBook, after: RuleBook) -> None:
    """Raise WrongUse for a set in which no rule would hold, unless none held before: nothing would watch over its
    sessions."""
    were = effective_sets(before)
    for name, rules in effective_sets(after).items():
        if not rules and were.get(name, True):
            raise WrongUse(
                f"the set {name!r} would hold no rule at all.", now="Give it one, or switch its rules off instead."
            )


def _ancestry(specs: Mapping[str, RuleSetSpec], name: str) -> tuple[RuleSetSpec, ...]:
    found: dict[str, RuleSetSpec] = {}
    while name != NOTHING:
        if name in found:
            circle = [*found][[*found].index(name) :]
            raise WrongUse(
                f"the sets extend one another in a circle: {' → '.join((*circle, name))}.",
                now=f"Have one of them extend {STANDARD_RULE_SET}, or {NOTHING}.",
            )
        if name not in specs:
            raise unknown_set(name, specs)
        found[name] = specs[name]
        name = specs[name].extends
    return tuple(found.values())


_Layers = Mapping[str, list[tuple[Origin, Rule]]]
"""Each set's own rules, the lowest layer first."""


def _layers(book: RuleBook) -> _Layers:
    found: dict[str, list[tuple[Origin, Rule]]] = {}
    for file in (*_in_order(book.files), RuleFile(name="", rules=book.rules)):
        for rule in file.rules:
            found.setdefault(rule.rule_set, []).append((Origin(rule_set=rule.rule_set, file=file.name), rule))
    return found


def _effective(specs: Mapping[str, RuleSetSpec], layers: _Layers, name: str) -> tuple[Placed, ...]:
    found: dict[RuleId, Placed] = {}
    for spec in reversed(_ancestry(specs, name)):
        for origin, rule in layers.get(spec.name, ()):
            beneath = found.get(rule.id)
            over = () if beneath is None else (beneath.origin, *beneath.over)
            found[rule.id] = Placed(rule=rule, origin=origin, over=over)
    return tuple(sorted(found.values(), key=lambda placed: (-placed.rule.priority, placed.rule.id)))


def _refuse_doubles_across(files: Iterable[RuleFile]) -> None:
    """Files lie in one layer: none of them is above another."""
    held: dict[str, str] = {}
    for file in _in_order(files):
        rules = (f"the rule {rule.id!r} of the set {rule.rule_set!r}" for rule in file.rules)
        sets = (f"the definition of the set {spec.name!r}" for spec in file.sets)
        for what in (*rules, *sets):
            if what in held:
                places = f"in {held[what]} and in {file.name}" if held[what] != file.name else f"twice in {file.name}"
                raise WrongUse(f"{what} is {places}.", now="Keep one of the two.")
            held[what] = file.name


def _in_order(files: Iterable[RuleFile]) -> list[RuleFile]:
    return sorted(files, key=lambda file: file.name)
