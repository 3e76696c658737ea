"""Who runs the programs by which drafts are checked?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

DETAIL_CHARACTERS_MAX = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun:
    """How a program ended: it passes where its exit code is 0 within its bounds. `detail` is one line that says how it
    ended and below it the end of what it said, cleaned, DETAIL_CHARACTERS_MAX at most."""

    has_passed: bool
    detail: str


class CheckRunner(Protocol):
    """Runs what the operator allowed under a name, and nothing else."""

    def allowed(self) -> Collection[str]:
        """The names under which programs may be run."""
        ...

    async def run(self, command: str, draft: str) -> CheckRun:
        """Run the program with the draft. Comes to an end within its bounds on time and output, and leaves no process
        of its own behind; so does one that is cancelled. A name that isn't allowed, and a program that can't be
        started, fail the check and say why. Raises nothing."""
        ...


class NoCommands:
    """Where none is allowed."""

    def allowed(self) -> Collection[str]:
        return ()

    async def run(self, command: str, draft: str) -> CheckRun:
        return CheckRun(has_passed=False, detail=f"no command is allowed under the name {command!r:.80}")
