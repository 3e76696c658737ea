"""Is a copy of a database whole whatever happens meanwhile, and does putting one back lose nothing?"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.domain.errors import StorageFailed, WrongUse
from storage import copying
from storage.codec import Codec
from storage.copying import copy_whole
from storage.database import SCHEMA_VERSION, damage, prepare
from storage.files import SqliteFiles
from storage.opened import Storage, open_storage
from tests.golden.logs import unpacked
from tests.storage.builders import codec, pause, session, turn

A, B = session(1), session(2)
LONG = "Whoever cycles to work arrives awake. " * 400
SLICES_WRITTEN_BETWEEN = 30


def files(path: Path) -> SqliteFiles:
    return SqliteFiles(path, codec=codec())


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file() and ".driver" not in path.name}


async def lengths(path: Path) -> dict[str, int]:
    async with files(path).reading(path) as (log, _):
        return {one: len(await log.read(one)) for one in await log.session_ids()}


async def filled(storage: Storage, turns: int = 20) -> None:
    for at in range(turns):
        await storage.log.append(turn(A, f"{LONG}{at}", after=2 * at))


async def test_a_copy_holds_what_was_committed_when_it_began_and_nothing_of_what_came_after(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else commits between every two slices: without one moment held fast it would begin again each time."""
    await filled(storage)
    monkeypatch.setattr(copying, "SLICE_PAGES", 3)
    written = 0

    def commit_between(_seconds: float) -> None:
        nonlocal written
        if written < SLICES_WRITTEN_BETWEEN:
            asyncio.run_coroutine_threadsafe(storage.log.append(pause(B, after=written)), loop).result()
            written += 1

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(copying, "sleep", commit_between)

    await asyncio.to_thread(files(storage.path).copy, tmp_path / "copy.db")

    assert written == SLICES_WRITTEN_BETWEEN
    assert await lengths(tmp_path / "copy.db") == {A: 40}
    assert files(storage.path).look(tmp_path / "copy.db").faults == ()


