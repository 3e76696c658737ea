"""Where in the console is the operator, and how do they come to another place?

Screens are loaded when they are first gone to: none of this is there before the first frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from console.screens.sessions import SessionsScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from console.actions import Place
    from console.app import MootApp
    from console.screens.analytics import AnalyticsStanding
    from console.screens.sessions import ListStanding
    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary
    from core.ports.catalogue import Label


def places_of(screen: Screen[Any]) -> tuple[Place, ...]:
    """Which places' actions a screen carries out."""
    from console.screens.analytics import AnalyticsScreen
    from console.screens.behind import BehindScreen
    from console.screens.beside import BesideScreen
    from console.screens.drafts import DraftsScreen
    from console.screens.events import EventsScreen
    from console.screens.notifications import NotificationsScreen
    from console.screens.past import PastScreen
    from console.screens.rules import RulesScreen
    from console.screens.templates import TemplatesScreen

    match screen:
        case SessionsScreen():
            return ("sessions", "list", "transcript")
        case PastScreen():
            return ("past",)
        case BesideScreen():
            return ("beside",)
        case DraftsScreen():
            return ("drafts",)
        case TemplatesScreen():
            return ("templates", "list")
        case NotificationsScreen():
            return ("notifications", "list")
        case EventsScreen():
            return ("events", "list")
        case AnalyticsScreen():
            return ("analytics", "list")
        case BehindScreen():
            return ("list",)
        case RulesScreen():
            return ("rules", "list")
        case _:
            return ("system", "list")


class WayBack(NamedTuple):
    """Where a session was gone to from: it holds as long as the cursor is on that session. `stood` is how the list of
    sessions stood below: who goes back once more comes to that, and not to this session again."""

    session: SessionId
    go: Callable[[], None]
    stood: ListStanding


class Going:
    """Shows places above the sessions, one at a time: one key leads back from each."""

    def __init__(self, app: MootApp) -> None:
        self._app = app
        self._way_back: WayBack | None = None

    def back_to_sessions(self) -> None:
        """To the list; where it shows already, put it in order again."""
        self._way_back = None
        if self._app.screen is self._app.sessions:
            self._app.sessions.put_in_order()
        self._leave_places()

    def to_session(
        self, session: SessionId, *, is_opened: bool = False, back: Callable[[], None] | None = None
    ) -> None:
        """To the list, with the cursor on one of its sessions; on a small screen to its transcript, where it
        `is_opened`. `back` is how one comes from there to where it was gone to from."""
        stood = self._app.sessions.standing
        self.back_to_sessions()
        self._way_back = WayBack(session=session, go=back, stood=stood) if back is not None else None
        self._app.sessions.go_to(session, is_opened=is_opened)

    def way_back_from(self, session: SessionId | None) -> WayBack | None:
        """How one comes from this session to the list that it was chosen from; None where one came another way."""
        way = self._way_back
        return way if way is not None and way.session == session else None

    def to_analytics_as(self, standing: AnalyticsStanding, behind: Callable[[], Screen[None]]) -> None:
        """To the analytics as they stood, and to a list over them."""
        from console.screens.analytics import AnalyticsScreen

        app = self._app
        self._to(AnalyticsScreen(app.core, now_ms=app.now_ms, keymap=app.keymap_in_force, standing=standing))
        app.push_screen(behind())

    def to_rules(self) -> None:
        from console.screens.rules import RulesScreen

        app = self._app
        if not isinstance(app.screen, RulesScreen):
            session, keymap = app.sessions.session, app.keymap_in_force
            self._to(RulesScreen(app.acting, app.core, session, now_ms=app.now_ms, keymap=keymap))

    def to_templates(self) -> None:
        from console.screens.templates import TemplatesScreen

        app = self._app
        if not isinstance(app.screen, TemplatesScreen):
            session, keymap = app.sessions.session, app.keymap_in_force
            self._to(TemplatesScreen(app.acting, app.core, session, now_ms=app.now_ms, keymap=keymap))

    def to_system(self) -> None:
        from console.screens.system import SystemScreen

        app = self._app
        if not isinstance(app.screen, SystemScreen):
            self._to(SystemScreen(app.acting, app.core, now_ms=app.now_ms, keymap=app.keymap_in_force))

    def to_notifications(self) -> None:
        """To the inbox; where it shows already, put it in order again."""
        from console.screens.notifications import NotificationsScreen

        app = self._app
        if isinstance(app.screen, NotificationsScreen):
            app.screen.put_in_order()
        else:
            self._to(NotificationsScreen(app.core, now_ms=app.now_ms, keymap=app.keymap_in_force))

    def to_analytics(self) -> None:
        from console.screens.analytics import AnalyticsScreen

        app = self._app
        if not isinstance(app.screen, AnalyticsScreen):
            self._to(AnalyticsScreen(app.core, now_ms=app.now_ms, keymap=app.keymap_in_force))

    def to_events(self) -> None:
        """To what is recorded in all sessions; where it shows already, it stays as it is."""
        from console.screens.events import EventsScreen

        if not isinstance(self._app.screen, EventsScreen):
            self.to_events_of(None)

    def to_events_of(self, session: SessionId | None) -> None:
        """What is recorded in one session, or in all where it is None."""
        from console.locations import find_locations
        from console.screens.events import EventsScreen

        app, log_file = self._app, find_locations().log_file
        self._to(EventsScreen(app.core, log_file, now_ms=app.now_ms, keymap=app.keymap_in_force, session=session))

    def to_past(self, session: SessionId, *, at_seq: int | None = None, speed: float | None = None) -> None:
        """A session's past at event `at_seq`, by default the last; with a `speed`, played up to there."""
        from console.screens.past import PastScreen

        app, label = self._app, self._label(session)
        self._to(PastScreen(session, app.core, label=label, keymap=app.keymap_in_force, at_seq=at_seq, speed=speed))

    def to_beside(self, fork: SessionSummary) -> None:
        """A fork beside the session that it goes on from."""
        from console.screens.beside import BesideScreen

        self._to(BesideScreen(fork, self._app.core, keymap=self._app.keymap_in_force))

    def to_drafts(self, row: SessionSummary) -> None:
        """A refinement's drafts side by side."""
        from console.screens.drafts import DraftsScreen

        app, label = self._app, self._label(row.session)
        self._to(DraftsScreen(row, app.core, label=label, keymap=app.keymap_in_force))

    def _label(self, session: SessionId) -> Label | None:
        feed = self._app.feed
        return feed.labels.get(session) if feed is not None else None

    def _to(self, screen: Screen[None]) -> None:
        self._way_back = None
        self._leave_places()
        self._app.push_screen(screen)
        self._app.call_after_refresh(self._app.show_header)

    def _leave_places(self) -> None:
        while len(self._app.screen_stack) > 1:
            self._app.pop_screen()
