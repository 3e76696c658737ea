"""How is somebody told what happens, while a process drives?

What the projector folds becomes notifications; the dispatcher delivers them beside the sessions, which never wait for
one. Whoever drives is asked to acknowledge, to send again, and to try a channel.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.domain.errors import CommandRefused, MootError, WrongUse, nearest
from core.domain.flow import Flow
from core.domain.ids import NO_SESSION
from core.notifying.delivering import Delivery, DeliveryState, delivery_id
from core.notifying.notification import Notification, NotificationType, Priority
from core.notifying.routing import Route
from core.ports.channel import Channel, NotDelivered
from core.ports.clock import Clock
from core.ports.inbox import InboxAnswer
from core.ports.outbox import LISTED_MAX, Outbox, Told, Wanted
from core.runtime.notifier import Dispatcher, Notifier
from core.runtime.requests import Asker

DAY_MS = 24 * 3_600 * 1_000
KEPT_DAYS = 30
"""How long what arrived is kept; what waits is kept until it arrives or is given up."""

TIDY_SECONDS = 3_600
FINISH_MILLISECONDS = 3_000
"""How long the end of driving waits for what has just happened to be told."""

_log = logging.getLogger(__name__)

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingPorts:
    """What telling stands on. `channels` by name."""

    outbox: Outbox
    channels: Mapping[str, Channel]
    routes: Sequence[Route]


class Telling:
    """Made for one stretch of driving: `start`, then `run` for ever, then `close`."""

    def __init__(self, ports: TellingPorts, flows: Mapping[str, Flow], clock: Clock) -> None:
        self._ports = ports
        self._clock = clock
        self._dispatcher = Dispatcher(ports.outbox, ports.channels, clock)
        self.notifier = Notifier(ports.outbox, ports.routes, flows, on_added=self._dispatcher.wake)
        self.verbs = {
            "acknowledge": self._acknowledge,
            "send_again": self._send_again,
            "try_channel": self._try_channel,
        }

    async def start(self, position: int) -> None:
        """Go on where the outbox stands; one that is new begins at `position`."""
        await self.notifier.start(position)

    async def run(self) -> None:
        await self._dispatcher.run()

    async def close(self) -> None:
        """Tell what has just happened, for a moment, and let the channels go. Nobody may call `run` any more."""
        try:
            await self._dispatcher.finish(FINISH_MILLISECONDS)
        except MootError as failed:
            _log.warning("notifications wait for the next one who drives: %s", failed)
        await self._dispatcher.close()

    async def tidy(self) -> None:
        """Drop what is old and has arrived, so that the outbox stays as large as a month."""
        await self._ports.outbox.drop_older(self._clock.now_ms() - KEPT_DAYS * DAY_MS)

    async def _acknowledge(self, body: Body, by: Asker) -> InboxAnswer:
        told = await self._meant(body, wanted=Wanted(is_open=True), what="is left to acknowledge")
        ids = [each.notification.id for each in told]
        count = await self._ports.outbox.acknowledge(ids, by=by.actor, at_ms=self._clock.now_ms())
        return InboxAnswer(is_done=True, text=f"acknowledged {count}", body={"count": count})

    async def _send_again(self, body: Body, by: Asker) -> InboxAnswer:
        told = await self._meant(body, wanted=Wanted(state=DeliveryState.DEAD), what="was given up")
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
        count = await self._ports.outbox.revive(again, at_ms=self._clock.now_ms())
        self._dispatcher.wake()
        return InboxAnswer(is_done=True, text=f"sending {count} again", body={"count": count})

    async def _meant(self, body: Body, *, wanted: Wanted, what: str) -> Sequence[Told]:
        """The notifications whose ids begin so, or all of them. Raises WrongUse for one that is not there."""
        found = await self._ports.outbox.find(wanted, limit=LISTED_MAX)
        if body.get("all"):
            return found
        meant: list[Told] = []
        for prefix in body.get("ids", ()):
            ones = [each for each in found if prefix and each.notification.id.startswith(str(prefix))]
            if not ones:
                raise WrongUse(f"nothing that begins with {str(prefix)!r:.80} {what}.", now="List them first.")
            meant += ones
        if not meant:
            raise WrongUse("it isn't said which.", now="Name some by their ids, or say --all.")
        return meant

    async def _try_channel(self, body: Body, by: Asker) -> InboxAnswer:
        """Tell a channel something that happened nowhere, now and once."""
        name = str(body.get("channel", ""))
        channel = self._ports.channels.get(name)
        if channel is None:
            now = nearest(name, self._ports.channels) or f"There are {', '.join(self._ports.channels)}."
            raise WrongUse(f"no channel is called {name!r:.80}.", now=now)
        trial = _trial(self._clock.now_ms())
        sent = Delivery(id=delivery_id(trial.id, name), notification=trial, channel=name)
        began_ms = self._clock.now_ms()
        try:
            await channel.deliver(sent)
        except NotDelivered as failed:
            raise CommandRefused(str(failed), where=f"channel {name}", now="Nothing was kept of this try.") from failed
        took_ms = self._clock.now_ms() - began_ms
        return InboxAnswer(is_done=True, text=f"{name} took it in {took_ms} ms", body={"took_ms": took_ms})


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
