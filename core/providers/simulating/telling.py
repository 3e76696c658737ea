"""In which words does a simulated participant say what it was drawn to say?

Each turn begins by saying what it is, so that nobody takes it for a model's, wherever it is copied to. There is nothing
in it that bears on the matter: it has as many sentences as its trait asks for, and the last line that the step expects.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core.domain.answers import AnswerKind
from core.domain.steps import ModelRequest, StepKind
from core.providers.simulating.drafting import drafted, preferred, reviewed
from core.providers.simulating.drawing import WHOLE, drawn
from core.providers.simulating.judging import is_right_side, judged, ranked, weighed
from core.providers.simulating.traits import PERCENT, Traits

SENTENCES_USUAL: Final = 3
SPOKEN_BY: Final = "(Simulated: no model was asked; round {round}, {task}.)"
ENDS_IN_ROUND: Final = 2
"""A judge who is asked in between whether it has heard enough has, from this round on, as often as not."""

SIDE_SPOKEN: Final = {1: "for", -1: "against"}

CONCEDES: Final = "I concede the point; you are right, and I agree."
DISPUTES: Final = "I disagree with what was said, and I dispute it."
YIELDS: Final = "What others answer has changed my mind."
SENTENCES: Final = (
    "What was asked in round {round} can be taken apart into {number} steps, and step {step} decides.",
    "Of the {number} reasons that I could give here, reason {step} would weigh most.",
    "Looked at {number} times over, part {step} of the matter still holds.",
    "A sum over {number} cases, {step} of them odd, comes out the same way.",
    "Nothing among {number} objections reaches point {step}, on which I rely.",
    "Had it been otherwise, {number} of the things that follow would have failed at point {step}.",
    "The check of {number} figures went through {step} passes and found no slip.",
)


def told(request: ModelRequest, traits: Traits) -> str:
    """The whole turn: its sentences, and behind them the last line where one is expected."""
    ending = _ending(request, traits)
    words_max = max(0, request.tokens_output_max * 3 // 4 - len(ending.split()))
    said = " ".join(_within(_sentences(request, traits), words_max))
    return f"{said}\n\n{ending}" if ending else said


def _ending(request: ModelRequest, traits: Traits) -> str:
    brief = request.brief
    if request.kind is StepKind.VERDICT:
        return f"VERDICT: {weighed(request, traits).answer}"
    match brief.expects:
        case "answer":
            return f"ANSWER: {judged(request, traits).answer}"
        case "stance":
            judgement = judged(request, traits)
            return f"STANCE: {judgement.answer} (confidence {judgement.confidence}%)"
        case "ballot":
            return f"BALLOT: {' > '.join(_balloted(request, traits))}"
        case "ranking":
            return f"RANKING: {' > '.join(ranked(request, traits))}"
        case "verdict":
            return f"VERDICT: {weighed(request, traits).answer}"
        case "break":
            return f"VERDICT: {_break(request, traits)}"
        case "draft":
            return drafted(request, traits)
        case "review":
            return reviewed(request, traits)
        case "preference":
            return preferred(request, traits)
        case _:
            return ""


def _balloted(request: ModelRequest, traits: Traits) -> Iterable[str]:
    """What is voted on, the answer that the seat holds to be right before the others."""
    own = judged(request, traits).answer
    options = request.brief.options
    return sorted(options, key=lambda each: (each != own, drawn(request.seed, request.step, "ballot", each), each))


def _break(request: ModelRequest, traits: Traits) -> str:
    has_heard_enough = request.brief.round >= ENDS_IN_ROUND and drawn(request.seed, request.step, "enough") % 2
    if not has_heard_enough:
        return "go on"
    is_motion = request.brief.answer.kind is AnswerKind.MOTION
    return weighed(request, traits).answer if is_motion else "enough"


def _sentences(request: ModelRequest, traits: Traits) -> Iterable[str]:
    brief = request.brief
    yield SPOKEN_BY.format(round=brief.round, task=brief.task.replace("_", " "))
    yield from _bearing(request, traits)
    for number in range(SENTENCES_USUAL * traits.verbosity):
        place = drawn(request.seed, request.step, request.seat, "sentence", number)
        yield SENTENCES[place % len(SENTENCES)].format(round=brief.round, number=place % 89 + 7, step=place % 5 + 2)


def _bearing(request: ModelRequest, traits: Traits) -> Iterable[str]:
    """What a measure of agreement can read: a side that is wrong gives way as readily as it conforms."""
    brief = request.brief
    if brief.side:
        yield f"I speak {SIDE_SPOKEN[brief.side]} the motion."
        if brief.round > 1:
            gives_way = (
                drawn(request.seed, brief.motion, request.step, "concedes") * PERCENT < traits.conformity * WHOLE
            )
            yield CONCEDES if gives_way and not is_right_side(brief) else DISPUTES
    elif brief.expects in ("answer", "stance") and judged(request, traits).has_yielded:
        yield YIELDS


def _within(sentences: Iterable[str], words_max: int) -> Iterable[str]:
    """As many sentences as there is room for; the first always, because it says what this is."""
    room = words_max
    for number, sentence in enumerate(sentences):
        room -= len(sentence.split())
        if number and room < 0:
            return
        yield sentence
