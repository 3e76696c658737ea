"""Is a rule edited in the console so that its faults are said as one types, and nothing typed is ever lost?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.rule_editor import RuleEditor
from console.screens.dialogs.rule_try import RuleTry
from console.screens.rules import RulesScreen
from console.widgets.prose import Prose
from console.widgets.rows import Rows
from core.domain.ids import RuleId
from tests.console.screens.host import Host, text_of, until
from tests.console.screens.rules_stage import STALLED, a_core, is_on, rows_of, screen_over, shown

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from core.orchestrator import Orchestrator
    from core.rules.rule import Rule

NEVER = """\
- id: never
  name: Never
  priority: 5
  when: {all: [{field: round_count, greater_than: 4}, {field: round_count, less_than: 2}]}
  then: [{pause_debate: {reason: never}}]
"""


def editor_of(app: Host) -> RuleEditor:
    assert isinstance(app.screen, RuleEditor)
    return app.screen


def said(app: Host) -> str:
    return editor_of(app).query_one("#verdict", Prose).text


def faults(app: Host) -> list[str]:
    rows = editor_of(app).query_one(Rows)
    return list(rows.keys)


async def editing(pilot: Any, app: Host, key: str = "e", id: RuleId = STALLED) -> None:
    await shown(pilot, app, id)
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, RuleEditor))
    await until(pilot, lambda: "nothing is wrong" in said(app))


async def rule_called(core: Orchestrator, id: str) -> Rule | None:
    return next((rule for rule in await core.rules() if rule.id == id), None)


def change(app: Host, before: str, after: str) -> None:
    text = editor_of(app).text
    assert before in text.text
    text.load_text(text.text.replace(before, after))


async def test_what_is_wrong_is_said_as_one_types_with_its_place_and_the_nearest_name(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await editing(pilot, app)
            await pilot.press("end", "x", "enter", *"prioritee: 4")
            assert editor_of(app).text.text.startswith(f"- id: {STALLED}x\nprioritee: 4\n")
            await until(pilot, lambda: "error" in said(app))
            change(app, "x\nprioritee: 4", "")
            await until(pilot, lambda: "nothing is wrong" in said(app))
            change(app, "stalled_round_count", "stalled_rond_count")
            await until(pilot, lambda: said(app) == "✗ 1 error")

            (fault,) = faults(app)
            assert fault.startswith("5:17 ")
            assert "Did you mean 'stalled_round_count'?" in fault
            # The fault is known a moment before it is painted.
            await until(pilot, lambda: "Did you mean 'stalled_round_count'?" in text_of(app).replace("\n", " "))


async def test_what_a_check_finds_in_a_rule_that_can_be_read_is_said_as_well(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await editing(pilot, app, "c")
            editor_of(app).text.load_text(NEVER)
            await until(pilot, lambda: bool(faults(app)))

            assert any("no facts" in fault or "never" in fault for fault in faults(app))
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(app.screen, RulesScreen))
            assert await rule_called(core, "never") is not None


async def test_the_cursor_goes_from_fault_to_fault_and_to_the_one_chosen_below(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await editing(pilot, app)
            change(app, "priority", "prioritee")
            change(app, "stalled_round_count", "stalled_rond_count")
            await until(pilot, lambda: said(app) == "✗ 3 errors")
            places = []
            for _ in range(4):
                await pilot.press("ctrl+n")
                places.append(editor_of(app).text.cursor_location)
            assert places == [(0, 2), (3, 2), (4, 16), (0, 2)]
            assert "this rule has no 'priority'" in str(editor_of(app).query_one("#chosen").render())

            await pilot.click("#faults", offset=(10, 3))
            assert editor_of(app).text.cursor_location == (4, 16)
            await pilot.press("enter")
            assert app.focused is editor_of(app).text


async def test_saving_makes_one_version_and_undo_takes_it_back(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await editing(pilot, app)
            change(app, "count_threshold: 2", "count_threshold: 3")
            await pilot.press("ctrl+s")
            await until(pilot, lambda: app.done == [f"edited {STALLED}"])
            assert isinstance(app.screen, RulesScreen)
            assert (await core.rulebook.find(STALLED)).origin.rule_set == "own"
            assert [version.number for version in await core.rulebook.history()] == [2, 1]
            await until(pilot, lambda: "own ▴" in text_of(app))

            assert app.acting is not None
            app.acting.undo(app.screen)
            await until(pilot, lambda: app.done[-1] == f"undid version 2 (edited {STALLED})")
            assert (await core.rulebook.find(STALLED)).origin.rule_set == "standard"


async def test_a_text_that_can_t_be_read_is_not_saved_and_stays(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await editing(pilot, app)
            change(app, "priority", "prioritee")
            await pilot.press("ctrl+s")
            await until(pilot, lambda: "so none of its rules was taken" in text_of(app))

            assert "prioritee" in editor_of(app).text.text
            assert [version.number for version in await core.rulebook.history()] == [1]


async def test_what_others_changed_meanwhile_is_said_and_saving_again_saves_what_was_typed(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await editing(pilot, app)
            change(app, "count_threshold: 2", "count_threshold: 3")
            await core.rulebook.switch(["complete_on_consensus"], False, actor="somebody")
            await pilot.press("ctrl+s")
            fault = editor_of(app).query_one("#fault")
            await until(pilot, lambda: "version 2 by somebody" in str(fault.render()))
            assert "ctrl+s again saves it" in str(fault.render())
            assert "count_threshold: 3" in editor_of(app).text.text
            assert (await core.rulebook.find(STALLED)).origin.rule_set == "standard"

            await pilot.press("ctrl+s")
            await until(pilot, lambda: app.done == [f"edited {STALLED}"])
            assert (await core.rulebook.find(STALLED)).origin.rule_set == "own"
            assert not await is_on(core, "complete_on_consensus")


async def test_leaving_asks_once_where_something_typed_would_be_lost(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await editing(pilot, app)
            await pilot.press("escape")
            assert isinstance(app.screen, RulesScreen)

            await editing(pilot, app)
            await pilot.press("x", "escape")
            assert isinstance(app.screen, ConfirmDialog)
            await pilot.press("escape")
            assert editor_of(app).text.text.startswith("x- id:")
            await pilot.press("escape", "y")
            assert isinstance(app.screen, RulesScreen)
            assert [version.number for version in await core.rulebook.history()] == [1]


async def test_a_new_rule_begins_with_one_that_is_explained_and_the_cursor_goes_to_it(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await editing(pilot, app, "c")
            await pilot.press("ctrl+s")
            await until(pilot, lambda: app.done == ["created my_rule"])
            await until(pilot, lambda: rows_of(app).cursor_key == "my_rule")

            made = await rule_called(core, "my_rule")
            assert made is not None
            assert not made.enabled
            await pilot.press("c")
            await until(pilot, lambda: isinstance(app.screen, RuleEditor))
            assert "- id: my_rule_2" in editor_of(app).text.text


async def test_a_clone_is_another_rule_that_is_switched_off(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await editing(pilot, app, "C")
            await pilot.press("ctrl+s")
            await until(pilot, lambda: app.done == [f"created {STALLED}_copy"])
            original, copy = await rule_called(core, STALLED), await rule_called(core, f"{STALLED}_copy")

            assert original is not None
            assert copy is not None
            assert (copy.when, copy.then, copy.enabled) == (original.when, original.then, False)
            assert original.enabled


async def test_a_text_is_tried_before_it_is_saved(tmp_path: Path) -> None:
    async with a_core(tmp_path) as core:
        app = screen_over(core)
        async with app.run_test(size=(80, 24)) as pilot:
            await editing(pilot, app)
            change(app, "priority", "prioritee")
            await pilot.press("ctrl+t")
            await until(pilot, lambda: "Mend it before it is tried." in text_of(app))
            change(app, "prioritee", "priority")
            await pilot.press("ctrl+t")
            await until(pilot, lambda: isinstance(app.screen, RuleTry))
            assert f"As if this text had been in force: {STALLED}, on." in text_of(app)

            await until(pilot, lambda: "No session is on record." in text_of(app))
            await pilot.press("escape")
            assert isinstance(app.screen, RuleEditor)
            assert [version.number for version in await core.rulebook.history()] == [1]
