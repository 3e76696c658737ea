"""How well does each channel deliver, and does one work at all?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Static

from console.beside import beside
from console.presenters.notification_channels import channel_note, channel_row, channels_shown
from console.screens.dialogs.frame import Dialog, label
from console.screens.dialogs.snooze import DAY_MS
from console.widgets.cells import clean
from console.widgets.rows import Column, Rows
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.presenters.notification_channels import ChannelShown
    from core.orchestrator import Orchestrator

COLUMNS = (
    Column(key="state", title="", width=11, priority=9),
    Column(key="name", title="channel", width=12, is_flex=True, priority=10),
    Column(key="delivered", title="arrived", width=7, align="right", priority=6),
    Column(key="failed", title="failed", width=6, align="right", priority=8),
    Column(key="median", title="p50", width=7, align="right", priority=3),
    Column(key="p95", title="p95", width=7, align="right", priority=4),
    Column(key="pending", title="waiting", width=7, align="right", priority=5),
    Column(key="dead", title="given up", width=8, align="right", priority=7),
)
LOADING_TEXT = "The channels are being read …"
EMPTY_TEXT = "No channel is set up."


class ChannelsDialog(Dialog[None]):
    """Each channel with how its tries of the last day went. One is tried, or given all that it gave up, from here."""

    DEFAULT_CSS = """
    ChannelsDialog > .box { width: 96%; max-width: 100; }
    ChannelsDialog Rows { height: auto; min-height: 4; max-height: 14; }
    ChannelsDialog #note { height: auto; min-height: 2; color: $muted; margin-top: 1; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "try_channel", "Try it", show=False),
        Binding("r", "resend_all", "Send again", show=False),
    ]
    hints = (("⏎", "try it", "try_channel"), ("r", "send again what it gave up", "resend_all"))
    leave_label = "close"

    class Read(Message):
        """How the channels stand was read; `said` is what came of what was asked."""

        def __init__(self, channels: tuple[ChannelShown, ...], said: str = "", refused: str = "") -> None:
            super().__init__()
            self.channels = channels
            self.said = said
            self.refused = refused

    def __init__(self, core: Orchestrator, names: Sequence[str], *, now_ms: Callable[[], int]) -> None:
        super().__init__("Channels, over the last day")
        self._core = core
        self._names = tuple(names)
        self._now_ms = now_ms
        self._shown: dict[str, ChannelShown] = {}
        self._said = ""

    def fields(self) -> ComposeResult:
        rows = Rows(COLUMNS, empty_text=LOADING_TEXT)
        rows.styles.height = len(self._names) + 2
        yield rows
        yield Static(id="note", markup=False)
        yield label("Trying one tells it, once and now, of something that happened nowhere; nothing is kept of it.")

    def on_mount(self) -> None:
        beside(self, self._read, group="read")

    def on_rows_cursor_moved(self) -> None:
        self._said = ""
        self.refuse("")
        self._show_note()

    def on_rows_opened(self) -> None:
        self.action_try_channel()

    def action_try_channel(self) -> None:
        """Have the channel under the cursor take one that tells of nothing."""
        name = self.query_one(Rows).cursor_key
        if name is not None:
            self._begin(f"{name} is being tried …")
            beside(self, partial(self._try, name), group="ask", is_alone=True)

    def action_resend_all(self) -> None:
        """Put back on its way all that the channel under the cursor gave up."""
        name = self.query_one(Rows).cursor_key
        if name is not None:
            self._begin("")
            beside(self, partial(self._send_again, name), group="ask", is_alone=True)

    def _begin(self, said: str) -> None:
        self.refuse("")
        self._said = said
        self._show_note()

    async def _try(self, name: str) -> None:
        await self._ask(self._core.notifications.try_channel(name))

    async def _send_again(self, name: str) -> None:
        await self._ask(self._core.notifications.send_again(is_all=True, channel=name))

    async def _ask(self, work: Awaitable[str]) -> None:
        said, refused = "", ""
        try:
            said = await work
        except MootError as error:
            refused = str(error)
        await self._read(said, refused)

    async def _read(self, said: str = "", refused: str = "") -> None:
        since_ms = self._now_ms() - DAY_MS
        try:
            rates = await self._core.notifications.rates(since_ms=since_ms)
        except MootError as error:
            self.post_message(self.Read((), said, refused or str(error)))
            return
        told = self._core.notifications
        shown = channels_shown(self._names, told.lacking, told.places, rates)
        self.post_message(self.Read(shown, said, refused))

    def on_channels_dialog_read(self, event: Read) -> None:
        self._shown = {each.name: each for each in event.channels} or self._shown
        self._said = event.said
        rows = self.query_one(Rows)
        rows.set_empty_text(EMPTY_TEXT)
        rows.set_rows([channel_row(each) for each in self._shown.values()])
        self.refuse(event.refused)
        self._show_note()

    def _show_note(self) -> None:
        key = self.query_one(Rows).cursor_key
        note = self._said or channel_note(self._shown.get(key or ""))
        self.query_one("#note", Static).update(clean(note))
