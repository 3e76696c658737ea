"""Which text is to be written and refined, by whom, and what will it take? Shown before it starts."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Input

from console.presenters.refinement_plan import STRATEGY_HELP, STRATEGY_NAMES, plan_lines
from console.screens.dialogs.frame import Words, fault_place, field
from console.screens.dialogs.refinement_fields import PLACES, Written, place_of_fault, request_of
from console.screens.dialogs.starting import Look, StartDialog, name_of
from console.widgets.choices import Choice, Choices
from console.widgets.suggester import NameSuggester
from core.domain.errors import MootError, PricesUnknown
from core.flows.refinement_terms import Strategy
from core.runtime.refining_requests import RefinementPlan, RefinementRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.price_file import Amounts

REHEARSAL = "rehearsal"
SMALLER_PLACES = ("criteria", "draft", "threshold", "iterations", "patience", "budget", "format", "rules", "seed")
BY_ONE, BY_TWO = "no", "yes"


class NewRefinementDialog(StartDialog[RefinementRequest]):
    """The request to start, as `StartDialog` has it. `is_debate_wanted` once the operator would rather have a debate
    about what is written."""

    PLACES = PLACES
    AUTO_FOCUS = "#brief"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "other_kind", "A debate instead", priority=True)]
    hints = (
        ("ctrl+s", "start", "start"),
        ("⏎ tab", "next", "app.focus_next"),
        ("ctrl+j", "new line", "break_line"),
        ("ctrl+r", "debate", "other_kind"),
    )

    def __init__(
        self,
        plan: Callable[[RefinementRequest], Awaitable[RefinementPlan]],
        *,
        brief: str = "",
        start: Callable[[RefinementRequest], Awaitable[object]] | None = None,
        names: Callable[[], Sequence[str]] = tuple,
        formats: Sequence[str] = (),
        rule_sets: Sequence[str] = (),
        keep_price: Callable[[str, Amounts], None] | None = None,
        kept: MutableMapping[str, str] | None = None,
    ) -> None:
        """`names` are those of participants and models that can be cast, as far as is known at that moment; `formats`
        those by which a draft can be debated, `rule_sets` the sets of rules that can be followed."""
        super().__init__("New refinement", start=start, keep_price=keep_price, kept=kept)
        self.is_debate_wanted, self.last_brief = False, brief
        self._brief = brief
        self._plan = plan
        self._names = names
        self._formats = tuple(formats)
        self._rule_sets = tuple(rule_sets)

    def fields(self) -> ComposeResult:
        with Horizontal(classes="row"):
            yield name_of("brief")
            with Vertical(classes="wide"):
                yield Words(self._brief, placeholder="Write a notice that …", id="brief", classes="words")
                yield fault_place("brief-fault")
        with Horizontal(classes="row -apart"):
            yield name_of("reviewed")
            with Vertical(classes="wide"):
                yield Choices(
                    [Choice(each.value, STRATEGY_NAMES[each], STRATEGY_HELP[each]) for each in Strategy], id="strategy"
                )
                yield fault_place("strategy-fault")
        with Horizontal(classes="row -apart"):
            yield name_of("who")
            with Vertical(classes="wide"):
                with Container(classes="grid"):
                    yield from self._cast("writer", REHEARSAL)
                    yield from self._cast("reviewers", "as the writer; several: a b")
                yield fault_place("writer-fault")
                yield fault_place("reviewers-fault")
        with Horizontal(classes="row -apart"):
            yield name_of("evidence")
            yield from self.evidence_fields()
        with Container(id="smaller", classes="grid"):
            yield from self._smaller_fields()
        for place in SMALLER_PLACES:
            yield fault_place(f"{place}-fault")

    def _cast(self, id: str, otherwise: str) -> ComposeResult:
        with Horizontal(classes="seat"):
            yield name_of(id)
            cast = field(placeholder=otherwise, id=id)
            cast.suggester = NameSuggester(self._names)
            yield cast

    def _smaller_fields(self) -> ComposeResult:
        """What a request may say besides, each with the word that stands for saying nothing."""
        for name, id, otherwise, names in (
            ("criteria", "criteria", "none; a file, prompt, report", ()),
            ("draft", "draft", "none yet; a file", ()),
            ("threshold", "threshold", "0.85", ()),
            ("drafts", "iterations", "5 at most", ()),
            ("patience", "patience", "2 without a gain", ()),
            ("budget $", "budget", "none", ()),
            ("pairs", "pairwise", "no; yes compares in pairs", (BY_ONE, BY_TWO)),
            ("debate by", "format", "simple_debate", self._formats),
            ("rules", "rules", "the usual set", self._rule_sets),
            ("seed", "seed", "drawn", ()),
        ):
            with Horizontal(classes="seat"):
                yield name_of(name)
                written = field(placeholder=otherwise, id=id)
                if names:
                    written.suggester = NameSuggester(partial(tuple, names))
                yield written

    def on_mount(self) -> None:
        brief = self.query_one("#brief", Words)
        brief.move_cursor(brief.document.end)
        self._show_of_strategy()
        self.look_soon()

    def action_other_kind(self) -> None:
        """A debate about what is written so far."""
        if not self._is_starting:
            self.keep()
            self.is_debate_wanted, self.last_brief = True, self.brief
            self.dismiss(None)

    def on_choices_changed(self) -> None:
        self._show_of_strategy()
        self.look_soon()

    def _show_of_strategy(self) -> None:
        """Only what matters to who reviews; what was written elsewhere stays, out of sight."""
        strategy = self.query_one("#strategy", Choices).chosen
        formats, reviewers = self.query_one("#format", Input).parent, self.query_one("#reviewers", Input).parent
        assert formats is not None and reviewers is not None  # noqa: PT018 - both are composed above
        formats.display = strategy == Strategy.DEBATE
        reviewers.display = strategy not in (Strategy.SELF, Strategy.HUMAN)

    # Looking at it.

    @property
    def brief(self) -> str:
        return self.query_one("#brief", Words).text.strip()

    def written(self) -> Written:
        strategy = self.query_one("#strategy", Choices).chosen
        has_reviewers = strategy not in (Strategy.SELF, Strategy.HUMAN)
        return Written(
            brief=self.brief,
            strategy=strategy,
            writer=self.value("writer"),
            reviewers=self.value("reviewers") if has_reviewers else "",
            is_pairwise=self.value("pairwise").casefold() in (BY_TWO, "y"),
            **{id: self.value(id) for id in ("evidence", *SMALLER_PLACES)},
        )

    async def looked_at(self, written: Written, *, is_fresh: bool) -> Look:
        faults: dict[str, str] = {}
        documents = await self.evidence(written.evidence, faults, is_fresh=is_fresh)
        reading = partial(request_of, written, documents, faults, default_model=REHEARSAL)
        request = await asyncio.to_thread(reading)  # it may name files
        plan, unpriced = None, tuple[str, ...]()
        if self.has_tried and not written.brief:  # said at the first try, and until there is one
            faults["brief"] = "Say what is to be written."
        try:
            plan = await self._plan(request)
        except PricesUnknown as unknown:
            unpriced = () if faults else unknown.models
            asked = "It is asked for when you start." if self.asks_for_prices else unknown.now
            faults.setdefault("writer", f"{unknown.what[0].upper()}{unknown.what[1:]} {asked}")
        except MootError as error:
            faults.setdefault(await place_of_fault(self._plan, request, str(error)), str(error))
        return Look(
            request=None if faults else request,
            plan=plan,
            documents=documents,
            faults=faults,
            models_unpriced=unpriced,
        )

    def show_look(self, look: Look) -> Sequence[str]:
        return plan_lines(look.plan)
