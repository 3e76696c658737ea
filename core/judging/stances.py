"""Where does a seat say that it stands, and how far do the seats agree by that?

A turn that has to end with a line such as `STANCE: for (confidence 80%)` is read here. What is read as it was meant
though it stood otherwise is marked as repaired. Two stances in one ending, a share past 100 %, or none at all leave the
seat undeclared, with the reason on record: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.domain.answers import OUTCOMES, AnswerForm, AnswerKind
from core.judging.answers import last_lines, normalised
from core.judging.confidence import Confidence, confidence_alone, confidence_in
from core.judging.measure import PPM, Cues, Reading, SeatCues, SpokenTurn

UNSTATED_PPM = PPM // 2
"""Who doesn't say how sure it is counts half."""

_STANCE = re.compile(
    r"^[^\w\n>]{0,16}(?P<label>(?:my[ \t]+|final[ \t]+){0,2}(?:stance|position|answer))[^\w\n:]{0,8}:[ \t*_`]{0,8}"
    r"(?P<said>.{1,400})$",
    re.IGNORECASE,
)
"""A line that begins with `>` quotes somebody else."""
_AGAIN = re.compile(r"\b(?:stance|position)[ \t*_`]{0,8}:", re.IGNORECASE)
_SURE_AGAIN = re.compile(r"[(\[][ \t]*confidence\b", re.IGNORECASE)
"""In free words a second one would pass for a part of what is said."""
_ALONE = re.compile(r"^[^\w\n>]{0,16}confidence[^\w\n:]{0,8}:[ \t*_`]{0,8}(.{1,80})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """`value` in its common form, "" where none is declared; `confidence_ppm` None where none is stated."""

    value: str
    confidence_ppm: int | None = None
    is_repaired: bool = False
    reason: str


def stance_in(text: str, form: AnswerForm) -> Stance:
    """Where the last lines of `text` say that the speaker stands on what can be answered in `form`."""
    lines = last_lines(text)
    found = [match for match in map(_STANCE.match, lines) if match]
    declared = [match for match in found if "answer" not in match["label"].casefold()] or found
    if not declared:
        return Stance(value="", reason="no line declares a stance")
    read = [_read(match["said"].strip(), form) for match in declared]
    # The first fault decides: to pass over it and take another line would be a guess.
    faulty = next((each for each in read if not each.value), None)
    if faulty is not None:
        return faulty
    values = list(dict.fromkeys(each.value for each in read))
    if len(values) > 1:
        return Stance(value="", reason=f"it declares two stances: {values[0]} and {values[1]}")
    last = read[-1]
    is_relabelled = declared[-1]["label"].casefold() != "stance"
    alone = [match[1] for match in map(_ALONE.match, lines) if match]
    if last.confidence_ppm is None and alone:
        stated = confidence_alone(alone[-1])
        if stated.fault:
            return Stance(value="", reason=stated.fault)
        return _stance(last.value, stated)
    if is_relabelled and not last.is_repaired:
        return _stance(last.value, Confidence(rest=last.value, ppm=last.confidence_ppm, is_repaired=True))
    return last


def _read(said: str, form: AnswerForm) -> Stance:
    is_of_a_list = form.kind in (AnswerKind.MOTION, AnswerKind.CHOICE)
    if _AGAIN.search(said):
        return Stance(value="", reason="one line declares two stances")
    stated = confidence_in(said, is_free=form.kind is AnswerKind.TEXT, is_bare_taken=is_of_a_list)
    if stated.fault:
        return Stance(value="", reason=stated.fault)
    if _SURE_AGAIN.search(stated.rest):
        return Stance(value="", reason="it states two confidences")
    value = normalised(stated.rest, form)
    if not value:
        meant = f"none of {', '.join(form.choices or OUTCOMES)}" if is_of_a_list else f"no {form.kind}"
        return Stance(value="", reason=f"{stated.rest[:60]!r} is {meant}")
    return _stance(value, stated)


def _stance(value: str, stated: Confidence) -> Stance:
    sure = "" if stated.ppm is None else f" (confidence {percent(stated.ppm)})"
    said = "its last line says so" if stated.ppm is not None else "its last line says so, and not how sure it is"
    return Stance(
        value=value,
        confidence_ppm=stated.ppm,
        is_repaired=stated.is_repaired,
        reason=f"its last lines are read as {value}{sure}" if stated.is_repaired else said,
    )


def percent(ppm: int) -> str:
    """A share as people write it: `80%`, `82.5%`."""
    whole, tenths = divmod(ppm // (PPM // 1_000), 10)
    return f"{whole}.{tenths}%" if tenths else f"{whole}%"


def in_sum(ppm: int) -> str:
    """Confidence added up, which may be more than one: `1.6`, `2.19`."""
    whole, hundredths = divmod(ppm // (PPM // 100), 100)
    return f"{whole}.{hundredths:02}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class StanceAgreement:
    """The measure `stance@1`: of all that is said to be sure, the share behind the stance that most of it is behind.

    Each seat counts by its latest stance, with its confidence; a seat that stated none counts half.
    """

    name: str = "stance"
    version: int = 1
    is_advice: bool = False
    is_declared: bool = True

    def analyse(self, text: str) -> Cues:
        return Cues(agreements=0, disagreements=0, concessions=0, words="")

    def combine(self, latest: Sequence[SeatCues]) -> Reading | None:
        """A reading once two seats have declared themselves."""
        declared = [seat for seat in latest if seat.cues.answer]
        if len(declared) < 2:
            return None
        inputs: dict[str, int | str] = {}
        for seat in declared:
            inputs[f"{seat.seat}.stance"] = seat.cues.answer
            inputs[f"{seat.seat}.confidence_ppm"] = weight_of(seat.cues.confidence_ppm)
        weights = weighed((seat.cues.answer, seat.cues.confidence_ppm) for seat in declared)
        total = sum(weights.values())
        if not total:
            return Reading(ppm=0, measure=STANCE_PIN, inputs=inputs, reason="Nobody is sure of anything.")
        leading = min(weights, key=lambda stance: (-weights[stance], stance))
        seats = sum(seat.cues.answer == leading for seat in declared)
        return Reading(
            ppm=weights[leading] * PPM // total,
            measure=STANCE_PIN,
            inputs=inputs,
            reason=(
                f"{seats} of {len(declared)} seats stand at {leading!r}, with {in_sum(weights[leading])} of "
                f"{in_sum(total)} confidence in sum."
            ),
        )

    def read(self, latest: Sequence[SpokenTurn]) -> Reading | None:
        return None  # a stance is read with its form, which a text alone doesn't have


def weight_of(confidence_ppm: int | None) -> int:
    """How much a stance of that confidence counts."""
    return UNSTATED_PPM if confidence_ppm is None else confidence_ppm


def weighed(stances: Iterable[tuple[str, int | None]]) -> Mapping[str, int]:
    """The confidence behind each stance, in sum."""
    weights: dict[str, int] = {}
    for stance, confidence_ppm in stances:
        weights[stance] = weights.get(stance, 0) + weight_of(confidence_ppm)
    return weights


STANCES = StanceAgreement()
STANCE_PIN = "stance@1"
