"""How is somebody told what happens, while a process drives?

What the projector folds becomes notifications; the dispatcher delivers them beside the sessions, which never wait for
one. What follows from the time alone is done now and then: reminders, the end of quiet hours, digests.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.domain.errors import MootError
from core.domain.flow import Flow
from core.notifying.notification import Notification
from core.notifying.routing import Route
from core.notifying.terms import SENSIBLE_REMINDERS, Reminders
from core.notifying.timetable import LocalMinute, Timetable, minute_of_utc
from core.ports.channel import Attended, Channel, Driving
from core.ports.clock import Clock
from core.ports.outbox import Outbox
from core.runtime.dispatcher import Dispatcher
from core.runtime.notifier import Notifier, Taken, Terms, Times, nobody_hurried, nothing_taken
from core.runtime.schedule import Work
from core.runtime.telling_desk import TellingDesk
from core.runtime.telling_rounds import ROUND_SECONDS, Rounds

DAY_MS = 24 * 3_600 * 1_000
KEPT_DAYS = 30
"""How long what arrived is kept; what waits is kept until it arrives or is given up."""

TIDY_SECONDS = 3_600
FINISH_MILLISECONDS = 3_000
"""How long the end of driving waits for what has just happened to be told."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingPorts:
    """What telling stands on. `channels` by name; `local_minute` is the time of the day where the operator is."""

    outbox: Outbox
    channels: Mapping[str, Channel]
    routes: Sequence[Route]
    reminders: Reminders = SENSIBLE_REMINDERS
    timetable: Timetable = field(default_factory=Timetable)
    local_minute: LocalMinute = minute_of_utc


class Telling:
    """Made for one stretch of driving: `start`, then `run` for ever, then `close`."""

    def __init__(
        self,
        ports: TellingPorts,
        flows: Mapping[str, Flow],
        clock: Clock,
        *,
        taken: Taken = nothing_taken,
        terms: Terms = nobody_hurried,
    ) -> None:
        self._ports = ports
        self._clock = clock
        times = Times(clock, ports.timetable, ports.local_minute)
        self._dispatcher = Dispatcher(ports.outbox, ports.channels, clock, times)
        self.notifier = Notifier(
            ports.outbox,
            ports.routes,
            flows,
            times,
            on_added=self._dispatcher.wake,
            expecting=self._dispatcher.expecting,
            taken=taken,
            terms=terms,
        )
        self._rounds = Rounds(ports.outbox, self.notifier, times, ports.reminders, on_released=self._dispatcher.wake)
        desk = TellingDesk(ports.outbox, ports.channels, self.notifier, clock, on_released=self._dispatcher.wake)
        self.verbs = desk.verbs

    @property
    def tries(self) -> Mapping[tuple[str, str], int]:
        """How many tries by each channel were `delivered` or `failed` since this stretch of driving began."""
        return self._dispatcher.tries

    @property
    def jobs(self) -> Mapping[str, tuple[int, Work]]:
        """What is to be done every so many seconds, by name."""
        return {
            "notifications": (TIDY_SECONDS, self.tidy),
            "reminders": (ROUND_SECONDS, self._rounds.remind),
            "quiet hours": (ROUND_SECONDS, self._rounds.end_quiet),
            "digests": (ROUND_SECONDS, self._rounds.send_digests),
        }

    async def put(self, notifications: Sequence[Notification]) -> int:
        """Tell what follows from no event, such as an alert, once by each id; how many were new. It is kept where some
        route takes it."""
        return await self.notifier.put(notifications)

    async def start(self, position: int) -> None:
        """Go on where the outbox stands; one that is new begins at `position`."""
        await self.notifier.start(position)

    async def attend(self, driving: Driving) -> None:
        """Have channels begin what they do for as long as this process drives; `close` ends it."""
        for channel in self._ports.channels.values():
            if isinstance(channel, Attended):
                await channel.attend(driving)

    async def run(self) -> None:
        await self._dispatcher.run()

    async def close(self) -> None:
        """Tell what has just happened, for a moment, and let the channels go. Nobody may call `run` any more."""
        try:
            await self._rounds.end_quiet()  # who drives for a moment at a time never comes to a round
            await self._rounds.send_digests()
            await self._dispatcher.finish(FINISH_MILLISECONDS)
        except MootError as failed:
            _log.warning("notifications wait for the next one who drives: %s", failed)
        await self._dispatcher.close()

    async def tidy(self) -> None:
        """Drop what is old and has arrived, so that the outbox stays as large as a month."""
        await self._ports.outbox.drop_older(self._clock.now_ms() - KEPT_DAYS * DAY_MS)
