"""How is the console opened, with as little as possible loaded before its first frame?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console import collecting
from console.settings import Settings, load_settings
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator
    from core.ports.first_look import FirstLook

FLAGS = {"--no-mouse": ("mouse", False)}
OPTIONS = {
    "--theme": "theme",
    "--keymap": "keymap",
    "--database": "database",
    "--rules-folder": "rules_folder",
}


def console_options(arguments: Sequence[str]) -> dict[str, object] | None:
    """The settings that `moot --theme moot-light` and the like give; None where the words mean something else.

    Read here because the library that reads all other commands takes longer to load than the console to open.
    """
    given: dict[str, object] = {}
    waiting = list(arguments)
    while waiting:
        word, equals, value = waiting.pop(0).partition("=")
        if word in FLAGS and not equals:
            field, setting = FLAGS[word]
            given[field] = setting
        elif word in OPTIONS and (equals or waiting):
            given[OPTIONS[word]] = value if equals else waiting.pop(0)
        else:
            return None
    return given


def open_console(
    settings: Settings, *, demo: bool = False, replays: tuple[SessionId, int | None, float] | None = None
) -> int:
    """Run the console until the operator leaves it. `replays` names a session that is played first, up to an event, and
    how fast."""
    import sys

    # It reads from the first and draws on the last; the second tells a pipeline from an operator.
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise WrongUse(
            "the console needs a terminal, and standard input, output or error is none.",
            now="'moot debate \"MOTION\"' runs a debate without one, 'moot drive' all that wait.",
        )
    collecting.put_off()
    from console.logging_setup import log_as_set
    from console.machine import now_ms
    from console.run import run_console
    from console.terminal_bell import ConsoleTerminal, ways_of

    log_as_set(settings)

    terminal = ConsoleTerminal(ways_of(settings), now_ms=now_ms)

    def open_core() -> Orchestrator:
        # Loaded behind the first frame: it takes longer than all that the frame needs.
        from console.bootstrap import open_orchestrator

        return open_orchestrator(settings, is_demo=demo, terminal=terminal)

    def look() -> FirstLook | None:
        # Not by way of the bootstrap, which names all of the core: these rows are there before that is loaded.
        from storage.first_look import first_look

        return first_look(settings.database)

    return run_console(open_core, settings, first_look=look, is_demo=demo, replays=replays, terminal=terminal)


def open_with(given: dict[str, object]) -> int:
    """Open the console with what its command line says."""
    return open_console(load_settings(given))
