"""Which rules are there, which are on, how often do they fire, and why does one hold, or not, in this session?"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.actions import SkipAction
from textual.containers import Container, Vertical
from textual.css.query import NoMatches
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from console.acting import Acting, Done
from console.bindings import bindings_for
from console.keys import STANDARD_KEYMAP, Keymap, footer_hints, help_hint, place_hints
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.rules import (
    Change,
    Counts,
    RuleCount,
    Seen,
    detail,
    headline,
    last_changes,
    matching,
    rule_row,
)
from console.screens.firings import Firings
from console.widgets.bar import HeaderBar, KeyBar
from console.widgets.cells import clean, one_line
from console.widgets.prose import Prose
from console.widgets.rows import Column, Rows
from core.analytics.rule_measures import NOT_MEASURED, RuleMeasure
from core.domain.errors import MootError
from core.domain.ids import RuleId, SessionId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.acting import Work
    from core.domain.facts import FactSpec
    from core.domain.ids import Digest
    from core.orchestrator import Orchestrator
    from core.ports.catalogue import RulesVersion
    from core.rules.explanation import Explanation
    from core.rules.rule import Rule

READ_SECONDS = 0.2
PULSE_SECONDS = 1.0
"""Rules change in other processes and time goes on without a commit, so that all is read again this often."""
COUNT_SECONDS = 2.0
SHARE_MAX = 20
"""A reading that takes long is made the less often: it may take a twentieth of the time."""

VERSIONS_READ_MAX = 50
"""How far back a rule's last change is looked for."""

NAMES_TOLD_MAX = 3

WIDTH_BESIDE_MIN = 150
"""From here on what a rule says stands beside the table instead of below it."""

HEIGHT_FULL_MIN = 16
"""With fewer lines the table and what its rule says need them all."""

COLUMNS = (
    Column(key="switch", title="", width=5, priority=10, announces=True),
    Column(key="priority", title="prio", width=4, align="right", priority=7),
    Column(key="rule", title="rule", width=28, is_flex=True, priority=9),
    Column(key="name", title="", width=34, priority=1),
    Column(key="set", title="set", width=8, priority=2),
    Column(key="here", title="here", width=4, align="right", priority=8),
    Column(key="recent", title="30 d", width=6, align="right", priority=6),
    Column(key="last", title="last", width=6, align="right", priority=5),
    Column(key="mean", title="mean", width=8, align="right", priority=3),
    Column(key="p95", title="p95", width=8, align="right", priority=3),
    Column(key="errors", title="errors", width=6, align="right", priority=4),
)

EMPTY_TEXT = "No rules yet.\n'moot rules load FILE' brings some; a new database has the standard ones."
LOADING_TEXT = "The rules are being read …"
NO_MATCH_TEXT = "No rule matches.\nesc shows all of them again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look at the door gave."""

    rules: tuple[Rule, ...]
    measures: Mapping[RuleId, RuleMeasure]
    changes: Mapping[RuleId, Change]
    specs: Mapping[str, FactSpec]
    rule: RuleId | None
    seen: Seen | None
    trouble: str = ""


@dataclass(slots=True)
class _History:
    """Versions of the rules that were read: they never change, so that each is read once."""

    newest: Digest | None = None
    versions: dict[Digest, tuple[Rule, ...]] = field(default_factory=dict)
    changes: Mapping[RuleId, Change] = field(default_factory=dict)


