"""Does trying a rule show session by session what it would have done, and change nothing?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from console.bootstrap import demo_request
from console.screens.dialogs.rule_try import RuleTry
from console.screens.moments import Moments
from console.screens.rules import RulesScreen
from console.widgets.prose import Prose
from console.widgets.rows import Rows
from core.domain.ids import RuleId
from core.engine.backtest import Revision
from core.engine.backtest_report import SessionBacktest
from tests.console.screens.host import Host, text_of, until
from tests.console.screens.rules_stage import STALLED, a_core, ended, screen_over, shown

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

PAUSES = RuleId("pause_after_the_first")
TEXT = f"""
- id: {PAUSES}
  name: Pause after the first
  priority: 99
  enabled: false
  when: {{field: round_count, count_threshold: 1}}
  then: [{{pause_debate: {{reason: first_round_done}}}}]
"""


def progress(app: Host) -> str:
    return app.screen.query_one("#progress", Prose).text


def found(app: Host) -> str:
    return app.screen.query_one("#found", Prose).text


async def debates(core: Orchestrator, count: int) -> list[SessionId]:
    sessions = []
    for _ in range(count):
        session = await core.start_debate(request=demo_request())
        await ended(core, session)
        sessions.append(session)
    return sessions


async def tried(pilot: Any, app: Host, id: RuleId, *, sessions: int) -> Rows:
    await shown(pilot, app, id)
    await pilot.press("T")
    await until(pilot, lambda: isinstance(app.screen, RuleTry))
    await until(pilot, lambda: "sessions looked at" in found(app) and f"{sessions} of {sessions}" in progress(app))
    return app.screen.query_one(Rows)


async def test_a_rule_is_tried_as_if_it_were_switched_and_nothing_is_changed(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        await core.rulebook.create(TEXT)
        sessions = await debates(core, 2)
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            rows = await tried(pilot, app, PAUSES, sessions=2)
            assert f"As if {PAUSES} had been switched on." in text_of(app)
            assert "2 would differ" in progress(app)
            assert set(rows.keys) == set(sessions)
            assert "✂ another way from event" in text_of(app)
            await pilot.press("t")
            assert f"{PAUSES} would have fired" in found(app)
            assert "says nothing of these rules" in found(app)

            assert not (await core.rulebook.find(PAUSES)).rule.enabled
            await pilot.press("escape")
            assert isinstance(app.screen, RulesScreen)


async def test_enter_opens_the_session_at_the_event_from_which_it_would_have_been_otherwise(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        await core.rulebook.create(TEXT)
        await debates(core, 1)
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await tried(pilot, app, PAUSES, sessions=1)
            rule = replace((await core.rulebook.find(PAUSES)).rule, enabled=True)
            (step,) = [step async for step in core.rulebook.backtest(Revision(rules=(rule,)))]
            assert isinstance(step.found, SessionBacktest)
            assert step.found.branch is not None
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, Moments) and bool(app.screen.query_one(Rows).keys))

            assert app.screen.query_one(Rows).cursor_key == str(step.found.branch.after_seq)


async def test_a_session_in_which_nothing_would_be_otherwise_says_so(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        await debates(core, 1)
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await tried(pilot, app, STALLED, sessions=1)
            assert "= unchanged" in text_of(app)
            assert "0 would differ" in progress(app)
            await pilot.press("n")

            assert "None below differs." in text_of(app)


async def test_escape_stops_it_first_and_closes_it_then(tmp_path: Path) -> None:
    async def never() -> Revision:
        await asyncio.Event().wait()
        raise AssertionError("it never comes")

    async with a_core(tmp_path) as core:

        async def opened() -> Orchestrator:
            return core

        app = Host(lambda _: RuleTry("As if nothing came of it.", opened, never))
        async with app.run_test(size=(80, 24)) as pilot:
            assert "being looked up" in progress(app)
            await pilot.press("escape")
            assert "Stopped" in progress(app)
            assert app.results == []
            await pilot.press("escape")

            assert app.results == [None]
