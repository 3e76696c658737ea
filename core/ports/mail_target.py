"""To whom is mail sent, and through which server?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SECONDS_MAX = 10


class MailSecurity(StrEnum):
    """`tls` from the first byte, `starttls` once the server has greeted, `none` for a server on this machine."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTarget:
    """`user` and `password` are "" where the server asks for none."""

    name: str
    host: str
    port: int
    security: MailSecurity
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: str = ""
    seconds_max: float = SECONDS_MAX

    def __repr__(self) -> str:
        return f"MailTarget({self.name!r}, {self.host!r}, {len(self.to)} to)"
