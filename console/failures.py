"""What does an operator see when something goes wrong, and with which code does moot end then?

A fault that somebody can act on is one line: where, what, what now. Anything else is a fault of moot's own: one line
too, and the traceback goes to a file, because on the screen it helps nobody who didn't write it.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from console.exit_codes import ExitCode
from console.locations import find_locations
from core.domain.errors import CommandRefused, MootError, StorageFailed, WrongUse

DEBUG_VARIABLES = (
    "MOOT_DEBUG_MODE",
    "ORCHESTRATION_DEBUG_MODE",
    "MOOT_ENABLE_DEBUG_MODE",
    "ORCHESTRATION_ENABLE_DEBUG_MODE",
)
"""Read without the settings: what failed may be the settings."""


REFUSALS_OF_THE_MACHINE = frozenset(
    (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG, errno.ELOOP, errno.ENOSPC, errno.EDQUOT)
)
"""What it says of a file that whoever named it can mend, wherever it is found out."""

STANDARD_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
"""In the order of their numbers, which is the order in which numbers are given out."""

_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal would obey, or read in another order: the name of a file may hold it."""


def say(text: str) -> None:
    """One line for the operator, beside whatever standard output carries."""
    shown = _OBEYED.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)
    sys.stderr.write(f"moot: {shown}\n")
    sys.stderr.flush()


def code_of(error: MootError) -> ExitCode:
    """Wrong use where the operator asked for what can't be; failed where moot could not do what can be asked."""
    return ExitCode.WRONG_USE if isinstance(error, (WrongUse, CommandRefused)) else ExitCode.FAILED


def ended(work: Callable[[], int]) -> int:
    """Do `work` and return its exit code, whatever it raises."""
    try:
        code = work()
        sys.stdout.flush()
        return code
    except MootError as error:
        if isinstance(error, OutputLost):
            silence_output()
        say(str(error))
        return code_of(error)
    except BrokenPipeError:
        silence_output()
        return ExitCode.STOPPED
    except KeyboardInterrupt:
        say("stopped.")
        return ExitCode.STOPPED
    except Exception as error:  # the last place that can tell the operator anything
        if isinstance(error, OSError) and error.filename is not None and error.errno in REFUSALS_OF_THE_MACHINE:
            say(f"{error.filename}: {str(error.strerror).lower()}. Mend its name or its rights, or name another.")
            return ExitCode.FAILED
        return _crashed(error)


class OutputLost(StorageFailed):
    """Standard output can't be written: the disk behind it is full, or gone."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"can't be written: {error.strerror}.",
            where="standard output",
            now="Make room, or write it elsewhere; what was committed is safe.",
        )


class _Output(TextIOWrapper):
    """Standard output that says what keeps it from being written. Whose reader went away says so as ever."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputLost(error) from error

    def flush(self) -> None:
        try:
            super().flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputLost(error) from error


class _Errors(TextIOWrapper):
    """Standard error that goes nowhere once it can't be written: what is done matters more than what is said of it.
    Whose reader went away says so as ever."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except BrokenPipeError:
            raise
        except OSError:
            self._lose()
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except BrokenPipeError:
            raise
        except OSError:
            self._lose()

    def _lose(self) -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())


def ready_streams() -> None:
    """Have all three standard streams, and show a stand-in where the locale lacks a character: a debate must not end
    over a quotation mark.

    A stream that is closed reads nothing and drops what is written. Its number is taken too: the database would be
    given it, and would get what is meant for the stream.
    """
    for name, mode in STANDARD_STREAMS:
        stream = getattr(sys, name)
        if stream is None:
            number = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(number, True)  # an editor or a check that we start needs it as much
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
        elif mode == "w" and isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    if type(sys.stdout) is TextIOWrapper and not sys.stdout.isatty():  # a terminal is never full
        encoding, at_once = sys.stdout.encoding, sys.stdout.write_through
        sys.stdout = _Output(sys.stdout.detach(), encoding, "replace", write_through=at_once)
    if type(sys.stderr) is TextIOWrapper and not sys.stderr.isatty():
        encoding, at_once = sys.stderr.encoding, sys.stderr.write_through
        sys.stderr = _Errors(sys.stderr.detach(), encoding, "replace", line_buffering=True, write_through=at_once)


def silence_output() -> None:
    """Nobody reads standard output any more: without this, the interpreter complains about it as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _crashed(error: Exception) -> int:
    said = traceback.format_exc()
    if any(os.environ.get(name, "").lower() in ("1", "true", "yes", "on") for name in DEBUG_VARIABLES):
        sys.stderr.write(said)
    summary = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    try:
        path = _keep(said)
    except (OSError, MootError) as failure:
        sys.stderr.write(said)
        why = failure.strerror if isinstance(failure, OSError) else str(failure).rstrip(".")
        say(f"a fault of moot's own: {summary}. Its traceback (above) could not be kept: {why}.")
    else:
        say(f"a fault of moot's own: {summary}. What was committed is safe. The traceback is in {path}.")
    return ExitCode.UNEXPECTED


def _keep(said: str) -> Path:
    folder = find_locations().crashes
    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")  # noqa: TID251  # names a file; nothing is decided by it
    path = folder / f"{moment}-{os.getpid()}.txt"
    path.write_text(said, encoding="utf-8", errors="backslashreplace")
    return path
