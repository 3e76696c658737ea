"""What was a seat told that no other was, and by which deliveries?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.ids import SeatId
from core.domain.steered import ParticipantTold

TOLD_BYTES_MAX = 2_000
TOLD_MAX = 20
"""So much of what one seat was told its prompts hold, the newest: they are bounded, whatever is told."""

DELIVERIES_MAX = 200
"""So many deliveries are remembered, so that none of them is told again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """By seat, oldest first."""

    by_seat: Mapping[SeatId, tuple[str, ...]] = field(default_factory=dict)
    deliveries: tuple[str, ...] = ()

    def to(self, seat: SeatId) -> tuple[str, ...]:
        """What the prompts of a seat hold."""
        return self.by_seat.get(seat, ())


NOTHING_TOLD = Told()


def told_after(told: Told, event: ParticipantTold) -> Told:
    """With one thing more."""
    by_seat = {**told.by_seat, event.seat: (*told.to(event.seat), event.text)[-TOLD_MAX:]}
    deliveries = (*told.deliveries, event.delivery)[-DELIVERIES_MAX:] if event.delivery else told.deliveries
    return Told(by_seat=by_seat, deliveries=deliveries)
