"""Where in the turns stands the text that was looked for, and which of those places is gone to?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from console.widgets.cells import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.widgets.turns import Turn


class Hit(NamedTuple):
    """A turn, and the place in its text."""

    turn: int
    place: int


class Hits:
    """Those of one text. They are looked for when somebody asks, and kept until `turns_changed`."""

    def __init__(self) -> None:
        self.needle: re.Pattern[str] | None = None
        self.number = 0
        self._found: tuple[Hit, ...] | None = None

    def look_for(self, text: str) -> None:
        """Look for another text, whatever its case; for nothing where it is empty."""
        self.needle = re.compile(re.escape(clean(text)), re.IGNORECASE) if text else None
        self._found = None

    def turns_changed(self) -> None:
        self._found = None

    def among(self, turns: Sequence[Turn]) -> tuple[Hit, ...]:
        """All of them, in the order of the turns."""
        if self._found is None:
            needle = self.needle
            self._found = (
                tuple(
                    Hit(index, match.start())
                    for index, turn in enumerate(turns)
                    for match in needle.finditer(turn.text)
                )
                if needle
                else ()
            )
        return self._found

    def go_to(self, turn: int, found: Sequence[Hit]) -> None:
        """The first in that turn or a later one; the last where all stand before it."""
        behind = (number for number, hit in enumerate(found) if hit.turn >= turn)
        self.number = next(behind, max(0, len(found) - 1))
