"""Which formats are there, which way does each go, what does it take, and how did it fare?"""

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
from console.keys import STANDARD_KEYMAP, Keymap, footer_hints, help_hint, hint_of, place_hints
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.rules import short_title
from console.presenters.templates import SEARCH_HELP, detail, headline, matching, template_row
from console.screens.template_actions import TemplateActions
from console.screens.template_reading import Reading, TemplateReader
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.cells import clean
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from console.widgets.search_line import SearchLine
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

READ_SECONDS = 0.2
PULSE_SECONDS = 1.0
"""Formats change in other processes, and sessions go on, so that all is read again this often."""
SHARE_MAX = 20
"""A reading that takes long is made the less often: it may take a twentieth of the time."""

WIDTH_BESIDE_MIN = 112
"""From here on what there is to say of a format stands beside the table instead of below it."""

HEIGHT_FULL_MIN = 16
"""With fewer lines the table and the format need them all."""

COLUMNS = (
    Column(key="id", title="format", width=16, is_flex=True, priority=12),
    Column(key="name", title="name", width=22, priority=1),
    Column(key="tags", title="tags", width=24, priority=0),
    Column(key="complexity", title="level", width=8, priority=6),
    Column(key="rounds", title="rounds", width=6, align="right", priority=9),
    Column(key="seats", title="seats", width=5, align="right", priority=8),
    Column(key="turns", title="turns", width=5, align="right", priority=3),
    Column(key="cost", title="cost", width=6, align="right", priority=11),
    Column(key="minutes", title="min", width=4, align="right", priority=10),
    Column(key="held", title="held", width=4, align="right", priority=7, announces=True),
    Column(key="version", title="ver", width=3, align="right", priority=2),
    Column(key="from", title="from", width=4, priority=5),
)

EMPTY_TEXT = "No format is kept here.\nc composes one, i imports one from a file."
LOADING_TEXT = "The formats are being read …"
NO_MATCH_TEXT = "No format matches.\nesc shows all of them again."


