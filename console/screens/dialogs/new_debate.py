"""Which debate is to be held, and what will it take? Shown before it starts, while it is being written down."""

from __future__ import annotations

import asyncio
import shlex
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Container, Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static, TextArea

from console.evidence_files import read_evidence
from console.presenters.debate_plan import evidence_read, format_figures, plan_lines
from console.screens.dialogs.debate_fields import PLACES, STAND_IN_MOTION, Written, place_of_fault, request_of
from console.screens.dialogs.frame import Dialog, Words, fault_place, field, say_at
from console.screens.dialogs.number import written_dollars
from console.widgets.cells import clean
from console.widgets.choices import Choice, Choices
from console.widgets.suggester import NameSuggester
from core.domain.answers import MOTION_FORM, AnswerKind, form_in_words
from core.domain.errors import MootError, PricesUnknown
from core.domain.participants import Role
from core.runtime.requests import DebatePlan, DebateRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from console.price_file import Amounts
    from core.domain.steps import Document
    from core.templates.template import Template

LOOK_AFTER_SECONDS = 0.15
"""A pause in typing: what is written is looked at once it has been this long."""

FORMATS_SHOWN = 6
"""So many lines the formats take; the others scroll."""

FORMATS_PLANNED_MAX = 40
"""Of a longer list the first ones say what they take with those who are cast, and whichever is chosen."""

WIDTH_SIDE_BY_SIDE_MIN = 60
"""With less, each field has a line of its own."""

