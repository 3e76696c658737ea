"""How does an operator hear in a terminal that something happened, while they look elsewhere?"""

from __future__ import annotations

from typing import Protocol


class TerminalTarget(Protocol):
    """The terminal that whoever drives was started in, where there is one."""

    def tell(self, line: str) -> None:
        """Ring, and say one line in the terminal's own way. Nothing where the operator looks at the console anyway, and
        nothing where there is no terminal. `line` may hold anything: whoever writes it cleans it."""
        ...


class NoTerminal:
    """Where nobody sits."""

    def tell(self, line: str) -> None:
        pass
