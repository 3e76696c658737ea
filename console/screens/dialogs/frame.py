"""What do all dialogs have in common? A quiet box, a place for what is wrong, and a line of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from console.keys import KeyHint
from console.widgets.bar import KeyBar
from console.widgets.cells import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

T = TypeVar("T")

EDGES_AND_KEYS_LINES = 4
FAULT_LINES = 2
FIELDS_LINES_MIN = 3


class Keys(KeyBar):
    """The keys of a dialog, at the lower edge of its box."""

    GROUND = "background"


class Dialog(ModalScreen[T]):
    """A box in the middle of the screen; its result is what the operator decided, or None after escape.

    A dialog yields its fields in `fields` and names its keys in `hints`. What is wrong is said with `refuse`, in the
    box, so that nothing that was typed is lost.
    """

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog > .box {
        width: 72; max-width: 100%; height: auto; max-height: 100%; background: $background;
        border: round $structure; border-title-color: $foreground; border-title-style: bold; padding: 0 1;
    }
    Dialog .fields { height: auto; max-height: 100%; background: $background; scrollbar-size-vertical: 1; }
    Dialog .label { color: $muted; height: auto; width: 1fr; }
    Dialog .said { color: $foreground; height: auto; width: 1fr; }
    Dialog .strong { color: $foreground; text-style: bold; height: auto; width: 1fr; }
    Dialog .gap { margin-top: 1; }
    Dialog .fault { color: $error; height: auto; width: 1fr; }
    Dialog .fault.-empty { display: none; }
    Dialog .good { color: $muted; height: auto; width: 1fr; }
    Dialog Keys { dock: none; margin-top: 1; background: $background; }
    Dialog Input {
        border: none; height: 1; padding: 0; background: $surface; color: $foreground; width: 1fr;
    }
    Dialog Input:focus { border: none; background: $panel; background-tint: $background 0%; }
    Dialog Input > .input--placeholder { color: $muted; }
    Dialog TextArea {
        border: none; padding: 0; height: 3; background: $surface; color: $foreground; width: 1fr;
        scrollbar-size-vertical: 1;
    }
    Dialog TextArea:focus { border: none; background: $panel; background-tint: $background 0%; }
    Dialog TextArea .text-area--cursor-line { background: $background 0%; }
    Dialog TextArea .text-area--placeholder { color: $muted; }
    Dialog Prose { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", show=False)]

    hints: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    """Keys as shown, what they do in a word, and the action behind them; `esc` is added."""

    leave_label: ClassVar[str] = "leave"

    heading_lines: ClassVar[int] = 0
    """How many lines `heading` takes at most."""

    standing_lines: ClassVar[int] = 0
    """How many lines `standing` takes: on a small screen the fields leave room for them."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def heading(self) -> ComposeResult:
        """What stands above the fields and never scrolls away."""
        yield from ()

    def fields(self) -> ComposeResult:
        """What stands in the box; what doesn't fit scrolls."""
        yield from ()

    def standing(self) -> ComposeResult:
        """What stands below the fields and never scrolls away."""
        yield from ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = escaped(one_line(self._title))
            yield from self.heading()
            with VerticalScroll(classes="fields", can_focus=False):
                yield from self.fields()
            yield from self.standing()
            yield Static(classes="fault -empty", markup=False, id="fault")
            yield Keys()

    def keys_shown(self) -> Sequence[tuple[str, str, str]]:
        """`hints`, for a dialog whose keys depend on what it asks."""
        return self.hints

    def on_mount(self) -> None:
        shown = [KeyHint(action_id=action, key=key, label=label) for key, label, action in self.keys_shown()]
        leave = KeyHint(action_id="leave", key="esc", label=self.leave_label)
        self.query_one(Keys).show(shown, always=leave)
        self._make_room()

    def on_resize(self) -> None:
        self._make_room()

    def refuse(self, why: str) -> None:
        """Say what is wrong, or with "" that nothing is any more."""
        say_at(self.query_one("#fault", Static), why)
        self._make_room()

    def _make_room(self) -> None:
        """Let the fields scroll before what stands below them is pushed off the screen."""
        fault = FAULT_LINES if not self.query_one("#fault").has_class("-empty") else 0
        room = self.size.height - EDGES_AND_KEYS_LINES - self.heading_lines - self.standing_lines - fault
        self.query_one(".fields").styles.max_height = max(FIELDS_LINES_MIN, room)

    def action_leave(self) -> None:
        self.dismiss(None)

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        event.stop()
        await self.run_action(event.action_id)


class Words(TextArea):
    """Several lines to write in. Enter moves on to the next field where there is one; ctrl+j breaks the line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "move_on", "Move on", show=False),
        Binding("ctrl+j,shift+enter,newline", "break_line", "Break the line", show=False),
    ]

    def __init__(
        self, text: str = "", *, placeholder: str = "", id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(
            clean(text),
            soft_wrap=True,
            tab_behavior="focus",
            show_line_numbers=False,
            placeholder=placeholder,
            id=id,
            classes=classes,
        )
        self.cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        """A key that is bound here does what it is bound to instead of being written."""
        if event.key in ("enter", "ctrl+j", "shift+enter", "newline"):
            event.prevent_default()

    def action_move_on(self) -> None:
        self.screen.focus_next()

    def action_break_line(self) -> None:
        self.insert("\n")


def field(
    value: str = "",
    *,
    placeholder: str = "",
    id: str | None = None,
    classes: str | None = None,
    is_proposal: bool = False,
) -> Input:
    """One line to write in. What is only proposed gives way to the first thing typed: behind a 6 an 8 would be 68."""
    made = Input(value=one_line(value), placeholder=placeholder, id=id, classes=classes, select_on_focus=is_proposal)
    made.cursor_blink = False
    return made


def label(text: str, *, gap: bool = False, style: str = "label") -> Static:
    """A text that only stands there; it may come from anywhere, so that it is never read as markup."""
    return Static(clean(text), classes=f"{style} gap" if gap else style, markup=False)


def say_at(place: Static, why: str) -> None:
    """Say a fault at its field; "" takes it back and its line with it."""
    place.update(clean(why))
    place.set_class(not why, "-empty")


def fault_place(id: str) -> Static:
    """Where the fault of one field is said."""
    return Static(classes="fault -empty", markup=False, id=id)


def escaped(text: str) -> str:
    """A border's title is read as markup: what looks like a tag must not be one."""
    return text.replace("[", "\\[")
