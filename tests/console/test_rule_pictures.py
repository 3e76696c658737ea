"""Do the dialogs about rules look as they did? Look at what `--snapshot-update` takes before keeping it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.screens.dialogs.rule_editor import RuleEditor
from console.screens.dialogs.rule_history import RuleHistory
from console.screens.dialogs.rule_sets import RuleSets
from console.screens.dialogs.rule_try import RuleTry
from core.domain.session import Status
from core.engine.backtest import Revision
from tests.console.hall import NOW_MS, Hall, a_hall, start, until, until_status
from tests.console.hall import settings as settings
from tests.console.test_pictures import settled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot
    from textual.screen import Screen

    from console.settings import Settings
    from core.orchestrator import Orchestrator
    from core.runtime.rulebook import RuleChange

SIZES = [(80, 24), (120, 40)]

PAUSES = """\
- id: pause_after_the_first
  name: Pause after the first
  priority: 99
  when: {field: round_count, count_threshold: 1}
  then: [{pause_debate: {reason: first_round_done}}]
"""
FAULTY = PAUSES.replace("round_count", "roud_count").replace("priority", "prioritee")


async def history(hall: Hall, core: Orchestrator) -> Screen[Any]:
    await core.rulebook.create(PAUSES)
    await core.rulebook.switch(["complete_when_stalled"], False, actor="somebody")
    return RuleHistory(hall.core, now_ms=lambda: NOW_MS)


async def sets(hall: Hall, core: Orchestrator) -> Screen[Any]:
    await core.rulebook.define("night", extends="own", description="Nobody watches.")
    await core.rulebook.switch(["complete_when_stalled"], False, only_in="night")
    return RuleSets(hall.core, "night")


async def editor(hall: Hall, core: Orchestrator) -> Screen[Any]:
    async def save(text: str, based_on: int) -> RuleChange:
        return await core.rulebook.create(text, based_on=based_on)

    return RuleEditor("New rule", FAULTY, hall.core, save=save, based_on=1, about="A new rule.", try_out=lambda _: None)


async def trial(hall: Hall, core: Orchestrator) -> Screen[Any]:
    for motion in ("Tabs or spaces?", "Buy or build?"):
        await until_status(core, await start(core, motion), Status.COMPLETED)
    await core.rulebook.create(PAUSES)
    rule = (await core.rulebook.find("pause_after_the_first")).rule

    async def revision() -> Revision:
        return Revision(rules=(rule,))

    return RuleTry("As if pause_after_the_first had been switched on.", hall.core, revision)


DIALOGS: dict[str, tuple[Callable[[Hall, Orchestrator], Awaitable[Screen[Any]]], tuple[str, ...]]] = {
    "history": (history, ()),
    "sets": (sets, ()),
    "editor": (editor, ("ctrl+n", "ctrl+s")),
    "trial": (trial, ()),
    "trial_of_one": (trial, ("t",)),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_about_rules_looks_as_it_did(
    settings: Settings, name: str, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    make, keys = DIALOGS[name]
    hall = a_hall(settings)

    async def before(pilot: Pilot[Any]) -> None:
        hall.animation_level = "none"
        core = await hall.core()
        await until(pilot, lambda: hall.feed is not None and hall.feed.status is not None)
        await hall.push_screen(await make(hall, core))
        await settled(pilot)
        await pilot.press(*keys)
        hall.clear_notifications()
        await settled(pilot)

    assert snap_compare(hall, terminal_size=size, run_before=before)
