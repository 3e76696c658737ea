"""Is something reckoned at once, or in a thread while everybody else goes on?

What is handed over is pure: it waits for nobody, and nothing of it is changed meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

AT_ONCE_RULES_MAX = 200
"""So many rules are checked and made ready in a few milliseconds; a thread costs more than it saves."""

P = ParamSpec("P")
T = TypeVar("T")


async def beside(rules: int, work: Callable[P, T], *args: P.args, **fields: P.kwargs) -> T:
    """What `work` returns, or raises. With more than `AT_ONCE_RULES_MAX` rules to look through it runs in a thread."""
    if rules <= AT_ONCE_RULES_MAX:
        return work(*args, **fields)
    return await asyncio.to_thread(work, *args, **fields)