class RulesScreen(Screen[None]):
    """The table of rules over what the one under the cursor says of `session`.

    It reads by itself while it is shown; `follow` gives it another session, `look_soon` tells it that something was
    committed. What it changes goes through `acting`, so that undo is the console's own.
    """

    DEFAULT_CSS = """
    RulesScreen { layout: vertical; background: $background; overflow: hidden; }
    RulesScreen #body { layout: vertical; height: 1fr; width: 1fr; }
    RulesScreen #above { height: 1fr; width: 1fr; }
    RulesScreen #head { height: 1; padding: 0 1; overflow: hidden; }
    RulesScreen Rows { height: 1fr; }
    RulesScreen #search { display: none; height: 1; border: none; padding: 0 1; background: $surface; }
    RulesScreen #search.-open { display: block; }
    RulesScreen #search:focus { border: none; background: $panel; background-tint: $background 0%; }
    RulesScreen #refused { display: none; color: $error; height: auto; max-height: 3; padding: 0 1; }
    RulesScreen #refused.-said { display: block; }
    RulesScreen #below { height: 13; max-height: 55%; width: 1fr; border-top: solid $structure; padding: 0 1; }
    RulesScreen #below:focus-within { border-top: solid $accent; }
    RulesScreen.-low #head { display: none; }
    RulesScreen.-wide #body { layout: horizontal; }
    RulesScreen.-wide #below {
        width: 68; height: 1fr; max-height: 100%; border-top: none; border-left: solid $structure;
    }
    RulesScreen.-wide #below:focus-within { border-top: none; border-left: solid $accent; }
    RulesScreen Prose { height: 1fr; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("rules"),
        *(binding for binding in bindings_for("anywhere") if binding.id in ("filter", "back")),
    ]

    class Read(Message):
        """The door has been looked through."""

        def __init__(self, reading: Reading) -> None:
            super().__init__()
            self.reading = reading

    class Counted(Message):
        """The firings have been counted."""

        def __init__(self, counts: Counts) -> None:
            super().__init__()
            self.counts = counts

    class Switched(Message):
        """A rule was switched from here, or switched back."""

    def __init__(
        self,
        acting: Acting,
        core: Callable[[], Awaitable[Orchestrator]],
        session: SessionId | None = None,
        *,
        now_ms: Callable[[], int],
        keymap: Keymap = STANDARD_KEYMAP,
    ) -> None:
        """`core` waits until the core is open. `now_ms` is the time of day."""
        super().__init__()
        self._acting = acting
        self._core = core
        self._session = session
        self._now_ms = now_ms
        self._keymap = keymap
        self._reading: Reading | None = None
        self._counts: Counts | None = None
        self._search = ""
        self._is_resting = False
        self._due = asyncio.Event()
        self._count_due = asyncio.Event()
        self._history = _History()

    def compose(self) -> ComposeResult:
        yield HeaderBar()
        with Container(id="body"):
            with Vertical(id="above"):
                yield Prose(id="head")
                yield Rows(COLUMNS, empty_text=LOADING_TEXT)
                search = Input(placeholder="words, state:off, set:standard", id="search", select_on_focus=False)
                search.cursor_blink = False
                yield search
                yield Static(id="refused", markup=False)
            with Vertical(id="below"):
                yield Prose(id="detail")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#head", Prose).can_focus = False
        self.query_one(KeyBar).show(
            footer_hints(("list", "rules", "anywhere"), self._keymap),
            always=help_hint(self._keymap),
            places=place_hints(self._keymap),
        )
        self.run_worker(self._read_on(), group="read")
        self.run_worker(self._count_on(), group="count")

    @property
    def rule_read(self) -> RuleId | None:
        """The rule that was last looked at in the session."""
        return self._reading.rule if self._reading is not None else None

    # What others say.

    def follow(self, session: SessionId | None) -> None:
        """Show the rules' values in another session."""
        if session != self._session:
            self._session = session
            self._counts = None
            self.look_soon()
            self._count_due.set()

    def look_soon(self) -> None:
        """Something may have changed."""
        self._due.set()

    # Keys.

    def action_toggle_rule(self) -> None:
        """Switch the rule under the cursor, or all that are marked: on where one of them is off, else off."""
        chosen = self.query_one(Rows).chosen
        if self._reading is None or not chosen:
            return
        rules = [rule for rule in self._reading.rules if rule.id in chosen]
        is_on = any(not rule.enabled for rule in rules)
        changing = tuple(rule.id for rule in rules if rule.enabled is not is_on)
        self._refuse("")
        self._acting.ask(switching(changing, is_on, self._tell_switched), self)

    def action_filter(self) -> None:
        search = self.query_one("#search", Input)
        search.add_class("-open")
        search.focus()

    def action_back(self) -> None:
        """Close the filter, take back a refusal; what else there is to leave is the console's."""
        search = self.query_one("#search", Input)
        if search.has_class("-open"):
            search.value = ""
            search.remove_class("-open")
            self.query_one(Rows).focus()
        elif self.query_one("#refused").has_class("-said"):
            self._refuse("")
        else:
            raise SkipAction

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._search = event.value
        self._show_rows()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The list keeps what was found; an empty filter is none."""
        event.stop()
        if not event.value.strip():
            event.input.remove_class("-open")
        self.query_one(Rows).focus()

    def on_rows_cursor_moved(self) -> None:
        self._show_detail()
        self.look_soon()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        rule = self._rule(event.key)
        if rule is not None and self._reading is not None:
            from console.screens.dialogs.prompt import TextView
            from core.rules.writing import write_rules

            text = write_rules((rule,), facts=self._reading.specs)
            self.app.push_screen(TextView(rule.id, yaml_lines(text), copied=text, note="as 'moot rules load' takes it"))

    async def on_key_bar_chosen(self, event: KeyBar.Chosen) -> None:
        event.stop()
        for namespace in (self.focused, self, self.app):
            if namespace is not None and hasattr(namespace, f"action_{event.action_id}"):
                await self.app.run_action(event.action_id, default_namespace=namespace)
                return

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDTH_BESIDE_MIN, "-wide")
        self.set_class(self.size.height < HEIGHT_FULL_MIN, "-low")
        self.call_after_refresh(self._show_detail)

    def on_screen_suspend(self) -> None:
        self._is_resting = True

    def on_screen_resume(self) -> None:
        self._is_resting = False
        self._due.set()
        self._count_due.set()

    # What came of reading and acting.

    def on_rules_screen_read(self, event: Read) -> None:
        self._reading = event.reading
        self.query_one(Rows).set_empty_text(EMPTY_TEXT)
        self._show_rows()
        self._show_detail()

    def on_rules_screen_counted(self, event: Counted) -> None:
        self._counts = event.counts
        self._show_rows()
        self._show_detail()

    def on_rules_screen_switched(self) -> None:
        self.look_soon()

    def on_acting_refused(self, event: Acting.Refused) -> None:
        """A refusal is said where it was asked for."""
        event.stop()
        self._refuse(event.why)
        self.look_soon()

    # Showing.

    def _rule(self, id: str | None) -> Rule | None:
        rules = self._reading.rules if self._reading is not None else ()
        return next((rule for rule in rules if rule.id == id), None)

    def _show_rows(self) -> None:
        reading = self._reading
        if reading is None:
            return
        shown = matching(reading.rules, self._search)
        rows, now_ms = self.query_one(Rows), self._now_ms()
        has_session = self._session is not None
        if self._search.strip():
            rows.set_empty_text(NO_MATCH_TEXT)
        rows.set_rows(
            [
                rule_row(
                    rule,
                    self._count_of(rule.id),
                    reading.measures.get(rule.id, NOT_MEASURED),
                    has_session=has_session,
                    now_ms=now_ms,
                )
                for rule in shown
            ],
            keeps_order=False,
        )
        here = reading.seen.session if reading.seen is not None else None
        self.query_one("#head", Prose).show([headline(reading.rules, len(shown), here)])

    def _show_detail(self) -> None:
        with suppress(NoMatches):
            self.query_one("#detail", Prose).show(self._detail())

    def _detail(self) -> Sequence[Paragraph]:
        rule, reading = self._rule(self.query_one(Rows).cursor_key), self._reading
        if reading is None:
            return (Paragraph(((LOADING_TEXT, "muted"),)),)
        if reading.trouble:
            return paragraphs(reading.trouble, "failed")
        if rule is None:
            return (Paragraph((("The rule under the cursor is explained here.", "muted"),)),)
        seen = reading.seen
        if seen is not None and reading.rule != rule.id:
            seen = Seen(session=seen.session)
        return detail(
            rule,
            seen,
            self._count_of(rule.id),
            reading.measures.get(rule.id, NOT_MEASURED),
            reading.changes.get(rule.id),
            self._counts,
            specs=reading.specs,
            now_ms=self._now_ms(),
            width=self.query_one("#detail", Prose).scrollable_content_region.width,
        )

    def _count_of(self, id: RuleId) -> RuleCount | None:
        return None if self._counts is None else self._counts.rules.get(id, RuleCount())

    def _refuse(self, why: str) -> None:
        place = self.query_one("#refused", Static)
        place.update(clean(why))
        place.set_class(bool(why), "-said")

    def _tell_switched(self) -> None:
        self.post_message(self.Switched())

    # Reading, beside the screen: what is found comes back as messages.

    async def _read_on(self) -> None:
        core = await self._core()
        while True:
            began = monotonic()
            self._due.clear()
            if not self._is_resting:
                self.post_message(self.Read(await self._read(core)))
            took = monotonic() - began
            await asyncio.sleep(max(READ_SECONDS / 4, took))
            await _wait(self._due, max(PULSE_SECONDS, took * SHARE_MAX))

    async def _count_on(self) -> None:
        core, firings = await self._core(), Firings()
        while True:
            began = monotonic()
            self._count_due.clear()
            session = self._session
            if not self._is_resting:
                with suppress(MootError):  # the reading of the rules meets the same and says so
                    counts = await firings.read(core, session, now_ms=self._now_ms())
                    if session == self._session:
                        self.post_message(self.Counted(counts))
            await _wait(self._count_due, max(COUNT_SECONDS, (monotonic() - began) * SHARE_MAX))

    async def _read(self, core: Orchestrator) -> Reading:
        """Everything shown but the counts. A door that refuses is asked again; what it says is shown meanwhile."""
        id = self.query_one(Rows).cursor_key
        try:
            rules = await core.rules()
            rule = next((each for each in rules if each.id == id), rules[0] if rules else None)
            measures = await core.rule_measures()
            return Reading(
                rules=rules,
                measures=measures,
                changes=await self._changes(core),
                specs=core.fact_specs(),
                rule=rule.id if rule is not None else None,
                seen=await self._seen(core, rule),
            )
        except MootError as error:
            before = self._reading
            return Reading(
                rules=before.rules if before is not None else (),
                measures=before.measures if before is not None else {},
                changes=before.changes if before is not None else {},
                specs=core.fact_specs(),
                rule=None,
                seen=before.seen if before is not None else None,
                trouble=str(error),
            )

    async def _seen(self, core: Orchestrator, rule: Rule | None) -> Seen | None:
        """The rule in the session. One that is on is found among all that the session's rules say; for one that is off
        the log has to be folded."""
        if self._session is None or rule is None:
            return None
        summary = await core.summary(self._session)
        explanation: Explanation | None = None
        if rule.enabled:
            every = await core.explanations(self._session)
            explanation = next((each for each in every if each.rule == rule.id), None)
        if explanation is None:
            try:
                explanation = await core.explain(self._session, rule.id)
            except MootError as error:
                return Seen(session=summary, why_not=f"it follows rules of its own: {error}")
        return Seen(session=summary, explanation=explanation)

    async def _changes(self, core: Orchestrator) -> Mapping[RuleId, Change]:
        """When each rule was changed last; read again only where there is a newer version."""
        history = self._history
        versions: Sequence[RulesVersion] = await core.rules_history(limit=VERSIONS_READ_MAX)
        newest = versions[0].digest if versions else None
        if newest != history.newest:
            for version in versions:
                if version.digest not in history.versions:
                    history.versions[version.digest] = await core.rules_version(version.digest)
            history.versions = {each.digest: history.versions[each.digest] for each in versions}
            told = [(version, history.versions[version.digest]) for version in versions]
            history.changes = last_changes(told, is_all=len(versions) < VERSIONS_READ_MAX)
            history.newest = newest
        return history.changes


def switching(rules: Sequence[RuleId], is_on: bool, tell: Callable[[], None]) -> Work:
    """Switch these rules one by one, so that what another process changes meanwhile is not overwritten. Where one
    refuses, those before it are switched and can be switched back."""

    async def work(core: Orchestrator) -> Done:
        done: list[RuleId] = []
        refused: MootError | None = None
        for rule in rules:
            try:
                await core.set_rule_enabled(rule, is_on)
            except MootError as error:
                refused = error
                break
            done.append(rule)
        tell()
        if refused is not None and not done:
            raise refused

        async def undo(core: Orchestrator) -> Done:
            back = await switching(tuple(done), not is_on, tell)(core)
            return Done(text=back.text, refused=back.refused)

        return Done(
            text=f"{'enabled' if is_on else 'disabled'} {names(done)}",
            undo=undo,
            refused=() if refused is None else (str(refused),),
        )

    return work


def names(rules: Sequence[RuleId]) -> str:
    """The first few by name, the rest by number."""
    more = len(rules) - NAMES_TOLD_MAX
    return ", ".join(rules[:NAMES_TOLD_MAX]) + (f" and {more} more" if more > 0 else "")


def yaml_lines(text: str) -> tuple[Paragraph, ...]:
    """A rule as it is written in a file, keys apart from values; what wraps stays behind its key."""
    lines = []
    for line in text.splitlines():
        key, colon, value = line.partition(": ")
        if colon:
            lines.append(Paragraph(((one_line(value), "text"),), f"{key}: ", "accent"))
        else:
            lines.append(Paragraph(((line, "text"),)))
    return tuple(lines)


async def _wait(until: asyncio.Event, seconds: float) -> None:
    """Until `until` is set, but no longer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await until.wait()
