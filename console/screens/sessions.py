"""Which sessions are there, and what is being said in the one under the cursor?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from console.bindings import bindings_for
from console.keys import footer_hints, help_hint, hint_of, place_hints
from console.presenters.kinds import is_refinement
from console.screens.session_actions import SessionActions
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.lines import Lines
from console.widgets.rows import Column, Rows
from console.widgets.transcript import Transcript

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from console.acting import Acting
    from console.actions import Place
    from console.feed import Feed
    from console.first_rows import FirstRows
    from console.presenters.session_filter import SessionFilter
    from console.presenters.shown import Row
    from console.widgets.prompt import Prompt
    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary

BOTH_WIDTH_MIN = 100
"""Narrower, the list stands alone and the transcript opens over it."""

WIDTH_MIN, HEIGHT_MIN = 28, 7
TALL_HEIGHT_MIN = 30
"""From this height on there is room for blank lines between the panes' parts."""

AGES_SECONDS = 1
"""How often it is looked whether an age in sight reads otherwise than before."""
REST_SECONDS = 0.06

OF_A_SESSION = ("list_open", "pause_resume", "export")
"""Keys that the footer keeps to itself while there is no session to use them on."""

NOTHING_SAID = "Nothing has been said yet."

COLUMNS = (
    Column(key="state", title="state", width=9, priority=9, announces=True),
    Column(key="title", title="motion", width=18, is_flex=True, priority=10),
    Column(key="round", title="round", width=5, align="right", priority=6, announces=True),
    Column(key="consensus", title="consensus", width=10, align="right", priority=7),
    Column(key="cost", title="cost", width=7, align="right", priority=5),
    Column(key="age", title="age", width=6, align="right", priority=3),
)

LEFT_WIDTHS = ((190, 92), (160, 76), (136, 64), (120, 56), (0, 46))
"""From this width of the screen on, the list is so wide."""


class ListStanding(NamedTuple):
    """Where the list stood: the session under the cursor, and what of it was open, zoomed and read."""

    session: SessionId | None
    is_open: bool
    zoomed: str
    is_read: bool


