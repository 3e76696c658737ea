"""Does the history say who changed what, and restore a version only after a look at what that changes?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.prompt import TextView
from console.screens.dialogs.rule_history import RuleHistory
from console.screens.rules import RulesScreen
from console.widgets.prose import Prose
from console.widgets.rows import Rows
from tests.console.screens.host import Host, text_of, until
from tests.console.screens.rules_stage import STALLED, a_core, is_on, screen_over, shown

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


def made(app: Host) -> str:
    return app.screen.query_one("#made", Prose).text


async def looking_back(pilot: Any, app: Host) -> None:
    await shown(pilot, app)
    await pilot.press("H")
    await until(pilot, lambda: isinstance(app.screen, RuleHistory) and bool(app.screen.query_one(Rows).keys))


async def test_each_version_says_who_what_and_what_it_made_different(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        await core.rulebook.switch([STALLED], False, actor="somebody")
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await looking_back(pilot, app)
            assert app.screen.query_one(Rows).keys == ("2", "1")
            assert "somebody" in text_of(app)
            await until(pilot, lambda: f"~ {STALLED}" in made(app))
            assert "enabled: - true" in made(app)
            await pilot.press("enter")
            assert isinstance(app.screen, TextView)
            await pilot.press("escape", "G")
            await until(pilot, lambda: "no older version" in made(app))


async def test_restoring_says_first_what_changes_and_undo_takes_it_back(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        await core.rulebook.switch([STALLED], False)
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await looking_back(pilot, app)
            await pilot.press("r")
            assert "is the newest" in text_of(app)
            await pilot.press("G", "r")
            await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
            assert f"~ {STALLED}: enabled" in text_of(app)
            assert not await is_on(core, STALLED)
            await pilot.press("enter")
            await until(pilot, lambda: app.done == ["restored version 1 (shipped rules)"])
            assert isinstance(app.screen, RulesScreen)
            assert await is_on(core, STALLED)

            assert app.acting is not None
            app.acting.undo(app.screen)
            await until(pilot, lambda: len(app.done) == 2)
            assert not await is_on(core, STALLED)


async def test_a_version_that_says_the_same_is_not_restored(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        await core.rulebook.switch([STALLED], False)
        await core.rulebook.undo()
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await looking_back(pilot, app)
            await pilot.press("G", "r")
            await until(pilot, lambda: "there is nothing to restore" in text_of(app).replace("\n", " "))

            assert isinstance(app.screen, RuleHistory)


async def test_what_somebody_changed_while_one_looked_is_not_overwritten(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        await core.rulebook.switch([STALLED], False)
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await looking_back(pilot, app)
            await pilot.press("G", "r")
            await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
            await core.rulebook.switch(["complete_on_consensus"], False, actor="somebody")
            await pilot.press("enter")
            await until(pilot, lambda: "version 3 by somebody" in text_of(app).replace("\n", " "))

            assert not await is_on(core, "complete_on_consensus")
            assert not await is_on(core, STALLED)
