"""How good is a draft that nobody wrote, and what is said of it?

A simulated draft says what it is worth, from 0 to 100, so that what reviewers make of it can be held against what is
true. A text that comes from elsewhere has a worth that is drawn from its words.
"""

from __future__ import annotations

import json
import re
from typing import Final

from core.domain.steps import ModelRequest
from core.providers.simulating.drawing import WHOLE, drawn
from core.providers.simulating.traits import PERCENT, Traits

FLAW: Final = "flaw"
SPREAD: Final = 20
"""By so much a first draft is worth more or less than its writer's competence at most."""

GAIN_PERCENT_MAX: Final = 50
"""A writer who goes the right way makes up at most so much of what is missing."""

LOSS_MAX: Final = 15
ERROR_MAX: Final = 50
"""A reviewer without any competence is wrong by so much at most."""

WORTH: Final = "What this draft is worth: {worth} of 100."
_WORTH = re.compile(r"What this draft is worth: (\d{1,3}) of 100\.")


def worth_of(text: str) -> int:
    """What a draft is worth, from 0 to 100."""
    found = _WORTH.search(text)
    return min(int(found[1]), PERCENT) if found else drawn("worth", text) * PERCENT // WHOLE


def drafted(request: ModelRequest, traits: Traits) -> str:
    """The sentence in which a draft says what it is worth.

    A first one is worth what its writer is able to, more or less. A further one is better as often as the writer is
    right, and worse otherwise: going over a text can spoil it.
    """
    chance = _drawn(request, "worth")
    if not request.brief.draft:
        return WORTH.format(worth=_within(traits.competence + SPREAD * (2 * chance - WHOLE) // WHOLE))
    before = worth_of(request.brief.draft)
    if _drawn(request, "goes right") * PERCENT < traits.competence * WHOLE:
        gain = (PERCENT - before) * GAIN_PERCENT_MAX * chance // (PERCENT * WHOLE)
        return WORTH.format(worth=_within(before + gain))
    return WORTH.format(worth=_within(before - LOSS_MAX * chance // WHOLE))


def reviewed(request: ModelRequest, traits: Traits) -> str:
    """The object with which a review ends: the draft's worth as the reviewer sees it."""
    brief = request.brief
    reach = ERROR_MAX * (PERCENT - traits.competence) // PERCENT
    scores: dict[str, object]
    if brief.criteria:
        scores = {"criteria": {id: _seen(request, reach, id) / PERCENT for id, _ in brief.criteria}}
    elif brief.task == FLAW:
        scores = {"severity": (PERCENT - _seen(request, reach, FLAW)) / PERCENT}
    else:
        scores = {"score": _seen(request, reach, "review") / PERCENT}
    confidence = _within(PERCENT - reach + traits.overconfidence) / PERCENT
    change = {"passage": "", "change": "Go over it once more."}
    ending = json.dumps({**scores, "confidence": confidence, "suggestions": [change]})
    return f"```json\n{ending}\n```"


def preferred(request: ModelRequest, traits: Traits) -> str:
    """The line that says which of two drafts is better: the one that is worth more, as often as the seat is right, or
    the one that was shown first, as often as it goes by that."""
    first, second = worth_of(request.brief.draft), worth_of(request.brief.other)
    if _drawn(request, "position") * PERCENT < abs(traits.position_bias) * WHOLE:
        return f"PREFERRED: {'first' if traits.position_bias > 0 else 'second'}"
    if first == second:
        return "PREFERRED: neither"
    is_right = _of_both(request, "right") * PERCENT < traits.competence * WHOLE
    return f"PREFERRED: {'first' if (first > second) is is_right else 'second'}"


def _seen(request: ModelRequest, reach: int, what: str) -> int:
    return _within(worth_of(request.brief.draft) + reach * (2 * _drawn(request, what) - WHOLE) // WHOLE)


def _drawn(request: ModelRequest, what: str) -> int:
    return drawn(request.seed, request.brief.motion, request.step, request.seat, what)


def _of_both(request: ModelRequest, what: str) -> int:
    """The same for two drafts in either order: who judges by merit says the same of them."""
    brief = request.brief
    return drawn(request.seed, brief.motion, request.seat, brief.round, what, *sorted((brief.draft, brief.other)))


def _within(worth: int) -> int:
    return min(max(worth, 0), PERCENT)
