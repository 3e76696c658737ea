"""In which seat does the operator sit, and who sits in the others?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from console.acting import Done
from console.presenters.people import seat_lines
from console.presenters.shown import Cell, Row
from console.screens.dialogs.frame import Dialog, field, label
from console.widgets.rows import Column, Rows
from core.domain.errors import MootError, WrongUse
from core.domain.people import PERSON, is_person, wait_ms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from console.acting import Work
    from console.screens.session_actions import SessionActions
    from core.domain.ids import SessionId
    from core.domain.participants import Seat
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator

COLUMNS = (
    Column(key="seat", title="seat", width=18, priority=9),
    Column(key="role", title="role", width=9, priority=3),
    Column(key="who", title="who sits there", width=20, is_flex=True, priority=8),
)
ABOUT = "From its next turn on. Whoever sits there stands in when you pass, or let the time go by."


class SeatsDialog(Dialog[tuple[str, str]]):
    """The seat that is taken or left, and the route by which a person is asked ("" where it is left); None after
    escape."""

    DEFAULT_CSS = """
    SeatsDialog > .box { width: 84; }
    SeatsDialog Rows { height: auto; min-height: 3; max-height: 12; }
    """
    AUTO_FOCUS = "Rows"
    hints = (("⏎", "take or leave", "choose"), ("tab", "how long", "app.focus_next"))

    def __init__(self, seats: Sequence[Seat]) -> None:
        super().__init__("Take or leave a seat")
        self._seats = {str(seat.id): seat for seat in seats}

    def fields(self) -> ComposeResult:
        rows = Rows(COLUMNS, empty_text="Nobody is seated yet.")
        rows.styles.height = len(self._seats) + 1
        yield rows
        yield label(ABOUT, gap=True)
        yield label("You are waited for (30 minutes where nothing is said; 90s, 10m, 2h)", gap=True)
        yield field(placeholder="30m", id="wait")

    def on_mount(self) -> None:
        lines = seat_lines(tuple(self._seats.values()))
        self.query_one(Rows).set_rows(
            [Row(id, (Cell(id, "text strong"), Cell(role, "muted"), Cell(who, "text"))) for id, role, who in lines]
        )

    def on_rows_opened(self) -> None:
        self.action_choose()

    def on_input_submitted(self) -> None:
        self.action_choose()

    def on_input_changed(self) -> None:
        self.refuse("")

    def action_choose(self) -> None:
        id = self.query_one(Rows).cursor_key
        if id is None:
            return
        if is_person(self._seats[id].participant.model):
            self.dismiss((id, ""))
            return
        wait = self.query_one("#wait", Input).value.strip()
        route = f"{PERSON}:{wait}" if wait else PERSON
        try:
            wait_ms_of(route)
        except WrongUse as refusal:
            self.refuse(str(refusal))
        else:
            self.dismiss((id, route))


async def seating(screen: SessionActions, summary: SessionSummary) -> None:
    """Ask which seat, and take or leave it."""
    if summary.status.is_over:
        screen.say_refusal("It is over: nobody speaks there any more.")
        return
    core = await screen.app.core()
    try:
        seats = tuple((await core.state(summary.session)).flow.seats.values())
    except MootError as error:
        screen.say_refusal(str(error))
        return
    chosen = await screen.app.push_screen_wait(SeatsDialog(seats))
    if chosen is not None:
        seat, route = chosen
        screen.app.acting.ask(taking(summary.session, seat, route) if route else leaving(summary.session, seat), screen)


def taking(session: SessionId, seat: str, route: str) -> Work:
    """Sit in a seat; undo gives it back."""

    async def work(core: Orchestrator) -> Done:
        return Done(text=await core.take_seat(session, seat, route=route), undo=leaving(session, seat))

    return work


def leaving(session: SessionId, seat: str) -> Work:
    """Give a seat back to whoever stood in."""

    async def work(core: Orchestrator) -> Done:
        return Done(text=await core.leave_seat(session, seat))

    return work
