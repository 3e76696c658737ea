"""How does an operator hear in a terminal that something happened, while they look elsewhere?"""

from __future__ import annotations

from typing import Protocol

NOBODY_SITS = "no console and no `moot drive` runs in a terminal"
LOOKED_AT = "the console is looked at"


class TerminalTarget(Protocol):
    """The terminal that whoever drives was started in, where there is one."""

    def tell(self, line: str) -> str:
        """Ring, and say one line in the terminal's own way. Returns "", or why nothing rang: the operator looks at the
        console anyway, or there is no terminal. `line` may hold anything: whoever writes it cleans it."""
        ...


class NoTerminal:
    """Where nobody sits."""

    def tell(self, line: str) -> str:
        return NOBODY_SITS
