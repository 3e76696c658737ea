"""How is a text of YAML written in the console, with what is wrong in it said as one types?"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Static, TextArea

from console.beside import beside
from console.presenters.paragraphs import Paragraph
from console.presenters.rule_faults import Fault, fault_row, verdict
from console.screens.dialogs.frame import Dialog, label, say_at
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from core.domain.errors import CommandRefused, MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from core.orchestrator import Orchestrator

LOOK_AFTER_SECONDS = 0.25
"""Checking waits until nothing was typed for so long."""

INDENT = "  "

LEAVE_TEXT = "What you have typed is not saved, and would be lost."
LOOKING = ("… being looked at", "muted")

COLUMNS = (
    Column(key="glyph", title="", width=1, priority=2),
    Column(key="place", title="at", width=7, align="right", priority=3),
    Column(key="what", title="what is wrong", width=20, is_flex=True, priority=4),
)


class YamlText(TextArea):
    """A text in which enter keeps the indentation and tab is two blanks: YAML is made of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "break_line", "Break the line", show=False),
        Binding("tab", "indent", "Indent", show=False),
    ]

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(text, soft_wrap=True, tab_behavior="focus", show_line_numbers=True, id=id)
        self.cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        """A key that is bound here does what it is bound to instead of being written."""
        if event.key in ("enter", "tab"):
            event.prevent_default()

    def action_break_line(self) -> None:
        line = self.document.get_line(self.cursor_location[0])
        before = line[: self.cursor_location[1]]
        self.insert("\n" + before[: len(before) - len(before.lstrip(" "))])

    def action_indent(self) -> None:
        self.insert(INDENT)

    def go_to(self, line: int, column: int) -> None:
        """To a place counted from 1, as far as there is text."""
        row = max(0, min(line, self.document.line_count) - 1)
        self.move_cursor((row, max(0, min(column - 1, len(self.document.get_line(row))))), center=True)


