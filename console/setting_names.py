"""Which setting was meant by a name that none has?

Proposed is what is a slip away, and nothing otherwise: a name that merely looks like another sets something else.
"""

from __future__ import annotations

from collections.abc import Iterable

LETTERS_PER_SLIP = 4
"""So many letters of a name may hold one slip; a shorter name may hold one as well."""

CHARACTERS_MAX = 80
"""No setting has a longer name; what stands in an environment may be of any length."""

NAMED_MAX = 2


def nearest_setting(name: str, known: Iterable[str], *, prefix: str = "") -> str:
    """`Did you mean 'x'?` for the known name behind `prefix` that is a slip or so away, for both where two are as near,
    and "" where none is."""
    tail = name.removeprefix(prefix)[:CHARACTERS_MAX]
    found: dict[int, list[str]] = {}
    for each in known:
        if each.startswith(prefix):
            found.setdefault(slips_between(tail, each.removeprefix(prefix)), []).append(each)
    fewest = min(found, default=0)
    if not found or fewest > max(1, len(tail) // LETTERS_PER_SLIP):
        return ""
    return f"Did you mean {' or '.join(repr(each) for each in sorted(found[fewest])[:NAMED_MAX])}?"


def slips_between(one: str, other: str) -> int:
    """How many letters are missing, too many, wrong, or swapped with the one beside them."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        two_before, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            fewest = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                fewest = min(fewest, two_before[j - 2] + 1)
            row.append(fewest)
    return row[-1]
