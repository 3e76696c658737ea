"""Which traits may a simulated participant have, and how are they written?

In the name of its route: `simulated:competence=70,conformity=30`. A trait that isn't named has its usual value.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final

from core.domain.errors import WrongUse, nearest
from core.domain.unasked import SIMULATED

PERCENT: Final = 100
VERBOSITY_MAX: Final = 20
ROUTES_REMEMBERED_MAX: Final = 256
SHOWN_CHARACTERS_MAX: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """In percent, but for `verbosity`, by which the usual length is multiplied.

    `competence` is how often it is right by itself, `discernment` how often it sees that another is right, where one
    is, and `conformity` how often it takes up the answer of most others otherwise. `position_bias` is how often it
    prefers, where it weighs, whoever it was shown first, whatever was said; below zero, whoever it was shown last.
    `overconfidence` is what it adds to the confidence that it states, or takes from it. `shared_error` is how often it
    goes wrong where all others of that trait do, and in the same way.
    """

    competence: int = 70
    conformity: int = 30
    position_bias: int = 0
    verbosity: int = 1
    overconfidence: int = 0
    shared_error: int = 0
    discernment: int = 0


BOUNDS: Final = {
    "competence": (0, PERCENT),
    "conformity": (0, PERCENT),
    "position_bias": (-PERCENT, PERCENT),
    "verbosity": (1, VERBOSITY_MAX),
    "overconfidence": (-PERCENT, PERCENT),
    "shared_error": (0, PERCENT),
    "discernment": (0, PERCENT),
}
"""The least and the most that each trait may be."""

NAMES: Final = tuple(field.name for field in fields(Traits))
EXAMPLE: Final = f"{SIMULATED}:competence=70,conformity=30"


@lru_cache(maxsize=ROUTES_REMEMBERED_MAX)
def traits_of(route: str) -> Traits:
    """The traits that a route names. Raises WrongUse for one that is unknown, named twice or out of bounds."""
    prefix, colon, told = route.partition(":")
    if prefix != SIMULATED or (colon and not told.strip()):
        raise WrongUse(
            f"{route[:SHOWN_CHARACTERS_MAX]!r} names no traits.", where="model", now=f"Say {SIMULATED} or {EXAMPLE}."
        )
    named: dict[str, int] = {}
    for part in told.split(",") if told else ():
        name, equals, value = (each.strip() for each in part.partition("="))
        if name not in NAMES:
            now = nearest(name, NAMES) or f"There are {', '.join(NAMES)}."
            raise WrongUse(f"no trait is called {name[:SHOWN_CHARACTERS_MAX]!r}.", where=f"model {SIMULATED}", now=now)
        if name in named:
            raise WrongUse(f"{name} is named twice.", where=f"model {SIMULATED}", now="Name each trait once.")
        named[name] = _value(name, value if equals else "")
    return Traits(**named)


def _value(name: str, written: str) -> int:
    least, most = BOUNDS[name]
    digits = written.removeprefix("-")
    is_whole = digits.isascii() and digits.isdigit() and len(digits) <= len(str(PERCENT))
    if not is_whole or not least <= int(written) <= most:
        raise WrongUse(
            f"{name} can't be {written[:SHOWN_CHARACTERS_MAX]!r}.",
            where=f"model {SIMULATED}",
            now=f"Give a whole number from {least} to {most}.",
        )
    return int(written)
