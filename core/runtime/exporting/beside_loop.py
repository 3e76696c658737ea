"""How is work on files done beside the event loop, so that it has ended before anybody cleans up after it?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def beside(work: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
    """Do `work` in a thread. Whoever is cancelled meanwhile goes on once it has ended: a thread can't be stopped, and
    must not write into a file that is being closed."""
    doing = asyncio.ensure_future(asyncio.to_thread(work, *arguments, **named))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait((doing,))
        if not doing.cancelled():
            doing.exception()  # looked at, or the loop would complain of it: whoever is cancelled has no use for it
        raise
