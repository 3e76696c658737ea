"""Which steps, seats, blocks and words of a format come to nothing as it is played?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from core.domain.ids import SeatId
from core.templates.findings import Finding, Kind, Part, Severity
from core.templates.template import Expects, Sees, StepSpec, Template

OTHERS_RANKED_MIN = 2
"""Whoever ranks one other says nothing."""


class Played:
    """The rounds of a format, gone through once: their steps, the names of these, and who takes them, the first round
    first. `heard` are those who speak before each round."""

    def __init__(self, template: Template) -> None:
        numbers = range(1, template.rounds + 1)
        self.rounds = [template.steps_of_round(number, rounds_limit=template.rounds) for number in numbers]
        self.names = [frozenset(step.name for step in steps) for steps in self.rounds]
        self.seats = [frozenset(step.seat for step in steps) for steps in self.rounds]
        self.heard = list(accumulate(self.seats, frozenset.union, initial=frozenset[SeatId]()))


_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def check_course(template: Template) -> Iterator[Finding]:
    """Findings about a format whose names and references are sound."""
    played = Played(template)
    yield from _blocks(template)
    yield from _rounds(template, played)
    yield from _seats(template)
    yield from _sight(template, played)
    yield from _dials(template)


def _blocks(template: Template) -> Iterator[Finding]:
    for block in template.blocks:
        part = ("blocks", block.id)
        places = [place for place, step in enumerate(template.steps) if step.block == block.id]
        if not places:
            yield _warning(Kind.UNUSED, part, f"no step belongs to the block {block.id}.", "Remove it.")
            continue
        between = set(range(places[0], places[-1] + 1)) - set(places)
        if between:
            name = template.steps[min(between)].name
            what = f"the steps of {block.id} don't follow one another: {name} stands between them."
            yield _error(Kind.SPLIT_BLOCK, ("steps", name), what, "Move it, or make two blocks.")
        if block.until is not None and block.times == 1:
            what = f"the block {block.id} is repeated until something holds, and no bound says how often at most."
            yield _error(Kind.ENDLESS, (*part, "until"), what, "Add 'times'.")
    for name in {step.block for step in template.steps if step.block} & _expecting(template, Expects.RANKING):
        ranking = template.block(name)
        if ranking is not None and ranking.times > 1:
            what = f"in {name} seats rank the others again and again; the last ranking of each counts."
            yield _warning(Kind.MISUSED, ("blocks", name, "times"), what, "Rank behind the block.")


def _expecting(template: Template, expects: Expects) -> set[str]:
    return {step.block for step in template.steps if step.expects is expects and step.block}


def _rounds(template: Template, played: Played) -> Iterator[Finding]:
    taken = frozenset().union(*played.names)
    for step in template.steps:
        if step.name not in taken:
            rounds = f"{template.rounds} rounds" if template.rounds > 1 else "one round"
            what = f"{step.name} is never taken: {rounds} have no {str(step.occurs).replace('_', ' ')} one."
            now = "Play more rounds, or have it occur elsewhere."
            yield _warning(Kind.NEVER_TAKEN, ("steps", step.name, "occurs"), what, now)
    empty = [number for number, steps in enumerate(played.rounds, start=1) if not steps]
    if empty:
        several = len(empty) > 1
        what = f"round{'s' if several else ''} {_listed(empty)} {'have' if several else 'has'} no step and is left out."
        what = what.replace("and is", "and are") if several else what
        now = "Play fewer rounds, or have a step occur in every one."
        yield _warning(Kind.EMPTY_ROUNDS, ("rounds",), what, now)


def _listed(numbers: list[int]) -> str:
    is_run = numbers == list(range(numbers[0], numbers[-1] + 1))
    return f"{numbers[0]} to {numbers[-1]}" if is_run and len(numbers) > 1 else ", ".join(map(str, numbers))


def _seats(template: Template) -> Iterator[Finding]:
    # Whoever answers what others ask has a part without a step.
    speaking = {step.seat for step in template.steps} | set(template.bench) | {template.clarified_by}
    for seat in template.seats:
        if seat.id not in speaking:
            what = f"{seat.id} never speaks: no step is theirs."
            yield _warning(Kind.SILENT_SEAT, ("seats", seat.id), what, "Give it a step, or leave it out.")


def _sight(template: Template, played: Played) -> Iterator[Finding]:
    looking = {step.seat for step in template.steps if step.sees is Sees.LINKED}
    if template.verdict is not None and template.verdict.sees is Sees.LINKED:
        looking |= set(template.bench)
    for seat in template.links:
        if seat not in looking:
            what = f"the links of {seat} are used by no step: none of its steps sees the linked ones alone."
            yield _warning(Kind.UNUSED, ("links", seat), what, "Have its steps see 'linked'.")
    for step in template.steps:
        part = ("steps", step.name)
        if step.sees is Sees.LINKED and not template.links.get(step.seat):
            what = f"{step.name} sees the linked seats, and {step.seat} has no link: it sees itself alone."
            yield _warning(Kind.UNKNOWN_SEAT, (*part, "sees"), what, f"Say whom {step.seat} sees under 'links'.")
        if step.expects is Expects.RANKING and not step.is_blind:
            what = f"{step.name} ranks the others, who need letters for that."
            yield _error(Kind.MISUSED, part, what, "Make it blind.")
        if step.expects is Expects.RANKING or step.is_blind:
            yield from _others(template, step, part, played)


def _others(template: Template, step: StepSpec, part: Part, played: Played) -> Iterator[Finding]:
    """A ranking needs two others who have spoken, and whom it sees; so do words that are judged blind."""
    most = -1
    for number, names in enumerate(played.names, start=1):
        if step.name in names:
            most = max(most, len(_seen_before(template, step, number, played)))
        if most >= OTHERS_RANKED_MIN:
            return
    if most < 0:
        return
    what = f"{step.name} weighs others blind, and can see {most} of them by then: {OTHERS_RANKED_MIN} are needed."
    now = "Have more seats speak before it, and let it see them."
    is_ranking = step.expects is Expects.RANKING
    yield (_error if is_ranking else _warning)(Kind.TOO_FEW_OTHERS, part, what, now)


def _seen_before(template: Template, step: StepSpec, number: int, played: Played) -> set[SeatId]:
    """Whom a step has heard of as its turn comes in round `number`."""
    match step.sees:
        case Sees.OWN | Sees.NOTHING:
            return set()
        case Sees.LINKED:
            shown = set(template.links.get(step.seat, ()))
        case Sees.ALL:
            shown = {seat.id for seat in template.seats}
    block = template.block(step.block)
    is_at_once = block is not None and block.is_at_once
    first = max(1, number - step.rounds_seen + 1)
    recent = played.seats[first - 1 : number - 1]
    spoken = set(frozenset().union(*recent) if step.rounds_seen else played.heard[number - 1])
    for each in played.rounds[number - 1]:
        if each.name == step.name:
            break
        if not (is_at_once and each.block == step.block):
            spoken.add(each.seat)
    return (spoken & shown) - {step.seat}


def _dials(template: Template) -> Iterator[Finding]:
    steps = (*template.steps, *((template.verdict,) if template.verdict is not None else ()))
    names = {dial.name for dial in template.dials}
    used: set[str] = set()
    for step in steps:
        part: Part = ("verdict",) if step is template.verdict else ("steps", step.name)
        for place in dict.fromkeys(_PLACE.findall(step.instruction)):
            used.add(place)
            if place not in names:
                what = f"{step.name} is told '{{{place}}}' as it stands: there is no such dial."
                yield _warning(Kind.OPEN_PLACE, (*part, "instruction"), what, "Add the dial, or write the words.")
    for dial in template.dials:
        if dial.name not in used:
            what = f"the dial {dial.name} changes nothing: no instruction says '{{{dial.name}}}'."
            yield _warning(Kind.UNUSED, ("dials", dial.name), what, "Use it, or remove it.")


def _error(kind: Kind, part: Part, what: str, now: str) -> Finding:
    return Finding(kind=kind, severity=Severity.ERROR, part=part, what=what, now=now)


def _warning(kind: Kind, part: Part, what: str, now: str) -> Finding:
    return Finding(kind=kind, severity=Severity.WARNING, part=part, what=what, now=now)
