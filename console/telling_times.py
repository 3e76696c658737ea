"""At what times does this installation tell somebody what happens?"""

from __future__ import annotations

from collections.abc import Collection

from console.machine import minute_of_day
from console.settings import Settings
from core.domain.errors import WrongUse, nearest
from core.notifying.timetable import LocalMinute, Timetable


def timetable_of(config: Settings, channels: Collection[str]) -> Timetable:
    """Quiet hours and digests. Raises WrongUse for a channel that is not set up."""
    quiet = config.notification_quiet
    if quiet is not None:
        _require(quiet.hours.channels, channels, config, "notification_quiet", "notifications.quiet")
    batches = config.notification_batches
    _require(batches, channels, config, "notification_batches", "notifications.batch")
    return Timetable(
        quiet=quiet.hours if quiet is not None else None,
        batches=batches,
        parts_max=config.notification_batch_size,
    )


def local_minute_of(config: Settings) -> LocalMinute:
    """The time of the day by the clocks of the quiet hours' zone, else the machine's."""
    zone = config.notification_quiet.zone if config.notification_quiet is not None else ""
    return lambda at_ms: minute_of_day(at_ms, zone=zone)


def _require(named: Collection[str], known: Collection[str], config: Settings, field: str, key: str) -> None:
    for name in named:
        if name not in known:
            where = f"{config.origins.get(field, '')}: {key}".removeprefix(": ")
            now = nearest(name, known) or f"There are {', '.join(known)}."
            raise WrongUse(f"no channel is called {name!r:.80}.", where=where, now=now)
