"""Which formats of the literature are shipped, and how do they go here?

Each follows what its source describes and names it; the words are ours. Where a source counts on models that never
refuse to end, agree or answer, a rule, a bound or a line that is read takes that place. The last two are controls: a
debate is worth its money where it beats them at equal spend.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core.domain.ids import ParticipantId, SeatId, TemplateId
from core.domain.participants import Role
from core.judging.answers import ANSWERS_PIN
from core.templates.formats_told import (
    ANSWER_AGAIN_BESIDE_ALL,
    ANSWER_AGAIN_BESIDE_TWO,
    ANSWER_ALONE,
    ANSWER_IN_KIND,
    ASK_THE_CONSULTANT,
    CHAIR_BREAKS_A_TIE,
    CHAIR_DECIDES,
    CONSULT,
    CONSULT_ANSWERS,
    JUDGE_BOTH,
    JUDGE_ONE_SIDE,
    LEVELS,
    MAY_IT_END,
    OPEN_A_SIDE,
    PERSPECTIVES,
    RANK_THE_OTHERS,
    REVIEW_ANSWERS,
)
from core.templates.juries import JURY_DEBATE
from core.templates.round_tables import BALLOT_PANEL, ROUND_TABLE
from core.templates.standard import CONSENSUS_PPM, STANDARD_TEMPLATES
from core.templates.template import (
    Block,
    Complexity,
    DecidedBy,
    Dial,
    Expects,
    Judging,
    Occurs,
    SeatSpec,
    Sees,
    StepSpec,
    Template,
)

ANSWER: Final = "answer"
ANSWER_AGAIN: Final = "answer_again"
RANKING: Final = "ranking"
BREAK: Final = "break"
QUESTION: Final = "question"

LITERATURE: Final = "literature"
CONTROL: Final = "control"
PANEL: Final = "panel"
VOTE: Final = "vote"
SIDES: Final = "sides"
JUDGED: Final = "judged"

SAMPLES = 7
"""Odd, so that two answers are never even. Past ten or so one more sample seldom changes which is most frequent."""

_LEVEL = Dial(
    name="level",
    about="how much the sides disagree, from 0 (they look for common ground) to 3 (they dispute each point)",
    words=LEVELS,
    value=2,
)

_JUDGE_SEAT = SeatId("judge")
_CHAIR_SEAT = SeatId("chair")
_CONSULTANT = SeatId("consultant")
_ALONE_BLOCK = Block(id="alone", is_at_once=True)
_AGAIN_BLOCK = Block(id="again", is_at_once=True)
_RANKING_BLOCK = Block(id="ranking", is_at_once=True)


def _panel(*ids: str) -> tuple[SeatSpec, ...]:
    return tuple(SeatSpec(id=SeatId(id), role=Role.PANELIST, participant=ParticipantId("panelist")) for id in ids)


def _seat(id: SeatId, role: Role) -> SeatSpec:
    return SeatSpec(id=id, role=role, participant=ParticipantId(role.value))


def _alone(seats: Iterable[SeatSpec], *, occurs: Occurs = Occurs.FIRST) -> tuple[StepSpec, ...]:
    """All answer at once and see nobody."""
    return tuple(
        StepSpec(
            name=f"{ANSWER}_{seat.id}",
            seat=seat.id,
            task=ANSWER,
            instruction=_with_perspective(seat.id, ANSWER_ALONE),
            occurs=occurs,
            expects=Expects.ANSWER,
            sees=Sees.NOTHING,
            block=_ALONE_BLOCK.id,
        )
        for seat in seats
    )


def _again(seats: Iterable[SeatSpec], instruction: str, sees: Sees) -> tuple[StepSpec, ...]:
    """All answer at once, having seen what was said in the round before."""
    return tuple(
        StepSpec(
            name=f"{ANSWER_AGAIN}_{seat.id}",
            seat=seat.id,
            task=ANSWER_AGAIN,
            instruction=_with_perspective(seat.id, instruction),
            occurs=Occurs.LATER,
            expects=Expects.ANSWER,
            sees=sees,
            rounds_seen=2,
            block=_AGAIN_BLOCK.id,
        )
        for seat in seats
    )


def _with_perspective(seat: SeatId, instruction: str) -> str:
    perspective = PERSPECTIVES.get(seat)
    return f"{perspective} {instruction}" if perspective else instruction


def _verdict(seat: SeatId, instruction: str) -> StepSpec:
    return StepSpec(
        name="verdict",
        seat=seat,
        task="verdict",
        instruction=instruction,
        expects=Expects.VERDICT,
        is_blind=True,
    )


_MINDS = _panel("first_mind", "second_mind", "third_mind")
_RING = _panel("north", "east", "south", "west", "centre")
_EXPERTS = _panel(*PERSPECTIVES)
_COUNCILLORS = _panel("first_councillor", "second_councillor", "third_councillor", "fourth_councillor")
_VOTERS = _panel("first_voter", "second_voter", "third_voter", "fourth_voter", "fifth_voter")
_SAMPLER = _panel("sampler")

SOCIETY_OF_MINDS = Template(
    id=TemplateId("society_of_minds"),
    version=1,
    name="Society of minds",
    description=(
        "Three answer on their own; then each sees what all have answered and answers again. Most seats decide."
    ),
    complexity=Complexity.STANDARD,
    rounds=3,
    seats=_MINDS,
    steps=(*_alone(_MINDS), *_again(_MINDS, ANSWER_AGAIN_BESIDE_ALL, Sees.ALL)),
    verdict=None,
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=5,
    cost_microusd_expected=100_000,
    decided_by=DecidedBy.SEATS,
    measure=ANSWERS_PIN,
    blocks=(_ALONE_BLOCK, _AGAIN_BLOCK),
    tags=(LITERATURE, PANEL, VOTE),
    source=(
        "Du, Li, Torralba, Tenenbaum and Mordatch 2023, Improving Factuality and Reasoning in Language Models through "
        "Multiagent Debate, arXiv:2305.14325"
    ),
)

SPARSE_SOCIETY = Template(
    id=TemplateId("sparse_society"),
    version=1,
    name="Sparse society",
    description=(
        "Five answer on their own; then each sees its two neighbours in a ring and answers again. Most seats decide."
    ),
    complexity=Complexity.STANDARD,
    rounds=3,
    seats=_RING,
    steps=(*_alone(_RING), *_again(_RING, ANSWER_AGAIN_BESIDE_TWO, Sees.LINKED)),
    verdict=None,
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=5,
    cost_microusd_expected=150_000,
    decided_by=DecidedBy.SEATS,
    measure=ANSWERS_PIN,
    blocks=(_ALONE_BLOCK, _AGAIN_BLOCK),
    links={seat.id: (_RING[place - 1].id, _RING[(place + 1) % len(_RING)].id) for place, seat in enumerate(_RING)},
    tags=(LITERATURE, PANEL, VOTE),
    source=(
        "Li, Du, Zhang, Hou, Grabowski, Li and Ie 2024, Improving Multi-Agent Debate with Sparse Communication "
        "Topology, arXiv:2406.11776"
    ),
)

TIT_FOR_TAT = Template(
    id=TemplateId("tit_for_tat"),
    version=2,
    name="Tit for tat",
    description=("Two sides answer each other; after every round but the last the judge may say that it is enough."),
    complexity=Complexity.STANDARD,
    rounds=3,
    seats=(
        _seat(SeatId("proposer"), Role.PROPOSER),
        _seat(SeatId("opponent"), Role.OPPONENT),
        _seat(_JUDGE_SEAT, Role.JUDGE),
    ),
    steps=(
        StepSpec(
            name="opening_proposer",
            seat=SeatId("proposer"),
            task="opening",
            instruction=OPEN_A_SIDE,
            occurs=Occurs.FIRST,
        ),
        StepSpec(
            name="reply_proposer",
            seat=SeatId("proposer"),
            task="rebuttal",
            instruction=ANSWER_IN_KIND,
            occurs=Occurs.LATER,
        ),
        StepSpec(name="reply_opponent", seat=SeatId("opponent"), task="rebuttal", instruction=ANSWER_IN_KIND),
        StepSpec(
            name=BREAK,
            seat=_JUDGE_SEAT,
            task=BREAK,
            instruction=MAY_IT_END,
            occurs=Occurs.BEFORE_LAST,
            expects=Expects.BREAK,
            is_blind=True,
        ),
    ),
    verdict=_verdict(_JUDGE_SEAT, JUDGE_BOTH),
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=12,
    cost_microusd_expected=140_000,
    judging=Judging.SWAPPED,
    dials=(_LEVEL,),
    tags=(LITERATURE, SIDES, JUDGED),
    source=(
        "Liang, He, Jiao, Wang, Wang, Wang, Yang, Shi and Tu 2023, Encouraging Divergent Thinking in Large Language "
        "Models through Multi-Agent Debate, arXiv:2305.19118"
    ),
)

EXPERT_PANEL = Template(
    id=TemplateId("expert_panel"),
    version=2,
    name="Expert panel",
    description=(
        "A practitioner, an analyst and a sceptic answer; a reviewer says where they part; they answer again. Most "
        "seats decide, and where they are even the chair."
    ),
    complexity=Complexity.COMPLEX,
    rounds=3,
    seats=(*_EXPERTS, _seat(SeatId("reviewer"), Role.REVIEWER), _seat(_CHAIR_SEAT, Role.JUDGE)),
    steps=(
        *_alone(_EXPERTS),
        *_again(_EXPERTS, ANSWER_AGAIN_BESIDE_ALL, Sees.ALL),
        StepSpec(
            name="review",
            seat=SeatId("reviewer"),
            task="review",
            instruction=REVIEW_ANSWERS,
            occurs=Occurs.BEFORE_LAST,
            rounds_seen=1,
        ),
    ),
    verdict=_verdict(_CHAIR_SEAT, CHAIR_BREAKS_A_TIE),
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=9,
    cost_microusd_expected=160_000,
    judging=Judging.SWAPPED,
    decided_by=DecidedBy.SEATS,
    measure=ANSWERS_PIN,
    blocks=(_ALONE_BLOCK, _AGAIN_BLOCK),
    tags=(LITERATURE, PANEL, VOTE),
    source=(
        "After Chen, Saha and Bansal 2023, ReConcile: Round-Table Conference Improves Reasoning via Consensus among "
        "Diverse LLMs, arXiv:2309.13007"
    ),
)

CONSULTANCY = Template(
    id=TemplateId("consultancy"),
    version=2,
    name="Consultancy",
    description=(
        "One side alone makes its case and answers the judge's questions: the control for a debate of two sides."
    ),
    complexity=Complexity.SIMPLE,
    rounds=3,
    seats=(_seat(_CONSULTANT, Role.PROPOSER), _seat(_JUDGE_SEAT, Role.JUDGE)),
    steps=(
        StepSpec(name="opening", seat=_CONSULTANT, task="opening", instruction=CONSULT, occurs=Occurs.FIRST),
        StepSpec(name=QUESTION, seat=_JUDGE_SEAT, task=QUESTION, instruction=ASK_THE_CONSULTANT, occurs=Occurs.LATER),
        StepSpec(
            name="clarification",
            seat=_CONSULTANT,
            task="clarification",
            instruction=CONSULT_ANSWERS,
            occurs=Occurs.LATER,
        ),
    ),
    verdict=_verdict(_JUDGE_SEAT, JUDGE_ONE_SIDE),
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=8,
    cost_microusd_expected=75_000,
    judging=Judging.SWAPPED,
    tags=(LITERATURE, CONTROL, JUDGED),
    source=(
        "Khan et al. 2024, Debating with More Persuasive LLMs Leads to More Truthful Answers, arXiv:2402.06782; "
        "Michael et al. 2023, Debate Helps Supervise Unreliable Experts, arXiv:2311.08702"
    ),
)

COUNCIL = Template(
    id=TemplateId("council"),
    version=2,
    name="Council",
    description=(
        "Four answer on their own, rank one another's answers without knowing whose they are, and a chair who doesn't "
        "know it either decides."
    ),
    complexity=Complexity.STANDARD,
    rounds=1,
    seats=(*_COUNCILLORS, _seat(_CHAIR_SEAT, Role.JUDGE)),
    steps=(
        *_alone(_COUNCILLORS, occurs=Occurs.EVERY),
        *(
            StepSpec(
                name=f"{RANKING}_{seat.id}",
                seat=seat.id,
                task=RANKING,
                instruction=RANK_THE_OTHERS,
                expects=Expects.RANKING,
                rounds_seen=1,
                is_blind=True,
                block=_RANKING_BLOCK.id,
            )
            for seat in _COUNCILLORS
        ),
    ),
    verdict=_verdict(_CHAIR_SEAT, CHAIR_DECIDES),
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=5,
    cost_microusd_expected=135_000,
    judging=Judging.SWAPPED,
    measure=ANSWERS_PIN,
    blocks=(_ALONE_BLOCK, _RANKING_BLOCK),
    tags=(LITERATURE, PANEL, JUDGED),
    source=(
        "The practice of llm-council (Karpathy 2025); peers who rank: Li, Patel and Du 2023, PRD: Peer Rank and "
        "Discussion"
    ),
)

VOTE_ONLY = Template(
    id=TemplateId("vote_only"),
    version=1,
    name="Vote only",
    description=(
        "Five answer on their own and the most frequent answer counts: the control for a debate of several seats."
    ),
    complexity=Complexity.SIMPLE,
    rounds=1,
    seats=_VOTERS,
    steps=_alone(_VOTERS, occurs=Occurs.EVERY),
    verdict=None,
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=2,
    cost_microusd_expected=40_000,
    decided_by=DecidedBy.SEATS,
    measure=ANSWERS_PIN,
    blocks=(_ALONE_BLOCK,),
    tags=(LITERATURE, CONTROL, PANEL, VOTE),
    source=(
        "Choi, Zhu and Li 2025, Debate or Vote: Which Yields Better Decisions in Multi-Agent Large Language "
        "Models?, arXiv:2508.17536"
    ),
)

SELF_CONSISTENCY = Template(
    id=TemplateId("self_consistency"),
    version=1,
    name="Self-consistency",
    description=(
        "One seat answers seven times with different seeds and the most frequent answer counts: the control at least "
        "cost."
    ),
    complexity=Complexity.SIMPLE,
    rounds=1,
    seats=_SAMPLER,
    steps=tuple(
        StepSpec(
            name=f"sample_{number}",
            seat=_SAMPLER[0].id,
            task=ANSWER,
            instruction=ANSWER_ALONE,
            expects=Expects.ANSWER,
            sees=Sees.NOTHING,
            block=_ALONE_BLOCK.id,
        )
        for number in range(1, SAMPLES + 1)
    ),
    verdict=None,
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=2,
    cost_microusd_expected=50_000,
    decided_by=DecidedBy.SAMPLES,
    measure=ANSWERS_PIN,
    blocks=(_ALONE_BLOCK,),
    tags=(LITERATURE, CONTROL, VOTE),
    source=(
        "Wang, Wei, Schuurmans, Le, Chi, Narang, Chowdhery and Zhou 2022, Self-Consistency Improves Chain of Thought "
        "Reasoning in Language Models, arXiv:2203.11171"
    ),
)

FORMATS: tuple[Template, ...] = (
    SOCIETY_OF_MINDS,
    SPARSE_SOCIETY,
    TIT_FOR_TAT,
    JURY_DEBATE,
    EXPERT_PANEL,
    ROUND_TABLE,
    BALLOT_PANEL,
    COUNCIL,
    CONSULTANCY,
    VOTE_ONLY,
    SELF_CONSISTENCY,
)
"""The formats of the literature; the controls last."""

SHIPPED_TEMPLATES: tuple[Template, ...] = (*STANDARD_TEMPLATES, *FORMATS)
