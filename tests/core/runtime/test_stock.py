"""Does a database follow what moot ships, once, and leave alone what the operator made of it?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.errors import CommandRefused
from core.rules.rule import Rule
from core.rules.standard import STANDARD_RULES
from core.rules.versions import VersionKind
from core.runtime.stock import follow_shipped, stock
from tests.memory import MemoryCatalogue

CORRECTED = (replace(STANDARD_RULES[0], description="It says it better."), *STANDARD_RULES[1:])


async def stocked() -> MemoryCatalogue:
    catalogue = MemoryCatalogue()
    await stock(catalogue, at_ms=1)
    return catalogue


async def changes(catalogue: MemoryCatalogue) -> list[tuple[str, str]]:
    return [(version.actor, version.change) for version in await catalogue.rules_history()]


async def first_rule(catalogue: MemoryCatalogue) -> Rule:
    return next(rule for rule in await catalogue.rules() if rule.id == STANDARD_RULES[0].id)


async def test_corrected_rules_reach_a_database_that_has_the_old_ones() -> None:
    catalogue = await stocked()

    await follow_shipped(catalogue, CORRECTED, at_ms=2)

    assert await first_rule(catalogue) == CORRECTED[0]
    assert (await changes(catalogue))[0] == ("moot", f"shipped rules: corrected {CORRECTED[0].id}")


async def test_they_come_once_so_that_who_takes_them_back_keeps_them_back() -> None:
    catalogue = await stocked()
    await follow_shipped(catalogue, CORRECTED, at_ms=2)
    book = await catalogue.rule_book(1)
    await catalogue.save_rule_book(book, after=2, kind=VersionKind.UNDO, actor="operator", at_ms=3, change="undid")

    await follow_shipped(catalogue, CORRECTED, at_ms=4)
    await follow_shipped(catalogue, [replace(each, description="Once more.") for each in CORRECTED], at_ms=5)

    assert await first_rule(catalogue) == STANDARD_RULES[0]


async def test_a_release_older_than_the_database_changes_nothing() -> None:
    catalogue = await stocked()
    await follow_shipped(catalogue, CORRECTED, at_ms=2)

    await stock(catalogue, at_ms=3)

    assert len(await changes(catalogue)) == 2


async def test_a_database_from_before_shipped_rules_were_noted_follows_from_its_first_version() -> None:
    catalogue = MemoryCatalogue()
    await catalogue.save_rules(STANDARD_RULES, actor="moot", at_ms=1, change="shipped rules")

    await follow_shipped(catalogue, CORRECTED, at_ms=2)

    assert await first_rule(catalogue) == CORRECTED[0]


@pytest.mark.parametrize("versions", [0, 1])
async def test_rules_that_never_were_shipped_are_left_alone(versions: int) -> None:
    catalogue = MemoryCatalogue()
    if versions:
        await catalogue.save_rules(STANDARD_RULES, actor="ada", at_ms=1, change="copied")

    await follow_shipped(catalogue, CORRECTED, at_ms=2)

    assert len(await changes(catalogue)) == versions


async def test_a_process_that_is_forestalled_leaves_it_to_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = await stocked()

    async def refused(*_: object, **__: object) -> None:
        raise CommandRefused("the rules were changed meanwhile.")

    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "save_rule_book", refused)
        await follow_shipped(catalogue, CORRECTED, at_ms=2)
    assert await first_rule(catalogue) == STANDARD_RULES[0]

    await follow_shipped(catalogue, CORRECTED, at_ms=3)
    assert await first_rule(catalogue) == CORRECTED[0]
