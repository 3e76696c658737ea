"""How is a rule's work told in figures?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.analytics.rule_measures import RuleMeasure
    from core.domain.ids import RuleId

NOTHING = "–"


def microseconds(took_ns: int) -> str:
    """`1.2 µs`, rounded down to a tenth."""
    tenths = took_ns // 100
    return f"{tenths // 10:,}.{tenths % 10} µs"


def mean_of(measure: RuleMeasure) -> str:
    return microseconds(measure.mean_ns) if measure.timed else NOTHING


def p95_of(measure: RuleMeasure) -> str:
    return microseconds(measure.p95_ns) if measure.timed else NOTHING


def is_given_up(measure: RuleMeasure, *, rules_changed_at_ms: int) -> bool:
    """True where a session stopped hearing the rule, and the rules have not been changed since."""
    return measure.switched_off_at_ms > rules_changed_at_ms


def given_up_lines(measures: Mapping[RuleId, RuleMeasure], *, rules_changed_at_ms: int) -> list[str]:
    """Which rules sessions have stopped hearing since the rules were last changed."""
    return [
        f"✗ {rule} could not be evaluated again and again: of all that ever ran, "
        f"{counted(measure.switched_off, 'session')} stopped hearing it. Mend it, or switch it off."
        for rule, measure in measures.items()
        if is_given_up(measure, rules_changed_at_ms=rules_changed_at_ms)
    ]