EVERYONE = ""
SMALLER_PLACES = ("rounds", "budget", "seed", "answers", "dials", "control")
ANSWERS = tuple(kind.value for kind in AnswerKind if kind is not AnswerKind.CHOICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came of looking at what was written: the request and its plan where it can be held, and the faults.

    `formats` are plans of the formats as they stand, with those who are cast; one that can't be held so is left out.
    `models_unpriced` are those whose prices have to be given first, where nothing else is wrong.
    """

    request: DebateRequest | None
    plan: DebatePlan | None
    formats: Mapping[str, DebatePlan]
    documents: tuple[Document, ...]
    faults: Mapping[str, str]
    models_unpriced: tuple[str, ...] = ()


class NewDebateDialog(Dialog[DebateRequest]):
    """The request to start, one that `plan` has accepted; or None after escape.

    Where `start` is given the request has been started by it when the dialog closes; what it refuses is said here, and
    what was written stays. Evidence of `defaults` is kept until other paths are written. Where `keep_price` is given, a
    price that isn't known is asked for when it is to start.
    """

    DEFAULT_CSS = """
    NewDebateDialog > .box { width: 92; }
    NewDebateDialog #motion { height: auto; min-height: 2; max-height: 4; }
    NewDebateDialog .row { height: auto; width: 1fr; }
    NewDebateDialog .row.-apart { margin-top: 1; }
    NewDebateDialog .name { width: 10; color: $muted; height: 1; }
    NewDebateDialog .wide { width: 1fr; height: auto; }
    NewDebateDialog #seats { layout: grid; grid-size: 2; grid-gutter: 0 2; height: auto; width: 1fr; grid-rows: 1; }
    NewDebateDialog #seats .seat { height: 1; width: 1fr; }
    NewDebateDialog #seats .seat .name { width: 11; }
    NewDebateDialog #numbers { layout: grid; grid-size: 2; grid-gutter: 0 2; height: auto; width: 1fr; grid-rows: 1; }
    NewDebateDialog #numbers .seat { height: 1; width: 1fr; }
    NewDebateDialog.-narrow #seats, NewDebateDialog.-narrow #numbers { grid-size: 1; }
    NewDebateDialog #read { color: $muted; height: auto; }
    NewDebateDialog #read.-empty { display: none; }
    NewDebateDialog #plan { height: 2; color: $foreground; margin-top: 1; }
    """
    AUTO_FOCUS = "#motion"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,ctrl+enter", "start", "Start", priority=True)]
    hints = (
        ("ctrl+s", "start", "start"),
        ("⏎ tab", "next", "app.focus_next"),
        ("ctrl+j", "new line", "break_line"),
    )

    standing_lines = 3

    class Looked(Message):
        """What was written has been looked at."""

        def __init__(self, look: Look, *, is_to_start: bool) -> None:
            super().__init__()
            self.look = look
            self.is_to_start = is_to_start

    class Begun(Message):
        """The debate has been started."""

        def __init__(self, request: DebateRequest) -> None:
            super().__init__()
            self.request = request

    class StartRefused(Message):
        """The start was refused; nothing has happened."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(
        self,
        plan: Callable[[DebateRequest], Awaitable[DebatePlan]],
        templates: Sequence[Template],
        defaults: DebateRequest | None = None,
        *,
        start: Callable[[DebateRequest], Awaitable[object]] | None = None,
        names: Callable[[], Sequence[str]] = tuple,
        rule_sets: Sequence[str] = (),
        keep_price: Callable[[str, Amounts], None] | None = None,
    ) -> None:
        """`names` are those of participants and models that can be cast, as far as is known at that moment; `rule_sets`
        those of the sets of rules that can be followed."""
        super().__init__("New debate")
        self._names = names
        self._rule_sets = tuple(rule_sets)
        self._plan = plan
        self._templates = tuple(sorted(templates, key=lambda each: (each.minutes_expected, each.id)))
        self._defaults = defaults or DebateRequest(question="")
        self._start = start
        self._keep_price = keep_price
        self._has_tried = False
        self._is_starting = False
        self._refused: tuple[Written, str] | None = None
        self._evidence_read = ("", self._defaults.documents)
        self._waiting: Timer | None = None

    def fields(self) -> ComposeResult:
        given = self._defaults
        with Horizontal(classes="row"):
            yield _name("motion")
            with Vertical(classes="wide"):
                yield Words(given.question, placeholder="Should we …?", id="motion")
                yield fault_place("motion-fault")
        with Horizontal(classes="row -apart"):
            yield _name("format")
            with Vertical(classes="wide"):
                yield Choices(
                    _choices(self._templates, {}),
                    chosen=self._template_chosen(),
                    lines_max=FORMATS_SHOWN,
                    id="format",
                )
                yield Static(id="about", classes="label", markup=False)
                yield fault_place("format-fault")
        with Horizontal(classes="row -apart"):
            yield _name("seats")
            with Vertical(classes="wide"):
                with Container(id="seats"):
                    yield from self._seat_fields()
                yield fault_place("seats-fault")
        with Horizontal(classes="row -apart"):
            yield _name("evidence")
            with Vertical(classes="wide"):
                yield field(placeholder="what a rehearsal argues from: ~/notes 'my file.md'", id="evidence")
                yield Static(classes="-empty", markup=False, id="read")
                yield fault_place("evidence-fault")
        with Container(id="numbers"):
            yield from self._smaller_fields()
        for place in (*SMALLER_PLACES, "rules"):
            yield fault_place(f"{place}-fault")

    def _smaller_fields(self) -> ComposeResult:
        """What a request may say besides, each with the word that stands for saying nothing."""
        given = self._defaults
        formats = tuple(str(each.id) for each in self._templates)
        answers = "" if given.answers == MOTION_FORM else form_in_words(given.answers)
        cap = "" if given.cap_microusd is None else written_dollars(given.cap_microusd)
        for name, id, value, otherwise, names in (
            ("rounds", "rounds", "" if given.rounds is None else str(given.rounds), "format's", ()),
            ("budget $", "budget", cap, "none", ()),
            ("seed", "seed", "" if given.seed is None else str(given.seed), "drawn", ()),
            ("rules", "rules", given.rules, "the format's set, or own", self._rule_sets),
            ("answers", "answers", answers, "motion, number, text or A,B", ANSWERS),
            ("control", "control", given.control, "none; another format", formats),
            ("dials", "dials", " ".join(f"{each}={to}" for each, to in given.dials.items()), "as they stand", ()),
        ):
            with Horizontal(classes="seat"):
                yield _name(name)
                written = field(value, placeholder=otherwise, id=id)
                if names:
                    written.suggester = NameSuggester(partial(tuple, names))
                yield written

    def standing(self) -> ComposeResult:
        yield Static(id="plan", markup=False)

    def _seat_fields(self) -> ComposeResult:
        casting = self._defaults.casting
        for key, name in ((EVERYONE, "everyone"), *((role.value, role.value) for role in Role)):
            with Horizontal(classes="seat", id=f"seat-{name}"):
                yield _name(name)
                cast = field(
                    casting.get(key, ""),
                    placeholder="rehearsal" if key == EVERYONE else "as everyone",
                    id=f"cast-{name}",
                )
                cast.suggester = NameSuggester(self._names)
                yield cast

    def on_mount(self) -> None:
        motion = self.query_one("#motion", Words)
        motion.move_cursor(motion.document.end)
        self._show_seats()
        self._look_soon()

    def on_resize(self) -> None:
        self.set_class(self.size.width < WIDTH_SIDE_BY_SIDE_MIN, "-narrow")

    # What is written.

    def _template_chosen(self) -> str:
        asked = self._defaults.template_id or f"{self._defaults.complexity or 'standard'}_debate"
        return asked if any(each.id == asked for each in self._templates) else ""

    def _format(self) -> Template | None:
        chosen = self.query_one("#format", Choices).chosen
        return next((each for each in self._templates if each.id == chosen), None)

    def _written(self) -> Written:
        return Written(
            motion=self.query_one("#motion", Words).text.strip(),
            template_id=self.query_one("#format", Choices).chosen,
            casting=self._casting(self._format()),
            evidence=self._value("evidence"),
            rounds=self._value("rounds"),
            budget=self._value("budget"),
            seed=self._value("seed"),
            rules=self._value("rules"),
            answers=self._value("answers"),
            dials=self._value("dials"),
            control=self._value("control"),
        )

    def _casting(self, template: Template | None) -> Mapping[str, str]:
        """Who is cast where a format has a seat."""
        casts = {EVERYONE: "everyone", **{role: role for role in _roles_of(template)}}
        return {key: model for key, name in casts.items() if (model := self._value(f"cast-{name}"))}

    def _value(self, id: str) -> str:
        return self.query_one(f"#{id}", Input).value.strip()

    def _show_seats(self) -> None:
        """Only the seats that the chosen format has; what was written for the others stays, out of sight."""
        template = self._format()
        roles = _roles_of(template)
        self.query_one("#about", Static).update(clean(template.description) if template else "There is no format.")
        for role in Role:
            self.query_one(f"#seat-{role.value}").display = role.value in roles
        dials = " ".join(f"{dial.name}={dial.value}" for dial in template.dials) if template is not None else ""
        self.query_one("#dials", Input).placeholder = dials or "it has none"

    # Keys.

    def on_choices_changed(self) -> None:
        self._show_seats()
        self._look_soon()

    def on_choices_accepted(self) -> None:
        self.focus_next()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._look_soon()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._look_soon()

    def on_input_submitted(self) -> None:
        self.focus_next()

    def action_start(self) -> None:
        if not self._is_starting:
            self._is_starting = self._has_tried = True
            self._begin_look(is_to_start=True)

    def action_break_line(self) -> None:
        """For who clicks on the hint: the key itself goes to the motion."""
        motion = self.query_one("#motion", Words)
        motion.focus()
        motion.action_break_line()

    def action_leave(self) -> None:
        """What is being started can't be left: nobody would know what became of it."""
        if not self._is_starting:
            self.dismiss(None)

    # Looking at it.

    def _look_soon(self) -> None:
        """Another look would break off the one that is to start; where that fails, all is looked at again."""
        if self._waiting is None and not self._is_starting:
            self._waiting = self.set_timer(LOOK_AFTER_SECONDS, self._look_if_due)

    def _look_if_due(self) -> None:
        """A timer that is stopped may have gone off already, with its call still under way: too late, it would break
        off the look that is to start."""
        if self._waiting is not None:
            self._begin_look()

    def _begin_look(self, *, is_to_start: bool = False) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        self.run_worker(self._look(self._written(), is_to_start=is_to_start), group="look", exclusive=True)

    async def _look(self, written: Written, *, is_to_start: bool) -> None:
        faults: dict[str, str] = {}
        documents = await self._evidence(written.evidence, faults, is_fresh=is_to_start)
        request = request_of(written, self._defaults, documents, faults)
        plan, unpriced = None, tuple[str, ...]()
        if self._has_tried and not written.motion:  # said at the first try, and until there is one
            faults["motion"] = "Say what is to be debated."
        try:
            plan = await self._plan(request)
        except PricesUnknown as unknown:
            unpriced = () if faults else unknown.models
            asked = "It is asked for when you start." if self._keep_price is not None else unknown.now
            faults.setdefault("seats", f"{unknown.what[0].upper()}{unknown.what[1:]} {asked}")
        except MootError as error:
            faults.setdefault(await place_of_fault(self._plan, request), str(error))
        look = Look(
            request=None if faults else request,
            plan=plan,
            formats=await self._planned_formats(),
            documents=documents,
            faults=faults,
            models_unpriced=unpriced,
        )
        self.post_message(self.Looked(look, is_to_start=is_to_start))

    async def _planned_formats(self) -> Mapping[str, DebatePlan]:
        plans: dict[str, DebatePlan] = {}
        for template in self._templates[:FORMATS_PLANNED_MAX]:
            request = DebateRequest(question=STAND_IN_MOTION, template_id=template.id, casting=self._casting(template))
            with suppress(MootError):  # what is wrong with the casting is said of the format that is chosen
                plans[template.id] = await self._plan(request)
        return plans

    async def _evidence(self, written: str, faults: dict[str, str], *, is_fresh: bool) -> tuple[Document, ...]:
        """The documents at the paths written; read again where they changed, and once more before the start."""
        before, documents = self._evidence_read
        if not written:
            return self._defaults.documents
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

    def on_new_debate_dialog_looked(self, event: Looked) -> None:
        look = event.look
        faults = dict(look.faults)
        if self._refused is not None and not event.is_to_start and self._refused[0] == self._written():
            faults.setdefault("evidence", self._refused[1])  # it stands until something else is written
        for place in PLACES:
            say_at(self.query_one(f"#{place}-fault", Static), faults.get(place, ""))
        say_at(self.query_one("#read", Static), evidence_read(look.documents))
        self.query_one("#plan", Static).update(clean("\n".join(plan_lines(look.plan))))
        self.query_one("#format", Choices).show(_choices(self._templates, look.formats))
        self._show_fault_of_focus(look)
        if not event.is_to_start:
            return
        if look.request is not None:
            self._begin_start(look.request)
            return
        if look.models_unpriced and self._keep_price is not None:
            self._ask_for_price(look.models_unpriced[0], self._keep_price)
            return
        self._is_starting = False
        self._look_soon()
        self._go_to_fault(look.faults)

    def _ask_for_price(self, model: str, keep: Callable[[str, Amounts], None]) -> None:
        from console.screens.dialogs.price import PriceDialog

        def go_on(is_kept: bool | None) -> None:
            self._is_starting = False
            if is_kept:
                self.action_start()
            else:
                self._look_soon()

        self.app.push_screen(PriceDialog(model, keep), go_on)

    def _begin_start(self, request: DebateRequest) -> None:
        if self._start is None:
            self.dismiss(request)
            return
        self.query_one("#plan", Static).update("Starting …")
        self.run_worker(self._started(self._start, request), group="start")

    async def _started(self, start: Callable[[DebateRequest], Awaitable[object]], request: DebateRequest) -> None:
        try:
            await start(request)
        except MootError as error:
            self.post_message(self.StartRefused(str(error)))
        else:
            self.post_message(self.Begun(request))

    def on_new_debate_dialog_begun(self, event: Begun) -> None:
        self.dismiss(event.request)

    def on_new_debate_dialog_start_refused(self, event: StartRefused) -> None:
        """All that a plan can tell was well: what a start still refuses is what is to be argued from."""
        self._is_starting = False
        self._refused = (self._written(), event.why)
        self._look_soon()
        say_at(self.query_one("#evidence-fault", Static), event.why)
        self._go_to_fault({"evidence": event.why})

    def _go_to_fault(self, faults: Mapping[str, str]) -> None:
        wrong = next(place for place in PLACES if place in faults)
        self.query_one("#cast-everyone" if wrong == "seats" else f"#{wrong}").focus()

    def _show_fault_of_focus(self, look: Look) -> None:
        """What is wrong with the field that is being written in stands below it: bring it into view."""
        id = self.focused.id if self.focused is not None else None
        place = "seats" if id is not None and id.startswith("cast-") else id
        if place in look.faults:
            fault = self.query_one(f"#{place}-fault")
            self.call_after_refresh(fault.scroll_visible, animate=False)


def _choices(templates: Sequence[Template], plans: Mapping[str, DebatePlan]) -> tuple[Choice, ...]:
    figures = format_figures(templates, plans)
    return tuple(Choice(each.id, each.name, figures[at]) for at, each in enumerate(templates))


def _roles_of(template: Template | None) -> tuple[str, ...]:
    """The roles that a format has, each once."""
    return tuple(dict.fromkeys(spec.role.value for spec in template.seats)) if template else ()


def _read(paths: Sequence[str]) -> tuple[Document, ...]:
    return read_evidence([Path(path).expanduser() for path in paths])


def _name(text: str) -> Static:
    return Static(text, classes="name", markup=False)
