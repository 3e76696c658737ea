"""What can a rule know of what was said, in whichever session seats speak?"""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.commands import OPERATOR
from core.domain.facts import FactSpec, FactUnit, FactValue
from core.domain.participants import Role
from core.domain.transcript import Turn

SPOKEN_FACTS: tuple[FactSpec, ...] = (
    FactSpec(
        name="statement_count",
        unit=FactUnit.COUNT,
        meaning="statements by the operator",
        example=0,
        least=0,
        is_always_known=True,
    ),
    FactSpec(
        name="last_role",
        unit=FactUnit.WORD,
        meaning="the role that spoke last",
        example="opponent",
        words=(*(role.value for role in Role), OPERATOR),
    ),
    FactSpec(name="last_text", unit=FactUnit.TEXT, meaning="what was said last", example="I agree that the rota…"),
    FactSpec(
        name="roles",
        unit=FactUnit.WORDS,
        meaning="the roles that are seated",
        example=("proposer", "opponent", "judge"),
        words=tuple(role.value for role in Role),
        is_always_known=True,
    ),
)


def spoken_facts(last: Turn | None, *, statements: int, roles: Iterable[Role]) -> dict[str, FactValue]:
    """A value for each of SPOKEN_FACTS."""
    return {
        "statement_count": statements,
        "last_role": (str(last.role) if last.role else OPERATOR) if last else None,
        "last_text": last.text if last else None,
        "roles": tuple([str(role) for role in roles]),
    }
