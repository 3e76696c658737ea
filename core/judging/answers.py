"""What does a turn answer, going by its last lines?

A turn that has to end with a line such as `ANSWER: 42` is read here: the last line that names an answer of the form
that is asked for counts, and one that names none gives no answer, which is counted and never guessed. Answers are made
alike where they mean the same (`$1,200.00` and `1200`, `B)` and `B`), so that they can be counted against one another.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.domain.answers import OUTCOMES, UNDECIDED, AnswerForm, AnswerKind
from core.judging.measure import PPM, Cues, Reading, SeatCues, SpokenTurn

ANSWER_CHARACTERS_MAX = 200
LINES_READ_MAX = 40
"""Of a turn only its last lines are read for an answer: what is labelled so further up is somebody's quotation."""
SPREAD_SHOWN_MAX = 20
"""A reading of samples lists so many of the most frequent answers."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The names of those whose words are judged blind; more than these nobody can rank."""

LET_GO_ON = "the judge lets it go on"
GO_ON = "go_on"
"""What a judge who is asked whether to end says where the debate has to go on."""
ENOUGH = "enough"
"""What such a judge says where a question has been argued enough; a motion is called for or against instead."""

VERDICT_LINE = re.compile(
    r"^[^\w\n]{0,16}verdict[^\w\n:]{0,8}:[^\w\n]{0,8}(for|against|undecided)"
    r"(?=[^\w\n]*$|[ \t]+the[ \t]+motion\b|[ \t]{0,8}[*_.,;:!()–—-])",
    re.IGNORECASE | re.MULTILINE,
)
"""An outcome is named by a word that stands alone: "Verdict: for these reasons, against" names none here."""

