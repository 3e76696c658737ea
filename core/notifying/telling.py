"""As what does a notification leave moot, for whoever reads it with a program?"""

from __future__ import annotations

from core.notifying.delivering import Delivery
from core.notifying.notification import Notification


def as_plain(delivery: Delivery) -> dict[str, object]:
    """What a receiver is told, in plain JSON values. `id` is the delivery's: a repeat has the same. A digest has each
    of its parts under `gathered`; a reminder names in `reminds` the notification that it reminds of."""
    told = delivery.notification
    plain: dict[str, object] = {"id": delivery.id, **_plain(told)}
    if told.reminds:
        plain["reminds"] = told.reminds
    if delivery.gathered:
        plain["gathered"] = [_plain(each) for each in delivery.gathered]
    return plain


def _plain(told: Notification) -> dict[str, object]:
    return {
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
