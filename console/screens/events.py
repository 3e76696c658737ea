"""What is being recorded in all sessions, and what stands in the log file, as far as the operator wants to see it?"""

from __future__ import annotations

from contextlib import suppress
from time import localtime, strftime
from typing import TYPE_CHECKING, ClassVar

from textual.actions import SkipAction
from textual.containers import Container, Vertical
from textual.css.query import NoMatches
from textual.widgets import Input, Static

from console.bindings import bindings_for
from console.clicked import carry_out
from console.keys import STANDARD_KEYMAP, Keymap, footer_hints, help_hint, hint_of, place_hints
from console.presenters.event_detail import Looked, detail
from console.presenters.event_filter import FILTER_HELP
from console.presenters.event_rows import Standing, empty_text, entry_row, headline
from console.presenters.event_window import Window
from console.presenters.paragraphs import Paragraph, paragraphs
from console.screens.event_actions import EventActions, session_filter
from console.screens.event_following import EventReader
from console.screens.event_reading import EVENTS
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.lines import Lines
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from console.widgets.suggester import LineSuggester

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.acting import Acting
    from console.presenters.event_entries import Entry
    from console.presenters.shown import Row
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

BESIDE_WIDTH_MIN = 130
"""From here on what there is to say of an entry stands beside the list."""
BELOW_HEIGHT_MIN = 34
"""Narrower, it stands below the list from this height on; else it is opened over it."""

FIND_HELP = "find, in the same words as the filter · ] and [ go on"
LOADING_TEXT = "What was recorded is being read …"

KEYS_TOLD = (
    "event_moment",
    "event_session",
    "event_trace",
    "event_source",
    "list_end",
    "list_top",
    "go_sessions",
    "new_debate",
)

COLUMNS = (
    Column(key="at", title="time", width=8, priority=9),
    Column(key="level", title="level", width=9, priority=8),
    Column(key="session", title="session", width=8, priority=7),
    Column(key="seq", title="no", width=4, align="right", priority=3),
    Column(key="kind", title="kind", width=20, priority=12),
    Column(key="about", title="about", width=14, is_flex=True, priority=10),
)


