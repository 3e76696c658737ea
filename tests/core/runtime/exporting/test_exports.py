"""Do records leave as files that are whole, that nothing is written over by, and that are read back equal?"""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.analytics.book import Book, advanced
from core.analytics.flips import Sights, all_seen
from core.domain.commands import COMMANDS
from core.domain.errors import WrongUse
from core.domain.events import ENGINE_EVENTS, Event, Recorded
from core.domain.ids import Digest, SessionId
from core.exporting.kinds import Form, Kind
from core.exporting.schemas import cells_schema, file_schema, summary_schema
from core.exporting.tables import Row
from core.exporting.written import RowDigest, row_text
from core.flows.debate_events import DEBATE_EVENTS
from core.runtime.analytics import Analytics
from core.runtime.exporting.checking import Checked, Checker, Found
from core.runtime.exporting.exporter import EMPTY_NOTE, Exporter
from core.runtime.exporting.forms import row_file
from core.runtime.exporting.reading import rows_of
from core.runtime.exporting.sources import ListedRows, Sources
from core.runtime.exporting.wanted import Exported, Told, Wanted
from core.runtime.stock import stock
from storage.codec import Codec
from storage.opened import Storage, open_storage
from tests.core.analytics.histories import a_log, played, to_its_end
from tests.core.exporting.test_written import A_TABLE_AND_ROWS
from tests.core.runtime.test_metrics_files import AT_MS, SetClock, log_of, record

READ_BACK = [form for form in Form if form.is_read_back]


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = open_storage(tmp_path / "moot.db", codec=Codec((*ENGINE_EVENTS, *DEBATE_EVENTS, *COMMANDS)))
    yield opened
    await opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


def sources_of(storage: Storage) -> Sources:
    async def rows() -> ListedRows:
        return storage.index

    async def book() -> Book:
        return advanced(Book(), await storage.log.read_all())

    analytics = Analytics(
        storage.lives,
        log=storage.log,
        catalogue=storage.catalogue,
        formats=AllKnown(),
        clock=SetClock(),
        local_midnight_ms=lambda at_ms: at_ms - at_ms % 86_400_000,
    )
    return Sources(storage.log, storage.catalogue, rows=rows, book=book, analysed=analytics)


class AllKnown:
    """Formats in which everybody sees everything."""

    async def prepare(self, events: Iterable[Event]) -> None:
        pass

    def __call__(self, digest: Digest) -> Sights:
        return all_seen(digest)


async def exported(storage: Storage, folder: Path, kind: Kind, form: Form = Form.JSON, **chosen: object) -> Exported:
    exporter = Exporter(sources_of(storage), SetClock(), version="0")
    return await exporter.export(Wanted(kind=kind, form=form, **chosen), folder)  # type: ignore[arg-type]


async def checked(storage: Storage, path: Path) -> Checked:
    (found,) = await Checker(sources_of(storage)).check(path)
    return found


