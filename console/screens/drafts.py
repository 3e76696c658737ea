"""What changed from one draft of a refinement to another, what was said of each, and how good are they?"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen

from console.beside import beside
from console.bindings import bindings_for
from console.clicked import carry_out
from console.keys import STANDARD_KEYMAP, Keymap, footer_hints, help_hint, hint_of, place_hints
from console.presenters.carried import carried
from console.presenters.drafts import DraftsFold
from console.presenters.drafts_compared import Comparison, comparison_of
from console.presenters.drafts_standing import about_lines, side_head
from console.presenters.score_chart import chart_lines
from console.presenters.shown import Line
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.lines import Lines
from console.widgets.sides import Sides
from core.domain.errors import MootError
from core.domain.events import SessionForked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.acting import Acting
    from console.app import MootApp
    from console.presenters.drafts import DraftView
    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator
    from core.ports.catalogue import Label

EVENTS_READ_MAX = 20_000
BOTH_WIDTH_MIN = 70
"""Two drafts of 34 cells can still be read; narrower, one stands alone and tab shows the other."""

CHART_LINES_MIN, CHART_LINES_MAX = 2, 12
CHART_SHARE = 6
"""The chart takes at most a sixth of the screen's height."""

STEERING = ("drafts_accept", "drafts_edit")
"""What can't be done any more once it is over."""

STANDING_SECONDS = 0.25
"""How often it is looked how far the writer is."""


