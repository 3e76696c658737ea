"""Which screens, colours and keys does the console have, and how is it left?

Little is imported here: what stands in this file's imports is loaded before the first frame. The core, and whatever
reads it, come behind that frame.
"""

from __future__ import annotations

import asyncio
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding
from textual.events import AppBlur, AppFocus, Event, Key
from textual.notifications import Notification, Notify

from console import collecting
from console.bindings import bindings_for, textual_keymap
from console.coming_dialogs import DIALOGS, ComingDialogs
from console.early_keys import EarlyKeys
from console.exit_codes import ExitCode
from console.going import Going, places_of
from console.hosting import CoreHost
from console.keys import STANDARD_KEYMAP, action
from console.leaving import Leaving
from console.machine import now_ms
from console.presenters.shown import HeaderView
from console.screens.sessions import SessionsScreen
from console.theme_files import DEFAULT_THEME, textual_theme, theme_variables
from console.widgets.bar import HeaderBar
from core.domain.errors import MootError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.binding import BindingType
    from textual.command import Provider
    from textual.driver import Driver
    from textual.screen import Screen

    from console.acting import Acting
    from console.feed import Feed
    from console.first_rows import FirstRows
    from console.keys import Keymap
    from console.terminal_bell import ConsoleTerminal
    from console.theme_files import ColourTheme
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator
    from core.ports.first_look import TakeFirstLook

    Replays = tuple[SessionId, int | None, float]

TOAST_SECONDS = 3
NOTICE_SECONDS = 20
NOTICES_MAX = 4
"""More would cover the screen; the log file has all."""
OPENING_NOTICE = "opening the database …"
KILL_SWITCH = "kill switch"


def _palette_commands() -> type[Provider]:
    from console.palette_commands import MootCommands

    return MootCommands


def _matter_of(notice: Notification) -> str:
    """What a notice is about: its title, or else what was asked for last. Nothing for a warning without a title."""
    return notice.title or ("" if notice.severity == "warning" else "what was asked for")


