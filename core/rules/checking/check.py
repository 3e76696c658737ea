"""What is wrong with these rules, before anything runs?

Reported is what is certain: where facts could be either way, nothing is said. The same check serves a file, an edit and
the rules in force.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.domain.facts import FactSpec
from core.domain.ids import RuleId
from core.rules.checking.alone import check_alone
from core.rules.checking.cascades import check_cascades
from core.rules.checking.finding import Finding, Kind, Severity
from core.rules.checking.places import Place, Places, places_in
from core.rules.checking.possible import STEPS_TOTAL_MAX, Possibilities
from core.rules.checking.together import check_together
from core.rules.compiled import fault_against
from core.rules.reading import read_as_far_as_possible
from core.rules.rule import Rule

__all__ = ["Finding", "Kind", "Severity", "check_files", "check_rules", "gravest"]

_GRAVITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.ADVICE: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """A rule file: what messages call it, and what stands in it."""

    origin: str
    text: str


def check_files(
    files: Sequence[RuleText],
    *,
    facts: Mapping[str, FactSpec],
    templates: Collection[str],
    beside: Iterable[Rule] = (),
) -> tuple[Finding, ...]:
    """Findings about the rules in some files, as if they were loaded in this order into those `beside`; of these alone
    nothing is said. Never raises: what can't be read is among the findings. Ordered by place."""
    places = places_in((file.origin, file.text) for file in files)
    findings: list[Finding] = []
    taken: dict[RuleId, Rule] = {}
    for file in files:
        rules, problems = read_as_far_as_possible(file.text, facts=facts, templates=templates)
        findings.extend(
            Finding(
                kind=Kind.UNREADABLE,
                severity=Severity.ERROR,
                place=Place(origin=file.origin, line=found.line, column=found.column),
                what=found.what,
                now=found.now,
            )
            for found in dict.fromkeys(problems)
        )
        again = {rule.id for rule in rules} & taken.keys()
        findings.extend(_replaced(id_, file.origin, places) for id_ in sorted(again))
        taken |= {rule.id: rule for rule in rules}
    findings.extend(check_rules(taken.values(), facts=facts, beside=beside, places=places))
    order = {file.origin: number for number, file in enumerate(files)}
    return tuple(sorted(findings, key=lambda found: (order.get(found.place.origin, len(files)), *_order(found))))


def check_rules(
    rules: Iterable[Rule],
    *,
    facts: Mapping[str, FactSpec],
    beside: Iterable[Rule] = (),
    places: Places | None = None,
    steps_max: int = STEPS_TOTAL_MAX,
) -> tuple[Finding, ...]:
    """Findings about rules as they would be heard among those `beside`, of which one with the same id gives way. What
    `steps_max` leaves undone is said."""
    where = places if places is not None else Places()
    about = {rule.id: rule for rule in rules}
    others = {rule.id: rule for rule in beside if rule.id not in about}
    heard = sorted((*about.values(), *others.values()), key=lambda rule: (-rule.priority, rule.id))
    return tuple(
        _checked(
            heard, about=about.keys(), possible=Possibilities(facts, steps_max=steps_max), facts=facts, places=where
        )
    )


def _checked(
    heard: Sequence[Rule],
    *,
    about: Collection[RuleId],
    possible: Possibilities,
    facts: Mapping[str, FactSpec],
    places: Places,
) -> Iterator[Finding]:
    settled: set[RuleId] = set()
    for rule in heard:
        found = list(check_alone(rule, specs=facts, possible=possible, places=places)) if rule.id in about else []
        yield from found
        is_told = any(each.kind in (Kind.NEVER_HOLDS, Kind.ALWAYS_HOLDS) for each in found)
        if is_told or fault_against(rule, facts):
            settled.add(rule.id)
    acting = [rule for rule in heard if rule.enabled and rule.id not in settled]
    yield from check_together(acting, about=about, specs=facts, possible=possible, places=places)
    yield from check_cascades(acting, about=about, specs=facts, possible=possible, places=places)
    if possible.is_exhausted:
        yield Finding(
            kind=Kind.NOT_ALL_COMPARED,
            severity=Severity.ADVICE,
            place=Place(),
            what="there are too many rules, or too large ones, to compare all with each other: some was not looked at.",
            now="Check them in smaller files.",
        )


def gravest(findings: Iterable[Finding]) -> Severity | None:
    """The gravest of the severities; None where nothing was found."""
    return min((found.severity for found in findings), key=_GRAVITY.__getitem__, default=None)


def _order(found: Finding) -> tuple[int, int, int]:
    return found.place.line, found.place.column, _GRAVITY[found.severity]


def _replaced(id_: RuleId, origin: str, places: Places) -> Finding:
    return Finding(
        kind=Kind.REPLACED,
        severity=Severity.WARNING,
        place=places.of(id_),
        rules=(id_,),
        what=f"{id_} stands in an earlier file too: the one in {origin} replaces it.",
        now="Rename one of them.",
    )
