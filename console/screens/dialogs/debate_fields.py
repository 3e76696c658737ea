"""What does that which stands in the fields of a new debate ask for, and in which field is it wrong?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from console.screens.dialogs.number import read_dollars, read_whole
from core.domain.answers import MOTION_FORM, AnswerForm, read_answer_form
from core.domain.errors import MootError, WrongUse
from core.runtime.requests import DebatePlan, DebateRequest

if TYPE_CHECKING:
    from core.domain.steps import Document

STAND_IN_MOTION = "?"
"""What is planned while there is no motion yet, so that a format's minutes and dollars show from the beginning."""

PLACES = (
    "motion",
    "format",
    "seats",
    "evidence",
    "rounds",
    "budget",
    "seed",
    "rules",
    "answers",
    "dials",
    "control",
)
"""Where a fault can be said, in the order of the fields."""

Plan = Callable[[DebateRequest], Awaitable[DebatePlan]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stands in the fields, as it was written."""

    motion: str
    template_id: str
    casting: Mapping[str, str]
    evidence: str
    rounds: str
    budget: str
    seed: str
    rules: str
    answers: str = ""
    dials: str = ""
    control: str = ""


def request_of(
    written: Written, defaults: DebateRequest, documents: tuple[Document, ...], faults: dict[str, str]
) -> DebateRequest:
    """The request, with what can't be read left out; `faults` says of each such field why."""
    rounds, seed = read_whole(written.rounds), read_whole(written.seed)
    cap = read_dollars(written.budget)
    if written.rounds and rounds is None:
        faults["rounds"] = f"{written.rounds!r:.40} is no number of rounds, such as 3."
    if written.budget and cap is None:
        faults["budget"] = f"{written.budget!r:.40} is no amount in dollars, such as 0.25."
    if written.seed and seed is None:
        faults["seed"] = f"{written.seed!r:.40} is no seed: a whole number."
    return replace(
        defaults,
        question=written.motion or STAND_IN_MOTION,
        template_id=written.template_id,
        complexity="",
        casting=written.casting,
        documents=documents,
        rounds=rounds,
        cap_microusd=cap,
        seed=seed,
        rules=written.rules,
        answers=_answers(written.answers, faults),
        dials=_dials(written.dials, faults),
        control=written.control,
    )


def _answers(written: str, faults: dict[str, str]) -> AnswerForm:
    if not written:
        return MOTION_FORM
    try:
        return read_answer_form(written)
    except WrongUse as refusal:
        faults["answers"] = str(refusal)
        return MOTION_FORM


def _dials(written: str, faults: dict[str, str]) -> Mapping[str, int]:
    """`level=2 warmth=0`, by name."""
    dials: dict[str, int] = {}
    for word in written.replace(",", " ").split():
        name, _, value = word.partition("=")
        number = read_whole(value)
        if not name or number is None:
            faults["dials"] = f"{word!r:.40} sets nothing. Write NAME=NUMBER, such as level=2."
            return {}
        dials[name] = number
    return dials


async def place_of_fault(plan: Plan, request: DebateRequest, refusal: str) -> str:
    """Which part of a refused request it is: the one without which it can be held; where several are wrong, the one
    without which something else is said than `refusal`."""
    without: tuple[tuple[str, DebateRequest], ...] = (
        ("seats", replace(request, casting={})),
        ("rounds", replace(request, rounds=None)),
        ("budget", replace(request, cap_microusd=None)),
        ("seed", replace(request, seed=None)),
        ("rules", replace(request, rules="")),
        ("answers", replace(request, answers=MOTION_FORM)),
        ("dials", replace(request, dials={})),
        ("control", replace(request, control="")),
        ("motion", replace(request, question=STAND_IN_MOTION)),
        ("format", replace(request, template_id="")),
    )
    said_otherwise = ""
    for place, other in without:
        if other == request:
            continue
        try:
            await plan(other)
        except MootError as error:
            if not said_otherwise and str(error) != refusal:
                said_otherwise = place
            continue
        return place
    return said_otherwise or ("evidence" if request.documents or not request.casting else "seats")
