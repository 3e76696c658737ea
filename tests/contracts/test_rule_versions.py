"""Does every catalogue keep every version of the rules, and refuse one that was made from an outdated one?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.errors import CommandRefused, WrongUse
from core.domain.ids import Digest
from core.ports.catalogue import Catalogue, RulesVersion
from core.rules.layers import RuleBook, RuleFile, RuleSetSpec, effective_sets
from core.rules.rule import Rule, rule_set_digest
from core.rules.versions import VersionKind
from storage.opened import open_storage
from tests.core.rules.builders import rule
from tests.core.rules.strategies import BOOKS
from tests.memory import MemoryCatalogue
from tests.storage.builders import codec

Work = Callable[[Catalogue], Awaitable[None]]
KINDS = ("sqlite", "memory")


def of(rule_set: str, id_: str = "a") -> Rule:
    return replace(rule(id_), rule_set=rule_set)


BOOK = RuleBook(
    rules=(of("own"), of("standard"), of("night", "b")),
    sets=(RuleSetSpec(name="night", extends="own", description="Quieter, “später”."),),
    files=(RuleFile(name="day.yaml", rules=(of("day"), of("own")), sets=(RuleSetSpec(name="day"),)),),
)


def in_a_catalogue(kind: str, work: Work) -> None:
    async def in_memory() -> None:
        await work(MemoryCatalogue())

    async def on_disk(path: Path) -> None:
        storage = open_storage(path, codec=codec())
        try:
            await work(storage.catalogue)
        finally:
            await storage.close()

    if kind == "memory":
        asyncio.run(in_memory())
        return
    with TemporaryDirectory() as folder:
        asyncio.run(on_disk(Path(folder) / "moot.db"))


async def save(
    catalogue: Catalogue, book: RuleBook, *, after: int, kind: VersionKind = VersionKind.CHANGE, change: str = "edited"
) -> RulesVersion:
    return await catalogue.save_rule_book(book, after=after, kind=kind, actor="operator", at_ms=7, change=change)


@pytest.mark.parametrize("kind", KINDS)
def test_a_catalogue_without_rules_has_no_version_and_an_empty_book(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        assert await catalogue.rules_version() is None
        assert await catalogue.rule_book() == RuleBook()
        with pytest.raises(WrongUse, match="the rules have no version 1"):
            await catalogue.rule_book(1)

    in_a_catalogue(kind, work)


@pytest.mark.parametrize("kind", KINDS)
def test_a_version_holds_rules_sets_and_files_and_stays_readable(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        first = await save(catalogue, BOOK, after=0, change="made")
        second = await save(catalogue, replace(BOOK, sets=()), after=1, kind=VersionKind.UNDO, change="undid it")

        assert first == RulesVersion(
            number=1, kind=VersionKind.CHANGE, digest=rule_set_digest(BOOK.rules), made_at_ms=7, actor="operator",
            change="made",
        )  # fmt: skip
        assert (second.number, second.kind, second.digest) == (2, VersionKind.UNDO, first.digest)
        assert await catalogue.rules_version() == second
        assert list(await catalogue.rules_history()) == [second, first]
        assert list(await catalogue.rules_history(limit=1)) == [second]
        assert effective_sets(await catalogue.rule_book(1)) == effective_sets(BOOK)
        assert (await catalogue.rule_book(1)).sets == BOOK.sets
        assert (await catalogue.rule_book()).sets == ()
        assert (await catalogue.rule_book()).files == BOOK.files

    in_a_catalogue(kind, work)


@pytest.mark.parametrize("kind", KINDS)
def test_a_version_made_from_an_outdated_one_is_refused_and_nothing_is_lost(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        await save(catalogue, BOOK, after=0)
        newest = await save(catalogue, RuleBook(rules=(of("own", "c"),)), after=1)

        with pytest.raises(CommandRefused, match="changed meanwhile"):
            await save(catalogue, RuleBook(rules=(of("own", "d"),)), after=1)

        assert await catalogue.rules_version() == newest
        assert [each.id for each in await catalogue.rules()] == ["c"]

    in_a_catalogue(kind, work)


@pytest.mark.parametrize("kind", KINDS)
def test_of_versions_made_from_one_at_once_a_single_one_is_taken(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        await save(catalogue, BOOK, after=0)
        others = [RuleBook(rules=(of("own", f"rule{number}"),)) for number in range(5)]

        done = await asyncio.gather(*(save(catalogue, other, after=1) for other in others), return_exceptions=True)

        assert sorted(type(each).__name__ for each in done) == ["CommandRefused"] * 4 + ["RulesVersion"]
        assert len(await catalogue.rules_history()) == 2

    in_a_catalogue(kind, work)


@pytest.mark.parametrize("kind", KINDS)
def test_saving_what_is_there_already_makes_no_version(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        first = await save(catalogue, BOOK, after=0)

        again = await save(catalogue, replace(BOOK, rules=tuple(reversed(BOOK.rules))), after=1, change="nothing")

        assert again == first
        assert len(await catalogue.rules_history()) == 1

    in_a_catalogue(kind, work)


@pytest.mark.parametrize("kind", KINDS)
def test_a_book_that_is_not_sound_is_not_saved(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        with pytest.raises(WrongUse, match="two rules are called 'a' in the set 'own'"):
            await save(catalogue, RuleBook(rules=(of("own"), of("own"))), after=0)
        with pytest.raises(WrongUse, match="in a circle"):
            await save(catalogue, RuleBook(sets=(RuleSetSpec(name="own", extends="own"),)), after=0)

        assert await catalogue.rules_version() is None

    in_a_catalogue(kind, work)


@pytest.mark.parametrize("kind", KINDS)
def test_saving_rules_alone_leaves_sets_and_files_as_they_are(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        await save(catalogue, BOOK, after=0)

        digest = await catalogue.save_rules([of("own", "c")], actor="operator", at_ms=8, change="fewer")

        book = await catalogue.rule_book()
        assert (book.rules, book.sets, book.files) == ((of("own", "c"),), BOOK.sets, BOOK.files)
        assert digest == await catalogue.rules_digest() == rule_set_digest(book.rules)

    in_a_catalogue(kind, work)


@pytest.mark.parametrize("kind", KINDS)
def test_rules_are_kept_for_logs_without_being_in_force(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        digest = await catalogue.keep_rules([of("own", "c"), of("own", "b")])

        assert [each.id for each in await catalogue.rule_set(digest)] == ["b", "c"]
        assert await catalogue.rules() == ()
        assert await catalogue.rules_version() is None
        with pytest.raises(WrongUse, match="000000000000"):
            await catalogue.rule_set(Digest("0" * 64))

    in_a_catalogue(kind, work)


@pytest.mark.parametrize("kind", KINDS)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=20)
@given(books=st.lists(BOOKS, min_size=1, max_size=4))
def test_every_version_says_for_ever_what_holds_in_each_set(kind: str, books: list[RuleBook]) -> None:
    async def work(catalogue: Catalogue) -> None:
        numbers = []
        for book in books:
            newest = await catalogue.rules_version()
            numbers.append((await save(catalogue, book, after=newest.number if newest else 0)).number)

        for number, book in zip(numbers, books, strict=True):
            assert effective_sets(await catalogue.rule_book(number)) == effective_sets(book)

    in_a_catalogue(kind, work)
