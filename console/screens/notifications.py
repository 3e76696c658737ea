"""What needs the operator, what was told to whom, and did it arrive?"""

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
from console.presenters.notification_detail import detail
from console.presenters.notification_filter import FILTER_HELP, completion, read_filter
from console.presenters.notification_rows import RowsDrawn
from console.presenters.notifications import beside_cursor, empty_text, is_given_up, list_title
from console.presenters.paragraphs import Paragraph, paragraphs
from console.screens.notification_reading import DEPTH_FIRST
from console.screens.notification_watching import NotificationWatching
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.cells import clean
from console.widgets.lines import Lines
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from console.widgets.search_line import SearchLine
from console.widgets.suggester import LineSuggester
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.acting import Acting
    from console.screens.notification_reading import Reading
    from core.orchestrator import Orchestrator

BESIDE_WIDTH_MIN = 112
"""From here on what there is to say of a row stands beside the list."""
BELOW_HEIGHT_MIN = 34
"""Narrower, it stands below the list from this height on; else it is opened over it."""

COLUMNS = (
    Column(key="state", title="state", width=10, priority=12, announces=True),
    Column(key="priority", title="urgency", width=7, priority=6),
    Column(key="what", title="what", width=15, priority=9),
    Column(key="text", title="", width=38, is_flex=True, priority=11),
    Column(key="channels", title="told by", width=16, priority=4, announces=True),
    Column(key="age", title="age", width=6, align="right", priority=8),
)

LOADING_TEXT = "What was told is being read …"


