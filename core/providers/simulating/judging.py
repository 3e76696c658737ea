"""What does a simulated participant hold to be right, and how sure does it say that it is?

Everything follows from the session's seed, the step, the seat, its traits and what it is shown, together with the right
answer, which it knows and is wrong about as often as its traits say. What is drawn doesn't depend on the traits, only
what becomes of it does: with more competence nobody is wrong where they were right before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.domain.answers import UNDECIDED, AnswerForm
from core.domain.ids import SeatId
from core.domain.participants import Role
from core.domain.steps import Brief, ModelRequest, StepKind
from core.domain.transcript import TurnKind
from core.judging.answers import answer_in, tallied
from core.judging.stances import stance_in
from core.providers.simulating.drawing import WHOLE, drawn, hidden_truth, mistake
from core.providers.simulating.traits import PERCENT, Traits

HARDNESS_SPREAD = 20 * WHOLE // PERCENT
"""How much easier or harder than usual a question is at most for one who is asked it."""

TURNS_REMEMBERED_MAX = 1_024

SIDES = {Role.PROPOSER: "for", Role.OPPONENT: "against"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """An answer in its common form. `confidence` is what the seat says of it, in percent; `has_yielded` where it takes
    up what others say instead of what it thought itself."""

    answer: str
    confidence: int
    has_yielded: bool = False


def judged(request: ModelRequest, traits: Traits) -> Judgement:
    """What the seat answers, having seen what it is shown."""
    said = latest_answers(request)
    own = _own(request, traits, before=said.get(request.seat, ""))
    others = [answer for seat, answer in said.items() if seat != request.seat]
    if not others:
        return own
    truth = truth_of(request.brief)
    if truth in others and truth != own.answer and _is_drawn(request, "discerns", traits.discernment):
        return Judgement(truth, own.confidence, has_yielded=True)
    most = tallied(others).leading
    if most not in ("", own.answer) and _is_drawn(request, "conforms", traits.conformity):
        return Judgement(most, own.confidence, has_yielded=True)
    return own


def weighed(request: ModelRequest, traits: Traits) -> Judgement:
    """What the seat decides that weighs what others said: by merit, unless it goes by who was shown first."""
    judgement = judged(request, traits) if not _are_sides(request.brief) else _own(request, traits, before="")
    preferred = _by_position(request, traits)
    return Judgement(preferred, judgement.confidence) if preferred else judgement


def ranked(request: ModelRequest, traits: Traits) -> tuple[str, ...]:
    """The letters of those who spoke, best first: those who answer as the seat would, then the others."""
    letters = request.brief.letters
    said, own = latest_answers(request), judged(request, traits).answer
    order = sorted(
        letters, key=lambda seat: (said.get(seat, "") != own, drawn(request.seed, request.step, "rank", seat), seat)
    )
    shown = _shown_order(request.brief)
    if shown and _is_drawn(request, "position", abs(traits.position_bias)):
        first = shown[0] if traits.position_bias > 0 else shown[-1]
        order = [first, *(seat for seat in order if seat != first)]
    return tuple(letters[seat] for seat in order)


def latest_answers(request: ModelRequest) -> dict[SeatId, str]:
    """What each seat that is shown has last answered, where that can be read."""
    brief, said = request.brief, dict[SeatId, str]()
    for turn in brief.turns:
        if turn.kind is TurnKind.ARGUMENT:
            answer = _said_in(turn.text, brief.answer)
            if answer and answer != UNDECIDED:
                said[turn.seat] = answer
    return said


def truth_of(brief: Brief) -> str:
    """The right answer where somebody has told it, or else the one that is drawn for what is asked."""
    return brief.known_answer or hidden_truth(brief.motion, brief.answer)


def is_right_side(brief: Brief) -> bool:
    """Whether a seat that argues a side argues the right one."""
    return (brief.side > 0) == (truth_of(brief) == SIDES[Role.PROPOSER])


def _own(request: ModelRequest, traits: Traits, *, before: str) -> Judgement:
    """What the seat thinks by itself: what it has said before, or, where it hasn't spoken, what it comes to now."""
    brief = request.brief
    # Who weighs is asked in several steps about one thing, and thinks of it what it thinks.
    at = "verdict" if request.kind is StepKind.VERDICT or brief.role is Role.JUDGE else request.step
    chance = _chance(traits, drawn(request.seed, brief.motion, request.seat, at, "hard"))
    confidence = min(max((chance * PERCENT + WHOLE // 2) // WHOLE + traits.overconfidence, 0), PERCENT)
    if before:
        return Judgement(before, confidence)
    is_shared = drawn(request.seed, brief.motion, request.seat, at, "shared") * PERCENT < (traits.shared_error * WHOLE)
    whose = ("everybody",) if is_shared else (request.seat, at)
    truth = truth_of(brief)
    if drawn(request.seed, brief.motion, *whose, "right") < (_usual(traits) if is_shared else chance):
        return Judgement(truth, confidence)
    return Judgement(mistake(truth, brief.answer, drawn(request.seed, brief.motion, *whose, "wrong")), confidence)


@lru_cache(maxsize=TURNS_REMEMBERED_MAX)
def _said_in(text: str, form: AnswerForm) -> str:
    """What a turn answers or declares. Every seat that is shown it reads it again."""
    return answer_in(text, form).value or stance_in(text, form).value


def _usual(traits: Traits) -> int:
    return traits.competence * WHOLE // PERCENT


def _chance(traits: Traits, hardness: int) -> int:
    """How likely the seat is to be right here, in parts of WHOLE: as often above its competence as below it."""
    usual = _usual(traits)
    spread = min(HARDNESS_SPREAD, usual, WHOLE - usual)
    return usual - spread + hardness * 2 * spread // WHOLE


def _is_drawn(request: ModelRequest, what: str, percent: int) -> bool:
    brief = request.brief
    return drawn(request.seed, brief.motion, request.step, request.seat, what) * PERCENT < (percent * WHOLE)


def _by_position(request: ModelRequest, traits: Traits) -> str:
    """What the one stands for who was shown first, or last, where the seat goes by that; "" where it doesn't."""
    brief = request.brief
    shown = _shown_order(brief)
    if len(shown) < 2 or not _is_drawn(request, "position", abs(traits.position_bias)):
        return ""
    seat = shown[0] if traits.position_bias > 0 else shown[-1]
    if _are_sides(brief):
        return next((SIDES[turn.role] for turn in brief.turns if turn.seat == seat and turn.role in SIDES), "")
    return latest_answers(request).get(seat, "")


def _shown_order(brief: Brief) -> Sequence[SeatId]:
    """Those who argued, in the order in which they are shown: by letters where they go by letters."""
    spoke = list(
        dict.fromkeys(
            turn.seat
            for turn in brief.turns
            if turn.kind is TurnKind.ARGUMENT and (turn.role in SIDES or turn.role is Role.PANELIST)
        )
    )
    return sorted(spoke, key=lambda seat: brief.letters.get(seat, "")) if brief.letters else spoke


def _are_sides(brief: Brief) -> bool:
    """Whether what was said speaks for and against a motion, and is not answered by each for itself."""
    return any(turn.role in SIDES for turn in brief.turns)
