"""Does one process drive, and is a dead one no obstacle?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.domain.errors import DriverBusy, StorageFailed
from storage.lock import DriverLock, nobody_driving
from tests.architecture.tree import ROOT

AT_MS = 1_700_000_000_000
DRIVER = (
    "import sys\nfrom pathlib import Path\nfrom storage.lock import DriverLock\n"
    "lock = DriverLock(Path(sys.argv[1]))\nlock.acquire(at_ms=1_700_000_000_000)\nprint('drives', flush=True)\n"
    "sys.stdin.read()\n"
)
TELLS_BIRTHS = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="this system doesn't say when a process was born"
)


@contextmanager
def driver(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that drives until it ends."""
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "drives\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_driver_is_told_which_process_drives_and_since_when(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    with driver(path) as process, pytest.raises(DriverBusy) as caught:
        DriverLock(path).acquire(at_ms=AT_MS)

    assert f"process {process.pid}, since 2023-11-14 22:13:20 UTC" in caught.value.what
    assert caught.value.where == str(path)


def test_a_database_has_one_driver_by_whatever_name_it_is_opened(tmp_path: Path) -> None:
    path, pointer = tmp_path / "moot.db", tmp_path / "elsewhere" / "pointer.db"
    pointer.parent.mkdir()
    pointer.symlink_to(path)

    with driver(path) as process, pytest.raises(DriverBusy, match=f"process {process.pid}"):
        DriverLock(pointer).acquire(at_ms=AT_MS)
    with driver(pointer) as process:
        with pytest.raises(DriverBusy, match=f"process {process.pid}"):
            DriverLock(path).acquire(at_ms=AT_MS)
        with pytest.raises(StorageFailed, match="an older moot drives"), nobody_driving(path, wait_seconds=0):
            pass


def test_a_killed_driver_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    with driver(path) as process:
        process.kill()
        process.wait(timeout=60)

        lock = DriverLock(path)
        lock.acquire(at_ms=AT_MS)

    assert lock.is_held
    lock.release()


@TELLS_BIRTHS
def test_a_driver_that_was_killed_drives_no_more_also_before_anybody_has_taken_note_of_its_end(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    with driver(path) as process:
        assert DriverLock(path).holder().startswith(f"process {process.pid}")
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is still in the system's list

        assert DriverLock(path).holder() == ""


@TELLS_BIRTHS
def test_a_process_that_was_given_a_dead_drivers_number_is_not_taken_for_it(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    note = {"pid": os.getpid(), "since_ms": AT_MS, "born": "another boot:1"}
    (tmp_path / "moot.db.driver").write_text(json.dumps(note), encoding="utf-8")

    assert DriverLock(path).holder() == ""


def test_a_note_left_behind_means_nothing(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    (tmp_path / "moot.db.driver").write_text('{"pid": 1, "since_ms": 0}', encoding="utf-8")

    lock = DriverLock(path)
    lock.acquire(at_ms=AT_MS)

    with pytest.raises(DriverBusy, match=f"process {os.getpid()}"):
        DriverLock(path).acquire(at_ms=AT_MS)
    lock.release()


@pytest.mark.parametrize("note", ["", "{", "[]", '{"pid": 1}', '{"pid": 1, "since_ms": "x"}'])
def test_a_note_that_can_not_be_read_does_not_hide_that_somebody_drives(tmp_path: Path, note: str) -> None:
    path = tmp_path / "moot.db"
    lock = DriverLock(path)
    lock.acquire(at_ms=AT_MS)
    (tmp_path / "moot.db.driver").write_text(note, encoding="utf-8")

    with pytest.raises(DriverBusy, match="just starting or ending"):
        DriverLock(path).acquire(at_ms=AT_MS)
    lock.release()


def test_after_releasing_another_may_drive(tmp_path: Path) -> None:
    path = tmp_path / "moot.db"
    first, second = DriverLock(path), DriverLock(path)
    first.acquire(at_ms=AT_MS)
    first.acquire(at_ms=AT_MS)
    first.release()
    first.release()

    second.acquire(at_ms=AT_MS)

    assert (first.is_held, second.is_held) == (False, True)
    second.release()
    assert not (tmp_path / "moot.db.driver").exists()


def test_a_folder_that_is_missing_is_a_fault_of_the_disk_and_not_of_another_driver(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()

    with pytest.raises(StorageFailed, match="driver's lock"):
        DriverLock(blocked / "moot.db").acquire(at_ms=AT_MS)


def test_whoever_asks_is_told_who_drives_without_trying_the_lock(tmp_path: Path) -> None:
    lock = DriverLock(tmp_path / "moot.db")

    assert lock.holder() == ""
    with driver(tmp_path / "moot.db") as process:
        assert lock.holder() == f"process {process.pid}, since 2023-11-14 22:13:20 UTC"


@TELLS_BIRTHS
def test_a_driver_that_was_killed_drives_no_more(tmp_path: Path) -> None:
    with driver(tmp_path / "moot.db") as process:
        process.kill()
        process.wait()
        assert (tmp_path / "moot.db.driver").exists(), "it left no note, so that nothing is shown here"

        assert DriverLock(tmp_path / "moot.db").holder() == ""


def test_a_note_that_can_t_be_taken_away_keeps_nobody_from_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(path, missing_ok)

    lock = DriverLock(tmp_path / "moot.db")
    lock.acquire(at_ms=AT_MS)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        lock.release()

    DriverLock(tmp_path / "moot.db").acquire(at_ms=AT_MS)
