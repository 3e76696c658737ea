"""What is there to show of the sessions while the core is still being opened?

Rows and labels alone. What is done to a session, and what was said in it, waits for the core.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.domain.ids import SessionId
from core.domain.label import Label
from core.domain.summary import SessionSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """The list at one moment, newest opened first; `is_driven` where a process drove the database just then."""

    summaries: tuple[SessionSummary, ...]
    labels: Mapping[SessionId, Label]
    is_driven: bool


TakeFirstLook = Callable[[], FirstLook | None]
"""Looks at the database as it is, and changes nothing in it. Blocks; raises nothing.

None where no rows can be had that are true: they reflect the whole log where nobody drives, and follow it by a moment
where somebody does. Whoever then opens the core hears why.
"""