class YamlEditor(Dialog[Any]):
    """What was saved, or None after escape.

    What saving refuses is said here, and what was typed stays; where what is edited was changed meanwhile, saving again
    saves over that. Whoever derives from it says what is wrong with a text (`find_faults`), saves it (`keep`) and knows
    the version that another try begins from (`newest`).
    """

    DEFAULT_CSS = """
    YamlEditor > .box { width: 100%; height: 100%; }
    YamlEditor .fields { height: 1fr; }
    YamlEditor #about { max-height: 2; }
    YamlEditor #text { height: 1fr; min-height: 3; }
    YamlEditor #verdict { height: 1; }
    YamlEditor #faults { height: 4; display: none; }
    YamlEditor #chosen { height: auto; max-height: 3; color: $muted; display: none; }
    YamlEditor.-faulty #faults, YamlEditor.-faulty #chosen { display: block; }
    YamlEditor #fault { max-height: 5; }
    """
    AUTO_FOCUS = "#text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("ctrl+n", "next_fault", "Next fault", priority=True),
    ]
    hints: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("ctrl+s", "save", "save"),
        ("ctrl+n", "next fault", "next_fault"),
    )
    leave_label = "leave"

    class Looked(Message):
        """What is wrong with the text that was looked at."""

        def __init__(self, text: str, faults: tuple[Fault, ...], trouble: str = "") -> None:
            super().__init__()
            self.text = text
            self.faults = faults
            self.trouble = trouble

    class Saved(Message):
        """It is kept."""

        def __init__(self, change: Any) -> None:
            super().__init__()
            self.change = change

    class NotSaved(Message):
        """It is not; `based_on` is the version that another try begins from."""

        def __init__(self, why: str, based_on: int) -> None:
            super().__init__()
            self.why = why
            self.based_on = based_on

    def __init__(
        self,
        title: str,
        text: str,
        core: Callable[[], Awaitable[Orchestrator]],
        *,
        based_on: int,
        about: str = "",
    ) -> None:
        super().__init__(title)
        self._text = text
        self._core = core
        self._based_on = based_on
        self._about = about
        self._faults: tuple[Fault, ...] = ()
        self._is_saving = False

    async def find_faults(self, core: Orchestrator, text: str) -> tuple[Fault, ...]:
        """What is wrong with a text."""
        raise NotImplementedError

    async def keep(self, text: str, based_on: int) -> object:
        """Save it. Raises MootError, and then nothing is saved."""
        raise NotImplementedError

    async def newest(self, core: Orchestrator) -> int:
        """The version that another try begins from, where this one was refused as too old."""
        raise NotImplementedError

    def fields(self) -> ComposeResult:
        if self._about:
            about = label(self._about)
            about.id = "about"
            yield about
        yield YamlText(self._text, id="text")

    def standing(self) -> ComposeResult:
        verdict_place = Prose((Paragraph((LOOKING,)),), id="verdict")
        verdict_place.can_focus = False
        yield verdict_place
        yield Rows(COLUMNS, empty_text="", id="faults")
        yield Static(id="chosen", markup=False)

    def on_mount(self) -> None:
        self._look_soon()

    @property
    def text(self) -> YamlText:
        return self.query_one("#text", YamlText)

    # Keys.

    def action_save(self) -> None:
        if not self._is_saving:
            self._is_saving = True
            self.refuse("")
            beside(self, partial(self._saved, self.text.text), group="save")

    def action_next_fault(self) -> None:
        """To the first fault behind the cursor, and from the last one to the first."""
        row, column = self.text.cursor_location
        placed = sorted((each for each in self._faults if each.line), key=lambda each: each.place)
        ahead = [each for each in placed if each.place > (row + 1, column + 1)]
        for fault in (ahead or placed)[:1]:
            self._go_to(fault)
            self.query_one(Rows).move_to(fault.key)

    def action_leave(self) -> None:
        """What is being saved can't be left: nobody would know what became of it."""
        if self._is_saving:
            return
        if self.text.text == self._text:
            self.dismiss(None)
            return
        from console.screens.dialogs.confirm import ConfirmDialog

        dialog = ConfirmDialog("Leave without saving?", LEAVE_TEXT, "leave", is_destructive=True)
        self.app.push_screen(dialog, self._leave)

    def _leave(self, is_sure: bool | None) -> None:
        if is_sure:
            self.dismiss(None)

    def on_text_area_changed(self) -> None:
        self._look_soon()

    def on_rows_cursor_moved(self) -> None:
        self._show_chosen()
        if self.query_one(Rows).has_focus:
            self._go_to_chosen()

    def on_rows_opened(self) -> None:
        self._go_to_chosen()
        self.text.focus()

    # What is wrong with it.

    def _look_soon(self) -> None:
        """Each look begins with a wait that the next one breaks off."""
        self._show_verdict(LOOKING)
        beside(self, partial(self._look, self.text.text), group="look", is_alone=True)

    async def _look(self, text: str) -> None:
        await asyncio.sleep(LOOK_AFTER_SECONDS)
        core = await self._core()
        try:
            faults = await self.find_faults(core, text)
        except MootError as error:
            self.post_message(self.Looked(text, (), str(error)))
            return
        self.post_message(self.Looked(text, faults))

    def on_yaml_editor_looked(self, event: Looked) -> None:
        if event.text != self.text.text:
            return
        self._faults = event.faults
        self._show_verdict((event.trouble, "failed") if event.trouble else verdict(event.faults))
        self.query_one(Rows).set_rows([fault_row(each) for each in event.faults], keeps_order=False)
        self.set_class(bool(event.faults), "-faulty")
        self._show_chosen()

    def _chosen(self) -> Fault | None:
        key = self.query_one(Rows).cursor_key
        return next((each for each in self._faults if each.key == key), None)

    def _show_chosen(self) -> None:
        """The fault under the table's cursor in all its words."""
        fault = self._chosen()
        say_at(self.query_one("#chosen", Static), fault.text if fault is not None else "")

    def _go_to_chosen(self) -> None:
        fault = self._chosen()
        if fault is not None:
            self._go_to(fault)

    def _go_to(self, fault: Fault) -> None:
        if fault.line:
            self.text.go_to(fault.line, fault.column)

    def _show_verdict(self, said: tuple[str, str]) -> None:
        self.query_one("#verdict", Prose).show((Paragraph((said,)),))

    # Saving.

    async def _saved(self, text: str) -> None:
        based_on = self._based_on
        try:
            change = await self.keep(text, based_on)
        except CommandRefused as refused:
            newest = await self.newest(await self._core())
            self.post_message(
                self.NotSaved(f"{refused} Yours stands here as you typed it; ctrl+s again saves it.", newest)
            )
        except MootError as error:
            self.post_message(self.NotSaved(self.refusal(error), based_on))
        else:
            self.post_message(self.Saved(change))

    def refusal(self, error: MootError) -> str:
        """Why it was not saved, in words."""
        return str(error)

    def on_yaml_editor_saved(self, event: Saved) -> None:
        self.dismiss(event.change)

    def on_yaml_editor_not_saved(self, event: NotSaved) -> None:
        self._is_saving = False
        self._based_on = event.based_on
        self.refuse(event.why)
