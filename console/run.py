"""How is the console shown until it is left, and what becomes of the sessions behind it?"""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from console.app import MootApp
from console.exit_codes import ExitCode
from console.hosting import CoreHost
from console.locations import find_locations
from console.looks import keep_theme, read_looks

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import AutopilotCallbackType

    from console.app import Replays
    from console.settings import Settings
    from console.terminal_bell import ConsoleTerminal
    from core.orchestrator import Orchestrator
    from core.ports.first_look import TakeFirstLook

LEAVE_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def run_console(
    open_core: Callable[[], Orchestrator],
    settings: Settings,
    *,
    first_look: TakeFirstLook | None = None,
    is_demo: bool = False,
    replays: Replays | None = None,
    terminal: ConsoleTerminal | None = None,
) -> int:
    """Show the console until it is left, and close the core in order. `first_look` and then `open_core` are called
    behind the first frame, each in a thread. `terminal` is where the console rings and names its window.

    Raises WrongUse for a theme or keymap that there isn't, and whatever kept the core from opening.
    """
    places = find_locations()
    looks = read_looks(settings, places)
    host = CoreHost(open_core, after_opening=start_the_demo if is_demo else None)
    app = MootApp(
        host,
        themes=looks.themes,
        theme=looks.theme,
        keymap=looks.keymap,
        notices=looks.notices,
        keep_theme=lambda name: keep_theme(name, settings, places),
        first_look=first_look,
        opens_running=is_demo,
        replays=replays,
        terminal=terminal,
    )
    return asyncio.run(hosted(app, mouse=settings.mouse))


async def hosted(app: MootApp, *, mouse: bool = True, auto_pilot: AutopilotCallbackType | None = None) -> int:
    """Run the app over its core. A screen that breaks is reported; what runs behind it runs on."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in LEAVE_SIGNALS:
        loop.add_signal_handler(number, _asked_to_leave, app, stop)
    code = await app.run_async(mouse=mouse, headless=auto_pilot is not None, auto_pilot=auto_pilot)
    try:
        if app.crash is not None:
            code = await _without_a_screen(app, stop)
        await app.host.close()
    except asyncio.CancelledError:
        if not stop.is_set() and code is not ExitCode.STOPPED:
            raise
    if app.host.failure is not None:
        raise app.host.failure
    return code if code is not None else ExitCode.COMPLETED


def _asked_to_leave(app: MootApp, stop: asyncio.Event) -> None:
    """SIGTERM, or the terminal was closed."""
    stop.set()
    if app.is_running:
        app.exit(ExitCode.STOPPED)


async def _without_a_screen(app: MootApp, stop: asyncio.Event) -> int:
    """The screen broke. Say so, and let what runs go on to where it stands still."""
    from console.failures import ended, say

    crash = app.crash

    def broke() -> int:
        assert crash is not None  # asked only after a crash
        raise crash

    code = ended(broke)
    core = app.host.opened
    if core is None or not core.is_driver:
        return code
    from console.hosting import running

    count = await running(core)
    if count:
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
        say(f"{'1 session goes' if count == 1 else f'{count} sessions go'} on without a screen; ctrl+c stops in order.")
        await app.host.until_done(stop)
    return code


async def start_the_demo(core: Orchestrator) -> None:
    """Rehearse the demo's debate, unless one is under way: what an older demo left paused stays as it is."""
    from console.bootstrap import demo_request
    from console.hosting import running

    if not await running(core):
        await core.start_debate(request=demo_request())
