"""Do rule sets that nobody asks for make room, and come back when somebody does?"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.commands import Pause
from core.domain.session import Status
from core.rules.compiled import CompiledRules, compile_rules
from core.rules.rule import Rule, rule_set_digest
from core.rules.standard import STANDARD_RULES
from core.runtime import beside, library, rule_sets
from core.runtime.rule_sets import RuleSets
from tests.builders import FACTS
from tests.stage import Stage, start, until
from tests.virtual_time import in_virtual_time


def numbered(number: int, *, size: int = 2) -> CompiledRules:
    rules = [replace(rule, priority=number) for rule in STANDARD_RULES[:size]]
    return compile_rules(rules, facts=FACTS)


def test_what_is_asked_for_last_stays_ready_and_the_rest_is_made_ready_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_sets, "RULES_READY_MAX", 4)
    sets = RuleSets(FACTS)
    first, second, third = (numbered(number) for number in range(3))
    for each in (first, second):
        sets.put(each.digest, each)
    assert sets[first.digest] is first
    sets.put(third.digest, third)

    assert (sets[third.digest], sets[first.digest]) == (third, first)
    again = sets[second.digest]
    assert again is not second
    assert (again.digest, again.rules) == (second.digest, second.rules)
    assert set(sets) == {first.digest, second.digest, third.digest}


def test_a_set_larger_than_the_bound_is_ready_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_sets, "RULES_READY_MAX", 1)
    sets = RuleSets(FACTS)
    for number in range(3):
        each = numbered(number)
        sets.put(each.digest, each)
        assert sets[each.digest] is each
        assert len(sets.newest(9)) == 1


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), max_size=30))
def test_never_more_are_at_hand_than_the_bound_and_the_newest_always_is(asked: list[tuple[bool, int]]) -> None:
    known = [numbered(number) for number in range(7)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rule_sets, "RULES_READY_MAX", 4)
        patch.setattr(rule_sets, "RULE_SETS_KEPT_MAX", 4)
        sets = RuleSets(FACTS)
        for is_put, number in asked:
            digest = known[number].digest
            if is_put:
                sets.put(digest, known[number])
            if digest in sets:
                assert sets[digest].rules == known[number].rules
            assert len(sets) == len(set(sets)) <= 4
            assert sum(len(each.rules) for each in sets.newest(9)) <= 4


def test_a_session_that_stood_still_goes_on_by_rules_that_were_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_sets, "RULE_SETS_KEPT_MAX", 2)

    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        await moot.rulebook.define("calm", extends="standard")
        session = await start(moot, rules="calm")
        await moot.command(session, Pause())
        await moot.rulebook.undefine("calm")
        pinned = (await stage.state(session)).ruling.digest
        for priority in range(5):
            await moot.rulebook.set_priority([str(STANDARD_RULES[0].id)], priority)
        assert pinned not in stage.ports.library.rule_sets

        await moot.resume(session)

        assert await until(moot, session) is Status.COMPLETED
        await moot.stop()

    in_virtual_time(work)


@pytest.mark.parametrize(("size", "is_beside"), [(beside.AT_ONCE_RULES_MAX, False), (300, True)])
def test_a_large_set_is_made_ready_beside_everybody_else(
    monkeypatch: pytest.MonkeyPatch, size: int, is_beside: bool
) -> None:
    rules = [replace(STANDARD_RULES[0], id=f"r{number}") for number in range(size)]  # type: ignore[arg-type]
    threads: list[int] = []

    def seen(rules: Sequence[Rule], **fields: object) -> CompiledRules:
        threads.append(threading.get_ident())
        return compile_rules(rules, **fields)  # type: ignore[arg-type]

    monkeypatch.setattr(library, "compile_rules", seen)

    async def work() -> None:
        stage = Stage()
        stage.orchestrator()
        digest = await stage.catalogue.keep_rules(rules)
        assert (await stage.ports.library.rules(digest)).digest == rule_set_digest(rules)

    asyncio.run(work())

    assert [thread != threading.get_ident() for thread in threads] == [is_beside]
