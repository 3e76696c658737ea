"""Can what a format counts and measures be counted and measured at all?"""

from __future__ import annotations

from collections.abc import Iterator

from core.judging.consensus import MEASURES
from core.templates.findings import Finding, Kind, Part, Severity
from core.templates.template import ANSWERING, BY_BALLOTS, DecidedBy, EarlyStop, Expects, Template

VOTE_NEEDS = ANSWERING | {Expects.BALLOT}
"""Most seats decide by their latest answers, or by what they put first."""


def check_votes(template: Template) -> Iterator[Finding]:
    """Findings about who decides, by which measure agreement is read, and what may end the debate early."""
    expecting = {step.expects for step in template.steps}
    yield from _of_the_count(template, expecting)
    yield from _of_the_measure(template, expecting)
    measure = MEASURES.get(template.measure)
    if template.early_stop is EarlyStop.CALIBRATED and measure is not None and measure.is_advice:
        what = f"its early stop is calibrated, and {template.measure} is advice: it never ends anything."
        yield _found(Severity.WARNING, Kind.MISUSED, ("early_stop",), what, "Choose another measure.")


def _of_the_count(template: Template, expecting: set[Expects]) -> Iterator[Finding]:
    what = ""
    if template.decided_by in BY_BALLOTS and Expects.BALLOT not in expecting:
        what = f"it is decided by {template.decided_by}, and no step asks for a ballot."
        now = "Add the step ballot, or have it decided by seats."
    elif template.decided_by is DecidedBy.CONFIDENCE and Expects.STANCE not in expecting:
        what = f"it is decided by {template.decided_by}, and no step asks for a stance."
        now = "Add the step stance_vote, or have it decided by seats."
    elif template.is_vote and template.decided_by not in BY_BALLOTS and VOTE_NEEDS.isdisjoint(expecting):
        what = f"it is decided by {template.decided_by}, and no step asks for an answer."
        now = "Add the step vote, or have the judge decide."
    if what:
        yield _found(Severity.ERROR, Kind.NO_ANSWERS, ("decided_by",), what, now)


def _of_the_measure(template: Template, expecting: set[Expects]) -> Iterator[Finding]:
    name = template.measure.partition("@")[0]
    if name == "answers" and ANSWERING.isdisjoint(expecting):
        what = f"{template.measure} compares answers, and no step asks for one."
        yield _found(
            Severity.ERROR, Kind.NO_ANSWERS, ("measure",), what, "Add the step vote, or choose another measure."
        )
    if name == "stance" and Expects.STANCE not in expecting:
        what = f"{template.measure} weighs stances, and no step asks for one."
        now = "Add the step stance_vote, or choose another measure."
        yield _found(Severity.ERROR, Kind.NO_ANSWERS, ("measure",), what, now)
    if name == "ballots" and Expects.BALLOT not in expecting:
        what = f"{template.measure} compares ballots, and no step asks for one."
        yield _found(
            Severity.ERROR, Kind.NO_ANSWERS, ("measure",), what, "Add the step ballot, or choose another measure."
        )


def _found(severity: Severity, kind: Kind, part: Part, what: str, now: str) -> Finding:
    return Finding(kind=kind, severity=severity, part=part, what=what, now=now)
