"""Does a script that uses moot find lines on its standard error only where it asked for a log?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

PROGRAM = """
import asyncio
import logging
from pathlib import Path

from console.bootstrap import open_orchestrator
from console.settings import Settings


def speak() -> None:
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in ("core", "console")]
    assert {"core.runtime.health_watch", "console.bootstrap"} <= set(names)
    for name in names:
        logging.getLogger(name).error("heard")


async def main() -> None:
    moot = open_orchestrator(Settings(database=Path("moot.db"), metrics_export_path=Path("metrics")))
    await moot.start()
    speak()
    await moot.stop()


asyncio.run(main())
logging.basicConfig(level="ERROR", format="%(message)s from %(name)s")
logging.getLogger("console.bootstrap").error("heard")
logging.getLogger("core.runtime.health_watch").error("heard")
"""


def test_a_script_sees_no_line_of_ours_before_it_asks_for_a_log_and_each_once_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOOT_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr == "heard from console.bootstrap\nheard from core.runtime.health_watch\n"
