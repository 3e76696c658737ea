"""What does a seat see of what was said, and under which names?

Independence is a property of a format: turns that are taken at once don't see one another, and a sparse topology shows
each seat its neighbours alone. Where words are judged blind, those who said them go by letters, drawn anew for each
step from the session's seed: the same log shows the same letters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from core.domain.ids import SeatId, StepId
from core.domain.transcript import Turn, TurnKind
from core.flows.debate_state import DebateState, step_name
from core.judging.answers import LETTERS
from core.templates.template import Expects, Sees, StepSpec


def turns_seen(debate: DebateState, spec: StepSpec, *, round_number: int) -> Sequence[Turn]:
    """The turns that the prompt of a step may hold, oldest first."""
    block = debate.template.block(spec.block)
    is_at_once = block is not None and block.is_at_once
    if spec.sees is Sees.ALL and not spec.rounds_seen and not is_at_once:
        return debate.turns
    shown = _seats_seen(debate, spec)
    first_round = round_number - spec.rounds_seen + 1 if spec.rounds_seen else 0
    return tuple(
        turn
        for turn in debate.turns
        if turn.kind is TurnKind.STATEMENT
        or (
            (shown is None or turn.seat in shown)
            and turn.round >= first_round
            and not (is_at_once and turn.round == round_number and _is_of_block(debate, turn, spec))
        )
    )


def turns_judged(turns: Sequence[Turn], spec: StepSpec) -> Sequence[Turn]:
    """`turns` without the step's own seat where it ranks: nobody judges its own words."""
    if spec.expects is not Expects.RANKING:
        return turns
    return tuple(turn for turn in turns if turn.seat != spec.seat)


def letters_of(turns: Sequence[Turn], *, seed: int, step: StepId) -> Mapping[SeatId, str]:
    """By which letter each seat that spoke goes in the prompt of a blind step. At most as many as there are letters."""
    seats = {turn.seat for turn in turns if turn.kind is TurnKind.ARGUMENT}
    drawn = sorted(seats, key=lambda seat: sha256(f"{seed}:{step}:{seat}".encode()).digest())
    return dict(zip(drawn[: len(LETTERS)], LETTERS, strict=False))


def _seats_seen(debate: DebateState, spec: StepSpec) -> frozenset[SeatId] | None:
    """None where all are seen."""
    match spec.sees:
        case Sees.ALL:
            return None
        case Sees.LINKED:
            return frozenset((spec.seat, *debate.template.links.get(spec.seat, ())))
        case Sees.OWN:
            return frozenset((spec.seat,))
        case Sees.NOTHING:
            return frozenset()


def _is_of_block(debate: DebateState, turn: Turn, spec: StepSpec) -> bool:
    said = debate.template.step(step_name(turn.step))
    return said is not None and said.block == spec.block and said.iteration == spec.iteration
