"""What would another format change for a session that is under way?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.ids import TemplateId
from core.domain.session import ROUNDS_MAX
from core.templates.template import SeatSpec, StepSpec, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatChange:
    """`from_round` is the first round that follows `after`. `joining` sit down then, `leaving` speak no more; a seat
    that both formats have keeps whoever sits there. `steps_before` and `steps_after` are those of that round."""

    before: TemplateId
    after: TemplateId
    from_round: int
    rounds_before: int
    rounds_after: int
    joining: tuple[SeatSpec, ...]
    leaving: tuple[SeatSpec, ...]
    steps_before: tuple[StepSpec, ...]
    steps_after: tuple[StepSpec, ...]
    is_decided_otherwise: bool


def change_of_format(before: Template, after: Template, *, round_number: int, rounds_limit: int) -> FormatChange:
    """What following `after` from the next round on changes for a session whose round `round_number` (0 before the
    first) is the newest of `rounds_limit`."""
    rounds_after = min(max(after.rounds, round_number), ROUNDS_MAX)
    coming = round_number + 1
    return FormatChange(
        before=before.id,
        after=after.id,
        from_round=coming,
        rounds_before=rounds_limit,
        rounds_after=rounds_after,
        joining=_without(after.seats, before.seats),
        leaving=_without(before.seats, after.seats),
        steps_before=before.steps_of_round(coming, rounds_limit=rounds_limit) if coming <= rounds_limit else (),
        steps_after=after.steps_of_round(coming, rounds_limit=rounds_after) if coming <= rounds_after else (),
        is_decided_otherwise=_decided(before) != _decided(after),
    )


def _decided(template: Template) -> tuple[object, ...]:
    """By whom, how often each judge is asked, and by how many judges."""
    return template.decided_by, template.judging, len(template.bench)


def _without(seats: Sequence[SeatSpec], others: Sequence[SeatSpec]) -> tuple[SeatSpec, ...]:
    there = {seat.id for seat in others}
    return tuple(seat for seat in seats if seat.id not in there)
