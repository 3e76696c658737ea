"""What holds for every test: no network, no key, no file outside its own folder."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from pathlib import Path

# Without bytecode each process that a test starts would compile all of moot, and each worker all tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Deadlines and the check for slow examples time the machine, not the code. The blob in a failure's message gives back
# the failing example.
settings.register_profile("moot", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("moot")

ID_CHARACTERS_MAX = 400
ID_CHARACTERS_SHOWN = 40

LOOPBACK = ("127.0.0.1", "::1", "localhost")
OPERATORS_NAMES = (
    "ANTHROPIC_",
    "GOOGLE_",
    "GEMINI_",
    "OPENAI_",
    "GROQ_",
    "OLLAMA_",
    "COMPATIBLE_",
    "ORCHESTRATION_",
    "MOOT_",
)

TERMINALS_NAMES = ("COLUMNS", "LINES")
"""Tests that run beside one another are told a size by these, which a program takes for that of its own terminal."""


def refuse_the_network(event: str, arguments: tuple[object, ...]) -> None:
    """Let no test leave this machine: a test that needs the network passes or fails by somebody else's doing."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else LOOPBACK[0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host not in (*LOOPBACK, None):
        raise PermissionError(f"a test tried to reach {host!r}; tests stay on this machine. Use a scripted provider.")


sys.addaudithook(refuse_the_network)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a case by the beginning of its text, where that is long: no environment takes a name of a megabyte, and none
    of the processes that a test starts could be started with it."""
    if not isinstance(val, str | bytes) or len(val) <= ID_CHARACTERS_MAX:
        return None
    text = val.decode("latin-1") if isinstance(val, bytes) else val
    return f"{ascii(text[:ID_CHARACTERS_SHOWN])[1:-1]}, {len(text)} in all"


@pytest.fixture(autouse=True)
def _an_operator_without_keys_or_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give each test a home of its own, so that neither keys nor settings of whoever runs it change the outcome."""
    for name in tuple(os.environ):
        if name.startswith(OPERATORS_NAMES) or name in TERMINALS_NAMES:
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
