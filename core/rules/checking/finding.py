"""What was found about a rule, how grave is it, where, and what can be done?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.ids import RuleId
from core.rules.checking.places import Place


class Severity(StrEnum):
    """An error keeps a rule from ever acting, a warning is about one that acts otherwise than it reads, and advice
    about what costs more than it must."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


class Kind(StrEnum):
    """What was found, for scripts. Each value is stable."""

    UNREADABLE = "unreadable"
    UNUSABLE = "unusable"
    NEVER_HOLDS = "never_holds"
    ALWAYS_HOLDS = "always_holds"
    PART_NEVER_HOLDS = "part_never_holds"
    PART_ALWAYS_HOLDS = "part_always_holds"
    DECIDES_TWICE = "decides_twice"
    SHADOWED = "shadowed"
    CONTRADICTORY = "contradictory"
    ENDLESS = "endless"
    EXPENSIVE = "expensive"
    REPLACED = "replaced"
    NOT_ALL_COMPARED = "not_all_compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`rules` are those that it is about, the one to mend first; `what` says what is so and why, `now` what to do."""

    kind: Kind
    severity: Severity
    place: Place
    rules: tuple[RuleId, ...] = ()
    what: str
    now: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}: {self.what} {self.now}".rstrip()
