"""How is the console left? Whoever would leave something standing still is asked once, and turns under way are
recorded before it closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.exit_codes import ExitCode

if TYPE_CHECKING:
    from console.app import MootApp
    from core.orchestrator import Orchestrator, Progress


class Leaving:
    """Leaves an app, however often that is asked."""

    def __init__(self, app: MootApp) -> None:
        self._app = app
        self._is_leaving = False

    def ask(self) -> None:
        """Leave; ask first where something would stand still."""
        if not self._is_leaving:
            self._app.run_worker(self._leave(), group="leaving")

    async def _leave(self) -> None:
        app, core = self._app, self._app.host.opened
        if core is None:
            app.exit(ExitCode.COMPLETED)
            return
        from console.hosting import running

        moving = await running(core) if core.is_driver else 0
        if moving and not await self._may_leave(moving):
            return
        self._is_leaving = True
        speaking = self._speaking(core)
        app.workers.cancel_group(app, "feed")
        from console.screens.leaving import LeavingScreen

        waited = await app.push_screen_wait(LeavingScreen(app.host, speaking, self._title_of))
        app.exit(ExitCode.COMPLETED if waited else ExitCode.STOPPED)

    async def _may_leave(self, moving: int) -> bool:
        from console.screens.dialogs.confirm import ConfirmDialog

        said = "1 session is under way." if moving == 1 else f"{moving} sessions are under way."
        dialog = ConfirmDialog(
            "Leave moot?",
            f"{said} Turns being spoken are recorded, then it waits for the next start of moot. "
            "'moot drive' goes on without a console.",
            "leave",
            False,
        )
        is_sure = await self._app.push_screen_wait(dialog)
        return bool(is_sure)

    def _speaking(self, core: Orchestrator) -> tuple[Progress, ...]:
        from console.feed import sessions_speaking

        return tuple(sessions_speaking(core, self._app.feed.summaries if self._app.feed is not None else ()))

    def _title_of(self, session: str) -> str:
        return next((title for each, title in self._app.session_titles() if each == session), session[:8])
