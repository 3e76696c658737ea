"""Of what does the operator not want to hear for a while?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from core.notifying.notification import Notification, NotificationType

MUTES_MAX = 200
MUTE_ID_CHARACTERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """What is told of `session` ("" for all) and of `type` (None for all) goes into the audit trail alone, and nobody
    is reminded of it, until `until_ms` (Unix; 0 without an end). `by` said so at `at_ms`."""

    session: str = ""
    type: NotificationType | None = None
    until_ms: int = 0
    by: str = ""
    at_ms: int = 0

    @property
    def id(self) -> str:
        """The same for the same session and type, so that muting again changes the end."""
        return sha256(f"{self.session}:{self.type or ''}".encode()).hexdigest()[:MUTE_ID_CHARACTERS]

    def holds_at(self, now_ms: int) -> bool:
        return not self.until_ms or now_ms < self.until_ms

    def is_of(self, notification: Notification) -> bool:
        return self.session in ("", notification.session) and self.type in (None, notification.type)


def muted_by(notification: Notification, mutes: Iterable[Mute], *, now_ms: int) -> Mute | None:
    """The mute because of which nobody hears of it now; None where there is none."""
    return next((mute for mute in mutes if mute.holds_at(now_ms) and mute.is_of(notification)), None)
