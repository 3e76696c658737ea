"""For how long is something to rest?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.screens.dialogs.frame import Dialog, label
from console.widgets.choices import Choice, Choices

if TYPE_CHECKING:
    from textual.app import ComposeResult

MINUTE_MS = 60 * 1_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

REST = (
    (15 * MINUTE_MS, "15 minutes"),
    (HOUR_MS, "an hour"),
    (4 * HOUR_MS, "four hours"),
    (DAY_MS, "a day"),
    (7 * DAY_MS, "a week"),
)


class SnoozeDialog(Dialog[int]):
    """How long in milliseconds, or None after escape."""

    DEFAULT_CSS = "SnoozeDialog > .box { width: 64; }"
    AUTO_FOCUS = "Choices"
    hints = (("⏎", "let it rest", "rest"),)

    def __init__(self, names: str) -> None:
        super().__init__("Snooze")
        self._names = names

    def fields(self) -> ComposeResult:
        yield label(f"{self._names} rests, and you are told of it again behind that. What it asks goes on waiting.")
        yield label("For how long?", gap=True)
        yield Choices([Choice(str(for_ms), said) for for_ms, said in REST], chosen=str(HOUR_MS))

    def on_choices_accepted(self) -> None:
        self.action_rest()

    def action_rest(self) -> None:
        self.dismiss(int(self.query_one(Choices).chosen))
