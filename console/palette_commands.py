"""What does the palette offer? Every action by its name, every theme, every session by its title."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from console.going import places_of
from console.keys import palette_entries
from console.widgets.cells import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.actions import Place
    from console.app import MootApp

SESSIONS_OFFERED_MAX = 500


class MootCommands(Provider):
    """Asked by Textual's palette, which closes before a command runs."""

    async def discover(self) -> Hits:
        for name, help, run in self._actions():
            yield DiscoveryHit(name, run, help=help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, help, run in (*self._actions(), *self._themes(), *self._sessions()):
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), run, help=help, text=name)

    @property
    def moot(self) -> MootApp:
        from console.app import MootApp

        assert isinstance(self.app, MootApp)  # no other app has this provider
        return self.app

    def _actions(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        app = self.moot
        places: tuple[Place, ...] = (*places_of(self.screen), "anywhere")
        for action, key in palette_entries(places, app.keymap_in_force):
            name = f"{action.title}  ({key})" if key else action.title
            yield name, action.help, partial(app.act, action.id)

    def _themes(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        app = self.moot
        for theme in app.theme_names:
            yield f"Theme {theme}", "Change the colours.", partial(app.choose_theme, theme)

    def _sessions(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        app = self.moot
        for session, title in app.session_titles()[:SESSIONS_OFFERED_MAX]:
            yield f"Session {one_line(title)}", session[:8], partial(app.going.to_session, session)
