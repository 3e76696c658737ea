"""What did a session look like behind each of its events, and how did it come to that?

The same screen steps along a record and plays it: nothing is asked and nothing is recorded.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container, Vertical
from textual.css.query import NoMatches
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from console.bindings import bindings_for
from console.clicked import carry_out
from console.keys import STANDARD_KEYMAP, Keymap, footer_hints, help_hint, hint_of, place_hints
from console.presenters.past import PastFold, past_line, position_line, side_lines
from console.presenters.session_detail import head_lines
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.lines import Lines
from console.widgets.prose import Prose
from console.widgets.transcript import Transcript
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from console.app import MootApp
    from core.domain.events import Recorded
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator
    from core.ports.catalogue import Label
    from core.rules.explanation import Explanation

EVENTS_SHOWN_MAX = 20_000
"""The first of a session's events; `moot sessions replay` plays the rest."""

WIDTH_BESIDE_MIN = 100
"""From here on what stood and what rules said stand beside the transcript instead of below it."""

PAGE_EVENTS = 20
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
SPEED_FIRST = SPEEDS.index(1.0)
STEP_SECONDS_MIN, STEP_SECONDS_MAX = 0.05, 4.0
"""What was recorded at once is still seen one after the other, and nobody waits out a night."""

SEEN_SECONDS = 0.4
"""So long each event stands at least while it plays as fast as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What every rule said behind an event, or why that can't be told."""

    seq: int
    explanations: tuple[Explanation, ...] = ()
    trouble: str = ""


