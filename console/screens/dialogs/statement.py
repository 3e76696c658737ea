"""What does the operator say, and who hears it: every seat, or one alone?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message

from console.beside import beside
from console.screens.dialogs.frame import Dialog, Words, label
from console.widgets.choices import Choice, Choices
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

EVERYBODY = ""
SEATS_IN_SIGHT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is said; `seat` alone hears it, or everybody where it is ""."""

    text: str
    seat: str = EVERYBODY


class StatementDialog(Dialog[Statement]):
    """The statement, or None after escape. `seats` looks up who sits there: until it has, everybody hears what is said,
    so that nobody who types at once waits for a long log."""

    DEFAULT_CSS = "StatementDialog TextArea { height: 6; }"
    AUTO_FOCUS = "#words"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,ctrl+enter", "accept", "Accept", priority=True)]
    hints = (("ctrl+s", "say it", "accept"), ("tab", "who hears it", "app.focus_next"))

    class Seated(Message):
        """It is known who sits there."""

        def __init__(self, seats: Sequence[str]) -> None:
            super().__init__()
            self.seats = seats

    def __init__(self, seats: Callable[[], Awaitable[Sequence[str]]]) -> None:
        super().__init__("Add a statement")
        self._look_up = seats

    def fields(self) -> ComposeResult:
        yield label("It is heard from the next turn on, and stands in the record")
        yield _Paragraphs(id="words")
        yield label("Who hears it", gap=True)
        yield Choices(_hearers(()), lines_max=SEATS_IN_SIGHT, id="hearer")

    def on_mount(self) -> None:
        async def look_up() -> None:
            try:
                self.post_message(self.Seated(await self._look_up()))
            except MootError as error:
                self.refuse(str(error))  # everybody can be spoken to all the same

        beside(self, look_up, group="seats")

    def on_statement_dialog_seated(self, event: Seated) -> None:
        hearer = self.query_one("#hearer", Choices)
        hearer.show(_hearers(event.seats))
        hearer.refresh(layout=True)

    def on_text_area_changed(self) -> None:
        self.refuse("")

    def on_choices_accepted(self) -> None:
        self.action_accept()

    def action_accept(self) -> None:
        text = self.query_one("#words", Words).text.strip()
        if text:
            self.dismiss(Statement(text=text, seat=self.query_one("#hearer", Choices).chosen))
        else:
            self.refuse("There is nothing written yet.")
            self.query_one("#words").focus()


def _hearers(seats: Sequence[str]) -> list[Choice]:
    alone = (Choice(seat, seat.replace("_", " "), "alone; the others never see it") for seat in seats)
    return [Choice(EVERYBODY, "every seat"), *alone]


class _Paragraphs(Words):
    """Enter breaks the line here: ctrl+s says it."""

    def action_move_on(self) -> None:
        self.action_break_line()
