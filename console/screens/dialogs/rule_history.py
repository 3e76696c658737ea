"""Who changed the rules, when and how, and which version is to hold again?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message

from console.acting import Work
from console.beside import beside
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.rule_versions import difference_lines, difference_text, version_row
from console.rule_changes import restoring, would_restore
from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.frame import Dialog
from console.screens.dialogs.prompt import TextView
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from core.orchestrator import Orchestrator
    from core.ports.catalogue import RulesVersion
    from core.rules.differences import Differences

VERSIONS_SHOWN_MAX = 1_000
"""The newest; whoever needs the rest has `moot rules history --limit`."""

COLUMNS = (
    Column(key="number", title="", width=5, align="right", priority=5),
    Column(key="age", title="ago", width=6, align="right", priority=3),
    Column(key="who", title="who", width=9, priority=2),
    Column(key="what", title="what", width=20, is_flex=True, priority=4),
)
LOADING_TEXT = "The history is being read …"


class RuleHistory(Dialog[Work]):
    """The versions of the rules, newest first; the result is the restoring that was confirmed."""

    DEFAULT_CSS = """
    RuleHistory > .box { width: 100%; max-width: 120; height: 100%; }
    RuleHistory .fields { height: 1fr; }
    RuleHistory Rows { height: 1fr; min-height: 3; }
    RuleHistory #made { height: 1fr; max-height: 12; border-top: solid $structure; }
    RuleHistory #made:focus { border-top: solid $accent; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "restore", "Restore", show=False)]
    hints = (
        ("⏎", "in full", "open_version"),
        ("r", "restore", "restore"),
        ("tab", "scroll what it made", "other_pane"),
    )
    leave_label = "close"

    class Listed(Message):
        """The versions were read."""

        def __init__(self, versions: tuple[RulesVersion, ...], trouble: str = "") -> None:
            super().__init__()
            self.versions = versions
            self.trouble = trouble

    class Compared(Message):
        """What a version made different is known."""

        def __init__(self, number: int, lines: tuple[Paragraph, ...]) -> None:
            super().__init__()
            self.number = number
            self.lines = lines

    class Weighed(Message):
        """What restoring a version would make different is known."""

        def __init__(self, number: int, newest: int, found: Differences) -> None:
            super().__init__()
            self.number = number
            self.newest = newest
            self.found = found

    def __init__(self, core: Callable[[], Awaitable[Orchestrator]], *, now_ms: Callable[[], int]) -> None:
        super().__init__("History of the rules")
        self._core = core
        self._now_ms = now_ms
        self._versions: tuple[RulesVersion, ...] = ()
        self._compared: dict[int, tuple[Paragraph, ...]] = {}

    def fields(self) -> ComposeResult:
        yield Rows(COLUMNS, empty_text=LOADING_TEXT)
        yield Prose(id="made")

    def on_mount(self) -> None:
        beside(self, self._list, group="list")

    # Keys.

    def action_open_version(self) -> None:
        """All that the version under the cursor made different."""
        number = self._number
        if number in self._compared:
            self.app.push_screen(TextView(f"Version {number}: what it made different", self._compared[number]))

    def action_restore(self) -> None:
        """Restore the version under the cursor, after a look at what that changes."""
        number = self._number
        if number is None:
            return
        if number == self._versions[0].number:
            self.refuse(f"Version {number} is the newest: it is in force.")
            return
        self.refuse("")
        beside(self, partial(self._weigh, number, self._versions[0].number), group="weigh", is_alone=True)

    def action_other_pane(self) -> None:
        self.focus_next()

    def on_rows_opened(self) -> None:
        self.action_open_version()

    def on_rows_cursor_moved(self) -> None:
        self.refuse("")
        number = self._number
        if number is not None and number not in self._compared:
            beside(self, partial(self._compare, number), group="compare", is_alone=True)
        self._show_made()

    @property
    def _number(self) -> int | None:
        key = self.query_one(Rows).cursor_key
        return int(key) if key is not None else None

    # What was read.

    def on_rule_history_listed(self, event: Listed) -> None:
        if event.trouble:
            self.refuse(event.trouble)
            return
        self._versions = event.versions
        now_ms = self._now_ms()
        self.query_one(Rows).set_rows(
            [version_row(each, now_ms=now_ms, is_newest=at == 0) for at, each in enumerate(event.versions)]
        )

    def on_rule_history_compared(self, event: Compared) -> None:
        self._compared[event.number] = event.lines
        self._show_made()

    def on_rule_history_weighed(self, event: Weighed) -> None:
        if not event.found:
            self.refuse(f"Nothing is different from version {event.number}: there is nothing to restore.")
            return
        text = f"What is in force now would change: {difference_text(event.found)}"
        work = restoring(event.number, based_on=event.newest)

        def decide(is_sure: bool | None) -> None:
            if is_sure:
                self.dismiss(work)

        self.app.push_screen(ConfirmDialog(f"Restore version {event.number}?", text, "restore"), decide)

    def _show_made(self) -> None:
        number = self._number
        lines = self._compared.get(number, ()) if number is not None else ()
        self.query_one("#made", Prose).show(lines)

    # Reading, beside the screen.

    async def _list(self) -> None:
        try:
            versions = await (await self._core()).rulebook.history(limit=VERSIONS_SHOWN_MAX)
        except MootError as error:
            self.post_message(self.Listed((), str(error)))
        else:
            self.post_message(self.Listed(tuple(versions)))

    async def _compare(self, number: int) -> None:
        """A version with the one before it."""
        older = next((each.number for each in self._versions if each.number < number), None)
        if older is None:
            lines: tuple[Paragraph, ...] = paragraphs("There is no older version to compare it with.", "muted")
        else:
            try:
                lines = difference_lines(await (await self._core()).rulebook.differences(older, number))
            except MootError as error:
                lines = paragraphs(str(error), "failed")
        self.post_message(self.Compared(number, lines))

    async def _weigh(self, number: int, newest: int) -> None:
        try:
            found = await would_restore(await self._core(), number)
        except MootError as error:
            self.post_message(self.Listed(self._versions, str(error)))
        else:
            self.post_message(self.Weighed(number, newest, found))