class SessionsScreen(SessionActions):
    """The list, and beside it the transcript with what stands around it. It shows; `Acting` does, `Feed` tells."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("sessions")]
    AUTO_FOCUS = "#list"

    def __init__(self) -> None:
        super().__init__()
        self._turns: set[str] = set()
        self._wanted: SessionFilter | None = None
        self._problem = ""
        self._is_open = False
        self._zoomed = ""
        self._arriving: SessionId | None = None
        self._is_arrival_opened = False
        self._is_listed = False
        self._ages: dict[SessionId, str] = {}
        self._prompt: Prompt | None = None
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        self._classify()  # so that what is mounted is styled once
        yield HeaderBar(self.app.header_view, id="header")
        yield Static(id="small", markup=False)
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Lines(id="title")
                yield Rows(COLUMNS, empty_text="Opening the database …", takes_in=True, id="list")
            with Vertical(id="right"):
                yield Lines(id="head")
                yield Lines(id="standing", ground="surface")
                yield Transcript(empty_text="", id="transcript")
                yield Lines(id="strip")
        yield Lines(id="notice", ground="panel")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        self.rows = self.query_one("#list", Rows)
        self.transcript = self.query_one("#transcript", Transcript)
        self._arrange()
        self.set_interval(AGES_SECONDS, self._refresh_ages, name="ages")

    # --- what the app says --------------------------------------------------------------------------------------

    def show_first(self, rows: FirstRows) -> None:
        """The core is being opened: these are the sessions that there are."""
        self._know(rows)
        self._list_all(is_sorted=True)
        self._is_listed = True
        self._show_keys()

    def attach(self, feed: Feed) -> None:
        """The core is open: `feed` tells what changes from now on."""
        self._know(feed)
        self.transcript.set_empty_text(NOTHING_SAID)
        if self._session is not None:
            feed.follow(self._session)
            self._show_beside()

    def _know(self, source: Feed | FirstRows) -> None:
        from console.presenters.session_filter import read_filter

        self._feed = source
        self._wanted = self._wanted or read_filter("")

    def go_to(self, session: SessionId, *, is_opened: bool = False) -> None:
        """Put the cursor on this session, as soon as its row has come; where it `is_opened` and the screen has room for
        one pane alone, that is its transcript."""
        self._arriving, self._is_arrival_opened = session, is_opened
        self._list_all(is_sorted=True)

    @property
    def standing(self) -> ListStanding:
        """To come back to with `stand_as`."""
        is_read = self.focused is self.transcript
        return ListStanding(session=self._session, is_open=self._is_open, zoomed=self._zoomed, is_read=is_read)

    def stand_as(self, standing: ListStanding) -> None:
        """As it stood before it was gone away from; where that session is listed no more, the cursor stays."""
        self._arriving, self._is_open, self._zoomed = None, standing.is_open, standing.zoomed
        if standing.session is not None and self.rows.move_to(standing.session):
            self.catch_up()
        self._arrange()
        (self.transcript if standing.is_read else self.rows).focus()

    def put_in_order(self) -> None:
        """What needs the operator on top again; while one reads, rows keep their places."""
        self._list_all(is_sorted=True)

    @property
    def session(self) -> SessionId | None:
        """The session under the cursor."""
        return self._session

    def leave_detail(self) -> None:
        """Back to the list, whatever was open over it."""
        self._is_open, self._zoomed = False, ""
        self._arrange()
        self.rows.focus()

    # --- what the feed tells ------------------------------------------------------------------------------------

    def on_feed_listed(self, event: Feed.Listed) -> None:
        feed = self._feed
        if feed is None or self._wanted is None:
            return
        shown = set(self.rows.keys)
        are_new = event.changed is None or not event.changed <= shown
        if not self._is_listed or are_new or self._wanted.text:
            self._list_all(is_sorted=not self._is_listed)
        else:
            for session in event.changed or ():
                summary = feed.summaries[session]
                self.rows.update_row(self._row(summary, now_ms=feed.now_ms()))
        self._is_listed = True
        if self._session is not None:
            self._show_beside()
        self._show_keys()

    def on_feed_turned(self, event: Feed.Turned) -> None:
        if event.session != self._session:
            return
        if event.is_whole:
            self._turns = {turn.key for turn in event.turns}
            self.transcript.set_turns(event.turns)
            return
        for turn in event.turns:
            if turn.key in self._turns:
                self.transcript.replace_turn(turn)
            else:
                self._turns.add(turn.key)
                self.transcript.append_turn(turn)

    def on_feed_spoke(self, event: Feed.Spoke) -> None:
        if event.session == self._session and event.key in self._turns:
            self.transcript.extend_text(event.key, event.piece)

    def on_feed_told(self, event: Feed.Told) -> None:
        if event.session == self._session:
            self._show_beside()

    # --- the list -----------------------------------------------------------------------------------------------

    def on_rows_cursor_moved(self, event: Rows.CursorMoved) -> None:
        """The cursor is painted first; the panes beside it follow once it rests, however long a key is held."""
        self.clear_refusal()
        if self._resting is not None:
            self._resting.stop()
        if self._session is None:
            self.catch_up()
        else:
            self._resting = self.set_timer(REST_SECONDS, self.catch_up, name="the cursor rests")

    def catch_up(self) -> None:
        """Be where the cursor is: what is done next is done to that session."""
        if self._resting is not None:
            self._resting.stop()
            self._resting = None
        self._select(self.rows.cursor_key)

    def on_rows_opened(self, event: Rows.Opened) -> None:
        self._open()

    def _open(self) -> None:
        self.catch_up()
        self._is_open = True
        self._zoomed = "" if self._zoomed == "list" else self._zoomed
        self._arrange()
        self.transcript.focus()

    def on_rows_marked(self, event: Rows.Marked) -> None:
        self._show_title()

    def _list_all(self, *, is_sorted: bool) -> None:
        from console.presenters.sessions import column_titles, empty_list_text, rows_of
        from core.domain.ids import SessionId

        feed, wanted = self._feed, self._wanted
        if feed is None or wanted is None:
            return
        held = feed.summaries.values()
        rows = rows_of(held, feed.labels, wanted, now_ms=feed.now_ms(), is_driven=feed.is_driven)
        self.rows.set_empty_text(empty_list_text(wanted, self.keys_shown, total=len(feed.summaries)))
        self.rows.set_titles(column_titles(feed.summaries[SessionId(row.key)] for row in rows))
        self.rows.set_rows(rows, keeps_order=not is_sorted)
        if self._arriving is not None and self.rows.move_to(self._arriving):
            self._arriving = None
            if self._is_arrival_opened and not self.has_class("-both"):
                self._open()
        self._show_title()
        if self.rows.cursor_key != self._session:
            self._select(self.rows.cursor_key)

    def _show_title(self) -> None:
        from console.presenters.session_filter import put_away
        from console.presenters.sessions import list_title

        if self._feed is not None and self._wanted is not None:
            labels = self._feed.labels
            total = sum(1 for each in self._feed.summaries.values() if not put_away(each, labels.get(each.session)))
            line = list_title(
                shown=len(self.rows.keys),
                total=total,
                marked=len(self.rows.marks),
                wanted=self._wanted,
            )
            self.query_one("#title", Lines).show([line])

    def _row(self, summary: SessionSummary, *, now_ms: int) -> Row:
        from console.presenters.sessions import session_row

        assert self._feed is not None  # rows are made of what it tells
        label = self._feed.labels.get(summary.session)
        return session_row(summary, label, now_ms=now_ms, is_driven=self._feed.is_driven)

    def _refresh_ages(self) -> None:
        """Of the rows in sight, those whose age reads otherwise by now: an age of days changes once a day."""
        from console.presenters.sessions import age_text
        from core.domain.ids import SessionId

        feed = self._feed
        if feed is None:
            return
        now_ms = feed.now_ms()
        in_sight = [SessionId(key) for key in self.rows.keys_in_sight]
        self._ages = {each: self._ages.get(each, "") for each in in_sight}
        for session in in_sight:
            summary = feed.summaries.get(session)
            if summary is not None and (age := age_text(summary, now_ms=now_ms)) != self._ages[session]:
                self._ages[session] = age
                self.rows.update_row(self._row(summary, now_ms=now_ms))

    # --- the session under the cursor ---------------------------------------------------------------------------

    def _select(self, key: str | None) -> None:
        from core.domain.ids import SessionId

        session = SessionId(key) if key is not None else None
        if session == self._session or self._feed is None:
            return
        self._session = session
        self._turns = set()
        self.transcript.set_turns(())
        self._feed.follow(session)
        self._show_beside()
        self._show_keys()

    def _show_beside(self) -> None:
        """The heading, where it stands still and why, and the strip; nothing of a session that nothing is known of."""
        feed, summary = self._feed, self.summary
        if feed is None or summary is None or not feed.knows_turns:
            for each in ("#head", "#standing", "#strip"):
                self.query_one(each, Lines).show(())
            return
        from console.screens.session_beside import show_beside

        show_beside(self, feed, summary)

    # --- the panes ----------------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Both panes where there is room, else one; and below a certain size a sentence that says so."""
        self._classify()
        width, height = self._room
        if self.has_class("-small"):
            words = f"moot needs {WIDTH_MIN}×{HEIGHT_MIN};\nthis terminal is {width}×{height}."
            self.query_one("#small", Static).update(words)
        has_both = self.has_class("-both")
        shows_right = has_both or self._zoomed == "transcript" or (width < BOTH_WIDTH_MIN and self._is_open)
        left, right = self.query_one("#left"), self.query_one("#right")
        left.styles.width = next(cells for least, cells in LEFT_WIDTHS if width >= least) if has_both else "1fr"
        left.display, right.display = has_both or not shows_right, shows_right
        if not right.display and self.focused is self.transcript:
            self.rows.focus()
        if not left.display and self.focused is self.rows:
            self.transcript.focus()
        self._show_beside()
        self._show_keys()

    @property
    def _room(self) -> tuple[int, int]:
        """Width and height of the screen, also before its first layout."""
        return self.size.width or self.app.size.width, self.size.height or self.app.size.height

    def _classify(self) -> None:
        width, height = self._room
        self.set_class(width < WIDTH_MIN or height < HEIGHT_MIN, "-small")
        self.set_class(width >= BOTH_WIDTH_MIN and not self._zoomed, "-both")
        self.set_class(height >= TALL_HEIGHT_MIN, "-tall")

    def action_zoom(self) -> None:
        self._zoomed = "" if self._zoomed else "transcript" if self.focused is self.transcript else "list"
        self._arrange()

    def action_back(self) -> None:
        """Leave what is innermost: the prompt, a refusal, the zoom, the transcript, the marks, the filter."""
        if self._prompt is not None:
            self._close_prompt(is_kept=False)
        elif self.query_one("#notice", Lines).lines:
            self.clear_refusal()
        elif (way := self.app.going.way_back_from(self.session)) is not None and self._zoomed in ("", way.stood.zoomed):
            self.stand_as(way.stood)
            way.go()
        elif self._zoomed or self.focused is self.transcript:
            self.leave_detail()
        elif self.rows.marks:
            self.rows.unmark()
        elif self._wanted is not None and self._wanted.text:
            self._filter_by("")

    def on_descendant_focus(self) -> None:
        self._show_keys()

    def _show_keys(self) -> None:
        """The keys that matter where the focus is, in words that fit what they would do."""
        keymap = self.app.keymap_in_force
        inner: Place = "transcript" if self.focused is self.transcript else "list"
        hints = list(footer_hints((inner, "sessions", "anywhere"), keymap))
        summary = self.summary
        asks = self._feed is not None and any(self._feed.is_asking(each) for each in self._feed.summaries)
        for index, hint in enumerate(hints):
            if hint.action_id == "pause_resume" and summary is not None and summary.status in ("paused", "failed"):
                hints[index] = type(hint)(action_id=hint.action_id, key=hint.key, label="resume")
        hints = [hint for hint in hints if hint.action_id != "answer" or asks]
        if summary is not None and summary.status in ("completed", "cancelled"):
            hints = [hint for hint in hints if hint.action_id != "pause_resume"]
        if summary is None:
            hints = [hint for hint in hints if hint.action_id not in OF_A_SESSION]
        if summary is not None and is_refinement(summary):
            hints.insert(1, hint_of("drafts", keymap))
        if not self.query_one("#left").display or self.app.going.way_back_from(self.session) is not None:
            hints.insert(0, hint_of("back", keymap))  # for who has but a mouse there is no other way to the list
        if self._feed is not None and self._feed.knows_turns and not self._feed.is_driven:
            hints.insert(0, hint_of("take_wheel", keymap))
        self.query_one(KeyBar).show(hints, always=help_hint(keymap), places=place_hints(keymap))

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        await self.app.act(event.action_id)

    # --- filter and find ----------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """The line above the list says what it is narrowed to: a click there narrows it."""
        if event.widget is self.query_one("#title"):
            self.rows.focus()
            self.action_filter()

    def action_filter(self) -> None:
        """Over the list, narrow it; over the transcript, find a text in it."""
        from console.widgets.prompt import Prompt

        if self._prompt is not None:
            self._close_prompt(is_kept=True)
        if self.focused is self.transcript:
            self._prompt = Prompt("find", "a text of this transcript", "")
        else:
            from console.presenters.session_filter import FILTER_HELP

            self._prompt = Prompt("filter", FILTER_HELP, self._wanted.text if self._wanted else "")
        self.mount(self._prompt)
        self.add_class("-prompting")

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        if event.prompt.purpose == "filter":
            self._filter_by(event.text)

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        purpose, text = event.prompt.purpose, event.text
        self._close_prompt(is_kept=True)
        if purpose == "find" and text:
            found = self.transcript.find(text)
            if not found:
                self.say_refusal(f"'{text}' is not said here.")

    def _close_prompt(self, *, is_kept: bool) -> None:
        prompt, self._prompt = self._prompt, None
        if prompt is None:
            return
        prompt.remove()
        self.remove_class("-prompting")
        if prompt.purpose == "filter":
            self.rows.focus()
            if not is_kept or self._problem:
                self._filter_by("")
        else:
            self.transcript.focus()
            if not is_kept:
                self.transcript.find("")

    def _filter_by(self, text: str) -> None:
        from console.presenters.session_filter import read_filter
        from core.domain.errors import WrongUse

        try:
            self._wanted, self._problem = read_filter(text), ""
        except WrongUse as error:
            self._problem = str(error)
            self.say_refusal(self._problem)
            return
        self.clear_refusal()
        self._list_all(is_sorted=True)

    # --- what was done, and what was refused --------------------------------------------------------------------

    def on_acting_refused(self, event: Acting.Refused) -> None:
        self.say_refusal(event.why)
        if self.is_current:
            event.stop()  # who looks elsewhere by now is told there

    def say_refusal(self, why: str) -> None:
        """Say it where it was asked; it stays until the next key that does something."""
        from console.presenters.shown import Line

        lines = [Line(((f"✗ {why}", "failed"),), lines_max=3)]
        self.query_one("#notice", Lines).show(lines)

    def clear_refusal(self) -> None:
        self.query_one("#notice", Lines).show(())
