"""How well does each channel deliver, how does a notification read by it, and of what does nobody hear?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.figures import age, count, counted
from console.presenters.notifications import type_word
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.shown import Cell, Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.notifying.muting import Mute
    from core.notifying.notification import NotificationType
    from core.notifying.rates import ChannelRate
    from core.ports.channel import Part

NOTHING = "–"
ID_SHOWN_CHARACTERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelShown:
    """A channel with how its tries went; `lacks` is what it can't be used without, `where` where it is found, "" for
    nothing."""

    name: str
    rate: ChannelRate | None = None
    lacks: str = ""
    where: str = ""


def channels_shown(
    names: Sequence[str], lacking: Mapping[str, str], places: Mapping[str, str], rates: Sequence[ChannelRate]
) -> tuple[ChannelShown, ...]:
    """Those that are set up, in their order, and behind them those that are no more and still have something to say."""
    by_name = {each.channel: each for each in rates}
    gone = [name for name in sorted(by_name) if name not in names]
    known = [
        ChannelShown(name=name, rate=by_name.get(name), lacks=lacking.get(name, ""), where=places.get(name, ""))
        for name in names
    ]
    return (*known, *(ChannelShown(name=name, rate=by_name[name], lacks="It is not set up any more.") for name in gone))


def channel_row(shown: ChannelShown) -> Row:
    """State, name, how many arrived and failed, how long half and nineteen of twenty took, what waits, what is dead."""
    rate = shown.rate
    cells = (
        _state(shown),
        Cell(shown.name, "text"),
        Cell(count(rate.delivered) if rate else NOTHING, "text" if rate and rate.delivered else "muted"),
        Cell(count(rate.failed) if rate else NOTHING, "attention" if rate and rate.failed else "muted"),
        Cell(_took(rate.median_ms, rate) if rate else NOTHING, "muted"),
        Cell(_took(rate.p95_ms, rate) if rate else NOTHING, "muted"),
        Cell(count(rate.pending) if rate else NOTHING, "attention" if rate and rate.pending else "muted"),
        Cell(count(rate.dead) if rate else NOTHING, "failed" if rate and rate.dead else "muted"),
    )
    return Row(shown.name, cells)


def _state(shown: ChannelShown) -> Cell:
    if shown.lacks:
        return Cell("– not ready", "attention")
    rate = shown.rate
    if rate is None or not rate.attempts:
        return Cell("◌ unused", "muted")
    if not rate.delivered:
        return Cell("✗ failing", "failed")
    return Cell("◐ unsteady", "attention") if rate.failed else Cell("✓ delivers", "ok")


def _took(milliseconds: int, rate: ChannelRate) -> str:
    if not rate.delivered:
        return NOTHING
    return f"{milliseconds} ms" if milliseconds < 1_000 else f"{milliseconds // 1_000}.{milliseconds % 1_000 // 100} s"


def channel_note(shown: ChannelShown | None) -> str:
    """What there is to say of the one under the cursor."""
    if shown is None:
        return ""
    if shown.lacks:
        return f"{shown.name}: {shown.lacks}"
    rate, name = shown.rate, f"{shown.name}, {shown.where}" if shown.where else shown.name
    if rate is None or not rate.attempts:
        return f"{name}: nothing went by it in the last day."
    told = f"{name}: {counted(rate.delivered, 'try', 'tries')} of {count(rate.attempts)} arrived in the last day"
    return f"{told}; {count(rate.dead)} given up, which can be sent again." if rate.dead else f"{told}."


def preview_lines(previews: Sequence[tuple[str, Sequence[Part]]]) -> tuple[Paragraph, ...]:
    """How one reads by each channel, part by part."""
    lines: list[Paragraph] = []
    for channel, parts in previews:
        if lines:
            lines.append(Paragraph())
        for part in parts:
            lines.append(Paragraph(((channel, "accent strong"), (f" · {part.name}", "muted"))))
            lines += [Paragraph(each.parts, "▏ ", "structure", is_bar=True) for each in paragraphs(part.text)]
    return tuple(lines) or (Paragraph((("It goes by no channel.", "muted"),)),)


# Mutes.


def muted_in_words(session: str, type: NotificationType | None, titles: Mapping[str, str]) -> str:
    """`'over' of 'Tabs or spaces?'`, `all of 'Tabs or spaces?'`, `every 'round'`."""
    what = f"'{type_word(type)}'" if type is not None else ""
    if not session:
        return f"every {what}" if what else "everything"
    whose = f"'{titles.get(session, session[:ID_SHOWN_CHARACTERS])}'"
    return f"{what} of {whose}" if what else f"all of {whose}"


def mute_row(held: Mute, titles: Mapping[str, str], *, now_ms: int) -> Row:
    """What is muted, until when, since when."""
    if not held.until_ms:
        until = Cell("for good", "text")
    elif held.holds_at(now_ms):
        until = Cell(f"{age(held.until_ms - now_ms)} more", "text")
    else:
        until = Cell("over", "muted")
    return Row(
        held.id,
        (
            Cell(muted_in_words(held.session, held.type, titles), "text" if held.holds_at(now_ms) else "muted"),
            until,
            Cell(age(max(0, now_ms - held.at_ms)), "muted"),
        ),
    )
