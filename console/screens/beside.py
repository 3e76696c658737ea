"""How did a fork come out beside the session that it goes on from, row by row from the fork on?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen

from console.bindings import bindings_for
from console.clicked import carry_out
from console.keys import STANDARD_KEYMAP, Keymap, footer_hints, help_hint, hint_of, place_hints
from console.presenters.beside import Pair, pairs_of, parting, parting_words, side_head, turn_paragraphs, turns_behind
from console.presenters.shown import Line
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.lines import Lines
from console.widgets.sides import BOTH_WIDTH_MIN, Sides
from core.domain.errors import MootError
from core.domain.ids import SessionId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.widgets.sides import SideRow
    from core.domain.events import Recorded
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator

EVENTS_READ_MAX = 20_000


class BesideScreen(Screen[None]):
    """A fork and its origin, from the fork on. While either runs it follows what is recorded."""

    DEFAULT_CSS = """
    BesideScreen { layout: vertical; background: $background; overflow: hidden; }
    BesideScreen #about { height: auto; }
    BesideScreen #heads { height: 1; width: 1fr; }
    BesideScreen #heads Lines { width: 1fr; }
    BesideScreen Sides { padding: 0 1; border-top: solid $structure; }
    """
    AUTO_FOCUS = "Sides"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("beside")]

    class Read(Message):
        """Both were read as far as they go."""

        def __init__(
            self,
            pairs: tuple[Pair, ...],
            origin: SessionSummary | None,
            fork: SessionSummary,
            trouble: str = "",
        ) -> None:
            super().__init__()
            self.pairs = pairs
            self.origin = origin
            self.fork = fork
            self.trouble = trouble

    def __init__(
        self, fork: SessionSummary, core: Callable[[], Awaitable[Orchestrator]], *, keymap: Keymap = STANDARD_KEYMAP
    ) -> None:
        super().__init__()
        self._fork = fork
        self._core = core
        self._keymap = keymap
        self._pairs: tuple[Pair, ...] = ()
        self._origin: SessionSummary | None = None
        self._trouble = ""
        self._is_read = False

    def compose(self) -> ComposeResult:
        yield HeaderBar()
        yield Lines(id="about")
        with Horizontal(id="heads"):
            yield Lines(id="head-origin")
            yield Lines(id="head-fork")
        yield Sides(id="sides")
        yield KeyBar()

    def on_mount(self) -> None:
        self._show_keys()
        self._show_heads()
        self.run_worker(self._read_on(), group="read")

    def on_resize(self) -> None:
        self._show_heads()
        self._show_keys()

    # Keys.

    def action_beside_down(self) -> None:
        self._to(self._sides.next_line(1))

    def action_beside_up(self) -> None:
        self._to(self._sides.next_line(-1))

    def action_beside_page_down(self) -> None:
        self._to(self._sides.scroll_offset.y + self._page)

    def action_beside_page_up(self) -> None:
        self._to(self._sides.scroll_offset.y - self._page)

    def action_beside_first(self) -> None:
        self._to(0)

    def action_beside_last(self) -> None:
        self._to(self._sides.virtual_size.height)

    def action_beside_parting(self) -> None:
        at = parting(self._pairs, is_over=self._are_over)
        if at is not None:
            self._to(self._sides.line_of(at))

    def action_beside_other(self) -> None:
        self._sides.show_other()
        self._show_heads()

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        await carry_out(self, event)

    # Showing.

    @property
    def _sides(self) -> Sides:
        return self.query_one(Sides)

    @property
    def _are_over(self) -> bool:
        """Is there nothing to come in either of them?"""
        return self._fork.status.is_over and (self._origin is None or self._origin.status.is_over)

    @property
    def _page(self) -> int:
        return max(1, self._sides.scrollable_content_region.height - 1)

    def _to(self, line: int) -> None:
        self._sides.scroll_to(y=line, animate=False)

    def _show_heads(self) -> None:
        fork = self._fork
        parted = parting_words(self._pairs, is_over=self._are_over)
        said = self._trouble or (parted if self._is_read else "both logs are being read …")
        motion = Line(((fork.motion, "text strong"),))
        where = f"behind event {fork.forked_at_seq} of {fork.forked_from[:8]}: "
        about = Line(((where, "muted"), (said, "failed" if self._trouble else "attention")))
        self.query_one("#about", Lines).show([motion, about])
        has_both = self.size.width >= BOTH_WIDTH_MIN
        is_fork_shown = self._sides.is_right_shown
        origin, side = self.query_one("#head-origin", Lines), self.query_one("#head-fork", Lines)
        seq = fork.forked_at_seq
        origin.show([side_head(self._origin, is_fork=False, seq=seq)] if self._is_read else [])
        side.show([side_head(fork, is_fork=True, seq=seq)])
        origin.display = has_both or not is_fork_shown
        side.display = has_both or is_fork_shown

    def _show_keys(self) -> None:
        hints = [hint_of("back", self._keymap), *footer_hints(("beside",), self._keymap)]
        if self.size.width >= BOTH_WIDTH_MIN:
            hints = [hint for hint in hints if hint.action_id != "beside_other"]
        self.query_one(KeyBar).show(hints, always=help_hint(self._keymap), places=place_hints(self._keymap))

    def on_beside_screen_read(self, event: Read) -> None:
        is_first, self._is_read = not self._is_read, True
        self._pairs, self._origin, self._fork, self._trouble = event.pairs, event.origin, event.fork, event.trouble
        self._sides.show([_row(pair) for pair in event.pairs])
        self._show_heads()
        if is_first:
            self.action_beside_parting()

    # Reading, beside the screen.

    async def _read_on(self) -> None:
        core = await self._core()
        position = -1
        while True:
            fork, origin, pairs, trouble = self._fork, None, self._pairs, ""
            try:
                fork = await core.summary(self._fork.session)
                pairs, origin = await self._read(core, fork)
            except MootError as error:
                trouble = str(error)
            self.post_message(self.Read(pairs, origin, fork, trouble))
            are_over = fork.status.is_over and (origin is None or origin.status.is_over)
            if are_over or trouble:
                return
            position = await core.committed_beyond(max(position, fork.position, origin.position if origin else 0))

    async def _read(self, core: Orchestrator, fork: SessionSummary) -> tuple[tuple[Pair, ...], SessionSummary | None]:
        facts = core.fact_specs()
        ours = turns_behind(await _events(core, fork.session), facts, seq=2)
        session = SessionId(fork.forked_from)
        records = await _events(core, session)
        origin = await core.summary(session) if records else None
        theirs = turns_behind(records, facts, seq=fork.forked_at_seq)
        return pairs_of(theirs, ours), origin


def _row(pair: Pair) -> SideRow:
    return turn_paragraphs(pair.origin, is_same=pair.is_same), turn_paragraphs(pair.fork, is_same=pair.is_same)


async def _events(core: Orchestrator, session: SessionId) -> list[Recorded]:
    records: list[Recorded] = []
    while len(records) < EVENTS_READ_MAX:
        page = await core.events(session, after_seq=len(records))
        if not page:
            break
        records += page
    return records
