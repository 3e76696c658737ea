"""How do debates go: what do they come to day by day, what is odd, and which sessions stand behind it?"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.actions import SkipAction
from textual.containers import Vertical
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widgets import Input, Static

from console import notice_acts as acts
from console.bindings import bindings_for
from console.clicked import carry_out
from console.keys import STANDARD_KEYMAP, Keymap, footer_hints, help_hint, place_hints
from console.presenters.analytics_filter import FILTER_HELP, SPANS, read_chosen
from console.presenters.analytics_head import chosen_line, empty_lines, tabs_line
from console.presenters.analytics_views import VIEW_NAMES, view_of
from console.presenters.charts import HEIGHT_MIN, chart_bar_at, chart_lines
from console.presenters.shown import Cell, Row
from console.screens.analytics_reading import AnalyticsReader, Reading, Wanted
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.cells import clean
from console.widgets.lines import Lines
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from console.widgets.search_line import SearchLine
from core.analytics.chosen import ALL
from core.domain.errors import MootError, WrongUse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.acting import Acting, Done
    from console.app import MootApp
    from console.presenters.analytics_shown import DataRow, View
    from core.orchestrator import Orchestrator

FIGURES, FIGURES_FEW = 6, 3
WITH_FEW = ("durations", "consensus", "escalations", "rules")
"""Views of few figures, which leave more room for names."""

ROWS_LINES_MIN = 5
CHART_LINES_MAX = 18
TAKEN_LINES = 5
"""What stands above and below chart and rows: header, views, which sessions, titles, keys."""

SPAN_FIRST = 2
CHART_MARGIN_CELLS = 1
"""At either side of what `Lines` draws."""


MATTERS = (
    Column(key="state", title="", width=15, priority=11),
    Column(key="what", title="what", width=20, is_flex=True, priority=12),
    Column(key="seen", title="seen", width=19, align="right", priority=9),
)


def _figured(figures: int) -> tuple[Column, ...]:
    return (
        Column(key="0", title="", width=16, is_flex=True, priority=12),
        *(Column(key=str(at), title="", width=11, align="right", priority=10 - at) for at in range(1, figures + 1)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyticsStanding:
    """What the screen shows: which view, over which time, narrowed to what, with the cursor on which row."""

    at: int = 0
    span: int = SPAN_FIRST
    text: str = ""
    cursor: str | None = None


class AnalyticsScreen(Screen[None]):
    """A view at a time: its chart above, its rows below, the bar of the row under the cursor marked. What a row is made
    of is opened from it."""

    DEFAULT_CSS = """
    AnalyticsScreen { layout: vertical; background: $background; overflow: hidden; }
    AnalyticsScreen #body { height: 1fr; width: 1fr; }
    AnalyticsScreen Rows { height: 1fr; }
    AnalyticsScreen #figures, AnalyticsScreen #few { display: none; }
    AnalyticsScreen.-charted #figures, AnalyticsScreen.-few #few { display: block; }
    AnalyticsScreen.-few #figures { display: none; }
    AnalyticsScreen.-charted #matters { display: none; }
    AnalyticsScreen #detail { height: 7; border-top: solid $structure; padding: 0 1; }
    AnalyticsScreen.-charted #detail { display: none; }
    AnalyticsScreen #refused { display: none; color: $error; height: auto; max-height: 3; padding: 0 1; }
    AnalyticsScreen #refused.-said { display: block; }
    """
    AUTO_FOCUS = "#matters"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("analytics"),
        *(binding for binding in bindings_for("anywhere") if binding.id in ("filter", "back")),
    ]
    app: MootApp

    def __init__(
        self,
        core: Callable[[], Awaitable[Orchestrator]],
        *,
        now_ms: Callable[[], int],
        keymap: Keymap = STANDARD_KEYMAP,
        standing: AnalyticsStanding | None = None,
    ) -> None:
        """`core` waits until the core is open. `now_ms` is the time of day. Where a `standing` is given, it shows what
        stood there before."""
        super().__init__()
        stood = standing if standing is not None else AnalyticsStanding()
        self._core = core
        self._keymap = keymap
        self._at = stood.at
        self._span = stood.span
        self._text = stood.text
        self._cursor_before = stood.cursor
        self._reading: Reading | None = None
        wanted = Wanted(chosen=read_chosen(stood.text), span=SPANS[stood.span])
        self._reader = AnalyticsReader(wanted, self, now_ms=now_ms)
        self._view: View | None = None
        self.read_count = 0
        self.matters = Rows(MATTERS, empty_text=self._empty(), id="matters")
        self.figures = Rows(_figured(FIGURES), empty_text=self._empty(), id="figures")
        self.few = Rows(_figured(FIGURES_FEW), empty_text=self._empty(), id="few")

    def compose(self) -> ComposeResult:
        yield HeaderBar(self.app.header_view)
        with Vertical(id="body"):
            yield Lines(id="tabs")
            yield Lines(id="chosen")
            yield Lines(id="chart")
            yield self.matters
            yield self.figures
            yield self.few
            yield Prose(id="detail")
            search = SearchLine(lambda: self.rows, words=self._text, placeholder=FILTER_HELP)
            search.set_class(bool(self._text), "-open")
            yield search
            yield Static(id="refused", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self._show_keys()
        self._turn_to(self._at)
        self.run_worker(self._reader.run(self._core), group="read")

    @property
    def view(self) -> View | None:
        """What is shown."""
        return self._view

    @property
    def rows(self) -> Rows:
        """The rows in sight."""
        if self._at == 0:
            return self.matters
        return self.few if self._has_few else self.figures

    @property
    def _has_few(self) -> bool:
        return VIEW_NAMES[self._at].key in WITH_FEW

    @property
    def current(self) -> DataRow | None:
        """What the cursor is on."""
        rows = self._view.rows if self._view is not None else ()
        return next((row for row in rows if row.key == self.rows.cursor_key), None)

    # Keys.

    def action_chart_next(self) -> None:
        self._turn_to((self._at + 1) % len(VIEW_NAMES))

    def action_chart_previous(self) -> None:
        self._turn_to((self._at - 1) % len(VIEW_NAMES))

    def action_time_range(self) -> None:
        """Another stretch of time, from a day to all there is, and around again."""
        self._span = (self._span + 1) % len(SPANS)
        self._ask()

    def action_acknowledge_alert(self) -> None:
        """Say that this alert was seen."""
        current = self.current
        if current is None or not current.alert:
            self.say_refusal("No alert is under the cursor; those that go on stand on top of the overview.")
            return
        acknowledge = acts.acknowledge([current.alert], current.cells[1].text)

        async def seen(core: Orchestrator) -> Done:
            done = await acknowledge(core)
            self._reader.look_soon()  # no sooner: another process may have to be asked for it
            return done

        self.app.acting.ask(seen, self)

    def action_filter(self) -> None:
        self.query_one(SearchLine).open()

    def action_back(self) -> None:
        """Leave the filter, or take back a refusal; what else there is to leave is the console's."""
        if self.query_one(SearchLine).leave():
            self._filter_by("")
        elif self.query_one("#refused").has_class("-said"):
            self.say_refusal("")
        else:
            raise SkipAction

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._filter_by(event.value)

    def on_rows_cursor_moved(self, event: Rows.CursorMoved) -> None:
        if event.rows is self.rows:
            self.say_refusal("")
            self._show_chart()
            self._show_detail()

    def on_rows_opened(self) -> None:
        """The sessions behind the row."""
        self.run_worker(self._open(), group="behind", exclusive=True)

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        await carry_out(self, event)

    def on_click(self, event: events.Click) -> None:
        """A click on the views turns to the next one, on the line below takes another time, and on a bar it chooses its
        row; a double click opens that."""
        if event.widget is (chart := self.query_one("#chart")):
            offset = event.get_content_offset(chart)
            if offset is not None and self._choose_bar(offset.x - CHART_MARGIN_CELLS) and event.chain == 2:
                self.on_rows_opened()
        elif event.widget is self.query_one("#tabs"):
            self.action_chart_next()
        elif event.widget is self.query_one("#chosen"):
            self.action_time_range()

    def _choose_bar(self, column: int) -> bool:
        """Put the cursor on the row of the bar in that column of the chart; False where none is there."""
        view, current = self._view, self.current
        if view is None or view.chart is None or current is None:
            return False
        chosen = current.bar if current.bar >= 0 else None
        bar = chart_bar_at(view.chart, column, width=self._chart_width, height=self._chart_height, chosen=chosen)
        row = next((each for each in view.rows if bar is not None and each.bar == bar), None)
        self.rows.focus()
        return row is not None and self.rows.move_to(row.key)

    @property
    def _chart_width(self) -> int:
        return self.size.width - 2 * CHART_MARGIN_CELLS

    @property
    def _chart_height(self) -> int:
        return min(CHART_LINES_MAX, self.size.height - TAKEN_LINES - max(ROWS_LINES_MIN, self.size.height // 4))

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_view)

    def on_screen_suspend(self) -> None:
        self._reader.is_resting = True

    def on_screen_resume(self) -> None:
        self._reader.is_resting = False
        self._reader.look_soon()

    # What came of reading and acting.

    def on_analytics_reader_found(self, event: AnalyticsReader.Found) -> None:
        if event.reading.wanted is not self._reader.wanted:
            return  # something else is asked for meanwhile
        before = self._reading.trouble if self._reading is not None else ""
        if event.reading.trouble or before:
            self.say_refusal(event.reading.trouble)  # else what a key was refused stays to be read
        self._reading = event.reading
        self.read_count += 1
        self._show_view()

    def on_acting_refused(self, event: Acting.Refused) -> None:
        """A refusal is said where it was asked for."""
        event.stop()
        self.say_refusal(event.why)

    async def _open(self) -> None:
        current = self.current
        if current is None or current.behind is None:
            self.say_refusal("This is made of no sessions that could be listed.")
            return
        from console.screens.behind import BehindScreen

        reading = self._reading
        try:
            core = await self._core()
            chosen = reading.report.chosen if reading is not None and reading.report is not None else ALL
            rows = await core.analytics.rows(ALL if current.behind.named else chosen)
        except MootError as error:
            self.say_refusal(str(error))
            return
        found = [row for row in rows if current.behind(row)]
        standing = AnalyticsStanding(at=self._at, span=self._span, text=self._text, cursor=current.key)
        self.app.push_screen(BehindScreen(current.behind.what, found, keymap=self._keymap, standing=standing))

    # Showing.

    def _turn_to(self, at: int) -> None:
        self._at = at
        self.say_refusal("")
        self.set_class(at > 0, "-charted")
        self.set_class(self._has_few, "-few")
        self._show_view()
        self.rows.focus()

    def _filter_by(self, text: str) -> None:
        try:
            read_chosen(text)
        except WrongUse as refusal:
            self.say_refusal(str(refusal))
            return
        self.say_refusal("")
        if text.split() != self._text.split():
            self._text = text
            self._ask()

    def _ask(self) -> None:
        self._reader.want(Wanted(chosen=read_chosen(self._text), span=SPANS[self._span]))

    def _show_view(self) -> None:
        report = self._reading.report if self._reading is not None else None
        with suppress(NoMatches):
            self.query_one("#tabs", Lines).show([tabs_line(VIEW_NAMES[self._at].key, width=self.size.width - 4)])
        if report is None:
            return
        is_any = report.sessions > 0
        self._view = view = view_of(VIEW_NAMES[self._at].key, report, self._reading.alerts if self._reading else ())
        with suppress(NoMatches):
            self.query_one("#chosen", Lines).show(
                [chosen_line(report, SPANS[self._span], self._text, title=view.title)]
            )
        self.rows.set_empty_text(self._empty())
        cells = 0 if self._at == 0 else 1 + (FIGURES_FEW if self._has_few else FIGURES)
        if cells:
            titles = {str(at): title for at, title in enumerate(view.titles)}
            self.rows.set_titles({str(at): titles.get(str(at), "") for at in range(cells)})
        shown = view.rows if is_any else ()
        self.rows.set_rows([_padded(row, cells) for row in shown], keeps_order=False)
        if self._cursor_before is not None and shown:
            self.rows.move_to(self._cursor_before)
            self._cursor_before = None
        self._show_chart()
        self._show_detail()

    def _show_chart(self) -> None:
        view, current = self._view, self.current
        with suppress(NoMatches):
            place = self.query_one("#chart", Lines)
            if view is None or view.chart is None or not view.rows or current is None:
                place.show([])
                return
            room = self._chart_height
            chosen = current.bar if current.bar >= 0 else None
            lines = (
                chart_lines(view.chart, width=self._chart_width, height=room, chosen=chosen)
                if room >= HEIGHT_MIN
                else ()
            )
            place.show(lines)

    def _show_detail(self) -> None:
        current = self.current
        with suppress(NoMatches):
            self.query_one("#detail", Prose).show(current.below if current is not None else ())

    def _show_keys(self) -> None:
        self.query_one(KeyBar).show(
            footer_hints(("list", "analytics", "anywhere"), self._keymap),
            always=help_hint(self._keymap),
            places=place_hints(self._keymap),
        )

    def _empty(self) -> str:
        reading = self._reading
        if reading is not None and reading.trouble:
            return clean(reading.trouble)
        keys = self._keymap.keys
        shown = {action_id: keys[action_id][0] for action_id in keys if keys[action_id]}
        report = reading.report if reading is not None else None
        return empty_lines(report, SPANS[self._span], self._text, shown)

    def say_refusal(self, why: str) -> None:
        with suppress(NoMatches):
            place = self.query_one("#refused", Static)
            place.update(clean(why))
            place.set_class(bool(why), "-said")


def _padded(row: DataRow, cells: int) -> Row:
    """With an empty cell for each column that this view doesn't use."""
    return Row(row.key, (*row.cells, *(Cell("") for _ in range(cells - len(row.cells)))))
