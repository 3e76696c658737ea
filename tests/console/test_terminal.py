"""Does the console leave in order when its terminal is closed, also where no signal tells it so?"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

from console.terminal import OutlivingFile

PAINTED = b"Sessions"
READ_BYTES = 65_536
SECONDS_MAX = 60
"""More than leaving takes on a machine that is busy with other tests."""


def test_a_console_whose_terminal_is_closed_without_a_signal_leaves_in_order(tmp_path: Path) -> None:
    terminal, its_side = pty.openpty()
    # It has no controlling terminal of its own, so that nobody sends it the signal: as a child of make may find itself.
    console = subprocess.Popen(
        [sys.executable, "-m", "console"],
        stdin=its_side,
        stdout=its_side,
        stderr=its_side,
        env={**os.environ, "MOOT_DATABASE": str(tmp_path / "moot.db"), "TERM": "xterm-256color"},
    )
    try:
        os.close(its_side)
        painted = b""
        while PAINTED not in painted:
            assert select.select([terminal], [], [], SECONDS_MAX)[0], "it never painted"
            painted += os.read(terminal, READ_BYTES)
        os.close(terminal)

        assert console.wait(SECONDS_MAX) != 0
    finally:
        console.kill()
        console.wait()


class Broken:
    """A file behind which nothing is any more."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")

    def flush(self) -> None:
        raise OSError(5, "Input/output error")


def test_that_the_terminal_is_gone_is_told_once_and_what_is_written_then_goes_nowhere() -> None:
    told: list[str] = []
    file = OutlivingFile(Broken(), on_gone=lambda: told.append("gone"))  # type: ignore[arg-type]  # as broken as it gets

    assert file.write("one") == 3
    assert file.write("three") == 5
    file.flush()

    assert told == ["gone"]
    assert file.encoding == "utf-8"
