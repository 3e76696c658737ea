"""How does a name complete itself while it is written?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.suggester import Suggester

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class NameSuggester(Suggester):
    """Completes the name of a participant or model; the arrow to the right takes it."""

    def __init__(self, names: Callable[[], Sequence[str]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)  # names come in while it is being typed
        self._names = names

    async def get_suggestion(self, value: str) -> str | None:
        return next((name for name in self._names() if name.startswith(value) and name != value), None)


class LineSuggester(Suggester):
    """Completes the last word of a line; the arrow to the right takes it."""

    def __init__(self, complete: Callable[[str], str]) -> None:
        """`complete` gives the whole line with its last word completed, "" where nothing comes to mind."""
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        return self._complete(value) or None