_OUTCOME_LINE = re.compile(VERDICT_LINE.pattern.replace("verdict", "(?:verdict|answer)"), VERDICT_LINE.flags)
_LABELLED = re.compile(r"^[^\w\n]{0,16}(?:final[ \t]+)?(?:answer|verdict)[^\w\n:]{0,8}:[ \t*_`]{0,8}(.{1,400})$", re.I)
_BREAK = re.compile(r"^[^\w\n]{0,16}verdict[^\w\n:]{0,8}:[^\w\n]{0,8}(go[ _-]on|enough)(?=[^\w\n]*$)", re.IGNORECASE)
_RANKING = re.compile(r"^[^\w\n]{0,16}ranking[^\w\n:]{0,8}:(.{1,400})$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.,])(?<!\d[eE][-+])[-+]?"
    r"(?:(?:\d{1,3}(?:[,_ ]\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d{1,2}(?!\w))?"
    r"(?![.,]?\d|[eE][-+]?\d|[xX][\da-fA-F])"
)
"""Thousands may be set apart, and by a comma, a blank or an underscore only: `3 4` is two numbers, `km2` none. A power
of ten past 99 or a number to the base of 16 is none either, and never the digits in front of it."""
_CURRENCIES = re.compile(r"[$€£¥₹]")
_CHOSEN_ENDS = re.compile(r"[ \t*_`)\]]*(?:$|[.,;:!(–—-]|because\b|since\b|as\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """`value` in its common form, "" where none was found; `reason` is one sentence for the operator."""

    value: str
    reason: str


def answer_in(text: str, form: AnswerForm) -> Answer:
    """What the last line of `text` that answers in this form says."""
    if form.kind is AnswerKind.MOTION:
        found = _OUTCOME_LINE.findall("\n".join(_last_lines(text)))
        return Answer(found[-1].lower(), "its last line says so") if found else _NO_LINE
    labelled = [match[1] for match in map(_LABELLED.match, _last_lines(text)) if match]
    if not labelled:
        return _NO_LINE
    said = labelled[-1].strip()
    value = normalised(said, form)
    return Answer(value, "its last line says so") if value else Answer("", f"{_shown(said)} is no {_meant(form)}")


def break_in(text: str) -> Answer:
    """Whether a judge ends a debate: an outcome, ENOUGH, or GO_ON. Where nothing of that is said it goes on."""
    for line in reversed(_last_lines(text)):
        said = _BREAK.match(line)
        if said and said[1].lower() == ENOUGH:
            return Answer(ENOUGH, "the judge has heard enough")
        if said:
            return Answer(GO_ON, LET_GO_ON)
        found = VERDICT_LINE.findall(line)
        if found:
            return Answer(found[-1].lower(), f"the judge would end it: {found[-1].lower()}")
    return Answer(GO_ON, "the judge named no outcome")


def ranking_in(text: str, letters: Sequence[str]) -> tuple[str, ...]:
    """`letters` as the last line `RANKING: B > A > C` orders them; () where it doesn't name each of them once."""
    rows = [match[1] for match in map(_RANKING.match, _last_lines(text)) if match]
    if not rows:
        return ()
    named = tuple(re.findall(r"\b([A-Z])\b", rows[-1].upper()))
    return named if sorted(named) == sorted(letters) else ()


def normalised(said: str, form: AnswerForm) -> str:
    """An answer in the form in which equal ones are equal, or "" where it is none of this form."""
    said = unicodedata.normalize("NFKC", said).strip()
    match form.kind:
        case AnswerKind.MOTION:
            word = said.casefold().strip(" .*_`")
            return word if word in OUTCOMES else ""
        case AnswerKind.NUMBER:
            return _number(said)
        case AnswerKind.CHOICE:
            return _choice(said, form.choices)
        case AnswerKind.TEXT:
            words = re.sub(r"[^\w%$€£./+-]+", " ", said.casefold()).strip(" .")
            return words[:ANSWER_CHARACTERS_MAX]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How `answers` that could be read are spread. `leading` is the most frequent, "" where two are even or there is
    none."""

    counts: tuple[tuple[str, int], ...]
    answers: int
    leading: str
    share_ppm: int


def tallied(answers: Iterable[str]) -> Tally:
    """The tally of `answers`, most frequent first, ties by name; those that are "" abstain and are not counted."""
    counts = sorted(Counter(answer for answer in answers if answer).items(), key=lambda entry: (-entry[1], entry[0]))
    total = sum(count for _, count in counts)
    is_even = len(counts) > 1 and counts[0][1] == counts[1][1]
    return Tally(
        counts=tuple(counts),
        answers=total,
        leading="" if is_even or not counts else counts[0][0],
        share_ppm=counts[0][1] * PPM // total if total else 0,
    )


@dataclass(frozen=True, slots=True)
class AnswerAgreement:
    """The measure `answers@1`: of the seats that have answered, the share that gives the most frequent answer."""

    name: str = "answers"
    version: int = 1
    is_advice: bool = False
    is_declared: bool = True

    def analyse(self, text: str) -> Cues:
        return Cues(agreements=0, disagreements=0, concessions=0, words="")

    def combine(self, latest: Sequence[SeatCues]) -> Reading | None:
        """A reading once two seats have answered."""
        tally = tallied(seat.cues.answer for seat in latest)
        given = {f"{seat.seat}.answer": seat.cues.answer for seat in latest if seat.cues.answer}
        return self._reading(tally, given)

    def of_samples(self, samples: Sequence[str]) -> Reading | None:
        """A reading of all answers that were drawn, whoever gave them, once there are two."""
        tally = tallied(samples)
        return self._reading(tally, {answer: count for answer, count in tally.counts[:SPREAD_SHOWN_MAX]})

    def _reading(self, tally: Tally, inputs: Mapping[str, int | str]) -> Reading | None:
        if tally.answers < 2:
            return None
        answer, count = tally.counts[0]
        return Reading(
            ppm=tally.share_ppm,
            measure=f"{self.name}@{self.version}",
            inputs=inputs,
            reason=f"{count} of {tally.answers} answers are {answer!r}.",
        )

    def read(self, latest: Sequence[SpokenTurn]) -> Reading | None:
        return None  # an answer is read with its form, which a text alone doesn't have


def _number(said: str) -> str:
    """The one number that is named, behind the last equals sign where there is one; "" where it is not one alone."""
    bare = _CURRENCIES.sub("", said.replace("\u2212", "-")).rpartition("=")[2]
    found = {_plain_number(each) for each in _NUMBER.findall(bare)}
    return found.pop() if len(found) == 1 else ""


def _plain_number(written: str) -> str:
    number = Decimal(re.sub(r"[,_ ]", "", written))
    digits = f"{number:f}"
    plain = digits.rstrip("0").rstrip(".") if "." in digits else digits
    sign = "-" if plain.startswith("-") else ""
    plain = plain.lstrip("-").lstrip("0") or "0"
    return plain if plain == "0" else sign + ("0" + plain if plain.startswith(".") else plain)


def _choice(said: str, choices: Sequence[str]) -> str:
    """The choice that stands in front and alone: "B) because …" names B; "A or B" and "a solid case" name none."""
    bare = said.strip(" .*_`()[]")
    for choice in choices:
        if bare.casefold() == choice.strip(" .*_`()[]").casefold():
            return choice
    for choice in sorted(choices, key=len, reverse=True):
        named = re.match(re.escape(choice), bare, re.IGNORECASE)
        rest = bare[named.end() :] if named else ""
        if named and _CHOSEN_ENDS.match(rest) and not _names_another(rest, choice, choices):
            return choice
    return ""


def _names_another(rest: str, chosen: str, choices: Sequence[str]) -> bool:
    others = (each for each in choices if each.casefold() != chosen.casefold())
    return any(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", rest) for each in others)


def last_lines(text: str) -> list[str]:
    """The lines in which a stance or a ballot stands, with wide letters and signs as they are written elsewhere."""
    return [unicodedata.normalize("NFKC", line) for line in _last_lines(text)]


def _last_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()][-LINES_READ_MAX:]


def _meant(form: AnswerForm) -> str:
    return f"one of {', '.join(form.choices)}" if form.kind is AnswerKind.CHOICE else str(form.kind)


def _shown(said: str) -> str:
    return f"{said[:60]!r}"


_NO_LINE = Answer("", "no line names an answer")
ANSWERS = AnswerAgreement()
ANSWERS_PIN = "answers@1"
__all__ = [
    "ANSWERS",
    "ANSWERS_PIN",
    "ENOUGH",
    "GO_ON",
    "LETTERS",
    "UNDECIDED",
    "VERDICT_LINE",
    "Answer",
    "AnswerAgreement",
    "Tally",
    "answer_in",
    "break_in",
    "last_lines",
    "normalised",
    "ranking_in",
    "tallied",
]
