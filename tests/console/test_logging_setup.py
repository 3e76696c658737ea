"""Does the log keep room for what matters, in the form that was asked for, and without a secret?"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.logging_setup import CHATTY, log_as_set, log_to_file
from console.setting_channels import WebhookSetting
from console.settings import Settings
from core.domain.errors import StorageFailed
from core.runtime.correlating import fields, noting

SECRET = "of-the-hook-7f3b90"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in CHATTY}
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    logging.captureWarnings(False)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("level", "kept"), [("INFO", ["ours", "failed"]), ("DEBUG", ["ours", "began", "failed"])])
def test_that_a_job_began_is_kept_only_by_who_logs_everything(tmp_path: Path, level: str, kept: list[str]) -> None:
    path = tmp_path / "moot.log"
    log_to_file(path, level=level)

    logging.getLogger("core.runtime").info("ours")
    logging.getLogger("apscheduler.executors.default").info("began")
    logging.getLogger("apscheduler.executors.default").warning("failed")

    assert [json.loads(line)["message"] for line in lines(path)] == kept


def test_a_line_says_when_how_grave_who_and_what_it_is_about(tmp_path: Path) -> None:
    path = tmp_path / "moot.log"
    log_to_file(path, level="INFO")

    with noting(session="ab12", correlation="r1.opening.proposer#1", cause=""):
        logging.getLogger("core.runtime.driver").warning("the inbox waits", extra=fields(error="disk full", tries=2))

    (line,) = lines(path)
    said = json.loads(line)
    assert said.pop("at").endswith("Z")
    assert said == {
        "level": "warning",
        "logger": "core.runtime.driver",
        "process": os.getpid(),
        "message": "the inbox waits",
        "session": "ab12",
        "correlation": "r1.opening.proposer#1",
        "error": "disk full",
        "tries": 2,
    }


def test_a_line_of_a_library_says_what_it_is_about_too(tmp_path: Path) -> None:
    path = tmp_path / "moot.log"
    log_to_file(path, level="INFO")

    with noting(session="ab12", step="r1.opening.proposer"):
        logging.getLogger("anthropic").info("HTTP Request: %s %s", "POST", "https://api.example/v1")

    said = json.loads(lines(path)[0])
    assert (said["message"], said["session"], said["step"]) == (
        "HTTP Request: POST https://api.example/v1",
        "ab12",
        "r1.opening.proposer",
    )


def test_people_can_have_lines_that_they_read(tmp_path: Path) -> None:
    path = tmp_path / "moot.log"
    log_to_file(path, level="INFO", form="human")

    logging.getLogger("core.runtime.driver").warning("the inbox waits", extra=fields(error="disk full", tries=2))

    (line,) = lines(path)
    assert line.partition(" ")[2] == (
        f'WARNING {os.getpid()} core.runtime.driver: the inbox waits error="disk full" tries=2'
    )


def test_the_address_of_a_webhook_from_the_settings_is_in_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOOT_HOME", str(tmp_path))
    address = f"https://ops.example/{SECRET}"
    log_as_set(Settings(webhooks={"ops": WebhookSetting(url=address)}, log_level="DEBUG"))

    logging.getLogger("httpx").info("HTTP Request: POST %s", address)
    logging.getLogger("core.channels").warning("refused", extra=fields(error=f"POST /{SECRET} was refused"))

    kept = (tmp_path / "state" / "moot.log").read_text(encoding="utf-8")
    assert "HTTP Request: POST [key]" in kept
    assert SECRET not in kept


def test_a_folder_that_can_t_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageFailed, match="XDG_STATE_HOME"):
        log_to_file(tmp_path / "file" / "moot.log", level="INFO")


def test_what_makes_lines_is_loaded_with_the_first_line(tmp_path: Path) -> None:
    program = (
        "import logging, sys\n"
        "from pathlib import Path\n"
        "from console.logging_setup import log_to_file\n"
        "log_to_file(Path(sys.argv[1]), level='INFO')\n"
        "before = 'structlog' in sys.modules\n"
        "logging.getLogger('moot').info('first')\n"
        "print(before, 'structlog' in sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "moot.log")],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    assert done.stdout.split() == ["False", "True"]
