"""How is a session asked for, so that what it will take is known before it starts and nothing typed is ever lost?"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static, TextArea

from console.evidence_files import read_evidence
from console.presenters.debate_plan import evidence_read
from console.screens.dialogs.frame import Dialog, Words, fault_place, field, say_at
from console.widgets.cells import clean
from console.widgets.choices import Choices
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult
    from textual.await_complete import AwaitComplete
    from textual.binding import BindingType
    from textual.timer import Timer

    from console.price_file import Amounts
    from core.domain.steps import Document

LOOK_AFTER_SECONDS = 0.15
"""A pause in typing: what is written is looked at once it has been this long."""

WIDTH_SIDE_BY_SIDE_MIN = 60
"""With less, each field has a line of its own."""

RequestT = TypeVar("RequestT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came of looking at what was written: the request, its plan where it can be held, and the faults by place.

    `extra` is what the dialog itself wants to show of it. `models_unpriced` are those whose prices have to be given
    first, where nothing else is wrong.
    """

    request: Any
    plan: Any
    documents: tuple[Document, ...]
    faults: Mapping[str, str]
    extra: Any = None
    models_unpriced: tuple[str, ...] = ()


class StartDialog(Dialog[RequestT], Generic[RequestT]):
    """The request to start, one that its plan has accepted; or None after escape.

    Where `start` is given the request has been started by it when the dialog closes; what it refuses is said here, and
    what was written stays. `kept` has what stood in the fields when the dialog was left the last time, by field: it
    stands there again, until something is started. Where `keep_price` is given, a price that isn't known is asked for
    when it is to start. Whoever derives from it yields the fields, with a place for the fault of each of `PLACES`, and
    looks at them.
    """

    DEFAULT_CSS = """
    StartDialog > .box { width: 92; }
    StartDialog .words { height: auto; min-height: 2; max-height: 4; }
    StartDialog .row { height: auto; width: 1fr; }
    StartDialog .row.-apart { margin-top: 1; }
    StartDialog .name { width: 10; color: $muted; height: 1; }
    StartDialog .wide { width: 1fr; height: auto; }
    StartDialog .grid { layout: grid; grid-size: 2; grid-gutter: 0 2; height: auto; width: 1fr; grid-rows: 1; }
    StartDialog .grid .seat { height: 1; width: 1fr; }
    StartDialog.-narrow .grid { grid-size: 1; }
    StartDialog #read { color: $muted; height: auto; }
    StartDialog #read.-empty { display: none; }
    StartDialog #plan { height: 2; color: $foreground; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,ctrl+enter", "start", "Start", priority=True)]

    PLACES: ClassVar[tuple[str, ...]] = ()
    """Where a fault can be said, in the order of the fields."""

    REFUSED_AT: ClassVar[str] = "evidence"
    """Where that is said which only a start refuses: all that a plan can tell was well."""

    standing_lines = 3

    class Looked(Message):
        """What was written has been looked at."""

        def __init__(self, look: Look, *, is_to_start: bool) -> None:
            super().__init__()
            self.look = look
            self.is_to_start = is_to_start

    class Begun(Message):
        """The session has been started."""

        def __init__(self, request: Any) -> None:
            super().__init__()
            self.request = request

    class StartRefused(Message):
        """The start was refused; nothing has happened."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(
        self,
        title: str,
        *,
        start: Callable[[RequestT], Awaitable[object]] | None = None,
        keep_price: Callable[[str, Amounts], None] | None = None,
        documents: tuple[Document, ...] = (),
        kept: MutableMapping[str, str] | None = None,
    ) -> None:
        """`documents` are the evidence until other paths are written."""
        super().__init__(title)
        self._kept = {} if kept is None else kept
        self._start = start
        self._keep_price = keep_price
        self._documents = documents
        self._has_tried = False
        self._is_starting = self._is_left = False
        self._refused: tuple[object, str] | None = None
        self._evidence_read = ("", documents)
        self._waiting: Timer | None = None

    # What a dialog of its own says.

    def written(self) -> Any:
        """What stands in the fields, as it was written."""
        raise NotImplementedError

    async def looked_at(self, written: Any, *, is_fresh: bool) -> Look:
        """What that asks for, what it would take, and what is wrong with it."""
        raise NotImplementedError

    def show_look(self, look: Look) -> Sequence[str]:
        """Show what the dialog itself wants to of a look; the lines of the plan."""
        raise NotImplementedError

    def field_of(self, place: str) -> str:
        """The id of the field at which a fault's place stands."""
        return place

    def place_of(self, id: str) -> str:
        """The other way round."""
        return id

    # What all of them have.

    def standing(self) -> ComposeResult:
        yield Static(id="plan", markup=False)

    def evidence_fields(self) -> ComposeResult:
        """In a row whose name says what the evidence is for."""
        with Vertical(classes="wide"):
            yield field(placeholder="what a rehearsal argues from: ~/notes 'my file.md'", id="evidence")
            yield Static(classes="-empty", markup=False, id="read")
            yield fault_place("evidence-fault")

    def on_mount(self) -> None:
        """After the fields have been mounted as they are when nothing was kept."""
        for line in self.query(Input):
            line.value = self._kept.get(line.id or "", line.value)
        for words in self.query(Words):
            if (text := self._kept.get(words.id or "")) is not None:
                words.load_text(text)
                words.move_cursor(words.document.end)
        for choices in self.query(Choices):
            choices.choose(self._kept.get(choices.id or "", choices.chosen))

    def keep(self) -> None:
        """Leaving loses nothing: what is written is there the next time. Where nothing is, nothing is kept."""
        written = {each.id or "": each.value for each in self.query(Input)}
        written |= {each.id or "": each.text for each in self.query(Words)}
        self._kept.clear()
        if any(text.strip() for text in written.values()):
            self._kept.update(written)
            self._kept.update({each.id or "": each.chosen for each in self.query(Choices)})

    def on_resize(self) -> None:
        self.set_class(self.size.width < WIDTH_SIDE_BY_SIDE_MIN, "-narrow")

    def value(self, id: str) -> str:
        """What stands in a field of one line."""
        return self.query_one(f"#{id}", Input).value.strip()

    # Keys.

    def on_choices_accepted(self) -> None:
        self.focus_next()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.look_soon()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.look_soon()

    def on_input_submitted(self) -> None:
        self.focus_next()

    def action_start(self) -> None:
        if not self._is_starting:
            self._is_starting = self._has_tried = True
            self._begin_look(is_to_start=True)

    def action_break_line(self) -> None:
        """For who clicks on the hint: the key itself goes to the words."""
        words = self.query(Words).first()
        words.focus()
        words.action_break_line()

    def action_leave(self) -> None:
        """What is being started can't be left: nobody would know what became of it."""
        if not self._is_starting:
            self.keep()
            self.dismiss(None)

    def dismiss(self, result: RequestT | None = None) -> AwaitComplete:
        """Nothing is looked at any more: the fields go before their dialog does, and a look that missed one would end
        the console."""
        self._is_left = True
        self.workers.cancel_group(self, "look")
        return super().dismiss(result)

    # Looking at it.

    @property
    def has_tried(self) -> bool:
        """Was it to start already? From then on it is said what is missing."""
        return self._has_tried

    @property
    def asks_for_prices(self) -> bool:
        return self._keep_price is not None

    def look_soon(self) -> None:
        """Another look would break off the one that is to start; where that fails, all is looked at again."""
        if self._waiting is None and not self._is_starting and not self._is_left:
            self._waiting = self.set_timer(LOOK_AFTER_SECONDS, self._look_if_due)

    def _look_if_due(self) -> None:
        """A timer that is stopped may have gone off already, with its call still under way: too late, it would break
        off the look that is to start."""
        if self._waiting is not None and not self._is_left:
            self._begin_look()

    def _begin_look(self, *, is_to_start: bool = False) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        self.run_worker(self._look(self.written(), is_to_start=is_to_start), group="look", exclusive=True)

    async def _look(self, written: Any, *, is_to_start: bool) -> None:
        look = await self.looked_at(written, is_fresh=is_to_start)
        self.post_message(self.Looked(look, is_to_start=is_to_start))

    async def evidence(self, written: str, faults: dict[str, str], *, is_fresh: bool) -> tuple[Document, ...]:
        """The documents at the paths written; read again where they changed, and once more before the start."""
        before, documents = self._evidence_read
        if not written:
            return self._documents
        if written == before and not is_fresh:
            return documents
        try:
            documents = await asyncio.to_thread(_read, shlex.split(written))
        except ValueError:
            faults["evidence"] = "A quotation mark is open. Close it, or write the path without."
            return ()
        except (MootError, RuntimeError) as error:
            faults["evidence"] = str(error)
            return ()
        self._evidence_read = (written, documents)
        return documents

    def on_start_dialog_looked(self, event: Looked) -> None:
        if self._is_left:
            return
        look = event.look
        faults = dict(look.faults)
        if self._refused is not None and not event.is_to_start and self._refused[0] == self.written():
            faults.setdefault(self.REFUSED_AT, self._refused[1])  # it stands until something else is written
        for place in self.PLACES:
            say_at(self.query_one(f"#{place}-fault", Static), faults.get(place, ""))
        say_at(self.query_one("#read", Static), evidence_read(look.documents))
        self.query_one("#plan", Static).update(clean("\n".join(self.show_look(look))))
        self._show_fault_of_focus(faults)
        if not event.is_to_start:
            return
        if look.request is not None:
            self._begin_start(look.request)
            return
        if look.models_unpriced and self._keep_price is not None:
            self._ask_for_price(look.models_unpriced[0], self._keep_price)
            return
        self._is_starting = False
        self.look_soon()
        self._go_to_fault(look.faults)

    def _ask_for_price(self, model: str, keep: Callable[[str, Amounts], None]) -> None:
        from console.screens.dialogs.price import PriceDialog

        def go_on(is_kept: bool | None) -> None:
            self._is_starting = False
            if is_kept:
                self.action_start()
            else:
                self.look_soon()

        self.app.push_screen(PriceDialog(model, keep), go_on)

    def _begin_start(self, request: RequestT) -> None:
        if self._start is None:
            self.dismiss(request)
            return
        self.query_one("#plan", Static).update("Starting …")
        self.run_worker(self._started(self._start, request), group="start")

    async def _started(self, start: Callable[[RequestT], Awaitable[object]], request: RequestT) -> None:
        try:
            await start(request)
        except MootError as error:
            self.post_message(self.StartRefused(str(error)))
        else:
            self.post_message(self.Begun(request))

    def on_start_dialog_begun(self, event: Begun) -> None:
        self._kept.clear()
        self.dismiss(event.request)

    def on_start_dialog_start_refused(self, event: StartRefused) -> None:
        self._is_starting = False
        self._refused = (self.written(), event.why)
        self.look_soon()
        say_at(self.query_one(f"#{self.REFUSED_AT}-fault", Static), event.why)
        self._go_to_fault({self.REFUSED_AT: event.why})

    def _go_to_fault(self, faults: Mapping[str, str]) -> None:
        wrong = next(place for place in self.PLACES if place in faults)
        self.query_one(f"#{self.field_of(wrong)}").focus()

    def _show_fault_of_focus(self, faults: Mapping[str, str]) -> None:
        """What is wrong with the field that is being written in stands below it: bring all of it into view."""
        id = self.focused.id if self.focused is not None else None
        place = self.place_of(id) if id is not None else ""
        if place in faults:
            fault = self.query_one(f"#{place}-fault")
            self.call_after_refresh(fault.scroll_visible, animate=False)


def _read(paths: Sequence[str]) -> tuple[Document, ...]:
    return read_evidence([Path(path).expanduser() for path in paths])


def name_of(text: str) -> Static:
    """The name of a field, before it."""
    return Static(text, classes="name", markup=False)
