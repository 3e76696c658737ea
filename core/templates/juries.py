"""Which formats that ship have several judges?

A judge is partial to its own model's words and to what it reads first. Of several, asked apart and in both orders, more
than half decide; how far they agree is on the record.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.domain.ids import ParticipantId, SeatId, TemplateId
from core.domain.participants import Role
from core.templates.standard import STANDARD_DEBATE
from core.templates.template import SeatSpec

JURY: Final = tuple(
    SeatSpec(id=SeatId(f"{place}_judge"), role=Role.JUDGE, participant=ParticipantId("judge"))
    for place in ("first", "second", "third")
)
"""Odd, so that two outcomes are never even unless a judge is undecided."""

assert STANDARD_DEBATE.verdict is not None

JURY_DEBATE = replace(
    STANDARD_DEBATE,
    id=TemplateId("jury_debate"),
    version=1,
    name="Jury debate",
    description=(
        "A standard debate before three judges, each asked in both orders; more than half of them decide. Cast models "
        "of different makers."
    ),
    seats=(*(seat for seat in STANDARD_DEBATE.seats if seat.role is not Role.JUDGE), *JURY),
    verdict=replace(STANDARD_DEBATE.verdict, seat=JURY[0].id),
    judges=tuple(seat.id for seat in JURY[1:]),
    cost_microusd_expected=270_000,
    tags=("literature", "sides", "judged"),
    source=(
        "Verga et al. 2024, Replacing Judges with Juries: Evaluating LLM Generations with a Panel of Diverse Models, "
        "arXiv:2404.18796"
    ),
)
