"""Which debate is to be held, and what will it take? Shown before it starts, while it is being written down."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Input, Static

from console.presenters.debate_plan import format_figures, plan_lines
from console.screens.dialogs.debate_fields import PLACES, STAND_IN_MOTION, Written, place_of_fault, request_of
from console.screens.dialogs.frame import Words, fault_place, field
from console.screens.dialogs.number import written_dollars
from console.screens.dialogs.starting import Look, StartDialog, name_of
from console.widgets.cells import clean
from console.widgets.choices import Choice, Choices
from console.widgets.suggester import NameSuggester
from core.domain.answers import MOTION_FORM, AnswerKind, form_in_words
from core.domain.errors import MootError, PricesUnknown
from core.domain.participants import DEBATING
from core.runtime.requests import DebatePlan, DebateRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.price_file import Amounts
    from core.templates.template import Template

FORMATS_SHOWN = 6
"""So many lines the formats take; the others scroll."""

FORMATS_PLANNED_MAX = 40
"""Of a longer list the first ones say what they take with those who are cast, and whichever is chosen."""

EVERYONE = ""
SMALLER_PLACES = ("rounds", "budget", "seed", "answers", "dials", "control")
ANSWERS = tuple(kind.value for kind in AnswerKind if kind is not AnswerKind.CHOICE)


class NewDebateDialog(StartDialog[DebateRequest]):
    """The request to start, as `StartDialog` has it. Evidence of `defaults` is kept until other paths are written.
    `is_refinement_wanted` once the operator would rather have a text refined than a motion debated."""

    DEFAULT_CSS = "NewDebateDialog #seats .seat .name { width: 11; }"
    PLACES = PLACES
    AUTO_FOCUS = "#motion"
    hints = (
        ("ctrl+s", "start", "start"),
        ("⏎ tab", "next", "app.focus_next"),
        ("ctrl+j", "new line", "break_line"),
        ("ctrl+r", "refine", "other_kind"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "other_kind", "A refinement instead", priority=True)]

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
        kept: MutableMapping[str, str] | None = None,
    ) -> None:
        """`names` are those of participants and models that can be cast, as far as is known at that moment; `rule_sets`
        those of the sets of rules that can be followed."""
        given = defaults or DebateRequest(question="")
        super().__init__("New debate", start=start, keep_price=keep_price, documents=given.documents, kept=kept)
        self.is_refinement_wanted, self.last_motion = False, given.question
        self._names = names
        self._rule_sets = tuple(rule_sets)
        self._plan = plan
        self._templates = tuple(sorted(templates, key=lambda each: (each.minutes_expected, each.id)))
        self._defaults = given

    def fields(self) -> ComposeResult:
        given = self._defaults
        with Horizontal(classes="row"):
            yield name_of("motion")
            with Vertical(classes="wide"):
                yield Words(given.question, placeholder="Should we …?", id="motion", classes="words")
                yield fault_place("motion-fault")
        with Horizontal(classes="row -apart"):
            yield name_of("format")
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
            yield name_of("seats")
            with Vertical(classes="wide"):
                with Container(id="seats", classes="grid"):
                    yield from self._seat_fields()
                yield fault_place("seats-fault")
        with Horizontal(classes="row -apart"):
            yield name_of("evidence")
            yield from self.evidence_fields()
        with Container(id="numbers", classes="grid"):
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
            ("answers", "answers", answers, "motion, number, text, A,B", ANSWERS),
            ("control", "control", given.control, "none; another format", formats),
            ("dials", "dials", " ".join(f"{each}={to}" for each, to in given.dials.items()), "as they stand", ()),
        ):
            with Horizontal(classes="seat"):
                yield name_of(name)
                written = field(value, placeholder=otherwise, id=id)
                if names:
                    written.suggester = NameSuggester(partial(tuple, names))
                yield written

    def _seat_fields(self) -> ComposeResult:
        casting = self._defaults.casting
        for key, name in ((EVERYONE, "everyone"), *((role.value, role.value) for role in DEBATING)):
            with Horizontal(classes="seat", id=f"seat-{name}"):
                yield name_of(name)
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
        self.look_soon()

    # What is written.

    def _template_chosen(self) -> str:
        asked = self._defaults.template_id or f"{self._defaults.complexity or 'standard'}_debate"
        return asked if any(each.id == asked for each in self._templates) else ""

    def _format(self) -> Template | None:
        chosen = self.query_one("#format", Choices).chosen
        return next((each for each in self._templates if each.id == chosen), None)

    def written(self) -> Written:
        return Written(
            motion=self.query_one("#motion", Words).text.strip(),
            template_id=self.query_one("#format", Choices).chosen,
            casting=self._casting(self._format()),
            evidence=self.value("evidence"),
            rounds=self.value("rounds"),
            budget=self.value("budget"),
            seed=self.value("seed"),
            rules=self.value("rules"),
            answers=self.value("answers"),
            dials=self.value("dials"),
            control=self.value("control"),
        )

    def _casting(self, template: Template | None) -> Mapping[str, str]:
        """Who is cast where a format has a seat."""
        casts = {EVERYONE: "everyone", **{role: role for role in _roles_of(template)}}
        return {key: model for key, name in casts.items() if (model := self.value(f"cast-{name}"))}

    def _show_seats(self) -> None:
        """Only the seats that the chosen format has; what was written for the others stays, out of sight."""
        template = self._format()
        roles = _roles_of(template)
        self.query_one("#about", Static).update(clean(template.description) if template else "There is no format.")
        for role in DEBATING:
            self.query_one(f"#seat-{role.value}").display = role.value in roles
        dials = " ".join(f"{dial.name}={dial.value}" for dial in template.dials) if template is not None else ""
        self.query_one("#dials", Input).placeholder = dials or "it has none"

    def on_choices_changed(self) -> None:
        self._show_seats()
        self.look_soon()

    def action_other_kind(self) -> None:
        """A refinement of what is written so far."""
        if not self._is_starting:
            self.keep()
            self.is_refinement_wanted, self.last_motion = True, self.written().motion
            self.dismiss(None)

    # Looking at it.

    async def looked_at(self, written: Written, *, is_fresh: bool) -> Look:
        faults: dict[str, str] = {}
        documents = await self.evidence(written.evidence, faults, is_fresh=is_fresh)
        request = request_of(written, self._defaults, documents, faults)
        plan, unpriced = None, tuple[str, ...]()
        if self.has_tried and not written.motion:  # said at the first try, and until there is one
            faults["motion"] = "Say what is to be debated."
        try:
            plan = await self._plan(request)
        except PricesUnknown as unknown:
            unpriced = () if faults else unknown.models
            asked = "It is asked for when you start." if self.asks_for_prices else unknown.now
            faults.setdefault("seats", f"{unknown.what[0].upper()}{unknown.what[1:]} {asked}")
        except MootError as error:
            faults.setdefault(await place_of_fault(self._plan, request, str(error)), str(error))
        return Look(
            request=None if faults else request,
            plan=plan,
            extra=await self._planned_formats(),
            documents=documents,
            faults=faults,
            models_unpriced=unpriced,
        )

    def show_look(self, look: Look) -> Sequence[str]:
        self.query_one("#format", Choices).show(_choices(self._templates, look.extra))
        return plan_lines(look.plan)

    def field_of(self, place: str) -> str:
        return "cast-everyone" if place == "seats" else place

    def place_of(self, id: str) -> str:
        return "seats" if id.startswith("cast-") else id

    async def _planned_formats(self) -> Mapping[str, DebatePlan]:
        plans: dict[str, DebatePlan] = {}
        for template in self._templates[:FORMATS_PLANNED_MAX]:
            request = DebateRequest(question=STAND_IN_MOTION, template_id=template.id, casting=self._casting(template))
            with suppress(MootError):  # what is wrong with the casting is said of the format that is chosen
                plans[template.id] = await self._plan(request)
        return plans


def _choices(templates: Sequence[Template], plans: Mapping[str, DebatePlan]) -> tuple[Choice, ...]:
    figures = format_figures(templates, plans)
    return tuple(Choice(each.id, each.name, figures[at]) for at, each in enumerate(templates))


def _roles_of(template: Template | None) -> tuple[str, ...]:
    """The roles that a format has, each once."""
    return tuple(dict.fromkeys(spec.role.value for spec in template.seats)) if template else ()
