"""Do the keys of the Rules screen change what is chosen, say what came of it, and take it back?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, Static

from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.prompt import TextView
from console.screens.dialogs.rule_sets import RuleSets
from console.screens.dialogs.text import TextDialog
from console.screens.rules import RulesScreen
from console.widgets.prose import Prose
from console.widgets.rows import Rows
from tests.console.screens.host import Host, text_of, until
from tests.console.screens.rules_stage import (
    AFTER_A_ROUND,
    STALLED,
    a_core,
    detail_of,
    is_on,
    rows_of,
    screen_over,
    shown,
)

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    import pytest

    from core.orchestrator import Orchestrator

BAD = "- id: bad\n  name: Bad\n  priority: 10\n  when: {field: roud_count, greater_than: 4}\n  then: []\n"


def refusal_of(app: Host) -> str:
    return str(app.screen.query_one("#refused", Static).render())


async def answered(pilot: Any, app: Host, path: str) -> None:
    """Type a path into the dialog that asks for one."""
    await until(pilot, lambda: isinstance(app.screen, TextDialog))
    app.screen.query_one(Input).value = path
    await pilot.press("enter")


async def heard(core: Orchestrator) -> list[str]:
    return [rule.id for rule in await core.rules()]


async def test_deleting_asks_first_and_undo_brings_the_rule_back(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await pilot.press("ctrl+d")
            await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
            assert f"{STALLED} of standard" in text_of(app)
            await pilot.press("escape", "ctrl+d", "y")
            await until(pilot, lambda: app.done == [f"deleted {STALLED}"])
            assert STALLED not in await heard(core)
            await until(pilot, lambda: STALLED not in rows_of(app).keys)

            assert app.acting is not None
            app.acting.undo(app.screen)
            await until(pilot, lambda: STALLED in rows_of(app).keys)


async def test_deleting_many_takes_their_number(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        before = len(await core.rules())
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await pilot.press("g", *["space"] * 5, "ctrl+d")
            await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
            await pilot.press("y", "enter")
            assert isinstance(app.screen, ConfirmDialog)
            app.screen.query_one(Input).value = "5"
            await pilot.press("enter")
            await until(pilot, lambda: bool(app.done))

            assert len(await core.rules()) == before - 5
            assert [version.number for version in await core.rulebook.history()] == [2, 1]


async def test_a_rule_of_a_file_is_not_deleted_and_a_broken_file_is_said_until_it_is_mended(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "mine.yaml").write_text(AFTER_A_ROUND)
    async with a_core(tmp_path, rules_folder=folder) as core:
        await core.rulebook.look_at_folder()
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app, (await core.rulebook.find("another_after_the_first")).rule.id)
            assert "mine.yaml" in detail_of(app)
            await pilot.press("ctrl+d", "y")
            await until(pilot, lambda: "comes from mine.yaml" in refusal_of(app))
            screen, place = app.screen, app.screen.query_one("#complaint", Static)
            assert isinstance(screen, RulesScreen)
            assert not place.display

            (folder / "mine.yaml").write_text(BAD)
            await core.rulebook.look_at_folder()
            screen.look_soon()
            await until(pilot, lambda: "mine.yaml:4:" in str(place.render()))
            assert "another_after_the_first" in rows_of(app).keys
            (folder / "mine.yaml").write_text(AFTER_A_ROUND)
            await core.rulebook.look_at_folder()
            screen.look_soon()
            await until(pilot, lambda: not place.display)


async def test_a_rule_is_heard_earlier_and_later_and_who_was_renumbered_is_said(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        before = await heard(core)
        at = before.index(STALLED)
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await pilot.press("K")
            await until(pilot, lambda: bool(app.done))
            assert app.done[0].startswith(f"moved {STALLED} before {before[at - 1]}: {STALLED} 60 → ")
            assert (await heard(core)).index(STALLED) == at - 1
            await until(pilot, lambda: rows_of(app).keys.index(STALLED) == at - 1)
            assert rows_of(app).cursor_key == STALLED

            await pilot.press("J")
            await until(pilot, lambda: len(app.done) == 2)
            assert await heard(core) == before
            await pilot.press("g", "K")
            assert refusal_of(app) == f"{before[0]} is heard first already."


async def test_what_was_undone_is_done_again(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await pilot.press("ctrl+y")
            await until(pilot, lambda: "nothing was undone" in refusal_of(app))
            await pilot.press("t")
            await until(pilot, lambda: len(app.done) == 1)
            assert app.acting is not None
            app.acting.undo(app.screen)
            await until(pilot, lambda: len(app.done) == 2)
            assert await is_on(core, STALLED)
            await pilot.press("ctrl+y")
            await until(pilot, lambda: len(app.done) == 3)
            assert not await is_on(core, STALLED)
            app.acting.undo(app.screen)
            await until(pilot, lambda: len(app.done) == 4)

            assert await is_on(core, STALLED)


async def test_undo_takes_back_nothing_that_somebody_else_did(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await pilot.press("t")
            await until(pilot, lambda: len(app.done) == 1)
            await core.rulebook.switch(["complete_on_consensus"], False, actor="somebody")
            assert app.acting is not None
            app.acting.undo(app.screen)
            await until(pilot, lambda: "changed again since version 2" in refusal_of(app))

            assert not await is_on(core, STALLED)
            assert not await is_on(core, "complete_on_consensus")


async def test_another_set_is_shown_with_where_each_rule_comes_from(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        await core.rulebook.define("night", extends="own", description="Nobody watches.")
        await core.rulebook.switch([STALLED], False, only_in="night")
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await pilot.press("s")
            await until(pilot, lambda: isinstance(app.screen, RuleSets) and bool(app.screen.query_one(Rows).keys))
            assert app.screen.query_one(Rows).cursor_key == "own"
            assert "own → standard" in text_of(app)
            assert app.screen.query_one(Rows).move_to("night")
            await pilot.press("enter")
            await until(pilot, lambda: "Rules of night → own → standard" in text_of(app))
            await until(pilot, lambda: "night ▴" in text_of(app))
            assert "night, replaces that of standard" in detail_of(app)

            await pilot.press("t")
            await until(pilot, lambda: bool(app.done))
            assert app.done == [f"enabled night/{STALLED}"]
            assert (await core.rulebook.find(f"night/{STALLED}")).rule.enabled
            await pilot.press("c")
            await until(pilot, lambda: "set: night" in text_of(app))


async def test_a_file_is_taken_in_after_a_look_at_what_it_changes(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(AFTER_A_ROUND)
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await pilot.press("i")
            await answered(pilot, app, str(mine))
            await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
            assert "+ another_after_the_first" in text_of(app)
            assert "another_after_the_first" not in await heard(core)
            await pilot.press("enter")
            await until(pilot, lambda: app.done == ["loaded mine.yaml"])
            assert "another_after_the_first" in await heard(core)

            await pilot.press("i")
            await answered(pilot, app, str(mine))
            await until(pilot, lambda: "as they are already" in refusal_of(app))


async def test_a_bad_file_is_refused_whole_with_every_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a longer path would break the lines elsewhere
    (tmp_path / "bad.yaml").write_text(BAD)
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await pilot.press("i")
            await answered(pilot, app, "bad.yaml")
            await until(pilot, lambda: isinstance(app.screen, TextView))
            assert "Did you mean 'round_count'?" in app.screen.query_one(Prose).text  # however long the path before it
            await pilot.press("escape", "i")
            await answered(pilot, app, str(tmp_path / "none.yaml"))
            await until(pilot, lambda: "can't be read" in refusal_of(app))

            assert [version.number for version in await core.rulebook.history()] == [1]


async def test_marked_rules_are_written_into_a_new_file_and_no_other_is_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "out.yaml"
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await shown(pilot, app)
            await pilot.press("space", "x")
            await answered(pilot, app, str(out))
            await until(pilot, lambda: app.done == [f"wrote 1 rule into {out}"])
            written = out.read_text()
            assert f"- id: {STALLED}\n" in written
            assert written.count("- id:") == 1

            await pilot.press("x")
            await answered(pilot, app, str(out))
            await until(pilot, lambda: "is there already" in refusal_of(app))
            assert out.read_text() == written
            rows_of(app).move_to(STALLED)
            await pilot.press("space", "x")
            await answered(pilot, app, str(tmp_path / "all.yaml"))
            await until(pilot, lambda: len(app.done) == 2)
            assert (tmp_path / "all.yaml").read_text().count("- id:") == len(await core.rules())
