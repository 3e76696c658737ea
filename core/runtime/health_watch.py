"""How well is everything since when, what is switched off for it, and who is told?

Each look is held against the one before. What it left is noted with the driver's notes, so that a restart makes nothing
younger.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from core.analytics.degradation import Feature, SwitchedOff, stepped, switched_off
from core.analytics.health_levels import Health, Level, changed_levels, with_since
from core.domain.errors import CommandRefused, MootError
from core.domain.ids import NO_SESSION
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import Priority
from core.runtime.correlating import fields
from core.runtime.driver_health import DriverHealth, Drives
from core.runtime.health import check_health, with_faults
from core.runtime.ports import Ports

_log = logging.getLogger(__name__)

UNTOLD_MAX = 100
"""So many of what nobody could be told of wait for the next look; older ones are in the log file."""

Tell = Callable[[Sequence[Notification]], Awaitable[object]]


class HealthWatch:
    """`look` again and again. `faults` are answers that wait for the disk right now; `tell` takes notifications that
    follow from no event, None where nobody is told."""

    def __init__(
        self, ports: Ports, drives: Drives, *, faults: Callable[[], Sequence[str]], tell: Tell | None = None
    ) -> None:
        self._ports = ports
        self._of_driver = DriverHealth(ports, drives)
        self._faults = faults
        self._tell = tell
        self._found: tuple[Health, ...] = ()
        self._before: tuple[Health, ...] = ()
        self._untold: tuple[Notification, ...] = ()
        self.off: tuple[SwitchedOff, ...] = ()

    def go_on_from(self, noted: Sequence[Health]) -> None:
        """What the driver before found: what stands as it stood then has stood since."""
        self._before = tuple(noted)

    @property
    def found(self) -> tuple[Health, ...]:
        """What the last look found, and what stands still right now; nothing before the first look where all moves."""
        return with_faults(self._found, tuple(self._faults()), at_ms=self._ports.clock.now_ms())

    async def look(self) -> None:
        """Look at everything that can fail by itself."""
        now = await check_health(
            self._ports, is_thorough=True, faults=tuple(self._faults()), further=self._of_driver.looks()
        )
        before = self._found or self._before
        self._found = with_since(before, now)
        self.off = stepped(self.off, self._found, at_ms=self._ports.clock.now_ms())
        changed = changed_levels(before, self._found)
        for health in changed:
            at = logging.INFO if health.state is Level.OK else logging.WARNING
            _log.log(at, "health changed", extra=fields(name=health.name, state=health.state, reason=health.reason))
        await self._tell_of(before, changed)

    async def require(self, feature: Feature) -> None:
        """Raise CommandRefused where the feature is switched off, and a look right now doesn't end that."""
        if switched_off(feature, self.off) is None:
            return
        await self.look()
        off = switched_off(feature, self.off)
        if off is not None:
            raise CommandRefused(
                f"{feature} are switched off: {off.reason}.",
                where=off.health.replace("_", " "),
                now=f"Mend that, then try again. Meanwhile {off.works}.",
            )

    async def _tell_of(self, before: Sequence[Health], changed: Sequence[Health]) -> None:
        """Tell of what fails, and of what does so no longer: what is merely degraded is on the screen."""
        if self._tell is None:
            return
        failed = {health.name for health in before if health.state is Level.FAILING}
        told = [
            _notification(health)
            for health in changed
            if health.state is Level.FAILING or (health.name in failed and health.state is Level.OK)
        ]
        waiting = (*self._untold, *told)[-UNTOLD_MAX:]
        if not waiting:
            return
        try:
            await self._tell(waiting)
        except MootError as error:
            # What fails may be the very disk on which it would be kept: it is told of once that works again.
            _log.warning("nobody could be told of the health", extra=fields(error=str(error)))
            self._untold = waiting
        else:
            self._untold = ()


def _notification(health: Health) -> Notification:
    name = health.name.replace("_", " ")
    is_well = health.state is Level.OK
    return Notification(
        id=f"health-{health.name}-{health.state}-{health.since_ms}",
        type=NotificationType.ERROR_NOTIFICATION,
        priority=Priority.NORMAL if is_well else Priority.HIGH,
        session=NO_SESSION,
        seq=0,
        position=0,
        at_ms=health.checked_at_ms,
        flow="",
        title=f"Health: {name}",
        text=f"{name.capitalize()} is well again: {health.reason}." if is_well else f"{health.reason}.",
    )
