"""What is there to say of one event or log line: where it stands, who asked for it, and every field that it has?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.plain import iso_time, json_text, plain
from console.presenters.event_entries import EventEntry
from console.presenters.event_rows import LEVELS_SHOWN, SESSION_SHOWN_CHARACTERS
from console.presenters.figures import counted
from console.presenters.paragraphs import Paragraph, paragraphs
from core.domain.events import Unreadable

if TYPE_CHECKING:
    from console.presenters.event_entries import Entry
    from core.domain.chain import Head
    from core.domain.events import Recorded
    from core.runtime.all_events import Appended

TEXT_CHARACTERS_MAX = 4_000
"""Of a text in the detail; exporting the event writes all of it."""

DIGEST_SHOWN_CHARACTERS = 16
OTHERS_SHOWN_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was read for the detail of the entry with that key."""

    key: str = ""
    appended: Appended | None = None
    head: Head | None = None


def detail(
    entry: Entry, looked: Looked, keys: Mapping[str, str], *, moment: Callable[[int], str]
) -> tuple[Paragraph, ...]:
    """Everything, from what it is to its last field."""
    told, style = LEVELS_SHOWN[entry.level]
    first = Paragraph(((entry.kind, "text strong"), (f"  {told}", style)))
    if isinstance(entry, EventEntry):
        return (first, *_of_event(entry.record, looked, keys, moment))
    named = {name: value for name, value in entry.as_plain().items() if name not in ("level",)}
    return (first, Paragraph(), *_values(named))


def _of_event(
    record: Recorded, looked: Looked, keys: Mapping[str, str], moment: Callable[[int], str]
) -> tuple[Paragraph, ...]:
    lines = [
        Paragraph(((f"event {record.seq:,} of session {record.session[:SESSION_SHOWN_CHARACTERS]}", "text"),)),
        Paragraph(((f"position {record.position:,} · {moment(record.at_ms)} · {iso_time(record.at_ms)}", "muted"),)),
    ]
    if looked.head is not None:
        link = looked.head.digest[:DIGEST_SHOWN_CHARACTERS]
        lines.append(Paragraph(((f"link of the chain {link}…", "muted"),)))
    lines += [Paragraph(), *_asked(record, looked), Paragraph(), Paragraph((("What it holds", "text strong"),))]
    if isinstance(record.event, Unreadable):
        lines += [
            Paragraph(((f"It can't be read here: {record.event.why} {record.event.now}", "failed"),)),
        ]
    else:
        lines += _values(_own(record.event))
    if looked.appended is not None and looked.appended.first.envelope is not None:
        held = _own(record.event)
        asked = _own(looked.appended.first.envelope.command)
        besides = {name: value for name, value in asked.items() if name not in held or held[name] != value}
        if besides:
            lines += [Paragraph(), Paragraph((("What was asked besides", "text strong"),)), *_values(besides)]
    hints = [f"{keys[name]} {said}" for name, said in _KEYS.items() if name in keys]
    return (*lines, Paragraph(), Paragraph(((" · ".join(hints), "muted"),)))


_KEYS = {
    "event_moment": "shows the session as it stood then",
    "event_session": "goes to the session",
    "event_trace": "shows only what came with it",
}


def _asked(record: Recorded, looked: Looked) -> list[Paragraph]:
    """Which command brought it about, and what else that did."""
    if looked.appended is None or looked.appended.first.envelope is None:
        return [Paragraph((("What asked for it is being read …", "muted"),))]
    envelope = looked.appended.first.envelope
    command = type(envelope.command).__name__
    lines = [Paragraph(((command, "accent strong"), (f", asked for by {envelope.actor}", "text")), "came of ")]
    if envelope.correlation:
        lines.append(Paragraph(((envelope.correlation, "text"),), "known as "))
    others = [each for each in looked.appended.records if each.seq != record.seq]
    if others:
        shown = ", ".join(f"{type(each.event).__name__} {each.seq}" for each in others[:OTHERS_SHOWN_MAX])
        more = len(others) - OTHERS_SHOWN_MAX
        lines.append(
            Paragraph(((shown + (f" and {counted(more, 'more', 'more')}" if more > 0 else ""), "muted"),), "with ")
        )
    return lines


def _own(value: object) -> Mapping[str, object]:
    found = plain(value)
    return found if isinstance(found, dict) else {"value": found}


def _values(values: Mapping[str, object]) -> list[Paragraph]:
    """One field a line; what has parts of its own, or lines, goes below its name."""
    if not values:
        return [Paragraph((("nothing besides that it happened", "muted"),))]
    width = min(18, max(len(name) for name in values))
    lines: list[Paragraph] = []
    for name, value in values.items():
        text = value if isinstance(value, str) else json_text(value)
        text = text if len(text) <= TEXT_CHARACTERS_MAX else f"{text[:TEXT_CHARACTERS_MAX]}…"
        if "\n" in text:
            lines += [Paragraph(((name, "muted"),)), *paragraphs(text, lead="  ")]
        else:
            lines.append(Paragraph(((text or "–", "text"),), f"{name:<{width}}  "))
    return lines
