"""Why does a rule hold, or not, for these facts?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.domain.facts import Facts, FactSpec, FactUnit, PluginName
from core.domain.ids import RuleId
from core.rules.action import in_words
from core.rules.condition import AllOf, AnyOf, Compare, Condition, ConditionType, ConditionValue, Not
from core.rules.interpreting import compile_condition, fault_against, reason_of
from core.rules.plugged import unit_taken
from core.rules.rule import Rule
from core.rules.units import STEPPED, label, shown

INDENT = "    "
FIRST_THAT_FAILS = "  ← first that fails"


class Verdict(StrEnum):
    """What a look at a condition gave. ERROR says that it could not be told."""

    TRUE = "true"
    FALSE = "false"
    NOT_LOOKED_AT = "not_looked_at"
    ERROR = "error"


MARKS: dict[Verdict, str] = {
    Verdict.TRUE: "✓",
    Verdict.FALSE: "✗",
    Verdict.NOT_LOOKED_AT: "not looked at",
    Verdict.ERROR: "!",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a fact's value comes from: event number `seq` of that `kind` changed it last, at Unix time `at_ms`.

    One that `grows` is as large as the active time since then.
    """

    seq: int
    kind: str
    at_ms: int
    grows: bool = False

    def __str__(self) -> str:
        return f"{'time since' if self.grows else 'from'} event {self.seq} {self.kind}"


class Standing(StrEnum):
    """What a verdict would lead to at that point. A rule fires where it is ARMED and true."""

    ARMED = "armed"
    SPENT = "spent"
    DISABLED = "disabled"
    SWITCHED_OFF = "switched_off"
    NOT_IN_FORCE = "not_in_force"
    NOT_HEARD = "not_heard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The point at which a rule is looked at: behind event `seq` of that `kind`, at Unix time `at_ms`.

    `fired_seq` is the newest event with which the rule fired up to then, 0 where it never did.
    """

    seq: int
    kind: str
    at_ms: int
    standing: Standing
    fired_seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One line of a condition: a comparison with the value seen, or the heading of a group (then `field` is "").

    `joiner` is `when`, `and`, `or`, or "" for the first part of an inner group. `depth` counts the groups around it.
    `contrary` says of a false comparison what is true instead: `consensus 62 % < 80 %`. `origin` says where the value
    comes from, where the log was asked. `least` is the number from which on it is true, where there is one.
    """

    depth: int
    joiner: str
    text: str
    field: str
    seen: str
    verdict: Verdict
    contrary: str
    origin: Origin | None = None
    least: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A rule with the facts of one moment in it. `first_false` is the clause that decided against it.

    `moment` says which one, where the log was asked.
    """

    rule: RuleId
    verdict: Verdict
    clauses: tuple[Clause, ...]
    first_false: Clause | None
    actions: tuple[str, ...]
    error: str
    moment: Moment | None = None

    @property
    def waits_for(self) -> str:
        """What keeps the rule from firing, in a few words; "" where it holds."""
        return self.first_false.contrary if self.first_false else self.error

    def as_lines(self, *, with_origins: bool = False) -> tuple[str, ...]:
        """The rule as a sentence over several lines, verdicts aligned, with the first false clause pointed at; behind
        each, where asked for, the event that its value comes from."""
        heads = [f"{INDENT * clause.depth}{clause.joiner:>5}  {clause.text}" for clause in self.clauses]
        width = max(len(head) for head in heads) + 2
        ends = [MARKS[each.verdict] + (FIRST_THAT_FAILS if each is self.first_false else "") for each in self.clauses]
        reach = max(len(end) for end in ends) + 2
        lines = [
            f"{head:<{width}}{end:<{reach}}{clause.origin if with_origins and clause.origin else ''}".rstrip()
            for head, end, clause in zip(heads, ends, self.clauses, strict=True)
        ]
        acts = [f"{' then' if place == 0 else '  and'}  {said}" for place, said in enumerate(self.actions)]
        return (*lines, *([f"    !  {self.error}"] if self.error else []), *acts)


NOWHERE: Mapping[str, Origin] = {}


def explain(
    rule: Rule,
    facts: Facts,
    specs: Mapping[str, FactSpec],
    *,
    origins: Mapping[str, Origin] = NOWHERE,
    moment: Moment | None = None,
) -> Explanation:
    """Look at a rule's condition part by part, as its evaluation does. Never raises: a fault is an ERROR verdict.

    `origins` say of facts where their values come from, `moment` when they are looked at.
    """
    fault = fault_against(rule, specs)
    look = _Look(facts, specs, origins)
    found = look.at_root(rule.when, looked=not fault)
    error = fault or look.error
    return Explanation(
        rule=rule.id,
        verdict=Verdict.ERROR if error else found.verdict,
        clauses=found.clauses,
        first_false=found.blamed if found.verdict is Verdict.FALSE else None,
        actions=tuple(in_words(action) for action in rule.then),
        error=error,
        moment=moment,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """A part's verdict and lines; `blamed` is the line that decided against it where it is false."""

    verdict: Verdict
    clauses: tuple[Clause, ...]
    blamed: Clause | None


