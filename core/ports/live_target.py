"""Where do programs hear live what happens here, and by what are they known?"""

from __future__ import annotations

from dataclasses import dataclass

from core.ports.loopback import LOOPBACK

CLIENTS_MAX = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTarget:
    """A WebSocket server at `address` and `port` (0 for any that is free). Who connects shows `token`; `token_is_in`
    says where an operator finds it. A browser is let in from the pages of `origins` alone. Who reads nothing for
    `seconds_max` is let go."""

    port: int
    token: str
    token_is_in: str = ""
    address: str = LOOPBACK[0]
    origins: tuple[str, ...] = ()
    clients_max: int = CLIENTS_MAX
    seconds_max: float = 20

    def __repr__(self) -> str:
        return f"LiveTarget({self.shown!r})"

    @property
    def shown(self) -> str:
        """The address as a client names it."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"ws://{host}:{self.port}"