class PastScreen(Screen[None]):
    """A session as of one of its events. It says that this is the past; escape leads back to now."""

    DEFAULT_CSS = """
    PastScreen { layout: vertical; background: $background; overflow: hidden; }
    PastScreen #when { height: auto; border-bottom: solid $warning; }
    PastScreen #head { height: auto; }
    PastScreen #body { layout: vertical; height: 1fr; width: 1fr; }
    PastScreen #said { height: 1fr; width: 1fr; }
    PastScreen Transcript { margin-left: 1; }
    PastScreen #side { height: 38%; width: 1fr; border-top: solid $structure; padding: 0 1; }
    PastScreen #side:focus { border-top: solid $accent; }
    PastScreen.-beside #body { layout: horizontal; }
    PastScreen.-beside #side { height: 1fr; width: 40%; border-top: none; border-left: solid $structure; }
    PastScreen.-beside #side:focus { border-top: none; border-left: solid $accent; }
    PastScreen #refused { display: none; color: $error; height: auto; max-height: 3; padding: 0 1; }
    PastScreen #refused.-said { display: block; }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("past"),
        *(binding for binding in bindings_for("anywhere") if binding.id == "back"),
    ]
    app: MootApp

    class LogRead(Message):
        """Events were read; `is_first` where none were before."""

        def __init__(self, records: tuple[Recorded, ...], *, is_first: bool) -> None:
            super().__init__()
            self.records = records
            self.is_first = is_first

    class Told(Message):
        """The rules have been asked."""

        def __init__(self, told: _Told) -> None:
            super().__init__()
            self.told = told

    def __init__(
        self,
        session: SessionId,
        core: Callable[[], Awaitable[Orchestrator]],
        *,
        label: Label | None = None,
        keymap: Keymap = STANDARD_KEYMAP,
        at_seq: int | None = None,
        speed: float | None = None,
    ) -> None:
        """It begins at event `at_seq`, or else at the last. With a `speed` it begins at the first and plays up to
        `at_seq` at once; 0 is as fast as it can be looked at."""
        super().__init__()
        self._session = session
        self._core = core
        self._label = label
        self._keymap = keymap
        self._at_seq = at_seq
        self._plays_first = speed is not None
        self._until_seq = at_seq if speed is not None else None
        self._speed = SPEED_FIRST if speed is None else _nearest_speed(speed)
        self._fold: PastFold | None = None
        self._told = _Told(seq=0)
        self._wanted = asyncio.Event()
        self._playing: Timer | None = None
        self._is_playing = False
        self._keys: set[str] = set()

    def compose(self) -> ComposeResult:
        yield HeaderBar()
        yield Lines(id="when", ground="panel")
        with Container(id="body"):
            with Vertical(id="said"):
                yield Lines(id="head")
                yield Transcript(empty_text="Nothing had been said yet.", id="turns")
            yield Prose(id="side")
        yield Static(id="refused", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self._show_keys()
        self._show_when()
        self.run_worker(self._read_on(), group="read")
        self.run_worker(self._ask_on(), group="rules")

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDTH_BESIDE_MIN, "-beside")
        self._show_when()

    # --- keys ---------------------------------------------------------------------------------------------------

    def action_past_next(self) -> None:
        self._step(1)

    def action_past_previous(self) -> None:
        self._step(-1)

    def action_past_page_next(self) -> None:
        self._step(PAGE_EVENTS)

    def action_past_page_previous(self) -> None:
        self._step(-PAGE_EVENTS)

    def action_past_first(self) -> None:
        self._go(1)

    def action_past_last(self) -> None:
        """To the newest event there is by now."""
        self._go(len(self._fold.records) if self._fold is not None else 0)
        self.run_worker(self._read_on(), group="read", exclusive=True)

    def action_past_next_turn(self) -> None:
        self._go_to_notable(1)

    def action_past_previous_turn(self) -> None:
        self._go_to_notable(-1)

    def action_past_play(self) -> None:
        """Play on from here, or hold; from the last event, from the beginning."""
        if self._is_playing:
            self._hold()
            return
        fold = self._fold
        if fold is not None and fold.place == len(fold.records):
            self._go(1)
        self._until_seq = None
        self._play()

    def action_past_faster(self) -> None:
        self._change_speed(1)

    def action_past_slower(self) -> None:
        self._change_speed(-1)

    def action_past_other_pane(self) -> None:
        """To what can be scrolled, and behind the last back to the events."""
        panes = (self.query_one("#turns", Transcript), self.query_one("#side", Prose))
        if self.focused is panes[0]:
            panes[1].focus()
        elif self.focused is panes[1]:
            self.set_focus(None)
        else:
            panes[0].focus()

    def action_past_fork(self) -> None:
        """Start another session that goes on from this event."""
        fold = self._fold
        if fold is None or fold.record is None:
            return
        from console.screens.dialogs.fork import forking

        self._hold()
        self.app.run_worker(forking(self.app, self._session, at_seq=fold.record.seq), group="dialogs")

    def action_back(self) -> None:
        if self.focused is not None:
            self.set_focus(None)
        else:
            self.app.action_go_sessions()

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        await carry_out(self, event)

    # --- moving -------------------------------------------------------------------------------------------------

    @property
    def seq(self) -> int:
        """The event that is shown; 0 before there is one."""
        record = self._fold.record if self._fold is not None else None
        return record.seq if record is not None else 0

    @property
    def is_playing(self) -> bool:
        return self._is_playing

    def _step(self, step: int) -> None:
        if self._fold is not None:
            self._hold()
            self._go(self._fold.place + step)

    def _go_to_notable(self, step: int) -> None:
        if self._fold is None:
            return
        self._hold()
        place = self._fold.next_notable(step)
        if place is None:
            where = "after" if step > 0 else "before"
            self.say_refusal(f"Nobody spoke and no rule fired {where} this event.")
        else:
            self._go(place)

    def _go(self, place: int) -> None:
        fold = self._fold
        self.say_refusal("")
        if fold is None or not fold.records:
            return
        changed = fold.move(place)
        turns = self.query_one("#turns", Transcript)
        if changed is None:
            turns.set_turns(fold.turns)
            self._keys = {turn.key for turn in fold.turns}
        for key in changed or ():
            view = fold.transcript.turns[key]
            if key in self._keys:
                turns.replace_turn(view)
            else:
                self._keys.add(key)
                turns.append_turn(view)
        if changed is not None:
            turns.action_transcript_end()
        self._show()
        self._wanted.set()

    # --- playing ------------------------------------------------------------------------------------------------

    def _play(self) -> None:
        self._is_playing = True
        self._show_when()
        self._show_keys()
        self._wait_for_next()

    def _hold(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None
        if self._is_playing:
            self._is_playing = False
            self._show_when()
            self._show_keys()

    def _wait_for_next(self) -> None:
        fold = self._fold
        if fold is None or not self._is_playing:
            return
        seconds = max(SEEN_SECONDS, fold.waits_ms() / 1_000) / SPEEDS[self._speed]
        seconds = max(STEP_SECONDS_MIN, min(STEP_SECONDS_MAX, seconds))
        self._playing = self.set_timer(seconds, self._play_on, name="play")

    def _play_on(self) -> None:
        fold = self._fold
        if fold is None or not self._is_playing:
            return
        self._go(fold.place + 1)
        is_there = self._until_seq is not None and self.seq >= self._until_seq
        if fold.place == len(fold.records) or is_there:
            self._hold()
        else:
            self._wait_for_next()

    def _change_speed(self, step: int) -> None:
        self._speed = max(0, min(len(SPEEDS) - 1, self._speed + step))
        self._show_when()

    # --- showing ------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        fold = self._fold
        if fold is None or fold.row is None or fold.record is None:
            return
        self._show_when()
        head = head_lines(fold.row, self._label, now_ms=fold.record.at_ms)
        self.query_one("#head", Lines).show(head if self.has_class("-beside") else head[-1:])
        self._show_side()

    def _show_when(self) -> None:
        when = self.query_one("#when", Lines)
        speed = f"×{SPEEDS[self._speed]:g}"
        fold = self._fold
        if fold is None:
            from console.presenters.shown import Line

            when.show([Line((("◀ the past", "attention strong"), ("  the log is being read …", "muted")))])
            return
        width = max(0, self.size.width - 2)
        when.show([past_line(fold, speed=speed, is_playing=self._is_playing), position_line(fold, width=width)])

    def _show_side(self) -> None:
        fold = self._fold
        if fold is None:
            return
        is_told = self._told.seq == self.seq
        explanations = self._told.explanations
        lines = side_lines(fold, explanations, self._told.trouble if is_told else "")
        with suppress(NoMatches):
            self.query_one("#side", Prose).show(lines)

    def _show_keys(self) -> None:
        hints = list(footer_hints(("past",), self._keymap))
        if self._is_playing:
            hints = [
                type(hint)(action_id=hint.action_id, key=hint.key, label="hold")
                if hint.action_id == "past_play"
                else hint
                for hint in hints
            ]
        now = hint_of("back", self._keymap)
        hints.insert(0, type(now)(action_id=now.action_id, key=now.key, label="to now"))
        self.query_one(KeyBar).show(hints, always=help_hint(self._keymap), places=place_hints(self._keymap))

    def say_refusal(self, why: str) -> None:
        """Say it where it was asked, or with "" nothing any more."""
        place = self.query_one("#refused", Static)
        place.update(f"✗ {why}" if why else "")
        place.set_class(bool(why), "-said")

    def on_acting_refused(self, event: Message) -> None:
        self.say_refusal(str(getattr(event, "why", "")))

    # --- what was read ------------------------------------------------------------------------------------------

    def on_past_screen_log_read(self, event: LogRead) -> None:
        fold = self._fold
        if fold is None:
            return
        was_last = fold.place == len(fold.records)
        fold.extend(event.records)
        if event.is_first:
            if self._plays_first:
                self._go(1)
                self._play()
                return
            wanted = len(fold.records) if self._at_seq is None else self._at_seq
            self._go(wanted)
        elif was_last and event.records:
            self._go(len(fold.records))
        else:
            self._show_when()

    def on_past_screen_told(self, event: Told) -> None:
        self._told = event.told
        if event.told.trouble and not self.seq:  # nothing is shown that it could stand beside
            self.say_refusal(event.told.trouble)
        self._show_side()

    # --- reading, beside the screen -----------------------------------------------------------------------------

    async def _read_on(self) -> None:
        core = await self._core()
        if self._fold is None:
            self._fold = PastFold(core.fact_specs(), core.summarised, core.flips.formats)
        known = len(self._fold.records)
        is_first = not known
        try:
            records: list[Recorded] = []
            while known + len(records) < EVENTS_SHOWN_MAX:
                page = await core.events(self._session, after_seq=known + len(records))
                if not page:
                    break
                await core.flips.formats.prepare(record.event for record in page)
                records += page
        except MootError as error:
            self.post_message(self.Told(_Told(seq=self.seq, trouble=str(error))))
            return
        self.post_message(self.LogRead(tuple(records[: EVENTS_SHOWN_MAX - known]), is_first=is_first))

    async def _ask_on(self) -> None:
        core = await self._core()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            seq = self.seq
            try:
                told = _Told(seq=seq, explanations=await core.explanations_at(self._session, seq))
            except MootError as error:
                told = _Told(seq=seq, trouble=str(error))
            self.post_message(self.Told(told))


def _nearest_speed(speed: float) -> int:
    """The place in SPEEDS nearest to a speed; 0 is the fastest."""
    if speed <= 0:
        return len(SPEEDS) - 1
    return min(range(len(SPEEDS)), key=lambda place: abs(SPEEDS[place] - speed))
