"""Which of the things that plugins bring can be taken?

What doesn't fit is left out with a reason, whatever else its plugin brings. Where two bring one name, neither is taken:
which of them a rule means must not hang on what was installed first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from core.domain.facts import ConditionSpec, FactSpec, FactUnit
from core.domain.ids import is_snake_case
from core.rules.action import ActionType
from core.rules.condition import GROUP_KEYS, SPELLINGS, ConditionType
from core.rules.extending import ActionSpec, FactPlugin, PluginFault, Plugins

CONDITIONS, FACTS, ACTIONS = "moot.conditions", "moot.facts", "moot.actions"
KINDS: Mapping[str, type] = {CONDITIONS: ConditionSpec, FACTS: FactPlugin, ACTIONS: ActionSpec}
"""The groups of entry points, and what an entry point of each names."""

Brought = ConditionSpec | FactPlugin | ActionSpec

_NO_CONDITION = frozenset({*(type_.value for type_ in ConditionType), *SPELLINGS, *GROUP_KEYS, "field"})
_NO_ACTION = frozenset(type_.value for type_ in ActionType)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an entry point named: `thing` is what was loaded, or `failed` says why nothing was."""

    group: str
    name: str
    origin: str
    thing: object = None
    failed: str = ""

    @property
    def entry(self) -> str:
        return f"{self.group}: {self.name}"


def admitted(found: Iterable[Found], *, facts: Collection[str]) -> Plugins:
    """What can be taken of `found`, where moot itself has these facts; what can't is among the faults. Never raises."""
    by_name: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for each in found:
        by_name[each.group, each.name].append(each)
    faults: list[PluginFault] = []
    taken: dict[str, dict[str, Brought]] = {group: {} for group in KINDS}
    for (group, name), those in sorted(by_name.items()):
        for each in those:
            why = _named_twice(each, those) or each.failed or _looked_at(each, facts)
            if why:
                faults.append(PluginFault(origin=each.origin, entry=each.entry, why=why))
            elif isinstance(each.thing, (ConditionSpec, FactPlugin, ActionSpec)):
                taken[group][name] = _from(each.thing, each.origin)
    return Plugins(
        conditions={name: each for name, each in taken[CONDITIONS].items() if isinstance(each, ConditionSpec)},
        facts={name: each for name, each in taken[FACTS].items() if isinstance(each, FactPlugin)},
        actions={name: each for name, each in taken[ACTIONS].items() if isinstance(each, ActionSpec)},
        faults=tuple(faults),
    )


def _from(thing: Brought, origin: str) -> Brought:
    if isinstance(thing, FactPlugin):
        return replace(thing, spec=replace(thing.spec, origin=origin, conditions=()))
    return replace(thing, origin=origin)


def _named_twice(each: Found, those: list[Found]) -> str:
    others = [other.origin for other in those if other is not each]
    if not others:
        return ""
    return f"{' and '.join(others)} brings one of the same name; neither is taken. Uninstall one of them."


def _looked_at(each: Found, facts: Collection[str]) -> str:
    try:
        return _unfit(each, facts)
    except Exception as error:  # what was loaded can be anything, and look like what it isn't
        return f"it can't be looked at: {type(error).__name__}."


def _unfit(each: Found, facts: Collection[str]) -> str:
    """Why what was loaded can't be taken; "" where it can."""
    if not isinstance(each.thing, KINDS[each.group]):
        return f"it is no {KINDS[each.group].__name__}, but {type(each.thing).__name__}."
    named = each.thing.spec.name if isinstance(each.thing, FactPlugin) else getattr(each.thing, "name", "")
    if named != each.name:
        return f"its entry point is called {each.name!r} and it calls itself {named!r}. Give both one name."
    if not is_snake_case(each.name):
        return f"{each.name!r} can't be a name here. Names look like word_count."
    match each.thing:
        case ConditionSpec():
            return _unfit_condition(each.thing)
        case FactPlugin(spec=spec):
            return _unfit_fact(spec, facts)
        case ActionSpec():
            return _unfit_action(each.thing)
        case _:
            return f"{each.group} is no group of moot's."


def _unfit_condition(spec: ConditionSpec) -> str:
    if spec.name in _NO_CONDITION:
        return "moot has a condition or a key of that name. Give it another one."
    units = set(spec.units) | ({spec.takes} if spec.takes is not None else set())
    if not spec.units or not all(isinstance(unit, FactUnit) for unit in units):
        return "its units are to be of FactUnit, and at least one."
    return "" if callable(spec.holds) and callable(spec.fault) else "its holds and fault are to be functions."


def _unfit_fact(spec: FactSpec, facts: Collection[str]) -> str:
    if spec.name in facts:
        return "moot has a fact of that name. Give it another one."
    if not isinstance(spec.unit, FactUnit):
        return "its unit is to be one of FactUnit."
    return "it grows with time, and only moot's own facts may: they say when to look again." * spec.grows_with_time


def _unfit_action(spec: ActionSpec) -> str:
    if spec.name in _NO_ACTION:
        return "moot has an action of that name. Give it another one."
    if not all(is_snake_case(name) for name in spec.fields) or len(set(spec.fields)) < len(spec.fields):
        return "its fields are to be different names such as reason."
    return "" if callable(spec.commands) else "its commands are to be a function."
