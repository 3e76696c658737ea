"""What is wrong with one rule, whatever others there are?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from core.domain.errors import nearest
from core.domain.facts import FactSpec, FactUnit
from core.rules.action import is_decisive, type_of
from core.rules.checking.cases import range_of
from core.rules.checking.finding import Finding, Kind, Severity
from core.rules.checking.places import Path, Places
from core.rules.checking.possible import Possibilities
from core.rules.checking.wording import in_short
from core.rules.comparing import values_of
from core.rules.condition import AllOf, AnyOf, Compare, Condition, ConditionType, Not
from core.rules.expressions import needs_of
from core.rules.interpreting import fault_against
from core.rules.rule import Repeat, Rule
from core.rules.units import NUMERIC, shown

WORDS_NAMED_MAX = 8
"""Of the words that a fact can be: more are no help in choosing one."""


def check_alone(
    rule: Rule, *, specs: Mapping[str, FactSpec], possible: Possibilities, places: Places
) -> Iterator[Finding]:
    """Findings about the rule itself. One that doesn't fit the facts is looked at no further."""
    fault = fault_against(rule, specs)
    if fault:
        yield Finding(
            kind=Kind.UNUSABLE,
            severity=Severity.ERROR,
            place=places.of(rule),
            rules=(rule.id,),
            what=f"{rule.id} can't be asked: {fault}",
        )
        return
    looked = _Looked(rule, specs, possible, places)
    yield from looked.at_the_whole()
    yield from looked.at_the_actions()
    yield from looked.at_the_cost()


