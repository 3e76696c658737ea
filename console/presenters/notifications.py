"""Which rows does the inbox have, what does each say, and in which order do they stand?"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from console.presenters.figures import age, count, counted, remaining
from console.presenters.sessions import StateShown
from console.presenters.shown import Cell, Line, Part, Row
from core.domain.text import clean_text
from core.notifying.delivering import DeliveryState
from core.notifying.life import LifeState
from core.notifying.muting import muted_by
from core.notifying.notification import NotificationType
from core.notifying.terms import Priority

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from console.presenters.asking import Asking
    from core.notifying.muting import Mute
    from core.ports.outbox import OutboxFigures, Told

ASKING_PREFIX = "asks:"
"""Before the session's id, in the key of a row that asks: it stays the same also where a reminder is told."""

CHANNELS_SHOWN_MAX = 3
"""Of one notification in its row; the detail beside it has all."""

NOTHING = "–"

ASKS = StateShown("◆", "asks", "attention strong")
SPEAK = StateShown("◆", "speak", "attention strong")
NEW = StateShown("●", "new", "text")
READ = StateShown("○", "read", "text")
SNOOZED = StateShown("◔", "snoozed", "muted")
MUTED = StateShown("·", "muted", "muted")
SEEN = StateShown("✓", "seen", "muted")
ANSWERED = StateShown("✓", "answered", "muted")
EXPIRED = StateShown("–", "expired", "muted")

OPEN = (ASKS, SPEAK, NEW, READ)
"""What somebody may still have to do something about."""

PUT_AWAY = (SNOOZED, MUTED)
"""What the list leaves out unless the filter speaks of such."""

PRIORITY_STYLES: Mapping[Priority, str] = MappingProxyType(
    {Priority.URGENT: "attention strong", Priority.HIGH: "attention", Priority.NORMAL: "text", Priority.LOW: "muted"}
)

TYPE_WORDS: Mapping[NotificationType, str] = MappingProxyType(
    {
        NotificationType.DEBATE_STARTED: "began",
        NotificationType.ROUND_STARTED: "round",
        NotificationType.TURN_NOTIFICATION: "turn",
        NotificationType.ARGUMENT_REQUEST: "your turn",
        NotificationType.RESPONSE_REQUEST: "your turn",
        NotificationType.CLARIFICATION_REQUEST: "question",
        NotificationType.CONSENSUS_UPDATE: "consensus",
        NotificationType.DEBATE_COMPLETED: "over",
        NotificationType.ESCALATION_NOTICE: "asks you",
        NotificationType.REMINDER: "reminder",
        NotificationType.ERROR_NOTIFICATION: "error",
        NotificationType.DIGEST: "digest",
    }
)


def type_word(type: NotificationType) -> str:
    """A type in the list's words; one that has none there reads as it is."""
    return TYPE_WORDS.get(type, type.value.replace("_", " ").casefold())


