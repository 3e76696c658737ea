"""What does a client of the live channel want to hear?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

PLACE_MAX = 2**53
"""The largest whole number that every reader of JSON keeps whole."""

_KEYS = ("token", "from", "events_from", "session")
NOW = "now"


class NotWished(ValueError):
    """What was said can't be meant; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is told beyond `place`, None for what comes from now on; and where it `has_events` those beyond `position`,
    None for those from now on, of one `session` alone where that is given."""

    token: str = ""
    place: int | None = None
    has_events: bool = False
    position: int | None = None
    session: str = ""

    def __repr__(self) -> str:
        return f"Wish({self.place!r}, {self.position!r})"


def read_wish(said: str | bytes) -> Wish:
    """The one message of a client: `{"token": "…", "from": 17, "events_from": 41, "session": "…"}`, each of which may
    be left out. Raises NotWished."""
    try:
        plain = json.loads(said)
    except (ValueError, RecursionError) as error:
        raise NotWished("this is no JSON") from error
    if not isinstance(plain, Mapping):
        raise NotWished("this is no JSON object")
    unknown = [key for key in plain if key not in _KEYS]
    if unknown:
        raise NotWished(f"there is no {unknown[0]!r:.40}: say {', '.join(_KEYS)}")
    token, session = plain.get("token", ""), plain.get("session", "")
    if not isinstance(token, str) or not isinstance(session, str):
        raise NotWished("token and session are texts")
    return Wish(
        token=token,
        place=_place(plain, "from"),
        has_events="events_from" in plain,
        position=_place(plain, "events_from"),
        session=session,
    )


def _place(plain: Mapping[str, object], key: str) -> int | None:
    value = plain.get(key, NOW)
    if value == NOW:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= PLACE_MAX:
        raise NotWished(f"{key} is a whole number from 0, or {NOW!r}")
    return value