class TemplatesScreen(TemplateActions):
    """The table of formats beside all that there is to know of the one under the cursor.

    It reads by itself while it is shown. `session` is marked in the graph of the format that it follows; where it
    follows another one, the newest session under way that follows this one is.
    """

    DEFAULT_CSS = """
    TemplatesScreen { layout: vertical; background: $background; overflow: hidden; }
    TemplatesScreen #body { layout: vertical; height: 1fr; width: 1fr; }
    TemplatesScreen #above { height: 1fr; width: 1fr; }
    TemplatesScreen #head { height: 1; padding: 0 1; overflow: hidden; }
    TemplatesScreen Rows { height: 1fr; }
    TemplatesScreen #refused { display: none; color: $error; height: auto; max-height: 3; padding: 0 1; }
    TemplatesScreen #refused.-said { display: block; }
    TemplatesScreen #below { height: 55%; width: 1fr; border-top: solid $structure; padding: 0 1; }
    TemplatesScreen #below:focus-within { border-top: solid $accent; }
    TemplatesScreen.-low #head { display: none; }
    TemplatesScreen.-wide #body { layout: horizontal; }
    TemplatesScreen.-wide #below {
        width: 52%; height: 1fr; max-height: 100%; border-top: none; border-left: solid $structure;
    }
    TemplatesScreen.-wide #below:focus-within { border-top: none; border-left: solid $accent; }
    TemplatesScreen.-zoomed #above { display: none; }
    TemplatesScreen.-zoomed #below { width: 1fr; height: 1fr; max-height: 100%; border: none; }
    TemplatesScreen.-zoomed #below:focus-within { border: none; }
    TemplatesScreen Prose { height: 1fr; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("templates"),
        *(binding for binding in bindings_for("anywhere") if binding.id in ("filter", "back", "zoom")),
    ]

    class Read(Message):
        """The door has been looked through."""

        def __init__(self, reading: Reading) -> None:
            super().__init__()
            self.reading = reading

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
        self._search = ""
        self._is_search_refused = False
        self._is_resting = False
        self._rows = Rows(COLUMNS, empty_text=LOADING_TEXT)
        self._due = asyncio.Event()
        self._reader = TemplateReader()

    def compose(self) -> ComposeResult:
        yield HeaderBar()
        with Container(id="body"):
            with Vertical(id="above"):
                yield Prose(id="head")
                yield self._rows
                yield SearchLine(lambda: self.rows, placeholder=SEARCH_HELP)
                yield Static(id="refused", markup=False)
            with Vertical(id="below"):
                yield Prose(id="detail")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#head", Prose).can_focus = False
        self._show_keys()
        self.run_worker(self._read_on(), group="read")

    @property
    def template_read(self) -> str:
        """The format that was last looked at."""
        seen = self._reading.seen if self._reading is not None else None
        return seen.template.id if seen is not None else ""

    def look_soon(self) -> None:
        """Something may have changed."""
        self._due.set()

    # Keys.

    def action_filter(self) -> None:
        self.set_class(False, "-zoomed")
        self.query_one(SearchLine).open()

    def action_zoom(self) -> None:
        """The format under the cursor over the whole screen, or both again."""
        self.toggle_class("-zoomed")
        (self.query_one("#detail", Prose) if self.has_class("-zoomed") else self.rows).focus()
        self._show_keys()
        self.call_after_refresh(self._show_detail)

    def _show_keys(self) -> None:
        hints = list(footer_hints(("list", "templates", "anywhere"), self._keymap))
        if self.has_class("-zoomed"):
            hints.insert(0, hint_of("back", self._keymap))  # for who has but a mouse there is no other way to the list
        self.query_one(KeyBar).show(hints, always=help_hint(self._keymap), places=place_hints(self._keymap))

    def action_back(self) -> None:
        """Close the filter, the zoom, take back a refusal; what else there is to leave is the console's."""
        if self.has_class("-zoomed"):
            self.action_zoom()
        elif not self.query_one(SearchLine).leave():
            if not self.query_one("#refused").has_class("-said"):
                raise SkipAction
            self.say_refusal("")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._search = event.value
        self._show_rows()

    def on_rows_cursor_moved(self) -> None:
        self._show_detail()
        self.look_soon()

    def on_rows_opened(self) -> None:
        self.action_zoom()

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

    # What came of reading and acting.

    def on_templates_screen_read(self, event: Read) -> None:
        self._reading = event.reading
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

    def _show_rows(self) -> None:
        reading = self._reading
        if reading is None:
            return
        try:
            shown = matching(reading.rows, self._search)
        except WrongUse as refusal:
            self._is_search_refused = True
            self.say_refusal(str(refusal))
            return
        if self._is_search_refused:
            self._is_search_refused = False
            self.say_refusal("")
        rows, results = self.rows, reading.results or {}
        rows.set_empty_text(NO_MATCH_TEXT if self._search.strip() else EMPTY_TEXT)
        rows.set_rows([template_row(each, results.get(each.id)) for each in shown], keeps_order=False)
        if self._wanted and rows.move_to(self._wanted):
            self._wanted = ""
        here = short_title(reading.here) if reading.here is not None else ""
        self.query_one("#head", Prose).show([headline(len(reading.rows), len(shown), here)])

    def _show_detail(self) -> None:
        with suppress(NoMatches):
            self.query_one("#detail", Prose).show(self._detail())

    def _detail(self) -> Sequence[Paragraph]:
        reading, id = self._reading, self.rows.cursor_key
        if reading is None:
            return (Paragraph(((LOADING_TEXT, "muted"),)),)
        trouble = paragraphs(reading.trouble, "failed") if reading.trouble else ()
        if id is None:
            return (*trouble, Paragraph((("The format under the cursor is explained here.", "muted"),)))
        if reading.seen is None or reading.seen.template.id != id:
            return trouble or (Paragraph(((f"{id} is being read …", "muted"),)),)
        results = reading.results.get(reading.seen.template.id) if reading.results is not None else None
        width = self.query_one("#detail", Prose).line_cells
        return (*trouble, *detail(reading.seen, results, now_ms=self._now_ms(), width=width))

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
                self.post_message(self.Read(await self._reader.read(core, self._session, id)))
            took = monotonic() - began
            await asyncio.sleep(max(READ_SECONDS / 4, took))
            with suppress(TimeoutError):
                async with asyncio.timeout(max(PULSE_SECONDS, took * SHARE_MAX)):
                    await self._due.wait()
