"""What do tests of the storage share? An open database, and a way to let another process take part in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from storage.opened import Storage, open_storage
from tests.architecture.tree import ROOT
from tests.storage.builders import codec

OTHER = (
    "import asyncio\nfrom pathlib import Path\nfrom storage.opened import open_storage\n"
    "from tests.storage.builders import *\nfrom tests.storage.builders import codec\n"
    "async def main():\n    storage = open_storage(Path({path!r}), codec=codec())\n"
    "    {code}\n    await storage.close()\n"
    "asyncio.run(main())\n"
)


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = open_storage(tmp_path / "moot.db", codec=codec())
    yield opened
    await opened.close()


@pytest.fixture
def other_process(tmp_path: Path) -> Callable[[str], str]:
    """Runs a line of code in another process that has `storage` open on the same file; returns what it printed."""

    def run(code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", OTHER.format(path=str(tmp_path / "moot.db"), code=code)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
