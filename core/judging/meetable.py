"""Can any draft meet these criteria, and may all be run that they name?

Asked of a file and of what a script hands over alike, before anything is spent on a draft.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from core.domain.errors import WrongUse, nearest
from core.domain.ids import is_snake_case
from core.judging.checks import alike
from core.judging.criteria import Check, CheckKind, Criteria
from core.judging.patterns import fault_of_pattern
from core.judging.reviews import CONFIDENCE, CRITERIA, FEEDBACK, SCORE, SEVERITY, SUGGESTIONS
from core.judging.schemas import fault_of_schema

NAMES_TAKEN = frozenset({SCORE, SEVERITY, CONFIDENCE, CRITERIA, SUGGESTIONS, FEEDBACK})
"""What a review calls its own parts."""

CRITERIA_MAX = 20
CHECKS_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeetable:
    """What can't be met or taken of the criterion or check `id`, "" where it is about all of them, and what to do."""

    id: str
    what: str
    now: str


def require_meetable(criteria: Criteria, *, commands: Collection[str]) -> None:
    """Raises WrongUse with the first fault. `commands` are the names of those that may be run."""
    for fault in (*faults_of_names(criteria), *faults_of_values(criteria, commands), *contradictions(criteria)):
        raise WrongUse(fault.what, where=f"criteria {fault.id}".strip(), now=fault.now)


def faults_of_names(criteria: Criteria) -> Iterator[Unmeetable]:
    """Names that can't be told apart, or can't be names; and more of them than are taken."""
    for many, most, what in ((criteria.criteria, CRITERIA_MAX, "criteria"), (criteria.checks, CHECKS_MAX, "checks")):
        if len(many) > most:
            yield Unmeetable(id="", what=f"{len(many)} {what}; at most {most} are taken.", now="Leave some out.")
    seen: set[str] = set()
    for id in (*(each.id for each in criteria.criteria), *(each.id for each in criteria.checks)):
        if not is_snake_case(id):
            yield Unmeetable(id=id[:80], what="it can't be called so.", now="Use small letters, digits and '_'.")
        elif id in NAMES_TAKEN:
            yield Unmeetable(id=id, what="a review calls a part of its own so.", now="Rename it.")
        elif id in seen:
            yield Unmeetable(id=id, what="it stands there a second time.", now="Give each a name of its own.")
        seen.add(id)


def faults_of_values(criteria: Criteria, commands: Collection[str]) -> Iterator[Unmeetable]:
    """What single criteria and checks can't have."""
    for criterion in criteria.criteria:
        if criterion.weight_ppm < 0 or not criterion.about.strip():
            yield Unmeetable(id=criterion.id, what="it has no weight or says nothing.", now="Say what it is about.")
    for check in criteria.checks:
        what, now = _fault_of(check, commands)
        if what:
            yield Unmeetable(id=check.id, what=what, now=now)


def _fault_of(check: Check, commands: Collection[str]) -> tuple[str, str]:
    if check.weight_ppm < 0:
        return "its weight is below 0.", "Give it none, or one above 0."
    match check.kind:
        case CheckKind.LENGTH:
            if check.least is None and check.most is None:
                return "a length needs a bound.", "Name the least or the most words."
        case CheckKind.CONTAINS | CheckKind.LACKS:
            if not check.value.strip():
                return "it names no words.", "Write them."
        case CheckKind.PATTERN:
            if fault := fault_of_pattern(check.value):
                return f"the regular expression is refused: {fault}.", PATTERN_ADVICE
        case CheckKind.JSON_SCHEMA:
            if fault := fault_of_schema(check.value):
                return f"the schema is refused: {fault}.", SCHEMA_ADVICE
        case CheckKind.COMMAND:
            return fault_of_command(check.value, commands)
    return "", ""


PATTERN_ADVICE = "It is written as for RE2: no look-around, no back references, no large repetitions."
SCHEMA_ADVICE = "Write it for JSON Schema 2020-12."


def fault_of_command(name: str, commands: Collection[str]) -> tuple[str, str]:
    """Why a command can't be run and what to do; two empty texts where it can."""
    if name in commands:
        return "", ""
    listed = f"Allowed are {', '.join(sorted(commands))}." if commands else "None is allowed yet."
    now = f"{nearest(name[:80], commands)} {listed} Allow it under [refine.commands] in the settings.".strip()
    return f"no command is allowed under the name {name!r:.80}.", now


def contradictions(criteria: Criteria) -> Iterator[Unmeetable]:
    """What no draft can have at once, and weights from which nothing follows."""
    if criteria.criteria and not any(criterion.weight_ppm for criterion in criteria.criteria):
        now = "Give one of them a weight above 0."
        yield Unmeetable(id=criteria.criteria[0].id, what="no criterion has a weight.", now=now)
    if criteria.checks and not any(check.weight_ppm or check.is_required for check in criteria.checks):
        what = "no check has a weight, and none is required: nothing would follow from them."
        now = "Give one a weight above 0, or make it required."
        yield Unmeetable(id=criteria.checks[0].id, what=what, now=now)
    for check in criteria.checks:
        if check.kind is CheckKind.LACKS:
            yield from _demands(check, criteria)
        if check.kind is CheckKind.LENGTH and check.least is not None:
            yield from _shorter(check, check.least, criteria)


def _demands(check: Check, criteria: Criteria) -> Iterator[Unmeetable]:
    """Another check whose words hold those that this one forbids."""
    for other in criteria.checks:
        if other.kind is CheckKind.CONTAINS and alike(check.value) in alike(other.value):
            what = f"{other.id} wants a draft to say what {check.id} forbids: {check.value!r:.80}."
            yield Unmeetable(id=check.id, what=what, now="Take one of them out.")
            return


def _shorter(check: Check, least: int, criteria: Criteria) -> Iterator[Unmeetable]:
    """A length, of this check or another one, that is below the least of this one."""
    for other in criteria.checks:
        if other.kind is CheckKind.LENGTH and other.most is not None and other.most < least:
            what = f"{check.id} wants at least {least} words, and {other.id} at most {other.most}."
            now = "No draft has both: change one of them."
            yield Unmeetable(id=check.id, what=what, now=now)
            return
