"""Does the doctor say how well everything is since when, also beside who drives, and end so that a script can tell?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from console import doctor as examining
from console.cli import doctor
from console.doctor import examine
from console.exit_codes import ExitCode
from console.settings import load_settings
from core.analytics.degradation import Feature, SwitchedOff
from core.analytics.health_levels import MEBIBYTE, Health, Level
from core.runtime.driver_notes import NOTES_SETTING, DriverNotes, notes_as_text, notes_from_text
from storage.database import connect
from storage.lock import DriverLock
from tests.console.cli.process import Moot

AT_MS = 1_790_000_000_000
DISK = Health(name="disk", state=Level.FAILING, reason="3 MiB free", checked_at_ms=AT_MS, since_ms=AT_MS - 60_000)
READERS = Health(name="readers", state=Level.DEGRADED, reason="the list is 9,000 events behind", checked_at_ms=AT_MS)
OFF = SwitchedOff(feature=Feature.EXPORTS, health="disk", reason="3 MiB free", works="sessions run", since_ms=AT_MS)


class Room:
    """How much is free on every disk."""

    def __init__(self, free_mebibytes: int) -> None:
        self.free = free_mebibytes * MEBIBYTE


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Room(100_000))


def test_a_note_of_health_reads_as_it_was_written() -> None:
    notes = DriverNotes(at_ms=AT_MS, health=(DISK, READERS), off=(OFF,))

    assert notes_from_text(notes_as_text(notes)) == notes


@pytest.mark.parametrize(("free", "code"), [(100_000, 0), (500, 9), (1, 3)])
def test_the_worst_that_is_found_is_the_exit_code(
    free: int, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Room(free))

    assert doctor.doctor() == code
    assert f"{free:,} MiB free" in capsys.readouterr().out


def test_what_is_found_is_plain_json_too(roomy: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.doctor(as_json=True) == ExitCode.COMPLETED
    found = json.loads(capsys.readouterr().out)

    assert [(each["name"], each["state"]) for each in found["health"]] == [("disk", "ok")]
    assert found["off"] == []


def noted(moot: Moot, notes: DriverNotes) -> Path:
    """A database whose driver has left these notes."""
    moot.run("demo", "--headless", "--pace", "0")
    path = moot.home / "data" / "demo" / "demo.db"
    database = connect(path)
    database.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (NOTES_SETTING, notes_as_text(notes)))
    database.commit()
    database.close()
    return path


def test_what_the_driver_found_is_told_while_it_drives_and_not_afterwards(moot: Moot, roomy: None) -> None:
    path = noted(moot, DriverNotes(at_ms=AT_MS, health=(DISK, READERS), off=(OFF,)))
    settings = load_settings({"database": path})
    lock = DriverLock(path)
    lock.acquire(at_ms=AT_MS)
    driven = examine(settings)
    lock.release()

    assert [(each.name, each.state) for each in driven.health] == [("disk", Level.OK), ("readers", Level.DEGRADED)]
    assert driven.off == (OFF,)
    assert driven.level is Level.DEGRADED
    assert [each.name for each in examine(settings).health] == ["disk"]
    assert examining.NOBODY == "nobody"


def test_the_disk_is_as_it_is_since_the_driver_found_it_so(moot: Moot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Room(1))
    path = noted(moot, DriverNotes(at_ms=AT_MS, health=(DISK,)))
    lock = DriverLock(path)
    lock.acquire(at_ms=AT_MS)
    found = examine(load_settings({"database": path})).health
    lock.release()

    assert [(each.name, each.state, each.since_ms) for each in found] == [("disk", Level.FAILING, DISK.since_ms)]


@pytest.mark.parametrize("columns", [80, 200])
def test_a_long_value_keeps_the_table_of_settings_within_the_terminal(
    columns: int, roomy: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("MOOT_METRICS_EXPORT_PATH", f"/{'far' * 60}")
    doctor.doctor()
    table = capsys.readouterr().out.partition("setting ")[2].splitlines()

    assert len(table) > 40
    assert max(len(line) for line in table) <= columns