class NotificationsScreen(NotificationWatching):
    """The inbox: what is asked on top, then what is open, then the rest; the row under the cursor explained beside it.

    It reads by itself while it is shown. What is looked at for a moment counts as read.
    """

    DEFAULT_CSS = """
    NotificationsScreen { layout: vertical; background: $background; overflow: hidden; }
    NotificationsScreen #body { layout: vertical; height: 1fr; width: 1fr; }
    NotificationsScreen #above { height: 1fr; width: 1fr; }
    NotificationsScreen Rows { height: 1fr; }
    NotificationsScreen #refused { display: none; color: $error; height: auto; max-height: 3; padding: 0 1; }
    NotificationsScreen #refused.-said { display: block; }
    NotificationsScreen #below { display: none; height: 50%; width: 1fr; border-top: solid $structure; padding: 0 1; }
    NotificationsScreen #below:focus-within { border-top: solid $accent; }
    NotificationsScreen.-tall #below { display: block; }
    NotificationsScreen.-wide #body { layout: horizontal; }
    NotificationsScreen.-wide #below {
        display: block; width: 44%; height: 1fr; border-top: none; border-left: solid $structure;
    }
    NotificationsScreen.-wide #below:focus-within { border-top: none; border-left: solid $accent; }
    NotificationsScreen.-zoomed #above { display: none; }
    NotificationsScreen.-zoomed #below { display: block; width: 1fr; height: 1fr; border: none; }
    NotificationsScreen.-zoomed #below:focus-within { border: none; }
    NotificationsScreen Prose { height: 1fr; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("notifications"),
        *(binding for binding in bindings_for("anywhere") if binding.id in ("filter", "back", "zoom")),
    ]

    def __init__(
        self,
        core: Callable[[], Awaitable[Orchestrator]],
        *,
        now_ms: Callable[[], int],
        keymap: Keymap = STANDARD_KEYMAP,
    ) -> None:
        """`core` waits until the core is open. `now_ms` is the time of day."""
        super().__init__(core, now_ms=now_ms)
        self._keymap = keymap
        self.read_count = 0
        self._is_in_order = False
        self._drawn = RowsDrawn()
        self.rows = Rows(COLUMNS, empty_text=LOADING_TEXT)

    def compose(self) -> ComposeResult:
        yield HeaderBar(self.app.header_view)
        with Container(id="body"):
            with Vertical(id="above"):
                yield Lines(id="title")
                yield self.rows
                suggester = LineSuggester(self._completed)
                yield SearchLine(lambda: self.rows, placeholder=FILTER_HELP, suggester=suggester)
                yield Static(id="refused", markup=False)
            with Vertical(id="below"):
                yield Prose(id="detail")
        yield KeyBar()

    def on_mount(self) -> None:
        self._show_keys()
        self.run_worker(self.read_on(), group="read")

    def put_in_order(self) -> None:
        """What is most urgent on top again; while one reads, rows keep their places."""
        self._is_in_order = False
        self._show_rows()
        self._show_title()

    @property
    def read_key(self) -> str:
        """The row of which all there is was read last."""
        return self._reading.looked.key if self._reading is not None else ""

    @property
    def is_detail_in_sight(self) -> bool:
        return any(pane.display for pane in self.query("#below"))  # none while the screen is being left

    # Keys.

    def action_filter(self) -> None:
        self.set_class(False, "-zoomed")
        self.query_one(SearchLine).open()

    def action_zoom(self) -> None:
        """The row under the cursor over the whole screen, or both again."""
        self.toggle_class("-zoomed")
        (self.query_one("#detail", Prose) if self.has_class("-zoomed") else self.rows).focus()
        self.call_after_refresh(self._show_detail)

    def action_back(self) -> None:
        """Close the zoom, the filter, take back a refusal, then the marks; what else there is to leave is the
        console's."""
        if self.has_class("-zoomed"):
            self.action_zoom()
        elif self.query_one(SearchLine).leave():
            self._filter_by("")
        elif self.query_one("#refused").has_class("-said"):
            self.say_refusal("")
        elif self.rows.marks:
            self.rows.unmark()
        else:
            raise SkipAction

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._filter_by(event.value)

    def on_rows_cursor_moved(self) -> None:
        self.say_refusal("")
        self._show_detail()
        self.look_deeper()
        self.look_soon()

    def on_rows_marked(self) -> None:
        self._show_title()

    def on_rows_opened(self) -> None:
        """What there is to say of it or, where that stands in sight, its session."""
        if self.is_detail_in_sight:
            self.action_notification_session()
        else:
            self.action_zoom()

    def key_enter(self) -> None:
        if self.has_class("-zoomed"):
            self.action_notification_session()

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        await carry_out(self, event)

    def on_header_bar_chosen(self, event: HeaderBar.Chosen) -> None:
        """Who needs the operator stands on top of this very list."""
        if event.action_id == "answer" and any(each.asking is not None for each in self.entries):
            event.stop()
            self.action_answer_case()

    def on_click(self, event: events.Click) -> None:
        """The line above the list says what it is narrowed to: a click there narrows it."""
        if event.widget is self.query_one("#title"):
            self.action_filter()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= BESIDE_WIDTH_MIN, "-wide")
        self.set_class(self.size.height >= BELOW_HEIGHT_MIN, "-tall")
        self.call_after_refresh(self._show_detail)

    # What came of reading and acting.

    def on_notification_watching_read(self, event: NotificationWatching.Read) -> None:
        before, reading = self._reading, event.reading
        if reading.wanted != self._wanted:
            self.say_refusal(reading.trouble)
            return  # it was narrowed meanwhile: the next reading is under way
        self._reading = reading
        self.read_count += 1
        if before is None or _looks_otherwise(before, reading):
            self._show_rows()
        for row in self._drawn.aged(self.rows.keys_in_sight, now_ms=self._now_ms()):
            self.rows.update_row(row)
        self._show_title()
        self._show_detail()

    def on_acting_refused(self, event: Acting.Refused) -> None:
        """A refusal is said where it was asked for."""
        event.stop()
        self.say_refusal(event.why)
        self.look_soon()

    # The filter.

    def _filter_by(self, text: str) -> None:
        try:
            wanted = read_filter(text, channels=self._channel_names, sessions=self._sessions)
        except WrongUse as refusal:
            self.say_refusal(str(refusal))
            return
        self.say_refusal("")
        if wanted != self._wanted:
            self._wanted, self._depth, self._is_in_order = wanted, DEPTH_FIRST, False
            self.look_soon()

    def _completed(self, text: str) -> str:
        return completion(text, channels=self._channel_names, sessions=[each[:8] for each in self._sessions])

    @property
    def _channel_names(self) -> tuple[str, ...]:
        return self._reading.channels if self._reading is not None else ()

    @property
    def _sessions(self) -> tuple[str, ...]:
        feed = self.app.feed
        return tuple(feed.summaries) if feed is not None else ()

    # Showing.

    def _show_rows(self) -> None:
        reading = self._reading
        if reading is None:
            return
        by_key = {each.key: each for each in reading.entries}
        keys = list(by_key)
        if self._is_in_order:
            keys = beside_cursor(self.rows.keys, keys, self.rows.cursor_key)
        self._is_in_order = bool(keys)
        is_any = reading.total > 0
        self.rows.set_empty_text(
            empty_text(reading.wanted.text, self.keys_shown, is_any=is_any, trouble=reading.trouble)
        )
        self.rows.set_rows(self._drawn.rows([by_key[key] for key in keys], now_ms=self._now_ms()), keeps_order=False)

    def _show_title(self) -> None:
        reading = self._reading
        if reading is None:
            return
        line = list_title(
            reading.entries,
            reading.figures,
            total=reading.total,
            has_more=reading.has_more,
            marked=len(self.rows.marks),
            text=self._wanted.text,
        )
        with suppress(NoMatches):
            self.query_one("#title", Lines).show([line])

    def _show_keys(self) -> None:
        """The keys that matter for the row under the cursor."""
        keymap, current = self._keymap, self.current
        idle = set() if any(each.asking is not None for each in self.entries) else {"answer_case"}
        if current is None:
            idle |= {"list_open", "acknowledge", "snooze"}
        hints = [
            each for each in footer_hints(("list", "notifications", "anywhere"), keymap) if each.action_id not in idle
        ]
        if current is not None and is_given_up(current):
            hints.insert(0, hint_of("resend", keymap))
        if self.has_class("-zoomed"):
            hints.insert(0, hint_of("back", keymap))  # for who has but a mouse there is no other way to the list
        self.query_one(KeyBar).show(hints, always=help_hint(keymap), places=place_hints(keymap))

    def _show_detail(self) -> None:
        with suppress(NoMatches):
            self.query_one("#detail", Prose).show(self._detail())
            self._show_keys()

    def _detail(self) -> Sequence[Paragraph]:
        reading, current = self._reading, self.current
        if reading is None:
            return (Paragraph(((LOADING_TEXT, "muted"),)),)
        trouble = paragraphs(reading.trouble, "failed") if reading.trouble else ()
        if current is None:
            return (*trouble, Paragraph((("What there is to say of a row stands here.", "muted"),)))
        looked = reading.looked if reading.looked.key == current.key else None
        return (
            *trouble,
            *detail(
                current,
                file=looked.file if looked is not None else None,
                attempts=looked.attempts if looked is not None else (),
                keys=self.keys_shown,
                moment=self._moment,
                now_ms=self._now_ms(),
            ),
        )

    def _moment(self, at_ms: int) -> str:
        """A time of today, or a day with its time, where this machine stands."""
        then, today = localtime(at_ms // 1_000), localtime(self._now_ms() // 1_000)
        return strftime("%H:%M:%S" if then[:3] == today[:3] else "%d %b %H:%M", then)

    def say_refusal(self, why: str) -> None:
        for place in self.query("#refused").results(Static):  # none while the screen is being left
            place.update(clean(why))
            place.set_class(bool(why), "-said")


def _looks_otherwise(before: Reading, now: Reading) -> bool:
    """Has the list to be drawn again? The entries are the very same where nothing of them has changed."""
    return before.entries is not now.entries or (before.wanted, before.trouble) != (now.wanted, now.trouble)
