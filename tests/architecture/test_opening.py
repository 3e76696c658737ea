"""Is the console's first frame on the screen, and are its first rows, before what they don't need is loaded?"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from console.settings import PROVIDER_KEYS
from tests.architecture.tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SDKS = ("anthropic", "openai", "google.genai", "google.generativeai", "httpx2")
LIBRARIES = ("sqlalchemy", "sqlmodel", "alembic", "pydantic", "apscheduler", "filelock", "typer", "yaml", "re2")
OF_CHANNELS = ("aiosmtplib", "jinja2", "websockets")
"""What telling somebody takes, where an operator has set it up."""
CORE = (
    "core.orchestrator",
    "core.engine",
    "core.domain.events",
    "core.domain.commands",
    "core.rules",
    "core.providers",
)

OPENING = """
import json, os, sys
from pathlib import Path
from console import app, hosting, opening, run
from console.settings import load_settings

seen = {}
run_console = run.run_console

def note(moment, then):
    def called():
        seen[moment] = sorted(sys.modules)
        return then()
    return called

def noting(open_core, settings, *, first_look, **options):
    async def opened(core):
        seen["open"] = sorted(sys.modules)
        consoles[0].exit(0)
    run.start_the_demo = opened
    return run_console(note("rows", open_core), settings, first_look=note("frame", first_look), is_demo=True)

load = hosting.CoreHost._loaded

def loading(host):
    core = load(host)
    seen["loaded"] = sorted(sys.modules)
    return core

hosting.CoreHost._loaded = loading
consoles = []
begin = app.MootApp._begin

def begun(console):
    consoles.append(console)
    begin(console)

app.MootApp._begin = begun
run.run_console = noting
code = opening.open_console(load_settings({}))
Path(os.environ["SEEN"]).write_text(json.dumps(seen))
sys.exit(code)
"""
"""The console as it is opened, writing down what was loaded when the first frame was painted, when the first rows were,
when the thread was done that loads the core, and when the core was open."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What was loaded at each moment, with the keys of every provider set: over a new database, then over that one."""
    folder = tmp_path_factory.mktemp("opening")
    _open(folder)
    return _open(folder)


def _open(folder: Path) -> dict[str, set[str]]:
    seen = folder / "seen.json"
    environment = {
        **os.environ,
        **dict.fromkeys(PROVIDER_KEYS, "a-key-of-nobody"),
        "MOOT_HOME": str(folder / "home"),
        "SEEN": str(seen),
        "TERM": "xterm-256color",
        "PYTHONPATH": str(ROOT),
    }
    terminal, program = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", OPENING], stdin=program, stdout=program, stderr=program, env=environment, cwd=ROOT
    )
    os.close(program)
    painted = b""
    with suppress(OSError):  # the terminal is gone when the program is
        while piece := os.read(terminal, 65_536):
            painted = (painted + piece)[-4_000:]
    os.close(terminal)
    assert process.wait(timeout=60) == 0, painted.decode(errors="replace")
    return {moment: set(modules) for moment, modules in json.loads(seen.read_text()).items()}


@pytest.mark.parametrize(
    "unneeded", [*SDKS, *LIBRARIES, *OF_CHANNELS, *CORE, "storage", "sqlite3", "console.bootstrap"]
)
def test_the_first_frame_needs_textual_and_the_sessions_screen_alone(
    loaded: dict[str, set[str]], unneeded: str
) -> None:
    assert {"textual.app", "console.screens.sessions"} <= loaded["frame"]
    assert unneeded not in loaded["frame"]


def test_what_the_first_frame_loads_of_the_console_makes_no_dataclass_but_for_settings(
    loaded: dict[str, set[str]],
) -> None:
    files = {name: ROOT / f"{name.replace('.', '/')}.py" for name in loaded["frame"] if name.startswith("console.")}
    making = {name for name, file in files.items() if file.is_file() and "@dataclass(frozen" in file.read_text("utf-8")}

    assert making - {"console.settings", "console.setting_channels", "console.setting_times"} == {
        "console.presenters.session_filter",
        "console.presenters.sessions",
    }  # what the first rows bring with them, behind the frame


@pytest.mark.parametrize("unneeded", [*SDKS, *LIBRARIES, *OF_CHANNELS, *CORE, "console.bootstrap", "console.feed"])
def test_the_first_rows_need_no_core_and_no_library_but_sqlite(loaded: dict[str, set[str]], unneeded: str) -> None:
    assert {"console.presenters.sessions", "storage.first_look", "sqlite3"} <= loaded["rows"]
    assert unneeded not in loaded["rows"]


@pytest.mark.parametrize("unneeded", [*SDKS, "sqlalchemy", "sqlmodel", "alembic", "prometheus_client"])
def test_a_core_that_is_open_has_loaded_no_sdk_whatever_keys_are_set(
    loaded: dict[str, set[str]], unneeded: str
) -> None:
    assert {"console.bootstrap", "core.orchestrator", "core.providers.at_hand"} <= loaded["open"]
    assert unneeded not in loaded["open"]


def test_what_the_core_needs_at_once_is_loaded_where_it_keeps_no_key_waiting(loaded: dict[str, set[str]]) -> None:
    late = {name for name in loaded["open"] - loaded["loaded"] if name.partition(".")[0] in LIBRARIES}

    assert {"pydantic", "apscheduler", "filelock"} <= loaded["loaded"]
    assert late == set()