DELIVERY_GLYPHS: Mapping[DeliveryState, tuple[str, str]] = MappingProxyType(
    {
        DeliveryState.PENDING: ("…", "attention"),
        DeliveryState.HELD: ("◔", "muted"),
        DeliveryState.DELIVERED: ("✓", "muted"),
        DeliveryState.DEAD: ("✗", "failed"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What stands in one row: something that was told, or what a session asks now, with what told of it where a route
    takes that."""

    told: Told | None = None
    asking: Asking | None = None
    is_muted: bool = False

    @property
    def key(self) -> str:
        if self.asking is not None:
            return f"{ASKING_PREFIX}{self.asking.name}"
        return self.told.notification.id if self.told is not None else ""

    @property
    def session(self) -> str:
        if self.asking is not None:
            return self.asking.session
        return self.told.notification.session if self.told is not None else ""

    @property
    def title(self) -> str:
        if self.asking is not None:
            return self.asking.title
        return self.told.notification.title if self.told is not None else ""

    @property
    def text(self) -> str:
        if self.asking is not None:
            return self.asking.question
        return self.told.notification.text if self.told is not None else ""

    @property
    def type(self) -> NotificationType:
        if self.told is not None:
            return self.told.notification.type
        if self.asking is None or not (self.asking.is_turn or self.asking.is_clarification):
            return NotificationType.ESCALATION_NOTICE
        return NotificationType.RESPONSE_REQUEST if self.asking.is_turn else NotificationType.CLARIFICATION_REQUEST

    @property
    def priority(self) -> Priority:
        return self.told.notification.priority if self.told is not None else Priority.URGENT

    @property
    def at_ms(self) -> int:
        """Since when it stands there."""
        if self.asking is not None:
            return self.asking.asked_at_ms
        return self.told.notification.at_ms if self.told is not None else 0


def entries_of(
    asking: Sequence[Asking], told: Iterable[Told], mutes: Sequence[Mute] = (), *, now_ms: int = 0
) -> list[Entry]:
    """One row for each question and turn that waits, and one for each notification; `told` is newest first. What told
    of something that still waits stands in its row."""
    by_session: dict[str, list[Asking]] = {}
    for one in asking:
        by_session.setdefault(one.session, []).append(one)
    found: dict[str, Told] = {}
    others: list[Told] = []
    for each in told:
        here = by_session.get(each.notification.session, ())
        about = next((one for one in here if one.name not in found and tells_of(each, one)), None)
        if about is None:
            others.append(each)
        else:
            found[about.name] = each
    waiting = [Entry(asking=each, told=found.get(each.name)) for each in asking]
    return [
        *waiting,
        *(Entry(told=each, is_muted=muted_by(each.notification, mutes, now_ms=now_ms) is not None) for each in others),
    ]


def tells_of(told: Told, asking: Asking) -> bool:
    """Was this told because of what waits now? What reminds of it was told because nobody had acknowledged it."""
    each = told.notification
    if each.session != asking.session or each.reminds:
        return False
    if asking.is_turn:
        return each.type in _TURNS and each.seat == asking.seat
    return each.seq == asking.asked_seq


_TURNS = (NotificationType.ARGUMENT_REQUEST, NotificationType.RESPONSE_REQUEST)


def standing(entry: Entry, *, now_ms: int) -> StateShown:
    """How it stands with whoever is to know of it."""
    if entry.asking is not None:
        return SPEAK if entry.asking.is_turn else ASKS
    told = entry.told
    if told is None:
        return SEEN
    if told.is_open and entry.is_muted:
        return MUTED
    if told.is_open and told.snoozed_until_ms > now_ms:
        return SNOOZED
    return _LIFE[told.state]


_LIFE: Mapping[LifeState, StateShown] = MappingProxyType(
    {
        LifeState.WAITING: NEW,
        LifeState.DELIVERED: NEW,
        LifeState.READ: READ,
        LifeState.ACKNOWLEDGED: SEEN,
        LifeState.EXPIRED: EXPIRED,
        LifeState.ANSWERED: ANSWERED,
    }
)


def in_order(entries: Iterable[Entry], *, now_ms: int) -> list[Entry]:
    """What is asked first, the next deadline on top; then what is open, the most urgent and newest first; then the
    rest, newest first."""

    def rank(entry: Entry) -> tuple[int, int, int, str]:
        asking = entry.asking
        if asking is not None:
            until_ms = asking.due_ms or FAR_MS
            return 0, until_ms, asking.asked_at_ms, entry.key
        is_open = standing(entry, now_ms=now_ms) in OPEN
        return (1, entry.priority.rank, -entry.at_ms, entry.key) if is_open else (2, 0, -entry.at_ms, entry.key)

    return sorted(entries, key=rank)


FAR_MS = 1 << 62
"""Behind every deadline there is."""


def beside_cursor(shown: Sequence[str], ordered: Sequence[str], cursor: str | None) -> list[str]:
    """The keys in the order in which they are to be shown, where something came or went while somebody reads.

    What is `shown` keeps its order, so that nothing moves under the cursor. What is new stands where it belongs by
    `ordered`, but never above the cursor: something urgent comes in right below it.
    """
    places = {key: place for place, key in enumerate(ordered)}
    stayed = [key for key in shown if key in places]
    known = frozenset(stayed)
    arrived = deque(key for key in ordered if key not in known)
    at = stayed.index(cursor) + 1 if cursor is not None and cursor in known else 0
    result = stayed[:at]
    for key in stayed[at:]:
        while arrived and places[arrived[0]] < places[key]:
            result.append(arrived.popleft())
        result.append(key)
    return [*result, *arrived]


def entry_row(entry: Entry, *, now_ms: int) -> Row:
    """One row: state, urgency, what it is or how long there is to answer, whose and what it says, by which channels,
    and how long ago."""
    state = standing(entry, now_ms=now_ms)
    is_open = state in OPEN
    state_style = PRIORITY_STYLES[entry.priority] if state is NEW else state.style_name
    ink = "text strong" if entry.asking is not None else "text" if is_open else "muted"
    is_lost = is_given_up(entry)
    cells = (
        Cell(state.text, "failed" if is_lost else state_style, " ✗" if is_lost else ""),
        Cell(entry.priority.value, PRIORITY_STYLES[entry.priority] if is_open else "muted"),
        _what_cell(entry, is_open=is_open, now_ms=now_ms),
        _summed_up(entry, ink),
        channels_cell(entry.told),
        Cell(age_text(entry, now_ms=now_ms), "muted"),
    )
    return Row(entry.key, cells)


def is_given_up(entry: Entry) -> bool:
    """Has a channel given it up, so that it can be sent again?"""
    return entry.told is not None and any(sent.state is DeliveryState.DEAD for sent in entry.told.deliveries)


def _what_cell(entry: Entry, *, is_open: bool, now_ms: int) -> Cell:
    if left := left_text(entry, now_ms=now_ms):
        return Cell(left, "attention strong" if _is_near(entry, now_ms=now_ms) else "attention")
    return Cell(type_word(entry.type), "text" if is_open else "muted")


def _summed_up(entry: Entry, ink: str) -> Cell:
    """Whose it is and what it says; that one began is said by its name alone."""
    if not entry.title or not entry.text:
        return Cell(entry.title or entry.text, ink)
    if entry.type is NotificationType.DEBATE_STARTED:
        return Cell(entry.title, ink)
    return Cell(entry.title, ink, f" · {entry.text}")


def channels_cell(told: Told | None) -> Cell:
    """`log ✓ ops ✗`: what became of it by each channel, what went wrong first."""
    if told is None or not told.deliveries:
        return Cell(NOTHING, "muted")
    worst = (DeliveryState.DEAD, DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.DELIVERED)
    sent = sorted(told.deliveries, key=lambda each: (worst.index(each.state), each.channel))
    words = [f"{each.channel} {DELIVERY_GLYPHS[each.state][0]}" for each in sent[:CHANNELS_SHOWN_MAX]]
    more = f" +{len(sent) - CHANNELS_SHOWN_MAX}" if len(sent) > CHANNELS_SHOWN_MAX else ""
    return Cell(" ".join(words) + more, DELIVERY_GLYPHS[sent[0].state][1])


def age_text(entry: Entry, *, now_ms: int) -> str:
    return age(max(0, now_ms - entry.at_ms))


def times_text(entry: Entry, *, now_ms: int) -> str:
    """All of a row that changes by itself."""
    return f"{left_text(entry, now_ms=now_ms)} {age_text(entry, now_ms=now_ms)}"


def left_text(entry: Entry, *, now_ms: int) -> str:
    """How long there is to answer; "" where nobody is hurried."""
    asking = entry.asking
    if asking is None or not asking.due_ms:
        return ""
    return f"{remaining(asking.due_ms - now_ms)} left" if asking.due_ms > now_ms else "time is up"


HURRY_MS = 15 * 60 * 1_000
"""A deadline that is nearer than this is shown in another colour."""


def _is_near(entry: Entry, *, now_ms: int) -> bool:
    asking = entry.asking
    return asking is not None and bool(asking.due_ms) and asking.due_ms - now_ms < HURRY_MS


def list_title(
    entries: Sequence[Entry], figures: OutboxFigures | None, *, total: int, has_more: bool, marked: int, text: str
) -> Line:
    """The line above the list: how many there are and what is wrong with their delivery; at the right the filter."""
    said = f"{count(len(entries))} of {count(total)}" if len(entries) != total else count(total) if total else ""
    parts: list[Part] = [("Notifications", "text strong"), (f"  {said}{'+' if has_more else ''}", "muted")]
    if marked:
        parts.append((f"  {marked} marked", "accent"))
    if figures is not None and figures.unread:
        parts.append((f"  {count(figures.unread)} unread", "text"))
    if figures is not None and figures.pending:
        parts.append((f"  … {count(figures.pending)} on the way", "attention"))
    if figures is not None and figures.dead:
        parts.append((f"  ✗ {count(figures.dead)} given up", "failed"))
    return Line(tuple(parts), right=((f"/{text}", "accent"),) if text else ())


def empty_text(text: str, keys: Mapping[str, str], *, is_any: bool, trouble: str = "") -> str:
    """What would be here and how to be told. `keys` are those in force, by action; `text` is the filter's."""
    if text:
        return f"Nothing that was told matches {text}\n{keys.get('back', 'esc')} shows all again"
    if is_any:
        return "Nothing waits for you.\nWhat is snoozed or muted: / state:snoozed, / state:muted"
    if trouble:
        return f"{trouble}\nWhat sessions ask you stands here all the same."
    return "\n".join(
        (
            "Nothing asks you, and nobody was told anything yet.",
            "What sessions ask, and what is told of them, comes here by itself.",
            "[[notifications.routes]] in settings.toml says by which channels.",
            *([f"{keys['show_channels']} lists the channels and tries one"] if keys.get("show_channels") else []),
        )
    )


def names_of(entries: Sequence[Entry]) -> str:
    """One by what it is, or how many."""
    if len(entries) == 1:
        return f"'{type_word(entries[0].type)}' of '{_short(entries[0].title)}'"
    return counted(len(entries), "notification")


NAME_CHARACTERS_MAX = 40
"""Of a session's title in the question that is asked before something is done."""


def _short(title: str) -> str:
    flat = " ".join(clean_text(title).split())
    return flat if len(flat) <= NAME_CHARACTERS_MAX else flat[: NAME_CHARACTERS_MAX - 1].rstrip() + "…"
