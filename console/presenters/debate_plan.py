"""What would a debate take, in the words of the dialog that starts it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.estimates import cost_about, rests_on, time_about
from console.presenters.figures import count, counted, money
from core.domain.unasked import REHEARSAL, SIMULATED, asks_no_model, is_simulated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.domain.steps import Document
    from core.runtime.requests import DebatePlan
    from core.templates.template import Template

MINUTE_MS = 60_000


def format_figures(templates: Sequence[Template], plans: Mapping[str, DebatePlan]) -> list[str]:
    """Of each format its rounds and, where it is planned, what it takes with those who are cast, in columns."""
    rounds = [counted(each.rounds, "round") for each in templates]
    known = [plans.get(each.id) for each in templates]
    times = [time_expected(plan) if plan is not None else "" for plan in known]
    dollars = [money(plan.estimate.cost_microusd.expected) if plan is not None else "" for plan in known]
    columns = (rounds, times, dollars)
    widths = [max((len(text) for text in column), default=0) for column in columns]
    rows = zip(*columns, strict=True)
    return ["  ".join(f"{text:>{width}}" for text, width in zip(row, widths, strict=True)) for row in rows]


def time_expected(plan: DebatePlan) -> str:
    """`15 min`, or `seconds` where no model is asked."""
    minutes = -(-plan.estimate.active_ms.expected // MINUTE_MS)
    return f"{minutes} min" if minutes else "seconds"


def plan_lines(plan: DebatePlan | None) -> tuple[str, ...]:
    """What it would be: how much is played, how long it takes, what it costs, and who is asked."""
    if plan is None:
        return ("This can't be held as it stands.",)
    cap = "" if plan.cap_microusd is None else f", at most {money(plan.cap_microusd)}"
    played = f"{plan.template.name} · {counted(plan.rounds, 'round')} · {counted(len(plan.seats), 'seat')}"
    models = dict.fromkeys(seat.participant.model for seat in plan.seats)
    if plan.is_rehearsal:
        what = SIMULATED if any(map(is_simulated, models)) else f"a {REHEARSAL}"
        return f"a few seconds a turn · $0.00 · {what}: no model is asked", f"{played}{cap}"
    asked = ", ".join(each for each in models if not asks_no_model(each))
    takes = f"{time_about(plan.estimate.active_ms)} · {cost_about(plan.estimate.cost_microusd)}{cap} · asks {asked}"
    others = {"rehearsed": REHEARSAL in models, "simulated": any(map(is_simulated, models))}
    rehearsed = tuple(f"the rest is {how}" for how, some_are in others.items() if some_are)
    return takes, " · ".join((played, *rehearsed, rests_on(plan.estimate), *plan.notes))


def evidence_read(documents: Sequence[Document]) -> str:
    """`✓ 2 files, 3.1 k characters: notes.md, rota.md`, or nothing."""
    if not documents:
        return ""
    size = count(sum(len(document.text) for document in documents))
    return f"✓ {counted(len(documents), 'file')}, {size} characters: {', '.join(each.name for each in documents)}"
