"""What does a turn answer, going by its last lines?

A turn that has to end with a line such as `ANSWER: 42` is read here: the last line that names an answer of the form
that is asked for counts, and one that names none gives no answer, which is counted and never guessed. Answers are made alike
where they mean the same (`$1,200.00` and `1200`, `B)` and `B`), so that they can be counted against one another.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.domain.answers import OUTCOMES, UNDECIDED, AnswerForm, AnswerKind
from core.judging.measure import PPM, Cues, Reading, SeatCues, SpokenTurn

ANSWER_CHARACTERS_MAX = 200
LINES_READ_MAX = 40
"""Of a turn only its last lines are read for an answer: what is labelled so further up is somebody's quotation."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The names of those whose words are judged blind; more than these nobody can rank."""

GO_ON = "go_on"
"""What a judge who is asked whether to end says where the debate has to go on."""

VERDICT_LINE = re.compile(
    r"^[^\w\n]{0,16}verdict[^\w\n:]{0,8}:[^\w\n]{0,8}(for|against|undecided)"
    r"(?=[^\w\n]*$|[ \t]+the[ \t]+motion\b|[ \t]{0,8}[*_.,;:!()–—-])",
    re.IGNORECASE | re.MULTILINE,
)
"""An outcome is named by a word that stands alone: "Verdict: for these reasons, against" names none here."""

_OUTCOME_LINE = re.compile(VERDICT_LINE.pattern.replace("verdict", "(?:verdict|answer)"), VERDICT_LINE.flags)
_LABELLED = re.compile(r"^[^\w\n]{0,16}(?:final[ \t]+)?(?:answer|verdict)[^\w\n:]{0,8}:[ \t*_`]{0,8}(.{1,400})$", re.I)
_GO_ON = re.compile(r"^[^\w\n]{0,16}verdict[^\w\n:]{0,8}:[^\w\n]{0,8}go[ _-]on\b", re.IGNORECASE)
_RANKING = re.compile(r"^[^\w\n]{0,16}ranking[^\w\n:]{0,8}:(.{1,400})$", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:\d[\d,_ ]*)(?:\.\d+)?|[-+]?\.\d+")


@dataclass(frozen=True, slots=True)
class Answer:
    """`value` in its common form, "" where none was found; `reason` is one sentence for the operator."""

    value: str
    reason: str


def answer_in(text: str, form: AnswerForm) -> Answer:
    """What the last line of `text` that answers in this form says."""
    if form.kind is AnswerKind.MOTION:
        found = _OUTCOME_LINE.findall(text)
        return Answer(found[-1].lower(), "its last line says so") if found else _NO_LINE
    labelled = [match[1] for match in map(_LABELLED.match, _last_lines(text)) if match]
    if not labelled:
        return _NO_LINE
    said = labelled[-1].strip()
    value = normalised(said, form)
    return Answer(value, "its last line says so") if value else Answer("", f"{_shown(said)} is no {_meant(form)}")


def break_in(text: str) -> Answer:
    """Whether a judge ends a debate: an outcome, or GO_ON. Where neither is said it goes on."""
    for line in reversed(_last_lines(text)):
        if _GO_ON.match(line):
            return Answer(GO_ON, "the judge lets it go on")
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
    """How answers are spread. `leading` is the most frequent, "" where two are even or there is none."""

    counts: tuple[tuple[str, int], ...]
    leading: str
    share_ppm: int

    @property
    def answers(self) -> int:
        return sum(count for _, count in self.counts)


def tallied(answers: Iterable[str]) -> Tally:
    """The tally of `answers`, most frequent first, ties by name; those that are "" abstain and are not counted."""
    counts = sorted(Counter(answer for answer in answers if answer).items(), key=lambda entry: (-entry[1], entry[0]))
    total = sum(count for _, count in counts)
    is_even = len(counts) > 1 and counts[0][1] == counts[1][1]
    return Tally(
        counts=tuple(counts),
        leading="" if is_even or not counts else counts[0][0],
        share_ppm=counts[0][1] * PPM // total if total else 0,
    )


@dataclass(frozen=True, slots=True)
class AnswerAgreement:
    """The measure `answers@1`: of the seats that have answered, the share that gives the most frequent answer."""

    name: str = "answers"
    version: int = 1

    def analyse(self, text: str) -> Cues:
        return Cues(agreements=0, disagreements=0, concessions=0, words="")

    def combine(self, latest: Sequence[SeatCues]) -> Reading | None:
        """A reading once two seats have answered."""
        tally = tallied(seat.cues.answer for seat in latest)
        if tally.answers < 2:
            return None
        inputs: dict[str, int | str] = {f"{seat.seat}.answer": seat.cues.answer for seat in latest if seat.cues.answer}
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
    found = _NUMBER.findall(said.replace("\u2212", "-"))
    if not found:
        return ""
    number = Decimal(re.sub(r"[,_ ]", "", found[-1]))
    return str(int(number)) if number == number.to_integral_value() else f"{number.normalize():f}"


def _choice(said: str, choices: Sequence[str]) -> str:
    bare = said.casefold().strip(" .*_`()[]")
    for choice in choices:
        if bare == choice.casefold():
            return choice
    for choice in sorted(choices, key=len, reverse=True):  # "B) because …" names B, and "AB" is not "A"
        if re.match(rf"{re.escape(choice.casefold())}(?!\w)", bare):
            return choice
    return ""


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
    "GO_ON",
    "LETTERS",
    "UNDECIDED",
    "VERDICT_LINE",
    "Answer",
    "AnswerAgreement",
    "Tally",
    "answer_in",
    "break_in",
    "normalised",
    "ranking_in",
    "tallied",
]
