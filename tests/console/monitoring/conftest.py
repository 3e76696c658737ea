"""What do tests of what watches from outside start from?"""

from __future__ import annotations

from tests.console.cli.conftest import moot

__all__ = ["moot"]