class _Looked:
    """One rule, and what is needed to judge it."""

    def __init__(self, rule: Rule, specs: Mapping[str, FactSpec], possible: Possibilities, places: Places) -> None:
        self.rule = rule
        self.specs = specs
        self.possible = possible
        self.places = places

    def found(self, kind: Kind, severity: Severity, what: str, now: str, path: Path | None = None) -> Finding:
        place = self.places.of(self.rule, path)
        return Finding(kind=kind, severity=severity, place=place, rules=(self.rule.id,), what=what, now=now)

    def at_the_whole(self) -> Iterator[Finding]:
        when = self.rule.when
        flows = sorted(_flows_needed(when, self.specs))
        if len(flows) > 1:
            needed = " and of a ".join(flows)
            what = f"{self.rule.id} can never fire: it needs facts of a {needed}, and no session is both."
            now = "Ask for either under 'any', or make a rule for each."
            yield self.found(Kind.NEVER_HOLDS, Severity.ERROR, what, now, ())
        elif self.possible.is_impossible(when):
            path, why, now = self.why_never(when, ())
            yield self.found(Kind.NEVER_HOLDS, Severity.ERROR, f"{self.rule.id} can never fire: {why}", now, path)
        elif self.possible.is_certain(when):
            yield self.found(
                Kind.ALWAYS_HOLDS,
                Severity.WARNING,
                f"{self.rule.id} always holds: no facts make `{in_short(when, self.specs)}` false.",
                "Compare with another value, or say what it is to wait for.",
                (),
            )
        else:
            yield from self.at_the_parts(when, ())

    def at_the_parts(self, condition: Condition, path: Path) -> Iterator[Finding]:
        """Parts that settle nothing, the outermost of each; the condition itself is not among them."""
        for number, part in enumerate(_parts(condition)):
            inner = (*path, number)
            if self.possible.is_impossible(part):
                _, why, now = self.why_never(part, inner)
                what = f"this part of {self.rule.id} never holds: {why}"
                yield self.found(Kind.PART_NEVER_HOLDS, Severity.WARNING, what, now, inner)
            elif self.possible.is_certain(part):
                what = f"this part of {self.rule.id} always holds: no facts make `{in_short(part, self.specs)}` false."
                now = "Remove it, or compare with another value."
                yield self.found(Kind.PART_ALWAYS_HOLDS, Severity.WARNING, what, now, inner)
            else:
                yield from self.at_the_parts(part, inner)

    def why_never(self, condition: Condition, path: Path) -> tuple[Path, str, str]:
        """The smallest part that explains why an impossible condition is that, the reason, and what to do."""
        match condition:
            case Compare():
                return (path, *self.why_not(condition))
            case AllOf(parts=parts):
                for number, part in enumerate(parts):
                    if self.possible.is_impossible(part):
                        return self.why_never(part, (*path, number))
                for (_, one), (number, other) in combinations(enumerate(parts), 2):
                    if self.possible.is_impossible(AllOf(parts=(one, other))):
                        said = f"`{in_short(one, self.specs)}` and `{in_short(other, self.specs)}` exclude each other."
                        return (*path, number), said, "Change one of them, or ask for either under 'any'."
            case Not(part=part):
                now = "Remove the 'not', or compare with another value."
                return path, f"`{in_short(part, self.specs)}` always holds.", now
            case AnyOf(parts=(only,)):
                return self.why_never(only, (*path, 0))
            case AnyOf():
                pass
        return path, f"no facts make `{in_short(condition, self.specs)}` true.", "Compare with other values."

    def why_not(self, compare: Compare) -> tuple[str, str]:
        """Why one comparison never holds, and what to write."""
        spec = self.specs[compare.field]
        asked = f"`{in_short(compare, self.specs)}`"
        if spec.words:
            odd = next((str(value) for value in values_of(compare) if value not in spec.words), "")
            near = nearest(odd, spec.words) if odd else ""
            if len(spec.words) == 1:
                return f"{asked} can't be: {spec.name} is always {spec.words[0]} while rules are heard.", "Remove it."
            some = ", ".join(spec.words[:WORDS_NAMED_MAX])
            only = "holds nothing but" if spec.unit is FactUnit.WORDS else "is one of"
            return f"{asked} can't be: {spec.name} {only} {some}.", near or "Compare with one of these."
        if spec.unit in NUMERIC:
            least, most = (shown(value, spec.unit) for value in range_of(spec))
            return f"{asked} can't be: {spec.name} runs from {least} to {most}.", "Compare with a value in between."
        return f"{asked} can't be.", "Compare with another value."

    def at_the_actions(self) -> Iterator[Finding]:
        deciding = [action for action in self.rule.then if is_decisive(action)]
        if len(deciding) > 1:
            first, *others = (type_of(action).value for action in deciding)
            what = f"{self.rule.id} decides more than once: after {first}, {' and '.join(others)} is overruled."
            yield self.found(Kind.DECIDES_TWICE, Severity.WARNING, what, "Keep the one that is meant.")

    def at_the_cost(self) -> Iterator[Finding]:
        for path, compare in _comparisons(self.rule.when, ()):
            if self.specs[compare.field].unit is not FactUnit.TEXT:
                continue
            if compare.type is ConditionType.REGEX_MATCH and not _has_literal(str(compare.value)):
                what = (
                    f"the expression in {self.rule.id} names no text that has to be there, so that all of"
                    f" {compare.field} is searched by it each time."
                )
                now = "Give it a word that has to stand there, or a cheaper test before it in 'all'."
                yield self.found(Kind.EXPENSIVE, Severity.ADVICE, what, now, path)
            elif compare.type in _SEARCHING and self.rule.repeat is Repeat.EVENT:
                what = f"{self.rule.id} acts after every event, and searches all of {compare.field} for that each time."
                now = "Use 'repeat: edge' or 'round', unless it is to act again and again on the same words."
                yield self.found(Kind.EXPENSIVE, Severity.ADVICE, what, now, path)


def _flows_needed(condition: Condition, specs: Mapping[str, FactSpec]) -> frozenset[str]:
    """The kinds of session of which one has to be that this is true in: a fact of another kind has no value there."""
    match condition:
        case Compare(field=name):
            return frozenset({specs[name].flow}) if specs[name].flow else frozenset()
        case AllOf(parts=parts):
            return frozenset().union(*(_flows_needed(part, specs) for part in parts))
        case AnyOf(parts=parts):
            first, *others = (_flows_needed(part, specs) for part in parts)
            return first.intersection(*others)
        case Not():
            return frozenset()


_SEARCHING = (ConditionType.CONTAINS, ConditionType.REGEX_MATCH)


def _has_literal(pattern: str) -> bool:
    needs = needs_of(pattern)
    return bool(needs.literals or needs.words)


def _parts(condition: Condition) -> tuple[Condition, ...]:
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return parts
        case Not(part=part):
            return (part,)
        case Compare():
            return ()


def _comparisons(condition: Condition, path: Path) -> Iterator[tuple[Path, Compare]]:
    if isinstance(condition, Compare):
        yield path, condition
    for number, part in enumerate(_parts(condition)):
        yield from _comparisons(part, (*path, number))