def plain(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(A_TABLE_AND_ROWS, st.sampled_from(READ_BACK), st.data())
def test_rows_come_back_from_every_form_that_is_read_back(
    tmp_path: Path, given: tuple[object, list[Row]], form: Form, data: st.DataObject
) -> None:
    table, rows = given
    path, digest = tmp_path / "rows", RowDigest()
    cut = data.draw(st.integers(0, len(rows)))
    with path.open("wb") as file:
        written = row_file(form, file, table, written_at_ms=AT_MS, title="moot")  # type: ignore[arg-type]
        for page in (rows[:cut], rows[cut:]):
            texts = [row_text(table, row) for row in page]  # type: ignore[arg-type]
            digest.take(texts)
            written.take(page, texts)
        written.close(count=digest.rows, digest=digest.value)

    assert list(rows_of(path, table.kind, form)) == rows  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("form", Form)
async def test_each_kind_leaves_in_each_form_with_its_summary_and_is_found_equal_to_the_log(
    storage: Storage, folder: Path, kind: Kind, form: Form
) -> None:
    await stock(storage.catalogue, at_ms=AT_MS)
    await record(storage, log_of(to_its_end().log, played(()).log))

    done = await exported(storage, folder, kind, form)
    summary = plain(done.summary)

    assert listed(folder) == sorted((done.file.name, done.summary.name))
    assert done.file.name == f"{kind.value}_20260921T141320.123Z{form.suffix}"
    Draft202012Validator(summary_schema()).validate(summary)
    assert (summary["rows"], summary["bytes"]) == (done.rows, done.file.stat().st_size)
    assert done.rows
    found = await checked(storage, done.file)
    assert found.found is (Found.EQUAL if form.is_read_back else Found.WHOLE), found.why


@pytest.mark.parametrize("kind", Kind)
async def test_a_file_of_json_and_one_of_csv_fit_their_schemas(storage: Storage, folder: Path, kind: Kind) -> None:
    await record(storage, log_of(to_its_end().log, played(()).log))

    of_json = await exported(storage, folder, kind, Form.JSON)
    of_csv = await exported(storage, folder, kind, Form.CSV)

    Draft202012Validator(file_schema(kind)).validate(plain(of_json.file))
    with of_csv.file.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        Draft202012Validator(cells_schema(kind)).validate(row)
    assert len(rows) == of_csv.rows == of_json.rows


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(a_log.filter(bool), st.sampled_from(READ_BACK))
async def test_the_events_of_any_log_are_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, log: list[Recorded], form: Form
) -> None:
    folder = tmp_path_factory.mktemp("moot")
    storage = open_storage(folder / "moot.db", codec=Codec((*ENGINE_EVENTS, *DEBATE_EVENTS, *COMMANDS)))
    try:
        await record(storage, log)

        done = await exported(storage, folder / "out", Kind.EVENTS, form)

        assert done.rows == await storage.log.last_position()
        assert (await checked(storage, done.file)).found is Found.EQUAL
    finally:
        await storage.close()


async def test_events_hold_what_was_recorded_and_who_asked_for_it(storage: Storage, folder: Path) -> None:
    await record(storage, log_of(to_its_end().log))

    rows = plain((await exported(storage, folder, Kind.EVENTS)).file)["rows"]
    recorded = await storage.log.read_all()

    assert isinstance(rows, list)
    assert [row["position"] for row in rows] == [each.position for each in recorded]
    assert [row["kind"] for row in rows] == [type(each.event).__name__ for each in recorded]
    assert rows[0]["command"] == "Open"
    assert rows[0]["fields"]["opening"]["motion"] == recorded[0].event.opening.motion  # type: ignore[attr-defined]
    assert [row["actor"] is not None for row in rows] == [each.envelope is not None for each in recorded]


