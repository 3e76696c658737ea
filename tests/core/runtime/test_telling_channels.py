"""Do what debates say reach those who listen live and those who debate, from the real process that drives?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from console.bootstrap import open_orchestrator
from console.settings import Settings
from core.channels.live import Live
from core.domain.ids import SessionId
from core.domain.steered import ParticipantTold
from core.notifying.delivering import DeliveryState
from core.notifying.notification import NotificationType
from core.orchestrator import Orchestrator
from core.ports.live_target import LiveTarget
from core.ports.outbox import Wanted
from core.runtime.replaying import Outcome

TOKEN = "a token of the tests"
"""None that opens anything."""

THINKS = {"answers": {"default": [{"text": "…", "delay_ms": 10_000_000}]}}
SAYS = {"answers": {"default": "The rota is short.", "judge": "It stands.\nVERDICT: for"}}


@asynccontextmanager
async def driven(folder: Path, *routes: dict[str, Any]) -> AsyncIterator[Orchestrator]:
    settings = Settings(
        database=folder / "moot.db",
        metrics_export_path=folder / "metrics",
        notification_routes=routes,
    )
    moot = open_orchestrator(settings)
    live = live_of(moot)
    live._is_on, live._target = True, LiveTarget(port=0, token=TOKEN)  # which no setting can say: any port that is free
    await moot.start(must_drive=True)
    try:
        yield moot
    finally:
        await moot.stop(drain=False)


def live_of(moot: Orchestrator) -> Live:
    telling = moot._ports.telling
    assert telling is not None
    live = telling.channels["live"]
    assert isinstance(live, Live)
    return live


async def begun(moot: Orchestrator, folder: Path, says: Mapping[str, Any] = THINKS) -> SessionId:
    script = folder / "script.yaml"
    script.write_text(json.dumps(says), encoding="utf-8")
    return await moot.start_debate("Motion?", template_id="simple_debate", casting={"": f"scripted:{script}"}, seed=1)


async def debated(moot: Orchestrator, folder: Path) -> SessionId:
    session = await begun(moot, folder, SAYS)
    async for _ in moot.watch(session):
        if (await moot.summary(session)).status.is_over:
            return session
    raise AssertionError("it never ended")


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOOT_HOME", str(tmp_path))
    monkeypatch.setattr("core.channels.live.FIRST_WORD_SECONDS_MAX", 60)


async def test_a_client_hears_notifications_and_events_of_the_process_that_drives(tmp_path: Path) -> None:
    heard: list[dict[str, Any]] = []
    told: set[object] = set()
    position = 0
    async with (
        driven(tmp_path, {"channels": ["live"], "priority": "normal"}) as moot,
        connect(f"ws://127.0.0.1:{live_of(moot).port}", proxy=None) as client,
    ):
        await client.send(json.dumps({"token": TOKEN, "events_from": 0}))
        session = await debated(moot, tmp_path)
        last = max(each.position for each in await moot.events(session))
        while position < last or told != {"DEBATE_STARTED", "DEBATE_COMPLETED"}:
            heard.append(json.loads(await client.recv()))
            position = heard[-1].get("position", position)
            told |= {heard[-1]["type"]} if heard[-1]["kind"] == "notification" else set()

    positions = [each["position"] for each in heard if each["kind"] == "event"]
    assert positions == list(range(1, last + 1))
    assert [each["kind"] for each in heard].count("welcome") == 1


async def test_a_seat_is_told_by_an_event_of_its_session_and_the_decision_can_be_taken_again(tmp_path: Path) -> None:
    said: list[ParticipantTold] = []
    async with driven(tmp_path, {"channels": ["participants"], "types": ["DEBATE_STARTED"]}) as moot:
        session = await begun(moot, tmp_path)
        opening = (await moot.state(session)).opening
        assert opening is not None
        seats = {seat.id for seat in opening.seats}
        async for record in moot.watch(session):
            said += [record.event] if isinstance(record.event, ParticipantTold) else []
            if {event.seat for event in said} == seats:
                break
        verified = await moot.verify(session)

    assert [event.text for event in said] == ["It has begun."] * len(seats)
    assert {event.by for event in said} == {"notification"}
    assert verified.outcome is Outcome.SAME


async def test_who_debates_no_more_is_told_nothing_and_the_record_says_so(tmp_path: Path) -> None:
    route = {"channels": ["participants"], "types": ["DEBATE_COMPLETED"]}
    async with driven(tmp_path, route) as moot:
        session = await debated(moot, tmp_path)
        wanted = Wanted(types=frozenset({NotificationType.DEBATE_COMPLETED}), state=DeliveryState.DELIVERED)
        while not (found := await moot.notifications.find(wanted)):  # noqa: ASYNC110 - its record tells nobody
            await asyncio.sleep(0.01)
        attempts = await moot.notifications.attempts(found[0])
        events = await moot.events(session)

    assert attempts[-1].note == "nobody was told: the session is over"
    assert not any(isinstance(each.event, ParticipantTold) for each in events)
