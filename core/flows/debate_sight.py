"""What does a seat see of what was said, and under which names?

Independence is a property of a format: turns that are taken at once don't see one another, and a sparse topology shows
each seat its neighbours alone. Which of them came first says nothing but who is quick, so that they are read in the
format's order. Where words are judged blind, those who said them go by letters, drawn anew for each step from the
session's seed, and are read in their order: the same log shows the same letters, and no seat is always the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from core.domain.ids import SeatId, StepId
from core.domain.transcript import Turn, TurnKind
from core.flows.debate_state import DebateState, round_of, seat_of, step_name
from core.judging.answers import LETTERS
from core.templates.template import ITERATION_MARK, Expects, Sees, StepSpec, Template

Letters = Mapping[SeatId, str]
_NOBODY: Letters = {}


def turns_seen(debate: DebateState, spec: StepSpec, *, round_number: int) -> Sequence[Turn]:
    """The turns that the prompt of a step may hold, oldest first.

    Rankings are not among them, nor what the seat itself has said where it ranks: those are letters that stand for
    others here, and nobody judges its own words.
    """
    at_once = {block.id for block in debate.template.blocks if block.is_at_once}
    if spec.sees is Sees.ALL and not spec.rounds_seen and not at_once and not _is_ranked(debate, spec):
        return debate.turns
    shown = _shown_by(debate.template, spec)
    first_round = round_number - spec.rounds_seen + 1 if spec.rounds_seen else 0
    seen = [
        turn
        for turn in debate.turns
        if turn.kind is TurnKind.STATEMENT
        or (
            (shown is None or turn.seat in shown)
            and turn.round >= first_round
            and not (spec.block in at_once and turn.round == round_number and _is_of_block(debate, turn.step, spec))
            and turn.step not in debate.answers.rankings
            and not (spec.expects is Expects.RANKING and turn.seat == spec.seat)
        )
    ]
    return _in_order(debate, seen, at_once, _NOBODY) if at_once else tuple(seen)


def sights_of(template: Template) -> Mapping[str, frozenset[SeatId]]:
    """By the name of each step that is not shown everybody's turns, the seats whose turns it may be shown."""
    return {spec.name: shown for spec in template.steps if (shown := _shown_by(template, spec)) is not None}


def turns_by_letter(debate: DebateState, turns: Sequence[Turn], letters: Letters) -> Sequence[Turn]:
    """`turns` with those that were taken at once in the order of their letters."""
    at_once = {block.id for block in debate.template.blocks if block.is_at_once}
    return _in_order(debate, turns, at_once, letters) if at_once else turns


def is_blind(spec: StepSpec) -> bool:
    """Whether those who spoke go by letters. Who ranks names letters, so that a ranking is always blind."""
    return spec.is_blind or spec.expects is Expects.RANKING


def letters_of(turns: Sequence[Turn], *, seed: int, step: StepId) -> Letters:
    """By which letter each seat that spoke goes in the prompt of a blind step. At most as many as there are letters."""
    seats = {turn.seat for turn in turns if turn.kind is TurnKind.ARGUMENT}
    drawn = sorted(seats, key=lambda seat: sha256(f"{seed}:{step}:{seat}".encode()).digest())
    return dict(zip(drawn[: len(LETTERS)], LETTERS, strict=False))


def rankings_told(debate: DebateState, spec: StepSpec, letters: Letters | None, *, round_number: int) -> str:
    """How the seats have last ranked one another, under the names that the step knows them by; "" where it isn't
    shown, as to those who are asked at once with the ones who rank.

    Places are means in tenths, counted over those who ranked a seat: nobody has ranked itself.
    """
    if spec.sees is not Sees.ALL or spec.expects is Expects.RANKING:
        return ""
    block = debate.template.block(spec.block)
    latest = {
        seat_of(step): ranking
        for step, ranking in debate.answers.rankings.items()
        if block is None
        or not block.is_at_once
        or round_of(step) != round_number
        or not _is_of_block(debate, step, spec)
    }
    rankings = [ranking for ranking in latest.values() if ranking]
    if not rankings:
        return ""
    names = {seat: _called(seat, letters) for ranking in rankings for seat in ranking}
    places: dict[SeatId, list[int]] = {}
    for ranking in rankings:
        for place, seat in enumerate(ranking, start=1):
            places.setdefault(seat, []).append(place)
    tenths = {seat: 10 * sum(found) // len(found) for seat, found in places.items()}
    best_first = sorted(tenths, key=lambda seat: (tenths[seat], names[seat]))
    means = ", ".join(f"{names[seat]}: {tenths[seat] // 10}.{tenths[seat] % 10}" for seat in best_first)
    each = "\n".join(sorted(f"- {' > '.join(names[seat] for seat in ranking)}" for ranking in rankings))
    return (
        "How the others were ranked by their peers, best first. Nobody knew whose words they ranked, and nobody ranked "
        f"its own:\n{each}\nMean place: {means}."
    )


def _called(seat: SeatId, letters: Letters | None) -> str:
    if letters is None:
        return str(seat)
    return f"Speaker {letters[seat]}" if seat in letters else "another speaker"


def _shown_by(template: Template, spec: StepSpec) -> frozenset[SeatId] | None:
    """None where all are seen."""
    match spec.sees:
        case Sees.ALL:
            return None
        case Sees.LINKED:
            return frozenset((spec.seat, *template.links.get(spec.seat, ())))
        case Sees.OWN:
            return frozenset((spec.seat,))
        case Sees.NOTHING:
            return frozenset()


def _is_ranked(debate: DebateState, spec: StepSpec) -> bool:
    """Whether some turn may have to be kept from this step because it ranks, or is ranked."""
    return spec.expects is Expects.RANKING or bool(debate.answers.rankings)


def _is_of_block(debate: DebateState, step: StepId, spec: StepSpec) -> bool:
    said = debate.template.step(step_name(step))
    return said is not None and said.block == spec.block and said.iteration == spec.iteration


def _in_order(debate: DebateState, turns: Sequence[Turn], at_once: set[str], letters: Letters) -> tuple[Turn, ...]:
    """Each block that was taken at once in one piece, where its first turn stands, in the format's order or, where
    `letters` are given, in theirs."""
    numbers = {spec.name: number for number, spec in enumerate(debate.template.steps)}
    begins: dict[tuple[int, str, int], int] = {}
    keyed: list[tuple[int, str, int, int, Turn]] = []
    for place, turn in enumerate(turns):
        said = debate.template.step(step_name(turn.step)) if turn.kind is TurnKind.ARGUMENT else None
        if said is None or said.block not in at_once:
            keyed.append((place, "", 0, place, turn))
            continue
        begin = begins.setdefault((turn.round, said.block, said.iteration), place)
        number = numbers[said.name.partition(ITERATION_MARK)[0]]
        keyed.append((begin, letters.get(turn.seat, ""), number, place, turn))
    return tuple(entry[-1] for entry in sorted(keyed, key=lambda entry: entry[:-1]))
