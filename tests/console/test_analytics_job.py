"""Does whoever drives look for what is odd, and tell it by the outbox?"""

from __future__ import annotations

from pathlib import Path

from console.bootstrap import open_orchestrator
from console.settings import Settings
from core.analytics.alerting import RAISING_LOOKS
from core.notifying.notification import NotificationType
from core.ports.outbox import Wanted
from tests.core.analytics.histories import number, to_its_end
from tests.storage.debates import record

JOB = "analytics"


async def test_the_job_of_the_driver_raises_an_alert_and_tells_it_once(tmp_path: Path) -> None:
    orchestrator = open_orchestrator(
        Settings(
            database=tmp_path / "moot.db",
            metrics_export_path=tmp_path / "metrics",
            analytics_arguments_max=2,
            analytics_arguments_min=0,
        )
    )
    debate = to_its_end().log
    now_ms = orchestrator._ports.clock.now_ms()
    for session in range(1, 4):
        await record(orchestrator._ports.log, debate, number(session), later_ms=now_ms - debate[-1].at_ms)
    await orchestrator.start(must_drive=True)
    try:
        driver = orchestrator._driver
        assert driver is not None
        assert JOB in {job.name for job in driver.jobs()}
        for _ in range(RAISING_LOOKS + 1):
            assert await driver._schedule.run(JOB) == "ok"

        (alert,) = [each for each in await orchestrator.analytics.alerts() if each.alert.kind == "many_arguments"]
        told = await orchestrator.notifications.find(
            Wanted(types=frozenset({NotificationType.ERROR_NOTIFICATION})), limit=50
        )

        assert [each.notification.title for each in told if each.notification.id == alert.notification] == [
            "Sessions go on and on"
        ]
        assert alert.acknowledged_ms == 0
        await orchestrator.notifications.acknowledge([alert.notification])
        acknowledged = {each.notification: each.acknowledged_ms for each in await orchestrator.analytics.alerts()}
        assert acknowledged[alert.notification] > 0
    finally:
        await orchestrator.stop(drain=False)
