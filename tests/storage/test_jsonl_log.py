"""Does a folder of JSON Lines survive what crashes and people do to it?"""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

from core.domain.chain import Head, Stored, first_break
from core.domain.errors import StorageFailed, WrongUse
from core.domain.events import Recorded
from core.domain.ids import SessionId
from storage.jsonl_log import ORDER_FILE, JsonLinesEventLog
from tests.storage.builders import codec, pause, session, turn

A, B = session(1), session(2)


def opened(folder: Path) -> JsonLinesEventLog:
    return JsonLinesEventLog(folder, codec=codec())


def filled(folder: Path) -> None:
    async def fill() -> None:
        log = opened(folder)
        await log.append(turn(A), turn(B))
        await log.append(pause(A, after=2))
        await log.close()

    asyncio.run(fill())


def read_back(folder: Path) -> tuple[list[Recorded], tuple[str, ...]]:
    async def read() -> tuple[list[Recorded], tuple[str, ...]]:
        log = opened(folder)
        found = list(await log.read_all())
        await log.close()
        return found, log.notices

    return asyncio.run(read())


def file_of(folder: Path, of: SessionId) -> Path:
    return folder / f"{of}.jsonl"


def test_each_line_is_an_event_that_any_tool_can_read(tmp_path: Path) -> None:
    filled(tmp_path)

    lines = [json.loads(line) for line in file_of(tmp_path, A).read_text(encoding="utf-8").splitlines()]

    assert [line["seq"] for line in lines] == [1, 2, 3]
    assert [line["kind"] for line in lines] == ["AttemptSucceeded", "WordsSpoken", "SessionPaused"]
    assert lines[1]["event"]["text"] == "Cycling is quick."
    assert lines[0]["envelope"]["actor"] == "runtime"


def test_a_log_in_order_has_nothing_to_say_about_it(tmp_path: Path) -> None:
    filled(tmp_path)

    found, notices = read_back(tmp_path)

    assert len(found) == 5
    assert notices == ()


@pytest.mark.parametrize("left", [1, 20, -1])
def test_a_torn_last_line_of_the_order_undoes_that_append_and_is_said(tmp_path: Path, left: int) -> None:
    filled(tmp_path)
    order = tmp_path / ORDER_FILE
    first, second = order.read_bytes().splitlines(keepends=True)
    order.write_bytes(first + second[:left])

    found, notices = read_back(tmp_path)

    assert [(record.session, record.seq) for record in found] == [(A, 1), (A, 2), (B, 1), (B, 2)]
    assert len(notices) == 2
    assert ORDER_FILE in notices[0]
    assert A in notices[1]
    assert read_back(tmp_path) == (found, ())


def test_events_that_never_got_into_the_order_never_happened(tmp_path: Path) -> None:
    filled(tmp_path)
    with file_of(tmp_path, A).open("ab") as file:
        file.write(b'{"seq":4,"at_ms":1,"ki')
    file_of(tmp_path, session(9)).write_bytes(b'{"seq":1,"at_ms":1,"kind":"SessionPaused"')

    found, notices = read_back(tmp_path)

    assert len(found) == 5
    assert len(notices) == 2
    assert not file_of(tmp_path, session(9)).exists()
    assert read_back(tmp_path) == (found, ())


def test_a_file_that_lost_events_is_refused_and_nothing_is_changed(tmp_path: Path) -> None:
    filled(tmp_path)
    order = tmp_path / ORDER_FILE
    order.write_bytes(order.read_bytes() + b'{"appen')
    path = file_of(tmp_path, B)
    path.write_bytes(path.read_bytes()[:-5])
    before = {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}

    with pytest.raises(StorageFailed, match="lacks what the log's order says"):
        opened(tmp_path)

    assert {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()} == before


@pytest.mark.parametrize("line", [b"junk\n", b"[]\n", b'{"appended":[[1]]}\n', b'{"other":1}\n'])
def test_a_line_of_the_order_that_can_not_be_read_is_named(tmp_path: Path, line: bytes) -> None:
    filled(tmp_path)
    order = tmp_path / ORDER_FILE
    order.write_bytes(order.read_bytes() + line)

    with pytest.raises(StorageFailed, match=r"order\.jsonl:3"):
        opened(tmp_path)


def test_a_deletion_that_a_crash_cut_short_is_finished(tmp_path: Path) -> None:
    filled(tmp_path)
    order = tmp_path / ORDER_FILE
    order.write_bytes(order.read_bytes() + json.dumps({"deleted": A}).encode() + b"\n")

    found, notices = read_back(tmp_path)

    assert [record.session for record in found] == [B, B]
    assert [record.position for record in found] == [3, 4]
    assert not file_of(tmp_path, A).exists()
    assert notices == ()


def test_files_of_others_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    filled(tmp_path)
    notes = tmp_path / "notes.jsonl"
    notes.write_text('{"mine": true}\n', encoding="utf-8")

    read_back(tmp_path)

    assert notes.read_text(encoding="utf-8") == '{"mine": true}\n'


async def test_a_file_that_stands_where_a_session_would_be_is_not_written_over(tmp_path: Path) -> None:
    log = opened(tmp_path)
    theirs = file_of(tmp_path, A)
    theirs.write_text("not ours\n", encoding="utf-8")

    for _ in range(2):
        with pytest.raises(StorageFailed, match="doesn't know"):
            await log.append(turn(A))

    assert theirs.read_text(encoding="utf-8") == "not ours\n"
    assert len(await log.append(turn(B))) == 2
    await log.close()


@pytest.mark.parametrize("id", ["../out", "a/b", "", ".hidden", "order", "x" * 65])
async def test_an_id_that_would_leave_the_folder_or_take_the_orders_place_is_refused(tmp_path: Path, id: str) -> None:
    log = opened(tmp_path / "log")

    with pytest.raises(WrongUse, match="can't be the id"):
        await log.append(turn(B), turn(SessionId(id)))

    assert await log.last_position() == 0
    await log.close()


async def test_a_synced_log_keeps_the_same(tmp_path: Path) -> None:
    log = JsonLinesEventLog(tmp_path, codec=codec(), is_synced=True)
    written = await log.append(turn(A), turn(B))

    assert tuple(await log.read_all()) == written
    await log.close()


def test_a_folder_from_before_there_were_links_gets_the_chain_that_it_would_have(tmp_path: Path) -> None:
    filled(tmp_path)
    heads = heads_of(tmp_path)
    order, lengths = tmp_path / ORDER_FILE, {}
    for of in (A, B):
        lines = file_of(tmp_path, of).read_bytes().splitlines(keepends=True)
        without = [re.sub(rb'"link":"[0-9a-f]{64}",', b"", line) for line in lines]
        file_of(tmp_path, of).write_bytes(b"".join(without))
        lengths[of] = [len(line) for line in without]
    appended = [[A, lengths[A][:2]], [B, lengths[B]]], [[A, lengths[A][2:]]]
    order.write_text("".join(json.dumps({"appended": each}) + "\n" for each in appended), encoding="utf-8")

    async def go_on() -> list[Stored]:
        log = opened(tmp_path)
        await log.append(pause(A, after=3))
        found = list(await log.stored(A))
        await log.close()
        return found

    assert heads_of(tmp_path) == heads
    assert first_break(A, asyncio.run(go_on())) is None


def heads_of(folder: Path) -> list[Head | None]:
    async def read() -> list[Head | None]:
        log = opened(folder)
        found = [await log.head(each) for each in (A, B)]
        await log.close()
        return found

    return asyncio.run(read())
