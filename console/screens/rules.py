"""Which rules are there, which are on, how often do they fire, and why does one hold, or not, in this session?"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.actions import SkipAction
from textual.containers import Container, Vertical
from textual.css.query import NoMatches
from textual.message import Message
from textual.widgets import Input, Static

from console.acting import Acting
from console.bindings import bindings_for
from console.clicked import carry_out
from console.keys import STANDARD_KEYMAP, Keymap, footer_hints, help_hint, place_hints
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.rules import (
    Counts,
    RuleCount,
    Seen,
    complaint,
    detail,
    headline,
    matching,
    rule_row,
    short_title,
)
from console.screens.firings import Firings
from console.screens.rule_actions import RuleActions
from console.screens.rule_reading import Reading, RuleReader
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.cells import clean, one_line
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from console.widgets.search_line import SearchLine
from core.analytics.rule_measures import NOT_MEASURED
from core.domain.errors import MootError
from core.domain.ids import RuleId, SessionId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from core.orchestrator import Orchestrator
    from core.rules.layers import Placed

READ_SECONDS = 0.2
PULSE_SECONDS = 1.0
"""Rules change in other processes and time goes on without a commit, so that all is read again this often."""
COUNT_SECONDS = 2.0
SHARE_MAX = 20
"""A reading that takes long is made the less often: it may take a twentieth of the time."""

WIDTH_BESIDE_MIN = 150
"""From here on what a rule says stands beside the table instead of below it."""

HEIGHT_FULL_MIN = 16
"""With fewer lines the table and what its rule says need them all."""

COLUMNS = (
    Column(key="switch", title="", width=5, priority=10, announces=True),
    Column(key="priority", title="prio", width=4, align="right", priority=7),
    Column(key="rule", title="rule", width=28, is_flex=True, priority=9),
    Column(key="name", title="", width=34, priority=1),
    Column(key="from", title="from", width=9, priority=5),
    Column(key="here", title="here", width=4, align="right", priority=8),
    Column(key="recent", title="30 d", width=6, align="right", priority=6),
    Column(key="last", title="last", width=6, align="right", priority=4),
    Column(key="mean", title="mean", width=8, align="right", priority=3),
    Column(key="p95", title="p95", width=8, align="right", priority=3),
    Column(key="errors", title="errors", width=6, align="right", priority=6),
)

EMPTY_TEXT = "No rule holds here.\nc makes one, i imports a file of them, s shows another set."
LOADING_TEXT = "The rules are being read …"
NO_MATCH_TEXT = "No rule matches.\nesc shows all of them again."


class RulesScreen(RuleActions):
    """The table of rules over what the one under the cursor says of `session`.

    It reads by itself while it is shown; `follow` gives it another session, `look_soon` tells it that something was
    committed. What it changes goes through `acting`, so that undo is the console's own.
    """

    DEFAULT_CSS = """
    RulesScreen { layout: vertical; background: $background; overflow: hidden; }
    RulesScreen #body { layout: vertical; height: 1fr; width: 1fr; }
    RulesScreen #above { height: 1fr; width: 1fr; }
    RulesScreen #head { height: 1; padding: 0 1; overflow: hidden; }
    RulesScreen Rows { height: 1fr; }
    RulesScreen #complaint { display: none; color: $error; height: auto; max-height: 2; padding: 0 1; }
    RulesScreen #complaint.-said { display: block; }
    RulesScreen #refused { display: none; color: $error; height: auto; max-height: 3; padding: 0 1; }
    RulesScreen #refused.-said { display: block; }
    RulesScreen #below { height: 13; max-height: 55%; width: 1fr; border-top: solid $structure; padding: 0 1; }
    RulesScreen #below:focus-within { border-top: solid $accent; }
    RulesScreen.-low #head { display: none; }
    RulesScreen.-wide #body { layout: horizontal; }
    RulesScreen.-wide #below {
        width: 68; height: 1fr; max-height: 100%; border-top: none; border-left: solid $structure;
    }
    RulesScreen.-wide #below:focus-within { border-top: none; border-left: solid $accent; }
    RulesScreen Prose { height: 1fr; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("rules"),
        *(binding for binding in bindings_for("anywhere") if binding.id in ("filter", "back")),
    ]

    class Read(Message):
        """The door has been looked through."""

        def __init__(self, reading: Reading) -> None:
            super().__init__()
            self.reading = reading

    class Counted(Message):
        """The firings have been counted."""

        def __init__(self, counts: Counts) -> None:
            super().__init__()
            self.counts = counts

    def __init__(
        self,
        acting: Acting,
        core: Callable[[], Awaitable[Orchestrator]],
        session: SessionId | None = None,
        *,
        now_ms: Callable[[], int],
        keymap: Keymap = STANDARD_KEYMAP,
    ) -> None:
        """`core` waits until the core is open. `now_ms` is the time of day."""
        super().__init__(acting, core, now_ms=now_ms)
        self._session = session
        self._keymap = keymap
        self._counts: Counts | None = None
        self._search = ""
        self._is_resting = False
        self._rows = Rows(
            COLUMNS, empty_text=LOADING_TEXT
        )  # held: what reads beside the screen may outlast its widgets
        self._due = asyncio.Event()
        self._count_due = asyncio.Event()
        self._reader = RuleReader()

    def compose(self) -> ComposeResult:
        yield HeaderBar()
        with Container(id="body"):
            with Vertical(id="above"):
                yield Prose(id="head")
                yield Static(id="complaint", markup=False)
                yield self._rows
                yield SearchLine(lambda: self.rows, placeholder="words, state:off, from:standard")
                yield Static(id="refused", markup=False)
            with Vertical(id="below"):
                yield Prose(id="detail")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#head", Prose).can_focus = False
        self.query_one(KeyBar).show(
            footer_hints(("list", "rules", "anywhere"), self._keymap),
            always=help_hint(self._keymap),
            places=place_hints(self._keymap),
        )
        self.run_worker(self._read_on(), group="read")
        self.run_worker(self._count_on(), group="count")

    @property
    def rule_read(self) -> RuleId | None:
        """The rule that was last looked at in the session."""
        return self._reading.rule if self._reading is not None else None

    # What others say.

    def follow(self, session: SessionId | None) -> None:
        """Show the rules' values in another session."""
        if session != self._session:
            self._session = session
            self._counts = None
            self.look_soon()
            self._count_due.set()

    def look_soon(self) -> None:
        """Something may have changed."""
        self._due.set()

    # Keys.

    def action_rules_along(self) -> None:
        """What every rule said behind each event of the session."""
        if self._session is None:
            self.say_refusal("No session is chosen. Put the cursor on one in the list of sessions (1) and come back.")
            return
        from console.screens.moments import Moments

        seen = self._reading.seen if self._reading is not None else None
        title = short_title(seen.session) if seen is not None else self._session[:8]
        self.say_refusal("")
        self.app.push_screen(Moments(title, self._session, self._core))

    def action_filter(self) -> None:
        self.query_one(SearchLine).open()

    def action_back(self) -> None:
        """Close the filter, take back a refusal; what else there is to leave is the console's."""
        if self.query_one(SearchLine).leave():
            return
        if self.query_one("#refused").has_class("-said"):
            self.say_refusal("")
        else:
            raise SkipAction

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._search = event.value
        self._show_rows()

    def on_rows_cursor_moved(self) -> None:
        self._show_detail()
        self.look_soon()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        placed = self._rule(event.key)
        if placed is not None and self._reading is not None:
            from console.screens.dialogs.prompt import TextView
            from core.rules.writing import write_rules

            rule = placed.rule
            text = write_rules((rule,), facts=self._reading.specs)
            self.app.push_screen(TextView(rule.id, yaml_lines(text), copied=text, note="as 'moot rules load' takes it"))

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        await carry_out(self, event)

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDTH_BESIDE_MIN, "-wide")
        self.set_class(self.size.height < HEIGHT_FULL_MIN, "-low")
        self.call_after_refresh(self._show_detail)

    def on_screen_suspend(self) -> None:
        self._is_resting = True

    def on_screen_resume(self) -> None:
        self._is_resting = False
        self._due.set()
        self._count_due.set()

    # What came of reading and acting.

    def on_rules_screen_read(self, event: Read) -> None:
        self._reading = event.reading
        self.rows.set_empty_text(EMPTY_TEXT)
        said = clean(complaint(event.reading.complaints))
        place = self.query_one("#complaint", Static)
        place.update(said)
        place.set_class(bool(said), "-said")
        self._show_rows()
        self._show_detail()

    def on_rules_screen_counted(self, event: Counted) -> None:
        self._counts = event.counts
        self._show_rows()
        self._show_detail()

    def on_acting_refused(self, event: Acting.Refused) -> None:
        """A refusal is said where it was asked for."""
        event.stop()
        self.say_refusal(event.why)
        self.look_soon()

    # Showing.

    @property
    def rows(self) -> Rows:
        return self._rows

    def _rule(self, id: str | None) -> Placed | None:
        return next((placed for placed in self._placed if placed.rule.id == id), None)

    def _show_rows(self) -> None:
        reading = self._reading
        if reading is None:
            return
        shown = matching(reading.placed, self._search)
        rows, now_ms = self.rows, self._now_ms()
        has_session = self._session is not None
        if self._search.strip():
            rows.set_empty_text(NO_MATCH_TEXT)
        rows.set_rows(
            [
                rule_row(
                    placed,
                    self._count_of(placed.rule.id),
                    reading.measures.get(placed.rule.id, NOT_MEASURED),
                    has_session=has_session,
                    now_ms=now_ms,
                )
                for placed in shown
            ],
            keeps_order=False,
        )
        if self._wanted and rows.move_to(self._wanted):
            self._wanted = ""
        here = reading.seen.session if reading.seen is not None else None
        rules = [placed.rule for placed in reading.placed]
        self.query_one("#head", Prose).show([headline(rules, len(shown), here, reading.layers)])

    def _show_detail(self) -> None:
        with suppress(NoMatches):
            self.query_one("#detail", Prose).show(self._detail())

    def _detail(self) -> Sequence[Paragraph]:
        placed, reading = self._rule(self.rows.cursor_key), self._reading
        if reading is None:
            return (Paragraph(((LOADING_TEXT, "muted"),)),)
        if reading.trouble:
            return paragraphs(reading.trouble, "failed")
        if placed is None:
            return (Paragraph((("The rule under the cursor is explained here.", "muted"),)),)
        rule, seen = placed.rule, reading.seen
        if seen is not None and reading.rule != rule.id:
            seen = Seen(session=seen.session)
        return detail(
            placed,
            seen,
            self._count_of(rule.id),
            reading.measures.get(rule.id, NOT_MEASURED),
            reading.changes.get(rule.id),
            self._counts,
            specs=reading.specs,
            now_ms=self._now_ms(),
            width=self.query_one("#detail", Prose).line_cells,
        )

    def _count_of(self, id: RuleId) -> RuleCount | None:
        return None if self._counts is None else self._counts.rules.get(id, RuleCount())

    def say_refusal(self, why: str) -> None:
        place = self.query_one("#refused", Static)
        place.update(clean(why))
        place.set_class(bool(why), "-said")

    # Reading, beside the screen: what is found comes back as messages.

    async def _read_on(self) -> None:
        core = await self._core()
        while True:
            began = monotonic()
            self._due.clear()
            if not self._is_resting:
                id = self._wanted or self.rows.cursor_key
                self.post_message(self.Read(await self._reader.read(core, self._rule_set, self._session, id)))
            took = monotonic() - began
            await asyncio.sleep(max(READ_SECONDS / 4, took))
            await _wait(self._due, max(PULSE_SECONDS, took * SHARE_MAX))

    async def _count_on(self) -> None:
        core, firings = await self._core(), Firings()
        while True:
            began = monotonic()
            self._count_due.clear()
            session = self._session
            if not self._is_resting:
                with suppress(MootError):  # the reading of the rules meets the same and says so
                    counts = await firings.read(core, session, now_ms=self._now_ms())
                    if session == self._session:
                        self.post_message(self.Counted(counts))
            await _wait(self._count_due, max(COUNT_SECONDS, (monotonic() - began) * SHARE_MAX))


def yaml_lines(text: str) -> tuple[Paragraph, ...]:
    """A rule as it is written in a file, keys apart from values; what wraps stays behind its key."""
    lines = []
    for line in text.splitlines():
        key, colon, value = line.partition(": ")
        if colon:
            lines.append(Paragraph(((one_line(value), "text"),), f"{key}: ", "accent"))
        else:
            lines.append(Paragraph(((line, "text"),)))
    return tuple(lines)


async def _wait(until: asyncio.Event, seconds: float) -> None:
    """Until `until` is set, but no longer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await until.wait()
