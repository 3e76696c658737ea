"""What will a format take with those who are cast?

Every turn is gone through as it would be asked: what its prompt holds grows with what was said before it, as far as the
step sees it and a prompt has room. How much a model says and how long it takes follows from past sessions where there
are any. The low end leaves out what a condition may skip; steps that are asked at once take as long as the slowest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.budget import Price, cost_microusd
from core.domain.estimates import Estimate, Pace, Spread
from core.domain.ids import SeatId
from core.domain.participants import Participant, Seat
from core.domain.people import is_person, wait_ms_of
from core.prompts.window import TRANSCRIPT_CHARACTERS_MAX
from core.templates.template import Sees, StepSpec, Template

CHARACTERS_PER_TOKEN = 4
FRAME_TOKENS = 60
"""What a prompt says besides its parts: who sits where, which round it is."""
PPM = 1_000_000
LENGTH_PPM = Spread(low=300_000, expected=600_000, high=PPM)
"""Of the most that a participant may say, what one says that nothing is known of."""
MS_PER_TOKEN = Spread(low=8, expected=20, high=60)
MS_TO_FIRST_TOKEN = Spread(low=400, expected=1_200, high=6_000)
"""The pace of a model of which nothing is known."""
PERSON_MS = Spread(low=30_000, expected=180_000, high=1_800_000)
"""How long a person takes over a turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known before the start: a price and a pace by model, and how many characters the motion and the evidence
    have. `rehearsing` models answer at once and ask nobody."""

    prices: Mapping[str, Price]
    paces: Mapping[str, Pace]
    motion_characters: int
    evidence_characters: int
    rehearsing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Said:
    seat: SeatId
    round: int
    block: str
    tokens: int


@dataclass(frozen=True, slots=True)
class _Sum:
    cost: int
    ms: int
    turns: int
    tokens_input: int
    tokens_output: int


def estimated(template: Template, seats: Sequence[Seat], *, rounds: int, known: Known) -> Estimate:
    """What `rounds` rounds and the verdict take. Every model that is cast has a price in `known`."""
    sitting = {seat.id: seat.participant for seat in seats}
    low, middle, high = (_gone_through(template, sitting, rounds, known, end) for end in ("low", "expected", "high"))
    used = [known.paces[each.model].sessions for each in sitting.values() if each.model in known.paces]
    return Estimate(
        cost_microusd=Spread(low=low.cost, expected=middle.cost, high=high.cost),
        active_ms=Spread(low=low.ms, expected=middle.ms, high=high.ms),
        turns=high.turns,
        tokens_input=middle.tokens_input,
        tokens_output=middle.tokens_output,
        sessions=max(used, default=0),
    )


def _gone_through(
    template: Template, sitting: Mapping[SeatId, Participant], rounds: int, known: Known, end: str
) -> _Sum:
    cost = ms = turns = tokens_input = tokens_output = 0
    said: list[_Said] = []
    for number in range(1, rounds + 2):
        is_verdict = number > rounds
        closing = (template.verdict,) if template.verdict is not None and not template.is_vote else ()
        steps = closing if is_verdict else template.steps_of_round(number, rounds_limit=rounds)
        slowest: dict[str, int] = {}
        for spec in steps:
            if end == "low" and (spec.when is not None or spec.iteration > 1) and not is_verdict:
                continue
            participant = sitting[spec.seat]
            spoken = _tokens_said(participant, known, end)
            heard = _tokens_heard(template, spec, participant, said, number, known)
            cost += cost_microusd(known.prices[participant.model], tokens_input=heard, tokens_output=spoken)
            took = _ms_taken(participant, spoken, known, end)
            block = template.block(spec.block)
            if block is not None and block.is_at_once:
                key = f"{spec.block}~{spec.iteration}"
                ms += max(0, took - slowest.get(key, 0))
                slowest[key] = max(took, slowest.get(key, 0))
            else:
                ms += took
            turns += 1
            tokens_input += heard
            tokens_output += spoken
            said.append(_Said(spec.seat, number, spec.block, spoken))
    return _Sum(cost, ms, turns, tokens_input, tokens_output)


def _tokens_said(participant: Participant, known: Known, end: str) -> int:
    pace = known.paces.get(participant.model)
    if pace is not None:
        return min(int(getattr(pace.tokens_output, end)), participant.tokens_output_max)
    return participant.tokens_output_max * int(getattr(LENGTH_PPM, end)) // PPM


def _ms_taken(participant: Participant, spoken: int, known: Known, end: str) -> int:
    if is_person(participant.model):
        return min(int(getattr(PERSON_MS, end)), wait_ms_of(participant.model))
    pace = known.paces.get(participant.model)
    if pace is not None and pace.ms is not None:
        return int(getattr(pace.ms, end))
    if participant.model in known.rehearsing:
        return 0
    return int(getattr(MS_TO_FIRST_TOKEN, end)) + spoken * int(getattr(MS_PER_TOKEN, end))


def _tokens_heard(
    template: Template, spec: StepSpec, participant: Participant, said: Sequence[_Said], number: int, known: Known
) -> int:
    characters = (
        len(participant.system_prompt) + len(spec.instruction) + known.motion_characters + known.evidence_characters
    )
    seen = sum(each.tokens for each in said if _is_seen(template, spec, each, number))
    window = min(seen, TRANSCRIPT_CHARACTERS_MAX // CHARACTERS_PER_TOKEN)
    return FRAME_TOKENS + -(-characters // CHARACTERS_PER_TOKEN) + window


def _is_seen(template: Template, spec: StepSpec, said: _Said, number: int) -> bool:
    block = template.block(spec.block)
    if block is not None and block.is_at_once and said.round == number and said.block == spec.block:
        return False
    if spec.rounds_seen and said.round <= number - spec.rounds_seen:
        return False
    match spec.sees:
        case Sees.ALL:
            return True
        case Sees.LINKED:
            return said.seat == spec.seat or said.seat in template.links.get(spec.seat, ())
        case Sees.OWN:
            return said.seat == spec.seat
        case Sees.NOTHING:
            return False
