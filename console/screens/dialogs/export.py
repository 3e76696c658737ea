"""As what is a session written to a file, and what would one from elsewhere add?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.screens.dialogs.frame import Dialog, label
from console.widgets.choices import Choice, Choices
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from console.acting import Target
    from console.screens.drafts import DraftsScreen
    from console.screens.session_actions import SessionActions
    from core.orchestrator import Orchestrator
    from core.runtime.bundling import Incoming

FORMS = (
    Choice(".md", "Markdown", "what was said and came of it, to read"),
    Choice(".html", "HTML", "the same as a page that stands alone, to print or to send"),
    Choice(".json", "JSON", "the whole log with who asked for what, for scripts"),
    Choice(".bundle.zip", "Bundle", "the log and all that it names, for another machine"),
)
REPLACED_SHOWN_MAX = 8
"""Of files that would be replaced, so many are named."""

IMPORT_HELP = (
    "Every byte is looked at before anything is kept. What comes in is a record: to read, replay and fork; nobody goes "
    "on with it unasked."
)


class ExportDialog(Dialog[str]):
    """How the file is to end, or None after escape."""

    AUTO_FOCUS = "Choices"
    hints = (("⏎", "write it", "accept"),)

    def __init__(self, what: str, folder: str) -> None:
        super().__init__("Export")
        self._what = what
        self._folder = folder

    def fields(self) -> ComposeResult:
        yield label(f"Write {self._what} into {self._folder} as")
        yield Choices(FORMS)

    def on_choices_accepted(self) -> None:
        self.action_accept()

    def action_accept(self) -> None:
        self.dismiss(self.query_one(Choices).chosen)


async def exporting(screen: SessionActions | DraftsScreen, targets: Sequence[Target]) -> None:
    """Ask as what, then write it."""
    from pathlib import Path

    from console.acting import export, export_path
    from console.presenters.sessions import names_of
    from console.screens.dialogs.confirm import ConfirmDialog

    folder = Path.cwd()
    dialog = ExportDialog(names_of([each.title for each in targets]), str(folder))
    ending = await screen.app.push_screen_wait(dialog)
    if ending is None:
        return
    lying = [path for each in targets if (path := export_path(each, folder, ending)).exists()]
    if lying:
        shown = [path.name for path in lying[:REPLACED_SHOWN_MAX]]
        more = [f"and {len(lying) - len(shown)} more"] if len(lying) > len(shown) else []
        text = f"These lie in {folder} already:\n\n" + "\n".join((*shown, *more))
        if not await screen.app.push_screen_wait(ConfirmDialog("Replace the files?", text, "replace")):
            return
    screen.app.acting.ask(export(targets, folder, ending, replaces=bool(lying)), screen)


async def importing(screen: SessionActions) -> None:
    """Ask for a bundle, show what it would add, and take it in."""
    from console.acting import Acting, Done
    from console.presenters.bundles import adds, incoming_rows
    from console.screens.dialogs.confirm import ConfirmDialog
    from console.screens.dialogs.text import TextDialog
    from console.screens.rule_actions import file_at

    asked = TextDialog("Import a session", "A bundle:", "", IMPORT_HELP, is_required=True)
    written = await screen.app.push_screen_wait(asked)
    if not written:
        return
    try:
        path = file_at(written).absolute()
        core: Orchestrator = await screen.app.core()
        incoming: Incoming = await core.bundles.look(path)
        rows = incoming_rows(incoming)
        width = max(len(name) for name, _ in rows)
        text = "\n".join(f"{name:<{width}}  {value}" for name, value in rows)
        if incoming.standing.value == "same":
            screen.say_refusal(f"{path}: it adds {adds(incoming)}.")
        elif await screen.app.push_screen_wait(ConfirmDialog("Import it?", text, "import")):
            await core.bundles.import_(incoming, path)
            done = Done(text=f"imported {incoming.session[:8]}, as a record", session=incoming.session)
            screen.app.post_message(Acting.Finished(done))
    except MootError as error:
        screen.say_refusal(str(error))
