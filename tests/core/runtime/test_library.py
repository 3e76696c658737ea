"""Is what many sessions share made ready once?"""

from __future__ import annotations

from dataclasses import replace

from core.rules.rule import Rule, rule_set_digest
from core.rules.standard import STANDARD_RULES
from core.runtime.library import Library
from tests.builders import FACTS
from tests.memory import MemoryCatalogue


def apart(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The same rules as a catalogue reads them another time: equal, and others."""
    return tuple(replace(rule) for rule in rules)


async def library_of(*sets: tuple[Rule, ...]) -> Library:
    catalogue = MemoryCatalogue()
    for rules in sets:
        await catalogue.keep_rules(rules)
    return Library(catalogue, FACTS.values())


async def test_a_set_is_made_ready_once() -> None:
    library = await library_of(STANDARD_RULES)
    digest = rule_set_digest(STANDARD_RULES)

    assert await library.rules(digest) is await library.rules(digest)


async def test_of_a_set_that_differs_in_a_switch_only_the_switched_rule_is_new() -> None:
    first, *others = apart(STANDARD_RULES)
    switched = (replace(first, enabled=not first.enabled), *others)
    library = await library_of(STANDARD_RULES, switched)

    before = await library.rules(rule_set_digest(STANDARD_RULES))
    after = await library.rules(rule_set_digest(switched))

    assert after.digest == rule_set_digest(switched) != before.digest
    assert [rule.id for rule in after.rules if rule is not before.by_id[rule.id]] == [first.id]
    assert after.by_id[first.id].enabled is not before.by_id[first.id].enabled


async def test_a_set_whose_rules_ask_something_else_is_made_anew() -> None:
    first, second, *others = apart(STANDARD_RULES)
    changed = (replace(first, when=second.when), second, *others)
    library = await library_of(STANDARD_RULES, changed)

    before = await library.rules(rule_set_digest(STANDARD_RULES))
    after = await library.rules(rule_set_digest(changed))

    assert after.by_id[first.id].when == second.when != before.by_id[first.id].when
    assert not any(rule is before.by_id[rule.id] for rule in after.rules)
