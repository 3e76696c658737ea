"""Does the log keep room for what matters?"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.logging_setup import log_to_file


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root, scheduler = logging.getLogger(), logging.getLogger("apscheduler")
    handlers, levels = root.handlers[:], (root.level, scheduler.level)
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    scheduler.setLevel(levels[1])
    logging.captureWarnings(False)


@pytest.mark.parametrize(("level", "kept"), [("INFO", ["ours", "failed"]), ("DEBUG", ["ours", "began", "failed"])])
def test_that_a_job_began_is_kept_only_by_who_logs_everything(tmp_path: Path, level: str, kept: list[str]) -> None:
    path = tmp_path / "moot.log"
    log_to_file(path, level=level)

    logging.getLogger("core.runtime").info("ours")
    logging.getLogger("apscheduler.executors.default").info("began")
    logging.getLogger("apscheduler.executors.default").warning("failed")

    assert [line.rpartition(" ")[2] for line in path.read_text(encoding="utf-8").splitlines()] == kept
