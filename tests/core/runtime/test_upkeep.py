"""Does only that go which is over, old and wanted by nobody, and does its room come back?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.commands import COMMANDS
from core.domain.errors import CommandRefused
from core.domain.events import ENGINE_EVENTS
from core.domain.ids import SessionId, TemplateId
from core.domain.label import Label
from core.domain.status import Status
from core.domain.summary import SessionSummary
from core.ports.compaction import Room
from core.ports.session_index import NOT_OPENED, Opened
from core.runtime.upkeep import (
    COMPACTED_BYTES_MAX,
    FREE_BYTES_WORTH_IT,
    MS_PER_DAY,
    Upkeep,
    is_worth_it,
    outlived,
)
from storage.codec import Codec
from storage.compaction import SqliteCompaction
from storage.database import connect
from storage.opened import open_storage

NOW_MS = 1_790_000_000_000
DAYS = 30
OLD_MS = NOW_MS - 31 * MS_PER_DAY


def row(
    number: int,
    *,
    status: Status = Status.COMPLETED,
    ended_at_ms: int = OLD_MS,
    parent: int = 0,
    origin: int = 0,
    control: int = 0,
    attempts_open: int = 0,
) -> SessionSummary:
    return SessionSummary(
        session=SessionId(f"{number:032x}"),
        seq=1,
        position=number,
        flow="debate@1",
        title="",
        motion="",
        template=TemplateId("simple_debate"),
        status=status,
        opened_at_ms=number,
        ended_at_ms=ended_at_ms,
        parent=f"{parent:032x}" if parent else "",
        forked_from=f"{origin:032x}" if origin else "",
        control=f"{control:032x}" if control else "",
        attempts_open=attempts_open,
    )


def gone(*rows: SessionSummary, **labels: Label) -> list[int]:
    by_session = {SessionId(f"{int(name.removeprefix('n')):032x}"): label for name, label in labels.items()}
    return [int(each.session, 16) for each in outlived(rows, by_session, days=DAYS, now_ms=NOW_MS)]


def test_what_ended_long_ago_goes_and_what_ended_lately_stays() -> None:
    assert gone(row(1), row(2, ended_at_ms=NOW_MS - 29 * MS_PER_DAY)) == [1]


def test_without_a_number_of_days_everything_stays() -> None:
    assert outlived([row(1)], {}, days=0, now_ms=NOW_MS) == ()


@pytest.mark.parametrize("status", [each for each in Status if each not in (Status.COMPLETED, Status.CANCELLED)])
def test_what_can_be_gone_on_with_stays_however_old(status: Status) -> None:
    assert gone(row(1, status=status)) == []


def test_what_is_archived_or_tagged_or_waits_for_a_call_stays() -> None:
    kept = {"n1": Label(is_archived=True), "n2": Label(tags=("keep",)), "n3": Label(tags=("other",))}

    assert gone(row(1), row(2), row(3), row(4, attempts_open=1), **kept) == [3]


def test_what_another_one_needs_stays_as_long_as_that_one() -> None:
    assert gone(row(1), row(2, parent=1, ended_at_ms=NOW_MS)) == []
    assert gone(row(1), row(2, parent=1), row(3, parent=2, status=Status.FAILED)) == []
    assert sorted(gone(row(1), row(2, parent=1))) == [1, 2]
    assert gone(row(1), row(2, origin=1, ended_at_ms=NOW_MS)) == []
    assert gone(row(1), row(2, control=1, ended_at_ms=NOW_MS)) == []


def test_what_a_session_began_stays_with_it() -> None:
    assert gone(row(1), row(2, parent=1), row(3), n1=Label(is_archived=True)) == [3]
    assert gone(row(1, status=Status.FAILED), row(2, parent=1), row(3, parent=2)) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(Status), *(st.integers(0, 5) for _ in range(3))), max_size=12
    )
)
def test_nothing_goes_that_one_that_stays_names_or_began(made: list[tuple[int, Status, int, int, int]]) -> None:
    rows = [
        row(
            number,
            status=status,
            ended_at_ms=NOW_MS - days * MS_PER_DAY,
            parent=parent if parent != number else 0,
            origin=origin,
            control=control,
        )
        for number, (days, status, parent, origin, control) in enumerate(made, start=1)
    ]
    deleted = {each.session for each in outlived(rows, {}, days=DAYS, now_ms=NOW_MS)}
    kept = {each.session for each in rows} - deleted

    assert not [
        each for each in rows if each.session in kept and deleted & {each.parent, each.forked_from, each.control}
    ]
    assert not [each for each in rows if each.session in deleted and each.parent in kept]


@dataclass
class Ports:
    """What upkeep asks for: rows in pages of two, and no labels."""

    rows: list[SessionSummary]
    asked: list[Opened] = field(default_factory=list)

    @property
    def index(self) -> Ports:
        return self

    @property
    def catalogue(self) -> Ports:
        return self

    @property
    def clock(self) -> Ports:
        return self

    def now_ms(self) -> int:
        return NOW_MS

    async def labels(self) -> dict[SessionId, Label]:
        return {}

    async def opened_page(self, *, after: Opened = NOT_OPENED) -> list[SessionSummary]:
        self.asked.append(after)
        return [each for each in self.rows if (each.opened_at_ms, each.session) > after][:2]


async def test_what_refuses_to_go_stays_and_the_others_go() -> None:
    ports, deleted = Ports([row(number) for number in range(1, 6)]), list[SessionId]()

    async def delete(session: SessionId) -> None:
        if session.endswith("3"):
            raise CommandRefused("its last turn is under way.")
        deleted.append(session)

    upkeep = Upkeep(ports, None, keep_days=DAYS, delete=delete)  # type: ignore[arg-type]

    assert await upkeep.clear_out() == 4
    assert [int(session, 16) for session in deleted] == [1, 2, 4, 5]
    assert len(ports.asked) == 4


@dataclass
class File:
    """A database of the tests that says how large it is."""

    found: Room
    compacted: int = 0

    async def room(self) -> Room:
        return self.found

    async def compact(self) -> Room:
        self.compacted += 1
        return replace(self.found, free_bytes=0)


async def nobody(session: SessionId) -> None:
    raise AssertionError("nothing is deleted here")


@pytest.mark.parametrize(("is_idle", "free", "times"), [(True, 2, 1), (False, 2, 0), (True, 0, 0)])
async def test_a_file_is_compacted_where_that_is_worth_it_and_nothing_runs(
    is_idle: bool, free: int, times: int
) -> None:
    file = File(Room(bytes=4 * FREE_BYTES_WORTH_IT, free_bytes=free * FREE_BYTES_WORTH_IT))
    upkeep = Upkeep(Ports([]), file, keep_days=0, delete=nobody)  # type: ignore[arg-type]
    await upkeep.compact(is_idle=is_idle)

    assert file.compacted == times


def test_a_file_that_would_keep_writers_waiting_too_long_is_left_as_it_is() -> None:
    assert is_worth_it(Room(bytes=COMPACTED_BYTES_MAX, free_bytes=COMPACTED_BYTES_MAX // 2))
    assert not is_worth_it(Room(bytes=COMPACTED_BYTES_MAX + 1, free_bytes=COMPACTED_BYTES_MAX // 2))


async def test_a_real_database_gives_back_what_was_deleted_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    storage = open_storage(path, codec=Codec((*ENGINE_EVENTS, *COMMANDS)))
    for number in range(200):
        await storage.catalogue.save_setting(f"filler{number}", "x" * 50_000)
    await storage.catalogue.save_setting("kept", "as it was")
    database = connect(path)
    database.execute("DELETE FROM settings WHERE name LIKE 'filler%'")
    database.commit()
    database.close()
    compaction = SqliteCompaction(path)
    before = await compaction.room()
    after = await compaction.compact()

    assert before.free_bytes > 9_000_000
    assert (after.free_bytes, after.bytes < before.bytes // 4) == (0, True)
    assert (await storage.catalogue.settings())["kept"] == "as it was"
    await storage.catalogue.save_setting("kept", "and can be written")
    await storage.close()
