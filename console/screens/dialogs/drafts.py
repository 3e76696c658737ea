"""Which draft is taken as it is, and in which words of the operator's own does it go on?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.widgets import TextArea

from console.acting import Acting, Done
from console.beside import beside
from console.presenters.drafts import DraftsFold, score_text
from console.presenters.figures import score
from console.presenters.refinement_detail import BEST
from console.screens.dialogs.frame import Dialog, label
from console.widgets.cells import clean
from console.widgets.choices import Choice, Choices
from core.domain.errors import MootError
from core.flows.refinement_commands import AcceptDraft, ReviseDraft

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.app import MootApp
    from console.presenters.drafts import DraftView
    from core.domain.ids import SessionId

DRAFTS_SHOWN = 9
NOTHING_YET = "There is no draft here yet: the first one is being written, or waits to be."
OVER = "It is over, and its drafts stay as they are. A fork goes on from any of its events."
LEAVE_TEXT = "What you changed is lost. The drafts stay as they are."


class AcceptDialog(Dialog[int]):
    """The number of the draft that is taken, or None after escape."""

    AUTO_FOCUS = "Choices"
    hints = (("⏎", "accept it", "accept"),)

    def __init__(self, fold: DraftsFold, *, chosen: int) -> None:
        super().__init__("Accept a draft")
        self._fold = fold
        self._draft = chosen

    def fields(self) -> ComposeResult:
        yield label("The refinement ends with it, whatever its score. The others stay readable.")
        yield Choices(
            [_choice(view, self._fold) for _, view in sorted(self._fold.views.items(), reverse=True)],
            chosen=str(self._draft),
            is_numbered=False,
            lines_max=DRAFTS_SHOWN,
        )

    def on_choices_accepted(self) -> None:
        self.action_accept()

    def action_accept(self) -> None:
        self.dismiss(int(self.query_one(Choices).chosen))


def _choice(view: DraftView, fold: DraftsFold) -> Choice:
    kept = fold.kept
    marks = [f"{BEST} best"] if kept is not None and kept.number == view.number else []
    if view.score_ppm is not None and view.score_ppm < fold.threshold_ppm:
        marks.append(f"below {score(fold.threshold_ppm)}")
    if view.checks_failed:
        marks.append("✗ " + ", ".join(each.check for each in view.checks_failed))
    said = score_text(view) if view.scored is not None else "not scored yet"
    return Choice(str(view.number), f"draft {view.number}", "  ".join((said, *marks)))


class DraftEditor(Dialog[Done]):
    """What was done with the text, or None after escape. What is refused is said here, and what was typed stays."""

    DEFAULT_CSS = """
    DraftEditor > .box { width: 100%; height: 100%; }
    DraftEditor .fields { height: 1fr; }
    DraftEditor TextArea { height: 1fr; min-height: 3; }
    """
    AUTO_FOCUS = "TextArea"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("ctrl+e", "open_editor", "Your editor", priority=True),
    ]
    hints: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("ctrl+s", "have it reviewed", "save"),
        ("ctrl+e", "in your editor", "open_editor"),
    )

    class Saved(Message):
        """The session has it."""

        def __init__(self, done: Done) -> None:
            super().__init__()
            self.done = done

    class Refused(Message):
        """The session has not taken it."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(self, view: DraftView, save: Callable[[str], Awaitable[Done]]) -> None:
        super().__init__(f"Edit draft {view.number}")
        self._text = clean(view.draft.text)
        self._save = save
        self._is_saving = False

    def fields(self) -> ComposeResult:
        yield label("It becomes the next draft, by you, and is reviewed as any other.")
        area = TextArea(self._text, soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
        area.cursor_blink = False
        yield area

    def action_save(self) -> None:
        text = self.query_one(TextArea).text
        if not text.strip():
            self.refuse("There is nothing written. A draft has words; esc leaves it as it was.")
        elif text == self._text:
            self.refuse("Nothing is changed yet. esc leaves it as it was.")
        elif not self._is_saving:
            self._is_saving = True
            self.refuse("")
            beside(self, partial(self._saved, text), group="save")

    def action_open_editor(self) -> None:
        """Go on in the operator's own editor; what it leaves stands here, and is sent by nobody but the operator."""
        if not self._is_saving:
            self.refuse("")
            self.run_worker(self._edit_elsewhere(), group="editor", exclusive=True)

    async def _edit_elsewhere(self) -> None:
        from console.own_editor import written_elsewhere

        area = self.query_one(TextArea)
        try:
            typed = clean(await written_elsewhere(self.app, area.text, name="draft.md"))
        except MootError as error:
            self.refuse(str(error))
            return
        if typed != area.text:
            area.replace(typed, (0, 0), area.document.end)  # as if typed here: it can be undone
        area.focus()

    async def _saved(self, text: str) -> None:
        try:
            done = await self._save(text)
        except MootError as error:
            self.post_message(self.Refused(str(error)))
        else:
            self.post_message(self.Saved(done))

    def on_draft_editor_saved(self, event: Saved) -> None:
        self.dismiss(event.done)

    def on_draft_editor_refused(self, event: Refused) -> None:
        self._is_saving = False
        self.refuse(event.why)

    def action_leave(self) -> None:
        """What is being saved can't be left: nobody would know what became of it."""
        if self._is_saving:
            return
        if self.query_one(TextArea).text == self._text:
            self.dismiss(None)
            return
        from console.screens.dialogs.confirm import ConfirmDialog

        self.app.push_screen(ConfirmDialog("Leave it?", LEAVE_TEXT, "leave", True), self._leave)

    def _leave(self, is_sure: bool | None) -> None:
        if is_sure:
            self.dismiss(None)


async def accepting(app: MootApp, session: SessionId, title: str, fold: DraftsFold, *, number: int = 0) -> str:
    """Ask which draft, and take it; `number` is chosen at first, else the best. What there is to refuse, else ""."""
    from console.acting import Target, commanding
    from core.domain.session import Status

    kept = fold.kept or fold.newest
    if kept is None:
        return NOTHING_YET
    if fold.completed is not None:
        return OVER
    asker = app.screen
    chosen = await app.push_screen_wait(AcceptDialog(fold, chosen=number or kept.number))
    if chosen is not None:
        targets: Sequence[Target] = [Target(session, title, Status.RUNNING)]
        app.acting.ask(commanding(targets, AcceptDraft(draft=chosen), f"accepted draft {chosen} of"), asker)
    return ""


async def editing(app: MootApp, session: SessionId, title: str, fold: DraftsFold, *, number: int = 0) -> str:
    """Have a draft edited, the newest unless another `number` is given. What there is to refuse, else ""."""
    from console.presenters.sessions import names_of

    view = fold.views.get(number) or fold.newest
    if view is None:
        return NOTHING_YET
    if fold.completed is not None:
        return OVER
    core = await app.core()

    async def save(text: str) -> Done:
        await core.command(session, ReviseDraft(text=text))
        return Done(text=f"your draft is the next one of {names_of([title])}")

    done = await app.push_screen_wait(DraftEditor(view, save))
    if done is not None:
        app.post_message(Acting.Finished(done))
    return ""
