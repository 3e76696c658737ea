"""What do the keys of the Templates screen do to the format that is chosen?"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen

from console.acting import watched, watched_undo
from console.beside import beside
from console.presenters.templates import SHIPPED_BY
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from console.acting import Acting, Done, Work
    from console.app import MootApp
    from console.screens.template_reading import Reading
    from console.widgets.rows import Rows
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator
    from core.runtime.formats import FormatSaved
    from core.templates.template import Template

COPIES_TRIED_MAX = 1_000
IMPORT_CELLS = 100
"""Lines are cut so long before they wrap in the dialog."""

NO_TEMPLATE = "There is no format here. c composes one, i imports one from a file."
IMPORT_HELP = "You see what it adds and what it would run before anything is done."


class TemplateActions(Screen[None]):
    """The screen's base: it carries out the keys of the place `templates`. What it shows is the screen's own."""

    app: MootApp

    def __init__(
        self, acting: Acting, core: Callable[[], Awaitable[Orchestrator]], *, now_ms: Callable[[], int]
    ) -> None:
        super().__init__()
        self._acting = acting
        self._core = core
        self._now_ms = now_ms
        self._reading: Reading | None = None
        self._session: SessionId | None = None
        self._wanted = ""

    @property
    def rows(self) -> Rows:
        raise NotImplementedError

    def say_refusal(self, why: str) -> None:
        """Say it where it was asked; "" takes it back."""
        raise NotImplementedError

    def look_soon(self) -> None:
        """Something may have changed."""
        raise NotImplementedError

    # Which format.

    def _chosen(self) -> str | None:
        """The format under the cursor; where there is none, that is said."""
        id = self.rows.cursor_key
        self.say_refusal("" if id is not None or self._reading is None else NO_TEMPLATE)
        return id

    def _ask(self, work: Work) -> None:
        """Do it beside the screen, and look again when it is done, and when it is taken back."""
        self._acting.ask(watched(work, self.look_soon), self)

    def _tell(self, done: Done) -> None:
        self._acting.tell(watched_undo(done, self.look_soon))
        self.look_soon()

    def _dialog(self, steps: Callable[[str], Awaitable[None]]) -> None:
        """Ask about the format under the cursor what has to be known first."""
        id = self._chosen()
        if id is not None:
            self._beside(partial(steps, id))

    def _beside(self, steps: Callable[[], Awaitable[None]]) -> None:
        """A conversation in dialogs; what the core refuses is said on the screen."""
        self.say_refusal("")

        async def carried_out() -> None:
            try:
                await steps()
            except MootError as error:
                self.say_refusal(str(error))

        beside(self, carried_out, group="dialogs")

    # A debate.

    def action_start_from_template(self) -> None:
        self._dialog(self._start)

    async def _start(self, id: str) -> None:
        from console.steering import new_debate

        await new_debate(self, template_id=id)

    def action_apply_template(self) -> None:
        self._dialog(self._apply)

    async def _apply(self, id: str) -> None:
        """To a session that is chosen among those under way, once it has been seen what that changes."""
        from console.screens.dialogs.apply_template import applying

        await applying(self, id, self._session)

    # Reading.

    def action_template_prompts(self) -> None:
        self._dialog(self._prompts)

    async def _prompts(self, id: str) -> None:
        from console.screens.dialogs.template_prompts import TemplatePrompts

        template = await (await self._core()).formats.template(id)
        await self.app.push_screen_wait(TemplatePrompts(template, self._core))

    def action_check_template(self) -> None:
        self._dialog(self._check)

    async def _check(self, id: str) -> None:
        from console.presenters.templates import finding_lines
        from console.screens.dialogs.prompt import TextView

        formats = (await self._core()).formats
        findings = await formats.check(await formats.template(id))
        note = "as 'moot templates check' says it"
        await self.app.push_screen_wait(TextView(f"{id}: what is wrong with it", finding_lines(findings), note=note))

    # Writing.

    def action_edit_template(self) -> None:
        self._dialog(self._edit)

    async def _edit(self, id: str) -> None:
        from console.template_changes import edited

        core = await self._core()
        newest = await core.formats.template(id)
        text = await core.formats.text_of(id)
        before = newest.version

        async def save(template: Template, based_on: int) -> FormatSaved:
            return await core.formats.edit(id, template, based_on=based_on)

        about = f"Version {before}. Debates under way go on by the version that they began with."
        saved = await self._write(f"Edit {id}", text, about, save, based_on=before)
        if saved is not None:
            self._tell(edited(saved, before=before))

    def action_clone_template(self) -> None:
        self._dialog(self._clone)

    async def _clone(self, id: str) -> None:
        from console.screens.dialogs.text import TextDialog
        from console.template_changes import cloning

        free = self._free_id(f"{id}_copy")
        dialog = TextDialog("Clone", f"What the copy of {id} is to be called", free, is_proposal=True)
        new = await self.app.push_screen_wait(dialog)
        if new:
            self._wanted = new
            self._ask(cloning(id, new))

    def action_compose_template(self) -> None:
        self._beside(self._begin)

    async def _begin(self) -> None:
        """Put a new format together; `ctrl+e` there goes on with it as YAML."""
        from console.screens.dialogs.composer import Composer, Written
        from console.template_changes import made
        from core.runtime.formats import FACTS
        from core.templates.template_writing import write_template

        core = await self._core()

        async def keep(template: Template) -> FormatSaved:
            return await core.formats.create(template, change="composed")

        done = await self.app.push_screen_wait(Composer(self._free_id("my_format"), self._core, save=keep))
        if isinstance(done, Written):
            await self._write_new(write_template(done.template, facts=FACTS))
        elif done is not None:
            self._wanted = done.template
            self._tell(made(done))

    async def _write_new(self, text: str) -> None:
        """Write a new format as YAML."""
        from console.template_changes import made

        core = await self._core()

        async def save(template: Template, based_on: int) -> FormatSaved:
            return await core.formats.create(template, change="written in the console")

        saved = await self._write("New format", text, "'moot templates steps' lists what a step can be.", save)
        if saved is not None:
            self._tell(made(saved))

    async def _write(
        self,
        title: str,
        text: str,
        about: str,
        save: Callable[[Template, int], Awaitable[FormatSaved]],
        *,
        based_on: int = 0,
    ) -> FormatSaved | None:
        from console.screens.dialogs.template_editor import TemplateEditor

        editor = TemplateEditor(title, text, self._core, save=save, based_on=based_on, about=about)
        saved: FormatSaved | None = await self.app.push_screen_wait(editor)
        if saved is not None:
            self._wanted = saved.template
        return saved

    def _free_id(self, id: str) -> str:
        """This id, or the first with a number behind it that no format here has."""
        known = {str(row.id) for row in self._reading.rows} if self._reading is not None else set()
        numbered = (f"{id}_{number}" for number in range(2, COPIES_TRIED_MAX))
        return id if id not in known else next((each for each in numbered if each not in known), id)

    # Keeping in order.

    def action_delete_template(self) -> None:
        self._dialog(self._delete)

    async def _delete(self, id: str) -> None:
        from console.screens.dialogs.confirm import ConfirmDialog
        from console.template_changes import deleting

        formats = (await self._core()).formats
        template, newest = await formats.template(id), (await formats.history(id))[0]
        if newest.actor == SHIPPED_BY:  # refused, with the reason: nobody is asked for a yes that leads nowhere
            self._ask(deleting(id))
            return
        text = f"{template.name}, version {template.version}. Its versions and its debates stay; u brings it back."
        if await self.app.push_screen_wait(ConfirmDialog(f"Delete {id}?", text, "delete", is_destructive=True)):
            self._ask(deleting(id))

    def action_template_history(self) -> None:
        self._dialog(self._look_back)

    async def _look_back(self, id: str) -> None:
        from console.screens.dialogs.template_history import TemplateHistory
        from console.template_changes import restoring

        version = await self.app.push_screen_wait(TemplateHistory(id, self._core, now_ms=self._now_ms))
        if version is not None:
            self._ask(restoring(id, version))

    # Files.

    def action_export_template(self) -> None:
        self._dialog(self._export)

    async def _export(self, id: str) -> None:
        from console.screens.dialogs.text import TextDialog
        from console.screens.rule_actions import file_at
        from console.template_changes import exporting

        what = f"Write {id} with its participants, steps and rules into a new file:"
        path = await self.app.push_screen_wait(TextDialog("Export", what, f"{id}.yaml", is_proposal=True))
        if path:
            self._ask(exporting(id, file_at(path)))

    def action_import_template(self) -> None:
        self._beside(self._import)

    async def _import(self) -> None:
        from console.cli.templates_carried import told
        from console.cli.written_files import text_of
        from console.presenters.paragraphs import Paragraph
        from console.screens.dialogs.looked_over import LookedOver
        from console.screens.dialogs.text import TextDialog
        from console.screens.rule_actions import file_at
        from console.template_changes import taking

        path = await self.app.push_screen_wait(TextDialog("Import a format", "What 'export' wrote:", "", IMPORT_HELP))
        if not path:
            return
        text = await asyncio.to_thread(text_of, file_at(path))
        core = await self._core()
        plan = await core.formats.plan_import(text, origin=path)
        lines = [
            Paragraph(((line.strip(), "text"),), " " * (len(line) - len(line.lstrip())))
            for line in told(plan, width=IMPORT_CELLS)
        ]
        replaced = ", ".join(f"{each.kind} {each.name}" for each in plan.replaced)
        note = f"it replaces {replaced}" if replaced else "nothing that is here is replaced"
        dialog = LookedOver(
            f"Take in {plan.parcel.template.id}?", lines, "take it in", note, is_destructive=bool(replaced)
        )
        if await self.app.push_screen_wait(dialog):
            self._wanted = plan.parcel.template.id
            self._ask(taking(text, origin=path, is_replacing=bool(replaced)))