class MootApp(App[int], inherit_bindings=False):
    """The console. It is left with an exit code; `crash` is what broke it, where something did."""

    CSS_PATH = str(Path(__file__).with_name("app.tcss"))
    TITLE = "moot"
    COMMANDS = {_palette_commands}  # noqa: RUF012  # as Textual declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("anywhere"),
        Binding("ctrl+c", "help_quit", "Leave", show=False),
    ]

    def __init__(
        self,
        host: CoreHost,
        *,
        themes: dict[str, ColourTheme],
        theme: str = DEFAULT_THEME,
        keymap: Keymap = STANDARD_KEYMAP,
        now_ms: Callable[[], int] = now_ms,
        notices: tuple[str, ...] = (),
        keep_theme: Callable[[str], str] = str,
        first_look: TakeFirstLook | None = None,
        opens_running: bool = False,
        replays: Replays | None = None,
        terminal: ConsoleTerminal | None = None,
    ) -> None:
        """`notices` are said once the console is open. `keep_theme` keeps a theme that is chosen, and says so.
        `first_look` has what is shown until the core is open; where it `opens_running` the newest debate under way is
        shown then, also where the screen has room for one pane alone. `replays` names a session that is played first,
        up to an event, and how fast. `terminal` is where it rings."""
        self.keymap_in_force = keymap
        self.header_view = HeaderView(notice=OPENING_NOTICE, is_counted=False, spent_today_microusd=None)
        self._themes = themes
        self._defaults = theme_variables(themes[DEFAULT_THEME])
        super().__init__()
        self.host = host
        self.feed: Feed | None = None
        self.sessions = SessionsScreen()
        self.now_ms = now_ms
        self._notices = notices
        self._keep_theme = keep_theme
        self._first_look = first_look
        self._opens_running = opens_running
        self._replays = replays
        self._terminal = terminal
        self._early = EarlyKeys()
        self._coming = ComingDialogs(self)
        self._leaving = Leaving(self)
        self.going = Going(self)
        self.drafts: dict[str, str] = {}
        self.answers: dict[tuple[SessionId, int], dict[str, str]] = {}
        self.requests: dict[str, dict[str, str]] = {}
        for each in themes.values():
            self.register_theme(textual_theme(each))
        self.theme = theme
        self.set_keymap(textual_keymap(keymap))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return self._defaults

    def refresh_css(self, animate: bool = True) -> None:
        """Parse all styles anew in other colours; before there is a screen they wait to be parsed for it, once."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def get_driver_class(self) -> type[Driver]:
        """Where the terminal may be closed while it is painted on, one that lets the console leave in order."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":
            return found
        from console.terminal import OutlivingDriver

        return OutlivingDriver

    def get_default_screen(self) -> Screen[Any]:
        return self.sessions

    @property
    def crash(self) -> Exception | None:
        return self._exception

    def _fatal_error(self) -> None:
        """Textual would print a page of traceback onto the terminal; whoever runs the app keeps it in a file."""
        self._close_messages_no_wait()

    # --- the core -----------------------------------------------------------------------------------------------

    async def on_event(self, event: Event) -> None:
        if self._terminal is not None:
            if isinstance(event, (AppFocus, AppBlur)):
                self._terminal.looked_at(isinstance(event, AppFocus))
            elif isinstance(event, Key):
                self._terminal.touched()
        if not (isinstance(event, Key) and (self._early.keeps(event) or self._coming.keeps(event))):
            await super().on_event(event)

    def on_mount(self) -> None:
        if self._terminal is not None and self._driver is not None:
            self._terminal.attach(self._driver.write)
        self._tell(self._notices)
        self.call_after_refresh(self._begin)

    def on_unmount(self) -> None:
        if self._terminal is not None:
            self._terminal.detach()

    def _tell(self, notices: Sequence[str]) -> None:
        for notice in notices[:NOTICES_MAX]:
            self.notify(notice, severity="warning", timeout=NOTICE_SECONDS, markup=False)

    def _begin(self) -> None:
        self.run_worker(self._attend(), group="feed", exit_on_error=True)

    async def core(self) -> Orchestrator:
        """The core, once it is open."""
        return await self.host.core()

    async def _attend(self) -> None:
        """Wait for the core and tell the screens what changes in it, until the console is left."""
        first = await self._show_first_rows()
        try:
            core = await self.host.core()
        except MootError:
            self.exit(ExitCode.FAILED)  # the host keeps why; it is said once the terminal is free again
            return
        finally:
            collecting.go_on()
        self._tell(core.notices)
        self._tell_what_was_left(core)
        from console.feed import Feed

        self.feed = Feed(core, self.sessions, self, now_ms=self.now_ms, keys=self.sessions.keys_shown, first=first)
        self.sessions.attach(self.feed)
        if self._opens_running:
            for running in (await core.active_debates())[:1]:
                self.sessions.go_to(running.session, is_opened=True)
        if self._replays is not None:
            session, at_seq, speed = self._replays
            self.sessions.go_to(session)
            self.going.to_past(session, at_seq=at_seq, speed=speed)
        await self.feed.run()

    def _tell_what_was_left(self, core: Orchestrator) -> None:
        """Where the process before this one ended in the midst of calls: what is in doubt, and where that is listed."""
        if not core.recovered:
            return
        from console.presenters.doubts import recovered_in_words

        told = recovered_in_words(core.recovered, next(iter(self.keymap_in_force.of("go_system")), ""))
        if told:
            self.notify(told, title="in doubt", severity="warning", timeout=NOTICE_SECONDS, markup=False)

    async def _show_first_rows(self) -> FirstRows | None:
        """Show what the database lists, and only then load the core: one interpreter can't do both at once."""
        rows = await asyncio.to_thread(self._first_rows)
        if rows is not None:
            self.header_view = rows.header(OPENING_NOTICE)
            self.show_header()
            self.sessions.show_first(rows)
            painted = asyncio.Event()
            self.call_after_refresh(painted.set)
            await painted.wait()
        for key in self._early.back():
            self.post_message(key)
        return rows

    def _first_rows(self) -> FirstRows | None:
        from console.first_rows import FirstRows

        look = self._first_look() if self._first_look is not None else None
        return FirstRows(look, now_ms=self.now_ms) if look is not None else None

    @cached_property
    def acting(self) -> Acting:
        """Who does what the keys ask for."""
        from console.acting import Acting

        return Acting(self, self.core)

    def on_feed_headed(self, event: Feed.Headed) -> None:
        self.header_view = event.view
        if self._terminal is not None:
            self._terminal.count(event.view.needs_you)
        self.show_header()

    def show_header(self) -> None:
        """Every screen has the same line at the top."""
        for screen in self.screen_stack:
            for bar in screen.query(HeaderBar):
                bar.show(self.header_view)

    def on_feed_asked(self, event: Feed.Asked) -> None:
        """A session waits for the operator: say so wherever they are."""
        summary = event.summary
        self.bell()
        if self.screen is self.sessions and self.sessions.session == summary.session:
            return  # the question stands before them
        from console.presenters.people import question_of

        self.notify(question_of(summary), title=summary.title or summary.motion, severity="warning", markup=False)

    def on_feed_left(self, event: Feed.Left) -> None:
        """Whoever drove has ended: say so, and what leads on from there."""
        from console.presenters.unasked import left_in_words

        told = left_in_words(event.count, self.sessions.keys_shown.get("take_wheel", ""))
        self.notify(told, severity="warning", timeout=NOTICE_SECONDS, markup=False)

    def on_feed_rules_refused(self, event: Feed.RulesRefused) -> None:
        """A file of rules is broken: what it said before is in force, and nobody would see that."""
        from console.presenters.unasked import rules_refused_in_words

        told = rules_refused_in_words(event.problems)
        self.notify(told, title="rules folder", severity="warning", timeout=NOTICE_SECONDS, markup=False)

    def on_notify(self, event: Notify) -> None:
        """One notice at a time about one matter: of two, the older is over, and would cover what is read."""
        matter = _matter_of(event.notification)
        for before in [each for each in self._notifications if matter and _matter_of(each) == matter]:
            self._unnotify(before, refresh=False)

    def on_acting_finished(self, event: Acting.Finished) -> None:
        done = event.done
        self.sessions.clear_refusal()
        undo = self.keymap_in_force.of("undo")
        told = f"{done.text} · {undo[0]} undoes it" if done.undo is not None and undo else done.text
        self.notify(told, timeout=TOAST_SECONDS, markup=False)
        if self.feed is not None:
            self.feed.refresh()
        if done.session is not None:
            self.sessions.go_to(done.session, is_opened=True)

    def on_acting_refused(self, event: Acting.Refused) -> None:
        self.notify(event.why, severity="error", markup=False)

    # --- what can be done anywhere ------------------------------------------------------------------------------

    async def act(self, action_id: str) -> None:
        """Carry out an action by its id, where it is carried out."""
        place = action(action_id).place
        if place == "sessions" and self.screen is not self.sessions:
            self.action_go_sessions()
        focused = self.screen.focused
        if place in ("list", "transcript") and focused is not None:
            await self.run_action(action_id, focused)
        elif place == "anywhere":
            await self.run_action(action_id, self)
        else:
            await self.run_action(action_id, self.screen)

    async def on_header_bar_chosen(self, event: HeaderBar.Chosen) -> None:
        await self.act(event.action_id)

    async def _on_screen(self, action_id: str) -> None:
        """An action that every screen may have its own way with."""
        if hasattr(self.screen, f"action_{action_id}"):
            await self.run_action(action_id, self.screen)

    async def action_filter(self) -> None:
        await self._on_screen("filter")

    async def action_back(self) -> None:
        """Other screens had their chance with a binding of their own: what is left there is to go back here."""
        if self.screen is self.sessions:
            self.sessions.action_back()
        else:
            self.action_go_sessions()

    async def action_zoom(self) -> None:
        await self._on_screen("zoom")

    def action_undo(self) -> None:
        self.acting.undo(self.screen)

    def action_go_sessions(self) -> None:
        self.going.back_to_sessions()

    def action_go_rules(self) -> None:
        self.going.to_rules()

    def action_go_templates(self) -> None:
        self.going.to_templates()

    def action_go_system(self) -> None:
        self.going.to_system()

    def action_go_notifications(self) -> None:
        self.going.to_notifications()

    def action_go_analytics(self) -> None:
        self.going.to_analytics()

    def action_go_events(self) -> None:
        self.going.to_events()

    def action_jump(self) -> None:
        from console.screens.jump import JumpScreen, jump_targets

        self.push_screen(JumpScreen(jump_targets(self.screen)), lambda pane: pane.focus() if pane else None)

    def action_palette(self) -> None:
        self.action_command_palette()

    def action_help(self) -> None:
        from console.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.keymap_in_force, places_of(self.screen)[0]), self._act_on)

    async def _act_on(self, action_id: str | None) -> None:
        if action_id is not None:
            await self.act(action_id)

    def action_help_quit(self) -> None:
        keys = self.keymap_in_force.of("quit")
        self.notify(f"{keys[0]} leaves moot; debates are kept" if keys else "the palette leaves moot", markup=False)

    @property
    def theme_names(self) -> tuple[str, ...]:
        return tuple(self._themes)

    def choose_theme(self, name: str) -> None:
        self.theme = name
        self.notify(self._keep_theme(name), timeout=TOAST_SECONDS, markup=False)

    def action_theme_next(self) -> None:
        names = self.theme_names
        self.choose_theme(names[(names.index(self.theme) + 1) % len(names)])

    def session_titles(self) -> list[tuple[SessionId, str]]:
        """Sessions by name, for the palette."""
        if self.feed is None:
            return []
        from console.presenters.sessions import in_order, title_of

        labels = self.feed.labels
        ordered = in_order(self.feed.summaries.values())
        return [(each.session, title_of(each, labels.get(each.session))) for each in ordered]

    # --- spending -----------------------------------------------------------------------------------------------

    def action_global_pause(self) -> None:
        from console.acting import hold_all

        self.acting.ask(hold_all, self.screen)

    def action_take_wheel(self) -> None:
        from console.acting import take_wheel

        self.acting.ask(take_wheel, self.screen)

    def action_back_up(self) -> None:
        from console.acting import back_up

        self.notify("the database is being backed up …", timeout=TOAST_SECONDS)
        self.acting.ask(back_up, self.screen)

    def action_check_backup(self) -> None:
        from console.acting import check_backup

        self.notify("the newest back-up is being checked …", timeout=TOAST_SECONDS)
        self.acting.ask(check_backup, self.screen)

    def action_kill_switch(self) -> None:
        # It is asked once, however often the key is pressed.
        if not any(worker.name == KILL_SWITCH and not worker.is_finished for worker in self.workers):
            from console.kill_switch import switch_spending

            self.run_worker(switch_spending(self), name=KILL_SWITCH, group=DIALOGS)

    # --- leaving ------------------------------------------------------------------------------------------------

    async def action_quit(self) -> None:
        """Leave; ask once where something would stand still."""
        self._leaving.ask()
