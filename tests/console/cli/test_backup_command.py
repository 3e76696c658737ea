"""Does `moot backup` copy, prove and put back, ask as much as there is to lose, and say what now?"""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.console.cli.process import ROOT, SECONDS_MAX, Moot, of_kind, read_until, rest_of
from tests.golden.logs import unpacked


@pytest.fixture
def database(moot: Moot) -> Path:
    """One that holds a finished debate."""
    moot.debate()
    return moot.home / "data" / "moot.db"


def answered(moot: Moot, *words: str, answer: str) -> tuple[int, str]:
    """Run in a terminal of its own, as whoever types `answer` does; returns how it ended and what was shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        moot.command(*words), cwd=ROOT, env=moot.environ, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True
    )
    os.close(theirs)
    hangs = threading.Timer(SECONDS_MAX, process.kill)
    hangs.start()
    shown = b""
    try:
        while True:
            try:
                shown += os.read(ours, 4_096)
            except OSError:  # the other end is closed
                break
            if answer and (b"[y/N]" in shown or b"to do it" in shown):
                os.write(ours, f"{answer}\n".encode())
                answer = ""
    finally:
        hangs.cancel()
        os.close(ours)
    return process.wait(SECONDS_MAX), shown.decode()


def sessions(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("SELECT count(*) FROM log_sessions").fetchone()[0])


def test_a_back_up_lies_beside_the_database_and_says_what_it_is_worth(moot: Moot, database: Path) -> None:
    said = moot.run("backup", "create").stdout.splitlines()

    assert Path(said[0]).parent == database.parent / "backups"
    assert sessions(Path(said[0])) == 1
    assert "✓ in order" in said[3]
    assert "✓ 1 session, each the same" in said[4]


def test_a_proof_for_programs_has_the_same_digest_each_time(moot: Moot, database: Path) -> None:
    made = json.loads(moot.run("backup", "create", "--out", str(moot.home / "a.db"), "--json").stdout)
    proven = json.loads(moot.run("backup", "verify", str(moot.home / "a.db"), "--json").stdout)

    assert made == proven
    assert (made["is_sound"], made["sessions"], made["faults"]) == (True, 1, [])
    assert len(made["digest"]) == 64


def test_a_file_is_never_replaced_and_a_missing_one_is_named(moot: Moot, database: Path) -> None:
    moot.run("backup", "create", "--out", str(moot.home / "a.db"))

    again = moot.run("backup", "create", "--out", str(moot.home / "a.db"), code=2)
    absent = moot.run("backup", "verify", str(moot.home / "b.db"), code=2)
    nothing = moot.run("backup", "create", "--database", str(moot.home / "c.db"), code=2)

    assert "there is a file of that name already. Name another one." in again.stderr
    assert "b.db: there is no such file." in absent.stderr
    assert "c.db: there is no database." in nothing.stderr


def test_what_was_tampered_with_ends_with_3_and_says_where(moot: Moot, database: Path) -> None:
    moot.run("backup", "create", "--out", str(moot.home / "a.db"))
    with closing(sqlite3.connect(moot.home / "a.db")) as copy:
        copy.execute("UPDATE events SET at_ms = at_ms + 1 WHERE seq = 5")
        copy.commit()

    said = moot.run("backup", "verify", str(moot.home / "a.db"), code=3).stdout
    refused = moot.run("backup", "restore", str(moot.home / "a.db"), "--yes", code=3).stderr

    assert "✗ damaged" in said
    assert "event 5, " in said
    assert "it is damaged" in refused
    assert "Restore another one." in refused


def test_nobody_is_asked_where_nothing_is_replaced(moot: Moot, database: Path) -> None:
    moot.run("backup", "create", "--out", str(moot.home / "a.db"))

    done = moot.run("backup", "restore", str(moot.home / "a.db"), "--database", str(moot.home / "new.db"))

    assert f"{moot.home / 'new.db'} holds what {moot.home / 'a.db'} does: 1 session," in done.stdout
    assert "sessions list --database" in done.stderr
    assert sessions(moot.home / "new.db") == 1


def test_whoever_can_not_be_asked_is_refused_without_a_yes(moot: Moot, database: Path) -> None:
    moot.run("backup", "create", "--out", str(moot.home / "a.db"))

    assert "Give --yes if you mean it." in moot.run("backup", "restore", str(moot.home / "a.db"), code=2).stderr
    done = moot.run("backup", "restore", str(moot.home / "a.db"), "--yes")

    assert f"{database}.replaced-1" in done.stdout


def test_a_yes_is_enough_where_nothing_would_be_lost(moot: Moot, database: Path) -> None:
    moot.run("backup", "create", "--out", str(moot.home / "a.db"))

    code, shown = answered(moot, "backup", "restore", str(moot.home / "a.db"), answer="n")
    assert "nothing was changed." in shown
    assert code == 2
    code, shown = answered(moot, "backup", "restore", str(moot.home / "a.db"), answer="y")

    assert "The back-up has all that it has." in " ".join(shown.split())
    assert code == 0
    assert database.with_name("moot.db.replaced-1").exists()


def test_where_events_would_be_lost_their_number_has_to_be_typed(moot: Moot, database: Path) -> None:
    moot.run("backup", "create", "--out", str(moot.home / "a.db"))
    lost = str(len(moot.debate()))
    restore = ("backup", "restore", str(moot.home / "a.db"))

    code, shown = answered(moot, *restore, answer="y")
    assert f"lacks {lost} events that it has, 1 whole session among them" in " ".join(shown.split())
    assert (code, sessions(database)) == (2, 2)
    code, shown = answered(moot, *restore, answer=lost)

    assert code == 0
    assert "caps of a day count without it" in " ".join(shown.split())
    assert sessions(database) == 1
    assert sessions(database.with_name("moot.db.replaced-1")) == 2


def test_a_driver_goes_on_while_it_is_backed_up_and_keeps_anybody_from_restoring(moot: Moot) -> None:
    debate = (
        "debate",
        "Close the centre?",
        "--template",
        "simple_debate",
        "--evidence",
        moot.evidence(),
        "--pace",
        "60",
    )
    driver = moot.start(*debate, "--json")
    try:
        read_until(driver, "ArgumentPresented")
        said = moot.run("backup", "create", "--out", str(moot.home / "a.db")).stdout
        refused = moot.run("backup", "restore", str(moot.home / "a.db"), "--yes", code=3).stderr
        assert f"process {driver.pid}" in refused
        assert "End it and close every console, then restore. Nothing was changed." in refused
        rest, _ = rest_of(driver)
    finally:
        driver.kill()
        driver.wait()

    assert "✓ in order" in said
    assert of_kind([json.loads(line) for line in rest.splitlines()], "SessionCompleted")
    moot.run("backup", "restore", str(moot.home / "a.db"), "--yes")
    (row,) = json.loads(moot.run("sessions", "list", "--json").stdout)
    assert row["is_left"]
    resumed = moot.run("sessions", "resume", row["session"][:8], "--json").stdout
    assert of_kind([json.loads(line) for line in resumed.splitlines()], "SessionCompleted")
    moot.run("backup", "create", "--out", str(moot.home / "b.db"))


def test_a_database_of_an_older_moot_is_told_of_once_with_the_place_of_its_copy(moot: Moot) -> None:
    path = unpacked("schema-2", moot.home)

    first = moot.run("sessions", "list", "--database", str(path)).stderr
    second = moot.run("sessions", "list", "--database", str(path)).stderr

    assert f"{path}: brought from schema 2 to" in first
    assert f"kept at {path}.schema-2.copy-1; delete that once you no longer want to go back." in first
    assert second == ""
    moot.run("backup", "restore", f"{path}.schema-2.copy-1", "--database", str(path), "--yes")
    assert "copy-2" in moot.run("sessions", "list", "--database", str(path)).stderr
