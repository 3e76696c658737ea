"""What would rules have done on what is on record? Tried before they are armed, session by session."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message

from console.beside import beside
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.rule_trials import differs, event_of, progress, session_lines, total_lines, trial_row
from console.screens.dialogs.frame import Dialog, label
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from core.domain.ids import SessionId
    from core.engine.backtest import Revision
    from core.engine.backtest_report import SessionBacktest, Unread
    from core.orchestrator import Orchestrator
    from core.runtime.backtesting import BacktestStep

TURN_LOOKED_BACK = 20
"""Events before a difference among which the turn that it belongs to is looked for."""

COLUMNS = (
    Column(key="session", title="session", width=8, priority=2),
    Column(key="title", title="", width=20, priority=1),
    Column(key="outcome", title="would have been", width=30, is_flex=True, priority=3),
)
EMPTY_TEXT = "No session is on record.\nWhat is tried here is tried on those that were held."
LOADING_TEXT = "The sessions on record are being tried …"


class RuleTry(Dialog[None]):
    """Each session on record with what these rules would have made of it; the one under the cursor in full below."""

    DEFAULT_CSS = """
    RuleTry > .box { width: 100%; height: 100%; }
    RuleTry .fields { height: 1fr; }
    RuleTry #about { max-height: 2; }
    RuleTry #progress { height: 1; }
    RuleTry Rows { height: 1fr; min-height: 3; }
    RuleTry #found { height: 1fr; max-height: 10; border-top: solid $structure; }
    RuleTry #found:focus { border-top: solid $accent; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next_difference", "Next that differs", show=False),
        Binding("N", "previous_difference", "The one before", show=False),
        Binding("t", "totals", "Totals", show=False),
    ]
    hints = (
        ("⏎", "look there", "open_session"),
        ("n/N", "next that differs", "next_difference"),
        ("t", "totals", "totals"),
    )
    leave_label = "stop, close"

    class Stepped(Message):
        """One session more was tried."""

        def __init__(self, step: BacktestStep, turn: str) -> None:
            super().__init__()
            self.step = step
            self.turn = turn

    class Ended(Message):
        """All were tried, or why no more can be."""

        def __init__(self, trouble: str = "") -> None:
            super().__init__()
            self.trouble = trouble

    def __init__(
        self, about: str, core: Callable[[], Awaitable[Orchestrator]], revision: Callable[[], Awaitable[Revision]]
    ) -> None:
        """`revision` is asked beside the screen for what is to be tried; what it refuses is said here."""
        super().__init__("Tried on what is on record")
        self._about = about
        self._core = core
        self._revision = revision
        self._steps: dict[str, BacktestStep] = {}
        self._last: BacktestStep | None = None
        self._is_over = self._is_stopped = False
        self._shows_totals = False
        self._at: str | None = None

    def fields(self) -> ComposeResult:
        about = label(self._about)
        about.id = "about"
        yield about
        place = Prose(id="progress")
        place.can_focus = False
        yield place
        yield Rows(COLUMNS, empty_text=LOADING_TEXT)
        yield Prose(id="found")

    def on_mount(self) -> None:
        self._show_progress()
        beside(self, self._try, group="try")

    # Keys.

    def action_leave(self) -> None:
        """Stop where it runs, else close."""
        if self._is_over:
            self.dismiss(None)
        else:
            self._is_stopped = self._is_over = True
            self.workers.cancel_group(self, "try")
            self._show_end()

    def action_next_difference(self) -> None:
        self._to_difference(1)

    def action_previous_difference(self) -> None:
        self._to_difference(-1)

    def action_totals(self) -> None:
        """The totals, or again the session under the cursor."""
        self._shows_totals = not self._shows_totals
        self._show_found()

    def action_open_session(self) -> None:
        """The session's events with every rule's verdict, at the one that matters here."""
        step = self._steps.get(self.query_one(Rows).cursor_key or "")
        if step is None:
            return
        at_seq = event_of(step.found)
        title = (step.summary.title or step.summary.motion) if step.summary is not None else step.found.session
        from console.screens.moments import Moments

        self.app.push_screen(Moments(title, step.found.session, self._core, at_seq=at_seq))

    def on_rows_opened(self) -> None:
        self.action_open_session()

    def on_rows_cursor_moved(self, event: Rows.CursorMoved) -> None:
        """Whoever moves wants to see the session; the first row that comes in moves nobody."""
        if self._at is not None:
            self._shows_totals = False
        self._at = event.key
        self._show_found()

    def _to_difference(self, by: int) -> None:
        rows = self.query_one(Rows)
        keys = rows.keys
        here = keys.index(rows.cursor_key) if rows.cursor_key is not None else 0
        ahead = keys[here + 1 :] if by > 0 else keys[:here][::-1]
        found = next((key for key in ahead if differs(self._steps[key].found)), None)
        if found is None:
            self.refuse(f"None {'below' if by > 0 else 'above'} differs" + ("." if self._is_over else " so far."))
        else:
            self.refuse("")
            rows.move_to(found)

    # What was tried.

    def on_rule_try_stepped(self, event: Stepped) -> None:
        step = self._last = event.step
        self._steps[step.found.session] = step
        rows = self.query_one(Rows)
        rows.update_row(trial_row(step, event.turn))
        self._show_progress()

    def on_rule_try_ended(self, event: Ended) -> None:
        self._is_over = True
        if event.trouble:
            self.refuse(event.trouble)
        self._show_end()

    def _show_end(self) -> None:
        """Where it ends, what all come to is of more interest than the session under the cursor."""
        self.query_one(Rows).set_empty_text(EMPTY_TEXT)
        self._shows_totals = self._last is not None
        self._show_progress()
        self._show_found()

    def _show_progress(self) -> None:
        said = progress(self._last, is_over=self._is_over, is_stopped=self._is_stopped)
        self.query_one("#progress", Prose).show((said,))

    def _show_found(self) -> None:
        step = self._steps.get(self.query_one(Rows).cursor_key or "")
        lines: tuple[Paragraph, ...] = ()
        if self._shows_totals and self._last is not None:
            lines = total_lines(self._last.totals, are_all=self._last.are_all)
        elif step is not None:
            lines = session_lines(step)
        self.query_one("#found", Prose).show(lines or paragraphs(""))

    # Trying, beside the screen.

    async def _try(self) -> None:
        core = await self._core()
        try:
            revision = await self._revision()
            async for step in core.rulebook.backtest(revision):
                self.post_message(self.Stepped(step, await self._turn(core, step.found)))
        except MootError as error:
            self.post_message(self.Ended(str(error)))
        else:
            self.post_message(self.Ended())

    async def _turn(self, core: Orchestrator, found: SessionBacktest | Unread) -> str:
        """The turn in which the session would first have been otherwise."""
        seq = event_of(found) if differs(found) else None
        if seq is None:
            return ""
        session: SessionId = found.session
        records = await core.events(session, after_seq=max(0, seq - TURN_LOOKED_BACK), limit=min(seq, TURN_LOOKED_BACK))
        steps = [str(step) for record in records if (step := getattr(record.event, "step", ""))]
        return steps[-1] if steps else ""
