"""Is a route worth asking, after what became of the calls before?

Those that can be had let every waiting call probe a half-open circuit at once, or take a cancelled call for a failure.
Here exactly one call probes; what the caller did wrong or broke off says nothing; being told to slow down is a pause
and no failure.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

FAILURES_MAX = 5
"""So many failures in a row open the breaker."""

OPEN_MS = 30_000
"""So long an open breaker lets nothing through; then one call may try."""

PROBE_WAIT_MS = 500
"""How long to wait before looking again whether the one call that tries has come back."""


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Of one route. A call takes a ticket with `begin` and hands it back with exactly one of `succeeded`, `failed` and
    `passed`. Times are in milliseconds of a clock that never goes back."""

    __slots__ = ("_cool_until_ms", "_failures", "_now_ms", "_opened_at_ms", "_probe", "_ticket")

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._failures = 0
        self._opened_at_ms: int | None = None
        self._cool_until_ms = 0
        self._probe: int | None = None
        self._ticket = 0

    @property
    def state(self) -> BreakerState:
        if self._opened_at_ms is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._now_ms() < self._opened_at_ms + OPEN_MS else BreakerState.HALF_OPEN

    @property
    def is_probed(self) -> bool:
        """True while the one call that may try is under way."""
        return self._probe is not None

    def rest_ms(self) -> int:
        """How long to leave the route alone; 0 where a call may be sent now."""
        if self._opened_at_ms is None and not self._cool_until_ms:
            return 0
        now_ms = self._now_ms()
        rest_ms = max(0, self._cool_until_ms - now_ms)
        if self._opened_at_ms is not None:
            rest_ms = max(rest_ms, self._opened_at_ms + OPEN_MS - now_ms)
            if self._probe is not None:
                rest_ms = max(rest_ms, PROBE_WAIT_MS)
        return rest_ms

    def begin(self) -> int:
        """A ticket for a call that is sent now. Only where `rest_ms` is 0."""
        self._ticket += 1
        if self._opened_at_ms is not None:
            self._probe = self._ticket
        return self._ticket

    def succeeded(self, ticket: int) -> None:
        """An answer came. One that was asked for before the breaker opened doesn't close it."""
        if self._opened_at_ms is None:
            self._failures = 0
        elif ticket == self._probe:
            self.reset()

    def failed(self, ticket: int) -> None:
        """The route failed. Calls that were under way when it opened don't prolong that."""
        if self._opened_at_ms is None:
            self._failures += 1
            if self._failures >= FAILURES_MAX:
                self._opened_at_ms = self._now_ms()
        elif ticket == self._probe:
            self._probe = None
            self._opened_at_ms = self._now_ms()

    def passed(self, ticket: int) -> None:
        """The call says nothing about the route: it was broken off, or its caller was at fault."""
        if ticket == self._probe:
            self._probe = None

    def cool_down(self, milliseconds: int) -> None:
        """The provider asked to be left alone for so long."""
        self._cool_until_ms = max(self._cool_until_ms, self._now_ms() + milliseconds)

    def reset(self) -> None:
        """Ask again at once: it works, or the operator says so."""
        self._failures = 0
        self._opened_at_ms = None
        self._probe = None
        self._cool_until_ms = 0
