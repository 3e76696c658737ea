"""Who carries out a key of the bar that was clicked on?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen

    from console.widgets.bar import KeyBar


async def carry_out(screen: Screen[Any], event: KeyBar.Chosen) -> None:
    """The first that can, as for a key that is pressed: what has the focus, the screen, the console."""
    event.stop()
    for place in (screen.focused, screen, screen.app):
        if place is not None and hasattr(place, f"action_{event.action_id}"):
            await screen.app.run_action(event.action_id, default_namespace=place)
            return
