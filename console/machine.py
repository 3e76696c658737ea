"""What does the machine tell the core that nothing recorded could: the time, and chance?

The only place where either is asked for. Whatever is drawn here is recorded before anything is decided by it.
"""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.ports.process_use import ProcessUse

MILLISECONDS_PER_SECOND = 1_000
NANOSECONDS_PER_MILLISECOND = 1_000_000
PPM = 1_000_000
SESSION_ID_BYTES = 16
TOKEN_BYTES = 32
SEED_BYTES = 4
"""Seeds are typed again by hand to repeat a debate: ten digits, not twenty."""


class SystemClock:
    """The machine's clock, as the runtime sees it."""

    def now_ms(self) -> int:
        return now_ms()

    async def sleep(self, milliseconds: int) -> None:
        await asyncio.sleep(milliseconds / MILLISECONDS_PER_SECOND)


def now_ms() -> int:
    """Unix time in milliseconds."""
    return time.time_ns() // NANOSECONDS_PER_MILLISECOND  # noqa: TID251  # the one door for the time of day


def local_midnight_ms(at_ms: int) -> int:
    """When the operator's day began to which `at_ms` belongs: a cap for a day is a cap for their day."""
    moment = datetime.fromtimestamp(at_ms // MILLISECONDS_PER_SECOND, tz=UTC).astimezone()
    midnight = moment.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0).astimezone()
    return int(midnight.timestamp()) * MILLISECONDS_PER_SECOND


def minute_of_day(at_ms: int, *, zone: str = "") -> int:
    """How many minutes the clocks show since midnight at a moment: those of a zone such as `Europe/Berlin`, "" for
    this machine's."""
    moment = datetime.fromtimestamp(at_ms // MILLISECONDS_PER_SECOND, tz=UTC)
    if zone:
        # Few have quiet hours in another zone.
        from zoneinfo import ZoneInfo

        moment = moment.astimezone(ZoneInfo(zone))
    else:
        moment = moment.astimezone()
    return moment.hour * 60 + moment.minute


def new_session_id() -> str:
    """32 hexadecimal digits that nobody has drawn before."""
    return os.urandom(SESSION_ID_BYTES).hex()


def new_seed() -> int:
    """A seed where the operator gave none; it is recorded with the opening."""
    return int.from_bytes(os.urandom(SEED_BYTES), "big")


def new_token() -> str:
    """What nobody guesses, in hexadecimal digits."""
    return os.urandom(TOKEN_BYTES).hex()


def process_use() -> ProcessUse:
    """What this process takes of the machine."""
    # Whoever only asks for a version, or for the first frame, needn't wait for these.
    import psutil

    from core.ports.process_use import ProcessUse

    try:
        process = psutil.Process()
        used = process.memory_info().rss
        machine = psutil.virtual_memory()
    except psutil.Error as error:
        raise OSError(f"the system doesn't say what the process uses: {error}") from error
    return ProcessUse(
        at_ns=time.monotonic_ns(),
        cpu_ns=time.process_time_ns(),
        memory_bytes=used,
        machine_free_ppm=machine.available * PPM // machine.total if machine.total else PPM,
    )
