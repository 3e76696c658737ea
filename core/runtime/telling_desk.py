"""What is asked of whoever drives about what is told: seen, read, later, not at all, again, and does it arrive?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.domain.errors import CommandRefused, WrongUse, nearest
from core.domain.ids import NO_SESSION
from core.notifying.delivering import Delivery, DeliveryState, delivery_id
from core.notifying.muting import MUTES_MAX, Mute
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import Priority
from core.ports.channel import Channel, NotDelivered
from core.ports.clock import Clock
from core.ports.inbox import InboxAnswer
from core.ports.outbox import Outbox, Told, Wanted
from core.runtime.notifier import Notifier
from core.runtime.requests import Asker
from core.runtime.wanted_words import one_of, wanted_from

MINUTE_MS = 60_000
AWAY_MS_MAX = 366 * 24 * 60 * MINUTE_MS
"""So far away may the end of a snooze or a mute be."""

IDS_MAX = 10_000

Body = Mapping[str, Any]


class TellingDesk:
    """`verbs` are carried out by the process that drives, whoever asks."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        notifier: Notifier,
        clock: Clock,
        *,
        on_released: Callable[[], None],
    ) -> None:
        self._outbox = outbox
        self._channels = channels
        self._notifier = notifier
        self._clock = clock
        self._on_released = on_released
        self.verbs: Mapping[str, Callable[[Body, Asker], Awaitable[InboxAnswer]]] = {
            "acknowledge": self._acknowledge,
            "unacknowledge": self._unacknowledge,
            "mark_read": self._mark_read,
            "snooze": self._snooze,
            "mute": self._mute,
            "unmute": self._unmute,
            "send_again": self._send_again,
            "try_channel": self._try_channel,
        }

    async def _acknowledge(self, body: Body, by: Asker) -> InboxAnswer:
        which = await self._meant(body, Wanted(is_open=True), "is left to acknowledge")
        return _done("acknowledged", await self._outbox.acknowledge(which, by=by.actor, at_ms=self._clock.now_ms()))

    async def _unacknowledge(self, body: Body, by: Asker) -> InboxAnswer:
        return _done("took back", await self._outbox.unacknowledge(_ids(body)))

    async def _mark_read(self, body: Body, by: Asker) -> InboxAnswer:
        count = await self._outbox.mark_read(_ids(body), by=by.actor, at_ms=self._clock.now_ms())
        return _done("read", count)

    async def _snooze(self, body: Body, by: Asker) -> InboxAnswer:
        """Until a moment, or for a time; a moment of 0 ends it."""
        until_ms = 0 if body.get("until_ms") == 0 else self._until_ms(body)
        which = await self._meant(body, Wanted(is_open=True), "is open and can rest")
        count = await self._outbox.snooze(which, until_ms=until_ms)
        return _done("snoozed" if until_ms else "woke", count)

    async def _mute(self, body: Body, by: Asker) -> InboxAnswer:
        session, type = str(body.get("session", "")), str(body.get("type", ""))
        if not session and not type:
            raise WrongUse("it isn't said what.", now="Name a session, a type of notification, or both.")
        has_end = bool(body.get("until_ms") or body.get("for_ms"))
        mute = Mute(
            session=session,
            type=one_of(NotificationType, type) if type else None,
            until_ms=self._until_ms(body) if has_end else 0,
            by=by.actor,
            at_ms=self._clock.now_ms(),
        )
        if mute.type is NotificationType.DIGEST:
            raise WrongUse("a digest repeats what others tell.", now="Mute those.")
        known = await self._outbox.mutes()
        if len(known) >= MUTES_MAX and all(each.id != mute.id for each in known):
            raise CommandRefused(
                f"there are {MUTES_MAX} mutes already.", now="`moot notifications mutes` lists them; end some."
            )
        await self._outbox.mute(mute)
        await self._notifier.follow_mutes()
        return InboxAnswer(is_done=True, text=f"muted {mute.id}", body={"id": mute.id})

    async def _unmute(self, body: Body, by: Asker) -> InboxAnswer:
        known = await self._outbox.mutes()
        if body.get("all"):
            ids = [each.id for each in known]
        else:
            ids = [_begun(prefix, [each.id for each in known], "is muted") for prefix in _named(body)]
        count = await self._outbox.unmute(ids)
        await self._notifier.follow_mutes()
        return _done("unmuted", count)

    async def _send_again(self, body: Body, by: Asker) -> InboxAnswer:
        told = await self._dead(body)
        channel = str(body.get("channel", ""))
        again = [
            sent.id
            for each in told
            for sent in each.deliveries
            if sent.state is DeliveryState.DEAD and channel in ("", sent.channel)
        ]
        if not again:
            raise CommandRefused(
                "nothing that was given up is meant.", now="`moot notifications list --dead` lists it."
            )
        count = await self._outbox.revive(again, at_ms=self._clock.now_ms())
        self._on_released()
        return InboxAnswer(is_done=True, text=f"sending {count} again", body={"count": count})

    async def _try_channel(self, body: Body, by: Asker) -> InboxAnswer:
        """Tell a channel something that happened nowhere, now and once."""
        name = str(body.get("channel", ""))
        channel = self._channels.get(name)
        if channel is None:
            now = nearest(name, self._channels) or f"There are {', '.join(self._channels)}."
            raise WrongUse(f"no channel is called {name!r:.80}.", now=now)
        trial = _trial(self._clock.now_ms())
        sent = Delivery(id=delivery_id(trial.id, name), notification=trial, channel=name)
        began_ms = self._clock.now_ms()
        try:
            note = await channel.deliver(sent)
        except NotDelivered as failed:
            raise CommandRefused(str(failed), where=f"channel {name}", now="Nothing was kept of this try.") from failed
        took_ms = self._clock.now_ms() - began_ms
        text = f"{name} took it in {took_ms} ms" + (f"; {note}" if note else "")
        return InboxAnswer(is_done=True, text=text, body={"took_ms": took_ms})

    async def _meant(self, body: Body, least: Wanted, what: str) -> Collection[str] | Wanted:
        """Which are asked for of those that fulfil `least`: by ids, which may be cut short, by what they are, or all.
        Raises WrongUse for one that is not there; of ids that are whole, those of others are left out: what a screen
        shows may have been answered a moment ago."""
        if body.get("all") or body.get("wanted"):
            return wanted_from(body.get("wanted") or {}, least)
        if body.get("whole"):
            return _ids(body)
        return [each.notification.id for each in await self._named(body, least, what)]

    async def _dead(self, body: Body) -> Sequence[Told]:
        """The notifications that are meant of those of which a delivery was given up."""
        least = Wanted(state=DeliveryState.DEAD)
        if body.get("all"):
            return await self._outbox.find(least)
        return await self._named(body, least, "was given up")

    async def _named(self, body: Body, least: Wanted, what: str) -> list[Told]:
        """Those whose ids are named, or begin so."""
        found: dict[str, Told] = {}
        for prefix in _named(body):
            ones = await self._outbox.find(replace(least, id=prefix), limit=2)
            id = _begun(prefix, [each.notification.id for each in ones], what)
            found[id] = next(each for each in ones if each.notification.id == id)
        return list(found.values())

    def _until_ms(self, body: Body) -> int:
        """The moment that is named, or that comes after a time. Raises WrongUse for one that has passed, or is too far
        away."""
        now_ms = self._clock.now_ms()
        until_ms = int(body.get("until_ms") or 0) or now_ms + int(body.get("for_ms") or 0)
        if not now_ms < until_ms <= now_ms + AWAY_MS_MAX:
            raise WrongUse("until when must lie ahead, and within a year.", now="Say 30m, 2h or 3d.")
        return until_ms


