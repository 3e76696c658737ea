"""Are criteria refused that no draft can meet, whoever hands them over?"""

from __future__ import annotations

import pytest

from core.domain.errors import WrongUse
from core.judging.criteria import NO_CRITERIA, Check, CheckKind, Criteria, Criterion
from core.judging.meetable import CHECKS_MAX, require_meetable

LACKS = Check(id="quiet", kind=CheckKind.LACKS, value="loud")


def refusal(*parts: Criterion | Check) -> str:
    criteria = Criteria(
        criteria=tuple(each for each in parts if isinstance(each, Criterion)),
        checks=tuple(each for each in parts if isinstance(each, Check)),
    )
    with pytest.raises(WrongUse) as refused:
        require_meetable(criteria, commands=("compile",))
    return str(refused.value)


def test_criteria_that_can_be_met_are_taken() -> None:
    require_meetable(NO_CRITERIA, commands=())
    compiles = Check(id="compiles", kind=CheckKind.COMMAND, value="compile")
    require_meetable(
        Criteria(criteria=(Criterion(id="wit", about="Is it witty?"),), checks=(LACKS, compiles)), commands=("compile",)
    )


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ((LACKS, LACKS), "criteria quiet: it stands there a second time."),
        ((Check(id="A", kind=CheckKind.LACKS, value="x"),), "criteria A: it can't be called so."),
        ((Criterion(id="score", about="x"),), "criteria score: a review calls a part of its own so."),
        ((Criterion(id="wit", about=" "),), "criteria wit: it has no weight or says nothing."),
        ((Criterion(id="wit", about="x", weight_ppm=0),), "criteria wit: no criterion has a weight."),
        ((Check(id="a", kind=CheckKind.LACKS, value="x", weight_ppm=0),), "criteria a: no check has a weight"),
        ((Check(id="a", kind=CheckKind.LACKS, value="x", weight_ppm=-1),), "criteria a: its weight is below 0."),
        ((Check(id="a", kind=CheckKind.LENGTH),), "criteria a: a length needs a bound."),
        ((Check(id="a", kind=CheckKind.LENGTH, least=3, most=2),), "criteria a: a wants at least 3 words"),
        ((Check(id="a", kind=CheckKind.CONTAINS),), "criteria a: it names no words."),
        ((Check(id="a", kind=CheckKind.PATTERN, value="("),), "criteria a: the regular expression is refused"),
        ((Check(id="a", kind=CheckKind.JSON_SCHEMA, value="{"),), "criteria a: the schema is refused"),
        ((Check(id="a", kind=CheckKind.COMMAND, value="rm"),), "criteria a: no command is allowed under the name 'rm'"),
        ((LACKS, Check(id="a", kind=CheckKind.CONTAINS, value="a LOUD voice")), "criteria quiet: a wants a draft to"),
    ],
)
def test_criteria_that_cant_be_met_are_refused(parts: tuple[Criterion | Check, ...], why: str) -> None:
    assert refusal(*parts).startswith(why)


def test_more_checks_than_are_taken_are_refused() -> None:
    many = (Check(id=f"a{number}", kind=CheckKind.LACKS, value="x") for number in range(CHECKS_MAX + 1))

    assert refusal(*many).startswith(f"criteria: {CHECKS_MAX + 1} checks; at most {CHECKS_MAX} are taken.")
