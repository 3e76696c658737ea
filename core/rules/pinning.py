"""Which plugins does a rule need, and are these the ones installed here?

A rule is kept with the plugins whose words it uses, as `name@version`. They are part of what a log pins: where another
version is installed, or none, a rule isn't asked, and a log that followed it can't be verified.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from core.domain.errors import nearest
from core.domain.facts import FactSpec, PluginName
from core.rules.action import PluginAction
from core.rules.condition import comparisons
from core.rules.extending import ActionSpec, actions_of, origins_of
from core.rules.layers import RuleBook
from core.rules.rule import Rule


def pinned(rule: Rule, facts: Mapping[str, FactSpec]) -> Rule:
    """The rule with the plugins that it needs as they are installed here; what isn't installed stays as it was."""
    used = {origin for origin in _origins(rule, facts) if origin is not None}
    is_complete = None not in _origins(rule, facts)
    names = {_name(origin) for origin in used}
    kept = () if is_complete else (origin for origin in rule.plugins if _name(origin) not in names)
    plugins = tuple(sorted({*used, *kept}))
    return rule if plugins == rule.plugins else replace(rule, plugins=plugins)


def fault_of_plugins(rule: Rule, facts: Mapping[str, FactSpec]) -> str:
    """Why a rule can't be asked here for want of a plugin; "" where it has all that it needs."""
    installed = origins_of(facts)
    for origin in rule.plugins:
        if origin not in installed:
            return lacking(origin, installed)
    for action in rule.then:
        if isinstance(action, PluginAction):
            fault = _fault_of_action(action, actions_of(facts))
            if fault:
                return fault
    unpinned = sorted(origin for origin in _origins(rule, facts) if origin and origin not in rule.plugins)
    return f"it doesn't say that it needs the plugin {unpinned[0]}. Save it again." if unpinned else ""


def lacking(origin: str, installed: frozenset[str]) -> str:
    """That a plugin isn't there, and which version of it is."""
    other = sorted(each for each in installed if _name(each) == _name(origin))
    there = f"{other[0]} is" if other else "it isn't"
    return f"{needing(origin)} {there} installed here."


def needing(origin: str) -> str:
    """How `lacking` begins, wherever it was said."""
    return f"it needs the plugin {origin}, and"


def repinned(book: RuleBook, facts: Mapping[str, FactSpec]) -> RuleBook:
    """The book with each rule pinned to the plugins that are installed here; the same one where all are already."""
    rules = tuple(pinned(rule, facts) for rule in book.rules)
    files = tuple(replace(file, rules=tuple(pinned(rule, facts) for rule in file.rules)) for file in book.files)
    return book if (rules, files) == (book.rules, book.files) else replace(book, rules=rules, files=files)


def plugins_of(rules: Iterable[Rule]) -> Mapping[str, str]:
    """The plugins that some rules need, with the version of each."""
    origins = sorted({origin for rule in rules for origin in rule.plugins})
    return {name: version for name, _, version in (origin.partition("@") for origin in origins)}


def _fault_of_action(action: PluginAction, actions: Mapping[str, ActionSpec]) -> str:
    spec = actions.get(action.name)
    if spec is None:
        return f"no action is called {action.name.value!r}. {nearest(action.name, actions)}".strip()
    if spec.fields != tuple(name for name, _ in action.fields) or spec.decides is not action.decides:
        return f"the action {action.name} is another one than the rule was made with. Write the rule anew."
    return ""


def _origins(rule: Rule, facts: Mapping[str, FactSpec]) -> Iterator[str | None]:
    """The plugins behind the words that a rule uses; None for a word that nobody here knows."""
    actions = actions_of(facts)
    for compare in comparisons(rule.when):
        spec = facts.get(compare.field)
        if spec is None:
            yield None
            continue
        if spec.origin:
            yield spec.origin
        if isinstance(compare.type, PluginName):
            kind = spec.condition(compare.type)
            yield kind.origin if kind is not None else None
    for action in rule.then:
        if isinstance(action, PluginAction):
            yield actions[action.name].origin if action.name in actions else None


def _name(origin: str) -> str:
    return origin.partition("@")[0]
