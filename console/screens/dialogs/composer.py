"""How is a format put together from seats and steps, with its way and its cost shown as one picks?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Container, Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from console.beside import beside
from console.presenters.composing import (
    Draft,
    draft_rows,
    library_rows,
    outlook,
    problem_lines,
    verdict_of,
    with_blocks,
)
from console.presenters.paragraphs import Paragraph
from console.presenters.template_graph import graph_lines
from console.presenters.templates import finding_lines
from console.screens.dialogs.frame import Dialog, escaped, field, label
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from core.domain.errors import MootError
from core.runtime.formats import FACTS
from core.templates.checking import errors_of
from core.templates.composing import CompositionRefused, TemplateMetadata
from core.templates.workflow import to_workflow_definition

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.presenters.shown import Row
    from core.orchestrator import Orchestrator
    from core.runtime.formats import FormatSaved
    from core.templates.findings import Finding
    from core.templates.template import Template

WIDTH_BESIDE_MIN = 110
"""From here on the graph stands beside what is picked instead of below it."""

COLUMNS = (
    Column(key="kind", title="", width=4, priority=3),
    Column(key="id", title="library: ⏎ adds", width=18, is_flex=True, priority=9),
    Column(key="about", title="", width=40, priority=2),
)
MINE = (
    Column(key="kind", title="", width=4, priority=8),
    Column(key="id", title="your format", width=18, priority=9),
    Column(key="how", title="", width=6, is_flex=True, priority=7),
)
UNNAMED = "unnamed"
EMPTY_TEXT = "Nothing picked yet.\n⏎ on the left adds\na seat or a step."
FIRST_SEATS = ("proposer", "opponent", "judge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A format that is to be gone on with as YAML instead."""

    template: Template


