"""As what does a notification leave moot, for whoever reads it with a program?"""

from __future__ import annotations

from core.notifying.delivering import Delivery


def as_plain(delivery: Delivery) -> dict[str, object]:
    """What a receiver is told, in plain JSON values. `id` is the delivery's: a repeat has the same."""
    told = delivery.notification
    return {
        "id": delivery.id,
        "notification": told.id,
        "type": told.type.value,
        "priority": told.priority.value,
        "session": told.session,
        "seq": told.seq,
        "at_ms": told.at_ms,
        "flow": told.flow,
        "title": told.title,
        "text": told.text,
        "seat": told.seat,
    }
