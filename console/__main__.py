"""What does the command `moot` do with its words?

Without any it opens the console; all else is looked up by `console.cli`, which is loaded only then.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main() -> None:
    """The command's entry point."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Do what the words say and return the exit code."""
    if list(arguments) in (["--version"], ["-V"]):
        return _say_version()
    from console.failures import ended, ready_streams
    from console.opening import console_options, open_with

    ready_streams()
    given = console_options(arguments)
    if given is not None:
        return ended(lambda: open_with(given))
    return ended(lambda: _run_command(arguments))


def _say_version() -> int:
    from console.version import VERSION

    try:
        print(f"moot {VERSION}", flush=True)
    except OSError as error:
        from console.failures import OutputLost, ended

        fault = error if isinstance(error, BrokenPipeError) else OutputLost(error)

        def lost() -> int:
            raise fault

        return ended(lost)
    return 0


def _run_command(arguments: Sequence[str]) -> int:
    from console.cli.app import run_command

    return run_command(arguments)


if __name__ == "__main__":
    main()
