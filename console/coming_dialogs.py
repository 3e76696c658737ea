"""What becomes of keys that are pressed while a dialog is about to open?

They are meant for it: somebody who types quickly has begun to fill it in. Until it stands there they wait, and are then
pressed again; on the screen below they would do what nobody asked for.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from console.early_keys import AT_ONCE, EARLY_KEYS_MAX

if TYPE_CHECKING:
    from textual.app import App
    from textual.events import Key
    from textual.timer import Timer

DIALOGS = "dialogs"
"""The group of workers that lead to a dialog."""

LOOK_SECONDS = 0.05
HOLD_SECONDS_MAX = 1.0
"""A dialog that takes longer than this, or never comes, keeps nobody from the keys."""


class ComingDialogs:
    """Keeps the keys of an app while a dialog is on its way."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._kept: list[Key] = []
        self._since = 0.0
        self._looking: Timer | None = None

    def keeps(self, key: Key) -> bool:
        """Whether `key` waits; then it is not to be handled now."""
        if key.key in AT_ONCE or not self._is_coming():
            return False
        if not self._kept:
            self._since = monotonic()
            self._looking = self._app.set_interval(LOOK_SECONDS, self._look)
        if len(self._kept) < EARLY_KEYS_MAX:
            self._kept.append(key)
        return True

    def _is_coming(self) -> bool:
        if self._kept and monotonic() - self._since > HOLD_SECONDS_MAX:
            return False
        if self._app.screen.is_modal:  # it is there once something in it has the focus
            return bool(self._kept) and self._app.screen.focused is None
        return any(worker.group == DIALOGS and not worker.is_finished for worker in self._app.workers)

    def _look(self) -> None:
        """Press the keys again where they are meant to go, or where nothing comes that they could be meant for."""
        if self._is_coming():
            return
        if self._looking is not None:
            self._looking.stop()
        kept, self._kept, self._looking = self._kept, [], None
        for key in kept:
            self._app.post_message(type(key)(key.key, key.character))
