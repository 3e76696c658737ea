"""How does a command travel from one process to another, and how is an event written down?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from core.domain.commands import Command
from core.domain.events import Event


class Wire(Protocol):
    """Commands as plain JSON values and back, lossless. Raises WrongUse for what it doesn't know."""

    def command_to_plain(self, command: Command) -> Mapping[str, object]: ...
    def command_from_plain(self, plain: Mapping[str, object]) -> Command: ...

    def event_as_text(self, event: Event) -> str:
        """An event's kind and its canonical JSON: equal events have one text, on every machine."""
        ...
