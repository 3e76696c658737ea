"""Which of two drafts does somebody prefer who was shown both?

Read from the last lines, as every answer is. What names neither draft, or both, prefers none: nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LINES_READ_MAX = 20
NEITHER = 0

_PREFERRED = re.compile(
    r"^[^\w\n]{0,16}preferred[^\w\n:]{0,8}:[^\w\n]{0,8}(?:the[ \t]+)?(?:draft[ \t]+)?(first|second|neither|1|2|0)"
    r"(?:[ \t]+draft)?[^\w\n]{0,16}$",
    re.IGNORECASE,
)
_NUMBERS = {"first": 1, "1": 1, "second": 2, "2": 2, "neither": NEITHER, "0": NEITHER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """`preferred` is 1 for the draft that was shown first, 2 for the second, 0 for neither or where nothing could be
    read; `reason` is one sentence for the operator."""

    preferred: int
    reason: str


def read_preference(text: str) -> Preference:
    """What the last lines of `text` prefer."""
    lines = text.rstrip().splitlines()[-LINES_READ_MAX:]
    named = [_NUMBERS[found[1].lower()] for found in map(_PREFERRED.match, lines) if found]
    if not named:
        return Preference(preferred=NEITHER, reason="no line says 'PREFERRED: first', 'second' or 'neither'")
    if len(set(named)) > 1:
        return Preference(preferred=NEITHER, reason="it prefers one draft and then another")
    if named[0] == NEITHER:
        return Preference(preferred=NEITHER, reason="it prefers neither")
    return Preference(preferred=named[0], reason=f"it prefers the one shown {'first' if named[0] == 1 else 'second'}")
