"""What can a rule know of a debate?"""

from __future__ import annotations

from dataclasses import replace

from core.domain.answers import OUTCOMES
from core.domain.facts import FactSpec, FactUnit, FactValue
from core.domain.session import ROUNDS_MAX
from core.flows.debate_early_stop import is_informative
from core.flows.debate_state import DebateState
from core.flows.spoken_facts import SPOKEN_FACTS, spoken_facts
from core.judging.answers import ENOUGH, GO_ON
from core.judging.measure import PPM
from core.templates.template import Complexity


def _count(name: str, meaning: str, *, example: int, least: int = 0, most: int | None = None) -> FactSpec:
    return FactSpec(
        name=name,
        unit=FactUnit.COUNT,
        meaning=meaning,
        example=example,
        least=least,
        most=most,
        is_always_known=True,
    )


_SPECS: tuple[FactSpec, ...] = (
    _count("round_count", "rounds completed", example=2, most=ROUNDS_MAX),
    _count("current_round", "the round under way, from 1", example=3, most=ROUNDS_MAX),
    FactSpec(
        name="is_round_over",
        unit=FactUnit.FLAG,
        meaning="whether a round is completed and the next has not begun",
        example=True,
        is_always_known=True,
    ),
    _count("rounds_limit", "rounds to be played", example=3, least=1, most=ROUNDS_MAX),
    _count("argument_count", "arguments presented", example=4),
    _count("stalled_round_count", "completed rounds in a row that moved consensus by less than 2 points", example=1),
    _count("concession_count", "turns in which a side conceded", example=0),
    FactSpec(
        name="consensus_ppm",
        unit=FactUnit.PPM,
        meaning="how far the sides agree",
        example=620_000,
        least=0,
        most=PPM,
    ),
    FactSpec(
        name="consensus_gain_ppm",
        unit=FactUnit.PPM,
        meaning="by how much the last completed round moved consensus",
        example=-30_000,
        least=-PPM,
        most=PPM,
    ),
    FactSpec(
        name="is_consensus_informative",
        unit=FactUnit.FLAG,
        meaning=(
            "whether consensus as it stands may end the debate early: always where the format trusts its measure, and"
            " where it is calibrated only if recorded sessions have shown that such a reading tells something"
        ),
        example=True,
        is_always_known=True,
    ),
    _count("answer_count", "answers given that could be read and are counted", example=3),
    FactSpec(
        name="leading_share_ppm",
        unit=FactUnit.PPM,
        meaning="the share of the most frequent answer among those given",
        example=666_667,
        least=0,
        most=PPM,
        is_always_known=True,
    ),
    FactSpec(
        name="leading_answer",
        unit=FactUnit.WORD,
        meaning="the most frequent answer; none where two are even",
        example="for",
    ),
    FactSpec(
        name="judge_outcome",
        unit=FactUnit.WORD,
        meaning="what the judge last said who was asked in between whether to end",
        example="for",
        words=(*OUTCOMES, ENOUGH, GO_ON),
    ),
    FactSpec(
        name="template",
        unit=FactUnit.WORD,
        meaning="the format being followed",
        example="standard_debate",
        is_always_known=True,
    ),
    FactSpec(
        name="complexity",
        unit=FactUnit.WORD,
        meaning="the format's complexity",
        example="standard",
        words=tuple(level.value for level in Complexity),
        is_always_known=True,
    ),
)

DEBATE_FACTS: tuple[FactSpec, ...] = (*(replace(spec, flow="debate") for spec in _SPECS), *SPOKEN_FACTS)


def facts_of(debate: DebateState) -> dict[str, FactValue]:
    """A value for each of DEBATE_FACTS."""
    agreement, answers = debate.agreement, debate.answers
    template, tally = debate.template, answers.tally
    return {
        **spoken_facts(debate.last_turn, statements=debate.statements, roles=[spec.role for spec in template.seats]),
        "round_count": debate.rounds_completed,
        "current_round": debate.round,
        "is_round_over": debate.round > 0 and not debate.is_round_open,
        "rounds_limit": debate.rounds_limit,
        "argument_count": debate.arguments,
        "stalled_round_count": agreement.stalled_rounds,
        "concession_count": debate.concessions,
        "consensus_ppm": agreement.ppm,
        "consensus_gain_ppm": agreement.gain_ppm,
        "is_consensus_informative": is_informative(debate),
        "answer_count": tally.answers,
        "leading_share_ppm": tally.share_ppm,
        "leading_answer": tally.leading or None,
        "judge_outcome": answers.judge_outcome or None,
        "template": template.id,
        "complexity": str(template.complexity),
    }
