"""How is a format that counts answers asked exactly so often?

A control that is free is compared by calls, and a round of samples more or less would be no equal spend.
"""

from __future__ import annotations

from dataclasses import replace

from core.domain.ids import SeatId
from core.templates.bounds import SEATS_MAX, STEPS_MAX
from core.templates.template import DecidedBy, Occurs, Sees, Template


def asked_times(template: Template, calls: int) -> Template:
    """`template` with `calls` calls in all: so many samples, or so many seats that are asked once each, as far as there
    can be. It stays as it is where its answers are not independent of one another."""
    if not _is_independent(template):
        return template
    return _samples(template, calls) if template.decided_by is DecidedBy.SAMPLES else _voters(template, calls)


def _is_independent(template: Template) -> bool:
    """Every step is taken by itself: nobody sees anybody, nothing is judged and nothing left out."""
    return template.is_vote and all(
        step.sees is Sees.NOTHING and step.when is None and step.occurs is Occurs.EVERY for step in template.steps
    )


def _samples(template: Template, calls: int) -> Template:
    """More than one round holds are spread evenly over several."""
    rounds = -(-max(1, calls) // STEPS_MAX)
    first, number = template.steps[0], -(-max(1, calls) // rounds)
    stem = first.name.rpartition("_")[0] or first.name
    steps = tuple(replace(first, name=f"{stem}_{at}") for at in range(1, number + 1))
    return replace(template, rounds=rounds, steps=steps)


def _voters(template: Template, calls: int) -> Template:
    """Fewer seats are asked, or more that are like the last."""
    steps, seats = list(template.steps[: max(1, calls)]), list(template.seats)
    for number in range(len(steps) + 1, min(calls, SEATS_MAX - len(seats) + len(steps)) + 1):
        seat = SeatId(f"voter_{number}")
        seats.append(replace(seats[-1], id=seat))
        steps.append(replace(steps[-1], name=f"{steps[-1].task}_{seat}", seat=seat))
    return replace(template, seats=tuple(seats), steps=tuple(steps))
