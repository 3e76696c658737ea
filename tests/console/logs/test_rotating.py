"""Do several processes share one log file without losing a line, also where it is begun anew?"""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

from console.logs.rotating import SharedLogFile

WRITER = """
import logging, sys
from pathlib import Path
from console.logs.rotating import SharedLogFile
handler = SharedLogFile(Path(sys.argv[1]), bytes_max=4_000, files_kept=50)
for number in range(400):
    handler.handle(logging.LogRecord("w", logging.INFO, "", 1, f"{sys.argv[2]} {number:03} " + "x" * 20, None, None))
"""


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("moot", logging.INFO, __file__, 1, message, None, None)


def test_two_processes_that_write_at_once_lose_no_line_and_break_none(tmp_path: Path) -> None:
    path = tmp_path / "moot.log"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("one", "two")]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]

    files = [each for each in tmp_path.glob("moot.log*") if each.suffix != ".lock"]
    lines = [line for each in files for line in each.read_text(encoding="utf-8").splitlines()]
    expected = {f"{name} {number:03} " + "x" * 20 for name in ("one", "two") for number in range(400)}
    assert set(lines) == expected
    assert len(lines) == len(expected)
    assert len(files) > 5


def test_a_process_goes_on_in_the_file_that_another_one_began_anew(tmp_path: Path) -> None:
    path = tmp_path / "moot.log"
    ours, theirs = SharedLogFile(path, bytes_max=100), SharedLogFile(path, bytes_max=100)
    ours.handle(record("first " + "x" * 100))
    theirs.handle(record("second"))  # finds it full

    ours.handle(record("third"))

    assert path.read_text(encoding="utf-8").splitlines() == ["second", "third"]
    for handler in (ours, theirs):
        handler.close()


def test_a_file_that_somebody_deletes_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "moot.log"
    handler = SharedLogFile(path)
    handler.handle(record("first"))
    path.unlink()

    handler.handle(record("second"))

    assert path.read_text(encoding="utf-8") == "second\n"
    handler.close()


def test_a_line_that_can_t_be_written_is_lost_without_a_word_on_the_screen(tmp_path: Path, capfd: object) -> None:
    path = tmp_path / "gone" / "moot.log"
    path.parent.mkdir()
    handler = SharedLogFile(path)
    handler.handle(record("first"))
    path.unlink()
    path.parent.rmdir()

    handler.handle(record("second"))

    shown = capfd.readouterr()  # type: ignore[attr-defined]
    assert (shown.out, shown.err) == ("", "")
    handler.close()
