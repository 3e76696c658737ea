"""How does a search for notifications travel from one process to another: in plain JSON values, checked on arrival?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from core.domain.errors import WrongUse, nearest
from core.notifying.delivering import DeliveryState
from core.notifying.life import LifeState
from core.notifying.notification import NotificationType
from core.notifying.terms import Priority
from core.ports.outbox import Wanted

Word = TypeVar("Word", bound=StrEnum)


def wanted_to_plain(wanted: Wanted) -> dict[str, object]:
    """What a search says beyond its defaults."""
    plain: dict[str, object] = {
        "id": wanted.id,
        "types": sorted(each.value for each in wanted.types),
        "priority": wanted.priority.value,
        "session": wanted.session,
        "channel": wanted.channel,
        "state": wanted.state.value if wanted.state is not None else "",
        "life": sorted(each.value for each in wanted.life),
        "text": wanted.text,
        "is_open": wanted.is_open,
        "audible_ms": wanted.audible_ms,
    }
    return {key: value for key, value in plain.items() if value}


def wanted_from(plain: Mapping[str, Any], least: Wanted) -> Wanted:
    """The search that was sent, which finds nothing that `least` does not. Raises WrongUse for words that mean none."""
    state = str(plain.get("state", ""))
    return replace(
        least,
        id=str(plain.get("id", "")),
        types=frozenset(one_of(NotificationType, each) for each in plain.get("types", ())),
        priority=one_of(Priority, plain.get("priority", Priority.LOW)),
        session=str(plain.get("session", "")),
        channel=str(plain.get("channel", "")),
        state=one_of(DeliveryState, state) if state else least.state,
        life=frozenset(one_of(LifeState, each) for each in plain.get("life", ())),
        text=str(plain.get("text", "")),
        is_open=least.is_open or bool(plain.get("is_open")),
        audible_ms=int(plain.get("audible_ms", 0)),
    )


def one_of(kind: type[Word], word: object, *, where: str = "") -> Word:
    """The word of that kind, in capitals or not. Raises WrongUse with the nearest one."""
    for each in kind:
        if each.value.casefold() == str(word).casefold():
            return each
    names = [each.value for each in kind]
    now = nearest(str(word), names) or f"There are {', '.join(names)}."
    raise WrongUse(f"{str(word)!r:.80} is none.", where=where, now=now)
