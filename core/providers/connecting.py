"""How does an SDK reach its provider, and when is it loaded?

The SDKs take between a third and nearly a whole second to import, so each is loaded when it is first needed, in a
thread. Their HTTP is ours, so that waiting for a connection has a limit of its own, silence is judged in one place, and
no redirect carries a key to another host: each SDK follows them by default.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import ip_address
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlsplit

from core.providers.listening import MILLISECONDS_PER_SECOND, Patience

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")
_TAKEN: ContextVar[list[httpx2.Response] | None] = ContextVar("taken", default=None)
CONNECTIONS_MAX = 200
CONNECTIONS_KEPT_MAX = 20


class OnFirstUse(Generic[T]):
    """Something that takes long to make, made once, in a thread, when it is first asked for."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: T | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> T:
        if self._made is None:
            async with self._lock:
                if self._made is None:
                    self._made = await asyncio.to_thread(self._make)
        return self._made

    async def release(self, close: Callable[[T], Awaitable[None]]) -> None:
        """Close what was made, if it was. The next call makes it anew."""
        async with self._lock:
            made, self._made = self._made, None
        if made is not None:
            await close(made)


def http_client(patience: Patience) -> httpx2.AsyncClient:
    """HTTP for an SDK. Imports; call it in a thread."""
    import httpx2

    async def limit_the_connecting(request: httpx2.Request) -> None:
        # Set here because google-genai gives each request a timeout of none at all, over the client's.
        seconds = patience.connect_ms / MILLISECONDS_PER_SECOND
        request.extensions["timeout"] = {"connect": seconds, "pool": seconds, "read": None, "write": None}

    async def hand_over(response: httpx2.Response) -> None:
        taken = _TAKEN.get()
        if taken is not None:
            taken.append(response)

    return httpx2.AsyncClient(
        follow_redirects=False,
        event_hooks={"request": [limit_the_connecting], "response": [hand_over]},
        limits=httpx2.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_KEPT_MAX),
    )


@contextmanager
def responses_into(taken: list[httpx2.Response]) -> Iterator[None]:
    """Put the responses to what is asked meanwhile into `taken`, for an SDK that hides them. Don't yield within it."""
    token = _TAKEN.set(taken)
    try:
        yield
    finally:
        _TAKEN.reset(token)


def is_this_machine(base_url: str) -> bool:
    """Whether an address is on the machine that moot runs on."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
