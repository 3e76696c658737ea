"""Behind which routes is there no model?

A rehearsal argues from the operator's evidence, a simulated participant draws what it says by stated traits. Neither
spends anything, and nothing that they take part in may pass for a debate between models.
"""

from __future__ import annotations

from collections.abc import Iterable

REHEARSAL = "rehearsal"
SIMULATED = "simulated"

PARTLY_SIMULATED = "partly simulated"

UNASKED = (REHEARSAL, SIMULATED)
"""The first parts of the names of all routes by which no model is asked."""


def asks_no_model(route: str) -> bool:
    """True for a route behind which there is neither a model nor a person."""
    return route.partition(":")[0] in UNASKED


def is_simulated(route: str) -> bool:
    return route.partition(":")[0] == SIMULATED


def what_it_is(routes: Iterable[str]) -> str:
    """`rehearsal` or `simulated` for a session in which no model takes part, "" for one in which some do.

    One simulated seat makes the whole a simulation: what it came to was drawn.
    """
    asked = tuple(routes)
    if not asked or not all(map(asks_no_model, asked)):
        return ""
    return SIMULATED if any(map(is_simulated, asked)) else REHEARSAL


def partly(routes: Iterable[str]) -> str:
    """`rehearsal`, `simulated`, `partly simulated` where models take part as well, or "" where models alone do."""
    asked = tuple(routes)
    return what_it_is(asked) or (PARTLY_SIMULATED if any(map(is_simulated, asked)) else "")


def notes_on(routes: Iterable[str]) -> tuple[str, ...]:
    """What an operator is told who is about to begin a session with these."""
    match partly(routes):
        case "":
            return ()
        case "rehearsal":
            return ("This is a rehearsal: no model is asked, nothing is spent.",)
        case "simulated":
            return ("This is simulated: no model is asked, nothing is spent, and what comes of it was drawn.",)
        case _:
            return ("Some who take part are simulated: what they say is drawn, and tells nothing of any model.",)