class EventsScreen(EventActions):
    """The newest at the bottom, as a log reads; the entry under the cursor explained beside or below the list.

    While the cursor is on the last row, the list follows what comes in; on any other nothing moves.
    """

    DEFAULT_CSS = """
    EventsScreen { layout: vertical; background: $background; overflow: hidden; }
    EventsScreen #body { layout: vertical; height: 1fr; width: 1fr; }
    EventsScreen #above { height: 1fr; width: 1fr; }
    EventsScreen Rows { height: 1fr; }
    EventsScreen Input { display: none; height: 1; border: none; padding: 0 1; background: $surface; }
    EventsScreen Input.-open { display: block; }
    EventsScreen Input:focus { border: none; background: $panel; background-tint: $background 0%; }
    EventsScreen #refused { display: none; color: $error; height: auto; max-height: 3; padding: 0 1; }
    EventsScreen #refused.-said { display: block; }
    EventsScreen #below { display: none; height: 45%; width: 1fr; border-top: solid $structure; padding: 0 1; }
    EventsScreen #below:focus-within { border-top: solid $accent; }
    EventsScreen.-tall #below { display: block; }
    EventsScreen.-wide #body { layout: horizontal; }
    EventsScreen.-wide #below {
        display: block; width: 38%; height: 1fr; border-top: none; border-left: solid $structure;
    }
    EventsScreen.-wide #below:focus-within { border-top: none; border-left: solid $accent; }
    EventsScreen.-zoomed #above { display: none; }
    EventsScreen.-zoomed #below { display: block; width: 1fr; height: 1fr; border: none; }
    EventsScreen.-zoomed #below:focus-within { border: none; }
    EventsScreen Prose { height: 1fr; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("events"),
        *(binding for binding in bindings_for("anywhere") if binding.id in ("filter", "back", "zoom")),
    ]

    def __init__(
        self,
        core: Callable[[], Awaitable[Orchestrator]],
        log_file: Path,
        *,
        now_ms: Callable[[], int],
        keymap: Keymap = STANDARD_KEYMAP,
        session: SessionId | None = None,
    ) -> None:
        """`core` waits until the core is open. `log_file` is the one that all processes of this operator write into.
        `now_ms` is the time of day. At first only `session` is shown, where one is given."""
        super().__init__(log_file, now_ms=now_ms, keymap=keymap, text=session_filter(session))
        self._core = core
        self._trouble = ""
        self._shown: dict[str, Row] = {}
        self.rows = Rows(COLUMNS, empty_text=LOADING_TEXT)

    def compose(self) -> ComposeResult:
        yield HeaderBar(self.app.header_view)
        with Container(id="body"):
            with Vertical(id="above"):
                yield Lines(id="title")
                yield self.rows
                for id, placeholder in (("search", FILTER_HELP), ("find", FIND_HELP)):
                    suggester = LineSuggester(self.completed)
                    line = Input(placeholder=placeholder, id=id, select_on_focus=False, suggester=suggester)
                    line.cursor_blink = False
                    yield line
                yield Static(id="refused", markup=False)
            with Vertical(id="below"):
                yield Prose(id="detail")
        yield KeyBar()

    def on_mount(self) -> None:
        self._show_keys()
        self.run_worker(self._reader.run(self._core), group="read")

    # Keys.

    def action_zoom(self) -> None:
        """The entry under the cursor over the whole screen, or both again."""
        self.toggle_class("-zoomed")
        (self.query_one("#detail", Prose) if self.has_class("-zoomed") else self.rows).focus()
        self._show_keys()
        self.call_after_refresh(self._show_detail)

    def action_back(self) -> None:
        """Close the zoom, then what else is open here; what there is to leave besides is the console's."""
        if self.has_class("-zoomed"):
            self.action_zoom()
        elif not self.leave_line():
            raise SkipAction

    def on_rows_cursor_moved(self) -> None:
        self.say_refusal("")
        self._show_detail()
        self.show_title()
        keys, key = self.rows.keys, self.rows.cursor_key
        if keys and key == keys[-1] and not self._window.is_at_end and not self._is_held:
            self.go_to_end()
        elif keys and key == keys[0]:
            self.look_further_back()
        self._reader.look_soon()

    def on_rows_opened(self) -> None:
        """What there is to say of it or, where that stands in sight, the session as it stood then."""
        if self.query_one("#below").display:
            self.action_event_moment()
        else:
            self.action_zoom()

    def key_enter(self) -> None:
        if self.has_class("-zoomed"):
            self.action_event_moment()

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        await carry_out(self, event)

    def on_resize(self) -> None:
        self.set_class(self.size.width >= BESIDE_WIDTH_MIN, "-wide")
        self.set_class(self.size.height >= BELOW_HEIGHT_MIN, "-tall")
        self.call_after_refresh(self._show_detail)

    def on_screen_suspend(self) -> None:
        self._reader.is_resting = True

    def on_screen_resume(self) -> None:
        self._reader.is_resting = False
        self._reader.look_soon()

    # What came of reading and acting.

    def on_event_reader_ready(self) -> None:
        if self._text:
            self.filter_to(self._text)

    def on_event_reader_found(self, event: EventReader.Found) -> None:
        if event.asked != self._reader.asked:
            return  # something else is asked for meanwhile
        self._is_read, self._is_looking = True, event.goes_on
        base = self._window if event.is_older else Window()
        page = event.page
        self._window = base.with_older(page.entries, before=page.before, is_whole=page.is_whole)
        self.show(goes_to_end=not event.is_older)

    def on_event_reader_arrived(self, event: EventReader.Arrived) -> None:
        if event.asked != self._reader.asked:
            return
        is_following, before = self.is_following, self._window
        self._window = before.with_newer(event.entries, is_following=is_following)
        if len(self._window.entries) - len(before.entries) != len(event.entries):
            self.show(goes_to_end=is_following)
            return
        for entry in event.entries:
            self.rows.update_row(self._row(entry))
        if is_following:
            self.rows.action_list_end()
        self.show_title()

    def on_event_reader_looked_at(self, event: EventReader.LookedAt) -> None:
        self._looked = event.looked
        self._show_detail()

    def on_event_reader_troubled(self, event: EventReader.Troubled) -> None:
        self._trouble = event.why
        self.say_refusal(event.why)
        self.show()

    def on_acting_refused(self, event: Acting.Refused) -> None:
        """A refusal is said where it was asked for."""
        event.stop()
        self.say_refusal(event.why)

    # Showing.

    def show(self, *, goes_to_end: bool = False) -> None:
        rows = [self._row(each) for each in self._window.entries]
        self._shown = {row.key: row for row in rows}
        is_known = self._is_read or bool(self._trouble)
        standing, is_whole = self._standing(), self._window.is_whole
        told = empty_text(standing, self._keys(), is_whole=is_whole, trouble=self._trouble)
        self.rows.set_empty_text(told if is_known else LOADING_TEXT)
        self.rows.set_rows(rows, keeps_order=False)
        if goes_to_end:
            self.rows.action_list_end()
        self.show_title()
        self._show_detail()

    def show_title(self) -> None:
        with suppress(NoMatches):
            self.query_one("#title", Lines).show([headline(self._window, self._standing(), self._keys())])

    def forget_rows(self) -> None:
        self._shown.clear()

    def _row(self, entry: Entry) -> Row:
        """As it was drawn before, where nothing about it can have changed."""
        row = self._shown.get(entry.key)
        if row is None:
            row = self._shown[entry.key] = entry_row(entry, moment=_clock, is_match=self.is_match(entry))
        return row

    def _standing(self) -> Standing:
        return Standing(
            source=self.source,
            is_following=self.is_following,
            filter_text=self._reader.asked.wanted.text,
            matches=sum(map(self.is_match, self._window.entries)) if self._find.terms else None,
            is_looking=self._is_looking and self._is_read,
            recorded=self._recorded(),
        )

    def _recorded(self) -> int:
        """Events in all sessions; 0 where nobody knows, as of the lines of a file that was not read to its end."""
        feed = self.app.feed
        if self.source != EVENTS or feed is None or not self._reader.asked.wanted.text:
            return 0
        return sum(each.seq for each in feed.summaries.values())

    def _show_keys(self) -> None:
        hints = list(footer_hints(("list", "events", "anywhere"), self._keymap))
        if self.has_class("-zoomed"):
            hints.insert(0, hint_of("back", self._keymap))  # for who has but a mouse there is no other way to the list
        self.query_one(KeyBar).show(hints, always=help_hint(self._keymap), places=place_hints(self._keymap))

    def _show_detail(self) -> None:
        with suppress(NoMatches):
            self.query_one("#detail", Prose).show(self._detail())

    def _detail(self) -> tuple[Paragraph, ...]:
        entry = self.current
        if entry is None:
            return paragraphs("What there is to say of an entry stands here.", "muted")
        looked = self._looked if self._looked.key == entry.key else Looked()
        return detail(entry, looked, self._keys(), moment=_moment)

    def _keys(self) -> dict[str, str]:
        return {each: self.key_of(each) for each in KEYS_TOLD}


def _clock(at_ms: int) -> str:
    return strftime("%H:%M:%S", localtime(at_ms // 1_000))


def _moment(at_ms: int) -> str:
    return strftime("%a %d %b %Y %H:%M:%S", localtime(at_ms // 1_000))
