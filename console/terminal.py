"""What happens when the terminal goes away while the console paints?

Textual paints in a thread through a short queue. Where the terminal is closed, writing fails, that thread ends, the
queue fills and the event loop waits for room in it for ever: no signal is heard any more, and sessions run on unseen.
Here what can't be written goes nowhere, and the process is told once, as a terminal tells it.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import TextIOWrapper


class OutlivingFile:
    """A file that outlives its terminal: after the first write that fails it takes everything and keeps nothing."""

    def __init__(self, file: TextIO, *, on_gone: Callable[[], None]) -> None:
        self._file = file
        self._on_gone = on_gone
        self._is_gone = False

    def write(self, text: str) -> int:
        if not self._is_gone:
            try:
                return self._file.write(text)
            except (OSError, ValueError):
                self._lose()
        return len(text)

    def flush(self) -> None:
        if not self._is_gone:
            try:
                self._file.flush()
            except (OSError, ValueError):
                self._lose()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def _lose(self) -> None:
        self._is_gone = True
        self._on_gone()


class OutlivingDriver(LinuxDriver):
    """Textual's driver over such a file."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self._file is not None:
            self._file = cast("TextIOWrapper[Any]", OutlivingFile(self._file, on_gone=_hang_up))
        self._is_lent = False

    def suspend_application_mode(self) -> None:
        """Another program has the terminal. Sessions go on and the screen with them: what they would paint goes nowhere
        until the terminal is back, and is painted anew then."""
        super().suspend_application_mode()
        self._is_lent = True

    def resume_application_mode(self) -> None:
        self._is_lent = False
        super().resume_application_mode()

    def write(self, data: str) -> None:
        if not self._is_lent:
            super().write(data)


def _hang_up() -> None:
    """The console leaves in order on this signal, whoever sends it; under make the terminal's own may not come."""
    os.kill(os.getpid(), signal.SIGHUP)
