"""How do events and log lines stand in a list, and what is said above it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from console.presenters.figures import count, counted
from console.presenters.shown import Cell, Line, Part, Row
from core.domain.levels import Level

if TYPE_CHECKING:
    from console.presenters.event_entries import Entry
    from console.presenters.event_window import Window

SESSION_SHOWN_CHARACTERS = 8
NOTHING = "–"

LEVELS_SHOWN: Mapping[Level, tuple[str, str]] = MappingProxyType(
    {
        Level.DEBUG: ("· debug", "muted"),
        Level.INFO: ("○ info", "text"),
        Level.WARNING: ("! warning", "attention"),
        Level.ERROR: ("✗ error", "failed strong"),
    }
)
"""A sign and a word, so that nothing hangs on a colour."""

SOURCES: Mapping[str, str] = MappingProxyType({"events": "events", "lines": "log lines"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the head of the list says. `matches` of what is looked for without narrowing the list, None where nothing
    is; `is_looking` while it is looked further back; `recorded` are all that there are, 0 where that isn't known."""

    source: str
    is_following: bool
    filter_text: str = ""
    matches: int | None = None
    is_looking: bool = False
    recorded: int = 0


def entry_row(entry: Entry, *, moment: Callable[[int], str], is_match: bool = False) -> Row:
    """When, how grave, in which session, what kind, what about."""
    told, style = LEVELS_SHOWN[entry.level]
    seq = entry.value("seq")
    is_quiet = entry.level is Level.DEBUG
    return Row(
        entry.key,
        (
            Cell(moment(entry.at_ms) if entry.at_ms else NOTHING, "muted"),
            Cell(told, style),
            Cell(entry.session[:SESSION_SHOWN_CHARACTERS] or NOTHING, "muted"),
            Cell("" if seq is None else str(seq), "muted"),
            Cell(entry.kind, "accent strong" if is_match else style if entry.level > Level.INFO else "text"),
            Cell(entry.about, "muted" if is_quiet else "text"),
        ),
    )


def headline(window: Window, standing: Standing, keys: Mapping[str, str]) -> Line:
    """Which list it is, whether it moves, how much is at hand, and what it is narrowed to."""
    parts: list[Part] = [(SOURCES[standing.source], "text strong")]
    is_moving = standing.is_following and window.is_at_end
    parts.append(("  ● following" if is_moving else "  ‖ held", "ok" if is_moving else "attention"))
    if window.missed:
        more = f" · {counted(window.missed, 'newer one')} below, {keys.get('list_end', 'the palette')} shows it"
        parts.append((more if window.missed == 1 else more.replace("shows it", "shows them"), "attention"))
    if standing.filter_text:
        parts.append((f"  {standing.filter_text}", "accent"))
    right = _how_many(window, standing)
    if standing.matches is not None:
        right = f"{counted(standing.matches, 'match', 'matches')} in {right}"
    if standing.is_looking:
        right = "looking further back …"
    return Line(tuple(parts), right=((right, "muted"),))


def _how_many(window: Window, standing: Standing) -> str:
    """`12 of 4,031 entries` under a filter, and without one what there is."""
    here, all_of_them = len(window.entries), standing.recorded
    if not standing.filter_text or all_of_them < here:
        return counted(here, "entry", "entries") + (" in all" if window.is_whole else " at hand")
    return f"{count(here)}{'' if window.is_whole else ' at hand,'} of {counted(all_of_them, 'entry', 'entries')}"


def empty_text(standing: Standing, keys: Mapping[str, str], *, is_whole: bool, trouble: str = "") -> str:
    """What to say where nothing is shown."""
    there, new = keys.get("go_sessions", "the palette"), keys.get("new_debate", "the palette")
    other, above = keys.get("event_source", "the palette"), keys.get("list_top", "the palette")
    if trouble:
        return f"{SOURCES[standing.source].capitalize()} can't be read.\n{trouble}"
    if standing.filter_text and not is_whole:
        return f"Nothing that was looked through matches.\n{above} looks further back, esc shows everything again."
    if standing.filter_text:
        return "Nothing matches.\nesc shows everything again."
    if standing.source == "events":
        return f"Nothing has been recorded.\n{there}, then {new} starts a debate; {other} shows the log lines."
    return f"The log file holds no line.\nORCHESTRATION_LOG_LEVEL says what it holds; {other} shows the events."
