"""What was told to whom, and how is it acknowledged or sent again, from any process?"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

from core.domain.errors import WrongUse, nearest
from core.notifying.delivering import Delivery, delivery_id
from core.notifying.muting import Mute
from core.notifying.notification import NotificationType
from core.notifying.rates import ChannelRate
from core.notifying.routing import Route
from core.notifying.sampling import sample
from core.notifying.telling import as_plain
from core.notifying.terms import Reminders
from core.notifying.timetable import Timetable
from core.ports.channel import LacksSomething, Part, SaysWhere, Worded
from core.ports.inbox import InboxAnswer
from core.ports.outbox import LISTED_MAX, Attempt, OutboxFigures, Place, Told, Wanted
from core.runtime.telling import TellingPorts
from core.runtime.wanted_words import wanted_to_plain

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
        return {name: each.lacks for name, each in every.items() if isinstance(each, LacksSomething) and each.lacks}

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
        found = await self.find(Wanted(id=id), limit=1)
        if not found:
            raise WrongUse(f"no notification begins with {id!r:.80}.", now="`moot notifications list` shows their ids.")
        told = found[0]
        sent = next((sent for sent in told.deliveries if sent.channel == channel), None)
        new = Delivery(id=delivery_id(told.notification.id, channel), notification=told.notification, channel=channel)
        return sent if sent is not None else new

    @property
    def routes(self) -> Sequence[Route]:
        """By which channels what is told, in their order."""
        return self._at_hand.routes

    @property
    def reminders(self) -> Reminders:
        return self._at_hand.reminders

    @property
    def timetable(self) -> Timetable:
        return self._at_hand.timetable

    async def find(self, wanted: Wanted, *, limit: int = LISTED_MAX, before: Place | None = None) -> Sequence[Told]:
        """Notifications, newest first: of those behind `before` (position and id) in that order the first."""
        return await self._at_hand.outbox.find(wanted, limit=limit, before=before)

    async def attempts(self, told: Told) -> Sequence[Attempt]:
        """Every try at a notification's deliveries that is kept, oldest first."""
        return await self._at_hand.outbox.attempts([sent.id for sent in told.deliveries])

    async def figures(self) -> OutboxFigures:
        return await self._at_hand.outbox.figures()

    async def rates(self, *, since_ms: int) -> Sequence[ChannelRate]:
        """How tries went since that moment, and how deliveries stand, by channel."""
        return await self._at_hand.outbox.rates(since_ms=since_ms)

    async def mutes(self) -> Sequence[Mute]:
        """All of them, also those that hold no more, oldest first."""
        return await self._at_hand.outbox.mutes()

    async def acknowledge(
        self, ids: Sequence[str] = (), *, is_all: bool = False, wanted: Wanted | None = None, are_whole: bool = False
    ) -> str:
        """Note that these were seen, each with its reminders: by ids, which may be cut short, all, or those that are
        looked for. Returns what was done. Of ids that `are_whole` those are left out that need nobody any more."""
        return await self._asked("acknowledge", _which(ids, is_all=is_all, wanted=wanted, are_whole=are_whole))

    async def unacknowledge(self, ids: Sequence[str]) -> str:
        """Have nobody have seen these, by their whole ids."""
        return await self._asked("unacknowledge", {"ids": list(ids)})

    async def mark_read(self, ids: Sequence[str]) -> str:
        """Note that these were read, by their whole ids."""
        return await self._asked("mark_read", {"ids": list(ids)})

    async def snooze(
        self,
        ids: Sequence[str] = (),
        *,
        until_ms: int = 0,
        for_ms: int = 0,
        is_all: bool = False,
        wanted: Wanted | None = None,
        are_whole: bool = False,
    ) -> str:
        """Let these rest until a moment, or for a time; then they come back as a reminder."""
        when = {"until_ms": until_ms} if until_ms else {"for_ms": for_ms}
        which = _which(ids, is_all=is_all, wanted=wanted, are_whole=are_whole)
        return await self._asked("snooze", {**which, **when})

    async def unsnooze(self, ids: Sequence[str]) -> str:
        """Have these rest no longer."""
        return await self._asked("snooze", {"ids": list(ids), "whole": True, "until_ms": 0})

    async def mute(
        self, *, session: str = "", type: NotificationType | None = None, until_ms: int = 0, for_ms: int = 0
    ) -> str:
        """Hear no more of a session (its whole id), a type or both: until a moment, for a time, or until it is
        unmuted."""
        type_ = type.value if type is not None else ""
        body = {"session": session, "type": type_, "until_ms": until_ms, "for_ms": for_ms}
        return await self._asked("mute", body)

    async def unmute(self, ids: Sequence[str] = (), *, is_all: bool = False) -> str:
        """End these mutes; ids may be cut short."""
        return await self._asked("unmute", {"ids": list(ids), "all": is_all})

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


def _which(ids: Sequence[str], *, is_all: bool, wanted: Wanted | None, are_whole: bool) -> dict[str, object]:
    body: dict[str, object] = {"ids": list(ids), "all": is_all or wanted is not None, "whole": are_whole}
    return body if wanted is None else {**body, "wanted": wanted_to_plain(wanted)}


def _is_off() -> WrongUse:
    return WrongUse("nobody is told anything here: enable_notifications is off.", now="Switch it on in the settings.")
