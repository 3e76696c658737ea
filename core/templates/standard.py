"""Which formats are shipped?

In each the proposer opens and, where there are closings, speaks last: whoever bears the burden of proof has the last
word. Expected minutes and dollars are those of paid models of the middle class.
"""

from __future__ import annotations

from core.domain.ids import ParticipantId, SeatId, TemplateId
from core.domain.participants import Role
from core.templates.template import Complexity, Expects, Occurs, SeatSpec, StepSpec, Template

CONSENSUS_PPM = 800_000

OPENING = "opening"
REBUTTAL = "rebuttal"
CROSS_EXAMINATION = "cross_examination"
REVIEW = "review"
CLOSING = "closing"
VERDICT = "verdict"

_OPENING_FOR = (
    "Open the case for the motion. Say in one sentence what would be different once it is carried. Then give the two "
    "or three strongest reasons, each with the evidence it rests on and why it matters to whoever has to decide. Name "
    "the cost that you expect to hear about and say why it is worth paying. At most 300 words."
)
_OPENING_AGAINST = (
    "Open the case against the motion. Say in one sentence what should happen instead. Then give the two or three "
    "strongest reasons, each with the evidence it rests on. Where the proposer has already said something that your "
    "case must survive, take it up now. At most 300 words."
)
_OPENING_SECOND = (
    "Open a second line for your side: a reason of another kind than your colleague's, with the evidence it rests on. "
    "If the other side has opened already, answer its strongest point in a paragraph of its own. At most 250 words."
)
_REBUTTAL = (
    "Answer the other side. Take its points that still stand, strongest first: quote each with its source, say whether "
    "it is false, irrelevant, outweighed or right, and give the evidence. Concede what you cannot answer. Where your "
    "own points were attacked, defend those worth keeping and drop the rest. At most one new point. At most 300 words."
)
_REBUTTAL_AND_CLOSE = (
    "Answer the other side and close your case. Take its points that still stand, strongest first: quote each with its "
    "source and answer it with evidence, or concede it. End with the one or two of your own points that have not been "
    "answered and why they decide the matter. At most 300 words."
)
_CROSS_EXAMINATION = (
    "Cross-examine. Pick the one claim on which the other side's case depends most, quote it with its source, and show "
    "where it gives way: an assumption, a missing case, evidence that says otherwise. Then answer the hardest question "
    "that was put to your side and that nobody has answered yet, or concede it. At most 250 words."
)
_CLOSING = (
    "Close your case; bring no new point. Say on which question the debate has turned, which of your points stand "
    "unanswered and why they decide it, and which points of the other side you could not answer. If your case is worth "
    "less than it was at the opening, say how much is left. At most 250 words."
)
_REVIEW = (
    "Review the debate so far, for both sides alike. List the points that stand and the points that were answered, "
    "each with its source, name claims that rest on no evidence, and say in one sentence for each side what it must "
    "answer in the next round. Don't say who is ahead. At most 250 words."
)
_VERDICT = (
    "Give the verdict. For each side, list the points that were made, whether and by what each was answered, and what "
    "you weigh it at. Then give your reasons: on which question the debate turned, which points decided it, and what "
    "would have changed your mind. Judge only what was said."
)

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


_JUDGEMENT = StepSpec(name=VERDICT, seat=_JUDGE, task=VERDICT, instruction=_VERDICT, expects=Expects.VERDICT)

SIMPLE_DEBATE = Template(
    id=TemplateId("simple_debate"),
    version=2,
    name="Simple debate",
    description="Two rounds: each side opens, each side answers and closes, the judge decides.",
    complexity=Complexity.SIMPLE,
    rounds=2,
    seats=_seats(_PROPOSER, _OPPONENT, _JUDGE),
    steps=(
        _step(_PROPOSER, OPENING, _OPENING_FOR, Occurs.FIRST),
        _step(_OPPONENT, OPENING, _OPENING_AGAINST, Occurs.FIRST),
        _step(_PROPOSER, REBUTTAL, _REBUTTAL_AND_CLOSE, Occurs.LATER),
        _step(_OPPONENT, REBUTTAL, _REBUTTAL_AND_CLOSE, Occurs.LATER),
    ),
    verdict=_JUDGEMENT,
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=8,
    cost_microusd_expected=50_000,
)

STANDARD_DEBATE = Template(
    id=TemplateId("standard_debate"),
    version=2,
    name="Standard debate",
    description="Three rounds: openings, rebuttals, closings; then the judge decides.",
    complexity=Complexity.STANDARD,
    rounds=3,
    seats=_seats(_PROPOSER, _OPPONENT, _JUDGE),
    steps=(
        _step(_PROPOSER, OPENING, _OPENING_FOR, Occurs.FIRST),
        _step(_OPPONENT, OPENING, _OPENING_AGAINST, Occurs.FIRST),
        _step(_PROPOSER, REBUTTAL, _REBUTTAL, Occurs.MIDDLE),
        _step(_OPPONENT, REBUTTAL, _REBUTTAL, Occurs.MIDDLE),
        _step(_OPPONENT, CLOSING, _CLOSING, Occurs.LAST),
        _step(_PROPOSER, CLOSING, _CLOSING, Occurs.LAST),
    ),
    verdict=_JUDGEMENT,
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=15,
    cost_microusd_expected=120_000,
)

COMPLEX_DEBATE = Template(
    id=TemplateId("complex_debate"),
    version=2,
    name="Complex debate",
    description="Five rounds with two speakers a side and a reviewer who says after each round what stands.",
    complexity=Complexity.COMPLEX,
    rounds=5,
    seats=_seats(_PROPOSER, _OPPONENT, _SECOND_PROPOSER, _SECOND_OPPONENT, _REVIEWER, _JUDGE),
    steps=(
        _step(_PROPOSER, OPENING, _OPENING_FOR, Occurs.FIRST),
        _step(_OPPONENT, OPENING, _OPENING_AGAINST, Occurs.FIRST),
        _step(_SECOND_PROPOSER, OPENING, _OPENING_SECOND, Occurs.FIRST),
        _step(_SECOND_OPPONENT, OPENING, _OPENING_SECOND, Occurs.FIRST),
        _step(_PROPOSER, REBUTTAL, _REBUTTAL, Occurs.MIDDLE),
        _step(_OPPONENT, REBUTTAL, _REBUTTAL, Occurs.MIDDLE),
        _step(_SECOND_PROPOSER, CROSS_EXAMINATION, _CROSS_EXAMINATION, Occurs.LATER),
        _step(_SECOND_OPPONENT, CROSS_EXAMINATION, _CROSS_EXAMINATION, Occurs.LATER),
        _step(_OPPONENT, CLOSING, _CLOSING, Occurs.LAST),
        _step(_PROPOSER, CLOSING, _CLOSING, Occurs.LAST),
        _step(_REVIEWER, REVIEW, _REVIEW, Occurs.BEFORE_LAST),
    ),
    verdict=_JUDGEMENT,
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=25,
    cost_microusd_expected=250_000,
)

STANDARD_TEMPLATES: tuple[Template, ...] = (SIMPLE_DEBATE, STANDARD_DEBATE, COMPLEX_DEBATE)
TEMPLATE_DEFAULT = STANDARD_DEBATE.id


def template_of(complexity: Complexity) -> Template:
    """The shipped format of that complexity."""
    return next(template for template in STANDARD_TEMPLATES if template.complexity is complexity)
