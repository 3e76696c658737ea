"""Which providers answer and how fast, what stands in the way of the others, and is everything else in order?"""

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

from console.acting import Acting, Done, ask_again, give_up, settle_doubt
from console.bindings import bindings_for
from console.clicked import carry_out
from console.keys import STANDARD_KEYMAP, Keymap, footer_hints, help_hint, place_hints, shown_key
from console.presenters.doubts import becomes, doubt_key, doubt_lines, doubt_row
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.system import (
    ROUTE_PREFIX,
    detail,
    headline,
    looked_in_words,
    model_lines,
    system_lines,
    system_rows,
)
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.cells import clean
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from core.domain.errors import MootError
from core.runtime.doubts import DoubtStands

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.acting import Work
    from core.analytics.health_levels import Health
    from core.orchestrator import Orchestrator, SystemStatus
    from core.ports.model_offers import ProviderOffer
    from core.runtime.backups import MadeBackup
    from core.runtime.costs import CostsOfDay
    from core.runtime.doubts import Doubt
    from core.runtime.driver_notes import DriverNotes

PULSE_SECONDS = 1.0
"""Latency and breakers change without anything being committed."""

WIDTH_BESIDE_MIN = 130
"""From here on health and jobs stand beside the table instead of below it."""

HEIGHT_FULL_MIN = 16

COLUMNS = (
    Column(key="state", title="", width=14, priority=10, announces=True),
    Column(key="route", title="provider and model", width=18, is_flex=True, priority=9),
    Column(key="p50", title="p50", width=7, align="right", priority=6),
    Column(key="p95", title="p95", width=7, align="right", priority=7),
    Column(key="answers", title="answers", width=7, align="right", priority=3),
    Column(key="errors", title="errors", width=6, align="right", priority=8),
    Column(key="left", title="left", width=5, align="right", priority=2),
    Column(key="spent", title="today", width=9, align="right", priority=5),
)

DAYS_SHOWN = 7
"""So many days of spending, today included."""

COSTS_MS_MIN = 3_000
COSTS_MS_MAX = 60_000
"""Sums are read again after so long: at least where something was committed, at most where nothing was."""

LOADING_TEXT = "The providers are being looked at …"
EMPTY_TEXT = "No provider is at hand."


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """What one look at the door gave. `trouble` says why there is none."""

    status: SystemStatus | None = None
    health: tuple[Health, ...] = ()
    notes: DriverNotes | None = None
    costs: tuple[CostsOfDay, ...] = ()
    costs_read_at_ms: int = 0
    backup: MadeBackup | None = None
    doubts: tuple[Doubt, ...] = ()
    trouble: str = ""


