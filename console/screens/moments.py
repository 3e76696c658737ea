"""What did every rule say behind each event of a session?"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Horizontal
from textual.css.query import NoMatches
from textual.message import Message

from console.presenters.moments import event_row, explained, heading, verdict_lines
from console.presenters.paragraphs import Paragraph, paragraphs
from console.screens.dialogs.frame import Dialog
from console.screens.dialogs.prompt import TextView
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from core.domain.errors import MootError
from core.domain.events import RuleFired

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from core.domain.events import Recorded
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator
    from core.rules.explanation import Explanation

EVENTS_SHOWN_MAX = 20_000
"""The first of a session's events; whoever needs the rest has `moot rules explain --at`."""

WIDTH_BESIDE_MIN = 110

COLUMNS = (
    Column(key="seq", title="", width=5, align="right", priority=9),
    Column(key="time", title="after", width=7, align="right", priority=3),
    Column(key="kind", title="event", width=18, is_flex=True, priority=10),
    Column(key="about", title="", width=16, priority=5),
)

LOADING_TEXT = "The log is being read …"
EMPTY_TEXT = "Nothing is recorded of this session."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What every rule says behind event `seq`, or why that can't be told."""

    seq: int
    explanations: tuple[Explanation, ...] = ()
    trouble: str = ""


class Moments(Dialog[None]):
    """A session's events, and beside them every rule's verdict behind the one under the cursor."""

    DEFAULT_CSS = """
    Moments > .box { width: 100%; height: 100%; }
    Moments .fields { height: 1fr; }
    Moments #panes { height: 1fr; layout: vertical; }
    Moments #panes Rows { height: 1fr; }
    Moments #verdicts { height: 1fr; border-top: solid $structure; padding: 0 1; }
    Moments #verdicts:focus { border-top: solid $accent; }
    Moments.-wide #panes { layout: horizontal; }
    Moments.-wide #panes Rows { width: 62; height: 1fr; }
    Moments.-wide #verdicts { width: 1fr; border-top: none; border-left: solid $structure; }
    Moments.-wide #verdicts:focus { border-top: none; border-left: solid $accent; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next_firing", "Next firing", show=False),
        Binding("N", "previous_firing", "Previous firing", show=False),
    ]
    hints = (
        ("j/k", "along", "step_on"),
        ("n/N", "next firing", "next_firing"),
        ("⏎", "why", "explain"),
        ("tab", "other pane", "other_pane"),
    )
    leave_label = "close"

    class Told(Message):
        """The rules have been asked."""

        def __init__(self, told: _Told) -> None:
            super().__init__()
            self.told = told

    class LogRead(Message):
        """The events are there."""

        def __init__(self, records: tuple[Recorded, ...]) -> None:
            super().__init__()
            self.records = records

    def __init__(
        self,
        title: str,
        session: SessionId,
        core: Callable[[], Awaitable[Orchestrator]],
        *,
        at_seq: int | None = None,
    ) -> None:
        """It begins at event `at_seq`, or else at the last."""
        super().__init__(f"Rules along {title}")
        self._session = session
        self._core = core
        self._at_seq = at_seq
        self._records: tuple[Recorded, ...] = ()
        self._told = _Told(seq=0)
        self._events = Rows(
            COLUMNS, empty_text=LOADING_TEXT, id="events"
        )  # held: what reads beside the screen may outlast it
        self._wanted = asyncio.Event()

    def fields(self) -> ComposeResult:
        with Horizontal(id="panes"):
            yield self._events
            yield Prose((Paragraph(((LOADING_TEXT, "muted"),)),), id="verdicts")

    def on_mount(self) -> None:
        self.run_worker(self._read(), group="read")

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDTH_BESIDE_MIN, "-wide")

    # Keys.

    def action_step_on(self) -> None:
        self.query_one(Rows).action_list_down()

    def action_other_pane(self) -> None:
        self.focus_next()

    def action_next_firing(self) -> None:
        """To the next event with which a rule fired."""
        self._to_firing(1)

    def action_previous_firing(self) -> None:
        self._to_firing(-1)

    def action_explain(self) -> None:
        """Every rule clause by clause behind this event."""
        told = self._told
        if told.explanations:
            lines = tuple(line for each in told.explanations for line in explained(each))
            self.app.push_screen(TextView(f"Rules behind event {told.seq}", lines))

    def on_rows_opened(self) -> None:
        self.action_explain()

    def on_rows_cursor_moved(self) -> None:
        self._wanted.set()

    def _to_firing(self, step: int) -> None:
        rows = self.query_one(Rows)
        here = int(rows.cursor_key or 0)
        fired = [record.seq for record in self._records if isinstance(record.event, RuleFired)]
        ahead = [seq for seq in fired[::step] if (seq - here) * step > 0]
        if ahead:
            rows.move_to(str(ahead[0]))
        else:
            self.refuse("No rule fired after this event." if step > 0 else "No rule fired before this event.")
            return
        self.refuse("")

    # What was read.

    def on_moments_log_read(self, event: LogRead) -> None:
        self._records = event.records
        rows = self.query_one(Rows)
        rows.set_empty_text(EMPTY_TEXT)
        began_at_ms = event.records[0].at_ms if event.records else 0
        rows.set_rows([event_row(record, began_at_ms=began_at_ms) for record in event.records], keeps_order=False)
        if event.records:
            last = event.records[-1].seq
            rows.move_to(str(last if self._at_seq is None else min(last, max(1, self._at_seq))))
        self._wanted.set()

    def on_moments_told(self, event: Told) -> None:
        self._told = event.told
        lines = paragraphs(event.told.trouble, "failed") if event.told.trouble else self._lines(event.told)
        with suppress(NoMatches):
            self.query_one("#verdicts", Prose).show(lines)

    def _lines(self, told: _Told) -> tuple[Paragraph, ...]:
        return (
            heading(told.seq, told.explanations),
            Paragraph(),
            *verdict_lines(told.explanations),
        )

    # Reading, beside the screen.

    async def _read(self) -> None:
        core = await self._core()
        try:
            records: list[Recorded] = []
            while len(records) < EVENTS_SHOWN_MAX:
                page = await core.events(self._session, after_seq=records[-1].seq if records else 0)
                if not page:
                    break
                records += page
        except MootError as error:
            self.post_message(self.Told(_Told(seq=0, trouble=str(error))))
            return
        self.post_message(self.LogRead(tuple(records[:EVENTS_SHOWN_MAX])))
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            key = self._events.cursor_key
            if key is not None:
                self.post_message(self.Told(await self._asked(core, int(key))))

    async def _asked(self, core: Orchestrator, seq: int) -> _Told:
        try:
            return _Told(seq=seq, explanations=await core.explanations_at(self._session, seq))
        except MootError as error:
            return _Told(seq=seq, trouble=str(error))
