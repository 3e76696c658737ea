"""Does who is tired of waiting come away from it with the mouse too?"""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from console.hosting import CoreHost
from console.screens.leaving import LeavingScreen
from console.widgets.lines import Lines
from core.domain.errors import StorageFailed
from core.domain.ids import SeatId, SessionId, StepId
from core.orchestrator import Progress
from tests.console.screens.host import Host, text_of, until

if TYPE_CHECKING:
    from core.orchestrator import Orchestrator

SPEAKING = Progress(
    session=SessionId("a1"),
    step=StepId("r1.opening.proposer"),
    attempt=1,
    seat=SeatId("proposer"),
    round=1,
    model="scripted:claude",
    started_at_ms=0,
    pieces=["Release time"],
    characters=12,
)


async def test_a_click_where_the_key_stands_leaves_at_once() -> None:
    goes_on = Event()

    def open_core() -> Orchestrator:
        goes_on.wait()
        raise StorageFailed("it was never open.")

    host = CoreHost(open_core)
    host.begin()
    app = Host(lambda _: LeavingScreen(host, (SPEAKING,), lambda _: "Split billing?"))
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: "12 characters so far  " in text_of(app))
            lines = app.screen.query_one(Lines)
            await pilot.click(lines, offset=(3, 1))
            assert app.results == []
            await pilot.click(lines, offset=(3, lines.size.height - 1))
            await until(pilot, lambda: app.results == [False])
    finally:
        goes_on.set()