class DraftsScreen(Screen[None]):
    """Two drafts of a refinement side by side below a chart of all scores. While it runs it follows what is recorded.

    The draft at the right is the newest until another one is chosen; at the left stands the one before it.
    """

    DEFAULT_CSS = """
    DraftsScreen { layout: vertical; background: $background; overflow: hidden; }
    DraftsScreen #about { height: auto; }
    DraftsScreen #chart { height: auto; }
    DraftsScreen #heads { height: auto; width: 1fr; border-top: solid $structure; }
    DraftsScreen #heads Lines { width: 1fr; }
    DraftsScreen #notice { dock: bottom; margin-bottom: 1; }
    DraftsScreen Sides { padding: 0 1; }
    """
    AUTO_FOCUS = "Sides"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("drafts")]
    app: MootApp

    class Read(Message):
        """The log was read as far as it goes."""

        def __init__(self, fold: DraftsFold, row: SessionSummary | None, trouble: str = "") -> None:
            super().__init__()
            self.fold = fold
            self.row = row
            self.trouble = trouble

    class Compared(Message):
        """Two drafts were compared."""

        def __init__(self, left: DraftView | None, right: DraftView | None, comparison: Comparison) -> None:
            super().__init__()
            self.left = left
            self.right = right
            self.comparison = comparison

    def __init__(
        self,
        row: SessionSummary,
        core: Callable[[], Awaitable[Orchestrator]],
        *,
        label: Label | None = None,
        keymap: Keymap = STANDARD_KEYMAP,
    ) -> None:
        super().__init__()
        self.session: SessionId = row.session
        self.fold = DraftsFold()
        self._row = row
        self._core = core
        self._label = label
        self._keymap = keymap
        self._opened: Orchestrator | None = None
        self._right = 0
        self._left = 0
        self._comparison = Comparison(pairs=())
        self._shown: tuple[DraftView | None, DraftView | None] = (None, None)
        self._trouble = ""
        self._is_read = False

    def compose(self) -> ComposeResult:
        yield HeaderBar()
        yield Lines(id="about")
        yield Lines(id="chart")
        with Horizontal(id="heads"):
            yield Lines(id="head-left")
            yield Lines(id="head-right")
        yield Sides(id="sides", both_width_min=BOTH_WIDTH_MIN, apart=False)
        yield Lines(id="notice", ground="panel")
        yield KeyBar()

    def on_mount(self) -> None:
        self._show()
        self.run_worker(self._read_on(), group="read")
        self.set_interval(STANDING_SECONDS, self._show_about, name="standing")

    def on_resize(self) -> None:
        self._show()

    # --- which two ----------------------------------------------------------------------------------------------

    @property
    def right(self) -> int:
        """The draft at the right: the one that was chosen, or the newest."""
        return self._right or max(self.fold.views, default=0)

    @property
    def left(self) -> int:
        """The draft at the left: the one that was chosen, or the one before the right one; 0 where there is none."""
        return self._left if self._left and self._left != self.right else self.fold.before(self.right)

    def choose(self, *, left: int = 0, right: int = 0) -> None:
        """Compare these; 0 for the newest, and for the one before it."""
        self._left, self._right = left, right
        self._say("")
        self._show()
        self._compare()
        self._to(0)

    def _moved(self, number: int, step: int, other: int = 0) -> int:
        """The draft so many on, or the one at hand at either end; it passes over the `other` one."""
        numbers = [each for each in sorted(self.fold.views) if each != other]
        at = numbers.index(number) + step if number in numbers else 0
        return numbers[max(0, min(len(numbers) - 1, at))] if numbers else 0

    def action_drafts_next(self) -> None:
        number = self._moved(self.right, 1)
        self.choose(left=self._left, right=0 if number == max(self.fold.views, default=0) else number)

    def action_drafts_previous(self) -> None:
        self.choose(left=self._left, right=self._moved(self.right, -1))

    def action_drafts_left_next(self) -> None:
        self.choose(left=self._moved(self.left, 1, self.right), right=self._right)

    def action_drafts_left_previous(self) -> None:
        self.choose(left=self._moved(self.left, -1, self.right), right=self._right)

    def action_drafts_best(self) -> None:
        """The best at the left of the newest; where the newest is the best, the one before it."""
        kept = self.fold.kept
        if kept is None:
            self._say("No draft is the best yet: none has a score.")
        else:
            self.choose(left=kept.number)

    # --- along them ---------------------------------------------------------------------------------------------

    def action_drafts_down(self) -> None:
        self._to(self._sides.scroll_offset.y + 1)

    def action_drafts_up(self) -> None:
        self._to(self._sides.scroll_offset.y - 1)

    def action_drafts_page_down(self) -> None:
        self._to(self._sides.scroll_offset.y + self._page)

    def action_drafts_page_up(self) -> None:
        self._to(self._sides.scroll_offset.y - self._page)

    def action_drafts_first(self) -> None:
        self._to(0)

    def action_drafts_last(self) -> None:
        self._to(self._sides.virtual_size.height)

    def action_drafts_next_change(self) -> None:
        self._to_change(1)

    def action_drafts_previous_change(self) -> None:
        self._to_change(-1)

    def action_drafts_other(self) -> None:
        self._sides.show_other()
        self._show()

    def _to_change(self, step: int) -> None:
        """To the line of the next row in which something changed, or was said of a passage."""
        here = self._sides.scroll_offset.y
        tops = [self._sides.line_of(at) for at, pair in enumerate(self._comparison.pairs) if pair.is_notable]
        ahead = [top for top in tops if top > here] if step > 0 else [top for top in reversed(tops) if top < here]
        if ahead:
            self._to(ahead[0])
        else:
            self._say(f"Nothing changed {'below' if step > 0 else 'above'} here, and no review speaks of it.")

    @property
    def _sides(self) -> Sides:
        return self.query_one(Sides)

    @property
    def _page(self) -> int:
        return max(1, self._sides.scrollable_content_region.height - 1)

    def _to(self, line: int) -> None:
        self._sides.scroll_to(y=line, animate=False)

    # --- what can be done ---------------------------------------------------------------------------------------

    @property
    def _title(self) -> str:
        from console.presenters.sessions import title_of

        return title_of(self._row, self._label)

    def action_drafts_accept(self) -> None:
        self.run_worker(self._accept(), group="dialogs")

    def action_drafts_edit(self) -> None:
        self.run_worker(self._edit(), group="dialogs")

    async def _accept(self) -> None:
        from console.screens.dialogs.drafts import accepting

        self._say(await accepting(self.app, self.session, self._title, self.fold, number=self.right))

    async def _edit(self) -> None:
        from console.screens.dialogs.drafts import editing

        self._say(await editing(self.app, self.session, self._title, self.fold, number=self.right))

    def action_drafts_pause(self) -> None:
        from console.acting import pause_or_resume, target_of

        self.app.acting.ask(pause_or_resume([target_of(self._row, self._title)]), self)

    def action_drafts_budget(self) -> None:
        from console.acting import target_of
        from console.steering import Chosen, raise_budget

        target = target_of(self._row, self._title)
        chosen = Chosen(summary=self._row, label=self._label, targets=(target,), turn="", fold=None)
        self.run_worker(raise_budget(self, chosen), group="dialogs")

    def action_drafts_export(self) -> None:
        from console.acting import target_of
        from console.screens.dialogs.export import exporting

        self.run_worker(exporting(self, [target_of(self._row, self._title)]), group="dialogs")

    def on_acting_refused(self, event: Acting.Refused) -> None:
        self._say(f"✗ {event.why}")

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        await carry_out(self, event)

    # --- showing ------------------------------------------------------------------------------------------------

    def _say(self, why: str) -> None:
        """Say it where it was asked, or with "" nothing any more."""
        self.query_one("#notice", Lines).show([Line(((why, "failed"),), lines_max=3)] if why else [])

    def _show(self) -> None:
        self._show_about()
        self._show_keys()
        room = max(CHART_LINES_MIN, min(CHART_LINES_MAX, self.size.height // CHART_SHARE))
        width = max(0, self.size.width - 2)
        chart = chart_lines(self.fold, left=self.left, right=self.right, width=width, lines_max=room)
        self.query_one("#chart", Lines).show(chart)
        has_both = self._sides.has_both
        for name, view, is_right in (("left", self._shown[0], False), ("right", self._shown[1], True)):
            head = self.query_one(f"#head-{name}", Lines)
            changed = self._comparison.changed if is_right else None
            line = side_head(self.fold, view, is_right=is_right, changed=changed)
            head.show([line] if view is not None or has_both else [])
            head.display = has_both or self._sides.is_right_shown is is_right
        if not self.fold.views:
            words = self._trouble or ("Nothing is written yet." if self._is_read else "The log is being read …")
            self.query_one("#head-right", Lines).show([Line(((words, "muted"),))])

    def _show_about(self) -> None:
        """Where it stands, and what is being written: that changes without anything being recorded."""
        speaking = self._opened.speaking(self.session) if self._opened is not None else ()
        lines = about_lines(self._row, self._label, self.fold, speaking, now_ms=self.app.now_ms())
        self.query_one("#about", Lines).show(lines)

    def _show_keys(self) -> None:
        hints = [hint_of("back", self._keymap), *footer_hints(("drafts",), self._keymap)]
        if self.right == max(self.fold.views, default=0):  # nothing is newer
            older = [hint_of("drafts_previous", self._keymap)] if self.fold.before(self.right) else []
            at = next((n for n, each in enumerate(hints) if each.action_id == "drafts_next"), len(hints))
            hints[at : at + 1] = older
        if self.fold.completed is not None:
            hints = [each for each in hints if each.action_id not in STEERING]
        self.query_one(KeyBar).show(hints, always=help_hint(self._keymap), places=place_hints(self._keymap))

    def on_drafts_screen_read(self, event: Read) -> None:
        self._is_read = True
        self.fold, self._row, self._trouble = event.fold, event.row or self._row, event.trouble
        self._show()
        self._compare()

    def on_drafts_screen_compared(self, event: Compared) -> None:
        self._shown, self._comparison = (event.left, event.right), event.comparison
        self._sides.show([(pair.left, pair.right) for pair in event.comparison.pairs])
        self._show()

    def _compare(self) -> None:
        """Beside the screen: long drafts take a while, and no key may wait for that."""
        views = self.fold.views.get(self.left), self.fold.views.get(self.right)
        if views != self._shown or not self._comparison.pairs:
            beside(self, partial(self._compared, *views), group="compare", is_alone=True)

    async def _compared(self, left: DraftView | None, right: DraftView | None) -> None:
        comparison = await asyncio.to_thread(comparison_of, left, right)
        self.post_message(self.Compared(left, right, comparison))

    # --- reading, beside the screen -----------------------------------------------------------------------------

    async def _read_on(self) -> None:
        core = self._opened = await self._core()
        fold, seq, position = DraftsFold(), 0, 0
        while True:
            try:
                row = await core.summary(self.session)
                while seq < EVENTS_READ_MAX and (records := await core.events(self.session, after_seq=seq)):
                    for record in records:
                        if isinstance(record.event, SessionForked):
                            for each in carried(record, record.event):
                                fold.take(each.event)
                        fold.take(record.event)
                    seq, position = records[-1].seq, max(position, records[-1].position)
            except MootError as error:
                self.post_message(self.Read(fold.copied(), None, str(error)))
                return
            self.post_message(self.Read(fold.copied(), row))
            position = await core.committed_beyond(max(position, row.position))
