"""Does the Rules screen switch rules in sessions that run, say what it did, and never make a key wait?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, Static

import console.screens.rules as rules_module
from console.acting import Acting
from console.bootstrap import demo_request
from console.machine import now_ms
from console.screens.dialogs.prompt import TextView
from console.screens.rules import RulesScreen
from core.domain.events import RuleFired, RulesChanged
from core.domain.ids import RuleId
from core.domain.session import Status
from core.rules.reading import read_rules
from tests.console.screens.host import Host, text_of, until
from tests.console.screens.rules_stage import (
    AFTER_A_ROUND,
    PACE,
    STALLED,
    a_core,
    a_paused_debate,
    detail_of,
    ended,
    is_on,
    rows_of,
    screen_over,
    shown,
)

if TYPE_CHECKING:
    from pathlib import Path

    from core.orchestrator import Orchestrator
    from core.rules.rule import Rule


@pytest.fixture(autouse=True)
def _no_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read when something happens and not by the clock, so that a test sees what its own keys do."""
    monkeypatch.setattr(rules_module, "PULSE_SECONDS", 3_600)


async def test_switching_a_rule_reaches_a_session_that_runs_and_undo_takes_it_back(tmp_path: Path) -> None:
    async with a_core(tmp_path, pace=1) as core:
        session = await core.start_debate(request=demo_request())
        app = screen_over(core, session)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await pilot.press("t")
            await until(pilot, lambda: app.done == [f"disabled {STALLED}"])
            await until(pilot, lambda: "○ off" in detail_of(app))
            assert not await is_on(core, STALLED)
            assert app.acting is not None
            app.acting.undo(app.screen)
            await until(pilot, lambda: app.done[-1] == f"undid version 2 (disabled {STALLED})")
            await until(pilot, lambda: "● on" in detail_of(app))
        events = [record.event for record in await core.events(session)]

        assert (await core.summary(session)).status is Status.RUNNING
        assert await is_on(core, STALLED)
        assert sum(isinstance(event, RulesChanged) for event in events) == 2


async def test_marked_rules_are_switched_together_and_back_together(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        before = {rule.id: rule.enabled for rule in await core.rules()}
        app = screen_over(core)
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: bool(rows_of(app).keys))
            await pilot.press(*["space"] * len(before), "t")
            off = [id for id, enabled in before.items() if not enabled]
            await until(pilot, lambda: bool(app.done))
            assert app.done[0].startswith("enabled ")
            assert app.done[0].endswith(f"and {len(off) - 3} more")
            assert all(rule.enabled for rule in await core.rules())
            assert app.acting is not None
            app.acting.undo(app.screen)
            await until(pilot, lambda: len(app.done) == 2)

        assert {rule.id: rule.enabled for rule in await core.rules()} == before


async def test_a_refusal_is_said_where_it_was_asked_and_escape_takes_it_away(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            others = tuple(rule for rule in await core.rules() if rule.id != STALLED)
            await core.rulebook.save(others, change="took one out")
            await pilot.press("t")
            await until(pilot, lambda: f"has no rule called {STALLED!r}" in text_of(app))
            await pilot.press("escape")
            assert "has no rule called" not in text_of(app)
            await until(pilot, lambda: STALLED not in rows_of(app).keys)


async def test_the_rule_under_the_cursor_is_a_sentence_with_the_values_of_the_session(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        session = await core.start_debate(request=demo_request())
        await ended(core, session)
        app = screen_over(core, session)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app, RuleId("complete_at_max_rounds"))
            await until(pilot, lambda: "round_count (3) > 4" in detail_of(app))

            assert "first that fails" in detail_of(app)
            assert "here, completed: as it stood at the end" in detail_of(app)
            assert "last changed" in detail_of(app)
            assert "by moot (shipped rules)" in detail_of(app)


async def test_a_rule_that_is_off_is_explained_as_well(tmp_path: Path) -> None:
    async with a_core(tmp_path, pace=PACE) as core:
        session = await a_paused_debate(core)
        off = next(rule.id for rule in await core.rules() if not rule.enabled)
        app = screen_over(core, session)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app, off)
            await until(pilot, lambda: "this is what it would see" in detail_of(app))


