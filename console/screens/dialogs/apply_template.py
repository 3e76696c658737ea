"""Which session under way is to go on by a format, and what would that change?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.acting import Done
from console.presenters.format_changes import change_rows
from console.presenters.paragraphs import Paragraph
from console.presenters.sessions import session_row
from console.presenters.templates import format_choice_row
from console.screens.dialogs.frame import Dialog, label
from console.screens.dialogs.looked_over import LookedOver
from console.widgets.rows import Column, Rows
from core.domain.commands import ApplyTemplate
from core.domain.errors import MootError
from core.domain.ids import SessionId, TemplateId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from console.acting import Work
    from console.screens.session_actions import SessionActions
    from console.screens.template_actions import TemplateActions
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator
    from core.templates.searching import TemplateRow

COLUMNS = (
    Column(key="state", title="state", width=9, priority=5),
    Column(key="motion", title="motion", width=20, is_flex=True, priority=6),
    Column(key="round", title="round", width=5, align="right", priority=4),
    Column(key="consensus", title="consensus", width=10, align="right", priority=2),
    Column(key="cost", title="$", width=6, align="right", priority=3),
    Column(key="age", title="age", width=6, align="right", priority=1),
)

FORMAT_COLUMNS = (
    Column(key="id", title="format", width=16, priority=9),
    Column(key="rounds", title="rounds", width=6, align="right", priority=7),
    Column(key="seats", title="seats", width=5, align="right", priority=6),
    Column(key="about", title="", width=20, is_flex=True, priority=5),
)


class SessionChoice(Dialog[SessionId]):
    """The session under way that was chosen, or None after escape."""

    DEFAULT_CSS = """
    SessionChoice > .box { width: 92; }
    SessionChoice Rows { height: auto; min-height: 3; max-height: 12; }
    """
    AUTO_FOCUS = "Rows"
    hints = (("⏎", "see what changes", "choose"),)

    def __init__(self, title: str, about: str, sessions: Sequence[SessionSummary], *, now_ms: int) -> None:
        super().__init__(title)
        self._about = about
        self._sessions = tuple(sessions)
        self._at_ms = now_ms

    def fields(self) -> ComposeResult:
        yield label(self._about)
        rows = Rows(COLUMNS, empty_text="")
        rows.styles.height = len(self._sessions) + 1
        yield rows

    def on_mount(self) -> None:
        self.query_one(Rows).set_rows([session_row(each, None, now_ms=self._at_ms) for each in self._sessions])

    def on_rows_opened(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        key = self.query_one(Rows).cursor_key
        self.dismiss(SessionId(key) if key is not None else None)


class FormatChoice(Dialog[str]):
    """The id of the format that was chosen, or None after escape."""

    DEFAULT_CSS = """
    FormatChoice > .box { width: 92; }
    FormatChoice Rows { height: auto; min-height: 3; max-height: 14; }
    """
    AUTO_FOCUS = "Rows"
    hints = (("⏎", "see what changes", "choose"),)

    def __init__(self, about: str, rows: Sequence[TemplateRow]) -> None:
        super().__init__("Change the format")
        self._about = about
        self._formats = tuple(rows)

    def fields(self) -> ComposeResult:
        yield label(self._about)
        rows = Rows(FORMAT_COLUMNS, empty_text="")
        rows.styles.height = len(self._formats) + 1
        yield rows

    def on_mount(self) -> None:
        self.query_one(Rows).set_rows([format_choice_row(each) for each in self._formats])

    def on_rows_opened(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        self.dismiss(self.query_one(Rows).cursor_key)


async def choosing_format(screen: SessionActions, summary: SessionSummary) -> None:
    """Ask by which format a session is to go on, and change it once it was seen what that changes."""
    if summary.status.is_over:
        screen.say_refusal("It is over: there is no next round. F starts a fork, which can follow another format.")
        return
    core = await screen.app.core()
    try:
        others = [row for row in await core.formats.rows() if row.id != summary.template]
        about = f"It follows {summary.template}. By which one does it go on from its next round on?"
        id = await screen.app.push_screen_wait(FormatChoice(about, others))
        if id is not None:
            await reformatting(screen, summary.session, id)
    except MootError as error:
        screen.say_refusal(str(error))


async def applying(screen: SessionActions | TemplateActions, id: str, session: SessionId | None) -> None:
    """Ask which session, show what would change, and change it. `session` stands first where it is under way."""
    core = await screen.app.core()
    active = sorted(await core.active_debates(), key=lambda each: each.session != session)
    if not active:
        screen.say_refusal("No session is under way. s starts one by this format.")
        return
    about = f"Which one goes on by {id} from its next round on?"
    chosen = await screen.app.push_screen_wait(
        SessionChoice("Apply a format", about, active, now_ms=screen.app.now_ms())
    )
    if chosen is not None:
        await reformatting(screen, chosen, id)


async def reformatting(screen: SessionActions | TemplateActions, session: SessionId, id: str) -> None:
    """Show what following another format would change for a session; do it once that was seen. Raises MootError."""
    core = await screen.app.core()
    rows = change_rows(await core.plan_format(session, id))
    width = max(len(name) for name, _ in rows)
    lines = [Paragraph(((value, "text"),), f"{name:<{width}}  ", "muted") for name, value in rows]
    dialog = LookedOver(f"Go on by {id}?", lines, "change the format", "what was said stays")
    if await screen.app.push_screen_wait(dialog):
        screen.app.acting.ask(applied(session, id), screen)


def applied(session: SessionId, id: str) -> Work:
    """Have a session follow a format from its next round on."""

    async def work(core: Orchestrator) -> Done:
        await core.command(session, ApplyTemplate(template=TemplateId(id)))
        return Done(text=f"{session[:8]} follows {id} from its next round on")

    return work
