"""Is every fault told in one line, with the right exit code?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.exit_codes import ExitCode
from console.failures import REFUSALS_OF_THE_MACHINE, ended
from core.domain.errors import CommandRefused, DriverBusy, MootError, StorageFailed, WrongUse


def raising(error: BaseException) -> int:
    raise error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WrongUse("x"), ExitCode.WRONG_USE),
        (CommandRefused("x"), ExitCode.WRONG_USE),
        (StorageFailed("x"), ExitCode.FAILED),
        (DriverBusy("x"), ExitCode.FAILED),
    ],
)
def test_a_fault_that_can_be_acted_on_is_one_line(
    error: MootError, code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    error.where, error.what, error.now = "here", "this.", "That."

    assert ended(lambda: raising(error)) == code
    assert capsys.readouterr().err == "moot: here: this. That.\n"


def test_what_a_terminal_would_obey_in_the_name_of_a_file_is_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    ended(lambda: raising(WrongUse("is\tnot there.\nReally.", where="\x1b[31m\x9b2J\u202eevil – 漢字.md")))

    assert capsys.readouterr().err == "moot: \\x1b[31m\\x9b2J\\u202eevil – 漢字.md: is\tnot there.\nReally.\n"


def test_a_fault_of_our_own_keeps_its_traceback_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOOT_HOME", str(tmp_path))

    code = ended(lambda: raising(KeyError("nobody expected this")))

    (kept,) = (tmp_path / "state" / "crashes").iterdir()
    said = capsys.readouterr().err
    assert code == ExitCode.UNEXPECTED
    assert said.count("\n") == 1
    assert str(kept) in said
    assert "nobody expected this" in kept.read_text(encoding="utf-8")
    assert "Traceback" not in said


def test_in_debug_mode_the_traceback_is_shown_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOOT_HOME", str(tmp_path))
    monkeypatch.setenv("ORCHESTRATION_DEBUG_MODE", "true")

    ended(lambda: raising(KeyError("x")))

    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("number", sorted(REFUSALS_OF_THE_MACHINE), ids=os.strerror)
def test_what_the_machine_refuses_of_a_file_is_no_fault_of_our_own(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOOT_HOME", str(tmp_path))

    assert ended(lambda: raising(OSError(number, os.strerror(number), "notes/a.md"))) == ExitCode.FAILED
    said = capsys.readouterr().err
    assert said == f"moot: notes/a.md: {os.strerror(number).lower()}. Mend its name or its rights, or name another.\n"
    assert not (tmp_path / "state").exists()


def test_a_traceback_is_shown_where_nobody_knows_a_home_to_keep_it_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOOT_HOME", "~nobody-of-this-name/moot")

    assert ended(lambda: raising(KeyError("x"))) == ExitCode.UNEXPECTED
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "could not be kept: MOOT_HOME: nobody knows where this home folder is." in said


def test_a_traceback_that_cannot_be_kept_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MOOT_HOME", str(tmp_path / "file"))

    assert ended(lambda: raising(KeyError("x"))) == ExitCode.UNEXPECTED
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_is_no_fault() -> None:
    assert ended(lambda: raising(KeyboardInterrupt())) == ExitCode.STOPPED
