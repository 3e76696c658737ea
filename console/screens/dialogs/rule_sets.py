"""Which sets of rules are there, how do they stand upon one another, and which one is to be shown?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from console.beside import beside
from console.presenters.rule_versions import set_row
from console.screens.dialogs.frame import Dialog, label
from console.widgets.rows import Column, Rows
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult

    from core.orchestrator import Orchestrator
    from core.runtime.rulebook import SetView

COLUMNS = (
    Column(key="shown", title="", width=1, priority=9),
    Column(key="name", title="set", width=16, priority=10),
    Column(key="upon", title="stands upon", width=18, is_flex=True, priority=8),
    Column(key="own", title="own", width=4, align="right", priority=6),
    Column(key="holding", title="hold", width=4, align="right", priority=7),
    Column(key="enabled", title="on", width=4, align="right", priority=5),
    Column(key="from", title="from", width=12, priority=2),
    Column(key="templates", title="templates", width=14, priority=4),
    Column(key="about", title="", width=24, priority=1),
)
LOADING_TEXT = "The sets are being read …"
ABOUT = (
    "A set holds what the sets beneath it hold; its own rules replace theirs of the same id. A new debate asks which "
    "one it is to follow. A rule that names a new 'set' makes it."
)


class RuleSets(Dialog[str]):
    """The name of the set to show, or None after escape."""

    DEFAULT_CSS = """
    RuleSets > .box { width: 100%; max-width: 130; }
    RuleSets Rows { height: auto; min-height: 4; max-height: 16; }
    """
    AUTO_FOCUS = "Rows"
    hints = (("⏎", "show what holds in it", "choose"),)
    leave_label = "close"

    class Listed(Message):
        """The sets were read."""

        def __init__(self, views: tuple[SetView, ...], trouble: str = "") -> None:
            super().__init__()
            self.views = views
            self.trouble = trouble

    def __init__(self, core: Callable[[], Awaitable[Orchestrator]], shown: str) -> None:
        super().__init__("Sets of rules")
        self._core = core
        self._shown = shown

    def fields(self) -> ComposeResult:
        yield Rows(COLUMNS, empty_text=LOADING_TEXT)
        yield label(ABOUT, gap=True)

    def on_mount(self) -> None:
        beside(self, self._list, group="list")

    def action_choose(self) -> None:
        self.dismiss(self.query_one(Rows).cursor_key)

    def on_rows_opened(self) -> None:
        self.action_choose()

    def on_rule_sets_listed(self, event: Listed) -> None:
        if event.trouble:
            self.refuse(event.trouble)
            return
        specs = {view.spec.name: view.spec for view in event.views}
        rows = self.query_one(Rows)
        rows.styles.height = len(event.views) + 1
        rows.set_rows([set_row(view, specs, is_shown=view.spec.name == self._shown) for view in event.views])
        rows.move_to(self._shown)

    async def _list(self) -> None:
        try:
            views = await (await self._core()).rulebook.sets()
        except MootError as error:
            self.post_message(self.Listed((), str(error)))
        else:
            self.post_message(self.Listed(views))
