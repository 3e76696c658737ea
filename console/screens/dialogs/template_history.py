"""Who changed a format, when and how, and which version is to be the newest again?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message

from console.beside import beside
from console.presenters.figures import age
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.shown import Cell, Row
from console.presenters.templates import author, change_words
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
    from core.ports.catalogue import TemplateVersion

COLUMNS = (
    Column(key="number", title="", width=5, align="right", priority=5),
    Column(key="age", title="ago", width=6, align="right", priority=3),
    Column(key="who", title="who", width=9, priority=2),
    Column(key="what", title="what", width=20, is_flex=True, priority=4),
)
LOADING_TEXT = "The history is being read …"
LINES_SHOWN_MAX = 2_000
_STYLES = (("+++", "muted"), ("---", "muted"), ("@@", "accent"), ("+", "ok"), ("-", "failed"))


class TemplateHistory(Dialog[int]):
    """The versions of a format, newest first; the result is the one that is to be restored."""

    DEFAULT_CSS = """
    TemplateHistory > .box { width: 100%; max-width: 120; height: 100%; }
    TemplateHistory .fields { height: 1fr; }
    TemplateHistory Rows { height: 1fr; min-height: 3; }
    TemplateHistory #made { height: 2fr; border-top: solid $structure; }
    TemplateHistory #made:focus { border-top: solid $accent; }
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

        def __init__(self, versions: tuple[TemplateVersion, ...], trouble: str = "") -> None:
            super().__init__()
            self.versions = versions
            self.trouble = trouble

    class Compared(Message):
        """What a version made different is known."""

        def __init__(self, number: int, lines: tuple[Paragraph, ...]) -> None:
            super().__init__()
            self.number = number
            self.lines = lines

    def __init__(self, id: str, core: Callable[[], Awaitable[Orchestrator]], *, now_ms: Callable[[], int]) -> None:
        super().__init__(f"History of {id}")
        self._template = id
        self._core = core
        self._now_ms = now_ms
        self._versions: tuple[TemplateVersion, ...] = ()
        self._compared: dict[int, tuple[Paragraph, ...]] = {}

    def fields(self) -> ComposeResult:
        yield Rows(COLUMNS, empty_text=LOADING_TEXT)
        yield Prose(id="made")

    def on_mount(self) -> None:
        beside(self, self._list, group="list")

    # Keys.

    def action_open_version(self) -> None:
        number = self._number
        if number in self._compared:
            self.app.push_screen(TextView(f"Version {number}: what it made different", self._compared[number]))

    def action_restore(self) -> None:
        """Restore the version under the cursor, once it is sure."""
        number = self._number
        if number is None:
            return
        if number == self._versions[0].number:
            self.refuse(f"Version {number} is the newest already.")
            return
        text = "It becomes the newest, as a version of its own. Debates under way stay with the one they began with."

        def decide(is_sure: bool | None) -> None:
            if is_sure:
                self.dismiss(number)

        self.app.push_screen(ConfirmDialog(f"Restore version {number}?", text, "restore"), decide)

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

    def on_template_history_listed(self, event: Listed) -> None:
        if event.trouble:
            self.refuse(event.trouble)
            return
        self._versions = event.versions
        now_ms = self._now_ms()
        rows = [_row(each, now_ms=now_ms, is_newest=at == 0) for at, each in enumerate(event.versions)]
        self.query_one(Rows).set_rows(rows)

    def on_template_history_compared(self, event: Compared) -> None:
        self._compared[event.number] = event.lines
        self._show_made()

    def _show_made(self) -> None:
        number = self._number
        self.query_one("#made", Prose).show(self._compared.get(number, ()) if number is not None else ())

    # Reading, beside the screen.

    async def _list(self) -> None:
        try:
            versions = await (await self._core()).formats.history(self._template)
        except MootError as error:
            self.post_message(self.Listed((), str(error)))
            return
        numbered = {each.number: each for each in reversed(versions)}  # one that was deleted kept its number
        newest_first = sorted(numbered.values(), key=lambda each: -each.number)
        self.post_message(self.Listed(tuple(newest_first)))

    async def _compare(self, number: int) -> None:
        """A version with the one before it; the first as it stands."""
        formats = (await self._core()).formats
        older = next((each.number for each in self._versions if each.number < number), None)
        try:
            if older is None:
                lines = paragraphs(await formats.text_of(self._template, number))
            else:
                lines = _difference(await formats.differences(self._template, older, number))
        except MootError as error:
            lines = paragraphs(str(error), "failed")
        self.post_message(self.Compared(number, lines))


def _row(version: TemplateVersion, *, now_ms: int, is_newest: bool) -> Row:
    return Row(
        str(version.number),
        (
            Cell(str(version.number), "accent strong" if is_newest else "muted"),
            Cell(age(max(0, now_ms - version.made_at_ms)), "muted"),
            Cell(author(version), "text"),
            Cell(change_words(version), "text"),
        ),
    )


def _difference(text: str) -> tuple[Paragraph, ...]:
    if not text:
        return paragraphs("Nothing is different from the version before.", "muted")
    return tuple(Paragraph(((line, _style(line)),)) for line in text.splitlines()[:LINES_SHOWN_MAX])


def _style(line: str) -> str:
    return next((style for begin, style in _STYLES if line.startswith(begin)), "text")
