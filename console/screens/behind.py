"""Which sessions stand behind a bar, a finding or an alert?"""

from __future__ import annotations

from time import localtime, strftime
from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from console.bindings import bindings_for
from console.clicked import carry_out
from console.keys import footer_hints, help_hint, hint_of
from console.presenters.behind import behind_row, behind_title
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.lines import Lines
from console.widgets.rows import Column, Rows
from core.domain.ids import SessionId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.app import MootApp
    from console.keys import Keymap
    from console.screens.analytics import AnalyticsStanding
    from core.analytics.rows import LifeRow

COLUMNS = (
    Column(key="state", title="state", width=10, priority=9),
    Column(key="title", title="session", width=20, is_flex=True, priority=12),
    Column(key="template", title="format", width=18, priority=5),
    Column(key="opened", title="opened", width=12, priority=8),
    Column(key="active", title="active", width=11, align="right", priority=7),
    Column(key="arguments", title="said", width=4, align="right", priority=4),
    Column(key="spent", title="spent", width=8, align="right", priority=6),
)
NOBODY = "No session stands behind this any more."


class BehindScreen(Screen[None]):
    """A list over the analytics; a session is opened from it, and one key leads back."""

    DEFAULT_CSS = """
    BehindScreen { layout: vertical; background: $background; overflow: hidden; }
    BehindScreen Rows { height: 1fr; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        binding for binding in bindings_for("anywhere") if binding.id in ("back", "filter")
    ]
    app: MootApp

    def __init__(
        self,
        what: str,
        found: Sequence[LifeRow],
        *,
        keymap: Keymap,
        standing: AnalyticsStanding,
        cursor: str | None = None,
    ) -> None:
        """`found` are shown the newest first, with the cursor on the first or on that of the key `cursor`; `what` they
        have in common goes on after the word sessions. `standing` is how the analytics below stand."""
        super().__init__()
        self._what = what
        self._found = tuple(reversed(found))
        self._keymap = keymap
        self._standing = standing
        self._cursor = cursor
        self.rows = Rows(COLUMNS, empty_text=NOBODY)

    def compose(self) -> ComposeResult:
        yield HeaderBar(self.app.header_view)
        yield Lines(id="title")
        yield self.rows
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#title", Lines).show([behind_title(self._what, len(self._found))])
        self.rows.set_rows([behind_row(row, opened=_moment(row.opened_at_ms)) for row in self._found])
        if self._cursor is not None:
            self.rows.move_to(self._cursor)
        hints = (hint_of("back", self._keymap), *footer_hints(("list",), self._keymap))
        self.query_one(KeyBar).show(hints, always=help_hint(self._keymap))

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """To the session; one key leads from there back to this list, on this row."""
        going, what, found = self.app.going, self._what, self._found[::-1]
        keymap, standing = self._keymap, self._standing

        def again() -> BehindScreen:
            return BehindScreen(what, found, keymap=keymap, standing=standing, cursor=event.key)

        going.to_session(SessionId(event.key), is_opened=True, back=lambda: going.to_analytics_as(standing, again))

    def action_filter(self) -> None:
        """There is nothing to narrow here: what is listed was chosen before."""

    def action_back(self) -> None:
        self.dismiss()

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        await carry_out(self, event)


def _moment(at_ms: int) -> str:
    return strftime("%d %b %H:%M", localtime(at_ms // 1_000))
