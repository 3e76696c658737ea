"""What is still waited for, while the console closes?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from console.presenters.shown import Line
from console.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.hosting import CoreHost
    from core.orchestrator import Progress

LOOK_SECONDS = 0.25
TURNS_SHOWN_MAX = 8


class LeavingScreen(ModalScreen[bool]):
    """Closes the core; its result is False where the operator did not wait for the turns under way."""

    DEFAULT_CSS = """
    LeavingScreen { align: center middle; background: $background 60%; }
    LeavingScreen > Vertical {
        width: 72; max-width: 100%; height: auto; background: $background; border: round $structure;
        border-title-color: $foreground; border-title-style: bold;
    }
    """
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q,ctrl+c", "give_up", "Leave at once", show=False, priority=True)
    ]

    def __init__(self, host: CoreHost, speaking: tuple[Progress, ...], title_of: Callable[[str], str]) -> None:
        super().__init__()
        self._host = host
        self._speaking = speaking
        self._title_of = title_of

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Leaving"
            yield Lines(leaving_lines(self._speaking, self._title_of))

    def on_mount(self) -> None:
        self.set_interval(LOOK_SECONDS, self._look)
        self.run_worker(self._close())

    def on_click(self, event: events.Click) -> None:
        lines = self.query_one(Lines)
        if self._speaking and event.widget is lines and event.y == lines.size.height - 1:
            self.action_give_up()

    def action_give_up(self) -> None:
        self._host.give_up()
        self.dismiss(False)

    def _look(self) -> None:
        self.query_one(Lines).show(leaving_lines(self._speaking, self._title_of))

    async def _close(self) -> None:
        await self._host.close()
        if self.is_current:
            self.dismiss(True)


def leaving_lines(speaking: tuple[Progress, ...], title_of: Callable[[str], str]) -> list[Line]:
    """Each turn that is still being spoken, and how far it is."""
    if not speaking:
        return [Line((("Everything is recorded; the database is being closed.", "muted"),))]
    lines = [
        Line((("These turns are recorded first, so that nothing is asked and paid for twice:", "text"),), lines_max=2)
    ]
    for each in speaking[:TURNS_SHOWN_MAX]:
        said = f"{each.characters:,} characters so far" if each.characters else "has not begun to answer"
        who = each.seat.replace("_", " ")
        lines.append(Line((("● ", "ok"), (f"{who}, {each.model}", "text"), (f"  {said}", "muted")),
                          right=((title_of(each.session), "muted"),)))  # fmt: skip
    if len(speaking) > TURNS_SHOWN_MAX:
        lines.append(Line(((f"and {len(speaking) - TURNS_SHOWN_MAX} more", "muted"),)))
    lines.append(Line((("ctrl+q", "accent strong"), (" leaves at once; they are in doubt then", "muted"))))
    return lines