class _Look:
    """Walks a condition once, in reading order; `error` is why it could not be told, where it could not."""

    def __init__(self, facts: Facts, specs: Mapping[str, FactSpec], origins: Mapping[str, Origin]) -> None:
        self.facts = facts
        self.specs = specs
        self.origins = origins
        self.error = ""

    def at_root(self, condition: Condition, *, looked: bool) -> _Found:
        """The outermost group needs no heading: its parts are joined to `when` by `and` or `or`."""
        match condition:
            case AllOf(parts=parts):
                return self.members(parts, ("when", "and"), depth=0, looked=looked, stop=Verdict.FALSE)
            case AnyOf(parts=parts):
                return self.members(parts, ("when", "or"), depth=0, looked=looked, stop=Verdict.TRUE)
            case _:
                return self.at(condition, "when", depth=0, looked=looked)

    def at(self, condition: Condition, joiner: str, *, depth: int, looked: bool) -> _Found:
        match condition:
            case Compare():
                return self.comparison(condition, joiner, depth=depth, looked=looked, negated=False)
            case Not(part=Compare() as compare):
                return self.comparison(compare, joiner, depth=depth, looked=looked, negated=True)
            case AllOf(parts=parts):
                inner = self.members(parts, ("", "and"), depth=depth + 1, looked=looked, stop=Verdict.FALSE)
                return _headed("all of", joiner, inner, depth=depth)
            case AnyOf(parts=parts):
                inner = self.members(parts, ("", "or"), depth=depth + 1, looked=looked, stop=Verdict.TRUE)
                return _headed("any of", joiner, inner, depth=depth)
            case Not(part=AllOf(parts=parts)):
                inner = self.members(parts, ("", "and"), depth=depth + 1, looked=looked, stop=Verdict.FALSE)
                return _denied("not all of", "all of them hold", joiner, inner, depth=depth)
            case Not(part=AnyOf(parts=parts)):
                inner = self.members(parts, ("", "or"), depth=depth + 1, looked=looked, stop=Verdict.TRUE)
                return _denied("none of", "one of them holds", joiner, inner, depth=depth)
            case Not(part=part):
                inner = self.at(part, "", depth=depth + 1, looked=looked)
                return _denied("not", "it holds", joiner, inner, depth=depth)

    def members(
        self, parts: tuple[Condition, ...], joiners: tuple[str, str], *, depth: int, looked: bool, stop: Verdict
    ) -> _Found:
        """Parts up to the first that decides (`stop`, or an error); the rest are shown but not looked at."""
        verdict = _OPPOSITE[stop] if looked else Verdict.NOT_LOOKED_AT
        clauses: list[Clause] = []
        blamed: Clause | None = None
        for place, part in enumerate(parts):
            found = self.at(part, joiners[min(place, 1)], depth=depth, looked=looked)
            clauses.extend(found.clauses)
            blamed = blamed or found.blamed
            if found.verdict in (stop, Verdict.ERROR):
                verdict, looked = found.verdict, False
        return _Found(verdict, tuple(clauses), blamed)

    def comparison(self, compare: Compare, joiner: str, *, depth: int, looked: bool, negated: bool) -> _Found:
        verdict = self.verdict_on(compare) if looked else Verdict.NOT_LOOKED_AT
        if negated:
            verdict = _OPPOSITE.get(verdict, verdict)
        spec = self.specs.get(compare.field)
        seen = self.seen(compare.field, spec)
        sign, contrary, value = relation(compare, spec)
        name = label(compare.field)
        false = f"{name} {seen} {sign if negated else contrary} {value}"
        clause = Clause(
            depth=depth,
            joiner=joiner,
            text=f"{'not ' if negated else ''}{name} ({seen}) {sign} {value}",
            field=compare.field,
            seen=seen,
            verdict=verdict,
            contrary=f"{name} is {seen}" if self.facts.get(compare.field) is None else false,
            origin=self.origins.get(compare.field),
            least=_least(compare, negated=negated),
        )
        return _Found(verdict, (clause,), clause if verdict is Verdict.FALSE else None)

    def seen(self, field: str, spec: FactSpec | None) -> str:
        """The value as it is shown; of a fact that no session of this kind has, which kind does."""
        value, flow = self.facts.get(field), self.facts.get("flow")
        if value is None and spec is not None and spec.flow and flow not in (None, spec.flow):
            return f"of a {spec.flow} alone"
        return shown(value, spec.unit if spec else FactUnit.TEXT)

    def verdict_on(self, compare: Compare) -> Verdict:
        try:
            return Verdict.TRUE if compile_condition(compare, self.specs)(self.facts) else Verdict.FALSE
        except Exception as error:  # as in an evaluation, whatever a rule meets is told, not raised
            self.error = reason_of(error)
            return Verdict.ERROR


