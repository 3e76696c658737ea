"""What does every test of the command line start from?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.cli.process import Moot


@pytest.fixture
def moot(tmp_path: Path) -> Moot:
    """The command with a fresh home."""
    home = tmp_path / "moot-home"
    home.mkdir()
    return Moot(home)