async def test_one_session_and_a_stretch_of_time_are_taken_out_of_all(storage: Storage, folder: Path) -> None:
    await record(storage, log_of(to_its_end().log, played(()).log))
    every = await storage.log.read_all()
    first, middle = every[0].session, every[len(every) // 2].at_ms

    of_first = await exported(storage, folder, Kind.EVENTS, session=first)
    before = await exported(storage, folder, Kind.EVENTS, until_ms=middle)
    since = await exported(storage, folder, Kind.EVENTS, since_ms=middle)
    one = await exported(storage, folder, Kind.SESSIONS, session=first)

    assert of_first.rows == sum(each.session == first for each in every)
    assert before.rows + since.rows == len(every)
    assert before.rows == sum(each.at_ms < middle for each in every)
    assert one.rows == 1
    for done in (of_first, before, since, one):
        assert (await checked(storage, done.file)).found is Found.EQUAL


async def test_where_the_clock_went_back_every_event_of_the_time_is_there_all_the_same(
    storage: Storage, folder: Path
) -> None:
    log = log_of(to_its_end().log, played(()).log)
    middle = sum(each.session == log[0].session for each in log)
    await record(storage, log[:middle])
    back = [replace(each, at_ms=each.at_ms - 86_400_000) for each in log[middle:]]
    back = [
        each if each.envelope is None else replace(each, envelope=replace(each.envelope, at_ms=each.at_ms))
        for each in back
    ]
    await record(storage, back)
    every = await storage.log.read_all()
    late = max(each.at_ms for each in every[middle:])

    done = await exported(storage, folder, Kind.EVENTS, until_ms=late + 1)

    assert done.rows == sum(each.at_ms <= late for each in every)
    assert (await checked(storage, done.file)).found is Found.EQUAL


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("kind", [Kind.EVENTS, Kind.SESSIONS, Kind.ANALYTICS])
async def test_of_no_sessions_the_file_is_empty_and_says_so(
    storage: Storage, folder: Path, kind: Kind, form: Form
) -> None:
    done = await exported(storage, folder, kind, form)

    assert (done.rows, done.note) == (0, EMPTY_NOTE)
    assert plain(done.summary)["note"] == EMPTY_NOTE
    assert (await checked(storage, done.file)).found is not Found.DIFFERS


async def test_of_one_session_the_analytics_are_exported_without_holding_the_rows_of_others(
    storage: Storage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await record(storage, log_of(to_its_end().log, played(()).log))
    whole = plain((await exported(storage, folder, Kind.ANALYTICS)).file)["rows"]
    assert isinstance(whole, list)
    of_sessions = {row["of"]: row for row in whole if row["section"] == "sessions"}
    assert len(of_sessions) == 2

    async def nobody(*_: object, **__: object) -> None:
        raise AssertionError("the rows of all sessions were read")

    monkeypatch.setattr(storage.lives, "lives", nobody)
    for session, row in of_sessions.items():
        done = await exported(storage, folder, Kind.ANALYTICS, session=SessionId(session))
        assert plain(done.file)["rows"] == [row]
    none = await exported(storage, folder, Kind.ANALYTICS, session=SessionId(next(iter(of_sessions))), until_ms=1)
    assert none.rows == 0


async def test_a_session_without_an_end_leaves_the_moment_out_instead_of_saying_1970(
    storage: Storage, folder: Path
) -> None:
    await record(storage, log_of(played(()).log))

    (row,) = plain((await exported(storage, folder, Kind.SESSIONS)).file)["rows"]  # type: ignore[misc]

    assert row["ended_at_ms"] is None  # type: ignore[index]


async def test_events_of_a_newer_release_are_exported_as_what_is_known_of_them(
    storage: Storage, folder: Path, tmp_path: Path
) -> None:
    await record(storage, log_of(to_its_end().log))
    older = open_storage(tmp_path / "moot.db", codec=Codec((*ENGINE_EVENTS, *COMMANDS)))
    try:
        done = await exported(older, folder, Kind.EVENTS)
        rows = plain(done.file)["rows"]

        assert isinstance(rows, list)
        unknown = [row for row in rows if row["unreadable"]]
        assert done.unreadable == len(unknown) > 0
        assert {"RoundStarted", "ArgumentPresented"} <= {row["kind"] for row in unknown}
        assert all(row["fields"] is None and "doesn't know" in row["unreadable"] for row in unknown)
        assert plain(done.summary)["unreadable"] == len(unknown)
        assert (await checked(older, done.file)).found is Found.EQUAL
    finally:
        await older.close()


async def test_a_second_export_at_the_same_moment_lies_beside_the_first(storage: Storage, folder: Path) -> None:
    await record(storage, log_of(to_its_end().log))

    first = await exported(storage, folder, Kind.EVENTS)
    before = first.file.read_bytes()
    second = await exported(storage, folder, Kind.EVENTS, Form.CSV)

    assert first.file.read_bytes() == before
    assert second.file.name == "events_20260921T141320.124Z.csv"
    assert len(listed(folder)) == 4


async def test_whoever_breaks_off_an_export_leaves_nothing_behind(storage: Storage, folder: Path) -> None:
    await record(storage, log_of(to_its_end().log))
    kept = await exported(storage, folder, Kind.EVENTS)
    lies = listed(folder)
    exporter = Exporter(sources_of(storage), SetClock(), version="0")

    def tell(told: Told) -> None:
        under_way.cancel()

    under_way = asyncio.ensure_future(exporter.export(Wanted(kind=Kind.EVENTS), folder, tell=tell))
    await asyncio.wait((under_way,))

    assert under_way.cancelled()
    assert listed(folder) == lies
    assert (await checked(storage, kept.file)).found is Found.EQUAL


def spoil(path: Path, before: bytes, after: bytes) -> None:
    content = path.read_bytes()
    assert before in content
    path.write_bytes(content.replace(before, after, 1))


@pytest.mark.parametrize("form", [Form.JSON, Form.CSV])
async def test_a_file_that_was_changed_is_told_with_what_differs(storage: Storage, folder: Path, form: Form) -> None:
    await record(storage, log_of(to_its_end().log))
    changed = await exported(storage, folder, Kind.EVENTS, form)
    cut = await exported(storage, folder, Kind.EVENTS, form)
    spoil(changed.file, b"SessionOpened", b"SessionClosed")
    cut.file.write_bytes(cut.file.read_bytes()[: cut.bytes // 2])

    of_changed, of_cut = await checked(storage, changed.file), await checked(storage, cut.file)

    assert (of_changed.found, of_cut.found) == (Found.DIFFERS, Found.DIFFERS)
    assert "its rows are not those that were written" in of_changed.why
    assert of_cut.why


async def test_a_file_of_another_database_is_told_from_one_of_this(
    storage: Storage, folder: Path, tmp_path: Path
) -> None:
    await record(storage, log_of(to_its_end().log))
    done = await exported(storage, folder, Kind.EVENTS)
    other = open_storage(tmp_path / "other.db", codec=Codec((*ENGINE_EVENTS, *DEBATE_EVENTS, *COMMANDS)))
    try:
        found = await checked(other, done.file)
    finally:
        await other.close()

    assert found.found is Found.DIFFERS
    assert "another database" in found.why


async def test_what_changes_with_every_event_is_compared_only_until_more_is_recorded(
    storage: Storage, folder: Path
) -> None:
    await record(storage, log_of(to_its_end().log))
    done = await exported(storage, folder, Kind.SESSIONS)
    await record(storage, log_of(played(()).log, first=9))

    found = await checked(storage, done.file)

    assert found.found is Found.WHOLE
    assert "recorded since" in found.why


@pytest.fixture
def made_folder(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def test_a_folder_is_checked_file_by_file_and_what_is_no_export_is_refused(
    storage: Storage, made_folder: Path
) -> None:
    folder, checker = made_folder, Checker(sources_of(storage))
    with pytest.raises(WrongUse, match="no exports lie here"):
        await checker.check(folder)
    with pytest.raises(WrongUse, match="no such file"):
        await checker.check(folder / "absent.json")
    (folder / "events_20260921T141320.123Z.json").write_text("{}")
    with pytest.raises(WrongUse, match="the summary that says what it should hold is missing"):
        await checker.check(folder / "events_20260921T141320.123Z.json")

    done = [await exported(storage, folder, kind) for kind in Kind]

    found = {each.file: each for each in await checker.check(folder)}
    lone = found.pop(folder / "events_20260921T141320.123Z.json")
    assert found.keys() == {each.file for each in done}
    assert (lone.found, lone.why) == (Found.DIFFERS, "no summary beside it says what it should hold")


@pytest.mark.parametrize("form", [form for form in Form if not form.is_read_back])
async def test_of_a_file_for_people_nothing_is_said_of_its_rows(storage: Storage, folder: Path, form: Form) -> None:
    done = await exported(storage, folder, Kind.RULES, form)
    spoil(done.file, b"moot", b"toom")

    assert (await checked(storage, done.file)).why == "its bytes are not those that were written"


@pytest.mark.parametrize("kind", [Kind.METRICS, Kind.RULES])
def test_what_is_counted_over_all_time_can_t_be_had_of_a_part_of_it(kind: Kind) -> None:
    with pytest.raises(WrongUse, match="counted over all sessions"):
        Wanted(kind=kind, since_ms=1)
    with pytest.raises(WrongUse, match="counted over all sessions"):
        Wanted(kind=kind, session=SessionId("ab"))


async def test_sessions_are_gone_through_in_pages_each_once(storage: Storage, folder: Path) -> None:
    logs: Sequence[Sequence[Recorded]] = [played(()).log for _ in range(7)]
    await record(storage, log_of(*logs))
    found: list[str] = []
    page = await storage.index.opened_page(limit=3)
    while page:
        found += [row.session for row in page]
        page = await storage.index.opened_page(after=(page[-1].opened_at_ms, page[-1].session), limit=3)

    assert sorted(found) == sorted(row.session for row in await storage.index.summaries())
    assert len(found) == len(set(found)) == 7
    assert (await exported(storage, folder, Kind.SESSIONS)).rows == 7


@pytest.mark.parametrize("form", Form)
async def test_each_file_says_of_which_schema_it_is(storage: Storage, folder: Path, form: Form) -> None:
    await record(storage, log_of(to_its_end().log))

    content = (await exported(storage, folder, Kind.EVENTS, form)).file.read_bytes()

    assert b"schema_version" in content or b"as schema 1 has it" in content
