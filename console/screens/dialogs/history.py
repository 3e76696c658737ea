"""Which versions are there of something, and what did each make different?"""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar, cast

from textual.binding import Binding
from textual.message import Message

from console.beside import beside
from console.presenters.paragraphs import Paragraph, paragraphs
from console.screens.dialogs.frame import Dialog
from console.screens.dialogs.prompt import TextView
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.presenters.shown import Row
    from core.orchestrator import Orchestrator

COLUMNS = (
    Column(key="number", title="", width=5, align="right", priority=5),
    Column(key="age", title="ago", width=6, align="right", priority=3),
    Column(key="who", title="who", width=9, priority=2),
    Column(key="what", title="what", width=20, is_flex=True, priority=4),
)
LOADING_TEXT = "The history is being read …"

Result = TypeVar("Result")


class Numbered(Protocol):
    """A version of whatever has versions: the larger number is the newer one."""

    @property
    def number(self) -> int: ...


Version = TypeVar("Version", bound=Numbered)


class VersionHistory(Dialog[Result], Generic[Result, Version]):
    """Versions, newest first, with what the one under the cursor made different. Whose they are says how they are read,
    shown and compared, and what restoring one comes to."""

    DEFAULT_CSS = """
    VersionHistory > .box { width: 100%; max-width: 120; height: 100%; }
    VersionHistory .fields { height: 1fr; }
    VersionHistory Rows { height: 1fr; min-height: 3; }
    VersionHistory #made { height: 1fr; border-top: solid $structure; }
    VersionHistory #made:focus { border-top: solid $accent; }
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
        """The versions were read, or why something of them can't be."""

        def __init__(self, versions: Sequence[Numbered], trouble: str = "") -> None:
            super().__init__()
            self.versions = versions
            self.trouble = trouble

    class Compared(Message):
        """What a version made different is known."""

        def __init__(self, number: int, lines: tuple[Paragraph, ...]) -> None:
            super().__init__()
            self.number = number
            self.lines = lines

    def __init__(self, title: str, core: Callable[[], Awaitable[Orchestrator]], *, now_ms: Callable[[], int]) -> None:
        super().__init__(title)
        self.core = core
        self.versions: tuple[Version, ...] = ()
        self._now_ms = now_ms
        self._compared: dict[int, tuple[Paragraph, ...]] = {}

    # What is said by whose versions they are.

    @abstractmethod
    async def read(self) -> Sequence[Version]:
        """All that are shown, newest first."""

    @abstractmethod
    async def compare(self, older: int | None, number: int) -> tuple[Paragraph, ...]:
        """What a version made of the one before it, None where it is the first."""

    @abstractmethod
    def row(self, version: Version, *, now_ms: int, is_newest: bool) -> Row: ...

    @abstractmethod
    def restore(self, number: int) -> None:
        """Ask whether a version, which is not the newest, is to hold again."""

    newest_text: ClassVar[str]
    """Why the newest version can't be restored, behind its number."""

    # Keys.

    def action_open_version(self) -> None:
        """All that the version under the cursor made different."""
        number = self._number
        if number in self._compared:
            self.app.push_screen(TextView(f"Version {number}: what it made different", self._compared[number]))

    def action_restore(self) -> None:
        """Restore the version under the cursor, once it is sure."""
        number = self._number
        if number is None:
            return
        if number == self.versions[0].number:
            self.refuse(f"Version {number} {self.newest_text}")
            return
        self.refuse("")
        self.restore(number)

    def action_other_pane(self) -> None:
        self.focus_next()

    # Showing.

    def fields(self) -> ComposeResult:
        yield Rows(COLUMNS, empty_text=LOADING_TEXT)
        yield Prose(id="made")

    def on_mount(self) -> None:
        beside(self, self._list, group="list")

    def on_rows_opened(self) -> None:
        self.action_open_version()

    def on_rows_cursor_moved(self) -> None:
        self.refuse("")
        number = self._number
        if number is not None and number not in self._compared:
            beside(self, partial(self._compare, number), group="compare", is_alone=True)
        self._show_made()

    def on_version_history_listed(self, event: Listed) -> None:
        if event.trouble:
            self.refuse(event.trouble)
            return
        # A message is no generic class of its dialog.
        self.versions = cast("tuple[Version, ...]", tuple(event.versions))
        now_ms = self._now_ms()
        self.query_one(Rows).set_rows(
            [self.row(each, now_ms=now_ms, is_newest=at == 0) for at, each in enumerate(self.versions)]
        )

    def on_version_history_compared(self, event: Compared) -> None:
        self._compared[event.number] = event.lines
        self._show_made()

    @property
    def _number(self) -> int | None:
        key = self.query_one(Rows).cursor_key
        return int(key) if key is not None else None

    def _show_made(self) -> None:
        number = self._number
        self.query_one("#made", Prose).show(self._compared.get(number, ()) if number is not None else ())

    # Reading, beside the screen.

    async def _list(self) -> None:
        try:
            versions = await self.read()
        except MootError as error:
            self.post_message(self.Listed((), str(error)))
        else:
            self.post_message(self.Listed(versions))

    async def _compare(self, number: int) -> None:
        older = next((each.number for each in self.versions if each.number < number), None)
        try:
            lines = await self.compare(older, number)
        except MootError as error:
            lines = paragraphs(str(error), "failed")
        self.post_message(self.Compared(number, lines))
