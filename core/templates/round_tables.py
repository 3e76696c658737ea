"""Which formats that ship have seats say how sure they are, or cast ballots?

A plain majority counts a guess like a proof and hears nothing of what stands second. Here a seat's word counts as much
as it is sure of it, or its whole order counts. Both are trusted as far as they are calibrated, which is not yet.
"""

from __future__ import annotations

from typing import Final

from core.domain.ids import ParticipantId, SeatId, TemplateId
from core.domain.participants import Role
from core.judging.ballots import BALLOTS_PIN
from core.judging.stances import STANCE_PIN
from core.templates.formats_told import ANSWER_ALONE, CAST_A_BALLOT, DECLARE_AGAIN, DECLARE_ALONE
from core.templates.standard import CONSENSUS_PPM
from core.templates.template import (
    Block,
    Complexity,
    DecidedBy,
    Expects,
    Occurs,
    SeatSpec,
    Sees,
    StepSpec,
    Template,
)

_ALONE: Final = Block(id="alone", is_at_once=True)
_AGAIN: Final = Block(id="again", is_at_once=True)
_VOTING: Final = Block(id="voting", is_at_once=True)


def _panel(*ids: str) -> tuple[SeatSpec, ...]:
    return tuple(SeatSpec(id=SeatId(id), role=Role.PANELIST, participant=ParticipantId("panelist")) for id in ids)


_PEERS = _panel("first_peer", "second_peer", "third_peer")
_ELECTORS = _panel("first_elector", "second_elector", "third_elector", "fourth_elector", "fifth_elector")

ROUND_TABLE = Template(
    id=TemplateId("round_table"),
    version=1,
    name="Round table",
    description=(
        "Three say on their own where they stand and how sure they are; then each sees what all have said and says it "
        "again. The stance with the most confidence behind it wins. Cast models of different makers."
    ),
    complexity=Complexity.STANDARD,
    rounds=3,
    seats=_PEERS,
    steps=(
        *(
            StepSpec(
                name=f"stance_{seat.id}",
                seat=seat.id,
                task="stance",
                instruction=DECLARE_ALONE,
                occurs=Occurs.FIRST,
                expects=Expects.STANCE,
                sees=Sees.NOTHING,
                block=_ALONE.id,
            )
            for seat in _PEERS
        ),
        *(
            StepSpec(
                name=f"stance_again_{seat.id}",
                seat=seat.id,
                task="stance_again",
                instruction=DECLARE_AGAIN,
                occurs=Occurs.LATER,
                expects=Expects.STANCE,
                rounds_seen=2,
                block=_AGAIN.id,
            )
            for seat in _PEERS
        ),
    ),
    verdict=None,
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=5,
    cost_microusd_expected=100_000,
    decided_by=DecidedBy.CONFIDENCE,
    measure=STANCE_PIN,
    blocks=(_ALONE, _AGAIN),
    tags=("literature", "panel", "vote"),
    source=(
        "Chen, Saha and Bansal 2024, ReConcile: Round-Table Conference Improves Reasoning via Consensus among Diverse "
        "LLMs, arXiv:2309.13007; confidence is counted as it is said"
    ),
)

BALLOT_PANEL = Template(
    id=TemplateId("ballot_panel"),
    version=1,
    name="Ballot panel",
    description=(
        "Five answer on their own, then each orders all the answers. Whichever is preferred to each other one wins; "
        "where none is, points decide."
    ),
    complexity=Complexity.STANDARD,
    rounds=2,
    seats=_ELECTORS,
    steps=(
        *(
            StepSpec(
                name=f"answer_{seat.id}",
                seat=seat.id,
                task="answer",
                instruction=ANSWER_ALONE,
                occurs=Occurs.FIRST,
                expects=Expects.ANSWER,
                sees=Sees.NOTHING,
                block=_ALONE.id,
            )
            for seat in _ELECTORS
        ),
        *(
            StepSpec(
                name=f"ballot_{seat.id}",
                seat=seat.id,
                task="ballot",
                instruction=CAST_A_BALLOT,
                expects=Expects.BALLOT,
                rounds_seen=2,
                block=_VOTING.id,
            )
            for seat in _ELECTORS
        ),
    ),
    verdict=None,
    consensus_ppm=CONSENSUS_PPM,
    minutes_expected=5,
    cost_microusd_expected=150_000,
    decided_by=DecidedBy.CONDORCET,
    measure=BALLOTS_PIN,
    blocks=(_ALONE, _VOTING),
    tags=("literature", "panel", "vote"),
    source=(
        "After Zhao, Wang and Peng 2024, An Electoral Approach to Diversify LLM-based Multi-Agent Collective "
        "Decision-Making, arXiv:2410.15168"
    ),
)