async def test_a_driver_goes_on_committing_while_a_copy_stands_still(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(storage)
    begun, go_on = threading.Event(), threading.Event()

    def stand_still(_seconds: float) -> None:
        begun.set()
        assert go_on.wait(60)

    monkeypatch.setattr(copying, "SLICE_PAGES", 3)
    monkeypatch.setattr(copying, "sleep", stand_still)
    copy = asyncio.create_task(asyncio.to_thread(files(storage.path).copy, tmp_path / "copy.db"))
    assert await asyncio.to_thread(begun.wait, 60)

    for at in range(50):
        await storage.log.append(pause(B, after=at))
    assert not (tmp_path / "copy.db").exists(), "it stands there before it is whole"
    go_on.set()
    await copy

    assert await lengths(tmp_path / "copy.db") == {A: 40}


async def test_a_copy_is_one_file_that_nobody_else_may_read(storage: Storage, tmp_path: Path) -> None:
    await filled(storage, 2)
    folder = tmp_path / "copies"
    folder.mkdir()

    files(storage.path).copy(folder / "copy.db")
    await lengths(folder / "copy.db")

    assert names(folder) == {"copy.db"}
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600


async def test_a_copy_never_takes_the_place_of_a_file(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine", encoding="utf-8")

    with pytest.raises(WrongUse, match="of that name already"):
        files(storage.path).copy(tmp_path / "copy.db")

    assert (tmp_path / "copy.db").read_text(encoding="utf-8") == "mine"


async def test_a_file_that_comes_to_the_name_while_it_is_copied_stays(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "sleep", lambda _: (tmp_path / "copy.db").write_text("mine", encoding="utf-8"))

    with pytest.raises(WrongUse, match="of that name already"):
        files(storage.path).copy(tmp_path / "copy.db")

    assert (tmp_path / "copy.db").read_text(encoding="utf-8") == "mine"
    assert names(tmp_path) == {"moot.db", "moot.db-wal", "moot.db-shm", "copy.db"}


async def test_what_a_killed_copying_left_is_in_nobody_s_way(storage: Storage, tmp_path: Path) -> None:
    """In a container every process has the same number."""
    await filled(storage, 2)
    left = tmp_path / f"copy.db.{os.getpid()}.part"
    left.write_bytes(b"half a")

    files(storage.path).copy(tmp_path / "copy.db")

    assert await lengths(tmp_path / "copy.db") == {A: 4}
    assert left.read_bytes() == b"half a"


async def test_a_copy_that_is_given_up_leaves_nothing_behind(storage: Storage, tmp_path: Path) -> None:
    await filled(storage)
    folder = tmp_path / "copies"
    folder.mkdir()

    with pytest.raises(StorageFailed, match="given up"):
        files(storage.path).copy(folder / "copy.db", is_given_up=lambda: True)

    assert names(folder) == set()


def test_there_is_nothing_to_copy_where_there_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no database"):
        files(tmp_path / "moot.db").copy(tmp_path / "copy.db")
    prepare(tmp_path / "moot.db")
    with pytest.raises(WrongUse, match="mkdir -p"):
        files(tmp_path / "moot.db").copy(tmp_path / "absent" / "copy.db")

    assert names(tmp_path) == {"moot.db"}


async def test_what_lies_in_the_log_of_a_killed_process_is_copied_too(
    tmp_path: Path, other_process: Callable[[str], str]
) -> None:
    other_process(f"await storage.log.append(turn({A!r})); import os; os._exit(0)")
    path = tmp_path / "moot.db"
    assert (tmp_path / "moot.db-wal").stat().st_size > 0

    copy_whole(path, tmp_path / "copy.db")

    assert await lengths(tmp_path / "copy.db") == {A: 2}


async def test_a_file_that_is_looked_at_stays_byte_for_byte_as_it_is(storage: Storage, tmp_path: Path) -> None:
    await filled(storage, 2)
    folder = tmp_path / "copies"
    folder.mkdir()
    files(storage.path).copy(folder / "copy.db")
    before = (folder / "copy.db").read_bytes()

    found = files(storage.path).look(folder / "copy.db")
    async with files(storage.path).reading(folder / "copy.db") as (log, catalogue):
        assert len(await log.read(A)) == 4
        with pytest.raises(StorageFailed, match="only looked at"):
            await log.append(pause(A, after=4))
        with pytest.raises(StorageFailed, match="only looked at"):
            await catalogue.save_setting("a", "b")

    assert (found.schema, found.faults, found.bytes) == (SCHEMA_VERSION, (), len(before))
    assert (folder / "copy.db").read_bytes() == before
    assert names(folder) == {"copy.db"}


async def test_a_copy_of_an_older_release_is_read_as_today_s_and_stays_of_its_own_schema(tmp_path: Path) -> None:
    old = unpacked("schema-1", tmp_path)
    before = old.read_bytes()
    today = SqliteFiles(old, codec=Codec(()))

    assert today.look(old).schema == 1
    async with today.reading(old) as (log, _):
        sessions = await log.session_ids()
        heads = [await log.head(one) for one in sessions]

    assert len(sessions) == 6
    assert all(heads)
    assert old.read_bytes() == before


async def test_a_database_in_use_is_no_back_up(storage: Storage) -> None:
    await filled(storage, 1)

    with pytest.raises(StorageFailed, match=r"in use.*moot backup create --database"):
        files(storage.path).look(storage.path)


async def test_what_only_points_to_a_database_in_use_is_no_back_up_either(storage: Storage, tmp_path: Path) -> None:
    await filled(storage, 1)
    pointer = tmp_path / "pointer.db"
    pointer.symlink_to(storage.path)

    with pytest.raises(StorageFailed, match="in use"):
        files(tmp_path / "other.db").look(pointer)


@pytest.mark.parametrize(
    ("statement", "said"),
    [("PRAGMA user_version = 99", "schema 99"), ("PRAGMA application_id = 7", "another program")],
)
def test_what_is_no_back_up_for_this_moot_is_refused(tmp_path: Path, statement: str, said: str) -> None:
    prepare(tmp_path / "moot.db")
    with closing(sqlite3.connect(tmp_path / "moot.db")) as database:
        database.execute(statement)

    with pytest.raises(StorageFailed, match=said):
        files(tmp_path / "moot.db").look(tmp_path / "moot.db")


def test_a_file_that_is_no_database_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "diary.db").write_text("Dear diary, " * 500, encoding="utf-8")
    (tmp_path / "empty.db").touch()

    for name, said in (("diary.db", "no database"), ("empty.db", "nothing in it"), ("absent.db", "no such file")):
        with pytest.raises((StorageFailed, WrongUse), match=said):
            files(tmp_path / name).look(tmp_path / name)


async def restored_over(storage: Storage, tmp_path: Path) -> Path | None:
    """A back-up of 20 turns is put where 25 turns are."""
    await filled(storage)
    files(storage.path).copy(tmp_path / "copy.db")
    for at in range(20, 25):
        await storage.log.append(turn(A, "later", after=2 * at))
    await storage.close()
    return files(storage.path).put_in_place(tmp_path / "copy.db")


async def test_what_is_replaced_is_kept_whole_and_what_is_restored_goes_on(storage: Storage, tmp_path: Path) -> None:
    kept = await restored_over(storage, tmp_path)

    assert kept == tmp_path / "moot.db.replaced-1"
    assert await lengths(kept) == {A: 50}
    again = open_storage(storage.path, codec=codec())
    assert len(await again.log.append(turn(A, "another way", after=40))) == 2
    await again.close()
    assert await lengths(kept) == {A: 50}
    assert await lengths(tmp_path / "copy.db") == {A: 40}


async def test_a_second_restoring_keeps_what_the_first_brought(storage: Storage, tmp_path: Path) -> None:
    await restored_over(storage, tmp_path)

    kept = files(storage.path).put_in_place(tmp_path / "moot.db.replaced-1")

    assert kept == tmp_path / "moot.db.replaced-2"
    assert await lengths(kept) == {A: 40}
    assert await lengths(storage.path) == {A: 50}


async def test_a_second_name_that_a_killed_restoring_left_is_not_taken_for_what_was_there_before(
    storage: Storage, tmp_path: Path
) -> None:
    await filled(storage, 2)
    files(storage.path).copy(tmp_path / "copy.db")
    await storage.log.append(pause(A, after=4))
    await storage.close()
    os.link(storage.path, tmp_path / "moot.db.replaced-1")

    kept = files(storage.path).put_in_place(tmp_path / "copy.db")

    assert kept == tmp_path / "moot.db.replaced-1"
    assert await lengths(kept) == {A: 5}
    assert names(tmp_path) == {"moot.db", "moot.db.replaced-1", "copy.db"}


async def test_what_points_to_a_database_goes_on_pointing_to_what_takes_its_place(
    storage: Storage, tmp_path: Path
) -> None:
    pointer = tmp_path / "elsewhere" / "pointer.db"
    pointer.parent.mkdir()
    pointer.symlink_to(storage.path)
    await filled(storage)
    files(pointer).copy(tmp_path / "copy.db")
    await storage.log.append(pause(A, after=40))
    await storage.close()

    kept = files(pointer).put_in_place(tmp_path / "copy.db")

    assert kept == tmp_path / "moot.db.replaced-1"
    assert not kept.is_symlink()
    assert pointer.is_symlink()
    assert await lengths(kept) == {A: 41}
    assert await lengths(storage.path) == {A: 40}


async def test_where_there_was_nothing_nothing_is_kept(storage: Storage, tmp_path: Path) -> None:
    await filled(storage, 2)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    files(storage.path).copy(tmp_path / "copy.db")

    assert files(folder / "moot.db").put_in_place(tmp_path / "copy.db") is None

    assert names(folder) == {"moot.db"}
    again = open_storage(folder / "moot.db", codec=codec())
    assert len(await again.log.read(A)) == 4
    await again.close()
    assert damage(folder / "moot.db") == ()


async def test_a_database_that_somebody_has_open_is_not_replaced(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.files.BUSY_WAIT_MS", 20)
    await filled(storage, 2)
    files(storage.path).copy(tmp_path / "copy.db")

    with pytest.raises(StorageFailed, match=r"another process has the database open.*Nothing was changed"):
        files(storage.path).put_in_place(tmp_path / "copy.db")

    assert names(tmp_path) == {"moot.db", "moot.db-wal", "moot.db-shm", "copy.db"}
    assert len(await storage.log.append(pause(A, after=4))) == 1


async def test_a_damaged_database_is_kept_with_its_log_and_replaced(
    tmp_path: Path, other_process: Callable[[str], str]
) -> None:
    path = tmp_path / "moot.db"
    other_process(f"await storage.log.append(turn({A!r}))")
    copy_whole(path, tmp_path / "copy.db")
    other_process(f"await storage.log.append(pause({A!r}, after=2)); import os; os._exit(0)")
    content = bytearray(path.read_bytes())
    content[:4_000] = b"\xff" * 4_000
    path.write_bytes(content)
    log = (tmp_path / "moot.db-wal").read_bytes()

    kept = files(path).put_in_place(tmp_path / "copy.db")

    assert kept is not None
    assert kept.read_bytes() == content
    assert kept.with_name(kept.name + "-wal").read_bytes() == log
    again = open_storage(path, codec=codec())
    assert len(await again.log.read(A)) == 2, "the log of what was replaced is none of the restored one's"
    await again.close()


def test_a_database_of_another_program_is_not_replaced(tmp_path: Path) -> None:
    prepare(tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "moot.db")) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")
    before = (tmp_path / "moot.db").read_bytes()

    with pytest.raises(StorageFailed, match="another program"):
        files(tmp_path / "moot.db").put_in_place(tmp_path / "copy.db")

    assert (tmp_path / "moot.db").read_bytes() == before


@pytest.mark.parametrize("step", ["link", "replace"])
async def test_a_disk_that_refuses_while_restoring_leaves_the_database_as_it_was(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    await filled(storage, 2)
    files(storage.path).copy(tmp_path / "copy.db")
    await storage.log.append(pause(A, after=4))
    await storage.close()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        if step == "link":
            patch.setattr("storage.files._named_too", refuse)
        else:
            patch.setattr(Path, "replace", refuse)
        with pytest.raises(StorageFailed, match="No space left"):
            files(storage.path).put_in_place(tmp_path / "copy.db")

    assert names(tmp_path) == {"moot.db", "copy.db"}
    assert await lengths(storage.path) == {A: 5}
