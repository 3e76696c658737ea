"""Where is a program elsewhere told, and by what does it know that it is us?"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

SECONDS_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTarget:
    """Where to: `secret` signs, "" for no signature. `may_be_private` lets it redirect into private networks. The
    address may hold a token, so that no message says more of it than its host."""

    name: str
    url: str
    secret: str = ""
    may_be_private: bool = False
    seconds_max: float = SECONDS_MAX

    def __repr__(self) -> str:
        return f"WebhookTarget({self.name!r}, {host_of(self.url)!r})"


def host_of(url: str) -> str:
    """The host of an address, which is all of it that may be shown."""
    try:
        return urlsplit(url).hostname or "an address without a host"
    except ValueError:
        return "an address without a host"
