"""By which channels is each notification told?

Routes are data: each names the types and priorities that it takes, and the channels by which these go. All routes that
take a notification count, so that adding one never takes another away; one that is `is_last` ends the list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.domain.errors import WrongUse, nearest
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import Priority

ROUTES_MAX = 100
CHANNELS_OF_ROUTE_MAX = 20

LOG = "log"
"""The audit trail, which is always there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Takes notifications of these `types` (empty for all) that are at least as urgent as `priority`; `flows` are the
    kinds of session, `seats` those that it is about, both empty for all. They go by `channels`."""

    channels: tuple[str, ...]
    types: frozenset[NotificationType] = frozenset()
    priority: Priority = Priority.LOW
    flows: frozenset[str] = frozenset()
    seats: frozenset[str] = frozenset()
    is_last: bool = False

    def takes(self, notification: Notification) -> bool:
        return (
            notification.priority.rank <= self.priority.rank
            and (not self.types or notification.type in self.types)
            and (not self.flows or notification.flow in self.flows)
            and (not self.seats or notification.seat in self.seats)
        )


TERMINAL = "terminal"
"""The terminal in which moot runs, which rings."""

SENSIBLE_ROUTES: tuple[Route, ...] = (
    Route(channels=(LOG,), priority=Priority.NORMAL),
    Route(channels=(TERMINAL,), priority=Priority.HIGH),
)
"""What holds where nobody has said otherwise: all that is worth knowing goes into the audit trail, and what somebody
may have to do something about rings. What no route takes is not kept: to keep each turn costs each turn."""


def channels_for(notification: Notification, routes: Iterable[Route]) -> tuple[str, ...]:
    """The channels by which it goes, each once, in the order of the routes."""
    found: dict[str, None] = {}
    for route in routes:
        if route.takes(notification):
            found.update(dict.fromkeys(route.channels))
            if route.is_last:
                break
    return tuple(found)


def channels_of(type: NotificationType, priority: Priority, routes: Iterable[Route]) -> tuple[str, ...]:
    """By which channels a type goes at that priority, in words: with the flows and seats for which alone it does."""
    found: dict[str, str] = {}
    for route in routes:
        if priority.rank > route.priority.rank or (route.types and type not in route.types):
            continue
        only = ", ".join(sorted({*route.flows, *route.seats}))
        for channel in route.channels:
            known = found.get(channel)
            # A route for all is no longer narrowed by one for some.
            found[channel] = "" if known == "" or not only else f"{known}, {only}" if known else only
        if route.is_last and not only:
            break
    return tuple(f"{channel} ({only})" if only else channel for channel, only in found.items())


def read_routes(plain: object, *, channels: Collection[str], where: str) -> tuple[Route, ...]:
    """Routes as a settings file has them: a list of tables with `channels`, and `types`, `priority`, `flows`, `seats`,
    `last` where they are not for everything. Raises WrongUse, naming which one, for what makes no sense."""
    if not isinstance(plain, list):
        raise WrongUse("is no list of tables.", where=where, now=f"Write [[{where}]], once for each route.")
    if len(plain) > ROUTES_MAX:
        raise WrongUse(f"names {len(plain)} routes.", where=where, now=f"Name at most {ROUTES_MAX}.")
    return tuple(_route(each, channels, f"{where}, route {number}") for number, each in enumerate(plain, start=1))


def _route(plain: object, channels: Collection[str], where: str) -> Route:
    if not isinstance(plain, dict):
        raise WrongUse("is no table.", where=where, now='Write channels = ["log"] into it.')
    unknown = [key for key in plain if key not in _KEYS]
    if unknown:
        raise WrongUse(
            f"has no {unknown[0]!r}.", where=where, now=nearest(unknown[0], _KEYS) or f"It takes {', '.join(_KEYS)}."
        )
    asked = _words(plain, "channels", where)
    if not 1 <= len(asked) <= CHANNELS_OF_ROUTE_MAX:
        raise WrongUse(
            "names no channel." if not asked else f"names {len(asked)} channels.",
            where=where,
            now=f"Name one to {CHANNELS_OF_ROUTE_MAX} of {', '.join(channels)}.",
        )
    for name in asked:
        if name not in channels:
            now = nearest(name, channels) or f"There are {', '.join(channels)}."
            raise WrongUse(f"no channel is called {name!r:.80}.", where=where, now=now)
    is_last = plain.get("last", False)
    if not isinstance(is_last, bool):
        raise WrongUse("'last' is true or false.", where=where)
    return Route(
        channels=asked,
        types=frozenset(_one_of(NotificationType, word, where) for word in _words(plain, "types", where)),
        priority=_one_of(Priority, str(plain.get("priority", Priority.LOW)), where),
        flows=frozenset(_words(plain, "flows", where)),
        seats=frozenset(_words(plain, "seats", where)),
        is_last=is_last,
    )


_KEYS = ("channels", "types", "priority", "flows", "seats", "last")


def _words(plain: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    words = plain.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise WrongUse(f"{key!r} is no list of words.", where=where, now=f'Write {key} = ["…"].')
    return tuple(dict.fromkeys(words))


def _one_of(kind: type[Any], word: str, where: str) -> Any:
    known: Sequence[str] = [each.value for each in kind]
    for each in kind:
        if word.casefold() == each.value.casefold():
            return each
    now = nearest(word, known) or f"It is one of {', '.join(known)}."
    raise WrongUse(f"{word!r:.80} is no {_CALLED[kind]}.", where=where, now=now)


_CALLED: Mapping[type[Any], str] = {NotificationType: "type of notification", Priority: "priority"}
