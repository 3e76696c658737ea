"""What does the list show before the core is open?

What the database says of each session, and what can be told from that. Whatever is asked for meanwhile waits for the
core; what was said in a session is read from then on.
"""

from __future__ import annotations

from time import localtime, strftime
from typing import TYPE_CHECKING

from console.presenters.header import header_view
from console.presenters.people import needs_you
from core.domain.ids import SessionId

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.presenters.shown import HeaderView
    from core.ports.first_look import FirstLook


class FirstRows:
    """Stands where the feed is going to stand, and knows nothing of a session but its row and its label."""

    knows_turns = False

    def __init__(self, look: FirstLook, *, now_ms: Callable[[], int]) -> None:
        self.summaries = {each.session: each for each in look.summaries}
        self.labels = dict(look.labels)
        self.next_seats: dict[str, dict[str, str]] = {}
        self.is_driven = look.is_driven
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms()

    def is_asking(self, session: str) -> bool:
        """Does it wait for the operator's answer?"""
        summary = self.summaries.get(SessionId(session))
        return summary is not None and needs_you(summary, is_driven=self.is_driven)

    def follow(self, session: SessionId | None) -> None:
        """Nothing is followed yet: the feed is told where the cursor stands when it comes."""

    def fold_of(self, session: SessionId) -> None:
        """No log has been read."""
        return None

    def header(self, notice: str) -> HeaderView:
        """The counts of these rows, with what the console is at."""
        clock = strftime("%H:%M", localtime(self._now_ms() // 1_000))
        rows = self.summaries.values()
        return header_view(rows, None, clock=clock, trouble=notice, is_driven=self.is_driven, labels=self.labels)
