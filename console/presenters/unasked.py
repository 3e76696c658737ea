"""How does the operator read what happened without their asking?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def left_in_words(count: int, key: str) -> str:
    """That whoever drove has ended and left `count` sessions, and what leads on: `key`, "" where no key does."""
    left = {0: "nothing was left unfinished", 1: "1 session was left"}.get(count, f"{count} sessions were left")
    on = f". {key} takes the wheel, and goes on with it here" if key else ""
    return f"Nobody drives any more; {left}{on}."


def rules_refused_in_words(problems: Sequence[str]) -> str:
    """That a folder of rules is broken: the first problem, how many more there are, and what is in force."""
    first, *others = problems
    more = f" (and {len(others)} more)" if others else ""
    return f"{first.splitlines()[0]}{more}\nThe rules in force are as they were."