class SystemScreen(Screen[None]):
    """Providers with their routes, the one under the cursor explained, health and jobs."""

    DEFAULT_CSS = """
    SystemScreen { layout: vertical; background: $background; overflow: hidden; }
    SystemScreen #body { layout: vertical; height: 1fr; width: 1fr; }
    SystemScreen #above { height: 1fr; width: 1fr; }
    SystemScreen #head { height: 1; padding: 0 1; overflow: hidden; }
    SystemScreen Rows { height: 1fr; }
    SystemScreen #refused { display: none; color: $error; height: auto; max-height: 3; padding: 0 1; }
    SystemScreen #refused.-said { display: block; }
    SystemScreen #below { height: 60%; width: 1fr; border-top: solid $structure; padding: 0 1; }
    SystemScreen #below:focus-within { border-top: solid $accent; }
    SystemScreen.-low #head { display: none; }
    SystemScreen.-wide #body { layout: horizontal; }
    SystemScreen.-wide #below { width: 60; height: 1fr; border-top: none; border-left: solid $structure; }
    SystemScreen.-wide #below:focus-within { border-top: none; border-left: solid $accent; }
    SystemScreen Prose { height: 1fr; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("system")]

    class Read(Message):
        """The door has been looked through."""

        def __init__(self, standings: Standings) -> None:
            super().__init__()
            self.standings = standings

    class Looked(Message):
        """The providers have been asked."""

        def __init__(self, offers: tuple[ProviderOffer, ...]) -> None:
            super().__init__()
            self.offers = offers

    def __init__(
        self,
        acting: Acting,
        core: Callable[[], Awaitable[Orchestrator]],
        *,
        now_ms: Callable[[], int],
        keymap: Keymap = STANDARD_KEYMAP,
    ) -> None:
        """`core` waits until the core is open. `now_ms` is the time of day."""
        super().__init__()
        self._acting = acting
        self._core = core
        self._now_ms = now_ms
        self._keymap = keymap
        self._standings = Standings()
        self._offers: tuple[ProviderOffer, ...] = ()
        self._looked_at_ms = 0
        self._due = asyncio.Event()
        self._is_resting = False

    def compose(self) -> ComposeResult:
        yield HeaderBar()
        with Container(id="body"):
            with Vertical(id="above"):
                yield Prose(id="head")
                yield Rows(COLUMNS, empty_text=LOADING_TEXT)
                yield Static(id="refused", markup=False)
            with Vertical(id="below"):
                yield Prose(id="detail")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#head", Prose).can_focus = False
        self.query_one(KeyBar).show(
            footer_hints(("list", "system", "anywhere"), self._keymap),
            always=help_hint(self._keymap),
            places=place_hints(self._keymap),
        )
        self.run_worker(self._read_on(), group="read")
        self.run_worker(self._look(), group="look", exclusive=True)

    # Keys.

    def action_look_again(self) -> None:
        """Ask the providers once more what they have, and say what that found; a second key while it goes on begins it
        anew."""
        self.run_worker(self._look(is_told=True), group="look", exclusive=True)

    def action_reset_route(self) -> None:
        """Have the route under the cursor asked again at once."""
        key = self.query_one(Rows).cursor_key
        self._refuse("")
        if key is None or not key.startswith(ROUTE_PREFIX):
            self._refuse("This row is a provider. Put the cursor on one of its models that was asked.")
            return
        self._acting.ask(resetting(key.removeprefix(ROUTE_PREFIX)), self)
        self._due.set()

    def action_retry_doubt(self) -> None:
        """Have the call under the cursor made again, where its session waits for that."""
        doubt = self._doubt()
        if doubt is None:
            return
        if doubt.stands is not DoubtStands.WAITS:
            self._refuse(f"No session waits for this call: it {becomes(doubt)}.")
            return
        self._ask(ask_again(doubt))

    def action_fail_doubt(self) -> None:
        """Leave the session failed that waits because of the call under the cursor."""
        doubt = self._doubt()
        if doubt is not None:
            self._ask(give_up(doubt))

    def action_settle_doubt(self) -> None:
        """Say what the call under the cursor cost."""
        doubt = self._doubt()
        if doubt is None:
            return
        if doubt.stands is DoubtStands.LEFT:
            self._refuse("Nobody has taken up its session yet. Take the wheel first.")
            return
        self.run_worker(self._settle(doubt), group="dialogs")

    async def _settle(self, doubt: Doubt) -> None:
        from console.steering import doubt_dialog

        cost = await self.app.push_screen_wait(doubt_dialog(doubt))
        if cost is not None:
            self._ask(settle_doubt(doubt, cost))

    def _doubt(self) -> Doubt | None:
        """The call in doubt under the cursor, or the first there is; where there is none, that is said."""
        self._refuse("")
        doubts = self._standings.doubts
        key = self.query_one(Rows).cursor_key
        found = next((each for each in doubts if doubt_key(each) == key), doubts[0] if doubts else None)
        if found is None:
            self._refuse("Nothing is in doubt.")
        return found

    def _ask(self, work: Work) -> None:
        self._acting.ask(work, self)
        self._due.set()

    def on_rows_cursor_moved(self) -> None:
        self._refuse("")
        self._show_detail()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """All models of the provider, with their prices."""
        prefix = event.key.partition(":")[2].partition(":")[0]
        offer = next((each for each in self._offers if each.prefix == prefix), None)
        if offer is None:
            self._refuse("Its provider has not been looked at yet.")
            return
        from console.screens.dialogs.prompt import TextView

        lines = model_lines(offer)
        text = "\n".join(line.text for line in lines)
        self.app.push_screen(TextView(offer.name, lines, copied=text, note="dollars for a million tokens"))

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        await carry_out(self, event)

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDTH_BESIDE_MIN, "-wide")
        self.set_class(self.size.height < HEIGHT_FULL_MIN, "-low")
        self.call_after_refresh(self._show_detail)

    def on_screen_suspend(self) -> None:
        self._is_resting = True

    def on_screen_resume(self) -> None:
        self._is_resting = False
        self._due.set()

    # What came of reading and acting.

    def on_system_screen_read(self, event: Read) -> None:
        is_first = self._standings.status is None
        self._standings = event.standings
        self._show()
        if is_first and event.standings.doubts:
            self.query_one(Rows).move_to(doubt_key(event.standings.doubts[0]))  # who comes here is looking for it

    def on_system_screen_looked(self, event: Looked) -> None:
        self._offers, self._looked_at_ms = event.offers, self._now_ms()
        self.query_one(Rows).set_empty_text(EMPTY_TEXT)
        self._show()

    def on_acting_refused(self, event: Acting.Refused) -> None:
        """A refusal is said where it was asked for."""
        event.stop()
        self._refuse(event.why)

    # Showing.

    def _show(self) -> None:
        standings, now_ms = self._standings, self._now_ms()
        notes = standings.notes
        rows = system_rows(self._offers, notes, standings.costs, looked_at_ms=self._looked_at_ms)
        in_doubt = tuple(doubt_row(doubt, now_ms=now_ms) for doubt in standings.doubts)
        self.query_one(Rows).set_rows((*in_doubt, *rows), keeps_order=False)
        if standings.status is not None and notes is not None:
            self.query_one("#head", Prose).show([headline(standings.status, notes, now_ms=now_ms)])
        self._show_detail()

    def _show_detail(self) -> None:
        with suppress(NoMatches):
            self.query_one("#detail", Prose).show(self._detail())

    def _detail(self) -> tuple[Paragraph, ...]:
        standings, now_ms = self._standings, self._now_ms()
        if standings.trouble:
            return paragraphs(standings.trouble, "failed")
        if standings.status is None or standings.notes is None:
            return (Paragraph(((LOADING_TEXT, "muted"),)),)
        key = self.query_one(Rows).cursor_key
        doubt = next((each for each in standings.doubts if doubt_key(each) == key), None)
        said = (
            doubt_lines(doubt, self._keys_of_doubts(), now_ms=now_ms)
            if doubt is not None
            else detail(
                key,
                self._offers,
                standings.notes,
                standings.costs,
                reset_key=self._key_of("reset_route"),
                now_ms=now_ms,
            )
        )
        below = system_lines(
            standings.health,
            standings.notes.jobs,
            now_ms=now_ms,
            costs=standings.costs,
            off=standings.notes.off,
            kept=standings.notes.kept,
            backup=standings.backup,
            backup_key=self._key_of("back_up"),
        )
        return (*said, Paragraph(), *below) if said else below

    def _keys_of_doubts(self) -> dict[str, str]:
        return {each: self._key_of(each) for each in ("retry_doubt", "settle_doubt", "fail_doubt")}

    def _key_of(self, action_id: str) -> str:
        keys = self._keymap.of(action_id)
        return shown_key(keys[0]) if keys else "The palette"

    def _refuse(self, why: str) -> None:
        place = self.query_one("#refused", Static)
        place.update(clean(why))
        place.set_class(bool(why), "-said")

    # Reading, beside the screen: what is found comes back as messages.

    async def _read_on(self) -> None:
        core = await self._core()
        before = Standings()
        while True:
            self._due.clear()
            if not self._is_resting:
                before = await _read(core, before, self._now_ms())
                self.post_message(self.Read(before))
            with suppress(TimeoutError):
                async with asyncio.timeout(PULSE_SECONDS):
                    await self._due.wait()

    async def _look(self, *, is_told: bool = False) -> None:
        core = await self._core()
        offers = await core.models()
        self.post_message(self.Looked(offers))
        if is_told:
            self.app.post_message(Acting.Finished(Done(text=looked_in_words(offers))))


async def _read(core: Orchestrator, before: Standings, now_ms: int) -> Standings:
    """A door that refuses is asked again; what it says is shown meanwhile."""
    try:
        status = await core.system_status()
        costs, at_ms = before.costs, before.costs_read_at_ms
        if _are_costs_stale(before, status, now_ms):
            costs, at_ms = await core.costs(days=DAYS_SHOWN), now_ms
        return Standings(
            status=status,
            health=await core.health(),
            notes=await core.driver_notes(),
            costs=costs,
            costs_read_at_ms=at_ms,
            doubts=await _doubts(core, before, status),
            backup=await core.backups.newest(),
        )
    except MootError as error:
        return Standings(trouble=str(error))


async def _doubts(core: Orchestrator, before: Standings, status: SystemStatus) -> tuple[Doubt, ...]:
    """They change only with what is committed, or with who drives."""
    was = before.status
    if was is not None and (was.position, was.driver) == (status.position, status.driver):
        return before.doubts
    return await core.doubts()


def _are_costs_stale(before: Standings, status: SystemStatus, now_ms: int) -> bool:
    """Whether something was committed since, or another day may have begun; sums over many sessions take their time."""
    if before.status is None:
        return True
    old_ms = now_ms - before.costs_read_at_ms
    return old_ms >= (COSTS_MS_MAX if before.status.position == status.position else COSTS_MS_MIN)


def resetting(route: str) -> Work:
    async def work(core: Orchestrator) -> Done:
        return Done(text=await core.reset_route(route))

    return work
