"""Where does the Rules screen stand while a test presses keys at it? Over a real core with a database of its own."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from console.acting import Acting
from console.bootstrap import demo_request, open_orchestrator
from console.machine import now_ms
from console.screens.rules import RulesScreen
from console.settings import load_settings
from console.widgets.prose import Prose
from console.widgets.rows import Rows
from core.domain.commands import Pause
from core.domain.ids import RuleId
from core.domain.session import Status
from tests.console.screens.host import Host, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from typing import Any

    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

STALLED = RuleId("complete_when_stalled")
AFTER_A_ROUND = """
- id: another_after_the_first
  name: Another after the first
  priority: 10
  when: {field: round_count, count_threshold: 1}
  then: [{continue_debate: {reason: first_round_done}}]
"""


PACE = 4_000
"""Characters a second: a turn takes a part of a second, and a debate can be paused."""


@asynccontextmanager
async def a_core(folder: Path, *, pace: int = 0, rules_folder: Path | None = None) -> AsyncIterator[Orchestrator]:
    """The real core over a database of its own; a `pace` in characters a second keeps a first turn going."""
    settings = replace(
        load_settings({}),
        database=folder / "moot.db",
        metrics_export_path=folder / "metrics",
        rehearsal_pace=pace,
        rules_folder=rules_folder,
    )
    core = open_orchestrator(settings)
    await core.start()
    try:
        yield core
    finally:
        await core.stop(drain=False)


def screen_over(core: Orchestrator, session: SessionId | None = None) -> Host:
    async def opened() -> Orchestrator:
        return core

    def make(app: Host) -> RulesScreen:
        app.acting = Acting(app, opened)  # type: ignore[arg-type]  # a host returns nothing when it ends
        return RulesScreen(app.acting, opened, session, now_ms=now_ms)

    return Host(make)


async def a_paused_debate(core: Orchestrator) -> SessionId:
    """It has begun and stands still, so that nothing else is recorded while the test looks. The core needs a pace: at
    once, the debate may be over before it is paused."""
    session = await core.start_debate(request=demo_request())
    await core.command(session, Pause())
    position = -1
    while (row := await core.summary(session)).attempts_open:
        position = await core.committed_beyond(max(position, row.position))
    return session


async def ended(core: Orchestrator, session: SessionId) -> None:
    position = -1
    while (row := await core.summary(session)).status is not Status.COMPLETED:
        position = await core.committed_beyond(max(position, row.position))


def rows_of(app: Host) -> Rows:
    return app.screen.query_one(Rows)


def detail_of(app: Host) -> str:
    return app.screen.query_one("#detail", Prose).text


async def is_on(core: Orchestrator, id: str) -> bool:
    return next(rule.enabled for rule in await core.rules() if rule.id == id)


async def shown(pilot: Any, app: Host, id: RuleId = STALLED) -> None:
    """Wait for the table, and put the cursor on a rule."""
    await until(pilot, lambda: bool(rows_of(app).keys))
    assert rows_of(app).move_to(id)
    await until(pilot, lambda: app.screen.rule_read == id)  # type: ignore[attr-defined]
