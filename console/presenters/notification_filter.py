"""Which notifications does the operator want to see? A few words, each of which must hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.notifications import (
    ANSWERED,
    ASKS,
    EXPIRED,
    MUTED,
    NEW,
    OPEN,
    PUT_AWAY,
    READ,
    SEEN,
    SNOOZED,
    SPEAK,
    standing,
    type_word,
)
from core.domain.errors import WrongUse, nearest
from core.notifying.delivering import DeliveryState
from core.notifying.notification import NotificationType
from core.notifying.terms import Priority
from core.ports.outbox import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.presenters.notifications import Entry
    from console.presenters.sessions import StateShown

FILTER_HELP = "words of it · state:open · priority>=high · type:error · channel:ops · session:ab12 · -word leaves out"

KEYS = ("state", "priority", "type", "channel", "session")

DELIVERY_WORDS = {
    "waiting": DeliveryState.PENDING,
    "held": DeliveryState.HELD,
    "delivered": DeliveryState.DELIVERED,
    "dead": DeliveryState.DEAD,
}
STANDING_WORDS = {
    "open": OPEN,
    **{each.word: (each,) for each in (ASKS, SPEAK, NEW, READ, SNOOZED, MUTED, SEEN, ANSWERED, EXPIRED)},
    "acknowledged": (SEEN,),
}


def _word(type: NotificationType) -> str:
    """What the list calls it, as one word."""
    return type_word(type).replace(" ", "_")


STATES = (*STANDING_WORDS, *DELIVERY_WORDS)
PRIORITIES = tuple(each.value for each in Priority)
TYPES = tuple(dict.fromkeys(name for each in NotificationType for name in (_word(each), each.value.casefold())))

FILTER_CHARACTERS_MAX = 200

_WORD = re.compile(r"([A-Za-z]+)(>=|<=|:|=|>|<)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Term:
    key: str
    value: str
    is_wanted: bool
    compares: str = ":"


@dataclass(frozen=True, slots=True)
class NotificationFilter:
    """Made by `read_filter`; the empty one shows whatever is neither snoozed nor muted."""

    text: str = ""
    terms: tuple[_Term, ...] = ()

    def holds(self, entry: Entry, *, now_ms: int) -> bool:
        """Is it wanted? What was put away only where the filter speaks of such."""
        state = standing(entry, now_ms=now_ms)
        if state in PUT_AWAY and not any(
            term.key == "state" and state in _standings(term.value) for term in self.terms
        ):
            return False
        if entry.told is not None and entry.told.notification.reminds and not self._is_of_types:
            return False
        return all(_holds(term, entry, now_ms=now_ms) is term.is_wanted for term in self.terms)

    @property
    def _is_of_types(self) -> bool:
        """Does it speak of types, or of deliveries? Then reminders are shown too, beside what they remind of."""
        return any(term.key == "type" or (term.key == "state" and _deliveries(term.value)) for term in self.terms)

    def wanted(self) -> Wanted:
        """What the outbox is asked for: all that can hold, and as little else as it can leave out."""
        types = frozenset(NotificationType)
        priority, text, is_open = Priority.LOW, "", False
        state: DeliveryState | None = None
        for term in self.terms:
            if not term.is_wanted:
                continue
            match term.key:
                case "type":
                    types &= _types(term.value)
                case "priority":
                    least = max(_priorities(term), key=lambda each: each.rank, default=Priority.URGENT)
                    priority = min(priority, least, key=lambda each: each.rank)
                case "state":
                    delivery = _deliveries(term.value)
                    state = delivery[0] if len(delivery) == 1 and not _standings(term.value) else state
                    is_open = is_open or (not delivery and _are_open(_standings(term.value)))
                case "":
                    text = max(text, term.value if _is_of_the_text(term.value) else "", key=len)
                case _:
                    continue
        return Wanted(
            types=frozenset() if len(types) == len(NotificationType) else types,
            priority=priority,
            state=state,
            text=text,
            is_open=is_open,
        )


def read_filter(text: str, *, channels: Sequence[str] = (), sessions: Iterable[str] = ()) -> NotificationFilter:
    """The filter that these words mean. Raises WrongUse, with the nearest word, where they mean none.

    Of `channels` and `sessions` those are named that there are; where there are none they are taken as they come.
    """
    words = text[:FILTER_CHARACTERS_MAX].split()
    known = {"channel": tuple(channels), "session": tuple(sessions)}
    terms = [_term(word, known) for word in words]
    return NotificationFilter(" ".join(words), tuple(term for term in terms if term.value))


def _term(word: str, known: dict[str, tuple[str, ...]]) -> _Term:
    is_wanted = word[0] not in "-!"
    word = word if is_wanted else word[1:]
    found = _WORD.fullmatch(word)
    if found is None or found[3].startswith("//"):
        return _Term("", word.casefold(), is_wanted)
    key, compares, value = found[1].casefold(), found[2], found[3].casefold()
    if key not in KEYS:
        raise WrongUse(f"no filter is called '{key}:'.", now=nearest(key, KEYS) or f"There are {_listed(KEYS)}.")
    if compares in (">", "<", ">=", "<=") and key != "priority":
        raise WrongUse(f"'{key}' has no order.", now=f"Write {key}:{value or '…'}.")
    value = value.replace("-", "_") if key == "type" else value
    _check(key, value, known.get(key, ()))
    return _Term(key, value, is_wanted, ":" if compares == "=" else compares)


def _check(key: str, value: str, known: tuple[str, ...]) -> None:
    words = {"state": STATES, "priority": PRIORITIES, "type": TYPES}.get(key, known)
    if not value or not words or any(each.casefold().startswith(value) for each in words):
        return
    if key == "session":
        raise WrongUse(f"no session's id begins with {value!r}.", now="A word of its title finds it too.")
    raise WrongUse(f"{key}: has no {value!r}.", now=nearest(value, words) or f"It takes {', '.join(words)}.")


def _listed(keys: tuple[str, ...]) -> str:
    return ", ".join(f"{key}:" for key in keys)


def completion(text: str, *, channels: Sequence[str] = (), sessions: Sequence[str] = ()) -> str:
    """The filter with its last word completed; "" where nothing comes to mind."""
    before, blank, last = text.rpartition(" ")
    sign, word = (last[0], last[1:]) if last[:1] in ("-", "!") else ("", last)
    found = _WORD.fullmatch(word)
    if found is None:
        offered = [f"{key}:" for key in KEYS]
    else:
        values = {"state": STATES, "priority": PRIORITIES, "type": TYPES, "channel": channels, "session": sessions}
        offered = [f"{found[1]}{found[2]}{value}" for value in values.get(found[1].casefold(), ())]
    best = next((each for each in offered if word and each.startswith(word) and each != word), "")
    return f"{before}{blank}{sign}{best}" if best else ""


def _holds(term: _Term, entry: Entry, *, now_ms: int) -> bool:
    match term.key:
        case "state":
            sent = entry.told.deliveries if entry.told is not None else ()
            return standing(entry, now_ms=now_ms) in _standings(term.value) or any(
                each.state in _deliveries(term.value) for each in sent
            )
        case "priority":
            return entry.priority in _priorities(term)
        case "type":
            return entry.type in _types(term.value)
        case "channel":
            sent = entry.told.deliveries if entry.told is not None else ()
            return any(each.channel.casefold().startswith(term.value) for each in sent)
        case "session":
            return entry.session.startswith(term.value)
        case _:
            return term.value in _words(entry)


def _are_open(standings: Iterable[StateShown]) -> bool:
    return all(each in (*OPEN, *PUT_AWAY) for each in standings)


def _standings(value: str) -> tuple[StateShown, ...]:
    return tuple(state for word, states in STANDING_WORDS.items() if word.startswith(value) for state in states)


def _deliveries(value: str) -> tuple[DeliveryState, ...]:
    return tuple(state for word, state in DELIVERY_WORDS.items() if word.startswith(value))


def _priorities(term: _Term) -> frozenset[Priority]:
    meant = [each for each in Priority if each.value.startswith(term.value)]
    match term.compares:
        case ">=":
            return frozenset(each for each in Priority for one in meant if each.rank <= one.rank)
        case "<=":
            return frozenset(each for each in Priority for one in meant if each.rank >= one.rank)
        case ">":
            return frozenset(each for each in Priority for one in meant if each.rank < one.rank)
        case "<":
            return frozenset(each for each in Priority for one in meant if each.rank > one.rank)
        case _:
            return frozenset(meant)


def _types(value: str) -> frozenset[NotificationType]:
    return frozenset(
        each for each in NotificationType if each.value.casefold().startswith(value) or _word(each).startswith(value)
    )


def _is_of_the_text(word: str) -> bool:
    """Can it be found in the title or the text alone, in no type and no id? The outbox knows the capitals of ASCII."""
    named = any(word in name for each in NotificationType for name in (each.value.casefold(), type_word(each)))
    return word.isascii() and not named and not set(word) <= _OF_IDS


_OF_IDS = frozenset("0123456789abcdef:-")


def _words(entry: Entry) -> str:
    told = (entry.title, entry.text, entry.type.value, type_word(entry.type), entry.key, entry.session)
    return " ".join(told).casefold()
