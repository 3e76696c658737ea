"""Why did it do that? Which rules fired, on which values, and what the others wait for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.reasons import not_heard
from console.presenters.shown import Line
from console.presenters.standings import out_of_reach
from core.domain.facts import FactUnit
from core.rules.explanation import Verdict
from core.rules.units import label, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.domain.events import ActionOverruled, RuleErred, RuleFired, RuleSwitchedOff
    from core.domain.facts import FactSpec
    from core.rules.explanation import Explanation

FIRED_KEPT_MAX = 50
NOT_KNOWN = "not known yet"
VALUES_SHOWN_MAX = 4

_AFTER_SECONDS = re.compile(r"(?<= s) \d{1,3} ms\b|(?<= min) \d{1,3} ms\b|(?<= h) \d{1,3} ms\b")
_ALONE = re.compile(r"\b\d{1,3} ms\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A rule that was heard: `effect` is what it brought about, `values` the facts it looked at, in words."""

    rule: str
    turn: int
    effect: str
    values: str
    glyph: str = "◆"
    style_name: str = "accent"


def fired(event: RuleFired, *, turn: int, facts: Mapping[str, FactSpec]) -> Firing:
    actions = ", ".join(each.replace("_", " ") for each in event.actions)
    return Firing(rule=event.rule, turn=turn, effect=actions, values=values_seen(event.seen, facts))


def overruled(event: ActionOverruled, *, turn: int) -> Firing:
    effect = f"{event.action.replace('_', ' ')}, overruled: {event.reason}"
    return Firing(rule=event.rule, turn=turn, effect=effect, values="", glyph="◇", style_name="muted")


def erred(event: RuleErred, *, turn: int) -> Firing:
    return Firing(
        rule=event.rule, turn=turn, effect=f"could not be evaluated: {event.message}", values="", glyph="✗",
        style_name="failed",
    )  # fmt: skip


def switched_off(event: RuleSwitchedOff, *, turn: int) -> Firing:
    effect = not_heard(event.errors)
    return Firing(rule=event.rule, turn=turn, effect=effect, values="", glyph="✗", style_name="failed")


def values_seen(seen: Mapping[str, object], facts: Mapping[str, FactSpec]) -> str:
    """`consensus 82 %, round_count 2`: what the rule looked at, as an operator writes it."""
    said = []
    for name, value in list(seen.items())[:VALUES_SHOWN_MAX]:
        spec = facts.get(name)
        unit = spec.unit if spec else FactUnit.TEXT
        plain = value if value is None or isinstance(value, (bool, int, str, tuple)) else str(value)
        said.append(f"{label(name)} {shown(plain, unit)}")
    return ", ".join(said)


def firing_line(firing: Firing) -> Line:
    """`◆ complete_on_consensus after turn 4 → complete debate (consensus 82 %)`."""
    parts = [
        (f"{firing.glyph} ", firing.style_name),
        (firing.rule, "text"),
        (f" after turn {firing.turn}" if firing.turn else " before the first turn", "muted"),
        (f" → {firing.effect}", "text"),
    ]
    if firing.values:
        parts.append((f"  {firing.values}", "muted"))
    return Line(tuple(parts))


def waiting_lines(explanations: Sequence[Explanation], *, rounds_limit: int = 0) -> list[Line]:
    """What the other rules wait for. First those that one clause alone keeps from firing; a rule that can't be told is
    said before all, one that looks at what is not known yet after all, and last one that waits for more rounds than
    the debate has."""

    def rank(explanation: Explanation) -> tuple[bool, bool, int]:
        open_clauses = sum(1 for clause in explanation.clauses if clause.verdict is not Verdict.TRUE)
        is_far = bool(out_of_reach(explanation, rounds_limit=rounds_limit))
        return is_far, explanation.waits_for.endswith(NOT_KNOWN), open_clauses

    def waits(explanation: Explanation) -> str:
        return out_of_reach(explanation, rounds_limit=rounds_limit) or f"waits: {in_seconds(explanation.waits_for)}"

    waiting = [each for each in explanations if each.verdict is Verdict.FALSE and each.waits_for]
    broken = [each for each in explanations if each.error]
    return [
        *(Line((("✗ ", "failed"), (each.rule, "text"), (f" {each.error}", "failed"))) for each in broken),
        *(
            Line((("◇ ", "muted"), (each.rule, "text"), (f"  {waits(each)}", "muted")))
            for each in sorted(waiting, key=rank)
        ),
    ]


def concerning(
    explanations: Sequence[Explanation], facts: Mapping[str, FactSpec], flow: str
) -> tuple[Explanation, ...]:
    """Without the rules that wait for what only another kind of session has: here they never fire."""

    def is_elsewhere(explanation: Explanation) -> bool:
        clause = explanation.first_false
        spec = facts.get(clause.field) if clause is not None else None
        return spec is not None and spec.flow not in ("", flow)

    return tuple(each for each in explanations if not is_elsewhere(each))


def in_seconds(text: str) -> str:
    """Durations without their milliseconds: time runs on while they are read, and nobody waits for the last digits."""
    return _ALONE.sub("0 s", _AFTER_SECONDS.sub("", text))