async def test_firings_are_counted_from_the_log_of_the_session_and_shown_in_its_row(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        mine = read_rules(AFTER_A_ROUND, origin="mine.yaml", facts=core.fact_specs(), templates=())
        await core.rulebook.save((*await core.rules(), *mine), change="loaded mine.yaml")
        session = await core.start_debate(request=demo_request())
        await ended(core, session)
        fired = [record.event for record in await core.events(session) if isinstance(record.event, RuleFired)]
        times = sum(event.rule == mine[0].id for event in fired)
        app = screen_over(core, session)
        async with app.run_test(size=(120, 40)) as pilot:
            await shown(pilot, app, mine[0].id)
            words = f"fired {times} time{'s' if times != 1 else ''} here"
            await until(pilot, lambda: words in detail_of(app))

            assert times > 0
            assert "(1 log read)" in detail_of(app)
            assert "by you (loaded mine.yaml)" in detail_of(app)


async def test_the_values_follow_the_session_under_the_cursor(tmp_path: Path) -> None:
    async with a_core(tmp_path, pace=PACE) as core:
        session = await a_paused_debate(core)
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await until(pilot, lambda: "No session is under the cursor" in detail_of(app))
            screen = app.screen
            assert isinstance(screen, RulesScreen)
            screen.follow(session)
            await until(pilot, lambda: "here, paused:" in detail_of(app))

            assert "here: " in text_of(app).splitlines()[1]


async def test_the_filter_narrows_enter_keeps_it_and_escape_shows_all_again(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: bool(rows_of(app).keys))
            every = rows_of(app).keys
            await pilot.press("slash", *"stalled", "enter")
            assert rows_of(app).keys == (STALLED,)
            assert app.focused is rows_of(app)
            assert "1 shown" in text_of(app)
            await pilot.press("slash", *"zzz")
            assert "No rule matches." in text_of(app)
            await pilot.press("escape")

            assert rows_of(app).keys == every
            assert not app.screen.query_one("#search", Input).has_class("-open")


async def test_enter_shows_the_rule_as_a_file_has_it_and_copies_what_can_be_loaded(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await pilot.press("enter")
            assert isinstance(app.screen, TextView)
            assert f"- id: {STALLED}" in text_of(app)
            await pilot.press("y", "escape")
            copied: tuple[Rule, ...] = tuple(
                read_rules(app.clipboard, origin="clipboard", facts=core.fact_specs(), templates=())
            )

            assert copied == (next(rule for rule in await core.rules() if rule.id == STALLED),)
            assert isinstance(app.screen, RulesScreen)


async def test_rules_switched_elsewhere_show_at_the_next_look(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await until(pilot, lambda: "● on" in detail_of(app))
            await core.rulebook.switch([STALLED], False)
            screen = app.screen
            assert isinstance(screen, RulesScreen)
            screen.look_soon()
            await until(pilot, lambda: "○ off" in detail_of(app))


async def test_before_the_core_is_open_the_screen_says_so_and_keys_do_no_harm() -> None:
    async def never() -> Orchestrator:
        import asyncio

        await asyncio.Event().wait()
        raise AssertionError("it never opens")

    def make(app: Host) -> RulesScreen:
        return RulesScreen(Acting(app, never), never, now_ms=now_ms)  # type: ignore[arg-type]

    app = Host(make)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t", "enter", "G", "slash", "escape", "space")

        assert "The rules are being read …" in text_of(app)
        assert str(app.screen.query_one("#refused", Static).render()) == ""


@pytest.mark.parametrize("size", [(200, 60), (80, 24), (60, 16), (40, 10)])
async def test_the_switch_the_rule_and_the_sentence_are_in_sight_at_any_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: bool(rows_of(app).keys))
            await pilot.pause()
            text = text_of(app)

            assert "● on" in text
            assert "complete_on_consensus" in text
            assert "Complete before the budget is spent" in text
            assert max(len(line) for line in text.splitlines()) <= size[0]


async def test_a_click_on_a_key_does_what_the_key_does(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await pilot.click("KeyBar", offset=(2, 0))
            await until(pilot, lambda: app.done == [f"disabled {STALLED}"])
            await pilot.click("KeyBar", offset=(13, 0))
            await until(pilot, lambda: isinstance(app.screen, TextView))