def _done(what: str, count: int) -> InboxAnswer:
    return InboxAnswer(is_done=True, text=f"{what} {count}", body={"count": count})


def _ids(body: Body) -> list[str]:
    """Whole ids, as a console knows them."""
    ids = [str(each) for each in body.get("ids", ())]
    if len(ids) > IDS_MAX:
        raise WrongUse(f"{len(ids):,} are too many at once.", now=f"Name at most {IDS_MAX:,}.")
    return ids


def _named(body: Body) -> list[str]:
    """What is named, which must be something."""
    named = [each for each in _ids(body) if each]
    if not named:
        raise WrongUse("it isn't said which.", now="Name some by their ids, or say --all.")
    return named


def _begun(prefix: str, ids: Collection[str], what: str) -> str:
    """The one id that is meant. Raises WrongUse where none is, or more than one."""
    begun = [id for id in ids if id.startswith(prefix)]
    if prefix in begun:
        return prefix
    if len(begun) != 1:
        raise WrongUse(
            f"nothing that begins with {prefix!r:.80} {what}."
            if not begun
            else f"more than one begins with {prefix!r:.80}.",
            now="List them first." if not begun else "Write more of it.",
        )
    return begun[0]


def _trial(at_ms: int) -> Notification:
    return Notification(
        id=f"trial-{at_ms}",
        type=NotificationType.REMINDER,
        priority=Priority.NORMAL,
        session=NO_SESSION,
        seq=0,
        position=0,
        at_ms=at_ms,
        flow="",
        title="A trial of this channel",
        text="Somebody tries whether this arrives. Nothing has happened.",
    )
