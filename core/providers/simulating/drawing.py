"""How is something drawn that comes out the same whenever it is asked for?

By a digest of what it depends on: there is no state, so that a session that is taken up again, or a log that is looked
at years later, meets the same participants.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Final

from core.domain.answers import OUTCOMES, UNDECIDED, AnswerForm, AnswerKind
from core.judging.answers import normalised

WHOLE: Final = 10_000
"""Shares are drawn in parts of this: hundredths of a percent."""

NUMBERS: Final = 1_000
"""A number that nobody has told lies below this."""

NUMBER_SLIPS: Final = (Decimal(1), Decimal(-1), Decimal(10), Decimal(-2), Decimal(100))
FAR_OFF: Final = ("0", "1")
TEXTS: Final = ("the first reading", "the second reading", "the third reading", "the fourth reading")
SLIP_CHANCES: Final = (5_000, 7_500, 9_000, 9_700, WHOLE)
"""Of the ways to be wrong the first is taken half of the time, and each further one less often: where many err, they
often err alike."""


def drawn(*parts: object) -> int:
    """A number below WHOLE that follows from `parts` alone."""
    digest = sha256("\x1f".join(map(str, parts)).encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % WHOLE


def hidden_truth(motion: str, form: AnswerForm) -> str:
    """The right answer to what nobody has told the answer of: the same for everybody who is asked it."""
    place = drawn("truth", motion)
    match form.kind:
        case AnswerKind.MOTION:
            return _sides()[place % 2]
        case AnswerKind.CHOICE:
            return form.choices[place % len(form.choices)]
        case AnswerKind.NUMBER:
            return str(place % NUMBERS)
        case AnswerKind.TEXT:
            return TEXTS[place % len(TEXTS)]


def wrong_answers(truth: str, form: AnswerForm) -> Sequence[str]:
    """What somebody may take for the answer instead, the likeliest first."""
    match form.kind:
        case AnswerKind.MOTION:
            others = [side for side in _sides() if side != truth]
        case AnswerKind.CHOICE:
            # From the right one on, so that no choice is the usual mistake of every question.
            at = next((at for at, choice in enumerate(form.choices) if choice == truth), 0)
            others = [*form.choices[at + 1 :], *form.choices[:at]]
        case AnswerKind.NUMBER:
            # A number of more digits than are reckoned with stays as it is where one is added.
            slips = [normalised(f"{Decimal(truth) + slip:f}", form) for slip in NUMBER_SLIPS]
            others = [slip for slip in slips if slip not in ("", truth)] or [FAR_OFF[truth == FAR_OFF[0]]]
        case AnswerKind.TEXT:
            others = [text for text in TEXTS if text != truth]
    return others[: len(SLIP_CHANCES)]


def mistake(truth: str, form: AnswerForm, chance: int) -> str:
    """The wrong answer that `chance`, drawn below WHOLE, stands for."""
    others = wrong_answers(truth, form)
    for other, up_to in zip(others, SLIP_CHANCES, strict=False):
        if chance < up_to:
            return other
    return others[-1]


def _sides() -> tuple[str, ...]:
    return tuple(outcome for outcome in OUTCOMES if outcome != UNDECIDED)
