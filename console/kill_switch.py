"""Is all spending to stop, or to be allowed again? The operator is asked, and then it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.acting import allow_spending, stop_spending
from console.screens.dialogs.confirm import ConfirmDialog

if TYPE_CHECKING:
    from console.app import MootApp


async def switch_spending(app: MootApp) -> None:
    """Ask for the one that is possible now; nothing changes unless they are sure."""
    asker = app.screen
    is_stopped = (await (await app.core()).system_status()).is_spending_stopped
    if await app.push_screen_wait(_to_allow() if is_stopped else _to_stop()):
        app.acting.ask(allow_spending if is_stopped else stop_spending, asker)


def _to_allow() -> ConfirmDialog:
    return ConfirmDialog("Allow spending again?", "What was paused stays paused until you resume it.", "allow", False)


def _to_stop() -> ConfirmDialog:
    return ConfirmDialog(
        "Stop all spending?",
        "Every request under way is broken off and may have been paid for; everything pauses, and nothing is asked "
        "until you allow it again, also after a restart.",
        "stop",
        True,
    )
