"""What is there to say of one row of the inbox: what it asks and why, who knows of it, and how it got there?"""

from __future__ import annotations

from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING

from console.presenters.figures import age, counted, duration
from console.presenters.notifications import DELIVERY_GLYPHS, OPEN, PRIORITY_STYLES, standing
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.reasons import called
from core.domain.transcript import TurnKind
from core.notifying.delivering import DeliveryState, Held

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from console.presenters.asking import Asking
    from console.presenters.notifications import Entry
    from console.presenters.shown import Part
    from core.domain.cases import CaseFile
    from core.domain.transcript import Turn
    from core.notifying.delivering import Delivery
    from core.ports.outbox import Attempt, Told

TURNS_SHOWN_MAX = 4
TURN_CHARACTERS_MAX = 400
"""Of each of the newest turns; whoever wants to read more goes to the session."""

ATTEMPTS_SHOWN_MAX = 10
"""Of each delivery, the newest."""

LEAD_CELLS = 11
ID_SHOWN_CHARACTERS = 8

HELD_FOR: Mapping[Held, str] = MappingProxyType(
    {Held.NOTHING: "is held", Held.QUIET: "waits for the end of the quiet hours", Held.DIGEST: "waits to be gathered"}
)


def detail(
    entry: Entry,
    *,
    file: CaseFile | None = None,
    attempts: Sequence[Attempt] = (),
    keys: Mapping[str, str],
    moment: Callable[[int], str],
    now_ms: int,
) -> tuple[Paragraph, ...]:
    """All of it. `file` is the case where it asks, as far as that was read; `keys` are those in force, by action;
    `moment` says a Unix ms as a time of day."""
    lines = [*paragraphs(entry.title, "strong"), _headline(entry, now_ms=now_ms), Paragraph()]
    if entry.asking is not None:
        lines += _asked(entry.asking, file, keys, moment=moment, now_ms=now_ms)
    else:
        lines += paragraphs(entry.text)
    if entry.told is not None:
        lines += [Paragraph(), *_life(entry, entry.told, moment=moment, now_ms=now_ms)]
        lines += _deliveries(entry.told, attempts, keys, moment=moment, now_ms=now_ms)
    elif entry.asking is not None:
        lines += [Paragraph(), _quiet("No route takes this, so that nobody is told of it but you, here.")]
    if file is not None and file.turns:
        lines += _said(file.turns, keys)
    return (*lines, *_hints(entry, keys, now_ms=now_ms))


def _headline(entry: Entry, *, now_ms: int) -> Paragraph:
    state = standing(entry, now_ms=now_ms)
    style = PRIORITY_STYLES[entry.priority] if state in OPEN else "muted"
    whose = f" · session {entry.session[:ID_SHOWN_CHARACTERS]}" if entry.session else ""
    return Paragraph(
        (
            (state.text, state.style_name),
            (" · ", "muted"),
            (entry.priority.value, style),
            (f" · {entry.type.value} · {_ago(entry.at_ms, now_ms)}{whose}", "muted"),
        )
    )


def _ago(at_ms: int, now_ms: int) -> str:
    told = age(max(0, now_ms - at_ms))
    return told if told == "now" else f"{told} ago"


# What is asked.


def _asked(
    asking: Asking, file: CaseFile | None, keys: Mapping[str, str], *, moment: Callable[[int], str], now_ms: int
) -> list[Paragraph]:
    who = f"{asking.seat.replace('_', ' ')} asks: " if asking.is_clarification else ""
    lines = [*paragraphs(f"{who}{asking.question}", "attention strong")]
    if asking.why:
        lines.append(_led("because", asking.why))
    if file is not None:
        lines += [Paragraph(((line, "muted"),), " " * LEAD_CELLS) for line in file.why]
    lines.append(_led("until", *_until(asking, moment=moment, now_ms=now_ms)))
    if file is not None and file.answers:
        key = keys.get("answer_case", "")
        lines += [
            Paragraph(),
            Paragraph((("What each answer would do", "muted"), (f"  {key}" if key else "", "accent"))),
        ]
        width = max(len(each.label) for each in file.answers) + 2
        lines += [
            Paragraph(
                ((each.refused or each.does, "muted" if each.refused else "text"),),
                f"  {each.label:<{width}}",
                "muted" if each.refused else "accent",
            )
            for each in file.answers
        ]
    return lines


def _until(asking: Asking, *, moment: Callable[[int], str], now_ms: int) -> tuple[str, str]:
    """Until when it waits, and what happens then, with its style."""
    if not asking.due_ms:
        return asking.then_does or "It waits for as long as it takes.", "text"
    then = f". {asking.then_does}" if asking.then_does else ""
    if asking.due_ms <= now_ms:
        return f"{moment(asking.due_ms)}: the time is up{then}", "failed"
    return f"{moment(asking.due_ms)}, in {duration(asking.due_ms - now_ms)}{then}", "attention"


# Who knows of it.


