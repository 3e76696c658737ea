"""Which formats are shipped?

In each the proposer opens and, where there are closings, speaks last: whoever bears the burden of proof has the last
word. The judge is asked twice at once, blind and with every position reversed. Expected minutes and dollars are those
of paid models of the middle class.
"""

from __future__ import annotations

from core.domain.ids import ParticipantId, SeatId, TemplateId
from core.domain.participants import Role
from core.templates.instructions import (
    TO_CLOSE,
    TO_CROSS_EXAMINE,
    TO_JUDGE,
    TO_OPEN_AGAINST,
    TO_OPEN_FOR,
    TO_OPEN_SECOND,
    TO_REBUT,
    TO_REBUT_AND_CLOSE,
    TO_REVIEW,
)
from core.templates.template import Complexity, Expects, Judging, Occurs, SeatSpec, StepSpec, Template

CONSENSUS_PPM = 800_000

OPENING = "opening"
REBUTTAL = "rebuttal"
CROSS_EXAMINATION = "cross_examination"
REVIEW = "review"
CLOSING = "closing"
VERDICT = "verdict"

_PROPOSER = SeatId("proposer")
_OPPONENT = SeatId("opponent")
_SECOND_PROPOSER = SeatId("second_proposer")
_SECOND_OPPONENT = SeatId("second_opponent")
_REVIEWER = SeatId("reviewer")
_JUDGE = SeatId("judge")

_ROLES = {
    _PROPOSER: Role.PROPOSER,
    _OPPONENT: Role.OPPONENT,
    _SECOND_PROPOSER: Role.PROPOSER,
    _SECOND_OPPONENT: Role.OPPONENT,
    _REVIEWER: Role.REVIEWER,
    _JUDGE: Role.JUDGE,
}


def _seats(*ids: SeatId) -> tuple[SeatSpec, ...]:
    return tuple(SeatSpec(id=id, role=_ROLES[id], participant=ParticipantId(id)) for id in ids)


def _step(seat: SeatId, task: str, instruction: str, occurs: Occurs) -> StepSpec:
    return StepSpec(name=f"{task}_{seat}", seat=seat, task=task, instruction=instruction, occurs=occurs)


_JUDGEMENT = StepSpec(
    name=VERDICT, seat=_JUDGE, task=VERDICT, instruction=TO_JUDGE, expects=Expects.VERDICT, is_blind=True
)

SIMPLE_DEBATE = Template(
    id=TemplateId("simple_debate"),
    version=3,
    name="Simple debate",
    description="Two rounds: each side opens, each side answers and closes, the judge decides.",
    complexity=Complexity.SIMPLE,
    rounds=2,
    seats=_seats(_PROPOSER, _OPPONENT, _JUDGE),
    steps=(
        _step(_PROPOSER, OPENING, TO_OPEN_FOR, Occurs.FIRST),
        _step(_OPPONENT, OPENING, TO_OPEN_AGAINST, Occurs.FIRST),
        _step(_PROPOSER, REBUTTAL, TO_REBUT_AND_CLOSE, Occurs.LATER),
        _step(_OPPONENT, REBUTTAL, TO_REBUT_AND_CLOSE, Occurs.LATER),
    ),
    verdict=_JUDGEMENT,
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=8,
    cost_microusd_expected=65_000,
    judging=Judging.SWAPPED,
)

STANDARD_DEBATE = Template(
    id=TemplateId("standard_debate"),
    version=3,
    name="Standard debate",
    description="Three rounds: openings, rebuttals, closings; then the judge decides.",
    complexity=Complexity.STANDARD,
    rounds=3,
    seats=_seats(_PROPOSER, _OPPONENT, _JUDGE),
    steps=(
        _step(_PROPOSER, OPENING, TO_OPEN_FOR, Occurs.FIRST),
        _step(_OPPONENT, OPENING, TO_OPEN_AGAINST, Occurs.FIRST),
        _step(_PROPOSER, REBUTTAL, TO_REBUT, Occurs.MIDDLE),
        _step(_OPPONENT, REBUTTAL, TO_REBUT, Occurs.MIDDLE),
        _step(_OPPONENT, CLOSING, TO_CLOSE, Occurs.LAST),
        _step(_PROPOSER, CLOSING, TO_CLOSE, Occurs.LAST),
    ),
    verdict=_JUDGEMENT,
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=15,
    cost_microusd_expected=150_000,
    judging=Judging.SWAPPED,
)

COMPLEX_DEBATE = Template(
    id=TemplateId("complex_debate"),
    version=3,
    name="Complex debate",
    description="Five rounds with two speakers a side and a reviewer who says after each round what stands.",
    complexity=Complexity.COMPLEX,
    rounds=5,
    seats=_seats(_PROPOSER, _OPPONENT, _SECOND_PROPOSER, _SECOND_OPPONENT, _REVIEWER, _JUDGE),
    steps=(
        _step(_PROPOSER, OPENING, TO_OPEN_FOR, Occurs.FIRST),
        _step(_OPPONENT, OPENING, TO_OPEN_AGAINST, Occurs.FIRST),
        _step(_SECOND_PROPOSER, OPENING, TO_OPEN_SECOND, Occurs.FIRST),
        _step(_SECOND_OPPONENT, OPENING, TO_OPEN_SECOND, Occurs.FIRST),
        _step(_PROPOSER, REBUTTAL, TO_REBUT, Occurs.MIDDLE),
        _step(_OPPONENT, REBUTTAL, TO_REBUT, Occurs.MIDDLE),
        _step(_SECOND_PROPOSER, CROSS_EXAMINATION, TO_CROSS_EXAMINE, Occurs.LATER),
        _step(_SECOND_OPPONENT, CROSS_EXAMINATION, TO_CROSS_EXAMINE, Occurs.LATER),
        _step(_OPPONENT, CLOSING, TO_CLOSE, Occurs.LAST),
        _step(_PROPOSER, CLOSING, TO_CLOSE, Occurs.LAST),
        _step(_REVIEWER, REVIEW, TO_REVIEW, Occurs.BEFORE_LAST),
    ),
    verdict=_JUDGEMENT,
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=25,
    cost_microusd_expected=265_000,
    judging=Judging.SWAPPED,
)

STANDARD_TEMPLATES: tuple[Template, ...] = (SIMPLE_DEBATE, STANDARD_DEBATE, COMPLEX_DEBATE)
TEMPLATE_DEFAULT = STANDARD_DEBATE.id


def template_of(complexity: Complexity) -> Template:
    """The shipped format of that complexity."""
    return next(template for template in STANDARD_TEMPLATES if template.complexity is complexity)
