"""What is wrong with these rules, before anything runs?

Reported is what is certain: where facts could be either way, nothing is said. The same check serves a file, an edit and
the rules in force.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.domain.errors import WrongUse
from core.domain.facts import FactSpec
from core.domain.ids import RuleId
from core.rules.checking.alone import check_alone
from core.rules.checking.cascades import check_cascades
from core.rules.checking.finding import Finding, Kind, Severity
from core.rules.checking.places import Key, Place, Places, key_of, places_in
from core.rules.checking.possible import STEPS_TOTAL_MAX, Possibilities
from core.rules.checking.together import check_together
from core.rules.editing import put
from core.rules.interpreting import fault_against
from core.rules.layers import RuleBook, all_rules, effective_sets, require_sound
from core.rules.reading import read_as_far_as_possible
from core.rules.rule import Rule

__all__ = ["Finding", "Kind", "RuleText", "Severity", "check_book", "check_files", "check_rules", "gravest"]

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
    book: RuleBook | None = None,
) -> tuple[Finding, ...]:
    """Findings about the rules in some files, as if they were loaded in this order into `book`; of the rules of that
    alone nothing is said. Never raises: what can't be read is among the findings. Ordered by file and place."""
    places = places_in((file.origin, file.text) for file in files)
    findings: list[Finding] = []
    about: set[Key] = set()
    after = book if book is not None else RuleBook()
    for file in files:
        read, problems = read_as_far_as_possible(file.text, facts=facts, templates=templates)
        for problem in dict.fromkeys(problems):
            place = Place(origin=file.origin, line=problem.line, column=problem.column)
            findings.append(_refused(place, problem.what, problem.now))
        findings += [_replacing(rule, file.origin, places) for rule in read.rules if key_of(rule) in about]
        about |= {key_of(rule) for rule in read.rules}
        try:
            after = put(after, {key_of(rule): rule for rule in reversed(read.rules)}.values(), read.sets)
            require_sound(after)
        except WrongUse as refusal:
            return (*findings, _refused(Place(origin=file.origin), refusal.what, refusal.now))
    findings += check_book(after, about=about, facts=facts, places=places)
    order = {file.origin: number for number, file in enumerate(files)}
    return tuple(sorted(findings, key=lambda found: (order.get(found.place.origin, len(files)), *_order(found))))


def check_book(
    book: RuleBook,
    *,
    facts: Mapping[str, FactSpec],
    about: Collection[Key] | None = None,
    places: Places | None = None,
) -> tuple[Finding, ...]:
    """Findings about rules of a book, all of them or those `about`, in every set in which they hold; each told once."""
    possible = Possibilities(facts)
    wanted = about if about is not None else {key_of(rule) for rule in all_rules(book)}
    found: dict[Finding, None] = {}
    for holding in effective_sets(book).values():
        heard = [placed.rule for placed in holding]
        ids = {rule.id for rule in heard if key_of(rule) in wanted}
        if ids:
            found |= dict.fromkeys(
                _checked(heard, about=ids, possible=possible, facts=facts, places=places or Places())
            )
    return tuple(found)


def check_rules(
    rules: Sequence[Rule],
    *,
    facts: Mapping[str, FactSpec],
    about: Collection[RuleId] | None = None,
    steps_max: int = STEPS_TOTAL_MAX,
) -> tuple[Finding, ...]:
    """Findings about the rules that one session would hear, all of them or those `about`. What `steps_max` leaves
    undone is said."""
    heard = sorted(rules, key=lambda rule: (-rule.priority, rule.id))
    ids = about if about is not None else {rule.id for rule in rules}
    possible = Possibilities(facts, steps_max=steps_max)
    return tuple(_checked(heard, about=ids, possible=possible, facts=facts, places=Places()))


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


def gravest(findings: Sequence[Finding]) -> Severity | None:
    """The gravest of the severities; None where nothing was found."""
    return min((found.severity for found in findings), key=_GRAVITY.__getitem__, default=None)


def _order(found: Finding) -> tuple[int, int, int]:
    return found.place.line, found.place.column, _GRAVITY[found.severity]


def _refused(place: Place, what: str, now: str) -> Finding:
    return Finding(kind=Kind.UNREADABLE, severity=Severity.ERROR, place=place, what=what, now=now)


def _replacing(rule: Rule, origin: str, places: Places) -> Finding:
    return Finding(
        kind=Kind.REPLACED,
        severity=Severity.WARNING,
        place=places.of(rule),
        rules=(rule.id,),
        what=f"{rule.id} stands in an earlier file too: the one in {origin} replaces it.",
        now="Rename one of them.",
    )
