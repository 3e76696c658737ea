"""How does everything stand: what runs, what waits for a person, what does it cost?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.analytics.health_levels import with_since
from core.domain.ids import SessionId
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.runtime.driver_notes import NOTES_SETTING, DriverNotes, notes_from_text
from core.runtime.health import Health, check_health
from core.runtime.office import SPENDING_SWITCH
from core.runtime.ports import Limits, Ports
from core.runtime.schedule import JobView
from core.runtime.wheel import Wheel


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStatus:
    """What runs, what waits for a person, what it costs. Money is in micro-dollars, None lifts a cap."""

    is_driver: bool
    driver: str
    running: int
    waiting: int
    paused: int
    escalated: int
    failed: int
    spent_today_microusd: int
    held_microusd: int
    cap_day_microusd: int | None
    is_spending_stopped: bool
    position: int
    health: tuple[Health, ...] = ()
    jobs: tuple[JobView, ...] = ()


class Standing:
    """How everything stands; what only who drives can know is known where this process does."""

    def __init__(self, ports: Ports, limits: Limits, wheel: Wheel) -> None:
        self._ports = ports
        self._limits = limits
        self._wheel = wheel

    async def status(self, rows: Sequence[SessionSummary]) -> SystemStatus:
        """All of it, by the rows of the list."""
        ports, driver = self._ports, self._wheel.driver
        counts = {status: sum(1 for row in rows if row.status is status) for status in Status}
        midnight_ms = ports.local_midnight_ms(ports.clock.now_ms())
        settings = await ports.catalogue.settings()
        return SystemStatus(
            is_driver=driver is not None,
            driver=self._wheel.holder or "nobody",
            running=counts[Status.RUNNING],
            waiting=counts[Status.WAITING] + counts[Status.CREATED],
            paused=counts[Status.PAUSED],
            escalated=counts[Status.ESCALATED],
            failed=counts[Status.FAILED],
            spent_today_microusd=await ports.costs.spent_since(midnight_ms),
            held_microusd=driver.ledger.held_microusd if driver is not None else 0,
            cap_day_microusd=self._limits.cap_day_microusd,
            is_spending_stopped=bool(settings.get(SPENDING_SWITCH)),
            position=await ports.log.last_position(),
            health=driver.health if driver is not None else await self._found_elsewhere(),
            jobs=driver.jobs() if driver is not None else (),
        )

    async def health(self) -> tuple[Health, ...]:
        """What the last health check found; where there was none yet, what a short look finds now."""
        if self._wheel.driver is not None:
            return self._wheel.driver.health or await check_health(self._ports)
        return await self._found_elsewhere()

    async def _found_elsewhere(self) -> tuple[Health, ...]:
        """What a short look finds now, and what only the one who drives can know, as they noted it last."""
        found = await check_health(self._ports)
        if not self._wheel.holder:
            return found
        noted = {health.name: health for health in (await self.notes()).health}
        here = tuple(with_since((noted[each.name],) if each.name in noted else (), (each,))[0] for each in found)
        return (*here, *(health for name, health in noted.items() if name not in {each.name for each in found}))

    def standing_still(self) -> Mapping[SessionId, str]:
        """Why, of each session that this process drives and that holds an answer which can't be recorded right now."""
        return self._wheel.driver.supervisor.standing_still if self._wheel.driver is not None else {}

    async def notes(self) -> DriverNotes:
        """How routes and jobs stand: as they are now where this process drives, else as the driver last noted it."""
        if self._wheel.driver is not None:
            return self._wheel.driver.notes()
        return notes_from_text((await self._ports.catalogue.settings()).get(NOTES_SETTING, ""))