_OPPOSITE = {Verdict.TRUE: Verdict.FALSE, Verdict.FALSE: Verdict.TRUE}


def _headed(text: str, joiner: str, inner: _Found, *, depth: int) -> _Found:
    heading = _heading(text, "", joiner, inner.verdict, depth)
    return _Found(inner.verdict, (heading, *inner.clauses), inner.blamed)


def _denied(text: str, contrary: str, joiner: str, inner: _Found, *, depth: int) -> _Found:
    """A group under `not`: when it is false, none of its parts is to blame, but that they are as they are."""
    verdict = _OPPOSITE.get(inner.verdict, inner.verdict)
    heading = _heading(text, contrary, joiner, verdict, depth)
    return _Found(verdict, (heading, *inner.clauses), heading if verdict is Verdict.FALSE else None)


def _heading(text: str, contrary: str, joiner: str, verdict: Verdict, depth: int) -> Clause:
    return Clause(depth=depth, joiner=joiner, text=text, field="", seen="", verdict=verdict, contrary=contrary)


def relation(compare: Compare, spec: FactSpec | None) -> tuple[str, str, str]:
    """A comparison's relation in a sign or word, its contrary, and the value compared with."""
    value, unit = compare.value, spec.unit if spec else FactUnit.TEXT
    if isinstance(compare.type, PluginName):
        said = compare.type.replace("_", " ")
        return said, f"not {said}", shown(value, unit_taken(compare.type, spec) if spec else unit)
    match compare.type:
        case ConditionType.EQUALS if isinstance(value, int) and not isinstance(value, bool):
            return "=", "≠", shown(value, unit)
        case ConditionType.EQUALS:
            return "is", "is not", shown(value, unit)
        case ConditionType.GREATER_THAN:
            return _limit(value, unit, step=1, signs=(">", "≤"), stepped=("≥", "<"))
        case ConditionType.LESS_THAN:
            return _limit(value, unit, step=-1, signs=("<", "≥"), stepped=("≤", ">"))
        case ConditionType.TIME_ELAPSED | ConditionType.COUNT_THRESHOLD:
            return "≥", "<", shown(value, unit)
        case ConditionType.CONTAINS:
            return "contains", "lacks", shown(value, unit)
        case ConditionType.IN_LIST:
            return "in", "not in", shown(value, unit)
        case ConditionType.REGEX_MATCH:
            return "matches", "doesn't match", shown(value, unit)


def _least(compare: Compare, *, negated: bool) -> int | None:
    """The number from which on a comparison is true, where there is one."""
    if not isinstance(compare.value, int) or isinstance(compare.value, bool):
        return None
    if negated:
        return compare.value if compare.type is ConditionType.LESS_THAN else None
    if compare.type in (ConditionType.TIME_ELAPSED, ConditionType.COUNT_THRESHOLD):
        return compare.value
    return compare.value + 1 if compare.type is ConditionType.GREATER_THAN else None


def _limit(
    value: ConditionValue, unit: FactUnit, *, step: int, signs: tuple[str, str], stepped: tuple[str, str]
) -> tuple[str, str, str]:
    plain = shown(value, unit)
    if unit in STEPPED and isinstance(value, int):
        beside = shown(value + step, unit)
        if len(beside) < len(plain):
            return *stepped, beside
    return *signs, plain
