"""Where can figures be fetched by whoever watches from outside?

Off unless somebody asked for it. Whoever drives serves, from the moment it drives to the moment it stops; where the
address is taken, nothing else is disturbed, and it is tried again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from core.analytics.families import Family

Collect = Callable[[], Awaitable[tuple[Family, ...]]]
"""Reads all figures as they are now. May raise MootError; costs about as much as what was recorded since the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointStanding:
    """Where figures can be fetched, or why they can't be ("" while they can)."""

    address: str
    fault: str = ""


class MetricsEndpoint(Protocol):
    """Never raises: what keeps it from serving is said by `standing`, and in the log file."""

    async def serve(self, collect: Collect) -> None:
        """Listen from now on, or try again now and then where that can't be. Serving twice is serving once."""
        ...

    async def close(self) -> None:
        """Let go of the address. Answers under way are broken off."""
        ...

    @property
    def standing(self) -> EndpointStanding | None:
        """None while nobody has it serve."""
        ...
