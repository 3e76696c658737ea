"""What was told to whom, and how is it acknowledged or sent again, from any process?"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

from core.domain.errors import WrongUse, nearest
from core.notifying.delivering import Delivery, delivery_id
from core.notifying.notification import NotificationType
from core.notifying.sampling import sample
from core.notifying.telling import as_plain
from core.ports.channel import LacksSomething, Part, SaysWhere, Worded
from core.ports.inbox import InboxAnswer
from core.ports.outbox import LISTED_MAX, Attempt, OutboxFigures, Told, Wanted
from core.runtime.telling import TellingPorts

Ask = Callable[..., Awaitable[InboxAnswer]]


class Notifications:
    """Reading needs nobody; what changes something is asked of whoever drives. Raises WrongUse where it is off."""

    def __init__(self, ports: TellingPorts | None, ask: Ask) -> None:
        self._ports = ports
        self._ask = ask

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of the ways to tell somebody that are set up here."""
        return tuple(self._at_hand.channels)

    @property
    def lacking(self) -> Mapping[str, str]:
        """What each channel lacks that can't be used yet, by its name."""
        every = self._at_hand.channels
        return {
            name: each.lacks for name, each in every.items() if isinstance(each, LacksSomething) and each.lacks
        }

    @property
    def places(self) -> Mapping[str, str]:
        """Where channels are of which an operator wants to know that, by their names."""
        return {name: each.where for name, each in self._at_hand.channels.items() if isinstance(each, SaysWhere)}

    async def preview(
        self, channel: str, *, notification: str = "", type: NotificationType | None = None
    ) -> tuple[Part, ...]:
        """How a notification reads by a channel, part by part: the one whose id begins so, or else an invented one of
        that type. Sends nothing. Raises WrongUse for a channel or notification that is not there, and for a template
        that can't word it."""
        at_hand = self._at_hand.channels.get(channel)
        if at_hand is None:
            now = nearest(channel, self._at_hand.channels) or f"There are {', '.join(self._at_hand.channels)}."
            raise WrongUse(f"no channel is called {channel!r:.80}.", now=now)
        if notification:
            delivery = await self._as_delivered(notification, channel)
        else:
            delivery = sample(type or NotificationType.DEBATE_COMPLETED, channel=channel)
        if isinstance(at_hand, Worded):
            return at_hand.wording(delivery)
        return (Part(name="line", text=json.dumps(as_plain(delivery), ensure_ascii=False)),)

    async def _as_delivered(self, id: str, channel: str) -> Delivery:
        found = [each for each in await self.find(Wanted()) if each.notification.id.startswith(id)]
        if not found:
            raise WrongUse(f"no notification begins with {id!r:.80}.", now="`moot notifications list` shows their ids.")
        told = found[0]
        sent = next((sent for sent in told.deliveries if sent.channel == channel), None)
        new = Delivery(
            id=delivery_id(told.notification.id, channel), notification=told.notification, channel=channel
        )
        return sent if sent is not None else new

    async def find(self, wanted: Wanted, *, limit: int = LISTED_MAX) -> Sequence[Told]:
        """Notifications, newest first."""
        return await self._at_hand.outbox.find(wanted, limit=limit)

    async def attempts(self, told: Told) -> Sequence[Attempt]:
        """Every try at a notification's deliveries that is kept, oldest first."""
        return await self._at_hand.outbox.attempts([sent.id for sent in told.deliveries])

    async def figures(self) -> OutboxFigures:
        return await self._at_hand.outbox.figures()

    async def acknowledge(self, ids: Sequence[str] = (), *, is_all: bool = False) -> str:
        """Note that these were seen; returns what was done. Ids may be cut short."""
        return await self._asked("acknowledge", {"ids": list(ids), "all": is_all})

    async def send_again(self, ids: Sequence[str] = (), *, is_all: bool = False, channel: str = "") -> str:
        """Put dead letters back on their way; returns what was done."""
        return await self._asked("send_again", {"ids": list(ids), "all": is_all, "channel": channel})

    async def try_channel(self, channel: str) -> str:
        """Tell a channel something that happened nowhere. Raises CommandRefused with what went wrong."""
        return await self._asked("try_channel", {"channel": channel})

    async def _asked(self, verb: str, body: Mapping[str, object]) -> str:
        if self._ports is None:
            raise _is_off()
        return (await self._ask(verb, body)).text

    @property
    def _at_hand(self) -> TellingPorts:
        if self._ports is None:
            raise _is_off()
        return self._ports


def _is_off() -> WrongUse:
    return WrongUse("nobody is told anything here: enable_notifications is off.", now="Switch it on in the settings.")
