"""When may the next request be sent without asking more of a provider than it allows in a minute?

A log of what was sent, not a bucket: a bucket refills while it is drawn from and lets twice its size through within a
minute, and the limits that libraries offer read a clock of their own, which no test can move. Whoever came first is
served first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

WINDOW_MS = 61_000
"""A minute, and a second because requests don't take equally long to arrive."""

SLEEP_MS_MIN = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """What may be asked within any minute; None for as much as one likes."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


UNLIMITED = RateLimit()


@dataclass(slots=True, kw_only=True, eq=False)
class Taken:
    """A place in the minute: one request, and the most tokens it can be counted with until its end is known.

    `is_past` once the minute is over, or it was given back: it counts no more.
    """

    at_ms: int
    tokens: int
    is_past: bool = False


class RateLimiter:
    """One account with one provider. Times are in milliseconds of a clock that never goes back."""

    def __init__(self, limit: RateLimit, *, now_ms: Callable[[], int], sleep: Callable[[int], Awaitable[None]]) -> None:
        self.limit = limit
        self._now_ms = now_ms
        self._sleep = sleep
        self._taken: deque[Taken] = deque()
        self._tokens = 0
        self._turn = asyncio.Lock()  # wakes its waiters in the order in which they came
        self.waiting = 0

    async def take(self, tokens: int, *, on_wait: Callable[[], None]) -> Taken:
        """Wait for a place and take it. `on_wait` is called once where one has to wait."""
        if self._turn.locked() or self._wait_ms(tokens) > 0:
            on_wait()
        self.waiting += 1
        try:
            async with self._turn:
                while (wait_ms := self._wait_ms(tokens)) > 0:
                    await self._sleep(max(SLEEP_MS_MIN, wait_ms))
                taken = Taken(at_ms=self._now_ms(), tokens=tokens)
                self._taken.append(taken)
                self._tokens += tokens
                return taken
        finally:
            self.waiting -= 1

    def settle(self, taken: Taken, tokens: int) -> None:
        """The request ended and counted `tokens`; never more are given back than were held."""
        if not taken.is_past:
            given_back = max(0, taken.tokens - tokens)
            taken.tokens -= given_back
            self._tokens -= given_back

    def give_back(self, taken: Taken) -> None:
        """The request was not sent after all."""
        if not taken.is_past:
            self._taken.remove(taken)
            self._let_go(taken)

    def left(self) -> tuple[int | None, int | None]:
        """Requests and tokens left in this minute; None where there is no limit."""
        self._forget()
        requests, tokens = self.limit.requests_per_minute, self.limit.tokens_per_minute
        return (
            None if requests is None else max(0, requests - len(self._taken)),
            None if tokens is None else max(0, tokens - self._tokens),
        )

    def _wait_ms(self, tokens: int) -> int:
        self._forget()
        until_ms = 0
        requests_max, tokens_max = self.limit.requests_per_minute, self.limit.tokens_per_minute
        if requests_max is not None and len(self._taken) >= requests_max:
            until_ms = self._taken[len(self._taken) - requests_max].at_ms + WINDOW_MS
        if tokens_max is not None:
            until_ms = max(until_ms, self._room_ms(min(tokens, tokens_max), tokens_max))
        return max(0, until_ms - self._now_ms()) if until_ms else 0

    def _room_ms(self, tokens: int, tokens_max: int) -> int:
        """When there is room for `tokens`; a request larger than the limit has the minute for itself."""
        held = self._tokens
        if held + tokens <= tokens_max:
            return 0
        for taken in self._taken:
            held -= taken.tokens
            if held + tokens <= tokens_max:
                return taken.at_ms + WINDOW_MS
        return 0

    def _forget(self) -> None:
        past_ms = self._now_ms() - WINDOW_MS
        while self._taken and self._taken[0].at_ms <= past_ms:
            self._let_go(self._taken.popleft())

    def _let_go(self, taken: Taken) -> None:
        taken.is_past = True
        self._tokens -= taken.tokens