class Composer(Dialog["FormatSaved | Written"]):
    """What was saved, or what is to be gone on with as YAML; None after escape. `save` keeps the format; what it
    refuses is said here, and what was picked stays."""

    DEFAULT_CSS = """
    Composer > .box { width: 100%; height: 100%; border-subtitle-color: $muted; }
    Composer .fields { height: 1fr; }
    Composer #called { height: 1; }
    Composer #called .label { width: 8; }
    Composer #panes { height: 1fr; layout: vertical; }
    Composer #lists { height: 1fr; min-height: 5; }
    Composer Rows { height: 1fr; width: 1fr; }
    Composer #library { border-right: solid $structure; }
    Composer #way { height: 1fr; border-top: solid $structure; }
    Composer #way:focus { border-top: solid $accent; }
    Composer.-wide #panes { layout: horizontal; }
    Composer.-wide #lists { width: 58%; height: 1fr; }
    Composer.-wide #way { width: 1fr; border-top: none; border-left: solid $structure; padding: 0 1; }
    Composer.-wide #way:focus { border-top: none; border-left: solid $accent; }
    Composer #outlook { height: 1; }
    """
    AUTO_FOCUS = "#library"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("ctrl+e", "write_on", "As YAML", priority=True),
        Binding("K", "move(-1)", "Earlier", show=False),
        Binding("J", "move(1)", "Later", show=False),
        Binding("d,delete", "take_out", "Take out", show=False),
        Binding("o", "occur", "In which rounds", show=False),
        Binding("t", "repeat", "Repeat", show=False),
        Binding("a", "at_once", "At once", show=False),
        Binding("plus,equals_sign", "last(1)", "A round more", show=False),
        Binding("minus", "last(-1)", "A round less", show=False),
    ]
    hints = (
        ("ctrl+s", "save", "save"),
        ("tab", "next", "app.focus_next"),
        ("KJ", "move", "move(-1)"),
        ("d", "out", "take_out"),
        ("o", "rounds", "occur"),
        ("t", "times", "repeat"),
        ("a", "at once", "at_once"),
        ("+-", "length", "last(1)"),
    )
    standing_lines = 1

    class Looked(Message):
        """What was picked has been put together, as far as that goes."""

        def __init__(
            self, draft: Draft, template: Template | None, problems: tuple[str, ...], findings: tuple[Finding, ...]
        ) -> None:
            super().__init__()
            self.draft = draft
            self.template = template
            self.problems = problems
            self.findings = findings

    class Listed(Message):
        """The participants that can be seated were read."""

        def __init__(self, rows: Sequence[Row]) -> None:
            super().__init__()
            self.rows = rows

    class Saved(Message):
        """It is kept."""

        def __init__(self, saved: FormatSaved) -> None:
            super().__init__()
            self.saved = saved

    def __init__(
        self,
        id: str,
        core: Callable[[], Awaitable[Orchestrator]],
        *,
        save: Callable[[Template], Awaitable[FormatSaved]],
    ) -> None:
        super().__init__("Compose a format")
        self._called = id
        self._core = core
        self._save = save
        self._draft = Draft(seats=FIRST_SEATS)
        self._template: Template | None = None
        self._abouts: Mapping[str, str] = {}
        self._problems: tuple[str, ...] = ()
        self._is_saving = False

    @property
    def draft(self) -> Draft:
        return self._draft

    def fields(self) -> ComposeResult:
        with Horizontal(id="called"):
            yield label("called")
            yield field(self._called, id="id")
        with Container(id="panes"):
            with Horizontal(id="lists"):
                with Vertical():
                    yield Rows(COLUMNS, empty_text="The library is being read …", id="library")
                with Vertical():
                    yield Rows(MINE, empty_text=EMPTY_TEXT, id="mine")
            yield Prose(id="way")

    def standing(self) -> ComposeResult:
        yield Static(id="outlook", markup=False)

    def on_mount(self) -> None:
        beside(self, self._list, group="list")
        self._change(self._draft)

    def on_resize(self) -> None:
        super().on_resize()
        self.set_class(self.size.width >= WIDTH_BESIDE_MIN, "-wide")
        self.call_after_refresh(self._look_soon)

    # Picking.

    @property
    def _mine(self) -> Rows:
        return self.query_one("#mine", Rows)

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        if event.rows.id == "library":
            self._change(self._draft.adding(event.key))

    def on_rows_cursor_moved(self, event: Rows.CursorMoved) -> None:
        """What the row of the library is for stands in the lower edge: beside its name there is seldom room."""
        event.stop()
        if event.rows.id == "library":
            about = self._abouts.get(event.key or "", "")
            self.query_one(".box").border_subtitle = escaped(about)

    def action_take_out(self) -> None:
        self._with_row(lambda key: self._change(self._draft.without(key)))

    def action_move(self, by: int) -> None:
        def move(key: str) -> None:
            draft, key = self._draft.moved(key, by)
            self._change(draft)
            self._mine.move_to(key)

        self._with_row(move)

    def action_occur(self) -> None:
        self._with_row(lambda key: self._change(self._draft.occurring(key)))

    def action_repeat(self) -> None:
        self._with_row(lambda key: self._change(self._draft.repeated(key)))

    def action_at_once(self) -> None:
        self._with_row(lambda key: self._change(self._draft.at_once(key)))

    def action_last(self, by: int) -> None:
        self._change(self._draft.lasting(by))

    def _with_row(self, change: Callable[[str], None]) -> None:
        key = self._mine.cursor_key
        if key is not None:
            change(key)

    def on_input_changed(self) -> None:
        self.refuse("")
        self._look_soon()

    def on_input_submitted(self) -> None:
        self.focus_next()

    def _change(self, draft: Draft) -> None:
        self._draft = draft
        self.refuse("")
        self._mine.set_rows(draft_rows(draft), keeps_order=False)
        self._look_soon()

    # Looking.

    def _look_soon(self) -> None:
        called = self.query_one("#id", Input).value.strip() or UNNAMED
        beside(self, partial(self._look, self._draft, called), group="look", is_alone=True)

    async def _list(self) -> None:
        try:
            people = await (await self._core()).participants()
        except MootError as error:
            self.refuse(str(error))
        else:
            self.post_message(self.Listed(library_rows(people)))

    def on_composer_listed(self, event: Listed) -> None:
        self._abouts = {row.key: row.cells[-1].text for row in event.rows}
        self.query_one("#library", Rows).set_rows(event.rows)

    async def _look(self, draft: Draft, id: str) -> None:
        core = await self._core()
        template: Template | None = None
        findings: tuple[Finding, ...] = ()
        problems: tuple[str, ...] = ()
        name = id.replace("_", " ").capitalize()
        try:
            composed = await core.formats.compose(
                template_id=id,
                metadata=TemplateMetadata(name=name, complexity_level=draft.level),
                participants=draft.seats,
                step_sequence=draft.choices,
                config_overrides={"rounds": draft.rounds},
            )
            template = with_blocks(composed, draft)
            findings = await core.formats.check(template)
            problems = tuple(f"{each.what} {each.now}".rstrip() for each in errors_of(findings))
        except CompositionRefused as refused:
            problems = refused.problems
        except MootError as error:
            problems = (str(error),)
        self.post_message(self.Looked(draft, template, problems, findings))

    def on_composer_looked(self, event: Looked) -> None:
        if event.draft != self._draft:
            return
        self._template, self._problems = event.template, event.problems
        way = self.query_one("#way", Prose)
        width = max(30, way.line_cells)
        lines: list[Paragraph] = []
        if event.template is not None:
            workflow = to_workflow_definition(event.template, facts=FACTS)
            lines += [Paragraph(((line.text, "text"),)) for line in graph_lines(workflow, width=width)]
        told = (*problem_lines(event.problems), *(finding_lines(event.findings) if event.findings else ()))
        way.show((*told, *lines))
        said, _ = verdict_of(event.problems, event.findings)
        takes = f" · {outlook(event.template)}" if event.template is not None else ""
        self.query_one("#outlook", Static).update(f"{said}{takes}")

    # Keeping.

    def action_save(self) -> None:
        if self._is_saving:
            return
        if self._template is None or self._problems:
            self.refuse(self._problems[0] if self._problems else "It is still being looked at.")
            return
        self._is_saving = True
        beside(self, partial(self._saved, self._template), group="save")

    async def _saved(self, template: Template) -> None:
        try:
            saved = await self._save(template)
        except MootError as error:
            self._is_saving = False
            self.refuse(str(error))
        else:
            self.post_message(self.Saved(saved))

    def on_composer_saved(self, event: Saved) -> None:
        self.dismiss(event.saved)

    def action_write_on(self) -> None:
        """Go on with it as YAML: conditions, links, dials and words of one's own are written there."""
        if self._template is None:
            self.refuse("Pick seats and steps that fit together first; then it can be written on as YAML.")
        else:
            self.dismiss(Written(template=replace(self._template)))

    def action_leave(self) -> None:
        """What was picked would be lost: that is asked once."""
        if self._is_saving:
            return
        if not self._draft.steps:
            self.dismiss(None)
            return
        from console.screens.dialogs.confirm import ConfirmDialog

        dialog = ConfirmDialog("Leave without saving?", "What you have picked would be lost.", "leave", True)
        self.app.push_screen(dialog, self._leave)

    def _leave(self, is_sure: bool | None) -> None:
        if is_sure:
            self.dismiss(None)
