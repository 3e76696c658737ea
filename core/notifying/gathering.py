"""How do several notifications become one message?"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from core.domain.ids import NO_SESSION
from core.notifying.delivering import Delivery, delivery_id
from core.notifying.notification import Notification, NotificationType

LINE_CHARACTERS_MAX = 200
ID_CHARACTERS = 16


def digest_of(parts: Sequence[Delivery], *, position: int, now_ms: int) -> Delivery:
    """The one delivery that has these in it, which are by one channel and at least one. Its id follows from theirs, so
    that gathering the same again makes the same."""
    told = [part.notification for part in parts]
    channel = parts[0].channel
    of = sha256(":".join(["digest", *sorted(part.id for part in parts)]).encode()).hexdigest()[:ID_CHARACTERS]
    sessions, flows = {each.session for each in told}, {each.flow for each in told}
    digest = Notification(
        id=of,
        type=NotificationType.DIGEST,
        priority=min((each.priority for each in told), key=lambda priority: priority.rank),
        session=told[0].session if len(sessions) == 1 else NO_SESSION,
        seq=0,
        position=position,
        at_ms=now_ms,
        flow=told[0].flow if len(flows) == 1 else "",
        title=f"{len(told)} notifications",
        text="\n".join(_line(each) for each in told),
    )
    return Delivery(
        id=delivery_id(of, channel), notification=digest, channel=channel, due_ms=now_ms, gathered=tuple(told)
    )


def _line(told: Notification) -> str:
    line = " ".join(f"{told.type.value} · {told.title}: {told.text}".split())
    return line if len(line) <= LINE_CHARACTERS_MAX else f"{line[: LINE_CHARACTERS_MAX - 1]}…"
