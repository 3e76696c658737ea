"""What does every test of the console start from?"""

from __future__ import annotations

from tests.console.hall import settings

__all__ = ["settings"]
