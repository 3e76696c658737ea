"""What will each step of a format be sent, word for word?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message

from console.beside import beside
from console.presenters.figures import counted
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.shown import Cell, Row
from console.screens.dialogs.frame import Dialog
from console.screens.dialogs.prompt import prompt_lines
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from core.orchestrator import Orchestrator
    from core.runtime.format_prompts import StepPrompt
    from core.templates.template import StepSpec, Template

COLUMNS = (
    Column(key="step", title="step", width=20, is_flex=True, priority=4),
    Column(key="seat", title="seat", width=16, priority=3),
    Column(key="occurs", title="occurs", width=12, priority=2),
)
NOTE = "the motion is made up, and so is what was said before"


class TemplatePrompts(Dialog[None]):
    """The steps above, the prompt of the one under the cursor below."""

    DEFAULT_CSS = """
    TemplatePrompts > .box { width: 100%; max-width: 120; height: 100%; }
    TemplatePrompts .fields { height: 1fr; }
    TemplatePrompts Rows { height: 1fr; min-height: 4; max-height: 40%; }
    TemplatePrompts #prompt { height: 2fr; border-top: solid $structure; }
    TemplatePrompts #prompt:focus { border-top: solid $accent; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "Copy", show=False)]
    hints = (("j/k", "step", "next_step"), ("tab", "scroll the prompt", "other_pane"), ("y", "copy", "copy"))
    leave_label = "close"

    class Worded(Message):
        """A step's prompt is known."""

        def __init__(self, step: str, prompt: StepPrompt | None, trouble: str = "") -> None:
            super().__init__()
            self.step = step
            self.prompt = prompt
            self.trouble = trouble

    def __init__(self, template: Template, core: Callable[[], Awaitable[Orchestrator]]) -> None:
        super().__init__(f"{template.id}: prompts as they will be sent")
        self._template = template
        self._core = core
        self._lines: dict[str, tuple[Paragraph, ...]] = {}
        self._texts: dict[str, str] = {}

    def fields(self) -> ComposeResult:
        yield Rows(COLUMNS, empty_text="It has no steps.")
        yield Prose(id="prompt")

    def on_mount(self) -> None:
        self.query_one(".box").border_subtitle = NOTE
        template = self._template
        rows = [_row(step, is_verdict=False) for step in template.steps]
        if template.verdict is not None:
            rows.append(_row(template.verdict, is_verdict=True))
        self.query_one(Rows).set_rows(rows)

    def action_next_step(self) -> None:
        self.query_one(Rows).action_list_down()

    def action_other_pane(self) -> None:
        self.focus_next()

    def action_copy(self) -> None:
        text = self._texts.get(self.query_one(Rows).cursor_key or "", "")
        self.app.copy_to_clipboard(text)
        self.notify(f"copied {counted(len(text), 'character')}", markup=False)

    def on_rows_cursor_moved(self) -> None:
        step = self.query_one(Rows).cursor_key
        if step is not None and step not in self._lines:
            beside(self, partial(self._word, step), group="word", is_alone=True)
        self._show()

    def on_rows_opened(self) -> None:
        self.query_one("#prompt").focus()

    def on_template_prompts_worded(self, event: Worded) -> None:
        if event.prompt is None:
            self._lines[event.step] = paragraphs(event.trouble, "failed")
        else:
            self._lines[event.step] = prompt_lines(event.prompt.messages)
            self._texts[event.step] = "\n\n".join(each.text for each in event.prompt.messages)
        self._show()

    def _show(self) -> None:
        step, shown = self.query_one(Rows).cursor_key, self.query_one("#prompt", Prose)
        shown.show(self._lines.get(step or "", ()))
        shown.scroll_home(animate=False)

    async def _word(self, step: str) -> None:
        try:
            prompt = await (await self._core()).formats.prompt(self._template, step)
        except MootError as error:
            self.post_message(self.Worded(step, None, str(error)))
        else:
            self.post_message(self.Worded(step, prompt))


def _row(step: StepSpec, *, is_verdict: bool) -> Row:
    occurs = "after the last" if is_verdict else step.occurs.replace("_", " ")
    return Row(step.name, (Cell(step.name, "text"), Cell(step.seat, "muted"), Cell(occurs, "muted")))
