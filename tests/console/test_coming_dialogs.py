"""Do keys that are pressed while a dialog opens go into the dialog, and never to what lies below it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import TextArea

from core.domain.events import CompletionDecided
from tests.console.hall import entered, under_way, until

if TYPE_CHECKING:
    from console.settings import Settings


async def test_what_is_typed_right_behind_a_key_is_the_beginning_of_what_it_opens(settings: Settings) -> None:
    async with entered(settings) as (app, pilot, core):
        session = await under_way(core, "Tabs or spaces?")
        await until(pilot, lambda: app.sessions.session == session)
        await pilot.press("m", "f", "f")  # amend the motion; `f` on the list below would end the debate
        await until(pilot, lambda: app.screen.is_modal and isinstance(app.focused, TextArea))
        await until(pilot, lambda: typed_into(app.focused).endswith("ff"))
        events = [record.event for record in await core.events(session)]

    assert not any(isinstance(event, CompletionDecided) and event.reason == "asked" for event in events)


def typed_into(widget: object) -> str:
    return widget.text if isinstance(widget, TextArea) else ""


async def test_one_key_pressed_twice_opens_one_dialog(settings: Settings) -> None:
    async with entered(settings) as (app, pilot, _):
        await pilot.press("ctrl+k", "ctrl+k")
        await until(pilot, lambda: app.screen.is_modal)
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.is_modal)

    assert len(app.screen_stack) <= 1
