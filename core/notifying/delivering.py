"""What becomes of a notification on its way by one channel?

It is tried until it arrives or has been tried often enough, with pauses that grow. What could not be delivered is kept
among the dead letters until somebody sends it again or lets it be.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from core.notifying.notification import Notification

TRIES_MAX = 8
FIRST_PAUSE_MS = 1_000
PAUSE_MS_MAX = 15 * 60 * 1_000
DELIVERY_ID_CHARACTERS = 32
PPM = 1_000_000


class DeliveryState(StrEnum):
    """`pending` waits for its next try, `held` for the end of quiet hours or for the next digest, `delivered` has
    arrived, `dead` was given up."""

    PENDING = "pending"
    HELD = "held"
    DELIVERED = "delivered"
    DEAD = "dead"


class Held(StrEnum):
    """Why a delivery is not sent yet."""

    NOTHING = ""
    QUIET = "quiet"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A notification on its way by `channel`. `id` is the same at each try, so that a receiver can drop a repeat.

    Moments are Unix ms: `due_ms` that of the next try, `ended_ms` that at which it arrived or was given up, 0 before.
    One that is held says in `held_for` what it waits for. `digest` is the id of the delivery in which it was gathered
    with others, whose fate it shares; that one has them as `gathered`.
    """

    id: str
    notification: Notification
    channel: str
    state: DeliveryState = DeliveryState.PENDING
    tries: int = 0
    due_ms: int = 0
    ended_ms: int = 0
    last_error: str = ""
    held_for: Held = Held.NOTHING
    digest: str = ""
    gathered: tuple[Notification, ...] = ()


def delivery_id(notification: str, channel: str) -> str:
    """The id of a notification's delivery by a channel."""
    return sha256(f"{notification}:{channel}".encode()).hexdigest()[:DELIVERY_ID_CHARACTERS]


def pause_ms(tries: int, *, jitter_ppm: int, asked_ms: int | None = None) -> int:
    """How long to wait after the `tries`-th try (from 1) has failed: twice as long each time, and up to half of it
    more or less by `jitter_ppm` (0 to a million), so that many that failed together don't come back together.

    Never shorter than the receiver asked for, within what anybody is waited for.
    """
    whole = min(PAUSE_MS_MAX, FIRST_PAUSE_MS << min(tries - 1, 30))
    spread = whole // 2 + whole * jitter_ppm // PPM
    return min(PAUSE_MS_MAX, max(spread, asked_ms or 0))


def jitter_of(delivery: str, tries: int) -> int:
    """What is drawn for the pause after a delivery's `tries`-th try: from 0 to a million, by its id."""
    return int(sha256(f"{delivery}:{tries}".encode()).hexdigest()[:12], 16) % (PPM + 1)


def is_given_up(tries: int, *, is_final: bool) -> bool:
    """Whether there is no further try after `tries`: the receiver will never take it, or it was tried often enough."""
    return is_final or tries >= TRIES_MAX
