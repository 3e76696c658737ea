"""By which version of the debate is a session decided?

What an earlier version decided must be decided so again: a session goes on by the one that its opening pins. The second
holds fallbacks that judge to the rule for judges, and leaves a question the deadline under which it was asked.
"""

from __future__ import annotations

from core.domain.session import SessionState

NEWEST = 2


def is_of_the_second(state: SessionState) -> bool:
    """True for a session of the second version, or a later one."""
    opening = state.opening
    return opening is not None and int(opening.flow.rpartition("@")[2]) >= 2
