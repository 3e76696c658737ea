"""Does this release read, fold and decide again whatever an earlier one recorded?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.domain.commands import COMMANDS as COMMANDS_OF_ANY
from core.domain.events import ENGINE_EVENTS, AttemptFailed, Recorded
from core.domain.flow import Flow, kinds_of
from core.domain.ids import SessionId
from core.domain.session import Status
from core.engine.engine import Engine
from core.engine.facts import SESSION_FACTS
from core.engine.replay import fold_session, verify
from core.flows.debate import DebateFlow
from core.flows.refinement import RefinementFlow
from core.runtime.library import Library
from storage.codec import Codec
from storage.database import SCHEMA_VERSION
from storage.opened import Storage, open_storage
from tests.golden.logs import OTHERWISE, known_of, named, noted, schema_of, unpacked

KINDS = kinds_of((DebateFlow(templates={}, documents={}), RefinementFlow(documents={})))
EVENTS = (*ENGINE_EVENTS, *KINDS.events)
COMMANDS = (*COMMANDS_OF_ANY, *KINDS.commands)
NEWEST = max(name for name in named() if name[0].isdigit())


@dataclass(frozen=True)
class Opened:
    """A former release's database as today's moot has it."""

    path: Path
    storage: Storage
    engine: Engine
    library: Library

    async def records(self, session: SessionId) -> list[Recorded]:
        found: list[Recorded] = []
        while news := await self.storage.log.read(session, after_seq=len(found)):
            found += news
        await self.library.prepare(record.event for record in found)
        return found


@asynccontextmanager
async def opened(name: str, folder: Path) -> AsyncIterator[Opened]:
    path = unpacked(name, folder)
    storage = open_storage(path, codec=Codec((*EVENTS, *COMMANDS)))
    library = Library(storage.catalogue, (*SESSION_FACTS, *KINDS.facts))
    debate = DebateFlow(templates=library.templates, documents=library.documents)
    refinement = RefinementFlow(documents=library.documents)
    flows: dict[str, Flow] = {"debate@1": debate, "debate@2": debate, "refinement@1": refinement}
    engine = Engine(flows=flows, rule_sets=library.rule_sets)
    try:
        yield Opened(path, storage, engine, library)
    finally:
        await storage.close()


@pytest.mark.parametrize("name", named())
async def test_every_session_of_a_former_release_is_folded_and_decided_again_the_same(
    name: str, tmp_path: Path
) -> None:
    async with opened(name, tmp_path) as old:
        for session, known in known_of(name).items():
            records = await old.records(SessionId(session))
            assert len(records) == known["events"], session
            state = fold_session(old.engine, SessionId(session), records)
            assert state.life.status is not Status.CREATED, session
            divergence = verify(old.engine, SessionId(session), records)
            assert (divergence and divergence.seq) == known.get(OTHERWISE), f"{session}: {divergence}"
        assert set(await old.storage.log.session_ids()) == set(known_of(name))


@pytest.mark.parametrize("name", [name for name in named() if name[0].isdigit()])
def test_of_a_release_only_what_a_plugin_brought_about_would_be_decided_otherwise(name: str) -> None:
    assert sum(OTHERWISE in known for known in known_of(name).values()) == 1


@pytest.mark.parametrize("name", named())
async def test_not_a_byte_that_a_former_release_recorded_is_changed(name: str, tmp_path: Path) -> None:
    async with opened(name, tmp_path) as old:
        kept = {
            session: {what: value for what, value in known.items() if what != OTHERWISE}
            for session, known in known_of(name).items()
        }
        assert noted(old.path) == kept


@pytest.mark.parametrize("name", named())
async def test_a_former_release_s_database_is_brought_up_to_date_and_its_copy_kept(name: str, tmp_path: Path) -> None:
    before = schema_of(unpacked(name, tmp_path))
    async with opened(name, tmp_path) as old:
        assert schema_of(old.path) == SCHEMA_VERSION
    copies = list(tmp_path.glob("moot.db.schema-*"))  # noqa: ASYNC240  # nothing runs beside it
    assert [schema_of(copy) for copy in copies] == ([before] if before < SCHEMA_VERSION else [])


def test_the_newest_log_holds_every_kind_of_event_and_of_command(tmp_path: Path) -> None:
    async def seen() -> set[type]:
        found: set[type] = set()
        async with opened(NEWEST, tmp_path) as newest:
            for session in known_of(NEWEST):
                for record in await newest.records(SessionId(session)):
                    found.add(type(record.event))
                    if record.envelope is not None:
                        found.add(type(record.envelope.command))
        return found

    missing = {kind.__name__ for kind in (*EVENTS, *COMMANDS)} - {kind.__name__ for kind in asyncio.run(seen())}
    assert not missing, "give tests/golden/make.py a scene with it, then run: python -m tests.golden.make"


async def test_a_later_release_lifts_the_real_old_form_of_an_event_and_changes_nothing_on_disk(tmp_path: Path) -> None:
    """Failures of the first databases name no route. A release in which each has to name one would lift them so."""
    path = unpacked("schema-1", tmp_path)

    def naming_no_route(plain: dict[str, object]) -> dict[str, object]:
        return {"route": "not on record", **plain}

    later = Codec((*EVENTS, *COMMANDS), {("AttemptFailed", 1): naming_no_route})
    storage = open_storage(path, codec=later)
    failures = [
        record.event
        for session in known_of("schema-1")
        for record in await storage.log.read(SessionId(session))
        if isinstance(record.event, AttemptFailed)
    ]
    stored = [
        each
        for session in known_of("schema-1")
        for each in await storage.log.stored(SessionId(session))
        if each.kind == "AttemptFailed"
    ]
    await storage.close()

    assert {failure.route for failure in failures} == {"not on record"}
    assert all(each.version == 1 and b"route" not in each.body for each in stored)
    assert len(failures) == len(stored) > 0
    assert later.encode_event(failures[0]).version == 2


async def test_a_failure_that_was_recorded_before_routes_were_is_read_as_one_by_no_route(tmp_path: Path) -> None:
    async with opened("schema-1", tmp_path) as old:
        failures = [
            record.event
            for session in known_of("schema-1")
            for record in await old.records(SessionId(session))
            if isinstance(record.event, AttemptFailed)
        ]

    assert {failure.route for failure in failures} == {""}
