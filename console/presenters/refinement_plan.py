"""What would a refinement take, in the words of the dialog that starts it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.estimates import cost_about, rests_on, time_about
from console.presenters.figures import counted, money, score
from console.presenters.refined import STRATEGIES, strategy_in_words
from core.domain.people import is_person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.runtime.refining_requests import RefinementPlan

REHEARSAL = "rehearsal"

STRATEGY_NAMES: Mapping[str, str] = {
    "single": "One reviewer",
    "panel": "A panel",
    "self": "Its writer",
    "adversarial": "Worst flaw",
    "debate": "A debate",
    "human": "You",
}
"""Who reviews, in a word or two."""

STRATEGY_HELP: Mapping[str, str] = {
    "single": "reads each draft and scores it",
    "panel": "several score it, blind to one another; the middle counts",
    "self": "reviews its own drafts; nobody else is asked",
    "adversarial": "a reviewer looks for what would make one reject it",
    "debate": "about each draft, as a session of its own",
    "human": "review each draft yourself, here",
}
assert STRATEGY_NAMES.keys() == STRATEGIES.keys() == STRATEGY_HELP.keys()


def plan_lines(plan: RefinementPlan | None) -> tuple[str, ...]:
    """What it would be: how long it takes, what it costs at most and usually, who is asked, and when it ends."""
    if plan is None:
        return ("This can't be started as it stands.",)
    terms = plan.terms
    ends = f"{counted(terms.iterations_max, 'draft')} at most, approved at {score(terms.threshold_ppm)}"
    cap = "" if plan.cap_microusd is None else f", at most {money(plan.cap_microusd)}"
    if plan.is_rehearsal:
        how = strategy_in_words(terms.strategy)
        return "a few seconds a draft · $0.00 · a rehearsal: no model is asked", f"{ends} · {how}{cap}"
    models = dict.fromkeys(seat.participant.model for seat in plan.seats)
    asked = ", ".join("you" if is_person(each) else each for each in models if each != REHEARSAL)
    takes = f"{time_about(plan.estimate.active_ms)} · {cost_about(plan.estimate.cost_microusd)}{cap} · asks {asked}"
    return takes, " · ".join((ends, rests_on(plan.estimate), *plan.notes))
