"""Does every catalogue keep every version of a format, and show lists without reading any whole?"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.errors import StorageFailed, WrongUse
from core.domain.ids import Digest, TemplateId
from core.ports.catalogue import Catalogue
from core.templates.searching import row_of
from core.templates.template import Template
from storage.opened import open_storage
from tests.core.templates.making import PANEL
from tests.memory import MemoryCatalogue
from tests.storage.builders import codec

Work = Callable[[Catalogue], Awaitable[None]]
KINDS = ("sqlite", "memory")
OTHER = replace(PANEL, id=TemplateId("another"), tags=("other",), rule_set="night", source="A paper, “2024”")
every_kind = pytest.mark.parametrize("kind", KINDS)


def in_a_catalogue(kind: str, work: Work) -> None:
    async def on_disk(path: Path) -> None:
        storage = open_storage(path, codec=codec())
        try:
            await work(storage.catalogue)
        finally:
            await storage.close()

    if kind == "memory":
        asyncio.run(_in_memory(work))
        return
    with TemporaryDirectory() as folder:
        asyncio.run(on_disk(Path(folder) / "moot.db"))


async def _in_memory(work: Work) -> None:
    await work(MemoryCatalogue())


async def save(catalogue: Catalogue, template: Template, at_ms: int = 7, change: str = "made") -> Digest:
    return await catalogue.save_template(template, actor="operator", at_ms=at_ms, change=change)


@every_kind
def test_the_newest_of_each_is_listed_with_who_made_it(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        await save(catalogue, PANEL)
        digest = await save(catalogue, replace(PANEL, version=2, name="Changed"), at_ms=9, change="renamed")
        other = await save(catalogue, OTHER)

        newest = replace(PANEL, version=2, name="Changed")
        assert await catalogue.template_rows() == (
            row_of(OTHER, digest=other, actor="operator", made_at_ms=7),
            row_of(newest, digest=digest, actor="operator", made_at_ms=9),
        )
        assert await catalogue.templates() == (OTHER, newest)
        assert await catalogue.newest_template(PANEL.id) == newest
        assert await catalogue.newest_template(TemplateId("absent")) is None

    in_a_catalogue(kind, work)


@every_kind
def test_what_is_saved_as_it_is_makes_no_version(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        assert await save(catalogue, PANEL) == await save(catalogue, PANEL, at_ms=9)
        assert [each.made_at_ms for each in await catalogue.template_history(PANEL.id)] == [7]

    in_a_catalogue(kind, work)


@every_kind
def test_the_history_names_each_change_the_newest_first(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        await save(catalogue, PANEL)
        await save(catalogue, replace(PANEL, version=2), change="edited")
        await catalogue.remove_template(PANEL.id, actor="operator", at_ms=9, change="deleted")

        history = await catalogue.template_history(PANEL.id)
        assert [(each.number, each.change, each.is_deleted) for each in history] == [
            (2, "deleted", True),
            (2, "edited", False),
            (1, "made", False),
        ]
        assert await catalogue.template_history(TemplateId("absent")) == []

    in_a_catalogue(kind, work)


@every_kind
def test_a_deleted_one_is_listed_no_more_and_stays_for_the_logs_that_name_it(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        digest = await save(catalogue, PANEL)
        await catalogue.remove_template(PANEL.id, actor="operator", at_ms=9)
        await catalogue.remove_template(PANEL.id, actor="operator", at_ms=10)
        await catalogue.remove_template(TemplateId("absent"), actor="operator", at_ms=10)

        assert (await catalogue.templates(), await catalogue.template_rows()) == ((), ())
        assert await catalogue.newest_template(PANEL.id) is None
        assert await catalogue.template(digest) == PANEL
        assert len(await catalogue.template_history(PANEL.id)) == 2

        await save(catalogue, PANEL, at_ms=11)
        assert await catalogue.templates() == (PANEL,)

    in_a_catalogue(kind, work)


@every_kind
def test_a_digest_that_nothing_has_is_refused(kind: str) -> None:
    async def work(catalogue: Catalogue) -> None:
        with pytest.raises(WrongUse):
            await catalogue.template(Digest("0" * 64))

    in_a_catalogue(kind, work)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(1, 3), st.booleans()), max_size=12))
def test_both_catalogues_tell_the_same_story(changes: list[tuple[str, int, bool]]) -> None:
    told: list[object] = []

    async def work(catalogue: Catalogue) -> None:
        for at_ms, (id, rounds, is_deleted) in enumerate(changes):
            if is_deleted:
                await catalogue.remove_template(TemplateId(id), actor="operator", at_ms=at_ms)
            else:
                await save(catalogue, replace(PANEL, id=TemplateId(id), rounds=rounds, version=rounds), at_ms=at_ms)
        history = [
            (each.number, each.made_at_ms, each.is_deleted)
            for id in ("a", "b")
            for each in await catalogue.template_history(TemplateId(id))
        ]
        rows = [(row.id, row.version, row.made_at_ms) for row in await catalogue.template_rows()]
        told.append((history, rows, await catalogue.templates()))

    for kind in KINDS:
        in_a_catalogue(kind, work)
    assert told[0] == told[1]


def test_what_an_older_moot_kept_without_a_row_is_listed_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"

    async def first() -> None:
        storage = open_storage(path, codec=codec())
        await save(storage.catalogue, OTHER)
        await storage.close()

    async def then() -> None:
        storage = open_storage(path, codec=codec())
        (row,) = await storage.catalogue.template_rows()
        assert (row.id, row.tags, row.seats) == ("another", ("other",), 4)
        await storage.close()

    asyncio.run(first())
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE templates SET row = x''")
        database.commit()
    asyncio.run(then())


@pytest.mark.parametrize("row", ["x'7b'", "'[]'", "'{}'", "'1,2'"])
def test_a_row_that_was_damaged_is_told_with_the_format_that_it_is_of(tmp_path: Path, row: str) -> None:
    path = tmp_path / "moot.db"

    async def first() -> None:
        storage = open_storage(path, codec=codec())
        await save(storage.catalogue, OTHER)
        await save(storage.catalogue, PANEL)
        await storage.close()

    async def then() -> None:
        storage = open_storage(path, codec=codec())
        try:
            with pytest.raises(StorageFailed, match="the template can't be read"):
                await storage.catalogue.template_rows()
            assert await storage.catalogue.templates() == (OTHER, PANEL)
        finally:
            await storage.close()

    asyncio.run(first())
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"UPDATE templates SET row = CAST({row} AS BLOB) WHERE template = 'another'")
        database.commit()
    asyncio.run(then())
