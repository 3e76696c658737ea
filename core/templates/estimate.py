"""What will a format take with those who are cast?

Every turn is gone through as it would be asked: what its prompt holds grows with what was said before it, as far as the
step sees it and a prompt has room. How much a model says and how long it takes follows from past sessions where there
are any. The low end leaves out what a condition may skip; steps that are asked at once take as long as the slowest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.domain.budget import Price, cost_microusd
from core.domain.estimates import Estimate, Pace, Spread
from core.domain.ids import SeatId
from core.domain.participants import Participant, Seat
from core.domain.people import is_person, wait_ms_of
from core.prompts.window import TRANSCRIPT_CHARACTERS_MAX
from core.templates.template import Sees, StepSpec, Template

CHARACTERS_PER_TOKEN = 4
WINDOW_TOKENS = TRANSCRIPT_CHARACTERS_MAX // CHARACTERS_PER_TOKEN
FRAME_TOKENS = 60
"""What a prompt says besides its parts: who sits where, which round it is."""
PPM = 1_000_000
LENGTH_PPM = Spread(low=300_000, expected=600_000, high=PPM)
"""Of the most that a participant may say, what one says that nothing is known of."""
MS_PER_TOKEN = Spread(low=8, expected=20, high=60)
MS_TO_FIRST_TOKEN = Spread(low=400, expected=1_200, high=6_000)
"""The pace of a model of which nothing is known."""
TURNS_GONE_THROUGH_MAX = 240
"""Of a longer debate these are gone through, and the rest is taken to be like the later half of them: an estimate is
made while somebody types."""
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


def dearest_microusd(template: Template, seats: Sequence[Seat], *, rounds: int, known: Known) -> int:
    """What it would cost if everybody said all that they may, whatever they did in past sessions: as calls are
    reserved."""
    sitting = {seat.id: seat.participant for seat in seats}
    return _gone_through(template, sitting, rounds, replace(known, paces={}), "high").cost


def _gone_through(
    template: Template, sitting: Mapping[SeatId, Participant], rounds: int, known: Known, end: str
) -> _Sum:
    played = _played(template, sitting, rounds, end)
    total, half = _Sum(0, 0, 0, 0, 0), _Sum(0, 0, 0, 0, 0)
    said: list[_Said] = []
    slowest: dict[tuple[int, str, int], int] = {}
    for number, spec in played[:TURNS_GONE_THROUGH_MAX]:
        participant = sitting[spec.seat]
        spoken = _tokens_said(participant, known, end)
        heard = _tokens_heard(template, spec, participant, said, number, known)
        cost = cost_microusd(known.prices[participant.model], tokens_input=heard, tokens_output=spoken)
        took = _ms_taken(participant, spoken, known, end)
        block = template.block(spec.block)
        is_judging = number > rounds
        if is_judging or (block is not None and block.is_at_once):
            key = number, spec.block, spec.iteration
            took, slowest[key] = max(0, took - slowest.get(key, 0)), max(took, slowest.get(key, 0))
        total = _Sum(
            total.cost + cost,
            total.ms + took,
            total.turns + 1,
            total.tokens_input + heard,
            total.tokens_output + spoken,
        )
        if total.turns == TURNS_GONE_THROUGH_MAX // 2:
            half = total
        if not is_judging:  # judges don't see one another, and nobody speaks behind them
            said.append(_Said(spec.seat, number, spec.block, spoken))
    return _gone_on(total, half, turns=len(played) - total.turns)


def _played(
    template: Template, sitting: Mapping[SeatId, Participant], rounds: int, end: str
) -> list[tuple[int, StepSpec]]:
    """Every turn with its round, in order, judges in the round behind the last; at the low end those alone that no
    condition can skip."""
    turns: list[tuple[int, StepSpec]] = []
    steps: list[StepSpec] = []
    for number in range(1, rounds + 1):
        if number <= 2 or number == rounds:  # those between the first and the last are alike
            steps = [
                spec
                for spec in template.steps_of_round(number, rounds_limit=rounds)
                if end != "low" or (spec.when is None and spec.iteration == 1)
            ]
        turns += [(number, spec) for spec in steps]
    if end == "high":
        turns = _with_questions(template, turns)
    if template.verdict is not None and not template.is_vote:
        for judge in template.bench:
            passes = 1 if is_person(sitting[judge].model) else template.passes
            turns += [(rounds + 1, replace(template.verdict, seat=judge))] * passes
    return turns


def _with_questions(template: Template, turns: list[tuple[int, StepSpec]]) -> list[tuple[int, StepSpec]]:
    """The same where each seat that may ask does so as often as it may, before its last turn: then its prompt is the
    longest. Where a seat answers it, that is a call too."""
    asks = {seat.id: seat.may_ask for seat in template.seats if seat.may_ask}
    if not asks:
        return turns
    last = {spec.seat: at for at, (_, spec) in enumerate(turns)}
    found: list[tuple[int, StepSpec]] = []
    for at, (number, spec) in enumerate(turns):
        if last[spec.seat] == at:
            asked = [(number, spec)]
            if template.clarified_by:
                asked.append((number, replace(spec, seat=template.clarified_by)))
            found += asked * asks.get(spec.seat, 0)
        found.append((number, spec))
    return found


def _gone_on(total: _Sum, half: _Sum, *, turns: int) -> _Sum:
    """The sum with `turns` more, which are taken to be like those since `half`: by then prompts are full."""
    if not turns:
        return total
    seen = total.turns - half.turns
    return _Sum(
        total.cost + (total.cost - half.cost) * turns // seen,
        total.ms + (total.ms - half.ms) * turns // seen,
        total.turns + turns,
        total.tokens_input + (total.tokens_input - half.tokens_input) * turns // seen,
        total.tokens_output + (total.tokens_output - half.tokens_output) * turns // seen,
    )


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
    room = WINDOW_TOKENS
    for each in reversed(said):  # up to what a prompt has room for: a long debate's beginning is in none
        if room <= 0:
            break
        if _is_seen(template, spec, each, number):
            room -= each.tokens
    return FRAME_TOKENS + -(-characters // CHARACTERS_PER_TOKEN) + WINDOW_TOKENS - max(0, room)


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
