"""Is it kept on a real database what became of what was told, whoever asks and whatever ends?"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from console.bootstrap import open_orchestrator
from console.settings import Settings
from core.domain.commands import AnswerEscalation, Cancel, Escalate
from core.domain.ids import NO_SESSION, SessionId
from core.notifying.delivering import DeliveryState, Held
from core.notifying.life import LifeState
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import Priority
from core.orchestrator import Orchestrator
from core.ports.outbox import Told, Wanted
from storage.opened import open_storage
from tests.contracts.outboxes import held
from tests.core.notifying.builders import AT_MS, notification
from tests.core.notifying.builders import told as told_by
from tests.storage.builders import codec

THINKS = {"answers": {"default": [{"text": "…", "delay_ms": 10_000_000}]}}
ESCALATIONS = Wanted(types=frozenset({NotificationType.ESCALATION_NOTICE}))
JOBS = ("notifications", "reminders", "quiet hours", "digests")


@asynccontextmanager
async def opened(folder: Path, *, drive: bool = True, answer_minutes: int = 0) -> AsyncIterator[Orchestrator]:
    """A process over the database of the test; all that it did is told once it has ended."""
    settings = Settings(
        database=folder / "moot.db", metrics_export_path=folder / "metrics", escalation_answer_minutes=answer_minutes
    )
    moot = open_orchestrator(settings)
    await moot.start(drive=drive, must_drive=drive)
    try:
        yield moot
    finally:
        await moot.stop(drain=False)


async def begun(moot: Orchestrator, folder: Path) -> SessionId:
    script = folder / "script.yaml"
    script.write_text(json.dumps(THINKS), encoding="utf-8")
    return await moot.start_debate("Motion?", template_id="simple_debate", casting={"": f"scripted:{script}"}, seed=1)


async def told(folder: Path, wanted: Wanted) -> list[Told]:
    """What is on record once nobody drives, oldest first."""
    async with opened(folder, drive=False) as moot:
        return list(await moot.notifications.find(wanted))[::-1]


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOOT_HOME", str(tmp_path))


async def test_a_case_is_answered_by_who_answers_it_and_expires_with_its_session(tmp_path: Path) -> None:
    async with opened(tmp_path) as moot:
        session = await begun(moot, tmp_path)
        await moot.command(session, Escalate(question="Shall it go on?"))
        await moot.command(session, AnswerEscalation(answer="continue", note="", by="operator"))
        await moot.command(session, Escalate(question="And now?"))
    first, second = await told(tmp_path, ESCALATIONS)
    assert (first.state, first.answered_by) == (LifeState.ANSWERED, "operator")
    assert second.is_open

    async with opened(tmp_path) as moot:
        await moot.command(session, Cancel())
    first, second = await told(tmp_path, ESCALATIONS)
    assert (second.state, second.expired_why) == (LifeState.EXPIRED, "the session is over")
    assert first.state is LifeState.ANSWERED


async def test_who_is_told_of_a_question_is_told_until_when_it_can_be_answered(tmp_path: Path) -> None:
    async with opened(tmp_path, answer_minutes=30) as moot:
        session = await begun(moot, tmp_path)
        await moot.command(session, Escalate(question="Shall it go on?"))
    (escalated,) = await told(tmp_path, ESCALATIONS)

    assert escalated.notification.text.startswith("Shall it go on?")
    assert " If nobody answers within 30 min, it " in escalated.notification.text


async def test_what_was_seen_put_off_and_muted_is_so_in_the_next_process(tmp_path: Path) -> None:
    async with opened(tmp_path) as moot:
        session = await begun(moot, tmp_path)
        await moot.command(session, Escalate(question="Shall it go on?"))
    (escalated,) = await told(tmp_path, ESCALATIONS)
    id = escalated.notification.id
    async with opened(tmp_path, drive=False) as moot:
        assert await moot.notifications.mark_read([id]) == "read 1"
        assert await moot.notifications.snooze([id[:6]], for_ms=3_600_000) == "snoozed 1"
        assert (await moot.notifications.mute(session=session)).startswith("muted ")

    async with opened(tmp_path, drive=False) as moot:
        (again,) = await moot.notifications.find(ESCALATIONS)
        assert (again.state, again.read_by) == (LifeState.READ, "operator")
        assert again.snoozed_until_ms > 0
        (mute,) = await moot.notifications.mutes()
        assert (mute.session, mute.by) == (session, "operator")
        assert await moot.notifications.acknowledge(wanted=Wanted(session=session)) != "acknowledged 0"
        assert await moot.notifications.unmute(is_all=True) == "unmuted 1"
        figures = await moot.notifications.figures()
    assert (figures.unacknowledged, figures.asking, figures.mutes) == (0, 0, 0)


async def test_what_is_done_by_the_clock_is_a_job_like_the_others(tmp_path: Path) -> None:
    async with opened(tmp_path) as moot:
        driver = moot._wheel.driver
        assert driver is not None
        jobs = {job.name: job.every_seconds for job in driver.jobs()}

    assert [jobs[name] for name in JOBS] == [3_600, 30, 30, 30]


async def test_an_alert_that_follows_from_no_event_is_told_once(tmp_path: Path) -> None:
    alert = Notification(
        id="alert-1",
        type=NotificationType.ERROR_NOTIFICATION,
        priority=Priority.HIGH,
        session=NO_SESSION,
        seq=0,
        position=0,
        at_ms=1_790_000_000_000,
        flow="",
        title="Calls fail",
        text="One in four calls failed within the hour.",
    )
    async with opened(tmp_path) as moot:
        driver = moot._wheel.driver
        assert driver is not None
        assert driver.telling is not None
        assert [await driver.telling.put([alert]), await driver.telling.put([alert])] == [1, 0]

    (kept,) = await told(tmp_path, Wanted(id="alert-1"))
    assert kept.notification.title == "Calls fail"


async def test_who_drives_for_a_moment_at_a_time_sends_what_has_waited_long_enough(tmp_path: Path) -> None:
    async with opened(tmp_path, drive=False) as moot:
        assert await moot.notifications.unmute(is_all=True) == "unmuted 0"
    storage = open_storage(tmp_path / "moot.db", codec=codec())
    waiting = [held(told_by(notification(number), "log"), Held.DIGEST, due_ms=AT_MS) for number in (1, 2)]
    assert await storage.outbox.put(waiting) == 2
    await storage.close()
    async with opened(tmp_path, drive=False) as moot:
        await moot.notifications.unmute(is_all=True)  # drives for as long as it takes

        found = await moot.notifications.find(Wanted(types=frozenset({NotificationType.DEBATE_COMPLETED})))
    assert {each.deliveries[0].held_for for each in found} == {Held.NOTHING}
    assert {each.deliveries[0].state for each in found} != {DeliveryState.HELD}