def _life(entry: Entry, told: Told, *, moment: Callable[[int], str], now_ms: int) -> list[Paragraph]:
    """What became of it, in the order in which it did."""
    steps: list[tuple[int, str, str]] = [(told.notification.at_ms, "told", "")]
    if told.delivered_ms:
        steps.append((told.delivered_ms, "delivered", ""))
    if told.read_ms:
        steps.append((told.read_ms, "read", f"by {called(told.read_by)}"))
    if told.acknowledged_ms:
        steps.append((told.acknowledged_ms, "seen", f"acknowledged by {called(told.acknowledged_by)}"))
    if told.answered_ms:
        steps.append((told.answered_ms, "answered", f"by {called(told.answered_by)}"))
    if told.expired_ms:
        steps.append((told.expired_ms, "expired", told.expired_why))
    lines = [
        _led(word, f"{moment(at_ms)}{f'  {how}' if how else ''}")
        for at_ms, word, how in sorted(steps, key=itemgetter(0))
    ]
    if told.snoozed_until_ms > now_ms:
        lines.append(_led("snoozed", f"until {moment(told.snoozed_until_ms)}"))
    if entry.is_muted:
        lines.append(_led("muted", "it goes into the audit trail alone"))
    if told.reminded:
        lines.append(_led("reminded", counted(told.reminded, "time")))
    return lines


# How it got there.


def _deliveries(
    told: Told, attempts: Sequence[Attempt], keys: Mapping[str, str], *, moment: Callable[[int], str], now_ms: int
) -> list[Paragraph]:
    lines: list[Paragraph] = []
    for sent in told.deliveries:
        glyph, style = DELIVERY_GLYPHS[sent.state]
        lines += [
            Paragraph(),
            Paragraph(
                ((f"{glyph} {sent.channel}  ", f"{style} strong"), (_stands(sent, moment, now_ms=now_ms), style))
            ),
        ]
        tries = [each for each in attempts if each.delivery == sent.id]
        if len(tries) > ATTEMPTS_SHOWN_MAX:
            lines.append(_quiet(f"  {counted(len(tries) - ATTEMPTS_SHOWN_MAX, 'try', 'tries')} before these"))
        lines += [_tried(each, moment) for each in tries[-ATTEMPTS_SHOWN_MAX:]]
        if sent.state is DeliveryState.DEAD and keys.get("resend"):
            lines.append(_quiet(f"  {keys['resend']} sends it again, under the same id"))
    return lines


def _stands(sent: Delivery, moment: Callable[[int], str], *, now_ms: int) -> str:
    match sent.state:
        case DeliveryState.DELIVERED:
            how = "gathered with others" if sent.digest else "at the first try" if sent.tries <= 1 else ""
            return f"arrived {moment(sent.ended_ms)}{', ' if how else ''}{how}" + (
                f", at try {sent.tries}" if not how else ""
            )
        case DeliveryState.DEAD:
            return f"given up after {counted(sent.tries, 'try', 'tries')}: {sent.last_error}"
        case DeliveryState.HELD:
            return HELD_FOR[sent.held_for]
        case DeliveryState.PENDING:
            last = f"; last: {sent.last_error}" if sent.last_error else ""
            due = f"in {duration(sent.due_ms - now_ms)}" if sent.due_ms > now_ms else "at once"
            return f"is tried {due}{last}"


def _tried(attempt: Attempt, moment: Callable[[int], str]) -> Paragraph:
    said: Part = (attempt.error, "failed") if attempt.error else ("arrived", "muted")
    lead = f"  {moment(attempt.at_ms)}  try {attempt.number}  "
    return Paragraph((said, (f"  {attempt.took_ms} ms", "muted")), lead)


# What was said so far.


def _said(turns: Sequence[Turn], keys: Mapping[str, str]) -> list[Paragraph]:
    """The newest turns, shortened; the session has them whole."""
    shown = turns[-TURNS_SHOWN_MAX:]
    before = len(turns) - len(shown)
    key = keys.get("notification_session", "")
    has_all = f"{key} has {'it' if len(turns) == 1 else 'all'}" if key else ""
    told = f"{counted(before, 'turn')} before these" if before else ""
    heading = ", ".join(each for each in (told, has_all) if each)
    lines = [Paragraph(), Paragraph((("What was said", "muted"), (f"  {heading}" if heading else "", "muted")))]
    for turn in shown:
        who = "you" if turn.kind is TurnKind.STATEMENT and not turn.seat else turn.seat.replace("_", " ")
        lines.append(Paragraph(((f"{who}, round {turn.round}", "accent"),)))
        lines += [Paragraph(each.parts, "▏ ", "structure", is_bar=True) for each in paragraphs(_shortened(turn.text))]
    return lines


def _shortened(text: str) -> str:
    if len(text) <= TURN_CHARACTERS_MAX:
        return text
    return f"{text[:TURN_CHARACTERS_MAX].rstrip()}…"


def _hints(entry: Entry, keys: Mapping[str, str], *, now_ms: int) -> list[Paragraph]:
    """What can be done about it here."""
    is_open = entry.told is not None and entry.told.is_open
    does = {
        "answer_case": ("speaks" if entry.asking.is_turn else "answers") if entry.asking is not None else "",
        "acknowledge": "says that you have seen it" if is_open else "",
        "snooze": "lets it rest" if is_open else "",
        "notification_session": "opens the session" if entry.session else "",
        "preview_notification": "shows how it reads" if entry.told is not None else "",
    }
    said = [f"{keys[action]} {what}" for action, what in does.items() if what and keys.get(action)]
    return [Paragraph(), _quiet(" · ".join(said))] if said else []


def _led(word: str, text: str, style: str = "text") -> Paragraph:
    return Paragraph(((text, style),), f"{word:<{LEAD_CELLS}}")


def _quiet(text: str) -> Paragraph:
    return Paragraph(((text, "muted"),))
